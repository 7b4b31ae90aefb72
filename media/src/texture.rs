//! What kind of content an area holds: one colour, drawn things like text, or a photograph. Only pixels are looked
//! at; what follows from the answer is the policy's affair.

use crate::surface::{Area, PIXEL_BYTES, Surface, colour};

/// What an area looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Texture {
    /// Every pixel has this colour (blue, green, red).
    Solid([u8; 3]),
    /// Text, lines, flat colours: compresses well without loss.
    Drawn,
    /// Nearly every pixel differs from its neighbours: compresses badly without loss.
    Photo,
}

/// Below this an area is never called a photo: without loss it costs little whatever it holds.
const SMALLEST_PHOTO_PX: usize = 512;

/// Of 16 pixels with two known neighbours, how many must differ from both for a photo. Antialiased text reaches 5
/// or 6, photographs and video 12 to 16.
const PHOTO_SIXTEENTHS: usize = 9;

/// Looks at an area; every pixel for a solid one, every second row otherwise.
pub fn look(surface: &Surface, area: Area) -> Texture {
    if let Some(colour) = single_colour(surface, area) {
        return Texture::Solid(colour);
    }
    if area.pixels() < SMALLEST_PHOTO_PX || area.width() < 2 {
        return Texture::Drawn;
    }
    if is_busy(surface, area) { Texture::Photo } else { Texture::Drawn }
}

/// Whether most pixels, of every second row, differ from both known neighbours.
pub fn is_busy(surface: &Surface, area: Area) -> bool {
    busy_sixteenths(surface, area) >= PHOTO_SIXTEENTHS
}

/// How many of 16 pixels, of every second row, differ from both known neighbours.
pub fn busy_sixteenths(surface: &Surface, area: Area) -> usize {
    let mut rows = surface.rows(area);
    let (mut counted, mut lonely) = (0_usize, 0_usize);
    while let (Some(above), Some(row)) = (rows.next(), rows.next()) {
        lonely += lonely_pixels(above, row);
        counted += area.width() - 1;
    }
    (lonely * 16).checked_div(counted).unwrap_or(0)
}

/// A step between neighbours that is larger than this, in any colour, is an edge.
const EDGE: u8 = 24;

/// How neighbours in an area differ; every second row is looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Steps {
    /// Pairs of neighbours.
    pub pairs: usize,
    /// Pairs that differ.
    pub differing: usize,
    /// Pairs that differ much.
    pub edges: usize,
}

impl Steps {
    /// Looks at an area.
    pub fn of(surface: &Surface, area: Area) -> Self {
        let mut steps = Self::default();
        for row in surface.rows(area).step_by(2) {
            let pixels = row.as_chunks::<PIXEL_BYTES>().0;
            let neighbours = pixels.iter().zip(pixels.iter().skip(1));
            // Sums of numbers, so that it is done on many pixels at once.
            let (differing, edges) = neighbours.fold((0_u32, 0_u32), |(differing, edges), (a, b)| {
                let ([blue, green, red, _], [blue_2, green_2, red_2, _]) = (a, b);
                let step = blue.abs_diff(*blue_2).max(green.abs_diff(*green_2)).max(red.abs_diff(*red_2));
                (differing.wrapping_add(u32::from(step > 0)), edges.wrapping_add(u32::from(step > EDGE)))
            });
            steps.differing += differing as usize;
            steps.edges += edges as usize;
            steps.pairs += pixels.len().saturating_sub(1);
        }
        steps
    }

    /// Whether it is the sky or a wall of a photograph, too flat to be called one, but not flat enough to compress
    /// well; who sees it a little blurred misses no edge. A word on a flat ground is not soft: of the few pixels
    /// that differ there, most are edges.
    pub const fn are_soft(self) -> bool {
        self.differing > 0 && self.differing * 16 >= self.pairs && self.edges * 8 <= self.differing
    }

    /// The same where a film runs anyway: it may have more edges, but still not as many as a subtitle.
    pub const fn are_film(self) -> bool {
        self.edges * 3 <= self.differing
    }
}

