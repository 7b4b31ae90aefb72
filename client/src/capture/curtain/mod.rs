//! Which pixels hidden windows may have on the screen, from what the display server tells of its windows. Knows no
//! display server; time and events are arguments.
//!
//! The rule: a pixel is free only if no hidden window covers it by geometry, and if something else was drawn there since
//! one did. Where many windows draw at different times, what was left behind is still the hidden window's picture.

mod stack;

#[cfg(test)]
mod tests;

use deskside_proto::geometry::{Rect, Region, Size};
use std::time::{Duration, Instant};

use stack::Seen;
pub use stack::{Kind, Shown, Stack};

/// Where another program draws all windows, it is behind by some pictures and may let windows fly: so long after a
/// change the old picture may still be there.
pub const EFFECTS_LAST: Duration = Duration::from_secs(1);

/// What happened to a window directly on the desktop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Happened {
    /// It is new, on top and not shown yet.
    Created(u32, Rect),
    /// It does not exist any more, or is not directly on the desktop.
    Gone(u32),
    /// It is shown, or no longer.
    Mapped(u32, bool),
    /// It has this place and lies directly above that window, or below all.
    Placed(u32, Rect, Option<u32>),
    /// It has another corner.
    Moved(u32, i32, i32),
    /// It lies above all others, or below.
    Circulated(u32, bool),
}

/// What hides the windows that are to be hidden.
#[derive(Debug)]
pub struct Curtain {
    screen: Rect,
    stack: Stack,
    /// Another program draws all windows: covers may be transparent, and the screen is behind the events.
    effects: bool,
    /// Where each window that is hidden, or was never looked at, can be seen by geometry: each for itself, because
    /// one that was never looked at hides for a while only.
    seen: Vec<Seen>,
    /// Where they could, and nothing is known to be drawn since.
    left: Region,
    left_until: Option<Instant>,
    /// Where windows have taken along what was left behind in them: the server copied it, and reported that as a drawing.
    taken_along: Region,
    /// The same, of which no report of the copying can be on its way any more once the present question is answered.
    fenced: Region,
    /// All of it since the frame began.
    peak: Cover,
    /// The places of windows of unknown kind since the frame began.
    doubtful: Vec<(u32, Rect)>,
    /// What was hidden and is not, or the other way round, and has to be captured.
    changed: Cover,
}

/// Rectangles that may overlap: quick to add to, where a region would be kept tidy.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cover(Vec<Rect>);

impl Cover {
    /// When more would be needed one rectangle around them all takes their place.
    const MOST: usize = 256;

    /// Adds a rectangle.
    pub fn add(&mut self, rect: Rect) {
        if rect.is_empty() || self.0.iter().any(|own| own.contains_rect(&rect)) {
            return;
        }
        self.0.push(rect);
        if self.0.len() > Self::MOST {
            let around = self.0.iter().fold(Rect::default(), |around, rect| around.union(rect));
            self.0 = vec![around];
        }
    }

    /// Adds a region.
    pub fn add_all(&mut self, region: &Region) {
        region.iter().for_each(|rect| self.add(*rect));
    }

    /// The rectangles.
    pub fn as_slice(&self) -> &[Rect] {
        &self.0
    }

    /// Gives them away and keeps none.
    pub fn take(&mut self) -> Self {
        std::mem::take(self)
    }
}

impl Curtain {
    /// A curtain before windows that are there already, bottom first. Until they are classified they are all hidden.
    pub fn new(screen: Size, windows: Vec<Shown>, effects: bool) -> Self {
        let mut curtain = Self {
            screen: screen.rect(),
            stack: Stack::new(windows),
            effects,
            seen: Vec::new(),
            left: Region::new(),
            left_until: None,
            taken_along: Region::new(),
            fenced: Region::new(),
            peak: Cover::default(),
            doubtful: Vec::new(),
            changed: Cover::default(),
        };
        curtain.begin_frame();
        curtain
    }

    /// Begins anew with these windows, as [`Self::new`]. What was hidden stays so until something is drawn there, because
    /// a report may have gone astray.
    pub fn begin_anew(&mut self, windows: Vec<Shown>, effects: bool, now: Instant) {
        let before = self.hidden();
        let screen = Size::new(self.screen.width, self.screen.height);
        *self = Self { changed: self.changed.take(), ..Self::new(screen, windows, effects) };
        self.take_over(&before, now);
        self.follow(None, &[], now);
    }

