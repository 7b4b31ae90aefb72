//! The whole path with its thread: what stops it, and what it tells.

use deskside_proto::session::Way;
use deskside_proto::wire::input::Locks;

use super::*;
use crate::clipboard::Passes;
use crate::physical::PhysicalListener as _;

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
    path.enable(grant, Instant::now()).unwrap();
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
fn a_stop_after_the_yes_wins_however_late_the_path_is_opened() {
    let (path, desktop, _reports) = path();
    let (late, next) = (grant(1, Scopes::CONTROL), grant(2, Scopes::CONTROL));
    let said_at = Instant::now();
    path.stop().unwrap();
    let event = key(KeyUsage::A, true);
    let submit = |number: GrantId| path.submit(number.session(), InputFrame { grant: number, event });
    let number = late.number();
    assert!(!path.enable(late, said_at).unwrap(), "nobody is told that it is open");
    assert_eq!(submit(number), Err(NotTaken::Closed));
    std::thread::sleep(Duration::from_millis(1));
    let number = next.number();
    assert!(path.enable(next, Instant::now()).unwrap());
    submit(number).unwrap();
    assert!(desktop.wait_until(SOON, |actions| actions.len() == 1), "the next yes opens it");
}

#[test]
fn the_hotkey_ends_copying_before_it_waits_for_the_event_under_way() {
    /// Tells that it is asked, and answers when the other end of its channel is gone.
    struct Slow(mpsc::Sender<()>, mpsc::Receiver<()>);
    impl OwnWindows for Slow {
        fn own_place(&mut self, _: DesktopPoint) -> Result<bool, Unknown> {
            let _ = self.0.send(());
            let _ = self.1.recv();
            Ok(false)
        }
        fn own_focus(&mut self) -> Result<bool, Unknown> {
            Ok(false)
        }
    }
    struct Once(Mutex<Option<Slow>>);
    impl Desktop for Once {
        fn open(&self, _: &Grant) -> Result<Access, InjectError> {
            let windows = Box::new(self.0.lock().unwrap().take().unwrap());
            Ok(Access { injector: Box::new(FakeInjector::new(&FakeDesktop::default())), windows })
        }
    }
    let ((asked, is_asked), (answer, answered)) = (mpsc::channel(), mpsc::channel());
    let path = InputPath::new(Once(Mutex::new(Some(Slow(asked, answered)))), |_| {}).unwrap();
    let path = Arc::new(path);
    path.set_screen(SCREEN);
    let (control, copied) = (grant(1, Scopes::CONTROL), grant(2, Scope::ReadCopied.into()));
    let frame = InputFrame { grant: control.number(), event: left(true, at(5, 5)) };
    path.enable(control, Instant::now()).unwrap();
    let passes = Passes::new(path.last_stop());
    passes.open(&copied, Instant::now());
    let is_open = || passes.permits(Way::ToExpert, copied.number());
    assert!(is_open());
    path.submit(frame.grant.session(), frame).unwrap();
    is_asked.recv_timeout(SOON).unwrap();
    let (sender, told) = mpsc::channel();
    let reflex = LocalReflex::new(path, passes.clone(), move |reflex| {
        let _ = sender.send(reflex);
    });
    let hotkey = std::thread::spawn(move || reflex.hotkey_pressed());
    let until = Instant::now() + SOON;
    while is_open() {
        assert!(Instant::now() < until, "the event under way holds copying open");
        std::thread::sleep(Duration::from_millis(1));
    }
    assert!(told.try_recv().is_err(), "the event is still under way");
    drop(answer);
    assert_eq!(told.recv_timeout(SOON).unwrap(), Reflex::HotkeyPressed);
    hotkey.join().unwrap();
}

#[test]
fn keys_that_must_wait_keep_their_order_and_hold_up_no_revocation() {
    let (path, desktop, _reports) = path();
    let grant = grant(1, Scopes::CONTROL);
    let number = grant.number();
    path.enable(grant, Instant::now()).unwrap();
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
    path.enable(first, Instant::now()).unwrap();
    path.submit(old.session(), InputFrame { grant: old, event: key(KeyUsage::A, true) }).unwrap();
    assert!(desktop.wait_until(SOON, |actions| actions.len() == 1));
    path.enable(second, Instant::now()).unwrap();
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
    path.enable(grant, Instant::now()).unwrap();
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
    path.enable(grant, Instant::now()).unwrap();
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
    path.enable(grant, Instant::now()).unwrap();
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
    path.enable(grant, Instant::now()).unwrap();
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
    path.enable(grant, Instant::now()).unwrap();
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
    path.enable(grant, Instant::now()).unwrap();
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
    path.enable(grant, Instant::now()).unwrap();
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
    path.enable(grant, Instant::now()).unwrap();
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
        path.enable(grant, Instant::now()).unwrap();
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
