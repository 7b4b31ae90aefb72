//! Colours of the screen to and from the samples of coded pictures: 4:2:0, luma in two thirds of its range, and two
//! differences of colour in the whole of theirs (`docs/PROTOCOL.md`, VIDEO). It knows no codec.
//!
//! A codec spends the same error on each sample of luma and chroma. Here such errors weigh the same in red, green and
//! blue: in the colours of television a chroma sample, which counts for four pixels, weighs four times as much.

use crate::surface::{Area, PIXEL_BYTES, Surface};

/// Sides of a coded picture are multiples of this, the side of a macroblock. Unit: pixels.
pub const BLOCK_PX: usize = 16;

/// A picture in I420 whose sides are multiples of [`BLOCK_PX`].
#[derive(Debug, Default)]
pub struct Planes {
    width: usize,
    height: usize,
    luma: Vec<u8>,
    blue: Vec<u8>,
    red: Vec<u8>,
}

impl Planes {
    /// Width and height. Unit: pixels.
    pub const fn dimensions(&self) -> (usize, usize) {
        (self.width, self.height)
    }

    /// The luma plane and the two chroma planes (Cb, Cr), without gaps between rows.
    pub fn planes(&self) -> (&[u8], &[u8], &[u8]) {
        (&self.luma, &self.blue, &self.red)
    }

    /// Converts the area, padded to whole blocks by repeating its last column and row.
    pub fn load(&mut self, surface: &Surface, area: Area) {
        self.width = area.width().next_multiple_of(BLOCK_PX);
        self.height = area.height().next_multiple_of(BLOCK_PX);
        self.luma.resize(self.width * self.height, 0);
        self.blue.resize(self.width * self.height / 4, 0);
        self.red.resize(self.width * self.height / 4, 0);

        let half = self.width / 2;
        let mut even_padded = Vec::new();
        let mut odd_padded = Vec::new();
        let mut rows = surface.rows(area);
        let mut last: &[u8] = &[];
        let lumas = self.luma.chunks_exact_mut(self.width * 2);
        let chromas = self.blue.chunks_exact_mut(half).zip(self.red.chunks_exact_mut(half));
        for (luma, (blue, red)) in lumas.zip(chromas) {
            let even = rows.next().unwrap_or(last);
            let odd = rows.next().unwrap_or(even);
            last = odd;
            let even = padded(even, self.width, &mut even_padded);
            let odd = padded(odd, self.width, &mut odd_padded);
            let (luma_even, luma_odd) = luma.split_at_mut(self.width);
            luma_row(even, luma_even);
            luma_row(odd, luma_odd);
            chroma_row(even, odd, blue, red);
        }
    }
}

/// The row itself when it is wide enough, otherwise a copy that repeats the last pixel.
fn padded<'a>(row: &'a [u8], width: usize, buffer: &'a mut Vec<u8>) -> &'a [u8] {
    if row.len() >= width * PIXEL_BYTES {
        return row;
    }
    buffer.clear();
    buffer.extend_from_slice(row);
    let last = row.last_chunk::<PIXEL_BYTES>().copied().unwrap_or_default();
    while buffer.len() < width * PIXEL_BYTES {
        buffer.extend_from_slice(&last);
    }
    buffer
}

// The arithmetic below wraps explicitly: no sum can leave its type, as the comments show, and only so are many pixels
// computed at once where overflow is checked.

fn luma_row(row: &[u8], luma: &mut [u8]) {
    for (pixel, luma) in row.as_chunks::<PIXEL_BYTES>().0.iter().zip(luma) {
        let [blue, green, red] = channels(u32::from_le_bytes(*pixel));
        let sum = blue.wrapping_add(green).wrapping_add(green).wrapping_add(red);
        // A sixth in 1/65536.
        *luma = (sum.wrapping_mul(10_923).wrapping_add(32_768) >> 16) as u8;
    }
}

/// Blue, green and red of a pixel. Numbers of 32 bits, because so a pixel fills its place in a vector.
#[inline(always)]
const fn channels(pixel: u32) -> [u32; 3] {
    [pixel & 0xFF, pixel >> 8 & 0xFF, pixel >> 16 & 0xFF]
}

