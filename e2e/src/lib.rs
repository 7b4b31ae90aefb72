//! The two programs on two desktops, as a person and an expert use them: real X servers, real windows, real devices.
//! Knows the programs only from outside: their command lines, windows and lines on the terminal.

pub mod desk;
pub mod expert;
pub mod letter;
pub mod line;
pub mod load;
pub mod monitors;
pub mod person;
pub mod session;
pub mod sight;
pub mod story;
pub mod talk;

use std::time::Duration;

/// How long anything may take that a person waits for; generous, because test machines are busy.
pub const PATIENCE: Duration = Duration::from_secs(60);
