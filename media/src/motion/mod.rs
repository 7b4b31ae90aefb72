//! Finds what has only moved: scrolled pages and dragged windows. It compares the surface that the viewer holds with
//! the new pixels and names the parts that can be copied; whether they are, and how that is written, it does not
//! know.
//!
//! Method: a rolling hash along rows chooses and names distinctive places of the new and of the old pixels; equal
//! names vote for a vector. A vector is then verified pixel by pixel, in blocks, and what matches is gathered into
//! the fewest and largest rectangles.

mod anchors;
mod field;
mod matching;
mod order;

use crate::surface::{Area, Surface};
use anchors::Anchors;
use field::Field;
use matching::Comparer;

/// Changes below this are never looked at: to send them costs less than to look for them. Unit: pixels.
pub const SMALLEST_CHANGE_PX: usize = 4_096;

/// Most copies of one update.
const MAX_COPIES: usize = 48;

/// Most vectors that are verified for one update, remembered ones included.
const MAX_VECTORS: usize = 6;

/// So many vectors are remembered and tried first the next time.
const REMEMBERED: usize = 4;

/// A part of the surface that has come from elsewhere on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Copied {
    /// Where the pixels belong now.
    pub destination: Area,
    /// Upper left corner of where they were before: left, top. The rectangle there has the size of the destination
    /// and lies inside the surface; the two may overlap.
    pub from: (usize, usize),
}

impl Copied {
    /// Where the pixels were before.
    pub fn source(&self) -> Option<Area> {
        let (x, y) = self.from;
        Area::from_edges(x, y, x + self.destination.width(), y + self.destination.height())
    }
}

/// How far content has moved, to the right and downwards. Unit: pixels.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Vector {
    right: isize,
    down: isize,
}

impl Vector {
    const fn is_zero(self) -> bool {
        self.right == 0 && self.down == 0
    }

    /// The place from which a place comes; none when that lies left of or above the surface.
    fn source_of(self, x: usize, y: usize) -> Option<(usize, usize)> {
        Some((x.checked_add_signed(-self.right)?, y.checked_add_signed(-self.down)?))
    }
}

/// What has moved, and what is left of the changes.
#[derive(Clone, Copy, Debug)]
pub struct Motion<'a> {
    /// To be applied in this order, before anything else of the update; no copy destroys the source of a later one.
    /// Destinations do not overlap each other. They may reach over the changed areas, onto pixels that stay as they
    /// are.
    pub copies: &'a [Copied],
    /// The changed areas without the destinations, in parts of the given areas and in their order.
    pub remaining: &'a [Area],
}

/// What looking for motion has cost; tests hold it proportional to the changed area.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MotionCost {
    /// Pixels of both surfaces that were hashed.
    pub hashed: u64,
    /// Pixels of the new surface that were compared with the old one.
    pub compared: u64,
}

/// Finds scrolls and moves. It keeps its buffers and the last vectors, which are nearly always right again.
#[derive(Debug, Default)]
pub struct MotionFinder {
    field: Field,
    anchors: Anchors,
    comparer: Comparer,
    remembered: Vec<Vector>,
    copies: Vec<Copied>,
    remaining: Vec<Area>,
    cost: MotionCost,
}

impl MotionFinder {
    /// A finder that has seen nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Finds what of the changed areas of `after` is in `before`, elsewhere.
    ///
    /// `before` is what the viewer is known to hold, `after` what it shall show; both have the same size, otherwise
    /// nothing is found. The changed areas do not overlap. Of each copy every pixel has been compared (its colour;
    /// the unused byte does not count). Cost: in proportion to the changed areas, none below
    /// [`SMALLEST_CHANGE_PX`].
    pub fn find(&mut self, before: &Surface, after: &Surface, changed: &[Area]) -> Motion<'_> {
        self.copies.clear();
        self.remaining.clear();
        let pixels: usize = changed.iter().map(|area| area.pixels()).sum();
        if pixels < SMALLEST_CHANGE_PX
            || before.size() != after.size()
            || !self.field.begin(after.size(), changed)
        {
            self.remaining.extend_from_slice(changed);
            return self.motion();
        }
        self.try_remembered(before, after);
        if self.field.open_px() * 4 > pixels && self.field.open_px() >= SMALLEST_CHANGE_PX {
            self.search(before, after);
        }
        order::arrange(&mut self.copies);
        order::subtract(changed, &self.copies, &mut self.remaining);
        self.motion()
    }

    /// What all searches up to now have cost.
    pub const fn cost(&self) -> MotionCost {
        self.cost
    }

    fn motion(&self) -> Motion<'_> {
        Motion { copies: &self.copies, remaining: &self.remaining }
    }

    fn try_remembered(&mut self, before: &Surface, after: &Surface) {
        for index in 0..self.remembered.len() {
            let Some(vector) = self.remembered.get(index).copied() else { return };
            if self.comparer.is_likely(&self.field, before, after, vector) {
                self.verify(before, after, vector);
            }
        }
    }

    fn search(&mut self, before: &Surface, after: &Surface) {
        self.cost.hashed += self.anchors.vote(&self.field, before, after);
        let enough = MAX_VECTORS.saturating_sub(self.remembered.len()).max(2);
        for index in 0..enough {
            let Some(vector) = self.anchors.candidate(index) else { return };
            if self.field.open_px() < SMALLEST_CHANGE_PX / 2 {
                return;
            }
            self.verify(before, after, vector);
        }
    }

    /// Takes what matches under a vector, and remembers the vector if that was something.
    fn verify(&mut self, before: &Surface, after: &Surface, vector: Vector) {
        self.cost.compared += self.comparer.compare(&mut self.field, before, after, vector);
        let first = self.copies.len();
        while self.copies.len() < MAX_COPIES
            && let Some(destination) = self.field.take_largest()
        {
            let Some(from) = vector.source_of(destination.x(), destination.y()) else { continue };
            self.copies.push(Copied { destination, from });
        }
        if self.copies.len() == first {
            return;
        }
        // The largest first: it takes what it can from the smaller ones, of which crumbs would remain.
        let mut index = first;
        while index < self.copies.len() {
            if matching::settle(&mut self.copies, index, before, after) {
                index += 1;
            } else {
                self.copies.remove(index);
            }
        }
        self.copies.iter().skip(first).for_each(|copy| self.field.cover(copy.destination));
        self.remembered.retain(|known| *known != vector);
        self.remembered.insert(0, vector);
        self.remembered.truncate(REMEMBERED);
    }
}