fn chroma_row(even: &[u8], odd: &[u8], first_plane: &mut [u8], second_plane: &mut [u8]) {
    let pairs = |row| <[u8]>::as_chunks::<PIXEL_BYTES>(row).0.as_chunks::<2>().0;
    let quads = pairs(even).iter().zip(pairs(odd));
    for ((up, down), (first, second)) in quads.zip(first_plane.iter_mut().zip(second_plane)) {
        let [blue, green, red] = sum_of_four(up.map(u32::from_le_bytes), down.map(u32::from_le_bytes));
        // Half rounds down: so the extremes fit a byte.
        *first = (red.wrapping_add(128 * 8 + 3).wrapping_sub(blue) >> 3) as u8;
        let others = blue.wrapping_add(red);
        *second = (green.wrapping_mul(2).wrapping_add(128 * 16 + 7).wrapping_sub(others) >> 4) as u8;
    }
}

/// Channels of two pixels above and two below, added.
#[inline(always)]
fn sum_of_four(up: [u32; 2], down: [u32; 2]) -> [u32; 3] {
    const FIELDS: u32 = 0x00FF_00FF;
    let [p, q] = up;
    let [r, s] = down;
    // Blue and red in two fields of 16 bits, green in one: sums of four bytes fit.
    let sum = |p: u32, q: u32, r: u32, s: u32| {
        (p & FIELDS).wrapping_add(q & FIELDS).wrapping_add(r & FIELDS).wrapping_add(s & FIELDS)
    };
    let outer = sum(p, q, r, s);
    let inner = sum(p >> 8, q >> 8, r >> 8, s >> 8);
    [outer & 0xFFFF, inner & 0xFFFF, outer >> 16]
}

/// How a chroma sample becomes that of four pixels.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Chroma {
    /// All four have it.
    #[default]
    Repeated,
    /// Three quarters of it and one of the neighbour above or below.
    Smooth,
}

impl Chroma {
    /// What comes nearer to the picture in this area, judged by a part of its rows. Films that a player has scaled
    /// are smooth; those that were shown as they are have their samples repeated.
    pub fn of(surface: &Surface, area: Area) -> Self {
        let rows: Vec<&[u8]> = surface.rows(area).collect();
        let (mut repeated, mut smooth) = (0_u64, 0_u64);
        // Pairs of rows with a pair above and one below.
        for six in rows.windows(6).step_by(16) {
            let [a, b, c, d, e, f] = six else { continue };
            let pixels = |row: &'_ [u8]| row.as_chunks::<PIXEL_BYTES>().0.len();
            for x in (0..pixels(c)).step_by(4) {
                let tints = [a, b, c, d, e, f].map(|row| tint_at(row, x));
                let [a, b, c, d, e, f] = tints;
                let (above, own, below) = (a + b, c + d, e + f);
                // Eight times the distance of both rows from what the viewer would see.
                let square = |distance: i64| (distance * distance).unsigned_abs();
                repeated += square(8 * c - 4 * own) + square(8 * d - 4 * own);
                smooth += square(8 * c - 3 * own - above) + square(8 * d - 3 * own - below);
            }
        }
        if smooth < repeated { Self::Smooth } else { Self::Repeated }
    }
}

/// A difference of colour of a pixel.
fn tint_at(row: &[u8], x: usize) -> i64 {
    let pixel = row.as_chunks::<PIXEL_BYTES>().0.get(x).copied().unwrap_or_default();
    let [blue, green, red] = channels(u32::from_le_bytes(pixel)).map(i64::from);
    2 * red + green - 3 * blue
}

/// A decoded picture: its planes with the distance between their rows.
#[derive(Clone, Copy, Debug)]
pub struct Picture<'a> {
    /// Width and height. Unit: pixels.
    pub dimensions: (usize, usize),
    /// Luma, Cb and Cr.
    pub planes: (&'a [u8], &'a [u8], &'a [u8]),
    /// Distance between the rows of each plane. Unit: bytes.
    pub strides: (usize, usize, usize),
}

