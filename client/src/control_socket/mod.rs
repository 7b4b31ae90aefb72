//! How a second `deskside` reaches the one that runs: a socket in the runtime directory that only this person can open.
//! It can wake, show and ask for the state. INVARIANT: no request can answer a question, so no program can say yes here.

mod caller;
mod listener;

use std::path::{Path, PathBuf};
use std::str::FromStr;

use serde::{Deserialize, Serialize};

pub use caller::{CallError, call};
pub use listener::{Incoming, Instance, InstanceError, serve};

/// The longest line in either direction, in bytes.
pub const LONGEST_LINE_BYTES: usize = 4096;

/// The socket in the runtime directory.
#[must_use]
pub fn path(runtime: &Path) -> PathBuf {
    runtime.join("control.sock")
}

/// What a second `deskside` can want.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Request {
    /// The records of tickets changed: read them again.
    TicketsChanged,
    /// Bring the window to the front.
    ShowWindow,
    /// Say how things are.
    Status,
}

impl Request {
    const ALL: [(Self, &'static str); 3] = [
        (Self::TicketsChanged, "tickets-changed"),
        (Self::ShowWindow, "show-window"),
        (Self::Status, "status"),
    ];

    /// The request as a line says it.
    #[must_use]
    pub fn word(self) -> &'static str {
        Self::ALL.iter().find(|(request, _)| *request == self).map_or("", |(_, word)| word)
    }
}

/// The line is no request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("unknown request")]
pub struct UnknownRequest;

impl FromStr for Request {
    type Err = UnknownRequest;

    fn from_str(line: &str) -> Result<Self, UnknownRequest> {
        Self::ALL.iter().find(|(_, word)| *word == line).map(|(request, _)| *request).ok_or(UnknownRequest)
    }
}

/// How things are in the running program.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Status {
    /// Its process number.
    pub process: u32,
    /// Whether it asks on a terminal instead of in windows.
    pub terminal: bool,
    /// The UDP port on which it listens; `None` while it does not.
    pub port: Option<u16>,
    /// How many tickets are open.
    pub open_tickets: usize,
    /// How many experts see the screen.
    pub sessions: usize,
    /// Whether one of them controls.
    pub controlled: bool,
}

/// The answer to a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "answer", rename_all = "kebab-case")]
pub enum Answer {
    /// It is done.
    Done,
    /// How things are.
    Status(Status),
    /// It cannot be done; the sentence says why.
    Failed {
        /// Why.
        reason: String,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_socket_knows_three_requests_and_none_of_them_answers_a_question() {
        let words: Vec<&str> = Request::ALL.iter().map(|(_, word)| *word).collect();
        assert_eq!(words, ["tickets-changed", "show-window", "status"]);
        for (request, word) in Request::ALL {
            assert_eq!(word.parse(), Ok(request));
        }
        for line in ["allow 1", "allow", "yes", "answer-view", "", "status "] {
            assert_eq!(line.parse::<Request>(), Err(UnknownRequest));
        }
    }
}
