//! From desktop pixels to the window's: copied at 1:1, repeated at whole scales, averaged by area at broken ones.
//! Computes only what is asked for; knows no window system.

use deskside_media::surface::{Area, PIXEL_BYTES, Surface};

use super::port::{Axis, Port};

/// What the weights of a pixel add up to. With 8 bit colours a weighted sum of a column still fits into 16 bits.
const WHOLE: f64 = 256.0;

/// Makes the pixels of one port.
pub struct Scaler {
    port: Port,
    columns: Taps,
    rows: Taps,
    /// One row of desktop pixels, enlarged or summed up.
    line: Vec<u8>,
    sums: Vec<u16>,
}

impl Scaler {
    /// For this port.
    pub fn new(port: Port) -> Self {
        let (columns, rows) = if port.times().is_some() {
            (Taps::default(), Taps::default())
        } else {
            (Taps::of(&port.columns).alike(), Taps::of(&port.rows))
        };
        Self { port, columns, rows, line: Vec::new(), sums: Vec::new() }
    }

    /// The port.
    pub const fn port(&self) -> &Port {
        &self.port
    }

    /// Bytes of one row of the port.
    pub const fn stride(&self) -> usize {
        self.port.columns.length * PIXEL_BYTES
    }

    /// Writes the pixels of `area` into `out`, which holds all of the port's; does nothing where the surface has another
    /// size than the port expects.
    pub fn paint(&mut self, surface: &Surface, area: Area, out: &mut [u8]) {
        if surface.size() != self.port.desktop() {
            return;
        }
        match self.port.times() {
            Some(1) => self.copy(surface, area, out),
            Some(times) => self.repeat(surface, area, times, out),
            None => self.average(surface, area, out),
        }
    }

    fn copy(&self, surface: &Surface, area: Area, out: &mut [u8]) {
        let (x, y) = (self.port.columns.skipped, self.port.rows.skipped);
        let from = Area::from_edges(area.x() + x, area.y() + y, area.right() + x, area.bottom() + y);
        let Some(from) = from else { return };
        for (to, from) in rows_mut(out, self.stride(), area).zip(surface.rows(from)) {
            to.copy_from_slice(from);
        }
    }

    fn repeat(&mut self, surface: &Surface, area: Area, times: usize, out: &mut [u8]) {
        let (skipped_x, skipped_y) = (self.port.columns.skipped, self.port.rows.skipped);
        let first = (area.x() + skipped_x) / times;
        let last = (area.right() + skipped_x).div_ceil(times);
        let into = (area.x() + skipped_x - first * times) * PIXEL_BYTES;
        let stride = self.stride();
        let mut made = None;
        for (y, to) in rows_mut(out, stride, area).enumerate() {
            let from = (area.y() + y + skipped_y) / times;
            if made != Some(from) {
                made = Some(from);
                self.line.clear();
                let (pixels, _) = row_of(surface, from, first, last).as_chunks::<PIXEL_BYTES>();
                self.line.resize(pixels.len() * PIXEL_BYTES * times, 0);
                let (line, _) = self.line.as_chunks_mut::<PIXEL_BYTES>();
                for (to, pixel) in line.chunks_exact_mut(times).zip(pixels) {
                    to.fill(*pixel);
                }
            }
            if let Some(line) = self.line.get(into..into + to.len()) {
                to.copy_from_slice(line);
            }
        }
    }

