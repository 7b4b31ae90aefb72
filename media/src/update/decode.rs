//! From the bytes of an update to pixels. Every byte comes from a stranger: lengths are checked before anything is
//! allocated, areas before anything is painted, and what one update may cost is bounded.

use super::op::{MAX_AREAS, Operation, slots_from};
use super::{Header, UpdateError};
use crate::cache::{SLOTS, Slots, tiles};
use crate::policy::MAX_STREAMS;
use crate::surface::{Area, Surface, few_areas};
use crate::tile::lossless::LosslessDecoder;
use crate::tile::solid;
use crate::video::{H264Decoder, coded_size};
use crate::yuv::{Chroma, paint};
use deskside_proto::geometry::{Region, Size};
use deskside_proto::wire::codec::Reader;

/// Up to so many areas are reported as they are.
const MAX_DIRTY: usize = 16;

/// How often an update may paint the surface over, counted with what it stores: old content is stored, moved, and
/// what is left is painted, and once more as video.
const MAX_COATS: usize = 4;

/// What an update has changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Applied {
    /// Where pixels have changed.
    pub dirty: Region,
    /// The surface is a new one.
    pub resized: bool,
    /// Which update of the session this was, counted from 0.
    pub sequence: u32,
}

#[derive(Debug)]
struct Stream {
    area: Area,
    decoder: H264Decoder,
}

/// Applies updates to a surface.
///
/// Memory: the surface (at most 128 MiB), the same again while pixels are decompressed, 64 MiB of slots, 5 MiB of
/// history, and for each of four streams the pictures of a decoder, at most 3840x2160.
#[derive(Debug)]
pub struct UpdateDecoder {
    surface: Surface,
    lossless: LosslessDecoder,
    slots: Slots,
    streams: [Option<Stream>; MAX_STREAMS],
    sequence: u32,
    keyframe_needed: bool,
}

impl UpdateDecoder {
    /// A decoder that waits for its first keyframe.
    pub fn new() -> Result<Self, UpdateError> {
        Ok(Self {
            surface: Surface::empty(),
            lossless: LosslessDecoder::new()?,
            slots: Slots::default(),
            streams: Default::default(),
            sequence: 0,
            keyframe_needed: true,
        })
    }

    /// The picture as it is now.
    pub const fn surface(&self) -> &Surface {
        &self.surface
    }

    /// Applies the next update of the session. After an error nothing but a keyframe is accepted.
    pub fn apply(&mut self, update: &[u8]) -> Result<Applied, UpdateError> {
        let sequence = self.sequence;
        self.sequence = sequence.wrapping_add(1);
        let result = self.apply_operations(update);
        self.keyframe_needed = result.is_err();
        result.map(|(dirty, resized)| Applied { dirty, resized, sequence })
    }

    fn apply_operations(&mut self, update: &[u8]) -> Result<(Region, bool), UpdateError> {
        let mut reader = Reader::new(update);
        let header = Header::read(&mut reader)?;
        let whole = Area::whole(header.size).ok_or(UpdateError::SurfaceSize(header.size))?;
        let operations = read_operations(&mut reader, header.size, whole.pixels() * MAX_COATS)?;
        let nothing = Slots::default();
        check_slots(&operations, if header.keyframe { &nothing } else { &self.slots })?;

        let mut dirty = Vec::new();
        let resized = header.size != self.surface.size();
        if header.keyframe {
            // The old surface goes first, so that there are never two.
            self.surface = Surface::empty();
            self.streams = Default::default();
            self.slots = Slots::default();
            self.lossless.reset()?;
            self.surface = Surface::new(header.size).ok_or(UpdateError::SurfaceSize(header.size))?;
            dirty.push(whole);
        } else if resized || self.keyframe_needed {
            return Err(UpdateError::KeyframeNeeded);
        }
        for operation in &operations {
            self.apply_operation(operation, &mut dirty)?;
        }
        Ok((dirty_region(&dirty, header.size), resized))
    }

