//! A word with a coloured dot that says a state.

use egui::{CornerRadius, Response, Role, Sense, Ui, Vec2, WidgetInfo};

use crate::fonts;
use crate::tokens::{Meaning, Palette, size, space, text};

/// A state in a word: the colour supports the word and never replaces it.
pub fn badge(ui: &mut Ui, word: &str, meaning: Meaning) -> Response {
    let tone = Palette::of(ui).tone(meaning);
    let galley = ui.painter().layout_no_wrap(word.to_owned(), fonts::strong(text::SMALL), tone.ink);
    let gap = space::XS + 2.0;
    let wanted = Vec2::new(galley.size().x + size::DOT + gap + 2.0 * space::M, galley.size().y + space::S);
    let (rect, response) = ui.allocate_exact_size(wanted, Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, word));
    ui.painter().rect_filled(rect, CornerRadius::same((wanted.y / 2.0) as u8), tone.tint);
    let dot = rect.left_center() + Vec2::new(space::M + size::DOT / 2.0 - 1.0, 0.0);
    ui.painter().circle_filled(dot, size::DOT / 2.0, tone.ink);
    let at = rect.left_center() + Vec2::new(space::M + size::DOT + gap - 1.0, -galley.size().y / 2.0);
    ui.painter().galley(at, galley, tone.ink);
    response
}

/// A coloured dot.
pub fn dot(ui: &mut Ui, meaning: Meaning) {
    let tone = Palette::of(ui).tone(meaning);
    let (rect, _) = ui.allocate_exact_size(Vec2::splat(size::DOT), Sense::hover());
    ui.painter().circle_filled(rect.center(), size::DOT / 2.0, tone.ink);
}
