//! A part of the desktop made of rectangles that never overlap.
//! It stays small: beyond a limit it covers a little too much instead of growing.

use super::{DesktopPoint, Rect, Size};

/// A set of desktop pixels, kept as rectangles that do not overlap.
///
/// Shape: at most [`Region::MAX_RECTS`] rectangles; when more would be needed, neighbours are merged, so that the region
/// covers everything that was added and sometimes a little more.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Region {
    rects: Vec<Rect>,
}

impl Region {
    /// The most rectangles that a region is made of.
    pub const MAX_RECTS: usize = 64;

    /// No pixels.
    pub const fn new() -> Self {
        Self { rects: Vec::new() }
    }

    /// The rectangles, in no particular order.
    pub fn rects(&self) -> &[Rect] {
        &self.rects
    }

    /// The rectangles, in no particular order.
    pub fn iter(&self) -> std::slice::Iter<'_, Rect> {
        self.rects.iter()
    }

    /// No pixels at all.
    pub fn is_empty(&self) -> bool {
        self.rects.is_empty()
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        self.rects.clear();
    }

    /// Gives the region away and leaves none behind.
    #[must_use]
    pub fn take(&mut self) -> Self {
        std::mem::take(self)
    }

    /// Number of pixels.
    pub fn area(&self) -> u64 {
        self.rects.iter().map(Rect::area).fold(0, u64::saturating_add)
    }

    /// The smallest rectangle that covers the region; empty for an empty region.
    pub fn bounds(&self) -> Rect {
        self.rects.iter().fold(Rect::default(), |bounds, rect| bounds.union(rect))
    }

    /// `point` belongs to the region.
    pub fn contains(&self, point: DesktopPoint) -> bool {
        self.rects.iter().any(|rect| rect.contains(point))
    }

    /// Some pixel of `rect` belongs to the region.
    pub fn intersects(&self, rect: &Rect) -> bool {
        self.rects.iter().any(|own| own.intersection(rect).is_some())
    }

    /// Adds every pixel of `rect`.
    pub fn add(&mut self, rect: Rect) {
        if rect.is_empty() || self.rects.iter().any(|own| own.contains_rect(&rect)) {
            return;
        }
        self.rects.retain(|own| !rect.contains_rect(own));
        let mut pieces = vec![rect];
        for own in &self.rects {
            pieces = pieces.iter().flat_map(|piece| piece.without(own)).collect();
        }
        self.rects.append(&mut pieces);
        self.join_exact();
        while self.rects.len() > Self::MAX_RECTS {
            self.merge_cheapest();
        }
    }

    /// Adds every pixel of `other`.
    pub fn add_region(&mut self, other: &Self) {
        for rect in &other.rects {
            self.add(*rect);
        }
    }

    /// Takes every pixel of `rect` away.
    ///
    /// Where the rest would need more rectangles than a region has, some of it is covered again: never rely on this to
    /// uncover a pixel, only to keep the others.
    pub fn remove(&mut self, rect: &Rect) {
        if !self.intersects(rect) {
            return;
        }
        self.rects = self.rects.iter().flat_map(|own| own.without(rect)).collect();
        self.join_exact();
        while self.rects.len() > Self::MAX_RECTS {
            self.merge_cheapest();
        }
    }

    /// Takes every pixel of `other` away; like [`Self::remove`].
    pub fn remove_region(&mut self, other: &Self) {
        for rect in &other.rects {
            self.remove(rect);
        }
    }

    /// What belongs to the region and lies in `rect`: rectangles that do not overlap.
    pub fn within(&self, rect: &Rect) -> impl Iterator<Item = Rect> {
        let rect = *rect;
        self.rects.iter().filter_map(move |own| own.intersection(&rect))
    }

    /// The part inside a desktop of `size`.
    #[must_use]
    pub fn clipped(&self, size: Size) -> Self {
        Self { rects: self.rects.iter().filter_map(|rect| rect.clipped(size)).collect() }
    }

    /// Joins two rectangles that make up a third without covering anything else, until there are none.
    fn join_exact(&mut self) {
        while let Some((first, second)) =
            self.find_pair(|joined, a, b| joined.area() == a.area().saturating_add(b.area()))
        {
            self.replace(first, second);
        }
    }

    fn find_pair(&self, fits: impl Fn(Rect, &Rect, &Rect) -> bool) -> Option<(usize, usize)> {
        self.rects.iter().enumerate().find_map(|(first, a)| {
            let later = self.rects.iter().enumerate().skip(first + 1);
            later.filter(|(_, b)| fits(a.union(b), a, b)).map(|(second, _)| (first, second)).next()
        })
    }

    /// Merges the two rectangles whose common cover wastes the fewest pixels, and whatever that cover then touches.
    fn merge_cheapest(&mut self) {
        let pairs = self.rects.iter().enumerate().flat_map(|(first, a)| {
            let later = self.rects.iter().enumerate().skip(first + 1);
            later.map(move |(second, b)| {
                (a.union(b).area().saturating_sub(a.area().saturating_add(b.area())), first, second)
            })
        });
        if let Some((_, first, second)) = pairs.min() {
            self.replace(first, second);
        }
    }

    /// Puts the common cover of two rectangles in their place; grows it over all that it overlaps.
    fn replace(&mut self, first: usize, second: usize) {
        // INVARIANT: second > first, so removing it first leaves the other's place unchanged.
        let b = self.rects.swap_remove(second);
        let a = self.rects.swap_remove(first);
        let mut cover = a.union(&b);
        while let Some(at) = self.rects.iter().position(|own| own.intersection(&cover).is_some()) {
            cover = cover.union(&self.rects.swap_remove(at));
        }
        self.rects.push(cover);
    }
}

impl From<Rect> for Region {
    fn from(rect: Rect) -> Self {
        let mut region = Self::new();
        region.add(rect);
        region
    }
}

impl FromIterator<Rect> for Region {
    fn from_iter<I: IntoIterator<Item = Rect>>(rects: I) -> Self {
        let mut region = Self::new();
        for rect in rects {
            region.add(rect);
        }
        region
    }
}

impl<'a> IntoIterator for &'a Region {
    type Item = &'a Rect;
    type IntoIter = std::slice::Iter<'a, Rect>;

    fn into_iter(self) -> Self::IntoIter {
        self.rects.iter()
    }
}
