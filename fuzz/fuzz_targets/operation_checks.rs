//! What well-formed operations must do to a surface, against a model that paints pixel by pixel. Shared by the fuzz
//! target `operations` and the ordinary tests of `deskside-media`.

use deskside_media::tile::lossless::{Content, LosslessEncoder};
use deskside_media::{Area, Surface, UpdateDecoder};
use deskside_proto::geometry::Size;
use std::collections::HashMap;

const CELL: usize = 64;
const SLOTS: usize = 4_096;
const COATS: usize = 4;

/// Input is a program: the size of the surface, then one operation after the other, gathered into updates. Areas
/// are always inside the surface; slots may hold nothing, and an update may paint too much: then it must be refused.
pub fn operations(data: &[u8]) {
    let mut program = Program(data);
    let size = (1 + program.number(200), 1 + program.number(160));
    let (Ok(mut decoder), Ok(mut lossless)) = (UpdateDecoder::new(), LosslessEncoder::new()) else { return };
    let mut model = Model::new(size);
    let mut update = Update::begin(&mut model, &mut lossless, true);
    while let Some(kind) = program.byte() {
        match kind % 8 {
            0 => update.solid(&mut program, &mut model),
            1 => update.copy(&mut program, &mut model),
            2 => update.store(&mut program, &mut model),
            3 | 4 => update.cache(&mut program, &mut model),
            5 => update.lossless(&mut program, &mut model, &mut lossless),
            _ => {
                let applied = update.apply(&mut decoder, &model);
                let keyframe = !applied || program.number(16) == 0;
                update = Update::begin(&mut model, &mut lossless, keyframe);
            }
        }
    }
    update.apply(&mut decoder, &model);
}

/// The input as a source of small numbers; zeros when it ends.
struct Program<'a>(&'a [u8]);

impl Program<'_> {
    fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*first)
    }

    /// A number below the limit, which is not 0.
    fn number(&mut self, limit: usize) -> usize {
        let low = usize::from(self.byte().unwrap_or(0));
        let high = if limit > 256 { usize::from(self.byte().unwrap_or(0)) } else { 0 };
        (high << 8 | low) % limit
    }

    fn area(&mut self, (width, height): (usize, usize)) -> Rectangle {
        let (x, y) = (self.number(width), self.number(height));
        Rectangle { x, y, width: 1 + self.number(width - x), height: 1 + self.number(height - y) }
    }
}

#[derive(Clone, Copy)]
struct Rectangle {
    x: usize,
    y: usize,
    width: usize,
    height: usize,
}

impl Rectangle {
    fn places(self) -> impl Iterator<Item = (usize, usize)> {
        (0..self.height).flat_map(move |y| (0..self.width).map(move |x| (self.x + x, self.y + y)))
    }

    fn pieces(self) -> impl Iterator<Item = Self> {
        let lines = (0..self.height).step_by(CELL);
        lines.flat_map(move |y| {
            (0..self.width).step_by(CELL).map(move |x| Self {
                x: self.x + x,
                y: self.y + y,
                width: CELL.min(self.width - x),
                height: CELL.min(self.height - y),
            })
        })
    }

    fn write(self, out: &mut Vec<u8>) {
        [self.x, self.y, self.width, self.height].iter().for_each(|value| short(*value, out));
    }
}

fn short(value: usize, out: &mut Vec<u8>) {
    out.extend_from_slice(&(value as u16).to_be_bytes());
}

struct Tile {
    width: usize,
    height: usize,
    pixels: Vec<[u8; 3]>,
}

struct Model {
    size: (usize, usize),
    pixels: Vec<[u8; 3]>,
    slots: HashMap<usize, Tile>,
}

impl Model {
    fn new(size: (usize, usize)) -> Self {
        Self { size, pixels: vec![[0; 3]; size.0 * size.1], slots: HashMap::new() }
    }

    fn at(&self, (x, y): (usize, usize)) -> [u8; 3] {
        self.pixels[y * self.size.0 + x]
    }

    fn paint(&mut self, area: Rectangle, colours: &[[u8; 3]]) {
        for ((x, y), colour) in area.places().zip(colours) {
            self.pixels[y * self.size.0 + x] = *colour;
        }
    }

    fn read(&self, area: Rectangle) -> Vec<[u8; 3]> {
        area.places().map(|place| self.at(place)).collect()
    }
}

/// An update in the making, and what is known of it.
struct Update {
    bytes: Vec<u8>,
    pixels: usize,
    refused: bool,
}

impl Update {
    fn begin(model: &mut Model, lossless: &mut LosslessEncoder, keyframe: bool) -> Self {
        let mut bytes = vec![u8::from(keyframe)];
        short(model.size.0, &mut bytes);
        short(model.size.1, &mut bytes);
        if keyframe {
            *model = Model::new(model.size);
            lossless.reset().expect("an encoder can begin anew");
        }
        Self { bytes, pixels: 0, refused: false }
    }

    fn operation(&mut self, kind: u8, body: &[u8]) {
        self.bytes.push(kind);
        self.bytes.extend_from_slice(&(body.len() as u32).to_be_bytes());
        self.bytes.extend_from_slice(body);
    }

    fn count(&mut self, area: Rectangle) {
        self.pixels += area.width * area.height;
    }

