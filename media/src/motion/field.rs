//! Where motion is looked for: the changed areas as a field of small blocks, and the largest rectangles of blocks
//! that match. It knows no pixels.

use crate::cells::CELL_PX;
use crate::surface::Area;
use deskside_proto::geometry::Size;

/// Sides of a block. Unit: pixels. Both divide a cell; a row of a block is one line of the cache.
pub(super) const BLOCK_WIDTH: usize = 16;
pub(super) const BLOCK_HEIGHT: usize = 8;

const CELL_COLUMNS: usize = CELL_PX / BLOCK_WIDTH;
const CELL_ROWS: usize = CELL_PX / BLOCK_HEIGHT;

/// Unchanged gaps of so many cells between changed ones belong to the field: an empty part of a page does not
/// change when it is scrolled, and should not cut the page in two.
const FILLED_GAP: usize = 3;

/// A rectangle must bring so many blocks that changed and are not of one colour; less is cheaper to send.
const LEAST_USE: usize = 4;

/// So many rectangles are looked for under one vector, useless ones included.
const MAX_RECTANGLES: usize = 32;

/// Blocks in a row of the field, from `start` to before `end`, counted in blocks of the surface.
#[derive(Clone, Copy, Debug)]
pub(super) struct Run {
    pub row: usize,
    pub start: usize,
    pub end: usize,
}

/// What is known of a block, as bits.
#[derive(Clone, Copy, Debug, Default)]
struct Block(u8);

impl Block {
    /// It holds changed pixels.
    const CHANGED: u8 = 1;
    /// It belongs to the field.
    const INSIDE: u8 = 2;
    /// A copy brings all of it.
    const COVERED: u8 = 4;
    /// All of its pixels are found under the present vector.
    const MATCHED: u8 = 8;
    /// It is not of one colour.
    const TEXTURED: u8 = 16;
    /// For the sake of such blocks a copy is made.
    const USEFUL: u8 = Self::CHANGED | Self::MATCHED | Self::TEXTURED;

    const fn is(self, all: u8) -> bool {
        self.0 & all == all
    }

    const fn is_open(self) -> bool {
        self.0 & (Self::INSIDE | Self::COVERED) == Self::INSIDE
    }
}

/// The blocks around all changed areas of one update.
#[derive(Debug, Default)]
pub(super) struct Field {
    size: Size,
    /// Upper left block, in blocks of the surface; a corner of a cell.
    left: usize,
    top: usize,
    /// Unit: cells.
    columns: usize,
    rows: usize,
    cells: Vec<bool>,
    blocks: Vec<Block>,
    /// Blocks that match, changed, and are textured: for their sake a copy is made.
    useful: usize,
    rectangles_left: usize,
    heights: Vec<usize>,
    stack: Vec<(usize, usize)>,
}

impl Field {
    /// Lays the field around the changed areas; whether there is one.
    pub(super) fn begin(&mut self, size: Size, changed: &[Area]) -> bool {
        let Some(whole) = Area::whole(size) else { return false };
        let Some(bounds) =
            changed.iter().copied().reduce(Area::union).and_then(|bounds| bounds.intersection(whole))
        else {
            return false;
        };
        let (left, top) = (bounds.x() / CELL_PX, bounds.y() / CELL_PX);
        self.size = size;
        self.columns = bounds.right().div_ceil(CELL_PX) - left;
        self.rows = bounds.bottom().div_ceil(CELL_PX) - top;
        self.left = left * CELL_COLUMNS;
        self.top = top * CELL_ROWS;
        self.cells.clear();
        self.cells.resize(self.columns * self.rows, false);
        self.blocks.clear();
        self.blocks.resize(self.block_columns() * self.block_rows(), Block::default());
        for area in changed.iter().filter_map(|area| area.intersection(whole)) {
            self.mark_changed(area);
        }
        fill_gaps(&mut self.cells, self.columns, self.rows);
        self.mark_inside();
        true
    }

    const fn block_columns(&self) -> usize {
        self.columns * CELL_COLUMNS
    }

    const fn block_rows(&self) -> usize {
        self.rows * CELL_ROWS
    }

