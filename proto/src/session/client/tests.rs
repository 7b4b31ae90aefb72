//! The promises of house.md about the client's machine, each searched over every state that can be reached.
//! Time is cut into steps of one second and the policy into a few of them, so that "every" is a finite number.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::wildcard_enum_match_arm,
    reason = "a test that meets a surprise must stop there"
)]

mod clipboard;
mod control;
mod scenarios;

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use super::*;
use crate::geometry::DesktopPoint;
use crate::keycode::KeyUsage;
use crate::session::{ClientWay, Grant, Scope};
use crate::wire::input::{InputEvent, KeyEvent};

const SECOND: Duration = Duration::from_secs(1);
const SCREEN: Size = Size::new(1920, 1080);

/// Short enough for every combination of passed and open deadlines to be visited.
pub(in crate::session) const SHORT: Policy = Policy {
    view_question: Duration::from_secs(3),
    control_question: Duration::from_secs(2),
    cool_down: Duration::from_secs(2),
    idle: Duration::from_secs(3),
    unallowed_requests: 3,
    experts: 2,
};

/// What decides how a session goes on: moments as distances from now, numbers as distances from the newest.
pub(in crate::session) type Outline = (ClientState, bool, u32, [ClientWay; 2]);

pub(in crate::session) fn outline(session: &ClientSession, now: Millis) -> Outline {
    let left = |moment: Millis| Millis(moment.0.saturating_sub(now.0));
    let newest = session.last_request.unwrap_or(RequestId(0));
    // Further back than two is as stale as two.
    let back = |request: RequestId| RequestId(newest.0.saturating_sub(request.0).min(2));
    let state = match session.state {
        ClientState::AskingView { deadline } => ClientState::AskingView { deadline: left(deadline) },
        ClientState::ControlRequested { request, scopes, deadline } => {
            ClientState::ControlRequested { request: back(request), scopes, deadline: left(deadline) }
        }
        ClientState::Controlled { request, grant: _, scopes, paused, idle_at } => ClientState::Controlled {
            request: back(request),
            grant: GrantId::FIRST,
            scopes,
            paused,
            idle_at: left(idle_at),
        },
        ClientState::Revoked { until } => ClientState::Revoked { until: left(until) },
        ClientState::Viewing => ClientState::Viewing,
        ClientState::Ended { reason } => ClientState::Ended { reason },
    };
    let way = |way| match *session.way(way) {
        ClientWay::Closed => ClientWay::Closed,
        ClientWay::Asked { request, deadline } => {
            ClientWay::Asked { request: back(request), deadline: left(deadline) }
        }
        ClientWay::Open { request, grant: _ } => {
            ClientWay::Open { request: back(request), grant: GrantId::FIRST }
        }
    };
    (state, session.last_request.is_some(), session.unallowed, Way::ALL.map(way))
}

/// The numbers that an outline hides: the newest request and the current grants.
pub(in crate::session) fn numbers(
    session: &ClientSession,
) -> (Option<RequestId>, Option<GrantId>, [Option<GrantId>; 2]) {
    let grant = match session.state {
        ClientState::Controlled { grant, .. } => Some(grant),
        _ => None,
    };
    (session.last_request, grant, Way::ALL.map(|way| open_way(session, way)))
}

pub(in crate::session) fn open_way(session: &ClientSession, way: Way) -> Option<GrantId> {
    match *session.way(way) {
        ClientWay::Open { grant, .. } => Some(grant),
        _ => None,
    }
}

/// One reachable state, with the gate as the effects have left it.
#[derive(Clone)]
struct Node {
    session: ClientSession,
    now: Millis,
    gate: Option<(GrantId, Scopes)>,
    /// Under which grants copied things may pass.
    passes: [Option<GrantId>; 2],
}

struct Transition {
    before: Node,
    event: ClientEvent,
    /// When the event came.
    now: Millis,
    after: Node,
    effects: Vec<ClientEffect>,
}

