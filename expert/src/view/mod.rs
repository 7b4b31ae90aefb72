//! What the window shows, one file for each screen. Reads the model, pushes commands, acts on nothing.

mod composing;
mod ended;
mod keys;
pub mod monitor;
mod picture;
mod progress;
mod start;
mod statistics;
mod ticket;
mod toolbar;
mod viewer;

use std::sync::Arc;

use egui::Ui;
use zeroize::Zeroizing;

use crate::app::input::{Composing, Layout, Wants};
use crate::link::{Picture, SharedCursor};
use crate::model::{Command, Model, Now, Stage};
use crate::present::Presenter;

/// What the views remember between frames: text being typed, scroll places. Nothing that the model should know.
#[derive(Default)]
pub struct State {
    /// What is typed as the passphrase.
    passphrase: Zeroizing<String>,
    passphrase_shown: bool,
    viewer: viewer::Remembered,
}

/// The live picture, for the viewer's screen.
pub struct Live<'a> {
    /// Brings pixels onto the window.
    pub presenter: &'a mut dyn Presenter,
    /// The picture.
    pub picture: &'a Arc<Picture>,
    /// The other side's pointer.
    pub cursor: &'a SharedCursor,
    /// What pointer and keyboard call for.
    pub wants: Wants,
    /// What an input method is making.
    pub composing: &'a Composing,
}

/// What came of a frame.
#[derive(Default)]
pub struct Shown {
    /// What the person wants.
    pub commands: Vec<Command>,
    /// How the window lies, for the input.
    pub layout: Layout,
    /// The keyboard goes back to the other side.
    pub leave_toolbar: bool,
}

/// Shows the model.
pub fn show(ui: &mut Ui, model: &Model, now: Now, state: &mut State, live: Live<'_>) -> Shown {
    let mut shown = Shown::default();
    if !matches!(model.stage, Stage::Ticket(_)) && !state.passphrase.is_empty() {
        *state = State::default();
    }
    match &model.stage {
        Stage::Start { problem, reading } => {
            start::show(ui, model, problem.as_ref(), *reading, &mut shown.commands);
        }
        Stage::Ticket(ticket) => ticket::show(ui, ticket, now, state, &mut shown.commands),
        Stage::Connecting { .. } => progress::connecting(ui, model, &mut shown.commands),
        Stage::Session(session) if !session.is_seeing() => {
            progress::waiting(ui, session, now, &mut shown.commands);
        }
        Stage::Session(session) => viewer::show(ui, model, session, now, &mut state.viewer, live, &mut shown),
        Stage::Ended(ending) => ended::show(ui, model, ending, &mut shown.commands),
    }
    shown
}

/// A page whose content stands in one readable column, in the middle of wide windows.
fn column(ui: &mut Ui, content: impl FnOnce(&mut Ui)) {
    use deskside_look::tokens::{Palette, size, space};
    let ground = egui::Frame::new().fill(Palette::of(ui).ground.window);
    // The margin is inside what scrolls, so that the bar lies in it and never over the content.
    let margin = egui::Frame::new().inner_margin(egui::Margin::same(space::XL as i8));
    egui::CentralPanel::default().frame(ground).show(ui, |ui| {
        egui::ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
            margin.show(ui, |ui| {
                let spare = (ui.available_width() - size::READING_WIDTH).max(0.0);
                ui.horizontal_top(|ui| {
                    ui.add_space(spare / 2.0);
                    ui.vertical(|ui| {
                        ui.set_width(ui.available_width().min(size::READING_WIDTH));
                        ui.spacing_mut().item_spacing.y = space::M;
                        content(ui);
                    });
                });
            });
        });
    });
}
