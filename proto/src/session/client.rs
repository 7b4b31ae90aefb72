//! The client's machine: from "may they see?" to the end, with the person's yes as the only way to a grant.
//! It begins after admission (`Hello` answered by `Welcome`) and knows neither windows nor sockets.

mod rules;
mod ways;

use self::rules::{LATER, is_refusal, leaving, urgency};
use self::ways::Ways;
use super::grant::{GrantIssuer, ViewGrant};
use super::{
    ClientEffect, ClientEnd, ClientEvent, ClientState, Desk, Policy, ReceiptEvent, Scopes, Timeout, Way,
};
use crate::geometry::Size;
use crate::ids::{GrantId, RequestId, SessionId};
use crate::time::Millis;
use crate::wire::control::{DeniedReason, EndedReason, FromClient, RefusedReason, RevokedReason};
use crate::wire::input::InputFrame;

/// One expert's session on the person's machine.
///
/// INVARIANT: only [`ClientEvent::LocalAllowControl`] for the open request leads to [`ClientState::Controlled`], and
/// whatever leaves that state disables input and releases everything before it does anything else. The same event
/// alone opens a way of the clipboard, for the open request for that way.
#[derive(Debug)]
#[cfg_attr(test, derive(Clone, PartialEq, Eq))]
pub struct ClientSession {
    state: ClientState,
    ways: Ways,
    policy: Policy,
    grants: GrantIssuer,
    /// The highest request number seen; a request must be higher.
    last_request: Option<RequestId>,
    /// Questions for control or the clipboard that went without a yes.
    unallowed: u32,
}

/// What a session becomes, and what is to be done.
type Step = (ClientSession, Vec<ClientEffect>);

impl ClientSession {
    /// Begins with the question whether the expert may see.
    ///
    /// `session` must be new in this client's lifetime, because grant numbers are made from it.
    pub fn open(session: SessionId, policy: Policy, now: Millis) -> (Self, Vec<ClientEffect>) {
        let opened = Self {
            state: ClientState::AskingView { deadline: now.after(policy.view_question) },
            ways: Ways::default(),
            policy,
            grants: GrantIssuer::new(session),
            last_request: None,
            unallowed: 0,
        };
        (opened, vec![ClientEffect::Record(ReceiptEvent::ViewAsked), ClientEffect::AskView])
    }

    /// Where the session stands.
    pub fn state(&self) -> &ClientState {
        &self.state
    }

    /// When [`ClientEvent::TimePassed`] is due, if ever.
    pub fn deadline(&self) -> Option<Millis> {
        self.timeout().map(|(at, _)| at)
    }

    /// What runs out first, and when.
    pub fn timeout(&self) -> Option<(Millis, Timeout)> {
        let of_state = match self.state {
            ClientState::AskingView { deadline } => Some((deadline, Timeout::ViewNotAnswered)),
            ClientState::ControlRequested { deadline, .. } => Some((deadline, Timeout::ControlNotAnswered)),
            ClientState::Controlled { idle_at, .. } => Some((idle_at, Timeout::ControlIdle)),
            ClientState::Revoked { until } => Some((until, Timeout::CoolDownOver)),
            ClientState::Viewing | ClientState::Ended { .. } => None,
        };
        of_state.into_iter().chain(self.ways.timeout()).min_by_key(|(at, _)| *at)
    }

    /// The expert of *this* session may do this now. The gate asks the same again at the last moment.
    pub fn permits(&self, frame: &InputFrame) -> bool {
        match self.state {
            ClientState::Controlled { grant, scopes, .. } => {
                frame.grant == grant && frame.event.scope().is_none_or(|scope| scopes.contains(scope))
            }
            ClientState::AskingView { .. }
            | ClientState::Viewing
            | ClientState::ControlRequested { .. }
            | ClientState::Revoked { .. }
            | ClientState::Ended { .. } => false,
        }
    }

