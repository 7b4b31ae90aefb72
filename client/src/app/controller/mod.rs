//! The controller: takes in what happens, decides by the session machines, and says what is to be done.
//! No I/O, no clock, no thread: [`Controller::handle`] turns one event into effects in their order. It owns every session;
//! nobody else may end control's life or begin it.

mod event;
mod invitations;
mod locks;
mod receipts;
mod sessions;
mod sharing;
mod show;

use std::collections::{BTreeMap, VecDeque};
use std::time::Instant;

use deskside_proto::ids::{QuestionId, SessionId};
use deskside_proto::name::PersonName;
use deskside_proto::session::Policy;
use deskside_proto::time::Millis;
use deskside_proto::wire::control::EndedReason;
use deskside_proto::wire::input::Locks;
use deskside_words::t;

use self::invitations::Invitations;
use self::sessions::Session;
use self::sharing::SharingState;
use super::command::{SettingsChange, UserCommand};
use super::view::{Notice, NoticeKind};
use crate::clipboard::Copying;
use crate::config::{Hotkey, Settings};
use crate::receipt::Entry;
use crate::tickets::record::unix_seconds;

pub use event::{Effect, Event, Newcomer, Now};

/// Lines of the receipt that surfaces see.
const SHOWN_LINES: usize = 200;

/// What the controller begins with.
#[derive(Debug)]
pub struct Start {
    /// The name that experts see.
    pub me: PersonName,
    /// The fingerprint of this client's own key.
    pub fingerprint: String,
    /// The settings.
    pub settings: Settings,
    /// The keys that take control back in this run.
    pub hotkey: Hotkey,
    /// The settings file, to be shown.
    pub settings_file: std::path::PathBuf,
    /// The introduction was read in an earlier run.
    pub introduced: bool,
    /// The end of the receipt.
    pub receipt: Vec<Entry>,
    /// The monotonic clock's zero.
    pub epoch: Instant,
}

/// Everything that is decided about tickets, questions and sessions.
#[derive(Debug)]
pub struct Controller {
    start: Start,
    policy: Policy,
    sessions: BTreeMap<SessionId, Session>,
    invitations: Invitations,
    next_question: u64,
    desk: DeskState,
    sharing: SharingState,
    receipt: VecDeque<Entry>,
    notice: Option<Notice>,
    window_requests: u64,
    ended: bool,
}

/// What the machine itself allows.
#[derive(Debug, Default)]
struct DeskState {
    /// The screen is locked.
    locked: bool,
    /// Why input cannot be injected, if it cannot.
    no_input: Option<String>,
    /// Which of the keyboard's locks are on, where the desktop tells.
    locks: Option<Locks>,
}

impl Controller {
    /// A controller without tickets and sessions.
    #[must_use]
    pub fn new(start: Start) -> Self {
        Self {
            receipt: start.receipt.iter().rev().take(SHOWN_LINES).rev().cloned().collect(),
            start,
            policy: Policy::STANDARD,
            sessions: BTreeMap::new(),
            invitations: Invitations::default(),
            next_question: 1,
            desk: DeskState::default(),
            sharing: SharingState::default(),
            notice: None,
            window_requests: 0,
            ended: false,
        }
    }

    /// Takes in one event; the effects are to be carried out in their order.
    pub fn handle(&mut self, event: Event, now: Now) -> Vec<Effect> {
        let mut effects = self.expire(now);
        effects.extend(self.apply(event, now));
        effects.extend(self.forget_share());
        effects.extend(self.reconcile_listening(now));
        effects
    }

    /// So much has passed through the clipboard of a session, and this passes now. Nothing is to be done about it.
    pub fn copying(&mut self, session: SessionId, copying: Copying) {
        if let Some(session) = self.sessions.get_mut(&session) {
            session.copying = copying;
        }
    }

