//! Exact pixels of several areas in one zstd frame: three bytes a pixel, row after row, area after area.

use crate::surface::{Area, PIXEL_BYTES, Surface};
use zstd::zstd_safe::{CCtx, CParameter, DCtx, find_frame_compressed_size, get_frame_content_size};

/// Bytes of one pixel before compression: blue, green, red.
pub const COLOUR_BYTES: usize = 3;

const LEVEL: i32 = 1;

/// The codec library failed, or the bytes are not what they claim to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the compressed pixels are damaged")]
pub struct LosslessError;

/// Compresses areas of a surface.
pub struct LosslessEncoder {
    context: CCtx<'static>,
    pixels: Vec<u8>,
}

impl std::fmt::Debug for LosslessEncoder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("LosslessEncoder")
    }
}

impl LosslessEncoder {
    /// An encoder at zstd level 1, without checksum: QUIC has one already.
    pub fn new() -> Result<Self, LosslessError> {
        let mut context = CCtx::try_create().ok_or(LosslessError)?;
        for parameter in [
            CParameter::CompressionLevel(LEVEL),
            CParameter::ChecksumFlag(false),
            CParameter::ContentSizeFlag(true),
        ] {
            context.set_parameter(parameter).map_err(|_| LosslessError)?;
        }
        Ok(Self { context, pixels: Vec::new() })
    }

    /// Appends the compressed pixels of all areas to `out`.
    pub fn encode(
        &mut self,
        surface: &Surface,
        areas: &[Area],
        out: &mut Vec<u8>,
    ) -> Result<(), LosslessError> {
        let total: usize = areas.iter().map(|area| area.pixels() * COLOUR_BYTES).sum();
        self.pixels.resize(total, 0);
        let mut colours = self.pixels.as_chunks_mut::<COLOUR_BYTES>().0.iter_mut();
        for row in areas.iter().flat_map(|area| surface.rows(*area)) {
            let pixels = row.as_chunks::<PIXEL_BYTES>().0;
            for ([blue, green, red, _], colour) in pixels.iter().zip(colours.by_ref()) {
                *colour = [*blue, *green, *red];
            }
        }
        let mut compressed = Vec::with_capacity(zstd::zstd_safe::compress_bound(self.pixels.len()));
        self.context.compress2(&mut compressed, &self.pixels).map_err(|_| LosslessError)?;
        out.extend_from_slice(&compressed);
        Ok(())
    }
}

/// Decompresses what [`LosslessEncoder`] wrote, or what a stranger says it wrote.
pub struct LosslessDecoder {
    context: DCtx<'static>,
    pixels: Vec<u8>,
}

impl std::fmt::Debug for LosslessDecoder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("LosslessDecoder")
    }
}

impl LosslessDecoder {
    /// A decoder.
    pub fn new() -> Result<Self, LosslessError> {
        Ok(Self { context: DCtx::try_create().ok_or(LosslessError)?, pixels: Vec::new() })
    }

    /// Paints the areas. The caller has checked that they lie inside the surface and how many pixels they hold;
    /// exactly that many are decompressed, into a buffer of exactly that size, so zstd needs no window of its own.
    pub fn decode(
        &mut self,
        bytes: &[u8],
        areas: &[Area],
        surface: &mut Surface,
    ) -> Result<(), LosslessError> {
        let expected: usize = areas.iter().map(|area| area.pixels() * COLOUR_BYTES).sum();
        let announced = get_frame_content_size(bytes).ok().flatten();
        if find_frame_compressed_size(bytes) != Ok(bytes.len()) || announced != Some(expected as u64) {
            return Err(LosslessError);
        }
        self.pixels.clear();
        self.pixels.reserve_exact(expected);
        let written = self.context.decompress(&mut self.pixels, bytes).map_err(|_| LosslessError)?;
        if written != expected {
            return Err(LosslessError);
        }
        let mut rest = self.pixels.as_slice();
        for area in areas {
            for row in surface.rows_mut(*area) {
                let Some((colours, after)) = rest.split_at_checked(area.width() * COLOUR_BYTES) else {
                    return Err(LosslessError);
                };
                rest = after;
                let colours = colours.as_chunks::<COLOUR_BYTES>().0;
                for (pixel, [blue, green, red]) in
                    row.as_chunks_mut::<PIXEL_BYTES>().0.iter_mut().zip(colours)
                {
                    *pixel = [*blue, *green, *red, 255];
                }
            }
        }
        Ok(())
    }
}
