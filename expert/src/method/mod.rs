//! The input methods of this desktop (fcitx5, ibus): whether one would get the keys of a window, and which keys are really
//! down, because a method may keep a release to itself. One trait, the backends beside this file, and the keeper that
//! follows what is wanted. What a method writes comes with the window's events and is the tap's affair.

mod ibus;
mod x11;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use deskside_proto::keycode::KeyUsage;
use winit::window::WindowId;

/// Knows the input method that this program was told to use.
pub trait InputMethods {
    /// Whether it runs now. Asks it, so not with every event.
    fn is_running(&self) -> bool;

    /// Whether it does more at the moment than a keyboard layout does. Costs nothing.
    fn is_needed(&self) -> bool;

    /// The places of the keys that are down; none where that is not told.
    fn keys_down(&self) -> Option<BTreeSet<KeyUsage>>;

    /// Has the window library look at what was asked of it: it does so with the window's next event only, and that may be
    /// the very key which the method should get.
    fn nudge(&self, window: WindowId);
}

/// The input method of this desktop; none where there is none to be used.
///
/// Called by the thread of the windows once the event loop is there, which chooses the locale. `changed` is called, by any
/// thread, when the method is needed no longer or again.
#[must_use]
pub fn open(changed: impl Fn() + Send + Sync + 'static) -> Option<Box<dyn InputMethods>> {
    let name = method_named(&std::env::var("XMODIFIERS").ok()?)?.to_owned();
    x11::open(&name, Arc::new(changed))
}

/// The input method that this value of XMODIFIERS names; none where it names none, or Xlib's own, which only composes.
fn method_named(modifiers: &str) -> Option<&str> {
    let name = modifiers.split('@').find_map(|modifier| modifier.strip_prefix("im="))?.trim();
    (!["", "none", "local"].contains(&name)).then_some(name)
}

/// How long after the last key it is looked at which are really down.
const QUIET: Duration = Duration::from_millis(250);

/// Brings what the window library does into line with what is wanted.
#[derive(Default)]
pub struct Keeper {
    methods: Option<Box<dyn InputMethods>>,
    is_wanted: bool,
    is_focused: bool,
    is_running: bool,
    is_on: bool,
    /// How many windows had one in the last frame.
    shown: usize,
    last_key: Option<Instant>,
}

impl Keeper {
    /// A keeper of that method, if there is one.
    #[must_use]
    pub fn new(methods: Option<Box<dyn InputMethods>>) -> Self {
        Self { methods, ..Self::default() }
    }

    /// Says whether a method is to get the keys. Whether one runs is asked when that begins to be wanted, and when a window of
    /// the program gets the keyboard meanwhile.
    pub fn follow(&mut self, is_wanted: bool, is_focused: bool) -> bool {
        let (was_wanted, was_focused) = (self.is_wanted, self.is_focused);
        (self.is_wanted, self.is_focused) = (is_wanted, is_focused);
        let Some(methods) = self.methods.as_ref().filter(|_| is_wanted) else {
            self.is_on = false;
            return false;
        };
        if !was_wanted || (is_focused && !was_focused) {
            self.is_running = methods.is_running();
        }
        self.is_on = self.is_running && methods.is_needed();
        self.is_on
    }

    /// A key was pressed or released.
    pub fn note_key(&mut self, now: Instant) {
        self.last_key = Some(now);
    }

    /// The keys that are really down, if it is time to look, and when to ask again. Only while a method is on.
    ///
    /// Not at once: what the method lets pass comes later than it happened, and the release of a key that is still to come
    /// must not be taken for one that does not.
    pub fn look(&mut self, now: Instant) -> (Option<BTreeSet<KeyUsage>>, Option<Instant>) {
        let Some(methods) = self.methods.as_ref().filter(|_| self.is_on) else { return (None, None) };
        let at = *self.last_key.get_or_insert(now) + QUIET;
        if now < at {
            return (None, Some(at));
        }
        self.last_key = Some(now);
        (methods.keys_down(), Some(now + QUIET))
    }

