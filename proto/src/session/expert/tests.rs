//! What the expert's machine makes of a client that keeps the protocol late, and of one that breaks it.
//! That both machines agree is shown in `both_roles`.

#![allow(clippy::unwrap_used, reason = "a test that meets a surprise must stop there")]

use super::*;
use crate::geometry::Size;
use crate::ids::{OfferId, SessionId};
use crate::name::PersonName;
use crate::wire::clipboard::{Formats, Offer, Selection};
use crate::wire::control::{EndedReason, Part, RefusedReason};
use crate::wire::monitors::Monitors;

/// What decides how a session goes on: moments as distances from now.
pub(in crate::session) type Outline = (ExpertState, Option<u32>, Ways);

pub(in crate::session) fn outline(session: &ExpertSession, now: Millis) -> Outline {
    let left = |moment: Millis| Millis(moment.0.saturating_sub(now.0));
    let state = match session.state {
        ExpertState::Revoked { until } => ExpertState::Revoked { until: left(until) },
        state @ (ExpertState::Connecting
        | ExpertState::Waiting
        | ExpertState::Viewing
        | ExpertState::Asked { .. }
        | ExpertState::Controlling { .. }
        | ExpertState::Ended { .. }) => state,
    };
    (state, session.next_request.map(|request| request.0), session.ways)
}

const NOW: Millis = Millis(1_000);
const GRANT: GrantId = GrantId::FIRST;

fn welcome(version: u16) -> FromClient {
    FromClient::Welcome { version, client_name: PersonName::parse("Ana").unwrap(), session: SessionId(1) }
}

fn view_allowed() -> FromClient {
    FromClient::ViewAllowed { scopes: Scopes::VIEW, screen: Size::new(800, 600) }
}

fn control_allowed(request: u32, scopes: Scopes) -> FromClient {
    FromClient::ControlAllowed { request: RequestId(request), grant: GRANT, scopes }
}

fn after(events: impl IntoIterator<Item = ExpertEvent>) -> Step {
    let start = (ExpertSession::new(Policy::STANDARD), Vec::new());
    events.into_iter().fold(start, |(session, _), event| session.handle(event, NOW))
}

fn viewing() -> Vec<ExpertEvent> {
    vec![ExpertEvent::Received(welcome(1)), ExpertEvent::Received(view_allowed())]
}

fn asked() -> Vec<ExpertEvent> {
    let mut events = viewing();
    events.push(ExpertEvent::AskControl { scopes: Scopes::CONTROL });
    events
}

fn controlling() -> Vec<ExpertEvent> {
    let mut events = asked();
    events.push(ExpertEvent::Received(control_allowed(1, Scopes::CONTROL)));
    events
}

fn offer() -> FromClient {
    let offer = OfferId(1);
    FromClient::Offer(Offer { grant: GRANT, offer, selection: Selection::Clipboard, formats: Formats::NONE })
}

const CAPS: Locks = Locks { caps: true, num: false, scroll: false };

fn locks_there(grant: GrantId) -> FromClient {
    FromClient::LocksThere { grant, locks: CAPS }
}

fn every_message() -> Vec<FromClient> {
    vec![
        FromClient::Refused { reason: RefusedReason::Denied },
        welcome(1),
        view_allowed(),
        control_allowed(1, Scopes::CONTROL),
        FromClient::ControlDenied { request: RequestId(1), reason: DeniedReason::ByPerson },
        FromClient::ControlRevoked { grant: GRANT, reason: RevokedReason::ByPerson },
        FromClient::ControlPaused { grant: GRANT, paused: true },
        offer(),
        FromClient::Ended { reason: EndedReason::ByPerson },
        FromClient::Monitors(Monitors::default()),
        FromClient::Sharing { part: Part::Window, hides: false },
        locks_there(GRANT),
    ]
}

#[test]
fn input_starts_with_the_grant_and_stops_first_whatever_ends_it() {
    let (session, effects) = after(controlling());
    assert_eq!(effects, [ExpertEffect::StartInput { grant: GRANT, scopes: Scopes::CONTROL }]);
    let ends = [
        ExpertEvent::ReleaseControl,
        ExpertEvent::Leave,
        ExpertEvent::LinkLost,
        ExpertEvent::Received(FromClient::Ended { reason: EndedReason::ByPerson }),
        ExpertEvent::Received(welcome(1)),
        ExpertEvent::Received(FromClient::ControlRevoked { grant: GRANT, reason: RevokedReason::Idle }),
        ExpertEvent::Received(FromClient::ControlRevoked { grant: GRANT, reason: RevokedReason::ByPerson }),
    ];
    for end in ends {
        let (over, effects) = session.clone().handle(end.clone(), NOW);
        assert_eq!(effects.first(), Some(&ExpertEffect::StopInput), "{end:?}");
        assert!(!matches!(over.state(), ExpertState::Controlling { .. }), "{end:?}");
    }
}

