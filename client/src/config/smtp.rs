//! The mail server that sends tickets, as the settings file describes it.
//! The password has no `Display`, and `Debug` shows only that there is one.

use std::fmt;
use std::num::NonZeroU16;
use std::path::PathBuf;

use deskside_host::private_file;
use deskside_words::t;
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// The mail server that sends tickets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Raw", into = "Raw")]
pub struct Smtp {
    /// Its name.
    pub host: String,
    /// Its port; without, 587 for STARTTLS, 465 for TLS from the first byte, 25 without.
    pub port: Option<NonZeroU16>,
    /// How the connection is protected.
    pub tls: SmtpTls,
    /// Who logs in, where the server wants that.
    pub login: Option<(String, PasswordSource)>,
    /// The sender's address, such as `Anna <anna@example.org>`.
    pub from: String,
}

/// How the connection to the mail server is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum SmtpTls {
    /// It begins in the clear and must change to TLS before anything is said (RFC 3207).
    #[serde(rename = "starttls")]
    StartTls,
    /// TLS from the first byte (RFC 8314).
    #[serde(rename = "implicit")]
    Implicit,
    /// None: accepted only for a server on this machine.
    #[serde(rename = "none-for-localhost-only")]
    NoneForLocalhostOnly,
}

/// Where the password of the mail account is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PasswordSource {
    /// In the settings file.
    Here(MailSecret),
    /// The first line of this file.
    File(PathBuf),
}

/// A password that cannot be shown.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MailSecret(String);

impl MailSecret {
    /// The password, for the login only.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for MailSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MailSecret({} bytes)", self.0.len())
    }
}

/// Why the password cannot be had.
#[derive(Debug, Error)]
pub enum PasswordError {
    /// The file cannot be read.
    #[error("{}", t!("client-mail-password-unreadable", error = .0.to_string()))]
    File(#[from] private_file::FileError),
    /// The file has no first line.
    #[error("{}", t!("client-mail-password-empty", path = .0.display().to_string()))]
    Empty(PathBuf),
}

impl PasswordSource {
    /// Fetches the password.
    ///
    /// # Errors
    /// [`PasswordError`].
    pub fn fetch(&self) -> Result<MailSecret, PasswordError> {
        match self {
            Self::Here(secret) => Ok(secret.clone()),
            Self::File(path) => {
                let bytes = private_file::read(path, 4096)?;
                let text = String::from_utf8_lossy(&bytes);
                let line = text.lines().next().unwrap_or_default();
                if line.is_empty() {
                    return Err(PasswordError::Empty(path.clone()));
                }
                Ok(MailSecret(line.to_owned()))
            }
        }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    host: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    port: Option<NonZeroU16>,
    tls: SmtpTls,
    #[serde(skip_serializing_if = "Option::is_none")]
    user: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    password: Option<MailSecret>,
    #[serde(skip_serializing_if = "Option::is_none")]
    password_file: Option<PathBuf>,
    from: String,
}

#[derive(Debug, Error)]
enum Contradiction {
    #[error("`user` needs a `password` or a `password_file` beside it")]
    NoPassword,
    #[error("a `password` needs a `user` beside it")]
    NoUser,
    #[error("give `password` or `password_file`, not both")]
    TwoPasswords,
    #[error(
        "tls = \"none-for-localhost-only\" is for a mail server on this machine only (localhost, 127.0.0.1, ::1), because others on the way could read the ticket; use \"starttls\" or \"implicit\" for {0}"
    )]
    ClearText(String),
    #[error("`from` must be an e-mail address such as anna@example.org: {0}")]
    From(String),
}

impl TryFrom<Raw> for Smtp {
    type Error = Contradiction;

    fn try_from(raw: Raw) -> Result<Self, Contradiction> {
        let login = match (raw.user, raw.password, raw.password_file) {
            (None, None, None) => None,
            (Some(_), None, None) => return Err(Contradiction::NoPassword),
            (None, _, _) => return Err(Contradiction::NoUser),
            (Some(_), Some(_), Some(_)) => return Err(Contradiction::TwoPasswords),
            (Some(user), Some(password), None) => Some((user, PasswordSource::Here(password))),
            (Some(user), None, Some(path)) => Some((user, PasswordSource::File(path))),
        };
        if raw.tls == SmtpTls::NoneForLocalhostOnly && !is_this_machine(&raw.host) {
            return Err(Contradiction::ClearText(raw.host));
        }
        if let Err(error) = raw.from.parse::<lettre::message::Mailbox>() {
            return Err(Contradiction::From(error.to_string()));
        }
        Ok(Self { host: raw.host, port: raw.port, tls: raw.tls, login, from: raw.from })
    }
}

impl From<Smtp> for Raw {
    fn from(smtp: Smtp) -> Self {
        let (user, password, password_file) = match smtp.login {
            None => (None, None, None),
            Some((user, PasswordSource::Here(secret))) => (Some(user), Some(secret), None),
            Some((user, PasswordSource::File(path))) => (Some(user), None, Some(path)),
        };
        Self {
            host: smtp.host,
            port: smtp.port,
            tls: smtp.tls,
            user,
            password,
            password_file,
            from: smtp.from,
        }
    }
}

fn is_this_machine(host: &str) -> bool {
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Smtp, String> {
        toml::from_str(text).map_err(|error| error.to_string())
    }

    const BASE: &str = "host = \"mail.example.org\"\ntls = \"starttls\"\nfrom = \"anna@example.org\"\n";

    #[test]
    fn contradictions_are_refused_with_a_sentence() {
        for (more, expected) in [
            ("user = \"anna\"", "password_file"),
            ("password = \"p\"", "`user`"),
            ("user = \"a\"\npassword = \"p\"\npassword_file = \"/f\"", "not both"),
        ] {
            let message = parse(&format!("{BASE}{more}\n")).unwrap_err();
            assert!(message.contains(expected), "{message}");
        }
        let clear = BASE.replace("starttls", "none-for-localhost-only");
        assert!(parse(&clear).unwrap_err().contains("on this machine only"));
        assert!(parse(&clear.replace("mail.example.org", "127.0.0.1")).is_ok());
        assert!(parse(&BASE.replace("anna@example.org", "anna")).unwrap_err().contains("e-mail address"));
    }

    #[test]
    fn a_password_is_not_shown_by_debug() {
        let smtp = parse(&format!("{BASE}user = \"anna\"\npassword = \"kumquat-72\"\n")).unwrap();
        let shown = format!("{smtp:?}");
        assert!(!shown.contains("kumquat") && shown.contains("10 bytes"), "{shown}");
    }

    #[test]
    fn a_password_file_gives_its_first_line() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("password");
        std::fs::write(&path, "kumquat-72\nsecond\n").unwrap();
        assert_eq!(PasswordSource::File(path.clone()).fetch().unwrap().reveal(), "kumquat-72");
        std::fs::write(&path, "\n").unwrap();
        assert!(matches!(PasswordSource::File(path).fetch(), Err(PasswordError::Empty(_))));
    }
}
