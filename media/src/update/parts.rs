//! How areas are parted by their content and joined again before their pixels are written exactly: photographs apart from
//! what is drawn, and each in as few and as similar areas as possible. It writes nothing.

use crate::cells::{CELL_PX, CellIndex, Grid};
use crate::surface::{Area, Surface, merge_areas};
use crate::texture::{Steps, Texture, busy_sixteenths, is_busy, look};
use crate::tile::lines::join_nearly;
use crate::tile::plain::join_plain;
use std::collections::BTreeMap;

/// Up to so many pixels of a kind are few: those of four cells. What is cheap among them goes with the rest.
pub const FEW_PX: usize = 4 * CELL_PX * CELL_PX;

/// Areas that are ready to be written.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Parts {
    /// Photographs, and what belongs to one.
    pub photos: Vec<Area>,
    /// Text, lines, flat colours; with what lies between them, where that costs less than another area.
    pub drawn: Vec<Area>,
    /// The areas of which parts are in both: a cell of which each part is exact is exact.
    pub parted: Vec<Area>,
}

impl Parts {
    /// Parts and joins areas of which each lies within a cell. The result covers them, and somewhat more.
    ///
    /// What touches a photograph belongs to it although it would not be called one by itself: its rim, where that is small,
    /// and its sky. Their many colours would cost the text beside them its table of colours.
    ///
    /// Cost: every pixel is looked at twice at most, and every second row three times.
    pub fn of(surface: &Surface, areas: &[Area]) -> Self {
        let [mut photos, mut drawn, mut beside, mut parted] = [const { Vec::new() }; 4];
        let mut unlike = ByCell::new(Grid::new(surface.size()));
        let is_soft = |area| Steps::of(surface, area).are_soft();
        for area in areas.iter().copied() {
            if look(surface, area) == Texture::Photo {
                photos.push(area);
                continue;
            }
            match photo_and_rest(surface, area) {
                Some((_, rest)) if is_soft(rest) => photos.push(area),
                Some((photo, rest)) => {
                    photos.push(photo);
                    beside.push(rest);
                    parted.push(area);
                }
                None => unlike.add(area),
            }
        }
        let mut number = 0;
        while let Some(photo) = photos.get(number).copied() {
            number += 1;
            for area in unlike.take_touching(photo) {
                let is_part = is_busy(surface, area) || is_soft(area);
                if is_part { &mut photos } else { &mut drawn }.push(area);
            }
        }
        drawn.extend(unlike.areas.into_values().flatten());
        if drawn.iter().map(|area| area.pixels()).sum::<usize>() <= FEW_PX {
            join_plain(surface, &mut drawn);
        }
        merge_areas(&mut drawn);
        join_nearly(surface, &mut drawn);
        // Joined with those they would cover the photographs that they were parted from.
        merge_areas(&mut beside);
        drawn.append(&mut beside);
        merge_areas(&mut photos);
        Self { photos, drawn, parted }
    }
}

/// Areas by the cell in which each lies.
struct ByCell {
    grid: Grid,
    areas: BTreeMap<CellIndex, Vec<Area>>,
}

impl ByCell {
    const fn new(grid: Grid) -> Self {
        Self { grid, areas: BTreeMap::new() }
    }

    fn add(&mut self, area: Area) {
        self.grid.cells_in(area).take(1).for_each(|cell| self.areas.entry(cell).or_default().push(area));
    }

    /// The areas between which and this one, which lies within a cell as well, nothing lies; they are not among these any
    /// more.
    fn take_touching(&mut self, area: Area) -> Vec<Area> {
        let Self { grid, areas } = self;
        let mut touching = Vec::new();
        for cell in grid.cells_in(area).flat_map(|cell| grid.neighbours(cell).chain([cell])) {
            if let Some(areas) = areas.get_mut(&cell) {
                touching.extend(areas.extract_if(.., |other| other.touches(area)));
            }
        }
        touching
    }
}

/// So many rows of a photograph, and so many pixels, are worth being parted from what lies above or below them.
const FEWEST_ROWS: usize = 4;
const FEWEST_PX: usize = FEWEST_ROWS * CELL_PX;

/// Of 16 pixels in such rows so many differ from both known neighbours: more than in the middle of letters.
const ROWS_SIXTEENTHS: usize = 12;

