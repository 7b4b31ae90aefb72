//! Scenes of synthetic content, frame by frame: what goes where, and how often a region begins anew.

use super::*;
use crate::video::{coded_size, is_codable};
use deskside_proto::geometry::Size;

fn area(x: usize, y: usize, width: usize, height: usize) -> Area {
    Area::from_edges(x, y, x + width, y + height).unwrap()
}

/// A desktop that draws, plans what changed, and believes every plan to be carried out.
struct Desk {
    surface: Surface,
    lossy: LossyCells,
    chooser: Chooser,
    dice: u32,
    changed: Vec<Area>,
    restarts: usize,
    now: u64,
}

impl Desk {
    fn new() -> Self {
        Self::with_link(LinkEstimate::LOCAL)
    }

    fn with_link(link: LinkEstimate) -> Self {
        let surface = Surface::new(Size::new(1_920, 1_080)).unwrap();
        let lossy = LossyCells::new(Grid::new(surface.size()));
        let mut chooser = Chooser::default();
        chooser.set_link(link);
        let mut desk = Self { surface, lossy, chooser, dice: 1, changed: Vec::new(), restarts: 0, now: 0 };
        desk.text(area(0, 0, 1_920, 1_080));
        desk.changed.clear();
        desk
    }

    fn draw(&mut self, place: Area, mut pixel: impl FnMut(usize, usize, u32) -> [u8; 3]) {
        for (y, row) in self.surface.rows_mut(place).enumerate() {
            for (x, p) in row.chunks_exact_mut(4).enumerate() {
                self.dice = self.dice.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                p[..3].copy_from_slice(&pixel(x, y, self.dice >> 8));
            }
        }
        self.changed.push(place);
    }

    fn photo(&mut self, place: Area) {
        self.draw(place, |x, y, grain| {
            [
                (90 + (x / 5 + grain as usize % 9) % 90) as u8,
                (70 + (y / 3 + grain as usize % 7) % 99) as u8,
                80,
            ]
        });
    }

    /// A film's sky: smooth, with steps in only every eighth column.
    fn sky(&mut self, place: Area) {
        let shift = self.dice as usize % 8;
        self.draw(place, |x, _, _| [(150 + (x + shift) / 8 % 60) as u8, 120, 90]);
    }

    fn text(&mut self, place: Area) {
        self.draw(
            place,
            |x, y, grain| {
                if y % 18 < 12 && x % 8 < 6 && (grain % 3 == 0) { [20; 3] } else { [255; 3] }
            },
        );
    }

    /// Time passes, and what was drawn is planned; cells that are due become exact.
    fn plan(&mut self, after: u64) -> Plan {
        self.now += after;
        let now = Millis(self.now);
        for cell in self.lossy.due_cells(now, usize::MAX) {
            self.lossy.sharpen(Grid::new(self.surface.size()).area(cell).unwrap());
        }
        let grid = Grid::new(self.surface.size());
        let mut changes: Vec<(CellIndex, Area)> = Vec::new();
        for changed in std::mem::take(&mut self.changed) {
            for cell in grid.cells_in(changed) {
                let part = grid.area(cell).unwrap().intersection(changed).unwrap();
                match changes.iter_mut().find(|(known, _)| *known == cell) {
                    Some((_, known)) => *known = known.union(part),
                    None => changes.push((cell, part)),
                }
            }
        }
        let all = changes.clone();
        let plan = self.chooser.plan(changes, &self.surface, &self.lossy, now);
        self.check(&plan, &all);
        for video in &plan.video {
            self.restarts += usize::from(video.restart);
            video.paint.iter().for_each(|(cell, _)| self.lossy.blur(*cell, now));
            if let Some(quiet) = video.quiet {
                self.lossy.hold(video.region, now, quiet);
            }
        }
        plan.exact.iter().for_each(|(_, area)| self.lossy.sharpen(*area));
        plan
    }

    /// Whatever the plan: it covers every change once, and its regions can be coded.
    fn check(&self, plan: &Plan, changes: &[(CellIndex, Area)]) {
        let painted = plan.video.iter().flat_map(|video| &video.paint);
        let covered = pixels(&plan.exact) + painted.clone().map(|(_, area)| area.pixels()).sum::<usize>();
        let solid =
            changes.iter().filter(|(_, area)| matches!(look(&self.surface, *area), Texture::Solid(_)));
        let total = pixels(changes);
        assert!(covered <= total && covered + solid.map(|(_, area)| area.pixels()).sum::<usize>() >= total);
        assert!(plan.video.len() <= MAX_REGIONS);
        let streams = self.chooser.regions().map(|region| streams_for(region).unwrap().len()).sum::<usize>();
        assert!(streams <= MAX_STREAMS, "{streams} streams");
        for video in &plan.video {
            assert!(self.chooser.regions().any(|region| region == video.region));
            assert!(video.paint.iter().all(|(_, area)| video.region.contains(*area)));
        }
        let regions: Vec<Area> = self.chooser.regions().collect();
        if let [a, b] = regions.as_slice() {
            assert_eq!(a.intersection(*b), None);
        }
    }

