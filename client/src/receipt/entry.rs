//! One entry of the receipt: how it is written and how it is said.

use deskside_words::t;
use serde::{Deserialize, Serialize};

use super::{Direction, Reason, Thing};
use crate::app::view::{Carried, ReceiptLine};
use crate::app::words;
use crate::tickets::record::{Record, system_time};

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
        /// How long it can be used, in seconds.
        valid_for: u64,
        /// How often it can be used.
        uses: u32,
    },
    /// A ticket was closed before its time.
    TicketClosed {
        /// Its short number.
        ticket: String,
        /// Why.
        reason: Reason,
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
        reason: Reason,
    },
    /// The expert asked for control.
    ControlAsked {
        /// Of what.
        scopes: Vec<Thing>,
    },
    /// The person allowed it.
    ControlAllowed {
        /// Of what.
        scopes: Vec<Thing>,
    },
    /// The person did not.
    ControlDenied {
        /// Why.
        reason: Reason,
    },
    /// Control ended; viewing went on.
    ControlEnded {
        /// Why.
        reason: Reason,
    },
    /// The expert asked for a way of the clipboard.
    ClipboardAsked {
        /// Which, as what the expert may do.
        way: Direction,
    },
    /// The person allowed it.
    ClipboardAllowed {
        /// Which.
        way: Direction,
    },
    /// The person did not.
    ClipboardDenied {
        /// Which.
        way: Direction,
        /// Why.
        reason: Reason,
    },
    /// It ended.
    ClipboardEnded {
        /// Which.
        way: Direction,
        /// Why.
        reason: Reason,
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
        reason: Reason,
    },
}

impl Event {
    /// That this ticket was made.
    #[must_use]
    pub fn made(record: &Record) -> Self {
        Self::TicketMade {
            ticket: record.id.short(),
            valid_for: record.not_after.saturating_sub(record.not_before),
            uses: record.uses,
        }
    }
}

impl Entry {
    /// What happened, as a sentence for people.
    #[must_use]
    pub fn sentence(&self) -> String {
        let who = &self.who();
        match &self.event {
            Event::TicketMade { ticket, valid_for, uses } => {
                t!("client-receipt-made", ticket = ticket, terms = words::terms(*valid_for, *uses))
            }
            Event::TicketClosed { ticket, reason } => {
                t!("client-receipt-closed", ticket = ticket, reason = reason.said())
            }
            Event::ViewAsked { ticket, from } => {
                t!("client-receipt-view-asked", who = who, ticket = ticket, from = from)
            }
            Event::ViewAllowed => t!("client-receipt-view-allowed", who = who),
            Event::ViewDenied { reason } => {
                t!("client-receipt-view-denied", who = who, reason = reason.said())
            }
            Event::ControlAsked { scopes } => {
                t!("client-receipt-control-asked", who = who, things = Thing::said(scopes))
            }
            Event::ControlAllowed { scopes } => {
                t!("client-receipt-control-allowed", who = who, things = Thing::said(scopes))
            }
            Event::ControlDenied { reason } => {
                t!("client-receipt-control-denied", who = who, reason = reason.said())
            }
            Event::ControlEnded { reason } => {
                t!("client-receipt-control-ended", who = who, reason = reason.said())
            }
            Event::ClipboardAsked { way: Direction::ToExpert } => {
                t!("client-receipt-read-asked", who = who)
            }
            Event::ClipboardAsked { way: Direction::ToPerson } => {
                t!("client-receipt-give-asked", who = who)
            }
            Event::ClipboardAllowed { way: Direction::ToExpert } => {
                t!("client-receipt-read-allowed", who = who)
            }
            Event::ClipboardAllowed { way: Direction::ToPerson } => {
                t!("client-receipt-give-allowed", who = who)
            }
            Event::ClipboardDenied { way: Direction::ToExpert, reason } => {
                t!("client-receipt-read-denied", who = who, reason = reason.said_of_clipboard())
            }
            Event::ClipboardDenied { way: Direction::ToPerson, reason } => {
                t!("client-receipt-give-denied", who = who, reason = reason.said_of_clipboard())
            }
            Event::ClipboardEnded { way: Direction::ToExpert, reason } => {
                t!("client-receipt-read-ended", who = who, reason = reason.said_of_clipboard())
            }
            Event::ClipboardEnded { way: Direction::ToPerson, reason } => {
                t!("client-receipt-give-ended", who = who, reason = reason.said_of_clipboard())
            }
            Event::SessionEnded { reason } => {
                t!("client-receipt-session-ended", who = who, reason = reason.said())
            }
            &Event::CopiedToExpert { texts, pictures, files, bytes } => {
                let what = words::copied(Carried { texts, pictures, files, bytes });
                t!("client-receipt-copied-to-expert", who = who, what = what)
            }
            &Event::CopiedToPerson { texts, pictures, files, bytes } => {
                let what = words::copied(Carried { texts, pictures, files, bytes });
                t!("client-receipt-copied-to-person", who = who, what = what)
            }
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
            (None, None) => t!("client-somebody").to_owned(),
        }
    }
}
