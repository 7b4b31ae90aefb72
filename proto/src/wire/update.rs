//! The header of an update stream; the payload belongs to the picture engine.
//! docs/PROTOCOL.md describes both, this file knows only the sequence number and the length.

use super::codec::{Reader, WireError, Writer};

/// What an update is for: what travels first, and what may be given up on the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum UpdateClass {
    /// Exact pixels where already something approximate is shown: after everything else.
    Refinement,
    /// A picture of a video and nothing else: it may be given up when a newer one exists.
    Video,
    /// What the person or the expert has just done: before everything else.
    Interactive,
}

/// What stands in front of an update's payload, after the stream's kind byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UpdateHeader {
    /// Counts the updates of a session from 0, without gaps and round again after the last number.
    pub sequence: u32,
    /// Bytes of payload that follow; the stream ends with the last of them.
    payload_bytes: u32,
}

impl UpdateHeader {
    /// Bytes of the header.
    pub const BYTES: usize = 8;
    /// The lowest application error code with which the stream of an update that is given up is reset.
    pub const ABANDONED: u64 = 1 << 32;
    /// So many updates behind it can be named in the code of a reset.
    pub const MAX_NAMED: u32 = 32;
    /// The longest payload. Units: bytes.
    pub const MAX_PAYLOAD_BYTES: usize = 32 * 1024 * 1024;

    /// A header for `payload_bytes` of payload.
    ///
    /// # Errors
    /// `InvalidValue` for none, `TooLong` for more than [`Self::MAX_PAYLOAD_BYTES`].
    pub fn new(sequence: u32, payload_bytes: usize) -> Result<Self, WireError> {
        match payload_bytes {
            0 => Err(WireError::InvalidValue("payload length")),
            1..=Self::MAX_PAYLOAD_BYTES => {
                let payload_bytes = u32::try_from(payload_bytes).map_err(|_| WireError::TooLong)?;
                Ok(Self { sequence, payload_bytes })
            }
            _ => Err(WireError::TooLong),
        }
    }

    /// Bytes of payload that follow.
    pub fn payload_bytes(&self) -> usize {
        // A usize narrower than u32 would not hold the surface either.
        usize::try_from(self.payload_bytes).unwrap_or(usize::MAX)
    }

    /// The code for a reset, naming the updates at these distances behind it that are given up too.
    ///
    /// Distances outside of `1..=MAX_NAMED` are left out.
    pub fn abandoned(behind: impl IntoIterator<Item = u32>) -> u64 {
        let bits = behind.into_iter().filter(|distance| (1..=Self::MAX_NAMED).contains(distance));
        bits.fold(Self::ABANDONED, |code, distance| code | 1 << (distance - 1))
    }

    /// The distances that the code of a reset names; `None` for a code that means nothing.
    pub fn abandoned_behind(code: u64) -> Option<impl Iterator<Item = u32>> {
        let bits = code.checked_sub(Self::ABANDONED).filter(|bits| bits >> Self::MAX_NAMED == 0)?;
        Some((1..=Self::MAX_NAMED).filter(move |distance| bits >> (distance - 1) & 1 == 1))
    }

    /// The QUIC stream number (RFC 9000, section 2.1, without the two bits for its sort) of an update's stream: stream
    /// 0 is the cursor's, and the updates follow it in their order.
    ///
    /// `None` for stream 0.
    pub fn sequence_of(stream_index: u64) -> Option<u32> {
        // INVARIANT: the sequence is the position among the updates, modulo 2^32.
        stream_index.checked_sub(1).map(|position| position as u32)
    }

    /// Appends the header to `out`.
    pub fn encode(&self, out: &mut Vec<u8>) {
        let mut writer = Writer::new(out);
        writer.u32(self.sequence);
        writer.u32(self.payload_bytes);
    }

    /// Reads exactly one header.
    pub fn decode(bytes: &[u8]) -> Result<Self, WireError> {
        let mut reader = Reader::new(bytes);
        let sequence = reader.u32()?;
        let payload_bytes = usize::try_from(reader.u32()?).map_err(|_| WireError::TooLong)?;
        reader.finish()?;
        Self::new(sequence, payload_bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_code_of_a_reset_names_those_behind_it() {
        let code = UpdateHeader::abandoned([0, 1, 3, 32, 33]);
        assert_eq!(code, 0x1_8000_0005);
        assert_eq!(UpdateHeader::abandoned_behind(code).map(Iterator::collect), Some(vec![1, 3, 32]));
        for meaningless in [0, 0x10, 0xffff_ffff, 0x2_0000_0000, u64::MAX] {
            assert!(UpdateHeader::abandoned_behind(meaningless).is_none());
        }
    }

    #[test]
    fn updates_follow_the_cursors_stream() {
        assert_eq!(UpdateHeader::sequence_of(0), None);
        assert_eq!(UpdateHeader::sequence_of(1), Some(0));
        assert_eq!(UpdateHeader::sequence_of(1 << 32), Some(u32::MAX));
        assert_eq!(UpdateHeader::sequence_of((1 << 32) + 1), Some(0));
    }
}