    fn exact_px(plan: &Plan) -> usize {
        pixels(&plan.exact)
    }
}

fn shows(plan: &Plan, place: Area) -> bool {
    plan.video.iter().any(|video| video.paint.iter().any(|(_, area)| area.intersection(place).is_some()))
}

#[test]
fn a_film_keeps_its_region_from_the_first_frame_to_the_last() {
    for (rhythm, film) in
        [(33, area(301, 173, 640, 360)), (100, area(7, 9, 1_280, 720)), (66, area(640, 360, 480, 270))]
    {
        let mut desk = Desk::new();
        for frame in 0..150 {
            desk.photo(film);
            let plan = desk.plan(rhythm);
            let [video] = plan.video.as_slice() else { panic!("frame {frame}: {plan:?}") };
            assert_eq!(video.restart, frame == 0, "frame {frame}");
            assert!(video.region.contains(film));
            assert!(video.region.pixels() < film.pixels() * 5 / 4);
            assert_eq!(Desk::exact_px(&plan), 0);
        }
    }
}

#[test]
fn a_small_photo_is_exact_until_it_keeps_changing() {
    let mut desk = Desk::new();
    let picture = area(0, 0, 200, 200);
    for _ in 0..3 {
        desk.photo(picture);
        assert!(desk.plan(3_000).video.is_empty());
    }
    let begins = (0..8).any(|_| {
        desk.photo(picture);
        !desk.plan(50).video.is_empty()
    });
    assert!(begins);
}

#[test]
fn two_films_have_a_region_each_and_the_text_between_stays_exact() {
    let mut desk = Desk::new();
    let (first, second) = (area(30, 41, 640, 360), area(1_111, 600, 500, 280));
    for frame in 0..200 {
        desk.photo(first);
        if frame > 20 {
            desk.photo(second);
        }
        let typed = area(700 + frame % 50 * 8, 500, 8, 18);
        desk.text(typed);
        let plan = desk.plan(33);
        assert_eq!(plan.video.len(), if frame > 20 { 2 } else { 1 }, "frame {frame}");
        assert!(!shows(&plan, typed));
        assert!(desk.restarts <= 2, "frame {frame}: {} restarts", desk.restarts);
    }
}

#[test]
fn text_that_is_typed_at_the_very_edge_of_a_film_stays_exact() {
    let mut desk = Desk::new();
    let film = area(100, 100, 640, 360);
    for frame in 0..100 {
        desk.photo(film);
        // Right of the film and below it, each in a cell that the film reaches into.
        let typed = [area(740 + frame % 3 * 8, 300, 8, 18), area(400, 460 + frame % 4, 8, 12)];
        if frame >= 8 {
            typed.iter().for_each(|place| desk.text(*place));
        }
        let plan = desk.plan(33);
        if frame >= 8 {
            assert!(typed.iter().all(|place| !shows(&plan, *place)), "frame {frame}: {plan:?}");
        }
    }
    assert_eq!(desk.restarts, 1);
}

#[test]
fn text_that_scrolls_beside_a_film_stays_exact() {
    let mut desk = Desk::new();
    let (film, page) = (area(900, 200, 640, 360), area(100, 50, 700, 900));
    for frame in 0..120 {
        desk.photo(film);
        if frame % 2 == 0 {
            desk.text(page);
        }
        let plan = desk.plan(25);
        assert_eq!(plan.video.len(), 1);
        assert!(!shows(&plan, page), "frame {frame}");
    }
    assert_eq!(desk.restarts, 1);
}

#[test]
fn a_flat_scene_belongs_to_its_film_and_a_subtitle_does_not() {
    let mut desk = Desk::new();
    let film = area(320, 180, 1_280, 720);
    for _ in 0..10 {
        desk.photo(film);
        desk.plan(33);
    }
    for frame in 0..60 {
        desk.photo(area(320, 540, 1_280, 360));
        desk.sky(area(320, 180, 1_280, 360));
        let plan = desk.plan(33);
        assert!(shows(&plan, area(640, 256, 64, 64)), "frame {frame}");
        assert!(Desk::exact_px(&plan) < 20_000, "frame {frame}: {}", Desk::exact_px(&plan));
    }
    let subtitle = area(640, 256, 256, 64);
    desk.text(subtitle);
    assert!(!shows(&desk.plan(33), subtitle));
    assert_eq!(desk.restarts, 1);
}

