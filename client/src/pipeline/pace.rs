//! How much of the machine the picture may take: a budget of CPU time that all sessions share, and how often a
//! second pixels are worth being captured. Nothing is delayed that a person could see; only what lasts is held back.

use crate::bucket::Bucket;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::num::NonZeroUsize;
use std::str::FromStr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// More captures a second show nobody more. A program that draws without end would otherwise keep us, the X server
/// and the viewer busy without end too.
const CAPTURES_PER_SECOND: f64 = 120.0;

/// So many captures in a row are never held back: one change on the screen is often several drawings.
const CAPTURES_AT_ONCE: f64 = 12.0;

/// A budget holds as much as comes in within this time. Unit: seconds.
const BUDGET_SECONDS: f64 = 1.0;

/// Also the smallest budget holds one picture of a whole screen. Unit: seconds of CPU time.
const LEAST_BUDGET: f64 = 0.1;

/// The most of the machine's processors that the picture may use.
///
/// Units: percent of all cores together, 1 to 100.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub struct CpuLimit(u8);

impl CpuLimit {
    /// The share in percent.
    #[must_use]
    pub const fn percent(self) -> u8 {
        self.0
    }
}

impl Default for CpuLimit {
    /// Two thirds.
    fn default() -> Self {
        Self(67)
    }
}

/// Not a limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a limit is a whole number of percent of all processor cores, 1 to 100")]
pub struct InvalidCpuLimit;

impl TryFrom<u8> for CpuLimit {
    type Error = InvalidCpuLimit;

    fn try_from(percent: u8) -> Result<Self, InvalidCpuLimit> {
        if (1..=100).contains(&percent) { Ok(Self(percent)) } else { Err(InvalidCpuLimit) }
    }
}

impl From<CpuLimit> for u8 {
    fn from(limit: CpuLimit) -> Self {
        limit.0
    }
}

impl FromStr for CpuLimit {
    type Err = InvalidCpuLimit;

    /// Reads `50` and `50%`.
    fn from_str(text: &str) -> Result<Self, InvalidCpuLimit> {
        let number = text.strip_suffix('%').unwrap_or(text);
        number.parse().ok().and_then(|percent: u8| Self::try_from(percent).ok()).ok_or(InvalidCpuLimit)
    }
}

impl fmt::Display for CpuLimit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}%", self.0)
    }
}

/// CPU time that the pictures of all sessions may still use; clones share it.
#[derive(Debug, Clone)]
pub struct CpuBudget(Arc<Mutex<Bucket>>);

impl CpuBudget {
    /// A budget of this share of this machine.
    #[must_use]
    pub fn new(limit: CpuLimit) -> Self {
        let cores = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
        Self::of_cores(limit, cores, Instant::now())
    }

    fn of_cores(limit: CpuLimit, cores: usize, now: Instant) -> Self {
        let cores = f64::from(u32::try_from(cores).unwrap_or(u32::MAX));
        let per_second = f64::from(limit.0) / 100.0 * cores;
        let bucket = Bucket::new(per_second, (per_second * BUDGET_SECONDS).max(LEAST_BUDGET), now);
        Self(Arc::new(Mutex::new(bucket)))
    }

