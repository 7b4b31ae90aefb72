//! The expert: their desktop and their viewer, which is driven by lines while its real window is shown.

use std::path::Path;
use std::process::Command;

use anyhow::Result;

use crate::PATIENCE;
use crate::desk::{Desk, program};
use crate::person::Invitation;
use crate::talk::Talk;

/// The expert and their desktop.
pub struct ExpertSide {
    /// Their desktop.
    pub desk: Desk,
}

impl ExpertSide {
    /// An expert with a desktop of that size in pixels.
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
        let folder = desk.home().join(".config/deskside-expert");
        std::fs::create_dir_all(&folder)?;
        std::fs::write(folder.join("config.toml"), "name = \"Erika Expert\"\n")?;
        Ok(Self { desk })
    }

    /// A `deskside-expert` command on this desktop.
    ///
    /// # Errors
    /// It was not built.
    pub fn deskside_expert(&self, arguments: &[&str]) -> Result<Command> {
        let mut command = self.desk.command(program("deskside-expert")?);
        command.args(arguments);
        Ok(command)
    }

    /// Opens a ticket file; its passphrase, if it has one, goes in as a line.
    ///
    /// # Errors
    /// The viewer was not built.
    pub fn open(&self, file: &Path, passphrase: Option<&str>, more: &[&str]) -> Result<Talk> {
        let mut command = self.deskside_expert(&["open", "--terminal", "--log", "info"])?;
        command.args(more);
        opened(command, file, passphrase)
    }

    /// Opens an invitation and waits until the person is being asked.
    ///
    /// # Errors
    /// It did not come that far.
    pub fn open_and_wait(&self, invitation: &Invitation, more: &[&str]) -> Result<Talk> {
        let mut talk = self.open(&invitation.file, invitation.passphrase.as_deref(), more)?;
        talk.wait_for("stage waiting", PATIENCE)?;
        Ok(talk)
    }
}

/// Lets a viewer that is told to open something open this file.
pub(crate) fn opened(mut command: Command, file: &Path, passphrase: Option<&str>) -> Result<Talk> {
    if passphrase.is_some() {
        command.arg("--passphrase-stdin");
    }
    command.arg(file);
    let mut talk = Talk::start(command)?;
    if let Some(passphrase) = passphrase {
        talk.say(passphrase)?;
    }
    Ok(talk)
}
