//! What went wrong or came to an end: what happened, what it means, what to do now.

use std::time::Duration;

use deskside_proto::ticket_file::{Standing, Validity};
use deskside_proto::wire::control::{EndedReason, RefusedReason};

use super::time::length;
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

const ASK_AGAIN: &str = "Ask the person for a new ticket.";

/// A ticket or passphrase that does not do.
#[must_use]
pub fn ticket_fault(fault: &TicketFault) -> Explained {
    match fault {
        TicketFault::File(reason) => Explained::new(
            "The file cannot be read.",
            format!("The system says: {reason}."),
            "Check that the file is still there and that you may read it.",
        ),
        TicketFault::NotATicket => Explained::new(
            "This is not a Deskside ticket.",
            "A ticket is a small text file whose name ends in .deskside.",
            "Choose the file that the person sent you, or ask them to send it again.",
        ),
        TicketFault::Damaged => Explained::new(
            "The ticket is damaged.",
            "Something was cut off or changed on the way, so it cannot be used.",
            "Ask the person to send the same ticket again as an attached file. If that does not help, ask for a new one.",
        ),
        TicketFault::TooLarge => Explained::new(
            "The file is too large for a ticket.",
            "A ticket has at most 8 KiB.",
            "Choose the file that the person sent you.",
        ),
        TicketFault::Newer => Explained::new(
            "The ticket was made by a newer Deskside.",
            "This version cannot read it.",
            "Update Deskside Expert, then open the ticket again.",
        ),
        TicketFault::Lying => Explained::new(
            "The ticket contradicts itself.",
            "Its readable first line says something other than the ticket holds. Somebody has changed it; do not trust it.",
            "Ask the person for a new ticket, on another way.",
        ),
        TicketFault::Forged => Explained::new(
            "The ticket's signature is wrong.",
            "It was changed after it was made, or somebody other than the person made it.",
            "Ask the person for a new ticket, on another way.",
        ),
        TicketFault::NotForYou => Explained::new(
            "The ticket is made for another expert.",
            "It is sealed to a key that is not yours.",
            "Send the person your key (on the start screen) and ask for a ticket made with it.",
        ),
        TicketFault::NotAPassphrase(reason) => Explained::new(
            "That is not a whole passphrase.",
            format!("{}.", capitalised(reason)),
            "Ask the person to read the four words again.",
        ),
        TicketFault::WrongPassphrase => Explained::new(
            "The passphrase does not open this ticket.",
            "It may be misheard, or belong to another ticket.",
            "Ask the person to read it again, or to spell the words.",
        ),
        TicketFault::NoDialog => Explained::new(
            "This desktop has no file dialog.",
            "It comes with the desktop portal (package xdg-desktop-portal) or with zenity, and neither answers.",
            "Drop the ticket onto this window, or copy it in the file manager and press Ctrl+V here.",
        ),
        TicketFault::NoMemory => Explained::new(
            "This computer has too little free memory.",
            "Trying a passphrase takes 64 MiB for about a second.",
            "Close other programs, then try again.",
        ),
    }
}

/// A ticket outside of its time.
#[must_use]
pub fn standing(standing: Standing, validity: &Validity, unix: u64) -> Option<Explained> {
    match standing {
        Standing::Valid => None,
        Standing::Expired => Some(Explained::new(
            format!(
                "This ticket expired {} ago.",
                length(Duration::from_secs(unix.saturating_sub(validity.not_after())))
            ),
            "It is valid for a short time only, so that a lost ticket does no harm.",
            "Ask the person for a new ticket. If the clock of this computer is wrong, you can try anyway.",
        )),
        Standing::NotYetValid => Some(Explained::new(
            format!(
                "This ticket becomes valid in {}.",
                length(Duration::from_secs(validity.not_before().saturating_sub(unix)))
            ),
            "The person chose that time, or one of the two clocks is wrong.",
            "Wait until then. If the clock of this computer is wrong, you can try anyway.",
        )),
    }
}

