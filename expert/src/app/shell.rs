//! Carries effects out: files, dialogs, threads, the session's task, the clipboard, the window's state.
//! What comes back goes to the model as a message; nothing is decided here.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::Sender;
use std::time::{Duration, Instant};

use deskside_crypto::identity::Identity;
use deskside_host::dirs::Directories;
use deskside_host::exit::Exit;
use deskside_proto::geometry::{Rect, Size};
use deskside_proto::wire::input::InputEvent;
use deskside_proto::wire::looking::LookedAt;
use deskside_words::t;
use egui::{Context, Pos2, Vec2, ViewportCommand};
use tokio::runtime::Runtime;
use tokio::sync::mpsc::UnboundedSender;
use tokio::task::JoinHandle;

use super::Arrived;
use crate::link::{self, ClipboardPlace, InputGate, Peer, Reporter, Shared, ToSession};
use crate::model::{
    Access, Command, Copied, Effect, LinkNews, Message, Model, Spoken, Ticket, TicketFault, Wish,
};
use crate::present::Watcher;
use crate::{opening, words};

/// The toolbar above the picture. Units: points.
const TOOLBAR_HEIGHT: f32 = 50.0;
/// Its second row, which it may take where the window is narrower than this. Units: points.
const SECOND_ROW: (f32, f32) = (42.0, 1200.0);
/// A dialog that is over sooner was never shown: nobody cancels as fast.
const NO_DIALOG: Duration = Duration::from_millis(250);
/// How long a session may take to say goodbye when the program ends.
const GOODBYE: Duration = Duration::from_secs(2);

/// The way of other threads to the window's thread.
#[derive(Clone)]
pub struct Post {
    sender: Sender<Arrived>,
    context: Context,
}

impl Post {
    pub(super) fn new(sender: Sender<Arrived>, context: Context) -> Self {
        Self { sender, context }
    }

    /// Leaves a message and wakes the window.
    pub fn send(&self, arrived: Arrived) {
        // Without a receiver the program is ending.
        let _ = self.sender.send(arrived);
        self.context.request_repaint();
    }

    fn message(&self, message: Message) {
        self.send(Arrived::Message(message));
    }
}

/// Reports of one session.
#[derive(Clone)]
struct SessionPost {
    post: Post,
    watcher: Arc<dyn Watcher>,
    attempt: u32,
}

impl Reporter for SessionPost {
    fn report(&self, news: LinkNews) {
        self.post.message(Message::Link { attempt: self.attempt, news });
    }

    fn repaint(&self) {
        self.watcher.changed();
    }
}

struct Running {
    to_session: UnboundedSender<ToSession>,
    shared: Shared,
}

/// Everything outside of the model.
pub struct Shell {
    identity: Arc<Identity>,
    settings_file: PathBuf,
    post: Post,
    watcher: Arc<dyn Watcher>,
    runtime: Runtime,
    gate: InputGate,
    running: Option<Running>,
    /// Sessions that run or are saying goodbye.
    tasks: Vec<JoinHandle<()>>,
    quits: Option<Exit>,
}