    fn apply_operation(
        &mut self,
        operation: &Operation<'_>,
        dirty: &mut Vec<Area>,
    ) -> Result<(), UpdateError> {
        let areas = match operation {
            Operation::Solid { colour, areas } => {
                areas.iter().for_each(|area| solid::fill(&mut self.surface, *area, *colour));
                areas
            }
            Operation::Copy(copies) => {
                for copied in copies {
                    self.surface.move_area(copied.from, copied.to);
                    dirty.push(copied.to);
                }
                return Ok(());
            }
            Operation::Cache(recalls) => {
                for recalled in recalls {
                    let corner = (recalled.corner.0.into(), recalled.corner.1.into());
                    let (slots, surface) = (&self.slots, &mut self.surface);
                    recalled.pieces().for_each(|(slot, piece)| slots.paint(slot, corner, surface, piece));
                    dirty.push(recalled.area);
                }
                return Ok(());
            }
            Operation::Store { slot, areas } => {
                let pieces = areas.iter().flat_map(|area| tiles(*area));
                slots_from(*slot).zip(pieces).for_each(|(slot, piece)| {
                    self.slots.store(slot, &self.surface, piece);
                });
                return Ok(());
            }
            Operation::Lossless { form, areas, compressed } => {
                self.lossless.decode(*form, compressed, areas, &mut self.surface)?;
                areas
            }
            Operation::Video { stream, chroma, picture, shown, coded } => {
                self.apply_video((usize::from(*stream), *chroma), *picture, shown, coded)?;
                shown
            }
        };
        dirty.extend_from_slice(areas);
        Ok(())
    }

    fn apply_video(
        &mut self,
        (number, chroma): (usize, Chroma),
        area: Area,
        shown: &[Area],
        coded: &[u8],
    ) -> Result<(), UpdateError> {
        let unknown = UpdateError::UnexpectedStream(u8::try_from(number).unwrap_or(u8::MAX));
        let slot = self.streams.get_mut(number).ok_or(unknown)?;
        if slot.as_ref().is_some_and(|stream| stream.area != area) {
            *slot = None;
        }
        let stream = match slot {
            Some(stream) => stream,
            None => slot.insert(Stream { area, decoder: H264Decoder::new(coded_size(area))? }),
        };
        stream.decoder.decode(coded, |picture| {
            for part in shown {
                paint(picture, chroma, (area.x(), area.y()), *part, &mut self.surface);
            }
        })?;
        Ok(())
    }
}

/// A region is slow with many rectangles, and a viewer uploads few large ones faster than many small ones.
fn dirty_region(areas: &[Area], size: Size) -> Region {
    let few = if areas.len() <= MAX_DIRTY { areas.to_vec() } else { few_areas(areas, size, MAX_DIRTY) };
    let mut region = Region::new();
    few.iter().for_each(|area| region.add(area.to_rect()));
    region
}

/// Reads all operations before the first is applied: nothing is painted by an update that is malformed.
fn read_operations<'a>(
    reader: &mut Reader<'a>,
    size: Size,
    max_pixels: usize,
) -> Result<Vec<Operation<'a>>, UpdateError> {
    let mut operations = Vec::new();
    let (mut pixels, mut areas) = (0_usize, 0_usize);
    let mut streams_seen = [false; MAX_STREAMS];
    while reader.remaining() > 0 {
        let operation = Operation::read(reader, size)?;
        pixels = pixels.saturating_add(operation.pixels());
        areas = areas.saturating_add(operation.len());
        if pixels > max_pixels {
            return Err(UpdateError::TooManyPixels);
        }
        if areas > MAX_AREAS {
            return Err(UpdateError::TooManyAreas);
        }
        if let Operation::Video { stream, .. } = &operation {
            let unknown = UpdateError::UnexpectedStream(*stream);
            let seen = streams_seen.get_mut(usize::from(*stream)).ok_or(unknown)?;
            if std::mem::replace(seen, true) {
                return Err(unknown);
            }
        }
        operations.push(operation);
    }
    Ok(operations)
}

/// Whether every slot that is painted will hold what is painted when its operation's turn comes.
fn check_slots(operations: &[Operation<'_>], slots: &Slots) -> Result<(), UpdateError> {
    if !operations.iter().any(|operation| matches!(operation, Operation::Cache(_))) {
        return Ok(());
    }
    let mut sizes: Vec<(usize, usize)> = (0..SLOTS).map(|slot| slots.size(slot)).collect();
    for operation in operations {
        match operation {
            Operation::Store { slot, areas } => {
                let pieces = areas.iter().flat_map(|area| tiles(*area));
                for (slot, piece) in slots_from(*slot).zip(pieces) {
                    if let Some(size) = sizes.get_mut(slot) {
                        *size = (piece.width(), piece.height());
                    }
                }
            }
            Operation::Cache(recalls) => {
                let pieces = recalls.iter().flat_map(|recalled| {
                    recalled.pieces().map(|(slot, piece)| (slot, recalled.corner, piece))
                });
                for (slot, (x, y), piece) in pieces {
                    let (width, height) = sizes.get(slot).copied().unwrap_or_default();
                    if usize::from(x) + piece.width() > width || usize::from(y) + piece.height() > height {
                        return Err(UpdateError::SlotTooSmall(u16::try_from(slot).unwrap_or(u16::MAX)));
                    }
                }
            }
            Operation::Solid { .. }
            | Operation::Copy(_)
            | Operation::Lossless { .. }
            | Operation::Video { .. } => {}
        }
    }
    Ok(())
}
