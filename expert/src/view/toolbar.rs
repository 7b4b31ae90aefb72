//! The toolbar of a session: state, control, size, full screen, statistics, end.

use std::time::Duration;

use deskside_look::fonts;
use deskside_look::reader;
use deskside_look::tokens::{Meaning, Palette, space, text as sizes};
use deskside_look::widget::{Button, Pressed, badge, row_to_edges, small};
use deskside_proto::name::PersonName;
use deskside_proto::session::Way;
use deskside_proto::wire::monitors::Monitor;
use deskside_words::t;
use egui::{ComboBox, Label, RichText, TextStyle, TextWrapMode, Ui, Vec2, WidgetText};

use super::{Live, keys};
use crate::model::{Command, Model, Now, Passage, Phase, Session, Wish};
use crate::scale::Scale;
use crate::words;

/// The most room that is made for who they are, or what has just happened. Units: points.
const MESSAGE_WIDTH: f32 = 400.0;

/// Shows the toolbar in one row, or in two where the window is too narrow. `called`: the keyboard has just been brought here.
pub fn show(
    ui: &mut Ui,
    model: &Model,
    session: &Session,
    now: Now,
    live: &Live<'_>,
    called: bool,
    commands: &mut Vec<Command>,
) {
    let remembered = egui::Id::unique("toolbar-width");
    let needed: f32 = ui.data(|data| data.get_temp(remembered)).unwrap_or_default();
    let (room, mut used) = (ui.available_width(), 0.0);
    let one_row = room >= needed;
    ui.spacing_mut().item_spacing = Vec2::splat(space::S);
    let left_half = |ui: &mut Ui| {
        let word = words::phase(&session.phase);
        let state = badge(ui, word, meaning(&session.phase));
        reader::announce(ui.ctx(), state.id, true);
        let first = control(ui, session, now, commands);
        if called {
            first.response.request_focus();
        }
        clipboard(ui, session, commands);
        keys::show(ui, model, session, live.wants, now, commands);
        used += ui.min_rect().width();
        if one_row {
            used += right_half(ui, model, session, commands);
        }
    };
    if one_row {
        ui.horizontal(left_half);
    } else {
        // What is being pasted may need a row of its own.
        ui.horizontal_wrapped(left_half);
        used += ui.horizontal(|ui| right_half(ui, model, session, commands)).inner;
    }
    // What the widest state has needed so far, so that the picture does not jump with every state.
    let needed = needed.max(used + 2.0 * space::S);
    ui.data_mut(|data| data.insert_temp(remembered, needed));
    if one_row && room < needed {
        ui.ctx().request_repaint();
    }
}

/// What is said, and what stands at the right; gives the width that both would like.
fn right_half(ui: &mut Ui, model: &Model, session: &Session, commands: &mut Vec<Command>) -> f32 {
    let (said, controls) = row_to_edges(
        ui,
        |ui| message(ui, session),
        |ui| {
            monitors(ui, session, commands);
            right_side(ui, model, commands);
            ui.min_rect().width()
        },
    );
    said + controls
}

/// A line below the toolbar that says where the keyboard is.
pub fn keyboard_hint(ui: &mut Ui) {
    small(ui, t!("expert-toolbar-keys"));
}

const fn meaning(phase: &Phase) -> Meaning {
    match phase {
        Phase::Waiting { .. } => Meaning::Neutral,
        Phase::Viewing => Meaning::Accent,
        Phase::Asked { .. } | Phase::Controlling { paused: true } => Meaning::Watch,
        Phase::Controlling { paused: false } => Meaning::Good,
    }
}

/// The one button about control that makes sense now.
fn control(ui: &mut Ui, session: &Session, now: Now, commands: &mut Vec<Command>) -> Pressed {
    let (button, command) = match session.phase {
        Phase::Waiting { .. } | Phase::Viewing => return ask(ui, session, now, commands),
        Phase::Asked { until } => {
            let left = words::countdown(until.saturating_duration_since(now.monotonic));
            ui.ctx().request_repaint_after(Duration::from_secs(1));
            let shown = Button::quiet(t!("expert-toolbar-withdraw")).low().show(ui);
            small(ui, &left);
            if shown.pressed() {
                commands.push(Command::WithdrawRequest);
            }
            return shown;
        }
        Phase::Controlling { .. } => (
            Button::quiet(t!("expert-toolbar-release")).hint(t!("expert-toolbar-chord")),
            Command::ReleaseControl,
        ),
    };
    let shown = button.low().show(ui);
    if shown.pressed() {
        commands.push(command);
    }
    shown
}

/// The two ways of the clipboard, and what is being pasted.
fn clipboard(ui: &mut Ui, session: &Session, commands: &mut Vec<Command>) {
    if !session.is_seeing() {
        return;
    }
    let menu = Button::quiet(t!("expert-toolbar-clipboard")).low().show(ui);
    egui::Popup::menu(&menu.response).show(|ui| {
        for way in Way::ALL {
            let passage = session.passage(way);
            let (wish, command) = match passage {
                Passage::Closed => (Wish::AskClipboard(way), Command::AskClipboard(way)),
                Passage::Asked => (Wish::WithdrawRequest, Command::WithdrawRequest),
                Passage::Open => (Wish::ReleaseClipboard(way), Command::ReleaseClipboard(way)),
            };
            let line = egui::Button::new(words::clipboard::choice(way, passage));
            if ui.add_enabled(session.accepts(wish), line).clicked() {
                commands.push(command);
            }
        }
    });
    if let Some(progress) = session.pasting.and_then(words::clipboard::progress) {
        small(ui, &progress);
        if Button::quiet(t!("expert-clipboard-cancel")).low().show(ui).pressed() {
            commands.push(Command::CancelPaste);
        }
    } else if let Some(state) = words::clipboard::state(session.ways) {
        small(ui, state);
    }
}

