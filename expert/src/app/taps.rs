//! Which tap an event of the window system belongs to: each window of the program has its own.
//! Windows are known by their numbers, which the window system tells with a window's first event.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use deskside_host::locks::LockWatch;
use winit::event::WindowEvent;
use winit::window::WindowId;

use super::input::{Route, Tap};
use crate::wheel::WheelKind;

/// A tap that is shared between the event loop and the window's content.
pub type SharedTap = Rc<RefCell<Tap>>;

/// A window besides the first.
#[derive(Clone)]
pub struct Place {
    /// Its tap.
    pub tap: SharedTap,
    /// Its number, once there was an event for it.
    pub window: Rc<Cell<Option<WindowId>>>,
}

/// The taps of all windows.
pub struct Taps {
    first: SharedTap,
    first_window: Option<WindowId>,
    others: Vec<Place>,
    /// Numbers of windows that are closed: their last events must not be taken for a new window's first.
    closed: Vec<WindowId>,
    wheel_kind: Option<Rc<dyn WheelKind>>,
    locks: LockWatch,
    /// System keys are taken back.
    freed: Rc<Cell<bool>>,
}

/// What the pointer does in all windows together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hand {
    /// It is in one of them.
    pub is_inside: bool,
    /// It drags something in one of them.
    pub is_dragging: bool,
}

impl Taps {
    /// The first window's; wheels are of this kind in all windows.
    pub fn new(first: SharedTap, wheel_kind: Option<Rc<dyn WheelKind>>) -> Self {
        first.borrow_mut().set_wheel_kind(wheel_kind.clone());
        let (locks, freed) = (LockWatch::blind(), Rc::new(Cell::new(false)));
        first.borrow_mut().set_freed(Rc::clone(&freed));
        Self { first, first_window: None, others: Vec::new(), closed: Vec::new(), wheel_kind, locks, freed }
    }

    /// The locks are followed there in all windows from now on.
    pub fn set_locks(&mut self, locks: LockWatch) {
        self.all().for_each(|tap| tap.borrow_mut().set_locks(locks.clone()));
        self.locks = locks;
    }

    /// A window is about to be opened. Only one may be at a time, so that the next new number is its.
    pub fn add(&mut self, place: Place) {
        let mut tap = place.tap.borrow_mut();
        tap.set_wheel_kind(self.wheel_kind.clone());
        tap.set_locks(self.locks.clone());
        tap.set_freed(Rc::clone(&self.freed));
        drop(tap);
        self.others.push(place);
    }

    /// A window is closed.
    pub fn remove(&mut self, place: &Place) {
        self.others.retain(|other| !Rc::ptr_eq(&other.tap, &place.tap));
        self.closed.extend(place.window.get());
    }

    /// The taps of all windows, the first window's first.
    pub fn all(&self) -> impl Iterator<Item = &SharedTap> {
        std::iter::once(&self.first).chain(self.others.iter().map(|place| &place.tap))
    }

    /// What the pointer does in all windows together.
    pub fn hand(&self) -> Hand {
        let any = |holds: fn(&Tap) -> bool| self.all().any(|tap| holds(&tap.borrow()));
        Hand { is_inside: any(Tap::is_entered), is_dragging: any(Tap::is_dragging) }
    }

    /// Whether this window is closed, or is about to be.
    pub fn is_closed(&self, window: WindowId) -> bool {
        self.closed.contains(&window)
    }

    /// The tap and the number of the window that has the keyboard; the first window's while none has.
    pub fn focused(&self) -> (SharedTap, Option<WindowId>) {
        let other = self.others.iter().find(|place| place.tap.borrow().is_focused());
        match other.filter(|_| !self.first.borrow().is_focused()) {
            Some(place) => (Rc::clone(&place.tap), place.window.get()),
            None => (Rc::clone(&self.first), self.first_window),
        }
    }

    /// Gives an event to the tap of its window; says who gets it next, and whether something is to be painted.
    pub fn handle(&mut self, window: WindowId, event: &WindowEvent) -> (Route, bool) {
        let Some(tap) = self.of(window) else { return (Route::Window, false) };
        if let WindowEvent::CursorMoved { position, .. } = event
            && self.is_pointer_elsewhere(&tap)
        {
            tap.borrow_mut().note_pointer(*position);
            return (Route::Taken, false);
        }
        if matches!(event, WindowEvent::MouseInput { .. }) {
            // Whoever drags has the pointer for itself: that another window hears of a button says that it is over.
            self.others(&tap).for_each(|other| other.borrow_mut().release_buttons());
        }
        if *event == WindowEvent::Focused(true) {
            // X11 tells a window under the pointer that it has the keyboard while another program grabs it, and not always
            // of the end. So who gets it takes it from the others.
            let had_it = self.others(&tap).filter(|other| other.borrow().is_focused());
            had_it.for_each(|other| {
                other.borrow_mut().handle(&WindowEvent::Focused(false));
            });
        }
        let mut tap = tap.borrow_mut();
        (tap.handle(event), tap.wants().repaint)
    }

