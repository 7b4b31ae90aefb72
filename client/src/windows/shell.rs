//! The eframe application: one main window, and a window each for the question and for the banner.
//!
//! It decides which windows there are and where; what is in them is decided elsewhere.

mod bar;

use std::sync::{Arc, Mutex, PoisonError};

use deskside_look::icon::{Subject, window_icon};
use deskside_proto::ids::QuestionId;
use deskside_words::t;
use egui::{Context, Ui, ViewportBuilder, ViewportCommand, ViewportId, WindowLevel};
use thiserror::Error;

use self::bar::BannerWindow;
use super::consent::ConsentWindow;
use super::desktop::{self, Desktop, Place};
use super::main_window::MainWindow;
use super::{Moment, Scene, Start, Surroundings, banner, consent, look, main_window, words};
use crate::app::view::{Activity, QuestionView};
use crate::app::{AppView, UserCommand};
use crate::config::Theme;

/// Room for the frame that a window manager puts around a window (points).
const FRAME: f32 = 44.0;

/// Why there are no windows.
#[derive(Debug, Error)]
#[error("no window could be opened: {0}")]
pub struct WindowError(String);

/// Opens the windows and stays until the controller has ended; to be called on the program's first thread.
///
/// # Errors
/// [`WindowError`] where there is no display or no way to draw on it.
pub fn run(surroundings: Surroundings) -> Result<(), WindowError> {
    let hidden = surroundings.start == Start::Hidden && surroundings.tray.present();
    let window = ViewportBuilder::default()
        .with_title(words::APP)
        .with_app_id("deskside")
        .with_icon(window_icon(Subject::Client))
        .with_inner_size(main_window::SIZE)
        .with_min_inner_size(main_window::LEAST_SIZE)
        .with_visible(!hidden);
    let options =
        eframe::NativeOptions { viewport: window, renderer: eframe::Renderer::Glow, ..Default::default() };
    eframe::run_native(
        "deskside",
        options,
        Box::new(move |creation| Ok(Box::new(Shell::new(&creation.egui_ctx, surroundings, hidden)))),
    )
    .map_err(|error| WindowError(error.to_string()))
}

struct Shell {
    surroundings: Surroundings,
    desktop: Option<Arc<dyn Desktop>>,
    main: MainWindow,
    question: Option<Question>,
    banner: Option<Banner>,
    seen: Seen,
    stance: Stance,
    /// Whether the window of a hidden start was taken off the screen.
    hidden: bool,
}

/// The main window's relation to the desktop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stance {
    Shown,
    /// In the tray.
    Hidden,
    /// On its way out.
    Leaving,
}

/// What of the last view matters for the next one.
struct Seen {
    view: Arc<AppView>,
    theme: Theme,
    window_requests: u64,
    sharing_requests: u64,
}

struct Question {
    id: QuestionId,
    viewport: ViewportId,
    window: Arc<Mutex<ConsentWindow>>,
    builder: ViewportBuilder,
}

struct Banner {
    viewport: ViewportId,
    builder: ViewportBuilder,
    window: BannerWindow,
}

impl Shell {
    fn new(ctx: &Context, surroundings: Surroundings, hidden: bool) -> Self {
        let view = surroundings.publisher.latest();
        let theme = view.settings.theme;
        deskside_look::apply(ctx, look(theme));
        deskside_look::reader::install(ctx);
        let wake = ctx.clone();
        surroundings.publisher.on_change(move || wake.request_repaint_of(ViewportId::ROOT));
        let wake = ctx.clone();
        surroundings.tray.on_change(move || wake.request_repaint_of(ViewportId::ROOT));
        Self {
            desktop: desktop::open(),
            main: match surroundings.start {
                Start::OnPage(page) => MainWindow::on_page(page),
                Start::Shown | Start::Hidden => MainWindow::default(),
            },
            question: None,
            banner: None,
            seen: Seen {
                window_requests: view.window_requests,
                sharing_requests: view.sharing.requests,
                theme,
                view,
            },
            stance: if hidden { Stance::Hidden } else { Stance::Shown },
            hidden: false,
            surroundings,
        }
    }

