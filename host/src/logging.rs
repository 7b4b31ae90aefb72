//! Where log lines go: standard error, in one form for both programs.
//! What may be logged is decided by the types: secrets and keys have no `Display` and their `Debug` shows no content.

use std::io::IsTerminal;

use thiserror::Error;
use tracing_subscriber::EnvFilter;

/// Why logging cannot be set up.
#[derive(Debug, Error)]
pub enum LoggingError {
    /// The filter cannot be read.
    #[error(
        "the log filter {filter:?} cannot be read: {message}; try `info`, `debug` or `deskside=debug,quinn=warn`"
    )]
    Filter {
        /// What was given.
        filter: String,
        /// What is wrong with it.
        message: String,
    },
    /// Logging was set up before.
    #[error("logging was set up twice")]
    Twice,
}

/// What is logged unless somebody asks for more: warnings, without the windowing libraries' about odd displays.
const QUIET: &str = "warn,winit=error,egui_winit=error,eframe=error";

/// Sends log lines that pass the filter to standard error.
///
/// `filter` is the value of `--log`; without it `DESKSIDE_LOG` decides, without that only warnings of our own show.
///
/// # Errors
/// [`LoggingError`].
pub fn start(filter: Option<&str>) -> Result<(), LoggingError> {
    let from_environment = std::env::var("DESKSIDE_LOG").ok();
    let text = filter.or(from_environment.as_deref()).unwrap_or(QUIET);
    let filter = EnvFilter::try_new(text)
        .map_err(|error| LoggingError::Filter { filter: text.to_owned(), message: error.to_string() })?;
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .try_init()
        .map_err(|_| LoggingError::Twice)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_windowing_library_is_quiet_by_default() {
        assert!(EnvFilter::try_new(QUIET).is_ok_and(|filter| filter.to_string().contains("winit=error")));
    }

    #[test]
    fn a_filter_that_cannot_be_read_says_what_would_work() {
        let message = start(Some("deskside=loudly")).unwrap_err().to_string();
        assert!(message.contains("loudly") && message.contains("try `info`"), "{message}");
    }
}
