//! Colours of the screen to and from the colours of H.264: I420 (4:2:0, chroma sited in the middle of four
//! pixels), matrix ITU-R BT.709, limited range (luma 16..=235, chroma 16..=240). It knows no codec.

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
        // 0.0620, 0.6142 and 0.1826 in 1/256.
        let sum =
            blue.wrapping_mul(16).wrapping_add(green.wrapping_mul(157)).wrapping_add(red.wrapping_mul(47));
        *luma = (sum.wrapping_add(128) >> 8).wrapping_add(16) as u8;
    }
}

/// Blue, green and red of a pixel. Numbers of 32 bits, because so a pixel fills its place in a vector.
#[inline(always)]
const fn channels(pixel: u32) -> [u32; 3] {
    [pixel & 0xFF, pixel >> 8 & 0xFF, pixel >> 16 & 0xFF]
}

fn chroma_row(even: &[u8], odd: &[u8], blue_plane: &mut [u8], red_plane: &mut [u8]) {
    let pairs = |row| <[u8]>::as_chunks::<PIXEL_BYTES>(row).0.as_chunks::<2>().0;
    let quads = pairs(even).iter().zip(pairs(odd));
    for ((up, down), (cb, cr)) in quads.zip(blue_plane.iter_mut().zip(red_plane)) {
        let [blue, green, red] = mean_of_four(up.map(u32::from_le_bytes), down.map(u32::from_le_bytes));
        *cb = chroma(blue, 112, green, 86, red, 26);
        *cr = chroma(red, 112, green, 102, blue, 10);
    }
}

/// Channels of the mean colour of two pixels above and two below.
#[inline(always)]
fn mean_of_four(up: [u32; 2], down: [u32; 2]) -> [u32; 3] {
    const FIELDS: u32 = 0x00FF_00FF;
    const HALF: u32 = 0x0002_0002;
    let [p, q] = up;
    let [r, s] = down;
    // Blue and red in two fields of 16 bits, green in one: sums of four bytes fit.
    let sum = |p: u32, q: u32, r: u32, s: u32| {
        (p & FIELDS)
            .wrapping_add(q & FIELDS)
            .wrapping_add(r & FIELDS)
            .wrapping_add(s & FIELDS)
            .wrapping_add(HALF)
    };
    let outer = sum(p, q, r, s);
    let inner = sum(p >> 8, q >> 8, r >> 8, s >> 8);
    [(outer & 0xFFFF) >> 2, (inner & 0xFFFF) >> 2, outer >> 18]
}

/// A difference of colours, in 1/256 and moved to the middle of a byte.
#[inline(always)]
const fn chroma(own: u32, weight: u32, second: u32, weight_2: u32, third: u32, weight_3: u32) -> u8 {
    let others = second.wrapping_mul(weight_2).wrapping_add(third.wrapping_mul(weight_3));
    (own.wrapping_mul(weight).wrapping_add(128 * 256 + 128).wrapping_sub(others) >> 8) as u8
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
pub fn paint(picture: &Picture<'_>, origin: (usize, usize), part: Area, surface: &mut Surface) {
    let (Some(left), Some(top)) = (part.x().checked_sub(origin.0), part.y().checked_sub(origin.1)) else {
        return;
    };
    let (width, height) = picture.dimensions;
    if left + part.width() > width || top + part.height() > height {
        return;
    }
    let (luma, blue, red) = picture.planes;
    for (index, row) in surface.rows_mut(part).enumerate() {
        let y = top + index;
        let luma = plane_row(luma, picture.strides.0, y, left, part.width());
        let chroma_width = (left + part.width()).div_ceil(2) - left / 2;
        let blue = plane_row(blue, picture.strides.1, y / 2, left / 2, chroma_width);
        let red = plane_row(red, picture.strides.2, y / 2, left / 2, chroma_width);
        if let (Some(luma), Some(blue), Some(red)) = (luma, blue, red) {
            paint_row(luma, blue, red, left % 2, row);
        }
    }
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

/// What the chroma of a place adds to each colour. Unit: 1/16.
#[derive(Clone, Copy)]
struct Tint {
    blue: i16,
    green: i16,
    red: i16,
}

impl Tint {
    #[inline(always)]
    fn new(cb: u8, cr: u8) -> Self {
        let (u, v) = (centred(cb, 128), centred(cr, 128));
        let green = upper_half(u, 1_746).wrapping_add(upper_half(v, 4_366));
        Self { blue: upper_half(u, 17_305), green: 0_i16.wrapping_sub(green), red: upper_half(v, 14_686) }
    }

    #[inline(always)]
    fn pixel(self, luma: u8) -> [u8; PIXEL_BYTES] {
        let y = upper_half(centred(luma, 16), 9_539);
        // Between -4,500 and 8,500 before the shift.
        let byte = |tint: i16| (y.wrapping_add(tint).wrapping_add(8) >> 4).clamp(0, 255) as u8;
        [byte(self.blue), byte(self.green), byte(self.red), 255]
    }
}

/// The distance from the zero of a sample, times 128: between -16,384 and 30,592.
#[inline(always)]
fn centred(sample: u8, zero: i16) -> i16 {
    i16::from(sample).wrapping_sub(zero).wrapping_mul(128)
}

/// The upper 16 bits of a product, which is a single instruction for many numbers.
#[inline(always)]
fn upper_half(a: i16, b: i16) -> i16 {
    (i32::from(a).wrapping_mul(i32::from(b)) >> 16) as i16
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
        paint(&picture, (0, 0), whole, &mut back);
        back
    }

    #[test]
    fn white_and_black_have_the_values_of_the_limited_range() {
        let mut planes = Planes::default();
        for (pixel, luma) in [([255, 255, 255, 0], 235), ([0, 0, 0, 0], 16)] {
            let surface = one_colour(4, 4, pixel);
            planes.load(&surface, Area::whole(surface.size()).unwrap());
            let (y, cb, cr) = planes.planes();
            assert!(y.iter().all(|&v| v == luma), "{}", y[0]);
            assert!(cb.iter().chain(cr).all(|&v| v == 128));
        }
    }

    #[test]
    fn pure_colours_have_the_values_of_bt_709() {
        // Computed from the matrix of BT.709 in floating point, rounded.
        for (pixel, expected) in [
            ([0, 0, 255, 0], (63, 102, 240)),
            ([0, 255, 0, 0], (173, 42, 26)),
            ([255, 0, 0, 0], (32, 240, 118)),
        ] {
            let surface = one_colour(2, 2, pixel);
            let mut planes = Planes::default();
            planes.load(&surface, Area::whole(surface.size()).unwrap());
            let (y, cb, cr) = planes.planes();
            let near = |a: u8, b: i32| (i32::from(a) - b).abs() <= 1;
            assert!(
                near(y[0], expected.0) && near(cb[0], expected.1) && near(cr[0], expected.2),
                "{pixel:?}: {} {} {}",
                y[0],
                cb[0],
                cr[0]
            );
        }
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
        paint(&picture, (0, 0), part, &mut back);
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
        paint(&picture, (8, 8), Area::from_edges(20, 20, 30, 30).unwrap(), &mut target);
        paint(&picture, (8, 8), Area::from_edges(0, 0, 10, 10).unwrap(), &mut target);
        assert_eq!(target, before);
    }
}
