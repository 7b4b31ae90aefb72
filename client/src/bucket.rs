//! A token bucket: lets bursts through, holds what lasts to a rate, and costs nothing while nothing happens. It knows
//! neither what is counted nor a clock; time is an argument.

use std::time::{Duration, Instant};

/// A deadline is never nearer than this, so that nobody is woken for the rounding of a fraction.
const SHORTEST_WAIT: Duration = Duration::from_micros(100);

/// What may be spent now and how fast it comes back. The unit is the caller's.
#[derive(Debug, Clone)]
pub struct Bucket {
    per_second: f64,
    most: f64,
    level: f64,
    filled: Instant,
}

impl Bucket {
    /// A full bucket that holds `most` and gets `per_second` back.
    pub const fn new(per_second: f64, most: f64, now: Instant) -> Self {
        Self { per_second, most, level: most, filled: now }
    }

    /// Takes out what was spent; below nothing if need be.
    pub fn spend(&mut self, amount: f64, now: Instant) {
        self.fill(now);
        self.level -= amount;
    }

    /// Until when nothing may be spent; none when something may.
    pub fn empty_until(&mut self, now: Instant) -> Option<Instant> {
        self.fill(now);
        if self.level > 0.0 {
            return None;
        }
        // A rate of nothing, or next to it, is a very long time and no panic.
        let wait = Duration::try_from_secs_f64(-self.level / self.per_second).unwrap_or(Duration::MAX);
        Some(now.checked_add(wait.max(SHORTEST_WAIT)).unwrap_or(now + Duration::from_secs(3600)))
    }

    fn fill(&mut self, now: Instant) {
        let passed = now.saturating_duration_since(self.filled);
        self.filled = now.max(self.filled);
        self.level = passed.as_secs_f64().mul_add(self.per_second, self.level).min(self.most);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Spends `cost` as often as the bucket lets it within `time`; says how often.
    fn spend_greedily(bucket: &mut Bucket, start: Instant, time: Duration, cost: f64) -> u32 {
        let (mut now, mut times) = (start, 0);
        while now < start + time {
            match bucket.empty_until(now) {
                Some(until) => {
                    assert!(until > now);
                    now = until;
                }
                None => {
                    bucket.spend(cost, now);
                    times += 1;
                }
            }
        }
        times
    }

    #[test]
    fn a_burst_passes_and_what_lasts_is_held_to_the_rate() {
        let start = Instant::now();
        let mut bucket = Bucket::new(100.0, 10.0, start);
        let spent = spend_greedily(&mut bucket, start, Duration::from_secs(10), 1.0);
        assert!((1_005..=1_015).contains(&spent), "{spent}");
    }

    #[test]
    fn after_quiet_the_first_is_not_delayed_whatever_was_before() {
        let start = Instant::now();
        let mut bucket = Bucket::new(0.5, 0.5, start);
        bucket.spend(3.0, start);
        assert_eq!(bucket.empty_until(start), Some(start + Duration::from_secs(5)));
        assert_eq!(bucket.empty_until(start + Duration::from_millis(5_001)), None);
    }

    #[test]
    fn quiet_saves_up_no_more_than_the_bucket_holds() {
        let start = Instant::now();
        let mut bucket = Bucket::new(100.0, 10.0, start);
        let later = start + Duration::from_secs(100_000);
        assert_eq!(bucket.empty_until(later), None);
        let spent = spend_greedily(&mut bucket, later, Duration::from_secs(1), 1.0);
        assert!((105..=115).contains(&spent), "{spent}");
    }

    #[test]
    fn a_clock_that_seems_to_go_back_gives_nothing_and_breaks_nothing() {
        let start = Instant::now() + Duration::from_secs(10);
        let mut bucket = Bucket::new(1.0, 1.0, start);
        bucket.spend(1.0, start - Duration::from_secs(5));
        assert!(bucket.empty_until(start - Duration::from_secs(1)).is_some());
        assert_eq!(bucket.empty_until(start + Duration::from_secs(1)), None);
    }

    #[test]
    fn no_rate_at_all_is_a_long_wait() {
        let start = Instant::now();
        let mut bucket = Bucket::new(0.0, 1.0, start);
        bucket.spend(2.0, start);
        assert!(bucket.empty_until(start).unwrap() > start + Duration::from_secs(60));
    }
}
