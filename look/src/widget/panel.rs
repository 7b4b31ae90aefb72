//! Panels that explain: what went wrong, or what is good to know.

use egui::Ui;

use crate::fonts;
use crate::reader;
use crate::tokens::{Meaning, Palette, space, text};
use crate::widget::{Button, Card, body, card};

/// An error as a person needs it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ErrorText<'a> {
    /// What happened.
    pub what: &'a str,
    /// What it means.
    pub meaning: &'a str,
    /// What to do now.
    pub remedy: &'a str,
}

/// An error: what happened, what it means, what to do. Empty parts are left out.
pub fn error_panel(ui: &mut Ui, error: ErrorText<'_>) {
    panel(ui, Meaning::Alert, error.what, &[error.meaning, error.remedy], |_| {});
}

/// Something good to know, in the colour of its meaning.
pub fn hint_panel(ui: &mut Ui, meaning: Meaning, title: &str, line: &str) {
    panel(ui, meaning, title, &[line], |_| {});
}

/// Like [`hint_panel`], with a button that puts it away; true when it was pressed.
pub fn answered_panel(ui: &mut Ui, meaning: Meaning, title: &str, line: &str, answer: &str) -> bool {
    let mut pressed = false;
    panel(ui, meaning, title, &[line], |ui| {
        ui.add_space(space::XS);
        pressed = Button::quiet(answer).low().show(ui).pressed();
    });
    pressed
}

/// A panel comes because something happened, so a screen reader says what is in it without being asked.
fn panel(ui: &mut Ui, meaning: Meaning, title: &str, lines: &[&str], more: impl FnOnce(&mut Ui)) {
    let at_once = meaning == Meaning::Alert;
    let ink = Palette::of(ui).tone(meaning).ink;
    card(ui, Card::Tinted(meaning), |ui| {
        ui.spacing_mut().item_spacing.y = space::XS + 2.0;
        if !title.is_empty() {
            let text = egui::RichText::new(title).font(fonts::strong(text::BODY)).color(ink);
            let response = ui.add(egui::Label::new(text).wrap());
            reader::announce(ui.ctx(), response.id, at_once);
        }
        for line in lines.iter().filter(|line| !line.is_empty()) {
            let response = body(ui, line);
            reader::announce(ui.ctx(), response.id, at_once);
        }
        more(ui);
    });
}
