//! The form of the operations: one byte kind, four bytes length, body. It checks what can be checked without
//! looking at pixels.

use super::{UpdateError, read_rect};
use crate::cache::{SLOTS, tiles};
use crate::policy::MAX_STREAMS;
use crate::surface::Area;
use crate::tile::lossless::Form;
use crate::yuv::Chroma;
use deskside_proto::geometry::Size;
use deskside_proto::wire::codec::{Reader, WireError, Writer};

/// Numbers of the operations.
const SOLID: u8 = 1;
const COPY: u8 = 2;
const CACHE: u8 = 3;
const LOSSLESS: u8 = 4;
const VIDEO: u8 = 5;
const STORE: u8 = 6;

/// The bit of a stream's number in VIDEO that says how chroma is spread.
const SMOOTH: u8 = 4;

/// Most areas and entries of one update: an honest one has a few for each cell that has changed.
pub const MAX_AREAS: usize = 65_535;

/// An area of the surface that takes the pixels of another one of the same size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Copied {
    /// Where the pixels come to lie.
    pub to: Area,
    /// Where they are taken from.
    pub from: Area,
}

/// An area that is painted from slots: its pieces of one cell from consecutive slots.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Recalled {
    /// The slot of the first piece.
    pub slot: usize,
    /// Where in each slot its piece begins. Unit: pixels.
    pub corner: (u8, u8),
    /// What is painted.
    pub area: Area,
}

/// One operation.
#[derive(Debug, PartialEq, Eq)]
pub enum Operation<'a> {
    /// Areas of one colour (blue, green, red).
    Solid {
        /// Blue, green and red.
        colour: [u8; 3],
        /// What is painted.
        areas: Vec<Area>,
    },
    /// Content that moves, one after the other.
    Copy(Vec<Copied>),
    /// Content that is painted from slots.
    Cache(Vec<Recalled>),
    /// Areas with exact pixels, compressed together.
    Lossless {
        /// How the pixels are written.
        form: Form,
        /// What is painted.
        areas: Vec<Area>,
        /// The pixels of all areas.
        compressed: &'a [u8],
    },
    /// Areas whose pieces of one cell are kept in slots, consecutive from the first.
    Store {
        /// The first slot.
        slot: usize,
        /// What is kept.
        areas: Vec<Area>,
    },
    /// A picture of a stream: where it lies, what of it is shown, how its chroma is spread, and its H.264 bytes.
    Video {
        /// The number of the stream.
        stream: u8,
        /// How its chroma is spread.
        chroma: Chroma,
        /// Where the picture lies.
        picture: Area,
        /// What of it is shown.
        shown: Vec<Area>,
        /// H.264.
        coded: &'a [u8],
    },
}

impl<'a> Operation<'a> {
    /// Reads the next operation; every area is checked against the surface.
    pub fn read(reader: &mut Reader<'a>, surface: Size) -> Result<Self, UpdateError> {
        let kind = reader.u8()?;
        let length = usize::try_from(reader.u32()?).map_err(|_| WireError::TooLong)?;
        let mut body = Reader::new(reader.take(length)?);
        match kind {
            SOLID => Ok(Self::Solid { colour: body.array()?, areas: only_areas(body, surface)? }),
            COPY => some(&mut body, |body| copied(body, surface)).map(Self::Copy),
            CACHE => some(&mut body, |body| recalled(body, surface)).map(Self::Cache),
            LOSSLESS => {
                let form = body.u8()?;
                let form = Form::from_number(form).ok_or(UpdateError::UnknownForm(form))?;
                let areas = counted_areas(&mut body, surface)?;
                Ok(Self::Lossless { form, areas, compressed: body.rest() })
            }
            STORE => Ok(Self::Store { slot: slot(&mut body)?, areas: only_areas(body, surface)? }),
            VIDEO => {
                let head = body.u8()?;
                let (stream, chroma) = match head & SMOOTH {
                    0 => (head, Chroma::Repeated),
                    _ => (head & !SMOOTH, Chroma::Smooth),
                };
                if usize::from(stream) >= MAX_STREAMS {
                    return Err(UpdateError::UnexpectedStream(stream));
                }
                let picture = area(&mut body, surface)?;
                let shown = counted_areas(&mut body, surface)?;
                if !shown.iter().all(|part| picture.contains(*part)) {
                    return Err(UpdateError::OutsideSurface);
                }
                Ok(Self::Video { stream, chroma, picture, shown, coded: body.rest() })
            }
            other => Err(UpdateError::UnknownOperation(other)),
        }
    }

    /// Areas and entries that it has.
    #[expect(clippy::len_without_is_empty, reason = "an operation without any is refused when it is read")]
    pub fn len(&self) -> usize {
        match self {
            Self::Solid { areas, .. }
            | Self::Lossless { areas, .. }
            | Self::Store { areas, .. }
            | Self::Video { shown: areas, .. } => areas.len(),
            Self::Copy(copies) => copies.len(),
            Self::Cache(recalls) => recalls.len(),
        }
    }

    /// Pixels that it paints or stores.
    pub fn pixels(&self) -> usize {
        let sum = |areas: &[Area]| areas.iter().map(|area| area.pixels()).sum();
        match self {
            Self::Solid { areas, .. }
            | Self::Lossless { areas, .. }
            | Self::Store { areas, .. }
            | Self::Video { shown: areas, .. } => sum(areas),
            Self::Copy(copies) => copies.iter().map(|copied| copied.to.pixels()).sum(),
            Self::Cache(recalls) => recalls.iter().map(|recalled| recalled.area.pixels()).sum(),
        }
    }
}

