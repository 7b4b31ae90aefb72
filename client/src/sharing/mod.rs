//! What of the desktop others may see and reach: all of it, one screen or one window, and never what is hidden. Plain
//! values and the one place where the newest of them stands; capture and input ask there at every step.
//!
//! It belongs to the person, not to a session: what is hidden stays hidden for whoever comes next.

pub mod list;
mod x11;

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use deskside_proto::geometry::{DesktopPoint, Rect};

pub(crate) use x11::{Chosen, Kin, Membership};

/// A window of the desktop, by the number that the display server gives it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct WindowNumber(pub u32);

/// What may be seen at all.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Share {
    /// The whole desktop.
    #[default]
    Everything,
    /// One screen, by the name that the system gives it.
    Screen(ScreenName),
    /// One window, with the menus and dialogs that belong to it.
    Window(WindowNumber),
}

/// A window's title, which only the person sees: `Debug` shows its length.
#[derive(Clone, PartialEq, Eq)]
pub struct Title(pub Arc<str>);

impl fmt::Debug for Title {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Title({} bytes)", self.0.len())
    }
}

/// A screen's name, such as `HDMI-1`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ScreenName(pub Arc<str>);

impl fmt::Display for ScreenName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Something that nobody else may see.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hidden {
    /// A window, with the menus and dialogs that belong to it, wherever it goes.
    Window(WindowNumber),
    /// A fixed part of the desktop, whatever is there.
    Area(Rect),
}

/// What others may see and reach.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sharing {
    /// What may be seen at all.
    pub share: Share,
    /// What of it is hidden, in the order in which it was hidden.
    pub hidden: Vec<Hidden>,
}

impl Sharing {
    /// So many things can be hidden at a time; more would be a mistake, and every one costs time at every picture.
    pub const MOST_HIDDEN: usize = 32;

    /// Nothing is kept back.
    #[must_use]
    pub fn is_everything(&self) -> bool {
        self.share == Share::Everything && self.hidden.is_empty()
    }

    /// The windows that are hidden.
    pub fn hidden_windows(&self) -> impl Iterator<Item = WindowNumber> {
        self.hidden.iter().filter_map(|hidden| match hidden {
            Hidden::Window(window) => Some(*window),
            Hidden::Area(_) => None,
        })
    }

    /// The parts of the desktop that are hidden.
    pub fn hidden_areas(&self) -> impl Iterator<Item = Rect> {
        self.hidden.iter().filter_map(|hidden| match hidden {
            Hidden::Area(area) => Some(*area),
            Hidden::Window(_) => None,
        })
    }

    /// A hidden part of the desktop lies there.
    #[must_use]
    pub fn hides_place(&self, at: DesktopPoint) -> bool {
        self.hidden_areas().any(|area| area.contains(at))
    }

    /// Whether windows have to be followed.
    #[must_use]
    pub fn concerns_windows(&self) -> bool {
        matches!(self.share, Share::Window(_)) || self.hidden_windows().next().is_some()
    }

    /// Hides one more thing; false when it is hidden already, or when there are too many.
    pub fn hide(&mut self, what: Hidden) -> bool {
        let is_new = !self.hidden.contains(&what) && self.hidden.len() < Self::MOST_HIDDEN;
        if is_new {
            self.hidden.push(what);
        }
        is_new
    }

    /// Shows something again; false when it was not hidden.
    pub fn unhide(&mut self, what: Hidden) -> bool {
        let before = self.hidden.len();
        self.hidden.retain(|hidden| *hidden != what);
        self.hidden.len() < before
    }
}

/// Where the newest [`Sharing`] stands; clones are the same place.
#[derive(Debug, Clone, Default)]
pub struct SharingCell(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    newest: Mutex<Arc<Sharing>>,
    /// Counts the changes.
    generation: AtomicU64,
}

impl SharingCell {
    /// From now on this holds. A picture that was begun before is not shown any more once this returns, unless it was
    /// being encoded already.
    pub fn set(&self, sharing: Sharing) {
        let mut newest = self.0.newest.lock().unwrap_or_else(PoisonError::into_inner);
        *newest = Arc::new(sharing);
        self.0.generation.fetch_add(1, Ordering::SeqCst);
    }

    /// What holds now, and how many changes there were before it.
    #[must_use]
    pub fn now(&self) -> (Arc<Sharing>, u64) {
        let newest = self.0.newest.lock().unwrap_or_else(PoisonError::into_inner);
        // Under the lock, so that both belong together.
        (Arc::clone(&newest), self.0.generation.load(Ordering::SeqCst))
    }

    /// How many changes there were. Takes nanoseconds.
    #[must_use]
    pub fn generation(&self) -> u64 {
        self.0.generation.load(Ordering::SeqCst)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_hidden_twice_is_shown_by_one_undo_and_the_number_is_bounded() {
        let mut sharing = Sharing::default();
        assert!(sharing.is_everything() && !sharing.concerns_windows());
        let window = Hidden::Window(WindowNumber(7));
        assert!(sharing.hide(window));
        assert!(!sharing.hide(window));
        assert!(sharing.concerns_windows());
        assert!(sharing.unhide(window));
        assert!(!sharing.unhide(window));
        let hidden = (0..100).filter(|n| sharing.hide(Hidden::Area(Rect::new(*n, 0, 1, 1)))).count();
        assert_eq!(hidden, Sharing::MOST_HIDDEN);
        assert!(
            sharing.hides_place(DesktopPoint::new(3, 0)) && !sharing.hides_place(DesktopPoint::new(3, 1))
        );
        assert!(!sharing.concerns_windows());
    }

    #[test]
    fn every_change_is_noticed_and_the_newest_is_there() {
        let cell = SharingCell::default();
        let (before, generation) = cell.now();
        assert!(before.is_everything());
        cell.clone().set(Sharing { share: Share::Window(WindowNumber(1)), hidden: Vec::new() });
        assert_ne!(cell.generation(), generation);
        assert_eq!(cell.now().0.share, Share::Window(WindowNumber(1)));
        assert!(before.is_everything(), "who holds an older one keeps it");
    }
}
