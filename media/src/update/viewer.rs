//! What the viewer holds, as far as the sender knows: the pixels that it shall show after all updates up to now,
//! which cells it shows only approximately, and for how long each has been as it is.

use super::op::Copied;
use crate::cells::{CellIndex, Grid};
use crate::lossy::LossyCells;
use crate::surface::{Area, Surface};
use deskside_proto::time::Millis;
use std::time::Duration;

/// The viewer's picture.
///
/// INVARIANT: In a cell that is not lossy, the viewer's pixels are those of `surface`, whichever updates of class
/// `Video` have been abandoned.
#[derive(Debug)]
pub struct Viewer {
    grid: Grid,
    surface: Surface,
    lossy: LossyCells,
    changed: Vec<Millis>,
}

impl Viewer {
    /// A viewer that sees nothing.
    pub fn empty() -> Self {
        let surface = Surface::empty();
        let grid = Grid::new(surface.size());
        Self { grid, surface, lossy: LossyCells::new(grid), changed: Vec::new() }
    }

    /// A viewer that has just begun anew: a black surface, all of it exact.
    pub fn begin_anew(&mut self, source: &Surface, now: Millis) {
        let grid = Grid::new(source.size());
        if self.surface.size() != source.size() {
            self.surface = source.clone();
        }
        if let Some(whole) = Area::whole(source.size()) {
            self.surface.rows_mut(whole).for_each(|row| row.fill(0));
        }
        self.grid = grid;
        self.lossy = LossyCells::new(grid);
        self.changed = vec![now; grid.len()];
    }

    /// The pixels that the viewer shall show.
    pub const fn surface(&self) -> &Surface {
        &self.surface
    }

    /// Which cells are approximate.
    pub const fn lossy(&self) -> &LossyCells {
        &self.lossy
    }

    /// Whether every pixel of a cell is exact.
    pub fn is_exact(&self, cell: CellIndex) -> bool {
        self.lossy.blurred_at(cell).is_none()
    }

    /// Every cell that is exact.
    pub fn exact_cells(&self) -> impl Iterator<Item = Area> {
        let cells = (0..self.grid.len()).map(CellIndex).filter(|cell| self.is_exact(*cell));
        cells.filter_map(|cell| self.grid.area(cell))
    }

    /// When a cell was last painted with something new.
    pub fn changed_at(&self, cell: CellIndex) -> Millis {
        self.changed.get(cell.0).copied().unwrap_or_default()
    }

    /// An area now shows the source exactly.
    pub fn paint_exact(&mut self, source: &Surface, area: Area, now: Millis) {
        self.take(source, area, now);
        self.lossy.sharpen(area);
    }

    /// What was approximate is exact now; nothing else about it is new.
    pub fn refine(&mut self, source: &Surface, area: Area) {
        self.surface
            .rows_mut(area)
            .zip(source.rows(area))
            .for_each(|(row, fresh)| row.copy_from_slice(fresh));
        self.lossy.sharpen(area);
    }

    /// A part of a cell now shows the source approximately.
    pub fn paint_lossy(&mut self, source: &Surface, cell: CellIndex, area: Area, now: Millis) {
        self.take(source, area, now);
        self.lossy.blur(cell, now);
    }

    /// A film shows its next picture within this time: what is approximate there is not refined meanwhile.
    pub fn hold(&mut self, area: Area, now: Millis, quiet: Duration) {
        self.lossy.hold(area, now, quiet);
    }

    fn take(&mut self, source: &Surface, area: Area, now: Millis) {
        self.surface
            .rows_mut(area)
            .zip(source.rows(area))
            .for_each(|(row, fresh)| row.copy_from_slice(fresh));
        self.touch(area, now);
    }

    fn touch(&mut self, area: Area, now: Millis) {
        for cell in self.grid.cells_in(area) {
            self.changed.get_mut(cell.0).into_iter().for_each(|changed| *changed = now);
        }
    }

    /// An area was copied within the surface. What comes from an approximate cell is approximate where it arrives.
    pub fn copy(&mut self, copied: Copied, now: Millis) {
        let Copied { to, from } = copied;
        let arrivals: Vec<(CellIndex, Area, bool)> = if self.lossy.is_exact() {
            Vec::new()
        } else {
            let arrives = |cell: CellIndex| {
                let part = self.grid.area(cell)?.intersection(to)?;
                let (x, y) = (part.x() - to.x() + from.x(), part.y() - to.y() + from.y());
                let origin = Area::from_edges(x, y, x + part.width(), y + part.height())?;
                Some((cell, part, self.grid.cells_in(origin).all(|cell| self.is_exact(cell))))
            };
            self.grid.cells_in(to).filter_map(arrives).collect()
        };
        self.surface.move_area(from, to);
        for (cell, part, is_exact) in arrivals {
            if is_exact {
                self.lossy.sharpen(part);
            } else {
                self.lossy.blur(cell, now);
            }
        }
        self.touch(to, now);
    }
}
