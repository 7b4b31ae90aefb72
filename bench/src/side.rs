//! Plays the two people of a session: starts the real programs on their terminals, answers and passes on by lines.
//! Each runs as a process of its own in its own network namespace; they meet by two files only.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};

use crate::Options;

/// The ticket, in the person's home.
const TICKET: &str = "bench.deskside";
/// What would be told by telephone, in the person's home; written last, so that whoever sees it can begin.
const PASSPHRASE: &str = "passphrase";
/// How long the other side may take to begin.
const PATIENCE: Duration = Duration::from_secs(60);

/// Shares this display until killed.
///
/// # Errors
/// A program is missing or says something else than it should.
pub fn person(options: &Options) -> Result<()> {
    let (home, programs) = (Path::new(options.need("home")?), Path::new(options.need("programs")?));
    let (address, port) = (options.need("address")?, options.need("port")?);
    let settings = format!("name = \"Anna Example\"\nport = {port}\naddresses = [\"{address}:{port}\"]\n");
    write_settings(home, "deskside", &settings)?;
    let _ = std::fs::remove_file(home.join(PASSPHRASE));
    let _ = std::fs::remove_file(home.join(TICKET));
    let mut start = command(programs, "deskside", home);
    let mut talk = Talk::start(start.args(["--terminal", "--log", &log_filter()]))?;
    talk.each_line(|input, line| {
        if line.starts_with("ready") {
            invite(programs, home)?;
        }
        if let Some(rest) = line.strip_prefix("question ") {
            let number = rest.split_whitespace().next().context("a question without a number")?;
            // A question's first moments take no answer: a person would still be reading.
            std::thread::sleep(Duration::from_millis(1500));
            writeln!(input, "allow {number}")?;
        }
        Ok(())
    })
}

fn invite(programs: &Path, home: &Path) -> Result<()> {
    let output = command(programs, "deskside", home)
        .args(["invite", "--json", "--output"])
        .arg(home.join(TICKET))
        .output()?;
    ensure!(output.status.success(), "deskside invite: {}", String::from_utf8_lossy(&output.stderr));
    let told: serde_json::Value = serde_json::from_slice(&output.stdout)?;
    let passphrase = told.get("passphrase").and_then(serde_json::Value::as_str).context("no passphrase")?;
    let new = home.join("passphrase.new");
    std::fs::write(&new, passphrase)?;
    Ok(std::fs::rename(new, home.join(PASSPHRASE))?)
}

/// Looks at the person's display on this one until killed.
///
/// # Errors
/// There is no ticket, a program is missing, or the session ended.
pub fn expert(options: &Options) -> Result<()> {
    let (home, programs) = (Path::new(options.need("home")?), Path::new(options.need("programs")?));
    let person = Path::new(options.need("ticket")?);
    write_settings(home, "deskside-expert", "name = \"Erika Expert\"\n")?;
    let begun = Instant::now();
    let passphrase = loop {
        if let Ok(text) = std::fs::read_to_string(person.join(PASSPHRASE)) {
            break text;
        }
        ensure!(begun.elapsed() < PATIENCE, "no ticket came");
        std::thread::sleep(Duration::from_millis(50));
    };
    let mut open = command(programs, "deskside-expert", home);
    open.args([
        "open",
        "--passphrase-stdin",
        "--terminal",
        "--full-screen",
        "--scale",
        "1:1",
        "--log",
        "info",
    ]);
    let mut talk = Talk::start(open.arg(person.join(TICKET)))?;
    talk.say(&passphrase)?;
    talk.each_line(|input, line| {
        if line.starts_with("stage viewing") {
            writeln!(input, "control")?;
        }
        Ok(())
    })
}

/// What both programs write to their logs; more, while one looks for the cause of something.
fn log_filter() -> String {
    std::env::var("DESKSIDE_LOG").unwrap_or_else(|_| "info".into())
}

fn write_settings(home: &Path, program: &str, text: &str) -> Result<()> {
    let folder = home.join(".config").join(program);
    std::fs::create_dir_all(&folder)?;
    Ok(std::fs::write(folder.join("config.toml"), text)?)
}

/// A program in that home, which sees nothing of the caller's session.
fn command(programs: &Path, name: &str, home: &Path) -> Command {
    let mut command = Command::new(programs.join(name));
    command.env("HOME", home).current_dir(home);
    for foreign in [
        "DBUS_SESSION_BUS_ADDRESS",
        "WAYLAND_DISPLAY",
        "XAUTHORITY",
        "XDG_CACHE_HOME",
        "XDG_CONFIG_HOME",
        "XDG_DATA_HOME",
        "XDG_RUNTIME_DIR",
        "XDG_STATE_HOME",
    ] {
        command.env_remove(foreign);
    }
    command
}

/// A program that is talked with by lines; what it says is passed on to our own output.
struct Talk {
    child: Child,
    input: ChildStdin,
}

impl Talk {
    fn start(command: &mut Command) -> Result<Self> {
        let name = command.get_program().to_string_lossy().into_owned();
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("cannot start {name}"))?;
        let input = child.stdin.take().context("no standard input")?;
        Ok(Self { child, input })
    }

    fn say(&mut self, line: &str) -> Result<()> {
        Ok(writeln!(self.input, "{line}")?)
    }

    /// Answers lines until the program ends, which it should not do by itself.
    fn each_line(&mut self, mut answer: impl FnMut(&mut ChildStdin, &str) -> Result<()>) -> Result<()> {
        let output = self.child.stdout.take().context("no standard output")?;
        for line in BufReader::new(output).lines() {
            let line = line?;
            println!("{line}");
            answer(&mut self.input, &line)?;
        }
        bail!("the program ended: {}", self.child.wait()?)
    }
}
