//! The question before the window goes and takes open tickets or sessions with it.

use deskside_look::tokens::space;
use deskside_look::widget::{self, Button, Foot};
use deskside_words::t;
use egui::Ui;

use super::{Scene, actions, words};
use crate::app::UserCommand;

/// Whether the question is still open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// It is.
    Open,
    /// The window stays.
    Stay,
}

pub(super) fn show(ui: &mut Ui, scene: Scene<'_>) -> Outcome {
    let mut outcome = Outcome::Open;
    let (foot, ()) = Foot::below(ui, |ui| {
        widget::page(ui, |ui| {
            ui.spacing_mut().item_spacing.y = space::M;
            widget::heading(ui, t!("client-close-title"));
            widget::body(ui, words::close_text(scene.view.activity()));
        });
    });
    actions(ui, foot, |ui| {
        if Button::primary(t!("client-keep-open")).show(ui).pressed() {
            outcome = Outcome::Stay;
        }
        if Button::danger(t!("client-close-all")).show(ui).pressed() {
            scene.commands.send(UserCommand::Quit);
        }
    });
    if ui.input(|input| input.key_pressed(egui::Key::Escape)) {
        outcome = Outcome::Stay;
    }
    outcome
}
