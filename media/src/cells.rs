//! The shadow: the last known pixels of the desktop, and which parts of which 64x64 cell differ from what was
//! sent. It finds the true change inside what was reported as changed; how a change is sent it does not know.

use crate::frame::{DesktopFrame, Patch};
use crate::surface::{Area, PIXEL_BYTES, Surface, colour};
use deskside_proto::geometry::Size;

/// Side of a cell. Unit: pixels.
pub const CELL_PX: usize = 64;

/// What a comparison cost; tests hold it proportional to the reported area.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cost {
    /// Cells looked at.
    pub cells: u64,
    /// Bytes of the reported pixels that were compared.
    pub bytes: u64,
}

/// The number of a cell, row after row from the upper left corner.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CellIndex(pub(crate) usize);

/// How a surface is cut into cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Grid {
    size: Size,
    columns: usize,
    rows: usize,
}

impl Grid {
    /// The grid of a surface of this size.
    pub const fn new(size: Size) -> Self {
        Self {
            size,
            columns: (size.width as usize).div_ceil(CELL_PX),
            rows: (size.height as usize).div_ceil(CELL_PX),
        }
    }

    /// Number of cells.
    pub const fn len(&self) -> usize {
        self.columns * self.rows
    }

    /// Whether there is no cell.
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The pixels of a cell; cells at the right and lower edge are smaller.
    pub fn area(&self, cell: CellIndex) -> Option<Area> {
        let (x, y) = self.corner(cell)?;
        Area::from_edges(
            x,
            y,
            (x + CELL_PX).min(self.size.width as usize),
            (y + CELL_PX).min(self.size.height as usize),
        )
    }

    fn corner(&self, cell: CellIndex) -> Option<(usize, usize)> {
        let row = cell.0.checked_div(self.columns)?;
        (row < self.rows).then(|| ((cell.0 % self.columns) * CELL_PX, row * CELL_PX))
    }

    /// The cells around a cell, at most eight.
    pub fn neighbours(self, cell: CellIndex) -> impl Iterator<Item = CellIndex> {
        let columns = self.columns.max(1);
        let (row, column) = (cell.0 / columns, cell.0 % columns);
        let rows = row.saturating_sub(1)..(row + 2).min(self.rows);
        let across = column.saturating_sub(1)..(column + 2).min(columns);
        rows.flat_map(move |row| across.clone().map(move |column| CellIndex(row * columns + column)))
            .filter(move |neighbour| *neighbour != cell)
    }

    /// Every cell that an area touches.
    pub fn cells_in(self, area: Area) -> impl Iterator<Item = CellIndex> {
        let columns = area.x() / CELL_PX..area.right().div_ceil(CELL_PX).min(self.columns);
        let rows = area.y() / CELL_PX..area.bottom().div_ceil(CELL_PX).min(self.rows);
        rows.flat_map(move |row| columns.clone().map(move |column| CellIndex(row * self.columns + column)))
    }
}

/// The part of a cell that changed, counted from the corner of the cell. Empty when `right` is 0.
#[derive(Clone, Copy, Debug, Default)]
struct Changed {
    left: u8,
    top: u8,
    right: u8,
    bottom: u8,
}

impl Changed {
    const fn is_empty(self) -> bool {
        self.right == 0
    }

    fn widen(&mut self, left: usize, right: usize, row: usize) {
        // INVARIANT: all three lie within a cell, so they fit a byte.
        let byte = |value: usize| u8::try_from(value).unwrap_or(u8::MAX);
        if self.is_empty() {
            *self = Self { left: byte(left), top: byte(row), right: byte(right), bottom: byte(row + 1) };
            return;
        }
        self.left = self.left.min(byte(left));
        self.right = self.right.max(byte(right));
        self.top = self.top.min(byte(row));
        self.bottom = self.bottom.max(byte(row + 1));
    }
}

/// The last known pixels of the desktop and what of them is not sent yet.
#[derive(Debug)]
pub struct Shadow {
    surface: Surface,
    grid: Grid,
    changed: Vec<Changed>,
    /// Cells of `changed` that are not empty, each once.
    changed_cells: Vec<CellIndex>,
    cost: Cost,
}

impl Shadow {
    /// A shadow without a desktop.
    pub fn empty() -> Self {
        let surface = Surface::empty();
        let grid = Grid::new(surface.size());
        Self { surface, grid, changed: Vec::new(), changed_cells: Vec::new(), cost: Cost::default() }
    }

    /// A black desktop of which everything still has to be sent; none when the size is not allowed.
    pub fn new(size: Size) -> Option<Self> {
        let surface = Surface::new(size)?;
        let grid = Grid::new(size);
        let mut shadow = Self {
            surface,
            grid,
            changed: vec![Changed::default(); grid.len()],
            changed_cells: Vec::with_capacity(grid.len()),
            cost: Cost::default(),
        };
        shadow.mark_all();
        Some(shadow)
    }

