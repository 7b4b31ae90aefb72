//! The chain against a desktop in memory: what passes, what does not, and that nothing stays pressed.

mod path;
mod properties;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::time::{Duration, Instant};

use deskside_proto::geometry::{DesktopPoint, Rect, Size};
use deskside_proto::ids::{GrantId, SessionId};
use deskside_proto::keycode::KeyUsage;
use deskside_proto::session::{Grant, Scope, Scopes};
use deskside_proto::wire::input::{InputEvent, InputFrame, KeyEvent, PointerButton};
use deskside_testkit::consent::granted;
use deskside_testkit::fake::{Action, FakeDesktop};

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

fn grant(session: u64, scopes: Scopes) -> Grant {
    granted(SessionId(session), SCREEN, scopes)
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
    path.enable(grant, Instant::now()).unwrap();
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
