//! Buttons with a rank, a visible keyboard focus and an Alt mnemonic.
//!
//! `&` before a letter makes it the mnemonic: `"&Allow"` shows an underlined A and is pressed by Alt+A.

use std::sync::Arc;

use egui::{
    Align2, Color32, Context, CornerRadius, Galley, Key, Modifiers, Pos2, Response, Role, Sense, Stroke,
    StrokeKind, Ui, Vec2, WidgetInfo,
};

use crate::fonts;
use crate::reader::Presser;
use crate::tokens::{Meaning, Palette, Tone, size, space, text};

/// A button that has not been shown yet.
#[must_use = "call show(ui)"]
pub struct Button<'a> {
    text: &'a str,
    face: Face,
    min_width: f32,
    height: f32,
    enabled: bool,
    hint: Option<&'a str>,
    presser: Presser,
}

/// How a button is painted.
#[derive(Clone, Copy)]
enum Face {
    /// In the colour of its meaning.
    Filled(Meaning),
    /// With a frame and letters in the colour of its meaning: for choices of which none is suggested.
    Outlined(Meaning),
    /// On a bar that is filled with this tone.
    OnBar(Tone),
}

/// The colours of a face on this palette.
struct Paint {
    fill: Color32,
    fill_hovered: Color32,
    ink: Color32,
    line: Stroke,
}

impl Face {
    fn paint(self, palette: &Palette) -> Paint {
        match self {
            Self::Filled(Meaning::Neutral) => Paint {
                fill: palette.ground.button,
                fill_hovered: palette.ground.button_hovered,
                ink: palette.ink.strong,
                line: Stroke::new(1.0, palette.ground.line_strong),
            },
            Self::Filled(meaning) => {
                let tone = palette.tone(meaning);
                Paint {
                    fill: tone.fill,
                    fill_hovered: tone.fill_hovered,
                    ink: tone.on_fill,
                    line: Stroke::NONE,
                }
            }
            Self::Outlined(meaning) => {
                let tone = palette.tone(meaning);
                Paint {
                    fill: palette.ground.card,
                    fill_hovered: tone.tint,
                    ink: tone.ink,
                    line: Stroke::new(1.5, tone.ink),
                }
            }
            Self::OnBar(tone) => Paint {
                fill: tone.on_fill,
                fill_hovered: tone.on_fill.lerp_to_gamma(tone.tint, 0.5),
                ink: tone.fill,
                line: Stroke::NONE,
            },
        }
    }
}

/// What became of a button in this frame.
pub struct Pressed {
    /// egui's answer, for focus and layout.
    pub response: Response,
    pressed: bool,
}

impl Pressed {
    /// Whether it was pressed: by pointer, by Enter or Space while focused, or by its mnemonic.
    #[must_use]
    pub const fn pressed(&self) -> bool {
        self.pressed
    }
}

impl<'a> Button<'a> {
    /// The one thing that most people want here.
    pub const fn primary(text: &'a str) -> Self {
        Self::with(text, Meaning::Accent)
    }

    /// Something that stops, ends or destroys.
    pub const fn danger(text: &'a str) -> Self {
        Self::with(text, Meaning::Alert)
    }

    /// Everything else.
    pub const fn quiet(text: &'a str) -> Self {
        Self::with(text, Meaning::Neutral)
    }

    /// One of several answers of equal rank; its colour says which, its weight suggests nothing.
    pub const fn choice(text: &'a str, meaning: Meaning) -> Self {
        Self::new(text, Face::Outlined(meaning))
    }

    /// A button on a bar that is filled with `tone`; such a bar never has the keyboard, so there is no mnemonic.
    pub const fn on_bar(text: &'a str, tone: Tone) -> Self {
        Self::new(text, Face::OnBar(tone))
    }

    const fn with(text: &'a str, meaning: Meaning) -> Self {
        Self::new(text, Face::Filled(meaning))
    }

    const fn new(text: &'a str, face: Face) -> Self {
        Self {
            text,
            face,
            min_width: 0.0,
            height: size::BUTTON_HEIGHT,
            enabled: true,
            hint: None,
            presser: Presser::Anybody,
        }
    }

    /// At least this wide (points).
    pub const fn min_width(mut self, width: f32) -> Self {
        self.min_width = width;
        self
    }

    /// As wide as a button that answers a question.
    pub const fn answer(self) -> Self {
        self.min_width(size::ANSWER_WIDTH)
    }

    /// A low button for bars and list rows.
    pub const fn low(mut self) -> Self {
        self.height = size::BUTTON_HEIGHT - space::S;
        self
    }

    /// Whether it can be pressed.
    pub const fn enabled(mut self, enabled: bool) -> Self {
        self.enabled = enabled;
        self
    }

    /// A sentence that explains it, shown under the pointer and read by a screen reader.
    pub const fn hint(mut self, hint: &'a str) -> Self {
        self.hint = Some(hint);
        self
    }

    /// Not to be pressed by other software, because it shows or gives somebody more; see [`Presser::Hand`].
    pub const fn by_hand(mut self) -> Self {
        self.presser = Presser::Hand;
        self
    }

    /// Its size (points), for whoever must know it before it is shown; to be called while a picture is made.
    #[must_use]
    pub fn size(&self, ctx: &Context) -> Vec2 {
        self.around(&self.lettering(ctx, split(self.text).0))
    }