fn ask(ui: &mut Ui, session: &Session, now: Now, commands: &mut Vec<Command>) -> Pressed {
    let pause =
        session.ask_from.map(|from| from.saturating_duration_since(now.monotonic)).unwrap_or_default();
    let may_ask = session.accepts(Wish::RequestControl) && pause.is_zero();
    if !pause.is_zero() {
        ui.ctx().request_repaint_after(pause.min(Duration::from_secs(1)));
    }
    let shown = Button::primary(t!("expert-toolbar-ask")).low().enabled(may_ask).show(ui);
    if shown.pressed() {
        commands.push(Command::RequestControl);
    }
    shown
}

/// The choice of monitors, where there are several.
fn monitors(ui: &mut Ui, session: &Session, commands: &mut Vec<Command>) {
    let monitors = session.monitors.as_slice();
    if monitors.len() < 2 {
        return;
    }
    let mut chosen = session.monitor.clone();
    let named = |name: &PersonName| {
        let at = monitors.iter().position(|monitor| monitor.name == *name);
        at.map_or_else(|| t!("expert-toolbar-all-monitors").to_owned(), |at| words::monitor(monitors, at))
    };
    let shown = chosen.as_ref().map_or_else(|| t!("expert-toolbar-all-monitors").to_owned(), named);
    let is_apart = |monitor: &Monitor| session.apart.contains(&monitor.name);
    let menu = ComboBox::from_id_salt("monitor").width(96.0).selected_text(&shown).show_ui(ui, |ui| {
        ui.selectable_value(&mut chosen, None, t!("expert-toolbar-all-monitors"));
        for (at, monitor) in monitors.iter().enumerate() {
            ui.selectable_value(&mut chosen, Some(monitor.name.clone()), words::monitor(monitors, at));
        }
        ui.separator();
        if ui.selectable_label(false, t!("expert-toolbar-each-apart")).clicked() {
            commands.push(Command::EachApart);
        }
        for (at, monitor) in monitors.iter().enumerate() {
            let line = t!("expert-toolbar-apart", monitor = words::monitor(monitors, at));
            if ui.selectable_label(is_apart(monitor), line).clicked() {
                commands.push(Command::Apart(monitor.name.clone(), !is_apart(monitor)));
            }
        }
    });
    menu.response
        .widget_info(|| egui::WidgetInfo::labeled(egui::Role::ComboBox, true, t!("expert-toolbar-monitor")));
    reader::tell_value(ui.ctx(), menu.response.id, &shown);
    if chosen != session.monitor {
        commands.push(Command::LookAt(chosen));
    }
}

/// Who they are, or what has just happened; gives the width that it would like.
fn message(ui: &mut Ui, session: &Session) -> f32 {
    let palette = Palette::of(ui);
    if let Some(less) = words::sharing(session.sharing) {
        badge(ui, less, Meaning::Neutral);
    }
    let label = match session.last {
        Some((last, _)) => RichText::new(words::last(last, &session.client))
            .font(fonts::regular(sizes::SMALL))
            .color(palette.ink.body),
        None => {
            RichText::new(session.client.as_str()).font(fonts::strong(sizes::BODY)).color(palette.ink.strong)
        }
    };
    let beside = ui.min_rect().width();
    let galley = WidgetText::from(label.clone()).into_galley(
        ui,
        Some(TextWrapMode::Extend),
        f32::INFINITY,
        TextStyle::Body,
    );
    let width = beside + galley.size().x.min(MESSAGE_WIDTH);
    ui.add(Label::new(label).truncate());
    width
}

/// Size, full screen, statistics, end.
fn right_side(ui: &mut Ui, model: &Model, commands: &mut Vec<Command>) {
    let mut scale = model.scale;
    let menu =
        ComboBox::from_id_salt("scale").width(64.0).selected_text(words::scale(scale)).show_ui(ui, |ui| {
            for offered in Scale::OFFERED {
                ui.selectable_value(&mut scale, offered, words::scale(offered));
            }
        });
    menu.response
        .widget_info(|| egui::WidgetInfo::labeled(egui::Role::ComboBox, true, t!("expert-toolbar-scale")));
    reader::tell_value(ui.ctx(), menu.response.id, &words::scale(model.scale));
    if scale != model.scale {
        commands.push(Command::SetScale(scale));
    }
    let word = if model.full_screen { t!("expert-toolbar-window") } else { t!("expert-toolbar-full-screen") };
    if Button::quiet(word).low().hint("F11").show(ui).pressed() {
        commands.push(Command::SetFullScreen(!model.full_screen));
    }
    if Button::quiet(t!("expert-toolbar-statistics")).low().show(ui).pressed() {
        commands.push(Command::SetStatistics(!model.statistics));
    }
    ui.add_space(space::XS);
    if Button::danger(t!("expert-toolbar-end")).low().show(ui).pressed() {
        commands.push(Command::End);
    }
}
