//! What a capturer hands to the encoder: the size of the desktop and fresh pixels of its changed parts. It does
//! not know where pixels come from.

use crate::surface::PIXEL_BYTES;
use deskside_proto::geometry::{Rect, Size};

/// Fresh pixels of one rectangle of the desktop.
///
/// Shape: rows of `stride` bytes, four bytes a pixel (blue, green, red, unused). The rectangle may reach over the
/// edge of the desktop; what lies outside is ignored.
#[derive(Clone, Copy)]
pub struct Patch<'a> {
    area: Rect,
    stride: usize,
    pixels: &'a [u8],
}

impl<'a> Patch<'a> {
    /// A patch; none when the pixels do not suffice for the rectangle.
    pub fn new(area: Rect, stride: usize, pixels: &'a [u8]) -> Option<Self> {
        let row = (area.width as usize).checked_mul(PIXEL_BYTES)?;
        let last_row = (area.height as usize).checked_sub(1)?.checked_mul(stride)?;
        let enough = row > 0 && row <= stride && last_row.checked_add(row)? <= pixels.len();
        enough.then_some(Self { area, stride, pixels })
    }

    /// Where on the desktop the pixels are.
    pub const fn area(&self) -> Rect {
        self.area
    }

    /// One row from `x` on, `width` pixels long; `x` and `y` count from the corner of the patch.
    pub fn row(&self, x: usize, y: usize, width: usize) -> Option<&'a [u8]> {
        let start = y.checked_mul(self.stride)?.checked_add(x.checked_mul(PIXEL_BYTES)?)?;
        self.pixels.get(start..start.checked_add(width.checked_mul(PIXEL_BYTES)?)?)
    }
}

/// One capture of the desktop: its size and fresh pixels of the parts that were reported as changed.
///
/// Toolkits report more than they change; the encoder finds out what truly differs.
#[derive(Clone, Copy)]
pub struct DesktopFrame<'a> {
    /// Size of the whole desktop.
    pub size: Size,
    /// Fresh pixels; parts that are not covered are as they were before.
    pub patches: &'a [Patch<'a>],
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_patch_needs_pixels_for_all_of_its_rows() {
        let area = Rect { x: 0, y: 0, width: 2, height: 2 };
        assert!(Patch::new(area, 8, &[0; 16]).is_some());
        assert!(Patch::new(area, 8, &[0; 15]).is_none());
        assert!(Patch::new(area, 7, &[0; 16]).is_none());
        assert!(Patch::new(area, 12, &[0; 20]).is_some());
        assert!(Patch::new(Rect { height: 0, ..area }, 8, &[0; 16]).is_none());
        assert!(Patch::new(Rect { width: 0, ..area }, 8, &[0; 16]).is_none());
        assert!(Patch::new(area, usize::MAX, &[0; 16]).is_none());
    }
}
