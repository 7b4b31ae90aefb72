//! The expert's machine: what the client has allowed, and therefore what the viewer shows and sends.
//! It decides nothing about permission; it believes the client, within what the protocol lets a client say.

mod ways;

use self::ways::Ways;
use super::state::Misbehaviour;
use super::{ExpertEffect, ExpertEnd, ExpertEvent, ExpertNotice, ExpertState, Policy, Scope, Scopes, Way};
use crate::ids::{GrantId, RequestId};
use crate::time::Millis;
use crate::wire::REVISION;
use crate::wire::control::{DeniedReason, FromClient, FromExpert, RevokedReason};
use crate::wire::input::Locks;

/// The expert's end of a session.
///
/// `Hello` is sent by whoever makes the connection, because only there the proof can be made; everything after it is here.
/// Signs of life while in control are the link's affair: it knows what else has been sent.
#[derive(Debug)]
#[cfg_attr(test, derive(Clone, PartialEq, Eq))]
pub struct ExpertSession {
    state: ExpertState,
    ways: Ways,
    policy: Policy,
    /// The number of the next request; `None` once all are spent.
    next_request: Option<RequestId>,
}

/// What a session becomes, and what is to be done.
type Step = (ExpertSession, Vec<ExpertEffect>);

impl ExpertSession {
    /// Begins while the connection is being made.
    pub fn new(policy: Policy) -> Self {
        Self {
            state: ExpertState::Connecting,
            ways: Ways::default(),
            policy,
            next_request: Some(RequestId(1)),
        }
    }

    /// Where the session stands.
    pub fn state(&self) -> &ExpertState {
        &self.state
    }

    /// When [`ExpertEvent::TimePassed`] is due, if ever.
    pub fn deadline(&self) -> Option<Millis> {
        match self.state {
            ExpertState::Revoked { until } => Some(until),
            ExpertState::Connecting
            | ExpertState::Waiting
            | ExpertState::Viewing
            | ExpertState::Asked { .. }
            | ExpertState::Controlling { .. }
            | ExpertState::Ended { .. } => None,
        }
    }

    /// Takes in one event; the effects are to be carried out in their order.
    pub fn handle(self, event: ExpertEvent, now: Millis) -> (Self, Vec<ExpertEffect>) {
        let (session, mut effects) = self.expire(now);
        let (session, more) = match event {
            ExpertEvent::Received(message) => session.receive(message, now),
            ExpertEvent::AskControl { scopes } => session.ask(scopes),
            ExpertEvent::AskClipboard(way) => session.ask_way(way),
            ExpertEvent::CancelRequest => session.cancel(),
            ExpertEvent::ReleaseControl => session.release(),
            ExpertEvent::ReleaseClipboard(way) => session.release_way(way),
            ExpertEvent::Leave => session.leave(),
            ExpertEvent::ConnectFailed => session.finish(ExpertEnd::NotConnected, None),
            ExpertEvent::LinkLost => session.finish(ExpertEnd::LinkLost, None),
            ExpertEvent::TimePassed => session.stay(),
        };
        effects.extend(more);
        (session, effects)
    }

    fn stay(self) -> Step {
        (self, Vec::new())
    }

    /// Goes over to `next`; stops sending input first when control ends by it.
    fn enter(self, next: ExpertState, then: impl IntoIterator<Item = ExpertEffect>) -> Step {
        let was_controlling = matches!(self.state, ExpertState::Controlling { .. });
        let stops = was_controlling && !matches!(next, ExpertState::Controlling { .. });
        let effects = stops.then_some(ExpertEffect::StopInput).into_iter().chain(then).collect();
        (Self { state: next, ..self }, effects)
    }

    fn expire(self, now: Millis) -> Step {
        match self.state {
            ExpertState::Revoked { until } if until <= now => self.enter(ExpertState::Viewing, []),
            ExpertState::Connecting
            | ExpertState::Waiting
            | ExpertState::Viewing
            | ExpertState::Asked { .. }
            | ExpertState::Controlling { .. }
            | ExpertState::Revoked { .. }
            | ExpertState::Ended { .. } => self.stay(),
        }
    }

