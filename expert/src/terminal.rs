//! Stage lines out, command lines in: how a script or a person without a mouse drives the viewer.
//! The form of both is documented in `deskside-expert open --help`; other programs rely on it.

use std::io::{BufRead, Write};
use std::thread;

use deskside_proto::ticket_file::Standing;
use zeroize::Zeroizing;

use crate::model::{Command, Last, Model, Passphrase, Phase, Session, Spoken, Stage, TicketStage};
use crate::words;

/// How much of the terminal is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mode {
    /// Stage lines are written, commands are read, and the program ends with the session.
    pub stages: bool,
}

/// What came from standard input.
#[derive(Debug)]
pub enum Heard {
    /// A line without its end.
    Line(Zeroizing<String>),
    /// There will be no more lines.
    End,
}

/// Reads standard input on a thread of its own, because reading cannot be interrupted.
///
/// # Errors
/// What the system says when there is no thread to be had.
pub fn listen(mut tell: impl FnMut(Heard) + Send + 'static) -> std::io::Result<()> {
    let read = move || {
        let mut input = std::io::stdin().lock();
        loop {
            let mut line = Zeroizing::new(String::new());
            match input.read_line(&mut line) {
                Ok(0) | Err(_) => return tell(Heard::End),
                Ok(_) => {
                    let whole = line.trim_end_matches(['\r', '\n']).len();
                    line.truncate(whole);
                    tell(Heard::Line(line));
                }
            }
        }
    };
    thread::Builder::new().name("stdin".to_owned()).spawn(read).map(drop)
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
        (Phase::Viewing, Some((Last::Released, _)) | None) => {
            let size = session.screen.unwrap_or_default();
            format!("viewing {}x{}", size.width, size.height)
        }
    }
}

/// Writes lines to standard output, each stage once.
#[derive(Debug, Default)]
pub struct Reporter {
    written: Option<String>,
}

impl Reporter {
    /// Writes the stage if it is not the one written last.
    pub fn report(&mut self, model: &Model) {
        let line = stage_line(model);
        if line.is_some() && line != self.written {
            self.repeat(model);
        }
    }

    /// Writes the stage.
    pub fn repeat(&mut self, model: &Model) {
        let line = stage_line(model);
        if let Some(line) = &line {
            let mut out = std::io::stdout().lock();
            // Whoever stopped reading does not want to know.
            let _ = writeln!(out, "{line}").and_then(|()| out.flush());
        }
        self.written = line;
    }
}
