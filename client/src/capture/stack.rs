//! The windows directly on the desktop, one above the other, and what each is to those who must not see everything. Knows
//! no display server: what it tells of its windows comes as plain values, in the server's order.

use deskside_proto::geometry::Rect;

/// What happened to a window directly on the desktop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Happened {
    /// It is new, on top and not shown yet.
    Created(u32, Rect),
    /// It does not exist any more, or is not directly on the desktop.
    Gone(u32),
    /// It is shown, or no longer.
    Mapped(u32, bool),
    /// It has this place and lies directly above that window, or below all.
    Placed(u32, Rect, Option<u32>),
    /// It has another corner.
    Moved(u32, i32, i32),
    /// It lies above all others, or below.
    Circulated(u32, bool),
}

impl Happened {
    /// The window to which it happened.
    pub const fn window(self) -> u32 {
        match self {
            Self::Created(window, _)
            | Self::Gone(window)
            | Self::Mapped(window, _)
            | Self::Placed(window, ..)
            | Self::Moved(window, ..)
            | Self::Circulated(window, _) => window,
        }
    }
}

/// What a window is to those who must not see everything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Nobody has looked at it, or it may be something else since.
    Unknown,
    /// Hidden, or a part of something hidden.
    Hidden,
    /// It may be seen.
    Shared,
    /// Nothing of it can be seen by anybody, or nothing need be.
    Nothing,
}

/// A window directly on the desktop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// Its number.
    pub number: u32,
    /// Its place with its border.
    pub place: Rect,
    /// It is on the screen, as far as others do not cover it.
    pub mapped: bool,
    /// What it is.
    pub kind: Kind,
}

impl Shown {
    /// A window of which nothing else is known.
    pub const fn new(number: u32, place: Rect, mapped: bool) -> Self {
        Self { number, place, mapped, kind: Kind::Unknown }
    }
}

/// The windows, bottom first.
#[derive(Debug, Default)]
pub struct Stack {
    windows: Vec<Shown>,
}

impl Stack {
    /// These windows, bottom first.
    pub const fn new(windows: Vec<Shown>) -> Self {
        Self { windows }
    }

    /// The windows, bottom first.
    pub fn windows(&self) -> &[Shown] {
        &self.windows
    }

    /// The windows on the screen that have to be looked at.
    pub fn unknown(&self) -> Vec<u32> {
        let unknown = self.windows.iter().filter(|window| window.mapped && window.kind == Kind::Unknown);
        unknown.map(|window| window.number).collect()
    }

    /// A window by its number.
    pub fn find(&self, number: u32) -> Option<&Shown> {
        self.windows.iter().find(|window| window.number == number)
    }

    /// Takes in what happened. False when it speaks of a window that is not known: then the order is not known either.
    #[must_use]
    pub fn take(&mut self, what: Happened) -> bool {
        let number = what.window();
        if let Happened::Created(_, place) = what {
            // Numbers are used again; the older window is gone then.
            self.windows.retain(|window| window.number != number);
            self.windows.push(Shown::new(number, place, false));
            return true;
        }
        let Some(at) = self.windows.iter().position(|window| window.number == number) else {
            return matches!(what, Happened::Gone(_));
        };
        match what {
            Happened::Created(..) => true,
            Happened::Gone(_) => {
                self.windows.remove(at);
                true
            }
            Happened::Mapped(_, mapped) => self.change(at, |window| window.mapped = mapped),
            Happened::Moved(_, x, y) => self.change(at, |window| (window.place.x, window.place.y) = (x, y)),
            Happened::Placed(_, place, above) => {
                self.change(at, |window| window.place = place);
                self.restack(at, above)
            }
            Happened::Circulated(_, to_the_top) => {
                let window = self.windows.remove(at);
                self.windows.insert(if to_the_top { self.windows.len() } else { 0 }, window);
                true
            }
        }
    }

    fn change(&mut self, at: usize, how: impl FnOnce(&mut Shown)) -> bool {
        self.windows.get_mut(at).map(how).is_some()
    }

    fn restack(&mut self, at: usize, above: Option<u32>) -> bool {
        let window = self.windows.remove(at);
        let place = match above {
            None => Some(0),
            Some(below) => self.windows.iter().position(|other| other.number == below).map(|at| at + 1),
        };
        self.windows.insert(place.unwrap_or(self.windows.len()), window);
        place.is_some()
    }

    /// Somebody has looked at this window.
    pub fn classify(&mut self, number: u32, kind: Kind) {
        if let Some(window) = self.windows.iter_mut().find(|window| window.number == number) {
            window.kind = kind;
        }
    }

    /// Nothing is known of this window's kind any more, or of any's.
    pub fn doubt(&mut self, number: Option<u32>) {
        for window in &mut self.windows {
            if number.is_none_or(|number| number == window.number) {
                window.kind = Kind::Unknown;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(stack: &Stack) -> Vec<u32> {
        stack.windows().iter().map(|window| window.number).collect()
    }

    #[test]
    fn windows_lie_as_the_server_says_and_one_that_is_not_known_is_noticed() {
        let place = Rect::new(0, 0, 10, 10);
        let mut stack = Stack::default();
        for number in [1, 2, 3] {
            assert!(stack.take(Happened::Created(number, place)));
            assert!(stack.take(Happened::Mapped(number, true)));
        }
        assert_eq!((order(&stack), stack.unknown()), (vec![1, 2, 3], vec![1, 2, 3]));
        assert!(stack.take(Happened::Placed(3, Rect::new(5, 5, 9, 9), Some(1))));
        assert!(stack.take(Happened::Circulated(1, true)));
        assert_eq!(order(&stack), [3, 2, 1]);
        assert!(!stack.take(Happened::Placed(2, place, Some(77))), "above one that is not known");
        assert!(!stack.take(Happened::Mapped(88, true)));
        assert!(stack.take(Happened::Gone(88)), "one that nobody knew is missed by nobody");
        stack.classify(3, Kind::Shared);
        stack.classify(2, Kind::Hidden);
        assert_eq!(stack.unknown(), [1]);
        stack.doubt(None);
        assert_eq!(stack.unknown().len(), 3);
        assert!(stack.take(Happened::Created(3, place)), "its number is used again");
        assert_eq!(stack.find(3).map(|window| (window.mapped, window.kind)), Some((false, Kind::Unknown)));
    }
}