    fn lettering(&self, ctx: &Context, plain: String) -> Arc<Galley> {
        let font = fonts::strong(text::BODY - if self.height < size::BUTTON_HEIGHT { 1.0 } else { 0.0 });
        ctx.fonts_mut(|faces| faces.layout_no_wrap(plain, font, Color32::PLACEHOLDER))
    }

    fn around(&self, lettering: &Galley) -> Vec2 {
        Vec2::new((lettering.size().x + 2.0 * space::L).max(self.min_width), self.height)
    }

    /// Shows it.
    pub fn show(self, ui: &mut Ui) -> Pressed {
        let (plain, mnemonic) = split(self.text);
        let mnemonic = if matches!(self.face, Face::OnBar(_)) { None } else { mnemonic };
        let palette = Palette::of(ui);
        let paint = self.face.paint(palette);
        let galley = self.lettering(ui.ctx(), plain.clone());
        let sense = if self.enabled { Sense::click() } else { Sense::hover() };
        let (rect, response) = ui.allocate_exact_size(self.around(&galley), sense);
        response.widget_info(|| WidgetInfo::labeled(Role::Button, self.enabled, &plain));
        if let Some((_, key)) = mnemonic {
            let keys = format!("Alt+{}", key.name());
            ui.ctx().accesskit_node_builder(response.id, |node| node.set_keyboard_shortcut(keys));
        }
        let response = match self.hint {
            Some(hint) => {
                crate::reader::describe(ui.ctx(), response.id, hint);
                response.on_hover_text(hint)
            }
            None => response,
        };
        let by_mnemonic = self.enabled && ui.is_enabled() && mnemonic.is_some_and(|(_, key)| take(ui, key));
        let pressed = self.presser.counts(ui, &response, by_mnemonic || response.clicked());
        if ui.is_rect_visible(rect) {
            let fade = |colour: Color32| if self.enabled { colour } else { colour.gamma_multiply(0.45) };
            let fill = if response.hovered() { paint.fill_hovered } else { paint.fill };
            let corner = CornerRadius::same(size::CORNER_SMALL);
            let line = Stroke::new(paint.line.width, fade(paint.line.color));
            ui.painter().rect(rect, corner, fade(fill), line, StrokeKind::Inside);
            let at = Align2::CENTER_CENTER.align_size_within_rect(galley.size(), rect).min;
            if let Some((letter, _)) = mnemonic {
                underline(ui, &galley, at, letter, fade(paint.ink));
            }
            ui.painter().galley(at, galley, fade(paint.ink));
            if response.has_focus() {
                focus_ring(ui, rect);
            }
        }
        Pressed { response, pressed }
    }
}

/// Paints the frame that shows where the keyboard is.
fn focus_ring(ui: &Ui, rect: egui::Rect) {
    let palette = Palette::of(ui);
    let ring = Stroke::new(size::FOCUS_RING, palette.focus);
    let gap = Stroke::new(1.5, palette.ground.card);
    let corner = CornerRadius::same(size::CORNER_SMALL);
    ui.painter().rect_stroke(rect, corner, gap, StrokeKind::Inside);
    ui.painter().rect_stroke(
        rect.expand(1.0),
        CornerRadius::same(size::CORNER_SMALL + 1),
        ring,
        StrokeKind::Outside,
    );
}

/// Uses up Alt+key, if it was pressed; repeats of a held key do not count.
fn take(ui: &Ui, key: Key) -> bool {
    ui.input_mut(|input| {
        let held_long = input.events.iter().any(|event| {
            matches!(event, egui::Event::Key { key: pressed, pressed: true, repeat: true, .. } if *pressed == key)
        });
        !held_long && input.consume_key(Modifiers::ALT, key)
    })
}

/// The text without its mark, and the marked letter's place (characters before it) and key.
fn split(text: &str) -> (String, Option<(usize, Key)>) {
    let Some((before, after)) = text.split_once('&') else {
        return (text.to_owned(), None);
    };
    let key =
        after.chars().next().and_then(|letter| Key::from_name(&letter.to_ascii_uppercase().to_string()));
    (format!("{before}{after}"), key.map(|key| (before.chars().count(), key)))
}

/// Underlines the mnemonic, just below the baseline; `at` is where the text begins.
fn underline(ui: &Ui, galley: &Galley, at: Pos2, letter: usize, ink: Color32) {
    let glyph = galley.rows.first().and_then(|row| row.row.glyphs.get(letter).map(|glyph| (row.pos, glyph)));
    let Some((row, glyph)) = glyph else {
        return;
    };
    let left = at + row.to_vec2() + glyph.pos.to_vec2() + Vec2::new(0.0, 2.5);
    let width = glyph.advance_width;
    ui.painter().hline(left.x..=left.x + width, left.y.round(), Stroke::new(1.0, ink));
}

#[cfg(test)]
mod tests {
    use super::split;
    use egui::Key;

    #[test]
    fn the_mark_is_taken_out_and_names_the_key() {
        assert_eq!(split("&Allow"), ("Allow".to_owned(), Some((0, Key::A))));
        assert_eq!(split("Stop &control"), ("Stop control".to_owned(), Some((5, Key::C))));
        assert_eq!(split("Close"), ("Close".to_owned(), None));
        assert_eq!(split("odd &"), ("odd ".to_owned(), None));
    }
}
