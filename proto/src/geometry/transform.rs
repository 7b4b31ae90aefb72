//! How the desktop lies in the viewer's picture area: one scale and the place of its top left corner.
//! Reads `desktop_from_view`: the name's first word is what comes out.

use super::{DesktopPoint, Rect, Size, ViewPoint};

/// The placing of a desktop in a view.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ViewTransform {
    desktop: Size,
    /// View pixels per desktop pixel; always positive and finite.
    scale: f32,
    /// Where the desktop's top left lies in the view.
    origin: ViewPoint,
}

/// Where a part of a desktop lies in the room that there is for it. Units: view pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PartView {
    /// From the room's left edge.
    pub left: u32,
    /// From the room's top.
    pub top: u32,
    /// Never larger than the room.
    pub size: Size,
    /// How the desktop lies in the place that begins there.
    pub transform: ViewTransform,
}

impl ViewTransform {
    /// Shows `desktop` with `scale`, in the middle of `view` where it is smaller, else moved by `scroll`.
    ///
    /// Units: `scale` in view pixels per desktop pixel; `scroll` in view pixels from the desktop's top left, used per
    /// axis only where the desktop is longer than the view, and kept within it. The origin is a whole number of view
    /// pixels, so that whole scales stay crisp.
    pub fn placed(desktop: Size, view: Size, scale: f32, scroll: ViewPoint) -> Self {
        let scale = if scale.is_finite() && scale > 0.0 { scale } else { 1.0 };
        let place = |desktop: u32, view: u32, scroll: f32| {
            let spare = view as f32 - desktop as f32 * scale;
            let scroll = if scroll.is_finite() { scroll } else { 0.0 };
            if spare >= 0.0 { (spare / 2.0).floor() } else { (-scroll).clamp(spare, 0.0).round() }
        };
        let origin = ViewPoint {
            x: place(desktop.width, view.width, scroll.x),
            y: place(desktop.height, view.height, scroll.y),
        };
        Self { desktop, scale, origin }
    }

    /// Shows all of `desktop` as large as it fits into `view`.
    pub fn fit(desktop: Size, view: Size) -> Self {
        let ratio = |view: u32, desktop: u32| view as f32 / desktop.max(1) as f32;
        let scale = ratio(view.width, desktop.width).min(ratio(view.height, desktop.height));
        Self::placed(desktop, view, scale, ViewPoint::default())
    }

    /// Shows `desktop` at the largest whole scale that fits into `view`, at least 1.
    pub fn whole(desktop: Size, view: Size, scroll: ViewPoint) -> Self {
        let times = |view: u32, desktop: u32| view / desktop.max(1);
        let scale = times(view.width, desktop.width).min(times(view.height, desktop.height)).max(1);
        Self::placed(desktop, view, scale as f32, scroll)
    }

    /// Shows a `part` of `desktop` alone, such as one monitor, in the middle of `room` where it is smaller, else moved by
    /// `scroll`. What lies beyond it is not shown but has its places all the same, so that a drag can go there.
    ///
    /// Units: as in [`Self::placed`]; `scroll` from the part's top left.
    pub fn part(desktop: Size, part: Rect, room: Size, scale: f32, scroll: ViewPoint) -> PartView {
        let scale = if scale.is_finite() && scale > 0.0 { scale } else { 1.0 };
        let axis = |start: i32, length: u32, room: u32, scroll: f32| {
            let long = length as f32 * scale;
            // A row or column of pixels that is shown in part only is not lost.
            let place = (long.ceil() as u32).min(room);
            let scroll =
                if scroll.is_finite() { scroll.clamp(0.0, (long - place as f32).max(0.0)) } else { 0.0 };
            let origin = (-(start as f32) * scale - scroll).round();
            ((room - place) / 2, place, origin)
        };
        let (left, width, x) = axis(part.x, part.width, room.width, scroll.x);
        let (top, height, y) = axis(part.y, part.height, room.height, scroll.y);
        let transform = Self { desktop, scale, origin: ViewPoint { x, y } };
        PartView { left, top, size: Size::new(width, height), transform }
    }

    /// View pixels per desktop pixel.
    pub fn scale(&self) -> f32 {
        self.scale
    }

    /// The desktop's size.
    pub fn desktop(&self) -> Size {
        self.desktop
    }

    /// Where the desktop's top left lies in the view.
    pub fn origin(&self) -> ViewPoint {
        self.origin
    }

    /// One desktop pixel covers a whole number of view pixels.
    pub fn is_whole(&self) -> bool {
        self.scale >= 1.0 && self.scale.fract() == 0.0
    }

    /// The desktop pixel under `point`, or `None` beside the desktop.
    pub fn desktop_from_view(&self, point: ViewPoint) -> Option<DesktopPoint> {
        let x = ((point.x - self.origin.x) / self.scale).floor();
        let y = ((point.y - self.origin.y) / self.scale).floor();
        let inside =
            (0.0..self.desktop.width as f32).contains(&x) && (0.0..self.desktop.height as f32).contains(&y);
        inside.then_some(DesktopPoint { x: x as i32, y: y as i32 })
    }

    /// The desktop pixel under `point`, or the nearest one: for a drag that has left the picture.
    pub fn nearest_desktop_from_view(&self, point: ViewPoint) -> DesktopPoint {
        // A float that is too large or not a number becomes the nearest integer or 0; then it is clamped.
        let x = ((point.x - self.origin.x) / self.scale).floor() as i32;
        let y = ((point.y - self.origin.y) / self.scale).floor() as i32;
        DesktopPoint { x, y }.clamped(self.desktop)
    }

    /// The top left corner of a desktop pixel in the view.
    pub fn view_from_desktop(&self, point: DesktopPoint) -> ViewPoint {
        ViewPoint {
            x: self.origin.x + point.x as f32 * self.scale,
            y: self.origin.y + point.y as f32 * self.scale,
        }
    }
}
