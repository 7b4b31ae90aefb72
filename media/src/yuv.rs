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

fn luma_row(row: &[u8], luma: &mut [u8]) {
    for ([blue, green, red, _], luma) in row.as_chunks::<PIXEL_BYTES>().0.iter().zip(luma) {
        let (b, g, r) = (u16::from(*blue), u16::from(*green), u16::from(*red));
        // 0.0620, 0.6142 and 0.1826 in 1/256, with 16 as the black level: at most 56,358, which fits.
        *luma = ((b * 16 + g * 157 + r * 47 + 128) >> 8) as u8 + 16;
    }
}

fn chroma_row(even: &[u8], odd: &[u8], blue_plane: &mut [u8], red_plane: &mut [u8]) {
    let quads =
        even.as_chunks::<{ 2 * PIXEL_BYTES }>().0.iter().zip(odd.as_chunks::<{ 2 * PIXEL_BYTES }>().0);
    for ((up, down), (cb, cr)) in quads.zip(blue_plane.iter_mut().zip(red_plane)) {
        let [b0, g0, r0, _, b1, g1, r1, _] = up.map(i16::from);
        let [b2, g2, r2, _, b3, g3, r3, _] = down.map(i16::from);
        let b = (b0 + b1 + b2 + b3 + 2) >> 2;
        let g = (g0 + g1 + g2 + g3 + 2) >> 2;
        let r = (r0 + r1 + r2 + r3 + 2) >> 2;
        // In 1/256; every sum lies between -28,560 and 28,560. The offset also makes the shift round to nearest.
        *cb = (((b * 112 - g * 86 - r * 26 + 128) >> 8) + 128) as u8;
        *cr = (((r * 112 - g * 102 - b * 10 + 128) >> 8) + 128) as u8;
    }
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
        first_pixel.copy_from_slice(&to_pixel(*y, *cb, *cr));
    }
    let (pairs, last_luma) = luma.as_chunks::<2>();
    let (pixels, last_pixel) = row.as_chunks_mut::<{ 2 * PIXEL_BYTES }>();
    let chroma = || blue.iter().zip(red);
    for ((pixel, [left, right]), (cb, cr)) in pixels.iter_mut().zip(pairs).zip(chroma()) {
        let [b0, g0, r0, x0] = to_pixel(*left, *cb, *cr);
        let [b1, g1, r1, x1] = to_pixel(*right, *cb, *cr);
        *pixel = [b0, g0, r0, x0, b1, g1, r1, x1];
    }
    if let ([y], Some((cb, cr))) = (last_luma, chroma().nth(pairs.len())) {
        last_pixel.copy_from_slice(&to_pixel(*y, *cb, *cr));
    }
}

#[inline(always)]
fn to_pixel(luma: u8, cb: u8, cr: u8) -> [u8; PIXEL_BYTES] {
    // Products keep their upper 16 bits, so that they map to a single vector instruction; results are in 1/16.
    let high = |a: i16, b: i16| ((i32::from(a) * i32::from(b)) >> 16) as i16;
    let y = high((i16::from(luma) - 16) * 128, 9_539);
    let u = (i16::from(cb) - 128) * 128;
    let v = (i16::from(cr) - 128) * 128;
    let blue = y + high(u, 17_305);
    let green = y - high(u, 1_746) - high(v, 4_366);
    let red = y + high(v, 14_686);
    let byte = |sixteenths: i16| ((sixteenths + 8) >> 4).clamp(0, 255) as u8;
    [byte(blue), byte(green), byte(red), 255]
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
