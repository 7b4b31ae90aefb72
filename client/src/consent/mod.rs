//! The one token that turns an answer into a yes, and the two ways to it: a press on the person's own devices after the
//! question was seen, or a line on the program's own standard input. No window, no session.

mod guard;
mod stop;
mod terminal;

use std::time::Instant;

use deskside_proto::ids::QuestionId;
use deskside_words::t;
use thiserror::Error;

use crate::physical::WatchError;

pub use guard::Guard;
pub use stop::LastStop;
pub use terminal::{TerminalLine, TerminalLines, Unreadable, discard_typed_ahead};

/// Proof that the person at this machine said yes to one question.
///
/// INVARIANT: only [`Guard::confirm`] and [`TerminalLine::confirm`] make one. It cannot be copied, and it names its
/// question, so that a yes to one is never taken for a yes to another.
#[derive(Debug)]
pub struct LocalYes {
    question: QuestionId,
    said_at: Instant,
}

impl LocalYes {
    /// The question to which this says yes.
    pub fn question(&self) -> QuestionId {
        self.question
    }

    /// When it was said: a stop after that moment takes back what it is a yes to, however late that is opened.
    pub fn said_at(&self) -> Instant {
        self.said_at
    }

    /// A yes for tests of those who receive one.
    #[cfg(test)]
    pub(crate) fn for_test(question: QuestionId) -> Self {
        Self { question, said_at: Instant::now() }
    }
}

/// Why an answer is not taken for the person's own.
#[derive(Debug, Error)]
pub enum NotGenuine {
    /// No press on a real device, or not the last one.
    #[error("{}", t!("client-not-genuine-injected"))]
    Injected,
    /// It was pressed before anybody could have read the question.
    #[error("{}", t!("client-not-genuine-early"))]
    TooEarly,
    /// The line is not the word that means yes.
    #[error("{}", t!("client-not-genuine-word"))]
    OtherWord,
    /// Nothing can be said about where the answer came from.
    #[error("{}", t!("client-not-genuine-unwatched", reason = .0.to_string()))]
    Unwatched(#[from] WatchError),
}
