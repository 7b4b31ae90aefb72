//! Photographs: each sample is written as its difference from what its neighbours let expect. Green stands by itself;
//! blue and red, which are nearly always small, share a byte.
//!
//! Reference: the median predictor of ITU-T T.87 (JPEG-LS), A.4.

use super::lossless::{COLOUR_BYTES, LosslessError, give_back};
use crate::surface::{Area, PIXEL_BYTES, Surface};
use zstd::zstd_safe::{
    CCtx, CParameter, DCtx, InBuffer, OutBuffer, ResetDirective, compress_bound, find_frame_compressed_size,
    get_frame_content_size,
};

/// There is nothing to be found again in differences: zstd counts them and hardly looks further.
const LEVEL: i32 = 1;
const HASH_LOG: u32 = 6;
const MIN_MATCH: u32 = 7;

/// The byte for a pair of differences that are not both small: they follow behind all pairs.
const LARGE: u8 = 0;

/// Bytes of a pixel at least, and at most.
const LEAST_BYTES: usize = 2;
const MOST_BYTES: usize = 4;

/// What is expected where there is no neighbour yet.
const MIDDLE: u8 = 128;

/// What the left, upper and upper left neighbour let expect.
#[inline]
fn expected(left: u8, up: u8, corner: u8) -> u8 {
    let (low, high) = (left.min(up), left.max(up));
    // Between both neighbours the sum cannot leave eight bits.
    let slope = left.wrapping_add(up).wrapping_sub(corner);
    if corner >= high {
        low
    } else if corner <= low {
        high
    } else {
        slope
    }
}

/// Green, and blue and red as differences from it, which in most photographs are small.
#[inline]
const fn planes_of([blue, green, red]: [u8; COLOUR_BYTES]) -> [u8; COLOUR_BYTES] {
    [green, blue.wrapping_sub(green).wrapping_add(MIDDLE), red.wrapping_sub(green).wrapping_add(MIDDLE)]
}

#[inline]
const fn pixel_of([green, blue, red]: [u8; COLOUR_BYTES]) -> [u8; PIXEL_BYTES] {
    [blue.wrapping_add(green).wrapping_sub(MIDDLE), green, red.wrapping_add(green).wrapping_sub(MIDDLE), 255]
}

/// A byte for the differences of blue and red, if both are in -8..=7 and not both -8.
#[inline]
const fn pair(blue: u8, red: u8) -> u8 {
    let (blue, red) = (blue.wrapping_add(8), red.wrapping_add(8));
    if blue < 16 && red < 16 { blue << 4 | red } else { LARGE }
}

/// Compresses areas of a surface.
pub struct PredictedWriter {
    context: CCtx<'static>,
    differences: Vec<u8>,
    pairs: Vec<u8>,
    large: Vec<u8>,
}

impl PredictedWriter {
    /// A writer at zstd level 1, without checksum: QUIC has one already.
    pub fn new() -> Result<Self, LosslessError> {
        let mut context = CCtx::try_create().ok_or(LosslessError)?;
        for parameter in [
            CParameter::CompressionLevel(LEVEL),
            CParameter::HashLog(HASH_LOG),
            CParameter::MinMatch(MIN_MATCH),
            CParameter::ChecksumFlag(false),
            CParameter::ContentSizeFlag(true),
        ] {
            context.set_parameter(parameter).map_err(|_| LosslessError)?;
        }
        Ok(Self { context, differences: Vec::new(), pairs: Vec::new(), large: Vec::new() })
    }

    /// Appends the areas to `out` as one Zstandard frame.
    pub fn write(
        &mut self,
        surface: &Surface,
        areas: &[Area],
        out: &mut Vec<u8>,
    ) -> Result<(), LosslessError> {
        let pixels: usize = areas.iter().map(|area| area.pixels()).sum();
        self.differences.clear();
        self.differences.resize(pixels * COLOUR_BYTES, 0);
        let mut planes = self.differences.chunks_exact_mut(pixels.max(1));
        if let (Some(green), Some(blue), Some(red)) = (planes.next(), planes.next(), planes.next()) {
            let mut rest = [green, blue, red];
            for area in areas {
                let parts = rest.each_mut().map(|plane| {
                    let (part, after) = std::mem::take(plane).split_at_mut(area.pixels());
                    *plane = after;
                    part
                });
                write_area(surface, *area, parts);
            }
        }
        let (green, rest) = self.differences.split_at(pixels);
        let (blue, red) = rest.split_at(pixels);
        self.pairs.clear();
        self.pairs.extend(blue.iter().zip(red).map(|(blue, red)| pair(*blue, *red)));
        self.large.clear();
        for (pair, (blue, red)) in self.pairs.iter().zip(blue.iter().zip(red)) {
            if *pair == LARGE {
                self.large.extend_from_slice(&[*blue, *red]);
            }
        }
        let result = compress(&mut self.context, [green, &self.pairs, &self.large], out);
        [&mut self.differences, &mut self.pairs, &mut self.large].into_iter().for_each(give_back);
        result
    }
}

