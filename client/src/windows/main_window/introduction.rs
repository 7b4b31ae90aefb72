//! The first start: three sentences, and the question that fraud does not survive.

use deskside_look::tokens::{Meaning, space};
use deskside_look::widget::{self, Button};
use egui::Ui;

use super::{Scene, actions, scrolling, words};
use crate::app::UserCommand;

/// The answer so far.
#[derive(Debug, Default)]
pub(super) struct Draft {
    caller: Option<Caller>,
}

/// Who made the first step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Caller {
    ThePerson,
    TheHelper,
}

pub(super) fn show(ui: &mut Ui, scene: Scene<'_>, draft: &mut Draft) {
    actions(ui, |ui| buttons(ui, scene, draft.caller));
    scrolling(ui, |ui| {
        widget::heading(ui, words::WELCOME);
        super::numbered(ui, &words::THREE_SENTENCES);
        widget::subheading(ui, words::WHO_CALLED);
        ui.vertical(|ui| {
            ui.spacing_mut().item_spacing.y = space::XS;
            ui.spacing_mut().interact_size.y = space::XL;
            ui.radio_value(&mut draft.caller, Some(Caller::ThePerson), words::I_CALLED);
            ui.radio_value(&mut draft.caller, Some(Caller::TheHelper), words::THEY_CALLED);
        });
        if draft.caller == Some(Caller::TheHelper) {
            widget::hint_panel(ui, Meaning::Alert, words::SCAM_TITLE, words::SCAM_TEXT);
        }
    });
}

fn buttons(ui: &mut Ui, scene: Scene<'_>, caller: Option<Caller>) {
    match caller {
        None => {
            let _ = Button::primary(words::GO_ON).enabled(false).show(ui);
            widget::small(ui, words::ANSWER_FIRST);
        }
        Some(Caller::ThePerson) => {
            if Button::primary(words::GO_ON).show(ui).pressed() {
                scene.commands.send(UserCommand::SeenIntroduction);
            }
        }
        Some(Caller::TheHelper) => {
            if Button::primary(words::STOP_HERE).show(ui).pressed() {
                scene.commands.send(UserCommand::Quit);
            }
            if Button::quiet(words::GO_ON_ANYWAY).show(ui).pressed() {
                scene.commands.send(UserCommand::SeenIntroduction);
            }
        }
    }
}
