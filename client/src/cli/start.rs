//! Starting the program itself: in windows, on the terminal, or in the background for a ticket that was just made.

use std::io::{self, BufRead, BufReader, Write};
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};

use deskside_host::exit::Exit;

use super::run::{Failure, open};
use crate::app::run::{self, RunError};
use crate::control_socket::{self, Answer, Instance, InstanceError, Request, Status};
use crate::pipeline::CpuLimit;
use crate::profile::Profile;

/// What the started program writes once it can be reached.
const READY: &str = "ready";

/// Where questions are asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Surface {
    /// Tray icon and windows.
    Windows {
        /// Say on standard output when all is there.
        tell_ready: bool,
    },
    /// Lines on the terminal.
    Terminal,
}

/// Starts the program; shows the window of the one that runs already.
pub fn start(surface: Surface, cpu_limit: Option<CpuLimit>) -> Result<(), Failure> {
    let profile = open()?;
    let instance = match Instance::claim(profile.directories.runtime()) {
        Ok(instance) => instance,
        Err(InstanceError::Running) if cpu_limit.is_some() => {
            return Err(Failure::machine("Deskside runs already; --cpu-limit counts from its next start"));
        }
        Err(InstanceError::Running) => return show_the_other(&profile, surface),
        Err(error @ (InstanceError::File(_) | InstanceError::Socket { .. })) => {
            return Err(Failure::machine(error));
        }
    };
    match surface {
        Surface::Terminal => run::on_terminal(profile, instance, cpu_limit),
        Surface::Windows { .. } if !has_display() => {
            return Err(Failure::machine(
                "there is no display for the window (DISPLAY is not set); `deskside --terminal` asks on the terminal instead",
            ));
        }
        Surface::Windows { tell_ready } => run::in_windows(profile, instance, cpu_limit, move || {
            if tell_ready {
                let _ = writeln!(io::stdout(), "{READY}");
            }
        }),
    }
    .map_err(|error| Failure::new(Exit::Failure, reason(&error)))
}

/// What a person reads: the libraries' words about windows are for the log.
fn reason(error: &RunError) -> String {
    match error {
        RunError::System(_) | RunError::Instance(_) => error.to_string(),
        RunError::Window(window) => {
            tracing::info!(%window, "no window");
            let display = std::env::var("DISPLAY").unwrap_or_default();
            format!(
                "no window can be opened on the display {display}, so Deskside could not ask you anything and did not start; start it from your desktop, set DISPLAY to one that runs, or use `deskside --terminal`"
            )
        }
    }
}

fn show_the_other(profile: &Profile, surface: Surface) -> Result<(), Failure> {
    let runtime = profile.directories.runtime();
    match (surface, control_socket::call(runtime, Request::Status)) {
        (Surface::Terminal, Ok(_)) => {
            Err(Failure::machine("Deskside runs already; end it first (`quit`, or Quit in its menu)"))
        }
        (Surface::Windows { .. }, Ok(Answer::Status(Status { terminal: true, process, .. }))) => {
            Err(Failure::machine(format!(
                "Deskside runs already on a terminal (process {process}); end it there with `quit`"
            )))
        }
        (Surface::Windows { .. }, Ok(_)) => match control_socket::call(runtime, Request::ShowWindow) {
            Ok(_) => Ok(()),
            Err(error) => Err(Failure::machine(error)),
        },
        (Surface::Terminal | Surface::Windows { .. }, Err(error)) => {
            Err(Failure::machine(format!("Deskside seems to run already, but {error}")))
        }
    }
}

fn has_display() -> bool {
    std::env::var_os("DISPLAY").is_some_and(|value| !value.is_empty())
}

/// Starts the tray program apart from this terminal; true once it can be reached, false where it does not come up.
pub fn in_background(profile: &Profile) -> bool {
    if !has_display() {
        return false;
    }
    let Ok(program) = std::env::current_exe() else { return false };
    let spawned = Command::new(program)
        .arg("--tell-ready")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .current_dir(profile.directories.data())
        // Ctrl+C on this terminal is not meant for it.
        .process_group(0)
        .spawn();
    let Ok(mut child) = spawned else { return false };
    let Some(output) = child.stdout.take() else { return false };
    let mut line = String::new();
    // Ends with its first line or, where it could not start, with its end.
    BufReader::new(output).read_line(&mut line).is_ok() && line.trim_end() == READY
}