fn open() -> Node {
    let (session, effects) = ClientSession::open(SessionId(1), SHORT, Millis(0));
    assert_eq!(effects, [ClientEffect::Record(ReceiptEvent::ViewAsked), ClientEffect::AskView]);
    Node { session, now: Millis(0), gate: None, passes: [None; 2] }
}

fn step(before: &Node, event: ClientEvent, wait: Duration) -> Transition {
    let now = before.now.after(wait);
    let (session, effects) = before.session.clone().handle(event, now);
    let mut gate = before.gate;
    let mut passes = before.passes;
    let place = |way| usize::from(way == Way::ToPerson);
    for effect in &effects {
        match effect {
            ClientEffect::EnableInput(grant) => gate = Some((grant.number(), grant.scopes())),
            ClientEffect::DisableInput => gate = None,
            ClientEffect::OpenClipboard(grant) => {
                passes[place(Way::of(grant.scopes()).unwrap())] = Some(grant.number());
            }
            ClientEffect::CloseClipboard(way) => passes[place(*way)] = None,
            ClientEffect::AskView
            | ClientEffect::StartCapture(_)
            | ClientEffect::StopCapture
            | ClientEffect::AskControl { .. }
            | ClientEffect::AskClipboard { .. }
            | ClientEffect::CloseQuestion
            | ClientEffect::ReleaseAll
            | ClientEffect::Send(_)
            | ClientEffect::Record(_)
            | ClientEffect::CloseLink => {}
        }
    }
    Transition { before: before.clone(), event, now, after: Node { session, now, gate, passes }, effects }
}

/// Everything that can happen in a state; numbers are chosen to be new, current, stale and far off.
fn events(session: &ClientSession) -> Vec<ClientEvent> {
    let newest = session.last_request.map_or(0, |request| request.0);
    let requests = [newest + 1, newest, newest.saturating_sub(1), newest + 7].map(RequestId);
    let grant = match session.state {
        ClientState::Controlled { grant, .. } => grant,
        _ => GrantId::FIRST,
    };
    let mut events = vec![
        ClientEvent::LocalAllowView { screen: SCREEN },
        ClientEvent::LocalDenyView,
        ClientEvent::LocalRevoke,
        ClientEvent::ExpertReleases { grant },
        ClientEvent::ExpertReleases { grant: open_way(session, Way::ToExpert).unwrap_or(grant) },
        ClientEvent::ExpertReleases { grant: GrantId(std::num::NonZeroU64::MAX) },
        ClientEvent::ExpertLeaves,
        ClientEvent::ExpertInputSeen,
        ClientEvent::LocalInputActive,
        ClientEvent::LocalInputQuiet,
        ClientEvent::LinkSilent,
        ClientEvent::LinkLost,
        ClientEvent::LocalEnd,
        ClientEvent::ProgramEnds { reason: EndedReason::CaptureFailed },
        ClientEvent::InputFailed,
        ClientEvent::ClipboardFailed(Way::ToExpert),
        ClientEvent::ScreenLocked,
        ClientEvent::TimePassed,
    ];
    for request in requests {
        events.push(ClientEvent::LocalAllowControl { request });
        events.push(ClientEvent::LocalDenyControl { request });
        events.push(ClientEvent::ExpertCancelsRequest { request });
    }
    for request in [newest, newest + 1].map(RequestId) {
        for desk in [Desk::Free, Desk::Busy, Desk::Locked, Desk::Unsupported] {
            for scopes in [Scopes::CONTROL, Scope::Keyboard.into(), Scopes::VIEW, Scopes::NONE] {
                events.push(ClientEvent::ExpertRequestsControl { request, scopes, desk });
            }
        }
    }
    for desk in [Desk::Free, Desk::Busy] {
        let both = Way::ALL.into_iter().map(Way::scope).collect();
        for scopes in [Scope::ReadCopied.into(), Scope::GiveCopied.into(), both] {
            let request = RequestId(newest + 1);
            events.push(ClientEvent::ExpertRequestsControl { request, scopes, desk });
        }
    }
    events
}