    /// Whether the pointer's way is another window's business. A window is told of it where a drag that began in another
    /// one enters it, and of its place when it gets the keyboard, wherever that is.
    fn is_pointer_elsewhere(&self, tap: &SharedTap) -> bool {
        let (is_dragging, is_inside) = (tap.borrow().is_dragging(), tap.borrow().is_entered());
        let mut others = self.others(tap).map(|other| other.borrow());
        !is_dragging && others.any(|other| other.is_dragging() || other.is_entered() && !is_inside)
    }

    fn others(&self, tap: &SharedTap) -> impl Iterator<Item = &SharedTap> {
        self.all().filter(move |other| !Rc::ptr_eq(other, tap))
    }

    /// The windows in which something is dragged while they have not the keyboard: they may not be told of its end.
    pub fn dragging_unseen(&self) -> impl Iterator<Item = &SharedTap> {
        self.all().filter(|tap| {
            let tap = tap.borrow();
            tap.is_dragging() && !tap.is_focused()
        })
    }

    /// The tap of this window; none where the window is closed.
    fn of(&mut self, window: WindowId) -> Option<SharedTap> {
        if *self.first_window.get_or_insert(window) == window {
            return Some(Rc::clone(&self.first));
        }
        if self.is_closed(window) {
            return None;
        }
        let known = self.others.iter().find(|place| place.window.get() == Some(window));
        let place = known.or_else(|| self.others.iter().find(|place| place.window.get().is_none()))?;
        place.window.set(Some(window));
        Some(Rc::clone(&place.tap))
    }
}

#[cfg(test)]
mod tests {
    use deskside_proto::geometry::DesktopPoint;
    use deskside_proto::wire::input::InputEvent;
    use winit::dpi::PhysicalPosition;
    use winit::event::{DeviceId, ElementState, MouseButton};

    use super::*;

    fn place() -> Place {
        Place { tap: Rc::new(RefCell::new(Tap::new(Box::new(|_| {})))), window: Rc::default() }
    }

    #[test]
    fn a_new_number_is_that_of_the_window_that_was_just_opened_and_never_that_of_a_closed_one() {
        let number = |number: u64| WindowId::from(number);
        let first = place().tap;
        let mut taps = Taps::new(Rc::clone(&first), None);
        let is =
            |found: Option<SharedTap>, tap: &SharedTap| found.is_some_and(|found| Rc::ptr_eq(&found, tap));
        assert!(is(taps.of(number(1)), &first));
        assert!(taps.of(number(9)).is_none(), "nobody opened it");
        let (one, other) = (place(), place());
        taps.add(one.clone());
        assert!(is(taps.of(number(2)), &one.tap) && is(taps.of(number(1)), &first));
        taps.add(other.clone());
        assert!(is(taps.of(number(2)), &one.tap), "it is known");
        taps.remove(&one);
        assert!(taps.of(number(2)).is_none(), "its last events");
        assert!(is(taps.of(number(3)), &other.tap));
        assert_eq!((one.window.get(), other.window.get()), (Some(number(2)), Some(number(3))));
    }

