//! The whole keyboard for the window, with the keys that the desktop would keep for itself: one trait, the backends beside
//! this file, and the keeper that follows what is wanted. When it is wanted is the tap's affair.

mod x11;

use std::time::{Duration, Instant};

use winit::raw_window_handle::HasDisplayHandle as _;
use winit::window::WindowId;

/// Takes the keyboard from the desktop and gives it back.
pub trait KeyboardGrab {
    /// Takes it for one of this program's windows, or moves it there. False where another program has it at the moment, and
    /// where another window has the focus by now: that one would be told that it has lost the keyboard.
    fn take(&mut self, window: WindowId) -> bool;

    /// Gives it back.
    fn give(&mut self);

    /// Whether a button of the pointer is down, in whatever window.
    fn is_button_down(&mut self) -> bool;
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

/// How long after a refusal it is tried again, and how long at most after many of them, each pause twice the one before:
/// another program may keep the keyboard for hours.
const PAUSE: Duration = Duration::from_millis(200);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// Brings what is held into line with what is wanted, and nothing while something is dragged: whatever changes then can
/// end the drag.
#[derive(Default)]
pub struct Keeper {
    grab: Option<Box<dyn KeyboardGrab>>,
    held: Option<WindowId>,
    refused: Option<Refused>,
}

#[derive(Debug, Clone, Copy)]
struct Refused {
    window: WindowId,
    /// When it is tried again.
    until: Instant,
    pause: Duration,
}

/// What the keeper needs to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wish {
    /// The window that should have the keyboard.
    pub window: Option<WindowId>,
    /// Something is dragged.
    pub is_dragging: bool,
}

impl Keeper {
    /// A keeper of that grab, if there is one.
    #[must_use]
    pub fn new(grab: Option<Box<dyn KeyboardGrab>>) -> Self {
        Self { grab, held: None, refused: None }
    }

    /// Takes the keyboard for a window, or gives it; says whether it is held now, and when to ask again if it should be and
    /// is not.
    pub fn follow(&mut self, wish: Wish, now: Instant) -> (bool, Option<Instant>) {
        if wish.is_dragging || self.grab.is_none() {
            return (self.held.is_some(), None);
        }
        let Some(window) = wish.window else {
            self.refused = None;
            self.give();
            return (false, None);
        };
        if self.held == Some(window) {
            self.refused = None;
            return (true, None);
        }
        let before = self.refused.filter(|refused| refused.window == window);
        if let Some(waits) = before.filter(|refused| now < refused.until) {
            return (self.held.is_some(), Some(waits.until));
        }
        if self.grab.as_mut().is_some_and(|grab| grab.take(window)) {
            (self.held, self.refused) = (Some(window), None);
            return (true, None);
        }
        let pause = before.map_or(PAUSE, |refused| (refused.pause * 2).min(LONGEST_PAUSE));
        let until = now + pause;
        self.refused = Some(Refused { window, until, pause });
        (self.held.is_some(), Some(until))
    }

    /// Something has happened after which a keyboard that was refused may be had: it is tried at once.
    pub const fn try_anew(&mut self) {
        self.refused = None;
    }

    /// The window that the keyboard is held for.
    #[must_use]
    pub const fn held(&self) -> Option<WindowId> {
        self.held
    }

    /// Gives the keyboard back at once.
    pub fn give(&mut self) {
        if let Some(grab) = self.grab.as_mut().filter(|_| self.held.take().is_some()) {
            grab.give();
        }
    }

    /// Whether a button of the pointer is down; where that cannot be asked, none is.
    pub fn is_button_down(&mut self) -> bool {
        self.grab.as_mut().is_some_and(|grab| grab.is_button_down())
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

        fn is_button_down(&mut self) -> bool {
            false
        }
    }

    fn keeper(desktop: Desktop) -> (Keeper, Rc<RefCell<Desktop>>) {
        let desktop = Rc::new(RefCell::new(desktop));
        (Keeper::new(Some(Box::new(Fake(Rc::clone(&desktop))))), desktop)
    }

    fn wish(window: Option<u64>) -> Wish {
        Wish { window: window.map(WindowId::from), is_dragging: false }
    }

