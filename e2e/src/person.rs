//! The person who is helped: their desktop, their invitations, their answers.

use std::net::UdpSocket;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};
use deskside_testkit::x11::{Program, Window, keysym};

use crate::PATIENCE;
use crate::desk::{Desk, eventually, output_of, program};
use crate::talk::Talk;

/// The title of the window that asks whether somebody may see.
pub const VIEW_QUESTION: &str = "see your screen";
/// The title of the window that asks whether somebody may control.
pub const CONTROL_QUESTION: &str = "this computer";

/// The title of the bar that says who is here.
pub const BANNER: &str = "who is here";

/// Longer than a question's first moments, in which nothing counts.
pub const SETTLED: Duration = Duration::from_millis(1200);

/// The person and their desktop.
pub struct PersonSide {
    /// Their desktop.
    pub desk: Desk,
    /// The UDP port of their Deskside.
    pub port: u16,
}

/// What `deskside invite` gave.
#[derive(Debug, Clone)]
pub struct Invitation {
    /// The ticket's number.
    pub id: String,
    /// The ticket.
    pub file: PathBuf,
    /// What is told by telephone; none for a ticket that is sealed to an expert.
    pub passphrase: Option<String>,
}

impl PersonSide {
    /// A person with a desktop of that size, whose Deskside listens on a free port and can be reached on this machine.
    ///
    /// # Errors
    /// A system package is missing.
    pub fn new(width: u16, height: u16) -> Result<Self> {
        Self::at(Desk::new(width, height)?)
    }

    /// As [`Self::new`], at that desktop.
    ///
    /// # Errors
    /// The settings cannot be written.
    pub fn at(desk: Desk) -> Result<Self> {
        // The port is free now, and was chosen by the system from thousands: two tests do not get the same.
        let port = UdpSocket::bind(("127.0.0.1", 0))?.local_addr()?.port();
        let side = Self { desk, port };
        side.settings("")?;
        Ok(side)
    }

    /// Writes the settings file, with these lines besides the usual ones; `addresses` replaces the usual one.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn settings(&self, more: &str) -> Result<()> {
        let folder = self.desk.home().join(".config/deskside");
        std::fs::create_dir_all(&folder)?;
        let name = "name = \"Anna Example\"\n";
        let addresses = if more.contains("addresses") { "" } else { "addresses = [\"127.0.0.1\"]\n" };
        Ok(std::fs::write(
            folder.join("config.toml"),
            format!("{name}port = {}\n{addresses}{more}", self.port),
        )?)
    }

    /// A `deskside` command on this desktop.
    ///
    /// # Errors
    /// It was not built.
    pub fn deskside(&self, arguments: &[&str]) -> Result<Command> {
        let mut command = self.desk.command(program("deskside")?);
        command.args(arguments);
        Ok(command)
    }

    /// Makes a ticket with `deskside invite`, while Deskside runs.
    ///
    /// # Errors
    /// The command failed or printed something else than it should.
    pub fn invite(&self, name: &str, more: &[&str]) -> Result<Invitation> {
        let file = self.desk.home().join(format!("{name}.deskside"));
        let mut command = self.deskside(&["invite", "--json", "--output"])?;
        command.arg(&file).args(more);
        let told: serde_json::Value =
            serde_json::from_str(&output_of(command)?).context("what invite --json printed")?;
        let text = |key: &str| told.get(key).and_then(serde_json::Value::as_str).map(str::to_owned);
        ensure!(file.is_file(), "deskside invite wrote no ticket");
        Ok(Invitation { id: text("id").context("no id")?, file, passphrase: text("passphrase") })
    }

    /// What `deskside receipt` prints.
    ///
    /// # Errors
    /// The command failed.
    pub fn receipt(&self) -> Result<String> {
        output_of(self.deskside(&["receipt"])?)
    }

    /// Starts Deskside with its windows, and waits until it can be talked to.
    ///
    /// # Errors
    /// It did not come up.
    pub fn start_windows(&self) -> Result<Program> {
        self.start_windows_logging("info")
    }

    pub(crate) fn start_windows_logging(&self, level: &str) -> Result<Program> {
        let running = Program::start(self.deskside(&["--log", level])?)?;
        self.desk.window("Deskside")?;
        Ok(running)
    }

    /// Starts Deskside on the terminal, and waits until it is ready.
    ///
    /// # Errors
    /// It did not come up.
    pub fn start_terminal(&self) -> Result<Talk> {
        self.start_terminal_logging("info")
    }

    pub(crate) fn start_terminal_logging(&self, level: &str) -> Result<Talk> {
        let mut talk = Talk::start(self.deskside(&["--terminal", "--log", level])?)?;
        talk.wait_for("ready", PATIENCE)?;
        Ok(talk)
    }

    /// Waits for a question's window and answers it with Alt and a letter, on the real keyboard.
    ///
    /// # Errors
    /// The window did not come, or did not go.
    pub fn answer(&self, title: &str, letter: char) -> Result<Window> {
        let window = self.desk.window(title)?;
        // Windows ignore what comes in their first half second: a person would press again, and so does this.
        eventually(&format!("the answer to {title:?}"), PATIENCE, || {
            self.desk.hands.chord(&[keysym::ALT, u32::from(letter)])?;
            std::thread::sleep(Duration::from_millis(200));
            Ok(!self.desk.has_window(title)?)
        })?;
        Ok(window)
    }

    /// Presses the hotkey on the real keyboard.
    ///
    /// # Errors
    /// The X server went away.
    pub fn press_hotkey(&self) -> Result<()> {
        self.desk.hands.chord(&keysym::STOP_HOTKEY)
    }
}

/// Waits for a question on the terminal, and gives its number.
///
/// # Errors
/// None came, or its line has another form.
pub fn question(talk: &mut Talk, kind: &str) -> Result<String> {
    let line = talk.wait_for("question", PATIENCE)?;
    let mut words = line.text.split_whitespace().skip(1);
    let (number, what) = (words.next().context("no number")?, words.next().context("no kind")?);
    if what.trim_end_matches(':') != kind {
        bail!("the question should be about {kind}: {}", line.text);
    }
    Ok(number.to_owned())
}

/// Waits for a question on the terminal and says yes to it.
///
/// # Errors
/// As [`question`].
pub fn allow(talk: &mut Talk, kind: &str) -> Result<()> {
    let number = question(talk, kind)?;
    talk.say(&format!("allow {number}"))
}
