//! The chain against a desktop in memory: what passes, what does not, and that nothing stays pressed.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::time::{Duration, Instant};

use deskside_proto::geometry::{DesktopPoint, Rect, Size};
use deskside_proto::ids::{RequestId, SessionId};
use deskside_proto::keycode::KeyUsage;
use deskside_proto::session::{ClientEffect, ClientEvent, ClientSession, Desk, Grant, Policy, Scope, Scopes};
use deskside_proto::time::Millis;
use deskside_proto::wire::input::{InputEvent, InputFrame, KeyEvent, Locks, PointerButton};
use deskside_testkit::fake::{Action, FakeDesktop};
use proptest::prelude::*;

use super::chain::{Chain, Filter, Refusal};
use super::clamp::{Clamp, MOST_WHEEL, ScreenSize};
use super::gate::GateKeeper;
use super::local_priority::{LocalActivity, LocalPriority, REST};
use super::own_windows::{KeepOff, OwnWindows, QuestionOpen, Unknown};
use super::queue::{MOST_WAITING, Queue};
use super::*;
use crate::inject::InjectError;
use crate::inject::contract::FakeInjector;

const SCREEN: Size = Size::new(800, 600);
const OWN: Rect = Rect::new(100, 100, 200, 50);
const SOON: Duration = Duration::from_secs(10);

/// The only way to a grant: a session in which the person allows control.
fn grant(session: u64, scopes: Scopes) -> Grant {
    let (machine, _) = ClientSession::open(SessionId(session), Policy::STANDARD, Millis(0));
    let request = RequestId(1);
    let events = [
        ClientEvent::LocalAllowView { screen: SCREEN },
        ClientEvent::ExpertRequestsControl { request, scopes, desk: Desk::Free },
        ClientEvent::LocalAllowControl { request },
    ];
    let step = |(machine, mut effects): (ClientSession, Vec<ClientEffect>), event| {
        let (machine, more) = machine.handle(event, Millis(1));
        effects.extend(more);
        (machine, effects)
    };
    let (_, effects) = events.into_iter().fold((machine, Vec::new()), step);
    let mut grants = effects
        .into_iter()
        .filter_map(|effect| if let ClientEffect::EnableInput(grant) = effect { Some(grant) } else { None });
    grants.next_back().unwrap()
}

/// Windows that a test places.
#[derive(Clone, Default)]
struct FakeWindows {
    focused: Arc<AtomicBool>,
    unknown: Arc<AtomicBool>,
}

impl OwnWindows for FakeWindows {
    fn own_place(&mut self, at: DesktopPoint) -> Result<bool, Unknown> {
        if self.unknown.load(Ordering::SeqCst) { Err(Unknown("test".into())) } else { Ok(OWN.contains(at)) }
    }
    fn own_focus(&mut self) -> Result<bool, Unknown> {
        if self.unknown.load(Ordering::SeqCst) {
            return Err(Unknown("test".into()));
        }
        Ok(self.focused.load(Ordering::SeqCst))
    }
}

/// A chain with every switch in the test's hand.
struct Bench {
    chain: Chain,
    desktop: FakeDesktop,
    gate: Gate,
    grant: Grant,
    activity: LocalActivity,
    question: QuestionOpen,
    windows: FakeWindows,
    now: Instant,
}

impl Bench {
    fn new(scopes: Scopes) -> Self {
        let (desktop, gate, grant) = (FakeDesktop::default(), Gate::default(), grant(1, scopes));
        let (activity, question, windows) =
            (LocalActivity::default(), QuestionOpen::default(), FakeWindows::default());
        let screen = ScreenSize::default();
        screen.set(SCREEN);
        gate.open(&grant);
        let keeper = || Box::new(GateKeeper::new(gate.clone(), grant.scopes()));
        let filters: Vec<Box<dyn Filter>> = vec![
            keeper(),
            Box::new(LocalPriority::new(activity.clone())),
            Box::new(Clamp::new(screen)),
            Box::new(KeepOff::new(Box::new(windows.clone()), question.clone())),
            keeper(),
        ];
        let chain = Chain::new(filters, Box::new(FakeInjector::new(&desktop)));
        Self { chain, desktop, gate, grant, activity, question, windows, now: Instant::now() }
    }

