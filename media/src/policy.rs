//! What of a change is sent as video and what exactly. It looks at content and at time; it writes no byte and
//! holds no codec.

use crate::cells::{CELL_PX, CellIndex, Grid};
use crate::lossy::LossyCells;
use crate::surface::{Area, Surface};
use crate::texture::{Texture, look};
use crate::tile::solid::Fills;
use crate::video::{MAX_LONG_SIDE_PX, MAX_SHORT_SIDE_PX};
use crate::yuv::BLOCK_PX;
use deskside_proto::time::Millis;
use std::time::Duration;

/// Most video streams at a time; together they cover one region.
pub const MAX_STREAMS: usize = 4;

/// So much photographic change within [`MEMORY`] begins a video: without loss it would be about 300 kB.
const START_PX: usize = 96 * 1024;

/// Less photographic change than this is sent exactly even where a video runs: at most 12 kB.
const SMALL_PX: usize = 4 * 1024;

/// For how long a change counts towards the beginning of a video, and a cell that was video stays video.
const MEMORY: Duration = Duration::from_millis(500);

/// A region that was not used for so long is given up.
const KEEP: Duration = Duration::from_secs(3);

/// How often it is looked at whether a smaller region would do.
const REVIEW: Duration = Duration::from_secs(1);

/// What to do with the changes of one update.
#[derive(Debug, Default)]
pub struct Plan {
    /// Areas of one colour.
    pub fills: Fills,
    /// Areas to be sent exactly, with their cells.
    pub exact: Vec<(CellIndex, Area)>,
    /// What to send as video.
    pub video: Option<VideoPlan>,
}

/// The part of a change that goes as video.
#[derive(Debug)]
pub struct VideoPlan {
    /// The pictures' region.
    pub region: Area,
    /// The region is another than before: the streams begin anew.
    pub restart: bool,
    /// What is shown of the picture, with its cells; the rest of the region stays as it is.
    pub paint: Vec<(CellIndex, Area)>,
}

#[derive(Debug)]
struct Running {
    region: Area,
    used: Millis,
    /// What was painted since the last review.
    seen: Option<Area>,
    reviewed: Millis,
}

/// Decides for each update; remembers where video is running.
#[derive(Debug, Default)]
pub struct Chooser {
    running: Option<Running>,
    /// Photographic change of late, halved every [`MEMORY`]. Unit: pixels.
    recent_px: usize,
    recent_at: Millis,
}

impl Chooser {
    /// The plan for these changes.
    pub fn plan(
        &mut self,
        changes: Vec<(CellIndex, Area)>,
        surface: &Surface,
        lossy: &LossyCells,
        now: Millis,
    ) -> Plan {
        let mut plan = Plan::default();
        let mut moving = Vec::new();
        for (cell, area) in changes {
            match look(surface, area) {
                Texture::Solid(colour) => plan.fills.add(colour, area),
                Texture::Photo => moving.push((cell, area)),
                Texture::Drawn if was_video(lossy, cell, area, now) => moving.push((cell, area)),
                Texture::Drawn => plan.exact.push((cell, area)),
            }
        }
        let Some(bounds) = bounds(&moving) else { return plan };
        let moving_px = pixels(&moving);
        self.remember(moving_px, now);
        if self.running.as_ref().is_some_and(|running| now.since(running.used) > KEEP) {
            self.running = None;
        }

        let grid = Grid::new(surface.size());
        let restart = self.choose_region(&moving, bounds, grid, now);
        let region = self.running.as_ref().map(|running| running.region);
        match region {
            Some(region) if moving_px >= SMALL_PX => {
                let (paint, outside): (Vec<_>, Vec<_>) =
                    moving.into_iter().partition(|(_, area)| region.contains(*area));
                plan.exact.extend(outside);
                self.note_use(&paint, now);
                plan.video = (!paint.is_empty()).then_some(VideoPlan { region, restart, paint });
            }
            Some(_) | None => plan.exact.extend(moving),
        }
        plan
    }

    /// Sees to it that a video runs where it is worth it; says whether its region is another than before.
    fn choose_region(&mut self, moving: &[(CellIndex, Area)], bounds: Area, grid: Grid, now: Millis) -> bool {
        let wanted = match &self.running {
            None if self.recent_px >= START_PX => bounds,
            None => return false,
            Some(running) => {
                let outside: Vec<_> =
                    moving.iter().copied().filter(|(_, area)| !running.region.contains(*area)).collect();
                match (pixels(&outside) >= START_PX, running.smaller(now)) {
                    (true, _) => running.region.union(bounds),
                    (false, Some(smaller)) => smaller.union(bounds),
                    (false, None) => return false,
                }
            }
        };
        let Some(region) = whole_cells(wanted, grid).filter(|region| streams_for(*region).is_some()) else {
            return false;
        };
        self.running = Some(Running { region, used: now, seen: None, reviewed: now });
        true
    }

    fn note_use(&mut self, paint: &[(CellIndex, Area)], now: Millis) {
        let Some(running) = &mut self.running else { return };
        running.used = now;
        if now.since(running.reviewed) >= REVIEW {
            running.reviewed = now;
            running.seen = None;
        }
        if let Some(bounds) = bounds(paint) {
            running.seen = Some(running.seen.map_or(bounds, |seen| seen.union(bounds)));
        }
    }

