//! Pairs of a name and a value, aligned in two columns.

use egui::{Grid, Label, RichText, Ui};

use crate::fonts;
use crate::tokens::{Palette, space, text};

/// One pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row<'a> {
    /// What it is.
    pub name: &'a str,
    /// What it says.
    pub value: &'a str,
    /// Whether it is compared or read out letter by letter.
    pub code: bool,
}

impl<'a> Row<'a> {
    /// A pair in running text.
    #[must_use]
    pub const fn text(name: &'a str, value: &'a str) -> Self {
        Self { name, value, code: false }
    }

    /// A pair whose value is compared letter by letter.
    #[must_use]
    pub const fn code(name: &'a str, value: &'a str) -> Self {
        Self { name, value, code: true }
    }
}

/// The pairs, one per line; long values wrap within their column.
pub fn key_values(ui: &mut Ui, id: &str, rows: &[Row<'_>]) {
    let palette = Palette::of(ui);
    let width = ui.available_width();
    ui.spacing_mut().interact_size.y = 0.0;
    Grid::new(id).num_columns(2).spacing([space::L, space::S]).min_row_height(0.0).show(ui, |ui| {
        let before = ui.cursor().left();
        for row in rows {
            let name = RichText::new(row.name).font(fonts::regular(text::BODY)).color(palette.ink.weak);
            let label = ui.add(Label::new(name).extend());
            let left = (label.rect.right() - before + space::L).max(width * 0.22);
            let face =
                if row.code { egui::FontId::monospace(text::BODY) } else { fonts::regular(text::BODY) };
            let value = RichText::new(row.value).font(face).color(palette.ink.strong);
            ui.scope(|ui| {
                ui.set_max_width((width - left).max(width * 0.4));
                ui.add(Label::new(value).wrap());
            });
            ui.end_row();
        }
    });
}
