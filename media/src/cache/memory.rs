//! What the sender has put into slots, and for which cell: what a window has covered is found again when it is
//! uncovered, also in strips. Why something is kept is decided here, how it is written is not known.

use super::{SLOTS, Slots, next_slot};
use crate::cells::{CellIndex, Grid};
use crate::surface::{Area, Surface};
use crate::update::Recalled;

/// So many earlier contents of a cell are looked through.
const DEPTH: usize = 12;

/// Less than this is not worth the twelve bytes that name it. Unit: pixels.
const SMALLEST_PX: usize = 32;

/// Contents of cells that the viewer keeps too.
#[derive(Debug)]
pub struct Memory {
    grid: Grid,
    slots: Slots,
    /// Slots of each cell, newest last.
    of_cell: Vec<Vec<u16>>,
    /// The cell of each slot.
    cell_of: Vec<Option<CellIndex>>,
    next: usize,
}

/// Cells to be stored, in the order of their slots.
#[derive(Debug, Default)]
pub struct Stored {
    /// The slot of the first.
    pub slot: usize,
    /// The cells, neighbours joined.
    pub areas: Vec<Area>,
}

impl Memory {
    /// Nothing is kept.
    pub fn new(grid: Grid) -> Self {
        let of_cell = vec![Vec::new(); grid.len()];
        Self { grid, slots: Slots::default(), of_cell, cell_of: Vec::new(), next: 0 }
    }

    /// Keeps cells as they are now; what is kept already is left out. The viewer must do the same.
    pub fn store(&mut self, surface: &Surface, cells: &[CellIndex]) -> Option<Stored> {
        let mut areas: Vec<Area> = cells
            .iter()
            .filter_map(|cell| Some((*cell, self.grid.area(*cell)?)))
            .filter(|(cell, area)| !self.keeps(*cell, surface, *area))
            .map(|(_, area)| area)
            .collect();
        if areas.is_empty() {
            return None;
        }
        join_rows(&mut areas);
        let slot = self.next;
        for piece in areas.iter().flat_map(|area| super::tiles(*area)) {
            self.put(surface, piece);
        }
        Some(Stored { slot, areas })
    }

    fn put(&mut self, surface: &Surface, piece: Area) {
        let slot = self.next;
        self.next = next_slot(slot);
        if self.cell_of.len() <= slot {
            self.cell_of.resize(slot + 1, None);
        }
        let number = u16::try_from(slot).unwrap_or(u16::MAX);
        let cell = self.grid.cells_in(piece).next();
        let before = self.cell_of.get_mut(slot).and_then(|place| std::mem::replace(place, cell));
        if let Some(slots) = before.and_then(|cell| self.of_cell.get_mut(cell.0)) {
            slots.retain(|known| *known != number);
        }
        if let Some(slots) = cell.and_then(|cell| self.of_cell.get_mut(cell.0)) {
            slots.push(number);
        }
        self.slots.store(slot, surface, piece);
    }

    fn keeps(&self, cell: CellIndex, surface: &Surface, area: Area) -> bool {
        self.candidates(cell).any(|slot| {
            self.slots.size(slot) == (area.width(), area.height())
                && self.slots.shows(slot, (0, 0), surface, area)
        })
    }

    fn candidates(&self, cell: CellIndex) -> impl Iterator<Item = usize> {
        let slots = self.of_cell.get(cell.0).map(Vec::as_slice).unwrap_or_default();
        slots.iter().rev().take(DEPTH).map(|slot| usize::from(*slot))
    }

