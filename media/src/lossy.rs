//! Which cells the viewer sees only approximately, and when it is time to send them exactly. It knows neither
//! codec nor wire.

use crate::cells::{CellIndex, Grid};
use crate::surface::Area;
use deskside_proto::time::Millis;
use std::time::Duration;

/// How long a cell must be quiet before it is sent exactly, when it is not known to change again and again: long
/// enough that a program has finished drawing, shorter than a person needs to see that something is blurred.
pub const QUIET: Duration = Duration::from_millis(60);

/// The same for a cell that changes in a rhythm: two and a half beats, but at least this.
const QUIET_IN_RHYTHM: Duration = Duration::from_millis(100);

/// Changes further apart than this are no rhythm: a person who leafs through pictures.
const SLOWEST_RHYTHM: Duration = Duration::from_millis(300);

/// A cell that stands still for so long is sent exactly even while a video runs around it. The shots of a film are
/// shorter: what rests in one, as a sky does, moves again in the next, and to send it exactly would be for nothing.
const LONGEST_HOLD: Duration = Duration::from_secs(5);

#[derive(Clone, Copy, Debug, Default)]
struct Cell {
    is_lossy: bool,
    /// When it was last painted approximately, if ever.
    painted: Option<Millis>,
    /// Smoothed time between two such paintings, 0 where there is no rhythm. Unit: milliseconds.
    beat_ms: u16,
    /// Not sent exactly before this, because a video runs around it.
    held: Millis,
}

impl Cell {
    fn due(self) -> Option<Millis> {
        let painted = self.painted.filter(|_| self.is_lossy)?;
        if self.held > painted {
            // The film tells when it is over, also for a cell that changes in few of its pictures.
            return Some(painted.after(QUIET).max(self.held));
        }
        let quiet = match self.beat_ms {
            0 => QUIET,
            beat => QUIET_IN_RHYTHM.max(Duration::from_millis(u64::from(beat) * 5 / 2)),
        };
        Some(painted.after(quiet))
    }

    fn paint(&mut self, now: Millis) {
        let slowest = u64::try_from(SLOWEST_RHYTHM.as_millis()).unwrap_or(u64::MAX);
        match self.painted.map(|painted| now.0.saturating_sub(painted.0)) {
            Some(0) => {}
            Some(gap) if gap <= slowest => {
                let gap = u16::try_from(gap).unwrap_or(u16::MAX);
                self.beat_ms = if self.beat_ms == 0 { gap } else { (self.beat_ms / 4) * 3 + gap / 4 + 1 };
            }
            Some(_) | None => self.beat_ms = 0,
        }
        self.painted = Some(now);
        self.is_lossy = true;
    }
}

/// For each cell, when and in which rhythm it was painted approximately.
#[derive(Debug)]
pub struct LossyCells {
    grid: Grid,
    cells: Vec<Cell>,
    /// The cells that are approximate now, each once.
    lossy: Vec<CellIndex>,
}

impl LossyCells {
    /// Every cell exact.
    pub fn new(grid: Grid) -> Self {
        Self { grid, cells: vec![Cell::default(); grid.len()], lossy: Vec::new() }
    }

    /// Whether the viewer sees everything exactly.
    pub const fn is_exact(&self) -> bool {
        self.lossy.is_empty()
    }

    /// A part of a cell was painted approximately.
    pub fn blur(&mut self, cell: CellIndex, now: Millis) {
        let Some(state) = self.cells.get_mut(cell.0) else { return };
        if !state.is_lossy {
            self.lossy.push(cell);
        }
        state.paint(now);
    }

    /// A video shows another picture in this area, and is expected to show the next one within `quiet`: what is
    /// approximate there can wait, unless it has stood still for long.
    pub fn hold(&mut self, area: Area, now: Millis, quiet: Duration) {
        for cell in &self.lossy {
            let inside = self.grid.area(*cell).is_some_and(|whole| area.intersection(whole).is_some());
            if let Some(state) = self.cells.get_mut(cell.0).filter(|_| inside) {
                let longest = state.painted.unwrap_or(now).after(LONGEST_HOLD);
                state.held = now.after(quiet).min(longest);
            }
        }
    }

    /// An area was painted exactly; cells that it covers whole are exact from now on.
    pub fn sharpen(&mut self, area: Area) {
        let Self { grid, cells, lossy } = self;
        lossy.retain(|cell| {
            let covered = grid.area(*cell).is_some_and(|whole| area.contains(whole));
            if covered && let Some(state) = cells.get_mut(cell.0) {
                // When it was painted stays known: only so is a slow video recognised.
                state.is_lossy = false;
                state.held = Millis(0);
            }
            !covered
        });
    }