    /// Takes notice of what changed since the last time.
    fn follow(&mut self, ctx: &Context) {
        let view = self.surroundings.publisher.latest();
        if !Arc::ptr_eq(&view, &self.seen.view) {
            for viewport in self.children() {
                ctx.request_repaint_of(viewport);
            }
        }
        if view.settings.theme != self.seen.theme {
            self.seen.theme = view.settings.theme;
            deskside_look::theme::choose(ctx, look(view.settings.theme));
        }
        if view.sharing.requests != self.seen.sharing_requests {
            self.seen.sharing_requests = view.sharing.requests;
            self.main.show_sharing();
        }
        if view.window_requests != self.seen.window_requests {
            self.seen.window_requests = view.window_requests;
            self.come_forward(ctx);
        }
        if self.surroundings.tray.take_invitation_wish() {
            let moment = Moment::now(self.surroundings.local_offset);
            let commands = &self.surroundings.commands;
            self.main.start_ticket(Scene { view: &view, moment: &moment, commands });
            self.come_forward(ctx);
        }
        if self.stance == Stance::Hidden && !self.surroundings.tray.present() {
            self.come_forward(ctx);
        }
        if view.ended && self.stance != Stance::Leaving {
            self.stance = Stance::Leaving;
            ctx.send_viewport_cmd_to(ViewportId::ROOT, ViewportCommand::Close);
        }
        self.seen.view = view;
    }

    fn children(&self) -> impl Iterator<Item = ViewportId> {
        let question = self.question.as_ref().map(|question| question.viewport);
        question.into_iter().chain(self.banner.as_ref().map(|banner| banner.viewport))
    }

    /// Whether the question or the banner on the screen are not those of the view.
    fn has_stale_children(&self) -> bool {
        let asked = self.seen.view.question.as_ref().map(|question| question.id);
        let shown = self.question.as_ref().map(|question| question.id);
        asked != shown || self.seen.view.sessions.is_empty() == self.banner.is_some()
    }

    fn come_forward(&mut self, ctx: &Context) {
        self.stance = Stance::Shown;
        for command in
            [ViewportCommand::Visible(true), ViewportCommand::Minimized(false), ViewportCommand::Focus]
        {
            ctx.send_viewport_cmd_to(ViewportId::ROOT, command);
        }
    }

    /// Decides what the close button of the main window does.
    fn close_requested(&mut self, ctx: &Context) {
        if self.stance == Stance::Leaving {
            return;
        }
        if self.surroundings.tray.present() {
            ctx.send_viewport_cmd(ViewportCommand::CancelClose);
            ctx.send_viewport_cmd(ViewportCommand::Visible(false));
            self.stance = Stance::Hidden;
        } else if self.seen.view.activity() == Activity::Idle {
            self.stance = Stance::Leaving;
            self.surroundings.commands.send(UserCommand::Quit);
        } else {
            ctx.send_viewport_cmd(ViewportCommand::CancelClose);
            self.main.ask_to_close();
            ctx.request_repaint();
        }
    }

    fn child_windows(&mut self, ctx: &Context) {
        let view = Arc::clone(&self.seen.view);
        self.question = match (&view.question, self.question.take()) {
            (None, _) => None,
            (Some(asked), Some(shown)) if shown.id == asked.id => Some(shown),
            (Some(asked), _) => Some(self.new_question(ctx, asked)),
        };
        self.banner = match (view.sessions.is_empty(), self.banner.take()) {
            (true, _) => None,
            (false, Some(shown)) => Some(shown),
            (false, None) => Some(self.new_banner(ctx)),
        };
        if let Some(question) = &self.question {
            let (window, id, surroundings) =
                (Arc::clone(&question.window), question.id, self.surroundings.clone());
            ctx.show_viewport_deferred(question.viewport, question.builder.clone(), move |ui, _| {
                show_question(ui, &surroundings, id, &window);
            });
        }
        if let Some(banner) = &self.banner {
            let (window, surroundings) = (banner.window.clone(), self.surroundings.clone());
            ctx.show_viewport_deferred(banner.viewport, banner.builder.clone(), move |ui, _| {
                window.show(ui, &surroundings);
            });
        }
    }

    fn new_question(&self, ctx: &Context, asked: &QuestionView) -> Question {
        // The number is part of the window's identity, so that no focus or press outlives its question.
        let viewport = ViewportId::from_hash_of(("question", asked.id.0));
        let builder = ViewportBuilder::default()
            .with_title(words::question(&asked.kind, &asked.expert_name))
            .with_app_id("deskside")
            .with_icon(window_icon(Subject::Client))
            .with_resizable(false)
            .with_minimize_button(false)
            .with_maximize_button(false)
            .with_window_type(egui::X11WindowType::Dialog)
            .with_window_level(WindowLevel::AlwaysOnTop);
        let moment = Moment::now(self.surroundings.local_offset);
        let scene = Scene { view: &self.seen.view, moment: &moment, commands: &self.surroundings.commands };
        let builder = self.placed(ctx, builder, consent::wanted_size(scene, asked), Place::Middle);
        Question { id: asked.id, viewport, window: Arc::default(), builder }
    }