fn single_colour(surface: &Surface, area: Area) -> Option<[u8; 3]> {
    let mut rows = surface.rows(area);
    let first = rows.next()?;
    let pixel = first.first_chunk().copied()?;
    let is_pixel = |other: &[u8; PIXEL_BYTES]| colour(*other) == colour(pixel);
    let row_is_one = |row: &[u8]| row.as_chunks().0.iter().all(is_pixel);
    let [blue, green, red, _] = pixel;
    (row_is_one(first) && rows.all(row_is_one)).then_some([blue, green, red])
}

/// Pixels of `row`, without the first, that equal neither the pixel at the left nor the one above.
fn lonely_pixels(above: &[u8], row: &[u8]) -> usize {
    let (above, row) = (above.as_chunks().0, row.as_chunks().0);
    let neighbours = row.iter().zip(row.iter().skip(1)).zip(above.iter().skip(1));
    // A sum of numbers, not a count of a filter: so it is done on many pixels at once.
    let lonely = neighbours.map(|((left, here), up)| {
        let here = colour(*here);
        u32::from(here != colour(*left)) & u32::from(here != colour(*up))
    });
    lonely.fold(0, u32::wrapping_add) as usize
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use deskside_proto::geometry::Size;

    pub(crate) fn picture(pixel: impl Fn(usize, usize) -> [u8; 3]) -> (Surface, Area) {
        let size = Size { width: 64, height: 64 };
        let mut surface = Surface::new(size).unwrap();
        let area = Area::whole(size).unwrap();
        for (y, row) in surface.rows_mut(area).enumerate() {
            for (x, p) in row.chunks_exact_mut(4).enumerate() {
                p[..3].copy_from_slice(&pixel(x, y));
            }
        }
        (surface, area)
    }

    #[test]
    fn one_colour_is_solid_whatever_the_unused_byte_says() {
        let (mut surface, area) = picture(|_, _| [1, 2, 3]);
        surface.rows_mut(area).next().unwrap()[7] = 99;
        assert_eq!(look(&surface, area), Texture::Solid([1, 2, 3]));
    }

    #[test]
    fn a_single_other_pixel_in_the_last_corner_is_not_solid() {
        let (surface, area) = picture(|x, y| if (x, y) == (63, 63) { [0; 3] } else { [255; 3] });
        assert_eq!(look(&surface, area), Texture::Drawn);
    }

    #[test]
    fn noise_is_a_photo_and_strokes_are_not() {
        let noise = |x: usize, y: usize| {
            let v = (x * 7_919 + y * 104_729).wrapping_mul(2_654_435_761);
            [(v >> 8) as u8, (v >> 16) as u8, (v >> 24) as u8]
        };
        let (surface, area) = picture(noise);
        assert_eq!(look(&surface, area), Texture::Photo);
        let (surface, area) = picture(|x, y| if x % 7 < 2 || y % 9 == 0 { [0; 3] } else { [255; 3] });
        assert_eq!(look(&surface, area), Texture::Drawn);
    }

    #[test]
    fn a_flat_film_is_soft_and_writing_is_not() {
        let (film, area) = picture(|x, y| [(100 + x / 8) as u8, (90 + y / 6) as u8, 80]);
        let steps = Steps::of(&film, area);
        assert!(steps.are_soft() && steps.are_film(), "{steps:?}");
        let (text, area) = picture(|x, y| if x % 9 < 2 && y % 18 < 12 { [20; 3] } else { [255; 3] });
        let steps = Steps::of(&text, area);
        assert!(!steps.are_soft() && !steps.are_film(), "{steps:?}");
        // One short word, with grey edges, on a white page.
        let grey = |x: usize| [255, 180, 20, 120, 255, 90, 20, 200][x % 8];
        let (word, area) =
            picture(
                |x, y| if (10..40).contains(&x) && (20..30).contains(&y) { [grey(x); 3] } else { [255; 3] },
            );
        let steps = Steps::of(&word, area);
        assert!(!steps.are_soft() && !steps.are_film(), "{steps:?}");
        let caret = Area::from_edges(3, 3, 4, 20).unwrap();
        assert!(!Steps::of(&word, caret).are_soft(), "it has no neighbours");
    }

    #[test]
    fn a_gradient_is_drawn() {
        let (surface, area) = picture(|_, y| [y as u8, y as u8, 100]);
        assert_eq!(look(&surface, area), Texture::Drawn);
    }
}
