//! What of a change is sent as video and what exactly. It looks at content, at time and at what the link carries; it
//! writes no byte and holds no codec.
//!
//! Drawn content is exact always. Photographic change is exact while there is little of it, and video once there is
//! much, in at most two regions that stay where they are. Inside a running film what moves softly belongs to it.

mod heat;
mod limits;
mod region;

use crate::cells::{CellIndex, Grid};
use crate::lossy::LossyCells;
use crate::surface::{Area, Surface};
use crate::texture::{Steps, Texture, look};
use crate::tile::solid::Fills;
use crate::video::{MAX_LONG_SIDE_PX, MAX_SHORT_SIDE_PX};
use crate::yuv::BLOCK_PX;
use deskside_proto::link::LinkEstimate;
use deskside_proto::time::Millis;
use heat::{Cluster, Heat, bounds, is_near, pixels};
use limits::Limits;
use region::Region;
use std::time::Duration;

/// Most video streams at a time.
pub const MAX_STREAMS: usize = 4;

/// Most regions at a time. A region larger than the codec can do takes several streams.
pub const MAX_REGIONS: usize = 2;

/// Changes this near to a region belong to its surroundings. Unit: pixels.
const NEAR_PX: usize = 64;

/// What to do with the changes of one update.
#[derive(Debug, Default)]
pub struct Plan {
    /// Areas of one colour.
    pub fills: Fills,
    /// Areas to be sent exactly, with their cells.
    pub exact: Vec<(CellIndex, Area)>,
    /// What to send as video: at most one plan for each region.
    pub video: Vec<VideoPlan>,
}

/// The part of a change that goes as video in one region.
#[derive(Debug)]
pub struct VideoPlan {
    /// The pictures' region.
    pub region: Area,
    /// The streams of this region begin anew: it was another before, or shows something wholly new.
    pub restart: bool,
    /// What is shown of the picture, with its cells; the rest of the region stays as it is.
    pub paint: Vec<(CellIndex, Area)>,
    /// Where a film runs, the time in which its next picture is expected: cells of the region are not refined
    /// meanwhile.
    pub quiet: Option<Duration>,
}

/// Decides for each update; remembers where video is running.
#[derive(Debug, Default)]
pub struct Chooser {
    regions: Vec<Running>,
    heat: Option<Heat>,
    limits: Limits,
}

#[derive(Debug)]
struct Running {
    region: Region,
    /// What this update shows of it.
    paint: Vec<(CellIndex, Area)>,
    restart: bool,
}

impl Chooser {
    /// What the link carries decides what is small and what is much.
    pub fn set_link(&mut self, link: LinkEstimate) {
        self.limits = Limits::of(link);
    }

    /// Where video runs: the streams of other places are over.
    pub fn regions(&self) -> impl Iterator<Item = Area> {
        self.regions.iter().map(|running| running.region.area)
    }

    /// Each region with the part of it that video fills: beside that part lies content that is exact.
    pub fn contents(&self) -> impl Iterator<Item = (Area, Area)> {
        self.regions.iter().map(|running| (running.region.area, running.region.content()))
    }

    /// Whether a running film fills this area, at least in part.
    pub fn is_film(&self, area: Area) -> bool {
        self.regions.iter().any(|running| running.region.film_part(area).is_some())
    }

    /// The plan for these changes.
    pub fn plan(
        &mut self,
        changes: Vec<(CellIndex, Area)>,
        surface: &Surface,
        lossy: &LossyCells,
        now: Millis,
    ) -> Plan {
        let grid = Grid::new(surface.size());
        if self.heat.as_ref().is_none_or(|heat| heat.grid() != grid) {
            self.heat = Some(Heat::new(grid));
            self.regions.clear();
        }
        self.regions.retain(|running| !running.region.is_over(now));

        let mut plan = Plan::default();
        let mut moving = Vec::new();
        for (cell, area) in changes {
            self.sort(cell, area, surface, lossy, &mut plan, &mut moving);
        }
        adopt_slivers(&mut plan.exact, &mut moving);
        if let Some(heat) = &mut self.heat {
            moving.iter().for_each(|(cell, area)| heat.add(*cell, *area, now));
        }
        self.give_way(&moving, now);
        self.review(surface, now);
        self.place(moving, surface, &mut plan, now);
        self.soften(&mut plan, surface);
        self.finish(&mut plan, now);
        plan
    }

