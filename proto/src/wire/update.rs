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
