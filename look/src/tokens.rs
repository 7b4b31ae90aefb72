//! The only colours, spacings and sizes of both programs.
//!
//! Every pair of text and ground keeps at least 4.5:1 contrast (WCAG 2.2, 1.4.3); a test measures it.

use egui::Color32;

/// Distances in points. Everything on screen sits on this scale.
pub mod space {
    /// Between parts of one thing, such as a badge's dot and its word.
    pub const XS: f32 = 4.0;
    /// Between lines that belong together.
    pub const S: f32 = 8.0;
    /// Between neighbours.
    pub const M: f32 = 12.0;
    /// Around a card's content.
    pub const L: f32 = 16.0;
    /// Around a window's content.
    pub const XL: f32 = 24.0;
    /// Between groups that have nothing to do with each other.
    pub const XXL: f32 = 32.0;
}

/// Text sizes in points.
pub mod text {
    /// Hints and captions.
    pub const SMALL: f32 = 13.0;
    /// Running text.
    pub const BODY: f32 = 15.0;
    /// A card's title.
    pub const SUBHEADING: f32 = 17.0;
    /// A window's title.
    pub const HEADING: f32 = 22.0;
    /// What is read out over the telephone.
    pub const CODE: f32 = 27.0;
}

/// Sizes of things in points.
pub mod size {
    /// Corners of cards and panels.
    pub const CORNER: u8 = 10;
    /// Corners of buttons and fields.
    pub const CORNER_SMALL: u8 = 7;
    /// The least height of a button: easy to hit with a trembling hand.
    pub const BUTTON_HEIGHT: f32 = 38.0;
    /// The least width of a button that answers a question.
    pub const ANSWER_WIDTH: f32 = 132.0;
    /// A badge's dot.
    pub const DOT: f32 = 9.0;
    /// The widest column of text that is still easy to read.
    pub const READING_WIDTH: f32 = 620.0;
    /// The width of a frame that shows focus.
    pub const FOCUS_RING: f32 = 2.5;
}

/// The icon's colours, the same in both appearances.
pub mod icon {
    use super::{Color32, rgb};

    /// Ground of the program of the person who is helped.
    pub const CLIENT: Color32 = rgb(0x1d_5f_d1);
    /// Ground of the program of the person who helps.
    pub const EXPERT: Color32 = rgb(0x1b_25_33);
    /// The guest's pointer.
    pub const GUEST: Color32 = rgb(0xff_c2_4a);
    /// The pointer of the one who helps.
    pub const HELPER: Color32 = rgb(0x6a_a9_ff);
    /// What is white.
    pub const PAPER: Color32 = rgb(0xff_ff_ff);
    /// A ticket's paper.
    pub const TICKET: Color32 = rgb(0xf2_f6_fd);
    /// A ticket is open.
    pub const OPEN: Color32 = rgb(0x1d_9d_5b);
    /// Somebody watches.
    pub const WATCHED: Color32 = rgb(0xf0_9a_0f);
    /// Somebody controls.
    pub const CONTROLLED: Color32 = rgb(0xd3_2f_2f);
}

/// The colours of one appearance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Palette {
    /// Surfaces, from back to front.
    pub ground: Ground,
    /// Text on any ground.
    pub ink: Ink,
    /// What one is meant to press.
    pub accent: Tone,
    /// All is well, or allowed.
    pub good: Tone,
    /// Somebody looks, or something wants attention.
    pub watch: Tone,
    /// Somebody controls, or something went wrong.
    pub alert: Tone,
    /// The frame of what the keyboard is on.
    pub focus: Color32,
}

/// Surfaces, from back to front.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ground {
    /// A window.
    pub window: Color32,
    /// A card on the window.
    pub card: Color32,
    /// A field one types in, or a code one reads.
    pub field: Color32,
    /// A quiet button.
    pub button: Color32,
    /// A quiet button under the pointer.
    pub button_hovered: Color32,
    /// The line around cards and fields.
    pub line: Color32,
    /// The line around what can be pressed or typed in (3:1 against its ground).
    pub line_strong: Color32,
}

