//! What happened: the receipt in sentences, the newest first.

use deskside_look::tokens::{Palette, space, text};
use deskside_look::{fonts, widget};
use deskside_words::t;
use egui::{Grid, Label, RichText, Ui};

use super::{Scene, words};

pub(super) fn show(ui: &mut Ui, scene: Scene<'_>) {
    if scene.view.receipt.is_empty() {
        widget::body(ui, t!("client-no-receipt"));
        return;
    }
    widget::small(ui, t!("client-receipt-text"));
    widget::card(ui, widget::Card::Plain, |ui| {
        let palette = Palette::of(ui);
        let whole = ui.available_width();
        Grid::new("receipt").num_columns(2).spacing([space::L, space::S]).min_row_height(0.0).show(
            ui,
            |ui| {
                for line in &scene.view.receipt {
                    let when = words::moment(line.when, scene.moment.system, scene.moment.offset);
                    let when = RichText::new(when).font(fonts::regular(text::SMALL)).color(palette.ink.weak);
                    let shown = ui.add(Label::new(when).extend());
                    ui.scope(|ui| {
                        ui.set_max_width((whole - shown.rect.width().max(96.0) - space::L).max(160.0));
                        widget::body(ui, &line.text);
                    });
                    ui.end_row();
                }
            },
        );
    });
}