impl Recalled {
    /// Each piece with its slot.
    pub fn pieces(self) -> impl Iterator<Item = (usize, Area)> {
        slots_from(self.slot).zip(tiles(self.area))
    }
}

/// A slot and all that follow it, round and round.
pub fn slots_from(first: usize) -> impl Iterator<Item = usize> {
    (first..SLOTS).chain((0..SLOTS).cycle())
}

fn slot(reader: &mut Reader<'_>) -> Result<usize, UpdateError> {
    let slot = reader.u16()?;
    if usize::from(slot) < SLOTS { Ok(slot.into()) } else { Err(UpdateError::NoSuchSlot(slot)) }
}

fn copied(reader: &mut Reader<'_>, surface: Size) -> Result<Copied, UpdateError> {
    let to = area(reader, surface)?;
    let (x, y) = (usize::from(reader.u16()?), usize::from(reader.u16()?));
    let from = Area::from_edges(x, y, x + to.width(), y + to.height());
    let inside = |from: &Area| Area::whole(surface).is_some_and(|whole| whole.contains(*from));
    Ok(Copied { to, from: from.filter(inside).ok_or(UpdateError::OutsideSurface)? })
}

fn recalled(reader: &mut Reader<'_>, surface: Size) -> Result<Recalled, UpdateError> {
    Ok(Recalled { slot: slot(reader)?, corner: (reader.u8()?, reader.u8()?), area: area(reader, surface)? })
}

/// Items up to the end, at least one.
fn some<'a, T>(
    reader: &mut Reader<'a>,
    read: impl Fn(&mut Reader<'a>) -> Result<T, UpdateError>,
) -> Result<Vec<T>, UpdateError> {
    if reader.remaining() > MAX_AREAS * ENTRY_BYTES {
        return Err(UpdateError::TooManyAreas);
    }
    let mut items = vec![read(reader)?];
    while reader.remaining() > 0 {
        items.push(read(reader)?);
    }
    Ok(items)
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
    if reader.remaining() > MAX_AREAS * AREA_BYTES {
        return Err(UpdateError::TooManyAreas);
    }
    let mut areas = Vec::with_capacity(reader.remaining() / AREA_BYTES);
    loop {
        areas.push(area(&mut reader, surface)?);
        if reader.remaining() == 0 {
            return Ok(areas);
        }
    }
}

const AREA_BYTES: usize = 8;
const ENTRY_BYTES: usize = 12;

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
        });
    }

    /// Content that moves.
    pub fn copy(&mut self, copies: &[Copied]) {
        self.operation(COPY, |out| {
            for copied in copies {
                write_areas(&[copied.to], out);
                let mut writer = Writer::new(out);
                writer.u16(edge(copied.from.x()));
                writer.u16(edge(copied.from.y()));
            }
        });
    }

    /// Content from slots.
    pub fn cache(&mut self, recalls: &[Recalled]) {
        self.operation(CACHE, |out| {
            for recalled in recalls {
                let mut writer = Writer::new(out);
                writer.u16(edge(recalled.slot));
                writer.u8(recalled.corner.0);
                writer.u8(recalled.corner.1);
                write_areas(&[recalled.area], out);
            }
        });
    }

    /// Content that is kept.
    pub fn store(&mut self, slot: usize, areas: &[Area]) {
        self.operation(STORE, |out| {
            Writer::new(out).u16(edge(slot));
            write_areas(areas, out);
        });
    }

    /// Areas with exact pixels, already compressed.
    pub fn lossless(&mut self, form: Form, areas: &[Area], compressed: &[u8]) {
        self.operation(LOSSLESS, |out| {
            out.push(form.number());
            write_counted_areas(areas, out);
            out.extend_from_slice(compressed);
        });
    }

    /// A picture of a stream.
    pub fn video(&mut self, stream: u8, chroma: Chroma, picture: Area, shown: &[Area], coded: &[u8]) {
        self.operation(VIDEO, |out| {
            out.push(match chroma {
                Chroma::Repeated => stream,
                Chroma::Smooth => stream | SMOOTH,
            });
            write_areas(&[picture], out);
            write_counted_areas(shown, out);
            out.extend_from_slice(coded);
        });
    }

    fn operation(&mut self, kind: u8, body: impl FnOnce(&mut Vec<u8>)) {
        self.out.push(kind);
        let length_at = self.out.len();
        self.out.extend_from_slice(&[0; 4]);
        let body_at = self.out.len();
        body(self.out);
        // INVARIANT: the encoder keeps whole updates below 32 MiB, so a body's length fits four bytes.
        let length = u32::try_from(self.out.len() - body_at).unwrap_or(u32::MAX);
        if let Some(field) = self.out.get_mut(length_at..body_at) {
            field.copy_from_slice(&length.to_be_bytes());
        }
    }
}

/// A coordinate or number on the wire; none is as large as 2^16.
fn edge(value: usize) -> u16 {
    u16::try_from(value).unwrap_or(u16::MAX)
}

fn write_areas(areas: &[Area], out: &mut Vec<u8>) {
    let mut writer = Writer::new(out);
    for area in areas {
        for value in [area.x(), area.y(), area.width(), area.height()] {
            writer.u16(edge(value));
        }
    }
}

fn write_counted_areas(areas: &[Area], out: &mut Vec<u8>) {
    // INVARIANT: a cell has few areas, and an update's exact pixels are those of about a thousand cells.
    Writer::new(out).u16(edge(areas.len()));
    write_areas(areas, out);
}
