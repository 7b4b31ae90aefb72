//! How the keyboard's locks are on this desktop: the backends beside this file, and the place where the newest state lies.
//! Changes nothing here, and sends nothing.

mod x11;

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use deskside_proto::wire::input::Locks;

/// The state of the locks, followed by a thread of its own.
#[derive(Clone)]
pub struct LockWatch(Arc<AtomicU8>);

impl LockWatch {
    /// No state has been told.
    const UNKNOWN: u8 = u8::MAX;

    /// A watch that knows nothing.
    #[must_use]
    pub fn blind() -> Self {
        Self(Arc::new(AtomicU8::new(Self::UNKNOWN)))
    }

    /// The state now; none where this desktop does not tell.
    #[must_use]
    pub fn now(&self) -> Option<Locks> {
        Locks::from_bits(self.0.load(Ordering::Relaxed))
    }

    /// Takes a new state; whether it is another than before.
    pub fn note(&self, locks: Option<Locks>) -> bool {
        let bits = locks.map_or(Self::UNKNOWN, Locks::bits);
        self.0.swap(bits, Ordering::Relaxed) != bits
    }
}

/// Follows the locks of `display`, or of the desktop that the environment names; calls `changed` at once and then,
/// from a thread of its own, with each change, also when the desktop stops telling. Sleeps between them.
#[must_use]
pub fn watch(display: Option<&str>, changed: impl Fn(Option<Locks>) + Send + 'static) -> LockWatch {
    let watch = LockWatch::blind();
    if let Err(error) = x11::follow(display, watch.clone(), changed) {
        tracing::info!(%error, "this desktop does not tell of Caps Lock");
    }
    watch
}
