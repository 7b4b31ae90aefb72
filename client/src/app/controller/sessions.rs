//! The controller's part about experts: who comes in, the two questions, control and its end.
//! Every yes arrives as a [`crate::consent::LocalYes`]; every step of a session is taken by its machine.

use std::time::Instant;

use deskside_proto::geometry::Size;
use deskside_proto::ids::{QuestionId, RequestId, SessionId};
use deskside_proto::session::{
    Arrival, ClientEffect, ClientEnd, ClientEvent, ClientSession, ClientState, Desk, Presence, ReceiptEvent,
    Way,
};
use deskside_proto::time::Millis;
use deskside_proto::wire::control::{EndedReason, FromClient, FromExpert, RefusedReason};
use deskside_words::t;

use super::receipts::{copied, in_words};
use super::{Controller, Effect, Newcomer, Now};
use crate::app::command::Answer;
use crate::clipboard::Copying;

/// One expert.
#[derive(Debug)]
pub(super) struct Session {
    pub(super) who: Newcomer,
    pub(super) machine: ClientSession,
    /// The open question about this session.
    pub(super) question: Option<Question>,
    /// When viewing was allowed.
    pub(super) since: Option<Millis>,
    /// Who was here already when this expert asked to see.
    pub(super) joins: bool,
    /// What has passed through the clipboard and what passes now, each way.
    pub(super) copying: Copying,
}

/// A question to the person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Question {
    pub(super) id: QuestionId,
    /// The request for control; `None` where the question is about seeing.
    pub(super) request: Option<RequestId>,
    /// The person said yes; the ticket's use is being spent.
    pub(super) settling: bool,
}

impl Session {
    fn presence(&self) -> Presence {
        self.machine.presence()
    }
}

impl Controller {
    pub(super) fn arrived(&mut self, who: Newcomer, now: Now) -> Vec<Effect> {
        let arrival = Arrival::of(&self.policy, self.sessions.values().map(Session::presence));
        let joins = match arrival {
            Arrival::Busy => return vec![Effect::TurnAway(who.session, RefusedReason::Busy)],
            Arrival::AskAlone => false,
            Arrival::AskJoin => true,
        };
        let id = who.session;
        let (machine, effects) = ClientSession::open(id, self.policy, now.mono);
        let copying = Copying::default();
        let session = Session { who, machine, question: None, since: None, joins, copying };
        let (session, effects) = self.translate(session, effects, None, now);
        self.sessions.insert(id, session);
        effects
    }

    /// Lets one machine take in an event, and turns what it wants into effects of the whole program.
    pub(super) fn step(&mut self, id: SessionId, event: ClientEvent, now: Now) -> Vec<Effect> {
        self.step_allowed(id, event, None, now)
    }

    /// As [`Self::step`], for a yes that the person said at that moment. Nothing is opened without one.
    fn step_allowed(
        &mut self,
        id: SessionId,
        event: ClientEvent,
        said_at: Option<Instant>,
        now: Now,
    ) -> Vec<Effect> {
        let Some(mut session) = self.sessions.remove(&id) else { return Vec::new() };
        let (machine, effects) = session.machine.handle(event, now.mono);
        session.machine = machine;
        let (session, effects) = self.translate(session, effects, said_at, now);
        match *session.machine.state() {
            ClientState::Ended { reason } => self.tell_end(&session, reason),
            ClientState::AskingView { .. }
            | ClientState::Viewing
            | ClientState::ControlRequested { .. }
            | ClientState::Controlled { .. }
            | ClientState::Revoked { .. } => {
                self.sessions.insert(id, session);
            }
        }
        effects
    }

    fn step_all(&mut self, event: ClientEvent, now: Now) -> Vec<Effect> {
        let ids: Vec<SessionId> = self.sessions.keys().copied().collect();
        ids.into_iter().flat_map(|id| self.step(id, event, now)).collect()
    }

