//! What the program knows and shows, and what follows from each thing that happens. Pure: messages in, effects out.
//! Reads no file, opens no connection, looks at no clock; the shell in `app` does, and reports back with messages.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use deskside_host::exit::Exit;
use deskside_proto::geometry::Size;
use deskside_proto::name::PersonName;
use deskside_proto::session::Way;
use zeroize::Zeroizing;

use crate::config::{Settings, SystemKeys, Theme};
use crate::identity::Card;
use crate::keyboard::Combination;
use crate::scale::Scale;

mod ending;
mod session;
mod ticket;

pub use ending::{ConnectFault, Ending, Given};
pub use session::{Last, LinkNews, Passage, Phase, Session, Statistics};
pub use ticket::{Access, Passphrase, Problem, Ticket, TicketFault, TicketStage};

/// What a person wants, from a button, a key or a line on standard input.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    /// Show the file dialog.
    ChooseFile,
    /// Open this file.
    OpenFile(PathBuf),
    /// Open a ticket, or the path of one, that was pasted.
    OpenText(String),
    /// Try this passphrase on the ticket that is shown.
    TryPassphrase(Spoken),
    /// Connect although the clock says that the ticket is not valid now.
    IgnoreClock,
    /// Connect with the ticket that is shown and open.
    Connect,
    /// Ask for control.
    RequestControl,
    /// Take the question for control back.
    WithdrawRequest,
    /// Give control back.
    ReleaseControl,
    /// Ask for a way of the clipboard.
    AskClipboard(Way),
    /// Close a way of the clipboard.
    ReleaseClipboard(Way),
    /// Stop what is being pasted.
    CancelPaste,
    /// End the session, or stop trying to connect.
    End,
    /// The same ticket once more.
    TryAgain,
    /// To the start screen.
    Back,
    /// Put this into the clipboard.
    Copy(Copied),
    /// Show the picture in this size.
    SetScale(Scale),
    /// Look at this monitor of theirs, or at the whole desktop.
    LookAt(Option<PersonName>),
    /// Show this monitor in a window of its own, or no longer.
    Apart(PersonName, bool),
    /// Show each monitor in a window of its own: the first in this one.
    EachApart,
    /// Fill the screen, or not.
    SetFullScreen(bool),
    /// Show the statistics, or not.
    SetStatistics(bool),
    /// Send keys such as Alt+Tab there, or not.
    SetSystemKeys(SystemKeys),
    /// Press and release these keys over there.
    Press(Combination),
    /// Set the locks over there as they are here.
    AlignLocks,
    /// Change the appearance.
    SetTheme(Theme),
    /// Speak another language.
    SetLanguage(deskside_words::Choice),
    /// Close the program.
    Quit,
}

/// A passphrase as somebody typed it. Its `Debug` shows no content.
#[derive(Clone, PartialEq)]
pub struct Spoken(pub Zeroizing<String>);

impl std::fmt::Debug for Spoken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Spoken({} bytes)", self.0.len())
    }
}

/// What can be copied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Copied {
    /// The own public key.
    PublicKey,
    /// The own fingerprint.
    Fingerprint,
    /// A message that asks for a new ticket.
    RequestForTicket,
}

/// What happened elsewhere. `attempt` tells which ticket or connection it belongs to; those of earlier ones are dropped.
#[derive(Debug)]
pub enum Message {
    /// A person wants something.
    Command(Command),
    /// A file or a pasted text was looked at.
    TicketRead(Result<Arc<Ticket>, TicketFault>),
    /// A passphrase was tried.
    PassphraseTried {
        /// Of [`Model::attempt`].
        attempt: u32,
        /// What came of it.
        result: Result<Arc<Access>, TicketFault>,
    },
    /// The connection reports.
    Link {
        /// Of [`Model::attempt`].
        attempt: u32,
        /// What.
        news: LinkNews,
    },
}

/// What the shell has to do.
#[derive(Debug, Clone)]
pub enum Effect {
    /// Show the file dialog; report `OpenFile`.
    ChooseFile,
    /// Read the file; report `TicketRead`.
    ReadFile(PathBuf),
    /// Read the text as a ticket; report `TicketRead`.
    ReadText(String),
    /// Try the passphrase away from the window's thread; report `PassphraseTried`.
    TryPassphrase {
        /// To be reported back.
        attempt: u32,
        /// The ticket.
        ticket: Arc<Ticket>,
        /// The passphrase.
        passphrase: Spoken,
    },
    /// Connect; report `Link`.
    Connect {
        /// To be reported back.
        attempt: u32,
        /// The ticket.
        ticket: Arc<Ticket>,
        /// What it held.
        access: Arc<Access>,
    },
    /// Tell the session.
    Session(Wish),
    /// Press and release these keys over there.
    Press(Combination),
    /// Set the locks over there as they are here.
    AlignLocks,
    /// Give up the connection, whatever its state.
    Disconnect,
    /// Put the text into the clipboard.
    Copy(Copied),
    /// Write the settings.
    Save,
    /// Fill the screen, or not.
    FullScreen(bool),
    /// The desktop is seen from now on.
    ViewingBegan(Size),
    /// Take statistics, or not.
    Statistics(bool),
    /// Change the appearance.
    Theme(Theme),
    /// Show every text in this language from now on.
    Language(deskside_words::Choice),
    /// End the program.
    Quit(Exit),
}

