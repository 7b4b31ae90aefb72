//! A program started by a test: its output is kept, and it ends with the test.

use std::fs::File;
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use anyhow::{Context as _, Result};
use rustix::process::{Pid, Signal, kill_process, kill_process_group};

/// Makes the names of log files unique within this process.
static STARTED: AtomicU32 = AtomicU32::new(0);

/// A running program in a process group of its own; the whole group ends when this is dropped.
#[derive(Debug)]
pub struct Program {
    name: String,
    child: Child,
    log: PathBuf,
}

impl Program {
    /// Starts `command`; what it prints goes to a file that a failing test shows.
    ///
    /// # Errors
    /// The program is missing or its log cannot be made.
    pub fn start(mut command: Command) -> Result<Self> {
        let (log, file) = new_log(&command)?;
        command.stdout(Stdio::from(file.try_clone().context("cannot share the log")?));
        command.stderr(Stdio::from(file)).stdin(Stdio::null());
        Self::spawn(command, log)
    }

    /// Starts `command` with a pipe as its standard output, for programs that say there when they are ready.
    pub(super) fn start_piped(mut command: Command) -> Result<Self> {
        let (log, file) = new_log(&command)?;
        command.stdout(Stdio::piped()).stderr(Stdio::from(file)).stdin(Stdio::null());
        Self::spawn(command, log)
    }

    fn spawn(mut command: Command, log: PathBuf) -> Result<Self> {
        let name = command.get_program().to_string_lossy().into_owned();
        let child = command.process_group(0).spawn().with_context(|| format!("cannot start {name}"))?;
        Ok(Self { name, child, log })
    }

    /// The process, for waiting and for its pipes.
    pub fn child(&mut self) -> &mut Child {
        &mut self.child
    }

    /// The process number.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Sends it a signal.
    ///
    /// # Errors
    /// It has ended.
    pub fn signal(&self, signal: Signal) -> Result<()> {
        send_signal(&self.child, signal)
    }

    /// Everything that it printed so far.
    pub fn output(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }
}

/// Sends a process that was started a signal.
///
/// # Errors
/// It has ended.
pub fn send_signal(child: &Child, signal: Signal) -> Result<()> {
    let pid = i32::try_from(child.id()).ok().and_then(Pid::from_raw).context("no process number")?;
    Ok(kill_process(pid, signal)?)
}

fn new_log(command: &Command) -> Result<(PathBuf, File)> {
    let program = PathBuf::from(command.get_program());
    let stem = program.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let number = STARTED.fetch_add(1, Ordering::Relaxed);
    let path = std::env::temp_dir().join(format!("deskside-test-{}-{number}-{stem}.log", std::process::id()));
    let file = File::create(&path).with_context(|| format!("cannot create {}", path.display()))?;
    Ok((path, file))
}

impl Drop for Program {
    fn drop(&mut self) {
        if let Some(group) = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw) {
            // It may have ended by itself; then there is nothing to kill.
            let _ = kill_process_group(group, Signal::KILL);
        }
        let _ = self.child.wait();
        if std::thread::panicking() {
            eprintln!("---- {} printed (kept in {}):\n{}", self.name, self.log.display(), self.output());
        } else {
            let _ = std::fs::remove_file(&self.log);
        }
    }
}
