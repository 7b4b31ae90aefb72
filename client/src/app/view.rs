//! What the surfaces show: one immutable snapshot of everything, replaced as a whole by the controller.
//! Plain data without behaviour; it holds no link, no key and no handle, and a surface cannot change it.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use deskside_clip::Format;
use deskside_crypto::passphrase::Passphrase;
use deskside_proto::ids::{QuestionId, SessionId, TicketId};
use deskside_proto::name::PersonName;
use deskside_proto::session::{Scopes, Way};

use crate::config::{PictureChoice, Theme};
use crate::sharing::list::Choices;
use crate::sharing::{Hidden, Share, Title};

/// Everything that can be shown at one moment.
#[derive(Debug, Clone)]
pub struct AppView {
    /// The name that experts see.
    pub me: PersonName,
    /// The first start's three sentences have not been read yet; the first ticket waits for it.
    pub introduction_needed: bool,
    /// The ticket that was just made, until it is put away.
    pub invitation: Option<InvitationView>,
    /// All tickets, the newest first.
    pub tickets: Vec<TicketView>,
    /// The one question that waits for an answer; others queue behind it.
    pub question: Option<QuestionView>,
    /// Everybody who sees the screen, in the order in which they came.
    pub sessions: Vec<SessionView>,
    /// What they may see.
    pub sharing: SharingView,
    /// Something the person should know, until dismissed.
    pub notice: Option<Notice>,
    /// What happened, the newest first (the last 200 lines of the receipt).
    pub receipt: Vec<ReceiptLine>,
    /// The settings in force.
    pub settings: SettingsView,
    /// Rises each time the main window shall come to the front.
    pub window_requests: u64,
    /// The controller has ended: surfaces close.
    pub ended: bool,
}

impl AppView {
    /// A view of nothing, for the moment before the controller speaks.
    #[must_use]
    pub fn empty(me: PersonName, settings: SettingsView) -> Self {
        Self {
            me,
            introduction_needed: false,
            invitation: None,
            tickets: Vec::new(),
            question: None,
            sessions: Vec::new(),
            sharing: SharingView::default(),
            notice: None,
            receipt: Vec::new(),
            settings,
            window_requests: 0,
            ended: false,
        }
    }

    /// Somebody can do more than see: there is something to stop.
    #[must_use]
    pub fn can_be_stopped(&self) -> bool {
        self.sessions.iter().any(SessionView::can_be_stopped)
    }

    /// The one word that a tray icon shows: the most that anybody can do at this moment.
    #[must_use]
    pub fn activity(&self) -> Activity {
        if self.sessions.iter().any(|session| matches!(session.state, SessionState::Controlling { .. })) {
            Activity::Controlled
        } else if !self.sessions.is_empty() {
            Activity::Watched
        } else if self.question.is_some() {
            Activity::Asked
        } else if self.tickets.iter().any(|ticket| ticket.state == TicketState::Open) {
            Activity::Waiting
        } else {
            Activity::Idle
        }
    }
}

/// The most that anybody can do at this moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Activity {
    /// No ticket is open; nothing listens.
    Idle,
    /// A ticket is open; Deskside waits for its expert.
    Waiting,
    /// A question waits for the person.
    Asked,
    /// Somebody sees the screen.
    Watched,
    /// Somebody controls the computer.
    Controlled,
}

/// The ticket that was just made.
#[derive(Debug, Clone)]
pub struct InvitationView {
    /// Its number.
    pub id: TicketId,
    /// What the person tells the expert by telephone; `None` where the ticket is sealed to an expert's key.
    pub passphrase: Option<Arc<Passphrase>>,
    /// The fingerprint of the expert to whom it is sealed.
    pub sealed_to: Option<String>,
    /// Until when it can be used.
    pub valid_until: SystemTime,
    /// How many times viewing can be allowed with it.
    pub uses: u32,
    /// The name under which the file is saved or attached.
    pub file_name: String,
    /// The file's content, for the clipboard.
    pub text: TicketText,
    /// What has been done with it so far.
    pub delivery: Delivery,
    /// Where it was saved.
    pub saved_to: Option<PathBuf>,
}

/// The text of a ticket, which `Debug` does not show.
#[derive(Clone, PartialEq, Eq)]
pub struct TicketText(pub Arc<str>);

impl fmt::Debug for TicketText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TicketText({} bytes)", self.0.len())
    }
}

/// How far sending has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Delivery {
    /// Nothing has been asked for yet.
    Nothing,
    /// Under way; the sentence says what.
    Busy(String),
    /// Done; the sentence says what.
    Done(String),
    /// It did not work; the sentence says why and what to do.
    Failed(String),
}

/// One ticket in the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TicketView {
    /// Its number; [`TicketId::short`] is what people see.
    pub id: TicketId,
    /// When it was made.
    pub created: SystemTime,
    /// Until when it can be used.
    pub valid_until: SystemTime,
    /// How often viewing can still be allowed with it.
    pub uses_left: u32,
    /// Whether it can be used.
    pub state: TicketState,
    /// The fingerprint of the expert to whom it is sealed.
    pub to: Option<String>,
}

