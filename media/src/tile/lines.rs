//! Cuts drawn content into lines of text, so that the same letter on two lines is the same run of bytes when it is
//! written in columns. Only pixels are looked at; a bad cut costs bytes and nothing else.

use crate::cells::CELL_PX;
use crate::surface::{Area, PIXEL_BYTES, Surface, colour};

/// No line is lower than this: what is finer is a pattern and no text.
const LOWEST_PX: usize = 8;

/// What is higher than this is not one line of text.
const HIGHEST_PX: usize = 40;

/// A gap between two columns of a page is at least so wide.
const GAP_PX: usize = 12;

/// An area's pieces: lines of text, and what could not be cut into lines.
#[derive(Debug, Default)]
pub struct Pieces {
    /// Low pieces, to be written in columns.
    pub lines: Vec<Area>,
    /// High pieces, to be written in rows.
    pub blocks: Vec<Area>,
}

impl Pieces {
    /// Adds the pieces of an area; together they cover it, each pixel once.
    ///
    /// Cost: every pixel is looked at three times at most.
    pub fn add(&mut self, surface: &Surface, area: Area) {
        for piece in lines_of(surface, area) {
            if piece.height() <= HIGHEST_PX {
                self.lines.push(piece);
                continue;
            }
            for column in columns_of(surface, piece) {
                let lines = if column == piece { vec![piece] } else { lines_of(surface, column) };
                for line in lines {
                    let target = if line.height() <= HIGHEST_PX { &mut self.lines } else { &mut self.blocks };
                    target.push(line);
                }
            }
        }
    }
}

/// Areas this near to each other belong together: what lies between is the gap between letters or lines. Unit: pixels.
const NEAR_PX: usize = 16;

/// Joins areas that nearly fit together, so that lines of text go across cells whose changes end a few pixels apart.
/// The result covers the same pixels and somewhat more, at most a quarter and what is blank; areas may overlap.
pub fn join_nearly(surface: &Surface, areas: &mut Vec<Area>) {
    let row_of = |area: &Area| area.y() / CELL_PX;
    areas.sort_unstable_by_key(|area| (row_of(area), area.x()));
    let near = |a: &Area, b: &Area| row_of(a) == row_of(b) && b.x() <= a.right() + NEAR_PX;
    let mut rows: Vec<Area> = Vec::with_capacity(areas.len());
    for run in areas.chunk_by(near) {
        let sum: usize = run.iter().map(|area| area.pixels()).sum();
        match run.iter().copied().reduce(Area::union).filter(|whole| whole.pixels() * 4 <= sum * 5) {
            Some(whole) => rows.push(whole),
            None => rows.extend_from_slice(run),
        }
    }
    rows.sort_unstable_by_key(|area| (area.y(), area.x()));
    areas.clear();
    for row in rows {
        let fits = |known: &&mut Area| {
            let meets = known.x() < row.right() && row.x() < known.right();
            meets && row.y() <= known.bottom() + NEAR_PX && is_blank_around(surface, **known, row)
        };
        // Only the last ones can be near, however many there are.
        match areas.iter_mut().rev().take(16).find(fits) {
            Some(known) => *known = known.union(row),
            None => areas.push(row),
        }
    }
}

/// Whether what two areas lack to be equally wide is blank, as it is where lines end raggedly.
fn is_blank_around(surface: &Surface, a: Area, b: Area) -> bool {
    let (left, right) = (a.x().min(b.x()), a.right().max(b.right()));
    [a, b].into_iter().all(|area| {
        let before = Area::from_edges(left, area.y(), area.x(), area.bottom());
        let behind = Area::from_edges(area.right(), area.y(), right, area.bottom());
        [before, behind].into_iter().flatten().all(|part| surface.rows(part).all(is_blank))
    })
}

/// Cuts where ink begins after a blank row; where a line and a gap are one piece, the gap is cut by the lines' pitch.
fn lines_of(surface: &Surface, area: Area) -> Vec<Area> {
    let mut starts = vec![area.y()];
    let mut was_blank = false;
    for (y, row) in (area.y()..).zip(surface.rows(area)) {
        let is_blank = is_blank(row);
        if was_blank
            && !is_blank
            && starts.last().is_none_or(|start| y - start >= LOWEST_PX || starts.len() == 1)
        {
            starts.push(y);
        }
        was_blank = is_blank;
    }
    let ends = starts.iter().skip(1).copied().chain([area.bottom()]);
    let pieces: Vec<(usize, usize)> = starts.iter().copied().zip(ends).filter(|(y, end)| y < end).collect();
    let pitch = pitch(&pieces);
    let mut lines = Vec::with_capacity(pieces.len());
    for (mut y, end) in pieces {
        while let Some(pitch) = pitch.filter(|pitch| end - y > *pitch && end - y <= 4 * pitch) {
            lines.extend(Area::from_edges(area.x(), y, area.right(), y + pitch));
            y += pitch;
        }
        lines.extend(Area::from_edges(area.x(), y, area.right(), end));
    }
    lines
}

/// The height that occurs most often, if it is that of lines.
fn pitch(pieces: &[(usize, usize)]) -> Option<usize> {
    let mut count = [0_u16; HIGHEST_PX + 1];
    for (y, end) in pieces {
        if let Some(count) = count.get_mut(end - y) {
            *count = count.saturating_add(1);
        }
    }
    let (height, times) = count.iter().enumerate().skip(LOWEST_PX).max_by_key(|(_, times)| **times)?;
    (*times >= 2).then_some(height)
}

