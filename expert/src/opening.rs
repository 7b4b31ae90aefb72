//! From a file or a pasted text to a ticket that can be shown, and from a passphrase to what it holds.
//! Says what is wrong, in kinds; the sentences about them are in `words`.

use std::error::Error;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use deskside_crypto::identity::Identity;
use deskside_crypto::passphrase::Passphrase;
use deskside_crypto::ticket::{Key, OpenError, VerifyError, verify};
use deskside_host::private_file::{self, FileError};
use deskside_proto::ticket_file::{TicketFile, TicketFileError};
use deskside_words::t;

use crate::model::{Access, Ticket, TicketFault};

/// Reads a file as a ticket.
///
/// # Errors
/// What is wrong with the file or with the ticket in it.
#[expect(clippy::wildcard_enum_match_arm, reason = "every other failure is told in the system's words")]
pub fn read_file(path: &Path, identity: &Identity) -> Result<Arc<Ticket>, TicketFault> {
    if path.is_dir() {
        return Err(TicketFault::File(t!("expert-fault-file-folder", path = path.to_string_lossy())));
    }
    let bytes =
        private_file::read(path, TicketFile::MAX_BYTES as u64).map_err(|error| match error.kind() {
            io::ErrorKind::FileTooLarge => TicketFault::TooLarge,
            io::ErrorKind::NotFound => {
                TicketFault::File(t!("expert-fault-file-missing", path = path.to_string_lossy()))
            }
            io::ErrorKind::PermissionDenied => {
                TicketFault::File(t!("expert-fault-file-forbidden", path = path.to_string_lossy()))
            }
            _ => TicketFault::File(system_words(path, &error)),
        })?;
    read(&bytes, identity)
}

fn system_words(path: &Path, error: &FileError) -> String {
    let reason = error.source().map(ToString::to_string).unwrap_or_default();
    t!("expert-fault-file-unreadable", path = path.to_string_lossy(), error = reason)
}

/// Reads what was pasted: a ticket's text, or the path or `file:` address of one.
///
/// # Errors
/// What is wrong with it.
pub fn read_text(text: &str, identity: &Identity) -> Result<Arc<Ticket>, TicketFault> {
    match path_in(text) {
        Some(path) => read_file(&path, identity),
        None if text.len() > TicketFile::MAX_BYTES => Err(TicketFault::TooLarge),
        // A selection often takes a blank line too much with it, and a ticket ends with one line feed.
        None => read(format!("{}\n", text.trim()).as_bytes(), identity),
    }
}

/// One line that begins like a path is a path.
fn path_in(text: &str) -> Option<PathBuf> {
    let line = text.trim();
    if line.contains('\n') {
        return None;
    }
    if let Some(address) = line.strip_prefix("file://") {
        return Some(PathBuf::from(percent_decoded(address)?));
    }
    let is_path = line.starts_with('/') || line.starts_with("./") || line.starts_with("~/");
    let home = || std::env::var_os("HOME").map(PathBuf::from);
    match line.strip_prefix("~/") {
        Some(rest) => home().map(|home| home.join(rest)),
        None => is_path.then(|| PathBuf::from(line)),
    }
}

fn percent_decoded(text: &str) -> Option<String> {
    let mut bytes = text.bytes();
    let mut decoded = Vec::with_capacity(text.len());
    while let Some(byte) = bytes.next() {
        if byte == b'%' {
            let digit =
                |byte: Option<u8>| char::from(byte?).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
            decoded.push(digit(bytes.next())? * 16 + digit(bytes.next())?);
        } else {
            decoded.push(byte);
        }
    }
    String::from_utf8(decoded).ok()
}

fn read(bytes: &[u8], identity: &Identity) -> Result<Arc<Ticket>, TicketFault> {
    let file = TicketFile::parse(bytes).map_err(|error| fault_of(&error))?;
    let verified = verify(&file).map_err(|error| match error {
        VerifyError::ClientKey(_) => TicketFault::Damaged,
        VerifyError::Signature => TicketFault::Forged,
    })?;
    let access = if verified.needs_passphrase() {
        None
    } else {
        Some(Arc::new(verified.open(Key::Expert(identity)).map_err(|_| TicketFault::NotForYou)?))
    };
    Ok(Arc::new(Ticket { verified, access }))
}

#[expect(clippy::wildcard_enum_match_arm, reason = "however a ticket is malformed, it is damaged")]
fn fault_of(error: &TicketFileError) -> TicketFault {
    match error {
        TicketFileError::TooLarge => TicketFault::TooLarge,
        TicketFileError::NotText | TicketFileError::NotATicket | TicketFileError::WrongMagic => {
            TicketFault::NotATicket
        }
        TicketFileError::NewerVersion(_) => TicketFault::Newer,
        TicketFileError::FirstLineLies => TicketFault::Lying,
        _ => TicketFault::Damaged,
    }
}

/// Tries a passphrase; takes about a second and 64 MiB.
///
/// # Errors
/// That it is no passphrase, or the wrong one.
pub fn try_passphrase(ticket: &Ticket, typed: &str) -> Result<Arc<Access>, TicketFault> {
    let passphrase = Passphrase::parse(typed).map_err(TicketFault::NotAPassphrase)?;
    match ticket.verified.open(Key::Passphrase(&passphrase)) {
        Ok(access) => Ok(Arc::new(access)),
        Err(OpenError::OutOfMemory) => Err(TicketFault::NoMemory),
        Err(
            OpenError::WrongPassphrase
            | OpenError::NotForThisExpert
            | OpenError::NeedsPassphrase
            | OpenError::NeedsExpertKey,
        ) => Err(TicketFault::WrongPassphrase),
    }
}