    /// Area averages: each pixel is the mean of the desktop under it. Made smaller, text stays even and nothing flickers;
    /// made larger by a broken factor, only pixels on an edge are mixed.
    fn average(&mut self, surface: &Surface, area: Area, out: &mut [u8]) {
        let Some(columns) = self.columns.taps.get(area.x()..area.right()) else { return };
        let Some(rows) = self.rows.taps.get(area.y()..area.bottom()) else { return };
        let (Some(first), Some(last)) = (columns.first(), columns.last()) else { return };
        let (first, last) = (first.start, last.start + last.count);
        let stride = self.port.columns.length * PIXEL_BYTES;
        for (to, tap) in rows_mut(out, stride, area).zip(rows) {
            self.sums.clear();
            self.sums.resize((last - first) * PIXEL_BYTES, 0);
            for (step, weight) in self.rows.weights(tap).iter().enumerate() {
                let from = row_of(surface, tap.start + step, first, last);
                for (sum, value) in self.sums.iter_mut().zip(from) {
                    // INVARIANT: the weights add up to 256, so the sum is at most 256 * 255.
                    *sum += weight * u16::from(*value);
                }
            }
            let (sums, _) = self.sums.as_chunks::<PIXEL_BYTES>();
            let (to, _) = to.as_chunks_mut::<PIXEL_BYTES>();
            // Half of all screens are shown at scales that these serve; a loop of known length is twice as fast.
            match columns.first().map_or(0, |tap| tap.count) {
                2 => self.columns.across::<2>(columns, first, sums, to),
                3 => self.columns.across::<3>(columns, first, sums, to),
                4 => self.columns.across::<4>(columns, first, sums, to),
                _ => self.columns.across_any(columns, first, sums, to),
            }
        }
    }
}

/// Which desktop pixels make up each pixel of an axis, and how much of each.
#[derive(Default)]
struct Taps {
    taps: Vec<Tap>,
    weights: Vec<u16>,
}

/// The desktop pixels of one pixel.
struct Tap {
    start: usize,
    count: usize,
    /// Where its weights begin.
    weights: usize,
}

impl Taps {
    fn of(axis: &Axis) -> Self {
        let mut all = Self::default();
        for pixel in 0..axis.length {
            let under = axis.under(pixel);
            let start = (under.start.floor() as usize).min(axis.desktop - 1);
            let end = (under.end.ceil() as usize).clamp(start + 1, axis.desktop);
            let length = (under.end - under.start).max(f64::MIN_POSITIVE);
            let share = |edge: usize| {
                if edge == end {
                    return WHOLE;
                }
                (((edge as f64 - under.start) / length).clamp(0.0, 1.0) * WHOLE).round()
            };
            all.taps.push(Tap { start, count: end - start, weights: all.weights.len() });
            // Differences of rounded sums, so that they add up to the whole.
            let weights = (start..end).map(|edge| {
                let before = if edge == start { 0.0 } else { share(edge) };
                (share(edge + 1) - before) as u16
            });
            all.weights.extend(weights);
        }
        all
    }

    fn weights(&self, tap: &Tap) -> &[u16] {
        self.weights.get(tap.weights..tap.weights + tap.count).unwrap_or_default()
    }

    /// The same with as many desktop pixels for each, where some have a weight of 0. As it was where the desktop has not
    /// as many.
    fn alike(self) -> Self {
        let count = self.taps.iter().map(|tap| tap.count).max().unwrap_or(0);
        let end = self.taps.iter().map(|tap| tap.start + tap.count).max().unwrap_or(0);
        if end < count {
            return self;
        }
        let mut all = Self::default();
        for tap in &self.taps {
            let start = tap.start.min(end - count);
            let before = tap.start - start;
            let weights = all.weights.len();
            all.weights.extend(std::iter::repeat_n(0, before));
            all.weights.extend(self.weights(tap));
            all.weights.resize(weights + count, 0);
            all.taps.push(Tap { start, count, weights });
        }
        all
    }

    /// Sums up along a row: `sums` begins with desktop pixel `first`, and each of `taps` has exactly `N` pixels.
    fn across<const N: usize>(&self, taps: &[Tap], first: usize, sums: &[Sum], to: &mut [Pixel]) {
        for (to, tap) in to.iter_mut().zip(taps) {
            let under = sums.get(tap.start - first..).and_then(|sums| sums.first_chunk::<N>());
            let weights = self.weights.get(tap.weights..).and_then(|weights| weights.first_chunk::<N>());
            let (Some(under), Some(weights)) = (under, weights) else { return };
            *to = mixed(under, weights);
        }
    }