    fn send(&mut self, event: InputEvent) -> Result<(), Refusal> {
        self.chain.handle(InputFrame { grant: self.grant.number(), event }, self.now).unwrap()
    }
}

const fn at(x: i32, y: i32) -> DesktopPoint {
    DesktopPoint::new(x, y)
}

fn key(usage: KeyUsage, pressed: bool) -> InputEvent {
    InputEvent::Key(KeyEvent::place(usage, pressed))
}

fn left(pressed: bool, at: DesktopPoint) -> InputEvent {
    InputEvent::PointerButton { button: PointerButton::Left, pressed, at }
}

#[test]
fn input_passes_only_under_the_grant_in_force() {
    let mut bench = Bench::new(Scopes::CONTROL);
    let stale = InputFrame { grant: grant(2, Scopes::CONTROL).number(), event: key(KeyUsage::A, true) };
    assert_eq!(bench.chain.handle(stale, bench.now).unwrap(), Err(Refusal::Closed));
    assert_eq!(bench.send(key(KeyUsage::A, true)), Ok(()));
    bench.gate.close();
    assert_eq!(bench.send(key(KeyUsage::B, true)), Err(Refusal::Closed));
    assert_eq!(bench.send(InputEvent::ReleaseAll), Err(Refusal::Closed));
    assert_eq!(bench.desktop.held_keys(), [KeyUsage::A.number()]);
    drop(bench.chain);
    assert!(bench.desktop.is_released(), "the end of a chain releases");
}

#[test]
fn a_grant_for_the_pointer_gives_no_key() {
    let mut bench = Bench::new(Scope::Pointer.into());
    assert_eq!(bench.send(key(KeyUsage::A, true)), Err(Refusal::Scope));
    assert_eq!(bench.send(left(true, at(1, 1))), Ok(()));
    let mut bench = Bench::new(Scope::Keyboard.into());
    assert_eq!(bench.send(InputEvent::PointerMoved { at: at(1, 1) }), Err(Refusal::Scope));
    assert_eq!(bench.send(key(KeyUsage::A, true)), Ok(()));
}

#[test]
fn the_gate_is_asked_again_behind_the_filters_that_take_time() {
    /// Closes the gate in the middle of the chain, as the person does while the desktop is being asked.
    struct ClosesOnTheWay(Gate);
    impl OwnWindows for ClosesOnTheWay {
        fn own_place(&mut self, _: DesktopPoint) -> Result<bool, Unknown> {
            self.0.close();
            Ok(false)
        }
        fn own_focus(&mut self) -> Result<bool, Unknown> {
            Ok(false)
        }
    }
    struct Fake(FakeDesktop, Mutex<Option<Gate>>);
    impl Desktop for Arc<Fake> {
        fn open(&self, _: &Grant) -> Result<Access, InjectError> {
            let gate = self.1.lock().unwrap().take().unwrap();
            let windows = Box::new(ClosesOnTheWay(gate));
            Ok(Access { injector: Box::new(FakeInjector::new(&self.0)), windows })
        }
    }
    let fake = Arc::new(Fake(FakeDesktop::default(), Mutex::default()));
    let path = InputPath::new(Arc::clone(&fake), |_| {}).unwrap();
    *fake.1.lock().unwrap() = Some(path.gate());
    path.set_screen(SCREEN);
    let grant = grant(1, Scopes::CONTROL);
    let frame = InputFrame { grant: grant.number(), event: left(true, at(5, 5)) };
    path.enable(grant).unwrap();
    path.submit(frame.grant.session(), frame).unwrap();
    assert!(!fake.0.wait_until(Duration::from_millis(200), |actions| !actions.is_empty()));
}