/// Text colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ink {
    /// Headings and what matters.
    pub strong: Color32,
    /// Running text.
    pub body: Color32,
    /// Hints.
    pub weak: Color32,
}

/// One meaning in three strengths.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tone {
    /// A filled button or bar.
    pub fill: Color32,
    /// The same under the pointer.
    pub fill_hovered: Color32,
    /// Text on `fill`.
    pub on_fill: Color32,
    /// A tinted panel.
    pub tint: Color32,
    /// Text or a sign on `tint` and on any ground.
    pub ink: Color32,
}

const fn rgb(value: u32) -> Color32 {
    let [_, red, green, blue] = value.to_be_bytes();
    Color32::from_rgb(red, green, blue)
}

/// The light appearance.
pub const LIGHT: Palette = Palette {
    ground: Ground {
        window: rgb(0xf4_f5_f7),
        card: rgb(0xff_ff_ff),
        field: rgb(0xf7_f8_fa),
        button: rgb(0xff_ff_ff),
        button_hovered: rgb(0xec_ef_f3),
        line: rgb(0xdd_e1_e7),
        line_strong: rgb(0x85_8e_9c),
    },
    ink: Ink { strong: rgb(0x13_1a_24), body: rgb(0x2b_34_42), weak: rgb(0x56_60_70) },
    accent: Tone {
        fill: rgb(0x1d_5f_d1),
        fill_hovered: rgb(0x17_4f_b0),
        on_fill: rgb(0xff_ff_ff),
        tint: rgb(0xe8_f0_fd),
        ink: rgb(0x17_50_b5),
    },
    good: Tone {
        fill: rgb(0x14_7a_46),
        fill_hovered: rgb(0x0f_64_39),
        on_fill: rgb(0xff_ff_ff),
        tint: rgb(0xe4_f5_eb),
        ink: rgb(0x10_69_3b),
    },
    watch: Tone {
        fill: rgb(0x94_5a_00),
        fill_hovered: rgb(0x7a_4a_00),
        on_fill: rgb(0xff_ff_ff),
        tint: rgb(0xfd_f2_dd),
        ink: rgb(0x80_4e_00),
    },
    alert: Tone {
        fill: rgb(0xbf_2a_2a),
        fill_hovered: rgb(0xa0_1f_1f),
        on_fill: rgb(0xff_ff_ff),
        tint: rgb(0xfd_ea_ea),
        ink: rgb(0xa8_21_21),
    },
    focus: rgb(0x1d_5f_d1),
};

/// The dark appearance.
pub const DARK: Palette = Palette {
    ground: Ground {
        window: rgb(0x14_18_1f),
        card: rgb(0x1d_22_2b),
        field: rgb(0x12_16_1c),
        button: rgb(0x2a_31_3c),
        button_hovered: rgb(0x36_3f_4c),
        line: rgb(0x33_3b_47),
        line_strong: rgb(0x7b_86_96),
    },
    ink: Ink { strong: rgb(0xf3_f5_f8), body: rgb(0xd7_dc_e4), weak: rgb(0xa3_ad_bb) },
    accent: Tone {
        fill: rgb(0x2f_6f_dd),
        fill_hovered: rgb(0x25_62_cc),
        on_fill: rgb(0xff_ff_ff),
        tint: rgb(0x1a_2b_47),
        ink: rgb(0x8d_b9_ff),
    },
    good: Tone {
        fill: rgb(0x1a_7d_4a),
        fill_hovered: rgb(0x15_6b_3f),
        on_fill: rgb(0xff_ff_ff),
        tint: rgb(0x15_31_23),
        ink: rgb(0x72_d6_9f),
    },
    watch: Tone {
        fill: rgb(0xf0_b0_3f),
        fill_hovered: rgb(0xf7_c0_60),
        on_fill: rgb(0x24_19_02),
        tint: rgb(0x36_2a_12),
        ink: rgb(0xf5_c4_6b),
    },
    alert: Tone {
        fill: rgb(0xcf_3b_3b),
        fill_hovered: rgb(0xbd_30_30),
        on_fill: rgb(0xff_ff_ff),
        tint: rgb(0x3c_1c_1f),
        ink: rgb(0xff_9d_98),
    },
    focus: rgb(0x8d_b9_ff),
};

