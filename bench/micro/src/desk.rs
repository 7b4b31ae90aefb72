//! A made-up desktop for measuring: text, photos and films from a fixed sequence of numbers, the same on every machine.

use deskside_proto::geometry::{Rect, Size};

/// Width in pixels.
pub const WIDTH: usize = 1920;
/// Height in pixels.
pub const HEIGHT: usize = 1080;
/// Both.
#[expect(clippy::cast_possible_truncation, reason = "constants below 2^16")]
pub const SIZE: Size = Size { width: WIDTH as u32, height: HEIGHT as u32 };
/// Bytes of one row.
pub const STRIDE: usize = WIDTH * 4;
/// Cells of text.
const COLUMN: usize = 8;
const LINE: usize = 18;

/// The pixels: blue, green, red, nothing.
pub struct Desk {
    pixels: Vec<u8>,
    /// What the film moves across: as high as the screen, and wider.
    photo: Vec<u8>,
    grain: Vec<u8>,
}

/// Pixels by which a film moves from picture to picture.
const FILM_STEP: usize = 5;
/// Pixels by which it can move until it begins again.
const FILM_SPARE: usize = 640;
const FILM_STRIDE: usize = (WIDTH + FILM_SPARE) * 4;

/// A rectangle from numbers that are known to fit.
#[expect(clippy::cast_possible_truncation, clippy::cast_possible_wrap, reason = "places on a screen")]
pub const fn rect(x: usize, y: usize, width: usize, height: usize) -> Rect {
    Rect { x: x as i32, y: y as i32, width: width as u32, height: height as u32 }
}

/// A number from 0 to 255 that depends on all of `seed`.
const fn noise(seed: u64) -> u8 {
    let mut value = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    value ^= value >> 29;
    value = value.wrapping_mul(0xBF58_476D_1CE4_E5B9);
    (value >> 56) as u8
}

impl Desk {
    /// A photo with a window of text on it.
    pub fn new() -> Self {
        let photo =
            (0..HEIGHT).flat_map(|y| (0..WIDTH + FILM_SPARE).flat_map(move |x| photo(x, y))).collect();
        let grain = (0..STRIDE + 256 * 4).map(|place| noise(place as u64) / 42).collect();
        let mut desk = Self { pixels: vec![0; STRIDE * HEIGHT], photo, grain };
        desk.film(rect(0, 0, WIDTH, HEIGHT), 0);
        desk.text(rect(360, 90, 1200, 900), 0);
        desk
    }

    /// Everything from the row and column where `area` begins.
    pub fn from(&self, area: Rect) -> &[u8] {
        let at = area.y.unsigned_abs() as usize * STRIDE + area.x.unsigned_abs() as usize * 4;
        self.pixels.get(at..).unwrap_or_default()
    }

    fn set(&mut self, x: usize, y: usize, colour: [u8; 3]) {
        let at = y * STRIDE + x * 4;
        if let Some(pixel) = self.pixels.get_mut(at..at + 3) {
            pixel.copy_from_slice(&colour);
        }
    }

    /// One colour.
    pub fn fill(&mut self, area: Rect, colour: [u8; 3]) {
        self.each(area, |_, _| colour);
    }

    /// Dark text on white; `first` is the first line that is seen, in pixel rows.
    pub fn text(&mut self, area: Rect, first: usize) {
        self.each(area, |x, y| ink(x, y + first));
    }

    /// One character, number `n`, at the beginning of a line of `area`.
    pub fn letter(&mut self, area: Rect, n: u64) {
        self.each(area, |x, y| glyph(n % 200, x % COLUMN, y % LINE));
    }

    /// Something like a film: a photo that moves across, with grain that is never the same twice.
    pub fn film(&mut self, area: Rect, moment: usize) {
        let (left, top) = (area.x.unsigned_abs() as usize, area.y.unsigned_abs() as usize);
        let bytes = area.width as usize * 4;
        let along = moment * FILM_STEP % FILM_SPARE * 4;
        for y in 0..area.height as usize {
            let grain = usize::from(noise((moment * 8192 + y) as u64)) * 4;
            let from = y * FILM_STRIDE + along;
            let (Some(picture), Some(grain)) =
                (self.photo.get(from..from + bytes), self.grain.get(grain..grain + bytes))
            else {
                return;
            };
            let to = (top + y) * STRIDE + left * 4;
            let row = self.pixels.get_mut(to..to + bytes).unwrap_or_default();
            for ((pixel, light), grain) in row.iter_mut().zip(picture).zip(grain) {
                *pixel = light.saturating_add(*grain);
            }
        }
    }

    fn each(&mut self, area: Rect, colour: impl Fn(usize, usize) -> [u8; 3]) {
        for y in 0..area.height as usize {
            for x in 0..area.width as usize {
                self.set(
                    area.x.unsigned_abs() as usize + x,
                    area.y.unsigned_abs() as usize + y,
                    colour(x, y),
                );
            }
        }
    }
}

/// Soft shapes, edges, and a little texture.
fn photo(x: usize, y: usize) -> [u8; 4] {
    let soft = (wave(x, 380) + wave(y, 290) + wave(x + y, 510)) / 3;
    let edge = if (x / 90).is_multiple_of(3) && y / 70 % 4 < 2 { 60 } else { 0 };
    let texture = u16::from(noise((x * 4096 + y) as u64) / 32);
    let part = |shift: u16| byte(soft + edge + texture + shift);
    [part(0), part(18), part(36), 0]
}

/// Up and down between 0 and 160 every `length`.
#[expect(clippy::cast_possible_truncation, reason = "at most 160")]
const fn wave(at: usize, length: usize) -> u16 {
    let half = length / 2;
    let along = at % length;
    let up = if along < half { along } else { length - along };
    (up * 160 / half) as u16
}

fn byte(value: u16) -> u8 {
    u8::try_from(value).unwrap_or(u8::MAX)
}

/// What a page of text has at a place: words of two to nine letters, a shorter last line in every paragraph.
fn ink(x: usize, y: usize) -> [u8; 3] {
    let (column, line) = (x / COLUMN, y / LINE);
    let ends_at = 40 + usize::from(noise(line as u64)) / 2;
    let word = noise((line * 31 + column / 7) as u64);
    if column > ends_at || column % 7 == usize::from(word) % 7 {
        return [255; 3];
    }
    let letter = u64::from(noise((line * 977 + column) as u64) % 52);
    glyph(letter, x % COLUMN, y % LINE)
}

/// A letter-like shape of a few strokes, grey at its edges.
fn glyph(letter: u64, x: usize, y: usize) -> [u8; 3] {
    if !(4..14).contains(&y) || x == 0 || x == 7 {
        return [255; 3];
    }
    let stroke = |place: usize| noise(letter * 64 + place as u64);
    let upright = usize::from(stroke(0)) % 5 + 1;
    let across = usize::from(stroke(1)) % 9 + 4;
    let second = usize::from(stroke(2)) % 5 + 1;
    if x == upright || y == across || (x == second && y > across) {
        [20; 3]
    } else if x == upright + 1 || y == across + 1 {
        [120 + stroke(x + y) / 4; 3]
    } else {
        [255; 3]
    }
}
