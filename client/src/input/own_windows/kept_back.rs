//! What is not shared is not reached either: places and windows that others may not see are refused like Deskside's own.
//! Asks the X server where an event would land at this moment, and whose that is.
//! Threading: one connection, used by one thread at a time.

use std::collections::HashMap;

use deskside_proto::geometry::{DesktopPoint, Rect, Region};
use x11rb::connection::{Connection as _, RequestConnection as _};
use x11rb::errors::ReplyError;
use x11rb::protocol::randr::{self, ConnectionExt as _};
use x11rb::protocol::xproto::{ChangeWindowAttributesAux, ConnectionExt as _, EventMask, InputFocus, Window};
use x11rb::protocol::xtest::ConnectionExt as _;
use x11rb::rust_connection::RustConnection;

use super::{OwnWindows, Unknown};
use crate::sharing::list::screens;
use crate::sharing::{Chosen, Kin, Membership, Share, Sharing, SharingCell};

/// Deskside's own windows, and everything that is not shared.
struct KeptBack {
    own: Box<dyn OwnWindows>,
    sharing: SharingCell,
    connection: RustConnection,
    root: Window,
    /// What was asked, until any window or screen changes or the person changes their mind.
    known: Known,
}

#[derive(Default)]
struct Known {
    generation: u64,
    members: HashMap<Window, Membership>,
    allowed: Option<Region>,
}

/// Refuses also what `sharing` keeps back on `display`.
pub(super) fn open(
    display: Option<&str>,
    own: Box<dyn OwnWindows>,
    sharing: SharingCell,
) -> Result<Box<dyn OwnWindows>, Unknown> {
    let (connection, screen) =
        RustConnection::connect(display).map_err(|error| Unknown(error.to_string()))?;
    let root = connection.setup().roots.get(screen).ok_or_else(|| Unknown("no screen".into()))?.root;
    // As for the own windows: the answer must not wait for a program that has grabbed the server.
    connection.xtest_grab_control(true)?.check()?;
    let events = ChangeWindowAttributesAux::new().event_mask(EventMask::SUBSTRUCTURE_NOTIFY);
    connection.change_window_attributes(root, &events)?.check()?;
    if connection.extension_information(randr::X11_EXTENSION_NAME)?.is_some() {
        let layout = randr::NotifyMask::SCREEN_CHANGE | randr::NotifyMask::CRTC_CHANGE;
        connection.randr_select_input(root, layout)?;
    }
    Ok(Box::new(KeptBack { own, sharing, connection, root, known: Known::default() }))
}

impl KeptBack {
    /// The sharing that holds, if it keeps anything back; older knowledge is forgotten.
    fn sharing(&mut self) -> Option<std::sync::Arc<Sharing>> {
        let (sharing, generation) = self.sharing.now();
        if self.known.generation != generation {
            self.known = Known { generation, ..Known::default() };
        }
        (!sharing.is_everything()).then_some(sharing)
    }

    /// To be called after an answer of the server: changes that came before it are in the queue now.
    fn forget_what_changed(&mut self) -> Result<(), ReplyError> {
        while self.connection.poll_for_event()?.is_some() {
            self.known.members.clear();
            self.known.allowed = None;
        }
        Ok(())
    }

    fn keeps_place(&mut self, at: DesktopPoint, sharing: &Sharing) -> Result<bool, ReplyError> {
        let (x, y) = (i16::try_from(at.x).unwrap_or(i16::MAX), i16::try_from(at.y).unwrap_or(i16::MAX));
        let top = self.connection.translate_coordinates(self.root, self.root, x, y)?.reply()?.child;
        self.forget_what_changed()?;
        if !self.allowed(sharing)?.contains(at) {
            return Ok(true);
        }
        self.keeps_window(top, sharing)
    }

