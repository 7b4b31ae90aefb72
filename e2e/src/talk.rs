//! A program in terminal mode: lines go in, lines come out, each with the moment it came.

use std::io::{BufRead, BufReader, Write};
use std::os::unix::process::CommandExt as _;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use deskside_testkit::x11::send_signal;
use rustix::process::{Pid, Signal, kill_process_group};

/// A line that a program wrote.
#[derive(Debug, Clone)]
pub struct Line {
    /// Without its end.
    pub text: String,
    /// When it was read.
    pub at: Instant,
}

#[derive(Debug, Default)]
struct Heard {
    lines: Vec<Line>,
    ended: bool,
}

type Shared = Arc<(Mutex<Heard>, Condvar)>;

/// A running program that one talks with; it and its children end when this is dropped.
#[derive(Debug)]
pub struct Talk {
    name: String,
    child: Child,
    input: Option<ChildStdin>,
    heard: Shared,
    /// Lines before this one have been waited for already.
    next: usize,
}

impl Talk {
    /// Starts `command` with pipes as its standard input, output and error.
    ///
    /// # Errors
    /// The program is missing.
    pub fn start(mut command: Command) -> Result<Self> {
        let name = command.get_program().to_string_lossy().into_owned();
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).process_group(0);
        let mut child = command.spawn().with_context(|| format!("cannot start {name}"))?;
        let heard = Shared::default();
        let output = child.stdout.take().context("no standard output")?;
        let errors = child.stderr.take().context("no standard error")?;
        listen(output, Arc::clone(&heard), "", true);
        listen(errors, Arc::clone(&heard), "stderr: ", false);
        let input = child.stdin.take();
        Ok(Self { name, child, input, heard, next: 0 })
    }

    /// Writes one line to the program.
    ///
    /// # Errors
    /// It does not listen any more.
    pub fn say(&mut self, line: &str) -> Result<()> {
        let input = self.input.as_mut().context("its standard input was closed")?;
        input
            .write_all(format!("{line}\n").as_bytes())
            .with_context(|| format!("{} does not listen", self.name))
    }

    /// Ends the program's standard input.
    pub fn close_input(&mut self) {
        self.input = None;
    }

    /// Waits for a line that begins with `beginning`, after those that were waited for before.
    ///
    /// # Errors
    /// None came within `limit`, or the program ended; with all that it said.
    pub fn wait_for(&mut self, beginning: &str, limit: Duration) -> Result<Line> {
        let deadline = Instant::now() + limit;
        let mut heard = lock(&self.heard);
        loop {
            let fresh = heard.lines.iter().enumerate().skip(self.next);
            if let Some((place, line)) = fresh.into_iter().find(|(_, line)| line.text.starts_with(beginning))
            {
                self.next = place + 1;
                return Ok(line.clone());
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() || heard.ended {
                let why = if heard.ended { "it ended" } else { "it did not in time" };
                bail!(
                    "{} should have said {beginning:?}, but {why}; it said:\n{}",
                    self.name,
                    text_of(&heard)
                );
            }
            heard = self.heard.1.wait_timeout(heard, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Everything that it wrote so far, standard error marked.
    pub fn said(&self) -> String {
        text_of(&lock(&self.heard))
    }

    /// The process number.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Whether it still runs.
    pub fn is_running(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// Sends the program a signal.
    ///
    /// # Errors
    /// It has ended.
    pub fn signal(&self, signal: Signal) -> Result<()> {
        send_signal(&self.child, signal)
    }

    /// Waits until it has ended, and gives its exit code.
    ///
    /// # Errors
    /// It did not end within `limit`, or was killed.
    pub fn wait_for_end(&mut self, limit: Duration) -> Result<i32> {
        let deadline = Instant::now() + limit;
        let mut heard = lock(&self.heard);
        while !heard.ended {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                bail!("{} should have ended; it said:\n{}", self.name, text_of(&heard));
            }
            heard = self.heard.1.wait_timeout(heard, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        drop(heard);
        let status = self.child.wait()?;
        status.code().with_context(|| format!("{} was killed: {status}", self.name))
    }
}

fn listen(stream: impl std::io::Read + Send + 'static, heard: Shared, mark: &'static str, tells_end: bool) {
    std::thread::spawn(move || {
        for text in BufReader::new(stream).lines().map_while(Result::ok) {
            let line = Line { text: format!("{mark}{text}"), at: Instant::now() };
            lock(&heard).lines.push(line);
            heard.1.notify_all();
        }
        if tells_end {
            lock(&heard).ended = true;
            heard.1.notify_all();
        }
    });
}

fn lock(heard: &Shared) -> MutexGuard<'_, Heard> {
    heard.0.lock().unwrap_or_else(PoisonError::into_inner)
}

fn text_of(heard: &Heard) -> String {
    let lines: Vec<String> = heard.lines.iter().map(|line| format!("    {}", line.text)).collect();
    lines.join("\n")
}

impl Drop for Talk {
    fn drop(&mut self) {
        if let Some(group) = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw) {
            // It may have ended by itself; then there is nothing to kill.
            let _ = kill_process_group(group, Signal::KILL);
        }
        let _ = self.child.wait();
        if std::thread::panicking() {
            #[expect(clippy::print_stderr, reason = "a failing test shows what the program said")]
            {
                eprintln!("---- {} said:\n{}", self.name, self.said());
            }
        }
    }
}