/// Each part in blocks of its own, because each has its own frequencies.
fn compress(context: &mut CCtx<'_>, parts: [&[u8]; 3], out: &mut Vec<u8>) -> Result<(), LosslessError> {
    let length: usize = parts.iter().map(|part| part.len()).sum();
    context.reset(ResetDirective::SessionOnly).map_err(|_| LosslessError)?;
    context.set_pledged_src_size(Some(length as u64)).map_err(|_| LosslessError)?;
    // Some bytes for each part's own end, which the bound of a whole does not know.
    out.reserve(compress_bound(length) + parts.len() * 64);
    for part in parts {
        let mut input = InBuffer::around(part);
        while input.pos() < part.len() {
            let position = out.len();
            context
                .compress_stream(&mut OutBuffer::around_pos(out, position), &mut input)
                .map_err(|_| LosslessError)?;
            out.reserve(64);
        }
        flush(out, |output| context.flush_stream(output).map_err(|_| LosslessError))?;
    }
    flush(out, |output| context.end_stream(output).map_err(|_| LosslessError))
}

/// Goes on until nothing is left to be written.
fn flush(
    out: &mut Vec<u8>,
    mut step: impl FnMut(&mut OutBuffer<'_, Vec<u8>>) -> Result<usize, LosslessError>,
) -> Result<(), LosslessError> {
    loop {
        let position = out.len();
        let left = step(&mut OutBuffer::around_pos(out, position))?;
        if left == 0 {
            return Ok(());
        }
        out.reserve(left);
    }
}

/// Writes the differences of one area, each plane into its part.
fn write_area(surface: &Surface, area: Area, mut parts: [&mut [u8]; COLOUR_BYTES]) {
    let width = area.width();
    let mut above = [vec![0_u8; width], vec![0; width], vec![0; width]];
    let mut here = above.clone();
    for (y, row) in surface.rows(area).enumerate() {
        let [green, blue, red] = &mut here;
        let samples = green.iter_mut().zip(blue).zip(red);
        for (pixel, ((green, blue), red)) in row.as_chunks::<PIXEL_BYTES>().0.iter().zip(samples) {
            let [b, g, r, _] = *pixel;
            [*green, *blue, *red] = planes_of([b, g, r]);
        }
        for ((here, above), part) in here.iter().zip(&above).zip(&mut parts) {
            let Some(out) = part.chunks_exact_mut(width).nth(y) else { return };
            write_row(here, (y > 0).then_some(above), out);
        }
        std::mem::swap(&mut above, &mut here);
    }
}

fn write_row(here: &[u8], above: Option<&Vec<u8>>, out: &mut [u8]) {
    let (Some(first), Some(first_out)) = (here.first(), out.first_mut()) else { return };
    let expected_first = above.and_then(|above| above.first().copied()).unwrap_or(MIDDLE);
    *first_out = first.wrapping_sub(expected_first);
    let pairs = here.iter().skip(1).zip(here).zip(out.iter_mut().skip(1));
    match above {
        None => pairs.for_each(|((sample, left), out)| *out = sample.wrapping_sub(*left)),
        Some(above) => {
            for (((sample, left), out), (up, corner)) in pairs.zip(above.iter().skip(1).zip(above)) {
                *out = sample.wrapping_sub(expected(*left, *up, *corner));
            }
        }
    }
}

/// Decompresses what [`PredictedWriter`] wrote, or what a stranger says it wrote.
pub struct PredictedReader {
    context: DCtx<'static>,
    differences: Vec<u8>,
}

impl PredictedReader {
    /// A reader.
    pub fn new() -> Result<Self, LosslessError> {
        Ok(Self { context: DCtx::try_create().ok_or(LosslessError)?, differences: Vec::new() })
    }

    /// Paints the areas. The caller has checked that they lie inside the surface and how many pixels they hold; at
    /// most four bytes for each are decompressed, into a buffer of exactly the size that the frame announces, so zstd
    /// needs no window of its own.
    pub fn read(&mut self, bytes: &[u8], areas: &[Area], surface: &mut Surface) -> Result<(), LosslessError> {
        let result = self.read_frame(bytes, areas, surface);
        give_back(&mut self.differences);
        result
    }

    fn read_frame(
        &mut self,
        bytes: &[u8],
        areas: &[Area],
        surface: &mut Surface,
    ) -> Result<(), LosslessError> {
        let pixels: usize = areas.iter().map(|area| area.pixels()).sum();
        let announced = get_frame_content_size(bytes).ok().flatten().ok_or(LosslessError)?;
        let length = usize::try_from(announced).map_err(|_| LosslessError)?;
        let is_possible = (pixels * LEAST_BYTES..=pixels * MOST_BYTES).contains(&length);
        if !is_possible || find_frame_compressed_size(bytes) != Ok(bytes.len()) {
            return Err(LosslessError);
        }
        self.differences.clear();
        self.differences.reserve_exact(length);
        let written = self.context.decompress(&mut self.differences, bytes).map_err(|_| LosslessError)?;
        let (green, rest) = self.differences.split_at_checked(pixels).ok_or(LosslessError)?;
        let (pairs, large) = rest.split_at_checked(pixels).ok_or(LosslessError)?;
        let announced_large = pairs.iter().filter(|pair| **pair == LARGE).count();
        if written != length || large.len() != announced_large * 2 {
            return Err(LosslessError);
        }
        let (mut green, mut pairs, mut large) = (green, pairs, large.as_chunks().0.iter());
        for area in areas {
            let (green_part, pair_part);
            (green_part, green) = green.split_at_checked(area.pixels()).ok_or(LosslessError)?;
            (pair_part, pairs) = pairs.split_at_checked(area.pixels()).ok_or(LosslessError)?;
            read_area(green_part, pair_part, &mut large, *area, surface);
        }
        Ok(())
    }
}

fn read_area<'a>(
    green: &[u8],
    pairs: &[u8],
    large: &mut impl Iterator<Item = &'a [u8; 2]>,
    area: Area,
    surface: &mut Surface,
) {
    let width = area.width();
    let mut above: Vec<[u8; COLOUR_BYTES]> = vec![[0; COLOUR_BYTES]; width];
    let rows = green.chunks_exact(width).zip(pairs.chunks_exact(width));
    for (y, (row, (green, pairs))) in surface.rows_mut(area).zip(rows).enumerate() {
        let mut left = [MIDDLE; COLOUR_BYTES];
        let mut corner = [MIDDLE; COLOUR_BYTES];
        let pixels = row.as_chunks_mut::<PIXEL_BYTES>().0.iter_mut();
        let differences = green.iter().zip(pairs);
        for (x, ((pixel, (green, pair)), above)) in pixels.zip(differences).zip(&mut above).enumerate() {
            let up = *above;
            let [blue, red] = match *pair {
                LARGE => large.next().copied().unwrap_or_default(),
                pair => [(pair >> 4).wrapping_sub(8), (pair & 15).wrapping_sub(8)],
            };
            let expect = |plane: fn(&[u8; COLOUR_BYTES]) -> u8| match (x, y) {
                (_, 0) => plane(&left),
                (0, _) => plane(&up),
                _ => expected(plane(&left), plane(&up), plane(&corner)),
            };
            let sample = [
                green.wrapping_add(expect(|planes| planes[0])),
                blue.wrapping_add(expect(|planes| planes[1])),
                red.wrapping_add(expect(|planes| planes[2])),
            ];
            *pixel = pixel_of(sample);
            (*above, left, corner) = (sample, sample, up);
        }
    }
}

