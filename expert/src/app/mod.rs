//! The window and everything that touches the world for it: events in, effects out.
//! `shell` carries effects out, `input` takes keys and pointer first, `window` owns the event loop, this file the frame.

mod alarm;
mod apart;
pub mod input;
mod shell;
mod taps;
mod window;

use std::cell::{Cell, RefCell};
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::mpsc::Receiver;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use deskside_crypto::identity::Identity;
use deskside_host::exit::Exit;
use deskside_look::reader;
use deskside_proto::geometry::{Rect, Size};
use deskside_words::t;

use crate::link::Shared;
use crate::model::{Command, Effect, Message, Model, Now, Passphrase, Stage};
use crate::present::{Choice, Presenter};
use crate::terminal::{self, Heard, Meaning, Mode};
use crate::view::{self, Live};

use apart::{Apart, Watchers};
use shell::Shell;
use taps::{SharedTap, Taps};

pub use shell::Post;
pub use window::run;

/// What is taken in between two pictures.
const MOST_AT_ONCE: usize = 256;

/// What the program starts with.
pub struct Start {
    /// What is shown first.
    pub model: Model,
    /// The expert's identity.
    pub identity: Arc<Identity>,
    /// Where settings are kept.
    pub settings_file: PathBuf,
    /// What is done first.
    pub first: Option<Message>,
    /// How much of the terminal is used.
    pub terminal: Option<Mode>,
    /// How pixels reach the window.
    pub presenter: Choice,
}

/// What reaches the window's thread from others.
#[derive(Debug)]
pub enum Arrived {
    /// For the model.
    Message(Message),
    /// From standard input.
    Heard(Heard),
}

/// The window's content.
struct App {
    model: Model,
    state: view::State,
    shell: Shell,
    arrived: Receiver<Arrived>,
    tap: SharedTap,
    presenter: Box<dyn Presenter>,
    apart: Apart,
    /// The parts of the desktop that are looked at, as the other side was told.
    told: Vec<Rect>,
    script: Option<Script>,
    exit: Rc<Cell<Exit>>,
    title: String,
}

/// What a terminal needs to be remembered.
struct Script {
    mode: Mode,
    reporter: terminal::Reporter,
    /// Lines that came before there was a use for them.
    waiting: std::collections::VecDeque<terminal::Line>,
    ended: bool,
}

impl App {
    /// One message through the model, and what follows from it.
    fn handle(&mut self, message: Message) {
        let effects = self.model.handle(message, now());
        if let Some(script) = &mut self.script
            && script.mode.stages
        {
            script.reporter.report(&self.model);
        }
        for effect in effects {
            if matches!(effect, Effect::AlignLocks) {
                self.tap.borrow_mut().align_locks();
            }
            self.shell.carry_out(effect, &self.model);
        }
    }

    /// True when more may wait: the window paints in between, however much comes.
    fn handle_arrived(&mut self) -> bool {
        let (some, is_more) = some_of(&self.arrived);
        for arrived in some {
            match arrived {
                Arrived::Message(message) => self.handle(message),
                Arrived::Heard(Heard::Line(line)) => {
                    if let Some(script) = &mut self.script {
                        script.waiting.push_back(line);
                    }
                }
                Arrived::Heard(Heard::End) => {
                    if let Some(script) = &mut self.script {
                        script.ended = true;
                    }
                }
            }
            self.follow_script();
        }
        is_more
    }

