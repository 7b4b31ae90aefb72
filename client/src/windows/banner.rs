//! The bar that is there as long as anybody sees the screen: who, what, since when, and how to stop it.
//!
//! It says whole minutes only: a running clock would be a picture change every second for whoever watches.

use std::time::Duration;

use deskside_look::fonts;
use deskside_look::tokens::{Meaning, Palette, Tone, size, space, text};
use deskside_look::widget::Button;
use deskside_words::t;
use egui::{Align, CornerRadius, Id, Label, Layout, Rect, RichText, Sense, Stroke, StrokeKind, Ui};

use super::{Scene, words};
use crate::app::UserCommand;
use crate::app::view::{SessionState, SessionView};

/// The bar's size (points); narrower where the screen is.
pub const SIZE: [f32; 2] = [720.0, 52.0];

/// Shows the bar; the answer says whether it is being dragged.
pub fn show(ui: &mut Ui, scene: Scene<'_>) -> egui::Response {
    let sessions = scene.view.sessions.as_slice();
    let controlled = sessions.iter().any(|session| matches!(session.state, SessionState::Controlling { .. }));
    let tone = Palette::of(ui).tone(if controlled { Meaning::Alert } else { Meaning::Watch });
    let whole = ui.max_rect();
    ui.painter().rect_filled(whole, CornerRadius::ZERO, tone.fill);
    let line = Stroke::new(1.0, tone.on_fill.gamma_multiply(0.5));
    ui.painter().rect_stroke(whole, CornerRadius::ZERO, line, StrokeKind::Inside);
    let handle =
        ui.interact(whole, Id::unique("banner"), Sense::drag()).on_hover_cursor(egui::CursorIcon::Grab);
    let inner = Rect::from_min_max(
        whole.min + egui::vec2(space::L, 0.0),
        whole.max - egui::vec2(space::S + 2.0, 0.0),
    );
    let layout = Layout::right_to_left(Align::Center);
    ui.scope_builder(egui::UiBuilder::new().max_rect(inner).layout(layout), |ui| {
        buttons(ui, scene, controlled, tone);
        ui.add_space(space::S);
        let rest = ui.available_rect_before_wrap();
        ui.scope_builder(
            egui::UiBuilder::new().max_rect(rest).layout(Layout::left_to_right(Align::Center)),
            |ui| sentences(ui, scene, sessions, tone),
        );
    });
    ui.ctx().request_repaint_after(until_next_minute(scene, sessions));
    handle
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
    if let Some((session, way, _)) = words::moving(sessions) {
        // In the place of what is less urgent now: the bar is narrow.
        if Button::on_bar(t!("client-cancel-copying"), tone).low().show(ui).pressed() {
            scene.commands.send(UserCommand::CancelCopying(session, way));
        }
        return;
    }
    if Button::on_bar(t!("client-hide"), tone).low().show(ui).pressed() {
        scene.commands.send(UserCommand::ShowSharing);
    }
}

fn sentences(ui: &mut Ui, scene: Scene<'_>, sessions: &[SessionView], tone: Tone) {
    let (dot, _) = ui.allocate_exact_size(egui::Vec2::splat(size::DOT), Sense::hover());
    ui.painter().circle_filled(dot.center(), size::DOT / 2.0, tone.on_fill);
    ui.add_space(space::XS);
    ui.vertical(|ui| {
        ui.spacing_mut().item_spacing.y = 1.0;
        let height = 2.3 * text::SMALL + 0.3 * text::BODY;
        ui.add_space(((ui.available_height() - height) / 2.0).max(0.0));
        let line =
            |words: String, font| Label::new(RichText::new(words).font(font).color(tone.on_fill)).truncate();
        ui.add(line(words::presence(sessions), fonts::strong(text::BODY)));
        let kept_back = words::kept_back(&scene.view.sharing);
        let hotkey = &scene.view.settings.hotkey;
        let passed = longest(scene, sessions);
        let hint = words::banner_hint(passed, kept_back.as_deref(), sessions, hotkey);
        ui.add(line(hint, fonts::regular(text::SMALL)));
    });
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
