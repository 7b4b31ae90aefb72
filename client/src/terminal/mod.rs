//! `deskside --terminal`: what happens as lines on standard output, what the person wants as lines on standard input.
//! A surface like the windows: it reads views and pushes commands. Nothing but a line that comes after its question says yes.

/// A line that begins with a keyword: programs read it too, so the keywords are the same in every language.
macro_rules! for_programs {
    ($($line:tt)*) => { format!($($line)*) };
}

mod narrator;
mod words;

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use deskside_proto::ids::{QuestionId, TicketId};
use deskside_proto::session::Way;
use deskside_words::t;

use crate::app::command::{Answer, InvitationOptions, UserCommand};
use crate::app::view::{AppView, Notice, NoticeKind, QuestionKind};
use crate::app::{CommandSender, ViewPublisher};
use crate::cli::InviteArgs;
use crate::consent::{NotGenuine, TerminalLine, TerminalLines, discard_typed_ahead};

use crate::sharing::{Hidden, Share};

use self::narrator::Narrator;
use self::words::{Named, Wish};

/// What a ticket that is being made shall become.
#[derive(Debug, Default)]
struct Delivery {
    output: Option<PathBuf>,
    email: Option<Option<String>>,
    /// The notice that stood there already when the ticket was asked for.
    old_notice: Option<Notice>,
    /// Something went wrong since: there may never be a ticket, and another one may be asked for.
    is_doubtful: bool,
}

/// Shared between the thread that reads and whoever publishes views.
#[derive(Debug, Default)]
struct State {
    narrator: Narrator,
    /// When each open question was printed.
    asked: BTreeMap<QuestionId, Instant>,
    /// The ticket that `invite` asked for.
    awaited: Option<Delivery>,
    delivered: Option<TicketId>,
    /// "understood" was typed; the view may not show it yet, and the next line is here already.
    understood: bool,
    /// The list of windows was asked for after so many looks.
    listing_after: Option<u64>,
}

/// The terminal as a surface.
#[derive(Debug, Clone)]
pub struct Terminal {
    state: Arc<Mutex<State>>,
    view: ViewPublisher,
    commands: CommandSender,
}

impl Terminal {
    /// Begins to write what happens.
    #[must_use]
    pub fn open(view: ViewPublisher, commands: CommandSender) -> Self {
        let terminal = Self { state: Arc::default(), view: view.clone(), commands };
        print(&narrator::greeting(&view.latest()));
        let listening = terminal.clone();
        view.on_change(move || listening.tell());
        terminal.tell();
        terminal
    }

