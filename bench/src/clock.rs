//! The machine's monotonic clock in nanoseconds, one for all processes, and waiting for a moment of it.

use rustix::thread::{ClockId as SleepClock, clock_nanosleep_absolute};
use rustix::time::{ClockId, Timespec, clock_gettime};

/// Nanoseconds in a second.
pub const SECOND: u64 = 1_000_000_000;
/// Nanoseconds in a millisecond.
pub const MILLISECOND: u64 = 1_000_000;

/// Now, in nanoseconds of `CLOCK_MONOTONIC`.
pub fn now() -> u64 {
    let time = clock_gettime(ClockId::Monotonic);
    time.tv_sec.cast_unsigned() * SECOND + time.tv_nsec.cast_unsigned()
}

/// Sleeps until that moment; returns at once when it has passed.
pub fn sleep_until(moment: u64) {
    let request =
        Timespec { tv_sec: (moment / SECOND).cast_signed(), tv_nsec: (moment % SECOND).cast_signed() };
    while clock_nanosleep_absolute(SleepClock::Monotonic, &request) == Err(rustix::io::Errno::INTR) {}
}

/// Sleeps for so many seconds.
pub fn pause(seconds: f64) {
    sleep_until(now() + of_seconds(seconds));
}

/// Seconds as nanoseconds; none below zero.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "run times of minutes")]
pub const fn of_seconds(seconds: f64) -> u64 {
    (seconds.max(0.0) * 1e9) as u64
}