    #[test]
    fn it_is_taken_once_and_given_once() {
        let (mut keeper, desktop) = keeper(Desktop::default());
        let now = Instant::now();
        assert_eq!(keeper.follow(wish(None), now), (false, None));
        assert_eq!(keeper.follow(wish(Some(7)), now), (true, None));
        assert_eq!(keeper.follow(wish(Some(7)), now), (true, None));
        assert_eq!(keeper.follow(wish(None), now), (false, None));
        assert_eq!(keeper.follow(wish(None), now), (false, None));
        assert_eq!(desktop.borrow().told, ["take", "give"]);
    }

    #[test]
    fn it_moves_to_another_window_of_the_program_without_being_given_in_between() {
        let (mut keeper, desktop) = keeper(Desktop::default());
        let now = Instant::now();
        assert_eq!(keeper.follow(wish(Some(7)), now), (true, None));
        assert_eq!(keeper.follow(wish(Some(8)), now), (true, None));
        assert_eq!((keeper.held(), desktop.borrow().told.len()), (Some(WindowId::from(8)), 2));
        desktop.borrow_mut().is_busy = true;
        assert_eq!(keeper.follow(wish(Some(7)), now), (true, Some(now + PAUSE)), "the other has it still");
        keeper.give();
        keeper.give();
        assert_eq!(desktop.borrow().told, ["take", "take", "take", "give"]);
    }

    #[test]
    fn nothing_changes_while_something_is_dragged() {
        let (mut keeper, desktop) = keeper(Desktop::default());
        let now = Instant::now();
        let dragging = |window| Wish { is_dragging: true, ..wish(window) };
        assert_eq!(keeper.follow(dragging(Some(7)), now), (false, None));
        keeper.follow(wish(Some(7)), now);
        for window in [None, Some(8), Some(7)] {
            assert_eq!(keeper.follow(dragging(window), now), (true, None));
        }
        assert_eq!(desktop.borrow().told, ["take"]);
        keeper.follow(wish(None), now);
        assert_eq!(desktop.borrow().told, ["take", "give"]);
    }

    #[test]
    fn a_keyboard_that_another_program_has_is_asked_for_again_a_little_later() {
        let (mut keeper, desktop) = keeper(Desktop { is_busy: true, ..Desktop::default() });
        let now = Instant::now();
        assert_eq!(keeper.follow(wish(Some(7)), now), (false, Some(now + PAUSE)));
        assert_eq!(
            keeper.follow(wish(Some(7)), now + PAUSE / 2),
            (false, Some(now + PAUSE)),
            "the same moment"
        );
        assert_eq!(desktop.borrow().told.len(), 1);
        let later = now + PAUSE / 2;
        assert_eq!(
            keeper.follow(wish(Some(8)), later),
            (false, Some(later + PAUSE)),
            "at once for another window"
        );
        desktop.borrow_mut().is_busy = false;
        assert_eq!(keeper.follow(wish(Some(8)), now + PAUSE * 2), (true, None));
    }

    #[test]
    fn a_keyboard_that_is_refused_for_long_is_asked_for_ever_more_rarely_until_something_happens() {
        let (mut keeper, desktop) = keeper(Desktop { is_busy: true, ..Desktop::default() });
        let mut now = Instant::now();
        let mut pauses = Vec::new();
        for _ in 0..8 {
            let (_, again) = keeper.follow(wish(Some(7)), now);
            pauses.push(again.unwrap() - now);
            now = again.unwrap();
        }
        assert_eq!(
            pauses.iter().map(Duration::as_millis).collect::<Vec<_>>(),
            [200, 400, 800, 1600, 3200, 5000, 5000, 5000]
        );
        keeper.follow(wish(Some(7)), now);
        let asked = desktop.borrow().told.len();
        keeper.try_anew();
        assert_eq!(keeper.follow(wish(Some(7)), now), (false, Some(now + PAUSE)));
        assert_eq!(desktop.borrow().told.len(), asked + 1);
    }

    #[test]
    fn without_a_way_to_it_nothing_is_held() {
        let mut keeper = Keeper::default();
        assert_eq!(keeper.follow(wish(Some(7)), Instant::now()), (false, None));
        assert!(!keeper.is_button_down());
    }
}