    /// The last known pixels.
    pub const fn surface(&self) -> &Surface {
        &self.surface
    }

    /// How the desktop is cut into cells.
    pub const fn grid(&self) -> Grid {
        self.grid
    }

    /// Whether something is still to be sent.
    pub fn has_changes(&self) -> bool {
        !self.changed_cells.is_empty()
    }

    /// What all comparisons up to now have cost.
    pub const fn cost(&self) -> Cost {
        self.cost
    }

    /// Marks every pixel as still to be sent.
    pub fn mark_all(&mut self) {
        self.changed_cells.clear();
        for (index, changed) in self.changed.iter_mut().enumerate() {
            let cell = CellIndex(index);
            if let Some(area) = self.grid.area(cell) {
                *changed = Changed::default();
                changed.widen(0, area.width(), 0);
                changed.widen(0, area.width(), area.height() - 1);
                self.changed_cells.push(cell);
            }
        }
    }

    /// Takes the pixels of a frame of the same size, and marks what differs from the pixels known until now.
    pub fn absorb(&mut self, frame: &DesktopFrame<'_>) {
        for patch in frame.patches {
            if let Some(area) = Area::clipped(patch.area(), self.surface.size()) {
                for cell in self.grid.cells_in(area) {
                    self.absorb_cell(patch, area, cell);
                }
            }
        }
    }

    fn absorb_cell(&mut self, patch: &Patch<'_>, area: Area, cell: CellIndex) {
        let Some(whole_cell) = self.grid.area(cell) else { return };
        let (Some(part), Some(changed)) = (whole_cell.intersection(area), self.changed.get_mut(cell.0))
        else {
            return;
        };
        let was_empty = changed.is_empty();
        // The corner of the patch may lie left of or above the desktop.
        let offset =
            |edge: usize, corner: i32| usize::try_from(i64::try_from(edge).ok()? - i64::from(corner)).ok();
        let (Some(patch_x), Some(patch_y)) =
            (offset(part.x(), patch.area().x), offset(part.y(), patch.area().y))
        else {
            return;
        };
        let (cell_x, cell_y) = (part.x() - whole_cell.x(), part.y() - whole_cell.y());
        for (row, known) in self.surface.rows_mut(part).enumerate() {
            let Some(fresh) = patch.row(patch_x, patch_y + row, part.width()) else { return };
            if known == fresh {
                continue;
            }
            // Where the change reaches the right edge already, only its first pixel is looked for.
            let reaches_edge = usize::from(changed.right) == cell_x + part.width();
            let span = if reaches_edge {
                first_difference(known, fresh).map(|x| (x, x))
            } else {
                differing_span(known, fresh)
            };
            if let Some((first, last)) = span {
                changed.widen(cell_x + first, cell_x + last + 1, cell_y + row);
            }
            known.copy_from_slice(fresh);
        }
        self.cost.cells += 1;
        self.cost.bytes += (part.pixels() * PIXEL_BYTES) as u64;
        if was_empty && !changed.is_empty() {
            self.changed_cells.push(cell);
        }
    }

    /// Takes the changed cells, upper ones first, with the changed part of each; from now on they count as sent.
    pub fn take_changes(&mut self) -> Vec<(CellIndex, Area)> {
        let mut cells = std::mem::take(&mut self.changed_cells);
        cells.sort_unstable();
        cells.into_iter().filter_map(|cell| Some((cell, self.take_cell(cell)?))).collect()
    }

    fn take_cell(&mut self, cell: CellIndex) -> Option<Area> {
        let part = std::mem::take(self.changed.get_mut(cell.0)?);
        let (x, y) = self.grid.corner(cell)?;
        Area::from_edges(
            x + usize::from(part.left),
            y + usize::from(part.top),
            x + usize::from(part.right),
            y + usize::from(part.bottom),
        )
    }

    /// Marks a part of a cell again that could not be sent after all.
    pub fn put_back(&mut self, cell: CellIndex, area: Area) {
        let Some((x, y)) = self.grid.corner(cell) else { return };
        let Some(part) = self.grid.area(cell).and_then(|whole| whole.intersection(area)) else { return };
        let Some(changed) = self.changed.get_mut(cell.0) else { return };
        if changed.is_empty() {
            self.changed_cells.push(cell);
        }
        changed.widen(part.x() - x, part.right() - x, part.y() - y);
        changed.widen(part.x() - x, part.right() - x, part.bottom() - 1 - y);
    }

    /// Whether a cell has a change that is not sent yet.
    pub fn is_changed(&self, cell: CellIndex) -> bool {
        self.changed.get(cell.0).is_some_and(|changed| !changed.is_empty())
    }
}

/// First and last pixel whose colour differs; none when only unused bytes differ.
fn differing_span(known: &[u8], fresh: &[u8]) -> Option<(usize, usize)> {
    let first = first_difference(known, fresh)?;
    let mut pairs = known.as_chunks().0.iter().zip(fresh.as_chunks().0);
    let last = pairs.rposition(|(known, fresh)| colour(*known) != colour(*fresh))?;
    Some((first, last))
}