    fn ask(self, scopes: Scopes) -> Step {
        match self.state {
            ExpertState::Viewing
                if scopes.can_be_requested() && Way::of(scopes).is_none() && !self.ways.is_asking() =>
            {
                let Some(request) = self.next_request else { return self.stay() };
                let next_request = request.0.checked_add(1).map(RequestId);
                let asked = ExpertState::Asked { request, scopes };
                let send = ExpertEffect::Send(FromExpert::RequestControl { request, scopes });
                Self { next_request, ..self }.enter(asked, [send])
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

    fn cancel(self) -> Step {
        if let Some((way, request)) = self.ways.asked() {
            return self.cancel_way(way, request);
        }
        match self.state {
            ExpertState::Asked { request, .. } => {
                self.enter(ExpertState::Viewing, [ExpertEffect::Send(FromExpert::CancelRequest { request })])
            }
            ExpertState::Connecting
            | ExpertState::Waiting
            | ExpertState::Viewing
            | ExpertState::Controlling { .. }
            | ExpertState::Revoked { .. }
            | ExpertState::Ended { .. } => self.stay(),
        }
    }

    fn release(self) -> Step {
        match self.state {
            ExpertState::Controlling { grant, .. } => {
                self.enter(ExpertState::Viewing, [ExpertEffect::Send(FromExpert::ReleaseControl { grant })])
            }
            ExpertState::Connecting
            | ExpertState::Waiting
            | ExpertState::Viewing
            | ExpertState::Asked { .. }
            | ExpertState::Revoked { .. }
            | ExpertState::Ended { .. } => self.stay(),
        }
    }

    fn leave(self) -> Step {
        let goodbye = match self.state {
            ExpertState::Connecting | ExpertState::Ended { .. } => None,
            ExpertState::Waiting
            | ExpertState::Viewing
            | ExpertState::Asked { .. }
            | ExpertState::Controlling { .. }
            | ExpertState::Revoked { .. } => Some(ExpertEffect::Send(FromExpert::Goodbye)),
        };
        self.finish(ExpertEnd::Left, goodbye)
    }

    fn finish(self, reason: ExpertEnd, then: Option<ExpertEffect>) -> Step {
        match self.state {
            ExpertState::Ended { .. } => self.stay(),
            ExpertState::Connecting
            | ExpertState::Waiting
            | ExpertState::Viewing
            | ExpertState::Asked { .. }
            | ExpertState::Controlling { .. }
            | ExpertState::Revoked { .. } => {
                let (session, closed) = self.drop_ways();
                let rest = closed.into_iter().chain(then).chain([ExpertEffect::CloseLink]);
                session.enter(ExpertState::Ended { reason }, rest)
            }
        }
    }

    fn misbehaved(self, how: Misbehaviour) -> Step {
        self.finish(ExpertEnd::ClientMisbehaved(how), None)
    }

    fn receive(self, message: FromClient, now: Millis) -> Step {
        match self.state {
            ExpertState::Ended { .. } => self.stay(),
            ExpertState::Connecting => self.receive_admission(message),
            ExpertState::Waiting => self.receive_waiting(message),
            ExpertState::Viewing
            | ExpertState::Asked { .. }
            | ExpertState::Controlling { .. }
            | ExpertState::Revoked { .. } => self.receive_seeing(message, now),
        }
    }

    fn receive_admission(self, message: FromClient) -> Step {
        match message {
            FromClient::Welcome { version, .. } if (1..=REVISION).contains(&version) => {
                self.enter(ExpertState::Waiting, [])
            }
            FromClient::Welcome { .. } => self.misbehaved(Misbehaviour::UnknownRevision),
            FromClient::Refused { reason } => self.finish(ExpertEnd::Refused(reason), None),
            FromClient::ViewAllowed { .. }
            | FromClient::ControlAllowed { .. }
            | FromClient::ControlDenied { .. }
            | FromClient::ControlRevoked { .. }
            | FromClient::ControlPaused { .. }
            | FromClient::Monitors(_)
            | FromClient::Sharing { .. }
            | FromClient::LocksThere { .. }
            | FromClient::Offer(_)
            | FromClient::Ended { .. } => self.misbehaved(Misbehaviour::NotAdmittedYet),
        }
    }

    fn receive_waiting(self, message: FromClient) -> Step {
        match message {
            FromClient::ViewAllowed { screen, .. } => {
                self.enter(ExpertState::Viewing, [ExpertEffect::ShowPicture { screen }])
            }
            FromClient::Refused { reason } => self.finish(ExpertEnd::Refused(reason), None),
            FromClient::Ended { reason } => self.finish(ExpertEnd::ByClient(reason), None),
            FromClient::Welcome { .. } => self.misbehaved(Misbehaviour::SecondWelcome),
            FromClient::ControlAllowed { .. }
            | FromClient::ControlDenied { .. }
            | FromClient::ControlRevoked { .. }
            | FromClient::ControlPaused { .. }
            | FromClient::LocksThere { .. }
            | FromClient::Offer(_) => self.misbehaved(Misbehaviour::ControlBeforeView),
            FromClient::Monitors(_) | FromClient::Sharing { .. } => {
                self.misbehaved(Misbehaviour::PictureBeforeView)
            }
        }
    }

    fn receive_seeing(self, message: FromClient, now: Millis) -> Step {
        match message {
            FromClient::ControlAllowed { request, grant, scopes } => self.allowed(request, grant, scopes),
            FromClient::ControlDenied { request, reason } => self.denied(request, reason, now),
            FromClient::ControlRevoked { grant, reason } => self.revoked(grant, reason, now),
            FromClient::ControlPaused { grant, paused } => self.paused(grant, paused),
            FromClient::LocksThere { grant, locks } => self.locks_there(grant, locks),
            // Whoever pastes looks at it; one under an old grant is ignored there.
            FromClient::Offer(_) => self.stay(),
            FromClient::Ended { reason } => self.finish(ExpertEnd::ByClient(reason), None),
            FromClient::Monitors(monitors) => (self, vec![ExpertEffect::ShowMonitors(monitors)]),
            FromClient::Sharing { part, hides } => (self, vec![ExpertEffect::ShowSharing { part, hides }]),
            FromClient::Welcome { .. } => self.misbehaved(Misbehaviour::SecondWelcome),
            FromClient::ViewAllowed { .. } => self.misbehaved(Misbehaviour::SecondViewAllowed),
            FromClient::Refused { .. } => self.misbehaved(Misbehaviour::RefusedAfterView),
        }
    }

    /// A request of this number has been made.
    fn has_made(&self, request: RequestId) -> bool {
        request.0 > 0 && self.next_request.is_none_or(|next| request < next)
    }

    fn allowed(self, answered: RequestId, grant: GrantId, granted: Scopes) -> Step {
        if let Some(way) = self.ways.asked_as(answered) {
            return self.open_way(way, grant, granted);
        }
        match self.state {
            ExpertState::Asked { request, scopes } if request == answered => {
                if !scopes.contains_all(granted) || granted.is_empty() {
                    return self.misbehaved(Misbehaviour::ScopesBeyondRequest);
                }
                self.enter(
                    ExpertState::Controlling { grant, scopes: granted, paused: false },
                    [ExpertEffect::StartInput { grant, scopes: granted }],
                )
            }
            ExpertState::Connecting
            | ExpertState::Waiting
            | ExpertState::Viewing
            | ExpertState::Asked { .. }
            | ExpertState::Controlling { .. }
            | ExpertState::Revoked { .. }
            | ExpertState::Ended { .. } => {
                if self.has_made(answered) {
                    // The answer crossed the cancellation on its way.
                    (self, vec![ExpertEffect::Send(FromExpert::ReleaseControl { grant })])
                } else {
                    self.misbehaved(Misbehaviour::UnknownRequest)
                }
            }
        }
    }

    /// Where it stands when it may not ask for a while.
    fn after_denial(&self, reason: DeniedReason, now: Millis) -> Option<ExpertState> {
        match reason {
            DeniedReason::CoolingDown => {
                Some(ExpertState::Revoked { until: now.after(self.policy.cool_down) })
            }
            DeniedReason::ByPerson
            | DeniedReason::NoAnswer
            | DeniedReason::Busy
            | DeniedReason::TooManyRequests
            | DeniedReason::ScreenLocked
            | DeniedReason::OutOfTurn
            | DeniedReason::Unsupported => None,
        }
    }

    fn denied(self, answered: RequestId, reason: DeniedReason, now: Millis) -> Step {
        if let Some(way) = self.ways.asked_as(answered) {
            return self.deny_way(way, reason, now);
        }
        let tell = ExpertEffect::Tell(ExpertNotice::ControlDenied(reason));
        match self.state {
            ExpertState::Asked { request, .. } if request == answered => {
                let next = self.after_denial(reason, now).unwrap_or(ExpertState::Viewing);
                self.enter(next, [tell])
            }
            ExpertState::Connecting
            | ExpertState::Waiting
            | ExpertState::Viewing
            | ExpertState::Asked { .. }
            | ExpertState::Controlling { .. }
            | ExpertState::Revoked { .. }
            | ExpertState::Ended { .. } => {
                if self.has_made(answered) {
                    self.stay()
                } else {
                    self.misbehaved(Misbehaviour::UnknownRequest)
                }
            }
        }
    }

    /// Where it stands when the person has stopped it.
    fn after_revoke(&self, reason: RevokedReason, now: Millis) -> Option<ExpertState> {
        match reason {
            RevokedReason::ByPerson => Some(ExpertState::Revoked { until: now.after(self.policy.cool_down) }),
            RevokedReason::ScreenLocked
            | RevokedReason::LinkSilent
            | RevokedReason::Idle
            | RevokedReason::InputFailed => None,
        }
    }

    fn revoked(self, ended: GrantId, reason: RevokedReason, now: Millis) -> Step {
        if let Some(way) = self.ways.of_grant(ended) {
            return self.revoke_way(way, reason, now);
        }
        match self.state {
            ExpertState::Controlling { grant, .. } if grant == ended => {
                let next = self.after_revoke(reason, now).unwrap_or(ExpertState::Viewing);
                self.enter(next, [ExpertEffect::Tell(ExpertNotice::ControlRevoked(reason))])
            }
            // A grant that was given back while the message was on its way.
            ExpertState::Connecting
            | ExpertState::Waiting
            | ExpertState::Viewing
            | ExpertState::Asked { .. }
            | ExpertState::Controlling { .. }
            | ExpertState::Revoked { .. }
            | ExpertState::Ended { .. } => self.stay(),
        }
    }

    fn paused(self, grant_paused: GrantId, paused: bool) -> Step {
        match self.state {
            ExpertState::Controlling { grant, scopes, .. } if grant == grant_paused => {
                self.enter(ExpertState::Controlling { grant, scopes, paused }, [])
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

    fn locks_there(self, under: GrantId, locks: Locks) -> Step {
        match self.state {
            ExpertState::Controlling { grant, scopes, .. }
                if grant == under && scopes.contains(Scope::Keyboard) =>
            {
                (self, vec![ExpertEffect::ShowLocks(locks)])
            }
            // A grant that was given back while the message was on its way, or one that does not reach the keyboard.
            ExpertState::Connecting
            | ExpertState::Waiting
            | ExpertState::Viewing
            | ExpertState::Asked { .. }
            | ExpertState::Controlling { .. }
            | ExpertState::Revoked { .. }
            | ExpertState::Ended { .. } => self.stay(),
        }
    }
}

#[cfg(test)]
pub(super) mod tests;