#[test]
fn the_person_goes_first_and_only_releases_pass_meanwhile() {
    let mut bench = Bench::new(Scopes::CONTROL);
    bench.send(key(KeyUsage::SHIFT_LEFT, true)).unwrap();
    assert!(bench.activity.note(bench.now), "the first movement has to be told");
    assert!(!bench.activity.note(bench.now), "the next ones not");
    for event in [key(KeyUsage::A, true), left(true, at(1, 1)), InputEvent::PointerMoved { at: at(1, 1) }] {
        assert_eq!(bench.send(event), Err(Refusal::LocalPriority));
    }
    assert_eq!(bench.send(key(KeyUsage::SHIFT_LEFT, false)), Ok(()));
    assert!(bench.desktop.is_released());
    bench.now += REST - Duration::from_millis(1);
    assert_eq!(bench.send(key(KeyUsage::A, true)), Err(Refusal::LocalPriority));
    bench.now += Duration::from_millis(1);
    assert_eq!(bench.send(key(KeyUsage::A, true)), Ok(()));
}

#[test]
fn nothing_lands_on_desksides_own_windows() {
    let mut bench = Bench::new(Scopes::CONTROL);
    let inside = at(150, 120);
    assert_eq!(bench.send(InputEvent::PointerMoved { at: inside }), Err(Refusal::OwnWindow));
    assert_eq!(bench.send(left(true, inside)), Err(Refusal::OwnWindow));
    assert_eq!(bench.send(InputEvent::Wheel { dx: 0, dy: 120, at: inside }), Err(Refusal::OwnWindow));
    bench.windows.focused.store(true, Ordering::SeqCst);
    assert_eq!(bench.send(key(KeyUsage::ENTER, true)), Err(Refusal::OwnWindow));
    assert!(bench.desktop.actions().is_empty());
    bench.windows.focused.store(false, Ordering::SeqCst);
    bench.windows.unknown.store(true, Ordering::SeqCst);
    assert_eq!(bench.send(left(true, at(1, 1))), Err(Refusal::OwnWindow), "in doubt, no");
    assert_eq!(bench.send(key(KeyUsage::ENTER, true)), Err(Refusal::OwnWindow), "in doubt, no");
    assert!(bench.desktop.actions().is_empty());
}

#[test]
fn a_drag_that_ends_on_an_own_window_is_released_where_it_was_last() {
    let mut bench = Bench::new(Scopes::CONTROL);
    bench.send(left(true, at(50, 50))).unwrap();
    bench.send(InputEvent::PointerMoved { at: at(90, 60) }).unwrap();
    assert_eq!(bench.send(left(false, at(150, 120))), Ok(()));
    let actions = bench.desktop.actions();
    assert_eq!(
        actions[actions.len() - 2..],
        [Action::Moved { x: 90, y: 60 }, Action::Button { button: 1, pressed: false }]
    );
}

#[test]
fn while_a_question_is_open_nothing_but_releases_passes() {
    let mut bench = Bench::new(Scopes::CONTROL);
    bench.send(left(true, at(50, 50))).unwrap();
    bench.send(key(KeyUsage::ENTER, true)).unwrap();
    bench.question.set(true);
    for event in [key(KeyUsage::A, true), left(true, at(1, 1)), InputEvent::PointerMoved { at: at(1, 1) }] {
        assert_eq!(bench.send(event), Err(Refusal::QuestionOpen));
    }
    bench.send(left(false, at(700, 500))).unwrap();
    bench.send(key(KeyUsage::ENTER, false)).unwrap();
    assert!(bench.desktop.is_released());
    assert!(
        !bench.desktop.actions().contains(&Action::Moved { x: 700, y: 500 }),
        "released without going there"
    );
}

#[test]
fn a_press_twice_and_a_release_of_what_is_not_held_change_nothing() {
    let mut bench = Bench::new(Scopes::CONTROL);
    assert_eq!(bench.send(key(KeyUsage::A, false)), Err(Refusal::NoChange), "the person may be holding it");
    assert_eq!(bench.send(key(KeyUsage::A, true)), Ok(()));
    assert_eq!(bench.send(key(KeyUsage::A, true)), Err(Refusal::NoChange), "the desktop repeats by itself");
    assert_eq!(bench.send(key(KeyUsage::new(0xa4).unwrap(), true)), Err(Refusal::NoChange), "no such key");
    assert_eq!(bench.send(InputEvent::ReleaseAll), Ok(()));
    assert!(bench.desktop.is_released());
    assert_eq!(bench.send(key(KeyUsage::A, true)), Ok(()), "after that it can be pressed again");
}

