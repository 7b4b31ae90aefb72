//! Which cells the viewer sees only approximately, and when it is time to send them exactly. It knows neither
//! codec nor wire.

use crate::cells::{CellIndex, Grid};
use crate::surface::Area;
use deskside_proto::time::Millis;
use std::time::Duration;

/// How long a cell must be quiet before it is sent exactly: longer than the gap between two frames of slow video,
/// shorter than a person needs to see that something is blurred.
pub const QUIET: Duration = Duration::from_millis(100);

/// For each cell, when it was last painted approximately.
#[derive(Debug)]
pub struct LossyCells {
    grid: Grid,
    painted: Vec<Option<Millis>>,
    /// Cells of `painted` that hold a time, each once.
    cells: Vec<CellIndex>,
}

impl LossyCells {
    /// Every cell exact.
    pub fn new(grid: Grid) -> Self {
        Self { grid, painted: vec![None; grid.len()], cells: Vec::new() }
    }

    /// Whether the viewer sees everything exactly.
    pub const fn is_exact(&self) -> bool {
        self.cells.is_empty()
    }

    /// A part of a cell was painted approximately.
    pub fn blur(&mut self, cell: CellIndex, now: Millis) {
        if let Some(painted) = self.painted.get_mut(cell.0)
            && painted.replace(now).is_none()
        {
            self.cells.push(cell);
        }
    }

    /// An area was painted exactly; cells that it covers whole are exact from now on.
    pub fn sharpen(&mut self, area: Area) {
        if self.cells.is_empty() {
            return;
        }
        let Self { grid, painted, cells } = self;
        cells.retain(|cell| {
            let covered = grid.area(*cell).is_some_and(|whole| area.contains(whole));
            if covered && let Some(painted) = painted.get_mut(cell.0) {
                *painted = None;
            }
            !covered
        });
    }

    /// When a cell was last painted approximately, if it still shows that.
    pub fn blurred_at(&self, cell: CellIndex) -> Option<Millis> {
        self.painted.get(cell.0).copied().flatten()
    }

    /// When the first cell will have been quiet for long enough; none when everything is exact.
    pub fn due(&self) -> Option<Millis> {
        self.cells.iter().filter_map(|cell| self.blurred_at(*cell)).min().map(|painted| painted.after(QUIET))
    }

    /// Cells that have been quiet for long enough, upper ones first, at most `limit` of them.
    pub fn due_cells(&self, now: Millis, limit: usize) -> Vec<CellIndex> {
        let is_due =
            |cell: &CellIndex| self.blurred_at(*cell).is_some_and(|painted| painted.after(QUIET) <= now);
        let mut due: Vec<CellIndex> = self.cells.iter().copied().filter(is_due).collect();
        due.sort_unstable();
        due.truncate(limit);
        due
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use deskside_proto::geometry::Size;

    fn cells() -> LossyCells {
        LossyCells::new(Grid::new(Size { width: 200, height: 130 }))
    }

    #[test]
    fn a_blurred_cell_is_due_after_quiet_and_not_before() {
        let mut cells = cells();
        assert_eq!(cells.due(), None);
        cells.blur(CellIndex(3), Millis(1_000));
        cells.blur(CellIndex(1), Millis(1_050));
        assert_eq!(cells.due(), Some(Millis(1_100)));
        assert_eq!(cells.due_cells(Millis(1_099), 9), vec![]);
        assert_eq!(cells.due_cells(Millis(1_100), 9), vec![CellIndex(3)]);
        assert_eq!(cells.due_cells(Millis(1_150), 9), vec![CellIndex(1), CellIndex(3)]);
        assert_eq!(cells.due_cells(Millis(1_150), 1), vec![CellIndex(1)]);
    }

    #[test]
    fn painting_again_starts_the_wait_again() {
        let mut cells = cells();
        cells.blur(CellIndex(0), Millis(0));
        cells.blur(CellIndex(0), Millis(90));
        assert_eq!(cells.due(), Some(Millis(190)));
    }

    #[test]
    fn only_a_whole_cell_becomes_exact() {
        let mut cells = cells();
        cells.blur(CellIndex(0), Millis(0));
        cells.blur(CellIndex(3), Millis(0));
        cells.sharpen(Area::from_edges(0, 0, 64, 63).unwrap());
        assert!(cells.blurred_at(CellIndex(0)).is_some());
        cells.sharpen(Area::from_edges(0, 0, 64, 64).unwrap());
        assert_eq!(cells.blurred_at(CellIndex(0)), None);
        // The cell at the right edge is only 8 pixels wide.
        cells.sharpen(Area::from_edges(192, 0, 200, 64).unwrap());
        assert!(cells.is_exact());
    }
}
