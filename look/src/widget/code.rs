//! What is read out or compared: passphrases and fingerprints, in a face whose letters cannot be mixed up.

use egui::{CornerRadius, Frame, Label, Margin, RichText, Stroke, Ui};

use crate::fonts;
use crate::tokens::{Palette, size, space, text};

/// A passphrase, large; it takes a second line where one is too narrow.
///
/// `name` is what a screen reader says before the code.
pub fn big_code(ui: &mut Ui, name: &str, code: &str) {
    let palette = Palette::of(ui);
    Frame::new()
        .fill(palette.ground.field)
        .stroke(Stroke::new(1.0, palette.ground.line))
        .corner_radius(CornerRadius::same(size::CORNER_SMALL))
        .inner_margin(Margin::symmetric(space::L as i8, space::M as i8))
        .show(ui, |ui| {
            ui.set_width(ui.available_width());
            let text = RichText::new(code).font(fitting(ui, code)).color(palette.ink.strong);
            let response = ui.vertical_centered(|ui| ui.add(Label::new(text).wrap().selectable(true))).inner;
            response.widget_info(|| {
                let mut info = egui::WidgetInfo::labeled(egui::Role::Code, true, name);
                info.current_text_value = Some(code.to_owned());
                info
            });
        });
}

/// The code's face, smaller where one line would be too long for it, down to a size that is still easy to read.
fn fitting(ui: &Ui, code: &str) -> egui::FontId {
    let wanted = fonts::code();
    let width =
        ui.painter().layout_no_wrap(code.to_owned(), wanted.clone(), egui::Color32::PLACEHOLDER).size().x;
    let size = (wanted.size * ui.available_width() / width.max(1.0)).floor();
    egui::FontId { size: size.clamp(text::SUBHEADING, text::CODE), ..wanted }
}

/// A fingerprint in its groups.
pub fn fingerprint(ui: &mut Ui, groups: &str) {
    let ink = Palette::of(ui).ink.strong;
    ui.add(Label::new(RichText::new(groups).monospace().size(text::BODY).color(ink)).wrap());
}