    /// Takes in what the server reports, in its order. False when it speaks of a window that is not known: then the
    /// curtain is of no use any more.
    #[must_use]
    pub fn happened(&mut self, what: Happened, now: Instant) -> bool {
        let before = self.stack.find(what.window()).filter(|window| window.mapped).cloned();
        let was_hidden = self.stack.find(what.window()).is_some_and(|window| window.kind == Kind::Hidden);
        let is_known = self.stack.take(what);
        if let Some(before) = before {
            self.take_along(&before);
        }
        self.follow(None, &[], now);
        if was_hidden && matches!(what, Happened::Mapped(..) | Happened::Gone(_)) {
            self.let_fly(now);
        }
        is_known
    }

    /// What kind of window it is.
    pub fn classify(&mut self, window: u32, kind: Kind, is_shared: bool, now: Instant) {
        let was_new = self.stack.find(window).is_some_and(|window| window.kind == Kind::New);
        let drawn = self.stack.classify(window, kind, is_shared);
        if was_new {
            // Nobody has lost sight of it: it was never one of the hidden. But if it covers one it has done so since
            // it was mapped, and only what was drawn since then is not the hidden one's.
            self.follow(Some(window), &drawn, now);
        } else {
            self.follow(None, &[], now);
        }
        if kind == Kind::Hidden && self.stack.find(window).is_some_and(|window| window.mapped) {
            self.let_fly(now);
        }
    }

    /// Nothing is known of this window's kind any more: it has another shape, or other windows in it.
    pub fn doubt(&mut self, window: Option<u32>) {
        self.stack.doubt(window);
        self.note_peak();
        // It may be as before when it is looked at, and was something else for a moment.
        for (_, place) in &self.doubtful {
            self.screen.intersection(place).into_iter().for_each(|rect| self.peak.add(rect));
        }
    }

    /// Something was drawn where this window can be seen, after everything that was reported before.
    pub fn drawn(&mut self, window: u32, rect: Rect) {
        self.stack.drawn(window, rect);
        self.free(rect);
    }

    /// Something was drawn on the desktop itself, perhaps below windows.
    pub fn drawn_below(&mut self, rect: Rect) {
        if !self.left.intersects(&rect) {
            return;
        }
        let mut bare = vec![rect];
        for window in self.stack.windows().iter().filter(|window| window.mapped) {
            bare = bare.iter().flat_map(|part| part.without(&window.place)).collect();
        }
        bare.into_iter().for_each(|part| self.free(part));
    }

    fn free(&mut self, rect: Rect) {
        // Where another program draws all windows, nothing is said by what it draws.
        if !self.effects && self.left.intersects(&rect) {
            self.left.remove(&rect);
            self.changed.add(rect);
        }
    }

    /// True when the server has to be asked something, whatever it is, before [`Self::end_fence`]: what it reports before
    /// it answers may be the copying of a window that moved, and no drawing of its program.
    #[must_use]
    pub fn begin_fence(&mut self) -> bool {
        if self.taken_along.is_empty() {
            return false;
        }
        self.fenced.add_region(&self.taken_along.take());
        !self.fenced.is_empty()
    }

    /// The server has answered, and everything it reported before is taken in.
    pub fn end_fence(&mut self, now: Instant) {
        let fenced = self.fenced.take();
        self.leave_behind(&fenced, now);
    }

    /// Lets go of what must have been painted over by now.
    pub fn pass_time(&mut self, now: Instant) {
        if self.left_until.is_some_and(|until| until <= now) {
            self.left_until = None;
            self.changed.add_all(&self.left.take());
        }
    }

    /// When [`Self::pass_time`] changes something.
    pub const fn due(&self) -> Option<Instant> {
        self.left_until
    }

    /// To be called before pixels are asked for.
    pub fn begin_frame(&mut self) {
        self.peak.take();
        self.doubtful.clear();
        self.note_peak();
    }

    /// Which of the pixels that were fetched since [`Self::begin_frame`] must not be shown. To be called when everything
    /// is taken in that the server reported before it handed out the last of them.
    pub fn end_frame(&self) -> Cover {
        let mut hidden = self.peak.clone();
        for (window, rect) in &self.doubtful {
            let may_be_hidden = |window: &Shown| !window.settled || window.kind == Kind::Hidden;
            if self.stack.find(*window).is_none_or(may_be_hidden) {
                self.screen.intersection(rect).into_iter().for_each(|rect| hidden.add(rect));
            }
        }
        hidden
    }

    /// What has to be captured because it was hidden and is not, or the other way round.
    pub fn take_changed(&mut self) -> Cover {
        self.changed.take()
    }

    /// The windows, bottom first.
    pub fn windows(&self) -> &[Shown] {
        self.stack.windows()
    }

