//! Whatever happens around a chain: what holds of every sequence of events.

use proptest::prelude::*;

use super::*;

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
