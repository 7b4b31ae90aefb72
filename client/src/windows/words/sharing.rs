//! The sentences about what experts may see.

use deskside_proto::geometry::Rect;

use crate::app::view::{HiddenView, SharingView};
use crate::sharing::list::{Choices, Screen};
use crate::sharing::{Hidden, Share, Title};

/// Above what they can see.
pub const SEE_TITLE: &str = "What they can see";
/// Above what the next one will see.
pub const WILL_SEE: &str = "They will see";
/// Everything.
pub const EVERYTHING: &str = "Everything on your screen";
/// A window whose title is not known any more.
pub const SOME_WINDOW: &str = "One window";
/// Opens the choice of what to share.
pub const CHANGE_SHARE: &str = "&Share less…";
/// The same, when less is shared already.
pub const CHANGE_AGAIN: &str = "&Share something else…";
/// Opens the choice of an area to hide.
pub const HIDE_AREA: &str = "Hide an &area…";
/// Opens the choice of a window to hide.
pub const HIDE_WINDOW: &str = "Hide a &window…";
/// On the banner, opens the page with all this.
pub const HIDE: &str = "Hide…";
/// Undoes one.
pub const SHOW_AGAIN: &str = "Show again";
/// Looks again which windows there are.
pub const LOOK_AGAIN: &str = "&Look again";

/// Title of the choice of an area to hide.
pub const HIDE_AREA_TITLE: &str = "Which part of your screen shall nobody see?";
/// How an area is chosen.
pub const HIDE_AREA_TEXT: &str = "Draw it with the mouse on this small picture of your desktop. Or press the arrow keys to \
    move it, and Shift with them to change its size.";
/// Title of the choice of a window to hide.
pub const HIDE_WINDOW_TITLE: &str = "Which window shall nobody see?";
/// What hiding a window means.
pub const HIDE_WINDOW_TEXT: &str = "They see a grey block in its place, wherever you move it, and cannot click or type \
    there. Its menus and dialogs are hidden too. Your other windows may flicker once.";
/// There is nothing to choose from.
pub const NO_WINDOWS: &str = "No other window is open. Open it first, then look again.";
/// Hides the area.
pub const HIDE_THIS_AREA: &str = "&Hide this part";
/// Title of the choice of what to share.
pub const SHARE_TITLE: &str = "What may they see?";
/// What sharing less means.
pub const SHARE_TEXT: &str = "Everything else is a grey block for them, and they cannot click or type there.";
/// What the small picture is, for a screen reader.
pub const AREA_MAP: &str = "The part of the desktop to hide";

/// What they can see, in a line.
#[must_use]
pub fn share(sharing: &SharingView) -> String {
    match &sharing.share {
        Share::Everything => EVERYTHING.to_owned(),
        Share::Screen(name) => {
            let known = sharing.choices.screens.iter().position(|screen| screen.name == *name);
            known.map_or_else(|| format!("Only the screen {name}"), |at| only(&screen(&sharing.choices, at)))
        }
        Share::Window(_) => match &sharing.title {
            Some(title) => format!("Only the window “{}”", short(title)),
            None => format!("Only {}", lower(SOME_WINDOW)),
        },
    }
}

fn only(what: &str) -> String {
    format!("Only {}", lower(what))
}

fn lower(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map(|first| first.to_lowercase().chain(characters).collect()).unwrap_or_default()
}

/// A screen in a list, by where it is: the names that systems give them mean nothing to most people.
#[must_use]
pub fn screen(choices: &Choices, at: usize) -> String {
    let screens = &choices.screens;
    let Some(screen) = screens.get(at) else { return String::new() };
    let place = match (at, screens.len()) {
        (_, 1) => "The only screen".to_owned(),
        (0, 2) if is_beside(screens) => "The left screen".to_owned(),
        (1, 2) if is_beside(screens) => "The right screen".to_owned(),
        _ => format!("Screen {}", at + 1),
    };
    format!("{place} ({}, {} × {})", screen.name, screen.place.width, screen.place.height)
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
    format!("The window “{}”", short(title))
}

/// Something that is hidden.
#[must_use]
pub fn hidden(hidden: &HiddenView) -> String {
    match (&hidden.what, &hidden.title) {
        (Hidden::Window(_), Some(title)) => format!("Hidden: the window “{}”", short(title)),
        (Hidden::Window(_), None) => "Hidden: a window".to_owned(),
        (Hidden::Area(area), _) => format!("Hidden: {}", place(area)),
    }
}

/// An area in words.
#[must_use]
pub fn place(area: &Rect) -> String {
    format!("a part of {} × {} at {}, {}", area.width, area.height, area.x, area.y)
}

/// How much is hidden, for the banner; nothing when all is seen.
#[must_use]
pub fn kept_back(sharing: &SharingView) -> Option<String> {
    let part = match sharing.share {
        Share::Everything => None,
        Share::Screen(_) => Some("one screen only"),
        Share::Window(_) => Some("one window only"),
    };
    let hidden = match sharing.hidden.len() {
        0 => None,
        1 => Some("1 thing hidden".to_owned()),
        count => Some(format!("{count} things hidden")),
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
