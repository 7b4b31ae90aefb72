//! A desktop: an X server, a window manager, a session bus, a home folder, and somebody at the keyboard.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use deskside_testkit::x11::{Injected, Person, Program, ScreenReader, SessionBus, Wanted, Window, Xvfb};
use rustix::process::Signal;
use tempfile::TempDir;

use crate::PATIENCE;
use crate::talk::Talk;

/// One desktop.
pub struct Desk {
    /// Its X server.
    pub screen: Xvfb,
    /// Whoever sits at it, with the real devices.
    pub hands: Person,
    bus: SessionBus,
    home: TempDir,
    surroundings: Vec<(&'static str, String)>,
    manager: Program,
}

impl Desk {
    /// Sets up a desktop of that size in pixels.
    ///
    /// # Errors
    /// A system package is missing; `cargo xtask setup` installs them.
    pub fn new(width: u16, height: u16) -> Result<Self> {
        Self::on(Xvfb::start(width, height)?)
    }

    /// Sets up a desktop that is shown in a window of that title on the display of the surroundings.
    ///
    /// # Errors
    /// As [`Self::new`], or there is no display.
    pub fn in_window(width: u16, height: u16, title: &str) -> Result<Self> {
        Self::on(Xvfb::start_in_window(width, height, title)?)
    }

    fn on(screen: Xvfb) -> Result<Self> {
        let manager = screen.start_window_manager()?;
        let bus = SessionBus::start(screen.display())?;
        // Not black: a plain colour shows where windows end, in the pictures too.
        let mut paint = screen.command("xsetroot");
        paint.args(["-solid", "#41617c"]);
        output_of(paint)?;
        let home = tempfile::tempdir()?;
        std::fs::create_dir(home.path().join("Downloads"))?;
        let hands = screen.person()?;
        Ok(Self { screen, hands, bus, home, surroundings: Vec::new(), manager })
    }

    /// Does this while the window manager stands still, as on a machine that is busy.
    ///
    /// # Errors
    /// Those of `work`; it goes on in any case.
    pub fn with_stuck_manager<T>(&self, work: impl FnOnce() -> Result<T>) -> Result<T> {
        self.manager.signal(Signal::STOP)?;
        let done = work();
        self.manager.signal(Signal::CONT)?;
        done
    }

    /// The home folder of whoever sits here.
    pub fn home(&self) -> &Path {
        self.home.path()
    }

    /// A command on this desktop, in this home.
    pub fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = self.screen.command(program);
        command
            .current_dir(self.home())
            .env("HOME", self.home())
            .env("DBUS_SESSION_BUS_ADDRESS", self.bus.address());
        for name in
            ["XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_RUNTIME_DIR", "XDG_STATE_HOME", "XDG_CACHE_HOME"]
        {
            command.env_remove(name);
        }
        command.envs(self.surroundings.iter().cloned());
        command
    }

    /// Programs that are started on this desktop from now on find this in their surroundings.
    pub fn set(&mut self, name: &'static str, value: impl Into<String>) {
        self.surroundings.push((name, value.into()));
    }

    /// A screen reader on this desktop, from now on.
    ///
    /// # Errors
    /// The accessibility service is not installed.
    pub fn screen_reader(&self) -> Result<ScreenReader> {
        ScreenReader::start(self.bus.address())
    }

    /// Starts a program on this desktop; it ends when the returned value is dropped.
    ///
    /// # Errors
    /// The program is missing.
    pub fn run(&self, program: &str, arguments: &[&str]) -> Result<Program> {
        let mut command = self.command(program);
        command.args(arguments);
        Program::start(command)
    }

    /// Runs a program on this desktop to its end, and gives what it printed.
    ///
    /// # Errors
    /// As [`output_of`].
    pub fn does(&self, program: &str, arguments: &[&str]) -> Result<String> {
        let mut command = self.command(program);
        command.args(arguments);
        output_of(command)
    }

    /// Starts a Python program of the tests on this desktop, and waits until it says that it is here.
    ///
    /// # Errors
    /// It did not come up.
    pub fn script(&self, path: &Path) -> Result<Talk> {
        let mut command = self.command("/usr/bin/python3");
        command.arg(path);
        let mut talk = Talk::start(command)?;
        talk.wait_for("here", PATIENCE)?;
        Ok(talk)
    }

