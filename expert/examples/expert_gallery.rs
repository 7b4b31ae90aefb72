//! Shows every screen with sample data: `cargo run -p deskside-expert --example expert_gallery -- [SCREEN] [--dark] [--german] [--composing]`.
//! Left and right arrow go from screen to screen, D changes between light and dark.
#![allow(
    clippy::unwrap_used,
    clippy::print_stderr,
    clippy::indexing_slicing,
    reason = "an example that a developer runs"
)]

mod samples;

use std::sync::Arc;
use std::time::Instant;

use deskside_expert::app::input::{Composing, Wants};
use deskside_expert::link::{Picture, SharedCursor};
use deskside_expert::model::Model;
use deskside_expert::present::{self, Choice, Presenter};
use deskside_expert::view::{self, Live};
use deskside_look::{Theme, apply, theme};
use deskside_proto::geometry::Region;
use deskside_proto::wire::input::Locks;

struct Gallery {
    screens: Vec<(&'static str, Model)>,
    at: usize,
    dark: bool,
    composes: bool,
    state: view::State,
    picture: Arc<Picture>,
    cursor: SharedCursor,
    presenter: Box<dyn Presenter>,
}

impl eframe::App for Gallery {
    fn ui(&mut self, ui: &mut egui::Ui, _: &mut eframe::Frame) {
        let steps = ui.input(|input| {
            input.key_pressed(egui::Key::ArrowRight) as usize
                + (self.screens.len() - 1) * input.key_pressed(egui::Key::ArrowLeft) as usize
        });
        if steps != 0 {
            self.at = (self.at + steps) % self.screens.len();
            self.state = view::State::default();
            eprintln!("{}", self.screens[self.at].0);
        }
        if ui.input(|input| input.key_pressed(egui::Key::D)) {
            self.dark = !self.dark;
            theme::choose(ui.ctx(), if self.dark { Theme::Dark } else { Theme::Light });
        }
        let (name, model) = &self.screens[self.at];
        let locks = Some(Locks::default());
        let wants = Wants { toolbar: *name == "full-screen", locks, ..Wants::default() };
        let is_on = self.composes;
        let text = if is_on { "\u{306b}\u{307b}\u{3093}\u{3054}" } else { "" }.to_owned();
        let composing = Composing { is_on, caret: text.len(), text, near: Some((300.0, 300.0)) };
        let live = Live {
            presenter: &mut *self.presenter,
            picture: &self.picture,
            cursor: &self.cursor,
            wants,
            composing: &composing,
        };
        let _ = view::show(ui, model, samples::now(), &mut self.state, live);
        self.presenter.finish(ui.ctx());
    }
}

fn main() -> eframe::Result {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let dark = words.iter().any(|word| word == "--dark");
    let composes = words.iter().any(|word| word == "--composing");
    if words.iter().any(|word| word == "--german") {
        deskside_words::choose(deskside_words::Language::German);
    }
    let screens = samples::screens();
    let wanted = words.iter().find(|word| !word.starts_with("--"));
    let at = wanted.and_then(|word| screens.iter().position(|(name, _)| name == word)).unwrap_or(0);
    let options = eframe::NativeOptions {
        viewport: egui::ViewportBuilder::default().with_inner_size([1000.0, 680.0]),
        dithering: false,
        ..eframe::NativeOptions::default()
    };
    let picture = Arc::new(Picture::default());
    picture.publish(&samples::desktop(), &Region::new(), Instant::now());
    eframe::run_native(
        "Gallery",
        options,
        Box::new(move |creation| {
            apply(&creation.egui_ctx, if dark { Theme::Dark } else { Theme::Light });
            let presenter = present::open(Choice::Auto, creation);
            let (state, cursor) = (view::State::default(), samples::cursor().into());
            Ok(Box::new(Gallery { screens, at, dark, composes, state, picture, cursor, presenter }))
        }),
    )
}
