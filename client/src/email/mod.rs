//! Sending a ticket by e-mail: through the configured mail server, else in the person's own mail program.
//! INVARIANT: nothing in this room ever receives a passphrase, so that none can get into the message with the ticket.

mod letter;
mod own_program;
mod server;

use std::path::PathBuf;

use deskside_proto::name::PersonName;
use deskside_words::t;
use thiserror::Error;

use crate::app::words;
use crate::config::Smtp;
use crate::tickets::record::{Record, system_time};

pub use letter::{Letter, LetterFor};
pub use own_program::{OwnProgramError, hand_over, tidy};
pub use server::{ServerError, send};

/// How this person sends e-mail.
#[derive(Debug, Clone)]
pub struct Post {
    /// The sender's name.
    pub me: PersonName,
    /// The configured server; without, the person's own mail program.
    pub server: Option<Smtp>,
    /// Where attachments wait for the person's own mail program.
    pub outbox: PathBuf,
}

/// Why a ticket was not sent.
#[derive(Debug, Error)]
pub enum DeliveryError {
    /// The server sends by itself, so it must know to whom.
    #[error("{}", t!("client-email-no-address"))]
    NoAddress,
    /// The person's own mail program did not open.
    #[error(transparent)]
    OwnProgram(#[from] OwnProgramError),
    /// The server did not take it.
    #[error(transparent)]
    Server(#[from] ServerError),
}

impl Post {
    /// Sends the ticket, or opens the person's mail program with it; says in a sentence what happened. May take a minute.
    ///
    /// # Errors
    /// [`DeliveryError`].
    pub fn deliver(&self, ticket: &Record, to: Option<&str>) -> Result<String, DeliveryError> {
        let opened_with = if ticket.to.is_some() { LetterFor::Key } else { LetterFor::Passphrase };
        let until = words::date_time(system_time(ticket.not_after));
        let file_name = ticket.file_name();
        let letter = Letter::compose(&self.me, opened_with, &until, &file_name, &ticket.text);
        match &self.server {
            Some(server) => {
                let to = to.ok_or(DeliveryError::NoAddress)?;
                send(&letter, to, server)?;
                Ok(t!("client-sent-to", address = to))
            }
            None => {
                hand_over(&letter, to, &self.outbox)?;
                Ok(t!("client-mail-program-opened").to_owned())
            }
        }
    }
}

/// Why the address cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{}", t!("client-email-invalid", text = format!("{:?}", .0)))]
pub struct InvalidAddress(String);

/// Looks whether `text` is one e-mail address.
///
/// # Errors
/// [`InvalidAddress`]. An address that begins with a hyphen is refused too: a mail program would take it for an option.
pub fn check_address(text: &str) -> Result<(), InvalidAddress> {
    let valid = !text.starts_with('-') && text.parse::<lettre::Address>().is_ok();
    if valid { Ok(()) } else { Err(InvalidAddress(text.to_owned())) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_one_plain_address_is_accepted() {
        assert_eq!(check_address("erika@example.org"), Ok(()));
        for text in [
            "",
            "erika",
            "a@b.c, d@e.f",
            "--attach@example.org",
            "a@b.c\nBcc: x@y.z",
            "mailto:a@b.c?cc=d@e.f",
        ] {
            assert!(check_address(text).is_err(), "{text:?}");
        }
    }
}
