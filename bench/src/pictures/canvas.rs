//! A picture in memory that text, rectangles and other pictures can be put on, and the fonts for it.

use std::path::{Path, PathBuf};

use ab_glyph::{Font as _, FontVec, PxScale, ScaleFont as _, point};
use anyhow::{Context as _, Result};

/// Red, green, blue.
pub type Colour = [u8; 3];

/// A picture: blue, green, red, nothing; rows from the top.
#[derive(Clone)]
pub struct Canvas {
    width: usize,
    height: usize,
    pixels: Vec<u8>,
}

/// The fonts, DejaVu in three faces.
pub struct Faces {
    /// For terminals and editors.
    pub mono: FontVec,
    /// For prose.
    pub plain: FontVec,
    /// For headings.
    pub bold: FontVec,
}

impl Faces {
    /// Reads them from where Debian's fonts-dejavu-core puts them.
    ///
    /// # Errors
    /// They are not there.
    pub fn load() -> Result<Self> {
        let face = |name: &str| -> Result<FontVec> {
            let path = PathBuf::from("/usr/share/fonts/truetype/dejavu").join(name);
            let bytes = std::fs::read(&path).with_context(|| format!("no font {}", path.display()))?;
            FontVec::try_from_vec(bytes).with_context(|| format!("{} is no font", path.display()))
        };
        Ok(Self {
            mono: face("DejaVuSansMono.ttf")?,
            plain: face("DejaVuSans.ttf")?,
            bold: face("DejaVuSans-Bold.ttf")?,
        })
    }
}

impl Canvas {
    /// One of a single colour.
    pub fn new(width: usize, height: usize, [red, green, blue]: Colour) -> Self {
        Self { width, height, pixels: [blue, green, red, 0].repeat(width * height) }
    }

    /// One of given pixels.
    pub const fn from_pixels(width: usize, height: usize, pixels: Vec<u8>) -> Self {
        Self { width, height, pixels }
    }

    /// Writes the raw pixels.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn save(&self, path: &Path) -> Result<()> {
        std::fs::write(path, &self.pixels).with_context(|| format!("cannot write {}", path.display()))
    }

    fn pixel(&mut self, x: usize, y: usize) -> Option<&mut [u8]> {
        let at = (x < self.width && y < self.height).then_some((y * self.width + x) * 4)?;
        self.pixels.get_mut(at..at + 3)
    }

    /// Fills a rectangle, as far as it is on the picture.
    pub fn fill(&mut self, x: usize, y: usize, width: usize, height: usize, [red, green, blue]: Colour) {
        for row in y..(y + height).min(self.height) {
            for column in x..(x + width).min(self.width) {
                if let Some(pixel) = self.pixel(column, row) {
                    pixel.copy_from_slice(&[blue, green, red]);
                }
            }
        }
    }

    /// Puts a part of another picture at (`x`, `y`): the rows of `from` beginning with `skip`, at most `height`.
    pub fn put(&mut self, x: usize, y: usize, from: &Self, skip: usize, height: usize) {
        let width = from.width.min(self.width.saturating_sub(x));
        for row in 0..height.min(from.height.saturating_sub(skip)).min(self.height.saturating_sub(y)) {
            let (to, at) = (((y + row) * self.width + x) * 4, (skip + row) * from.width * 4);
            if let (Some(to), Some(from)) =
                (self.pixels.get_mut(to..to + width * 4), from.pixels.get(at..at + width * 4))
            {
                to.copy_from_slice(from);
            }
        }
    }

    /// The same picture in another, smaller size: each pixel is the mean of those that it stands for.
    pub fn shrunk(&self, width: usize, height: usize) -> Self {
        let mut pixels = Vec::with_capacity(width * height * 4);
        for y in 0..height {
            for x in 0..width {
                let (mut sum, mut count) = ([0_usize; 4], 0);
                for row in y * self.height / height..((y + 1) * self.height / height) {
                    for column in x * self.width / width..((x + 1) * self.width / width) {
                        let at = (row * self.width + column) * 4;
                        for (sum, part) in sum.iter_mut().zip(self.pixels.iter().skip(at)) {
                            *sum += usize::from(*part);
                        }
                        count += 1;
                    }
                }
                pixels.extend(sum.map(|sum| u8::try_from(sum / count.max(1)).unwrap_or(u8::MAX)));
            }
        }
        Self { width, height, pixels }
    }

    /// Writes one line of text, anti-aliased, with its upper left corner at (`x`, `y`); gives its width.
    pub fn write(
        &mut self,
        face: &FontVec,
        size: f32,
        x: usize,
        y: usize,
        text: &str,
        colour: Colour,
    ) -> usize {
        let scaled = face.as_scaled(PxScale::from(size));
        let mut along = as_f32(x);
        for letter in text.chars() {
            let id = scaled.glyph_id(letter);
            self.glyph(face, size, along, as_f32(y), letter, colour, self.width);
            along += scaled.h_advance(id);
        }
        as_usize(along) - x
    }

    /// Writes text on cells of 8x18 pixels; no glyph leaves its cell, so each cell looks the same wherever it stands.
    pub fn write_cells(&mut self, faces: &Faces, x: usize, y: usize, text: &str, colour: Colour) {
        for (column, letter) in text.chars().enumerate() {
            let left = x + column * 8;
            if left + 8 > self.width {
                return;
            }
            self.glyph(&faces.mono, 15.0, as_f32(left), as_f32(y + 1), letter, colour, left + 8);
        }
    }

    /// Draws one glyph; nothing of it from column `end` on.
    #[expect(clippy::too_many_arguments, reason = "a glyph has that many properties")]
    fn glyph(&mut self, face: &FontVec, size: f32, x: f32, y: f32, letter: char, colour: Colour, end: usize) {
        let scaled = face.as_scaled(PxScale::from(size));
        let place = point(x, y + scaled.ascent());
        let glyph = scaled.glyph_id(letter).with_scale_and_position(PxScale::from(size), place);
        let Some(outline) = face.outline_glyph(glyph) else { return };
        let bounds = outline.px_bounds();
        let [red, green, blue] = colour;
        outline.draw(|across, down, ink| {
            let (column, row) =
                (as_usize(bounds.min.x + across as f32), as_usize(bounds.min.y + down as f32));
            if column >= end {
                return;
            }
            if let Some(pixel) = self.pixel(column, row) {
                for (part, want) in pixel.iter_mut().zip([blue, green, red]) {
                    let mixed = f32::from(*part) + (f32::from(want) - f32::from(*part)) * ink.clamp(0.0, 1.0);
                    *part = as_byte(mixed);
                }
            }
        });
    }
}

#[expect(clippy::cast_precision_loss, reason = "places on a picture are small")]
const fn as_f32(value: usize) -> f32 {
    value as f32
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "places on a picture are small; none below 0"
)]
fn as_usize(value: f32) -> usize {
    value.max(0.0) as usize
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "rounded, within 0 and 255")]
fn as_byte(value: f32) -> u8 {
    value.round().clamp(0.0, 255.0) as u8
}