    /// Sorts one change by what it looks like and where it is.
    fn sort(
        &self,
        cell: CellIndex,
        area: Area,
        surface: &Surface,
        lossy: &LossyCells,
        plan: &mut Plan,
        moving: &mut Vec<(CellIndex, Area)>,
    ) {
        let film_part = |area| self.regions.iter().find_map(|running| running.region.film_part(area));
        let Some(film) = film_part(area) else {
            return sort_alike(cell, area, false, surface, lossy, plan, moving);
        };
        let whole = Grid::new(surface.size()).area(cell).and_then(film_part).unwrap_or(film);
        if whole.pixels() < SLIVER_PX && film.pixels() * 2 >= whole.pixels() {
            moving.push((cell, film));
        } else {
            sort_alike(cell, film, true, surface, lossy, plan, moving);
        }
        // A cell at the edge of a film: what lies beside the film is looked at for itself.
        for beside in around(area, film) {
            sort_alike(cell, beside, false, surface, lossy, plan, moving);
        }
    }

    /// A region that rests ends when something smaller changes in it, so that a film that begins in what was a slide
    /// does not take the whole screen.
    fn give_way(&mut self, moving: &[(CellIndex, Area)], now: Millis) {
        self.regions.retain(|running| {
            let inside = moving.iter().filter_map(|(_, area)| area.intersection(running.region.area));
            let changed = inside.reduce(Area::union);
            let is_smaller = changed.is_some_and(|area| area.pixels() * 2 < running.region.area.pixels());
            !(running.region.is_idle(now) && is_smaller)
        });
    }

    fn review(&mut self, surface: &Surface, now: Millis) {
        for running in &mut self.regions {
            if let Some(content) = running.region.review(now) {
                running.region.shrink(content, surface, now);
                running.restart = true;
            }
        }
    }

    /// Finds a region for what moves, or makes one.
    fn place(&mut self, moving: Vec<(CellIndex, Area)>, surface: &Surface, plan: &mut Plan, now: Millis) {
        let mut rest = Vec::new();
        for (cell, area) in moving {
            match self.region_around(area) {
                Some(running) => running.paint.push((cell, area)),
                None => rest.push((cell, area)),
            }
        }
        let clusters = self.heat.as_mut().map(|heat| heat.clusters(&rest, now)).unwrap_or_default();
        for cluster in clusters {
            self.make_room(&cluster, surface, now);
            for (cell, area) in cluster.changes {
                match self.region_around(area) {
                    Some(running) => running.paint.push((cell, area)),
                    None => plan.exact.push((cell, area)),
                }
            }
        }
    }

    fn region_around(&mut self, area: Area) -> Option<&mut Running> {
        self.regions.iter_mut().find(|running| running.region.area.contains(area))
    }

    /// Begins or widens a region for a cluster that lies in none, if it is worth it.
    fn make_room(&mut self, cluster: &Cluster, surface: &Surface, now: Millis) {
        let bounds = cluster.bounds;
        let near = self.regions.iter().position(|running| {
            let region = running.region.area;
            // Two films side by side: one region around both would hold much that is neither.
            let both = region.union(bounds).pixels();
            let is_other = both * 4 > (region.pixels() + bounds.pixels()) * 5
                && cluster.heat >= self.limits.start_px
                && self.regions.len() < MAX_REGIONS
                && region.intersection(bounds).is_none();
            is_near(region, bounds, NEAR_PX) && !is_other
        });
        if let Some(near) = near {
            if cluster.heat >= self.limits.grow_px {
                self.grow(near, bounds, surface, now);
            }
            return;
        }
        if cluster.heat < self.limits.start_px {
            return;
        }
        if self.regions.len() >= MAX_REGIONS {
            self.regions.retain(|running| !running.region.is_idle(now) || !running.paint.is_empty());
        }
        if self.regions.len() < MAX_REGIONS {
            if let Some(region) =
                Region::new(bounds, surface, now).filter(|region| self.fits(None, region.area))
            {
                self.regions.push(Running { region, paint: Vec::new(), restart: true });
            }
            return;
        }
        let nearest = (0..self.regions.len()).min_by_key(|index| {
            self.regions.get(*index).map_or(usize::MAX, |running| running.region.area.union(bounds).pixels())
        });
        if let Some(nearest) = nearest {
            self.grow(nearest, bounds, surface, now);
        }
    }

