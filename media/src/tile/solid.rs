//! Areas of one colour. Order of a colour everywhere: blue, green, red.

use crate::surface::{Area, PIXEL_BYTES, Surface};

/// Paints an area in one colour.
pub fn fill(surface: &mut Surface, area: Area, [blue, green, red]: [u8; 3]) {
    for row in surface.rows_mut(area) {
        for pixel in row.chunks_exact_mut(PIXEL_BYTES) {
            pixel.copy_from_slice(&[blue, green, red, 255]);
        }
    }
}

/// Changed areas of one colour, gathered by colour.
#[derive(Debug, Default)]
pub struct Fills {
    by_colour: Vec<([u8; 3], Vec<Area>)>,
}

impl Fills {
    /// Adds an area of this colour.
    pub fn add(&mut self, colour: [u8; 3], area: Area) {
        match self.by_colour.iter_mut().find(|(known, _)| *known == colour) {
            Some((_, areas)) => areas.push(area),
            None => self.by_colour.push((colour, vec![area])),
        }
    }

    /// Whether there is nothing to paint.
    pub const fn is_empty(&self) -> bool {
        self.by_colour.is_empty()
    }

    /// All areas, and nothing is left, if they have no more pixels than that together; otherwise none.
    pub fn take_all_if_small(&mut self, most_pixels: usize) -> Vec<Area> {
        let areas = self.by_colour.iter().flat_map(|(_, areas)| areas);
        if areas.map(|area| area.pixels()).sum::<usize>() > most_pixels {
            return Vec::new();
        }
        std::mem::take(&mut self.by_colour).into_iter().flat_map(|(_, areas)| areas).collect()
    }

    /// Each colour with its areas, neighbours joined.
    pub fn into_merged(self) -> impl Iterator<Item = ([u8; 3], Vec<Area>)> {
        self.by_colour.into_iter().map(|(colour, mut areas)| {
            crate::surface::merge_areas(&mut areas);
            (colour, areas)
        })
    }
}
