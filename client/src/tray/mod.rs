//! The tray icon: state, and a menu with the same wishes as the main window.
//!
//! A tray host may be missing, come and go; the main window offers everything as well.
//! It reads views and pushes commands; it never acts.

mod icon;
mod sni;

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

pub use sni::start;

type Listener = Arc<dyn Fn() + Send + Sync>;

/// Whether there is a tray that shows the icon now; clones share it.
#[derive(Clone, Default)]
pub struct TrayPresence(Arc<Shared>);

#[derive(Default)]
struct Shared {
    present: AtomicBool,
    invitation_wanted: AtomicBool,
    listeners: Mutex<Vec<Listener>>,
}

impl TrayPresence {
    /// No tray, and none will come: for programs without one, until [`start`] says otherwise.
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }

    /// Whether a tray shows the icon.
    #[must_use]
    pub fn present(&self) -> bool {
        self.0.present.load(Ordering::Relaxed)
    }

    /// Calls `listener` when the tray came or went, or its menu wants the window; it must return at once.
    pub fn on_change(&self, listener: impl Fn() + Send + Sync + 'static) {
        self.listeners().push(Arc::new(listener));
    }

    /// Whether the menu asked for a new ticket since the last call.
    #[must_use]
    pub fn take_invitation_wish(&self) -> bool {
        self.0.invitation_wanted.swap(false, Ordering::Relaxed)
    }

    /// Says that the tray came or went.
    pub fn set_present(&self, present: bool) {
        if self.0.present.swap(present, Ordering::Relaxed) != present {
            self.tell();
        }
    }

    fn want_invitation(&self) {
        self.0.invitation_wanted.store(true, Ordering::Relaxed);
        self.tell();
    }

    fn tell(&self) {
        // Listeners run without the lock, so that they may add others.
        let listeners = self.listeners().clone();
        for listener in listeners {
            listener();
        }
    }

    fn listeners(&self) -> std::sync::MutexGuard<'_, Vec<Listener>> {
        self.0.listeners.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for TrayPresence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TrayPresence").field("present", &self.present()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::TrayPresence;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU32, Ordering};

    #[test]
    fn listeners_hear_of_changes_and_of_nothing_else() {
        let presence = TrayPresence::none();
        let heard = Arc::new(AtomicU32::new(0));
        let count = Arc::clone(&heard);
        presence.on_change(move || {
            count.fetch_add(1, Ordering::Relaxed);
        });
        presence.set_present(false);
        presence.set_present(true);
        presence.set_present(true);
        assert_eq!(heard.load(Ordering::Relaxed), 1);
        presence.want_invitation();
        assert!(presence.take_invitation_wish());
        assert!(!presence.take_invitation_wish(), "a wish is taken once");
    }
}
