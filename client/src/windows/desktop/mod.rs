//! What the windows need of the desktop beyond egui: where the screens are, and that the banner stays in sight.

mod x11;

use std::fmt;

/// A rectangle on the desktop, in pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Area {
    pub(super) left: i32,
    pub(super) top: i32,
    pub(super) width: u32,
    pub(super) height: u32,
}

/// One desktop.
pub(super) trait Desktop: Send + Sync {
    /// The screen on which questions and the banner appear.
    fn main_screen(&self) -> Option<Area>;
    /// All screens together.
    fn whole(&self) -> Option<Area>;
    /// Keeps the window of that title, which is about to appear, above all others and on the desktop until it is gone.
    fn keep_in_sight(&self, title: &'static str);
}

impl fmt::Debug for dyn Desktop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Desktop")
    }
}

/// The desktop that this program runs on; `None` where nothing is known about it, and egui's own means must do.
pub(super) fn open() -> Option<Box<dyn Desktop>> {
    x11::open()
}

impl Area {
    /// The place for a window of `size` pixels: in the middle, or at the middle of the top.
    pub(super) fn place(self, size: [f32; 2], where_to: Place) -> [f32; 2] {
        let [width, height] = size;
        let middle =
            |start: i32, extent: u32, own: f32| start as f32 + ((extent as f32 - own) / 2.0).max(0.0);
        let top = match where_to {
            Place::Middle => middle(self.top, self.height, height),
            Place::Top => self.top as f32,
        };
        [middle(self.left, self.width, width).round(), top.round()]
    }

    /// The place nearest to `wanted` at which a window of `size` pixels is inside.
    pub(super) fn inside(self, wanted: [f32; 2], size: [f32; 2]) -> [f32; 2] {
        let clamp = |wanted: f32, start: i32, extent: u32, own: f32| {
            let start = start as f32;
            wanted.clamp(start, (start + extent as f32 - own).max(start))
        };
        let ([x, y], [width, height]) = (wanted, size);
        [clamp(x, self.left, self.width, width), clamp(y, self.top, self.height, height)]
    }
}

/// Where on a screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Middle,
    Top,
}

#[cfg(test)]
mod tests {
    use super::{Area, Place};

    const SCREEN: Area = Area { left: 1024, top: 0, width: 1024, height: 600 };

    #[test]
    fn a_window_is_placed_on_its_own_screen() {
        assert_eq!(SCREEN.place([720.0, 52.0], Place::Top), [1176.0, 0.0]);
        assert_eq!(SCREEN.place([500.0, 400.0], Place::Middle), [1286.0, 100.0]);
        assert_eq!(SCREEN.place([2000.0, 900.0], Place::Middle), [1024.0, 0.0], "larger than the screen");
    }

    #[test]
    fn a_dragged_window_stays_whole() {
        assert_eq!(SCREEN.inside([0.0, -20.0], [720.0, 52.0]), [1024.0, 0.0]);
        assert_eq!(SCREEN.inside([5000.0, 5000.0], [720.0, 52.0]), [1328.0, 548.0]);
        assert_eq!(SCREEN.inside([1100.0, 50.0], [720.0, 52.0]), [1100.0, 50.0]);
    }
}