#[test]
fn what_was_pressed_last_is_released_first() {
    let mut bench = Bench::new(Scopes::CONTROL);
    for usage in [KeyUsage::CONTROL_LEFT, KeyUsage::ALT_LEFT, KeyUsage::T] {
        bench.send(key(usage, true)).unwrap();
    }
    bench.chain.release_all().unwrap();
    let released = [KeyUsage::T, KeyUsage::ALT_LEFT, KeyUsage::CONTROL_LEFT].map(KeyUsage::number);
    assert_eq!(bench.desktop.actions()[3..], released.map(|usage| Action::Key { usage, pressed: false }));
}

#[test]
fn movements_are_united_and_give_way_to_keys() {
    let number = grant(1, Scopes::CONTROL).number();
    let frame = |event| InputFrame { grant: number, event };
    let mut queue = Queue::default();
    for x in 0..1000 {
        queue.push(frame(InputEvent::PointerMoved { at: at(x, 0) })).unwrap();
    }
    for _ in 0..3 {
        queue.push(frame(InputEvent::Wheel { dx: 0, dy: 60, at: at(9, 9) })).unwrap();
    }
    assert!(queue.pop().unwrap().event == InputEvent::PointerMoved { at: at(999, 0) });
    assert!(queue.pop().unwrap().event == InputEvent::Wheel { dx: 0, dy: 180, at: at(9, 9) });
    assert!(queue.pop().is_none());
    for dy in [120, 120, -120, -120, 120] {
        queue.push(frame(InputEvent::Wheel { dx: 0, dy, at: at(9, 9) })).unwrap();
    }
    let turns = [240, -240, 120].map(|dy| InputEvent::Wheel { dx: 0, dy, at: at(9, 9) });
    assert!(turns.into_iter().all(|turn| queue.pop().unwrap().event == turn), "a turn and one back are two");
    // Keys between movements: the movements are dropped, the keys come out whole and in order.
    let presses: Vec<InputEvent> =
        (0..MOST_WAITING).map(|number| key(KeyUsage::A, number % 2 == 0)).collect();
    for (x, press) in (0..).zip(&presses) {
        queue.push(frame(InputEvent::PointerMoved { at: at(x, 0) })).unwrap();
        queue.push(frame(*press)).unwrap();
    }
    assert_eq!(queue.push(frame(key(KeyUsage::B, true))), Err(NotTaken::TooMuch));
    let left: Vec<InputEvent> = std::iter::from_fn(|| queue.pop()).map(|frame| frame.event).collect();
    assert!(left == presses);
}

/// The whole path on a desktop in memory.
struct Fake {
    desktop: FakeDesktop,
    windows: FakeWindows,
}

impl Desktop for Fake {
    fn open(&self, _: &Grant) -> Result<Access, InjectError> {
        let windows = Box::new(self.windows.clone());
        Ok(Access { injector: Box::new(FakeInjector::new(&self.desktop)), windows })
    }
}

fn path() -> (Arc<InputPath>, FakeDesktop, mpsc::Receiver<InputReport>) {
    let desktop = FakeDesktop::default();
    let (sender, reports) = mpsc::channel();
    let sender = Mutex::new(sender);
    let fake = Fake { desktop: desktop.clone(), windows: FakeWindows::default() };
    let path = InputPath::new(fake, move |report| drop(sender.lock().unwrap().send(report))).unwrap();
    path.set_screen(SCREEN);
    (Arc::new(path), desktop, reports)
}

