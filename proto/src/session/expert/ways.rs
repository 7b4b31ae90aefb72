//! The expert's part about the clipboard: which ways the client has opened, and what is said about them.
//! It believes the client, within what the protocol lets a client say.

use super::{ExpertSession, Step};
use crate::ids::{GrantId, RequestId};
use crate::session::state::Misbehaviour;
use crate::session::{ExpertEffect, ExpertNotice, ExpertState, ExpertWay, Scopes, Way};
use crate::time::Millis;
use crate::wire::control::{DeniedReason, FromExpert, RevokedReason};

/// Both ways.
///
/// INVARIANT: at most one of them is asked for, and none while the state is a question itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(in crate::session) struct Ways {
    to_expert: ExpertWay,
    to_person: ExpertWay,
}

impl Ways {
    fn get(&self, way: Way) -> &ExpertWay {
        match way {
            Way::ToExpert => &self.to_expert,
            Way::ToPerson => &self.to_person,
        }
    }

    fn set(&mut self, way: Way, to: ExpertWay) {
        match way {
            Way::ToExpert => self.to_expert = to,
            Way::ToPerson => self.to_person = to,
        }
    }

    pub(super) fn asked(&self) -> Option<(Way, RequestId)> {
        Way::ALL.into_iter().find_map(|way| match *self.get(way) {
            ExpertWay::Asked { request } => Some((way, request)),
            ExpertWay::Closed | ExpertWay::Open { .. } => None,
        })
    }

    pub(super) fn is_asking(&self) -> bool {
        self.asked().is_some()
    }

    pub(super) fn asked_as(&self, number: RequestId) -> Option<Way> {
        self.asked().filter(|(_, request)| *request == number).map(|(way, _)| way)
    }

    pub(super) fn of_grant(&self, number: GrantId) -> Option<Way> {
        Way::ALL.into_iter().find(|way| *self.get(*way) == ExpertWay::Open { grant: number })
    }
}

impl ExpertSession {
    /// Where this way of the clipboard stands.
    pub fn way(&self, way: Way) -> &ExpertWay {
        self.ways.get(way)
    }

    pub(super) fn ask_way(mut self, way: Way) -> Step {
        let is_free = !self.ways.is_asking() && *self.ways.get(way) == ExpertWay::Closed;
        match self.state {
            ExpertState::Viewing | ExpertState::Controlling { .. } if is_free => {
                let Some(request) = self.next_request else { return self.stay() };
                self.next_request = request.0.checked_add(1).map(RequestId);
                self.ways.set(way, ExpertWay::Asked { request });
                let scopes = way.scope().into();
                (self, vec![ExpertEffect::Send(FromExpert::RequestControl { request, scopes })])
            }
            ExpertState::Connecting
            | ExpertState::Waiting
            | ExpertState::Viewing
            | ExpertState::Asked { .. }
            | ExpertState::Controlling { .. }
            | ExpertState::Revoked { .. }
            | ExpertState::Ended { .. } => self.stay(),
        }
    }

    pub(super) fn cancel_way(mut self, way: Way, request: RequestId) -> Step {
        self.ways.set(way, ExpertWay::Closed);
        (self, vec![ExpertEffect::Send(FromExpert::CancelRequest { request })])
    }

    pub(super) fn release_way(mut self, way: Way) -> Step {
        let ExpertWay::Open { grant } = *self.ways.get(way) else { return self.stay() };
        self.ways.set(way, ExpertWay::Closed);
        let released = ExpertEffect::Send(FromExpert::ReleaseControl { grant });
        (self, vec![ExpertEffect::CloseClipboard(way), released])
    }

    pub(super) fn open_way(mut self, way: Way, grant: GrantId, granted: Scopes) -> Step {
        if granted != way.scope().into() {
            return self.misbehaved(Misbehaviour::ScopesBeyondRequest);
        }
        self.ways.set(way, ExpertWay::Open { grant });
        (self, vec![ExpertEffect::OpenClipboard { way, grant }])
    }

    pub(super) fn deny_way(mut self, way: Way, reason: DeniedReason, now: Millis) -> Step {
        self.ways.set(way, ExpertWay::Closed);
        let told = ExpertEffect::Tell(ExpertNotice::ClipboardDenied(way, reason));
        match self.after_denial(reason, now).filter(|_| self.state == ExpertState::Viewing) {
            Some(next) => self.enter(next, [told]),
            None => (self, vec![told]),
        }
    }

    pub(super) fn revoke_way(mut self, way: Way, reason: RevokedReason, now: Millis) -> Step {
        self.ways.set(way, ExpertWay::Closed);
        let effects = [
            ExpertEffect::CloseClipboard(way),
            ExpertEffect::Tell(ExpertNotice::ClipboardRevoked(way, reason)),
        ];
        let waits = matches!(self.state, ExpertState::Viewing | ExpertState::Revoked { .. });
        match self.after_revoke(reason, now).filter(|_| waits) {
            Some(next) => self.enter(next, effects),
            // Where control was stopped with it, a message of its own says so.
            None => (self, effects.into()),
        }
    }

    /// The session is over, and both ways with it.
    pub(super) fn drop_ways(mut self) -> Step {
        let ways = std::mem::take(&mut self.ways);
        let open = |way: &Way| matches!(ways.get(*way), ExpertWay::Open { .. });
        let effects = Way::ALL.into_iter().filter(open).map(ExpertEffect::CloseClipboard).collect();
        (self, effects)
    }
}
