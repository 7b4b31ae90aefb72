//! The ticket that is shown: what it says, whether it is valid now, and what its passphrase still needs.

use std::sync::Arc;

use deskside_crypto::passphrase::PassphraseError;
use deskside_crypto::ticket::VerifiedTicket;
use deskside_host::exit::Exit;
use deskside_proto::ids::TicketId;
use deskside_proto::name::PersonName;
use deskside_proto::ticket_file::{Address, Standing, Validity};

use super::{Effect, Model, Now, Spoken, Stage};

/// What opening the outer layer gave; its content never leaves the crypto and net crates.
pub type Access = deskside_crypto::ticket::Access;

/// A ticket whose signature was checked.
#[derive(Debug)]
pub struct Ticket {
    /// What it says.
    pub verified: VerifiedTicket,
    /// What it held, if it was sealed to this expert's key.
    pub access: Option<Arc<Access>>,
}

impl Ticket {
    /// Its number.
    #[must_use]
    pub fn id(&self) -> TicketId {
        self.verified.file().id
    }

    /// Who asks for help, by their own account.
    #[must_use]
    pub fn from(&self) -> &PersonName {
        &self.verified.file().from
    }

    /// When it can be used.
    #[must_use]
    pub fn validity(&self) -> &Validity {
        &self.verified.file().validity
    }

    /// The client's fingerprint.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        self.verified.client().fingerprint().to_string()
    }

    /// Where the client is reached.
    #[must_use]
    pub fn addresses(&self) -> &[Address] {
        &self.verified.file().addresses
    }
}

/// What is wrong with a ticket, a passphrase, or with their use by this expert.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TicketFault {
    /// The file cannot be read.
    File(String),
    /// It is no ticket at all.
    NotATicket,
    /// It is a ticket, but not as it was made.
    Damaged,
    /// It is larger than any ticket.
    TooLarge,
    /// It was made by a newer version.
    Newer,
    /// Its readable first line does not say what it holds.
    Lying,
    /// Its signature is not of the one who it says made it.
    Forged,
    /// It is sealed to another expert's key.
    NotForYou,
    /// That is no passphrase: wrong number of words, or a word that is not in the list.
    NotAPassphrase(PassphraseError),
    /// The passphrase does not open it.
    WrongPassphrase,
    /// This machine has too little memory to try a passphrase.
    NoMemory,
    /// The desktop offers no file dialog.
    NoDialog,
}

/// Why something could not be opened, for the start screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem(pub TicketFault);

impl Problem {
    /// The exit code that says the same.
    #[must_use]
    pub fn exit(&self) -> Exit {
        self.0.exit()
    }
}

impl TicketFault {
    /// The exit code that says the same.
    #[must_use]
    pub fn exit(&self) -> Exit {
        match self {
            Self::File(_) | Self::NoMemory | Self::NoDialog => Exit::Failure,
            Self::NotATicket
            | Self::Damaged
            | Self::TooLarge
            | Self::Newer
            | Self::Lying
            | Self::Forged
            | Self::NotForYou
            | Self::NotAPassphrase(_)
            | Self::WrongPassphrase => Exit::Ticket,
        }
    }
}

/// What the passphrase still needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Passphrase {
    /// None is needed: the ticket is sealed to this expert's key.
    NotNeeded,
    /// To be typed.
    Needed,
    /// Being tried; takes about a second.
    Checking,
    /// The last one did not do.
    Wrong(TicketFault),
}

/// The screen that shows a ticket.
#[derive(Debug)]
pub struct TicketStage {
    /// The ticket.
    pub ticket: Arc<Ticket>,
    /// What its passphrase needs.
    pub passphrase: Passphrase,
    /// Whether it is valid by the clock of this machine, or the person said that the clock is wrong. The client decides
    /// by its own.
    pub standing: Standing,
}

impl TicketStage {
    pub(super) fn exit(&self) -> Exit {
        match (&self.passphrase, self.standing) {
            (Passphrase::Wrong(_), _) | (_, Standing::Expired | Standing::NotYetValid) => Exit::Ticket,
            (Passphrase::NotNeeded | Passphrase::Needed | Passphrase::Checking, Standing::Valid) => {
                Exit::Success
            }
        }
    }
}

impl Model {
    pub(super) fn handle_ticket(
        &mut self,
        result: Result<Arc<Ticket>, TicketFault>,
        now: Now,
    ) -> Vec<Effect> {
        match self.stage {
            Stage::Start { .. } | Stage::Ticket(_) | Stage::Ended(_) => {}
            // It was read for a screen that has gone.
            Stage::Connecting { .. } | Stage::Session(_) => return Vec::new(),
        }
        self.attempt += 1;
        match result {
            Ok(ticket) => {
                let needs = if ticket.access.is_some() { Passphrase::NotNeeded } else { Passphrase::Needed };
                self.current = Some((Arc::clone(&ticket), ticket.access.clone()));
                let standing = ticket.validity().at(now.unix);
                self.stage = Stage::Ticket(TicketStage { ticket, passphrase: needs, standing });
            }
            Err(fault) => {
                self.current = None;
                self.stage = Stage::Start { problem: Some(Problem(fault)), reading: false };
            }
        }
        Vec::new()
    }

    pub(super) fn try_passphrase(&mut self, passphrase: Spoken) -> Vec<Effect> {
        let Stage::Ticket(stage) = &mut self.stage else { return Vec::new() };
        match stage.passphrase {
            Passphrase::Needed | Passphrase::Wrong(_) => {}
            Passphrase::NotNeeded | Passphrase::Checking => return Vec::new(),
        }
        stage.passphrase = Passphrase::Checking;
        vec![Effect::TryPassphrase { attempt: self.attempt, ticket: Arc::clone(&stage.ticket), passphrase }]
    }

    pub(super) fn handle_passphrase(
        &mut self,
        result: Result<Arc<Access>, TicketFault>,
        now: Now,
    ) -> Vec<Effect> {
        let Stage::Ticket(stage) = &mut self.stage else { return Vec::new() };
        match result {
            Ok(access) => {
                self.current = Some((Arc::clone(&stage.ticket), Some(access)));
                self.connect(now)
            }
            Err(fault) => {
                stage.passphrase = Passphrase::Wrong(fault);
                Vec::new()
            }
        }
    }

    /// The client decides by its own clock; a wrong one here must not stand in the way.
    pub(super) fn ignore_clock(&mut self, now: Now) -> Vec<Effect> {
        let Stage::Ticket(stage) = &mut self.stage else { return Vec::new() };
        stage.standing = Standing::Valid;
        if stage.passphrase == Passphrase::NotNeeded { self.connect(now) } else { Vec::new() }
    }
}
