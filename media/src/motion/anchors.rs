//! Which vectors may explain a change: distinctive places of the new pixels are looked up among those of the old
//! ones, and each pair votes. Votes are guesses; to verify them is not its affair.

use super::Vector;
use super::field::Field;
use crate::surface::{Area, PIXEL_BYTES, Surface, colour};

/// Pixels that the hash of a place covers, up to and with the place: each later pixel moves the hash by two of its
/// 64 bits.
const CONTEXT_PX: usize = 32;

/// An odd number without pattern (2^64 divided by the golden ratio): spreads a colour over 64 bits.
const SPREAD: u64 = 0x9E37_79B9_7F4A_7C15;

/// So many places of the new pixels are wanted, if all of them were distinctive.
const WANTED_PLACES: usize = 2_048;

/// Slots of the table of places and of that of votes.
const SLOTS: usize = 4_096;

/// A look-up gives up after so many slots.
const PROBES: usize = 8;

/// Of places with equal pixels only so many are kept: a pattern that repeats gives no false vector more votes.
const MAX_TWINS: usize = 4;

/// A vector with fewer votes is not looked at.
const LEAST_VOTES: u32 = 3;

/// So many vectors are proposed at most.
const CANDIDATES: usize = 4;

#[derive(Clone, Copy, Debug, Default)]
struct Place {
    /// Hash of the pixels; 0 for a free slot.
    key: u64,
    x: u16,
    y: u16,
}

#[derive(Clone, Copy, Debug, Default)]
struct Vote {
    /// 0 for a free slot.
    count: u32,
    right: i16,
    down: i16,
}

/// The places of one search, and its votes.
#[derive(Debug, Default)]
pub(super) struct Anchors {
    places: Vec<Place>,
    votes: Vec<Vote>,
    candidates: Vec<Vote>,
}

/// Which rows are hashed, and how many of their places count.
///
/// Of the new pixels every `step`th row is taken, of the old ones the first `step` of every `step` x `step` rows: so
/// for any distance there are rows that meet, and both together cost 2 / `step` of all pixels.
#[derive(Clone, Copy, Debug)]
struct Sampling {
    step: usize,
    /// Bits of a hash that must be 0.
    mask: u64,
}

impl Sampling {
    fn of(pixels: usize) -> Self {
        let step: usize = match pixels {
            0..0x2_0000 => 1,
            0x2_0000..0x4_0000 => 2,
            0x4_0000..0x8_0000 => 4,
            0x8_0000..0x40_0000 => 8,
            _ => 16,
        };
        let places = pixels / step;
        let bits = (places / WANTED_PLACES).max(1).ilog2().max(2);
        // The highest bits: only they depend on all of the pixels that the hash covers.
        Self { step, mask: !(u64::MAX >> bits) }
    }

    const fn takes_new(self, y: usize) -> bool {
        y.is_multiple_of(self.step)
    }

    const fn takes_old(self, y: usize) -> bool {
        y % (self.step * self.step) < self.step
    }
}

impl Anchors {
    /// Lets the open part of a field vote. Gives back how many pixels were hashed.
    pub(super) fn vote(&mut self, field: &Field, before: &Surface, after: &Surface) -> u64 {
        clear(&mut self.places);
        clear(&mut self.votes);
        self.candidates.clear();
        let pixels: usize = field.strips(true).map(Area::pixels).sum();
        let sampling = Sampling::of(pixels);
        let mut hashed = 0;
        for strip in field.strips(true) {
            let rows = |y| sampling.takes_new(y);
            hashed += hash_strip(after, strip, sampling.mask, rows, |x, y, key| self.add(x, y, key));
        }
        for strip in field.strips(false) {
            let rows = |y| sampling.takes_old(y);
            hashed += hash_strip(before, strip, sampling.mask, rows, |x, y, key| self.look_up(x, y, key));
        }
        self.count();
        hashed
    }

    /// The vectors with most votes, best first.
    pub(super) fn candidate(&self, index: usize) -> Option<Vector> {
        let vote = self.candidates.get(index)?;
        Some(Vector { right: vote.right.into(), down: vote.down.into() })
    }

    fn add(&mut self, x: usize, y: usize, key: u64) {
        let (Ok(x), Ok(y)) = (u16::try_from(x), u16::try_from(y)) else { return };
        let reach = reach(&mut self.places, key);
        if reach.iter().filter(|place| place.key == key).count() < MAX_TWINS
            && let Some(place) = reach.iter_mut().find(|place| place.key == 0)
        {
            *place = Place { key, x, y };
        }
    }