#[test]
fn a_film_that_moves_with_its_window_begins_anew_only_now_and_then() {
    let mut desk = Desk::new();
    let mut left = 100;
    for frame in 0..150_usize {
        if (30..90).contains(&frame) {
            desk.text(area(left, 200, 12, 360));
            left += 12;
        }
        desk.photo(area(left, 200, 640, 360));
        let plan = desk.plan(33);
        assert_eq!(plan.video.len(), 1, "frame {frame}");
        assert!(Desk::exact_px(&plan) < 60_000, "frame {frame}: {}", Desk::exact_px(&plan));
    }
    assert!(desk.restarts <= 9, "{} restarts", desk.restarts);
}

#[test]
fn a_film_that_ends_is_forgotten_and_one_that_narrows_is_followed() {
    let mut desk = Desk::new();
    for _ in 0..60 {
        desk.photo(area(0, 0, 1_600, 900));
        desk.plan(33);
    }
    let small = area(500, 300, 400, 300);
    let mut last = None;
    for _ in 0..120 {
        desk.photo(small);
        last = desk.plan(33).video.pop().map(|video| video.region);
    }
    assert!(last.unwrap().pixels() < small.pixels() * 5 / 4, "{last:?}");
    assert_eq!(desk.restarts, 2);
    desk.text(area(0, 0, 10, 10));
    desk.plan(4_000);
    assert_eq!(desk.chooser.regions().count(), 0);
}

#[test]
fn a_film_of_changing_extent_does_not_flap() {
    let mut desk = Desk::new();
    // Half of the time only a corner of the film moves.
    for frame in 0..900 {
        let busy = frame / 90 % 2 == 0;
        desk.photo(if busy { area(200, 200, 640, 360) } else { area(200, 200, 200, 200) });
        desk.plan(33);
    }
    assert!(desk.restarts <= 8, "{} restarts within half a minute", desk.restarts);
}

#[test]
fn slides_are_shown_at_once_and_a_film_after_them_gets_its_own_region() {
    let mut desk = Desk::new();
    let screen = area(0, 0, 1_920, 1_080);
    for slide in 0..6 {
        if slide % 2 == 0 {
            desk.photo(screen)
        } else {
            desk.text(screen)
        }
        let plan = desk.plan(1_000);
        if slide % 2 == 0 {
            assert_eq!(plan.video.len(), 1);
            assert!(plan.video[0].restart && plan.video[0].quiet.is_none());
        } else {
            assert!(plan.video.is_empty());
        }
    }
    let film = area(600, 300, 640, 360);
    for _ in 0..30 {
        desk.photo(film);
        let plan = desk.plan(33);
        assert!(plan.video[0].region.pixels() < film.pixels() * 5 / 4);
    }
}

#[test]
fn a_slow_link_takes_video_for_less() {
    let slow = LinkEstimate { bytes_per_second: 125_000, round_trip: Duration::from_millis(50) };
    let picture = area(100, 100, 150, 150);
    let mut desk = Desk::with_link(slow);
    desk.photo(picture);
    assert_eq!(desk.plan(33).video.len(), 1);
    let mut desk = Desk::new();
    desk.photo(picture);
    assert!(desk.plan(33).video.is_empty());
}

#[test]
fn a_page_of_photos_that_scrolls_needs_few_regions_and_keeps_them() {
    let mut desk = Desk::new();
    // What a scroll of 20 px lays open below, with a photo that comes and goes; the rest was copied.
    for frame in 0..300 {
        let up = frame / 100 % 2 == 1;
        let top = if up { 90 } else { 970 };
        if frame / 30 % 2 == 0 {
            desk.photo(area(310, top, 820, 20));
        } else {
            desk.text(area(310, top, 820, 20));
        }
        desk.text(area(1_130, top, 480, 20));
        let plan = desk.plan(33);
        assert!(!shows(&plan, area(1_160, top, 400, 20)), "frame {frame}");
    }
    assert!(desk.restarts <= 12, "{} restarts", desk.restarts);
}

#[test]
fn random_scenes_are_covered_once_and_seldom_begin_anew() {
    for seed in 0..12_u32 {
        let mut desk = Desk::new();
        let mut dice = seed.wrapping_mul(2_654_435_761) | 1;
        let mut roll = |limit: usize| {
            dice ^= dice << 13;
            dice ^= dice >> 17;
            dice ^= dice << 5;
            dice as usize % limit
        };
        let films: Vec<Area> =
            (0..=roll(3)).map(|_| area(roll(1_000), roll(600), 200 + roll(700), 150 + roll(300))).collect();
        let rhythm = 20 + roll(80) as u64;
        for _ in 0..60 {
            for film in &films {
                if roll(10) > 0 {
                    desk.photo(*film);
                }
            }
            if roll(3) == 0 {
                desk.text(area(roll(1_800), roll(1_000), 8 + roll(80), 18));
            }
            if roll(30) == 0 {
                desk.photo(area(roll(1_800), roll(1_000), 48, 48));
            }
            desk.plan(rhythm);
        }
        assert!(desk.restarts <= 3 * films.len() + 2, "seed {seed}: {} restarts, {films:?}", desk.restarts);
    }
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
