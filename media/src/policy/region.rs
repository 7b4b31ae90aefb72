//! A region in which video runs: where it is, in which rhythm its pictures come, and when it is over. What content
//! goes there is decided elsewhere.

use super::heat::bounds;
use crate::cells::CellIndex;
use crate::surface::{Area, Surface};
use crate::yuv::BLOCK_PX;
use deskside_proto::time::Millis;
use std::time::Duration;

/// A region that was not used for so long is over.
const KEEP: Duration = Duration::from_secs(3);

/// A region without a picture for so long gives way to what is smaller or begins elsewhere.
const IDLE: Duration = Duration::from_millis(300);

/// Pictures further apart than this are no film.
const SLOWEST: Duration = Duration::from_millis(350);

/// After so many pictures in a rhythm it is a film: what moves within it belongs to it, whatever it looks like.
const FILM_PICTURES: u32 = 4;

/// How often it is looked at whether a smaller region would do.
const REVIEW: Duration = Duration::from_secs(1);

/// So many reviews in a row must say so, and twice as many after each time that a region had to grow, up to 16 times.
const CALM_REVIEWS: u32 = 2;
const MOST_DOUBLINGS: u32 = 4;

/// A region that grows again so soon is moving with its window: it gets room on the side where it grew.
const MOVING: Duration = Duration::from_secs(1);
const ROOM_PX: usize = 128;

#[derive(Debug)]
pub(super) struct Region {
    /// The pictures' area.
    pub(super) area: Area,
    /// What of it the video fills, to the pixel; the rest is what lies beside it.
    content: Area,
    started: Millis,
    used: Millis,
    /// Pictures in a rhythm up to now, and the smoothed time between them.
    pictures: u32,
    beat: Duration,
    growths: u32,
    review: Review,
}

/// What was seen since the last look at the region as a whole.
#[derive(Debug)]
struct Review {
    since: Millis,
    seen: Option<Area>,
    calm: u32,
    /// Pictures, and those in which photographic change reached beyond the content, with what all of those had in
    /// common.
    pictures: u32,
    beyond: u32,
    wider: Option<Area>,
}

impl Review {
    const fn new(now: Millis, calm: u32) -> Self {
        Self { since: now, seen: None, calm, pictures: 0, beyond: 0, wider: None }
    }
}

impl Region {
    pub(super) fn new(content: Area, surface: &Surface, now: Millis) -> Option<Self> {
        Some(Self {
            area: in_blocks(content, surface)?,
            content,
            started: now,
            used: now,
            pictures: 0,
            beat: Duration::ZERO,
            growths: 0,
            review: Review::new(now, 0),
        })
    }

    /// Whether pictures come in a rhythm.
    pub(super) const fn is_film(&self) -> bool {
        self.pictures >= FILM_PICTURES
    }

    /// What of the area video fills.
    pub(super) const fn content(&self) -> Area {
        self.content
    }

    /// The part of an area that the running film fills; none where no film runs.
    pub(super) fn film_part(&self, area: Area) -> Option<Area> {
        if self.is_film() { self.content.intersection(area) } else { None }
    }

    pub(super) fn is_over(&self, now: Millis) -> bool {
        now.since(self.used) > KEEP
    }

    pub(super) fn is_idle(&self, now: Millis) -> bool {
        now.since(self.used) > IDLE
    }

    /// For how long the absence of a picture says nothing: its cells are not refined meanwhile. Already the second
    /// picture tells, because what rests in the first ones would else be sent exactly before it is known to be a film.
    pub(super) fn quiet(&self) -> Option<Duration> {
        (self.pictures > 1).then(|| (self.beat * 5 / 2).max(Duration::from_millis(100)))
    }

    /// A picture is planned that paints these areas.
    pub(super) fn note(&mut self, paint: &[(CellIndex, Area)], now: Millis) {
        let gap = now.since(self.used);
        if gap > SLOWEST {
            self.pictures = 0;
        } else if !gap.is_zero() {
            self.beat = if self.beat.is_zero() { gap } else { (self.beat * 3 + gap) / 4 };
        }
        self.pictures = self.pictures.saturating_add(1);
        self.used = now;
        let Some(painted) = bounds(paint) else { return };
        self.review.seen = Some(self.review.seen.map_or(painted, |seen| seen.union(painted)));
        self.review.pictures += 1;
        if !self.content.contains(painted) {
            self.review.beyond += 1;
            let wider = self.review.wider.map_or(Some(painted), |wider| wider.intersection(painted));
            self.review.wider = wider;
        }
    }

    /// If it is time, looks back at the last second; gives back a smaller content when that would have done.
    pub(super) fn review(&mut self, now: Millis) -> Option<Area> {
        if now.since(self.review.since) < REVIEW {
            return None;
        }
        let Review { seen, calm, pictures, beyond, wider, .. } = self.review;
        // What reaches beyond the content in most pictures is content.
        if beyond * 2 > pictures
            && let Some(wider) = wider.and_then(|wider| wider.intersection(self.area))
        {
            self.content = self.content.union(wider);
        }
        let smaller = seen.filter(|seen| seen.pixels() * 2 < self.area.pixels());
        let calm = if smaller.is_some() { calm + 1 } else { 0 };
        self.review = Review::new(now, calm);
        smaller.filter(|_| calm >= CALM_REVIEWS << self.growths.min(MOST_DOUBLINGS))
    }

    /// Begins anew in a smaller place.
    pub(super) fn shrink(&mut self, content: Area, surface: &Surface, now: Millis) {
        if let Some(area) = in_blocks(content, surface) {
            (self.area, self.content) = (area, content);
            self.started = now;
            self.review = Review::new(now, 0);
        }
    }

    /// Where it would be with this added, and its content then.
    pub(super) fn grown(&self, added: Area, surface: &Surface, now: Millis) -> Option<(Area, Area)> {
        let content = self.content.union(added);
        let room = if self.growths > 0 && now.since(self.started) < MOVING { ROOM_PX } else { 0 };
        let side = |old: usize, new: usize| if old == new { 0 } else { room };
        let roomy = Area::from_edges(
            content.x().saturating_sub(side(self.content.x(), content.x())),
            content.y().saturating_sub(side(self.content.y(), content.y())),
            (content.right() + side(self.content.right(), content.right()))
                .min(surface.size().width as usize),
            (content.bottom() + side(self.content.bottom(), content.bottom()))
                .min(surface.size().height as usize),
        )?;
        Some((in_blocks(roomy, surface)?, content))
    }

    /// Begins anew in a larger place.
    pub(super) fn grow(&mut self, area: Area, content: Area, now: Millis) {
        (self.area, self.content) = (area, content);
        self.started = now;
        self.growths += 1;
        self.review = Review::new(now, 0);
    }
}

/// The area widened to whole blocks, so that small wobbles of a change do not move a region.
fn in_blocks(area: Area, surface: &Surface) -> Option<Area> {
    let floor = |edge: usize| edge - edge % BLOCK_PX;
    let ceil = |edge: usize, limit: u32| edge.next_multiple_of(BLOCK_PX).min(limit as usize);
    Area::from_edges(
        floor(area.x()),
        floor(area.y()),
        ceil(area.right(), surface.size().width),
        ceil(area.bottom(), surface.size().height),
    )
}
