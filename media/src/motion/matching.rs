//! Compares the new pixels with the old ones under a vector. A match is a match of every pixel.

use super::field::{BLOCK_HEIGHT, BLOCK_WIDTH, Field, Run};
use super::order::parts_beside;
use super::{Copied, Vector};
use crate::surface::{Area, PIXEL_BYTES, Surface, colour};

type Pixel = [u8; PIXEL_BYTES];

/// So many blocks are looked at before a remembered vector is verified.
const SAMPLES: usize = 48;

/// Of these so many must be textured ...
const LEAST_TEXTURED: usize = 4;

/// ... and one of so many textured ones must match.
const LEAST_SHARE: usize = 6;

/// A copy of fewer pixels is dropped.
const LEAST_PX: usize = 4 * BLOCK_WIDTH * BLOCK_HEIGHT;

/// Pixels that are looked at together, each in a lane of its own.
const LANES: usize = 4;

/// What has been seen of a block up to now.
#[derive(Clone, Copy, Debug, Default)]
struct Seen {
    first: u32,
    /// Bits that differ from the old pixels.
    differs: [u32; LANES],
    /// Bits that differ from the first pixel of the block.
    textured: [u32; LANES],
}

/// Compares a field under vectors; keeps its buffer.
#[derive(Debug, Default)]
pub(super) struct Comparer {
    seen: Vec<Seen>,
}

impl Comparer {
    /// Compares all open blocks; gives back the pixels compared.
    pub(super) fn compare(
        &mut self,
        field: &mut Field,
        before: &Surface,
        after: &Surface,
        vector: Vector,
    ) -> u64 {
        field.begin_vector();
        if vector.is_zero() {
            return 0;
        }
        let (mut place, mut compared) = (0, 0);
        while let Some((run, next)) = field.open_run(place) {
            place = next;
            let Some(run) = reachable(run, after, vector) else { continue };
            self.compare_run(run, before, after, vector);
            field.note(run, self.seen.iter().map(|seen| (seen.matches(), seen.is_textured())));
            compared += (run.end - run.start) as u64;
        }
        compared * (BLOCK_WIDTH * BLOCK_HEIGHT) as u64
    }

    /// Whether a sample of the open blocks speaks for a vector. Blocks of one colour say nothing.
    pub(super) fn is_likely(
        &mut self,
        field: &Field,
        before: &Surface,
        after: &Surface,
        vector: Vector,
    ) -> bool {
        let (mut textured, mut matching) = (0, 0);
        for run in field.samples(SAMPLES).filter_map(|run| reachable(run, after, vector)) {
            self.compare_run(run, before, after, vector);
            let seen = self.seen.first().copied().unwrap_or_default();
            textured += usize::from(seen.is_textured());
            matching += usize::from(seen.is_textured() && seen.matches());
        }
        textured >= LEAST_TEXTURED && matching * LEAST_SHARE >= textured
    }

    fn compare_run(&mut self, run: Run, before: &Surface, after: &Surface, vector: Vector) {
        self.seen.clear();
        self.seen.resize(run.end - run.start, Seen::default());
        let size = after.size();
        let (left, right) = (run.start * BLOCK_WIDTH, (run.end * BLOCK_WIDTH).min(size.width as usize));
        let (top, bottom) =
            (run.row * BLOCK_HEIGHT, ((run.row + 1) * BLOCK_HEIGHT).min(size.height as usize));
        for y in top..bottom {
            let new = row(after, left, y, right - left);
            let old = vector.source_of(left, y).map_or(&[][..], |(x, y)| row(before, x, y, right - left));
            if y == top {
                let firsts = new.iter().step_by(BLOCK_WIDTH).map(|pixel| u32::from_le_bytes(*pixel));
                self.seen.iter_mut().zip(firsts).for_each(|(seen, first)| seen.first = first);
            }
            if old.len() != new.len() {
                self.seen.iter_mut().for_each(|seen| seen.differs = [u32::MAX; LANES]);
                return;
            }
            let ((new, new_rest), (old, old_rest)) = (new.as_chunks(), old.as_chunks());
            for ((seen, new), old) in self.seen.iter_mut().zip(new).zip(old) {
                seen.look(new, old);
            }
            // Only the block at the right edge of the surface is narrower.
            if let Some(seen) = self.seen.last_mut() {
                for (new, old) in new_rest.iter().zip(old_rest) {
                    seen.look_at_one(*new, *old);
                }
            }
        }
    }
}

impl Seen {
    /// Gathers differing bits instead of counting pixels: so it is done on many pixels at once.
    fn look(&mut self, new: &[Pixel; BLOCK_WIDTH], old: &[Pixel; BLOCK_WIDTH]) {
        let Self { first, mut differs, mut textured } = *self;
        for (new, old) in new.as_chunks::<LANES>().0.iter().zip(old.as_chunks::<LANES>().0) {
            for (((differs, textured), new), old) in differs.iter_mut().zip(&mut textured).zip(new).zip(old) {
                let (new, old) = (u32::from_le_bytes(*new), u32::from_le_bytes(*old));
                *differs |= new ^ old;
                *textured |= new ^ first;
            }
        }
        (self.differs, self.textured) = (differs, textured);
    }

    fn look_at_one(&mut self, new: Pixel, old: Pixel) {
        let (new, old) = (u32::from_le_bytes(new), u32::from_le_bytes(old));
        self.differs.iter_mut().for_each(|bits| *bits |= new ^ old);
        self.textured.iter_mut().for_each(|bits| *bits |= new ^ self.first);
    }

    fn matches(&self) -> bool {
        is_one_colour(self.differs)
    }

