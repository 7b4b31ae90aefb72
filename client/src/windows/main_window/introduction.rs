//! The first start: three sentences, and the question that fraud does not survive.

use deskside_look::tokens::{Meaning, space};
use deskside_look::widget::{self, Button, Foot};
use deskside_words::t;
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
    let (foot, ()) = Foot::below(ui, |ui| scrolling(ui, |ui| page(ui, draft)));
    actions(ui, foot, |ui| buttons(ui, scene, draft.caller));
}

fn page(ui: &mut Ui, draft: &mut Draft) {
    widget::heading(ui, t!("client-welcome"));
    super::numbered(ui, &words::three_sentences());
    widget::subheading(ui, t!("client-who-called"));
    ui.vertical(|ui| {
        ui.spacing_mut().item_spacing.y = space::XS;
        ui.spacing_mut().interact_size.y = space::XL;
        ui.radio_value(&mut draft.caller, Some(Caller::ThePerson), t!("client-i-called"));
        ui.radio_value(&mut draft.caller, Some(Caller::TheHelper), t!("client-they-called"));
    });
    if draft.caller == Some(Caller::TheHelper) {
        widget::hint_panel(ui, Meaning::Alert, t!("client-scam-title"), t!("client-scam-text"));
    }
}

fn buttons(ui: &mut Ui, scene: Scene<'_>, caller: Option<Caller>) {
    match caller {
        None => {
            let _ = Button::primary(t!("client-go-on")).enabled(false).show(ui);
            widget::small(ui, t!("client-answer-first"));
        }
        Some(Caller::ThePerson) => {
            if Button::primary(t!("client-go-on")).show(ui).pressed() {
                scene.commands.send(UserCommand::SeenIntroduction);
            }
        }
        Some(Caller::TheHelper) => {
            if Button::primary(t!("client-stop-here")).show(ui).pressed() {
                scene.commands.send(UserCommand::Quit);
            }
            if Button::quiet(t!("client-go-on-anyway")).show(ui).pressed() {
                scene.commands.send(UserCommand::SeenIntroduction);
            }
        }
    }
}