impl std::fmt::Debug for PredictedWriter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PredictedWriter")
    }
}

impl std::fmt::Debug for PredictedReader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PredictedReader")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use deskside_proto::geometry::Size;

    #[test]
    fn any_pixels_come_back_and_waves_are_small() {
        let size = Size::new(130, 90);
        let mut surface = Surface::new(size).unwrap();
        let whole = Area::whole(size).unwrap();
        for (y, row) in surface.rows_mut(whole).enumerate() {
            for (x, pixel) in row.chunks_exact_mut(4).enumerate() {
                let wave = |k: f32| ((x as f32 * k).sin() * 60.0 + (y as f32 * k).cos() * 60.0 + 128.0) as u8;
                let noise =
                    if x > 100 { (x * 7_919 + y * 104_729).wrapping_mul(2_654_435_761) >> 7 } else { 0 };
                pixel.copy_from_slice(&[wave(0.05), wave(0.04).wrapping_add(noise as u8), wave(0.03), 255]);
            }
        }
        let areas = [
            Area::from_edges(3, 5, 4, 6).unwrap(),
            Area::from_edges(0, 0, 1, 90).unwrap(),
            Area::from_edges(1, 89, 130, 90).unwrap(),
            Area::from_edges(60, 10, 130, 80).unwrap(),
            Area::from_edges(1, 10, 60, 80).unwrap(),
        ];
        let (mut writer, mut reader) = (PredictedWriter::new().unwrap(), PredictedReader::new().unwrap());
        for areas in [&areas[..], &areas[4..]] {
            let mut bytes = Vec::new();
            writer.write(&surface, areas, &mut bytes).unwrap();
            let mut painted = Surface::new(size).unwrap();
            reader.read(&bytes, areas, &mut painted).unwrap();
            for area in areas {
                assert!(painted.rows(*area).eq(surface.rows(*area)), "{area:?}");
            }
            if let [area] = areas {
                assert!(bytes.len() < area.pixels(), "{} bytes", bytes.len());
            }
        }
    }
}