#[test]
fn a_revocation_stops_what_waits_and_releases_what_is_held() {
    let (path, desktop, _reports) = path();
    let grant = grant(1, Scopes::CONTROL);
    let number = grant.number();
    path.enable(grant).unwrap();
    let submit = |event| path.submit(number.session(), InputFrame { grant: number, event });
    submit(key(KeyUsage::SHIFT_LEFT, true)).unwrap();
    submit(left(true, at(5, 5))).unwrap();
    assert!(desktop.wait_until(SOON, |actions| actions.len() == 3));
    // Now every event takes its time, and many wait when the person stops control.
    desktop.delay_each(Duration::from_millis(20));
    for usage in [KeyUsage::A, KeyUsage::B, KeyUsage::C, KeyUsage::D] {
        submit(key(usage, true)).unwrap();
    }
    assert!(desktop.wait_until(SOON, |actions| actions.len() == 4));
    path.disable_and_release().unwrap();
    assert!(desktop.is_released(), "{:?}", desktop.actions());
    let after = desktop.actions().len();
    assert_eq!(submit(key(KeyUsage::E, true)), Err(NotTaken::Closed));
    assert!(!desktop.wait_until(Duration::from_millis(100), |actions| actions.len() > after));
    let letters =
        desktop.actions().iter().filter(|action| matches!(action, Action::Key { pressed: true, .. })).count();
    assert!(letters <= 3, "at most the one under way was carried out: {:?}", desktop.actions());
}

#[test]
fn keys_that_must_wait_keep_their_order_and_hold_up_no_revocation() {
    let (path, desktop, _reports) = path();
    let grant = grant(1, Scopes::CONTROL);
    let number = grant.number();
    path.enable(grant).unwrap();
    let submit = |event| path.submit(number.session(), InputFrame { grant: number, event });
    desktop.is_slow_to_read(true);
    for usage in [KeyUsage::A, KeyUsage::B] {
        submit(key(usage, true)).unwrap();
        submit(key(usage, false)).unwrap();
    }
    assert!(!desktop.wait_until(Duration::from_millis(50), |actions| !actions.is_empty()));
    desktop.is_slow_to_read(false);
    assert!(desktop.wait_until(SOON, |actions| actions.len() == 4));
    let keys = |usage: KeyUsage| [true, false].map(|pressed| Action::Key { usage: usage.number(), pressed });
    assert_eq!(desktop.actions(), [keys(KeyUsage::A), keys(KeyUsage::B)].concat());

    desktop.is_slow_to_read(true);
    submit(key(KeyUsage::C, true)).unwrap();
    let start = Instant::now();
    path.disable_and_release().unwrap();
    assert!(start.elapsed() < Duration::from_millis(500), "it took {:?}", start.elapsed());
    desktop.is_slow_to_read(false);
    assert!(!desktop.wait_until(Duration::from_millis(50), |actions| actions.len() > 4));
}

#[test]
fn a_new_grant_ends_the_old_one_and_releases_for_it() {
    let (path, desktop, _reports) = path();
    let (first, second) = (grant(1, Scopes::CONTROL), grant(2, Scopes::CONTROL));
    let (old, new) = (first.number(), second.number());
    path.enable(first).unwrap();
    path.submit(old.session(), InputFrame { grant: old, event: key(KeyUsage::A, true) }).unwrap();
    assert!(desktop.wait_until(SOON, |actions| actions.len() == 1));
    path.enable(second).unwrap();
    assert!(desktop.is_released());
    assert_eq!(
        path.submit(old.session(), InputFrame { grant: old, event: key(KeyUsage::B, true) }),
        Err(NotTaken::Closed)
    );
    assert_eq!(path.submit(new.session(), InputFrame { grant: new, event: key(KeyUsage::C, true) }), Ok(()));
}

#[test]
fn an_expert_who_only_watches_cannot_act_under_anothers_grant() {
    let (path, desktop, _reports) = path();
    let grant = grant(1, Scopes::CONTROL);
    let number = grant.number();
    path.enable(grant).unwrap();
    let frame = InputFrame { grant: number, event: key(KeyUsage::A, true) };
    assert_eq!(path.submit(SessionId(2), frame), Err(NotTaken::Closed));
    assert_eq!(path.submit(SessionId(1), frame), Ok(()));
    assert!(desktop.wait_until(SOON, |actions| actions.len() == 1));
}