    fn mark_changed(&mut self, area: Area) {
        self.each_block_of(area, |block| block.0 |= Block::CHANGED);
        let (left, top) = (self.left / CELL_COLUMNS, self.top / CELL_ROWS);
        let (start, end) = (area.x() / CELL_PX - left, area.right().div_ceil(CELL_PX) - left);
        for row in area.y() / CELL_PX - top..area.bottom().div_ceil(CELL_PX) - top {
            let cells = self.cells.get_mut(row * self.columns + start..row * self.columns + end);
            cells.into_iter().flatten().for_each(|cell| *cell = true);
        }
    }

    fn mark_inside(&mut self) {
        // The field ends with the surface, not with the last cell.
        let right = (self.size.width as usize).div_ceil(BLOCK_WIDTH) - self.left;
        let bottom = (self.size.height as usize).div_ceil(BLOCK_HEIGHT) - self.top;
        let width = self.block_columns().max(1);
        for (row, blocks) in self.blocks.chunks_exact_mut(width).take(bottom).enumerate() {
            let cells = self.cells.iter().skip(row / CELL_ROWS * self.columns);
            for (cell, blocks) in cells.zip(blocks.chunks_exact_mut(CELL_COLUMNS)) {
                if *cell {
                    blocks.iter_mut().for_each(|block| block.0 |= Block::INSIDE);
                }
            }
            blocks.iter_mut().skip(right).for_each(|block| block.0 = 0);
        }
    }

    /// Changed pixels that no copy brings yet, in whole blocks.
    pub(super) fn open_px(&self) -> usize {
        let open = |block: &&Block| block.is_open() && block.is(Block::CHANGED);
        self.blocks.iter().filter(open).count() * BLOCK_WIDTH * BLOCK_HEIGHT
    }

    /// Rows of cells without gap, as areas of the surface. With `open_only`, only cells with something open.
    pub(super) fn strips(&self, open_only: bool) -> impl Iterator<Item = Area> {
        (0..self.rows).flat_map(move |row| {
            let mut column = 0;
            std::iter::from_fn(move || {
                let wanted = |column: &usize| self.has_cell(*column, row, open_only);
                let start = (column..self.columns).find(wanted)?;
                let end = (start..self.columns).find(|column| !wanted(column)).unwrap_or(self.columns);
                column = end;
                self.cell_area(start, end, row)
            })
        })
    }

    fn has_cell(&self, column: usize, row: usize, open_only: bool) -> bool {
        let is_cell = self.cells.get(row * self.columns + column).copied().unwrap_or(false);
        is_cell
            && (!open_only
                || (0..CELL_ROWS).any(|line| {
                    let start = (row * CELL_ROWS + line) * self.block_columns() + column * CELL_COLUMNS;
                    let blocks = self.blocks.get(start..start + CELL_COLUMNS);
                    blocks.into_iter().flatten().any(|block| block.is_open() && block.is(Block::CHANGED))
                }))
    }

    fn cell_area(&self, start: usize, end: usize, row: usize) -> Option<Area> {
        let (left, top) = (self.left * BLOCK_WIDTH, self.top * BLOCK_HEIGHT + row * CELL_PX);
        Area::from_edges(
            left + start * CELL_PX,
            top,
            (left + end * CELL_PX).min(self.size.width as usize),
            (top + CELL_PX).min(self.size.height as usize),
        )
    }

    /// The first run of open blocks at or after a place of the field; the place counts blocks, row after row.
    pub(super) fn open_run(&self, place: usize) -> Option<(Run, usize)> {
        let width = self.block_columns();
        let open = |block: &Block| block.is_open();
        let first = place + self.blocks.get(place..)?.iter().position(open)?;
        let row_end = (first / width + 1) * width;
        let length = self.blocks.get(first..row_end)?.iter().take_while(|block| open(block)).count();
        let start = self.left + first % width;
        Some((Run { row: self.top + first / width, start, end: start + length }, first + length))
    }

    /// About so many open blocks, spread over the field, each as a run.
    pub(super) fn samples(&self, count: usize) -> impl Iterator<Item = Run> {
        let width = self.block_columns().max(1);
        let open = || self.blocks.iter().enumerate().filter(|(_, block)| block.is_open());
        // An odd step: lines of text and columns of cells repeat with an even one.
        let step = (open().count() / count.max(1)) | 1;
        open().step_by(step).map(move |(place, _)| {
            let start = self.left + place % width;
            Run { row: self.top + place / width, start, end: start + 1 }
        })
    }