impl Shell {
    pub(super) fn new(
        identity: Arc<Identity>,
        settings_file: PathBuf,
        post: Post,
        watcher: Arc<dyn Watcher>,
    ) -> std::io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
        let shell = Self {
            identity,
            settings_file,
            post,
            watcher,
            runtime,
            gate: InputGate::default(),
            running: None,
            tasks: Vec::new(),
            quits: None,
        };
        shell.watch_signals();
        Ok(shell)
    }

    /// The way for input of whatever session runs.
    pub(super) fn gate(&self) -> InputGate {
        self.gate.clone()
    }

    /// The picture and pointer of the session that runs.
    pub(super) fn shared(&self) -> Option<Shared> {
        self.running.as_ref().map(|running| running.shared.clone())
    }

    /// The program is to end, with this code.
    pub(super) const fn quits(&self) -> Option<Exit> {
        self.quits
    }

    pub(super) fn carry_out(&mut self, effect: Effect, model: &Model) {
        match effect {
            Effect::ChooseFile => self.choose_file(),
            Effect::ReadFile(path) => self.read(move |identity| opening::read_file(&path, identity)),
            Effect::ReadText(text) => self.read(move |identity| opening::read_text(&text, identity)),
            Effect::TryPassphrase { attempt, ticket, passphrase } => {
                self.try_passphrase(attempt, ticket, passphrase);
            }
            Effect::Connect { attempt, ticket, access } => self.connect(attempt, ticket, access, model),
            Effect::Session(wish) => {
                self.tell(ToSession::Wish(wish));
                if wish == Wish::Leave {
                    self.end_viewing();
                }
            }
            Effect::Press(keys) => keys.events().for_each(|event| self.gate.send(InputEvent::Key(event))),
            // The window's affair: it knows how they are here.
            Effect::AlignLocks => {}
            Effect::Disconnect => self.disconnect(),
            Effect::Copy(what) => self.post.context.copy_text(copied(what, model)),
            Effect::Save => {
                if let Err(error) = model.settings.save(&self.settings_file) {
                    tracing::warn!(%error, "the settings were not saved");
                }
            }
            Effect::FullScreen(full) => {
                self.post.context.send_viewport_cmd(ViewportCommand::Fullscreen(full));
            }
            Effect::ViewingBegan(size) => self.begin_viewing(size, model),
            Effect::Statistics(shown) => self.tell(ToSession::Statistics(shown)),
            Effect::Language(choice) => {
                deskside_words::choose(choice.language(|name| std::env::var(name).ok()));
            }
            Effect::Theme(theme) => deskside_look::theme::choose(&self.post.context, theme.into()),
            Effect::Quit(exit) => {
                self.quits = Some(exit);
                self.post.context.request_repaint();
            }
        }
    }

    fn choose_file(&self) {
        let post = self.post.clone();
        self.runtime.spawn(async move {
            let dialog = rfd::AsyncFileDialog::new()
                .set_title(t!("expert-dialog-title"))
                .add_filter(t!("expert-dialog-tickets"), &[deskside_proto::ticket_file::FILE_EXTENSION])
                .add_filter(t!("expert-dialog-all-files"), &["*"]);
            let asked = Instant::now();
            match dialog.pick_file().await {
                Some(file) => post.message(Message::Command(Command::OpenFile(file.path().to_owned()))),
                None if asked.elapsed() < NO_DIALOG => {
                    post.message(Message::TicketRead(Err(TicketFault::NoDialog)));
                }
                None => {}
            }
        });
    }

    fn read(&self, read: impl FnOnce(&Identity) -> Result<Arc<Ticket>, TicketFault> + Send + 'static) {
        let (post, identity) = (self.post.clone(), Arc::clone(&self.identity));
        self.runtime.spawn_blocking(move || post.message(Message::TicketRead(read(&identity))));
    }

    fn try_passphrase(&self, attempt: u32, ticket: Arc<Ticket>, passphrase: Spoken) {
        let post = self.post.clone();
        self.runtime.spawn_blocking(move || {
            let result = opening::try_passphrase(&ticket, &passphrase.0);
            post.message(Message::PassphraseTried { attempt, result });
        });
    }

    fn connect(&mut self, attempt: u32, ticket: Arc<Ticket>, access: Arc<Access>, model: &Model) {
        self.disconnect();
        let shared = Shared {
            gate: self.gate.clone(),
            clipboard: clipboard_place(model.settings.share_marked),
            ..Shared::default()
        };
        let (to_session, wishes) = tokio::sync::mpsc::unbounded_channel();
        let peer = Peer { identity: Arc::clone(&self.identity), name: model.name.clone(), ticket, access };
        let reporter = SessionPost { post: self.post.clone(), watcher: Arc::clone(&self.watcher), attempt };
        let task = self.runtime.spawn(link::drive(peer, shared.clone(), wishes, reporter));
        self.tasks.retain(|task| !task.is_finished());
        self.tasks.push(task);
        self.running = Some(Running { to_session, shared });
        if model.statistics {
            self.tell(ToSession::Statistics(true));
        }
    }

    /// Which parts of the desktop are seen in windows now.
    pub(super) fn look_at(&self, parts: &[Rect]) {
        self.tell(ToSession::LookingAt(LookedAt::new(parts.iter().copied())));
    }

    fn tell(&self, what: ToSession) {
        if let Some(running) = &self.running {
            // A session that has just ended reports so itself.
            let _ = running.to_session.send(what);
        }
    }

    /// Lets the connection go; the session notices that nobody is there any more, and says goodbye.
    fn disconnect(&mut self) {
        self.end_viewing();
        self.running = None;
    }

    fn begin_viewing(&self, desktop: Size, model: &Model) {
        let context = &self.post.context;
        if model.full_screen {
            context.send_viewport_cmd(ViewportCommand::Fullscreen(true));
        } else if let Some((size, place)) = window_for(context, desktop) {
            context.send_viewport_cmd(ViewportCommand::InnerSize(size));
            if let Some(place) = place {
                context.send_viewport_cmd(ViewportCommand::OuterPosition(place));
            }
        }
    }

    fn end_viewing(&self) {
        let context = &self.post.context;
        if context.input(|input| input.viewport().fullscreen.unwrap_or(false)) {
            context.send_viewport_cmd(ViewportCommand::Fullscreen(false));
        }
    }

    /// The program ends: the session says goodbye, in a bounded time.
    pub(super) fn leave(&mut self) {
        self.gate.close();
        self.running = None;
        let tasks = std::mem::take(&mut self.tasks);
        let all = async {
            for task in tasks {
                let _ = task.await;
            }
        };
        if self.runtime.block_on(async { tokio::time::timeout(GOODBYE, all).await }).is_err() {
            tracing::info!("the other side was not told in time");
        }
    }

    /// A polite end is asked for with a signal, as by Ctrl+C in the terminal.
    fn watch_signals(&self) {
        use tokio::signal::unix::{SignalKind, signal};
        for kind in [SignalKind::interrupt(), SignalKind::terminate()] {
            let post = self.post.clone();
            self.runtime.spawn(async move {
                if let Ok(mut signals) = signal(kind)
                    && signals.recv().await.is_some()
                {
                    post.message(Message::Command(Command::Quit));
                }
            });
        }
    }
}

