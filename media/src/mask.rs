//! Putting a neutral block over pixels that are not to be seen, before anything else looks at them. It does not know
//! what is hidden, nor why.

use crate::surface::PIXEL_BYTES;
use deskside_proto::geometry::Rect;

/// What stands where nothing may be seen: a plain grey, the same in every theme.
///
/// Shape: blue, green, red and an unused byte, as in a [`Patch`](crate::Patch).
pub const NEUTRAL: [u8; PIXEL_BYTES] = [0x6B, 0x6B, 0x6B, 0];

/// Overwrites the pixels of `hidden` in a piece of the desktop.
///
/// Shape: `pixels` are the rows of `area` without gaps, four bytes a pixel. Whatever lies beyond the end of `pixels` is
/// not there to be seen.
pub fn cover(pixels: &mut [u8], area: Rect, hidden: &[Rect]) {
    let row_bytes = area.width as usize * PIXEL_BYTES;
    for part in hidden.iter().filter_map(|hidden| hidden.intersection(&area)) {
        // INVARIANT: a part lies within the area, so that no difference is negative.
        let offset = |from: i32, to: i32| usize::try_from(i64::from(to) - i64::from(from)).unwrap_or(0);
        let (left, top) = (offset(area.x, part.x) * PIXEL_BYTES, offset(area.y, part.y));
        let rows = pixels.chunks_mut(row_bytes.max(1)).skip(top).take(part.height as usize);
        for row in rows {
            let length = (part.width as usize * PIXEL_BYTES).min(row.len().saturating_sub(left));
            if let Some(covered) = row.get_mut(left..left + length) {
                blank(covered);
            }
        }
    }
}

/// Overwrites all of these pixels.
pub fn blank(pixels: &mut [u8]) {
    for pixel in pixels.chunks_mut(PIXEL_BYTES) {
        let length = pixel.len();
        pixel.copy_from_slice(NEUTRAL.get(..length).unwrap_or_default());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use deskside_proto::geometry::DesktopPoint;
    use proptest::prelude::*;

    fn rects() -> impl Strategy<Value = Rect> {
        (-20..40_i32, -20..40_i32, 0..40_u32, 0..40_u32)
            .prop_map(|(x, y, width, height)| Rect::new(x, y, width, height))
    }

    proptest! {
        #[test]
        fn exactly_the_hidden_pixels_are_covered(
            area in rects(),
            hidden in prop::collection::vec(rects(), 0..12),
        ) {
            let mut pixels = vec![0xEE; (area.area() as usize) * PIXEL_BYTES];
            cover(&mut pixels, area, &hidden);
            for (at, pixel) in pixels.chunks(PIXEL_BYTES).enumerate() {
                let (x, y) = (at as i32 % area.width as i32, at as i32 / area.width as i32);
                let at = DesktopPoint::new(area.x + x, area.y + y);
                let is_hidden = hidden.iter().any(|rect| rect.contains(at));
                prop_assert_eq!(pixel, if is_hidden { NEUTRAL } else { [0xEE; PIXEL_BYTES] });
            }
        }

        #[test]
        fn too_few_pixels_are_no_panic(
            area in rects(), hidden in prop::collection::vec(rects(), 0..5), length in 0..300_usize,
        ) {
            cover(&mut vec![1; length], area, &hidden);
        }
    }
}
