//! What went wrong or came to an end: what happened, what it means, what to do now.

use std::time::Duration;

use deskside_crypto::passphrase::PassphraseError;
use deskside_net::expert::AttemptFailure;
use deskside_proto::ticket_file::{Standing, Validity};
use deskside_proto::wire::control::{EndedReason, RefusedReason};
use deskside_words::t;

use super::time::length_away;
use crate::model::{ConnectFault, Ending, Given, TicketFault};

/// What happened, what it means, what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explained {
    /// What happened.
    pub what: String,
    /// What it means.
    pub meaning: String,
    /// What to do now.
    pub remedy: String,
}

impl Explained {
    fn new(what: impl Into<String>, meaning: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { what: what.into(), meaning: meaning.into(), remedy: remedy.into() }
    }

    /// In one paragraph, for the terminal.
    #[must_use]
    pub fn line(&self) -> String {
        [&self.what, &self.meaning, &self.remedy]
            .into_iter()
            .filter(|part| !part.is_empty())
            .map(String::as_str)
            .collect::<Vec<_>>()
            .join(" ")
    }
}

/// A ticket or passphrase that does not do.
#[must_use]
pub fn ticket_fault(fault: &TicketFault) -> Explained {
    match fault {
        TicketFault::File(reason) => Explained::new(
            t!("expert-fault-file-what"),
            t!("expert-fault-file-meaning", reason = reason),
            t!("expert-fault-file-remedy"),
        ),
        TicketFault::NotATicket => Explained::new(
            t!("expert-fault-no-ticket-what"),
            t!("expert-fault-no-ticket-meaning"),
            t!("expert-fault-no-ticket-remedy"),
        ),
        TicketFault::Damaged => Explained::new(
            t!("expert-fault-damaged-what"),
            t!("expert-fault-damaged-meaning"),
            t!("expert-fault-damaged-remedy"),
        ),
        TicketFault::TooLarge => Explained::new(
            t!("expert-fault-too-large-what"),
            t!("expert-fault-too-large-meaning"),
            t!("expert-fault-too-large-remedy"),
        ),
        TicketFault::Newer => Explained::new(
            t!("expert-fault-newer-what"),
            t!("expert-fault-newer-meaning"),
            t!("expert-fault-newer-remedy"),
        ),
        TicketFault::Lying => Explained::new(
            t!("expert-fault-lying-what"),
            t!("expert-fault-lying-meaning"),
            t!("expert-fault-lying-remedy"),
        ),
        TicketFault::Forged => Explained::new(
            t!("expert-fault-forged-what"),
            t!("expert-fault-forged-meaning"),
            t!("expert-fault-forged-remedy"),
        ),
        TicketFault::NotForYou => Explained::new(
            t!("expert-fault-not-for-you-what"),
            t!("expert-fault-not-for-you-meaning"),
            t!("expert-fault-not-for-you-remedy"),
        ),
        TicketFault::NotAPassphrase(error) => Explained::new(
            t!("expert-fault-no-passphrase-what"),
            no_passphrase(*error),
            t!("expert-fault-no-passphrase-remedy"),
        ),
        TicketFault::WrongPassphrase => Explained::new(
            t!("expert-fault-wrong-passphrase-what"),
            t!("expert-fault-wrong-passphrase-meaning"),
            t!("expert-fault-wrong-passphrase-remedy"),
        ),
        TicketFault::NoDialog => Explained::new(
            t!("expert-fault-no-dialog-what"),
            t!("expert-fault-no-dialog-meaning"),
            t!("expert-fault-no-dialog-remedy"),
        ),
        TicketFault::NoMemory => Explained::new(
            t!("expert-fault-no-memory-what"),
            t!("expert-fault-no-memory-meaning"),
            t!("expert-fault-no-memory-remedy"),
        ),
    }
}