/// What the session is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wish {
    /// Ask for control.
    RequestControl,
    /// Take the question back.
    WithdrawRequest,
    /// Give control back.
    ReleaseControl,
    /// Ask for a way of the clipboard.
    AskClipboard(Way),
    /// Close a way of the clipboard.
    ReleaseClipboard(Way),
    /// Stop what is being pasted.
    CancelPaste,
    /// Say goodbye and close.
    Leave,
}

/// The moment of a message, on both clocks.
#[derive(Debug, Clone, Copy)]
pub struct Now {
    /// For durations.
    pub monotonic: Instant,
    /// For dates: seconds since 1970.
    pub unix: u64,
}

/// Which screen is shown, with what it shows.
#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "there is one, and most of the time it is a session")]
pub enum Stage {
    /// Nothing is open.
    Start {
        /// Why the last thing could not be opened.
        problem: Option<Problem>,
        /// A file is being read.
        reading: bool,
    },
    /// A ticket is shown.
    Ticket(TicketStage),
    /// A connection is being made.
    Connecting {
        /// Since when.
        since: Instant,
    },
    /// Connected.
    Session(Session),
    /// Over.
    Ended(Ending),
}

/// All that the windows show.
#[derive(Debug)]
pub struct Model {
    /// The screen.
    pub stage: Stage,
    /// The own key and fingerprint.
    pub card: Card,
    /// The settings, as they are in the file.
    pub settings: Settings,
    /// The name that the other side is shown.
    pub name: PersonName,
    /// The size of the picture now.
    pub scale: Scale,
    /// The session fills the screen.
    pub full_screen: bool,
    /// The statistics are shown.
    pub statistics: bool,
    /// What was copied last, for the word on its button.
    pub copied: Option<Copied>,
    /// Counts tickets and connections.
    pub attempt: u32,
    /// The ticket that is in use, and what it held once it is open.
    pub current: Option<(Arc<Ticket>, Option<Arc<Access>>)>,
}

impl Model {
    /// The program at its start.
    #[must_use]
    pub fn new(card: Card, settings: Settings, name: PersonName) -> Self {
        Self {
            stage: Stage::Start { problem: None, reading: false },
            card,
            scale: settings.scale,
            full_screen: settings.full_screen,
            settings,
            name,
            statistics: false,
            copied: None,
            attempt: 0,
            current: None,
        }
    }

    /// Takes what happened; gives what has to be done.
    pub fn handle(&mut self, message: Message, now: Now) -> Vec<Effect> {
        match message {
            Message::Command(command) => self.handle_command(command, now),
            Message::TicketRead(result) => self.handle_ticket(result, now),
            Message::PassphraseTried { attempt, result } if attempt == self.attempt => {
                self.handle_passphrase(result, now)
            }
            Message::Link { attempt, news } if attempt == self.attempt => self.handle_link(news, now),
            Message::PassphraseTried { .. } | Message::Link { .. } => Vec::new(),
        }
    }

    fn handle_command(&mut self, command: Command, now: Now) -> Vec<Effect> {
        match command {
            Command::ChooseFile => vec![Effect::ChooseFile],
            Command::OpenFile(path) => self.read(Effect::ReadFile(path)),
            Command::OpenText(text) => self.read(Effect::ReadText(text)),
            Command::TryPassphrase(passphrase) => self.try_passphrase(passphrase),
            Command::IgnoreClock => self.ignore_clock(now),
            Command::Connect | Command::TryAgain => self.connect(now),
            Command::RequestControl => self.wish(Wish::RequestControl),
            Command::WithdrawRequest => self.wish(Wish::WithdrawRequest),
            Command::ReleaseControl => self.wish(Wish::ReleaseControl),
            Command::AskClipboard(way) => self.wish(Wish::AskClipboard(way)),
            Command::ReleaseClipboard(way) => self.wish(Wish::ReleaseClipboard(way)),
            Command::CancelPaste => self.wish(Wish::CancelPaste),
            Command::End => self.end(),
            Command::Back => self.back(),
            Command::Copy(what) => {
                self.copied = Some(what);
                vec![Effect::Copy(what)]
            }
            Command::SetScale(scale) => {
                self.scale = scale;
                self.settings.scale = scale;
                vec![Effect::Save]
            }
            Command::LookAt(monitor) => self.change(|session| session.monitor = monitor),
            Command::Apart(monitor, is_apart) => self.change(|session| session.set_apart(&monitor, is_apart)),
            Command::EachApart => self.change(Session::each_apart),
            Command::SetFullScreen(full) => {
                self.full_screen = full;
                vec![Effect::FullScreen(full)]
            }
            Command::SetStatistics(shown) => {
                self.statistics = shown;
                vec![Effect::Statistics(shown)]
            }
            Command::SetSystemKeys(keys) => {
                self.settings.system_keys = keys;
                vec![Effect::Save]
            }
            Command::AlignLocks => self.if_session(Session::can_align_locks, Effect::AlignLocks),
            Command::Press(keys) => self.if_session(Session::is_controlling, Effect::Press(keys)),
            Command::SetLanguage(language) => {
                self.settings.language = language;
                vec![Effect::Language(language), Effect::Save]
            }
            Command::SetTheme(theme) => {
                self.settings.theme = theme;
                vec![Effect::Theme(theme), Effect::Save]
            }
            Command::Quit => {
                let exit = self.exit();
                let mut effects = self.leave();
                effects.push(Effect::Quit(exit));
                effects
            }
        }
    }