#[test]
fn the_locks_over_there_are_shown_under_the_grant_that_runs_and_change_nothing() {
    let received = |grant| ExpertEvent::Received(locks_there(grant));
    let (session, _) = after(controlling());
    let (shown, effects) = session.clone().handle(received(GRANT), NOW);
    assert_eq!(effects, [ExpertEffect::ShowLocks(CAPS)]);
    assert_eq!(shown, session);
    let (late, effects) = session.clone().handle(received(GRANT.next().unwrap()), NOW);
    assert_eq!((late, effects), (session.clone(), vec![]), "another grant's");
    let (released, _) = session.handle(ExpertEvent::ReleaseControl, NOW);
    let (late, effects) = released.clone().handle(received(GRANT), NOW);
    assert_eq!((late, effects), (released, vec![]), "it was given back");
    let mut events = viewing();
    events.push(ExpertEvent::AskControl { scopes: Scope::Pointer.into() });
    events.push(ExpertEvent::Received(control_allowed(1, Scope::Pointer.into())));
    let (pointing, _) = after(events);
    let (still, effects) = pointing.clone().handle(received(GRANT), NOW);
    assert_eq!((still, effects), (pointing, vec![]), "without the keyboard");
}

#[test]
fn an_illegal_act_of_the_client_ends_the_session_and_is_named() {
    use Misbehaviour::*;
    let received = ExpertEvent::Received;
    let with = |mut events: Vec<ExpertEvent>, event| {
        events.push(event);
        events
    };
    let mut cases = vec![
        (vec![received(welcome(2))], UnknownRevision),
        (with(viewing(), received(welcome(1))), SecondWelcome),
        (vec![received(welcome(1)), received(welcome(1))], SecondWelcome),
        (with(viewing(), received(view_allowed())), SecondViewAllowed),
        (with(viewing(), received(FromClient::Refused { reason: RefusedReason::Used })), RefusedAfterView),
        (with(viewing(), received(control_allowed(1, Scopes::CONTROL))), UnknownRequest),
        (with(asked(), received(control_allowed(2, Scopes::CONTROL))), UnknownRequest),
        (with(asked(), received(control_allowed(0, Scopes::CONTROL))), UnknownRequest),
        (
            vec![
                received(welcome(1)),
                received(view_allowed()),
                ExpertEvent::AskClipboard(Way::ToExpert),
                received(control_allowed(1, Scope::GiveCopied.into())),
            ],
            ScopesBeyondRequest,
        ),
        (with(viewing(), ExpertEvent::AskControl { scopes: Scope::Pointer.into() }), ScopesBeyondRequest),
    ];
    if let Some((events, _)) = cases.last_mut() {
        events.push(received(control_allowed(1, Scopes::CONTROL)));
    }
    for message in every_message() {
        match message {
            FromClient::Welcome { .. } | FromClient::Refused { .. } => {}
            FromClient::ViewAllowed { .. } | FromClient::Ended { .. } => {
                cases.push((vec![received(message)], NotAdmittedYet));
            }
            FromClient::ControlAllowed { .. }
            | FromClient::ControlDenied { .. }
            | FromClient::ControlRevoked { .. }
            | FromClient::ControlPaused { .. }
            | FromClient::LocksThere { .. }
            | FromClient::Offer(_) => {
                cases.push((vec![received(message.clone())], NotAdmittedYet));
                cases.push((vec![received(welcome(1)), received(message)], ControlBeforeView));
            }
            FromClient::Monitors(_) | FromClient::Sharing { .. } => {
                cases.push((vec![received(message.clone())], NotAdmittedYet));
                cases.push((vec![received(welcome(1)), received(message)], PictureBeforeView));
            }
        }
    }
    for (events, how) in cases {
        let (session, effects) = after(events.clone());
        let reason = ExpertEnd::ClientMisbehaved(how);
        assert_eq!(session.state(), &ExpertState::Ended { reason }, "{events:?}");
        assert_eq!(effects.last(), Some(&ExpertEffect::CloseLink));
    }
}

#[test]
fn late_messages_of_an_honest_client_are_taken_as_such() {
    let mut cancelled = asked();
    cancelled.push(ExpertEvent::CancelRequest);
    let (session, _) = after(cancelled);
    let (session, effects) = session.handle(ExpertEvent::Received(control_allowed(1, Scopes::CONTROL)), NOW);
    assert_eq!(effects, [ExpertEffect::Send(FromExpert::ReleaseControl { grant: GRANT })]);
    assert_eq!(session.state(), &ExpertState::Viewing);
    for message in [
        FromClient::ControlDenied { request: RequestId(1), reason: DeniedReason::ByPerson },
        FromClient::ControlRevoked { grant: GRANT, reason: RevokedReason::ByPerson },
        FromClient::ControlPaused { grant: GRANT, paused: true },
    ] {
        let (unchanged, effects) = session.clone().handle(ExpertEvent::Received(message), NOW);
        assert_eq!((unchanged, effects), (session.clone(), Vec::new()));
    }
}