    /// The same for any number of pixels.
    fn across_any(&self, taps: &[Tap], first: usize, sums: &[Sum], to: &mut [Pixel]) {
        for (to, tap) in to.iter_mut().zip(taps) {
            *to = mixed(sums.get(tap.start - first..).unwrap_or_default(), self.weights(tap));
        }
    }
}

/// A pixel as it is shown.
type Pixel = [u8; PIXEL_BYTES];
/// What the rows under a pixel add up to, in 256ths.
type Sum = [u16; PIXEL_BYTES];

#[inline(always)]
fn mixed(under: &[Sum], weights: &[u16]) -> Pixel {
    let mut total = [1_u32 << 15; PIXEL_BYTES];
    for (sum, weight) in under.iter().zip(weights) {
        for (total, sum) in total.iter_mut().zip(sum) {
            *total += u32::from(*weight) * u32::from(*sum);
        }
    }
    total.map(|total| (total >> 16) as u8)
}

/// The rows of an area in a picture of that stride, to be written.
pub fn rows_mut(bytes: &mut [u8], stride: usize, area: Area) -> impl Iterator<Item = &mut [u8]> {
    let (from, to) = (area.x() * PIXEL_BYTES, area.right() * PIXEL_BYTES);
    let rows = bytes.chunks_exact_mut(stride.max(1)).skip(area.y()).take(area.height());
    rows.filter_map(move |row| row.get_mut(from..to))
}

/// The rows of an area in a picture of that stride, to be read.
pub fn rows(bytes: &[u8], stride: usize, area: Area) -> impl Iterator<Item = &[u8]> {
    let (from, to) = (area.x() * PIXEL_BYTES, area.right() * PIXEL_BYTES);
    let rows = bytes.chunks_exact(stride.max(1)).skip(area.y()).take(area.height());
    rows.filter_map(move |row| row.get(from..to))
}