    /// A program that injects on this desktop, as the expert's input or a script does.
    ///
    /// # Errors
    /// The X server went away.
    pub fn injector(&self) -> Result<Injected> {
        self.screen.injected()
    }

    /// Waits for a window with that in its title.
    ///
    /// # Errors
    /// None came in time.
    pub fn window(&self, title: &str) -> Result<Window> {
        self.screen.wait_for_window(&Wanted::title(title), PATIENCE)
    }

    /// Waits for a window with that in its title, and until it has the keyboard.
    ///
    /// # Errors
    /// None came in time, or something else kept the keyboard.
    pub fn focused_window(&self, title: &str) -> Result<Window> {
        let window = self.window(title)?;
        self.screen.wait_for_focus(&window, PATIENCE)?;
        Ok(window)
    }

    /// Whether there is a window with that in its title now.
    ///
    /// # Errors
    /// The X server went away.
    pub fn has_window(&self, title: &str) -> Result<bool> {
        Ok(self.screen.windows()?.iter().any(|window| window.title.contains(title)))
    }

    /// Waits until no window has that in its title.
    ///
    /// # Errors
    /// One still had it.
    pub fn without_window(&self, title: &str) -> Result<()> {
        self.screen.wait_until_gone(&Wanted::title(title), PATIENCE)
    }

    /// Saves what is on the screen as a PNG.
    ///
    /// # Errors
    /// The X server went away, or the file cannot be written.
    pub fn photograph(&self, path: &Path) -> Result<()> {
        self.screen.screenshot()?.save(path)
    }

    /// Saves what is on the screen for whoever wants to look at it: in the folder that `DESKSIDE_PICTURES` names, if it
    /// names one.
    ///
    /// # Errors
    /// As [`Self::photograph`].
    pub fn keep_picture(&self, name: &str) -> Result<()> {
        let folder = std::env::var_os("DESKSIDE_PICTURES").map(PathBuf::from);
        folder.map_or(Ok(()), |folder| self.photograph(&folder.join(format!("{name}.png"))))
    }

    /// Makes programs that start from now on draw at this density, as a desktop's settings do.
    ///
    /// # Errors
    /// `xrdb` is not installed.
    pub fn set_density(&self, dots_per_inch: u32) -> Result<()> {
        let mut command = self.command("xrdb");
        command.args(["-nocpp", "-merge"]).stdin(Stdio::piped());
        let mut child = command.spawn().context("xrdb is needed (Debian package `x11-xserver-utils`)")?;
        let mut input = child.stdin.take().context("no standard input")?;
        writeln!(input, "Xft.dpi: {dots_per_inch}")?;
        drop(input);
        anyhow::ensure!(child.wait()?.success(), "xrdb failed");
        Ok(())
    }
}

/// A program of the workspace, built by the same cargo that runs this.
///
/// # Errors
/// It was not built.
pub fn program(name: &str) -> Result<PathBuf> {
    let this = std::env::current_exe()?;
    let folders = this.ancestors().skip(1).take(2);
    let found = folders.map(|folder| folder.join(name)).find(|path| path.is_file());
    found.with_context(|| format!("{name} is not built; run `cargo build --bins`, or `cargo xtask test`"))
}

/// Runs a command to its end, and gives what it printed.
///
/// # Errors
/// The program is missing, or failed; with what it said of it.
pub fn output_of(mut command: Command) -> Result<String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command.output().with_context(|| format!("{name} is needed"))?;
    ensure!(output.status.success(), "{name} failed: {}", String::from_utf8_lossy(&output.stderr));
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Waits until `condition` holds, looking every 10 ms: for what no event tells of, such as another program's file.
///
/// # Errors
/// It did not within `limit`, or looking failed.
pub fn eventually(what: &str, limit: Duration, mut condition: impl FnMut() -> Result<bool>) -> Result<()> {
    let deadline = Instant::now() + limit;
    while !condition()? {
        if Instant::now() > deadline {
            bail!("{what} did not happen within {limit:?}");
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    Ok(())
}
