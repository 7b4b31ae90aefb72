//! The picture's thread on Linux, where each thread has a priority, a time slice and a CPU clock of its own.

use std::time::Duration;

/// How far the thread stands behind the desktop's programs, in steps of `nice`: beside a busy one it gets a third of a
/// core. Further behind, a busy machine could not be helped with.
const STEPS_BEHIND: i32 = 3;

/// The shortest time slice that the scheduler knows. A thread that asks for little at a time is let in early, whatever
/// its share, so that a typed character does not wait for the end of a compiler's turn. Unit: nanoseconds.
///
/// Reference: Documentation/scheduler/sched-eevdf.rst of Linux. Kernels before 6.12 ignore it.
const SLICE_NS: u64 = 100_000;

/// Lets the desktop's programs go first where cores are scarce. It cannot be taken back.
pub fn step_back() {
    // On Linux both count for the calling thread alone.
    let outcome =
        rustix::process::nice(STEPS_BEHIND).map_err(std::io::Error::from).and_then(take_short_turns);
    if let Err(error) = outcome {
        tracing::info!(%error, "the picture's thread has the priority of all others");
    }
}

/// Asks for short turns at this priority.
fn take_short_turns(nice: i32) -> std::io::Result<()> {
    let attributes = libc::sched_attr {
        size: u32::try_from(size_of::<libc::sched_attr>()).unwrap_or(0),
        sched_policy: u32::try_from(libc::SCHED_OTHER).unwrap_or(0),
        sched_flags: 0,
        sched_nice: nice,
        sched_priority: 0,
        sched_runtime: SLICE_NS,
        sched_deadline: 0,
        sched_period: 0,
    };
    // SAFETY: The kernel reads as many bytes as `size` says from a structure that lives until the call returns, and
    // changes nothing but how the calling thread (0) is scheduled.
    #[expect(unsafe_code, reason = "there is no safe way to ask for a time slice")]
    let refused = unsafe { libc::syscall(libc::SYS_sched_setattr, 0, &raw const attributes, 0) } != 0;
    if refused { Err(std::io::Error::last_os_error()) } else { Ok(()) }
}

/// CPU time that the calling thread has used.
pub fn cpu_time() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::new(u64::try_from(time.tv_sec).unwrap_or(0), u32::try_from(time.tv_nsec).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_thread_that_steps_back_does_and_it_is_still_let_in_early() {
        let before = rustix::process::nice(0).unwrap();
        let behind = std::thread::spawn(move || {
            step_back();
            (rustix::process::nice(0).unwrap(), take_short_turns(before + STEPS_BEHIND).is_ok())
        });
        assert_eq!(behind.join().unwrap(), (before + STEPS_BEHIND, true));
        assert_eq!(rustix::process::nice(0).unwrap(), before);
    }

    #[test]
    fn work_counts_as_cpu_time_and_sleep_does_not() {
        let before = cpu_time();
        std::thread::sleep(Duration::from_millis(30));
        let slept = cpu_time() - before;
        let mut sum = 0_u64;
        while cpu_time() - before - slept < Duration::from_millis(5) {
            sum = std::hint::black_box(sum.wrapping_add(1));
        }
        assert!(slept < Duration::from_millis(20), "{slept:?}");
    }
}
