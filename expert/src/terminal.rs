//! Stage lines out, command lines in: how a script or a person without a mouse drives the viewer.
//! The form of both is documented in `deskside-expert open --help`; other programs rely on it.

use std::io::{self, BufRead, Read, Write};
use std::ops::Deref;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread;

use deskside_proto::session::Way;
use deskside_proto::ticket_file::Standing;
use deskside_proto::wire::input::Locks;
use deskside_words::t;
use zeroize::Zeroizing;

use crate::model::{Command, Last, Model, Passage, Passphrase, Phase, Session, Spoken, Stage, TicketStage};
use crate::words;

/// How much of the terminal is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mode {
    /// Stage lines are written, commands are read, and the program ends with the session.
    pub stages: bool,
}

/// The longest line that is read, in bytes; a longer one is nothing that could be meant.
const LONGEST_LINE_BYTES: usize = 4096;
/// How many lines may wait before no more are read.
const MOST_WAITING: usize = 64;

/// What came from standard input.
#[derive(Debug)]
pub enum Heard {
    /// A line without its end.
    Line(Line),
    /// There will be no more lines.
    End,
}

/// A line that waits to be used; the next ones are read when enough of them are dropped.
#[derive(Debug)]
pub struct Line {
    text: Zeroizing<String>,
    _place: Place,
}

impl Deref for Line {
    type Target = str;

    fn deref(&self) -> &str {
        &self.text
    }
}

/// How many lines wait.
#[derive(Debug, Default)]
struct Queue {
    waiting: Mutex<usize>,
    shorter: Condvar,
}

impl Queue {
    /// Waits until there is a place, and takes it.
    fn place(self: &Arc<Self>) -> Place {
        let waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let full = |waiting: &mut usize| *waiting >= MOST_WAITING;
        let mut waiting = self.shorter.wait_while(waiting, full).unwrap_or_else(PoisonError::into_inner);
        *waiting = waiting.saturating_add(1);
        Place(Arc::clone(self))
    }
}

/// One place in the queue, free again when dropped.
#[derive(Debug)]
struct Place(Arc<Queue>);

impl Drop for Place {
    fn drop(&mut self) {
        let mut waiting = self.0.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        *waiting = waiting.saturating_sub(1);
        self.0.shorter.notify_one();
    }
}

/// Reads standard input on a thread of its own, because reading cannot be interrupted.
///
/// # Errors
/// What the system says when there is no thread to be had.
pub fn listen(tell: impl FnMut(Heard) + Send + 'static) -> io::Result<()> {
    let read = move || read_lines(&mut io::stdin().lock(), tell);
    thread::Builder::new().name("stdin".to_owned()).spawn(read).map(drop)
}

fn read_lines(input: &mut impl BufRead, mut tell: impl FnMut(Heard)) {
    let queue = Arc::new(Queue::default());
    loop {
        match read_line(input) {
            Ok(Some(Ok(text))) => tell(Heard::Line(Line { text, _place: queue.place() })),
            Ok(Some(Err(TooLong))) => {
                crate::run::say(&t!("expert-terminal-too-long", limit = LONGEST_LINE_BYTES));
            }
            Ok(None) | Err(_) => return tell(Heard::End),
        }
    }
}

#[derive(Debug, PartialEq, Eq)]
struct TooLong;

/// The next line without its end; what is no text in it becomes a sign that nothing else means.
fn read_line(input: &mut impl BufRead) -> io::Result<Option<Result<Zeroizing<String>, TooLong>>> {
    let limit = LONGEST_LINE_BYTES.saturating_add(1);
    let mut bytes = Zeroizing::new(Vec::with_capacity(limit));
    if input.by_ref().take(limit as u64).read_until(b'\n', &mut bytes)? == 0 {
        return Ok(None);
    }
    if bytes.len() == limit && !bytes.ends_with(b"\n") {
        input.skip_until(b'\n')?;
        return Ok(Some(Err(TooLong)));
    }
    let text = Zeroizing::new(String::from_utf8_lossy(&bytes).into_owned());
    Ok(Some(Ok(Zeroizing::new(text.trim_end_matches(['\r', '\n']).to_owned()))))
}

/// What a line means at this stage.
#[derive(Debug, PartialEq)]
pub enum Meaning {
    /// Do this.
    Command(Command),
    /// Write the stage again.
    Status,
    /// Keep it until the ticket is there, or the passphrase is tried.
    Later,
    /// Nothing that could be done now.
    Unknown,
}

