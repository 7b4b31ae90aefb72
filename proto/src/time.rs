//! Moments on a monotonic clock, passed into the core as `now`.
//! Nothing here reads a clock, and a moment says nothing about the date.

use std::time::Duration;

/// A moment on the caller's monotonic clock. Units: milliseconds since any fixed start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Millis(pub u64);

impl Millis {
    /// The moment `wait` later; the end of time is reached, never passed.
    #[must_use]
    pub fn after(self, wait: Duration) -> Self {
        Self(self.0.saturating_add(u64::try_from(wait.as_millis()).unwrap_or(u64::MAX)))
    }

    /// How long ago `earlier` was; zero when it lies ahead.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(self.0.saturating_sub(earlier.0))
    }

    /// How long to wait for `later`; zero when it has passed.
    pub fn until(self, later: Self) -> Duration {
        later.since(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_neither_overflow_nor_run_backwards() {
        assert_eq!(Millis(5).after(Duration::from_secs(1)), Millis(1005));
        assert_eq!(Millis(u64::MAX).after(Duration::from_secs(1)), Millis(u64::MAX));
        assert_eq!(Millis(0).after(Duration::MAX), Millis(u64::MAX));
        assert_eq!(Millis(5).since(Millis(9)), Duration::ZERO);
        assert_eq!(Millis(5).until(Millis(9)), Duration::from_millis(4));
    }
}
