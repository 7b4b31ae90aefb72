//! A word with a coloured dot that says a state.

use egui::{CornerRadius, Frame, Margin, RichText, Sense, Ui, Vec2};

use crate::fonts;
use crate::tokens::{Meaning, Palette, size, space, text};

/// A state in a word: the colour supports the word and never replaces it.
pub fn badge(ui: &mut Ui, word: &str, meaning: Meaning) {
    let tone = Palette::of(ui).tone(meaning);
    Frame::new()
        .fill(tone.tint)
        .corner_radius(CornerRadius::same(u8::MAX))
        .inner_margin(Margin::symmetric(space::M as i8 - 2, space::XS as i8 - 1))
        .show(ui, |ui| {
            ui.horizontal(|ui| {
                ui.spacing_mut().item_spacing.x = space::XS + 2.0;
                ui.spacing_mut().interact_size.y = 0.0;
                dot(ui, meaning);
                ui.add(
                    egui::Label::new(RichText::new(word).font(fonts::strong(text::SMALL)).color(tone.ink))
                        .extend(),
                );
            });
        });
}

/// A coloured dot.
pub fn dot(ui: &mut Ui, meaning: Meaning) {
    let tone = Palette::of(ui).tone(meaning);
    let (rect, _) = ui.allocate_exact_size(Vec2::splat(size::DOT), Sense::hover());
    ui.painter().circle_filled(rect.center(), size::DOT / 2.0, tone.ink);
}
