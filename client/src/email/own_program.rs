//! The person's own mail program, opened with the ticket attached, through `xdg-email` of xdg-utils.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, SystemTime};

use deskside_host::private_file::{self, FileError};
use deskside_words::t;
use thiserror::Error;

use super::{InvalidAddress, Letter, check_address};

/// How long an attachment stays for a mail program that reads it late.
const KEPT: Duration = Duration::from_secs(24 * 60 * 60);

/// Why the mail program did not open.
#[derive(Debug, Error)]
pub enum OwnProgramError {
    /// The address is wrong.
    #[error(transparent)]
    Address(#[from] InvalidAddress),
    /// The attachment cannot be written.
    #[error(transparent)]
    File(#[from] FileError),
    /// `xdg-email` is not there.
    #[error("{}", t!("client-email-not-installed"))]
    NotInstalled,
    /// It cannot be started.
    #[error("{}", t!("client-email-not-started", error = .0.to_string()))]
    NotStarted(io::Error),
    /// It found no mail program.
    #[error("{}", t!("client-email-failed", code = .code, meaning = *.meaning))]
    Failed {
        /// Its exit code.
        code: String,
        /// What that means.
        meaning: &'static str,
    },
}

/// Opens the mail program with `letter`; the person presses Send there.
///
/// `outbox` keeps the attachment, because mail programs read it after `xdg-email` has ended.
///
/// # Errors
/// [`OwnProgramError`].
pub fn hand_over(letter: &Letter, to: Option<&str>, outbox: &Path) -> Result<(), OwnProgramError> {
    to.map(check_address).transpose()?;
    private_file::create_directory(outbox)?;
    let attachment = outbox.join(&letter.file_name);
    private_file::write(&attachment, &letter.ticket)?;
    let status = Command::new("xdg-email")
        .args(arguments(letter, to, attachment))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .status()
        .map_err(|error| {
            let is_missing = error.kind() == io::ErrorKind::NotFound;
            if is_missing { OwnProgramError::NotInstalled } else { OwnProgramError::NotStarted(error) }
        })?;
    if status.success() {
        return Ok(());
    }
    let code = status.code().map_or_else(|| t!("client-email-no-code").to_owned(), |code| code.to_string());
    Err(OwnProgramError::Failed { code, meaning: meaning(status.code()) })
}

fn arguments(letter: &Letter, to: Option<&str>, attachment: PathBuf) -> Vec<OsString> {
    let mut arguments: Vec<OsString> =
        ["--utf8", "--subject", &letter.subject, "--body", &letter.body, "--attach"]
            .into_iter()
            .map(OsString::from)
            .collect();
    arguments.push(attachment.into());
    arguments.extend(to.map(OsString::from));
    arguments
}

/// Exit codes of xdg-utils, as its manual page `xdg-email(1)` lists them.
fn meaning(code: Option<i32>) -> &'static str {
    match code {
        Some(1) => t!("client-email-wrong-argument"),
        Some(2) => t!("client-email-no-file"),
        Some(3) => t!("client-email-no-program"),
        Some(4) => t!("client-email-program-failed"),
        Some(_) | None => t!("client-email-unknown"),
    }
}

/// Removes attachments that no mail program needs any more.
pub fn tidy(outbox: &Path) {
    let Ok(entries) = fs::read_dir(outbox) else { return };
    for entry in entries.flatten() {
        let modified = entry.metadata().and_then(|metadata| metadata.modified());
        let age = modified.ok().and_then(|modified| SystemTime::now().duration_since(modified).ok());
        if age.is_some_and(|age| age > KEPT) {
            let _ = fs::remove_file(entry.path());
        }
    }
}
