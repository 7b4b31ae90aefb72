//! Pixels that both sides keep under a number after something else has covered them. It knows neither the wire nor
//! why something is kept.

pub mod memory;

use crate::cells::CELL_PX;
use crate::surface::{Area, PIXEL_BYTES, Surface};

/// Number of slots; with at most one cell of 64x64 pixels each, all together hold 64 MiB.
pub const SLOTS: usize = 4_096;

/// The slot after this one: after the last comes the first.
pub const fn next_slot(slot: usize) -> usize {
    (slot + 1) % SLOTS
}

/// The pieces of at most one cell into which an area is cut, row after row from its upper left corner.
pub fn tiles(area: Area) -> impl Iterator<Item = Area> {
    let rows = (area.y()..area.bottom()).step_by(CELL_PX);
    rows.flat_map(move |y| {
        let columns = (area.x()..area.right()).step_by(CELL_PX);
        columns.filter_map(move |x| {
            Area::from_edges(x, y, (x + CELL_PX).min(area.right()), (y + CELL_PX).min(area.bottom()))
        })
    })
}

/// The pixels of one slot.
#[derive(Debug, Default)]
struct Tile {
    width: usize,
    height: usize,
    bytes: Vec<u8>,
}

impl Tile {
    /// The rows of a part of the tile; none of them when the part reaches over its edge.
    fn rows(&self, (x, y): (usize, usize), width: usize, height: usize) -> impl Iterator<Item = &[u8]> {
        let fits = x + width <= self.width && y + height <= self.height;
        let (start, end) = (x * PIXEL_BYTES, (x + width) * PIXEL_BYTES);
        let rows = self.bytes.chunks_exact((self.width * PIXEL_BYTES).max(1));
        rows.skip(y).take(if fits { height } else { 0 }).filter_map(move |row| row.get(start..end))
    }
}

/// All slots; memory is taken as they are filled.
#[derive(Debug, Default)]
pub struct Slots {
    tiles: Vec<Tile>,
}

impl Slots {
    /// Copies an area of at most one cell into a slot, whatever was there before.
    pub fn store(&mut self, slot: usize, surface: &Surface, area: Area) {
        if self.tiles.len() <= slot && slot < SLOTS {
            self.tiles.resize_with(slot + 1, Tile::default);
        }
        if let Some(tile) = self.tiles.get_mut(slot) {
            (tile.width, tile.height) = (area.width(), area.height());
            tile.bytes.clear();
            tile.bytes.reserve_exact(area.pixels() * PIXEL_BYTES);
            surface.rows(area).for_each(|row| tile.bytes.extend_from_slice(row));
        }
    }

    /// Width and height of what a slot holds; nothing is 0 by 0. Unit: pixels.
    pub fn size(&self, slot: usize) -> (usize, usize) {
        self.tiles.get(slot).map_or((0, 0), |tile| (tile.width, tile.height))
    }

    /// Paints an area with the part of a slot that begins at `corner`. The part must lie inside what the slot holds;
    /// otherwise nothing is painted.
    pub fn paint(&self, slot: usize, corner: (usize, usize), surface: &mut Surface, area: Area) {
        let Some(tile) = self.tiles.get(slot) else { return };
        let rows = tile.rows(corner, area.width(), area.height());
        surface.rows_mut(area).zip(rows).for_each(|(row, kept)| row.copy_from_slice(kept));
    }

    /// Whether the part of a slot that begins at `corner` looks like an area of a surface.
    pub fn shows(&self, slot: usize, corner: (usize, usize), surface: &Surface, area: Area) -> bool {
        let Some(tile) = self.tiles.get(slot) else { return false };
        let mut rows = tile.rows(corner, area.width(), area.height());
        surface.rows(area).all(|row| rows.next().is_some_and(|kept| same_colours(row, kept)))
    }
}

/// Whether two rows have the same colours; the unused byte does not count.
pub(crate) fn same_colours(a: &[u8], b: &[u8]) -> bool {
    let (a, b) = (a.as_chunks::<PIXEL_BYTES>().0, b.as_chunks::<PIXEL_BYTES>().0);
    a.len() == b.len()
        && a.iter().zip(b).all(|(a, b)| crate::surface::colour(*a) == crate::surface::colour(*b))
}

#[cfg(test)]
mod tests {
    use super::*;
    use deskside_proto::geometry::Size;

    fn area(x: usize, y: usize, width: usize, height: usize) -> Area {
        Area::from_edges(x, y, x + width, y + height).unwrap()
    }

    #[test]
    fn an_area_is_cut_from_its_own_corner() {
        let pieces: Vec<Area> = tiles(area(10, 20, 130, 70)).collect();
        let expected = [
            area(10, 20, 64, 64),
            area(74, 20, 64, 64),
            area(138, 20, 2, 64),
            area(10, 84, 64, 6),
            area(74, 84, 64, 6),
            area(138, 84, 2, 6),
        ];
        assert_eq!(pieces, expected);
    }

    #[test]
    fn a_part_of_what_was_stored_is_painted_and_nothing_beyond_it() {
        let mut surface = Surface::new(Size::new(100, 100)).unwrap();
        for (y, row) in surface.rows_mut(area(0, 0, 100, 100)).enumerate() {
            for (x, pixel) in row.chunks_exact_mut(4).enumerate() {
                pixel.copy_from_slice(&[x as u8, y as u8, 0, 255]);
            }
        }
        let mut slots = Slots::default();
        slots.store(7, &surface, area(10, 10, 20, 30));
        assert_eq!((slots.size(7), slots.size(6), slots.size(9_999)), ((20, 30), (0, 0), (0, 0)));
        assert!(slots.shows(7, (5, 6), &surface, area(15, 16, 15, 24)));
        assert!(!slots.shows(7, (5, 6), &surface, area(16, 16, 14, 24)));
        assert!(!slots.shows(7, (5, 6), &surface, area(15, 16, 16, 24)));
        slots.paint(7, (19, 29), &mut surface, area(99, 99, 1, 1));
        assert!(slots.shows(7, (19, 29), &surface, area(99, 99, 1, 1)));
        let before = surface.clone();
        slots.paint(7, (19, 29), &mut surface, area(0, 0, 2, 1));
        slots.paint(8, (0, 0), &mut surface, area(0, 0, 1, 1));
        slots.store(SLOTS, &surface, area(0, 0, 1, 1));
        assert!(surface == before && slots.size(SLOTS) == (0, 0));
    }
}
