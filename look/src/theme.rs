//! Puts the tokens into egui's style, for a light and a dark appearance.
//!
//! Knows egui only; which appearance a person chose comes from the program's settings.

use egui::{CornerRadius, FontId, Margin, Shadow, Stroke, Style, TextStyle, Vec2, Visuals};

use crate::tokens::{Palette, size, space, text};
use crate::{fonts, tokens};

/// The appearance a person chose.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    /// What the desktop says; light where it says nothing.
    #[default]
    System,
    /// Always light.
    Light,
    /// Always dark.
    Dark,
}

/// Loads fonts and styles into the context and chooses the appearance.
///
/// Call it once at the start; use [`choose`] when the person changes the setting.
pub fn apply(ctx: &egui::Context, theme: Theme) {
    fonts::install(ctx);
    ctx.set_style_of(egui::Theme::Light, style(&tokens::LIGHT, false));
    ctx.set_style_of(egui::Theme::Dark, style(&tokens::DARK, true));
    ctx.options_mut(|options| {
        options.fallback_theme = egui::Theme::Light;
        // Ctrl+plus would resize text in windows whose size is fixed.
        options.zoom_with_keyboard = false;
    });
    choose(ctx, theme);
}

/// Changes the appearance of every window.
pub fn choose(ctx: &egui::Context, theme: Theme) {
    ctx.set_theme(match theme {
        Theme::System => egui::ThemePreference::System,
        Theme::Light => egui::ThemePreference::Light,
        Theme::Dark => egui::ThemePreference::Dark,
    });
}

fn style(palette: &Palette, dark: bool) -> Style {
    let mut style = Style { visuals: visuals(palette, dark), ..Style::default() };
    style.text_styles = [
        (TextStyle::Small, fonts::regular(text::SMALL)),
        (TextStyle::Body, fonts::regular(text::BODY)),
        (TextStyle::Button, fonts::regular(text::BODY)),
        (TextStyle::Heading, fonts::strong(text::HEADING)),
        (TextStyle::Monospace, FontId::monospace(text::BODY)),
    ]
    .into();
    style.spacing.item_spacing = Vec2::splat(space::S);
    style.spacing.button_padding = Vec2::new(space::L, space::S);
    style.spacing.interact_size.y = size::BUTTON_HEIGHT - space::XS;
    style.spacing.icon_width = space::L + 2.0;
    style.spacing.icon_width_inner = space::M - 2.0;
    style.spacing.icon_spacing = space::S;
    style.spacing.window_margin = Margin::same(space::L as i8);
    style.spacing.scroll = scroll_bars();
    // Nothing moves by itself: an animation is picture bytes for whoever watches, and unrest for whoever is helped.
    style.animation_time = 0.0;
    style.scroll_animation = egui::style::ScrollAnimation::none();
    style.interaction.selectable_labels = false;
    style
}

/// Bars that lie in a page's margin and are always in sight: who is under stress does not look for hidden ones.
fn scroll_bars() -> egui::style::ScrollStyle {
    let mut scroll = egui::style::ScrollStyle::floating();
    scroll.foreground_color = true;
    scroll.bar_width = space::S + 2.0;
    scroll.floating_width = space::S;
    scroll.bar_outer_margin = space::XS;
    scroll.dormant_handle_opacity = 0.35;
    scroll.active_handle_opacity = 0.45;
    scroll.interact_handle_opacity = 0.8;
    scroll.dormant_background_opacity = 0.0;
    scroll.active_background_opacity = 0.0;
    scroll.interact_background_opacity = 0.3;
    scroll
}

fn visuals(palette: &Palette, dark: bool) -> Visuals {
    let mut visuals = if dark { Visuals::dark() } else { Visuals::light() };
    let ground = palette.ground;
    visuals.override_text_color = None;
    visuals.weak_text_color = Some(palette.ink.weak);
    visuals.hyperlink_color = palette.accent.ink;
    visuals.faint_bg_color = ground.field;
    visuals.extreme_bg_color = ground.field;
    visuals.text_edit_bg_color = Some(ground.field);
    visuals.code_bg_color = ground.field;
    visuals.warn_fg_color = palette.watch.ink;
    visuals.error_fg_color = palette.alert.ink;
    visuals.window_fill = ground.card;
    visuals.panel_fill = ground.window;
    visuals.window_stroke = Stroke::new(1.0, ground.line);
    visuals.window_corner_radius = CornerRadius::same(size::CORNER);
    visuals.menu_corner_radius = CornerRadius::same(size::CORNER_SMALL);
    visuals.popup_shadow =
        Shadow { offset: [0, 4], blur: 12, spread: 0, color: egui::Color32::from_black_alpha(40) };
    visuals.selection.bg_fill = palette.accent.fill;
    visuals.selection.stroke = Stroke::new(1.0, palette.accent.on_fill);
    visuals.text_cursor.blink = false;
    visuals.text_cursor.stroke = Stroke::new(2.0, palette.ink.strong);
    widgets(&mut visuals, palette);
    visuals
}

fn widgets(visuals: &mut Visuals, palette: &Palette) {
    let ground = palette.ground;
    let corner = CornerRadius::same(size::CORNER_SMALL);
    let states = &mut visuals.widgets;
    for state in [
        &mut states.noninteractive,
        &mut states.inactive,
        &mut states.hovered,
        &mut states.active,
        &mut states.open,
    ] {
        state.corner_radius = corner;
        state.expansion = 0.0;
        state.bg_fill = ground.button;
        state.weak_bg_fill = ground.button;
        state.bg_stroke = Stroke::new(1.0, ground.line_strong);
        state.fg_stroke = Stroke::new(1.5, palette.ink.strong);
    }
    states.noninteractive.bg_stroke = Stroke::new(1.0, ground.line);
    states.noninteractive.fg_stroke = Stroke::new(1.0, palette.ink.body);
    states.hovered.weak_bg_fill = ground.button_hovered;
    states.hovered.bg_fill = ground.button_hovered;
    states.open.weak_bg_fill = ground.button_hovered;
    states.active.weak_bg_fill = ground.button_hovered;
    states.active.bg_fill = ground.button_hovered;
    states.active.bg_stroke = Stroke::new(size::FOCUS_RING, palette.focus);
}

#[cfg(test)]
mod tests {
    use super::{Theme, apply, choose};

    #[test]
    fn a_chosen_appearance_reaches_the_window() {
        let ctx = egui::Context::default();
        apply(&ctx, Theme::Light);
        assert!(!ctx.global_style().visuals.dark_mode);
        choose(&ctx, Theme::Dark);
        assert!(ctx.global_style().visuals.dark_mode);
    }
}
