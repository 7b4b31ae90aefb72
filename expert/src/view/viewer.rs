//! The screen of a running session: the picture, the toolbar over or above it, what must be said in between.

use std::time::Duration;

use deskside_look::tokens::{Meaning, Palette, size, space};
use deskside_look::widget::dot;
use deskside_words::t;
use egui::{
    Align2, Area, CentralPanel, CornerRadius, Frame, Id, Label, Margin, Order, Panel, Rect, RichText, Stroke,
    TextStyle, TextWrapMode, Ui, Vec2, WidgetText,
};

use super::keys::{SystemKeysNote, locks_note};
use super::picture::{self, Remembered as PictureState};
use super::{Live, Shown, statistics, toolbar};
use crate::app::input::{Layout, Pixels};
use crate::config::SystemKeys;
use crate::model::{Command, Model, Now, Phase, Session};
use crate::words;

/// How long something that happened stays written over the picture in full screen.
const NOTE_TIME: Duration = Duration::from_secs(6);

/// What a note over the picture needs besides its text: its dot, its margins, and a little of the picture (points).
const NOTE_SURROUNDINGS: f32 = size::DOT + 2.0 * (space::XL + space::L + space::S);

/// What the viewer remembers between frames.
#[derive(Default)]
pub struct Remembered {
    picture: PictureState,
    statistics: statistics::Remembered,
    keyboard_was_here: bool,
    system_keys: SystemKeysNote,
}

pub fn show(
    ui: &mut Ui,
    model: &Model,
    session: &Session,
    now: Now,
    state: &mut Remembered,
    mut live: Live<'_>,
    shown: &mut Shown,
) {
    let keyboard_here = live.wants.keyboard_in_toolbar || !session.is_controlling();
    let called = live.wants.keyboard_in_toolbar && !state.keyboard_was_here;
    state.keyboard_was_here = live.wants.keyboard_in_toolbar;
    keys(ui, model, session, &live, shown);
    // Where the toolbar ends.
    let mut beneath = ui.ctx().content_rect().top();
    if !model.full_screen {
        let bar = Panel::top("toolbar").frame(bar_frame(ui)).show_separator_line(false).show(ui, |ui| {
            toolbar::show(ui, model, session, now, &live, called, &mut shown.commands);
            if live.wants.keyboard_in_toolbar {
                toolbar::keyboard_hint(ui);
            }
        });
        beneath = bar.response.rect.bottom();
    }
    // Before the picture, over which it lies, as in a window.
    let over = if model.full_screen {
        full_screen_toolbar(ui, model, session, now, called, &live, shown)
    } else {
        None
    };
    // Dark in both appearances: a bright frame around a desktop blinds.
    let ground = Palette::for_dark(true).ground.field;
    let area = CentralPanel::default()
        .frame(Frame::new().fill(ground))
        .show(ui, |ui| {
            picture::show(ui, model.scale, session, session.looked_at(), &mut state.picture, &mut live)
        })
        .inner;
    let system_keys = model.settings.system_keys == SystemKeys::Sent;
    shown.layout = Layout { controlling: session.is_controlling(), system_keys, ..area };
    if model.full_screen {
        shown.layout.calling_edge = Some(pixels(ui, edge(ui.ctx().content_rect())));
    }
    if let Some(bar) = over {
        shown.layout.covers.push(pixels(ui, bar));
        beneath = bar.bottom();
    }
    state.system_keys.follow(live.wants, now);
    let about_locks = locks_note(ui, session, live.wants, now)
        .filter(|_| model.full_screen && note(ui, session, now).is_none());
    let about_keys = state.system_keys.note(ui, session, now).or(about_locks);
    // Another of the windows says it where the expert works.
    if let Some(word) = about_keys.filter(|_| shown.layout.covers.is_empty() && live.wants.focused) {
        note_over_picture(ui, beneath, &word, Meaning::Watch);
    }
    if model.statistics {
        statistics::show(ui, session, &mut state.statistics, live.presenter, beneath);
    }
    if !keyboard_here {
        // A control that was focused must not hear what is typed for the other side later.
        ui.memory_mut(|memory| {
            if let Some(id) = memory.focused() {
                memory.surrender_focus(id);
            }
        });
    }
    if egui::Popup::is_any_open(ui.ctx()) {
        // While a menu is open every click is the window's: it chooses or closes.
        shown.layout.picture = None;
    }
}

/// Keys of the viewer itself. While controlling they are heard only once the keyboard was brought here.
fn keys(ui: &Ui, model: &Model, session: &Session, live: &Live<'_>, shown: &mut Shown) {
    let (full, escape) =
        ui.input(|input| (input.key_pressed(egui::Key::F11), input.key_pressed(egui::Key::Escape)));
    if full {
        shown.commands.push(Command::SetFullScreen(!model.full_screen));
    }
    let keyboard_here = live.wants.keyboard_in_toolbar || !session.is_controlling();
    if let Some(number) = number_pressed(ui).filter(|_| keyboard_here) {
        let monitor = number.checked_sub(1).map(|at| session.monitors.as_slice().get(at));
        match monitor {
            None => shown.commands.push(Command::LookAt(None)),
            Some(Some(monitor)) => shown.commands.push(Command::LookAt(Some(monitor.name.clone()))),
            Some(None) => {}
        }
    }
    if escape && !egui::Popup::is_any_open(ui.ctx()) {
        if live.wants.keyboard_in_toolbar {
            shown.leave_toolbar = true;
        } else if model.full_screen && !session.is_controlling() {
            shown.commands.push(Command::SetFullScreen(false));
        }
    }
}

