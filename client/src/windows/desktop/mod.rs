//! What the windows need of the desktop beyond egui: where the screens are, and that the banner stays in sight.

mod x11;

use std::fmt;
use std::sync::Arc;

/// A rectangle on the desktop, in pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Area {
    pub(super) left: i32,
    pub(super) top: i32,
    pub(super) width: u32,
    pub(super) height: u32,
}

/// The pointer on the desktop.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Pointer {
    /// Pixels.
    pub(super) place: [f32; 2],
    /// Whether its first button is down.
    pub(super) is_pressed: bool,
}

/// One desktop.
pub(super) trait Desktop: Send + Sync {
    /// The screen on which questions and the banner appear.
    fn main_screen(&self) -> Option<Area>;
    /// Every screen.
    fn screens(&self) -> Vec<Area>;
    /// Where the pointer is now.
    fn pointer(&self) -> Option<Pointer>;
    /// Keeps the window of that title, which is about to appear, above all others and on a screen until it is gone.
    /// Calls `unfit` whenever it is not wholly on a screen.
    fn keep_in_sight(&self, title: &'static str, unfit: Box<dyn Fn() + Send>);
}

impl fmt::Debug for dyn Desktop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Desktop")
    }
}

/// The desktop that this program runs on; `None` where nothing is known about it. There windows open where the system
/// puts them, and the banner is not kept in sight and cannot be dragged.
pub(super) fn open() -> Option<Arc<dyn Desktop>> {
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

    /// Of these screens the one that has most of a window; where none has any of it, the one nearest to its middle.
    pub(super) fn with_most(screens: &[Self], place: [f32; 2], size: [f32; 2]) -> Option<Self> {
        let ([x, y], [width, height]) = (place, size);
        let middle = [x + width / 2.0, y + height / 2.0];
        let has = |screen: &Self| {
            let shared = |start: i32, extent: u32, own: f32, long: f32| {
                let start = start as f32;
                ((start + extent as f32).min(own + long) - start.max(own)).max(0.0)
            };
            shared(screen.left, screen.width, x, width) * shared(screen.top, screen.height, y, height)
        };
        let away = |screen: &Self| {
            let [near_x, near_y] = screen.inside(middle, [0.0; 2]);
            (near_x - middle[0]).hypot(near_y - middle[1])
        };
        // Of equals the first, as the system lists them.
        screens.iter().copied().min_by(|one, other| {
            has(other).total_cmp(&has(one)).then_with(|| away(one).total_cmp(&away(other)))
        })
    }

    /// Where a window at `place` of `size` pixels becomes one of the `wanted` size and lies wholly on this screen: its new
    /// place, and its new size, which is no larger than the screen. Its right end, where the buttons are, and its top stay
    /// where they are, if they can.
    pub(super) fn fit(self, place: [f32; 2], size: [f32; 2], wanted: [f32; 2]) -> ([f32; 2], [f32; 2]) {
        let ([x, y], new) = (place, self.at_most(wanted));
        let left = x + size[0] - new[0];
        (self.inside([left, y], new).map(f32::round), new)
    }

    /// Where a window lies that becomes one of the `wanted` size, while the pointer holds it at `grip` from its corner (pixels):
    /// its place, wholly on this screen, and its size, which is no larger than the screen.
    pub(super) fn held(self, pointer: [f32; 2], grip: [f32; 2], wanted: [f32; 2]) -> ([f32; 2], [f32; 2]) {
        let ([x, y], [right, down], new) = (pointer, grip, self.at_most(wanted));
        let corner = [x - right.min(new[0] - 1.0), y - down.min(new[1] - 1.0)];
        (self.inside(corner, new).map(f32::round), new)
    }

    /// The size of a window of the `wanted` size that is no larger than this screen, in whole pixels.
    fn at_most(self, wanted: [f32; 2]) -> [f32; 2] {
        let [width, height] = wanted;
        [width.min(self.width as f32), height.min(self.height as f32)].map(f32::round)
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

    /// A large screen, and at its right a small one that begins lower.
    const LARGE: Area = Area { left: 0, top: 0, width: 1920, height: 1200 };
    const SMALL: Area = Area { left: 1920, top: 400, width: 640, height: 800 };

    #[test]
    fn a_window_belongs_to_the_screen_that_has_most_of_it() {
        let on = |place| Area::with_most(&[LARGE, SMALL], place, [720.0, 52.0]);
        assert_eq!(on([600.0, 0.0]), Some(LARGE));
        assert_eq!(on([1600.0, 500.0]), Some(SMALL), "320 pixels here and 400 there");
        assert_eq!(on([1500.0, 500.0]), Some(LARGE));
        assert_eq!(on([1560.0, 500.0]), Some(LARGE), "as much here as there");
        assert_eq!(on([2000.0, 300.0]), Some(SMALL), "in the corner that no screen shows");
        assert_eq!(Area::with_most(&[], [0.0; 2], [720.0, 52.0]), None);
    }

    #[test]
    fn a_window_that_grows_stays_on_its_screen_and_no_larger_than_it() {
        let size = [640.0, 52.0];
        assert_eq!(SMALL.fit([1920.0, 400.0], size, [720.0, 52.0]), ([1920.0, 400.0], [640.0, 52.0]));
        assert_eq!(SMALL.fit([1920.0, 1148.0], size, [640.0, 90.0]), ([1920.0, 1110.0], [640.0, 90.0]));
        assert_eq!(LARGE.fit([1280.0, 0.0], size, [900.0, 66.0]), ([1020.0, 0.0], [900.0, 66.0]));
        assert_eq!(LARGE.fit([600.0, 30.0], size, [900.0, 66.0]), ([340.0, 30.0], [900.0, 66.0]));
        assert_eq!(LARGE.fit([1700.0, 30.0], size, size), ([1280.0, 30.0], size), "from between two screens");
    }

    #[test]
    fn a_window_that_grows_and_shrinks_again_and_again_comes_back() {
        let (small, large) = ([720.0, 52.0], [861.0, 66.0]);
        for scale in [1.0, 1.25, 2.0] {
            // What was told in points is not quite whole in pixels again.
            let told = |pixels: [f32; 2]| pixels.map(|value| value / scale * scale);
            let becomes = |(place, own), wanted| LARGE.fit(told(place), told(own), wanted);
            let (at_right, at_left) = (1920.0 - small[0], 0.0);
            for (x, there) in [(600.0, 600.0), (at_right, at_right), (at_left, large[0] - small[0])] {
                let mut now = ([x, 30.0], small);
                for _ in 0..20 {
                    now = becomes(now, large);
                    assert_eq!(now, ([there + small[0] - large[0], 30.0], large), "{scale}, from {x}");
                    now = becomes(now, small);
                    assert_eq!(now, ([there, 30.0], small), "{scale}, from {x}");
                }
            }
        }
    }

    #[test]
    fn a_window_that_is_held_stays_under_the_pointer_and_on_its_screen() {
        let size = [720.0, 52.0];
        assert_eq!(LARGE.held([700.0, 310.0], [100.0, 10.0], size), ([600.0, 300.0], size));
        let larger = [860.0, 70.0];
        assert_eq!(LARGE.held([700.0, 310.0], [100.0, 10.0], larger), ([600.0, 300.0], larger), "it grows");
        assert_eq!(LARGE.held([1919.0, 1199.0], [100.0, 10.0], size), ([1200.0, 1148.0], size), "a corner");
        let folded = [640.0, 90.0];
        assert_eq!(SMALL.held([1925.0, 700.0], [700.0, 10.0], [800.0, 90.0]), ([1920.0, 690.0], folded));
        let narrow = [300.0, 120.0];
        assert_eq!(SMALL.held([2400.0, 700.0], [700.0, 10.0], narrow), ([2101.0, 690.0], narrow), "its end");
    }

    #[test]
    fn a_dragged_window_stays_whole() {
        assert_eq!(SCREEN.inside([0.0, -20.0], [720.0, 52.0]), [1024.0, 0.0]);
        assert_eq!(SCREEN.inside([5000.0, 5000.0], [720.0, 52.0]), [1328.0, 548.0]);
        assert_eq!(SCREEN.inside([1100.0, 50.0], [720.0, 52.0]), [1100.0, 50.0]);
    }
}