/// Paints a part of a decoded picture. `origin` is where the upper left corner of the picture lies on the surface;
/// what the picture does not cover stays as it is.
pub fn paint(
    picture: &Picture<'_>,
    chroma: Chroma,
    origin: (usize, usize),
    part: Area,
    surface: &mut Surface,
) {
    let (Some(left), Some(top)) = (part.x().checked_sub(origin.0), part.y().checked_sub(origin.1)) else {
        return;
    };
    let (width, height) = picture.dimensions;
    if left + part.width() > width || top + part.height() > height {
        return;
    }
    let (luma, first, second) = picture.planes;
    let chroma_width = (left + part.width()).div_ceil(2) - left / 2;
    let (mut first_mixed, mut second_mixed) = (Vec::new(), Vec::new());
    for (index, row) in surface.rows_mut(part).enumerate() {
        let y = top + index;
        let other = match chroma {
            Chroma::Repeated => y / 2,
            Chroma::Smooth if y % 2 == 0 => (y / 2).saturating_sub(1),
            Chroma::Smooth => (y / 2 + 1).min((height / 2).saturating_sub(1)),
        };
        let luma = plane_row(luma, picture.strides.0, y, left, part.width());
        let samples = |plane, stride, y| plane_row(plane, stride, y, left / 2, chroma_width);
        let first = samples(first, picture.strides.1, y / 2).zip(samples(first, picture.strides.1, other));
        let second = samples(second, picture.strides.2, y / 2).zip(samples(second, picture.strides.2, other));
        if let (Some(luma), Some(first), Some(second)) = (luma, first, second) {
            let first = mixed(first, y / 2 == other, &mut first_mixed);
            let second = mixed(second, y / 2 == other, &mut second_mixed);
            paint_row(luma, first, second, left % 2, row);
        }
    }
}

/// Three quarters of the own samples and one of the others; the own ones where both are the same.
fn mixed<'a>((own, other): (&'a [u8], &[u8]), same: bool, buffer: &'a mut Vec<u8>) -> &'a [u8] {
    if same {
        return own;
    }
    buffer.clear();
    buffer.extend(own.iter().zip(other).map(|(own, other)| {
        (u16::from(*own).wrapping_mul(3).wrapping_add(u16::from(*other)).wrapping_add(2) >> 2) as u8
    }));
    buffer
}

fn plane_row(plane: &[u8], stride: usize, y: usize, x: usize, width: usize) -> Option<&[u8]> {
    let start = y.checked_mul(stride)?.checked_add(x)?;
    plane.get(start..start.checked_add(width)?)
}

/// One row; `phase` is 1 when the first pixel is the right half of its chroma sample.
fn paint_row(luma: &[u8], blue: &[u8], red: &[u8], phase: usize, row: &mut [u8]) {
    let (first, luma) = luma.split_at(phase.min(luma.len()));
    let (first_blue, blue) = blue.split_at(phase.min(blue.len()));
    let (first_red, red) = red.split_at(phase.min(red.len()));
    let (first_pixel, row) = row.split_at_mut((phase * PIXEL_BYTES).min(row.len()));
    if let ([y], [cb], [cr]) = (first, first_blue, first_red) {
        first_pixel.copy_from_slice(&Tint::new(*cb, *cr).pixel(*y));
    }
    let (pairs, last_luma) = luma.as_chunks::<2>();
    let (pixels, last_pixel) = row.as_chunks_mut::<{ 2 * PIXEL_BYTES }>();
    for ((pixel, [left, right]), (cb, cr)) in pixels.iter_mut().zip(pairs).zip(blue.iter().zip(red)) {
        let tint = Tint::new(*cb, *cr);
        let [b0, g0, r0, x0] = tint.pixel(*left);
        let [b1, g1, r1, x1] = tint.pixel(*right);
        *pixel = [b0, g0, r0, x0, b1, g1, r1, x1];
    }
    if let ([y], Some((cb, cr))) = (last_luma, blue.iter().zip(red).nth(pairs.len())) {
        last_pixel.copy_from_slice(&Tint::new(*cb, *cr).pixel(*y));
    }
}

/// What the chroma of a place adds to each colour, doubled and rounded up where it is halved again.
#[derive(Clone, Copy)]
struct Tint {
    blue: i16,
    green: i16,
    red: i16,
}

impl Tint {
    #[inline(always)]
    fn new(first: u8, second: u8) -> Self {
        let centred = |sample: u8| i16::from(sample).wrapping_sub(128).wrapping_mul(2);
        let (orange, green) = (centred(first), centred(second));
        let rest = 1_i16.wrapping_sub(green);
        Self { blue: rest.wrapping_sub(orange), green: green.wrapping_add(1), red: rest.wrapping_add(orange) }
    }

