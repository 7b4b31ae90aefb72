//! One picture change on the wire: its header and the form of its operations. How a change is chosen belongs to
//! the encoder, what it does to the surface to the decoder.
//!
//! Reference: `docs/PROTOCOL.md`, "Picture updates".

mod decode;
mod encode;
pub mod op;
mod parts;
mod streams;
mod viewer;

pub use decode::{Applied, UpdateDecoder};
pub use encode::{EncodeError, Encoded, Need, PictureMode, UpdateEncoder};
pub use op::Recalled;

use crate::tile::lossless::LosslessError;
use crate::video::VideoError;
use deskside_proto::geometry::{Rect, Size};
use deskside_proto::wire::codec::{Reader, WireError, Writer};

/// Why an update was not applied. Always the sender's fault; the picture is not to be trusted until a keyframe.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum UpdateError {
    /// The bytes are not of the form of an update.
    #[error("malformed update: {0}")]
    Malformed(#[from] WireError),
    /// A flag that this version does not know.
    #[error("unknown flags {0:#04x}")]
    UnknownFlags(u8),
    /// An operation that this version does not know.
    #[error("unknown operation {0}")]
    UnknownOperation(u8),
    /// A form of exact pixels that this version does not know.
    #[error("unknown form of pixels {0}")]
    UnknownForm(u8),
    /// A number that no slot has.
    #[error("there is no slot {0}")]
    NoSuchSlot(u16),
    /// A slot that does not hold the pixels that it shall paint.
    #[error("slot {0} does not hold that")]
    SlotTooSmall(u16),
    /// The announced surface is empty or larger than a surface may be.
    #[error("a surface of {}x{} is not possible", .0.width, .0.height)]
    SurfaceSize(Size),
    /// There is no surface yet, or one of another size, and this is no keyframe.
    #[error("a keyframe is needed first")]
    KeyframeNeeded,
    /// A rectangle is empty or not inside the surface.
    #[error("a rectangle lies outside the surface")]
    OutsideSurface,
    /// The operations together paint more than an update may.
    #[error("the update paints too many pixels")]
    TooManyPixels,
    /// The operations together have more areas than an update may.
    #[error("the update has too many areas")]
    TooManyAreas,
    /// The same video stream twice, or a number that no stream has.
    #[error("unexpected video stream {0}")]
    UnexpectedStream(u8),
    /// Exact pixels that cannot be decompressed, or of another length.
    #[error(transparent)]
    Lossless(#[from] LosslessError),
    /// Video that cannot be decoded.
    #[error(transparent)]
    Video(#[from] VideoError),
}

/// What stands at the beginning of every update.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Header {
    /// The surface and all streams begin anew.
    pub keyframe: bool,
    /// Nothing new: what is on the screen already becomes exact. May travel after everything else.
    pub refinement: bool,
    /// Size of the surface. Unit: pixels.
    pub size: Size,
}

impl Header {
    const KEYFRAME: u8 = 1;
    const REFINEMENT: u8 = 2;

    /// Length. Unit: bytes.
    pub const BYTES: usize = 5;

    /// Reads the header of an update.
    pub fn read(reader: &mut Reader<'_>) -> Result<Self, UpdateError> {
        let flags = reader.u8()?;
        if flags & !(Self::KEYFRAME | Self::REFINEMENT) != 0 {
            return Err(UpdateError::UnknownFlags(flags));
        }
        let size = Size::new(reader.u16()?.into(), reader.u16()?.into());
        if !size.is_desktop() {
            return Err(UpdateError::SurfaceSize(size));
        }
        Ok(Self { keyframe: flags & Self::KEYFRAME != 0, refinement: flags & Self::REFINEMENT != 0, size })
    }

    fn write(self, writer: &mut Writer<'_>) {
        let keyframe = if self.keyframe { Self::KEYFRAME } else { 0 };
        let refinement = if self.refinement { Self::REFINEMENT } else { 0 };
        writer.u8(keyframe | refinement);
        writer.u16(short(self.size.width));
        writer.u16(short(self.size.height));
    }
}

/// A coordinate or length on the wire; `Size::MAX_SIDE` keeps every one below 2^16.
fn short(value: u32) -> u16 {
    u16::try_from(value).unwrap_or(u16::MAX)
}

fn read_rect(reader: &mut Reader<'_>) -> Result<Rect, WireError> {
    Ok(Rect {
        x: reader.u16()?.into(),
        y: reader.u16()?.into(),
        width: reader.u16()?.into(),
        height: reader.u16()?.into(),
    })
}