/// Some pixels of one row of a surface.
fn row_of(surface: &Surface, y: usize, from: usize, to: usize) -> &[u8] {
    let start = y * surface.stride();
    surface.bytes().get(start + from * PIXEL_BYTES..start + to * PIXEL_BYTES).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use deskside_proto::geometry::{Rect, Size, ViewPoint, ViewTransform};
    use proptest::prelude::*;

    use super::*;
    use crate::app::input::Pixels;

    fn noise(size: Size, seed: u8) -> Surface {
        let mut surface = Surface::new(size).unwrap();
        let mut value = u32::from(seed) + 1;
        for row in surface.rows_mut(Area::whole(size).unwrap()) {
            for byte in row {
                value = value.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                *byte = (value >> 24) as u8;
            }
        }
        surface
    }

    fn scaler(desktop: Size, room: Size, scale: f32, scroll: (f32, f32)) -> Scaler {
        let area = Pixels { left: 0.0, top: 0.0, right: room.width as f32, bottom: room.height as f32 };
        let scroll = ViewPoint { x: scroll.0, y: scroll.1 };
        Scaler::new(Port::of(area, &ViewTransform::placed(desktop, room, scale, scroll)).unwrap())
    }

    fn painted(scaler: &mut Scaler, surface: &Surface) -> Vec<u8> {
        let mut out = vec![0; scaler.stride() * scaler.port().rows.length];
        scaler.paint(surface, scaler.port().whole().unwrap(), &mut out);
        out
    }

    #[test]
    fn at_one_to_one_pixels_are_the_same() {
        let size = Size::new(40, 30);
        let surface = noise(size, 1);
        assert!(
            painted(&mut scaler(size, Size::new(100, 100), 1.0, (0.0, 0.0)), &surface) == surface.bytes()
        );
    }

    #[test]
    fn at_whole_scales_every_pixel_is_the_desktop_pixel_under_it() {
        let size = Size::new(40, 30);
        let surface = noise(size, 2);
        for times in [2_usize, 3, 4] {
            let mut scaler = scaler(size, Size::new(61, 47), times as f32, (13.0, 5.0));
            let out = painted(&mut scaler, &surface);
            let port = *scaler.port();
            for (place, pixel) in out.chunks_exact(4).enumerate() {
                let x = (place % port.columns.length + port.columns.skipped) / times;
                let y = (place / port.columns.length + port.rows.skipped) / times;
                assert_eq!(pixel, &surface.bytes()[(y * 40 + x) * 4..][..4]);
            }
        }
    }

    #[test]
    fn at_half_size_each_pixel_is_the_mean_of_four() {
        let size = Size::new(8, 6);
        let surface = noise(size, 3);
        let out = painted(&mut scaler(size, Size::new(4, 3), 0.5, (0.0, 0.0)), &surface);
        for (place, value) in out.iter().enumerate() {
            let (x, y, channel) = (place / 4 % 4 * 2, place / 16 * 2, place % 4);
            let at = |x: usize, y: usize| u32::from(surface.bytes()[(y * 8 + x) * 4 + channel]);
            let mean = (at(x, y) + at(x + 1, y) + at(x, y + 1) + at(x + 1, y + 1) + 2) / 4;
            assert_eq!(u32::from(*value), mean);
        }
    }

    proptest! {
        /// A flat colour stays what it is, at any scale.
        #[test]
        fn a_flat_colour_stays_exact(scale in 0.02_f32..3.0, value in 0_u8.., width in 1_u32..200, height in 1_u32..100) {
            let size = Size::new(width, height);
            let mut surface = Surface::new(size).unwrap();
            for row in surface.rows_mut(Area::whole(size).unwrap()) {
                row.fill(value);
            }
            let room = Size::new(300, 200);
            let area = Pixels { left: 0.0, top: 0.0, right: 300.0, bottom: 200.0 };
            let transform = ViewTransform::placed(size, room, scale, ViewPoint::default());
            let Some(port) = Port::of(area, &transform) else { return Ok(()) };
            prop_assert!(painted(&mut Scaler::new(port), &surface).iter().all(|byte| *byte == value));
        }

        /// As many desktop pixels for each pixel: those with a weight, and what they weigh, stay the same.
        #[test]
        fn taps_that_are_alike_weigh_the_same(scale in 0.05_f32..3.0, scroll in 0.0_f32..150.0) {
            let scaler = scaler(Size::new(197, 67), Size::new(80, 50), scale, (scroll, 0.0));
            let plain = Taps::of(&scaler.port().columns);
            let weighed = |taps: &Taps| -> Vec<Vec<(usize, u16)>> {
                let of = |tap: &Tap| (tap.start..).zip(taps.weights(tap).to_vec());
                taps.taps.iter().map(|tap| of(tap).filter(|(_, weight)| *weight > 0).collect()).collect()
            };
            let wanted = weighed(&plain);
            let alike = plain.alike();
            prop_assert_eq!(weighed(&alike), wanted);
            prop_assert!(alike.taps.iter().all(|tap| tap.count == alike.taps[0].count && tap.start + tap.count <= 197));
        }

        /// Painting only what a change touches gives the same picture as painting everything.
        #[test]
        fn a_part_painted_again_equals_the_whole(
            scale in prop_oneof![0.05_f32..1.0, Just(1.0), Just(2.0), 1.0_f32..3.0],
            (x, y, width, height) in (0_i32..90, 0_i32..60, 1_u32..40, 1_u32..30),
            (scroll_x, scroll_y) in (0.0_f32..90.0, 0.0_f32..90.0),
        ) {
            let size = Size::new(97, 67);
            let (before, other) = (noise(size, 4), noise(size, 5));
            let mut after = before.clone();
            let changed = Rect::new(x, y, width, height);
            if let Some(area) = Area::clipped(changed, size) {
                for (to, from) in after.rows_mut(area).zip(other.rows(area)) {
                    to.copy_from_slice(from);
                }
            }
            let mut scaler = scaler(size, Size::new(80, 50), scale, (scroll_x, scroll_y));
            let mut out = painted(&mut scaler, &before);
            if let Some(area) = scaler.port().area_of(&changed) {
                scaler.paint(&after, area, &mut out);
            }
            prop_assert!(out == painted(&mut scaler, &after));
        }
    }
}
