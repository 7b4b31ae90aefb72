//! What happens to the client, and what is to be done about it. Values only: nothing here touches the world.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Instant, SystemTime};

use deskside_crypto::passphrase::Passphrase;
use deskside_proto::geometry::Size;
use deskside_proto::ids::{SessionId, TicketId};
use deskside_proto::name::PersonName;
use deskside_proto::session::{Grant, ViewGrant, Way};
use deskside_proto::time::Millis;
use deskside_proto::wire::control::{FromClient, FromExpert, RefusedReason};
use deskside_proto::wire::input::Locks;

use crate::app::command::{InvitationOptions, UserCommand};
use crate::app::view::SeenBefore;
use crate::config::Settings;
use crate::receipt::Entry;
use crate::sharing::Sharing;
use crate::sharing::list::Choices;
use crate::tickets::record::{Closed, Record};

/// This moment on both clocks.
#[derive(Debug, Clone, Copy)]
pub struct Now {
    /// On the monotonic clock.
    pub mono: Millis,
    /// On the clock that people read.
    pub wall: SystemTime,
}

/// An expert who was admitted, before any question.
#[derive(Debug, Clone)]
pub struct Newcomer {
    /// The session's number.
    pub session: SessionId,
    /// The ticket that was used.
    pub ticket: TicketId,
    /// The name that the expert gives.
    pub name: PersonName,
    /// The fingerprint of the expert's key.
    pub fingerprint: String,
    /// Whether this key was here before.
    pub seen: SeenBefore,
    /// Where the connection comes from.
    pub from: String,
}

/// What happens to the client.
#[derive(Debug)]
pub enum Event {
    /// The person wants something.
    Command(UserCommand),
    /// The records of tickets were read (again). The texts say what was wrong with some.
    TicketsRead(Vec<Record>, Vec<String>),
    /// A ticket was made and recorded.
    TicketMade(Box<Record>, Option<Arc<Passphrase>>),
    /// No ticket was made.
    TicketNotMade(String),
    /// A ticket's file was written, or why not.
    TicketSaved(TicketId, Result<PathBuf, String>),
    /// A ticket was sent, or why not.
    TicketSent(TicketId, Result<String, String>),
    /// An expert was admitted.
    Arrived(Newcomer),
    /// A use of the ticket was spent for this session and the screen has this size; or why not.
    UseSpent(SessionId, Result<Size, String>),
    /// Which windows and screens there are.
    ChoicesRead(Choices),
    /// An expert said something.
    Said(SessionId, FromExpert),
    /// Input of the expert in control was carried out; told at most once a second.
    InputSeen,
    /// Nothing was heard from the expert for too long.
    Silent(SessionId),
    /// The link is gone.
    LinkClosed(SessionId),
    /// The hotkey was pressed; the gate is closed already and everything released.
    HotkeyPressed,
    /// The person moves or types.
    PersonActive,
    /// The person has stopped moving and typing.
    PersonQuiet,
    /// The screen was locked or unlocked.
    ScreenLocked(bool),
    /// The keyboard's locks are so from now on; `None` where the desktop does not tell any more.
    LocksChanged(Option<Locks>),
    /// The screen cannot be read any more.
    CaptureFailed(SessionId, String),
    /// Whether this desktop can be controlled safely: the sentence says why not. Where it cannot, nothing is copied either.
    InputReady(Result<(), String>),
    /// The input of the expert in control cannot be carried out any more.
    InputFailed(String),
    /// The clipboard cannot be used this way; the sentence says why.
    ClipboardFailed(SessionId, Way, String),
    /// Too many wrong proofs came for a ticket.
    TooManyFailures(TicketId),
    /// The client listens on this port now; or why not.
    Listening(Result<u16, String>),
    /// Something went wrong that the person should know.
    Trouble(String),
    /// A deadline has passed.
    TimePassed,
}

/// What is to be done, in the order given.
#[derive(Debug)]
pub enum Effect {
    /// Let no input through any more. Always before everything else that ends control.
    CloseGate,
    /// Release every key and button that was injected.
    ReleaseAll,
    /// Let this expert's input through, to which the person said yes at that moment.
    OpenGate(SessionId, Grant, Instant),
    /// Let copied things pass the way that the grant is for, to which the person said yes at that moment.
    OpenClipboard(SessionId, Grant, Instant),
    /// Let nothing pass this way any more.
    CloseClipboard(SessionId, Way),
    /// End what passes this way now, and leave the way open.
    CancelCopying(SessionId, Way),
    /// Begin to capture the desktop for this expert.
    StartCapture(SessionId, ViewGrant),
    /// Stop capturing for this expert.
    StopCapture(SessionId),
    /// From now on experts see and reach this.
    SetSharing(Sharing),
    /// Look which windows and screens there are; comes back as [`Event::ChoicesRead`].
    ReadChoices,
    /// Say this to the expert.
    Send(SessionId, FromClient),
    /// Say no to an expert for whom there is no session, and close the link.
    TurnAway(SessionId, RefusedReason),
    /// Close the link once everything is sent.
    CloseLink(SessionId),
    /// Write this into the receipt.
    Record(Entry),
    /// Remember the expert's key: viewing was allowed.
    CountExpert {
        /// Its fingerprint.
        fingerprint: String,
        /// The name given with it.
        name: PersonName,
    },
    /// Spend a use of the ticket; comes back as [`Event::UseSpent`].
    SpendUse(SessionId, TicketId),
    /// Begin to listen, on this port if it is free; comes back as [`Event::Listening`].
    Listen(u16),
    /// Stop listening.
    StopListening,
    /// From now on admit by these records.
    Admit(Vec<Record>),
    /// Make a ticket; comes back as [`Event::TicketMade`] or [`Event::TicketNotMade`].
    MakeTicket(InvitationOptions),
    /// Close a ticket; comes back as [`Event::TicketsRead`].
    CloseTicket(TicketId, Closed),
    /// Read the records again; comes back as [`Event::TicketsRead`].
    ReadTickets,
    /// Write a ticket's file; comes back as [`Event::TicketSaved`].
    SaveTicket(TicketId, Option<PathBuf>),
    /// Send a ticket; comes back as [`Event::TicketSent`].
    SendTicket(TicketId, Option<String>),
    /// Remember that the introduction was read.
    MarkIntroductionSeen,
    /// Show every text in this language from now on.
    ChooseLanguage(deskside_words::Choice),
    /// Write the settings.
    SaveSettings(Box<Settings>),
    /// End the program.
    End,
}
