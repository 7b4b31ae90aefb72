//! The windows directly on the desktop, one above the other, and which of them hide or are hidden.

use super::Happened;
use deskside_proto::geometry::{Rect, Region};

/// So many drawings into windows of unknown kind are remembered; what is forgotten counts as not drawn.
const MOST_DRAWN: usize = 64;

/// What a window is to those who must not see everything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Hidden, or a part of something hidden.
    Hidden,
    /// Anybody's, and whatever is below it cannot be seen.
    Cover,
    /// Anybody's, and perhaps transparent or full of holes.
    Other,
    /// Never looked at yet.
    New,
}

/// A window directly on the desktop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// Its number.
    pub number: u32,
    /// Its place with its border.
    pub place: Rect,
    /// It is on the screen, as far as others do not cover it.
    pub mapped: bool,
    /// What it is, or was when that was last known.
    pub kind: Kind,
    /// Its kind is known. Until then whatever is in it is hidden.
    pub settled: bool,
    /// It belongs to what is shared, where only a window is.
    pub shared: bool,
    /// It was mapped after the first look: nobody knows what its program has drawn since.
    pub fresh: bool,
}

impl Shown {
    /// A window of which nothing else is known.
    pub const fn new(number: u32, place: Rect, mapped: bool) -> Self {
        Self { number, place, mapped, kind: Kind::New, settled: false, shared: false, fresh: false }
    }

    pub(super) fn is_doubtful(&self) -> bool {
        self.mapped && !self.settled
    }
}

/// The windows, bottom first.
#[derive(Debug, Default)]
pub struct Stack {
    windows: Vec<Shown>,
    /// What was drawn on the screen while the kind of this window, which was mapped already, was not known.
    drawn: Vec<(u32, Rect)>,
}

impl Stack {
    pub(super) fn new(windows: Vec<Shown>) -> Self {
        Self { windows, drawn: Vec::new() }
    }

    pub(super) fn windows(&self) -> &[Shown] {
        &self.windows
    }

    pub(super) fn unclassified(&self) -> Vec<u32> {
        self.windows.iter().filter(|window| window.is_doubtful()).map(|window| window.number).collect()
    }

    pub(super) fn find(&self, number: u32) -> Option<&Shown> {
        self.windows.iter().find(|window| window.number == number)
    }

    /// False when the window is not known.
    pub(super) fn take(&mut self, what: Happened) -> bool {
        let number = what.window();
        let at = self.windows.iter().position(|window| window.number == number);
        if let Happened::Created(_, place) = what {
            // Numbers are used again; the older window is gone then.
            self.windows.retain(|window| window.number != number);
            self.windows.push(Shown::new(number, place, false));
            return true;
        }
        let Some(at) = at else { return matches!(what, Happened::Gone(_)) };
        // Whoever lies above whom now: a drawing that was seen may be covered since, and uncovered without it.
        self.drawn.clear();
        match what {
            Happened::Created(..) => true,
            Happened::Gone(_) => {
                self.windows.remove(at);
                true
            }
            Happened::Mapped(_, mapped) => self.change(at, |window| {
                window.mapped = mapped;
                window.fresh |= mapped;
            }),
            Happened::Moved(_, x, y) => self.change(at, |window| (window.place.x, window.place.y) = (x, y)),
            Happened::Placed(_, place, above) => {
                self.change(at, |window| window.place = place);
                self.restack(at, above)
            }
            Happened::Circulated(_, to_the_top) => {
                let window = self.windows.remove(at);
                self.windows.insert(if to_the_top { self.windows.len() } else { 0 }, window);
                true
            }
        }
    }

    fn change(&mut self, at: usize, how: impl FnOnce(&mut Shown)) -> bool {
        self.windows.get_mut(at).map(how).is_some()
    }

    fn restack(&mut self, at: usize, above: Option<u32>) -> bool {
        let window = self.windows.remove(at);
        let place = match above {
            None => Some(0),
            Some(below) => self.windows.iter().position(|other| other.number == below).map(|at| at + 1),
        };
        self.windows.insert(place.unwrap_or(self.windows.len()), window);
        place.is_some()
    }

    /// What was drawn since the window was mapped and its kind not known.
    pub(super) fn classify(&mut self, number: u32, kind: Kind, is_shared: bool) -> Vec<Rect> {
        if let Some(window) = self.windows.iter_mut().find(|window| window.number == number) {
            (window.kind, window.settled, window.shared) = (kind, true, is_shared);
        }
        let drawn = self.drawn.iter().filter(|(window, _)| *window == number).map(|(_, rect)| *rect);
        let drawn = drawn.collect();
        self.drawn.retain(|(window, _)| *window != number);
        drawn
    }

    pub(super) fn doubt(&mut self, number: Option<u32>) {
        for window in &mut self.windows {
            if number.is_none_or(|number| number == window.number) {
                window.settled = false;
            }
        }
    }

    pub(super) fn drawn(&mut self, number: u32, rect: Rect) {
        let is_doubtful = self.find(number).is_some_and(Shown::is_doubtful);
        if is_doubtful && self.drawn.len() < MOST_DRAWN {
            self.drawn.push((number, rect));
        }
    }

    /// Where each window that is hidden, or was never looked at, can be seen by geometry.
    pub(super) fn seen(&self, screen: Rect, covers_cover: bool) -> Vec<Seen> {
        let may_be_hidden =
            |window: &&Shown| window.mapped && matches!(window.kind, Kind::Hidden | Kind::New);
        let seen = |(at, window): (usize, &Shown)| {
            let mut place: Region = screen.intersection(&window.place).into_iter().collect();
            let above = self.windows.iter().skip(at + 1).filter(|_| covers_cover);
            above
                .filter(|other| other.mapped && other.kind == Kind::Cover)
                .for_each(|cover| place.remove(&cover.place));
            Seen { window: window.number, is_new: window.kind == Kind::New, place }
        };
        self.windows.iter().enumerate().filter(|(_, window)| may_be_hidden(window)).map(seen).collect()
    }
}

/// Where one window can be seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    pub(super) window: u32,
    /// It was never looked at.
    pub(super) is_new: bool,
    pub(super) place: Region,
}