/// Every transition out of every reachable state.
fn every_transition() -> Vec<Transition> {
    let mut transitions = Vec::new();
    let mut seen = HashMap::new();
    let mut queue = VecDeque::from([open()]);
    while let Some(node) = queue.pop_front() {
        if seen.insert(outline(&node.session, node.now), ()).is_some() {
            continue;
        }
        for event in events(&node.session) {
            for wait in [Duration::ZERO, SECOND] {
                let transition = step(&node, event, wait);
                queue.push_back(transition.after.clone());
                transitions.push(transition);
            }
        }
    }
    assert!(seen.len() > 100, "the search must see the whole graph: {} states", seen.len());
    transitions
}

fn is_controlled(node: &Node) -> bool {
    matches!(node.session.state, ClientState::Controlled { .. })
}

fn sends(effects: &[ClientEffect], message: &FromClient) -> bool {
    effects.iter().any(|effect| matches!(effect, ClientEffect::Send(sent) if sent == message))
}

#[test]
fn only_a_local_allow_reaches_controlled() {
    let (mut ways_in, mut captures) = (0, 0);
    for Transition { before, event, now, after, effects } in every_transition() {
        let enables = effects.iter().filter(|effect| matches!(effect, ClientEffect::EnableInput(_))).count();
        let enters = is_controlled(&after) && !is_controlled(&before);
        assert_eq!(enables, usize::from(enters), "{event:?} in {:?}", before.session.state);
        if enters {
            ways_in += 1;
            let ClientState::ControlRequested { request, scopes, deadline } = before.session.state else {
                panic!("control without a question: {:?}", before.session.state);
            };
            assert_eq!(event, ClientEvent::LocalAllowControl { request });
            assert!(now < deadline, "the question was over");
            assert!(matches!(after.gate, Some((_, granted)) if granted == scopes), "granted more than asked");
        }
        if effects.iter().any(|effect| matches!(effect, ClientEffect::StartCapture(_))) {
            captures += 1;
            assert!(matches!(before.session.state, ClientState::AskingView { deadline } if now < deadline));
            assert_eq!(event, ClientEvent::LocalAllowView { screen: SCREEN });
        }
    }
    assert!(ways_in > 0 && captures > 0, "the search never got there");
}

#[test]
fn input_is_injected_only_while_controlled() {
    let key = InputEvent::Key(KeyEvent::place(KeyUsage::A, true));
    let pointer = InputEvent::PointerMoved { at: DesktopPoint::new(1, 1) };
    let mut permitted = 0;
    for Transition { after, .. } in every_transition() {
        let open = match after.session.state {
            ClientState::Controlled { grant, scopes, .. } => Some((grant, scopes)),
            _ => None,
        };
        assert_eq!(after.gate, open, "gate and state differ in {:?}", after.session.state);
        for number in 1..5 {
            for event in [key, pointer, InputEvent::ReleaseAll] {
                let grant = GrantId(std::num::NonZeroU64::new(1 << 32 | number).unwrap());
                let expected = open.is_some_and(|(current, scopes)| {
                    current == grant && event.scope().is_none_or(|scope| scopes.contains(scope))
                });
                assert_eq!(after.session.permits(&InputFrame { grant, event }), expected);
                permitted += usize::from(expected);
            }
        }
    }
    assert!(permitted > 0, "nothing was ever permitted");
}

#[test]
fn leaving_controlled_disables_and_releases_first() {
    let mut ways_out = 0;
    for Transition { before, event, after, effects, .. } in every_transition() {
        if is_controlled(&before) && !is_controlled(&after) {
            ways_out += 1;
            let first = effects.get(..2);
            let stops: &[_] = &[ClientEffect::DisableInput, ClientEffect::ReleaseAll];
            assert_eq!(first, Some(stops), "{event:?}");
        }
    }
    assert!(ways_out > 20, "only {ways_out} ways out of control were found");
}

