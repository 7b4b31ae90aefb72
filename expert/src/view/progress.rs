//! Connecting, and waiting for the person's yes: what is done, what is under way, how long it may take.

use std::time::Duration;

use deskside_look::tokens::{Meaning, Palette, size, space};
use deskside_look::widget::{Button, Card, body, card, heading, small, strong};
use deskside_words::t;
use egui::{Key, Sense, Stroke, Ui, Vec2};

use super::column;
use crate::model::{Command, Model, Now, Phase, Session};
use crate::words;

pub fn connecting(ui: &mut Ui, model: &Model, commands: &mut Vec<Command>) {
    let Some((ticket, _)) = &model.current else { return };
    let addresses: Vec<String> = ticket.addresses().iter().map(ToString::to_string).collect();
    column(ui, |ui| {
        heading(ui, &t!("expert-progress-connecting", client = ticket.from().as_str()));
        body(ui, t!("expert-progress-connecting-lead"));
        card(ui, Card::Plain, |ui| {
            steps(ui, 1);
            ui.add_space(space::XS);
            small(ui, &t!("expert-progress-trying", addresses = addresses.join(", ")));
        });
        cancel(ui, commands);
    });
}

pub fn waiting(ui: &mut Ui, session: &Session, now: Now, commands: &mut Vec<Command>) {
    let left = match session.phase {
        Phase::Waiting { until } => until.saturating_duration_since(now.monotonic),
        Phase::Viewing | Phase::Asked { .. } | Phase::Controlling { .. } => Duration::ZERO,
    };
    column(ui, |ui| {
        heading(ui, t!("expert-progress-waiting"));
        body(ui, &t!("expert-progress-waiting-lead", client = session.client.as_str()));
        card(ui, Card::Plain, |ui| {
            steps(ui, 2);
            ui.add_space(space::XS);
            small(ui, &t!("expert-progress-waiting-left", left = words::countdown(left)));
        });
        cancel(ui, commands);
    });
    // The countdown is all that changes.
    ui.ctx().request_repaint_after(Duration::from_secs(1));
}

fn cancel(ui: &mut Ui, commands: &mut Vec<Command>) {
    let escape = ui.input(|input| input.key_pressed(Key::Escape));
    if Button::quiet(t!("expert-progress-cancel")).answer().show(ui).pressed() || escape {
        commands.push(Command::End);
    }
}

/// The three steps to a picture; `at` is under way, those before it are done.
fn steps(ui: &mut Ui, at: usize) {
    ui.spacing_mut().item_spacing.y = space::S;
    let names = [
        t!("expert-progress-step-ticket"),
        t!("expert-progress-step-connected"),
        t!("expert-progress-step-allowed"),
    ];
    for (number, name) in names.into_iter().enumerate() {
        ui.horizontal(|ui| {
            mark(ui, number.cmp(&at));
            if number == at {
                strong(ui, name);
            } else {
                body(ui, name);
            }
        });
    }
}

fn mark(ui: &mut Ui, order: std::cmp::Ordering) {
    use std::cmp::Ordering;
    let palette = Palette::of(ui);
    let (rect, _) = ui.allocate_exact_size(Vec2::splat(20.0), Sense::hover());
    let centre = rect.center();
    let radius = size::DOT;
    match order {
        Ordering::Less => {
            let tone = palette.tone(Meaning::Good);
            ui.painter().circle_filled(centre, radius, tone.fill);
            let tick =
                [centre + Vec2::new(-4.0, 0.5), centre + Vec2::new(-1.0, 3.5), centre + Vec2::new(4.5, -3.0)];
            ui.painter().line(tick.to_vec(), Stroke::new(1.8, tone.on_fill));
        }
        Ordering::Equal => {
            let tone = palette.tone(Meaning::Accent);
            ui.painter().circle_stroke(centre, radius - 1.0, Stroke::new(2.0, tone.ink));
            ui.painter().circle_filled(centre, 4.0, tone.ink);
        }
        Ordering::Greater => {
            ui.painter().circle_stroke(centre, radius - 1.0, Stroke::new(1.5, palette.ground.line_strong));
        }
    }
}
