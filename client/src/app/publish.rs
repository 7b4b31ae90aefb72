//! How snapshots reach the surfaces: the newest one is always there, and who wants to know is told that it changed.
//! Knows nothing of what is in a snapshot.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::view::AppView;

type Listener = Arc<dyn Fn() + Send + Sync>;

/// The newest view and those who want to know that it changed; clones share both.
#[derive(Clone)]
pub struct ViewPublisher(Arc<Shared>);

struct Shared {
    latest: Mutex<Arc<AppView>>,
    listeners: Mutex<Vec<Listener>>,
}

impl ViewPublisher {
    /// Begins with `first`.
    #[must_use]
    pub fn new(first: AppView) -> Self {
        Self(Arc::new(Shared { latest: Mutex::new(Arc::new(first)), listeners: Mutex::new(Vec::new()) }))
    }

    /// The newest view.
    #[must_use]
    pub fn latest(&self) -> Arc<AppView> {
        Arc::clone(&lock(&self.0.latest))
    }

    /// Calls `listener` after each change, on the controller's thread: it must return at once (ask for a repaint, wake a task).
    pub fn on_change(&self, listener: impl Fn() + Send + Sync + 'static) {
        lock(&self.0.listeners).push(Arc::new(listener));
    }

    /// Replaces the view and tells everybody.
    pub fn publish(&self, view: AppView) {
        *lock(&self.0.latest) = Arc::new(view);
        // Listeners run without any lock held, so that they may look at the view or register others.
        let listeners = lock(&self.0.listeners).clone();
        for listener in listeners {
            listener();
        }
    }
}

impl fmt::Debug for ViewPublisher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ViewPublisher").field("latest", &self.latest()).finish_non_exhaustive()
    }
}

/// A panic elsewhere must not take the Stop button away: both values are replaced whole, never half-changed.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};
    use std::time::Duration;

    use deskside_proto::name::PersonName;

    use super::*;
    use crate::app::view::SettingsView;
    use crate::config::{PictureChoice, Theme};

    fn view() -> AppView {
        let settings = SettingsView {
            hotkey: "Ctrl+Alt+Shift+Esc".into(),
            valid_for: Duration::from_secs(3600),
            uses: 1,
            picture: PictureChoice::Auto,
            theme: Theme::System,
            language: deskside_words::Choice::System,
            mail_server: None,
            file: "config.toml".into(),
            fingerprint: String::new(),
        };
        AppView::empty(PersonName::parse("Anna").unwrap(), settings)
    }

    #[test]
    fn a_listener_sees_the_new_view_and_may_look_at_it() {
        let publisher = ViewPublisher::new(view());
        let seen = Arc::new(AtomicU32::new(0));
        let (inside, count) = (publisher.clone(), Arc::clone(&seen));
        publisher.on_change(move || {
            if inside.latest().introduction_needed {
                count.fetch_add(1, Ordering::Relaxed);
            }
        });
        publisher.publish(AppView { introduction_needed: true, ..view() });
        assert_eq!(seen.load(Ordering::Relaxed), 1);
        assert!(publisher.latest().introduction_needed);
    }
}
