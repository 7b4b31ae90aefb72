//! Tickets: made by a client, checked and opened by an expert, and the password in them opened by the client again.
//! What a ticket looks like is `deskside_proto::ticket_file`; whether it may still be used is `ticket_record`.
//!
//! # Reference
//! docs/TICKET.md, sections 4 and 5.

use std::fmt;

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{ChaCha20Poly1305, Nonce};
use deskside_proto::ids::TicketId;
use deskside_proto::name::PersonName;
use deskside_proto::ticket_file::{Addresses, OuterLayer, TicketFile, Validity};
use rand_core::CryptoRng;
use zeroize::Zeroizing;

use crate::identity::{Identity, PublicIdentity, PublicIdentityError};
use crate::label;
use crate::passphrase::Passphrase;
use crate::seal::{self, Sealing};
use crate::secret::{AccessSecret, Password};

/// Bytes of a password sealed to its client.
pub const SEALED_PASSWORD_LENGTH: usize = TicketFile::SEALED_PASSWORD_LENGTH;

/// What a person wants in a ticket.
#[derive(Debug, Clone)]
pub struct Invitation {
    /// Its number, drawn at random; see [`new_id`].
    pub id: TicketId,
    /// Who asks.
    pub from: PersonName,
    /// When it can be used.
    pub validity: Validity,
    /// Where the client can be reached.
    pub addresses: Addresses,
}

/// Who shall be able to open a ticket.
#[derive(Debug, Clone, Copy)]
pub enum Recipient<'a> {
    /// Whoever is told the passphrase.
    Passphrase(&'a Passphrase),
    /// One expert.
    Expert(&'a PublicIdentity),
}

/// A new ticket, and what its client must keep.
#[derive(Debug)]
pub struct Issued {
    /// The ticket, to be sent.
    pub file: TicketFile,
    /// The secrets, to be kept.
    pub secrets: Secrets,
}

/// What a client keeps of a ticket to recognise it by.
#[derive(Debug)]
pub struct Secrets {
    /// Checks the expert's proof.
    pub access_secret: AccessSecret,
    /// Compared with the password that the expert hands back.
    pub password: Password,
}

/// Why no ticket could be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum IssueError {
    /// The key derivation needs 64 MiB.
    #[error("there is not enough memory to protect the ticket")]
    OutOfMemory,
    /// The expert's key, or the client's own, cannot be sealed to.
    #[error("the ticket cannot be sealed to this key")]
    UnusableKey,
}

/// Draws a ticket's number.
pub fn new_id(rng: &mut impl CryptoRng) -> TicketId {
    let mut id = TicketId([0; TicketId::LENGTH]);
    rng.fill_bytes(&mut id.0);
    id
}

/// Makes a ticket: draws its secrets, seals them in two layers and signs it all.
pub fn issue(
    client: &Identity,
    invitation: &Invitation,
    recipient: Recipient<'_>,
    rng: &mut impl CryptoRng,
) -> Result<Issued, IssueError> {
    let access_secret = AccessSecret::generate(rng);
    let password = Password::generate(rng);
    let sealed_password = seal_password(client.public(), &invitation.id, &password, rng)?;
    let credentials = Zeroizing::new([access_secret.reveal().as_slice(), &sealed_password].concat());

    let unlocked = TicketFile {
        id: invitation.id,
        from: invitation.from.clone(),
        validity: invitation.validity,
        client: client.public().to_bytes(),
        addresses: invitation.addresses.clone(),
        outer: OuterLayer::Expert { enc: [0; 32] },
        ciphertext: [0; TicketFile::CIPHERTEXT_LENGTH],
        signature: [0; TicketFile::SIGNATURE_LENGTH],
    };
    let mut file = lock(unlocked, &credentials, recipient, rng)?;
    file.signature = client.sign(&signed_message(&file));
    Ok(Issued { file, secrets: Secrets { access_secret, password } })
}