/// Which of the keys 0 to 9 was pressed, alone.
fn number_pressed(ui: &Ui) -> Option<usize> {
    use egui::Key;
    const NUMBERS: [Key; 10] = [
        Key::Num0,
        Key::Num1,
        Key::Num2,
        Key::Num3,
        Key::Num4,
        Key::Num5,
        Key::Num6,
        Key::Num7,
        Key::Num8,
        Key::Num9,
    ];
    ui.input(|input| {
        let pressed = |key: &Key| input.modifiers.is_none() && input.key_pressed(*key);
        NUMBERS.iter().position(pressed)
    })
}

fn bar_frame(ui: &Ui) -> Frame {
    let palette = Palette::of(ui);
    Frame::new()
        .fill(palette.ground.card)
        .inner_margin(Margin::symmetric(space::M as i8, 7))
        .stroke(Stroke::new(1.0, palette.ground.line))
}

/// In full screen the toolbar lies over the picture only while it is wanted; otherwise at most a note does. Gives where
/// the toolbar lies.
fn full_screen_toolbar(
    ui: &Ui,
    model: &Model,
    session: &Session,
    now: Now,
    called: bool,
    live: &Live<'_>,
    shown: &mut Shown,
) -> Option<Rect> {
    let screen = ui.ctx().content_rect();
    let menu_open = egui::Popup::is_any_open(ui.ctx());
    if live.wants.toolbar || menu_open {
        let frame =
            bar_frame(ui).corner_radius(CornerRadius { sw: size::CORNER, se: size::CORNER, nw: 0, ne: 0 });
        let width = (screen.width() - 2.0 * space::XXL).min(980.0);
        let response = Area::new(Id::unique("toolbar-over-picture"))
            .order(Order::Foreground)
            .anchor(Align2::CENTER_TOP, Vec2::ZERO)
            .show(ui.ctx(), |ui| {
                frame.show(ui, |ui| {
                    ui.set_width(width);
                    toolbar::show(ui, model, session, now, live, called, &mut shown.commands);
                    if live.wants.keyboard_in_toolbar {
                        toolbar::keyboard_hint(ui);
                    }
                });
            })
            .response;
        return Some(response.rect);
    }
    if let Some((word, meaning)) = note(ui, session, now) {
        note_over_picture(ui, screen.top(), &word, meaning);
    }
    None
}

/// The middle third of the topmost row of pixels.
fn edge(screen: Rect) -> Rect {
    let third = screen.width() / 3.0;
    Rect::from_min_size(egui::pos2(screen.left() + third, screen.top()), Vec2::new(third, 1.0))
}

/// What is worth saying over a picture without a toolbar: what waits, and what has just happened.
pub fn note(ui: &Ui, session: &Session, now: Now) -> Option<(String, Meaning)> {
    match session.phase {
        Phase::Asked { until } => {
            ui.ctx().request_repaint_after(Duration::from_secs(1));
            let left = words::countdown(until.saturating_duration_since(now.monotonic));
            return Some((
                t!("expert-note-asked", client = session.client.as_str(), left = left),
                Meaning::Watch,
            ));
        }
        Phase::Controlling { paused: true } => {
            return Some((t!("expert-note-paused", client = session.client.as_str()), Meaning::Watch));
        }
        Phase::Waiting { .. } | Phase::Viewing | Phase::Controlling { paused: false } => {}
    }
    let (last, since) = session.last?;
    let age = now.monotonic.saturating_duration_since(since);
    let left = NOTE_TIME.checked_sub(age).filter(|left| !left.is_zero())?;
    ui.ctx().request_repaint_after(left);
    Some((words::last(last, &session.client), Meaning::Alert))
}

/// A line at the top of the picture, which begins at `top` (points). It takes no clicks.
pub fn note_over_picture(ui: &Ui, top: f32, word: &str, meaning: Meaning) {
    let palette = Palette::of(ui);
    let from_top = top - ui.ctx().content_rect().top() + space::XL;
    Area::new(Id::unique("note-over-picture"))
        .order(Order::Foreground)
        .anchor(Align2::CENTER_TOP, Vec2::new(0.0, from_top))
        .interactable(false)
        .show(ui.ctx(), |ui| {
            Frame::new()
                .fill(palette.ground.card)
                .stroke(Stroke::new(1.0, palette.ground.line))
                .corner_radius(CornerRadius::same(size::CORNER))
                .inner_margin(Margin::symmetric(space::L as i8, space::S as i8))
                .show(ui, |ui| {
                    ui.horizontal(|ui| {
                        dot(ui, meaning);
                        let ink = palette.ink.strong;
                        // In more lines where the window is narrow, or draws large.
                        let room = ui.ctx().content_rect().width() - NOTE_SURROUNDINGS;
                        let text = WidgetText::from(RichText::new(word).color(ink));
                        let wrap = Some(TextWrapMode::Wrap);
                        ui.add(Label::new(text.into_galley(ui, wrap, room.max(1.0), TextStyle::Body)));
                    });
                });
        });
}

/// A rectangle of the window in physical pixels.
pub fn pixels(ui: &Ui, rect: Rect) -> Pixels {
    let scale = ui.ctx().pixels_per_point();
    Pixels {
        left: (rect.left() * scale).round(),
        top: (rect.top() * scale).round(),
        right: (rect.right() * scale).round(),
        bottom: (rect.bottom() * scale).round(),
    }
}
