//! Small widgets that both programs share.
//!
//! Each takes what it shows and returns what was pressed. None acts.

mod badge;
mod button;
mod card;
mod code;
mod order;
mod panel;
mod rows;

pub use badge::{badge, dot};
pub use button::{Button, Pressed};
pub use card::{Card, card, page};
pub use code::{big_code, fingerprint};
pub use order::{Foot, row_to_edges};
pub use panel::{ErrorText, answered_panel, error_panel, hint_panel};
pub use rows::{Row, key_values};

use crate::fonts;
use crate::tokens::{Palette, text};

/// A window's title.
pub fn heading(ui: &mut egui::Ui, text: &str) {
    let ink = Palette::of(ui).ink.strong;
    let title = egui::RichText::new(text).font(fonts::strong(text::HEADING)).color(ink);
    let response = ui.add(egui::Label::new(title).wrap());
    // The next page's title is what tells a screen reader that there is a next page.
    crate::reader::announce(ui.ctx(), response.id, false);
}

/// A card's title.
pub fn subheading(ui: &mut egui::Ui, text: &str) {
    let ink = Palette::of(ui).ink.strong;
    ui.add(
        egui::Label::new(egui::RichText::new(text).font(fonts::strong(text::SUBHEADING)).color(ink)).wrap(),
    );
}

/// Running text, wrapped at the width that is there.
pub fn body(ui: &mut egui::Ui, text: &str) -> egui::Response {
    let ink = Palette::of(ui).ink.body;
    ui.add(egui::Label::new(egui::RichText::new(text).font(fonts::regular(text::BODY)).color(ink)).wrap())
}

/// Running text that matters.
pub fn strong(ui: &mut egui::Ui, text: &str) {
    let ink = Palette::of(ui).ink.strong;
    ui.add(egui::Label::new(egui::RichText::new(text).font(fonts::strong(text::BODY)).color(ink)).wrap());
}

/// A hint.
pub fn small(ui: &mut egui::Ui, text: &str) {
    let ink = Palette::of(ui).ink.weak;
    ui.add(egui::Label::new(egui::RichText::new(text).font(fonts::regular(text::SMALL)).color(ink)).wrap());
}