#[test]
fn the_persons_activity_releases_pauses_and_ends_by_itself() {
    let (path, desktop, reports) = path();
    let grant = grant(1, Scopes::CONTROL);
    let number = grant.number();
    path.enable(grant).unwrap();
    path.submit(number.session(), InputFrame { grant: number, event: key(KeyUsage::SHIFT_LEFT, true) })
        .unwrap();
    assert_eq!(reports.recv_timeout(SOON).unwrap(), InputReport::Used);
    let start = Instant::now();
    path.person_active();
    assert_eq!(reports.recv_timeout(SOON).unwrap(), InputReport::Paused);
    assert!(desktop.is_released(), "a Shift of the expert would change what the person types");
    path.person_active();
    assert_eq!(reports.recv_timeout(SOON).unwrap(), InputReport::Resumed);
    assert!(start.elapsed() >= REST, "{:?}", start.elapsed());
    path.submit(number.session(), InputFrame { grant: number, event: key(KeyUsage::A, true) }).unwrap();
    assert!(desktop.wait_until(SOON, |actions| actions.len() == 3));
}

#[test]
fn locks_that_changed_while_nothing_passed_follow_when_it_does_and_only_the_last_ones() {
    let (path, desktop, reports) = path();
    let grant = grant(1, Scopes::CONTROL);
    let number = grant.number();
    path.enable(grant).unwrap();
    let locks = |caps, num| Locks { caps, num, scroll: false };
    let submit = |event| path.submit(number.session(), InputFrame { grant: number, event }).unwrap();
    let done = |count: usize| desktop.wait_until(SOON, |actions| actions.len() == count);
    submit(InputEvent::Locks(locks(false, true)));
    assert!(done(1));
    path.person_active();
    while reports.recv_timeout(SOON).unwrap() != InputReport::Paused {}
    submit(InputEvent::Locks(locks(true, true)));
    submit(key(KeyUsage::A, true));
    submit(InputEvent::Locks(locks(true, false)));
    while reports.recv_timeout(SOON).unwrap() != InputReport::Resumed {}
    assert!(done(2), "{:?}", desktop.actions());
    path.question_open(true).unwrap();
    submit(InputEvent::Locks(locks(false, false)));
    assert!(!desktop.wait_until(Duration::from_millis(100), |actions| actions.len() > 2));
    path.question_open(false).unwrap();
    assert!(done(3), "{:?}", desktop.actions());
    // What the person changes in a pause in which the expert changed nothing stays.
    path.person_active();
    while reports.recv_timeout(SOON).unwrap() != InputReport::Paused {}
    while reports.recv_timeout(SOON).unwrap() != InputReport::Resumed {}
    submit(key(KeyUsage::B, true));
    assert!(done(4));
    let set = |locks: Locks| Action::Locks { bits: locks.bits() };
    let expected = [
        set(locks(false, true)),
        set(locks(true, false)),
        set(locks(false, false)),
        Action::Key { usage: KeyUsage::B.number(), pressed: true },
    ];
    assert_eq!(desktop.actions(), expected);
}

#[test]
fn opening_a_question_releases_first() {
    let (path, desktop, _reports) = path();
    let grant = grant(1, Scopes::CONTROL);
    let number = grant.number();
    path.enable(grant).unwrap();
    path.submit(number.session(), InputFrame { grant: number, event: key(KeyUsage::ENTER, true) }).unwrap();
    assert!(desktop.wait_until(SOON, |actions| actions.len() == 1));
    path.question_open(true).unwrap();
    assert!(desktop.is_released(), "a held Enter would repeat into the question");
    path.submit(number.session(), InputFrame { grant: number, event: key(KeyUsage::ENTER, true) }).unwrap();
    assert!(!desktop.wait_until(Duration::from_millis(100), |actions| actions.len() > 2));
    path.question_open(false).unwrap();
    path.submit(number.session(), InputFrame { grant: number, event: key(KeyUsage::A, true) }).unwrap();
    assert!(desktop.wait_until(SOON, |actions| actions.len() == 3));
}

