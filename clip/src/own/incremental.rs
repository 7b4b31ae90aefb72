//! Contents on their way out, part by part, at the pace of whoever pastes.
//! It knows windows and properties, and nothing of where a content comes from.

use std::time::{Duration, Instant};

use bytes::Bytes;
use x11rb::connection::RequestConnection as _;
use x11rb::protocol::xproto::{
    Atom, ChangeWindowAttributesAux, ConnectionExt as _, EventMask, PropMode, Property, PropertyNotifyEvent,
    Window,
};
use x11rb::wrapper::ConnectionExt as _;

use crate::ClipError;
use crate::x11::Link;

/// How long whoever pastes may let the next part lie.
const READER_LIMIT: Duration = Duration::from_secs(10);
/// The longest part, below what any server takes in one request. Units: bytes.
const PART_BYTES: usize = 128 * 1024;
/// Contents under way at once.
const MOST_TRANSFERS: usize = 16;

struct Transfer {
    requestor: Window,
    property: Atom,
    kind: Atom,
    rest: Bytes,
    due: Instant,
}

/// Everything that is under way.
#[derive(Default)]
pub(super) struct Transfers(Vec<Transfer>);

impl Transfers {
    /// Puts the content into the property: as a whole, or the promise of its parts. False where there is no room for it.
    pub(super) fn begin(
        &mut self,
        link: &Link,
        (requestor, property): (Window, Atom),
        kind: Atom,
        content: Bytes,
    ) -> Result<bool, ClipError> {
        let connection = &link.connection;
        let most = PART_BYTES.min(connection.maximum_request_bytes() / 2);
        if content.len() <= most {
            connection.change_property8(PropMode::REPLACE, requestor, property, kind, &content)?;
            return Ok(true);
        }
        if self.0.len() >= MOST_TRANSFERS {
            return Ok(false);
        }
        // Before the promise, so that its deletion is heard.
        listen(link, requestor, EventMask::PROPERTY_CHANGE | EventMask::STRUCTURE_NOTIFY)?;
        let length = u32::try_from(content.len()).unwrap_or(u32::MAX);
        connection.change_property32(PropMode::REPLACE, requestor, property, link.names.INCR, &[length])?;
        let due = Instant::now() + READER_LIMIT;
        self.0.retain(|transfer| (transfer.requestor, transfer.property) != (requestor, property));
        self.0.push(Transfer { requestor, property, kind, rest: content, due });
        Ok(true)
    }

    /// Whoever pastes has taken a part: gives the next, and at last an empty one.
    pub(super) fn property_changed(
        &mut self,
        link: &Link,
        event: &PropertyNotifyEvent,
    ) -> Result<(), ClipError> {
        if event.state != Property::DELETE {
            return Ok(());
        }
        let is_meant =
            |transfer: &&mut Transfer| (transfer.requestor, transfer.property) == (event.window, event.atom);
        let Some(transfer) = self.0.iter_mut().find(is_meant) else { return Ok(()) };
        let most = PART_BYTES.min(link.connection.maximum_request_bytes() / 2);
        let part = transfer.rest.split_to(most.min(transfer.rest.len()));
        let (requestor, property) = (transfer.requestor, transfer.property);
        link.connection.change_property8(PropMode::REPLACE, requestor, property, transfer.kind, &part)?;
        transfer.due = Instant::now() + READER_LIMIT;
        if part.is_empty() {
            self.end(link, |transfer| (transfer.requestor, transfer.property) == (requestor, property))?;
        }
        Ok(())
    }

    /// A window is gone, and with it whoever pasted.
    pub(super) fn window_gone(&mut self, window: Window) {
        self.0.retain(|transfer| transfer.requestor != window);
    }

    /// When the next reader has been waited for long enough.
    pub(super) fn due(&self) -> Option<Instant> {
        self.0.iter().map(|transfer| transfer.due).min()
    }

    pub(super) fn give_up_late_ones(&mut self, link: &Link) -> Result<(), ClipError> {
        let now = Instant::now();
        self.end(link, |transfer| transfer.due <= now)
    }

    fn end(&mut self, link: &Link, ended: impl Fn(&Transfer) -> bool) -> Result<(), ClipError> {
        let over: Vec<Transfer> = self.0.extract_if(.., |transfer| ended(transfer)).collect();
        for transfer in over {
            if self.0.iter().all(|other| other.requestor != transfer.requestor) {
                listen(link, transfer.requestor, EventMask::NO_EVENT)?;
            }
        }
        Ok(())
    }
}

fn listen(link: &Link, window: Window, mask: EventMask) -> Result<(), ClipError> {
    let aux = ChangeWindowAttributesAux::new().event_mask(mask);
    link.connection.change_window_attributes(window, &aux)?;
    Ok(())
}