/// Skips equal pixels eight at a time: that is how far a processor compares at once.
fn first_difference(known: &[u8], fresh: &[u8]) -> Option<usize> {
    const STEP: usize = 8 * PIXEL_BYTES;
    let steps = || known.as_chunks::<STEP>().0.iter().zip(fresh.as_chunks::<STEP>().0);
    let equal_px = steps().take_while(|(known, fresh)| known == fresh).count() * 8;
    let pairs = known.as_chunks().0.iter().zip(fresh.as_chunks().0).skip(equal_px);
    let within = pairs.map(|(known, fresh)| colour(*known) != colour(*fresh)).position(|differs| differs)?;
    Some(equal_px + within)
}

#[cfg(test)]
mod tests {
    use super::*;
    use deskside_proto::geometry::Rect;

    const SIZE: Size = Size { width: 200, height: 130 };

    fn settled() -> Shadow {
        let mut shadow = Shadow::new(SIZE).unwrap();
        shadow.take_changes();
        shadow
    }

    fn absorb(shadow: &mut Shadow, area: Rect, pixels: &[u8]) {
        let patch = Patch::new(area, area.width as usize * 4, pixels).unwrap();
        let size = shadow.surface().size();
        shadow.absorb(&DesktopFrame { size, patches: &[patch] });
    }

    #[test]
    fn a_new_shadow_has_everything_to_send() {
        let mut shadow = Shadow::new(SIZE).unwrap();
        let changes = shadow.take_changes();
        assert_eq!(changes.len(), 4 * 3);
        assert_eq!(changes.iter().map(|(_, area)| area.pixels()).sum::<usize>(), 200 * 130);
        assert!(!shadow.has_changes());
    }

    #[test]
    fn only_the_true_change_inside_a_report_is_found() {
        let mut shadow = settled();
        let area = Rect { x: 0, y: 0, width: 200, height: 130 };
        let mut pixels = shadow.surface().bytes().to_vec();
        let at = (70 * 200 + 65) * 4;
        pixels[at] = 9;
        pixels[at + 4 * 3 + 200 * 4] = 9;
        absorb(&mut shadow, area, &pixels);
        let changes = shadow.take_changes();
        assert_eq!(changes.len(), 1);
        assert_eq!(changes[0].1, Area::from_edges(65, 70, 69, 72).unwrap());
    }

    #[test]
    fn the_unused_byte_is_no_change() {
        let mut shadow = settled();
        let pixels = [0_u8, 0, 0, 77].repeat(16);
        absorb(&mut shadow, Rect { x: 3, y: 3, width: 4, height: 4 }, &pixels);
        assert!(!shadow.has_changes());
    }

    #[test]
    fn a_report_that_reaches_over_every_edge_is_cut() {
        let mut shadow = settled();
        let area = Rect { x: -10, y: -10, width: 230, height: 150 };
        let pixels = vec![8; 230 * 150 * 4];
        absorb(&mut shadow, area, &pixels);
        let changed: usize = shadow.take_changes().iter().map(|(_, a)| a.pixels()).sum();
        assert_eq!(changed, 200 * 130);
        assert!(shadow.surface().bytes().iter().all(|&b| b == 8));
    }

    #[test]
    fn changes_of_several_frames_join_until_they_are_taken() {
        let mut shadow = settled();
        absorb(&mut shadow, Rect { x: 1, y: 1, width: 1, height: 1 }, &[1, 1, 1, 0]);
        absorb(&mut shadow, Rect { x: 5, y: 9, width: 1, height: 1 }, &[1, 1, 1, 0]);
        let changes = shadow.take_changes();
        assert_eq!(changes, vec![(CellIndex(0), Area::from_edges(1, 1, 6, 10).unwrap())]);
    }

    #[test]
    fn what_is_put_back_is_taken_again() {
        let mut shadow = settled();
        let part = Area::from_edges(70, 70, 90, 75).unwrap();
        shadow.put_back(CellIndex(5), part);
        absorb(&mut shadow, Rect { x: 65, y: 80, width: 1, height: 1 }, &[1, 1, 1, 0]);
        assert!(shadow.is_changed(CellIndex(5)));
        let both = part.union(Area::from_edges(65, 80, 66, 81).unwrap());
        assert_eq!(shadow.take_changes(), vec![(CellIndex(5), both)]);
        assert!(!shadow.has_changes() && !shadow.is_changed(CellIndex(5)));
    }

    #[test]
    fn the_cost_follows_the_reported_area_and_not_the_desktop() {
        let mut small = Shadow::new(Size { width: 4_000, height: 3_000 }).unwrap();
        small.take_changes();
        let pixels = vec![1; 20 * 20 * 4];
        absorb(&mut small, Rect { x: 100, y: 100, width: 20, height: 20 }, &pixels);
        assert_eq!(small.cost(), Cost { cells: 1, bytes: 1_600 });
    }
}
