//! The framebuffer that both sides hold, and rectangles that are proved to lie inside it. It knows nothing of
//! codecs or of the wire.

use crate::cells::{CELL_PX, CellIndex, Grid};
use deskside_proto::geometry::{Rect, Size};

/// Bytes of one pixel: blue, green, red, and one byte that means nothing.
pub const PIXEL_BYTES: usize = 4;

/// The colour of a pixel as one number, without the unused byte.
pub(crate) const fn colour(pixel: [u8; PIXEL_BYTES]) -> u32 {
    u32::from_le_bytes(pixel) & 0x00FF_FFFF
}

/// A rectangle that is not empty and lies inside a surface of an allowed size ([`Size::is_desktop`]).
///
/// Coordinates are `usize` because an area exists to index pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Area {
    x: usize,
    y: usize,
    width: usize,
    height: usize,
}

impl Area {
    /// The whole of a surface; none when the size is not allowed.
    pub fn whole(size: Size) -> Option<Self> {
        size.is_desktop().then_some(Self {
            x: 0,
            y: 0,
            width: size.width as usize,
            height: size.height as usize,
        })
    }

    /// An area from its edges; none when it is empty or its far edges pass the longest side.
    pub fn from_edges(x0: usize, y0: usize, x1: usize, y1: usize) -> Option<Self> {
        let limit = Size::MAX_SIDE as usize;
        (x0 < x1 && y0 < y1 && x1 <= limit && y1 <= limit).then(|| Self {
            x: x0,
            y: y0,
            width: x1 - x0,
            height: y1 - y0,
        })
    }

    /// The rectangle as an area, only if all of it lies inside a surface of this size.
    pub fn within(rect: Rect, size: Size) -> Option<Self> {
        let whole = Self::whole(size)?;
        let x = usize::try_from(rect.x).ok()?;
        let y = usize::try_from(rect.y).ok()?;
        let x1 = x.checked_add(rect.width as usize)?;
        let y1 = y.checked_add(rect.height as usize)?;
        let area = Self::from_edges(x, y, x1, y1)?;
        whole.contains(area).then_some(area)
    }

    /// The part of the rectangle that lies inside a surface of this size.
    pub fn clipped(rect: Rect, size: Size) -> Option<Self> {
        let whole = Self::whole(size)?;
        let edge = |start: i32, length: u32, limit: usize| {
            let far = i64::from(start) + i64::from(length);
            let limit = i64::try_from(limit).unwrap_or(i64::MAX);
            let near = i64::from(start).clamp(0, limit);
            (usize::try_from(near).unwrap_or(0), usize::try_from(far.clamp(0, limit)).unwrap_or(0))
        };
        let (x0, x1) = edge(rect.x, rect.width, whole.width);
        let (y0, y1) = edge(rect.y, rect.height, whole.height);
        Self::from_edges(x0, y0, x1, y1)
    }

    /// Left edge.
    pub const fn x(self) -> usize {
        self.x
    }

    /// Upper edge.
    pub const fn y(self) -> usize {
        self.y
    }

    /// First column to the right of the area.
    pub const fn right(self) -> usize {
        self.x + self.width
    }

    /// First row below the area.
    pub const fn bottom(self) -> usize {
        self.y + self.height
    }

    /// Width; never 0.
    pub const fn width(self) -> usize {
        self.width
    }

    /// Height; never 0.
    pub const fn height(self) -> usize {
        self.height
    }

    /// Number of pixels.
    pub const fn pixels(self) -> usize {
        self.width * self.height
    }

    /// Whether all of `inner` lies inside this area.
    pub const fn contains(self, inner: Self) -> bool {
        inner.x >= self.x
            && inner.y >= self.y
            && inner.right() <= self.right()
            && inner.bottom() <= self.bottom()
    }

    /// The part that both areas share.
    pub fn intersection(self, other: Self) -> Option<Self> {
        Self::from_edges(
            self.x.max(other.x),
            self.y.max(other.y),
            self.right().min(other.right()),
            self.bottom().min(other.bottom()),
        )
    }