    #[inline(always)]
    fn pixel(self, luma: u8) -> [u8; PIXEL_BYTES] {
        // Twice the brightness, at most 765.
        let y = i16::from(luma).wrapping_mul(3);
        let byte = |tint: i16| (y.wrapping_add(tint) >> 1).clamp(0, 255) as u8;
        [byte(self.blue), byte(self.green), byte(self.red), 255]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use deskside_proto::geometry::Size;

    fn one_colour(width: u32, height: u32, pixel: [u8; 4]) -> Surface {
        let mut surface = Surface::new(Size { width, height }).unwrap();
        let whole = Area::whole(surface.size()).unwrap();
        for row in surface.rows_mut(whole) {
            for p in row.chunks_exact_mut(4) {
                p.copy_from_slice(&pixel);
            }
        }
        surface
    }

    fn round_trip(source: &Surface) -> Surface {
        let whole = Area::whole(source.size()).unwrap();
        let mut planes = Planes::default();
        planes.load(source, whole);
        let (width, height) = planes.dimensions();
        let picture = Picture {
            dimensions: (width, height),
            planes: planes.planes(),
            strides: (width, width / 2, width / 2),
        };
        let mut back = Surface::new(source.size()).unwrap();
        paint(&picture, Chroma::Repeated, (0, 0), whole, &mut back);
        back
    }

    #[test]
    fn colours_have_the_samples_of_the_protocol() {
        // From the formulas of PROTOCOL.md in exact fractions, rounded.
        for (pixel, expected) in [
            ([255, 255, 255, 0], (170, 128, 128)),
            ([0, 0, 0, 0], (0, 128, 128)),
            ([0, 0, 255, 0], (43, 255, 64)),
            ([0, 255, 0, 0], (85, 128, 255)),
            ([255, 0, 0, 0], (43, 0, 64)),
            ([200, 100, 50, 0], (75, 53, 116)),
        ] {
            let surface = one_colour(4, 4, pixel);
            let mut planes = Planes::default();
            planes.load(&surface, Area::whole(surface.size()).unwrap());
            let (y, cb, cr) = planes.planes();
            let near = |samples: &[u8], wanted: u8| samples.iter().all(|v| v.abs_diff(wanted) <= 1);
            assert!(
                near(y, expected.0) && near(cb, expected.1) && near(cr, expected.2),
                "{pixel:?}: {} {} {}",
                y[0],
                cb[0],
                cr[0]
            );
        }
    }

    #[test]
    fn any_samples_are_kept_within_a_byte() {
        for (luma, first, second) in [(255, 255, 0), (255, 0, 255), (0, 255, 255), (0, 0, 0), (170, 255, 255)]
        {
            let picture =
                Picture { dimensions: (2, 2), planes: (&[luma; 4], &[first], &[second]), strides: (2, 1, 1) };
            let mut surface = one_colour(2, 2, [1, 1, 1, 1]);
            let whole = Area::whole(surface.size()).unwrap();
            paint(&picture, Chroma::Smooth, (0, 0), whole, &mut surface);
            let (y, o, g) = (f64::from(luma) * 1.5, f64::from(first) - 128.0, f64::from(second) - 128.0);
            let wanted = [y - g - o, y + g, y - g + o].map(|v| v.round().clamp(0.0, 255.0) as u8);
            assert_eq!(surface.bytes()[..3], wanted);
        }
    }

    #[test]
    fn smooth_chroma_comes_from_the_row_above_and_below() {
        // Three rows of samples, a column of each.
        let picture = Picture {
            dimensions: (2, 6),
            planes: (&[60; 12], &[100, 140, 200], &[128; 3]),
            strides: (2, 1, 1),
        };
        let mut surface = one_colour(2, 6, [0; 4]);
        let whole = Area::whole(surface.size()).unwrap();
        paint(&picture, Chroma::Smooth, (0, 0), whole, &mut surface);
        let reds: Vec<u8> = surface.rows(whole).map(|row| row[2]).collect();
        let wanted = [100, 110, 130, 155, 185, 200].map(|sample: i32| (90 + sample - 128) as u8);
        assert_eq!(reds, wanted);
        // A part has the same pixels.
        let part = Area::from_edges(1, 3, 2, 5).unwrap();
        let mut other = one_colour(2, 6, [0; 4]);
        paint(&picture, Chroma::Smooth, (0, 0), part, &mut other);
        assert!(other.rows(part).eq(surface.rows(part)));
    }

    #[test]
    fn a_scaled_film_is_smooth_and_one_with_repeated_samples_is_not() {
        let mut surface = one_colour(64, 64, [0; 4]);
        let whole = Area::whole(surface.size()).unwrap();
        for (y, row) in surface.rows_mut(whole).enumerate() {
            row.chunks_exact_mut(4).for_each(|p| p.copy_from_slice(&[(y * 4) as u8, 90, 120, 255]));
        }
        assert_eq!(Chroma::of(&surface, whole), Chroma::Smooth);
        for (y, row) in surface.rows_mut(whole).enumerate() {
            row.chunks_exact_mut(4).for_each(|p| p.copy_from_slice(&[(y / 2 * 8) as u8, 90, 120, 255]));
        }
        assert_eq!(Chroma::of(&surface, whole), Chroma::Repeated);
        assert_eq!(
            Chroma::of(&one_colour(64, 3, [9; 4]), Area::from_edges(0, 0, 64, 3).unwrap()),
            Chroma::Repeated
        );
    }

    #[test]
    fn every_colour_in_steps_comes_back_within_four_levels() {
        for b in (0..=255).step_by(15) {
            for g in (0..=255).step_by(15) {
                for r in (0..=255).step_by(15) {
                    let source = one_colour(2, 2, [b, g, r, 255]);
                    let back = round_trip(&source);
                    for (a, b) in source.bytes().iter().zip(back.bytes()) {
                        assert!(a.abs_diff(*b) <= 4, "{:?} {:?}", &source.bytes()[..4], &back.bytes()[..4]);
                    }
                }
            }
        }
    }

    #[test]
    fn odd_sizes_are_padded_to_blocks_and_every_pixel_comes_back() {
        for (width, height) in [(1, 1), (15, 17), (33, 1), (16, 16), (31, 47)] {
            let source = one_colour(width, height, [200, 100, 50, 255]);
            let back = round_trip(&source);
            for (a, b) in source.bytes().iter().zip(back.bytes()) {
                assert!(a.abs_diff(*b) <= 4);
            }
        }
    }

    #[test]
    fn parts_at_odd_places_take_the_right_chroma() {
        // Left half red, right half blue; the border lies on an even column.
        let mut source = one_colour(32, 32, [0, 0, 255, 255]);
        source
            .rows_mut(Area::from_edges(16, 0, 32, 32).unwrap())
            .for_each(|row| row.chunks_exact_mut(4).for_each(|p| p.copy_from_slice(&[255, 0, 0, 255])));
        let mut planes = Planes::default();
        planes.load(&source, Area::whole(source.size()).unwrap());
        let picture = Picture { dimensions: (32, 32), planes: planes.planes(), strides: (32, 16, 16) };
        let mut back = Surface::new(source.size()).unwrap();
        let part = Area::from_edges(13, 5, 20, 8).unwrap();
        paint(&picture, Chroma::Repeated, (0, 0), part, &mut back);
        for (row, expected) in back.rows(part).zip(source.rows(part)) {
            for (a, b) in row.iter().zip(expected) {
                assert!(a.abs_diff(*b) <= 4);
            }
        }
        let outside = Area::from_edges(0, 0, 13, 32).unwrap();
        assert!(back.rows(outside).flatten().all(|&b| b == 0 || b == 255));
    }

    #[test]
    fn a_part_outside_the_picture_paints_nothing() {
        let source = one_colour(16, 16, [1, 2, 3, 255]);
        let mut planes = Planes::default();
        planes.load(&source, Area::whole(source.size()).unwrap());
        let picture = Picture { dimensions: (16, 16), planes: planes.planes(), strides: (16, 8, 8) };
        let mut target = Surface::new(Size { width: 64, height: 64 }).unwrap();
        let before = target.clone();
        paint(&picture, Chroma::Repeated, (8, 8), Area::from_edges(20, 20, 30, 30).unwrap(), &mut target);
        paint(&picture, Chroma::Repeated, (8, 8), Area::from_edges(0, 0, 10, 10).unwrap(), &mut target);
        assert_eq!(target, before);
    }
}