    fn look_up(&mut self, x: usize, y: usize, key: u64) {
        // INVARIANT: places lie on a surface, whose sides are at most 16384, so a distance fits.
        let distance = |new: u16, old: usize| {
            i16::try_from(i64::from(new) - i64::try_from(old).unwrap_or(0)).unwrap_or(0)
        };
        for place in reach(&mut self.places, key).iter().filter(|place| place.key == key) {
            let (right, down) = (distance(place.x, x), distance(place.y, y));
            if (right, down) == (0, 0) {
                continue;
            }
            let key = u64::from_le_bytes((i64::from(right) << 16 ^ i64::from(down)).to_le_bytes());
            let mut votes = reach(&mut self.votes, key.wrapping_mul(SPREAD)).iter_mut();
            if let Some(vote) = votes.find(|vote| vote.count == 0 || (vote.right, vote.down) == (right, down))
            {
                *vote = Vote { count: vote.count + 1, right, down };
            }
        }
    }

    fn count(&mut self) {
        let enough = self.votes.iter().filter(|vote| vote.count >= LEAST_VOTES);
        self.candidates.extend(enough);
        self.candidates.sort_unstable_by_key(|vote| (std::cmp::Reverse(vote.count), vote.right, vote.down));
        self.candidates.truncate(CANDIDATES);
    }
}

fn clear<T: Clone + Default>(slots: &mut Vec<T>) {
    slots.clear();
    slots.resize(SLOTS, T::default());
}

/// The slots in which a key may be.
fn reach<T>(slots: &mut [T], key: u64) -> &mut [T] {
    // The highest bits of a place's key are 0 by choice, the lowest depend on the last pixel only.
    let start = usize::try_from(key >> 24).unwrap_or(0) % (SLOTS - PROBES);
    slots.get_mut(start..start + PROBES).unwrap_or_default()
}

/// Hashes the chosen rows of a strip and names the places that the hash itself chooses; counts the pixels.
fn hash_strip(
    surface: &Surface,
    strip: Area,
    mask: u64,
    is_chosen: impl Fn(usize) -> bool,
    mut found: impl FnMut(usize, usize, u64),
) -> u64 {
    let mut hashed = 0;
    for (y, row) in (strip.y()..).zip(surface.rows(strip)).filter(|(y, _)| is_chosen(*y)) {
        let mut row = RowHash::begin(row.as_chunks().0, mask);
        while let Some((x, key)) = row.next_place() {
            found(strip.x() + x, y, key);
        }
        hashed += strip.width() as u64;
    }
    hashed
}

/// A row on its way through the hash.
struct RowHash<'a> {
    row: &'a [[u8; PIXEL_BYTES]],
    mask: u64,
    hash: u64,
    /// Pixels that are hashed already.
    done: usize,
}

impl<'a> RowHash<'a> {
    fn begin(row: &'a [[u8; PIXEL_BYTES]], mask: u64) -> Self {
        let context = row.get(..CONTEXT_PX).unwrap_or(row);
        let hash = context.iter().fold(0, |hash, pixel| push(hash, *pixel));
        Self { row, mask, hash, done: context.len() }
    }

    /// The next place that the hash chooses: content decides, so the same content has the same places wherever it is.
    /// A place where colour does not change is none: what is of one colour looks the same everywhere.
    ///
    /// A function of its own, because it runs for each pixel and needs all registers.
    #[inline(never)]
    fn next_place(&mut self) -> Option<(usize, u64)> {
        let (mask, mut hash) = (self.mask, self.hash);
        for (ahead, pixel) in self.row.get(self.done..)?.iter().enumerate() {
            hash = push(hash, *pixel);
            if hash & mask == 0 {
                let x = self.done + ahead;
                let left = x.checked_sub(1).and_then(|x| self.row.get(x));
                if hash != 0 && left.is_some_and(|left| colour(*left) != colour(*pixel)) {
                    (self.hash, self.done) = (hash, x + 1);
                    return Some((x, hash));
                }
            }
        }
        self.done = self.row.len();
        None
    }
}

/// The hash after one more pixel.
const fn push(hash: u64, pixel: [u8; PIXEL_BYTES]) -> u64 {
    (hash << 2).wrapping_add((colour(pixel) as u64).wrapping_mul(SPREAD))
}