    fn with<T>(&self, act: impl FnOnce(&mut Bucket) -> T) -> T {
        // A panic elsewhere cannot leave the bucket half-changed.
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// When one pipeline may work again.
#[derive(Debug)]
pub(super) struct Pace {
    budget: CpuBudget,
    captures: Bucket,
    /// CPU time of the thread up to which the budget was charged.
    charged: Duration,
}

impl Pace {
    /// `used` is the CPU time that this thread has used already.
    pub(super) fn new(budget: CpuBudget, used: Duration, now: Instant) -> Self {
        let captures = Bucket::new(CAPTURES_PER_SECOND, CAPTURES_AT_ONCE, now);
        Self { budget, captures, charged: used }
    }

    /// Charges what the thread has used since the last time.
    pub(super) fn charge(&mut self, used: Duration, now: Instant) {
        let spent = used.saturating_sub(self.charged);
        self.charged = used;
        self.budget.with(|bucket| bucket.spend(spent.as_secs_f64(), now));
    }

    /// Notes a capture.
    pub(super) fn captured(&mut self, now: Instant) {
        self.captures.spend(1.0, now);
    }

    /// Until when the CPU budget allows no work; none when it does.
    pub(super) fn no_work_before(&self, now: Instant) -> Option<Instant> {
        self.budget.with(|bucket| bucket.empty_until(now))
    }

    /// Until when nothing may be captured; none when something may.
    pub(super) fn no_capture_before(&mut self, now: Instant) -> Option<Instant> {
        self.no_work_before(now).max(self.captures.empty_until(now))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What happens to changes that come `interval` apart and cost so much CPU each, one after the other on one
    /// thread: CPU time used in all, and the longest that one of them was held back.
    fn simulate(
        pace: &mut Pace,
        start: Instant,
        interval: Duration,
        cost: Duration,
        changes: u32,
    ) -> (Duration, Duration) {
        let (mut now, mut used, mut longest) = (start, Duration::ZERO, Duration::ZERO);
        for change in 0..changes {
            let drawn = start + interval * change;
            if now > drawn + interval {
                // What was drawn meanwhile was captured with its successor.
                continue;
            }
            now = now.max(drawn);
            let began = now;
            while let Some(until) = pace.no_capture_before(now) {
                now = until;
            }
            longest = longest.max(now - began);
            pace.captured(now);
            now += cost;
            used += cost;
            pace.charge(used, now);
        }
        (used, longest)
    }

    fn pace(percent: u8, cores: usize, now: Instant) -> Pace {
        let budget = CpuBudget::of_cores(CpuLimit::try_from(percent).unwrap(), cores, now);
        Pace::new(budget, Duration::ZERO, now)
    }

    #[test]
    fn thirty_changes_a_second_in_three_drawings_each_are_never_held_back() {
        let now = Instant::now();
        let mut pace = pace(67, 2, now);
        for change in 0..300_u32 {
            for drawing in 0..3 {
                let at = now + Duration::from_millis(33) * change + Duration::from_micros(400) * drawing;
                assert_eq!(pace.no_capture_before(at), None, "change {change}");
                pace.captured(at);
                pace.charge(Duration::from_millis(1) * (change * 3 + drawing), at);
            }
        }
    }

    #[test]
    fn costly_pictures_pass_at_once_until_they_take_more_than_the_share() {
        let now = Instant::now();
        // A film of the whole screen on one core: 12 ms of 33 are far below two thirds.
        let cost = Duration::from_millis(12);
        let (_, longest) = simulate(&mut pace(67, 1, now), now, Duration::from_millis(33), cost, 900);
        assert_eq!(longest, Duration::ZERO);
    }

    #[test]
    fn a_thread_that_would_take_all_is_held_to_its_share() {
        let now = Instant::now();
        for (percent, cores, share) in [(50, 1, 0.5), (10, 2, 0.2), (25, 2, 0.5)] {
            let mut pace = pace(percent, cores, now);
            let (used, _) =
                simulate(&mut pace, now, Duration::from_millis(10), Duration::from_millis(20), 6_000);
            let used = used.as_secs_f64() / 60.0;
            assert!((share * 0.95..share * 1.1).contains(&used), "{used} of a core, {share} allowed");
        }
    }

    #[test]
    fn two_sessions_share_one_budget() {
        let now = Instant::now();
        let mut first = pace(50, 1, now);
        let second = Pace::new(first.budget.clone(), Duration::ZERO, now);
        first.charge(Duration::from_secs(2), now);
        assert!(second.no_work_before(now).is_some());
    }

    #[test]
    fn a_program_that_draws_without_end_is_captured_often_enough_and_no_oftener() {
        let now = Instant::now();
        let mut pace = pace(100, 64, now);
        let (mut at, mut captures) = (now, 0_u32);
        while at < now + Duration::from_secs(10) {
            match pace.no_capture_before(at) {
                Some(until) => at = until,
                None => {
                    pace.captured(at);
                    captures += 1;
                }
            }
        }
        assert!((1_200..=1_220).contains(&captures), "{captures}");
    }

    #[test]
    fn a_limit_is_a_whole_number_of_percent() {
        assert_eq!("50".parse(), Ok(CpuLimit(50)));
        assert_eq!("1%".parse(), Ok(CpuLimit(1)));
        for wrong in ["0", "101", "-5", "half", "", "%", "12.5", "300"] {
            assert_eq!(wrong.parse::<CpuLimit>(), Err(InvalidCpuLimit), "{wrong}");
        }
    }
}