    /// Writes down what comparing the blocks of a run has shown: for each, whether it matches and is textured.
    pub(super) fn note(&mut self, run: Run, blocks: impl Iterator<Item = (bool, bool)>) {
        let start = (run.row - self.top) * self.block_columns() + run.start - self.left;
        let places = self.blocks.get_mut(start..start + run.end - run.start);
        for (block, (matches, textured)) in places.into_iter().flatten().zip(blocks) {
            block.0 &= !(Block::MATCHED | Block::TEXTURED);
            block.0 |= (u8::from(matches) * Block::MATCHED) | (u8::from(textured) * Block::TEXTURED);
            self.useful += usize::from(block.is(Block::USEFUL));
        }
    }

    /// Forgets what matched before; the next vector begins.
    pub(super) fn begin_vector(&mut self) {
        self.blocks.iter_mut().for_each(|block| block.0 &= !Block::MATCHED);
        self.rectangles_left = MAX_RECTANGLES;
        self.useful = 0;
    }

    /// Takes the largest rectangle of matching blocks that is worth a copy.
    pub(super) fn take_largest(&mut self) -> Option<Area> {
        while self.useful >= LEAST_USE
            && let Some(left) = self.rectangles_left.checked_sub(1)
        {
            self.rectangles_left = left;
            let (start, end, top, bottom) = self.largest()?;
            let width = self.block_columns();
            let mut used = 0;
            for row in top..bottom {
                let blocks = self.blocks.get_mut(row * width + start..row * width + end);
                for block in blocks.into_iter().flatten() {
                    used += usize::from(block.is(Block::USEFUL));
                    block.0 &= !Block::MATCHED;
                }
            }
            self.useful -= used;
            if used < LEAST_USE {
                continue;
            }
            return Area::from_edges(
                (self.left + start) * BLOCK_WIDTH,
                (self.top + top) * BLOCK_HEIGHT,
                ((self.left + end) * BLOCK_WIDTH).min(self.size.width as usize),
                ((self.top + bottom) * BLOCK_HEIGHT).min(self.size.height as usize),
            );
        }
        None
    }

    /// Takes every block out that a destination touches: destinations of later vectors do not overlap it.
    pub(super) fn cover(&mut self, destination: Area) {
        self.each_block_of(destination, |block| block.0 |= Block::COVERED);
    }

    fn each_block_of(&mut self, area: Area, mut change: impl FnMut(&mut Block)) {
        let (width, height) = (self.block_columns(), self.block_rows());
        let inside = |edge: usize, first: usize, limit: usize| edge.saturating_sub(first).min(limit);
        let start = inside(area.x() / BLOCK_WIDTH, self.left, width);
        let end = inside(area.right().div_ceil(BLOCK_WIDTH), self.left, width);
        let top = inside(area.y() / BLOCK_HEIGHT, self.top, height);
        let bottom = inside(area.bottom().div_ceil(BLOCK_HEIGHT), self.top, height);
        for row in top..bottom {
            let blocks = self.blocks.get_mut(row * width + start..row * width + end);
            blocks.into_iter().flatten().for_each(&mut change);
        }
    }

    /// The largest rectangle of matching blocks: start and end column, top and bottom row.
    ///
    /// Row after row the heights of the columns of matching blocks form a skyline, under which the largest rectangle
    /// is found with a stack of rising steps.
    fn largest(&mut self) -> Option<(usize, usize, usize, usize)> {
        let width = self.block_columns().max(1);
        let (heights, stack) = (&mut self.heights, &mut self.stack);
        heights.clear();
        heights.resize(width, 0);
        let mut best = (LEAST_USE - 1, None);
        for (row, blocks) in self.blocks.chunks_exact(width).enumerate() {
            stack.clear();
            let places = heights.iter_mut().zip(blocks).map(|(height, block)| {
                *height = if block.is(Block::MATCHED) { *height + 1 } else { 0 };
                *height
            });
            // A step of height 0 behind the last column ends every rectangle.
            for (column, height) in places.chain([0]).enumerate() {
                let mut start = column;
                while let Some((from, tall)) = stack.pop_if(|(_, tall)| *tall >= height) {
                    start = from;
                    let pixels = tall * (column - from);
                    if pixels > best.0 {
                        best = (pixels, Some((from, column, row + 1 - tall, row + 1)));
                    }
                }
                if height > 0 {
                    stack.push((start, height));
                }
            }
        }
        best.1
    }
}