    /// When [`Event::TimePassed`] is due, if ever.
    #[must_use]
    pub fn deadline(&self, now: Now) -> Option<Millis> {
        let sessions = self.sessions.values().filter_map(|session| session.machine.deadline());
        let ticket = self.invitations.next_expiry(unix_seconds(now.wall)).map(|wait| now.mono.after(wait));
        sessions.chain(ticket).min()
    }

    /// The settings in force.
    #[must_use]
    pub const fn settings(&self) -> &Settings {
        &self.start.settings
    }

    /// How many tickets are open, how many experts see, whether one controls.
    #[must_use]
    pub fn figures(&self, now: Now) -> (usize, usize, bool) {
        let view = self.view(now);
        let open =
            view.tickets.iter().filter(|ticket| ticket.state == super::view::TicketState::Open).count();
        (open, view.sessions.len(), view.activity() == super::view::Activity::Controlled)
    }

    fn apply(&mut self, event: Event, now: Now) -> Vec<Effect> {
        match event {
            Event::Command(command) => self.command(command, now),
            Event::TicketsRead(records, problems) => {
                self.invitations.replace(records);
                if !problems.is_empty() {
                    self.trouble(t!("client-record-damaged"), problems.join("\n"));
                }
                vec![Effect::Admit(self.invitations.records().to_vec())]
            }
            Event::TicketMade(record, passphrase) => self.ticket_made(*record, passphrase, now),
            Event::TicketNotMade(reason) => {
                self.invitations.making = false;
                self.trouble(t!("client-not-made"), reason);
                Vec::new()
            }
            Event::TicketSaved(id, result) => self.ticket_saved(id, result),
            Event::TicketSent(id, result) => self.ticket_sent(id, result),
            Event::Arrived(newcomer) => self.arrived(newcomer, now),
            Event::UseSpent(session, result) => self.use_spent(session, result, now),
            Event::ChoicesRead(choices) => self.choices_read(choices),
            Event::Said(session, message) => self.said(session, message, now),
            Event::InputSeen => self.input_seen(now),
            Event::Silent(session) => self.silent(session, now),
            Event::LinkClosed(session) => self.link_closed(session, now),
            Event::HotkeyPressed => self.stop_control(now),
            Event::PersonActive => self.person(true, now),
            Event::PersonQuiet => self.person(false, now),
            Event::ScreenLocked(locked) => self.screen_locked(locked, now),
            Event::LocksChanged(locks) => self.locks_changed(locks),
            Event::CaptureFailed(session, reason) => self.capture_failed(session, reason, now),
            Event::InputReady(result) => self.input_ready(result, now),
            Event::InputFailed(reason) => self.input_failed(reason, now),
            Event::ClipboardFailed(session, way, reason) => self.clipboard_failed(session, way, reason, now),
            Event::TooManyFailures(ticket) => self.too_many_failures(ticket, now),
            Event::Listening(result) => self.listening(result, now),
            Event::Trouble(text) => {
                self.trouble(t!("client-something-wrong"), text);
                Vec::new()
            }
            Event::TimePassed => Vec::new(),
        }
    }

    fn command(&mut self, command: UserCommand, now: Now) -> Vec<Effect> {
        match command {
            UserCommand::Invite(options) => self.invite(options),
            UserCommand::SaveTicket { id, path } => self.save_ticket(id, path),
            UserCommand::EmailTicket { id, address } => self.email_ticket(id, address),
            UserCommand::CancelTicket(id) => self.cancel_ticket(id, now),
            UserCommand::DismissInvitation => {
                self.invitations.shown = None;
                Vec::new()
            }
            UserCommand::AnswerView { question, answer } => self.answer_view(question, answer, now),
            UserCommand::AnswerControl { question, answer } => self.answer_control(question, answer, now),
            UserCommand::StopControl => self.stop_control(now),
            UserCommand::EndSession(which) => self.end_sessions(which, EndedReason::ByPerson, now),
            UserCommand::DismissNotice => {
                self.notice = None;
                Vec::new()
            }
            UserCommand::SeenIntroduction => {
                self.start.introduced = true;
                vec![Effect::MarkIntroductionSeen]
            }
            UserCommand::ChangeSettings(change) => self.change_settings(change),
            UserCommand::Share(share) => self.share(share),
            UserCommand::Hide(what) => self.hide(what),
            UserCommand::Unhide(what) => self.unhide(what),
            UserCommand::CancelCopying(session, way) => vec![Effect::CancelCopying(session, way)],
            UserCommand::ListChoices => vec![Effect::ReadChoices],
            UserCommand::ShowSharing => self.show_sharing(),
            UserCommand::ShowWindow => {
                self.window_requests = self.window_requests.saturating_add(1);
                Vec::new()
            }
            UserCommand::Quit => self.quit(now),
        }
    }

