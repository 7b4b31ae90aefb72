//! The bar that is there as long as anybody sees the screen: who, what, since when, and how to stop it.
//!
//! It says whole minutes only: a running clock would be a picture change every second for whoever watches.

mod plan;

use std::sync::Arc;
use std::time::Duration;

use deskside_look::tokens::{Meaning, Palette, size, text};
use deskside_look::widget::Button;
use deskside_look::{fonts, reader};
use deskside_words::t;
use egui::{
    Color32, Context, CornerRadius, Galley, Id, Label, PointerButton, Pos2, Rect, Sense, Stroke, StrokeKind,
    Ui, UiBuilder, Vec2,
};

use self::plan::{Parts, Plan};
use super::{Scene, words};
use crate::app::UserCommand;
use crate::app::view::{SessionState, SessionView};

/// Between the two sentences (points).
const BETWEEN: f32 = 1.0;

/// The size that the bar needs on a screen of this width (points); to be called while a picture is made.
#[must_use]
pub fn wanted_size(ctx: &Context, scene: Scene<'_>, screen: f32) -> Vec2 {
    Bar::of(scene).plan(ctx, |parts| Plan::on_screen(parts, screen)).size
}

/// Shows the bar in all the room that there is. The answer is where the pointer has just taken hold of it to drag it.
pub fn show(ui: &mut Ui, scene: Scene<'_>) -> Option<Pos2> {
    let bar = Bar::of(scene);
    reader::name_window(ui.ctx(), reader::Kind::Bar, t!("client-banner-title"));
    let tone = Palette::of(ui).tone(if bar.controlled { Meaning::Alert } else { Meaning::Watch });
    let whole = ui.max_rect();
    ui.painter().rect_filled(whole, CornerRadius::ZERO, tone.fill);
    let line = Stroke::new(1.0, tone.on_fill.gamma_multiply(0.5));
    ui.painter().rect_stroke(whole, CornerRadius::ZERO, line, StrokeKind::Inside);
    ui.interact(whole, Id::unique("banner"), Sense::DRAG).on_hover_cursor(egui::CursorIcon::Grab);
    let plan = bar.plan(ui.ctx(), |parts| Plan::in_width(parts, whole.width()));
    // Until the window has the size that it needs, what is in it is in the middle of it.
    let spare = ((whole.height() - plan.size.y) / 2.0).max(0.0);
    let corner = whole.min.to_vec2() + Vec2::new(0.0, spare);
    ui.painter().circle_filled(plan.dot() + corner, size::DOT / 2.0, tone.on_fill);
    bar.show_sentences(ui, plan.text.translate(corner), tone.on_fill);
    let mut taken = taken(ui).filter(|place| whole.contains(*place));
    let mut placed: Vec<_> = bar.actions.into_iter().zip(plan.buttons).collect();
    // As they are read.
    placed.sort_by(|(_, one), (_, other)| {
        one.top().total_cmp(&other.top()).then(one.left().total_cmp(&other.left()))
    });
    for (action, place) in placed {
        taken = taken.filter(|taken| !place.translate(corner).contains(*taken));
        // It is the same button wherever it is and however many there are, also to a press that has begun.
        let room = UiBuilder::new().max_rect(place.translate(corner)).scope_id(Id::unique(action.id));
        let button = Button::on_bar(action.text, tone).low();
        if ui.scope_builder(room, |ui| button.show(ui)).inner.pressed() {
            scene.commands.send(action.command);
        }
    }
    ui.ctx().request_repaint_after(until_next_minute(scene, &scene.view.sessions));
    taken
}

/// Where the pointer was pressed since the picture before. egui's own drags begin only where the pointer still is when
/// the next picture is made, and a quick hand is elsewhere by then.
fn taken(ui: &Ui) -> Option<Pos2> {
    ui.input(|input| {
        input.pointer.button_pressed(PointerButton::Primary).then(|| input.pointer.press_origin()).flatten()
    })
}

/// What can be done on the bar.
struct Action {
    id: &'static str,
    text: &'static str,
    command: UserCommand,
}

/// What is on the bar, in the order of reading.
struct Bar {
    controlled: bool,
    /// Who is here; and since when, and what else holds.
    sentences: [String; 2],
    /// From left to right in one row.
    actions: Vec<Action>,
}

impl Bar {
    fn of(scene: Scene<'_>) -> Self {
        let sessions = scene.view.sessions.as_slice();
        let controlled =
            sessions.iter().any(|session| matches!(session.state, SessionState::Controlling { .. }));
        let kept_back = words::kept_back(&scene.view.sharing);
        let hotkey = &scene.view.settings.hotkey;
        let hint = words::banner_hint(longest(scene, sessions), kept_back.as_deref(), sessions, hotkey);
        let actions = actions(scene, controlled);
        Self { controlled, sentences: [words::presence(sessions), hint], actions }
    }

    /// The sentences in lines of this width (points).
    fn laid_out(&self, ctx: &Context, ink: Color32, width: f32) -> [Arc<Galley>; 2] {
        let [who, what] = self.sentences.clone();
        ctx.fonts_mut(|faces| {
            [
                faces.layout(who, fonts::strong(text::BODY), ink, width),
                faces.layout(what, fonts::regular(text::SMALL), ink, width),
            ]
        })
    }

    fn plan(&self, ctx: &Context, made: impl FnOnce(&Parts<'_>) -> Plan) -> Plan {
        let lines = |width| self.laid_out(ctx, Color32::PLACEHOLDER, width).map(|lines| lines.size());
        let height = |width| lines(width).iter().map(|size| size.y).sum::<f32>() + BETWEEN;
        let [who, _] = lines(f32::INFINITY);
        let sizes = self.actions.iter().map(|action| Button::quiet(action.text).low().size(ctx));
        made(&Parts { first_line: who.x, height: &height, buttons: sizes.collect() })
    }

    fn show_sentences(&self, ui: &mut Ui, room: Rect, ink: Color32) {
        let [who, what] = self.laid_out(ui.ctx(), ink, room.width());
        let room = UiBuilder::new().max_rect(room).scope_id(Id::unique("banner-sentences"));
        ui.scope_builder(room, |ui| {
            ui.spacing_mut().item_spacing.y = BETWEEN;
            let response = ui.add(Label::new(who));
            // Whoever cannot see the bar hears that somebody is here, and what they can do now.
            reader::announce(ui.ctx(), response.id, true);
            ui.add(Label::new(what));
        });
    }
}

fn actions(scene: Scene<'_>, controlled: bool) -> Vec<Action> {
    let sessions = &scene.view.sessions;
    let mut actions = Vec::new();
    let mut offer = |id, text, command| actions.push(Action { id, text, command });
    if let Some((session, way, _)) = words::moving(sessions) {
        offer("banner-cancel", t!("client-cancel-copying"), UserCommand::CancelCopying(session, way));
    }
    // Stays where it is, whatever the expert copies: nobody shall press what has just taken its place.
    offer("banner-hide", t!("client-hide"), UserCommand::ShowSharing);
    if scene.view.can_be_stopped() {
        let stop = if controlled { t!("client-stop-control") } else { t!("client-stop-clipboard") };
        offer("banner-stop", stop, UserCommand::StopControl);
    }
    let end = if sessions.len() > 1 { t!("client-end-all") } else { t!("client-end-session") };
    offer("banner-end", end, UserCommand::EndSession(None));
    actions
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
