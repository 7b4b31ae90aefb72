//! The bar that is there as long as anybody sees the screen: who, what, since when, and how to stop it.
//!
//! It says whole minutes only: a running clock would be a picture change every second for whoever watches.

use std::sync::Arc;
use std::time::Duration;

use deskside_look::tokens::{Meaning, Palette, Tone, size, space, text};
use deskside_look::widget::Button;
use deskside_look::{fonts, reader};
use deskside_words::t;
use egui::{
    Align, Color32, CornerRadius, Galley, Id, Label, Layout, Rect, RichText, Sense, Stroke, StrokeKind, Ui,
};

use super::{Scene, words};
use crate::app::UserCommand;
use crate::app::view::{SessionState, SessionView};

/// The bar's size at first and at least (points); narrower where the screen is.
pub const SIZE: [f32; 2] = [720.0, 52.0];
/// It grows to the width at which its first line fits, up to this (points); what is longer takes more lines.
const WIDEST: f32 = 1000.0;
/// The least room for its sentences, however long the words on its buttons are (points).
const LEAST_TEXT: f32 = 300.0;

/// Shows the bar. The answer has its handle, which says whether it is being dragged, and the size that it needs.
pub fn show(ui: &mut Ui, scene: Scene<'_>) -> (egui::Response, egui::Vec2) {
    let sessions = scene.view.sessions.as_slice();
    let controlled = sessions.iter().any(|session| matches!(session.state, SessionState::Controlling { .. }));
    reader::name_window(ui.ctx(), reader::Kind::Bar, t!("client-banner-title"), "");
    let tone = Palette::of(ui).tone(if controlled { Meaning::Alert } else { Meaning::Watch });
    let whole = ui.max_rect();
    ui.painter().rect_filled(whole, CornerRadius::ZERO, tone.fill);
    let line = Stroke::new(1.0, tone.on_fill.gamma_multiply(0.5));
    ui.painter().rect_stroke(whole, CornerRadius::ZERO, line, StrokeKind::Inside);
    let handle =
        ui.interact(whole, Id::unique("banner"), Sense::DRAG).on_hover_cursor(egui::CursorIcon::Grab);
    let inner = Rect::from_min_max(
        whole.min + egui::vec2(space::L, 0.0),
        whole.max - egui::vec2(space::S + 2.0, 0.0),
    );
    let layout = Layout::right_to_left(Align::Center);
    let mut wanted = whole.size();
    ui.scope_builder(egui::UiBuilder::new().max_rect(inner).layout(layout), |ui| {
        buttons(ui, scene, controlled, tone);
        ui.add_space(space::S);
        let rest = ui.available_rect_before_wrap();
        let sentences = Sentences::of(ui, scene, sessions);
        wanted = sentences.wanted(ui, whole.width() - rest.width() + TO_TEXT);
        ui.scope_builder(
            egui::UiBuilder::new().max_rect(rest).layout(Layout::left_to_right(Align::Center)),
            |ui| sentences.show(ui, tone),
        );
    });
    ui.ctx().request_repaint_after(until_next_minute(scene, sessions));
    (handle, wanted)
}

fn buttons(ui: &mut Ui, scene: Scene<'_>, controlled: bool, tone: Tone) {
    let sessions = &scene.view.sessions;
    let end = if sessions.len() > 1 { t!("client-end-all") } else { t!("client-end-session") };
    if Button::on_bar(end, tone).low().show(ui).pressed() {
        scene.commands.send(UserCommand::EndSession(None));
    }
    let stop = if controlled { t!("client-stop-control") } else { t!("client-stop-clipboard") };
    if scene.view.can_be_stopped() && Button::on_bar(stop, tone).low().show(ui).pressed() {
        scene.commands.send(UserCommand::StopControl);
    }
    // Stays where it is, whatever the expert copies: nobody shall press what has just taken its place.
    if Button::on_bar(t!("client-hide"), tone).low().show(ui).pressed() {
        scene.commands.send(UserCommand::ShowSharing);
    }
    if let Some((session, way, _)) = words::moving(sessions)
        && Button::on_bar(t!("client-cancel-copying"), tone).low().show(ui).pressed()
    {
        scene.commands.send(UserCommand::CancelCopying(session, way));
    }
}