    #[test]
    fn a_drag_goes_on_in_its_own_window_where_it_crosses_another() {
        let sent = Rc::new(RefCell::new(Vec::new()));
        let place = || {
            let into = Rc::clone(&sent);
            let tap = Tap::new(Box::new(move |event| into.borrow_mut().push(event)));
            Place { tap: Rc::new(RefCell::new(tap)), window: Rc::default() }
        };
        let (first, other) = (place().tap, place());
        let mut taps = Taps::new(Rc::clone(&first), None);
        taps.add(other.clone());
        let [first_window, other_window] = [1_u64, 2].map(WindowId::from);
        let device_id = DeviceId::dummy();
        let at = |x, y| WindowEvent::CursorMoved { device_id, position: PhysicalPosition::new(x, y) };
        let press = |state| WindowEvent::MouseInput { device_id, state, button: MouseButton::Left };
        // Nothing is controlled yet: the windows say their numbers.
        taps.handle(first_window, &WindowEvent::CursorEntered { device_id });
        taps.handle(first_window, &WindowEvent::CursorLeft { device_id });
        taps.handle(other_window, &WindowEvent::CursorEntered { device_id });
        for tap in taps.all() {
            tap.borrow_mut().set_layout(crate::app::input::tests::layout(true));
        }
        let mut tells = |window, event| {
            let (route, _) = taps.handle(window, &event);
            (route, std::mem::take(&mut *sent.borrow_mut()))
        };
        let is_nothing = |told: (Route, Vec<InputEvent>)| told == (Route::Taken, vec![]);

        assert!(is_nothing(tells(first_window, at(20.0, 60.0))), "told of the keyboard, and covered");
        assert_eq!(tells(other_window, at(20.0, 60.0)).1.len(), 1);
        assert_eq!(tells(other_window, press(ElementState::Pressed)).1.len(), 1);
        tells(other_window, WindowEvent::CursorLeft { device_id });
        tells(first_window, WindowEvent::CursorEntered { device_id });
        assert!(is_nothing(tells(first_window, at(30.0, 60.0))), "the drag is the other window's");
        assert_eq!(tells(other_window, at(-10.0, 60.0)).1.len(), 1);
        assert_eq!(tells(other_window, press(ElementState::Released)).1.len(), 1);
        assert_eq!(tells(first_window, at(31.0, 60.0)).1.len(), 1);

        // One whose end nobody was told of is over where another window hears of a button.
        tells(first_window, press(ElementState::Pressed));
        tells(first_window, WindowEvent::CursorLeft { device_id });
        tells(other_window, WindowEvent::CursorEntered { device_id });
        assert!(is_nothing(tells(other_window, at(50.0, 60.0))));
        let is_press = |event: &InputEvent| matches!(event, InputEvent::PointerButton { pressed: true, .. });
        let (_, sent) = tells(other_window, press(ElementState::Pressed));
        assert_eq!(sent.iter().map(is_press).collect::<Vec<_>>(), [false, true]);
        let place = DesktopPoint { x: 25, y: 10 };
        assert!(matches!(sent[1], InputEvent::PointerButton { at, .. } if at == place), "{sent:?}");
        assert_eq!(tells(other_window, at(52.0, 60.0)).1.len(), 1);
    }

    #[test]
    fn one_window_has_the_keyboard_also_where_another_was_not_told_that_it_has_lost_it() {
        let (first, other) = (place().tap, place());
        let mut taps = Taps::new(Rc::clone(&first), None);
        taps.add(other.clone());
        let [first_window, other_window] = [1_u64, 2].map(WindowId::from);
        for (window, tap) in [(first_window, &first), (other_window, &other.tap), (first_window, &first)] {
            taps.handle(window, &WindowEvent::Focused(true));
            let has_it: Vec<_> = taps.all().map(|tap| tap.borrow().is_focused()).collect();
            assert_eq!(has_it, [window == first_window, window == other_window]);
            let (focused, number) = taps.focused();
            assert!(Rc::ptr_eq(&focused, tap) && number == Some(window));
            // What the window system tells late changes nothing.
            let before = if window == first_window { other_window } else { first_window };
            taps.handle(before, &WindowEvent::Focused(false));
            assert!(tap.borrow().is_focused());
        }
    }

    #[test]
    fn the_pointer_is_in_the_program_wherever_it_is_and_what_is_taken_back_is_so_everywhere() {
        let (first, other) = (place().tap, place());
        let mut taps = Taps::new(Rc::clone(&first), None);
        taps.add(other.clone());
        let nowhere = Hand { is_inside: false, is_dragging: false };
        assert_eq!(taps.hand(), nowhere);
        let device_id = DeviceId::dummy();
        first.borrow_mut().handle(&WindowEvent::CursorEntered { device_id });
        other.tap.borrow_mut().handle(&WindowEvent::CursorEntered { device_id });
        first.borrow_mut().handle(&WindowEvent::CursorLeft { device_id });
        assert_eq!(taps.hand(), Hand { is_inside: true, ..nowhere });
        other.tap.borrow_mut().handle(&WindowEvent::CursorLeft { device_id });
        // The window that gets the keyboard is told of the pointer's place, wherever that is.
        let position = winit::dpi::PhysicalPosition::new(-5.0, 7.0);
        first.borrow_mut().handle(&WindowEvent::CursorMoved { device_id, position });
        assert_eq!(taps.hand(), nowhere);
        taps.freed.set(true);
        assert!(taps.all().all(|tap| tap.borrow().wants().freed));
        other.tap.borrow_mut().resume_system_keys();
        assert!(!first.borrow().wants().freed);
    }
}