/// Whether a ticket can be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TicketState {
    /// It can.
    Open,
    /// All uses are spent.
    Used,
    /// Its time is over.
    Expired,
    /// The person cancelled it.
    Cancelled,
    /// Too many wrong proofs came for it, so Deskside closed it.
    Closed,
}

impl TicketState {
    /// The word for lists.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Used => "used",
            Self::Expired => "expired",
            Self::Cancelled => "cancelled",
            Self::Closed => "closed",
        }
    }
}

/// A question to the person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuestionView {
    /// Its number, which the answer must carry.
    pub id: QuestionId,
    /// What is asked.
    pub kind: QuestionKind,
    /// The name that the expert gives; nobody has verified it.
    pub expert_name: PersonName,
    /// The fingerprint of the expert's key, which cannot be forged.
    pub fingerprint: String,
    /// Whether this key was here before.
    pub seen: SeenBefore,
    /// When silence becomes a no.
    pub deadline: Instant,
}

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum QuestionKind {
    /// May they see the screen? Answered by `AnswerView`.
    View,
    /// May they see the screen too, while others are here? Answered by `AnswerView`.
    JoinView {
        /// Who is here already.
        others: Vec<PersonName>,
    },
    /// May they use what `scopes` names? Answered by `AnswerControl`.
    Control {
        /// Pointer, keyboard and so on.
        scopes: Scopes,
    },
    /// May copied things pass this way? Answered by `AnswerControl`.
    Clipboard {
        /// Which.
        way: Way,
    },
}

/// Whether an expert's key was here before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SeenBefore {
    /// Never.
    New,
    /// In sessions that the person allowed.
    Before {
        /// How many.
        count: u32,
        /// When the last one was.
        last: SystemTime,
        /// The name that was given then, where it differs from the one given now.
        other_name: Option<PersonName>,
    },
}

/// Somebody who sees the screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionView {
    /// Its number.
    pub id: SessionId,
    /// The name that the expert gives.
    pub expert_name: PersonName,
    /// The fingerprint of the expert's key.
    pub fingerprint: String,
    /// What they can do.
    pub state: SessionState,
    /// What they can do with the clipboard, in the order of [`Way::ALL`].
    pub clipboard: [bool; 2],
    /// What passes through it now and takes a while, in the same order.
    pub moving: [Option<Moving>; 2],
    /// When viewing was allowed.
    pub since: Instant,
}

/// Something copied that is on its way. No content and no name is in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moving {
    /// What.
    pub format: Format,
    /// So much has passed. Units: bytes.
    pub done: u64,
    /// Of so much. Units: bytes.
    pub total: u64,
}

/// How much that was copied has passed one way in a session.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Carried {
    /// Texts, with and without a form.
    pub texts: u64,
    /// Pictures.
    pub pictures: u64,
    /// Files.
    pub files: u64,
    /// All together. Units: bytes.
    pub bytes: u64,
}

impl SessionView {
    /// They can do more than see.
    #[must_use]
    pub fn can_be_stopped(&self) -> bool {
        matches!(self.state, SessionState::Controlling { .. }) || self.clipboard.contains(&true)
    }
}

/// What somebody who sees the screen can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SessionState {
    /// See.
    Watching,
    /// See; they ask for more.
    Asking,
    /// See and control.
    Controlling {
        /// Their input waits because the person moves or types.
        paused: bool,
    },
}

/// What experts may see.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SharingView {
    /// What may be seen at all.
    pub share: Share,
    /// The title of the window that is shared, where it is known.
    pub title: Option<Title>,
    /// What of it is hidden.
    pub hidden: Vec<HiddenView>,
    /// What there is to choose from, as it was when it was last looked at.
    pub choices: Choices,
    /// Rises each time the choices were looked at.
    pub looks: u64,
    /// Rises each time the main window shall show all this.
    pub requests: u64,
}

/// Something that is hidden.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HiddenView {
    /// What.
    pub what: Hidden,
    /// The window's title, where it is known.
    pub title: Option<Title>,
}

/// Something the person should know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// How bad it is.
    pub kind: NoticeKind,
    /// One line.
    pub title: String,
    /// What happened and what to do.
    pub text: String,
}

/// How bad a notice is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoticeKind {
    /// Good to know.
    Information,
    /// Something did not work.
    Trouble,
}

/// One line of the receipt in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceiptLine {
    /// When it happened.
    pub when: SystemTime,
    /// Who did what, as a sentence.
    pub text: String,
}

/// The settings as they are shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingsView {
    /// The keys that take control back in this run, such as `Ctrl+Alt+Shift+Esc`.
    pub hotkey: String,
    /// How long a new ticket can be used unless said otherwise.
    pub valid_for: Duration,
    /// How many times a new ticket can be used unless said otherwise.
    pub uses: u32,
    /// How the picture is sent.
    pub picture: PictureChoice,
    /// Light, dark, or as the system.
    pub theme: Theme,
    /// The language of what people read.
    pub language: deskside_words::Choice,
    /// The mail server that sends tickets; without, the person's own mail program opens.
    pub mail_server: Option<String>,
    /// The settings file.
    pub file: PathBuf,
    /// The fingerprint of this client's own key.
    pub fingerprint: String,
}