fn seal_password(
    client: &PublicIdentity,
    id: &TicketId,
    password: &Password,
    rng: &mut impl CryptoRng,
) -> Result<Vec<u8>, IssueError> {
    let sealed = Sealing::begin(client.sealing(), label::SESSION_PASSWORD, rng)
        .and_then(|sealing| sealing.finish(password.reveal(), &id.0))
        .map_err(|_| IssueError::UnusableKey)?;
    Ok([sealed.enc.as_slice(), &sealed.ciphertext].concat())
}

/// Puts the outer layer around `credentials`; all that stands before the ciphertext is bound to it.
fn lock(
    mut file: TicketFile,
    credentials: &[u8],
    recipient: Recipient<'_>,
    rng: &mut impl CryptoRng,
) -> Result<TicketFile, IssueError> {
    let ciphertext = match recipient {
        Recipient::Passphrase(passphrase) => {
            let mut salt = [0; 16];
            rng.fill_bytes(&mut salt);
            file.outer = OuterLayer::Passphrase { salt };
            let key = passphrase.key(&salt).map_err(|_| IssueError::OutOfMemory)?;
            ChaCha20Poly1305::new((&*key).into())
                .encrypt(&Nonce::default(), Payload { msg: credentials, aad: &file.outer_aad() })
                .map_err(|_| IssueError::OutOfMemory)?
        }
        Recipient::Expert(expert) => {
            let sealing = Sealing::begin(expert.sealing(), label::TICKET_FOR_EXPERT, rng)
                .map_err(|_| IssueError::UnusableKey)?;
            file.outer = OuterLayer::Expert { enc: *sealing.enc() };
            let sealed =
                sealing.finish(credentials, &file.outer_aad()).map_err(|_| IssueError::UnusableKey)?;
            sealed.ciphertext
        }
    };
    file.ciphertext = ciphertext.try_into().map_err(|_| IssueError::UnusableKey)?;
    Ok(file)
}

fn signed_message(file: &TicketFile) -> Vec<u8> {
    [label::TICKET_SIGNATURE, &file.bytes_to_sign()].concat()
}

/// A ticket that is whole and was signed by the client in it. Only [`verify`] makes one.
#[derive(Debug, Clone)]
pub struct VerifiedTicket {
    file: TicketFile,
    client: PublicIdentity,
}

/// Why a well-formed ticket cannot be relied on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum VerifyError {
    /// The client's key is none.
    #[error("this ticket is damaged or forged: the other computer's key is not a proper key")]
    ClientKey(PublicIdentityError),
    /// It was changed, or not signed by the client that it names.
    #[error("this ticket was changed on its way, or is forged; ask for a new one")]
    Signature,
}

/// Checks the signature; no passphrase is asked for before this.
pub fn verify(file: &TicketFile) -> Result<VerifiedTicket, VerifyError> {
    let client = PublicIdentity::from_bytes(&file.client).map_err(VerifyError::ClientKey)?;
    if !client.verifies(&signed_message(file), &file.signature) {
        return Err(VerifyError::Signature);
    }
    Ok(VerifiedTicket { file: file.clone(), client })
}

/// What an expert opens a ticket with.
#[derive(Debug, Clone, Copy)]
pub enum Key<'a> {
    /// The words that the person said.
    Passphrase(&'a Passphrase),
    /// The expert's own identity.
    Expert(&'a Identity),
}

/// What an expert finds in a ticket.
pub struct Access {
    /// Proves that the ticket was opened.
    pub access_secret: AccessSecret,
    /// Handed back to the client as it is; only the client can open it.
    pub sealed_password: [u8; SEALED_PASSWORD_LENGTH],
}

impl fmt::Debug for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Access({:?}, {} sealed bytes)", self.access_secret, self.sealed_password.len())
    }
}

