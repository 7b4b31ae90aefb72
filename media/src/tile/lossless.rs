//! Exact pixels of several areas, written in the form that suits their content and compressed with what was sent
//! before. It does not know how areas were chosen.

use super::history::{HistoryReader, HistoryWriter};
use super::lines::Pieces;
use super::palette::{self, PaletteReader, PaletteWriter};
use super::predicted::{PredictedReader, PredictedWriter};
use super::scan::{Order, gather, scatter, strips};
use crate::surface::{Area, Surface};

/// Bytes of one pixel where it is written whole: blue, green, red.
pub const COLOUR_BYTES: usize = 3;

/// More new colours than this fraction of the pixels, and a table of colours does not pay.
const MOST_NEW_COLOURS: usize = 16;

/// Up to so many colours are always few.
const FEW_COLOURS: usize = 200;

/// What is kept of a buffer between two updates. Unit: bytes.
const KEPT_BYTES: usize = 8 * 1024 * 1024;

/// Empties a buffer and keeps only what small updates need again and again.
pub(super) fn give_back(buffer: &mut Vec<u8>) {
    buffer.clear();
    buffer.shrink_to(KEPT_BYTES);
}

/// The codec library failed, or the bytes are not what they claim to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the compressed pixels are damaged")]
pub struct LosslessError;

/// How pixels are written before they are compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// One byte a pixel that names a colour of the table.
    Indexed(Order),
    /// Three bytes a pixel.
    Plain(Order),
    /// Differences from what the neighbours let expect; without history.
    Predicted,
}

impl Form {
    /// The number on the wire.
    pub const fn number(self) -> u8 {
        match self {
            Self::Indexed(Order::Columns) => 0,
            Self::Indexed(Order::Rows) => 1,
            Self::Plain(Order::Columns) => 2,
            Self::Plain(Order::Rows) => 3,
            Self::Predicted => 4,
        }
    }

    /// The form of this number.
    pub const fn from_number(number: u8) -> Option<Self> {
        Some(match number {
            0 => Self::Indexed(Order::Columns),
            1 => Self::Indexed(Order::Rows),
            2 => Self::Plain(Order::Columns),
            3 => Self::Plain(Order::Rows),
            4 => Self::Predicted,
            _ => return None,
        })
    }
}

/// What the areas hold, as far as it is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
    /// Text, lines, flat colours.
    Drawn,
    /// Photographs.
    Photo,
}

/// One operation's worth of exact pixels.
#[derive(Debug)]
pub struct Piece {
    /// How they are written.
    pub form: Form,
    /// Where they belong, in this order.
    pub areas: Vec<Area>,
    /// The compressed pixels.
    pub bytes: Vec<u8>,
}

/// Compresses areas of a surface. What it gives out must reach the receiver, all of it and in order.
#[derive(Debug)]
pub struct LosslessEncoder {
    history: HistoryWriter,
    palette: PaletteWriter,
    predicted: PredictedWriter,
    colours: Vec<u32>,
    raw: Vec<u8>,
}

impl LosslessEncoder {
    /// An encoder without history.
    pub fn new() -> Result<Self, LosslessError> {
        Ok(Self {
            history: HistoryWriter::new()?,
            palette: PaletteWriter::black(),
            predicted: PredictedWriter::new()?,
            colours: Vec::new(),
            raw: Vec::new(),
        })
    }

    /// Forgets the history, as a keyframe does on the other side.
    pub fn reset(&mut self) -> Result<(), LosslessError> {
        self.palette = PaletteWriter::black();
        self.history.reset()
    }

    /// Compresses the areas, which do not overlap, into as few pieces as suit them.
    pub fn encode(
        &mut self,
        surface: &Surface,
        areas: &[Area],
        content: Content,
    ) -> Result<Vec<Piece>, LosslessError> {
        if content == Content::Photo {
            let mut bytes = Vec::new();
            self.predicted.write(surface, areas, &mut bytes)?;
            return Ok(vec![Piece { form: Form::Predicted, areas: areas.to_vec(), bytes }]);
        }
        let mut pieces = Pieces::default();
        areas.iter().for_each(|area| pieces.add(surface, *area));
        let mut written = Vec::new();
        for (order, areas) in [(Order::Columns, pieces.lines), (Order::Rows, pieces.blocks)] {
            if !areas.is_empty() {
                written.push(self.write_drawn(surface, areas, order)?);
            }
        }
        Ok(written)
    }

