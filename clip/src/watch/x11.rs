//! The watch on X11: XFixes tells who owns a selection, a thread of its own asks the owner what it has.
//! Each question has a window of its own, so that an owner's late answer is nobody's, and a time and a length that bound
//! what an owner can do.

use std::collections::HashMap;
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use deskside_proto::wire::clipboard::{Format, Formats, NoPiece, Selection};
use x11rb::connection::Connection as _;
use x11rb::protocol::Event;
use x11rb::protocol::xfixes::{ConnectionExt as _, SelectionEventMask, SelectionNotifyEvent as OwnerEvent};
use x11rb::protocol::xproto::{Atom, AtomEnum, ConnectionExt as _, Property, Window};
use x11rb::{CURRENT_TIME, NONE};

use super::{Copied, Done, Watch, WatchOptions};
use crate::ClipError;
use crate::x11::{Link, Wake, hidden_window};

/// How long an owner may let a question wait, and how long the next part of a long answer.
const OWNER_LIMIT: Duration = Duration::from_secs(5);
/// How long an answer may take in all.
const ANSWER_LIMIT: Duration = Duration::from_secs(60);
/// Questions at once.
const MOST_QUESTIONS: usize = 16;
/// The longest list of targets. Units: bytes.
const TARGETS_LIMIT: usize = 16 * 1024;
/// The longest list of URIs. Units: bytes.
const URIS_LIMIT: usize = 4 << 20;
/// What a password manager says of a secret.
const SECRET: &[u8] = b"secret";

struct X11Watch {
    commands: mpsc::Sender<Command>,
    wake: Arc<Wake>,
    thread: Option<thread::JoinHandle<()>>,
}

enum Command {
    Read { selection: Selection, version: u64, format: Format, done: Done },
    Stop,
}

pub(super) fn open(
    display: Option<&str>,
    options: WatchOptions,
    tell: Box<dyn FnMut(Copied) + Send>,
) -> Result<Box<dyn Watch>, ClipError> {
    let link = Link::open(display)?;
    link.connection.xfixes_query_version(5, 0)?.reply()?;
    let (commands, received) = mpsc::channel();
    let wake = link.waker();
    let mut watching =
        Watching { link, received, tell, owners: HashMap::new(), questions: HashMap::new(), stopped: false };
    watching.begin(options)?;
    let thread = thread::Builder::new().name("copied".into()).spawn(move || watching.run())?;
    Ok(Box::new(X11Watch { commands, wake, thread: Some(thread) }))
}

impl Watch for X11Watch {
    fn read(&self, selection: Selection, version: u64, format: Format, done: Done) {
        // A thread that has ended drops the command, and what is dropped is answered.
        let done = Once::new(done);
        let _ = self.commands.send(Command::Read { selection, version, format, done });
        self.wake.wake();
    }
}

impl Drop for X11Watch {
    fn drop(&mut self) {
        let _ = self.commands.send(Command::Stop);
        self.wake.wake();
        if let Some(thread) = self.thread.take()
            && thread.thread().id() != thread::current().id()
        {
            let _ = thread.join();
        }
    }
}

/// Answers with "unavailable" when it is dropped unanswered.
struct Once(Option<Done>);

impl Once {
    #[expect(clippy::new_ret_no_self, reason = "it is a way of being called once, not a thing")]
    fn new(done: Done) -> Done {
        let mut once = Self(Some(done));
        Box::new(move |result| {
            if let Some(done) = once.0.take() {
                done(result);
            }
        })
    }
}

impl Drop for Once {
    fn drop(&mut self) {
        if let Some(done) = self.0.take() {
            done(Err(NoPiece::Unavailable));
        }
    }
}

/// What is known of a selection's owner.
#[derive(Default)]
struct Owner {
    version: u64,
    /// What it can give; known once it was asked.
    targets: Vec<Atom>,
    formats: Formats,
}