/// Closes short gaps between marked cells, along rows and then along columns.
fn fill_gaps(cells: &mut [bool], columns: usize, rows: usize) {
    let mut fill = |count: usize, at: &dyn Fn(usize) -> usize| {
        let mut last = None;
        for index in 0..count {
            if !cells.get(at(index)).copied().unwrap_or(false) {
                continue;
            }
            if let Some(last) = last.replace(index)
                && index - last <= FILLED_GAP + 1
            {
                (last..index)
                    .for_each(|gap| cells.get_mut(at(gap)).into_iter().for_each(|cell| *cell = true));
            }
        }
    };
    for row in 0..rows {
        fill(columns, &|column| row * columns + column);
    }
    for column in 0..columns {
        fill(rows, &|row| row * columns + column);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIZE: Size = Size { width: 300, height: 200 };

    fn area(x: usize, y: usize, width: usize, height: usize) -> Area {
        Area::from_edges(x, y, x + width, y + height).unwrap()
    }

    fn field(changed: &[Area]) -> Field {
        let mut field = Field::default();
        assert!(field.begin(SIZE, changed));
        field
    }

    /// Says of every open block whether it matches; all are textured.
    fn note(field: &mut Field, matches: impl Fn(usize, usize) -> bool) {
        field.begin_vector();
        let mut place = 0;
        while let Some((run, next)) = field.open_run(place) {
            field.note(run, (run.start..run.end).map(|column| (matches(column, run.row), true)));
            place = next;
        }
    }

    #[test]
    fn the_field_is_made_of_the_cells_of_the_change() {
        let field = field(&[area(70, 70, 4, 4)]);
        assert_eq!(field.strips(false).collect::<Vec<_>>(), [area(64, 64, 64, 64)]);
        assert_eq!(field.open_px(), BLOCK_WIDTH * BLOCK_HEIGHT * 2);
    }

    #[test]
    fn it_ends_with_the_surface() {
        let field = field(&[area(290, 195, 10, 5)]);
        assert_eq!(field.strips(true).collect::<Vec<_>>(), [area(256, 192, 44, 8)]);
        let (run, next) = field.open_run(0).unwrap();
        assert_eq!((run.row, run.start, run.end), (24, 16, 19));
        assert!(field.open_run(next).is_none());
    }

    #[test]
    fn a_short_gap_is_closed() {
        let field = field(&[area(0, 0, 10, 10), area(256, 0, 10, 10)]);
        assert_eq!(field.strips(false).collect::<Vec<_>>(), [area(0, 0, 300, 64)]);
        assert_eq!(field.strips(true).count(), 2);
    }

    #[test]
    fn the_largest_rectangles_are_taken_one_after_the_other_around_a_hole() {
        let mut field = field(&[area(0, 0, 300, 200)]);
        note(&mut field, |column, row| (column, row) != (9, 4));
        let mut taken: Vec<Area> = std::iter::from_fn(|| {
            let taken = field.take_largest()?;
            field.cover(taken);
            Some(taken)
        })
        .collect();
        let pixels: usize = taken.iter().map(|area| area.pixels()).sum();
        assert_eq!(pixels, 300 * 200 - BLOCK_WIDTH * BLOCK_HEIGHT);
        assert_eq!(taken.len(), 4);
        assert_eq!(taken.remove(0), area(0, 40, 300, 160));
        assert_eq!(field.open_px(), BLOCK_WIDTH * BLOCK_HEIGHT);
    }

    #[test]
    fn nothing_is_taken_that_did_not_change() {
        let mut field = field(&[area(0, 0, 10, 10), area(256, 0, 10, 10)]);
        note(&mut field, |column, _| column < 15 && column > 0);
        assert_eq!(field.take_largest(), None);
    }
}
