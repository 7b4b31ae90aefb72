//! Where in the window the picture is seen, and which of its pixels each of the window's stands for.
//! Knows numbers only; no window system, no widgets.

use std::ops::Range;

use deskside_media::surface::Area;
use deskside_proto::geometry::{Rect, Size, ViewTransform};

use crate::app::input::Pixels;

/// The part of the window that shows desktop pixels. Units: physical pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Port {
    /// Its left edge in the window.
    pub left: i32,
    /// Its top edge in the window.
    pub top: i32,
    /// From left to right.
    pub columns: Axis,
    /// From top to bottom.
    pub rows: Axis,
}

/// One direction of a port.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Axis {
    /// How long the port is. Unit: its own pixels.
    pub length: usize,
    /// How much of the enlarged picture lies before the port. Unit: the port's pixels.
    pub skipped: usize,
    /// Port pixels for each desktop pixel.
    pub scale: f64,
    /// How long the desktop is. Unit: desktop pixels.
    pub desktop: usize,
}

impl Port {
    /// The longest side: what a surface may have as well.
    const LONGEST: f32 = Size::MAX_SIDE as f32;

    /// What is seen of the desktop that lies so in this part of the window; none where nothing is.
    pub fn of(area: Pixels, transform: &ViewTransform) -> Option<Self> {
        let desktop = transform.desktop();
        let axis = |from: f32, to: f32, origin: f32, desktop: u32| {
            let start = origin.max(0.0);
            let end = (origin + desktop as f32 * transform.scale()).round().min(to - from);
            let length = (end - start).clamp(0.0, Self::LONGEST) as usize;
            let axis = Axis {
                length,
                skipped: (start - origin) as usize,
                scale: f64::from(transform.scale()),
                desktop: desktop as usize,
            };
            (length > 0 && desktop > 0).then_some(((from + start) as i32, axis))
        };
        let origin = transform.origin();
        let (left, columns) = axis(area.left, area.right, origin.x, desktop.width)?;
        let (top, rows) = axis(area.top, area.bottom, origin.y, desktop.height)?;
        Some(Self { left, top, columns, rows })
    }

    /// The desktop that it shows.
    pub fn desktop(&self) -> Size {
        let side = |axis: &Axis| u32::try_from(axis.desktop).unwrap_or(u32::MAX);
        Size::new(side(&self.columns), side(&self.rows))
    }

    /// All of its pixels.
    pub fn whole(&self) -> Option<Area> {
        Area::from_edges(0, 0, self.columns.length, self.rows.length)
    }

    /// Its pixels that show something of this part of the desktop.
    pub fn area_of(&self, desktop: &Rect) -> Option<Area> {
        let desktop = Area::clipped(*desktop, self.desktop())?;
        let columns = self.columns.showing(desktop.x()..desktop.right());
        let rows = self.rows.showing(desktop.y()..desktop.bottom());
        Area::from_edges(columns.start, rows.start, columns.end, rows.end)
    }

    /// Its pixels within a part of the window.
    pub fn within(&self, part: &Pixels) -> Option<Area> {
        let edge = |place: f32, start: i32, axis: &Axis| {
            // INVARIANT: clamped to the port, so it is neither negative nor too large.
            (place - start as f32).clamp(0.0, axis.length as f32) as usize
        };
        Area::from_edges(
            edge(part.left.floor(), self.left, &self.columns),
            edge(part.top.floor(), self.top, &self.rows),
            edge(part.right.ceil(), self.left, &self.columns),
            edge(part.bottom.ceil(), self.top, &self.rows),
        )
    }

    /// Desktop pixels are shown as squares of so many of its pixels, if they are.
    pub fn times(&self) -> Option<usize> {
        let scale = self.columns.scale;
        (scale >= 1.0 && scale.fract() == 0.0).then_some(scale as usize)
    }
}

