//! How much photographic change each cell has seen of late, and which changes lie together. It decides nothing.

use crate::cells::{CellIndex, Grid};
use crate::surface::Area;
use deskside_proto::time::Millis;
use std::time::Duration;

/// Every so often what was seen counts half.
const HALF_LIFE: Duration = Duration::from_millis(500);

#[derive(Clone, Copy, Debug, Default)]
struct Warmth {
    pixels: u32,
    at: Millis,
}

impl Warmth {
    fn now(self, now: Millis) -> u32 {
        let halvings = now.since(self.at).as_millis() / HALF_LIFE.as_millis();
        self.pixels.checked_shr(u32::try_from(halvings).unwrap_or(u32::MAX)).unwrap_or(0)
    }
}

/// Changes with a smaller gap between them lie together. Unit: pixels.
const GAP_PX: usize = 12;

/// Photographic change of late, for each cell.
#[derive(Debug)]
pub(super) struct Heat {
    grid: Grid,
    cells: Vec<Warmth>,
    /// Which cells a search has found; all false between searches.
    marked: Vec<bool>,
}

/// Changes that lie together.
#[derive(Debug)]
pub(super) struct Cluster {
    /// Around all of them.
    pub(super) bounds: Area,
    /// How much has changed there of late, this change included. Unit: pixels.
    pub(super) heat: usize,
    /// The changes themselves.
    pub(super) changes: Vec<(CellIndex, Area)>,
}

impl Heat {
    pub(super) fn new(grid: Grid) -> Self {
        Self { grid, cells: vec![Warmth::default(); grid.len()], marked: vec![false; grid.len()] }
    }

    pub(super) const fn grid(&self) -> Grid {
        self.grid
    }

    pub(super) fn add(&mut self, cell: CellIndex, area: Area, now: Millis) {
        let Some(warmth) = self.cells.get_mut(cell.0) else { return };
        let pixels = warmth.now(now).saturating_add(u32::try_from(area.pixels()).unwrap_or(u32::MAX));
        // The half-life counts from the last time that something was halved, so that it passes at all.
        let halved = now.since(warmth.at) >= HALF_LIFE || warmth.pixels == 0;
        *warmth = Warmth { pixels, at: if halved { now } else { warmth.at } };
    }

    /// Puts changes that lie together into one cluster; the hottest comes first.
    ///
    /// Cost: in proportion to the changes.
    pub(super) fn clusters(&mut self, changes: &[(CellIndex, Area)], now: Millis) -> Vec<Cluster> {
        let Self { grid, cells, marked } = self;
        let mut by_cell: Vec<(CellIndex, Area)> = changes.to_vec();
        by_cell.sort_unstable_by_key(|(cell, _)| *cell);
        by_cell.iter().for_each(|(cell, _)| set(marked, *cell, true));
        let mut clusters = Vec::new();
        for (seed, _) in &by_cell {
            if !marked.get(seed.0).copied().unwrap_or(false) {
                continue;
            }
            set(marked, *seed, false);
            let (mut open, mut heat, mut members) = (vec![*seed], 0_usize, Vec::new());
            while let Some(cell) = open.pop() {
                heat += cells.get(cell.0).map_or(0, |warmth| warmth.now(now)) as usize;
                members.extend(in_cell(&by_cell, cell));
                let own = in_cell(&by_cell, cell);
                for neighbour in grid.neighbours(cell) {
                    let beside = marked.get(neighbour.0).copied().unwrap_or(false);
                    if beside && lie_together(own, in_cell(&by_cell, neighbour)) {
                        set(marked, neighbour, false);
                        open.push(neighbour);
                    }
                }
            }
            if let Some(bounds) = bounds(&members) {
                clusters.push(Cluster { bounds, heat, changes: members });
            }
        }
        clusters.sort_by_key(|cluster| std::cmp::Reverse(cluster.heat));
        clusters
    }
}

/// The changes of one cell, of all that are sorted by cell.
fn in_cell(by_cell: &[(CellIndex, Area)], cell: CellIndex) -> &[(CellIndex, Area)] {
    let first = by_cell.partition_point(|(known, _)| *known < cell);
    let end = by_cell.partition_point(|(known, _)| *known <= cell);
    by_cell.get(first..end).unwrap_or_default()
}

/// Whether there is hardly a gap between two groups of changes.
fn lie_together(a: &[(CellIndex, Area)], b: &[(CellIndex, Area)]) -> bool {
    a.iter().any(|(_, a)| b.iter().any(|(_, b)| is_near(*a, *b, GAP_PX)))
}

/// Whether less than `gap_px` lie between two areas.
pub(super) const fn is_near(a: Area, b: Area, gap_px: usize) -> bool {
    a.x() < b.right() + gap_px
        && b.x() < a.right() + gap_px
        && a.y() < b.bottom() + gap_px
        && b.y() < a.bottom() + gap_px
}

fn set(marked: &mut [bool], cell: CellIndex, value: bool) {
    if let Some(mark) = marked.get_mut(cell.0) {
        *mark = value;
    }
}

/// Around all of these changes.
pub(super) fn bounds(changes: &[(CellIndex, Area)]) -> Option<Area> {
    changes.iter().map(|(_, area)| *area).reduce(Area::union)
}

/// Pixels of all of these changes.
pub(super) fn pixels(changes: &[(CellIndex, Area)]) -> usize {
    changes.iter().map(|(_, area)| area.pixels()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use deskside_proto::geometry::Size;

    fn changes(grid: Grid, areas: &[Area]) -> Vec<(CellIndex, Area)> {
        let in_cells = |area: &Area| {
            let area = *area;
            grid.cells_in(area)
                .map(move |cell| (cell, grid.area(cell).unwrap().intersection(area).unwrap()))
                .collect::<Vec<_>>()
        };
        areas.iter().flat_map(in_cells).collect()
    }

    #[test]
    fn what_lies_apart_is_two_clusters_and_nothing_is_lost() {
        let grid = Grid::new(Size { width: 1_280, height: 720 });
        let mut heat = Heat::new(grid);
        let areas = [
            Area::from_edges(10, 10, 300, 200).unwrap(),
            Area::from_edges(310, 100, 350, 130).unwrap(),
            Area::from_edges(700, 400, 1_000, 700).unwrap(),
        ];
        let all = changes(grid, &areas);
        all.iter().for_each(|(cell, area)| heat.add(*cell, *area, Millis(5)));
        let clusters = heat.clusters(&all, Millis(5));
        assert_eq!(clusters.len(), 2);
        assert_eq!(clusters[0].bounds, areas[2]);
        assert_eq!(clusters[1].bounds, areas[0].union(areas[1]));
        let total: usize = clusters.iter().map(|cluster| pixels(&cluster.changes)).sum();
        assert_eq!(total, pixels(&all));
        assert_eq!(clusters.iter().map(|cluster| cluster.heat).sum::<usize>(), total);
    }

    #[test]
    fn heat_adds_up_in_a_rhythm_and_fades_without() {
        let grid = Grid::new(Size { width: 64, height: 64 });
        let area = Area::from_edges(0, 0, 64, 64).unwrap();
        let mut heat = Heat::new(grid);
        for picture in 0..30 {
            heat.add(CellIndex(0), area, Millis(picture * 33));
        }
        let hot = |heat: &mut Heat, now| heat.clusters(&[(CellIndex(0), area)], Millis(now))[0].heat;
        assert!((10..40).contains(&(hot(&mut heat, 1_000) / area.pixels())));
        assert_eq!(hot(&mut heat, 30_000), 0);
    }
}