    /// Takes in one event; the effects are to be carried out in their order.
    ///
    /// A deadline that has passed is applied first, so that an answer that comes too late finds its question closed.
    /// Stopping control alone does not wait even for that.
    pub fn handle(self, event: ClientEvent, now: Millis) -> (Self, Vec<ClientEffect>) {
        if event == ClientEvent::LocalRevoke {
            return self.revoke(now);
        }
        // A way of the clipboard has a deadline beside that of the state.
        let (session, mut effects) = self.expire(now);
        let (session, second) = session.expire(now);
        let (session, more) = session.apply(event, now);
        effects.extend(second);
        effects.extend(more);
        // Whatever else has just run out, what closes comes first.
        effects.sort_by_key(urgency);
        (session, effects)
    }

    fn apply(self, event: ClientEvent, now: Millis) -> Step {
        match event {
            ClientEvent::LocalAllowView { screen } => self.allow_view(screen),
            ClientEvent::LocalDenyView => self.refuse_view(ClientEnd::ViewDenied, RefusedReason::Denied),
            ClientEvent::ExpertRequestsControl { request, scopes, desk } => {
                self.request_control(request, scopes, desk, now)
            }
            ClientEvent::ExpertCancelsRequest { request } => self.cancel_request(request),
            ClientEvent::LocalAllowControl { request } => self.allow_control(request, now),
            ClientEvent::LocalDenyControl { request } => self.deny_control(request),
            ClientEvent::LocalRevoke => self.revoke(now),
            ClientEvent::ExpertReleases { grant } => self.take_back(grant),
            ClientEvent::ExpertInputSeen => self.used(now),
            ClientEvent::LocalInputActive => self.pause(true, now),
            ClientEvent::LocalInputQuiet => self.pause(false, now),
            ClientEvent::LinkSilent => self.stop_control(RevokedReason::LinkSilent),
            ClientEvent::InputFailed => self.fail_control(),
            ClientEvent::ClipboardFailed(way) => {
                self.close_way(way, DeniedReason::Unsupported, RevokedReason::InputFailed)
            }
            ClientEvent::ScreenLocked => self.lock(),
            ClientEvent::ExpertLeaves => self.end(ClientEnd::ExpertLeft),
            ClientEvent::LinkLost => self.end(ClientEnd::LinkLost),
            ClientEvent::LocalEnd => self.end(ClientEnd::Here(EndedReason::ByPerson)),
            ClientEvent::ProgramEnds { reason } => self.end(ClientEnd::Here(reason)),
            ClientEvent::TimePassed => self.stay(),
        }
    }

    fn stay(self) -> Step {
        (self, Vec::new())
    }

    /// Goes over to `next`; puts what leaving the present state demands in front of `then`.
    fn enter(self, next: ClientState, then: impl IntoIterator<Item = ClientEffect>) -> Step {
        let mut effects = leaving(&self.state, &next);
        let (session, closed) = match next {
            ClientState::Ended { .. } => self.drop_ways(),
            ClientState::AskingView { .. }
            | ClientState::Viewing
            | ClientState::ControlRequested { .. }
            | ClientState::Controlled { .. }
            | ClientState::Revoked { .. } => self.stay(),
        };
        effects.extend(closed);
        effects.extend(then);
        (Self { state: next, ..session }, effects)
    }

    fn expire(self, now: Millis) -> Step {
        let due = self.timeout().filter(|(at, _)| *at <= now).map(|(_, timeout)| timeout);
        match due {
            None => self.stay(),
            Some(Timeout::ViewNotAnswered) => {
                self.refuse_view(ClientEnd::ViewNotAnswered, RefusedReason::NoAnswer)
            }
            Some(Timeout::ControlNotAnswered) => self.close_request(DeniedReason::NoAnswer),
            Some(Timeout::ControlIdle) => self.stop_control(RevokedReason::Idle),
            Some(Timeout::ClipboardNotAnswered(way)) => {
                self.close_way(way, DeniedReason::NoAnswer, RevokedReason::Idle)
            }
            Some(Timeout::CoolDownOver) => self.enter(ClientState::Viewing, []),
        }
    }

    fn allow_view(self, screen: Size) -> Step {
        match self.state {
            ClientState::AskingView { .. } => self.enter(
                ClientState::Viewing,
                [
                    ClientEffect::Record(ReceiptEvent::ViewAllowed),
                    ClientEffect::Send(FromClient::ViewAllowed { scopes: Scopes::VIEW, screen }),
                    ClientEffect::StartCapture(ViewGrant::issue()),
                ],
            ),
            ClientState::Viewing
            | ClientState::ControlRequested { .. }
            | ClientState::Controlled { .. }
            | ClientState::Revoked { .. }
            | ClientState::Ended { .. } => self.stay(),
        }
    }

