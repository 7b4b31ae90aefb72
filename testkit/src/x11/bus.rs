//! A D-Bus session bus of a test's own, so that tray and portals never reach the developer's.

use std::io::{BufRead as _, BufReader};
use std::process::Command;

use anyhow::{Context as _, Result, ensure};

use super::program::Program;

/// A running session bus; it ends when this is dropped.
pub struct SessionBus {
    address: String,
    _daemon: Program,
}

impl SessionBus {
    /// Starts a bus. Programs that it activates see the display `display`.
    ///
    /// # Errors
    /// `dbus-daemon` is not installed or does not come up.
    pub fn start(display: &str) -> Result<Self> {
        let mut command = Command::new("dbus-daemon");
        command.args(["--session", "--nofork", "--nopidfile", "--print-address=1"]).env("DISPLAY", display);
        let mut daemon = Program::start_piped(command).context("dbus-daemon is needed (package `dbus`)")?;
        let pipe = daemon.child().stdout.take().context("no pipe from dbus-daemon")?;
        let mut address = String::new();
        BufReader::new(pipe).read_line(&mut address)?;
        ensure!(!address.trim().is_empty(), "dbus-daemon did not come up:\n{}", daemon.output());
        Ok(Self { address: address.trim().to_owned(), _daemon: daemon })
    }

    /// The value for `DBUS_SESSION_BUS_ADDRESS`.
    pub fn address(&self) -> &str {
        &self.address
    }
}