/// What `line` means while the model is as it is.
#[must_use]
pub fn meaning(line: &str, model: &Model, mode: Mode) -> Meaning {
    if let Stage::Ticket(ticket) = &model.stage {
        match ticket.passphrase {
            // Only the first line is the passphrase; the others are not tried in its place.
            Passphrase::Wrong(_) if !mode.stages => return Meaning::Unknown,
            Passphrase::Needed | Passphrase::Wrong(_) => {
                let spoken = Spoken(Zeroizing::new(line.to_owned()));
                return Meaning::Command(Command::TryPassphrase(spoken));
            }
            Passphrase::Checking => return Meaning::Later,
            Passphrase::NotNeeded => {}
        }
    }
    if let Stage::Start { reading: true, .. } = model.stage {
        return Meaning::Later;
    }
    if !mode.stages {
        return Meaning::Unknown;
    }
    match line.trim() {
        "control" => Meaning::Command(Command::RequestControl),
        "release" => {
            let asking = matches!(&model.stage, Stage::Session(Session { phase: Phase::Asked { .. }, .. }));
            Meaning::Command(if asking { Command::WithdrawRequest } else { Command::ReleaseControl })
        }
        "clipboard read" => Meaning::Command(Command::AskClipboard(Way::ToExpert)),
        "clipboard give" => Meaning::Command(Command::AskClipboard(Way::ToPerson)),
        "clipboard read off" => Meaning::Command(Command::ReleaseClipboard(Way::ToExpert)),
        "clipboard give off" => Meaning::Command(Command::ReleaseClipboard(Way::ToPerson)),
        "monitors each" => Meaning::Command(Command::EachApart),
        "monitors all" => Meaning::Command(Command::LookAt(None)),
        "locks" => Meaning::Command(Command::AlignLocks),
        "end" => Meaning::Command(Command::End),
        "status" => Meaning::Status,
        _ => Meaning::Unknown,
    }
}

/// A passphrase is needed that can no longer come.
#[must_use]
pub fn waits_for_passphrase(model: &Model) -> bool {
    match &model.stage {
        Stage::Ticket(ticket) => match ticket.passphrase {
            Passphrase::Needed | Passphrase::Wrong(_) => true,
            Passphrase::NotNeeded | Passphrase::Checking => false,
        },
        Stage::Start { .. } | Stage::Connecting { .. } | Stage::Session(_) | Stage::Ended(_) => false,
    }
}

/// The line for the model as it is; none where there is nothing to say.
#[must_use]
pub fn stage_line(model: &Model) -> Option<String> {
    let words = match &model.stage {
        Stage::Start { .. } => return None,
        Stage::Ticket(ticket) => ticket_words(ticket)?.to_owned(),
        Stage::Connecting { .. } => "connecting".to_owned(),
        Stage::Session(session) => session_words(session),
        Stage::Ended(ending) => format!("ended {}", words::ending_word(ending)),
    };
    Some(format!("stage {words}"))
}

fn ticket_words(ticket: &TicketStage) -> Option<&'static str> {
    match (&ticket.passphrase, ticket.standing) {
        (_, Standing::Expired) => Some("ticket expired"),
        (_, Standing::NotYetValid) => Some("ticket not-yet-valid"),
        (Passphrase::NotNeeded, Standing::Valid) => None,
        (Passphrase::Needed, Standing::Valid) => Some("passphrase"),
        (Passphrase::Checking, Standing::Valid) => Some("passphrase checking"),
        (Passphrase::Wrong(_), Standing::Valid) => Some("passphrase wrong"),
    }
}

fn session_words(session: &Session) -> String {
    match (session.phase, session.last) {
        (Phase::Waiting { .. }, _) => "waiting".to_owned(),
        (Phase::Asked { .. }, _) => "asked".to_owned(),
        (Phase::Controlling { paused: false }, _) => "controlling".to_owned(),
        (Phase::Controlling { paused: true }, _) => "paused".to_owned(),
        (Phase::Viewing, Some((Last::Denied(reason), _))) => format!("denied {}", words::denied_word(reason)),
        (Phase::Viewing, Some((Last::Revoked(reason), _))) => {
            format!("revoked {}", words::revoked_word(reason))
        }
        (
            Phase::Viewing,
            Some((
                Last::Released
                | Last::ClipboardDenied(..)
                | Last::ClipboardRevoked(..)
                | Last::NotPasted(_)
                | Last::MonitorGone
                | Last::MonitorNew,
                _,
            ))
            | None,
        ) => {
            let size = session.screen.unwrap_or_default();
            format!("viewing {}x{}", size.width, size.height)
        }
    }
}

/// Writes lines to standard output, each stage once.
#[derive(Debug, Default)]
pub struct Reporter {
    written: Option<String>,
    clipboard: [Passage; 2],
    locks: Option<Locks>,
}

impl Reporter {
    /// Writes the stage if it is not the one written last.
    pub fn report(&mut self, model: &Model) {
        let line = stage_line(model);
        if line.is_some() && line != self.written {
            self.repeat(model);
        }
        self.report_clipboard(model);
        self.report_locks(model);
    }

