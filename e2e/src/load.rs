//! What a process costs: the processor time that the system has counted for it and its threads.

use std::time::Duration;

use anyhow::{Context as _, Result};

/// The processor time of a process so far, from `/proc/PID/stat` (proc(5): fields 14 and 15, in clock ticks).
///
/// # Errors
/// There is no such process.
pub fn processor_time(pid: u32) -> Result<Duration> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat"))?;
    // The second field is the name in brackets, which may contain blanks.
    let (_, rest) = stat.rsplit_once(')').context("the form of /proc/PID/stat")?;
    let ticks: u64 =
        rest.split_whitespace().skip(11).take(2).filter_map(|field| field.parse::<u64>().ok()).sum();
    Ok(Duration::from_millis(ticks * 1000 / rustix::param::clock_ticks_per_second()))
}

/// How often the threads of a process were put on a processor so far (`/proc/PID/task/*/status`).
///
/// # Errors
/// There is no such process.
pub fn wake_ups(pid: u32) -> Result<u64> {
    let mut sum = 0;
    for task in std::fs::read_dir(format!("/proc/{pid}/task"))? {
        let status = std::fs::read_to_string(task?.path().join("status")).unwrap_or_default();
        let counts = status.lines().filter(|line| line.contains("ctxt_switches"));
        sum += counts.filter_map(|line| line.split_whitespace().nth(1)?.parse::<u64>().ok()).sum::<u64>();
    }
    Ok(sum)
}