    /// A ticket can be opened wherever no session is running, so that a stray drop does not end one.
    fn read(&mut self, effect: Effect) -> Vec<Effect> {
        match &mut self.stage {
            Stage::Start { reading, .. } => *reading = true,
            Stage::Ticket(_) | Stage::Ended(_) => {}
            Stage::Connecting { .. } | Stage::Session(_) => return Vec::new(),
        }
        vec![effect]
    }

    /// Starts to connect with the current ticket, if it is open.
    fn connect(&mut self, now: Now) -> Vec<Effect> {
        let Some((ticket, Some(access))) = self.current.clone() else { return Vec::new() };
        match self.stage {
            Stage::Ticket(_) | Stage::Ended(_) => {}
            Stage::Start { .. } | Stage::Connecting { .. } | Stage::Session(_) => return Vec::new(),
        }
        self.attempt += 1;
        self.stage = Stage::Connecting { since: now.monotonic };
        vec![Effect::Connect { attempt: self.attempt, ticket, access }]
    }

    fn wish(&self, wish: Wish) -> Vec<Effect> {
        self.if_session(|session| session.accepts(wish), Effect::Session(wish))
    }

    /// Changes what is shown of the session, if there is one; there is nothing to be done for it.
    fn change(&mut self, how: impl FnOnce(&mut Session)) -> Vec<Effect> {
        if let Stage::Session(session) = &mut self.stage {
            how(session);
        }
        Vec::new()
    }

    /// The effect, if there is a session in which it makes sense now.
    fn if_session(&self, makes_sense: impl FnOnce(&Session) -> bool, effect: Effect) -> Vec<Effect> {
        match &self.stage {
            Stage::Session(session) if makes_sense(session) => vec![effect],
            Stage::Session(_)
            | Stage::Start { .. }
            | Stage::Ticket(_)
            | Stage::Connecting { .. }
            | Stage::Ended(_) => Vec::new(),
        }
    }

    /// Ends whatever is under way, for good: nothing that was underway may change the screen afterwards.
    fn leave(&mut self) -> Vec<Effect> {
        self.attempt += 1;
        match &self.stage {
            Stage::Connecting { .. } => vec![Effect::Disconnect],
            Stage::Session(_) => vec![Effect::Session(Wish::Leave)],
            Stage::Start { .. } | Stage::Ticket(_) | Stage::Ended(_) => Vec::new(),
        }
    }

    fn end(&mut self) -> Vec<Effect> {
        match &self.stage {
            Stage::Connecting { .. } => {
                let effects = self.leave();
                self.stage = Stage::Ended(Ending::Given { up: Given::Connecting });
                effects
            }
            Stage::Session(session) => {
                let up = match session.phase {
                    Phase::Waiting { .. } => Given::Waiting,
                    Phase::Viewing | Phase::Asked { .. } | Phase::Controlling { .. } => Given::Session,
                };
                let effects = self.leave();
                self.stage = Stage::Ended(Ending::Given { up });
                effects
            }
            Stage::Start { .. } | Stage::Ticket(_) | Stage::Ended(_) => Vec::new(),
        }
    }

    fn back(&mut self) -> Vec<Effect> {
        let effects = self.leave();
        self.current = None;
        self.stage = Stage::Start { problem: None, reading: false };
        effects
    }

    /// With which code the program ends if it ends now.
    #[must_use]
    pub fn exit(&self) -> Exit {
        match &self.stage {
            Stage::Start { problem: None, .. } | Stage::Connecting { .. } | Stage::Session(_) => {
                Exit::Success
            }
            Stage::Start { problem: Some(problem), .. } => problem.exit(),
            Stage::Ticket(ticket) => ticket.exit(),
            Stage::Ended(ending) => ending.exit(),
        }
    }
}