    /// Finds a part of a cell among what is kept: all of it, or the rows or columns at one of its sides. What is not
    /// found is added to `rest`.
    pub fn recall(
        &self,
        surface: &Surface,
        (cell, area): (CellIndex, Area),
        found: &mut Vec<Recalled>,
        rest: &mut Vec<(CellIndex, Area)>,
    ) {
        let corner = self.grid.area(cell).map(|whole| (area.x() - whole.x(), area.y() - whole.y()));
        let (Some(corner), true) = (corner, area.pixels() >= SMALLEST_PX) else {
            rest.push((cell, area));
            return;
        };
        let best = self
            .candidates(cell)
            .filter_map(|slot| Some((slot, self.shown_part(slot, corner, surface, area)?)))
            .max_by_key(|(_, part)| part.pixels());
        let Some((slot, part)) = best else {
            rest.push((cell, area));
            return;
        };
        let byte = |value: usize| u8::try_from(value).unwrap_or(u8::MAX);
        let at = (corner.0 + part.x() - area.x(), corner.1 + part.y() - area.y());
        found.push(Recalled { slot, corner: (byte(at.0), byte(at.1)), area: part });
        rest.extend(without(area, part).map(|left| (cell, left)));
    }

    /// The largest part at a side of the area that a slot shows; none when it is small.
    fn shown_part(&self, slot: usize, (x, y): (usize, usize), surface: &Surface, area: Area) -> Option<Area> {
        let shows = |part: Area| {
            self.slots.shows(slot, (x + part.x() - area.x(), y + part.y() - area.y()), surface, part)
        };
        if shows(area) {
            return Some(area);
        }
        let row = |row: usize| Area::from_edges(area.x(), row, area.right(), row + 1).is_some_and(shows);
        let column =
            |column: usize| Area::from_edges(column, area.y(), column + 1, area.bottom()).is_some_and(shows);
        let top = (area.y()..area.bottom()).find(|y| !row(*y)).unwrap_or(area.y());
        let bottom = (area.y()..area.bottom()).rfind(|y| !row(*y)).map_or(area.bottom(), |y| y + 1);
        let left = (area.x()..area.right()).find(|x| !column(*x)).unwrap_or(area.x());
        let right = (area.x()..area.right()).rfind(|x| !column(*x)).map_or(area.right(), |x| x + 1);
        [
            Area::from_edges(area.x(), area.y(), area.right(), top),
            Area::from_edges(area.x(), bottom, area.right(), area.bottom()),
            Area::from_edges(area.x(), area.y(), left, area.bottom()),
            Area::from_edges(right, area.y(), area.right(), area.bottom()),
        ]
        .into_iter()
        .flatten()
        .max_by_key(|part| part.pixels())
        .filter(|part| part.pixels() >= SMALLEST_PX && part.pixels() * 8 >= area.pixels())
    }
}

/// What is left of an area without a part at one of its sides.
fn without(area: Area, part: Area) -> impl Iterator<Item = Area> {
    [
        Area::from_edges(area.x(), area.y(), area.right(), part.y()),
        Area::from_edges(area.x(), part.bottom(), area.right(), area.bottom()),
        Area::from_edges(area.x(), area.y(), part.x(), area.bottom()),
        Area::from_edges(part.right(), area.y(), area.right(), area.bottom()),
    ]
    .into_iter()
    .flatten()
}

/// Joins cells of one row of cells that are neighbours, so that their slots are consecutive.
fn join_rows(areas: &mut Vec<Area>) {
    areas.sort_unstable_by_key(|area| (area.y(), area.x()));
    areas.dedup_by(|next, kept| {
        let joins = kept.y() == next.y() && kept.right() == next.x() && kept.height() == next.height();
        if joins {
            *kept = kept.union(*next);
        }
        joins
    });
}

