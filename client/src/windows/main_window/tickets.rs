//! The list of tickets.

use deskside_look::tokens::{Meaning, Palette, text};
use deskside_look::widget::{self, Button, Card};
use deskside_words::t;
use egui::{RichText, Ui};

use super::{Scene, words};
use crate::app::UserCommand;
use crate::app::view::{TicketState, TicketView};

pub(super) fn show(ui: &mut Ui, scene: Scene<'_>) {
    if scene.view.tickets.is_empty() {
        widget::body(ui, t!("client-no-tickets"));
        return;
    }
    widget::small(ui, t!("client-tickets-text"));
    for ticket in &scene.view.tickets {
        widget::card(ui, Card::Plain, |ui| row(ui, scene, ticket));
    }
}

pub(super) fn row(ui: &mut Ui, scene: Scene<'_>, ticket: &TicketView) {
    let left = ticket.valid_until.duration_since(scene.moment.system).ok();
    let which = |ui: &mut Ui| {
        ui.vertical(|ui| {
            ui.spacing_mut().item_spacing.y = 2.0;
            let made = words::moment(ticket.created, scene.moment.system, scene.moment.offset);
            let number = RichText::new(ticket.id.short()).monospace().size(text::BODY);
            ui.horizontal(|ui| {
                ui.add(egui::Label::new(number.color(Palette::of(ui).ink.strong)).extend());
                widget::small(ui, &made);
            });
            widget::small(ui, &words::ticket_line(ticket.state, ticket.uses_left, left));
        });
    };
    widget::row_to_edges(ui, which, |ui| {
        let meaning = match ticket.state {
            TicketState::Open => Meaning::Good,
            TicketState::Closed => Meaning::Alert,
            TicketState::Used | TicketState::Expired | TicketState::Cancelled => Meaning::Neutral,
        };
        widget::badge(ui, words::ticket_state(ticket.state), meaning);
        if ticket.state == TicketState::Open {
            let cancel = Button::quiet(t!("client-cancel")).low().show(ui);
            deskside_look::reader::describe(ui.ctx(), cancel.response.id, &ticket.id.short());
            if cancel.pressed() {
                scene.commands.send(UserCommand::CancelTicket(ticket.id));
            }
        }
    });
    if ticket.state == TicketState::Open {
        super::repaint_at_minute_left(ui, left);
    }
}