#[test]
fn a_panic_in_the_chain_closes_the_gate_and_releases() {
    let (path, desktop, reports) = path();
    let grant = grant(1, Scopes::CONTROL);
    let number = grant.number();
    path.enable(grant).unwrap();
    path.submit(number.session(), InputFrame { grant: number, event: key(KeyUsage::A, true) }).unwrap();
    assert!(desktop.wait_until(SOON, |actions| actions.len() == 1));
    desktop.panic_next();
    path.submit(number.session(), InputFrame { grant: number, event: key(KeyUsage::B, true) }).unwrap();
    assert_eq!(reports.recv_timeout(SOON).unwrap(), InputReport::Used);
    assert!(matches!(reports.recv_timeout(SOON).unwrap(), InputReport::Failed(_)));
    assert!(desktop.is_released() && !path.gate().is_open());
}

#[test]
fn a_desktop_that_fails_ends_control_with_a_reason() {
    let (path, desktop, reports) = path();
    let grant = grant(1, Scopes::CONTROL);
    let number = grant.number();
    path.enable(grant).unwrap();
    desktop.fail(true);
    path.submit(number.session(), InputFrame { grant: number, event: key(KeyUsage::A, true) }).unwrap();
    let failed = InputReport::Failed(InjectError::Lost.to_string());
    assert_eq!(reports.recv_timeout(SOON).unwrap(), failed);
    assert!(!path.gate().is_open());
}

#[test]
fn a_flood_of_keys_ends_control_instead_of_piling_up() {
    let (path, desktop, reports) = path();
    let grant = grant(1, Scopes::CONTROL);
    let number = grant.number();
    path.enable(grant).unwrap();
    desktop.delay_each(Duration::from_millis(200));
    let flood = (0..MOST_WAITING * 2).map(|count| {
        path.submit(number.session(), InputFrame { grant: number, event: key(KeyUsage::A, count % 2 == 0) })
    });
    assert!(flood.collect::<Vec<_>>().contains(&Err(NotTaken::TooMuch)));
    assert!(!path.gate().is_open());
    let failed = InputReport::Failed(NotTaken::TooMuch.to_string());
    assert!(reports.iter().take(2).any(|report| report == failed));
    assert!(desktop.is_released());
}

#[test]
fn dropping_the_path_releases() {
    let (path, desktop, _reports) = path();
    let grant = grant(1, Scopes::CONTROL);
    let number = grant.number();
    path.enable(grant).unwrap();
    path.submit(number.session(), InputFrame { grant: number, event: key(KeyUsage::A, true) }).unwrap();
    assert!(desktop.wait_until(SOON, |actions| actions.len() == 1));
    drop(path);
    assert!(desktop.is_released());
}

#[test]
fn what_an_expert_types_is_in_no_log() {
    let desktop = FakeDesktop::default();
    // The keys of the canary by their numbers; a log line with any of them in a row would be a key logger.
    let usages = [KeyUsage::S, KeyUsage::E, KeyUsage::C, KeyUsage::R, KeyUsage::T];
    let numbers = usages.map(|usage| usage.number().to_string()).join(", ");
    let (_, lines) = deskside_testkit::log_guard::run(&[&numbers, "KeyS", "0x16", "usage: 22"], || {
        let fake = Fake { desktop: desktop.clone(), windows: FakeWindows::default() };
        let path = InputPath::new(fake, |_| {}).unwrap();
        let grant = grant(1, Scopes::CONTROL);
        let number = grant.number();
        path.enable(grant).unwrap();
        for usage in usages {
            let event = key(usage, true);
            let frame = InputFrame { grant: number, event };
            tracing::trace!(?frame, ?event, "a careless line");
            path.submit(frame.grant.session(), frame).unwrap();
        }
        assert!(desktop.wait_until(SOON, |actions| actions.len() == usages.len()));
    });
    assert!(lines.contains("a careless line"));
}

