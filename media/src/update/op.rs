//! The form of the operations: one byte kind, four bytes length, body. It checks what can be checked without
//! looking at pixels.

use super::{UpdateError, read_rect, short};
use crate::policy::MAX_STREAMS;
use crate::surface::Area;
use deskside_proto::geometry::Size;
use deskside_proto::wire::codec::{Reader, WireError, Writer};

/// Numbers of the operations. 2 (COPY) and 3 (CACHE) are reserved.
const SOLID: u8 = 1;
const LOSSLESS: u8 = 4;
const VIDEO: u8 = 5;

/// One operation.
#[derive(Debug, PartialEq, Eq)]
pub enum Operation<'a> {
    /// Areas of one colour (blue, green, red).
    Solid { colour: [u8; 3], areas: Vec<Area> },
    /// Areas with exact pixels, compressed together.
    Lossless { areas: Vec<Area>, compressed: &'a [u8] },
    /// A picture of a stream: where it lies, what of it is shown, and its H.264 bytes.
    Video { stream: u8, picture: Area, shown: Vec<Area>, coded: &'a [u8] },
}

impl<'a> Operation<'a> {
    /// Reads the next operation; every area is checked against the surface.
    pub fn read(reader: &mut Reader<'a>, surface: Size) -> Result<Self, UpdateError> {
        let kind = reader.u8()?;
        let length = usize::try_from(reader.u32()?).map_err(|_| WireError::TooLong)?;
        let mut body = Reader::new(reader.take(length)?);
        match kind {
            SOLID => Ok(Self::Solid { colour: body.array()?, areas: only_areas(body, surface)? }),
            LOSSLESS => {
                let areas = counted_areas(&mut body, surface)?;
                Ok(Self::Lossless { areas, compressed: body.rest() })
            }
            VIDEO => {
                let stream = body.u8()?;
                if usize::from(stream) >= MAX_STREAMS {
                    return Err(UpdateError::UnexpectedStream(stream));
                }
                let picture = area(&mut body, surface)?;
                let shown = counted_areas(&mut body, surface)?;
                if !shown.iter().all(|part| picture.contains(*part)) {
                    return Err(UpdateError::OutsideSurface);
                }
                Ok(Self::Video { stream, picture, shown, coded: body.rest() })
            }
            other => Err(UpdateError::UnknownOperation(other)),
        }
    }

    /// Pixels that it paints.
    pub fn painted_pixels(&self) -> usize {
        let (Self::Solid { areas, .. } | Self::Lossless { areas, .. } | Self::Video { shown: areas, .. }) =
            self;
        areas.iter().map(|area| area.pixels()).sum()
    }
}

fn area(reader: &mut Reader<'_>, surface: Size) -> Result<Area, UpdateError> {
    Area::within(read_rect(reader)?, surface).ok_or(UpdateError::OutsideSurface)
}

/// A `u16` count, at least 1, and as many areas.
fn counted_areas(reader: &mut Reader<'_>, surface: Size) -> Result<Vec<Area>, UpdateError> {
    let count = usize::from(reader.u16()?);
    let bytes = reader.take(count * AREA_BYTES)?;
    only_areas(Reader::new(bytes), surface)
}

/// Areas up to the end, at least one.
fn only_areas(mut reader: Reader<'_>, surface: Size) -> Result<Vec<Area>, UpdateError> {
    let mut areas = Vec::with_capacity(reader.remaining() / AREA_BYTES);
    loop {
        areas.push(area(&mut reader, surface)?);
        if reader.remaining() == 0 {
            return Ok(areas);
        }
    }
}

const AREA_BYTES: usize = 8;

/// Appends operations to an update.
pub struct OperationWriter<'a> {
    out: &'a mut Vec<u8>,
}

impl<'a> OperationWriter<'a> {
    /// Appends to `out`.
    pub fn new(out: &'a mut Vec<u8>) -> Self {
        Self { out }
    }

    /// Areas of one colour.
    pub fn solid(&mut self, colour: [u8; 3], areas: &[Area]) {
        self.operation(SOLID, |out| {
            out.extend_from_slice(&colour);
            write_areas(areas, out);
            Ok::<(), std::convert::Infallible>(())
        })
        .unwrap_or_else(|never| match never {});
    }

    /// Areas with exact pixels; `compress` appends the compressed pixels.
    pub fn lossless<E>(
        &mut self,
        areas: &[Area],
        compress: impl FnOnce(&mut Vec<u8>) -> Result<(), E>,
    ) -> Result<(), E> {
        self.operation(LOSSLESS, |out| {
            write_counted_areas(areas, out);
            compress(out)
        })
    }

    /// A picture of a stream.
    pub fn video(&mut self, stream: u8, picture: Area, shown: &[Area], coded: &[u8]) {
        self.operation(VIDEO, |out| {
            out.push(stream);
            write_areas(&[picture], out);
            write_counted_areas(shown, out);
            out.extend_from_slice(coded);
            Ok::<(), std::convert::Infallible>(())
        })
        .unwrap_or_else(|never| match never {});
    }

    /// On an error nothing of the operation remains.
    fn operation<E>(&mut self, kind: u8, body: impl FnOnce(&mut Vec<u8>) -> Result<(), E>) -> Result<(), E> {
        let start = self.out.len();
        self.out.push(kind);
        let length_at = self.out.len();
        self.out.extend_from_slice(&[0; 4]);
        let body_at = self.out.len();
        if let Err(error) = body(self.out) {
            self.out.truncate(start);
            return Err(error);
        }
        // INVARIANT: the encoder keeps whole updates below 32 MiB, so a body's length fits four bytes.
        let length = u32::try_from(self.out.len() - body_at).unwrap_or(u32::MAX);
        if let Some(field) = self.out.get_mut(length_at..body_at) {
            field.copy_from_slice(&length.to_be_bytes());
        }
        Ok(())
    }
}

fn write_areas(areas: &[Area], out: &mut Vec<u8>) {
    let mut writer = Writer::new(out);
    for area in areas {
        let rect = area.to_rect();
        let edge = |value: i32| u16::try_from(value).unwrap_or(u16::MAX);
        writer.u16(edge(rect.x));
        writer.u16(edge(rect.y));
        writer.u16(short(rect.width));
        writer.u16(short(rect.height));
    }
}

fn write_counted_areas(areas: &[Area], out: &mut Vec<u8>) {
    // INVARIANT: at most one area a cell, and the largest surface has fewer than 2^16 cells.
    Writer::new(out).u16(u16::try_from(areas.len()).unwrap_or(u16::MAX));
    write_areas(areas, out);
}
