//! The pointer's picture and place, which travel apart from the desktop's picture.
//! The viewer draws it at the expert's own pointer while it has control, else where the client says.

use super::codec::{Reader, WireError, Writer};
use super::frame::Message;
use crate::geometry::{DesktopPoint, Size};

/// The pixel of a cursor's picture that points. Units: pixels from its top left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Hotspot {
    /// To the right.
    pub x: u16,
    /// Downwards.
    pub y: u16,
}

/// A cursor's picture.
///
/// Shape: `size.width * size.height` pixels, row by row from the top, each R, G, B, A, colours premultiplied by alpha.
#[derive(Clone, PartialEq, Eq)]
pub struct CursorShape {
    size: Size,
    hotspot: Hotspot,
    rgba: Vec<u8>,
}

impl CursorShape {
    /// The longest side. Units: pixels.
    pub const MAX_SIDE: u32 = 256;

    /// A cursor of `size`; colours brighter than their alpha allows are dimmed to it.
    ///
    /// # Errors
    /// `InvalidValue` for an empty or too large size, a hotspot outside, or a number of bytes that does not fit the size.
    pub fn new(size: Size, hotspot: Hotspot, mut rgba: Vec<u8>) -> Result<Self, WireError> {
        let length = Self::bytes_of(size)?;
        if u32::from(hotspot.x) >= size.width || u32::from(hotspot.y) >= size.height {
            return Err(WireError::InvalidValue("cursor hotspot"));
        }
        if rgba.len() != length {
            return Err(WireError::InvalidValue("cursor pixels"));
        }
        for [r, g, b, alpha] in rgba.as_chunks_mut::<4>().0 {
            for colour in [r, g, b] {
                *colour = (*colour).min(*alpha);
            }
        }
        Ok(Self { size, hotspot, rgba })
    }

    fn bytes_of(size: Size) -> Result<usize, WireError> {
        let sides = 1..=Self::MAX_SIDE;
        if !sides.contains(&size.width) || !sides.contains(&size.height) {
            return Err(WireError::InvalidValue("cursor size"));
        }
        usize::try_from(size.width * size.height * 4).map_err(|_| WireError::InvalidValue("cursor size"))
    }

    /// Width and height.
    pub fn size(&self) -> Size {
        self.size
    }

    /// The pixel that points.
    pub fn hotspot(&self) -> Hotspot {
        self.hotspot
    }

    /// The pixels, as described at the type.
    pub fn rgba(&self) -> &[u8] {
        &self.rgba
    }

    fn write(&self, out: &mut Writer<'_>) {
        // INVARIANT: the constructor keeps both sides within 256.
        out.u16(u16::try_from(self.size.width).unwrap_or(u16::MAX));
        out.u16(u16::try_from(self.size.height).unwrap_or(u16::MAX));
        out.u16(self.hotspot.x);
        out.u16(self.hotspot.y);
        out.raw(&self.rgba);
    }

    fn read(body: &mut Reader<'_>) -> Result<Self, WireError> {
        let size = Size { width: body.u16()?.into(), height: body.u16()?.into() };
        let hotspot = Hotspot { x: body.u16()?, y: body.u16()? };
        let pixels = body.take(Self::bytes_of(size)?)?;
        let shape = Self::new(size, hotspot, pixels.to_vec())?;
        // The sender dims; a second spelling of the same cursor is not accepted.
        if shape.rgba == pixels { Ok(shape) } else { Err(WireError::InvalidValue("cursor pixels")) }
    }
}

impl std::fmt::Debug for CursorShape {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "CursorShape({}x{})", self.size.width, self.size.height)
    }
}

/// One message on the cursor stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CursorMessage {
    /// The pointer looks like this from now on, and is shown.
    Shape(CursorShape),
    /// No pointer is shown.
    Hidden,
    /// The pointer is here, moved by whomever.
    Moved {
        /// Where its hotspot is.
        at: DesktopPoint,
    },
}

impl CursorMessage {
    const SHAPE: u8 = 0xA1;
    const HIDDEN: u8 = 0xA2;
    const MOVED: u8 = 0xA3;
}

impl Message for CursorMessage {
    fn kind(&self) -> u8 {
        match self {
            Self::Shape(_) => Self::SHAPE,
            Self::Hidden => Self::HIDDEN,
            Self::Moved { .. } => Self::MOVED,
        }
    }

    fn body_limit(kind: u8) -> Result<usize, WireError> {
        match kind {
            Self::SHAPE => Ok(8 + 256 * 256 * 4),
            Self::HIDDEN => Ok(0),
            Self::MOVED => Ok(4),
            _ => Err(WireError::UnknownKind(kind)),
        }
    }

    fn write_body(&self, out: &mut Writer<'_>) {
        match self {
            Self::Shape(shape) => shape.write(out),
            Self::Hidden => {}
            Self::Moved { at } => at.write(out),
        }
    }

    fn read_body(kind: u8, body: &mut Reader<'_>) -> Result<Self, WireError> {
        match kind {
            Self::SHAPE => CursorShape::read(body).map(Self::Shape),
            Self::HIDDEN => Ok(Self::Hidden),
            Self::MOVED => Ok(Self::Moved { at: DesktopPoint::read(body)? }),
            _ => Err(WireError::UnknownKind(kind)),
        }
    }
}
