//! Pairs of a name and a value, aligned in two columns.

use egui::{Grid, Label, RichText, TextStyle, TextWrapMode, Ui, WidgetText};

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
    let name_of =
        |row: &Row<'_>| RichText::new(row.name).font(fonts::regular(text::BODY)).color(palette.ink.weak);
    let widest = rows.iter().map(|row| width_of(ui, name_of(row))).fold(0.0, f32::max);
    let left = (widest + space::L).max(width * 0.22);
    ui.spacing_mut().interact_size.y = 0.0;
    Grid::new(id).num_columns(2).spacing([space::L, space::S]).min_row_height(0.0).show(ui, |ui| {
        for row in rows {
            ui.add(Label::new(name_of(row)).extend());
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

/// Of text in one line. Units: points.
fn width_of(ui: &Ui, text: RichText) -> f32 {
    WidgetText::from(text)
        .into_galley(ui, Some(TextWrapMode::Extend), f32::INFINITY, TextStyle::Body)
        .size()
        .x
}
