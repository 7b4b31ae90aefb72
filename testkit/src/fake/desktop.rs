//! A desktop that takes input and remembers it, as strict as a real one about what is down.

use std::collections::BTreeSet;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// One thing that was done to the fake desktop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// The pointer went to a place, pixels.
    Moved {
        /// From the left.
        x: i32,
        /// From the top.
        y: i32,
    },
    /// A button went down or up.
    Button {
        /// X11 number.
        button: u8,
        /// Down.
        pressed: bool,
    },
    /// The wheel turned, 1/120 of a notch.
    Wheel {
        /// To the right.
        dx: i32,
        /// Downwards.
        dy: i32,
    },
    /// A key went down or up.
    Key {
        /// USB HID usage, page 7.
        usage: u16,
        /// Down.
        pressed: bool,
    },
    /// A text was typed; which one is not kept.
    Text {
        /// Its length, bytes.
        bytes: usize,
    },
    /// The keyboard's locks were set.
    Locks {
        /// As on the wire.
        bits: u8,
    },
}

#[derive(Default)]
struct State {
    actions: Vec<(Instant, Action)>,
    keys: BTreeSet<u16>,
    buttons: BTreeSet<u8>,
    failing: bool,
    panicking: bool,
    delay: Duration,
    slow_to_read: bool,
}

/// A desktop in memory; clones are the same desktop.
#[derive(Clone, Default)]
pub struct FakeDesktop(Arc<(Mutex<State>, Condvar)>);

/// The fake desktop was told to fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Failing;

impl FakeDesktop {
    /// Does one thing.
    ///
    /// # Errors
    /// [`FakeDesktop::fail`] was called.
    ///
    /// # Panics
    /// [`FakeDesktop::panic_next`] was called.
    pub fn act(&self, action: Action) -> Result<(), Failing> {
        let delay = {
            let mut state = self.state();
            if state.failing {
                return Err(Failing);
            }
            if std::mem::take(&mut state.panicking) {
                drop(state);
                panic!("the fake desktop was told to panic");
            }
            state.delay
        };
        // Only ever set by tests that need an event to be under way while something else happens.
        std::thread::sleep(delay);
        let mut state = self.state();
        match action {
            Action::Button { button, pressed: true } => drop(state.buttons.insert(button)),
            Action::Button { button, pressed: false } => drop(state.buttons.remove(&button)),
            Action::Key { usage, pressed: true } => drop(state.keys.insert(usage)),
            Action::Key { usage, pressed: false } => drop(state.keys.remove(&usage)),
            Action::Moved { .. } | Action::Wheel { .. } | Action::Text { .. } | Action::Locks { .. } => {}
        }
        state.actions.push((Instant::now(), action));
        self.0.1.notify_all();
        Ok(())
    }

    /// Everything done so far, in order.
    pub fn actions(&self) -> Vec<Action> {
        self.state().actions.iter().map(|(_, action)| *action).collect()
    }

    /// Everything done so far with its moment.
    pub fn timed_actions(&self) -> Vec<(Instant, Action)> {
        self.state().actions.clone()
    }

    /// Waits until `enough` is satisfied by what was done; false when `limit` came first.
    pub fn wait_until(&self, limit: Duration, enough: impl Fn(&[(Instant, Action)]) -> bool) -> bool {
        let state = self.state();
        let waited = self.0.1.wait_timeout_while(state, limit, |state| !enough(&state.actions));
        !waited.unwrap_or_else(PoisonError::into_inner).1.timed_out()
    }

    /// The keys that are down, HID usages.
    pub fn held_keys(&self) -> Vec<u16> {
        self.state().keys.iter().copied().collect()
    }

    /// The buttons that are down.
    pub fn held_buttons(&self) -> Vec<u8> {
        self.state().buttons.iter().copied().collect()
    }

    /// Whether nothing is down.
    pub fn is_released(&self) -> bool {
        let state = self.state();
        state.keys.is_empty() && state.buttons.is_empty()
    }

    /// Makes everything fail, or work again.
    pub fn fail(&self, failing: bool) {
        self.state().failing = failing;
    }

    /// The next action panics.
    pub fn panic_next(&self) {
        self.state().panicking = true;
    }

    /// Whoever is typed into has not read the last stroke, or has: keys wait for it.
    pub fn is_slow_to_read(&self, slow: bool) {
        self.state().slow_to_read = slow;
    }

    /// Whether a key has to wait.
    pub fn keys_wait(&self) -> bool {
        self.state().slow_to_read
    }

    /// Every action takes that long.
    pub fn delay_each(&self, delay: Duration) {
        self.state().delay = delay;
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.0.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