/// The rows of an area at its top or bottom that are of a photograph, as where one is scrolled in, and the other rows.
///
/// Cost: two rows, and those that are found.
fn photo_and_rest(surface: &Surface, area: Area) -> Option<(Area, Area)> {
    let rows = |from, to| Area::from_edges(area.x(), from, area.right(), to);
    let (top, bottom) = (area.y(), area.bottom());
    let is_of_photo = |y: &usize| rows(y - 1, y + 1).is_some_and(|two| is_busy(surface, two));
    let end = (top + 1..bottom).find(|y| !is_of_photo(y)).unwrap_or(bottom);
    let begin = (top + 1..bottom).rfind(|y| !is_of_photo(y)).map_or(top, |y| y + 1);
    let parts = [(rows(top, end), rows(end, bottom)), (rows(begin, bottom), rows(top, begin))];
    parts.into_iter().filter_map(|(photo, rest)| photo.zip(rest)).find(|(photo, _)| {
        let is_enough = photo.height() >= FEWEST_ROWS && photo.pixels() >= FEWEST_PX;
        is_enough && busy_sixteenths(surface, *photo) >= ROWS_SIXTEENTHS
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::texture::tests::picture;

    #[test]
    fn the_rim_and_the_sky_of_a_photograph_belong_to_it_and_an_icon_elsewhere_does_not() {
        let noise = |x: usize, y: usize| (x * 7_919 + y * 104_729).wrapping_mul(2_654_435_761);
        let (surface, _) = picture(|x, y| match (x, y) {
            (0..10, 0..32) | (40..64, 40..64) => [255, 255, if x % 7 < 2 { 0 } else { 255 }],
            (0..50, 0..40) => [(noise(x, y) >> 8) as u8, (noise(x, y) >> 16) as u8, 9],
            (_, 0..40) => [(200 + x / 5) as u8, (180 + y / 7) as u8, 90],
            _ => [(noise(x, y) >> 9) as u8, 1, 1],
        });
        let area = |x, y, right, bottom| Area::from_edges(x, y, right, bottom).unwrap();
        let (photo, rim, sky) = (area(14, 0, 50, 32), area(10, 0, 14, 32), area(50, 0, 64, 32));
        let (line, icon) = (area(0, 0, 10, 32), area(4, 50, 20, 60));
        assert_eq!(look(&surface, rim), Texture::Drawn);
        assert_eq!(look(&surface, sky), Texture::Drawn);
        let parts = Parts::of(&surface, &[line, rim, photo, sky, icon]);
        let (photos, drawn) = (vec![area(10, 0, 64, 32)], vec![line, icon]);
        assert_eq!(parts, Parts { photos, drawn, parted: vec![] });
        let parts = Parts::of(&surface, &[icon, line]);
        assert_eq!(parts, Parts { drawn: vec![line, icon], ..Parts::default() });
    }

    #[test]
    fn a_photograph_that_is_scrolled_in_is_parted_from_what_lies_above_and_below() {
        let noise = |x: usize, y: usize| (x * 7_919 + y * 104_729).wrapping_mul(2_654_435_761);
        let (surface, _) = picture(|x, y| match y {
            10..30 => [(noise(x, y) >> 8) as u8, (noise(x, y) >> 16) as u8, 9],
            _ => [if x % 9 < 2 && y % 18 < 12 { 20 } else { 255 }; 3],
        });
        let area = |y, bottom| Area::from_edges(0, y, 64, bottom).unwrap();
        for (whole, photo, rest) in [
            (area(0, 20), area(10, 20), area(0, 10)),
            (area(20, 50), area(20, 30), area(30, 50)),
            (area(26, 50), area(26, 30), area(30, 50)),
        ] {
            let parts = Parts::of(&surface, &[whole]);
            assert_eq!(parts, Parts { photos: vec![photo], drawn: vec![rest], parted: vec![whole] });
        }
        // Less than four rows, and nothing but letters.
        for whole in [area(0, 13), area(28, 60), area(30, 64)] {
            assert_eq!(Parts::of(&surface, &[whole]), Parts { drawn: vec![whole], ..Parts::default() });
        }
        // What is left of the text is not joined over the photograph with the text beside it.
        let [left, right] = [(0, 32), (32, 64)].map(|(x, right)| Area::from_edges(x, 2, right, 18).unwrap());
        let (surface, _) = picture(|x, y| match (x, y) {
            (32.., 10..30) => [(noise(x, y) >> 8) as u8, (noise(x, y) >> 16) as u8, 9],
            _ => [if x % 9 < 2 && y % 18 < 12 { 20 } else { 255 }; 3],
        });
        let parts = Parts::of(&surface, &[left, right]);
        assert_eq!(parts.photos, [Area::from_edges(32, 10, 64, 18).unwrap()]);
        assert_eq!(parts.drawn, [left, Area::from_edges(32, 2, 64, 10).unwrap()]);
    }
}
