//! The picture's thread on Linux, where each thread has a priority and a CPU clock of its own.

use std::time::Duration;

/// How far the thread stands behind the desktop's programs, in steps of `nice`.
const STEPS_BEHIND: i32 = 5;

/// Lets the desktop's programs go first where cores are scarce. It cannot be taken back.
pub fn step_back() {
    // On Linux this counts for the calling thread alone.
    if let Err(error) = rustix::process::nice(STEPS_BEHIND) {
        tracing::info!(%error, "the picture runs at the same priority as everything else");
    }
}

/// CPU time that the calling thread has used.
pub fn cpu_time() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::new(u64::try_from(time.tv_sec).unwrap_or(0), u32::try_from(time.tv_nsec).unwrap_or(0))
}
