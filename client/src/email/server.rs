//! The configured mail server: one message, one connection, protected as the settings say and never less.

use std::num::NonZeroU16;
use std::time::Duration;

use deskside_proto::ticket_file::MIME_TYPE;
use deskside_words::t;
use lettre::message::header::ContentType;
use lettre::message::{Attachment, Mailbox, MultiPart, SinglePart};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::{Message, SmtpTransport, Transport};
use thiserror::Error;

use super::{InvalidAddress, Letter, check_address};
use crate::config::{PasswordError, Smtp, SmtpTls};

/// How long the server may take for one step.
const PATIENCE: Duration = Duration::from_secs(30);

/// Why the message was not sent.
#[derive(Debug, Error)]
pub enum ServerError {
    /// The recipient's address is wrong.
    #[error(transparent)]
    Address(#[from] InvalidAddress),
    /// The sender's address in the settings is wrong.
    #[error("{}", t!("client-email-sender", text = format!("{:?}", .0)))]
    Sender(String),
    /// The password cannot be had.
    #[error(transparent)]
    Password(#[from] PasswordError),
    /// The message cannot be built.
    #[error("{}", t!("client-email-message", error = .0))]
    Message(String),
    /// The server cannot be reached or refused.
    #[error("{}", t!("client-email-server", host = .host, reason = .reason))]
    Server {
        /// Its name.
        host: String,
        /// What it or the connection says.
        reason: String,
    },
}

/// Sends `letter` to `to` through `smtp`; waits until the server has taken it.
///
/// # Errors
/// [`ServerError`]; the message was then not sent.
pub fn send(letter: &Letter, to: &str, smtp: &Smtp) -> Result<(), ServerError> {
    check_address(to)?;
    let message = message(letter, to, smtp)?;
    let failed = |error: lettre::transport::smtp::Error| ServerError::Server {
        host: smtp.host.clone(),
        reason: reason(&error),
    };
    let tls = || TlsParameters::new(smtp.host.clone()).map_err(failed);
    let (tls, port) = match smtp.tls {
        SmtpTls::StartTls => (Tls::Required(tls()?), 587),
        SmtpTls::Implicit => (Tls::Wrapper(tls()?), 465),
        SmtpTls::NoneForLocalhostOnly => (Tls::None, 25),
    };
    let port = smtp.port.map_or(port, NonZeroU16::get);
    let mut transport =
        SmtpTransport::relay(&smtp.host).map_err(failed)?.tls(tls).port(port).timeout(Some(PATIENCE));
    if let Some((user, password)) = &smtp.login {
        transport =
            transport.credentials(Credentials::new(user.clone(), password.fetch()?.reveal().to_owned()));
    }
    transport.build().send(&message).map_err(failed)?;
    Ok(())
}

fn message(letter: &Letter, to: &str, smtp: &Smtp) -> Result<Message, ServerError> {
    let unbuilt = |error: &dyn std::error::Error| ServerError::Message(error.to_string());
    let from: Mailbox = smtp.from.parse().map_err(|_| ServerError::Sender(smtp.from.clone()))?;
    let to = Mailbox::new(None, to.parse().map_err(|_| InvalidAddress(to.to_owned()))?);
    let ticket_type = ContentType::parse(MIME_TYPE).map_err(|error| unbuilt(&error))?;
    let ticket = Attachment::new(letter.file_name.clone()).body(letter.ticket.clone(), ticket_type);
    Message::builder()
        .from(from)
        .to(to)
        .subject(&letter.subject)
        .multipart(MultiPart::mixed().singlepart(SinglePart::plain(letter.body.clone())).singlepart(ticket))
        .map_err(|error| unbuilt(&error))
}

/// The error with its causes, because the first sentence alone ("Connection error") helps nobody.
fn reason(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}