/// A ticket outside of its time.
#[must_use]
pub fn standing(standing: Standing, validity: &Validity, unix: u64) -> Option<Explained> {
    match standing {
        Standing::Valid => None,
        Standing::Expired => Some(Explained::new(
            t!(
                "expert-expired-what",
                length = length_away(Duration::from_secs(unix.saturating_sub(validity.not_after())))
            ),
            t!("expert-expired-meaning"),
            t!("expert-expired-remedy"),
        )),
        Standing::NotYetValid => Some(Explained::new(
            t!(
                "expert-early-what",
                length = length_away(Duration::from_secs(validity.not_before().saturating_sub(unix)))
            ),
            t!("expert-early-meaning"),
            t!("expert-early-remedy"),
        )),
    }
}

/// How it ended. `client`: who they are, where that is known.
#[must_use]
pub fn ending(ending: &Ending, client: &str) -> Explained {
    match ending {
        Ending::Given { up } => match up {
            Given::Connecting => Explained::new(
                t!("expert-ended-connecting-what"),
                t!("expert-ended-connecting-meaning", client = client),
                "",
            ),
            Given::Waiting => Explained::new(
                t!("expert-ended-waiting-what"),
                t!("expert-ended-waiting-meaning", client = client),
                "",
            ),
            Given::Session => Explained::new(
                t!("expert-ended-given-what"),
                t!("expert-ended-given-meaning", client = client),
                "",
            ),
        },
        Ending::ByThem(reason) => match reason {
            EndedReason::ByPerson => Explained::new(
                t!("expert-ended-by-person-what", client = client),
                t!("expert-ended-by-person-meaning"),
                t!("expert-ended-by-person-remedy"),
            ),
            EndedReason::Closing => Explained::new(
                t!("expert-ended-closing-what", client = client),
                t!("expert-ended-closing-meaning"),
                t!("expert-ended-closing-remedy"),
            ),
            EndedReason::CaptureFailed => Explained::new(
                t!("expert-ended-capture-failed-what"),
                t!("expert-ended-capture-failed-meaning"),
                t!("expert-ended-capture-failed-remedy"),
            ),
        },
        Ending::Refused(reason) => refused(*reason, client),
        Ending::Connect(fault) => connect_fault(fault, client),
        Ending::Lost { seen: true } => Explained::new(
            t!("expert-ended-lost-what"),
            t!("expert-ended-lost-meaning"),
            t!("expert-ended-lost-remedy"),
        ),
        Ending::Lost { seen: false } => Explained::new(
            t!("expert-ended-lost-early-what"),
            t!("expert-ended-lost-early-meaning", client = client),
            t!("expert-ended-lost-early-remedy"),
        ),
        Ending::Misbehaved => Explained::new(
            t!("expert-ended-misbehaved-what"),
            t!("expert-ended-misbehaved-meaning"),
            t!("expert-ended-misbehaved-remedy"),
        ),
    }
}

fn refused(reason: RefusedReason, client: &str) -> Explained {
    match reason {
        RefusedReason::NotAccepted => Explained::new(
            t!("expert-refused-not-accepted-what"),
            t!("expert-refused-not-accepted-meaning"),
            t!("expert-refused-ask-again"),
        ),
        RefusedReason::Expired => Explained::new(
            t!("expert-refused-expired-what"),
            t!("expert-refused-expired-meaning"),
            t!("expert-refused-ask-again"),
        ),
        RefusedReason::NotYetValid => Explained::new(
            t!("expert-refused-early-what"),
            t!("expert-refused-early-meaning"),
            t!("expert-refused-early-remedy"),
        ),
        RefusedReason::Used => Explained::new(
            t!("expert-refused-used-what"),
            t!("expert-refused-used-meaning"),
            t!("expert-refused-ask-again"),
        ),
        RefusedReason::Cancelled => Explained::new(
            t!("expert-refused-cancelled-what"),
            t!("expert-refused-cancelled-meaning", client = client),
            t!("expert-refused-cancelled-remedy"),
        ),
        RefusedReason::Busy => Explained::new(
            t!("expert-refused-busy-what", client = client),
            t!("expert-refused-busy-meaning"),
            t!("expert-refused-busy-remedy"),
        ),
        RefusedReason::Denied => Explained::new(
            t!("expert-refused-denied-what", client = client),
            t!("expert-refused-denied-meaning"),
            t!("expert-refused-denied-remedy"),
        ),
        RefusedReason::NoAnswer => Explained::new(
            t!("expert-refused-no-answer-what", client = client),
            t!("expert-refused-no-answer-meaning"),
            t!("expert-refused-no-answer-remedy"),
        ),
        RefusedReason::Incompatible => Explained::new(
            t!("expert-refused-incompatible-what"),
            t!("expert-refused-incompatible-meaning"),
            t!("expert-refused-incompatible-remedy"),
        ),
    }
}