    fn refuse_view(self, end: ClientEnd, reason: RefusedReason) -> Step {
        match self.state {
            ClientState::AskingView { .. } => {
                self.finish(end, [ClientEffect::Send(FromClient::Refused { reason })])
            }
            ClientState::Viewing
            | ClientState::ControlRequested { .. }
            | ClientState::Controlled { .. }
            | ClientState::Revoked { .. }
            | ClientState::Ended { .. } => self.stay(),
        }
    }

    fn request_control(mut self, request: RequestId, scopes: Scopes, desk: Desk, now: Millis) -> Step {
        let is_new = self.last_request.is_none_or(|last| last < request);
        self.last_request = self.last_request.max(Some(request));
        let way = Way::of(scopes);
        let is_in_turn = is_new
            && scopes.can_be_requested()
            && !self.ways.is_asking()
            && way.is_none_or(|way| self.ways.is_closed(way));
        let answer = match self.state {
            ClientState::Ended { .. } => return self.stay(),
            ClientState::AskingView { .. } | ClientState::ControlRequested { .. } => {
                Some(DeniedReason::OutOfTurn)
            }
            ClientState::Controlled { .. } if way.is_none() => Some(DeniedReason::OutOfTurn),
            ClientState::Viewing | ClientState::Controlled { .. } | ClientState::Revoked { .. }
                if !is_in_turn =>
            {
                Some(DeniedReason::OutOfTurn)
            }
            ClientState::Viewing | ClientState::Controlled { .. } | ClientState::Revoked { .. }
                if self.unallowed >= self.policy.unallowed_requests =>
            {
                Some(DeniedReason::TooManyRequests)
            }
            ClientState::Revoked { .. } => Some(DeniedReason::CoolingDown),
            ClientState::Viewing | ClientState::Controlled { .. } => match desk {
                Desk::Free => None,
                Desk::Busy => Some(DeniedReason::Busy),
                Desk::Locked => Some(DeniedReason::ScreenLocked),
                Desk::Unsupported => Some(DeniedReason::Unsupported),
            },
        };
        match answer {
            // Not recorded: the person was not asked, and an expert could fill the receipt with such requests.
            Some(reason) => (self, vec![ClientEffect::Send(FromClient::ControlDenied { request, reason })]),
            None => {
                let deadline = now.after(self.policy.control_question);
                if let Some(way) = way {
                    return self.ask_way(way, request, deadline);
                }
                self.enter(
                    ClientState::ControlRequested { request, scopes, deadline },
                    [
                        ClientEffect::Record(ReceiptEvent::ControlAsked { scopes }),
                        ClientEffect::AskControl { request, scopes },
                    ],
                )
            }
        }
    }

    fn cancel_request(mut self, cancelled: RequestId) -> Step {
        if let Some(way) = self.ways.of_request(cancelled) {
            return self.give_back_way(way);
        }
        match self.state {
            ClientState::ControlRequested { request, .. } if request == cancelled => {
                self.unallowed = self.unallowed.saturating_add(1);
                self.enter(
                    ClientState::Viewing,
                    [ClientEffect::Record(ReceiptEvent::ControlRequestCancelled)],
                )
            }
            // The cancellation crossed the answer on its way: the expert does not want what it is about to get.
            ClientState::Controlled { request, grant, .. } if request == cancelled => self.take_back(grant),
            ClientState::AskingView { .. }
            | ClientState::Viewing
            | ClientState::ControlRequested { .. }
            | ClientState::Controlled { .. }
            | ClientState::Revoked { .. }
            | ClientState::Ended { .. } => self.stay(),
        }
    }