    /// Whether nothing lies between the areas, be it at a corner.
    pub const fn touches(self, other: Self) -> bool {
        self.x <= other.right()
            && other.x <= self.right()
            && self.y <= other.bottom()
            && other.y <= self.bottom()
    }

    /// The smallest area that holds both.
    pub fn union(self, other: Self) -> Self {
        let x = self.x.min(other.x);
        let y = self.y.min(other.y);
        Self {
            x,
            y,
            width: self.right().max(other.right()) - x,
            height: self.bottom().max(other.bottom()) - y,
        }
    }

    /// The same rectangle in the type that travels between crates.
    pub fn to_rect(self) -> Rect {
        // INVARIANT: every edge is at most Size::MAX_SIDE, so no conversion can fail.
        let signed = |value: usize| i32::try_from(value).unwrap_or(i32::MAX);
        let unsigned = |value: usize| u32::try_from(value).unwrap_or(u32::MAX);
        Rect {
            x: signed(self.x),
            y: signed(self.y),
            width: unsigned(self.width),
            height: unsigned(self.height),
        }
    }
}

/// Joins neighbours with equal edges, first along rows and then along columns. The result covers the same pixels.
pub fn merge_areas(areas: &mut Vec<Area>) {
    areas.sort_unstable_by_key(|a| (a.y, a.height, a.x));
    join_neighbours(areas, |a, b| {
        (a.y == b.y && a.height == b.height && a.right() == b.x).then(|| a.union(b))
    });
    areas.sort_unstable_by_key(|a| (a.x, a.width, a.y));
    join_neighbours(areas, |a, b| {
        (a.x == b.x && a.width == b.width && a.bottom() == b.y).then(|| a.union(b))
    });
    areas.sort_unstable_by_key(|a| (a.y, a.x));
}

fn join_neighbours(areas: &mut Vec<Area>, join: impl Fn(Area, Area) -> Option<Area>) {
    areas.dedup_by(|next, kept| match join(*kept, *next) {
        Some(joined) => {
            *kept = joined;
            true
        }
        None => false,
    });
}

/// Covers the same pixels with at most about `limit` areas that do not overlap, at the price of covering more.
///
/// Cost: in proportion to the areas and to the cells of the surface, however many there are.
pub fn few_areas(areas: &[Area], size: Size, limit: usize) -> Vec<Area> {
    let grid = Grid::new(size);
    let mut touched = vec![false; grid.len()];
    let cells = areas.iter().flat_map(|area| grid.cells_in(*area));
    cells.for_each(|cell| touched.get_mut(cell.0).into_iter().for_each(|cell| *cell = true));
    let cells = || touched.iter().enumerate().filter(|(_, touched)| **touched);
    let mut fewer: Vec<Area> = cells().filter_map(|(cell, _)| grid.area(CellIndex(cell))).collect();
    merge_areas(&mut fewer);
    if fewer.len() <= limit {
        return fewer;
    }
    // One area for each band of rows, of which there are no more than the limit.
    let band_px = (size.height as usize).div_ceil(limit.max(1)).next_multiple_of(CELL_PX);
    let mut bands: Vec<Option<Area>> = vec![None; (size.height as usize).div_ceil(band_px)];
    for (cell, _) in cells() {
        let Some(area) = grid.area(CellIndex(cell)) else { continue };
        if let Some(band) = bands.get_mut(area.y() / band_px) {
            *band = Some(band.map_or(area, |band| band.union(area)));
        }
    }
    bands.into_iter().flatten().collect()
}

/// A picture in memory: rows of blue, green, red, unused; no gap between rows.
#[derive(Clone, PartialEq, Eq)]
pub struct Surface {
    size: Size,
    bytes: Vec<u8>,
}

impl std::fmt::Debug for Surface {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Pixels are what the person has on the screen: they never reach a log.
        f.debug_struct("Surface").field("size", &self.size).finish_non_exhaustive()
    }
}

impl Surface {
    /// A surface without pixels, as it is before the first update.
    pub fn empty() -> Self {
        Self { size: Size { width: 0, height: 0 }, bytes: Vec::new() }
    }

