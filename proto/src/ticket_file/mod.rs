//! The ticket file: its text form, its bytes and the one way in which each can be written.
//! It knows which fields stand where and what they may hold; what is secret in them is sealed bytes to it.
//!
//! # Reference
//! docs/TICKET.md, sections 1 and 2.

mod address;
mod body;
mod calendar;
mod text;
mod validity;

pub use address::{Address, AddressError, Addresses, DnsName, Host};
pub use text::FILE_EXTENSION;
pub use text::MIME_TYPE;
pub use validity::{Standing, Validity};

use crate::ids::TicketId;
use crate::name::{NameError, PersonName};

/// A ticket as it stands in the file: well-formed by construction, not yet trusted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TicketFile {
    /// The ticket's number.
    pub id: TicketId,
    /// Who says to be asking for help.
    pub from: PersonName,
    /// When it can be used.
    pub validity: Validity,
    /// The client's public identity: verifying key, then sealing key.
    pub client: [u8; TicketFile::CLIENT_LENGTH],
    /// Where the client can be reached, the best first.
    pub addresses: Addresses,
    /// What the ciphertext is locked with.
    pub outer: OuterLayer,
    /// The access secret and the sealed password, locked by the outer layer.
    pub ciphertext: [u8; TicketFile::CIPHERTEXT_LENGTH],
    /// The client's signature over everything before it.
    pub signature: [u8; TicketFile::SIGNATURE_LENGTH],
}

/// What locks a ticket's credentials.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OuterLayer {
    /// A spoken passphrase, with parameter set 1.
    Passphrase {
        /// Random, so that equal passphrases make different keys.
        salt: [u8; 16],
    },
    /// An expert's public key.
    Expert {
        /// HPKE's encapsulated key.
        enc: [u8; 32],
    },
}

impl TicketFile {
    /// The version that this code reads and writes.
    pub const VERSION: u8 = 1;
    /// Largest file that is looked at, in bytes.
    pub const MAX_BYTES: usize = 8192;
    /// Size of a client's public identity.
    pub const CLIENT_LENGTH: usize = 64;
    /// Size of the password sealed to the client: HPKE's encapsulated key, the password, the tag.
    pub const SEALED_PASSWORD_LENGTH: usize = 80;
    /// Size of the ciphertext: access secret, sealed password, tag.
    pub const CIPHERTEXT_LENGTH: usize = 128;
    /// Size of an Ed25519 signature.
    pub const SIGNATURE_LENGTH: usize = 64;

    /// Reads the content of a ticket file; whether the signature is right is for `deskside-crypto` to say.
    pub fn parse(bytes: &[u8]) -> Result<Self, TicketFileError> {
        let text = text::unwrap(bytes)?;
        let ticket = body::decode(&text.body)?;
        if text.first_line != text::first_line(&ticket) {
            return Err(TicketFileError::FirstLineLies);
        }
        Ok(ticket)
    }

    /// The content of the file, in the written form.
    pub fn to_text(&self) -> String {
        text::wrap(&text::first_line(self), &body::encode(self))
    }

    /// The bytes that the signature covers, without the label that goes before them.
    pub fn bytes_to_sign(&self) -> Vec<u8> {
        body::encode_unsigned(self)
    }

    /// The associated data of the outer layer: all bytes before the ciphertext.
    pub fn outer_aad(&self) -> Vec<u8> {
        body::encode_head(self)
    }

    /// A good name for the file: ASCII only, so that every mail program and file system keeps it.
    pub fn file_name(&self) -> String {
        format!("help-{}.{FILE_EXTENSION}", self.id.short())
    }
}

/// Why a file is not a ticket that can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TicketFileError {
    /// More than [`TicketFile::MAX_BYTES`].
    #[error("this file is too large to be a ticket")]
    TooLarge,
    /// The bytes are not UTF-8.
    #[error("this is not a ticket, or it was damaged on its way: it is not a text file")]
    NotText,
    /// Bare carriage returns, or lines that end in different ways.
    #[error("this ticket was damaged on its way: its lines end in different ways")]
    MixedLineEnds,
    /// There is no BEGIN line.
    #[error("this is not a Deskside ticket")]
    NotATicket,
    /// More than one BEGIN or END line.
    #[error("this file holds more than one ticket; ask for one ticket in one file")]
    SeveralTickets,
    /// There is no END line: the file was cut off.
    #[error("this ticket is cut off; ask for it again")]
    CutOff,
    /// The BEGIN line is not the second line.
    #[error("there is something before the ticket that does not belong to it")]
    TextBefore,
    /// Something follows the END line.
    #[error("there is something after the ticket that does not belong to it")]
    TextAfter,
    /// A base64 line is not as long as it must be.
    #[error("this ticket was damaged on its way: its lines were broken up")]
    LineLength,
    /// A character that base64 does not have.
    #[error("this ticket was damaged on its way: it holds characters that do not belong there")]
    NotBase64,
    /// Base64 whose padding or unused bits are not as they are written.
    #[error("this ticket is not written the way Deskside writes tickets")]
    NonCanonicalBase64,
    /// The body does not begin with the magic bytes.
    #[error("this is not a Deskside ticket")]
    WrongMagic,
    /// A version after ours.
    #[error("this ticket was made by a newer Deskside; update this program to open it")]
    NewerVersion(u8),
    /// Version 0, which never was.
    #[error("this ticket has no valid version")]
    VersionZero,
    /// The body ends before its last field.
    #[error("this ticket is incomplete")]
    BodyTooShort,
    /// Bytes follow the signature.
    #[error("this ticket is longer than it says")]
    BodyTooLong,
    /// The name is empty, over-long or not UTF-8.
    #[error("the name in this ticket cannot be read")]
    NameEncoding,
    /// The name must not be shown.
    #[error("the name in this ticket cannot be shown: {0}")]
    Name(NameError),
    /// It ends before it begins, lasts longer than allowed, or ends after the year 9999.
    #[error("the dates in this ticket make no sense")]
    Validity,
    /// None, or more than [`Addresses::MAX`].
    #[error("this ticket must say one to sixteen places where the other computer can be reached")]
    AddressCount,
    /// An address that cannot be one.
    #[error("this ticket holds an address that cannot be used: {0}")]
    Address(AddressError),
    /// A number that stands for no kind of address.
    #[error("this ticket holds an address of an unknown kind")]
    AddressKind(u8),
    /// The same address twice.
    #[error("this ticket holds an address twice")]
    AddressTwice,
    /// A number that stands for no outer layer.
    #[error("this ticket is locked in a way that version 1 does not have")]
    OuterLayer(u8),
    /// A number that stands for no parameter set of the passphrase layer.
    #[error("this ticket asks for an unknown way to use the passphrase")]
    PassphraseParameters(u8),
    /// The readable first line says something else than the ticket.
    #[error("this ticket's first line says something else than the ticket itself; do not trust it")]
    FirstLineLies,
}