    fn keeps_focus(&mut self, sharing: &Sharing) -> Result<bool, ReplyError> {
        let focus = self.connection.get_input_focus()?.reply()?.focus;
        if focus == u32::from(InputFocus::NONE) {
            return Ok(false);
        }
        let follows_pointer = focus == u32::from(InputFocus::POINTER_ROOT) || focus == self.root;
        let top = if follows_pointer {
            self.connection.query_pointer(self.root)?.reply()?.child
        } else {
            self.top_of(focus)?
        };
        self.forget_what_changed()?;
        if top == x11rb::NONE {
            return self.keeps_window(top, sharing);
        }
        let Ok(place) = self.connection.get_geometry(top)?.reply() else { return Ok(true) };
        let place = Rect::new(place.x.into(), place.y.into(), place.width.into(), place.height.into());
        // A window of which nothing can be seen.
        if !self.allowed(sharing)?.intersects(&place) {
            return Ok(true);
        }
        self.keeps_window(top, sharing)
    }

    fn keeps_window(&mut self, top: Window, sharing: &Sharing) -> Result<bool, ReplyError> {
        if !sharing.concerns_windows() {
            return Ok(false);
        }
        let member = if top == x11rb::NONE { Membership::default() } else { self.member(top, sharing)? };
        let only_a_window = matches!(sharing.share, Share::Window(_));
        Ok(member.hidden || (only_a_window && !member.shared))
    }

    fn member(&mut self, top: Window, sharing: &Sharing) -> Result<Membership, ReplyError> {
        if let Some(known) = self.known.members.get(&top) {
            return Ok(*known);
        }
        let chosen = Chosen::of(sharing);
        let kin = Kin { connection: &self.connection, chosen: &chosen };
        // What is gone is nobody's: when in doubt it is kept back.
        let member = kin.membership(top)?.unwrap_or(Membership { hidden: true, shared: false });
        self.known.members.insert(top, member);
        Ok(member)
    }

    /// The places that can be seen, whatever window is there.
    fn allowed(&mut self, sharing: &Sharing) -> Result<&Region, ReplyError> {
        let allowed = match self.known.allowed.take() {
            Some(allowed) => allowed,
            None => self.look_what_is_allowed(sharing)?,
        };
        Ok(self.known.allowed.insert(allowed))
    }

    fn look_what_is_allowed(&self, sharing: &Sharing) -> Result<Region, ReplyError> {
        let mut hidden = Region::new();
        let whole = self.connection.get_geometry(self.root)?.reply()?;
        let whole = Rect::new(0, 0, whole.width.into(), whole.height.into());
        if let Share::Screen(name) = &sharing.share {
            hidden.add(whole);
            let screens = screens(&self.connection, self.root)?;
            screens.iter().filter(|screen| screen.name == *name).for_each(|it| hidden.remove(&it.place));
        }
        sharing.hidden_areas().for_each(|area| hidden.add(area));
        let mut allowed = vec![whole];
        for rect in &hidden {
            allowed = allowed.iter().flat_map(|part| part.without(rect)).collect();
        }
        // INVARIANT: the parts do not overlap; where they are too many for a region the smallest places are refused.
        allowed.sort_by_key(|part| std::cmp::Reverse(part.area()));
        Ok(allowed.into_iter().take(Region::MAX_RECTS).collect())
    }

    /// The ancestor of `window` that lies directly on the root.
    fn top_of(&self, window: Window) -> Result<Window, ReplyError> {
        let mut at = window;
        loop {
            let tree = match self.connection.query_tree(at)?.reply() {
                Ok(tree) => tree,
                Err(ReplyError::X11Error(_)) => return Ok(x11rb::NONE),
                Err(error) => return Err(error),
            };
            if tree.parent == self.root || tree.parent == x11rb::NONE {
                return Ok(at);
            }
            at = tree.parent;
        }
    }
}

impl OwnWindows for KeptBack {
    fn own_place(&mut self, at: DesktopPoint) -> Result<bool, Unknown> {
        if self.own.own_place(at)? {
            return Ok(true);
        }
        match self.sharing() {
            Some(sharing) => Ok(self.keeps_place(at, &sharing)?),
            None => Ok(false),
        }
    }

    fn own_focus(&mut self) -> Result<bool, Unknown> {
        if self.own.own_focus()? {
            return Ok(true);
        }
        match self.sharing() {
            Some(sharing) => Ok(self.keeps_focus(&sharing)?),
            None => Ok(false),
        }
    }
}
