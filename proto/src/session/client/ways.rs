//! The client's part about the clipboard: two ways, each with its own question, its own grant and its own end.
//! It neither reads nor writes a clipboard; it says when that may begin and when it must end.

use super::rules::is_refusal;
use super::{ClientSession, Step};
use crate::ids::{GrantId, RequestId};
use crate::session::{ClientEffect, ClientWay, Presence, ReceiptEvent, Timeout, Way};
use crate::time::Millis;
use crate::wire::control::{DeniedReason, FromClient, RevokedReason};

/// Both ways.
///
/// INVARIANT: at most one of them is asked for, and none while the state is a question itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(in crate::session) struct Ways {
    pub(in crate::session) to_expert: ClientWay,
    pub(in crate::session) to_person: ClientWay,
}

impl Ways {
    pub(super) fn get(&self, way: Way) -> &ClientWay {
        match way {
            Way::ToExpert => &self.to_expert,
            Way::ToPerson => &self.to_person,
        }
    }

    fn set(&mut self, way: Way, to: ClientWay) {
        match way {
            Way::ToExpert => self.to_expert = to,
            Way::ToPerson => self.to_person = to,
        }
    }

    pub(super) fn is_closed(&self, way: Way) -> bool {
        *self.get(way) == ClientWay::Closed
    }

    pub(super) fn is_asking(&self) -> bool {
        Way::ALL.into_iter().any(|way| matches!(self.get(way), ClientWay::Asked { .. }))
    }

    pub(super) fn timeout(&self) -> Option<(Millis, Timeout)> {
        Way::ALL.into_iter().find_map(|way| match *self.get(way) {
            ClientWay::Asked { deadline, .. } => Some((deadline, Timeout::ClipboardNotAnswered(way))),
            ClientWay::Closed | ClientWay::Open { .. } => None,
        })
    }

    /// The way for which this is the open request.
    pub(super) fn asked(&self, number: RequestId) -> Option<Way> {
        Way::ALL
            .into_iter()
            .find(|way| matches!(*self.get(*way), ClientWay::Asked { request, .. } if request == number))
    }

    /// The way for which this is the open request, or was the one that the person allowed.
    pub(super) fn of_request(&self, number: RequestId) -> Option<Way> {
        let allowed =
            |way: &Way| matches!(*self.get(*way), ClientWay::Open { request, .. } if request == number);
        self.asked(number).or_else(|| Way::ALL.into_iter().find(allowed))
    }

    pub(super) fn of_grant(&self, number: GrantId) -> Option<Way> {
        Way::ALL
            .into_iter()
            .find(|way| matches!(*self.get(*way), ClientWay::Open { grant, .. } if grant == number))
    }
}

impl ClientSession {
    /// Where this way of the clipboard stands.
    pub fn way(&self, way: Way) -> &ClientWay {
        self.ways.get(way)
    }

    /// What the session takes up of the person's attention. Whoever has a way of the clipboard counts as in control: two
    /// experts would take turns in what is pasted.
    pub fn presence(&self) -> Presence {
        let of_state = Presence::from(&self.state);
        match of_state {
            Presence::Watching | Presence::Controlling if self.ways.is_asking() => Presence::Asking,
            Presence::Watching if self.ways != Ways::default() => Presence::Controlling,
            Presence::Asking | Presence::Watching | Presence::Controlling | Presence::Gone => of_state,
        }
    }

    pub(super) fn ask_way(mut self, way: Way, request: RequestId, deadline: Millis) -> Step {
        self.ways.set(way, ClientWay::Asked { request, deadline });
        let recorded = ClientEffect::Record(ReceiptEvent::ClipboardAsked(way));
        (self, vec![recorded, ClientEffect::AskClipboard { request, way }])
    }

    /// The person said yes to the open request for this way.
    pub(super) fn open_way(mut self, way: Way) -> Step {
        let ClientWay::Asked { request, .. } = *self.ways.get(way) else { return self.stay() };
        let scopes = way.scope().into();
        let Some(token) = self.grants.issue(scopes) else {
            return self.close_way(way, DeniedReason::Unsupported, RevokedReason::InputFailed);
        };
        let grant = token.number();
        self.ways.set(way, ClientWay::Open { request, grant });
        let effects = vec![
            ClientEffect::CloseQuestion,
            ClientEffect::Record(ReceiptEvent::ClipboardAllowed(way)),
            ClientEffect::OpenClipboard(token),
            ClientEffect::Send(FromClient::ControlAllowed { request, grant, scopes }),
        ];
        (self, effects)
    }

    /// Closes a way from this side: an open question for `denied`, an open way for `revoked`.
    pub(super) fn close_way(mut self, way: Way, denied: DeniedReason, revoked: RevokedReason) -> Step {
        let effects = match *self.ways.get(way) {
            ClientWay::Closed => return self.stay(),
            ClientWay::Asked { request, .. } => {
                if is_refusal(denied) {
                    self.unallowed = self.unallowed.saturating_add(1);
                }
                vec![
                    ClientEffect::CloseQuestion,
                    ClientEffect::Record(ReceiptEvent::ClipboardDenied { way, reason: Some(denied) }),
                    ClientEffect::Send(FromClient::ControlDenied { request, reason: denied }),
                ]
            }
            ClientWay::Open { grant, .. } => vec![
                ClientEffect::CloseClipboard(way),
                ClientEffect::Send(FromClient::ControlRevoked { grant, reason: revoked }),
                ClientEffect::Record(ReceiptEvent::ClipboardEnded { way, reason: Some(revoked) }),
            ],
        };
        self.ways.set(way, ClientWay::Closed);
        (self, effects)
    }

    pub(super) fn close_ways(self, denied: DeniedReason, revoked: RevokedReason) -> Step {
        let (session, mut effects) = self.close_way(Way::ToExpert, denied, revoked);
        let (session, more) = session.close_way(Way::ToPerson, denied, revoked);
        effects.extend(more);
        (session, effects)
    }

    /// The expert does not want this way any more, or does not want the answer that it is about to get.
    pub(super) fn give_back_way(mut self, way: Way) -> Step {
        let effects = match *self.ways.get(way) {
            ClientWay::Closed => return self.stay(),
            ClientWay::Asked { .. } => {
                self.unallowed = self.unallowed.saturating_add(1);
                let denied = ReceiptEvent::ClipboardDenied { way, reason: None };
                vec![ClientEffect::CloseQuestion, ClientEffect::Record(denied)]
            }
            ClientWay::Open { .. } => {
                let ended = ReceiptEvent::ClipboardEnded { way, reason: None };
                vec![ClientEffect::CloseClipboard(way), ClientEffect::Record(ended)]
            }
        };
        self.ways.set(way, ClientWay::Closed);
        (self, effects)
    }

    /// The session is over, and both ways with it; nobody needs to be told apart from that.
    pub(super) fn drop_ways(self) -> Step {
        let unallowed = self.unallowed;
        let (session, mut effects) = self.give_back_way(Way::ToExpert);
        let (session, more) = session.give_back_way(Way::ToPerson);
        effects.extend(more);
        (Self { unallowed, ..session }, effects)
    }
}
