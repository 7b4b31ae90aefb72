//! Content that costs a few bytes beside other drawn content: stripes and boxes. An operation of its own, or an entry that
//! names a slot, would cost more.

use crate::cells::CELL_PX;
use crate::surface::{Area, PIXEL_BYTES, Surface, colour};

/// Most columns and rows that are unlike the one before, of content that is written rather than taken from a slot. Each is
/// a run of the history, about three bytes; an entry that names a slot has twelve.
pub const STEPS_OF_A_SLOT: u32 = 4;

/// The same of what lies between two areas that are written as one: an area of its own has eight bytes.
const STEPS_BETWEEN: u32 = 2;

/// What lies between has at most so many times the pixels of both areas.
const MOST_BETWEEN: usize = 2;

/// Whether that part of a cell has no more such columns and rows.
///
/// Cost: every pixel is looked at twice.
pub fn is_plain(surface: &Surface, area: Area, most_steps: u32) -> bool {
    if area.width() > CELL_PX || area.height() > CELL_PX {
        return false;
    }
    let (mut columns, mut rows) = (0_u64, 0);
    let mut above: Option<&[[u8; PIXEL_BYTES]]> = None;
    for row in surface.rows(area) {
        let row = row.as_chunks().0;
        let pairs = row.iter().zip(row.iter().skip(1));
        let steps = pairs.map(|(left, right)| u64::from(colour(*left) != colour(*right)));
        columns |= steps.enumerate().fold(0, |all, (column, step)| all | step << column);
        let is_like = |above: &[[u8; PIXEL_BYTES]]| {
            above.iter().zip(row).all(|(above, here)| colour(*above) == colour(*here))
        };
        rows += u32::from(!above.is_none_or(is_like));
        if columns.count_ones() + rows > most_steps {
            return false;
        }
        above = Some(row);
    }
    true
}

/// Joins plain areas of one row with what lies between them, where that is plain, and neither wide nor much. The result
/// covers the same pixels and those between, which may belong to other areas as well.
pub fn join_plain(surface: &Surface, areas: &mut Vec<Area>) {
    areas.sort_unstable_by_key(|area| (area.y(), area.height(), area.x()));
    let mut joined: Vec<(Area, bool)> = Vec::with_capacity(areas.len());
    for area in areas.drain(..) {
        let plain = is_plain(surface, area, STEPS_OF_A_SLOT);
        let row = joined.last_mut().filter(|(row, is_plain)| {
            *is_plain && plain && row.y() == area.y() && row.height() == area.height()
        });
        let meets = |row: Area| match Area::from_edges(row.right(), row.y(), area.x(), row.bottom()) {
            Some(between) => {
                between.pixels() <= MOST_BETWEEN * (row.pixels() + area.pixels())
                    && is_plain(surface, between, STEPS_BETWEEN)
            }
            None => row.right() == area.x(),
        };
        match row.filter(|(row, _)| meets(*row)) {
            Some((row, _)) => *row = row.union(area),
            None => joined.push((area, plain)),
        }
    }
    areas.extend(joined.into_iter().map(|(area, _)| area));
}

#[cfg(test)]
mod tests {
    use super::*;
    use deskside_proto::geometry::Size;

    #[test]
    fn stripes_and_boxes_are_plain_and_letters_are_not() {
        let size = Size::new(128, 64);
        let mut surface = Surface::new(size).unwrap();
        let area = |x, y, right, bottom| Area::from_edges(x, y, right, bottom).unwrap();
        let stripes = area(0, 0, 64, 16);
        for (y, row) in surface.rows_mut(stripes).enumerate() {
            for (x, pixel) in row.chunks_exact_mut(4).enumerate() {
                // The unused byte says nothing.
                pixel.copy_from_slice(&if x / 16 % 2 == 0 { [0, 0, 0, y as u8] } else { [255; 4] });
            }
        }
        assert!(is_plain(&surface, stripes, 3) && !is_plain(&surface, stripes, 2));
        assert!(is_plain(&surface, area(64, 0, 128, 64), 0), "one colour");
        assert!(!is_plain(&surface, area(0, 0, 65, 16), 9), "more than a cell");
        surface.rows_mut(area(70, 4, 100, 20)).for_each(|row| row.fill(90));
        assert!(is_plain(&surface, area(64, 0, 128, 64), 4), "a box");
        let letter = area(80, 30, 92, 46);
        for (y, row) in surface.rows_mut(letter).enumerate() {
            row.chunks_exact_mut(4).enumerate().for_each(|(x, pixel)| pixel[0] = (x * y) as u8);
        }
        assert!(!is_plain(&surface, letter, 9));
    }

    #[test]
    fn what_changed_here_and_there_in_a_row_of_stripes_is_one_area() {
        let mut surface = Surface::new(Size::new(400, 32)).unwrap();
        for row in surface.rows_mut(Area::whole(Size::new(400, 32)).unwrap()) {
            row.chunks_exact_mut(4).enumerate().for_each(|(x, pixel)| pixel[0] = (x / 16 % 3) as u8);
        }
        let area = |x, right| Area::from_edges(x, 4, right, 20).unwrap();
        let mut areas = vec![area(200, 216), area(16, 32), area(48, 64), area(64, 80), area(224, 240)];
        areas.push(Area::from_edges(80, 5, 96, 20).unwrap());
        join_plain(&surface, &mut areas);
        let other = Area::from_edges(80, 5, 96, 20).unwrap();
        assert_eq!(areas, [area(16, 80), area(200, 240), other]);

        surface.rows_mut(area(33, 47)).for_each(|row| {
            row.chunks_exact_mut(4).enumerate().for_each(|(x, pixel)| pixel[1] = x as u8);
        });
        let mut areas = vec![area(16, 32), area(48, 64)];
        join_plain(&surface, &mut areas);
        assert_eq!(areas, [area(16, 32), area(48, 64)], "there are letters between");

        // Rules of a table, far from each other and high.
        let mut table = Surface::new(Size::new(400, 32)).unwrap();
        let rules = [area(10, 11), area(40, 41), area(70, 71)];
        rules.iter().for_each(|rule| table.rows_mut(*rule).for_each(|row| row.fill(200)));
        let mut areas = rules.to_vec();
        join_plain(&table, &mut areas);
        assert_eq!(areas, rules, "much more lies between");
    }
}