    fn write_drawn(
        &mut self,
        surface: &Surface,
        areas: Vec<Area>,
        order: Order,
    ) -> Result<Piece, LosslessError> {
        let form = if self.gather_indexed(surface, &areas, order) {
            Form::Indexed(order)
        } else {
            self.gather_plain(surface, &areas, order);
            Form::Plain(order)
        };
        let mut bytes = Vec::new();
        self.history.write(&self.raw, &mut bytes)?;
        give_back(&mut self.raw);
        Ok(Piece { form, areas, bytes })
    }

    /// Writes places in the table of colours; no when there are too many colours for one, and then it is as before.
    fn gather_indexed(&mut self, surface: &Surface, areas: &[Area], order: Order) -> bool {
        let before = self.palette.clone();
        let (mut new, mut pixels) = (0, 0);
        self.raw.clear();
        for area in areas.iter().flat_map(|area| strips(*area, order)) {
            gather(surface, area, order, &mut self.colours);
            new += self.palette.write(&self.colours, &mut self.raw);
            pixels += area.pixels();
            if new > FEW_COLOURS + pixels / MOST_NEW_COLOURS {
                self.palette = before;
                return false;
            }
        }
        true
    }

    fn gather_plain(&mut self, surface: &Surface, areas: &[Area], order: Order) {
        self.raw.clear();
        for area in areas.iter().flat_map(|area| strips(*area, order)) {
            gather(surface, area, order, &mut self.colours);
            for colour in &self.colours {
                let [blue, green, red, _] = colour.to_le_bytes();
                self.raw.extend_from_slice(&[blue, green, red]);
            }
        }
    }
}

/// Decompresses what [`LosslessEncoder`] wrote, or what a stranger says it wrote.
#[derive(Debug)]
pub struct LosslessDecoder {
    history: HistoryReader,
    palette: PaletteReader,
    predicted: PredictedReader,
    raw: Vec<u8>,
    colours: Vec<u32>,
}

impl LosslessDecoder {
    /// A decoder without history.
    pub fn new() -> Result<Self, LosslessError> {
        Ok(Self {
            history: HistoryReader::new()?,
            palette: PaletteReader::black(),
            predicted: PredictedReader::new()?,
            raw: Vec::new(),
            colours: Vec::new(),
        })
    }

    /// Forgets the history, as a keyframe demands.
    pub fn reset(&mut self) -> Result<(), LosslessError> {
        self.palette = PaletteReader::black();
        self.history.reset()
    }

    /// Paints the areas. The caller has checked that they lie inside the surface and how many pixels they hold. Nothing
    /// is painted of a form with history before all of it is decompressed and counted.
    pub fn decode(
        &mut self,
        form: Form,
        bytes: &[u8],
        areas: &[Area],
        surface: &mut Surface,
    ) -> Result<(), LosslessError> {
        let result = match form {
            Form::Predicted => self.predicted.read(bytes, areas, surface),
            Form::Indexed(order) => self.read_indexed(bytes, areas, order, surface),
            Form::Plain(order) => self.read_plain(bytes, areas, order, surface),
        };
        give_back(&mut self.raw);
        result
    }

    fn read_indexed(
        &mut self,
        bytes: &[u8],
        areas: &[Area],
        order: Order,
        surface: &mut Surface,
    ) -> Result<(), LosslessError> {
        let pixels: usize = areas.iter().map(|area| area.pixels()).sum();
        self.history.read(bytes, pixels * palette::MOST_BYTES, &mut self.raw)?;
        palette::check(&self.raw, pixels)?;
        let mut rest = self.raw.as_slice();
        for area in areas.iter().flat_map(|area| strips(*area, order)) {
            rest = self.palette.read(rest, area.pixels(), &mut self.colours)?;
            scatter(surface, area, order, &self.colours);
        }
        Ok(())
    }

    fn read_plain(
        &mut self,
        bytes: &[u8],
        areas: &[Area],
        order: Order,
        surface: &mut Surface,
    ) -> Result<(), LosslessError> {
        let pixels: usize = areas.iter().map(|area| area.pixels()).sum();
        self.history.read(bytes, pixels * COLOUR_BYTES, &mut self.raw)?;
        if self.raw.len() != pixels * COLOUR_BYTES {
            return Err(LosslessError);
        }
        let mut rest = self.raw.as_chunks::<COLOUR_BYTES>().0;
        for area in areas.iter().flat_map(|area| strips(*area, order)) {
            let (colours, after) = rest.split_at_checked(area.pixels()).ok_or(LosslessError)?;
            rest = after;
            self.colours.clear();
            self.colours.extend(
                colours.iter().map(|[blue, green, red]| u32::from_le_bytes([*blue, *green, *red, 0])),
            );
            scatter(surface, area, order, &self.colours);
        }
        Ok(())
    }
}