/// One question to an owner.
struct Question {
    selection: Selection,
    version: u64,
    about: About,
    gathered: Vec<u8>,
    limit: usize,
    incremental: bool,
    due: Instant,
    last: Instant,
}

enum About {
    Targets,
    /// Whether it is a secret.
    Hint,
    Content {
        format: Format,
        target: Atom,
        done: Done,
    },
}

struct Watching {
    link: Link,
    received: mpsc::Receiver<Command>,
    tell: Box<dyn FnMut(Copied) + Send>,
    owners: HashMap<Selection, Owner>,
    questions: HashMap<Window, Question>,
    stopped: bool,
}

impl Watching {
    fn begin(&mut self, options: WatchOptions) -> Result<(), ClipError> {
        for &selection in Selection::ALL {
            if selection == Selection::Primary && !options.primary {
                continue;
            }
            let atom = self.link.names.selection(selection);
            let mask = SelectionEventMask::SET_SELECTION_OWNER
                | SelectionEventMask::SELECTION_WINDOW_DESTROY
                | SelectionEventMask::SELECTION_CLIENT_CLOSE;
            self.link.connection.xfixes_select_selection_input(self.link.window, atom, mask)?.check()?;
            self.owners.insert(selection, Owner::default());
            if options.present && self.link.connection.get_selection_owner(atom)?.reply()?.owner != NONE {
                self.changed(selection, true)?;
            }
        }
        Ok(())
    }

    fn run(mut self) {
        while !self.stopped {
            if let Err(error) = self.turn() {
                tracing::warn!(%error, "the clipboard is no longer watched");
                return;
            }
        }
    }

