//! Whether the program that is typed into has got as far as a certain stroke. Key codes that were lent to characters may
//! be lent anew only then: a program looks up what a stroke meant when it gets to it, and a busy one is seconds late.
//!
//! It is asked with the ping by which window managers find out whether a program hangs: it answers in the order in which
//! it takes its events. Threading: as the injector; nothing here waits.

use std::time::{Duration, Instant};

use x11rb::connection::Connection as _;
use x11rb::protocol::Event;
use x11rb::protocol::xproto::{
    Atom, AtomEnum, ChangeWindowAttributesAux, ClientMessageEvent, ConnectionExt as _, EventMask, Window,
};
use x11rb::rust_connection::RustConnection;

use super::super::InjectError;
use crate::keyboard::SETTLED;

/// A program that does not answer for that long hangs; what it will make of its strokes is lost.
const HANGS: Duration = Duration::from_secs(4);
/// Windows between the one with the keyboard and the one that answers.
const MOST_PARENTS: usize = 8;

/// Asks, and hears the answers, on a connection of its own.
pub(super) struct Reader {
    connection: RustConnection,
    root: Window,
    protocols: Atom,
    ping: Atom,
    number: u32,
    asked: Option<Asked>,
    /// The window that answered last, and one that says that it answers and never did.
    answers: Option<Window>,
    deaf: Option<Window>,
    /// Strokes before this moment have been read.
    read_until: Option<Instant>,
}

#[derive(Clone, Copy)]
struct Asked {
    at: Instant,
    window: Window,
}

impl Reader {
    /// A connection for this.
    ///
    /// # Errors
    /// The X server is not there.
    pub(super) fn open(display: Option<&str>, root: Window) -> Result<Self, InjectError> {
        let (connection, _) =
            RustConnection::connect(display).map_err(|error| InjectError::Unavailable(error.to_string()))?;
        let protocols = connection.intern_atom(false, b"WM_PROTOCOLS")?.reply()?.atom;
        let ping = connection.intern_atom(false, b"_NET_WM_PING")?.reply()?.atom;
        Ok(Self {
            connection,
            root,
            protocols,
            ping,
            number: 0,
            asked: None,
            answers: None,
            deaf: None,
            read_until: None,
        })
    }

    /// Whether strokes up to `used` have been read, as far as can be known. False means: ask again in a moment.
    ///
    /// # Errors
    /// The X server is gone.
    pub(super) fn has_read(&mut self, used: Instant, now: Instant) -> Result<bool, InjectError> {
        while let Some(event) = self.connection.poll_for_event()? {
            self.hear(&event);
        }
        if self.read_until.is_some_and(|until| until > used) {
            return self.end(true);
        }
        match self.asked {
            Some(asked) if asked.at > used => {
                let hangs = now.saturating_duration_since(asked.at) > HANGS;
                if hangs && self.answers != Some(asked.window) {
                    self.deaf = Some(asked.window);
                }
                if hangs { self.end(true) } else { Ok(false) }
            }
            Some(_) | None => {
                if let Some(window) = self.answering_window()?.filter(|window| self.deaf != Some(*window)) {
                    self.ask(window, now)?;
                    return Ok(false);
                }
                // Nobody to ask: a quick program has read it by then.
                self.end(now.saturating_duration_since(used) >= SETTLED)
            }
        }
    }

    fn ask(&mut self, window: Window, now: Instant) -> Result<(), InjectError> {
        // GTK answers to whoever asked for news of the windows there, Qt to whoever asked for news of the root window itself.
        self.listen(EventMask::STRUCTURE_NOTIFY | EventMask::SUBSTRUCTURE_NOTIFY)?;
        // Window managers put a time there; a small number is none that they wait for.
        self.number = self.number.checked_add(1).unwrap_or(1);
        let data = [self.ping, self.number, window, 0, 0];
        let message = ClientMessageEvent::new(32, window, self.protocols, data);
        // The window may have gone; then nobody answers.
        self.connection.send_event(false, window, EventMask::NO_EVENT, message)?;
        self.connection.flush()?;
        self.asked = Some(Asked { at: now, window });
        Ok(())
    }

    /// Answers go to the root window; other news from there is not wanted for longer than needed.
    fn end(&mut self, has_read: bool) -> Result<bool, InjectError> {
        if has_read && self.asked.take().is_some() {
            self.listen(EventMask::NO_EVENT)?;
        }
        Ok(has_read)
    }

    fn listen(&self, mask: EventMask) -> Result<(), InjectError> {
        let events = ChangeWindowAttributesAux::new().event_mask(mask);
        self.connection.change_window_attributes(self.root, &events)?;
        self.connection.flush()?;
        Ok(())
    }

    fn hear(&mut self, event: &Event) {
        let (Event::ClientMessage(message), Some(asked)) = (event, self.asked) else { return };
        let [kind, number, window, ..] = message.data.as_data32();
        if message.type_ == self.protocols && (kind, number, window) == (self.ping, self.number, asked.window)
        {
            self.read_until = Some(asked.at);
            self.answers = Some(asked.window);
        }
    }

    /// The window with the keyboard, or the nearest around it that says that it answers.
    fn answering_window(&self) -> Result<Option<Window>, InjectError> {
        let mut window = self.connection.get_input_focus()?.reply()?.focus;
        for _ in 0..MOST_PARENTS {
            // 0 and 1 stand for no window and for the one under the pointer.
            if window <= 1 || window == self.root {
                return Ok(None);
            }
            let kind: u32 = AtomEnum::ATOM.into();
            let protocols = self.connection.get_property(false, window, self.protocols, kind, 0, 32)?;
            let tree = self.connection.query_tree(window)?;
            // A window can go at any moment.
            let (Ok(protocols), Ok(tree)) = (protocols.reply(), tree.reply()) else { return Ok(None) };
            if protocols.value32().into_iter().flatten().any(|atom| atom == self.ping) {
                return Ok(Some(window));
            }
            window = tree.parent;
        }
        Ok(None)
    }
}