    /// INVARIANT: the order of the machine's effects is kept, so that what disables and releases stays in front.
    fn translate(
        &mut self,
        mut session: Session,
        effects: Vec<ClientEffect>,
        said_at: Option<Instant>,
        now: Now,
    ) -> (Session, Vec<Effect>) {
        let id = session.who.session;
        let mut translated = Vec::with_capacity(effects.len());
        for effect in effects {
            match effect {
                ClientEffect::AskView => {
                    let id = self.question_number();
                    session.question = Some(Question { id, request: None, settling: false });
                    translated.push(Effect::ReadChoices);
                }
                ClientEffect::AskControl { request, .. } | ClientEffect::AskClipboard { request, .. } => {
                    let id = self.question_number();
                    session.question = Some(Question { id, request: Some(request), settling: false });
                }
                ClientEffect::CloseQuestion => session.question = None,
                ClientEffect::StartCapture(grant) => {
                    session.since = Some(now.mono);
                    let (fingerprint, name) = (session.who.fingerprint.clone(), session.who.name.clone());
                    translated.push(Effect::StartCapture(id, grant));
                    translated.push(Effect::CountExpert { fingerprint, name });
                    translated.extend(self.sharing_at_first(id));
                }
                ClientEffect::StopCapture => translated.push(Effect::StopCapture(id)),
                ClientEffect::EnableInput(grant) => {
                    translated.extend(said_at.map(|said_at| Effect::OpenGate(id, grant, said_at)));
                }
                ClientEffect::DisableInput => translated.push(Effect::CloseGate),
                ClientEffect::ReleaseAll => translated.push(Effect::ReleaseAll),
                ClientEffect::OpenClipboard(grant) => {
                    translated.extend(said_at.map(|said_at| Effect::OpenClipboard(id, grant, said_at)));
                }
                ClientEffect::CloseClipboard(way) => translated.push(Effect::CloseClipboard(id, way)),
                ClientEffect::Send(message) => {
                    let gives = matches!(message, FromClient::ControlAllowed { .. });
                    translated.push(Effect::Send(id, message));
                    translated.extend(self.locks_for(id, &session).filter(|_| gives));
                }
                ClientEffect::Record(event) => {
                    if matches!(event, ReceiptEvent::SessionEnded { .. }) {
                        let amounts = copied(&session);
                        translated
                            .extend(amounts.into_iter().map(|said| self.record(said, Some(&session), now)));
                    }
                    let event = in_words(event, &session);
                    translated.push(self.record(event, Some(&session), now));
                }
                ClientEffect::CloseLink => translated.push(Effect::CloseLink(id)),
            }
        }
        (session, translated)
    }

    fn tell_end(&mut self, session: &Session, reason: ClientEnd) {
        if session.since.is_none() {
            return;
        }
        let name = session.who.name.as_str();
        match reason {
            ClientEnd::LinkLost => {
                let text = t!("client-sees-no-longer", name = name);
                self.inform(t!("client-connection-lost", name = name), text);
            }
            ClientEnd::ExpertLeft => {
                self.inform(t!("client-has-left", name = name), t!("client-sees-no-longer", name = name));
            }
            ClientEnd::ViewDenied | ClientEnd::ViewNotAnswered | ClientEnd::Here(_) => {}
        }
    }

    /// Deadlines that have passed, before anything else.
    pub(super) fn expire(&mut self, now: Now) -> Vec<Effect> {
        let due: Vec<SessionId> = self
            .sessions
            .iter()
            .filter(|(_, session)| session.machine.deadline().is_some_and(|at| at <= now.mono))
            .map(|(id, _)| *id)
            .collect();
        due.into_iter().flat_map(|id| self.step(id, ClientEvent::TimePassed, now)).collect()
    }

    fn asked(&self, question: QuestionId) -> Option<(SessionId, Question)> {
        self.sessions.iter().find_map(|(id, session)| {
            session.question.filter(|open| open.id == question).map(|open| (*id, open))
        })
    }

    pub(super) fn answer_view(&mut self, question: QuestionId, answer: Answer, now: Now) -> Vec<Effect> {
        let Some((id, open)) = self.asked(question) else { return Vec::new() };
        if open.request.is_some() || open.settling {
            return Vec::new();
        }
        match answer {
            Answer::Deny => self.step(id, ClientEvent::LocalDenyView, now),
            Answer::Allow(yes) if yes.question() == question => {
                let Some(session) = self.sessions.get_mut(&id) else { return Vec::new() };
                session.question = Some(Question { settling: true, ..open });
                vec![Effect::SpendUse(id, session.who.ticket)]
            }
            Answer::Allow(_) => Vec::new(),
        }
    }

    /// The person said yes and the use was spent, or it could not be.
    pub(super) fn use_spent(&mut self, id: SessionId, result: Result<Size, String>, now: Now) -> Vec<Effect> {
        let is_settling =
            self.sessions.get(&id).and_then(|session| session.question).is_some_and(|open| open.settling);
        let mut effects = match result {
            _ if !is_settling => Vec::new(),
            Ok(screen) => self.step(id, ClientEvent::LocalAllowView { screen }, now),
            Err(reason) => {
                self.trouble(t!("client-yes-without-effect"), reason);
                self.step(id, ClientEvent::LocalDenyView, now)
            }
        };
        effects.push(Effect::ReadTickets);
        effects
    }

    pub(super) fn answer_control(&mut self, question: QuestionId, answer: Answer, now: Now) -> Vec<Effect> {
        let Some((id, Question { request: Some(request), .. })) = self.asked(question) else {
            return Vec::new();
        };
        match answer {
            Answer::Deny => self.step(id, ClientEvent::LocalDenyControl { request }, now),
            Answer::Allow(yes) if yes.question() == question => {
                let said_at = Some(yes.said_at());
                self.step_allowed(id, ClientEvent::LocalAllowControl { request }, said_at, now)
            }
            Answer::Allow(_) => Vec::new(),
        }
    }

