//! Making a ticket: the number, the words, the file, and the record that the client keeps of it.
//! Does the slow key derivation, so it belongs on a thread that may wait.

use std::io;

use deskside_crypto::identity::{Identity, PublicIdentity};
use deskside_crypto::passphrase::Passphrase;
use deskside_crypto::ticket::{self, Invitation, Recipient};
use deskside_net::{Loopback, local_addresses};
use deskside_proto::name::PersonName;
use deskside_proto::ticket_file::{TicketFileError, Validity};
use deskside_words::t;
use thiserror::Error;

use super::addresses::{self, NoAddress};
use super::record::{NewRecord, Record, SecretBytes};
use super::store::{Store, StoreError};
use crate::app::command::InvitationOptions;

/// Why no ticket was made.
#[derive(Debug, Error)]
pub enum IssueError {
    /// Nobody could reach this computer.
    #[error(transparent)]
    NoAddress(#[from] NoAddress),
    /// The interfaces cannot be listed.
    #[error("{}", t!("client-issue-interfaces", error = .0.to_string()))]
    Interfaces(#[from] io::Error),
    /// The times make no sense; the clock of this computer is wrong.
    #[error("{}", t!("client-issue-clock", error = .0.to_string()))]
    Validity(TicketFileError),
    /// Sealing failed.
    #[error("{}", t!("client-issue-sealing", error = .0.to_string()))]
    Sealing(#[from] ticket::IssueError),
    /// It cannot be kept.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What a ticket is made from.
#[derive(Debug)]
pub struct Workshop<'a> {
    /// The client's key pair.
    pub identity: &'a Identity,
    /// Where the record goes.
    pub store: &'a Store,
    /// The name that experts see.
    pub name: PersonName,
    /// Addresses that the settings name.
    pub addresses: &'a [String],
    /// The UDP port on which the client listens, or will.
    pub port: u16,
    /// The moment in Unix seconds.
    pub now: u64,
}

/// A ticket that was made and recorded.
#[derive(Debug)]
pub struct Made {
    /// Its record; `text` in it is the file's content.
    pub record: Record,
    /// What the person tells the expert; `None` where the ticket is sealed to a key.
    pub passphrase: Option<Passphrase>,
}

impl Workshop<'_> {
    /// Makes and records a ticket. Takes about a second.
    ///
    /// # Errors
    /// [`IssueError`]; nothing is recorded then.
    pub fn make(&self, options: &InvitationOptions) -> Result<Made, IssueError> {
        let mut rng = crate::randomness();
        let machine = local_addresses(self.port, Loopback::IfNothingElse)?;
        let addresses = addresses::gather(self.addresses, machine, self.port)?;
        let not_after = self.now.saturating_add(options.valid_for.as_secs());
        let validity = Validity::new(self.now, not_after).map_err(IssueError::Validity)?;
        let id = ticket::new_id(&mut rng);
        let invitation = Invitation { id, from: self.name.clone(), validity, addresses };
        let (passphrase, issued) = match &options.to {
            Some(expert) => {
                (None, ticket::issue(self.identity, &invitation, Recipient::Expert(expert), &mut rng)?)
            }
            None => {
                let passphrase = Passphrase::generate(&mut rng);
                let recipient = Recipient::Passphrase(&passphrase);
                let issued = ticket::issue(self.identity, &invitation, recipient, &mut rng)?;
                (Some(passphrase), issued)
            }
        };
        let record = Record::new(NewRecord {
            id,
            not_before: self.now,
            not_after,
            uses: options.uses,
            port: self.port,
            to: options.to.as_ref().map(fingerprint),
            access_secret: SecretBytes::new(*issued.secrets.access_secret.reveal()),
            password: SecretBytes::new(*issued.secrets.password.reveal()),
            text: issued.file.to_text(),
        });
        self.store.add(&record)?;
        Ok(Made { record, passphrase })
    }
}

/// The fingerprint of a key as people compare it.
#[must_use]
pub fn fingerprint(key: &PublicIdentity) -> String {
    key.fingerprint().to_string()
}