/// From the bar's inner edge to its sentences: the dot and the gap behind it (points).
const TO_TEXT: f32 = size::DOT + 2.0 * space::S + space::XS;

/// Who is here, and since when and what else holds.
struct Sentences {
    who: Arc<Galley>,
    what: Arc<Galley>,
    texts: [String; 2],
}

impl Sentences {
    fn of(ui: &Ui, scene: Scene<'_>, sessions: &[SessionView]) -> Self {
        let kept_back = words::kept_back(&scene.view.sharing);
        let hotkey = &scene.view.settings.hotkey;
        let passed = longest(scene, sessions);
        let hint = words::banner_hint(passed, kept_back.as_deref(), sessions, hotkey);
        let texts = [words::presence(sessions), hint];
        let room = (ui.available_width() - TO_TEXT).max(1.0);
        let [who, what] = Self::laid_out(ui, &texts, room);
        Self { who, what, texts }
    }

    fn laid_out(ui: &Ui, texts: &[String; 2], room: f32) -> [Arc<Galley>; 2] {
        let [who, what] = texts.clone();
        [
            ui.painter().layout(who, fonts::strong(text::BODY), Color32::PLACEHOLDER, room),
            ui.painter().layout(what, fonts::regular(text::SMALL), Color32::PLACEHOLDER, room),
        ]
    }

    /// The size of a bar in which all of it is read, where `besides` is taken by everything else (points).
    fn wanted(&self, ui: &Ui, besides: f32) -> egui::Vec2 {
        let [least_width, least_height] = SIZE;
        let [who, _] = Self::laid_out(ui, &self.texts, f32::INFINITY);
        let width = (besides + who.size().x.max(LEAST_TEXT) + space::S).clamp(least_width, WIDEST).ceil();
        let [who, what] = Self::laid_out(ui, &self.texts, (width - besides).max(1.0));
        let height = who.size().y + 1.0 + what.size().y + 2.0 * space::S;
        egui::vec2(width, height.ceil().max(least_height))
    }

    fn show(self, ui: &mut Ui, tone: Tone) {
        let (dot, _) = ui.allocate_exact_size(egui::Vec2::splat(size::DOT), Sense::hover());
        ui.painter().circle_filled(dot.center(), size::DOT / 2.0, tone.on_fill);
        ui.add_space(space::XS);
        ui.vertical(|ui| {
            ui.spacing_mut().item_spacing.y = 1.0;
            let height = self.who.size().y + 1.0 + self.what.size().y;
            ui.add_space(((ui.available_height() - height) / 2.0).max(0.0));
            let [who, what] = self.texts;
            let line =
                |words: String, font| Label::new(RichText::new(words).font(font).color(tone.on_fill)).wrap();
            let response = ui.add(line(who, fonts::strong(text::BODY)));
            // Whoever cannot see the bar hears that somebody is here, and what they can do now.
            reader::announce(ui.ctx(), response.id, true);
            ui.add(line(what, fonts::regular(text::SMALL)));
        });
    }
}

fn longest(scene: Scene<'_>, sessions: &[SessionView]) -> Duration {
    let lengths =
        sessions.iter().map(|session| scene.moment.instant.saturating_duration_since(session.since));
    lengths.max().unwrap_or_default()
}

fn until_next_minute(scene: Scene<'_>, sessions: &[SessionView]) -> Duration {
    let into_minute = Duration::from_secs(longest(scene, sessions).as_secs() % 60);
    Duration::from_secs(60).saturating_sub(into_minute)
}