    /// When a cell was last painted approximately, if it still shows that.
    pub fn blurred_at(&self, cell: CellIndex) -> Option<Millis> {
        self.cells.get(cell.0).filter(|state| state.is_lossy)?.painted
    }

    /// The cells that are approximate now, in no particular order.
    pub fn cells(&self) -> &[CellIndex] {
        &self.lossy
    }

    /// When the first cell will have been quiet for long enough; none when everything is exact.
    pub fn due(&self) -> Option<Millis> {
        self.lossy.iter().filter_map(|cell| self.cells.get(cell.0)?.due()).min()
    }

    /// Cells that have been quiet for long enough, upper ones first, at most `limit` of them.
    pub fn due_cells(&self, now: Millis, limit: usize) -> Vec<CellIndex> {
        let is_due = |cell: &CellIndex| {
            self.cells.get(cell.0).and_then(|state| state.due()).is_some_and(|due| due <= now)
        };
        let mut due: Vec<CellIndex> = self.lossy.iter().copied().filter(is_due).collect();
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

    fn everywhere() -> Area {
        Area::from_edges(0, 0, 200, 130).unwrap()
    }

    #[test]
    fn a_blurred_cell_is_due_after_quiet_and_not_before() {
        let mut cells = cells();
        assert_eq!(cells.due(), None);
        cells.blur(CellIndex(3), Millis(1_000));
        cells.blur(CellIndex(1), Millis(1_030));
        assert_eq!(cells.due(), Some(Millis(1_060)));
        assert_eq!(cells.due_cells(Millis(1_059), 9), vec![]);
        assert_eq!(cells.due_cells(Millis(1_060), 9), vec![CellIndex(3)]);
        assert_eq!(cells.due_cells(Millis(1_090), 9), vec![CellIndex(1), CellIndex(3)]);
        assert_eq!(cells.due_cells(Millis(1_090), 1), vec![CellIndex(1)]);
    }

    #[test]
    fn a_slow_video_is_refined_once_at_most_while_it_runs() {
        for gap in [33, 66, 100, 200, 300] {
            let mut cells = cells();
            let mut refined = 0;
            for picture in 0..20 {
                let now = Millis(picture * gap);
                if cells.due().is_some_and(|due| due <= now) {
                    refined += 1;
                    cells.sharpen(everywhere());
                }
                cells.blur(CellIndex(0), now);
            }
            assert!(refined <= 1, "{refined} times at {gap} ms");
            let wait = cells.due().unwrap().0 - 19 * gap;
            assert!((gap + 50..=gap * 5 / 2 + 60).contains(&wait), "{wait} ms at {gap} ms");
        }
    }

    #[test]
    fn pictures_that_a_person_leafs_through_have_no_rhythm() {
        let mut cells = cells();
        for slide in 0..5 {
            let now = Millis(slide * 1_000);
            cells.blur(CellIndex(0), now);
            assert_eq!(cells.due(), Some(now.after(QUIET)));
            cells.sharpen(everywhere());
        }
    }

    #[test]
    fn a_still_cell_within_a_running_video_waits_for_five_seconds_at_most() {
        let mut cells = cells();
        cells.blur(CellIndex(0), Millis(0));
        let mut now = Millis(0);
        while cells.due_cells(now, 1).is_empty() {
            cells.hold(everywhere(), now, Duration::from_millis(100));
            now = Millis(now.0 + 33);
        }
        assert!((5_000..5_040).contains(&now.0), "{now:?}");
    }

    #[test]
    fn what_a_video_held_is_due_soon_after_its_end() {
        let mut cells = cells();
        cells.blur(CellIndex(0), Millis(0));
        cells.hold(everywhere(), Millis(500), Duration::from_millis(100));
        assert_eq!(cells.due(), Some(Millis(600)));
    }

    #[test]
    fn a_cell_that_changed_in_few_pictures_of_a_film_does_not_wait_longer_for_its_end() {
        let mut cells = cells();
        for picture in 0..60 {
            let now = Millis(picture * 33);
            if picture % 8 == 0 {
                cells.blur(CellIndex(0), now);
            }
            cells.hold(everywhere(), now, Duration::from_millis(100));
        }
        assert_eq!(cells.due(), Some(Millis(59 * 33 + 100)));
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
