//! The order in which the pixels of an area are written one after the other: along rows, or along columns, so that
//! a letter of a line of text is one run of bytes wherever on the line it stands.

use crate::surface::{Area, PIXEL_BYTES, Surface, colour};

/// An order of pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Column after column from the left, each from the top.
    Columns,
    /// Row after row from the top, each from the left.
    Rows,
}

/// Side of a strip. Unit: pixels.
const STRIP_PX: usize = 64;

/// An area in strips that follow each other in the order of its pixels, so that no buffer need be as large as the
/// whole.
pub fn strips(area: Area, order: Order) -> impl Iterator<Item = Area> {
    let length = if order == Order::Columns { area.width() } else { area.height() };
    (0..length).step_by(STRIP_PX).filter_map(move |start| {
        let end = (start + STRIP_PX).min(length);
        match order {
            Order::Columns => Area::from_edges(area.x() + start, area.y(), area.x() + end, area.bottom()),
            Order::Rows => Area::from_edges(area.x(), area.y() + start, area.right(), area.y() + end),
        }
    })
}

/// Puts the colours of an area in order; `out` is overwritten.
pub fn gather(surface: &Surface, area: Area, order: Order, out: &mut Vec<u32>) {
    out.clear();
    match order {
        Order::Rows => {
            for row in surface.rows(area) {
                out.extend(row.as_chunks::<PIXEL_BYTES>().0.iter().map(|pixel| colour(*pixel)));
            }
        }
        Order::Columns => {
            out.resize(area.pixels(), 0);
            for (y, row) in surface.rows(area).enumerate() {
                let places = out.iter_mut().skip(y).step_by(area.height());
                for (place, pixel) in places.zip(row.as_chunks::<PIXEL_BYTES>().0) {
                    *place = colour(*pixel);
                }
            }
        }
    }
}

/// Paints an area with colours in order; there are exactly as many as the area has pixels.
pub fn scatter(surface: &mut Surface, area: Area, order: Order, colours: &[u32]) {
    let pixel = |colour: u32| (colour | 0xFF00_0000).to_le_bytes();
    match order {
        Order::Rows => {
            for (row, colours) in surface.rows_mut(area).zip(colours.chunks_exact(area.width())) {
                for (place, colour) in row.as_chunks_mut::<PIXEL_BYTES>().0.iter_mut().zip(colours) {
                    *place = pixel(*colour);
                }
            }
        }
        Order::Columns => {
            for (y, row) in surface.rows_mut(area).enumerate() {
                let colours = colours.iter().skip(y).step_by(area.height());
                for (place, colour) in row.as_chunks_mut::<PIXEL_BYTES>().0.iter_mut().zip(colours) {
                    *place = pixel(*colour);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use deskside_proto::geometry::Size;

    #[test]
    fn strips_one_after_the_other_are_the_whole() {
        let size = Size::new(150, 140);
        let whole = Area::whole(size).unwrap();
        let mut surface = Surface::new(size).unwrap();
        for (y, row) in surface.rows_mut(whole).enumerate() {
            row.chunks_exact_mut(4)
                .enumerate()
                .for_each(|(x, pixel)| pixel[..2].copy_from_slice(&[x as u8, y as u8]));
        }
        for order in [Order::Rows, Order::Columns] {
            let (mut all, mut part, mut parts) = (Vec::new(), Vec::new(), Vec::new());
            gather(&surface, whole, order, &mut all);
            for strip in strips(whole, order) {
                gather(&surface, strip, order, &mut part);
                parts.extend_from_slice(&part);
            }
            assert_eq!(parts, all, "{order:?}");
        }
    }

    #[test]
    fn what_was_gathered_is_scattered_to_the_same_places() {
        let size = Size::new(7, 5);
        let area = Area::from_edges(1, 1, 6, 4).unwrap();
        let mut surface = Surface::new(size).unwrap();
        for (y, row) in surface.rows_mut(area).enumerate() {
            for (x, pixel) in row.chunks_exact_mut(4).enumerate() {
                pixel.copy_from_slice(&[x as u8, y as u8, 9, 255]);
            }
        }
        for order in [Order::Rows, Order::Columns] {
            let mut colours = Vec::new();
            gather(&surface, area, order, &mut colours);
            let second = colours[1];
            assert_eq!(second, if order == Order::Rows { 0x09_00_01 } else { 0x09_01_00 });
            let mut other = Surface::new(size).unwrap();
            scatter(&mut other, area, order, &colours);
            assert!(other == surface, "{order:?}");
        }
    }
}
