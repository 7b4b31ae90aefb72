//! One Zstandard frame that never ends, flushed after each piece: what was written once is cheap to write again. It
//! does not know what the bytes mean.

use super::lossless::LosslessError;
use zstd::zstd_safe::{
    CCtx, CParameter, DCtx, DParameter, InBuffer, OutBuffer, ResetDirective, Strategy, compress_bound,
};

/// The window: how far back a piece may refer. Unit: bits of a number of bytes, so 4 MiB.
pub const WINDOW_LOG: u32 = 22;

/// How much more is made room for at a time while the length is not known.
const STEP_BYTES: usize = 128 * 1024;

/// The sender's side.
pub struct HistoryWriter {
    context: CCtx<'static>,
}

impl HistoryWriter {
    /// A history without anything in it.
    pub fn new() -> Result<Self, LosslessError> {
        let mut context = CCtx::try_create().ok_or(LosslessError)?;
        // Lazy search with three steps: half of the bytes of level 1 for text in columns, in about twice the time. Runs of
        // four: a line of text that is cut by the end of a strip is in the history by short runs only.
        for parameter in [
            CParameter::CompressionLevel(5),
            CParameter::WindowLog(WINDOW_LOG),
            CParameter::HashLog(17),
            CParameter::ChainLog(17),
            CParameter::SearchLog(3),
            CParameter::MinMatch(4),
            CParameter::Strategy(Strategy::ZSTD_lazy),
            CParameter::ChecksumFlag(false),
            CParameter::ContentSizeFlag(false),
        ] {
            context.set_parameter(parameter).map_err(|_| LosslessError)?;
        }
        Ok(Self { context })
    }

    /// Forgets everything: the next piece begins a new frame.
    pub fn reset(&mut self) -> Result<(), LosslessError> {
        self.context.reset(ResetDirective::SessionOnly).map(drop).map_err(|_| LosslessError)
    }

    /// Appends a compressed piece to `out`.
    pub fn write(&mut self, piece: &[u8], out: &mut Vec<u8>) -> Result<(), LosslessError> {
        out.reserve(compress_bound(piece.len()) + STEP_BYTES / 128);
        let mut input = InBuffer::around(piece);
        loop {
            let position = out.len();
            let mut output = OutBuffer::around_pos(out, position);
            self.context.compress_stream(&mut output, &mut input).map_err(|_| LosslessError)?;
            let left = if input.pos() == piece.len() {
                self.context.flush_stream(&mut output).map_err(|_| LosslessError)?
            } else {
                1
            };
            if left == 0 {
                return Ok(());
            }
            out.reserve(STEP_BYTES);
        }
    }
}

/// The receiver's side. Memory: the window and two blocks of 128 KiB.
pub struct HistoryReader {
    context: DCtx<'static>,
}

impl HistoryReader {
    /// A history without anything in it. Frames with a larger window are refused before anything is allocated.
    pub fn new() -> Result<Self, LosslessError> {
        let mut context = DCtx::try_create().ok_or(LosslessError)?;
        context.set_parameter(DParameter::WindowLogMax(WINDOW_LOG)).map_err(|_| LosslessError)?;
        Ok(Self { context })
    }

    /// Forgets everything.
    pub fn reset(&mut self) -> Result<(), LosslessError> {
        self.context.reset(ResetDirective::SessionOnly).map(drop).map_err(|_| LosslessError)
    }

    /// Decompresses a piece into `out`, which is overwritten. The room grows with what truly comes.
    ///
    /// # Errors
    /// More than `limit` bytes come out, the frame ends, or it is damaged.
    pub fn read(&mut self, piece: &[u8], limit: usize, out: &mut Vec<u8>) -> Result<(), LosslessError> {
        out.clear();
        let mut input = InBuffer::around(piece);
        loop {
            if out.len() == out.capacity() {
                // One byte more than may come, so that too many are noticed.
                out.reserve_exact(
                    out.len().max(STEP_BYTES).min((limit + 1).saturating_sub(out.len()).max(1)),
                );
            }
            let position = out.len();
            let mut output = OutBuffer::around_pos(out, position);
            let hint = self.context.decompress_stream(&mut output, &mut input).map_err(|_| LosslessError)?;
            let (has_room, all_read) = (output.pos() < output.capacity(), input.pos() == piece.len());
            if hint == 0 || out.len() > limit {
                return Err(LosslessError);
            }
            if all_read && has_room {
                return Ok(());
            }
        }
    }
}

impl std::fmt::Debug for HistoryWriter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("HistoryWriter")
    }
}

impl std::fmt::Debug for HistoryReader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("HistoryReader")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noise(seed: u32, length: usize) -> Vec<u8> {
        let mut value = seed;
        let mut next = || {
            value = value.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (value >> 24) as u8
        };
        (0..length).map(|_| next()).collect()
    }

    #[test]
    fn what_was_written_before_is_cheap_and_comes_out_whole() {
        let (mut writer, mut reader) = (HistoryWriter::new().unwrap(), HistoryReader::new().unwrap());
        let mut raw = Vec::new();
        for (round, length) in [(0_u32, 70_000), (1, 5), (2, 1_000_000), (3, 70_000)] {
            let piece = noise(round % 3, length);
            let mut compressed = Vec::new();
            writer.write(&piece, &mut compressed).unwrap();
            reader.read(&compressed, length, &mut raw).unwrap();
            assert_eq!(raw, piece);
            if round == 3 {
                assert!(compressed.len() < 100, "{} bytes", compressed.len());
            }
        }
        writer.reset().unwrap();
        reader.reset().unwrap();
        let mut compressed = Vec::new();
        writer.write(&noise(0, 70_000), &mut compressed).unwrap();
        assert!(compressed.len() > 60_000);
        reader.read(&compressed, 70_000, &mut raw).unwrap();
    }

    #[test]
    fn a_piece_that_is_longer_than_it_may_be_is_refused_at_the_limit() {
        let mut compressed = Vec::new();
        HistoryWriter::new().unwrap().write(&vec![7; 4_000_000], &mut compressed).unwrap();
        assert!(compressed.len() < 4_000);
        let mut raw = Vec::new();
        assert_eq!(HistoryReader::new().unwrap().read(&compressed, 300_000, &mut raw), Err(LosslessError));
        assert!(raw.capacity() <= 300_001, "{}", raw.capacity());
        HistoryReader::new().unwrap().read(&compressed, 4_000_000, &mut raw).unwrap();
    }
}