    fn grow(&mut self, index: usize, added: Area, surface: &Surface, now: Millis) {
        let grown = self.regions.get(index).and_then(|running| running.region.grown(added, surface, now));
        let Some((area, content)) = grown.filter(|(area, _)| self.fits(Some(index), *area)) else { return };
        if let Some(running) = self.regions.get_mut(index) {
            running.region.grow(area, content, now);
            running.restart = true;
        }
        self.merge(index, surface, now);
    }

    /// Two regions that overlap become one, because a pixel has one video.
    fn merge(&mut self, index: usize, surface: &Surface, now: Millis) {
        let Some(area) = self.regions.get(index).map(|running| running.region.area) else { return };
        let other = (0..self.regions.len()).find(|other| {
            *other != index
                && self
                    .regions
                    .get(*other)
                    .is_some_and(|running| running.region.area.intersection(area).is_some())
        });
        let Some(other) = other else { return };
        let swallowed = self.regions.remove(other);
        let index = if other < index { index - 1 } else { index };
        if let Some(running) = self.regions.get_mut(index) {
            running.paint.extend(swallowed.paint);
        }
        self.grow(index, swallowed.region.area, surface, now);
    }

    /// Whether the streams suffice when a region has this area; the others keep theirs.
    fn fits(&self, index: Option<usize>, area: Area) -> bool {
        let others = self.regions.iter().enumerate().filter(|(other, running)| {
            Some(*other) != index && running.region.area.intersection(area).is_none()
        });
        let taken: usize =
            others.filter_map(|(_, running)| Some(streams_for(running.region.area)?.len())).sum();
        streams_for(area).is_some_and(|streams| streams.len() + taken <= MAX_STREAMS)
    }

    /// Where a picture is made anyway, what is soft goes with it: the sky of a photograph would take longer than the
    /// rest of it.
    fn soften(&mut self, plan: &mut Plan, surface: &Surface) {
        let Self { regions, limits, .. } = self;
        let mut shown = regions.iter_mut().filter(|running| pixels(&running.paint) >= limits.small_px);
        let (Some(first), second) = (shown.next(), shown.next()) else { return };
        let mut shown = [Some(first), second];
        plan.exact.retain(|(cell, area)| {
            let mut around = shown.iter_mut().flatten();
            let Some(running) = around.find(|running| running.region.area.contains(*area)) else {
                return true;
            };
            let is_soft = area.pixels() >= SMALLEST_FLAT_PX && Steps::of(surface, *area).are_soft();
            if is_soft {
                running.paint.push((*cell, *area));
            }
            !is_soft
        });
    }

    fn finish(&mut self, plan: &mut Plan, now: Millis) {
        for running in &mut self.regions {
            let paint = std::mem::take(&mut running.paint);
            if pixels(&paint) < self.limits.small_px {
                plan.exact.extend(paint);
                continue;
            }
            let region = &mut running.region;
            // A wholly new picture after a rest: a key picture is coded faster than one that looks for motion.
            let whole = bounds(&paint).is_some_and(|area| area.pixels() * 4 >= region.area.pixels() * 3);
            let restart = std::mem::take(&mut running.restart) || (whole && region.is_idle(now));
            region.note(&paint, now);
            plan.video.push(VideoPlan { region: region.area, restart, paint, quiet: region.quiet() });
        }
    }
}

