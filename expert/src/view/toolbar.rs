//! The toolbar of a session: state, control, size, full screen, statistics, end.

use std::time::Duration;

use deskside_look::fonts;
use deskside_look::tokens::{Meaning, Palette, space, text as sizes};
use deskside_look::widget::{Button, Pressed, badge, small};
use deskside_proto::name::PersonName;
use deskside_proto::session::Way;
use egui::{Align, ComboBox, Label, Layout, RichText, Ui};

use super::{Live, keys};
use crate::model::{Command, Model, Now, Passage, Phase, Session, Wish};
use crate::scale::Scale;
use crate::words::{self, toolbar as text};

/// Shows the toolbar in one row. `called`: the keyboard has just been brought here.
pub fn show(
    ui: &mut Ui,
    model: &Model,
    session: &Session,
    now: Now,
    live: &Live<'_>,
    called: bool,
    commands: &mut Vec<Command>,
) {
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = space::S;
        let word = words::phase(&session.phase);
        badge(ui, word, meaning(&session.phase));
        let first = control(ui, session, now, commands);
        if called {
            first.response.request_focus();
        }
        clipboard(ui, session, commands);
        keys::show(ui, model, session, live.wants.freed, commands);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            right_side(ui, model, commands);
            monitors(ui, session, commands);
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| message(ui, session));
        });
    });
}

/// A line below the toolbar that says where the keyboard is.
pub fn keyboard_hint(ui: &mut Ui) {
    small(ui, text::KEYS);
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
            let shown = Button::quiet(text::WITHDRAW).low().show(ui);
            small(ui, &left);
            if shown.pressed() {
                commands.push(Command::WithdrawRequest);
            }
            return shown;
        }
        Phase::Controlling { .. } => {
            (Button::quiet(text::RELEASE).hint(text::CHORD), Command::ReleaseControl)
        }
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
    let menu = Button::quiet(words::clipboard::MENU).low().show(ui);
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
        if Button::quiet(words::clipboard::CANCEL).low().show(ui).pressed() {
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
    let shown = Button::primary(text::ASK).low().enabled(may_ask).show(ui);
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
        at.map_or_else(|| text::ALL_MONITORS.to_owned(), |at| words::monitor(monitors, at))
    };
    let shown = chosen.as_ref().map_or_else(|| text::ALL_MONITORS.to_owned(), named);
    let menu = ComboBox::from_id_salt("monitor").width(96.0).selected_text(shown).show_ui(ui, |ui| {
        ui.selectable_value(&mut chosen, None, text::ALL_MONITORS);
        for (at, monitor) in monitors.iter().enumerate() {
            ui.selectable_value(&mut chosen, Some(monitor.name.clone()), words::monitor(monitors, at));
        }
    });
    menu.response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::ComboBox, true, text::MONITOR));
    if chosen != session.monitor {
        commands.push(Command::LookAt(chosen));
    }
}

/// Who they are, or what has just happened.
fn message(ui: &mut Ui, session: &Session) {
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
    ui.add(Label::new(label).truncate());
}

/// From right to left: end, statistics, full screen, size.
fn right_side(ui: &mut Ui, model: &Model, commands: &mut Vec<Command>) {
    if Button::danger(text::END).low().show(ui).pressed() {
        commands.push(Command::End);
    }
    ui.add_space(space::XS);
    if Button::quiet(text::STATISTICS).low().show(ui).pressed() {
        commands.push(Command::SetStatistics(!model.statistics));
    }
    let word = if model.full_screen { text::WINDOW } else { text::FULL };
    if Button::quiet(word).low().hint("F11").show(ui).pressed() {
        commands.push(Command::SetFullScreen(!model.full_screen));
    }
    let mut scale = model.scale;
    let menu =
        ComboBox::from_id_salt("scale").width(64.0).selected_text(words::scale(scale)).show_ui(ui, |ui| {
            for offered in Scale::OFFERED {
                ui.selectable_value(&mut scale, offered, words::scale(offered));
            }
        });
    menu.response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::ComboBox, true, text::SCALE));
    if scale != model.scale {
        commands.push(Command::SetScale(scale));
    }
}