    fn allow_control(mut self, answered: RequestId, now: Millis) -> Step {
        if let Some(way) = self.ways.asked(answered) {
            return self.open_way(way);
        }
        match self.state {
            ClientState::ControlRequested { request, scopes, .. } if request == answered => {
                let Some(token) = self.grants.issue(scopes) else {
                    return self.close_request(DeniedReason::Unsupported);
                };
                let grant = token.number();
                let idle_at = now.after(self.policy.idle);
                self.enter(
                    ClientState::Controlled { request, grant, scopes, paused: false, idle_at },
                    [
                        ClientEffect::Record(ReceiptEvent::ControlAllowed { grant, scopes }),
                        ClientEffect::EnableInput(token),
                        ClientEffect::Send(FromClient::ControlAllowed { request, grant, scopes }),
                    ],
                )
            }
            ClientState::AskingView { .. }
            | ClientState::Viewing
            | ClientState::ControlRequested { .. }
            | ClientState::Controlled { .. }
            | ClientState::Revoked { .. }
            | ClientState::Ended { .. } => self.stay(),
        }
    }

    fn deny_control(self, answered: RequestId) -> Step {
        if let Some(way) = self.ways.asked(answered) {
            return self.close_way(way, DeniedReason::ByPerson, RevokedReason::ByPerson);
        }
        match self.state {
            ClientState::ControlRequested { request, .. } if request == answered => {
                self.close_request(DeniedReason::ByPerson)
            }
            ClientState::AskingView { .. }
            | ClientState::Viewing
            | ClientState::ControlRequested { .. }
            | ClientState::Controlled { .. }
            | ClientState::Revoked { .. }
            | ClientState::Ended { .. } => self.stay(),
        }
    }

    /// Answers the open request with no, for `reason`.
    fn close_request(self, reason: DeniedReason) -> Step {
        self.close_request_into(ClientState::Viewing, reason)
    }

    fn close_request_into(mut self, next: ClientState, reason: DeniedReason) -> Step {
        match self.state {
            ClientState::ControlRequested { request, .. } => {
                if is_refusal(reason) {
                    self.unallowed = self.unallowed.saturating_add(1);
                }
                self.enter(
                    next,
                    [
                        ClientEffect::Record(ReceiptEvent::ControlDenied { reason }),
                        ClientEffect::Send(FromClient::ControlDenied { request, reason }),
                    ],
                )
            }
            ClientState::AskingView { .. }
            | ClientState::Viewing
            | ClientState::Controlled { .. }
            | ClientState::Revoked { .. }
            | ClientState::Ended { .. } => self.stay(),
        }
    }

    /// The person stops control. Input is disabled and released in every state, whatever this machine believes.
    fn revoke(self, now: Millis) -> Step {
        let cooling = ClientState::Revoked { until: now.after(self.policy.cool_down) };
        let is_shared = self.ways != Ways::default();
        let (session, told) = self.close_ways(DeniedReason::ByPerson, RevokedReason::ByPerson);
        let (session, rest) = match session.state {
            ClientState::Controlled { .. } => session.stop_control_into(cooling, RevokedReason::ByPerson),
            ClientState::ControlRequested { .. } => {
                session.close_request_into(cooling, DeniedReason::ByPerson)
            }
            ClientState::Revoked { .. } => session.enter(cooling, []),
            ClientState::Viewing if is_shared => session.enter(cooling, []),
            ClientState::AskingView { .. } | ClientState::Viewing | ClientState::Ended { .. } => {
                session.stay()
            }
        };
        let mut effects = vec![ClientEffect::DisableInput, ClientEffect::ReleaseAll];
        effects.extend(Way::ALL.map(ClientEffect::CloseClipboard));
        effects.extend(rest.into_iter().chain(told).filter(|effect| urgency(effect) == LATER));
        (session, effects)
    }

    /// Ends control, if there is any, for `reason`; seeing goes on.
    fn stop_control(self, reason: RevokedReason) -> Step {
        self.stop_control_into(ClientState::Viewing, reason)
    }

    /// Control ends, and a question for it, too: a yes that comes now would open what nobody can be heard to stop.
    fn fail_control(self) -> Step {
        let is_asked = matches!(self.state, ClientState::ControlRequested { .. });
        if is_asked {
            self.close_request(DeniedReason::Unsupported)
        } else {
            self.stop_control(RevokedReason::InputFailed)
        }
    }

