//! The card of a ticket: who asks, until when, and the passphrase.

use deskside_look::tokens::{Meaning, Palette, size, space};
use deskside_look::widget::{
    Button, Card, ErrorText, Row, card, error_panel, heading, hint_panel, key_values, small, strong,
};
use deskside_proto::ticket_file::Standing;
use deskside_words::t;
use egui::{CornerRadius, Frame, Key, Margin, Stroke, TextEdit, Ui};

use super::{State, column};
use crate::model::{Command, Now, Passphrase, Spoken, TicketStage};
use crate::words;

/// Characters that the field takes; the longest passphrase has far fewer.
const PASSPHRASE_LIMIT: usize = 200;

pub fn show(ui: &mut Ui, stage: &TicketStage, now: Now, state: &mut State, commands: &mut Vec<Command>) {
    let ticket = &stage.ticket;
    column(ui, |ui| {
        heading(ui, &t!("expert-ticket-heading", from = ticket.from().as_str()));
        card(ui, Card::Plain, |ui| {
            let validity = words::validity(ticket.validity(), now.unix);
            let (print, id) = (ticket.fingerprint(), ticket.id().short());
            let rows = [
                Row::text(t!("expert-ticket-from"), ticket.from().as_str()),
                Row::text(t!("expert-ticket-valid"), &validity),
                Row::code(t!("expert-ticket-fingerprint"), &print),
                Row::code(t!("expert-ticket-number"), &id),
            ];
            key_values(ui, "ticket", &rows);
        });
        match words::standing(stage.standing, ticket.validity(), now.unix) {
            Some(problem) => {
                let error =
                    ErrorText { what: &problem.what, meaning: &problem.meaning, remedy: &problem.remedy };
                error_panel(ui, error);
                buttons(ui, stage, state, commands);
            }
            None => credentials(ui, stage, state, commands),
        }
    });
    if ui.input(|input| input.key_pressed(Key::Escape)) {
        commands.push(Command::Back);
    }
}

fn credentials(ui: &mut Ui, stage: &TicketStage, state: &mut State, commands: &mut Vec<Command>) {
    if stage.passphrase == Passphrase::NotNeeded {
        hint_panel(ui, Meaning::Good, t!("expert-ticket-sealed"), t!("expert-ticket-sealed-meaning"));
        return buttons(ui, stage, state, commands);
    }
    card(ui, Card::Plain, |ui| {
        ui.spacing_mut().item_spacing.y = space::S;
        strong(ui, t!("expert-ticket-passphrase"));
        field(ui, stage, state, commands);
        small(ui, t!("expert-ticket-passphrase-hint"));
    });
    if let Passphrase::Wrong(fault) = &stage.passphrase {
        let words = words::ticket_fault(fault);
        error_panel(ui, ErrorText { what: &words.what, meaning: &words.meaning, remedy: &words.remedy });
    }
    buttons(ui, stage, state, commands);
}

fn field(ui: &mut Ui, stage: &TicketStage, state: &mut State, commands: &mut Vec<Command>) {
    let checking = stage.passphrase == Passphrase::Checking;
    ui.horizontal(|ui| {
        let button_width = 112.0;
        let width = ui.available_width() - button_width - space::S;
        let hint = egui::RichText::new(t!("expert-ticket-passphrase-sample")).color(Palette::of(ui).ink.weak);
        let frame = Frame::new()
            .fill(Palette::of(ui).ground.field)
            .stroke(Stroke::new(1.0, Palette::of(ui).ground.line_strong))
            .corner_radius(CornerRadius::same(size::CORNER_SMALL))
            .inner_margin(Margin::symmetric(space::M as i8, 9));
        let edit = TextEdit::singleline(&mut *state.passphrase)
            .id_salt("passphrase")
            .password(!state.passphrase_shown)
            .char_limit(PASSPHRASE_LIMIT)
            .interactive(!checking)
            .hint_text(hint)
            .frame(frame)
            .desired_width(width);
        let response = ui.add(edit);
        // Its name alone: that it holds a secret, egui has told already, so that no screen reader says what is typed.
        ui.ctx().accesskit_node_builder(response.id, |node| node.set_label(t!("expert-ticket-passphrase")));
        // Asked before the focus is given back, which would undo the loss.
        let entered = response.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
        if ui.memory(|memory| memory.focused().is_none()) && !checking {
            response.request_focus();
        }
        if entered && !state.passphrase.trim().is_empty() {
            commands.push(Command::TryPassphrase(Spoken(state.passphrase.clone())));
        }
        let word = if state.passphrase_shown { t!("expert-ticket-hide") } else { t!("expert-ticket-show") };
        if Button::quiet(word).min_width(button_width).show(ui).pressed() {
            state.passphrase_shown = !state.passphrase_shown;
            response.request_focus();
        }
    });
}

fn buttons(ui: &mut Ui, stage: &TicketStage, state: &State, commands: &mut Vec<Command>) {
    ui.horizontal(|ui| {
        if Button::quiet(t!("expert-ticket-back")).answer().show(ui).pressed() {
            commands.push(Command::Back);
        }
        if stage.standing != Standing::Valid {
            if Button::quiet(t!("expert-ticket-ignore-clock")).answer().show(ui).pressed() {
                commands.push(Command::IgnoreClock);
            }
            return;
        }
        match &stage.passphrase {
            Passphrase::NotNeeded => {
                let button = Button::primary(t!("expert-ticket-connect")).answer().show(ui);
                if button.pressed() {
                    commands.push(Command::Connect);
                }
                if ui.memory(|memory| memory.focused().is_none()) {
                    button.response.request_focus();
                }
            }
            Passphrase::Checking => {
                let _ = Button::primary(t!("expert-ticket-connect")).answer().enabled(false).show(ui);
                small(ui, t!("expert-ticket-checking"));
            }
            Passphrase::Needed | Passphrase::Wrong(_) => {
                let typed = !state.passphrase.trim().is_empty();
                if Button::primary(t!("expert-ticket-connect")).answer().enabled(typed).show(ui).pressed() {
                    commands.push(Command::TryPassphrase(Spoken(state.passphrase.clone())));
                }
            }
        }
    });
}