    /// Writes where the ways of the clipboard stand, each if it is not as it was written last.
    fn report_clipboard(&mut self, model: &Model) {
        let Stage::Session(session) = &model.stage else { return };
        for (way, before) in Way::ALL.into_iter().zip(self.clipboard) {
            let passage = session.passage(way);
            if passage != before {
                let (word, state) = (words::clipboard::word(way), words::clipboard::passage_word(passage));
                write_line(&format!("clipboard {word} {state}"));
            }
        }
        self.clipboard = session.ways;
    }

    /// Writes which locks are on over there, if that is told and not as it was written last.
    fn report_locks(&mut self, model: &Model) {
        let locks = if let Stage::Session(session) = &model.stage { session.locks } else { None };
        if let Some(locks) = locks.filter(|_| locks != self.locks) {
            let state = |is_on| if is_on { "on" } else { "off" };
            let (caps, num, scroll) = (state(locks.caps), state(locks.num), state(locks.scroll));
            write_line(&format!("locks caps {caps} num {num} scroll {scroll}"));
        }
        self.locks = locks;
    }

    /// Writes the stage.
    pub fn repeat(&mut self, model: &Model) {
        let line = stage_line(model);
        if let Some(line) = &line {
            write_line(line);
        }
        self.written = line;
    }
}

fn write_line(line: &str) {
    let mut out = std::io::stdout().lock();
    // Whoever stopped reading does not want to know.
    let _ = writeln!(out, "{line}").and_then(|()| out.flush());
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;
    use std::time::Duration;

    use deskside_crypto::identity::Identity;
    use deskside_crypto::ticket::{Invitation, Recipient, issue, new_id, verify};
    use deskside_proto::name::PersonName;
    use deskside_proto::ticket_file::{Address, Addresses, Host, Validity};

    use super::*;
    use crate::config::Settings;
    use crate::identity::Card;
    use crate::model::{Ticket, TicketFault};

    fn lines(input: &[u8]) -> Vec<String> {
        let mut heard = Vec::new();
        read_lines(&mut &*input, |line| {
            heard.push(match line {
                Heard::Line(line) => line.to_owned(),
                Heard::End => "(end)".to_owned(),
            });
        });
        heard
    }

    #[test]
    fn bytes_that_are_no_text_and_lines_without_measure_end_nothing() {
        assert_eq!(lines(b"one\r\n\xff\xfe\ncontrol"), ["one", "\u{fffd}\u{fffd}", "control", "(end)"]);
        let mut input = vec![0; 10_000_000];
        input.extend(b"\nstatus\n");
        assert_eq!(lines(&input), ["status", "(end)"]);
        assert_eq!(lines(&[b'x'; 4096]).first().map(String::len), Some(4096));
        assert_eq!(lines(&[b'x'; 4097]), ["(end)"]);
    }

    #[test]
    fn no_more_lines_are_read_than_can_wait() {
        let (tell, heard) = mpsc::channel();
        let input = "line\n".repeat(200);
        thread::spawn(move || read_lines(&mut input.as_bytes(), |line| drop(tell.send(line))));
        let mut kept: Vec<Heard> = (0..MOST_WAITING).map(|_| heard.recv().unwrap()).collect();
        assert!(heard.recv_timeout(Duration::from_millis(200)).is_err(), "the reader waits");
        kept.clear();
        assert_eq!(heard.iter().count(), 200 - MOST_WAITING + 1, "and goes on");
    }

    /// A ticket of which the first passphrase was wrong.
    fn after_a_wrong_passphrase() -> Model {
        let rng = &mut rand_core::UnwrapErr(getrandom::SysRng);
        let (client, expert) = (Identity::generate(rng), Identity::generate(rng));
        let name = PersonName::parse("Anna").unwrap();
        let address = Address::new(Host::V4(std::net::Ipv4Addr::LOCALHOST), 47470).unwrap();
        let invitation = Invitation {
            id: new_id(rng),
            from: name.clone(),
            validity: Validity::new(1000, 2000).unwrap(),
            addresses: Addresses::new(vec![address]).unwrap(),
        };
        let issued = issue(&client, &invitation, Recipient::Expert(expert.public()), rng).unwrap();
        let ticket = Arc::new(Ticket { verified: verify(&issued.file).unwrap(), access: None });
        let mut model = Model::new(Card::of(&expert), Settings::default(), name);
        let passphrase = Passphrase::Wrong(TicketFault::WrongPassphrase);
        model.stage = Stage::Ticket(TicketStage { ticket, passphrase, standing: Standing::Valid });
        model
    }

    #[test]
    fn only_the_first_line_is_tried_where_only_the_passphrase_is_read() {
        let model = after_a_wrong_passphrase();
        assert_eq!(meaning("another", &model, Mode { stages: false }), Meaning::Unknown);
        let tried = meaning("another", &model, Mode { stages: true });
        assert!(matches!(tried, Meaning::Command(Command::TryPassphrase(_))));
    }
}