/// The window's size at which the desktop is seen whole, if the screen has room for it, and a new place where the old one
/// would push it over the screen's edge. Units: points.
fn window_for(context: &Context, desktop: Size) -> Option<(Vec2, Option<Pos2>)> {
    let (screen, window, scale) = context.input(|input| {
        (input.viewport().monitor_size, input.viewport().outer_rect, input.pixels_per_point())
    });
    let screen = screen?;
    let mut wanted =
        Vec2::new(desktop.width as f32, desktop.height as f32) / scale + Vec2::new(0.0, TOOLBAR_HEIGHT);
    let (height, below) = SECOND_ROW;
    wanted.y += if wanted.x < below { height } else { 0.0 };
    // Room for the window's frame and the desktop's own bars.
    let room = screen * 0.92;
    let factor = (room.x / wanted.x).min(room.y / wanted.y).min(1.0);
    let size = (wanted * factor).floor();
    let overflows = |window: &egui::Rect| {
        let on_first_screen = window.right() <= screen.x && window.bottom() <= screen.y;
        on_first_screen && (window.left() + size.x > screen.x || window.top() + size.y > screen.y)
    };
    let place = window.filter(overflows).map(|_| ((screen - size) / 2.0).floor().to_pos2());
    Some((size, place))
}

/// How this desktop's clipboard is used.
fn clipboard_place(primary: bool) -> ClipboardPlace {
    let directories = Directories::for_program("deskside-expert").ok();
    ClipboardPlace { files_in: directories.map(|directories| directories.data().join("pasted")), primary }
}

fn copied(what: Copied, model: &Model) -> String {
    match what {
        Copied::PublicKey => model.card.public_key.clone(),
        Copied::Fingerprint => model.card.fingerprint.clone(),
        Copied::RequestForTicket => words::request_for_ticket(&model.card.public_key),
    }
}