#[test]
fn each_request_has_a_new_number_and_the_last_number_is_the_last_request() {
    let (mut session, _) = after(viewing());
    for number in 1..=3 {
        let effects;
        (session, effects) = session.handle(ExpertEvent::AskControl { scopes: Scopes::CONTROL }, NOW);
        let request = RequestId(number);
        let asks = FromExpert::RequestControl { request, scopes: Scopes::CONTROL };
        assert_eq!(effects, [ExpertEffect::Send(asks)]);
        (session, _) = session.handle(ExpertEvent::CancelRequest, NOW);
    }
    session.next_request = Some(RequestId(u32::MAX));
    (session, _) = session.handle(ExpertEvent::AskControl { scopes: Scopes::CONTROL }, NOW);
    (session, _) = session.handle(ExpertEvent::CancelRequest, NOW);
    let (session, effects) = session.handle(ExpertEvent::AskControl { scopes: Scopes::CONTROL }, NOW);
    assert_eq!((session.state(), effects.len()), (&ExpertState::Viewing, 0));
}

#[test]
fn only_what_needs_a_grant_can_be_asked_for() {
    for scopes in [Scopes::NONE, Scopes::VIEW, Scopes::VIEW.iter().chain(Scopes::CONTROL.iter()).collect()] {
        let (session, _) = after(viewing());
        let (session, effects) = session.handle(ExpertEvent::AskControl { scopes }, NOW);
        assert_eq!((session.state(), effects), (&ExpertState::Viewing, Vec::new()));
    }
}

#[test]
fn what_is_said_of_an_old_grant_does_not_touch_the_new_one() {
    let old = GrantId(std::num::NonZeroU64::MAX);
    let (session, _) = after(controlling());
    for message in [
        FromClient::ControlRevoked { grant: old, reason: RevokedReason::ByPerson },
        FromClient::ControlPaused { grant: old, paused: true },
        FromClient::ControlDenied { request: RequestId(1), reason: DeniedReason::NoAnswer },
    ] {
        let (unchanged, effects) = session.clone().handle(ExpertEvent::Received(message), NOW);
        assert_eq!((unchanged, effects), (session.clone(), Vec::new()));
    }
    let (paused, effects) =
        session.handle(ExpertEvent::Received(FromClient::ControlPaused { grant: GRANT, paused: true }), NOW);
    assert!(matches!(paused.state(), ExpertState::Controlling { paused: true, .. }));
    assert_eq!(effects, []);
}

#[test]
fn after_a_stop_the_expert_waits_before_asking_again() {
    let (session, _) = after(controlling());
    let stopped = FromClient::ControlRevoked { grant: GRANT, reason: RevokedReason::ByPerson };
    let (session, effects) = session.handle(ExpertEvent::Received(stopped), NOW);
    let notice = ExpertNotice::ControlRevoked(RevokedReason::ByPerson);
    assert_eq!(effects, [ExpertEffect::StopInput, ExpertEffect::Tell(notice)]);
    let until = session.deadline().unwrap();
    assert_eq!(until, NOW.after(Policy::STANDARD.cool_down));
    let asks = ExpertEvent::AskControl { scopes: Scopes::CONTROL };
    let (session, effects) = session.handle(asks.clone(), Millis(until.0 - 1));
    assert_eq!(effects, []);
    let (session, effects) = session.handle(asks, until);
    assert_eq!(effects.len(), 1);
    assert!(matches!(session.state(), ExpertState::Asked { request: RequestId(2), .. }));
}

#[test]
fn a_way_of_the_clipboard_opens_for_its_own_grant_and_closes_with_the_session() {
    let asks = ExpertEvent::AskClipboard(Way::ToPerson);
    let mut events = controlling();
    events.push(asks.clone());
    let (session, effects) = after(events);
    let scopes = Scope::GiveCopied.into();
    assert_eq!(effects, [ExpertEffect::Send(FromExpert::RequestControl { request: RequestId(2), scopes })]);
    let (session, effects) = session.handle(asks, NOW);
    assert_eq!(effects, [], "asked once");
    let grant = GRANT.next().unwrap();
    let allowed = FromClient::ControlAllowed { request: RequestId(2), grant, scopes };
    let (session, effects) = session.handle(ExpertEvent::Received(allowed), NOW);
    assert_eq!(effects, [ExpertEffect::OpenClipboard { way: Way::ToPerson, grant }]);
    assert!(matches!(session.state(), ExpertState::Controlling { .. }), "control goes on");
    let (over, effects) = session.clone().handle(ExpertEvent::LinkLost, NOW);
    assert_eq!(
        effects.get(..2),
        Some(&[ExpertEffect::StopInput, ExpertEffect::CloseClipboard(Way::ToPerson)][..])
    );
    assert!(matches!(over.state(), ExpertState::Ended { .. }));
    let (session, effects) = session.handle(ExpertEvent::ReleaseClipboard(Way::ToPerson), NOW);
    let released = ExpertEffect::Send(FromExpert::ReleaseControl { grant });
    assert_eq!(effects, [ExpertEffect::CloseClipboard(Way::ToPerson), released]);
    assert_eq!(session.way(Way::ToPerson), &crate::session::ExpertWay::Closed);
}