    fn remember(&mut self, moving_px: usize, now: Millis) {
        let halvings = now.since(self.recent_at).as_millis() / MEMORY.as_millis();
        let shift = u32::try_from(halvings).unwrap_or(u32::MAX);
        self.recent_px = self.recent_px.checked_shr(shift).unwrap_or(0).saturating_add(moving_px);
        if shift > 0 {
            self.recent_at = now;
        }
    }
}

impl Running {
    /// What would have sufficed since the last review, if the review is due and it is less than half.
    fn smaller(&self, now: Millis) -> Option<Area> {
        let seen = self.seen.filter(|_| now.since(self.reviewed) >= REVIEW)?;
        (seen.pixels() * 2 < self.region.pixels()).then_some(seen)
    }
}

/// Whether a change belongs to a video that was shown here a moment ago: a dark or flat scene is still the video.
fn was_video(lossy: &LossyCells, cell: CellIndex, area: Area, now: Millis) -> bool {
    let recently = lossy.blurred_at(cell).is_some_and(|painted| now.since(painted) < MEMORY);
    recently && area.pixels() >= CELL_PX * CELL_PX / 4
}

fn pixels(changes: &[(CellIndex, Area)]) -> usize {
    changes.iter().map(|(_, area)| area.pixels()).sum()
}

fn bounds(changes: &[(CellIndex, Area)]) -> Option<Area> {
    changes.iter().map(|(_, area)| *area).reduce(Area::union)
}

/// The area widened to whole cells, so that small wobbles of a change do not move a region.
fn whole_cells(area: Area, grid: Grid) -> Option<Area> {
    grid.cells_in(area).filter_map(|cell| grid.area(cell)).reduce(Area::union)
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
mod tests {
    use super::*;
    use crate::video::{coded_size, is_codable};
    use deskside_proto::geometry::Size;

    fn area(x: usize, y: usize, width: usize, height: usize) -> Area {
        Area::from_edges(x, y, x + width, y + height).unwrap()
    }

    /// A surface full of grain, so that every change looks like a photo.
    fn grain() -> Surface {
        let mut surface = Surface::new(Size::new(1_280, 720)).unwrap();
        let mut value = 1_u32;
        for row in surface.rows_mut(area(0, 0, 1_280, 720)) {
            for byte in row {
                value = value.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                *byte = (value >> 24) as u8;
            }
        }
        surface
    }

    struct Screen {
        surface: Surface,
        lossy: LossyCells,
        chooser: Chooser,
    }

    impl Screen {
        fn new() -> Self {
            let surface = grain();
            let lossy = LossyCells::new(Grid::new(surface.size()));
            Self { surface, lossy, chooser: Chooser::default() }
        }

        /// What is planned when all of an area changes.
        fn change(&mut self, changed: Area, now: u64) -> Plan {
            let grid = Grid::new(self.surface.size());
            let changes = grid
                .cells_in(changed)
                .map(|cell| (cell, grid.area(cell).unwrap().intersection(changed).unwrap()))
                .collect();
            self.chooser.plan(changes, &self.surface, &self.lossy, Millis(now))
        }
    }

    #[test]
    fn a_film_keeps_its_region_from_the_first_frame_to_the_last() {
        let mut screen = Screen::new();
        let film = area(300, 170, 640, 360);
        for frame in 0..90 {
            let video = screen.change(film, frame * 33).video.unwrap();
            assert_eq!(video.restart, frame == 0, "frame {frame}");
            assert!(video.region.contains(film));
            assert!(video.region.pixels() < film.pixels() * 3 / 2);
        }
    }

    #[test]
    fn a_small_photo_is_exact_until_it_keeps_changing() {
        let mut screen = Screen::new();
        let picture = area(0, 0, 200, 200);
        assert!(screen.change(picture, 0).video.is_none());
        assert!(screen.change(picture, 5_000).video.is_none());
        assert!((1..6).any(|frame| screen.change(picture, 5_000 + frame * 50).video.is_some()));
    }

    #[test]
    fn a_second_film_widens_the_region_and_a_smaller_one_narrows_it() {
        let mut screen = Screen::new();
        let (first, second) = (area(0, 0, 400, 300), area(800, 400, 400, 300));
        screen.change(first, 0).video.unwrap();
        let both = screen.change(second, 40).video.unwrap();
        assert!(both.restart && both.region.contains(first) && both.region.contains(second));
        let mut narrowed = None;
        for frame in 0..90 {
            let video = screen.change(first, 80 + frame * 33).video.unwrap();
            if video.restart {
                assert_eq!(narrowed.replace(frame), None, "narrowed twice");
                assert!(!video.region.contains(second));
            }
        }
        assert!(narrowed.is_some());
    }

    #[test]
    fn streams_cover_a_region_without_gap_and_within_the_codecs_limits() {
        for (width, height, count) in [
            (1, 1, 1),
            (1_920, 1_080, 1),
            (1_080, 1_920, 1),
            (3_840, 2_160, 1),
            (3_841, 2_160, 2),
            (5_120, 1_440, 2),
            (5_119, 2_877, 4),
            (7_680, 4_320, 4),
            (2_170, 3_850, 4),
        ] {
            let region = area(64, 128, width, height);
            let streams = streams_for(region).unwrap();
            assert_eq!(streams.len(), count, "{width}x{height}");
            assert_eq!(streams.iter().map(|stream| stream.pixels()).sum::<usize>(), region.pixels());
            for stream in streams {
                let (width, height) = coded_size(stream);
                assert!(region.contains(stream) && is_codable(width, height), "{stream:?}");
            }
        }
        assert_eq!(streams_for(area(0, 0, 16_384, 2_048)), None);
    }
}