/// How it ended. `client`: who they are, where that is known.
#[must_use]
pub fn ending(ending: &Ending, client: &str) -> Explained {
    match ending {
        Ending::Given { up } => match up {
            Given::Connecting => {
                Explained::new("You stopped connecting.", format!("{client} was not asked anything."), "")
            }
            Given::Waiting => {
                Explained::new("You stopped waiting.", format!("The question to {client} was closed."), "")
            }
            Given::Session => Explained::new(
                "You ended the session.",
                format!("You no longer see the desktop of {client}."),
                "",
            ),
        },
        Ending::ByThem(reason) => match reason {
            EndedReason::ByPerson => Explained::new(
                format!("{client} ended the session."),
                "You no longer see their desktop.",
                "To go on, ask them for a new ticket.",
            ),
            EndedReason::Closing => Explained::new(
                format!("Deskside was closed at {client}'s computer."),
                "The session ended with it.",
                "To go on, ask them for a new ticket.",
            ),
            EndedReason::CaptureFailed => Explained::new(
                "Their desktop can no longer be shown.",
                "Deskside on their computer lost access to the screen, for example because they logged out.",
                "Ask them to log in again and to send a new ticket.",
            ),
        },
        Ending::Refused(reason) => refused(*reason, client),
        Ending::Connect(fault) => connect_fault(fault, client),
        Ending::Lost { seen: true } => Explained::new(
            "The connection was lost.",
            "Nothing was heard any more. Control ended by itself; nothing stays pressed on their computer.",
            "Check your network. To go on, ask the person for a new ticket.",
        ),
        Ending::Lost { seen: false } => Explained::new(
            "The connection was lost while waiting.",
            format!("{client} had not answered yet."),
            "Try again. If that does not help, ask for a new ticket.",
        ),
        Ending::Misbehaved => Explained::new(
            "The session was cut off for your safety.",
            "The other program sent something that the protocol does not allow.",
            "If you trust the other computer, update Deskside on both and try again with a new ticket.",
        ),
    }
}

fn refused(reason: RefusedReason, client: &str) -> Explained {
    match reason {
        RefusedReason::NotAccepted => Explained::new(
            "The ticket was not accepted.",
            "The other computer does not say why. The ticket may be unknown there, or closed after too many attempts.",
            ASK_AGAIN,
        ),
        RefusedReason::Expired => Explained::new("The ticket has expired.", "Its time is over.", ASK_AGAIN),
        RefusedReason::NotYetValid => Explained::new(
            "The ticket is not valid yet.",
            "By the clock of the other computer its time has not begun.",
            "Wait a little and try again.",
        ),
        RefusedReason::Used => Explained::new(
            "The ticket has been used before.",
            "A ticket works once, unless the person made it for more.",
            ASK_AGAIN,
        ),
        RefusedReason::Cancelled => Explained::new(
            "The ticket was cancelled.",
            format!("{client} took the invitation back."),
            "Ask them whether they still want help.",
        ),
        RefusedReason::Busy => Explained::new(
            format!("{client} is busy."),
            "Somebody else is connected, or they are being asked something else.",
            "Try again in a moment.",
        ),
        RefusedReason::Denied => Explained::new(
            format!("{client} did not allow you to see their desktop."),
            "They said no. You see nothing of their computer.",
            "Talk to them. If they change their mind, they can send you a new ticket.",
        ),
        RefusedReason::NoAnswer => Explained::new(
            format!("{client} did not answer."),
            "The question was open for two minutes; no answer means no.",
            "Call them, then try again. If the ticket was for one use, ask for a new one.",
        ),
        RefusedReason::Incompatible => Explained::new(
            "The two programs do not understand each other.",
            "Their version of Deskside and yours have no common language.",
            "Update Deskside on both computers.",
        ),
    }
}

fn connect_fault(fault: &ConnectFault, client: &str) -> Explained {
    match fault {
        ConnectFault::Unreachable { tried } => Explained::new(
            format!("{client}'s computer does not answer."),
            format!("Tried: {}.", tried.join(", ")),
            "Ask them whether Deskside is running and the ticket is open. Both computers must be in the same network, or theirs reachable from outside.",
        ),
        ConnectFault::WrongKey => Explained::new(
            "Another computer answers in their place.",
            "What answers does not have the key that the ticket names. Somebody may be trying to deceive you; nothing was sent to it.",
            "Do not continue. Ask the person for a new ticket, on another way.",
        ),
        ConnectFault::Incompatible => refused(RefusedReason::Incompatible, client),
        ConnectFault::Local(reason) => Explained::new(
            "This computer cannot connect to anything.",
            format!("The system says: {reason}."),
            "Check your network connection, then try again.",
        ),
    }
}

fn capitalised(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
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
            TicketFault::NotAPassphrase("a word is missing".into()),
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
