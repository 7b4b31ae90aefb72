//! What happens in the very thread that hears the person's devices: close the clipboard and the gate, release everything,
//! and only then tell the rest of the program, which may be slow, stuck or gone.

use std::sync::Arc;

use super::path::InputPath;
use crate::clipboard::Passes;
use crate::physical::PhysicalListener;

/// What the reflex tells the rest of the program, after the deed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reflex {
    /// The person pressed the hotkey. Clipboard and gate are closed and everything released.
    HotkeyPressed,
    /// Nobody hears the hotkey any more, therefore control ended. Clipboard and gate are closed and everything released.
    WatchLost,
}

/// Connects the person's devices with the input path and the clipboard.
pub struct LocalReflex {
    path: Arc<InputPath>,
    passes: Passes,
    tell: Box<dyn Fn(Reflex) + Send + Sync>,
}

impl LocalReflex {
    /// `tell` is called after the deed, in the watching thread: it must not wait.
    pub fn new(path: Arc<InputPath>, passes: Passes, tell: impl Fn(Reflex) + Send + Sync + 'static) -> Self {
        Self { path, passes, tell: Box::new(tell) }
    }

    fn stop(&self, why: Reflex) {
        // First, because it takes nanoseconds: the path waits for the event under way.
        self.passes.close_all();
        if let Err(error) = self.path.stop() {
            tracing::warn!(%error, "held keys could not be released");
        }
        (self.tell)(why);
    }
}

impl PhysicalListener for LocalReflex {
    fn hotkey_pressed(&self) {
        self.stop(Reflex::HotkeyPressed);
    }

    fn person_active(&self) {
        self.path.person_active();
    }

    fn watch_lost(&self) {
        self.stop(Reflex::WatchLost);
    }
}
