//! Cards and pages: what groups things and keeps them off the edge.

use egui::{CornerRadius, Frame, Margin, Stroke, Ui};

use crate::tokens::{Meaning, Palette, size, space};

/// How a card stands out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Card {
    /// White on grey, with a line.
    Plain,
    /// Tinted: it says something about a state.
    Tinted(Meaning),
}

/// A full-width card.
pub fn card<R>(ui: &mut Ui, kind: Card, content: impl FnOnce(&mut Ui) -> R) -> R {
    let palette = Palette::of(ui);
    let (fill, line) = match kind {
        Card::Plain => (palette.ground.card, palette.ground.line),
        Card::Tinted(meaning) => {
            let tone = palette.tone(meaning);
            (tone.tint, tone.ink.gamma_multiply(0.35))
        }
    };
    Frame::new()
        .fill(fill)
        .stroke(Stroke::new(1.0, line))
        .corner_radius(CornerRadius::same(size::CORNER))
        .inner_margin(Margin::same(space::L as i8))
        .show(ui, |ui| {
            ui.set_width(ui.available_width());
            // Rows in a card are as high as what is in them.
            ui.spacing_mut().interact_size.y = 0.0;
            content(ui)
        })
        .inner
}

/// A window's whole content: its ground and its margin.
pub fn page<R>(ui: &mut Ui, content: impl FnOnce(&mut Ui) -> R) -> R {
    let fill = Palette::of(ui).ground.window;
    egui::CentralPanel::default()
        .frame(Frame::new().fill(fill).inner_margin(Margin::same(space::XL as i8)))
        .show(ui, content)
        .inner
}