fn connect_fault(fault: &ConnectFault, client: &str) -> Explained {
    match fault {
        ConnectFault::Unreachable { tried } => Explained::new(
            t!("expert-unreachable-what", client = client),
            t!("expert-unreachable-meaning", tried = tried.join(", ")),
            t!("expert-unreachable-remedy"),
        ),
        ConnectFault::WrongKey => Explained::new(
            t!("expert-wrong-key-what"),
            t!("expert-wrong-key-meaning"),
            t!("expert-wrong-key-remedy"),
        ),
        ConnectFault::Incompatible => refused(RefusedReason::Incompatible, client),
        ConnectFault::Local(reason) => Explained::new(
            t!("expert-no-network-what"),
            t!("expert-no-network-meaning", reason = reason),
            t!("expert-no-network-remedy"),
        ),
    }
}

fn no_passphrase(error: PassphraseError) -> String {
    match error {
        PassphraseError::Empty => t!("expert-fault-no-passphrase-empty").to_owned(),
        PassphraseError::WordCount { found } => t!("expert-fault-no-passphrase-count", found = found),
        PassphraseError::UnknownWord { position } => {
            t!("expert-fault-no-passphrase-word", position = position)
        }
    }
}

/// What happened at one address that was tried.
#[must_use]
pub fn attempt(failure: AttemptFailure) -> &'static str {
    match failure {
        AttemptFailure::NameUnknown => t!("expert-attempt-name-unknown"),
        AttemptFailure::NoRoute => t!("expert-attempt-no-route"),
        AttemptFailure::NobodyListens => t!("expert-attempt-nobody-listens"),
        AttemptFailure::TimedOut => t!("expert-attempt-timed-out"),
        AttemptFailure::WrongKey => t!("expert-attempt-wrong-key"),
        AttemptFailure::Incompatible => t!("expert-attempt-incompatible"),
        AttemptFailure::Overloaded => t!("expert-attempt-overloaded"),
        AttemptFailure::Broken => t!("expert-attempt-broken"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fault_says_what_happened_what_it_means_and_what_to_do() {
        let faults = [
            TicketFault::File("gone".into()),
            TicketFault::NotATicket,
            TicketFault::Damaged,
            TicketFault::TooLarge,
            TicketFault::Newer,
            TicketFault::Lying,
            TicketFault::Forged,
            TicketFault::NotForYou,
            TicketFault::NotAPassphrase(PassphraseError::WordCount { found: 3 }),
            TicketFault::WrongPassphrase,
            TicketFault::NoMemory,
            TicketFault::NoDialog,
        ];
        let mut seen = std::collections::BTreeSet::new();
        for fault in &faults {
            let words = ticket_fault(fault);
            assert!(
                !words.what.is_empty() && !words.meaning.is_empty() && !words.remedy.is_empty(),
                "{fault:?}"
            );
            assert!(seen.insert(words.what), "{fault:?} says the same as another");
        }
    }
}
