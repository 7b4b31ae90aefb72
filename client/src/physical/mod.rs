//! What the person's own mouse and keyboard do, told apart from what programs inject: the stop hotkey, whether the
//! person is active, and where the last press came from. Knows nothing of sessions or consent; it only reports.

pub(crate) mod priority;
mod x11;

use std::sync::Arc;
use std::time::Duration;

use deskside_words::t;
use thiserror::Error;

use crate::config::Hotkey;

/// Hears what the person does, in the watching thread itself, before anything else happens there.
///
/// Implementations return within microseconds: the hotkey waits behind whatever they do.
pub trait PhysicalListener: Send + Sync {
    /// The hotkey went down on real devices, whatever else is held on whatever device.
    fn hotkey_pressed(&self);
    /// The person moved, pressed or released something. Comes often.
    fn person_active(&self);
    /// Nobody watches any more: the desktop's connection broke. Control must end, for the hotkey is deaf.
    fn watch_lost(&self);
}

/// A running watch over the person's devices; it ends when dropped.
pub trait PhysicalWatch: Send + Sync {
    /// Where the last presses came from, after everything that the desktop took in before this call has been seen.
    ///
    /// # Errors
    /// [`WatchError::Lost`] when the desktop does not answer: then nothing can be said to be genuine.
    fn presses(&self) -> Result<Presses, WatchError>;
}

/// Why the person's devices cannot be watched.
#[derive(Debug, Error)]
pub enum WatchError {
    /// There is no desktop to watch.
    #[error("{}", t!("client-physical-no-desktop", reason = .0))]
    NoDesktop(String),
    /// The desktop lacks what tells the person's devices from injected input.
    #[error("{}", t!("client-physical-unsupported", reason = *.0))]
    Unsupported(&'static str),
    /// The desktop stopped answering.
    #[error("{}", t!("client-desktop-connection-lost"))]
    Lost,
    /// The system gives no thread.
    #[error("{}", t!("client-physical-thread", error = .0.to_string()))]
    Thread(#[from] std::io::Error),
}

/// A moment on the desktop's own clock, in milliseconds; it wraps around after 49.7 days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeviceTime(pub u32);

impl DeviceTime {
    /// The time from `earlier` to this, or `None` when `earlier` is the later one.
    pub fn since(self, earlier: Self) -> Option<Duration> {
        let difference = self.0.wrapping_sub(earlier.0);
        // The half of the range that lies behind is what came before: X11 compares its times in the same way.
        (difference <= u32::MAX / 2).then(|| Duration::from_millis(difference.into()))
    }
}

/// One press of a key, a button or a finger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Press {
    /// When.
    pub at: DeviceTime,
    /// Counts all presses from all sources, so that two in one millisecond have an order.
    pub number: u64,
}

/// The last presses on this desktop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Presses {
    /// The moment for which this holds.
    pub now: DeviceTime,
    /// The last one from a real device; wheel turns do not count.
    pub real: Option<Press>,
    /// The last one from anything else.
    pub injected: Option<Press>,
}

/// Starts watching the devices of `display`, or of the desktop that the environment names.
///
/// # Errors
/// [`WatchError`]; a failure is final, there is no second way that is less sure.
pub fn open(
    display: Option<&str>,
    hotkey: &Hotkey,
    listener: Arc<dyn PhysicalListener>,
) -> Result<Arc<dyn PhysicalWatch>, WatchError> {
    Ok(Arc::new(x11::X11Watch::open(display, hotkey, listener)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_compared_across_the_wrap() {
        let before = DeviceTime(u32::MAX - 10);
        assert_eq!(DeviceTime(9).since(before), Some(Duration::from_millis(20)));
        assert_eq!(before.since(DeviceTime(9)), None);
        assert_eq!(before.since(before), Some(Duration::ZERO));
    }
}
