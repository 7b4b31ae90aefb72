//! From the words of the command line to what they do, and from errors to exit codes and sentences.

use std::fmt;
use std::io::{self, Write};

use deskside_host::exit::Exit;
use deskside_host::logging;

use super::{Cli, Command, invite, lists, start};
use crate::profile::{Profile, ProfileError};

/// Why the program ends badly, and with which code.
#[derive(Debug)]
pub struct Failure {
    /// The code.
    pub exit: Exit,
    /// What the person reads.
    pub message: String,
}

impl Failure {
    /// A failure with this code.
    pub fn new(exit: Exit, error: impl fmt::Display) -> Self {
        Self { exit, message: error.to_string() }
    }

    /// Something on this machine failed.
    pub fn machine(error: impl fmt::Display) -> Self {
        Self::new(Exit::Failure, error)
    }

    /// Writes it to standard error.
    pub fn print(&self) {
        let _ = writeln!(io::stderr(), "deskside: {}", self.message);
    }
}

impl From<ProfileError> for Failure {
    fn from(error: ProfileError) -> Self {
        let exit = match error {
            ProfileError::Settings(_) => Exit::Usage,
            ProfileError::Directories(_)
            | ProfileError::File(_)
            | ProfileError::Identity { .. }
            | ProfileError::Store(_) => Exit::Failure,
        };
        Self::new(exit, error)
    }
}

/// Does what the command line says.
pub fn run(cli: Cli) -> Result<(), Failure> {
    logging::start(cli.log.as_deref()).map_err(|error| Failure::new(Exit::Usage, error))?;
    match cli.command {
        None if cli.terminal => start::start(start::Surface::Terminal, cli.cpu_limit),
        None => start::start(start::Surface::Windows { tell_ready: cli.tell_ready }, cli.cpu_limit),
        Some(Command::Invite(args)) => invite::invite(&open()?, args),
        Some(Command::Tickets { json }) => lists::tickets(&open()?, json),
        Some(Command::Cancel { id }) => lists::cancel(&open()?, &id),
        Some(Command::Receipt { json }) => lists::receipt(&open()?, json),
        Some(Command::Identity { json }) => lists::identity(&open()?, json),
        Some(Command::Completions { shell }) => {
            let mut text = Vec::new();
            clap_complete::generate(shell, &mut super::command(), "deskside", &mut text);
            print(&text)
        }
        Some(Command::Manual) => print(&manual().map_err(Failure::machine)?),
    }
}

/// The manual page.
fn manual() -> io::Result<Vec<u8>> {
    let (examples, description) = super::EXAMPLES.split_once("\n\n").unwrap_or((super::EXAMPLES, ""));
    let exits = Exit::table();
    let sections = [
        ("EXAMPLES", examples.trim_start_matches("Examples:\n")),
        ("INVITING", super::INVITE_EXAMPLES.trim_start_matches("Examples:\n")),
        ("TERMINAL", super::TERMINAL),
        ("SETTINGS AND FILES", super::SETTINGS),
        ("EXIT STATUS", exits.trim_start_matches("Exit codes:\n")),
    ];
    deskside_host::manual::page(super::command(), description, &sections)
}

/// Opens the person's files and says what had to be put right in them.
pub fn open() -> Result<Profile, Failure> {
    let (profile, remarks) = Profile::open()?;
    deskside_words::choose(profile.settings.language.language(super::variable));
    for remark in remarks {
        let _ = writeln!(io::stderr(), "deskside: {remark}");
    }
    Ok(profile)
}

/// Writes all of it to standard output, or says that it could not.
pub fn print_all(bytes: &[u8]) -> Result<(), Failure> {
    let mut output = io::stdout().lock();
    let written = output.write_all(bytes).and_then(|()| output.flush());
    written.map_err(|error| Failure::machine(format!("standard output cannot be written: {error}")))
}

/// Writes to standard output. Who closes it early (`| head`) wants no error.
pub fn print(bytes: &[u8]) -> Result<(), Failure> {
    let mut output = io::stdout().lock();
    match output.write_all(bytes).and_then(|()| output.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Failure::machine(format!("standard output cannot be written: {error}")))
        }
        Ok(()) | Err(_) => Ok(()),
    }
}
