//! What the controller writes into the receipt, and in which words.

use deskside_proto::session::{ClientState, ReceiptEvent, Way};

use super::sessions::Session;
use super::{Controller, Effect, Now, SHOWN_LINES};
use crate::app::view::Carried;
use crate::app::words;
use crate::receipt::{Entry, Event};
use crate::tickets::record::unix_seconds;

impl Controller {
    /// Notes an entry for the surfaces and asks for it to be written down.
    pub(super) fn record(&mut self, event: Event, session: Option<&Session>, now: Now) -> Effect {
        let entry = Entry {
            at: unix_seconds(now.wall),
            session: session.map(|session| session.who.session.0),
            expert: session.map(|session| session.who.name.to_string()),
            fingerprint: session.map(|session| session.who.fingerprint.clone()),
            event,
        };
        self.receipt.push_back(entry.clone());
        while self.receipt.len() > SHOWN_LINES {
            self.receipt.pop_front();
        }
        Effect::Record(entry)
    }
}

/// How much went which way, where anything did.
pub(super) fn copied(session: &Session) -> Vec<Event> {
    let of = |(way, (carried, _)): (Way, (Carried, _))| {
        let Carried { texts, pictures, files, bytes } = carried;
        (carried != Carried::default()).then_some(match way {
            Way::ToExpert => Event::CopiedToExpert { texts, pictures, files, bytes },
            Way::ToPerson => Event::CopiedToPerson { texts, pictures, files, bytes },
        })
    };
    Way::ALL.into_iter().zip(session.copying).filter_map(of).collect()
}

/// The machine's event in the words of the receipt.
pub(super) fn in_words(event: ReceiptEvent, session: &Session) -> Event {
    match event {
        ReceiptEvent::ViewAsked => {
            Event::ViewAsked { ticket: session.who.ticket.short(), from: session.who.from.clone() }
        }
        ReceiptEvent::ViewAllowed => Event::ViewAllowed,
        ReceiptEvent::ControlAsked { scopes } => Event::ControlAsked { scopes: words::scopes(scopes) },
        ReceiptEvent::ControlAllowed { scopes, .. } => {
            Event::ControlAllowed { scopes: words::scopes(scopes) }
        }
        ReceiptEvent::ControlDenied { reason } => {
            Event::ControlDenied { reason: words::denied(reason).to_owned() }
        }
        ReceiptEvent::ControlRequestCancelled => {
            Event::ControlDenied { reason: "they took the request back".to_owned() }
        }
        ReceiptEvent::ControlRevoked { reason, .. } => {
            Event::ControlEnded { reason: words::revoked(reason).to_owned() }
        }
        ReceiptEvent::ControlReleased { .. } => {
            let is_over = matches!(session.machine.state(), ClientState::Ended { .. });
            let reason = if is_over { "the session ended" } else { "they gave it back" };
            Event::ControlEnded { reason: reason.to_owned() }
        }
        ReceiptEvent::ClipboardAsked(way) => Event::ClipboardAsked { way: words::way(way).to_owned() },
        ReceiptEvent::ClipboardAllowed(way) => Event::ClipboardAllowed { way: words::way(way).to_owned() },
        ReceiptEvent::ClipboardDenied { way, reason } => Event::ClipboardDenied {
            way: words::way(way).to_owned(),
            reason: reason.map_or("they took the request back", words::denied).to_owned(),
        },
        ReceiptEvent::ClipboardEnded { way, reason } => {
            let is_over = matches!(session.machine.state(), ClientState::Ended { .. });
            let ended = if is_over { "the session ended" } else { "they gave it back" };
            let reason = reason.map_or(ended, words::revoked).to_owned();
            Event::ClipboardEnded { way: words::way(way).to_owned(), reason }
        }
        ReceiptEvent::SessionEnded { reason } if session.since.is_none() => {
            Event::ViewDenied { reason: words::ended(reason).to_owned() }
        }
        ReceiptEvent::SessionEnded { reason } => {
            Event::SessionEnded { reason: words::ended(reason).to_owned() }
        }
    }
}
