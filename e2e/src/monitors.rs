//! A person with two monitors and an expert who sees each in a window of its own.

use std::time::Duration;

use anyhow::{Context as _, Result};
use deskside_testkit::x11::Window;

use crate::PATIENCE;
use crate::desk::{Desk, eventually};
use crate::expert::ExpertSide;
use crate::person::PersonSide;
use crate::session::Session;
use crate::talk::Talk;

/// The person's desktop, pixels.
pub const DESKTOP: (u16, u16) = (1200, 600);
/// The size of the first monitor, which lies in the corner.
pub const LEFT_SIZE: (u16, u16) = (500, 600);
/// Where the second monitor lies.
pub const RIGHT: (i16, i16) = (500, 100);
/// Its size.
pub const RIGHT_SIZE: (u16, u16) = (700, 480);
/// The title of the window that shows it begins so.
pub const RIGHT_WINDOW: &str = "2 \u{b7} right";
/// The title of the first window begins so, and no other's does.
pub const FIRST_WINDOW: &str = "Anna Example \u{2013} Deskside Expert";

/// Adds the second monitor.
///
/// # Errors
/// `xrandr` is not installed, or refused.
pub fn add_right(desk: &Desk) -> Result<()> {
    desk.does("xrandr", &["--setmonitor", "right", "700/100x480/100+500+100", "none"]).map(drop)
}

/// A person whose desktop has these two monitors, and an expert with a screen of that size.
///
/// # Errors
/// A system package is missing.
pub fn sides(width: u16, height: u16) -> Result<(PersonSide, ExpertSide)> {
    let (person, expert) = (PersonSide::new(DESKTOP.0, DESKTOP.1)?, ExpertSide::new(width, height)?);
    person.desk.does("xrandr", &["--setmonitor", "left", "500/100x600/100+0+0", "screen"])?;
    add_right(&person.desk)?;
    Ok((person, expert))
}

/// A window that shows a monitor, and where in the expert's screen the desktop's first pixel would lie by it.
#[derive(Debug, Clone)]
pub struct View {
    /// The window.
    pub window: Window,
    /// Add this to a place of the desktop.
    pub offset: (i16, i16),
}

impl View {
    /// Where on the expert's screen this place of the desktop is.
    #[must_use]
    pub fn at(&self, x: i16, y: i16) -> (i16, i16) {
        (self.offset.0 + x, self.offset.1 + y)
    }
}

/// A session in which the expert controls, with both windows beside each other.
pub struct Apart {
    /// Both sides and their programs.
    pub session: Session,
    /// The window of the first monitor, with the toolbar.
    pub left: View,
    /// The window of the second monitor.
    pub right: View,
}

impl Apart {
    /// Sets it up; `prepare` does what the expert's desktop needs before the viewer starts.
    ///
    /// # Errors
    /// It did not come that far.
    pub fn new(prepare: impl FnOnce(&mut ExpertSide) -> Result<()>) -> Result<Self> {
        let (person, mut expert) = sides(1700, 1000)?;
        prepare(&mut expert)?;
        let mut session = Session::between(person, expert).with(&["--scale", "1:1"]).viewing()?;
        open_right(&mut session.viewer, &session.expert.desk)?;
        place(&session.expert.desk, FIRST_WINDOW, (20, 60), (700, 780))?;
        place(&session.expert.desk, RIGHT_WINDOW, (900, 200), RIGHT_SIZE)?;
        session.take_control()?;
        let (person, expert) = (&session.person.desk, &session.expert.desk);
        let find = |title| {
            let at = expert.window(title)?.middle();
            find_view(person, expert, title, at)
        };
        let (left, right) = (find(FIRST_WINDOW)?, find(RIGHT_WINDOW)?);
        Ok(Self { session, left, right })
    }
}

/// Asks for a window for each monitor until there is one for the second: it may not have been announced yet.
///
/// # Errors
/// It did not come.
pub fn open_right(viewer: &mut Talk, expert: &Desk) -> Result<Window> {
    eventually("a window of the second monitor", PATIENCE, || {
        viewer.say("monitors each")?;
        std::thread::sleep(Duration::from_millis(500));
        expert.has_window(RIGHT_WINDOW)
    })?;
    expert.window(RIGHT_WINDOW)
}

fn place(desk: &Desk, title: &str, at: (i16, i16), size: (u16, u16)) -> Result<()> {
    let number = desk.window(title)?.id.to_string();
    let [x, y] = [at.0, at.1].map(|place| place.to_string());
    let [width, height] = [size.0, size.1].map(|length| length.to_string());
    for words in [["windowsize", &number, &width, &height], ["windowmove", &number, &x, &y]] {
        desk.does("xdotool", &words)?;
    }
    eventually(&format!("{title:?} at its place"), PATIENCE, || {
        std::thread::sleep(Duration::from_millis(100));
        let window = desk.window(title)?;
        Ok((window.width, window.height) == size
            && (window.x - at.0).abs() < 40
            && (window.y - at.1).abs() < 60)
    })
}

/// Finds by the pointers of both sides how that window shows the desktop at 1:1, from that place of the expert's screen.
///
/// # Errors
/// The person's pointer does not follow there.
pub fn find_view(person: &Desk, expert: &Desk, title: &str, (x, y): (i16, i16)) -> Result<View> {
    let window = expert.window(title)?;
    let mut found = None;
    eventually(&format!("the pointer through {title:?}"), PATIENCE, || {
        let offset = || -> Result<(i16, i16)> {
            let mut offsets = Vec::new();
            for step in [0, 30, 60] {
                expert.hands.move_to(x + step, y + step / 2)?;
                std::thread::sleep(Duration::from_millis(100));
                let there = person.hands.pointer()?;
                offsets.push((x + step - there.0, y + step / 2 - there.1));
            }
            offsets.dedup();
            if let [offset] = offsets[..] { Ok(offset) } else { Ok((0, 0)) }
        };
        let offset = offset()?;
        found = (offset != (0, 0)).then(|| View { window: window.clone(), offset });
        Ok(found.is_some())
    })?;
    found.context("found and not kept")
}