    /// Uses the lines that wait, and takes the steps that a script need not spell out.
    fn follow_script(&mut self) {
        let Some(mode) = self.script.as_ref().map(|script| script.mode) else { return };
        if let Stage::Ticket(ticket) = &self.model.stage
            && ticket.passphrase == Passphrase::NotNeeded
        {
            self.handle(Message::Command(Command::Connect));
        }
        while let Some(line) = self.script.as_mut().and_then(|script| script.waiting.pop_front()) {
            match terminal::meaning(&line, &self.model, mode) {
                Meaning::Command(command) => self.handle(Message::Command(command)),
                Meaning::Status => {
                    if let Some(script) = &mut self.script {
                        script.reporter.repeat(&self.model);
                    }
                }
                Meaning::Later => {
                    if let Some(script) = &mut self.script {
                        script.waiting.push_front(line);
                    }
                    break;
                }
                Meaning::Unknown if mode.stages => {
                    crate::run::say(t!("expert-terminal-commands"));
                }
                Meaning::Unknown => {}
            }
        }
        let Some(script) = &self.script else { return };
        let starved =
            script.ended && script.waiting.is_empty() && terminal::waits_for_passphrase(&self.model);
        let over = mode.stages && matches!(self.model.stage, Stage::Ended(_));
        if starved || over {
            self.say_why();
            self.handle(Message::Command(Command::Quit));
        }
    }

    /// The sentence behind the exit code, for whoever reads standard error.
    fn say_why(&self) {
        let words = match &self.model.stage {
            Stage::Ended(ending) if ending.exit() != Exit::Success => {
                let client = self.model.current.as_ref().map(|(ticket, _)| ticket.from().to_string());
                crate::words::ending(ending, client.as_deref().unwrap_or(t!("expert-ended-somebody"))).line()
            }
            Stage::Ticket(ticket) => match &ticket.passphrase {
                Passphrase::Wrong(fault) => crate::words::ticket_fault(fault).line(),
                Passphrase::Needed | Passphrase::NotNeeded | Passphrase::Checking => {
                    t!("expert-passphrase-missing").to_owned()
                }
            },
            Stage::Start { .. } | Stage::Connecting { .. } | Stage::Session(_) | Stage::Ended(_) => return,
        };
        crate::run::say(&words);
    }

    /// Tells the other side which parts are looked at, where that has changed. Before anything is seen, nothing is told.
    fn tell_looks(&mut self) {
        let Stage::Session(session) = &self.model.stage else {
            self.told.clear();
            return;
        };
        if !session.is_seeing() {
            self.told.clear();
            return;
        }
        let parts = session.all_looked_at();
        // Everything is what holds before the first word.
        let is_silent = self.told.is_empty() && parts.as_slice() == session.screen.map(Size::rect).as_slice();
        if parts != self.told && !is_silent {
            self.shell.look_at(&parts);
        }
        self.told = parts;
    }

    fn title(&self) -> String {
        let name = crate::words::TITLE;
        match &self.model.stage {
            Stage::Session(session) => format!("{} \u{2013} {name}", session.client),
            Stage::Ticket(ticket) => format!("{} \u{2013} {name}", ticket.ticket.from()),
            Stage::Start { .. } | Stage::Connecting { .. } | Stage::Ended(_) => name.to_owned(),
        }
    }
}

impl eframe::App for App {
    fn logic(&mut self, context: &egui::Context, _: &mut eframe::Frame) {
        if self.handle_arrived() {
            context.request_repaint();
        }
        let title = self.title();
        if title != self.title {
            context.send_viewport_cmd(egui::ViewportCommand::Title(title.clone()));
            self.title = title;
        }
        if let Some(exit) = self.shell.quits() {
            self.exit.set(exit);
            context.send_viewport_cmd(egui::ViewportCommand::Close);
        }
    }