    /// The windows that have to be classified.
    pub fn unclassified(&self) -> Vec<u32> {
        self.stack.unclassified()
    }

    /// Takes over what another curtain has hidden, until something is drawn there.
    pub fn take_over(&mut self, hidden: &Region, now: Instant) {
        if self.effects {
            self.leave_behind(hidden, now);
        }
        // Drawings that are reported already may be older than the windows' places that were asked for.
        self.taken_along.add_region(hidden);
        self.note_peak();
    }

    /// What hidden windows have left behind.
    pub fn left_behind(&self) -> Region {
        let mut left = self.left.clone();
        left.add_region(&self.taken_along);
        left.add_region(&self.fenced);
        left
    }

    /// Everything that is hidden at this moment.
    pub fn hidden(&self) -> Region {
        let mut hidden = self.left_behind();
        self.seen.iter().for_each(|seen| hidden.add_region(&seen.place));
        hidden
    }

    /// A window that moves takes its pixels along, and with them what a hidden one has left in it.
    fn take_along(&mut self, before: &Shown) {
        let Some(after) = self.stack.find(before.number).map(|window| window.place) else { return };
        if after == before.place || before.kind == Kind::Hidden {
            return;
        }
        let mut foreign = self.left_behind();
        if foreign.is_empty() && before.kind == Kind::Cover {
            return;
        }
        if before.kind != Kind::Cover {
            // What can be seen through it may be in it as well.
            let others = self.seen.iter().filter(|seen| seen.window != before.number);
            others.for_each(|seen| foreign.add_region(&seen.place));
        }
        let (dx, dy) = (after.x.saturating_sub(before.place.x), after.y.saturating_sub(before.place.y));
        let parts: Vec<Rect> = foreign.within(&before.place).collect();
        for part in &parts {
            // In a window of another size pixels may go anywhere.
            let is_stretched = after.size() != before.place.size();
            let (x, y) = (part.x.saturating_add(dx), part.y.saturating_add(dy));
            let there = if is_stretched { after } else { Rect { x, y, ..*part } };
            self.screen.intersection(&there).into_iter().for_each(|rect| self.taken_along.add(rect));
        }
    }

    /// Finds out anew where hidden windows can be seen, and what they have left. `harmless` turned out not to be one of
    /// them, and has `drawn` these since it came.
    fn follow(&mut self, harmless: Option<u32>, drawn: &[Rect], now: Instant) {
        let seen = self.stack.seen(self.screen, !self.effects);
        let before = std::mem::replace(&mut self.seen, seen);
        let mut left = Region::new();
        for old in &before {
            let new = self.seen.iter().find(|seen| seen.window == old.window);
            if new.is_some_and(|new| new.place == old.place) {
                continue;
            }
            self.changed.add_all(&old.place);
            if Some(old.window) != harmless {
                let mut lost = old.place.clone();
                new.iter().for_each(|new| lost.remove_region(&new.place));
                left.add_region(&lost);
            }
        }
        for new in &self.seen {
            if !before.iter().any(|old| old.window == new.window && old.place == new.place) {
                self.changed.add_all(&new.place);
            }
        }
        drawn.iter().for_each(|rect| left.remove(rect));
        if !left.is_empty() {
            self.leave_behind(&left, now);
        }
        self.note_peak();
    }

    /// Whoever draws the windows may let one fly over the screen when it comes or goes.
    fn let_fly(&mut self, now: Instant) {
        if self.effects {
            self.leave_behind(&Region::from(self.screen), now);
            self.changed.add(self.screen);
        }
    }

    fn leave_behind(&mut self, left: &Region, now: Instant) {
        self.left.add_region(left);
        if self.effects && !left.is_empty() {
            self.left_until = Some(now + EFFECTS_LAST);
        }
        self.note_peak();
    }

    fn note_peak(&mut self) {
        let known = self.seen.iter().filter(|seen| !seen.is_new).map(|seen| &seen.place);
        for hidden in known.chain([&self.left, &self.taken_along, &self.fenced]) {
            self.peak.add_all(hidden);
        }
        for window in self.stack.windows().iter().filter(|window| window.is_doubtful()) {
            let place = (window.number, window.place);
            if !self.doubtful.contains(&place) {
                self.doubtful.push(place);
            }
        }
    }
}

impl Happened {
    const fn window(self) -> u32 {
        match self {
            Self::Created(window, _)
            | Self::Gone(window)
            | Self::Mapped(window, _)
            | Self::Placed(window, ..)
            | Self::Moved(window, ..)
            | Self::Circulated(window, _) => window,
        }
    }
}