    fn turn(&mut self) -> Result<(), ClipError> {
        loop {
            match self.received.try_recv() {
                Ok(Command::Read { selection, version, format, done }) => {
                    self.read(selection, version, format, done)?;
                }
                Ok(Command::Stop) | Err(mpsc::TryRecvError::Disconnected) => {
                    self.stopped = true;
                    return Ok(());
                }
                Err(mpsc::TryRecvError::Empty) => break,
            }
        }
        while let Some(event) = self.link.connection.poll_for_event()? {
            self.handle(&event)?;
        }
        self.give_up_late_ones()?;
        let due = self.questions.values().map(|question| question.due.min(question.last)).min();
        self.link.sleep(due)
    }

    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "the server tells of much that is of no interest here"
    )]
    fn handle(&mut self, event: &Event) -> Result<(), ClipError> {
        match event {
            Event::XfixesSelectionNotify(event) => self.owner_changed(event),
            Event::SelectionNotify(event) => {
                if self.questions.contains_key(&event.requestor) {
                    if event.property == NONE {
                        return self.settle(event.requestor, Err(NoPiece::Unavailable));
                    }
                    return self.take_part(event.requestor);
                }
                Ok(())
            }
            Event::PropertyNotify(event) => {
                let is_part = event.state == Property::NEW_VALUE
                    && event.atom == self.link.names.TRANSFER
                    && self.questions.get(&event.window).is_some_and(|question| question.incremental);
                if is_part { self.take_part(event.window) } else { Ok(()) }
            }
            _ => Ok(()),
        }
    }

    fn owner_changed(&mut self, event: &OwnerEvent) -> Result<(), ClipError> {
        match self.link.names.is_selection(event.selection) {
            Some(selection) => self.changed(selection, event.owner != NONE),
            None => Ok(()),
        }
    }

    fn changed(&mut self, selection: Selection, is_owned: bool) -> Result<(), ClipError> {
        let owner = self.owners.entry(selection).or_default();
        *owner = Owner { version: owner.version + 1, ..Owner::default() };
        let version = owner.version;
        let stale: Vec<Window> = self
            .questions
            .iter()
            .filter(|(_, question)| question.selection == selection)
            .map(|(window, _)| *window)
            .collect();
        for window in stale {
            self.settle(window, Err(NoPiece::Stale))?;
        }
        if is_owned {
            self.ask(selection, version, self.link.names.TARGETS, TARGETS_LIMIT, About::Targets)
        } else {
            self.say(selection, version, Formats::NONE);
            Ok(())
        }
    }

    fn say(&mut self, selection: Selection, version: u64, formats: Formats) {
        if let Some(owner) = self.owners.get_mut(&selection) {
            owner.formats = formats;
        }
        (self.tell)(Copied { selection, version, formats });
    }

    fn read(
        &mut self,
        selection: Selection,
        version: u64,
        format: Format,
        done: Done,
    ) -> Result<(), ClipError> {
        let Some(owner) = self.owners.get(&selection).filter(|owner| owner.version == version) else {
            done(Err(NoPiece::Stale));
            return Ok(());
        };
        let offered =
            self.link.names.targets(format).into_iter().find(|target| owner.targets.contains(target));
        let (Some(target), true) = (offered, owner.formats.contains(format)) else {
            done(Err(NoPiece::Unavailable));
            return Ok(());
        };
        let limit = match format {
            Format::Files => URIS_LIMIT,
            Format::Text | Format::Html | Format::Png => {
                usize::try_from(format.limit()).unwrap_or(usize::MAX)
            }
        };
        self.ask(selection, version, target, limit, About::Content { format, target, done })
    }

    fn ask(
        &mut self,
        selection: Selection,
        version: u64,
        target: Atom,
        limit: usize,
        about: About,
    ) -> Result<(), ClipError> {
        if self.questions.len() >= MOST_QUESTIONS {
            if let About::Content { done, .. } = about {
                done(Err(NoPiece::Unavailable));
            }
            return Ok(());
        }
        let connection = &self.link.connection;
        let window = hidden_window(connection, self.link.root)?;
        let atom = self.link.names.selection(selection);
        connection.convert_selection(window, atom, target, self.link.names.TRANSFER, CURRENT_TIME)?;
        let now = Instant::now();
        let (due, last) = (now + OWNER_LIMIT, now + ANSWER_LIMIT);
        let gathered = Vec::new();
        let question = Question { selection, version, about, gathered, limit, incremental: false, due, last };
        self.questions.insert(window, question);
        Ok(())
    }

    /// Takes what stands in the property of a question's window: the whole answer, or a part of it.
    fn take_part(&mut self, window: Window) -> Result<(), ClipError> {
        let Some(question) = self.questions.get_mut(&window) else { return Ok(()) };
        let room = question.limit.saturating_sub(question.gathered.len());
        let words = u32::try_from(room / 4 + 1).unwrap_or(u32::MAX);
        let names = &self.link.names;
        let reply = self
            .link
            .connection
            .get_property(true, window, names.TRANSFER, AtomEnum::ANY, 0, words)?
            .reply()?;
        if reply.type_ == names.INCR && !question.incremental {
            question.incremental = true;
            question.due = Instant::now() + OWNER_LIMIT;
            return Ok(());
        }
        if reply.bytes_after > 0 || reply.value.len() > room {
            return self.settle(window, Err(NoPiece::TooLong));
        }
        if question.incremental && !reply.value.is_empty() {
            question.gathered.extend_from_slice(&reply.value);
            question.due = Instant::now() + OWNER_LIMIT;
            return Ok(());
        }
        let answer = if question.incremental { std::mem::take(&mut question.gathered) } else { reply.value };
        self.settle(window, Ok(answer))
    }

    fn give_up_late_ones(&mut self) -> Result<(), ClipError> {
        let now = Instant::now();
        let late: Vec<Window> = self
            .questions
            .iter()
            .filter(|(_, question)| question.due <= now || question.last <= now)
            .map(|(window, _)| *window)
            .collect();
        for window in late {
            self.settle(window, Err(NoPiece::Unavailable))?;
        }
        Ok(())
    }

    /// The question is answered, or will not be.
    fn settle(&mut self, window: Window, answer: Result<Vec<u8>, NoPiece>) -> Result<(), ClipError> {
        let Some(question) = self.questions.remove(&window) else { return Ok(()) };
        self.link.connection.destroy_window(window)?;
        let Question { selection, version, about, .. } = question;
        let is_current = self.owners.get(&selection).is_some_and(|owner| owner.version == version);
        match about {
            About::Content { done, .. } if !is_current => done(Err(NoPiece::Stale)),
            About::Content { format, target, done } => {
                let latin = target == u32::from(AtomEnum::STRING);
                done(answer.and_then(|bytes| as_carried(format, bytes, latin)));
            }
            About::Targets | About::Hint if !is_current => {}
            About::Targets => return self.know_targets(selection, version, &answer.unwrap_or_default()),
            About::Hint => {
                // Silence about a secret is no permission.
                let is_secret = answer.map_or(true, |hint| hint.trim_ascii() == SECRET);
                let owner = self.owners.get(&selection);
                let formats = owner.map(|owner| self.link.names.formats(&owner.targets)).unwrap_or_default();
                self.say(selection, version, if is_secret { Formats::NONE } else { without_paths(formats) });
            }
        }
        Ok(())
    }

    fn know_targets(&mut self, selection: Selection, version: u64, bytes: &[u8]) -> Result<(), ClipError> {
        let (whole, _) = bytes.as_chunks::<4>();
        let targets: Vec<Atom> = whole.iter().map(|atom| Atom::from_ne_bytes(*atom)).collect();
        let names = &self.link.names;
        let is_ours = targets.contains(&names.FROM_DESKSIDE);
        let is_marked = targets.contains(&names.PASSWORD_HINT);
        let formats = if is_ours { Formats::NONE } else { without_paths(names.formats(&targets)) };
        let hint = names.PASSWORD_HINT;
        if let Some(owner) = self.owners.get_mut(&selection) {
            owner.targets = targets;
        }
        if is_marked && !formats.is_empty() {
            return self.ask(selection, version, hint, SECRET.len() * 4, About::Hint);
        }
        self.say(selection, version, formats);
        Ok(())
    }
}