/// Why a ticket cannot be opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// Another passphrase; or somebody else than the person made or changed the ticket.
    #[error("this passphrase does not open the ticket; check the words with the person who sent it")]
    WrongPassphrase,
    /// It is sealed to another expert.
    #[error("this ticket was made for another expert's key; give your own key to the person who sent it")]
    NotForThisExpert,
    /// It was opened with an expert's key and has a passphrase.
    #[error("this ticket opens with the passphrase that the person tells you")]
    NeedsPassphrase,
    /// It was opened with a passphrase and is sealed to an expert's key.
    #[error("this ticket has no passphrase; it opens with the key of the expert that it was made for")]
    NeedsExpertKey,
    /// The key derivation needs 64 MiB.
    #[error("there is not enough memory to try the passphrase")]
    OutOfMemory,
}

impl VerifiedTicket {
    /// The ticket.
    pub fn file(&self) -> &TicketFile {
        &self.file
    }

    /// The client's keys: the connection accepts these and no others.
    pub fn client(&self) -> &PublicIdentity {
        &self.client
    }

    /// Whether it opens with a passphrase (else with an expert's key).
    pub fn needs_passphrase(&self) -> bool {
        matches!(self.file.outer, OuterLayer::Passphrase { .. })
    }

    /// Opens the outer layer. With a passphrase this takes a good part of a second and 64 MiB: do it off the UI's thread.
    pub fn open(&self, key: Key<'_>) -> Result<Access, OpenError> {
        let aad = self.file.outer_aad();
        let opened = match (&self.file.outer, key) {
            (OuterLayer::Passphrase { salt }, Key::Passphrase(passphrase)) => {
                let key = passphrase.key(salt).map_err(|_| OpenError::OutOfMemory)?;
                ChaCha20Poly1305::new((&*key).into())
                    .decrypt(&Nonce::default(), Payload { msg: &self.file.ciphertext, aad: &aad })
                    .map(Zeroizing::new)
                    .map_err(|_| OpenError::WrongPassphrase)?
            }
            (OuterLayer::Expert { enc }, Key::Expert(expert)) => seal::open(
                expert.sealing_private(),
                label::TICKET_FOR_EXPERT,
                enc,
                &self.file.ciphertext,
                &aad,
            )
            .map_err(|_| OpenError::NotForThisExpert)?,
            (OuterLayer::Passphrase { .. }, Key::Expert(_)) => return Err(OpenError::NeedsPassphrase),
            (OuterLayer::Expert { .. }, Key::Passphrase(_)) => return Err(OpenError::NeedsExpertKey),
        };
        #[expect(clippy::expect_used, reason = "128 bytes of ciphertext hold 112 bytes: 32 and 80")]
        let (access_secret, sealed_password) = opened
            .split_first_chunk::<{ AccessSecret::LENGTH }>()
            .and_then(|(secret, sealed)| Some((AccessSecret::from_bytes(*secret), sealed.try_into().ok()?)))
            .expect("a fixed length");
        Ok(Access { access_secret, sealed_password })
    }
}

/// The sealed password was not made by this client for this ticket, or was changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the sealed password is not of this client and ticket")]
pub struct NotOurPassword;

/// Opens the password that an expert handed back. Only the client that issued the ticket can.
pub fn open_password(client: &Identity, id: &TicketId, sealed: &[u8]) -> Result<Password, NotOurPassword> {
    if sealed.len() != SEALED_PASSWORD_LENGTH {
        return Err(NotOurPassword);
    }
    let (enc, ciphertext) = sealed.split_first_chunk::<{ seal::KEY_LENGTH }>().ok_or(NotOurPassword)?;
    let opened = seal::open(client.sealing_private(), label::SESSION_PASSWORD, enc, ciphertext, &id.0)
        .map_err(|_| NotOurPassword)?;
    let password =
        Zeroizing::new(<[u8; Password::LENGTH]>::try_from(opened.as_slice()).map_err(|_| NotOurPassword)?);
    Ok(Password::from_bytes(*password))
}
