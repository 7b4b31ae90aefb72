//! The sentences about what experts may see.

use deskside_proto::geometry::Rect;
use deskside_words::t;

use crate::app::view::{HiddenView, SharingView};
use crate::sharing::list::{Choices, Screen};
use crate::sharing::{Hidden, Share, Title};

/// What they can see, in a line.
#[must_use]
pub fn share(sharing: &SharingView) -> String {
    match &sharing.share {
        Share::Everything => t!("client-everything").to_owned(),
        Share::Screen(name) => {
            let known = sharing.choices.screens.iter().position(|screen| screen.name == *name);
            known.map_or_else(
                || t!("client-only-screen", name = &*name.0),
                |at| only_screen(&sharing.choices, at),
            )
        }
        Share::Window(_) => match &sharing.title {
            Some(title) => t!("client-only-window-title", title = short(title)),
            None => t!("client-only-window").to_owned(),
        },
    }
}

/// A screen in a list, by where it is: the names that systems give them mean nothing to most people.
#[must_use]
pub fn screen(choices: &Choices, at: usize) -> String {
    let Some(screen) = choices.screens.get(at) else { return String::new() };
    let (name, width, height) = (&*screen.name.0, screen.place.width, screen.place.height);
    match position(&choices.screens, at) {
        Position::Single => t!("client-screen-single", name = name, width = width, height = height),
        Position::Left => t!("client-screen-left", name = name, width = width, height = height),
        Position::Right => t!("client-screen-right", name = name, width = width, height = height),
        Position::Number(number) => {
            t!("client-screen-number", number = number, name = name, width = width, height = height)
        }
    }
}

fn only_screen(choices: &Choices, at: usize) -> String {
    let Some(screen) = choices.screens.get(at) else { return String::new() };
    let (name, width, height) = (&*screen.name.0, screen.place.width, screen.place.height);
    match position(&choices.screens, at) {
        Position::Single => t!("client-only-screen-single", name = name, width = width, height = height),
        Position::Left => t!("client-only-screen-left", name = name, width = width, height = height),
        Position::Right => t!("client-only-screen-right", name = name, width = width, height = height),
        Position::Number(number) => {
            t!("client-only-screen-number", number = number, name = name, width = width, height = height)
        }
    }
}

/// Where a screen is.
enum Position {
    Single,
    Left,
    Right,
    Number(usize),
}

fn position(screens: &[Screen], at: usize) -> Position {
    match (at, screens.len()) {
        (_, 1) => Position::Single,
        (0, 2) if is_beside(screens) => Position::Left,
        (1, 2) if is_beside(screens) => Position::Right,
        _ => Position::Number(at + 1),
    }
}

fn is_beside(screens: &[Screen]) -> bool {
    match screens {
        [left, right] => left.place.right() <= i64::from(right.place.x),
        _ => false,
    }
}

/// A window in a list.
#[must_use]
pub fn window(title: &Title) -> String {
    t!("client-window-title", title = short(title))
}

/// Something that is hidden.
#[must_use]
pub fn hidden(hidden: &HiddenView) -> String {
    match (&hidden.what, &hidden.title) {
        (Hidden::Window(_), Some(title)) => t!("client-hidden-window-title", title = short(title)),
        (Hidden::Window(_), None) => t!("client-hidden-window").to_owned(),
        (Hidden::Area(area), _) => t!("client-hidden-area", place = place(area)),
    }
}

/// An area in words.
#[must_use]
pub fn place(area: &Rect) -> String {
    t!("client-area", width = area.width, height = area.height, x = area.x, y = area.y)
}

/// How much is hidden, for the banner; nothing when all is seen.
#[must_use]
pub fn kept_back(sharing: &SharingView) -> Option<String> {
    let part = match sharing.share {
        Share::Everything => None,
        Share::Screen(_) => Some(t!("client-one-screen-only")),
        Share::Window(_) => Some(t!("client-one-window-only")),
    };
    let hidden = match sharing.hidden.len() {
        0 => None,
        count => Some(t!("client-things-hidden", count = count)),
    };
    match (part, hidden) {
        (None, None) => None,
        (Some(part), None) => Some(part.to_owned()),
        (None, Some(hidden)) => Some(hidden),
        (Some(part), Some(hidden)) => Some(format!("{part}, {hidden}")),
    }
}

/// Titles of programs can be long; the beginning says which.
fn short(title: &Title) -> String {
    const LONGEST: usize = 48;
    if title.0.chars().count() <= LONGEST {
        return title.0.to_string();
    }
    let start: String = title.0.chars().take(LONGEST - 1).collect();
    format!("{}…", start.trim_end())
}