impl Axis {
    /// The port's pixels that show something of these desktop pixels.
    pub fn showing(&self, desktop: Range<usize>) -> Range<usize> {
        let place = |edge: usize| edge as f64 * self.scale - self.skipped as f64;
        // At broken scales a product may come out on the wrong side of a whole number.
        let margin = if self.scale.fract() == 0.0 { 0.0 } else { 1.0 };
        let clamped = |place: f64| place.clamp(0.0, self.length as f64) as usize;
        clamped(place(desktop.start).floor() - margin)..clamped(place(desktop.end).ceil() + margin)
    }

    /// The stretch of the desktop under one of the port's pixels. Unit: desktop pixels, with fractions.
    pub fn under(&self, pixel: usize) -> Range<f64> {
        let end = self.desktop as f64;
        let place = |edge: usize| ((edge + self.skipped) as f64 / self.scale).clamp(0.0, end);
        // The port's last pixel may begin where the desktop ends, by rounding; it shows the last desktop pixel then.
        let from = place(pixel).min((end - 1.0 / self.scale).max(0.0));
        from..place(pixel + 1).max(from)
    }
}

#[cfg(test)]
mod tests {
    use deskside_proto::geometry::ViewPoint;
    use proptest::prelude::*;

    use super::*;

    fn port(desktop: (u32, u32), room: (f32, f32), scale: f32, scroll: (f32, f32)) -> Option<Port> {
        let area = Pixels { left: 7.0, top: 50.0, right: 7.0 + room.0, bottom: 50.0 + room.1 };
        let room = Size::new(room.0 as u32, room.1 as u32);
        let scroll = ViewPoint { x: scroll.0, y: scroll.1 };
        let transform = ViewTransform::placed(Size::new(desktop.0, desktop.1), room, scale, scroll);
        Port::of(area, &transform)
    }

    #[test]
    fn a_small_desktop_stands_in_the_middle() {
        let port = port((100, 50), (200.0, 100.0), 1.0, (0.0, 0.0)).unwrap();
        assert_eq!((port.left, port.top), (57, 75));
        assert_eq!((port.columns.length, port.rows.length), (100, 50));
        assert_eq!(port.times(), Some(1));
    }

    #[test]
    fn a_large_desktop_is_cut_and_moved_by_scrolling() {
        let port = port((100, 50), (80.0, 40.0), 2.0, (30.0, 15.0)).unwrap();
        assert_eq!((port.left, port.top, port.columns.skipped, port.rows.skipped), (7, 50, 30, 15));
        assert_eq!((port.columns.length, port.rows.length), (80, 40));
        let shown = port.area_of(&Rect::new(15, 8, 1, 1)).unwrap();
        assert_eq!((shown.x(), shown.y(), shown.width(), shown.height()), (0, 1, 2, 2));
        assert_eq!(port.area_of(&Rect::new(0, 0, 15, 50)), None);
    }

    #[test]
    fn nothing_is_seen_in_no_room() {
        assert_eq!(port((100, 50), (0.0, 10.0), 1.0, (0.0, 0.0)), None);
    }

    proptest! {
        /// Whatever a pixel of the port shows, it is among those that are painted again when that changes.
        #[test]
        fn every_pixel_that_shows_a_change_is_counted(
            desktop in 1_u32..4000, room in 1_u32..3000, scale in 0.02_f32..4.0, scroll in 0.0_f32..4000.0,
            part in 0.0_f64..1.0, length in 1_usize..50,
        ) {
            let Some(port) = port((desktop, 10), (room as f32, 10.0), scale, (scroll, 0.0)) else { return Ok(()) };
            let axis = port.columns;
            let from = (part * f64::from(desktop)) as usize;
            let to = (from + length).min(desktop as usize);
            let showing = axis.showing(from..to);
            for pixel in 0..axis.length {
                let under = axis.under(pixel);
                prop_assert!(under.start < f64::from(desktop) && under.end <= f64::from(desktop));
                if under.start < to as f64 && under.end > from as f64 {
                    prop_assert!(showing.contains(&pixel), "{pixel} in {showing:?}");
                }
            }
        }
    }
}