/// Cuts at gaps that reach from the top of the area to its bottom.
fn columns_of(surface: &Surface, area: Area) -> Vec<Area> {
    let mut rows = surface.rows(area);
    let Some(first) = rows.next() else { return vec![area] };
    let mut inked = vec![false; area.width()];
    for row in rows {
        let pixels = row.as_chunks::<PIXEL_BYTES>().0.iter().zip(first.as_chunks::<PIXEL_BYTES>().0);
        for (inked, (pixel, first)) in inked.iter_mut().zip(pixels) {
            *inked |= colour(*pixel) != colour(*first);
        }
    }
    let mut edges = vec![area.x()];
    let mut x = area.x();
    for run in inked.chunk_by(|a, b| a == b) {
        if run.first() == Some(&false) && run.len() >= GAP_PX && x > area.x() {
            edges.push(x);
        }
        x += run.len();
    }
    edges.push(area.right());
    edges
        .iter()
        .zip(edges.iter().skip(1))
        .filter_map(|(x0, x1)| Area::from_edges(*x0, area.y(), *x1, area.bottom()))
        .collect()
}

fn is_blank(row: &[u8]) -> bool {
    let pixels = row.as_chunks::<PIXEL_BYTES>().0;
    let Some(first) = pixels.first() else { return true };
    pixels.iter().all(|pixel| colour(*pixel) == colour(*first))
}

#[cfg(test)]
mod tests {
    use super::*;
    use deskside_proto::geometry::Size;

    /// Black strokes on white in the given rows and columns.
    fn page(size: Size, ink: impl Fn(usize, usize) -> bool) -> (Surface, Area) {
        let mut surface = Surface::new(size).unwrap();
        let whole = Area::whole(size).unwrap();
        for (y, row) in surface.rows_mut(whole).enumerate() {
            for (x, pixel) in row.chunks_exact_mut(4).enumerate() {
                pixel[..3].fill(if ink(x, y) { 0 } else { 255 });
            }
        }
        (surface, whole)
    }

    fn cut(size: Size, ink: impl Fn(usize, usize) -> bool) -> Pieces {
        let (surface, whole) = page(size, ink);
        let mut pieces = Pieces::default();
        pieces.add(&surface, whole);
        let pixels: usize = pieces.lines.iter().chain(&pieces.blocks).map(|piece| piece.pixels()).sum();
        assert_eq!(pixels, whole.pixels());
        pieces
    }

    #[test]
    fn lines_begin_with_their_ink_and_an_empty_line_has_the_pitch_of_the_others() {
        let line = |y: usize| y >= 4 && (y - 4) % 18 < 13 && (y - 4) / 18 != 2;
        let pieces = cut(Size::new(200, 4 + 18 * 6), |x, y| line(y) && x % 5 == 1);
        let starts: Vec<usize> = pieces.lines.iter().map(|line| line.y()).collect();
        assert_eq!(starts, [0, 4, 22, 40, 58, 76, 94]);
        assert!(pieces.blocks.is_empty());
    }

    #[test]
    fn two_columns_of_a_page_are_cut_apart_when_their_lines_do_not_meet() {
        let ink = |x: usize, y: usize| {
            if x < 100 { y % 18 < 13 && x % 5 == 1 } else { x >= 130 && (y + 9) % 18 < 13 && x % 5 == 1 }
        };
        let pieces = cut(Size::new(230, 180), ink);
        assert!(pieces.blocks.is_empty(), "{pieces:?}");
        assert!((20..=24).contains(&pieces.lines.len()), "{pieces:?}");
    }

    #[test]
    fn changes_that_end_a_few_pixels_apart_are_joined_and_others_are_not() {
        let area = |x, y, width, height| Area::from_edges(x, y, x + width, y + height).unwrap();
        let (surface, _) = page(Size::new(200, 200), |_, _| false);
        let mut near =
            vec![area(2, 66, 60, 60), area(66, 65, 62, 63), area(130, 64, 60, 62), area(2, 130, 186, 40)];
        join_nearly(&surface, &mut near);
        assert_eq!(near, [area(2, 64, 188, 106)]);
        let mut far =
            vec![area(0, 0, 20, 20), area(64, 0, 20, 20), area(0, 64, 64, 64), area(64, 120, 64, 4)];
        join_nearly(&surface, &mut far);
        assert_eq!(far.len(), 4, "{far:?}");
        // A picture stands beside the lower lines.
        let (surface, _) = page(Size::new(200, 200), |x, y| x > 130 && y > 64 && (x * y) % 3 == 0);
        let mut beside = vec![area(0, 0, 200, 64), area(0, 64, 128, 64)];
        join_nearly(&surface, &mut beside);
        assert_eq!(beside.len(), 2, "{beside:?}");
    }

    #[test]
    fn a_pattern_is_left_in_one_piece_or_few() {
        let pieces = cut(Size::new(64, 64), |x, y| (x + y) % 2 == 0);
        assert_eq!((pieces.lines.len(), pieces.blocks.len()), (0, 1));
        let pieces = cut(Size::new(64, 64), |_, y| y % 2 == 0);
        assert!(pieces.lines.len() <= 8, "{pieces:?}");
    }
}