    pub(super) fn said(&mut self, id: SessionId, message: FromExpert, now: Now) -> Vec<Effect> {
        let event = match message {
            FromExpert::RequestControl { request, scopes } => {
                ClientEvent::ExpertRequestsControl { request, scopes, desk: self.desk_for(id) }
            }
            FromExpert::CancelRequest { request } => ClientEvent::ExpertCancelsRequest { request },
            FromExpert::ReleaseControl { grant } => ClientEvent::ExpertReleases { grant },
            FromExpert::Goodbye => ClientEvent::ExpertLeaves,
            // The link refuses a second greeting, offers go to the clipboard and looks to the picture; here they would
            // mean nothing.
            FromExpert::Hello(_) | FromExpert::Offer(_) | FromExpert::LookingAt(_) => return Vec::new(),
        };
        self.step(id, event, now)
    }

    fn desk_for(&self, id: SessionId) -> Desk {
        if self.desk.locked {
            return Desk::Locked;
        }
        if self.desk.no_input.is_some() {
            return Desk::Unsupported;
        }
        Desk::of(self.sessions.iter().filter(|(other, _)| **other != id).map(|(_, other)| other.presence()))
    }

    /// Takes control back in every state, in one step. The gate is closed and everything released even where the
    /// controller believes that nobody has control.
    pub(super) fn stop_control(&mut self, now: Now) -> Vec<Effect> {
        let mut effects = vec![Effect::CloseGate, Effect::ReleaseAll];
        effects.extend(self.step_all(ClientEvent::LocalRevoke, now));
        effects
    }

    pub(super) fn end_sessions(
        &mut self,
        which: Option<SessionId>,
        reason: EndedReason,
        now: Now,
    ) -> Vec<Effect> {
        let event = match reason {
            EndedReason::ByPerson => ClientEvent::LocalEnd,
            EndedReason::Closing | EndedReason::CaptureFailed => ClientEvent::ProgramEnds { reason },
        };
        match which {
            Some(id) => self.step(id, event, now),
            None => self.step_all(event, now),
        }
    }

    pub(super) fn input_seen(&mut self, now: Now) -> Vec<Effect> {
        self.step_all(ClientEvent::ExpertInputSeen, now)
    }

    pub(super) fn silent(&mut self, id: SessionId, now: Now) -> Vec<Effect> {
        self.step(id, ClientEvent::LinkSilent, now)
    }

    pub(super) fn link_closed(&mut self, id: SessionId, now: Now) -> Vec<Effect> {
        self.step(id, ClientEvent::LinkLost, now)
    }

    pub(super) fn person(&mut self, active: bool, now: Now) -> Vec<Effect> {
        let event = if active { ClientEvent::LocalInputActive } else { ClientEvent::LocalInputQuiet };
        self.step_all(event, now)
    }

    pub(super) fn screen_locked(&mut self, locked: bool, now: Now) -> Vec<Effect> {
        self.desk.locked = locked;
        if locked { self.step_all(ClientEvent::ScreenLocked, now) } else { Vec::new() }
    }

    pub(super) fn capture_failed(&mut self, id: SessionId, reason: String, now: Now) -> Vec<Effect> {
        let ended = self.end_sessions(Some(id), EndedReason::CaptureFailed, now);
        if !ended.is_empty() {
            self.trouble(t!("client-screen-not-shown"), reason);
        }
        ended
    }

    pub(super) fn input_ready(&mut self, result: Result<(), String>, now: Now) -> Vec<Effect> {
        self.desk.no_input = result.err();
        if self.desk.no_input.is_none() {
            return Vec::new();
        }
        let mut effects = vec![Effect::CloseGate, Effect::ReleaseAll];
        // Nobody hears the hotkey any more, which would have ended copying too.
        for way in Way::ALL {
            effects.extend(self.step_all(ClientEvent::ClipboardFailed(way), now));
        }
        effects.extend(self.step_all(ClientEvent::InputFailed, now));
        effects
    }

    pub(super) fn clipboard_failed(
        &mut self,
        id: SessionId,
        way: Way,
        reason: String,
        now: Now,
    ) -> Vec<Effect> {
        self.trouble(t!("client-clipboard-not-shared"), reason);
        self.step(id, ClientEvent::ClipboardFailed(way), now)
    }

    pub(super) fn input_failed(&mut self, reason: String, now: Now) -> Vec<Effect> {
        let mut effects = vec![Effect::CloseGate, Effect::ReleaseAll];
        effects.extend(self.step_all(ClientEvent::InputFailed, now));
        self.trouble(t!("client-control-has-ended"), reason);
        effects
    }
}
