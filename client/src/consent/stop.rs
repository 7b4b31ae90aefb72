//! When the person last took everything back, to be compared with when they said yes: what takes a while to open must not
//! outlive a stop that came after the yes. Nothing here can wait or fail.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

/// The last stop; clones are the same.
#[derive(Debug, Clone)]
pub struct LastStop(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    epoch: Instant,
    /// One more than the nanoseconds from the epoch to the last stop; 0 before the first.
    at: AtomicU64,
}

impl Default for LastStop {
    fn default() -> Self {
        Self(Arc::new(Inner { epoch: Instant::now(), at: AtomicU64::new(0) }))
    }
}

impl LastStop {
    /// Everything is taken back now. To be called before anything is closed: whatever is opened meanwhile looks here
    /// last.
    pub fn note(&self) {
        self.0.at.fetch_max(self.since_epoch(Instant::now()), Ordering::SeqCst);
    }

    /// Whether a yes of that moment still holds. In doubt it does not.
    #[must_use]
    pub fn outlived_by(&self, said_at: Instant) -> bool {
        let last = self.0.at.load(Ordering::SeqCst);
        last == 0 || self.since_epoch(said_at) > last
    }

    fn since_epoch(&self, at: Instant) -> u64 {
        let nanoseconds = at.saturating_duration_since(self.0.epoch).as_nanos();
        u64::try_from(nanoseconds).unwrap_or(u64::MAX).saturating_add(1)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_yes_holds_only_where_no_stop_came_after_it() {
        let before_all = Instant::now();
        let stop = LastStop::default();
        assert!(stop.outlived_by(before_all), "nobody stopped anything");
        let yes = Instant::now();
        stop.clone().note();
        assert!(!stop.outlived_by(yes));
        assert!(!stop.outlived_by(before_all));
        std::thread::sleep(Duration::from_millis(1));
        let later = Instant::now();
        assert!(stop.outlived_by(later), "the next yes");
        stop.note();
        assert!(!stop.outlived_by(later));
    }
}
