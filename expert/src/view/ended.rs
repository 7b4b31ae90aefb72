//! It is over: what happened, what it means, what to do now.

use deskside_look::tokens::{Meaning, space};
use deskside_look::widget::{Button, ErrorText, error_panel, heading, hint_panel};
use deskside_words::t;
use egui::Ui;

use super::column;
use super::start::take_drops_and_pastes;
use crate::model::{Command, Copied, Ending, Given, Model};
use crate::words;

pub fn show(ui: &mut Ui, model: &Model, ending: &Ending, commands: &mut Vec<Command>) {
    take_drops_and_pastes(ui, commands);
    let client =
        model.current.as_ref().map_or(t!("expert-ended-somebody"), |(ticket, _)| ticket.from().as_str());
    let words = words::ending(ending, client);
    column(ui, |ui| {
        if is_good(ending) {
            heading(ui, t!("expert-ended-heading"));
            let line = format!("{} {}", words.meaning, words.remedy);
            hint_panel(ui, Meaning::Neutral, &words.what, line.trim());
        } else {
            heading(
                ui,
                if was_session(ending) {
                    t!("expert-ended-heading")
                } else {
                    t!("expert-ended-heading-unconnected")
                },
            );
            error_panel(ui, ErrorText { what: &words.what, meaning: &words.meaning, remedy: &words.remedy });
        }
        ui.add_space(space::XS);
        buttons(ui, model, ending, commands);
    });
}

fn buttons(ui: &mut Ui, model: &Model, ending: &Ending, commands: &mut Vec<Command>) {
    let can_try =
        ending.may_try_again() && model.current.as_ref().is_some_and(|(_, access)| access.is_some());
    ui.horizontal_wrapped(|ui| {
        if can_try && Button::primary(t!("expert-ended-try-again")).answer().show(ui).pressed() {
            commands.push(Command::TryAgain);
        }
        if ending.needs_ticket() {
            let word = if model.copied == Some(Copied::RequestForTicket) {
                t!("expert-ended-request-copied")
            } else {
                t!("expert-ended-copy-request")
            };
            if Button::quiet(word).show(ui).pressed() {
                commands.push(Command::Copy(Copied::RequestForTicket));
            }
        }
        let back = if can_try {
            Button::quiet(t!("expert-ended-back"))
        } else {
            Button::primary(t!("expert-ended-back"))
        };
        if back.answer().show(ui).pressed() {
            commands.push(Command::Back);
        }
    });
}

/// It ended as somebody wanted.
fn is_good(ending: &Ending) -> bool {
    use deskside_proto::wire::control::EndedReason;
    match ending {
        Ending::Given { .. } | Ending::ByThem(EndedReason::ByPerson | EndedReason::Closing) => true,
        Ending::ByThem(EndedReason::CaptureFailed)
        | Ending::Refused(_)
        | Ending::Connect(_)
        | Ending::Lost { .. }
        | Ending::Misbehaved => false,
    }
}

fn was_session(ending: &Ending) -> bool {
    match ending {
        Ending::Given { up } => *up == Given::Session,
        Ending::Lost { seen } => *seen,
        Ending::ByThem(_) | Ending::Misbehaved => true,
        Ending::Refused(_) | Ending::Connect(_) => false,
    }
}
