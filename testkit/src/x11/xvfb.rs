//! One virtual X server, and how programs are started on it.

use std::ffi::OsStr;
use std::io::{BufRead as _, BufReader};
use std::process::Command;
use std::sync::mpsc;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use x11rb::rust_connection::RustConnection;

use super::connection::connect;
use super::program::Program;
use super::windows::wait_for_window_manager;

/// How long a server may take to be ready; generous, because test machines are busy.
const START_LIMIT: Duration = Duration::from_secs(30);

/// A running Xvfb on a display number that the server chose itself. It ends when this is dropped,
/// and also when the test process is killed: it terminates with its last connection, and one of them is held here.
pub struct Xvfb {
    display: String,
    server: Program,
    _keeps_it_alive: RustConnection,
}

impl Xvfb {
    /// Starts a server with one screen of that size in pixels, 24 bits deep, 96 dpi.
    ///
    /// # Errors
    /// Xvfb is not installed or does not come up.
    pub fn start(width: u16, height: u16) -> Result<Self> {
        Self::start_with(width, height, &[])
    }

    /// Like [`Xvfb::start`], with more arguments for the server.
    ///
    /// # Errors
    /// Xvfb is not installed or does not come up.
    pub fn start_with(width: u16, height: u16, arguments: &[&str]) -> Result<Self> {
        let mut command = Command::new("Xvfb");
        command.args(["-screen", "0", &format!("{width}x{height}x24")]).args(arguments);
        Self::start_server(command).context("Xvfb is needed (Debian package `xvfb`)")
    }

    /// Starts a server that shows its screen in a window of that title on the display of the surroundings, so that
    /// one can watch.
    ///
    /// # Errors
    /// Xephyr is not installed, there is no display, or it does not come up.
    pub fn start_in_window(width: u16, height: u16, title: &str) -> Result<Self> {
        let mut command = Command::new("Xephyr");
        command.args(["-screen", &format!("{width}x{height}x24"), "-title", title, "-no-host-grab"]);
        Self::start_server(command).context("Xephyr is needed (Debian package `xserver-xephyr`)")
    }

    fn start_server(mut command: Command) -> Result<Self> {
        command.args(["-displayfd", "1", "-nolisten", "tcp", "-terminate", "-dpi", "96"]);
        command.args(["+extension", "XTEST", "+extension", "RANDR", "+extension", "XInputExtension"]);
        let mut server = Program::start_piped(command)?;
        let number = read_display_number(&mut server)
            .with_context(|| format!("the X server did not come up:\n{}", server.output()))?;
        let display = format!(":{number}");
        let (keeps_it_alive, _) = connect(&display)?;
        Ok(Self { display, server, _keeps_it_alive: keeps_it_alive })
    }

    /// The server's process number, for tests that take the desktop away.
    pub fn process(&self) -> u32 {
        self.server.id()
    }

    /// The name for `DISPLAY`, like `:7`.
    pub fn display(&self) -> &str {
        &self.display
    }

    /// A command for `program` on this display and on no other: no Wayland, no session bus and no input method of the
    /// surroundings. It speaks English, whatever the surroundings speak.
    pub fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        command
            .env("DISPLAY", &self.display)
            .env("GDK_BACKEND", "x11")
            .env("LIBGL_ALWAYS_SOFTWARE", "1")
            .env("LANGUAGE", "en");
        for foreign in [
            "WAYLAND_DISPLAY",
            "DBUS_SESSION_BUS_ADDRESS",
            "XAUTHORITY",
            "SESSION_MANAGER",
            "DESKTOP_SESSION",
            "XMODIFIERS",
            "GTK_IM_MODULE",
            "QT_IM_MODULE",
        ] {
            command.env_remove(foreign);
        }
        command
    }

    /// Starts a program on this display; it ends when the returned value is dropped.
    ///
    /// # Errors
    /// The program is missing.
    pub fn run<A: AsRef<OsStr>>(
        &self,
        program: &str,
        arguments: impl IntoIterator<Item = A>,
    ) -> Result<Program> {
        let mut command = self.command(program);
        command.args(arguments);
        Program::start(command)
    }

    /// Starts the window manager `openbox` and waits until it manages the screen.
    ///
    /// # Errors
    /// It is not installed or does not come up.
    pub fn start_window_manager(&self) -> Result<Program> {
        let manager = self.run("openbox", ["--sm-disable"])?;
        wait_for_window_manager(&self.display, START_LIMIT)?;
        Ok(manager)
    }

    /// The server's own log so far.
    pub fn log(&self) -> String {
        self.server.output()
    }
}

/// Xvfb writes its number and a line end when it accepts connections.
fn read_display_number(server: &mut Program) -> Result<u32> {
    let pipe = server.child().stdout.take().context("no pipe from Xvfb")?;
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        let mut line = String::new();
        let _ = BufReader::new(pipe).read_line(&mut line);
        let _ = sender.send(line);
    });
    let Ok(line) = receiver.recv_timeout(START_LIMIT) else { bail!("no display number in {START_LIMIT:?}") };
    line.trim().parse().with_context(|| format!("{line:?} is not a display number"))
}
