//! The whole keyboard for the window, with the keys that the desktop would keep for itself: one trait, the backends beside
//! this file, and the keeper that follows what is wanted. When it is wanted is the tap's affair.

mod x11;

use std::time::{Duration, Instant};

use winit::raw_window_handle::HasDisplayHandle as _;
use winit::window::WindowId;

/// Takes the keyboard from the desktop and gives it back.
pub trait KeyboardGrab {
    /// Takes it for one of this program's windows, which has the focus: for another, the window system would tell that one
    /// that it has lost the keyboard. False where another program has it at the moment.
    fn take(&mut self, window: WindowId) -> bool;

    /// Gives it back.
    fn give(&mut self);
}

/// The way to the keyboard on this desktop; none where there is none.
#[must_use]
pub fn open(creation: &eframe::CreationContext<'_>) -> Option<Box<dyn KeyboardGrab>> {
    let display = creation.display_handle().ok()?.as_raw();
    let grab = x11::open(display);
    if grab.is_none() {
        tracing::info!("system keys stay with this desktop");
    }
    grab
}

/// How long after a refusal it is tried again.
const PAUSE: Duration = Duration::from_millis(200);

/// Brings what is held into line with what is wanted.
#[derive(Default)]
pub struct Keeper {
    grab: Option<Box<dyn KeyboardGrab>>,
    held: Option<WindowId>,
    refused: Option<Instant>,
}

impl Keeper {
    /// A keeper of that grab, if there is one.
    #[must_use]
    pub fn new(grab: Option<Box<dyn KeyboardGrab>>) -> Self {
        Self { grab, held: None, refused: None }
    }

    /// Takes the keyboard for a window, or gives it; says whether it is held now, and when to ask again if it should be and
    /// is not.
    pub fn follow(&mut self, wanted: Option<WindowId>, now: Instant) -> (bool, Option<Duration>) {
        let Some(grab) = &mut self.grab else { return (false, None) };
        if self.held.is_some() && self.held != wanted {
            self.held = None;
            grab.give();
        }
        let Some(window) = wanted else {
            self.refused = None;
            return (false, None);
        };
        if self.held.is_none() {
            let since = self.refused.map(|at| now.duration_since(at));
            if let Some(left) =
                since.and_then(|since| PAUSE.checked_sub(since)).filter(|left| !left.is_zero())
            {
                return (false, Some(left));
            }
            let taken = grab.take(window);
            self.held = taken.then_some(window);
            self.refused = (!taken).then_some(now);
        }
        (self.held.is_some(), self.held.is_none().then_some(PAUSE))
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::rc::Rc;

    use super::*;

    #[derive(Default)]
    struct Desktop {
        is_busy: bool,
        told: Vec<&'static str>,
    }

    struct Fake(Rc<RefCell<Desktop>>);

    impl KeyboardGrab for Fake {
        fn take(&mut self, _: WindowId) -> bool {
            let mut desktop = self.0.borrow_mut();
            desktop.told.push("take");
            !desktop.is_busy
        }

        fn give(&mut self) {
            self.0.borrow_mut().told.push("give");
        }
    }

    #[test]
    fn it_is_taken_once_and_given_once() {
        let desktop = Rc::new(RefCell::new(Desktop::default()));
        let mut keeper = Keeper::new(Some(Box::new(Fake(Rc::clone(&desktop)))));
        let now = Instant::now();
        assert_eq!(keeper.follow(None, now), (false, None));
        assert_eq!(keeper.follow(Some(WindowId::from(7)), now), (true, None));
        assert_eq!(keeper.follow(Some(WindowId::from(7)), now), (true, None));
        assert_eq!(keeper.follow(None, now), (false, None));
        assert_eq!(keeper.follow(None, now), (false, None));
        assert_eq!(desktop.borrow().told, ["take", "give"]);
    }

    #[test]
    fn another_window_of_the_program_gets_it_anew() {
        let desktop = Rc::new(RefCell::new(Desktop::default()));
        let mut keeper = Keeper::new(Some(Box::new(Fake(Rc::clone(&desktop)))));
        let now = Instant::now();
        assert_eq!(keeper.follow(Some(WindowId::from(7)), now), (true, None));
        assert_eq!(keeper.follow(Some(WindowId::from(8)), now), (true, None));
        assert_eq!(desktop.borrow().told, ["take", "give", "take"]);
    }

    #[test]
    fn a_keyboard_that_another_program_has_is_asked_for_again_a_little_later() {
        let desktop = Rc::new(RefCell::new(Desktop { is_busy: true, ..Desktop::default() }));
        let mut keeper = Keeper::new(Some(Box::new(Fake(Rc::clone(&desktop)))));
        let now = Instant::now();
        assert_eq!(keeper.follow(Some(WindowId::from(7)), now), (false, Some(PAUSE)));
        assert_eq!(keeper.follow(Some(WindowId::from(7)), now + PAUSE / 2), (false, Some(PAUSE / 2)));
        assert_eq!(desktop.borrow().told.len(), 1);
        desktop.borrow_mut().is_busy = false;
        assert_eq!(keeper.follow(Some(WindowId::from(7)), now + PAUSE), (true, None));
    }

    #[test]
    fn without_a_way_to_it_nothing_is_held() {
        assert_eq!(Keeper::default().follow(Some(WindowId::from(7)), Instant::now()), (false, None));
    }
}