    fn new_banner(&self, ctx: &Context) -> Banner {
        let builder = ViewportBuilder::default()
            .with_title(t!("client-banner-title"))
            .with_app_id("deskside-banner")
            .with_decorations(false)
            .with_resizable(false)
            .with_taskbar(false)
            .with_active(false)
            .with_window_type(egui::X11WindowType::Notification)
            .with_override_redirect(true)
            .with_window_level(WindowLevel::AlwaysOnTop);
        let moment = Moment::now(self.surroundings.local_offset);
        let scene = Scene { view: &self.seen.view, moment: &moment, commands: &self.surroundings.commands };
        let screen = self.desktop.as_ref().and_then(|desktop| desktop.main_screen());
        let widest = screen.map_or(f32::INFINITY, |screen| screen.width as f32 / ctx.pixels_per_point());
        let builder = self.placed(ctx, builder, banner::wanted_size(ctx, scene, widest).into(), Place::Top);
        let viewport = ViewportId::from_hash_of("banner");
        if let Some(desktop) = &self.desktop {
            let again = ctx.clone();
            let unfit = move || again.request_repaint_of(viewport);
            desktop.keep_in_sight(t!("client-banner-title"), Box::new(unfit));
        }
        Banner { viewport, builder, window: BannerWindow::new(self.desktop.clone()) }
    }

    /// Gives a window its size, smaller where the screen is, and its place.
    fn placed(
        &self,
        ctx: &Context,
        builder: ViewportBuilder,
        size: [f32; 2],
        place: Place,
    ) -> ViewportBuilder {
        let Some(screen) = self.desktop.as_ref().and_then(|desktop| desktop.main_screen()) else {
            return builder.with_inner_size(size);
        };
        let scale = ctx.pixels_per_point();
        let [width, height] = size;
        // A window manager puts its frame around all but the banner, and the answers at the bottom must be seen.
        let frame = if place == Place::Middle { FRAME } else { 0.0 };
        let room = screen.height as f32 / scale - frame;
        let size = [width.min(screen.width as f32 / scale), height.min(room)];
        let at = screen.place(size.map(|extent| extent * scale), place);
        builder.with_inner_size(size).with_position(at.map(|value| value / scale))
    }
}

impl eframe::App for Shell {
    fn logic(&mut self, ctx: &Context, _frame: &mut eframe::Frame) {
        self.follow(ctx);
        if ctx.input(|input| input.viewport().close_requested()) && self.stance != Stance::Hidden {
            self.close_requested(ctx);
        }
        if self.has_stale_children() {
            // Child windows come and go in a pass of the main window, and a covered or minimised one makes none.
            ctx.send_viewport_cmd_to(ViewportId::ROOT, ViewportCommand::RequestPaintWhileHidden);
            ctx.request_repaint_of(ViewportId::ROOT);
        }
    }

    fn ui(&mut self, ui: &mut Ui, _frame: &mut eframe::Frame) {
        if self.stance == Stance::Hidden && !self.hidden {
            // eframe shows the main window with its first picture.
            self.hidden = true;
            ui.ctx().send_viewport_cmd(ViewportCommand::Visible(false));
        }
        self.child_windows(&ui.ctx().clone());
        if self.stance != Stance::Hidden {
            let moment = Moment::now(self.surroundings.local_offset);
            let view = Arc::clone(&self.seen.view);
            let scene = Scene { view: &view, moment: &moment, commands: &self.surroundings.commands };
            self.main.show(ui, scene);
        }
    }

    fn clear_color(&self, visuals: &egui::Visuals) -> [f32; 4] {
        visuals.panel_fill.to_normalized_gamma_f32()
    }
}

fn show_question(ui: &mut Ui, surroundings: &Surroundings, id: QuestionId, window: &Mutex<ConsentWindow>) {
    let view = surroundings.publisher.latest();
    let Some(question) = view.question.as_ref().filter(|question| question.id == id) else {
        return;
    };
    let moment = Moment::now(surroundings.local_offset);
    let scene = Scene { view: &view, moment: &moment, commands: &surroundings.commands };
    // A panic elsewhere must not take the question away.
    let mut window = window.lock().unwrap_or_else(PoisonError::into_inner);
    window.show(ui, scene, question, &surroundings.confirm);
}