    fn solid(&mut self, program: &mut Program<'_>, model: &mut Model) {
        let colour = [program.number(256), program.number(256), program.number(256)].map(|value| value as u8);
        let mut body = colour.to_vec();
        for _ in 0..1 + program.number(3) {
            let area = program.area(model.size);
            area.write(&mut body);
            self.count(area);
            model.paint(area, &vec![colour; area.width * area.height]);
        }
        self.operation(1, &body);
    }

    fn copy(&mut self, program: &mut Program<'_>, model: &mut Model) {
        let mut body = Vec::new();
        for _ in 0..1 + program.number(4) {
            let to = program.area(model.size);
            let x = program.number(model.size.0 - to.width + 1);
            let y = program.number(model.size.1 - to.height + 1);
            to.write(&mut body);
            short(x, &mut body);
            short(y, &mut body);
            self.count(to);
            let colours = model.read(Rectangle { x, y, ..to });
            model.paint(to, &colours);
        }
        self.operation(2, &body);
    }

    fn store(&mut self, program: &mut Program<'_>, model: &mut Model) {
        let mut slot = program.number(SLOTS);
        let mut body = Vec::new();
        short(slot, &mut body);
        for _ in 0..1 + program.number(2) {
            let area = program.area(model.size);
            area.write(&mut body);
            self.count(area);
            for piece in area.pieces() {
                let tile = Tile { width: piece.width, height: piece.height, pixels: model.read(piece) };
                model.slots.insert(slot, tile);
                slot = (slot + 1) % SLOTS;
            }
        }
        self.operation(6, &body);
    }

    fn cache(&mut self, program: &mut Program<'_>, model: &mut Model) {
        let mut body = Vec::new();
        for _ in 0..1 + program.number(3) {
            // Mostly slots that hold something.
            let chosen = program.number(SLOTS);
            let mut known: Vec<usize> = model.slots.keys().copied().collect();
            known.sort_unstable();
            let mut slot = match known.get(chosen % known.len().max(1)) {
                Some(slot) if !chosen.is_multiple_of(31) => *slot,
                _ => chosen,
            };
            let corner = (program.number(CELL), program.number(CELL));
            let area = program.area(model.size);
            short(slot, &mut body);
            body.extend_from_slice(&[corner.0 as u8, corner.1 as u8]);
            area.write(&mut body);
            self.count(area);
            for piece in area.pieces() {
                let (right, bottom) = (corner.0 + piece.width, corner.1 + piece.height);
                match model.slots.get(&slot) {
                    Some(tile) if right <= tile.width && bottom <= tile.height => {
                        let part = Rectangle { x: corner.0, y: corner.1, ..piece };
                        let colours: Vec<_> =
                            part.places().map(|(x, y)| tile.pixels[y * tile.width + x]).collect();
                        model.paint(piece, &colours);
                    }
                    _ => self.refused = true,
                }
                slot = (slot + 1) % SLOTS;
            }
        }
        self.operation(3, &body);
    }

    /// Pixels from the program, a few colours or many, as the encoder of the product writes them.
    fn lossless(&mut self, program: &mut Program<'_>, model: &mut Model, lossless: &mut LosslessEncoder) {
        let area = program.area(model.size);
        let content = if program.number(3) == 0 { Content::Photo } else { Content::Drawn };
        let (spread, mut seed) = (1 + program.number(256), program.number(65_536) as u32);
        let mut colour = || {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let value = (seed >> 16) as usize % (spread * spread);
            [(value % 251) as u8, (value / 7 % 256) as u8, (value >> 8) as u8]
        };
        let colours: Vec<[u8; 3]> = (0..area.width * area.height).map(|_| colour()).collect();
        let size = Size::new(model.size.0 as u32, model.size.1 as u32);
        let (Some(mut surface), Some(part)) =
            (Surface::new(size), Area::from_edges(area.x, area.y, area.x + area.width, area.y + area.height))
        else {
            return;
        };
        let pixels = surface.rows_mut(part).flat_map(|row| row.chunks_exact_mut(4));
        pixels.zip(&colours).for_each(|(pixel, colour)| pixel[..3].copy_from_slice(colour));
        for piece in lossless.encode(&surface, &[part], content).expect("pixels can be compressed") {
            let mut body = vec![piece.form.number()];
            short(piece.areas.len(), &mut body);
            for area in &piece.areas {
                [area.x(), area.y(), area.width(), area.height()]
                    .iter()
                    .for_each(|value| short(*value, &mut body));
            }
            body.extend_from_slice(&piece.bytes);
            self.operation(4, &body);
        }
        self.count(area);
        model.paint(area, &colours);
    }

    /// Applies it and compares with the model; whether it was applied.
    fn apply(&self, decoder: &mut UpdateDecoder, model: &Model) -> bool {
        let expected = !self.refused && self.pixels <= COATS * model.size.0 * model.size.1;
        match decoder.apply(&self.bytes) {
            Ok(applied) => {
                assert!(expected, "applied what had to be refused");
                assert!(
                    applied.dirty.iter().all(|rect| rect.clipped(decoder.surface().size()) == Some(*rect))
                );
                let shown = decoder.surface().bytes().chunks_exact(4);
                assert!(
                    shown.zip(&model.pixels).all(|(shown, expected)| shown[..3] == expected[..]),
                    "pixels differ"
                );
            }
            Err(error) => assert!(!expected, "refused: {error}"),
        }
        expected
    }
}
