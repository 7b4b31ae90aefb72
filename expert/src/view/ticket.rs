//! The card of a ticket: who asks, until when, and the passphrase.

use deskside_look::tokens::{Meaning, Palette, size, space};
use deskside_look::widget::{
    Button, Card, ErrorText, Row, card, error_panel, heading, hint_panel, key_values, small, strong,
};
use deskside_proto::ticket_file::Standing;
use egui::{CornerRadius, Frame, Key, Margin, Stroke, TextEdit, Ui};

use super::{State, column};
use crate::model::{Command, Now, Passphrase, Spoken, TicketStage};
use crate::words::{self, ticket as text};

/// Characters that the field takes; the longest passphrase has far fewer.
const PASSPHRASE_LIMIT: usize = 200;

pub fn show(ui: &mut Ui, stage: &TicketStage, now: Now, state: &mut State, commands: &mut Vec<Command>) {
    let ticket = &stage.ticket;
    column(ui, |ui| {
        heading(ui, &format!("{} asks for your help", ticket.from()));
        card(ui, Card::Plain, |ui| {
            let [from, valid, fingerprint, number] = text::ROWS;
            let validity = words::validity(ticket.validity(), now.unix);
            let (print, id) = (ticket.fingerprint(), ticket.id().short());
            let rows = [
                Row::text(from, ticket.from().as_str()),
                Row::text(valid, &validity),
                Row::code(fingerprint, &print),
                Row::code(number, &id),
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
        hint_panel(ui, Meaning::Good, text::SEALED, text::SEALED_MEANING);
        return buttons(ui, stage, state, commands);
    }
    card(ui, Card::Plain, |ui| {
        ui.spacing_mut().item_spacing.y = space::S;
        strong(ui, text::PASSPHRASE);
        field(ui, stage, state, commands);
        small(ui, text::PASSPHRASE_HINT);
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
        let button_width = 84.0;
        let width = ui.available_width() - button_width - space::S;
        let hint = egui::RichText::new(text::PASSPHRASE_SAMPLE).color(Palette::of(ui).ink.weak);
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
        ui.ctx().accesskit_node_builder(response.id, |node| node.set_label(text::PASSPHRASE));
        // Asked before the focus is given back, which would undo the loss.
        let entered = response.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
        if ui.memory(|memory| memory.focused().is_none()) && !checking {
            response.request_focus();
        }
        if entered && !state.passphrase.trim().is_empty() {
            commands.push(Command::TryPassphrase(Spoken(state.passphrase.clone())));
        }
        let word = if state.passphrase_shown { text::HIDE } else { text::SHOW };
        if Button::quiet(word).min_width(button_width).show(ui).pressed() {
            state.passphrase_shown = !state.passphrase_shown;
            response.request_focus();
        }
    });
}

fn buttons(ui: &mut Ui, stage: &TicketStage, state: &State, commands: &mut Vec<Command>) {
    ui.horizontal(|ui| {
        if Button::quiet(text::BACK).answer().show(ui).pressed() {
            commands.push(Command::Back);
        }
        if stage.standing != Standing::Valid {
            if Button::quiet(text::IGNORE_CLOCK).answer().show(ui).pressed() {
                commands.push(Command::IgnoreClock);
            }
            return;
        }
        match &stage.passphrase {
            Passphrase::NotNeeded => {
                let button = Button::primary(text::OPEN).answer().show(ui);
                if button.pressed() {
                    commands.push(Command::Connect);
                }
                if ui.memory(|memory| memory.focused().is_none()) {
                    button.response.request_focus();
                }
            }
            Passphrase::Checking => {
                let _ = Button::primary(text::OPEN).answer().enabled(false).show(ui);
                small(ui, text::CHECKING);
            }
            Passphrase::Needed | Passphrase::Wrong(_) => {
                let typed = !state.passphrase.trim().is_empty();
                if Button::primary(text::OPEN).answer().enabled(typed).show(ui).pressed() {
                    commands.push(Command::TryPassphrase(Spoken(state.passphrase.clone())));
                }
            }
        }
    });
}
