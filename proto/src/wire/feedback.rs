//! What the expert tells the client about the picture and about itself being there.
//! It carries nothing that the person did; that is input.

use super::codec::{Reader, WireError, Writer};
use super::frame::Message;

/// One message on the feedback stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Feedback {
    /// The update of this number is on the surface; `backlog` more have arrived and wait (255 means 255 or more).
    UpdateApplied {
        /// The update's number.
        sequence: u32,
        /// Complete updates that are not applied yet.
        backlog: u8,
    },
    /// The surface is not what the client believes; a complete picture is needed.
    KeyframeNeeded,
    /// The expert's program is there. Sent every 2 s while it has control and nothing else is to be said.
    Heartbeat,
}

impl Feedback {
    const UPDATE_APPLIED: u8 = 0x31;
    const KEYFRAME_NEEDED: u8 = 0x32;
    const HEARTBEAT: u8 = 0x33;
}

impl Message for Feedback {
    fn kind(&self) -> u8 {
        match self {
            Self::UpdateApplied { .. } => Self::UPDATE_APPLIED,
            Self::KeyframeNeeded => Self::KEYFRAME_NEEDED,
            Self::Heartbeat => Self::HEARTBEAT,
        }
    }

    fn body_limit(kind: u8) -> Result<usize, WireError> {
        match kind {
            Self::UPDATE_APPLIED => Ok(5),
            Self::KEYFRAME_NEEDED | Self::HEARTBEAT => Ok(0),
            _ => Err(WireError::UnknownKind(kind)),
        }
    }

    fn write_body(&self, out: &mut Writer<'_>) {
        match self {
            Self::UpdateApplied { sequence, backlog } => {
                out.u32(*sequence);
                out.u8(*backlog);
            }
            Self::KeyframeNeeded | Self::Heartbeat => {}
        }
    }

    fn read_body(kind: u8, body: &mut Reader<'_>) -> Result<Self, WireError> {
        match kind {
            Self::UPDATE_APPLIED => Ok(Self::UpdateApplied { sequence: body.u32()?, backlog: body.u8()? }),
            Self::KEYFRAME_NEEDED => Ok(Self::KeyframeNeeded),
            Self::HEARTBEAT => Ok(Self::Heartbeat),
            _ => Err(WireError::UnknownKind(kind)),
        }
    }
}
