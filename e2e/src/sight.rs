//! Two screens compared: what one shows of the other.

use anyhow::{Result, ensure};
use deskside_testkit::x11::{Screenshot, Xvfb};

/// The side of the largest pointer that themes of these desktops have, in px: the viewer draws it, and a screenshot of the
/// other screen leaves it out.
const POINTER_PX: usize = 32;

/// The rectangle (x, y, width, height in px) around all pixels in which two screens differ; `None` when they are equal.
///
/// # Errors
/// A screen is gone, or they have different sizes.
pub fn difference(one: &Xvfb, other: &Xvfb) -> Result<Option<(usize, usize, usize, usize)>> {
    let (one, other) = (one.screenshot()?, other.screenshot()?);
    ensure!((one.width, one.height) == (other.width, other.height), "the screens differ in size");
    let width = usize::from(one.width);
    let pixels = one.rgb.chunks_exact(3).zip(other.rgb.chunks_exact(3));
    let places =
        pixels.enumerate().filter(|(_, (a, b))| a != b).map(|(place, _)| (place % width, place / width));
    let bounds = places.fold(None, |bounds, (x, y)| {
        let (left, top, right, bottom) = bounds.unwrap_or((x, y, x, y));
        Some((x.min(left), y.min(top), x.max(right), y.max(bottom)))
    });
    Ok(bounds.map(|(left, top, right, bottom)| (left, top, right - left + 1, bottom - top + 1)))
}

/// Whether two screens are equal but for one pointer.
///
/// # Errors
/// As [`difference`].
pub fn same_but_for_a_pointer(one: &Xvfb, other: &Xvfb) -> Result<bool> {
    Ok(difference(one, other)?
        .is_none_or(|(_, _, width, height)| width <= POINTER_PX && height <= POINTER_PX))
}

/// A part of a screen. Units: px.
#[derive(Debug, Clone, Copy)]
pub struct Part {
    /// Its first pixel.
    pub at: (u16, u16),
    /// Width and height.
    pub size: (u16, u16),
}

/// Whether `part` of one screen is seen on another with its first pixel at `place`, but for as many pixels as one pointer has.
#[must_use]
pub fn is_seen(there: &Screenshot, part: Part, here: &Screenshot, place: (u16, u16)) -> bool {
    let same = |x: u16, y: u16| {
        let (to_x, to_y) = (place.0 + x, place.1 + y);
        let is_on_screen = to_x < here.width && to_y < here.height;
        is_on_screen && there.pixel(part.at.0 + x, part.at.1 + y) == here.pixel(to_x, to_y)
    };
    let places = (0..part.size.1).flat_map(|y| (0..part.size.0).map(move |x| (x, y)));
    places.filter(|(x, y)| !same(*x, *y)).count() <= POINTER_PX * POINTER_PX
}