    fn change_settings(&mut self, change: SettingsChange) -> Vec<Effect> {
        let settings = &mut self.start.settings;
        match change {
            SettingsChange::Name(name) => {
                self.start.me = name.clone();
                settings.name = Some(name);
            }
            SettingsChange::Hotkey(text) => match text.parse() {
                Ok(hotkey) => {
                    settings.hotkey = hotkey;
                    let text = t!(
                        "client-new-hotkey",
                        old = self.start.hotkey.said(),
                        new = settings.hotkey.said(),
                    );
                    self.inform(t!("client-new-hotkey-title").to_owned(), text);
                }
                Err(error) => {
                    self.trouble(t!("client-hotkey-unusable"), error.to_string());
                    return Vec::new();
                }
            },
            SettingsChange::ValidFor(duration) => settings.valid_for = duration,
            SettingsChange::Uses(uses) => {
                settings.uses = std::num::NonZeroU32::new(uses.min(crate::config::MOST_USES))
                    .unwrap_or(std::num::NonZeroU32::MIN);
            }
            SettingsChange::Picture(picture) => settings.picture = picture,
            SettingsChange::Theme(theme) => settings.theme = theme,
            SettingsChange::Language(language) => {
                settings.language = language;
                return vec![
                    Effect::ChooseLanguage(language),
                    Effect::SaveSettings(Box::new(settings.clone())),
                ];
            }
        }
        vec![Effect::SaveSettings(Box::new(self.start.settings.clone()))]
    }

    fn quit(&mut self, now: Now) -> Vec<Effect> {
        let mut effects = self.end_sessions(None, EndedReason::Closing, now);
        self.ended = true;
        if self.invitations.listening.take().is_some() {
            effects.push(Effect::StopListening);
        }
        effects.push(Effect::End);
        effects
    }

    /// Listens exactly while somebody may come or is here.
    fn reconcile_listening(&mut self, now: Now) -> Vec<Effect> {
        let wall = unix_seconds(now.wall);
        let wanted = !self.ended && (self.invitations.wants_listening(wall) || !self.sessions.is_empty());
        match (wanted, self.invitations.listening.is_some()) {
            (true, false) if !self.invitations.listening_failed => {
                let port = self.invitations.preferred_port(wall, self.start.settings.port.get());
                self.invitations.listening = Some(None);
                // Listening comes before a ticket is made: the ticket names the port.
                vec![Effect::Listen(port)]
            }
            (false, true) => {
                self.invitations.listening = None;
                vec![Effect::StopListening]
            }
            (true, false | true) => Vec::new(),
            (false, false) => {
                self.invitations.listening_failed = false;
                Vec::new()
            }
        }
    }

    fn trouble(&mut self, title: &str, text: String) {
        self.notice = Some(Notice { kind: NoticeKind::Trouble, title: title.to_owned(), text });
    }

    fn inform(&mut self, title: String, text: String) {
        self.notice = Some(Notice { kind: NoticeKind::Information, title, text });
    }

    fn question_number(&mut self) -> QuestionId {
        let number = QuestionId(self.next_question);
        self.next_question = self.next_question.saturating_add(1);
        number
    }
}

#[cfg(test)]
mod tests;