/// Joins whole cells side by side whose slots are consecutive.
pub fn join_recalled(recalls: &mut Vec<Recalled>) {
    recalls.sort_unstable_by_key(|recalled| (recalled.area.y(), recalled.area.x()));
    recalls.dedup_by(|next, kept| {
        let pieces = kept.area.width() / crate::cells::CELL_PX;
        let joins = kept.area.y() == next.area.y()
            && kept.area.height() == next.area.height()
            && kept.area.right() == next.area.x()
            && kept.area.width() == pieces * crate::cells::CELL_PX
            && kept.corner == (0, next.corner.1)
            && next.corner.0 == 0
            && (kept.slot + pieces) % SLOTS == next.slot;
        if joins {
            kept.area = kept.area.union(next.area);
        }
        joins
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use deskside_proto::geometry::Size;

    const SIZE: Size = Size { width: 200, height: 130 };

    fn area(x: usize, y: usize, width: usize, height: usize) -> Area {
        Area::from_edges(x, y, x + width, y + height).unwrap()
    }

    fn surface(seed: usize) -> Surface {
        let mut surface = Surface::new(SIZE).unwrap();
        for (y, row) in surface.rows_mut(area(0, 0, 200, 130)).enumerate() {
            for (x, pixel) in row.chunks_exact_mut(4).enumerate() {
                pixel.copy_from_slice(&[x as u8, y as u8, seed as u8, 255]);
            }
        }
        surface
    }

    /// What is recalled of a part of the second cell of the second row, and what is left.
    fn recall(memory: &Memory, surface: &Surface, part: Area) -> (Vec<Recalled>, Vec<Area>) {
        let (mut found, mut rest) = (Vec::new(), Vec::new());
        memory.recall(surface, (CellIndex(5), part), &mut found, &mut rest);
        (found, rest.into_iter().map(|(_, area)| area).collect())
    }

    #[test]
    fn what_was_covered_is_found_again_in_strips_and_under_a_window() {
        let grid = Grid::new(SIZE);
        let mut memory = Memory::new(grid);
        let (below, other) = (surface(1), surface(2));
        let cells: Vec<CellIndex> = (0..grid.len()).map(CellIndex).collect();
        let stored = memory.store(&below, &cells).unwrap();
        assert_eq!((stored.slot, stored.areas.len()), (0, 3));
        assert!(memory.store(&below, &cells).is_none(), "kept twice");
        assert_eq!(memory.store(&other, &[CellIndex(5)]).unwrap().slot, grid.len());

        let strip = area(70, 80, 9, 40);
        let found = recall(&memory, &below, strip);
        assert_eq!(found, (vec![Recalled { slot: 5, corner: (6, 16), area: strip }], vec![]));
        // A corner of the cell is still covered.
        let mut partly = below.clone();
        partly.rows_mut(area(64, 64, 40, 30)).for_each(|row| row.fill(9));
        let (found, rest) = recall(&memory, &partly, area(64, 64, 64, 64));
        assert_eq!(found, vec![Recalled { slot: 5, corner: (0, 30), area: area(64, 94, 64, 34) }]);
        assert_eq!(rest, vec![area(64, 64, 64, 30)]);
        assert_eq!(recall(&memory, &surface(3), strip), (vec![], vec![strip]));
    }

    #[test]
    fn a_slot_that_was_given_to_another_cell_is_forgotten_for_the_first() {
        let grid = Grid::new(SIZE);
        let mut memory = Memory::new(grid);
        memory.store(&surface(1), &[CellIndex(5)]).unwrap();
        let cell = area(64, 64, 64, 64);
        assert_eq!(recall(&memory, &surface(1), cell).0.len(), 1);
        for slot in 1..=SLOTS {
            assert_eq!(memory.next, slot % SLOTS);
            assert_eq!(recall(&memory, &surface(1), cell).0.len(), 1, "{slot}");
            memory.put(&surface(2), area(0, 0, 64, 64));
        }
        assert_eq!(recall(&memory, &surface(1), cell).0, vec![]);
    }

    #[test]
    fn whole_cells_in_consecutive_slots_are_one_entry() {
        let mut recalls: Vec<Recalled> = (0..3)
            .map(|at| Recalled { slot: 4_094 + at, corner: (0, 0), area: area(at * 64, 0, 64, 64) })
            .map(|recalled| Recalled { slot: recalled.slot % SLOTS, ..recalled })
            .collect();
        recalls.reverse();
        join_recalled(&mut recalls);
        assert_eq!(recalls, vec![Recalled { slot: 4_094, corner: (0, 0), area: area(0, 0, 192, 64) }]);
        let strips = |slot| Recalled { slot, corner: (0, 0), area: area(slot * 10, 0, 10, 64) };
        let mut recalls = vec![strips(0), strips(1)];
        join_recalled(&mut recalls);
        assert_eq!(recalls.len(), 2);
    }
}