    /// A black surface; none when the size is not allowed.
    pub fn new(size: Size) -> Option<Self> {
        let area = Area::whole(size)?;
        Some(Self { size, bytes: [0, 0, 0, 255].repeat(area.pixels()) })
    }

    /// Width and height. Unit: pixels.
    pub const fn size(&self) -> Size {
        self.size
    }

    /// Distance from one row to the next. Unit: bytes.
    pub const fn stride(&self) -> usize {
        self.size.width as usize * PIXEL_BYTES
    }

    /// All pixels, row after row.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The rows of an area; an area outside the surface has none.
    pub fn rows(&self, area: Area) -> impl Iterator<Item = &[u8]> {
        let (start, end) = (area.x() * PIXEL_BYTES, area.right() * PIXEL_BYTES);
        let fits = Area::whole(self.size).is_some_and(|whole| whole.contains(area));
        let rows = if fits { area.height() } else { 0 };
        self.bytes
            .chunks_exact(self.stride().max(1))
            .skip(area.y())
            .take(rows)
            .filter_map(move |row| row.get(start..end))
    }

    /// The rows of an area, to be written.
    pub fn rows_mut(&mut self, area: Area) -> impl Iterator<Item = &mut [u8]> {
        let (start, end) = (area.x() * PIXEL_BYTES, area.right() * PIXEL_BYTES);
        let fits = Area::whole(self.size).is_some_and(|whole| whole.contains(area));
        let rows = if fits { area.height() } else { 0 };
        let stride = self.stride().max(1);
        self.bytes
            .chunks_exact_mut(stride)
            .skip(area.y())
            .take(rows)
            .filter_map(move |row| row.get_mut(start..end))
    }

    /// Copies an area to another place of the surface, as it was before: the two may overlap. They are of one size, and
    /// what does not lie inside the surface as a whole is not copied at all.
    pub fn move_area(&mut self, from: Area, to: Area) {
        let whole = Area::whole(self.size);
        let fits = |area: Area| whole.is_some_and(|whole| whole.contains(area));
        if !fits(from) || !fits(to) || (from.width, from.height) != (to.width, to.height) {
            return;
        }
        let stride = self.stride();
        let length = from.width * PIXEL_BYTES;
        let mut move_row = |row: usize| {
            let start = (from.y + row) * stride + from.x * PIXEL_BYTES;
            self.bytes.copy_within(start..start + length, (to.y + row) * stride + to.x * PIXEL_BYTES);
        };
        // Upwards from the top and downwards from the bottom, so that no row is read after it was written.
        if to.y <= from.y {
            (0..from.height).for_each(&mut move_row);
        } else {
            (0..from.height).rev().for_each(&mut move_row);
        }
    }

