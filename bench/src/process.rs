//! Processes that are measured: started in a namespace, counted with all their descendants, ended with them.

use std::collections::HashMap;
use std::fs::File;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use rustix::process::{Pid, Signal, kill_process};

/// Runs what follows in the first rank before other work on the machine, as everything that is measured: a session has a
/// scheduling group of its own, and root may raise it. Without root all are equal, which is fair as well.
const RAISED: &str = "echo -10 2>/dev/null > /proc/self/autogroup; exec \"$@\"";

/// One that this program started; it ends with all its descendants when this is dropped, and also when this program is
/// killed.
pub struct Process {
    child: Child,
}

impl Process {
    /// Starts a program with its output in a file. `namespace`: in which network.
    ///
    /// # Errors
    /// It is missing, or the file cannot be written.
    pub fn start(
        words: &[String],
        environment: &[(&str, String)],
        namespace: Option<&str>,
        log: &Path,
    ) -> Result<Self> {
        let log = File::options().create(true).append(true).open(log)?;
        let mut command = Command::new("setpriv");
        command.args(["--pdeathsig", "KILL", "setsid", "sh", "-c", RAISED, "sh"]);
        if let Some(namespace) = namespace {
            command.args(["ip", "netns", "exec", namespace]);
        }
        command.args(words).envs(environment.iter().map(|(name, value)| (name, value)));
        command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
        let child = command.spawn().with_context(|| format!("cannot start {words:?}"))?;
        Ok(Self { child })
    }

    /// The process number.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Whether it runs no more.
    pub fn has_ended(&mut self) -> bool {
        !matches!(self.child.try_wait(), Ok(None))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let all = family(&[self.child.id()]);
        for signal in [Signal::TERM, Signal::KILL] {
            for process in &all {
                if let Some(pid) = i32::try_from(*process).ok().and_then(Pid::from_raw) {
                    // Most have ended by now.
                    let _ = kill_process(pid, signal);
                }
            }
            let begun = Instant::now();
            while begun.elapsed() < Duration::from_secs(2) {
                let is_gone = self.has_ended();
                if is_gone && all.iter().all(|process| !Path::new(&format!("/proc/{process}")).exists()) {
                    return;
                }
                std::thread::sleep(Duration::from_millis(20));
            }
        }
    }
}

/// The fields of /proc/PID/stat behind the name: state, parent, and so on.
fn stat(process: u32) -> Option<Vec<String>> {
    let text = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    let (_, fields) = text.rsplit_once(')')?;
    Some(fields.split_whitespace().map(str::to_owned).collect())
}

/// Those processes and everything that descends from them.
pub fn family(roots: &[u32]) -> Vec<u32> {
    let mut children: HashMap<u32, Vec<u32>> = HashMap::new();
    let all = std::fs::read_dir("/proc").into_iter().flatten().filter_map(Result::ok);
    for process in all.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok()) {
        let parent = stat(process).and_then(|fields| fields.get(1)?.parse().ok());
        if let Some(parent) = parent {
            children.entry(parent).or_default().push(process);
        }
    }
    let (mut found, mut rest) = (Vec::new(), roots.to_vec());
    while let Some(process) = rest.pop() {
        found.push(process);
        rest.extend(children.remove(&process).unwrap_or_default());
    }
    found
}

/// Seconds of processor time that they and their descendants used, also those that have ended.
pub fn cpu_seconds(roots: &[u32]) -> f64 {
    let ticks: u64 = family(roots)
        .into_iter()
        .filter_map(stat)
        .map(|fields| {
            fields.iter().skip(11).take(4).filter_map(|field| field.parse::<u64>().ok()).sum::<u64>()
        })
        .sum();
    seconds(ticks)
}

/// MiB that they and their descendants have resident.
pub fn memory_mib(roots: &[u32]) -> f64 {
    let pages = |process: u32| -> Option<u32> {
        let text = std::fs::read_to_string(format!("/proc/{process}/statm")).ok()?;
        text.split_whitespace().nth(1)?.parse().ok()
    };
    f64::from(family(roots).into_iter().filter_map(pages).sum::<u32>()) / 256.0
}

/// Seconds that all processors were busy, and that the host took away.
pub fn machine_seconds() -> (f64, f64) {
    let text = std::fs::read_to_string("/proc/stat").unwrap_or_default();
    let first = text.lines().next().unwrap_or_default();
    let ticks: Vec<u64> = first.split_whitespace().skip(1).filter_map(|field| field.parse().ok()).collect();
    let field = |place: usize| ticks.get(place).copied().unwrap_or(0);
    (seconds(field(0) + field(1) + field(2) + field(5) + field(6)), seconds(field(7)))
}

#[expect(clippy::cast_precision_loss, reason = "ticks since the machine started")]
fn seconds(ticks: u64) -> f64 {
    ticks as f64 / rustix::param::clock_ticks_per_second() as f64
}
