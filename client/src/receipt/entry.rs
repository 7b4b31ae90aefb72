//! One entry of the receipt: how it is written and how it is said.

use serde::{Deserialize, Serialize};

use crate::app::view::{Carried, ReceiptLine};
use crate::app::words;
use crate::tickets::record::system_time;

/// A line of the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// Counted from 1.
    pub number: u64,
    /// SHA-256 of the line before, in hexadecimal.
    pub previous: String,
    /// What happened.
    #[serde(flatten)]
    pub entry: Entry,
}

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// When, in Unix seconds.
    pub at: u64,
    /// In which session, counted since the program started.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<u64>,
    /// The name that the expert gave.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expert: Option<String>,
    /// The fingerprint of the expert's key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fingerprint: Option<String>,
    /// What.
    #[serde(flatten)]
    pub event: Event,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "kebab-case")]
pub enum Event {
    /// A ticket was made.
    TicketMade {
        /// Its short number.
        ticket: String,
        /// How it is meant to be used.
        terms: String,
    },
    /// A ticket was closed before its time.
    TicketClosed {
        /// Its short number.
        ticket: String,
        /// Why.
        reason: String,
    },
    /// An expert with a valid ticket asked to see the screen.
    ViewAsked {
        /// The ticket's short number.
        ticket: String,
        /// From which address.
        from: String,
    },
    /// The person allowed it.
    ViewAllowed,
    /// The person did not.
    ViewDenied {
        /// Why.
        reason: String,
    },
    /// The expert asked for control.
    ControlAsked {
        /// Of what.
        scopes: String,
    },
    /// The person allowed it.
    ControlAllowed {
        /// Of what.
        scopes: String,
    },
    /// The person did not.
    ControlDenied {
        /// Why.
        reason: String,
    },
    /// Control ended; viewing went on.
    ControlEnded {
        /// Why.
        reason: String,
    },
    /// The expert asked for a way of the clipboard.
    ClipboardAsked {
        /// Which, as what the expert may do.
        way: String,
    },
    /// The person allowed it.
    ClipboardAllowed {
        /// Which.
        way: String,
    },
    /// The person did not.
    ClipboardDenied {
        /// Which.
        way: String,
        /// Why.
        reason: String,
    },
    /// It ended.
    ClipboardEnded {
        /// Which.
        way: String,
        /// Why.
        reason: String,
    },
    /// So much of what the person copied went to the expert in the session.
    CopiedToExpert {
        /// Texts.
        texts: u64,
        /// Pictures.
        pictures: u64,
        /// Files.
        files: u64,
        /// All together. Units: bytes.
        bytes: u64,
    },
    /// So much of what the expert copied was pasted on this computer in the session.
    CopiedToPerson {
        /// Texts.
        texts: u64,
        /// Pictures.
        pictures: u64,
        /// Files.
        files: u64,
        /// All together. Units: bytes.
        bytes: u64,
    },
    /// The session ended.
    SessionEnded {
        /// Why.
        reason: String,
    },
}

impl Entry {
    /// What happened, as a sentence for people.
    #[must_use]
    pub fn sentence(&self) -> String {
        let who = self.who();
        match &self.event {
            Event::TicketMade { ticket, terms } => format!("You made ticket {ticket} ({terms})."),
            Event::TicketClosed { ticket, reason } => format!("Ticket {ticket} was closed: {reason}."),
            Event::ViewAsked { ticket, from } => {
                format!("{who} asked to see your screen (ticket {ticket}, from {from}).")
            }
            Event::ViewAllowed => format!("You allowed {who} to see your screen."),
            Event::ViewDenied { reason } => format!("{who} did not see your screen: {reason}."),
            Event::ControlAsked { scopes } => format!("{who} asked to use your {scopes}."),
            Event::ControlAllowed { scopes } => format!("You allowed {who} to use your {scopes}."),
            Event::ControlDenied { reason } => format!("{who} did not get control: {reason}."),
            Event::ControlEnded { reason } => format!("{who} lost control: {reason}."),
            Event::ClipboardAsked { way } => format!("{who} asked to {way}."),
            Event::ClipboardAllowed { way } => format!("You allowed {who} to {way}."),
            Event::ClipboardDenied { way, reason } => format!("{who} may not {way}: {reason}."),
            Event::ClipboardEnded { way, reason } => format!("{who} can no longer {way}: {reason}."),
            &Event::CopiedToExpert { texts, pictures, files, bytes } => {
                let what = words::copied(Carried { texts, pictures, files, bytes });
                format!("{who} took {what} of what you copied.")
            }
            &Event::CopiedToPerson { texts, pictures, files, bytes } => {
                let what = words::copied(Carried { texts, pictures, files, bytes });
                format!("You pasted {what} of what {who} copied.")
            }
            Event::SessionEnded { reason } => format!("The session with {who} ended: {reason}."),
        }
    }

    /// The entry as surfaces show it.
    #[must_use]
    pub fn view(&self) -> ReceiptLine {
        ReceiptLine { when: system_time(self.at), text: self.sentence() }
    }

    fn who(&self) -> String {
        match (&self.expert, &self.fingerprint) {
            (Some(name), Some(fingerprint)) => format!("{name} ({fingerprint})"),
            (Some(name), None) => name.clone(),
            (None, Some(fingerprint)) => fingerprint.clone(),
            (None, None) => "somebody".to_owned(),
        }
    }
}
