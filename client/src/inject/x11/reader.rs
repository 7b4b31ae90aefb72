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
    /// The window that answered last, and one that says that it answers and did not. That one is waited for as if it could
    /// not be asked, and asked nevertheless: it may only have been busy.
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
        let is_settled = now.saturating_duration_since(used) >= SETTLED;
        match self.asked {
            Some(asked) if asked.at > used && self.deaf == Some(asked.window) => self.end(is_settled),
            Some(asked) if asked.at > used => {
                let hangs = now.saturating_duration_since(asked.at) > HANGS;
                if hangs && self.answers != Some(asked.window) {
                    self.deaf = Some(asked.window);
                }
                if hangs { self.end(true) } else { Ok(false) }
            }
            Some(_) | None => {
                let is_worth_asking = |window: &Window| !(is_settled && self.deaf == Some(*window));
                if let Some(window) = self.answering_window()?.filter(is_worth_asking) {
                    self.ask(window, now)?;
                    return Ok(false);
                }
                // Nobody to ask: a quick program has read it by then.
                self.end(is_settled)
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
            self.deaf = self.deaf.filter(|deaf| *deaf != asked.window);
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

#[cfg(test)]
mod tests {
    use deskside_testkit::x11::Xvfb;
    use x11rb::protocol::xproto::{CreateWindowAux, InputFocus, PropMode, WindowClass};
    use x11rb::wrapper::ConnectionExt as _;

    use super::*;

    /// A program with the keyboard that says that it answers.
    struct Program {
        connection: RustConnection,
        root: Window,
    }

    impl Program {
        fn start(display: &str) -> Self {
            let (connection, _) = RustConnection::connect(Some(display)).unwrap();
            let root = connection.setup().roots[0].root;
            let window = connection.generate_id().unwrap();
            let shape = CreateWindowAux::new().override_redirect(1);
            let class = WindowClass::INPUT_OUTPUT;
            connection.create_window(0, window, root, 0, 0, 50, 50, 0, class, 0, &shape).unwrap();
            let atom = |name: &[u8]| connection.intern_atom(false, name).unwrap().reply().unwrap().atom;
            let (protocols, ping) = (atom(b"WM_PROTOCOLS"), atom(b"_NET_WM_PING"));
            let kind = AtomEnum::ATOM;
            connection.change_property32(PropMode::REPLACE, window, protocols, kind, &[ping]).unwrap();
            connection.map_window(window).unwrap();
            connection.set_input_focus(InputFocus::NONE, window, 0_u32).unwrap();
            connection.sync().unwrap();
            Self { connection, root }
        }

        /// Answers all that it was asked; how often that was.
        fn answer(&self) -> usize {
            self.connection.sync().unwrap();
            let mut count = 0;
            while let Some(event) = self.connection.poll_for_event().unwrap() {
                let Event::ClientMessage(mut message) = event else { continue };
                message.window = self.root;
                let mask = EventMask::STRUCTURE_NOTIFY | EventMask::SUBSTRUCTURE_NOTIFY;
                self.connection.send_event(false, self.root, mask, message).unwrap();
                count += 1;
            }
            self.connection.sync().unwrap();
            count
        }
    }

    #[test]
    fn a_program_that_was_busy_once_is_believed_again_and_never_waited_for_longer() {
        let x = Xvfb::start(320, 200).unwrap();
        let program = Program::start(x.display());
        let mut reader = Reader::open(Some(x.display()), program.root).unwrap();
        let moment = Duration::from_millis(1);
        let used = Instant::now();
        assert!(!reader.has_read(used, used + moment).unwrap(), "it was asked");
        assert!(!reader.has_read(used, used + HANGS).unwrap());
        assert!(reader.has_read(used, used + HANGS + moment * 2).unwrap(), "it hangs");

        let used = used + HANGS * 2;
        assert!(!reader.has_read(used, used + moment).unwrap());
        assert!(!reader.has_read(used, used + SETTLED - moment).unwrap());
        assert!(reader.has_read(used, used + SETTLED).unwrap(), "no longer than where nobody can be asked");
        let used = used + HANGS;
        assert!(reader.has_read(used, used + SETTLED).unwrap(), "it is not asked where nobody waits");

        let used = used + HANGS;
        assert!(!reader.has_read(used, used + moment).unwrap());
        // The server serves one connection after another, in whatever order: the ping has left, and now it has arrived.
        reader.connection.sync().unwrap();
        assert_eq!(program.answer(), 3, "asked once for each wait");
        // Its answer is on its way through the server.
        let until = Instant::now() + Duration::from_secs(10);
        while !reader.has_read(used, used + moment * 2).unwrap() {
            assert!(Instant::now() < until, "it answered");
            std::thread::sleep(moment);
        }

        let used = used + HANGS;
        assert!(!reader.has_read(used, used + moment).unwrap());
        assert!(!reader.has_read(used, used + SETTLED * 2).unwrap(), "who answers is waited for");
    }
}