#[test]
fn revoke_works_in_every_state_in_one_step() {
    for Transition { after: before, .. } in every_transition() {
        for wait in [Duration::ZERO, SECOND * 100] {
            let Transition { after, effects, .. } = step(&before, ClientEvent::LocalRevoke, wait);
            let stops: &[_] = &[ClientEffect::DisableInput, ClientEffect::ReleaseAll];
            assert_eq!(effects.get(..2), Some(stops), "in {:?}", before.session.state);
            assert_eq!((after.gate, after.passes), (None, [None; 2]));
            assert_eq!(after.session.ways, Ways::default());
            let cooling = ClientState::Revoked { until: after.now.after(SHORT.cool_down) };
            match before.session.state {
                ClientState::Controlled { grant, .. } => {
                    assert_eq!(after.session.state, cooling);
                    let told = FromClient::ControlRevoked { grant, reason: RevokedReason::ByPerson };
                    assert!(sends(&effects, &told));
                }
                ClientState::ControlRequested { request, .. } => {
                    assert_eq!(after.session.state, cooling);
                    assert!(effects.contains(&ClientEffect::CloseQuestion));
                    let told = FromClient::ControlDenied { request, reason: DeniedReason::ByPerson };
                    assert!(sends(&effects, &told));
                }
                ClientState::Revoked { .. } => assert_eq!(after.session.state, cooling),
                ClientState::Viewing if before.session.ways != Ways::default() => {
                    assert_eq!(after.session.state, cooling);
                }
                unchanged @ (ClientState::AskingView { .. }
                | ClientState::Viewing
                | ClientState::Ended { .. }) => assert_eq!(after.session.state, unchanged),
            }
        }
    }
}

#[test]
fn a_stale_allow_never_grants() {
    let mut tried = 0;
    for Transition { after: node, .. } in every_transition() {
        let (open, deadline) = match node.session.state {
            ClientState::ControlRequested { request, deadline, .. } => (Some(request), Some(deadline)),
            _ => (None, None),
        };
        for request in (0..12).map(RequestId).filter(|request| Some(*request) != open) {
            let allowed = step(&node, ClientEvent::LocalAllowControl { request }, Duration::ZERO);
            assert!(!is_controlled(&allowed.after) || is_controlled(&node), "{request:?} was not asked");
            assert_eq!(allowed.after.gate, node.gate);
            tried += 1;
        }
        if let (Some(request), Some(deadline)) = (open, deadline) {
            let late = step(&node, ClientEvent::LocalAllowControl { request }, node.now.until(deadline));
            assert!(!is_controlled(&late.after), "an answer at the deadline is no answer");
            let told = FromClient::ControlDenied { request, reason: DeniedReason::NoAnswer };
            assert!(sends(&late.effects, &told));
        }
    }
    assert!(tried > 1000);
}

#[test]
fn a_grant_is_never_reused() {
    let mut numbers = std::collections::HashSet::new();
    for session in 1..=3 {
        let (mut session, _) = ClientSession::open(SessionId(session), SHORT, Millis(0));
        (session, _) = session.handle(ClientEvent::LocalAllowView { screen: SCREEN }, Millis(0));
        for round in 1..=50 {
            let request = RequestId(round);
            let asks =
                ClientEvent::ExpertRequestsControl { request, scopes: Scopes::CONTROL, desk: Desk::Free };
            (session, _) = session.handle(asks, Millis(0));
            let allowed = session.handle(ClientEvent::LocalAllowControl { request }, Millis(0));
            let tokens: Vec<&Grant> = allowed
                .1
                .iter()
                .filter_map(|effect| match effect {
                    ClientEffect::EnableInput(grant) => Some(grant),
                    _ => None,
                })
                .collect();
            assert_eq!(tokens.len(), 1, "one token for one yes");
            assert!(numbers.insert(tokens[0].number()), "{:?} came twice", tokens[0].number());
            (session, _) =
                allowed.0.handle(ClientEvent::ExpertReleases { grant: tokens[0].number() }, Millis(0));
        }
    }
    assert_eq!(numbers.len(), 150);
}