    /// A frame is over in which so many windows asked for a method. `window`: the one with the keyboard.
    pub fn frame_is_over(&mut self, shown: usize, window: Option<WindowId>) {
        let changed = std::mem::replace(&mut self.shown, shown) != shown;
        if let (true, Some(methods), Some(window)) = (changed, &self.methods, window) {
            methods.nudge(window);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::{Cell, RefCell};
    use std::rc::Rc;

    use super::*;

    #[test]
    fn only_another_program_is_an_input_method() {
        for (modifiers, expected) in [
            ("@im=ibus", Some("ibus")),
            ("@im=fcitx", Some("fcitx")),
            ("@foo=bar@im=fcitx ", Some("fcitx")),
            ("@im=none", None),
            ("@im=local", None),
            ("@im=", None),
            ("", None),
            ("ibus", None),
        ] {
            assert_eq!(method_named(modifiers), expected, "{modifiers:?}");
        }
    }

    #[derive(Default)]
    struct Desktop {
        is_running: Cell<bool>,
        is_layout: Cell<bool>,
        asked: Cell<u32>,
        down: RefCell<BTreeSet<KeyUsage>>,
        nudged: RefCell<Vec<WindowId>>,
    }

    struct Fake(Rc<Desktop>);

    impl InputMethods for Fake {
        fn is_running(&self) -> bool {
            self.0.asked.set(self.0.asked.get() + 1);
            self.0.is_running.get()
        }

        fn is_needed(&self) -> bool {
            !self.0.is_layout.get()
        }

        fn keys_down(&self) -> Option<BTreeSet<KeyUsage>> {
            Some(self.0.down.borrow().clone())
        }

        fn nudge(&self, window: WindowId) {
            self.0.nudged.borrow_mut().push(window);
        }
    }

    fn keeper() -> (Keeper, Rc<Desktop>) {
        let desktop = Rc::new(Desktop::default());
        desktop.is_running.set(true);
        (Keeper::new(Some(Box::new(Fake(Rc::clone(&desktop))))), desktop)
    }

    #[test]
    fn it_is_asked_when_it_begins_to_be_wanted_and_not_with_each_event() {
        let (mut keeper, desktop) = keeper();
        assert!(!keeper.follow(false, true));
        assert!(keeper.follow(true, true) && keeper.follow(true, true) && keeper.follow(true, false));
        desktop.is_layout.set(true);
        assert!(!keeper.follow(true, false), "it would only do what the layout does");
        desktop.is_layout.set(false);
        assert!(keeper.follow(true, false));
        assert_eq!(desktop.asked.get(), 1);
        desktop.is_running.set(false);
        assert!(keeper.follow(true, false), "no window has the keyboard");
        assert!(!keeper.follow(true, true), "it was ended meanwhile");
        assert!(!Keeper::default().follow(true, true), "there is none");
    }

    #[test]
    fn what_is_down_is_looked_at_only_once_the_keyboard_is_quiet() {
        let (mut keeper, desktop) = keeper();
        desktop.down.borrow_mut().insert(KeyUsage::A);
        let now = Instant::now();
        assert_eq!(keeper.look(now + QUIET), (None, None), "no method is on");
        keeper.follow(true, true);
        keeper.note_key(now);
        assert_eq!(keeper.look(now + QUIET / 2), (None, Some(now + QUIET)));
        assert_eq!(keeper.look(now + QUIET * 3 / 4), (None, Some(now + QUIET)), "the same moment");
        keeper.note_key(now + QUIET / 2);
        assert_eq!(keeper.look(now + QUIET), (None, Some(now + QUIET * 3 / 2)));
        let down = Some(BTreeSet::from([KeyUsage::A]));
        assert_eq!(keeper.look(now + QUIET * 2), (down, Some(now + QUIET * 3)));
        assert_eq!(keeper.look(now + QUIET * 2), (None, Some(now + QUIET * 3)), "not twice");
    }

    #[test]
    fn the_window_library_is_nudged_once_when_a_frame_has_asked_it() {
        let (mut keeper, desktop) = keeper();
        let window = WindowId::from(7);
        for shown in [0, 1, 1, 0, 0] {
            keeper.frame_is_over(shown, Some(window));
        }
        assert_eq!(*desktop.nudged.borrow(), [window, window]);
    }
}
