//! How areas are parted by their content and joined again before their pixels are written exactly: photographs apart from
//! what is drawn, and each in as few and as similar areas as possible. It writes nothing.

use crate::surface::{Area, Surface, merge_areas};
use crate::texture::{Steps, Texture, are_lonely, look};
use crate::tile::lines::join_nearly;
use crate::tile::plain::{SMALL_PX, join_plain};

/// Areas that are ready to be written.
#[derive(Debug, Default)]
pub struct Parts {
    /// Photographs.
    pub photos: Vec<Area>,
    /// Text, lines, flat colours; with what lies between them, where that costs less than another area.
    pub drawn: Vec<Area>,
    /// The areas of which parts are in both: a cell of which each part is exact is exact.
    pub parted: Vec<Area>,
}

impl Parts {
    /// Parts and joins the areas: together the result covers them, and somewhat more.
    pub fn of(surface: &Surface, areas: &[Area]) -> Self {
        let Kinds { mut photos, mut drawn, mut beside, parted } = Kinds::of(surface, areas);
        if drawn.iter().map(|area| area.pixels()).sum::<usize>() <= SMALL_PX {
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

/// Areas by what they hold.
#[derive(Debug, Default, PartialEq, Eq)]
struct Kinds {
    /// Photographs, and what belongs to one.
    photos: Vec<Area>,
    /// Everything else.
    drawn: Vec<Area>,
    /// What lies above or below a photograph in the same area; the photograph is among them, and this is not.
    beside: Vec<Area>,
    /// The areas of which there are such parts.
    parted: Vec<Area>,
}

impl Kinds {
    /// Parts the areas. What touches a photograph belongs to it although it would not be called one by itself: its rim,
    /// where that is small, and its sky. Their many colours would cost the text beside them its table of colours.
    ///
    /// Cost: every second row of each area is looked at three times at most.
    fn of(surface: &Surface, areas: &[Area]) -> Self {
        let [mut photos, mut drawn, mut beside, mut parted] = [const { Vec::new() }; 4];
        for area in areas {
            if look(surface, *area) == Texture::Photo {
                photos.push(*area);
            } else if let Some((photo, rest)) = photo_and_rest(surface, *area)
                && !Steps::of(surface, rest).are_soft()
            {
                photos.push(photo);
                beside.push(rest);
                parted.push(*area);
            } else {
                drawn.push(*area);
            }
        }
        let mut others = Vec::new();
        let mut number = 0;
        while let Some(photo) = photos.get(number).copied() {
            number += 1;
            for area in drawn.extract_if(.., |area| area.touches(photo)) {
                let is_part = are_lonely(surface, area) || Steps::of(surface, area).are_soft();
                if is_part { &mut photos } else { &mut others }.push(area);
            }
        }
        drawn.append(&mut others);
        Self { photos, drawn, beside, parted }
    }
}

/// Below this an edge of a photograph stays with what lies beside it.
const SMALLEST_RIM_PX: usize = 64;

/// So many rows of a photograph at least are worth being parted from what lies above or below it.
const LOWEST_PHOTO_PX: usize = 4;

/// The rows of an area at its top or bottom that are of a photograph, as where one is scrolled in, and the other rows.
///
/// Cost: two rows, and those that are found.
fn photo_and_rest(surface: &Surface, area: Area) -> Option<(Area, Area)> {
    if area.width() * LOWEST_PHOTO_PX < SMALLEST_RIM_PX {
        return None;
    }
    let cut = |y| {
        let above = Area::from_edges(area.x(), area.y(), area.right(), y)?;
        Some((above, Area::from_edges(area.x(), y, area.right(), area.bottom())?))
    };
    let is_rich = |y: usize| {
        let rows = Area::from_edges(area.x(), y - 1, area.right(), y + 1);
        rows.is_some_and(|rows| are_lonely(surface, rows))
    };
    let (top, bottom) = (area.y(), area.bottom());
    let end = (top + 1..bottom).find(|y| !is_rich(*y)).unwrap_or(bottom);
    if end >= top + LOWEST_PHOTO_PX {
        return cut(end);
    }
    let last_other = (top + 1..bottom).rfind(|y| !is_rich(*y)).unwrap_or(top);
    if last_other + LOWEST_PHOTO_PX < bottom {
        return cut(last_other + 1).map(|(rest, photo)| (photo, rest));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use deskside_proto::geometry::Size;

    fn picture(pixel: impl Fn(usize, usize) -> [u8; 3]) -> Surface {
        let size = Size { width: 64, height: 64 };
        let mut surface = Surface::new(size).unwrap();
        for (y, row) in surface.rows_mut(Area::whole(size).unwrap()).enumerate() {
            for (x, p) in row.chunks_exact_mut(4).enumerate() {
                p[..3].copy_from_slice(&pixel(x, y));
            }
        }
        surface
    }

    #[test]
    fn the_rim_and_the_sky_of_a_photograph_belong_to_it_and_an_icon_elsewhere_does_not() {
        let noise = |x: usize, y: usize| (x * 7_919 + y * 104_729).wrapping_mul(2_654_435_761);
        let surface = picture(|x, y| match (x, y) {
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
        let kinds = Kinds::of(&surface, &[line, rim, photo, sky, icon]);
        assert_eq!(kinds.photos, [photo, rim, sky]);
        assert_eq!(kinds.drawn, [icon, line]);
        let kinds = Kinds::of(&surface, &[icon, line]);
        assert_eq!((kinds.photos, kinds.drawn), (vec![], vec![icon, line]));
    }

    #[test]
    fn a_photograph_that_is_scrolled_in_is_parted_from_what_lies_above_and_below() {
        let noise = |x: usize, y: usize| (x * 7_919 + y * 104_729).wrapping_mul(2_654_435_761);
        let surface = picture(|x, y| match y {
            10..30 => [(noise(x, y) >> 8) as u8, (noise(x, y) >> 16) as u8, 9],
            _ => [if x % 9 < 2 && y % 18 < 12 { 20 } else { 255 }; 3],
        });
        let area = |y, bottom| Area::from_edges(0, y, 64, bottom).unwrap();
        for (whole, photo, rest) in [
            (area(0, 20), area(10, 20), area(0, 10)),
            (area(20, 50), area(20, 30), area(30, 50)),
            (area(26, 50), area(26, 30), area(30, 50)),
        ] {
            let kinds = Kinds::of(&surface, &[whole]);
            let expected =
                Kinds { photos: vec![photo], drawn: vec![], beside: vec![rest], parted: vec![whole] };
            assert_eq!(kinds, expected);
        }
        // Less than four rows, and nothing but letters.
        for whole in [area(0, 13), area(28, 60), area(30, 64)] {
            assert_eq!(Kinds::of(&surface, &[whole]), Kinds { drawn: vec![whole], ..Kinds::default() });
        }
    }
}