#[test]
fn every_timeout_has_a_reason() {
    let mut kinds = std::collections::HashSet::new();
    for Transition { after: node, .. } in every_transition() {
        let Some((at, timeout)) = node.session.timeout() else {
            assert_eq!(node.session.deadline(), None);
            assert!(matches!(node.session.state, ClientState::Viewing | ClientState::Ended { .. }));
            continue;
        };
        assert_eq!(node.session.deadline(), Some(at));
        let wait = node.now.until(at);
        if !wait.is_zero() {
            let early = step(&node, ClientEvent::TimePassed, wait - Duration::from_millis(1));
            assert_eq!(early.after.session, node.session, "nothing happens before the time");
            assert_eq!(early.effects, []);
        }
        let Transition { after, effects, .. } = step(&node, ClientEvent::TimePassed, wait);
        assert_ne!(after.session.timeout(), Some((at, timeout)), "a deadline that has passed is over");
        kinds.insert(timeout);
        let told = match (timeout, node.session.state) {
            (Timeout::ViewNotAnswered, _) => FromClient::Refused { reason: RefusedReason::NoAnswer },
            (Timeout::ControlNotAnswered, ClientState::ControlRequested { request, .. }) => {
                FromClient::ControlDenied { request, reason: DeniedReason::NoAnswer }
            }
            (Timeout::ClipboardNotAnswered(way), _) => {
                let ClientWay::Asked { request, .. } = *node.session.way(way) else {
                    panic!("nothing asked")
                };
                FromClient::ControlDenied { request, reason: DeniedReason::NoAnswer }
            }
            (Timeout::ControlIdle, ClientState::Controlled { grant, .. }) => {
                FromClient::ControlRevoked { grant, reason: RevokedReason::Idle }
            }
            (Timeout::CoolDownOver, _) => {
                assert_eq!((after.session.state, effects), (ClientState::Viewing, Vec::new()));
                continue;
            }
            (timeout, state) => panic!("{timeout:?} in {state:?}"),
        };
        assert!(sends(&effects, &told), "{timeout:?} says nothing: {effects:?}");
    }
    assert_eq!(kinds.len(), 6, "{kinds:?}");
}

#[test]
fn nobody_is_asked_or_shown_anything_after_the_end() {
    for Transition { before, effects, .. } in every_transition() {
        if matches!(before.session.state, ClientState::Ended { .. }) {
            let harmless = |effect: &ClientEffect| {
                matches!(
                    effect,
                    ClientEffect::DisableInput | ClientEffect::ReleaseAll | ClientEffect::CloseClipboard(_)
                )
            };
            assert!(effects.iter().all(harmless), "{effects:?}");
        }
    }
}

#[test]
fn capture_and_questions_end_exactly_when_their_states_end() {
    for Transition { before, event, after, effects, .. } in every_transition() {
        // A question is told from the next one by its deadline: one may run out as the next is asked.
        let asked = |node: &Node| match node.session.state {
            ClientState::AskingView { deadline } | ClientState::ControlRequested { deadline, .. } => {
                Some(deadline)
            }
            _ => node.session.ways.timeout().map(|(deadline, _)| deadline),
        };
        let seen = |node: &Node| {
            !matches!(node.session.state, ClientState::AskingView { .. } | ClientState::Ended { .. })
        };
        let count = |wanted: &ClientEffect| effects.iter().filter(|effect| *effect == wanted).count();
        let closes = count(&ClientEffect::CloseQuestion);
        assert_eq!(
            closes,
            usize::from(asked(&before).is_some() && asked(&before) != asked(&after)),
            "{event:?} {:?}",
            before.session.state
        );
        assert_eq!(count(&ClientEffect::StopCapture), usize::from(seen(&before) && !seen(&after)));
        let ends = matches!(after.session.state, ClientState::Ended { .. })
            && !matches!(before.session.state, ClientState::Ended { .. });
        assert_eq!(count(&ClientEffect::CloseLink), usize::from(ends));
        if ends {
            assert_eq!(effects.last(), Some(&ClientEffect::CloseLink));
        }
    }
}