    /// Reads lines until the end of the input, `quit`, or the end of the program; to be called on a thread of its own.
    pub fn read(&self, lines: &TerminalLines) {
        while let Some(line) = lines.next_line() {
            match line {
                Ok(line) => self.hear(&line),
                Err(unreadable) => print(&[error(&unreadable.to_string())]),
            }
        }
        // Nobody can answer any more: every question becomes a no, every session ends.
        if let Some(question) = &self.view.latest().question {
            self.commands.send(denial(question.id, &question.kind));
        }
        self.commands.send(UserCommand::Quit);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes what is new in the newest view.
    fn tell(&self) {
        let view = self.view.latest();
        let mut state = self.state();
        let mut lines = state.narrator.tell(&view);
        if state.listing_after.is_some_and(|looks| looks < view.sharing.looks) {
            state.listing_after = None;
            lines.extend(narrator::windows(&view));
        }
        // Taken just before the question is on the terminal: a line that was typed ahead does not answer it, and a quick
        // script's answer is never older than its question.
        let now = Instant::now();
        print(&lines);
        if let Some(question) = &view.question {
            state.asked.entry(question.id).or_insert_with(|| {
                // Else a single Enter would complete a yes that somebody typed before there was a question.
                discard_typed_ahead();
                now
            });
        }
        let open = view.question.as_ref().map(|question| question.id);
        state.asked.retain(|id, _| Some(*id) == open);
        Self::doubt(&mut state, &view);
        self.deliver(&mut state, &view);
    }

    /// Notes trouble that came after a ticket was asked for.
    fn doubt(state: &mut State, view: &AppView) {
        let Some(awaited) = &mut state.awaited else { return };
        if awaited.old_notice.is_some() && awaited.old_notice != view.notice {
            awaited.old_notice = None;
        }
        let is_new = awaited.old_notice.is_none();
        awaited.is_doubtful |=
            is_new && view.notice.as_ref().is_some_and(|notice| notice.kind == NoticeKind::Trouble);
    }

    /// Saves and sends the ticket that `invite` asked for, once it is there.
    fn deliver(&self, state: &mut State, view: &AppView) {
        let Some(made) = view.invitation.as_ref().filter(|made| state.delivered != Some(made.id)) else {
            return;
        };
        let Some(delivery) = state.awaited.take() else { return };
        state.delivered = Some(made.id);
        let id = made.id;
        if let Some(address) = delivery.email {
            self.commands.send(UserCommand::EmailTicket { id, address });
            if delivery.output.is_none() {
                return;
            }
        }
        let path = delivery.output.unwrap_or_else(|| PathBuf::from(&made.file_name));
        self.commands.send(UserCommand::SaveTicket { id, path: Some(path) });
    }

    fn hear(&self, line: &TerminalLine) {
        let view = self.view.latest();
        match words::parse(line.text()) {
            Ok(Wish::Nothing) => {}
            Ok(Wish::Help) => print(&words::help()),
            Ok(Wish::Understood) => {
                self.state().understood = true;
                self.commands.send(UserCommand::SeenIntroduction);
            }
            Ok(Wish::Invite(args)) => self.invite(*args, &view),
            Ok(Wish::Allow(number)) => self.allow(line, number, &view),
            Ok(Wish::Deny(number)) => match view.question.as_ref().filter(|open| open.id.0 == number) {
                Some(question) => self.commands.send(denial(question.id, &question.kind)),
                None => print(&[error(&t!("client-line-no-question", number = number))]),
            },
            Ok(Wish::Stop) => self.commands.send(UserCommand::StopControl),
            Ok(Wish::End) => self.commands.send(UserCommand::EndSession(None)),
            Ok(Wish::Tickets) => print(&narrator::tickets(&view)),
            Ok(Wish::Cancel(text)) => self.cancel(&text, &view),
            Ok(Wish::CancelCopying) => cancel_copying(&view, &self.commands),
            Ok(Wish::Windows) => {
                self.state().listing_after = Some(view.sharing.looks);
                self.commands.send(UserCommand::ListChoices);
            }
            Ok(Wish::Share(named)) => self.share(named, &view),
            Ok(Wish::Hide(area)) => self.commands.send(UserCommand::Hide(Hidden::Area(area))),
            Ok(Wish::HideWindow(at)) => match view.sharing.choices.windows.get(at) {
                Some(window) => self.commands.send(UserCommand::Hide(Hidden::Window(window.number))),
                None => print(&[error(t!("client-line-not-listed"))]),
            },
            Ok(Wish::Unhide(which)) => self.unhide(which, &view),
            Ok(Wish::Status) => print(&narrator::status(&view)),
            Ok(Wish::Quit) => self.commands.send(UserCommand::Quit),
            Err(reason) => print(&[error(&reason)]),
        }
    }

    fn invite(&self, args: InviteArgs, view: &AppView) {
        if view.introduction_needed && !self.state().understood {
            print(&[error(t!("client-line-read-first"))]);
            return;
        }
        if let Some(taken) = args.output.as_ref().filter(|path| path.symlink_metadata().is_ok()) {
            print(&[error(&t!("client-line-exists", path = taken.display().to_string()))]);
            return;
        }
        let options = InvitationOptions {
            to: args.to,
            valid_for: args.valid_for.unwrap_or(view.settings.valid_for),
            uses: args.uses.unwrap_or(view.settings.uses),
        };
        let mut state = self.state();
        if state.awaited.as_ref().is_some_and(|awaited| !awaited.is_doubtful) {
            print(&[error(t!("client-line-being-made"))]);
            return;
        }
        if view.notice.is_some() {
            // So that the same trouble once more is told once more.
            self.commands.send(UserCommand::DismissNotice);
        }
        state.awaited = Some(Delivery {
            output: args.output,
            email: args.email,
            old_notice: view.notice.clone(),
            is_doubtful: false,
        });
        drop(state);
        self.commands.send(UserCommand::Invite(options));
    }

    fn allow(&self, line: &TerminalLine, number: u64, view: &AppView) {
        let open = view.question.as_ref().filter(|open| open.id.0 == number);
        let asked_at = self.state().asked.get(&QuestionId(number)).copied();
        let (Some(question), Some(asked_at)) = (open, asked_at) else {
            print(&[error(&t!("client-line-no-question", number = number))]);
            return;
        };
        match line.confirm(question.id, asked_at) {
            Ok(yes) => {
                let (question, answer) = (question.id, Answer::Allow(yes));
                self.commands.send(match view.question.as_ref().map(|open| &open.kind) {
                    Some(QuestionKind::Control { .. } | QuestionKind::Clipboard { .. }) => {
                        UserCommand::AnswerControl { question, answer }
                    }
                    Some(QuestionKind::View | QuestionKind::JoinView { .. }) | None => {
                        UserCommand::AnswerView { question, answer }
                    }
                });
            }
            Err(NotGenuine::Injected) => {
                print(&[error(t!("client-line-not-your-keyboard"))]);
            }
            Err(reason) => print(&[error(&reason.to_string())]),
        }
    }

    fn share(&self, named: Named, view: &AppView) {
        let choices = &view.sharing.choices;
        let share = match named {
            Named::Everything => Some(Share::Everything),
            Named::Screen(at) => choices.screens.get(at).map(|screen| Share::Screen(screen.name.clone())),
            Named::Window(at) => choices.windows.get(at).map(|window| Share::Window(window.number)),
        };
        match share {
            Some(share) => self.commands.send(UserCommand::Share(share)),
            None => print(&[error(t!("client-line-not-listed"))]),
        }
    }

    fn unhide(&self, which: Option<usize>, view: &AppView) {
        let all = view.sharing.hidden.iter().enumerate();
        let meant: Vec<Hidden> = all
            .filter(|(at, _)| which.is_none_or(|which| which == *at))
            .map(|(_, hidden)| hidden.what)
            .collect();
        if meant.is_empty() {
            print(&[error(t!("client-line-not-hidden"))]);
        }
        meant.into_iter().for_each(|what| self.commands.send(UserCommand::Unhide(what)));
    }

    fn cancel(&self, text: &str, view: &AppView) {
        let text = text.to_ascii_lowercase();
        let mut found = view.tickets.iter().filter(|ticket| ticket.id.to_string().starts_with(&text));
        match (found.next(), found.next()) {
            (Some(ticket), None) => self.commands.send(UserCommand::CancelTicket(ticket.id)),
            (Some(_), Some(_)) => print(&[error(&t!("client-line-several-tickets", text = text))]),
            (None, _) => print(&[error(&t!("client-line-no-ticket", text = text))]),
        }
    }
}

/// Ends everything that is being copied now.
fn cancel_copying(view: &AppView, commands: &CommandSender) {
    let mut moving = view
        .sessions
        .iter()
        .flat_map(|session| {
            let ways = Way::ALL.into_iter().zip(session.moving).filter(|(_, moving)| moving.is_some());
            ways.map(|(way, _)| (session.id, way))
        })
        .peekable();
    if moving.peek().is_none() {
        print(&[error(t!("client-line-nothing-copying"))]);
    }
    moving.for_each(|(session, way)| commands.send(UserCommand::CancelCopying(session, way)));
}

fn denial(question: QuestionId, kind: &QuestionKind) -> UserCommand {
    match kind {
        QuestionKind::View | QuestionKind::JoinView { .. } => {
            UserCommand::AnswerView { question, answer: Answer::Deny }
        }
        QuestionKind::Control { .. } | QuestionKind::Clipboard { .. } => {
            UserCommand::AnswerControl { question, answer: Answer::Deny }
        }
    }
}

/// The line that says what is wrong.
fn error(reason: &str) -> String {
    for_programs!("error: {reason}")
}

/// Writes lines to standard output, each at once. Who stopped reading gets no more.
fn print(lines: &[String]) {
    let mut output = io::stdout().lock();
    for line in lines {
        let _ = writeln!(output, "{line}");
    }
    let _ = output.flush();
}