    fn is_textured(&self) -> bool {
        !is_one_colour(self.textured)
    }
}

/// Whether no bit of a colour is set; the unused byte does not count.
fn is_one_colour(bits: [u32; LANES]) -> bool {
    colour(bits.into_iter().fold(0, |all, bits| all | bits).to_le_bytes()) == 0
}

/// The part of a run whose source lies inside the surface as whole blocks.
fn reachable(run: Run, surface: &Surface, vector: Vector) -> Option<Run> {
    let (width, height) = (surface.size().width as usize, surface.size().height as usize);
    let fits = |start: usize, end: usize, moved: isize, limit: usize| {
        let inside = |edge: usize| edge.checked_add_signed(-moved).is_some_and(|edge| edge <= limit);
        inside(start) && inside(end.min(limit))
    };
    let column_fits =
        |column: &usize| fits(column * BLOCK_WIDTH, (column + 1) * BLOCK_WIDTH, vector.right, width);
    if !fits(run.row * BLOCK_HEIGHT, (run.row + 1) * BLOCK_HEIGHT, vector.down, height) {
        return None;
    }
    let start = (run.start..run.end).find(column_fits)?;
    let end = (start..run.end).find(|column| !column_fits(column)).unwrap_or(run.end);
    Some(Run { start, end, ..run })
}

/// A row of pixels; none when it does not lie inside the surface.
fn row(surface: &Surface, x: usize, y: usize, width: usize) -> &[Pixel] {
    let all: &[Pixel] = surface.bytes().as_chunks().0;
    let stride = surface.size().width as usize;
    let fits = x + width <= stride && y < surface.size().height as usize;
    let start = y * stride + x;
    all.get(start..start + width).filter(|_| fits).unwrap_or_default()
}

/// Fits a copy between those before it in the list: takes away what they bring already, and widens the rest
/// beyond its blocks as far as pixels match, at most by a block. Whether enough of it is left.
pub(super) fn settle(copies: &mut [Copied], index: usize, before: &Surface, after: &Surface) -> bool {
    let Some((earlier, [copy, ..])) = copies.split_at_mut_checked(index) else { return false };
    for other in earlier.iter() {
        if let Some(hole) = copy.destination.intersection(other.destination) {
            let Some(part) = parts_beside(copy.destination, hole).max_by_key(|part| part.pixels()) else {
                return false;
            };
            let (x, y) = copy.from;
            copy.from = (x + part.x() - copy.destination.x(), y + part.y() - copy.destination.y());
            copy.destination = part;
        }
    }
    if copy.destination.pixels() < LEAST_PX {
        return false;
    }
    let is_free = |strip: Area| earlier.iter().all(|other| other.destination.intersection(strip).is_none());
    let pair = Pair { before, after, anchor: *copy };
    let mut edges = Edges::of(copy.destination);
    for side in [Side::Top, Side::Bottom, Side::Left, Side::Right] {
        for _ in 0..side.reach() {
            match edges.strip(side).filter(|strip| is_free(*strip) && pair.matches(*strip)) {
                Some(_) => edges.widen(side),
                None => break,
            }
        }
    }
    if let Some((destination, from)) =
        edges.area().and_then(|area| Some((area, pair.source(area.x(), area.y())?)))
    {
        *copy = Copied { destination, from };
    }
    true
}

#[derive(Clone, Copy)]
enum Side {
    Top,
    Bottom,
    Left,
    Right,
}

impl Side {
    const fn reach(self) -> usize {
        match self {
            Self::Top | Self::Bottom => BLOCK_HEIGHT,
            Self::Left | Self::Right => BLOCK_WIDTH,
        }
    }
}

struct Edges {
    left: usize,
    top: usize,
    right: usize,
    bottom: usize,
}

impl Edges {
    const fn of(area: Area) -> Self {
        Self { left: area.x(), top: area.y(), right: area.right(), bottom: area.bottom() }
    }

    fn area(&self) -> Option<Area> {
        Area::from_edges(self.left, self.top, self.right, self.bottom)
    }

    /// The line of pixels just beyond a side.
    fn strip(&self, side: Side) -> Option<Area> {
        let Self { left, top, right, bottom } = *self;
        match side {
            Side::Top => Area::from_edges(left, top.checked_sub(1)?, right, top),
            Side::Bottom => Area::from_edges(left, bottom, right, bottom + 1),
            Side::Left => Area::from_edges(left.checked_sub(1)?, top, left, bottom),
            Side::Right => Area::from_edges(right, top, right + 1, bottom),
        }
    }

    const fn widen(&mut self, side: Side) {
        match side {
            Side::Top => self.top -= 1,
            Side::Bottom => self.bottom += 1,
            Side::Left => self.left -= 1,
            Side::Right => self.right += 1,
        }
    }
}

/// Both surfaces, and a copy that says which place comes from which.
struct Pair<'a> {
    before: &'a Surface,
    after: &'a Surface,
    anchor: Copied,
}

impl Pair<'_> {
    fn source(&self, x: usize, y: usize) -> Option<(usize, usize)> {
        let Copied { destination, from } = self.anchor;
        Some(((x + from.0).checked_sub(destination.x())?, (y + from.1).checked_sub(destination.y())?))
    }

    fn matches(&self, area: Area) -> bool {
        (area.y()..area.bottom()).all(|y| {
            self.source(area.x(), y).is_some_and(|(source_x, source_y)| {
                let new = row(self.after, area.x(), y, area.width());
                let old = row(self.before, source_x, source_y, area.width());
                !new.is_empty()
                    && new.len() == old.len()
                    && new.iter().zip(old).all(|(new, old)| colour(*new) == colour(*old))
            })
        })
    }
}