impl Palette {
    /// The palette that the given part of a window is painted with.
    #[must_use]
    pub fn of(ui: &egui::Ui) -> &'static Self {
        Self::for_dark(ui.visuals().dark_mode)
    }

    /// The palette of the dark or of the light appearance.
    #[must_use]
    pub const fn for_dark(dark: bool) -> &'static Self {
        if dark { &DARK } else { &LIGHT }
    }

    /// The colours of a meaning.
    #[must_use]
    pub const fn tone(&self, meaning: Meaning) -> Tone {
        match meaning {
            Meaning::Neutral => Tone {
                fill: self.ground.button,
                fill_hovered: self.ground.button_hovered,
                on_fill: self.ink.strong,
                tint: self.ground.field,
                ink: self.ink.weak,
            },
            Meaning::Accent => self.accent,
            Meaning::Good => self.good,
            Meaning::Watch => self.watch,
            Meaning::Alert => self.alert,
        }
    }
}

/// What a colour says; never the only carrier of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// Nothing in particular.
    Neutral,
    /// Something one can press.
    Accent,
    /// All is well, or allowed.
    Good,
    /// Somebody looks, or something wants attention.
    Watch,
    /// Somebody controls, or something went wrong.
    Alert,
}

#[cfg(test)]
mod tests {
    use super::{DARK, LIGHT, Meaning, Palette};
    use egui::Color32;

    fn luminance(colour: Color32) -> f64 {
        let linear = |channel: u8| {
            let value = f64::from(channel) / 255.0;
            if value <= 0.040_45 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * linear(colour.r()) + 0.7152 * linear(colour.g()) + 0.0722 * linear(colour.b())
    }

    fn contrast(one: Color32, other: Color32) -> f64 {
        let (a, b) = (luminance(one), luminance(other));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    fn both() -> [(&'static str, Palette); 2] {
        [("light", LIGHT), ("dark", DARK)]
    }

    #[test]
    fn text_is_readable_on_every_ground() {
        for (name, palette) in both() {
            let grounds = [palette.ground.window, palette.ground.card, palette.ground.field];
            let inks = [palette.ink.strong, palette.ink.body, palette.ink.weak];
            for ground in grounds {
                for ink in inks {
                    assert!(contrast(ink, ground) >= 4.5, "{name}: {ink:?} on {ground:?}");
                }
            }
        }
    }

    #[test]
    fn text_is_readable_on_every_button_and_tint() {
        for (name, palette) in both() {
            for meaning in [Meaning::Neutral, Meaning::Accent, Meaning::Good, Meaning::Watch, Meaning::Alert]
            {
                let tone = palette.tone(meaning);
                for fill in [tone.fill, tone.fill_hovered] {
                    let ratio = contrast(tone.on_fill, fill);
                    assert!(ratio >= 4.5, "{name} {meaning:?}: {ratio:.2} on {fill:?}");
                }
                for ground in [tone.tint, palette.ground.card, palette.ground.window] {
                    let ratio = contrast(tone.ink, ground);
                    assert!(ratio >= 4.5, "{name} {meaning:?}: ink {ratio:.2} on {ground:?}");
                }
                assert!(contrast(palette.ink.body, tone.tint) >= 4.5, "{name} {meaning:?}: body on tint");
            }
        }
    }

    #[test]
    fn what_can_be_pressed_is_set_off_from_its_ground() {
        for (name, palette) in both() {
            for line in [palette.ground.line_strong, palette.focus] {
                for ground in [palette.ground.window, palette.ground.card, palette.ground.field] {
                    assert!(contrast(line, ground) >= 3.0, "{name}: {line:?} on {ground:?}");
                }
            }
        }
    }
}