/// Where files are copied, their paths as text mean nothing on another machine.
fn without_paths(formats: Formats) -> Formats {
    if formats.contains(Format::Files) { Format::Files.into() } else { formats }
}

/// The content as it is carried, or nothing where the owner gives something else than it says.
fn as_carried(format: Format, bytes: Vec<u8>, latin: bool) -> Result<Vec<u8>, NoPiece> {
    const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";
    match format {
        Format::Text if latin => {
            Ok(bytes.iter().map(|byte| char::from(*byte)).collect::<String>().into_bytes())
        }
        Format::Text | Format::Html => {
            if let Some(text) = from_utf16(&bytes) {
                return Ok(text.into_bytes());
            }
            // Some owners count the end of a C string in.
            let end = bytes.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
            let text = bytes.get(..end).unwrap_or_default();
            std::str::from_utf8(text).map(|text| text.as_bytes().to_vec()).map_err(|_| NoPiece::Unavailable)
        }
        Format::Png if bytes.starts_with(PNG) => Ok(bytes),
        Format::Png => Err(NoPiece::Unavailable),
        Format::Files => Ok(bytes),
    }
}

/// Text in UTF-16 with a mark of its order, as browsers give HTML.
fn from_utf16(bytes: &[u8]) -> Option<String> {
    let (mark, rest) = bytes.split_first_chunk::<2>()?;
    let read: fn([u8; 2]) -> u16 = match mark {
        [0xff, 0xfe] => u16::from_le_bytes,
        [0xfe, 0xff] => u16::from_be_bytes,
        _ => return None,
    };
    let (units, _) = rest.as_chunks::<2>();
    char::decode_utf16(units.iter().map(|unit| read(*unit))).collect::<Result<String, _>>().ok()
}
