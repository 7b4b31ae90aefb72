//! The scenes: what changes where, how often, and what frame `n` looks like. A scene is a pure function of the frame's
//! number; drawing it on a display is the stage's part.

use crate::barcode;
use crate::screen::Rect;

/// The size that every scene has.
pub const SCREEN: Rect = Rect::new(0, 0, 1920, 1080);
/// The barcode at the upper left.
pub const HEAD: Rect = Rect::new(0, 0, barcode::WIDTH, barcode::HEIGHT);
/// The barcode at the lower right: a frame counts as shown when both show it.
pub const TAIL: Rect = Rect::new(1920 - 192, 1080 - 32, barcode::WIDTH, barcode::HEIGHT);
/// The dragged window.
pub const DRAGGED: Rect = Rect::new(0, 0, 700, 520);
/// Cells of the text page.
pub const LINE: u32 = 18;
/// Pixels across of such a cell.
pub const COLUMN: u32 = 8;

/// The least time for which nothing changes in the idle scene: signs of life come every 8 s, and a window of a few of
/// them would count one more or one less by chance. Unit: seconds.
const IDLE_SECONDS: f64 = 40.0;

/// One of the scenes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scene {
    /// Nothing changes.
    Idle,
    /// A square of 64x64 pixels changes at each click, and clicks are made in the viewer.
    Flip,
    /// One character of 8x18 pixels, ten a second.
    Typing,
    /// The same while a photo that filled the screen just before is still on its way.
    TypingLate,
    /// 1200x900 pixels of text by three lines, 20 a second, as a terminal scrolls.
    ScrollText,
    /// A window of 700x520 pixels of text over the desktop, 30 a second.
    WindowDrag,
    /// A clip in 640x360 pixels, 30 a second.
    Video360,
    /// A clip in 1280x720 pixels, 30 a second.
    Video720,
    /// The whole screen, photos and text in turn, once a second.
    Slides,
    /// A page of 1300x900 pixels by 20 pixels, 30 a second, painted anew as browsers do.
    Browser,
}

use Scene::{Browser, Flip, Idle, ScrollText, Slides, Typing, TypingLate, Video360, Video720, WindowDrag};

/// Every scene with its name.
pub const ALL: [(&str, Scene); 10] = [
    ("idle", Idle),
    ("flip", Flip),
    ("typing", Typing),
    ("typing-late", TypingLate),
    ("scroll-text", ScrollText),
    ("window-drag", WindowDrag),
    ("video360", Video360),
    ("video720", Video720),
    ("slides", Slides),
    ("browser", Browser),
];

impl Scene {
    /// The scene of that name.
    pub fn named(name: &str) -> Option<Self> {
        ALL.iter().find(|(known, _)| *known == name).map(|(_, scene)| *scene)
    }

    /// Changes a second; none for what does not change by itself.
    pub const fn rate(self) -> f64 {
        match self {
            Idle | Flip => 0.0,
            Slides => 1.0,
            Typing | TypingLate => 10.0,
            ScrollText => 20.0,
            WindowDrag | Video360 | Video720 | Browser => 30.0,
        }
    }

    /// For how many seconds it is played where the others are played for so many. At rest a single packet in four
    /// seconds would read as twice what is sent in the long run.
    pub const fn lasting(self, seconds: f64) -> f64 {
        if matches!(self, Idle) { seconds.max(IDLE_SECONDS) } else { seconds }
    }

    /// Where it changes the picture; motion is judged there.
    pub const fn part(self) -> Rect {
        match self {
            Idle => SCREEN,
            Flip => Rect::new(928, 508, 64, 64),
            Typing | TypingLate => Rect::new(360, 140, 1200, 144),
            ScrollText => Rect::new(360, 90, 1200, 900),
            WindowDrag => Rect::new(200, 100, 1520, 880),
            Video360 => Rect::new(640, 360, 640, 360),
            Video720 => Rect::new(320, 180, 1280, 720),
            Slides => Rect::new(0, 32, 1920, 1016),
            Browser => Rect::new(310, 90, 1300, 900),
        }
    }

    /// The pictures that it needs besides the desktop, with their width and height.
    pub const fn pictures(self) -> &'static [(&'static str, u16, u16)] {
        match self {
            Idle | Flip => &[],
            Typing | ScrollText | WindowDrag => &[("text", 1200, 7200)],
            TypingLate => &[("text", 1200, 7200), ("slide0", 1920, 1080)],
            Video360 => &[("video360", 640, 360)],
            Video720 => &[("video720", 1280, 720)],
            Browser => &[("page", 1300, 4200)],
            Slides => &[
                ("slide0", 1920, 1080),
                ("slide1", 1920, 1080),
                ("slide2", 1920, 1080),
                ("slide3", 1920, 1080),
                ("slide4", 1920, 1080),
                ("slide5", 1920, 1080),
                ("slide6", 1920, 1080),
                ("slide7", 1920, 1080),
            ],
        }
    }

    /// The first row of the page that frame `n` shows, for scenes that scroll.
    pub fn scrolled(self, n: u32) -> i16 {
        let row =
            if self == ScrollText { there_and_back(n, 116) * 3 * LINE } else { there_and_back(n, 165) * 20 };
        i16::try_from(row).unwrap_or(i16::MAX)
    }
}

/// Where the dragged window is in frame `n`.
#[expect(clippy::cast_possible_truncation, reason = "a place on the screen")]
pub fn dragged_to(n: u32) -> (i32, i32) {
    let t = f64::from(n) / 30.0;
    let x = 610.0 + 400.0 * (t * 1.3).sin();
    let y = 280.0 + 170.0 * (t * 1.9).cos();
    (x as i32, y as i32)
}

/// 0, 1, .. most, most - 1, .. 1, 0, 1, ..
const fn there_and_back(n: u32, most: u32) -> u32 {
    let k = n % (2 * most);
    if k > most { 2 * most - k } else { k }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scrolling_stays_on_the_page_and_never_jumps() {
        for (scene, height, step) in [(ScrollText, 7200, 54), (Browser, 4200, 20)] {
            for n in 1..1000 {
                let (before, after) = (scene.scrolled(n - 1), scene.scrolled(n));
                assert!(after >= 0 && i32::from(after) + 900 <= height, "{scene:?} {n}");
                assert_eq!(after.abs_diff(before), step, "{scene:?} {n}");
            }
        }
    }

    #[test]
    fn the_dragged_window_stays_in_the_part_that_is_judged() {
        for n in 0..2000 {
            let ((x, y), part) = (dragged_to(n), WindowDrag.part());
            assert!(x >= i32::from(part.x) && x + 700 <= i32::from(part.x) + i32::from(part.width));
            assert!(y >= i32::from(part.y) && y + 520 <= i32::from(part.y) + i32::from(part.height));
        }
    }
}