    fn stop_control_into(self, next: ClientState, reason: RevokedReason) -> Step {
        match self.state {
            ClientState::Controlled { grant, .. } => self.enter(
                next,
                [
                    ClientEffect::Send(FromClient::ControlRevoked { grant, reason }),
                    ClientEffect::Record(ReceiptEvent::ControlRevoked { grant, reason }),
                ],
            ),
            ClientState::AskingView { .. }
            | ClientState::Viewing
            | ClientState::ControlRequested { .. }
            | ClientState::Revoked { .. }
            | ClientState::Ended { .. } => self.stay(),
        }
    }

    fn take_back(self, released: GrantId) -> Step {
        if let Some(way) = self.ways.of_grant(released) {
            return self.give_back_way(way);
        }
        match self.state {
            ClientState::Controlled { grant, .. } if grant == released => self
                .enter(ClientState::Viewing, [ClientEffect::Record(ReceiptEvent::ControlReleased { grant })]),
            ClientState::AskingView { .. }
            | ClientState::Viewing
            | ClientState::ControlRequested { .. }
            | ClientState::Controlled { .. }
            | ClientState::Revoked { .. }
            | ClientState::Ended { .. } => self.stay(),
        }
    }

    fn used(self, now: Millis) -> Step {
        match self.state {
            ClientState::Controlled { request, grant, scopes, paused, .. } => {
                let idle_at = now.after(self.policy.idle);
                self.enter(ClientState::Controlled { request, grant, scopes, paused, idle_at }, [])
            }
            ClientState::AskingView { .. }
            | ClientState::Viewing
            | ClientState::ControlRequested { .. }
            | ClientState::Revoked { .. }
            | ClientState::Ended { .. } => self.stay(),
        }
    }

    /// The person's own input goes first. What the expert held is released, lest it mix with what the person types.
    fn pause(self, pausing: bool, now: Millis) -> Step {
        match self.state {
            ClientState::Controlled { paused, .. } if paused == pausing => self.used(now),
            ClientState::Controlled { request, grant, scopes, .. } => {
                let idle_at = now.after(self.policy.idle);
                let next = ClientState::Controlled { request, grant, scopes, paused: pausing, idle_at };
                let told = ClientEffect::Send(FromClient::ControlPaused { grant, paused: pausing });
                let release = pausing.then_some(ClientEffect::ReleaseAll);
                self.enter(next, release.into_iter().chain([told]))
            }
            ClientState::AskingView { .. }
            | ClientState::Viewing
            | ClientState::ControlRequested { .. }
            | ClientState::Revoked { .. }
            | ClientState::Ended { .. } => self.stay(),
        }
    }

    fn lock(self) -> Step {
        let (session, mut effects) = match self.state {
            ClientState::Controlled { .. } => self.stop_control(RevokedReason::ScreenLocked),
            ClientState::ControlRequested { .. } => self.close_request(DeniedReason::ScreenLocked),
            ClientState::AskingView { .. }
            | ClientState::Viewing
            | ClientState::Revoked { .. }
            | ClientState::Ended { .. } => self.stay(),
        };
        let (session, more) = session.close_ways(DeniedReason::ScreenLocked, RevokedReason::ScreenLocked);
        effects.extend(more);
        (session, effects)
    }

    fn end(self, end: ClientEnd) -> Step {
        let released = match self.state {
            ClientState::Ended { .. } => return self.stay(),
            ClientState::Controlled { grant, .. } => {
                Some(ClientEffect::Record(ReceiptEvent::ControlReleased { grant }))
            }
            ClientState::AskingView { .. }
            | ClientState::Viewing
            | ClientState::ControlRequested { .. }
            | ClientState::Revoked { .. } => None,
        };
        let goodbye = match end {
            ClientEnd::Here(reason) => Some(ClientEffect::Send(FromClient::Ended { reason })),
            // These are refusals, which have a message of their own, or nobody is there to hear.
            ClientEnd::ViewDenied
            | ClientEnd::ViewNotAnswered
            | ClientEnd::ExpertLeft
            | ClientEnd::LinkLost => None,
        };
        self.finish(end, released.into_iter().chain(goodbye))
    }

    fn finish(self, reason: ClientEnd, then: impl IntoIterator<Item = ClientEffect>) -> Step {
        let last = [ClientEffect::Record(ReceiptEvent::SessionEnded { reason }), ClientEffect::CloseLink];
        self.enter(ClientState::Ended { reason }, then.into_iter().chain(last))
    }
}

#[cfg(test)]
pub(super) mod tests;