fn any_event() -> impl Strategy<Value = InputEvent> {
    let place = (any::<i32>(), any::<i32>()).prop_map(|(x, y)| at(x, y));
    let near = (0..800, 0..600).prop_map(|(x, y)| at(x, y));
    let place = prop_oneof![place, near];
    let usage = (4u16..0x12).prop_map(|number| KeyUsage::new(number).unwrap());
    prop_oneof![
        4 => (usage, any::<bool>()).prop_map(|(usage, pressed)| key(usage, pressed)),
        3 => (0..5usize, any::<bool>(), place.clone()).prop_map(|(button, pressed, at)| {
            InputEvent::PointerButton { button: PointerButton::ALL[button], pressed, at }
        }),
        2 => place.clone().prop_map(|at| InputEvent::PointerMoved { at }),
        1 => (any::<i16>(), any::<i16>(), place).prop_map(|(dx, dy, at)| InputEvent::Wheel { dx, dy, at }),
        1 => Just(InputEvent::ReleaseAll),
    ]
}

/// What can happen around a chain.
#[derive(Debug, Clone)]
enum Turn {
    Event(InputEvent),
    Person,
    Time(u16),
    Question(bool),
    Focus(bool),
    Fail(bool),
}

fn any_turn() -> impl Strategy<Value = Turn> {
    prop_oneof![
        12 => any_event().prop_map(Turn::Event),
        1 => Just(Turn::Person),
        2 => (0u16..1500).prop_map(Turn::Time),
        1 => any::<bool>().prop_map(Turn::Question),
        1 => any::<bool>().prop_map(Turn::Focus),
        1 => any::<bool>().prop_map(Turn::Fail),
    ]
}

proptest! {
    #[test]
    fn clamp_stays_inside(event in any_event(), width in 1u32..16_384, height in 1u32..16_384) {
        let screen = ScreenSize::default();
        screen.set(Size::new(width, height));
        prop_assert_eq!(screen.now(), Size::new(width, height));
        let frame = InputFrame { grant: grant(1, Scopes::CONTROL).number(), event };
        match Clamp::new(screen).pass(frame, Instant::now()).unwrap().event {
            InputEvent::PointerMoved { at } | InputEvent::PointerButton { at, .. } => {
                prop_assert!(Size::new(width, height).rect().contains(at));
            }
            InputEvent::Wheel { at, dx, dy } => {
                prop_assert!(Size::new(width, height).rect().contains(at));
                prop_assert!(dx.abs() <= MOST_WHEEL && dy.abs() <= MOST_WHEEL);
            }
            InputEvent::Key(_) | InputEvent::Text(_) | InputEvent::Locks(_) | InputEvent::ReleaseAll => {}
        }
    }

    #[test]
    fn without_a_screen_nothing_points(event in any_event()) {
        let frame = InputFrame { grant: grant(1, Scopes::CONTROL).number(), event };
        let passed = Clamp::new(ScreenSize::default()).pass(frame, Instant::now());
        prop_assert_eq!(passed.is_err(), event.scope() == Some(Scope::Pointer));
    }

    #[test]
    fn released_covers_pressed(turns in proptest::collection::vec(any_turn(), 0..60)) {
        let mut bench = Bench::new(Scopes::CONTROL);
        for turn in turns {
            match turn {
                Turn::Event(event) => {
                    let frame = InputFrame { grant: bench.grant.number(), event };
                    // A failing desktop is part of the story: what it did not take must not be thought to be held.
                    let _ = bench.chain.handle(frame, bench.now);
                }
                Turn::Person => drop(bench.activity.note(bench.now)),
                Turn::Time(millis) => bench.now += Duration::from_millis(millis.into()),
                Turn::Question(open) => bench.question.set(open),
                Turn::Focus(focused) => bench.windows.focused.store(focused, Ordering::SeqCst),
                Turn::Fail(failing) => bench.desktop.fail(failing),
            }
        }
        bench.desktop.fail(false);
        bench.chain.release_all().unwrap();
        prop_assert!(bench.desktop.is_released(), "{:?}", bench.desktop.actions());
    }

    #[test]
    fn nothing_ever_lands_on_an_own_window(events in proptest::collection::vec(any_event(), 0..60)) {
        let mut bench = Bench::new(Scopes::CONTROL);
        for event in events {
            let _ = bench.send(event);
        }
        for action in bench.desktop.actions() {
            if let Action::Moved { x, y } = action {
                prop_assert!(!OWN.contains(at(x, y)));
            }
        }
    }
}