/// A rectangle that moves ends in slivers where it reaches only a little into a cell: they belong to it, although
/// they are too small to be judged by their looks. Twice, because a sliver at a corner has only slivers beside it.
fn adopt_slivers(exact: &mut Vec<(CellIndex, Area)>, moving: &mut Vec<(CellIndex, Area)>) {
    for _ in 0..2 {
        let (slivers, others): (Vec<_>, Vec<_>) =
            std::mem::take(exact).into_iter().partition(|(_, sliver)| {
                sliver.pixels() < SLIVER_PX && moving.iter().any(|(_, area)| continues(*area, *sliver))
            });
        *exact = others;
        moving.extend(slivers);
    }
}

/// Whether two areas share a whole side.
const fn continues(a: Area, b: Area) -> bool {
    let across = a.y() == b.y() && a.bottom() == b.bottom() && (a.right() == b.x() || b.right() == a.x());
    let down = a.x() == b.x() && a.right() == b.right() && (a.bottom() == b.y() || b.bottom() == a.y());
    across || down
}

/// Sorts an area that lies as a whole in a film, or beside it.
fn sort_alike(
    cell: CellIndex,
    area: Area,
    in_film: bool,
    surface: &Surface,
    lossy: &LossyCells,
    plan: &mut Plan,
    moving: &mut Vec<(CellIndex, Area)>,
) {
    match look(surface, area) {
        Texture::Solid(colour) => plan.fills.add(colour, area),
        Texture::Photo => moving.push((cell, area)),
        Texture::Drawn if in_film && belongs_to_film(cell, area, surface, lossy) => moving.push((cell, area)),
        Texture::Drawn => plan.exact.push((cell, area)),
    }
}

/// Whether drawn content within a film is the film's: a dark or flat scene, not a subtitle.
fn belongs_to_film(cell: CellIndex, area: Area, surface: &Surface, lossy: &LossyCells) -> bool {
    let is_large = area.pixels() >= SMALLEST_FLAT_PX;
    (is_large || lossy.blurred_at(cell).is_some()) && Steps::of(surface, area).are_film()
}

/// Flat content below this is exact even in a film, where the viewer does not see it approximately already.
const SMALLEST_FLAT_PX: usize = 1_024;

/// Where less than this of a film reaches into a cell, that is too little to be judged by its looks.
const SLIVER_PX: usize = 512;

/// What of an area lies around a part of it: above, below, left, right.
fn around(area: Area, part: Area) -> impl Iterator<Item = Area> {
    [
        Area::from_edges(area.x(), area.y(), area.right(), part.y()),
        Area::from_edges(area.x(), part.bottom(), area.right(), area.bottom()),
        Area::from_edges(area.x(), part.y(), part.x(), part.bottom()),
        Area::from_edges(part.right(), part.y(), area.right(), part.bottom()),
    ]
    .into_iter()
    .flatten()
}

/// How a region is cut into streams that the codec can do; none when it would take more than [`MAX_STREAMS`].
pub fn streams_for(region: Area) -> Option<Vec<Area>> {
    let (across, down) = if region.width() >= region.height() {
        (region.width().div_ceil(MAX_LONG_SIDE_PX), region.height().div_ceil(MAX_SHORT_SIDE_PX))
    } else {
        (region.width().div_ceil(MAX_SHORT_SIDE_PX), region.height().div_ceil(MAX_LONG_SIDE_PX))
    };
    if across * down > MAX_STREAMS {
        return None;
    }
    let step_x = region.width().div_ceil(across).next_multiple_of(BLOCK_PX);
    let step_y = region.height().div_ceil(down).next_multiple_of(BLOCK_PX);
    let mut streams = Vec::with_capacity(across * down);
    for top in (region.y()..region.bottom()).step_by(step_y) {
        for left in (region.x()..region.right()).step_by(step_x) {
            let (right, bottom) = ((left + step_x).min(region.right()), (top + step_y).min(region.bottom()));
            streams.push(Area::from_edges(left, top, right, bottom)?);
        }
    }
    Some(streams)
}

#[cfg(test)]
mod tests;
