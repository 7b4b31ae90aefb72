//! What the controller writes into the receipt, and in which words.

use deskside_proto::session::{ClientState, ReceiptEvent, Way};

use super::sessions::Session;
use super::{Controller, Effect, Now, SHOWN_LINES};
use crate::app::view::Carried;
use crate::receipt::{Entry, Event, Reason, Thing};
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
        ReceiptEvent::ControlAsked { scopes } => Event::ControlAsked { scopes: Thing::all(scopes) },
        ReceiptEvent::ControlAllowed { scopes, .. } => Event::ControlAllowed { scopes: Thing::all(scopes) },
        ReceiptEvent::ControlDenied { reason } => Event::ControlDenied { reason: reason.into() },
        ReceiptEvent::ControlRequestCancelled => Event::ControlDenied { reason: Reason::TakenBack },
        ReceiptEvent::ControlRevoked { reason, .. } => Event::ControlEnded { reason: reason.into() },
        ReceiptEvent::ControlReleased { .. } => Event::ControlEnded { reason: by_itself(session) },
        ReceiptEvent::ClipboardAsked(way) => Event::ClipboardAsked { way: way.into() },
        ReceiptEvent::ClipboardAllowed(way) => Event::ClipboardAllowed { way: way.into() },
        ReceiptEvent::ClipboardDenied { way, reason } => {
            Event::ClipboardDenied { way: way.into(), reason: reason.map_or(Reason::TakenBack, Reason::from) }
        }
        ReceiptEvent::ClipboardEnded { way, reason } => Event::ClipboardEnded {
            way: way.into(),
            reason: reason.map_or_else(|| by_itself(session), Reason::from),
        },
        ReceiptEvent::SessionEnded { reason } if session.since.is_none() => {
            Event::ViewDenied { reason: reason.into() }
        }
        ReceiptEvent::SessionEnded { reason } => Event::SessionEnded { reason: reason.into() },
    }
}

/// Why something ended that nobody took back.
fn by_itself(session: &Session) -> Reason {
    let is_over = matches!(session.machine.state(), ClientState::Ended { .. });
    if is_over { Reason::SessionOver } else { Reason::GivenBack }
}
