//! Datagrams: each repeats a part of a stream, so that a lost packet need not be waited for.
//! They may be lost, doubled and reordered like any packet; whoever takes them in must not depend on one.

use std::fmt;

use super::codec::{Reader, WireError, Writer};
use super::frame::Message;
use super::input::InputFrame;
use super::stream::StreamKind;

/// A part of what repairs one update: the bytes of its payload folded upon a period.
///
/// Byte `i` of the fold is the exclusive or of the payload's bytes `i`, `i + period`, `i + 2 period` ... up to its end.
/// A period as long as the payload makes the fold a copy of it. A shorter one mends any loss in which no two lost
/// bytes lie a multiple of the period apart, so any single gap that is no longer than it.
///
/// # Reference
/// docs/PROTOCOL.md, "Datagrams".
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct UpdateRepair<'a> {
    /// The update.
    pub sequence: u32,
    /// Bytes of its payload.
    pub total: u16,
    /// Bytes of the fold.
    pub period: u16,
    /// Where in the fold `bytes` begin.
    pub offset: u16,
    /// The part of the fold.
    pub bytes: &'a [u8],
}

impl fmt::Debug for UpdateRepair<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { sequence, total, period, offset, bytes } = self;
        write!(f, "UpdateRepair({sequence}, {total} by {period}, {} at {offset})", bytes.len())
    }
}

impl<'a> UpdateRepair<'a> {
    /// Bytes in front of the fold's part.
    pub const HEADER_BYTES: usize = 11;

    /// Appends the datagram to `out`.
    pub fn encode(&self, out: &mut Vec<u8>) {
        let mut writer = Writer::new(out);
        writer.u8(StreamKind::Update.code());
        writer.u32(self.sequence);
        writer.u16(self.total);
        writer.u16(self.period);
        writer.u16(self.offset);
        writer.raw(self.bytes);
    }

    /// Reads exactly one datagram.
    ///
    /// # Errors
    /// `UnknownKind` for any other sort of datagram, `InvalidValue` where the part does not lie in the fold.
    pub fn decode(datagram: &'a [u8]) -> Result<Self, WireError> {
        let mut reader = Reader::new(datagram);
        expect_kind(&mut reader, StreamKind::Update)?;
        let (sequence, total) = (reader.u32()?, reader.u16()?);
        let (period, offset) = (reader.u16()?, reader.u16()?);
        let bytes = reader.rest();
        if total == 0 {
            return Err(WireError::InvalidValue("total"));
        }
        if period == 0 || period > total {
            return Err(WireError::InvalidValue("period"));
        }
        if bytes.is_empty() {
            return Err(WireError::Truncated);
        }
        if usize::from(offset) + bytes.len() > usize::from(period) {
            return Err(WireError::TrailingBytes);
        }
        Ok(Self { sequence, total, period, offset, bytes })
    }
}

/// Input frames that were written to the input stream a moment ago, once more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InputCopy {
    /// Which frame of the input stream the first is, counted from 0, round again after 2^32 - 1.
    pub first: u32,
    /// The frames, one behind the other as on the stream.
    pub frames: Vec<InputFrame>,
}

impl InputCopy {
    /// The longest datagram of this sort. Units: bytes.
    pub const MAX_BYTES: usize = 1_000;
    /// What the frames of one copy may have together. Units: bytes.
    pub const MAX_FRAME_BYTES: usize = Self::MAX_BYTES - 5;

    /// Appends the datagram to `out`.
    pub fn encode(&self, out: &mut Vec<u8>) {
        let mut writer = Writer::new(out);
        writer.u8(StreamKind::Input.code());
        writer.u32(self.first);
        for frame in &self.frames {
            frame.encode(out);
        }
    }

    /// Reads exactly one datagram.
    ///
    /// # Errors
    /// `UnknownKind` for any other sort of datagram; `TooLong` beyond [`Self::MAX_BYTES`]; what is wrong with a frame.
    pub fn decode(datagram: &[u8]) -> Result<Self, WireError> {
        if datagram.len() > Self::MAX_BYTES {
            return Err(WireError::TooLong);
        }
        let mut reader = Reader::new(datagram);
        expect_kind(&mut reader, StreamKind::Input)?;
        let first = reader.u32()?;
        let mut frames = Vec::new();
        while frames.is_empty() || reader.remaining() > 0 {
            frames.push(InputFrame::take(&mut reader)?);
        }
        Ok(Self { first, frames })
    }
}

fn expect_kind(reader: &mut Reader<'_>, kind: StreamKind) -> Result<(), WireError> {
    match reader.u8()? {
        found if found == kind.code() => Ok(()),
        found => Err(WireError::UnknownKind(found)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::GrantId;
    use crate::keycode::KeyUsage;
    use crate::wire::input::{InputEvent, KeyEvent};
    use crate::wire::typed::Typed;

    #[test]
    fn the_longest_input_frames_fill_a_datagram_and_not_more() {
        let text = Typed::new(&"x".repeat(Typed::MOST_BYTES)).unwrap();
        let event = InputEvent::Key(KeyEvent::writing(KeyUsage::A, text));
        let frame = InputFrame { grant: GrantId::FIRST, event };
        let mut bytes = Vec::new();
        frame.encode(&mut bytes);
        assert_eq!(
            (bytes.len(), frame.encoded_bytes()),
            (InputFrame::LONGEST_BYTES, InputFrame::LONGEST_BYTES)
        );
        let frames = vec![frame; InputCopy::MAX_FRAME_BYTES / InputFrame::LONGEST_BYTES];
        bytes.clear();
        InputCopy { first: 7, frames: frames.clone() }.encode(&mut bytes);
        assert!(bytes.len() <= InputCopy::MAX_BYTES);
        assert_eq!(InputCopy::decode(&bytes), Ok(InputCopy { first: 7, frames }));
    }

    #[test]
    fn what_is_printed_of_a_repair_shows_no_pixels() {
        let repair = UpdateRepair { sequence: 1, total: 9, period: 4, offset: 2, bytes: &[77, 78] };
        assert_eq!(format!("{repair:?}"), "UpdateRepair(1, 9 by 4, 2 at 2)");
    }
}