    fn ui(&mut self, ui: &mut egui::Ui, _: &mut eframe::Frame) {
        reader::name_window(ui.ctx(), reader::Kind::Window, &self.title);
        let (wants, composing) = {
            let mut tap = self.tap.borrow_mut();
            tap.painted();
            (tap.wants(), tap.composing())
        };
        let shared = self.shell.shared().unwrap_or_default();
        let Shared { picture, cursor, .. } = &shared;
        let live = Live { presenter: &mut *self.presenter, picture, cursor, wants, composing: &composing };
        let at = now();
        let shown = view::show(ui, &self.model, at, &mut self.state, live);
        self.presenter.finish(ui.ctx());
        {
            let mut tap = self.tap.borrow_mut();
            tap.set_layout(shown.layout);
            if shown.leave_toolbar {
                tap.leave_toolbar();
                ui.ctx().request_repaint();
            }
        }
        let mut commands = shown.commands;
        let session = if let Stage::Session(session) = &self.model.stage { Some(session) } else { None };
        let main = (&*self.presenter, &self.tap);
        let gate = self.shell.gate();
        commands.extend(self.apart.show(ui.ctx(), (&self.model, at), session, &shared, main, &gate));
        for command in commands {
            if matches!(command, Command::SetSystemKeys(_)) {
                self.tap.borrow_mut().resume_system_keys();
            }
            self.handle(Message::Command(command));
            ui.ctx().request_repaint();
        }
        self.tell_looks();
        if ui.ctx().input(|input| input.viewport().close_requested()) {
            self.exit.set(self.shell.quits().unwrap_or_else(|| self.model.exit()));
        }
    }

    fn clear_color(&self, visuals: &egui::Visuals) -> [f32; 4] {
        visuals.panel_fill.to_normalized_gamma_f32()
    }

    fn on_exit(&mut self, _: Option<&eframe::glow::Context>) {
        self.tap.borrow_mut().release_all();
        self.apart.release_all();
        self.shell.leave();
    }
}

/// What waits, as far as it is taken in at once, and whether more may wait.
fn some_of<T>(waiting: &Receiver<T>) -> (Vec<T>, bool) {
    let some: Vec<T> = waiting.try_iter().take(MOST_AT_ONCE).collect();
    let is_more = some.len() == MOST_AT_ONCE;
    (some, is_more)
}

/// The present moment on both clocks.
fn now() -> Now {
    let unix = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    Now { monotonic: Instant::now(), unix }
}

impl App {
    fn new(
        start: Start,
        context: &egui::Context,
        presenter: Box<dyn Presenter>,
        (tap, taps): (SharedTap, Rc<RefCell<Taps>>),
        watchers: Watchers,
        exit: Rc<Cell<Exit>>,
    ) -> std::io::Result<Self> {
        let (sender, arrived) = std::sync::mpsc::channel();
        let post = Post::new(sender, context.clone());
        deskside_look::apply(context, start.model.settings.theme.into());
        reader::install(context);
        let shell =
            Shell::new(start.identity, start.settings_file, post.clone(), Arc::new(watchers.clone()))?;
        let gate = shell.gate();
        tap.borrow_mut().set_sink(Box::new(move |event| gate.send(event)));
        let script = start.terminal.map(|mode| Script {
            mode,
            reporter: terminal::Reporter::default(),
            waiting: std::collections::VecDeque::new(),
            ended: false,
        });
        if script.is_some() {
            let post = post.clone();
            terminal::listen(move |heard| post.send(Arrived::Heard(heard)))?;
        }
        let mut app = Self {
            model: start.model,
            state: view::State::default(),
            shell,
            arrived,
            tap,
            presenter,
            apart: Apart::new(taps, watchers),
            told: Vec::new(),
            script,
            exit,
            title: String::new(),
        };
        if let Some(first) = start.first {
            app.handle(first);
            app.follow_script();
        }
        Ok(app)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_talks_without_end_does_not_keep_the_window_from_painting() {
        let (sender, waiting) = std::sync::mpsc::channel();
        let all = MOST_AT_ONCE * 2 + 1;
        for number in 0..all {
            sender.send(number).unwrap();
        }
        let (first, is_more) = some_of(&waiting);
        assert_eq!((first.len(), is_more), (MOST_AT_ONCE, true));
        let (second, is_more) = some_of(&waiting);
        assert_eq!((second.first(), is_more), (Some(&MOST_AT_ONCE), true), "in their order");
        assert_eq!(some_of(&waiting), (vec![all - 1], false));
    }
}
