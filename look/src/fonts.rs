//! The fonts of both programs: Inter in two weights, egui's own faces behind it.
//!
//! Scripts that none of them covers come from the system's fonts, through eframe.

use std::sync::Arc;

use egui::{FontData, FontDefinitions, FontFamily, FontId};

use crate::tokens::text;

const STRONG: &str = "strong";

/// Loads the fonts into the context; once, before the first window is painted.
pub fn install(ctx: &egui::Context) {
    ctx.set_fonts(definitions());
}

fn definitions() -> FontDefinitions {
    let mut fonts = FontDefinitions::default();
    let regular = FontData::from_static(include_bytes!("../fonts/Inter-Regular.otf"));
    let strong = FontData::from_static(include_bytes!("../fonts/Inter-SemiBold.otf"));
    fonts.font_data.insert("Inter".to_owned(), Arc::new(regular));
    fonts.font_data.insert("Inter SemiBold".to_owned(), Arc::new(strong));
    let fallback = fonts.families.get(&FontFamily::Proportional).cloned().unwrap_or_default();
    let with_first = |first: &str| {
        let mut names = vec![first.to_owned()];
        names.extend(fallback.iter().cloned());
        names
    };
    fonts.families.insert(FontFamily::Proportional, with_first("Inter"));
    fonts.families.insert(FontFamily::Name(STRONG.into()), with_first("Inter SemiBold"));
    fonts
}

/// The semibold face in the given size (points).
#[must_use]
pub fn strong(size: f32) -> FontId {
    FontId::new(size, FontFamily::Name(STRONG.into()))
}

/// The regular face in the given size (points).
#[must_use]
pub fn regular(size: f32) -> FontId {
    FontId::new(size, FontFamily::Proportional)
}

/// The face for what is compared or read out letter by letter.
#[must_use]
pub fn code() -> FontId {
    FontId::new(text::CODE, FontFamily::Monospace)
}