    /// Whether the colours of both surfaces are the same; the unused byte of a pixel does not count.
    pub fn same_colours(&self, other: &Self) -> bool {
        self.size == other.size
            && self
                .bytes
                .chunks_exact(PIXEL_BYTES)
                .zip(other.bytes.chunks_exact(PIXEL_BYTES))
                .all(|(a, b)| a.iter().zip(b).take(3).all(|(a, b)| a == b))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rect(x: i32, y: i32, width: u32, height: u32) -> Rect {
        Rect { x, y, width, height }
    }

    const SIZE: Size = Size { width: 100, height: 50 };

    #[test]
    fn an_area_outside_the_surface_does_not_exist() {
        for bad in [
            rect(-1, 0, 5, 5),
            rect(0, -1, 5, 5),
            rect(96, 0, 5, 5),
            rect(0, 46, 5, 5),
            rect(0, 0, 0, 5),
            rect(0, 0, 5, 0),
            rect(i32::MAX, 0, u32::MAX, 1),
        ] {
            assert_eq!(Area::within(bad, SIZE), None, "{bad:?}");
        }
        assert!(Area::within(rect(95, 45, 5, 5), SIZE).is_some());
    }

    #[test]
    fn clipping_keeps_only_what_is_on_the_surface() {
        let clipped = Area::clipped(rect(-10, 40, 20, 4_000_000_000), SIZE).unwrap();
        assert_eq!(clipped.to_rect(), rect(0, 40, 10, 10));
        assert_eq!(Area::clipped(rect(100, 0, 10, 10), SIZE), None);
        assert_eq!(Area::clipped(rect(i32::MIN, i32::MIN, 10, 10), SIZE), None);
    }

    #[test]
    fn a_moved_area_arrives_as_it_was_in_every_direction() {
        let size = Size::new(23, 17);
        let mut before = Surface::new(size).unwrap();
        let whole = Area::whole(size).unwrap();
        for (y, row) in before.rows_mut(whole).enumerate() {
            for (x, pixel) in row.chunks_exact_mut(4).enumerate() {
                pixel.copy_from_slice(&[x as u8, y as u8, 7, 255]);
            }
        }
        let from = Area::from_edges(5, 4, 18, 13).unwrap();
        for (right, down) in
            [(0, 1), (0, -1), (1, 0), (-1, 0), (3, 2), (-3, 2), (3, -2), (-5, -4), (5, 4), (0, 0)]
        {
            let mut after = before.clone();
            let edge = |edge: usize, by: isize| edge.checked_add_signed(by).unwrap();
            let to =
                Area::from_edges(edge(5, right), edge(4, down), edge(18, right), edge(13, down)).unwrap();
            after.move_area(from, to);
            assert!(after.rows(to).eq(before.rows(from)), "{right} {down}");
            after.rows_mut(to).for_each(|row| row.fill(0));
            let mut rest = before.clone();
            rest.rows_mut(to).for_each(|row| row.fill(0));
            assert!(after == rest, "{right} {down}: something else was painted");
        }
        let mut after = before.clone();
        after.move_area(from, Area::from_edges(10, 4, 24, 13).unwrap());
        after.move_area(from, Area::from_edges(12, 4, 25, 13).unwrap());
        assert!(after == before);
    }

    #[test]
    fn surfaces_have_a_largest_size() {
        for (width, height) in [(16_384, 4_096), (16_385, 1), (0, 1), (1, 0)] {
            assert!(Surface::new(Size { width, height }).is_none());
            assert!(Area::whole(Size { width, height }).is_none());
        }
        assert!(Area::whole(Size { width: 16_384, height: 2_048 }).is_some());
    }

    #[test]
    fn a_grid_of_neighbours_becomes_one_area() {
        let mut areas = Vec::new();
        for y in [20, 0, 10] {
            for x in [10, 0, 20] {
                areas.push(Area::from_edges(x, y, x + 10, y + 10).unwrap());
            }
        }
        merge_areas(&mut areas);
        assert_eq!(areas, vec![Area::from_edges(0, 0, 30, 30).unwrap()]);
    }

    #[test]
    fn merging_keeps_areas_that_only_touch_at_a_corner() {
        let a = Area::from_edges(0, 0, 10, 10).unwrap();
        let b = Area::from_edges(10, 10, 20, 20).unwrap();
        let mut areas = vec![b, a];
        merge_areas(&mut areas);
        assert_eq!(areas, vec![a, b]);
    }

    #[test]
    fn many_areas_become_few_that_cover_them_all() {
        let size = Size { width: 1_000, height: 700 };
        for step in [33, 70, 130, 300] {
            let mut many = Vec::new();
            for y in (0..690).step_by(step) {
                for x in (0..990).step_by(step) {
                    many.push(Area::from_edges(x, y, x + 5, y + 7).unwrap());
                }
            }
            let few = few_areas(&many, size, 16);
            assert!(few.len() <= 16, "{}", few.len());
            assert!(many.iter().all(|area| few.iter().any(|cover| cover.contains(*area))));
            for (index, a) in few.iter().enumerate() {
                assert!(few.iter().skip(index + 1).all(|b| a.intersection(*b).is_none()));
            }
        }
        assert_eq!(few_areas(&[], size, 16), []);
    }

    #[test]
    fn debug_of_a_surface_shows_no_pixel() {
        let surface = Surface::new(SIZE).unwrap();
        assert!(!format!("{surface:?}").contains("255"));
    }
}
