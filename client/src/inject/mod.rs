//! Carries input out on the person's desktop: one trait, the backends beside this file, and the order in which they are
//! tried. Decides nothing: whatever reaches an injector has passed the gate.

mod enigo;
mod x11;

#[cfg(test)]
pub(crate) mod contract;

use deskside_proto::geometry::DesktopPoint;
use deskside_proto::keycode::KeyUsage;
use deskside_proto::session::Grant;
use deskside_proto::wire::input::{KeyEvent, Locks, PointerButton};
use deskside_proto::wire::typed::Typed;
use deskside_words::t;
use thiserror::Error;

/// Presses keys and moves the pointer.
///
/// INVARIANT: when a method returns, the desktop has taken the event; nothing is under way that could arrive after a
/// revocation. Dropping an injector releases nothing by itself: its owner remembers what is held.
pub trait InputInjector: Send {
    /// Moves the pointer.
    ///
    /// # Errors
    /// [`InjectError::Lost`] or [`InjectError::Refused`]; so for every method here.
    fn move_pointer(&mut self, at: DesktopPoint) -> Result<(), InjectError>;

    /// Presses or releases a button where the pointer is.
    ///
    /// # Errors
    /// See [`InputInjector::move_pointer`].
    fn button(&mut self, button: PointerButton, pressed: bool) -> Result<(), InjectError>;

    /// Turns the wheel. Units: 1/120 of a notch, positive is right and down; parts of a notch add up.
    ///
    /// # Errors
    /// See [`InputInjector::move_pointer`].
    fn turn_wheel(&mut self, dx: i16, dy: i16) -> Result<(), InjectError>;

    /// Whether this desktop has the key at all.
    fn has_key(&self, usage: KeyUsage) -> bool;

    /// Presses or releases a key; one that the desktop does not have is ignored. Where the press writes another text here
    /// than on the expert's layout, whatever writes that text is pressed instead, and released by the same key's release.
    ///
    /// # Errors
    /// See [`InputInjector::move_pointer`].
    fn key(&mut self, key: KeyEvent) -> Result<(), InjectError>;

    /// Types a text; nothing stays pressed.
    ///
    /// # Errors
    /// See [`InputInjector::move_pointer`].
    fn text(&mut self, text: Typed) -> Result<(), InjectError>;

    /// Brings the keyboard's locks into this state, as far as the desktop has them.
    ///
    /// # Errors
    /// See [`InputInjector::move_pointer`].
    fn lock(&mut self, locks: Locks) -> Result<(), InjectError>;

    /// Releases all of these and all that was pressed along with them, as quickly as the desktop can; goes on after a
    /// failure and returns the first one.
    ///
    /// # Errors
    /// See [`InputInjector::move_pointer`].
    fn release(&mut self, buttons: &[PointerButton], keys: &[KeyUsage]) -> Result<(), InjectError> {
        let buttons = buttons.iter().map(|button| self.button(*button, false));
        let first = buttons.fold(Ok(()), Result::and);
        let keys = keys.iter().map(|usage| self.key(KeyEvent::place(*usage, false)));
        keys.fold(first, Result::and)
    }
}

/// Why input could not be carried out.
#[derive(Debug, Error)]
pub enum InjectError {
    /// No backend works on this desktop.
    #[error("{}", t!("client-inject-unavailable", reason = .0))]
    Unavailable(String),
    /// The desktop does not allow it. Final: no other backend is tried.
    #[error("{}", t!("client-inject-refused", reason = .0))]
    Refused(String),
    /// Not yet: the program that is typed into must first have read what was typed before. Nothing has been done.
    #[error("{}", t!("client-inject-not-yet"))]
    NotYet,
    /// The desktop stopped answering.
    #[error("{}", t!("client-desktop-connection-lost"))]
    Lost,
}

type Open = fn(Option<&str>) -> Result<Box<dyn InputInjector>, InjectError>;

/// The backends in the order of preference: the first one that exists here is taken.
const BACKENDS: [(&str, Open); 2] = [("x11", x11::open), ("enigo", enigo::open)];

/// Opens the injector of `display`, or of the desktop that the environment names. It takes a grant to make one.
///
/// # Errors
/// [`InjectError::Unavailable`] when no backend works; [`InjectError::Refused`] as soon as one is refused.
pub fn open(display: Option<&str>, grant: &Grant) -> Result<Box<dyn InputInjector>, InjectError> {
    let mut reasons = Vec::new();
    for (name, open) in BACKENDS {
        match open(display) {
            Ok(injector) => {
                tracing::debug!(backend = name, grant = grant.number().as_u64(), "input can be carried out");
                return Ok(injector);
            }
            Err(error @ InjectError::Refused(_)) => return Err(error),
            Err(error) => reasons.push(format!("{name}: {error}")),
        }
    }
    Err(InjectError::Unavailable(reasons.join("; ")))
}

/// At the program's start: gives back and releases what an earlier one has left that was killed while it injected.
pub fn tidy(display: Option<&str>) {
    if let Err(error) = x11::tidy(display) {
        tracing::info!(%error, "nothing was put in order");
    }
}

/// Turns 1/120 of a notch into whole notches and keeps what is left.
#[derive(Debug, Default)]
struct Notches {
    rest: i32,
}

impl Notches {
    /// 1/120 of a notch make one, as on every platform (WHEEL_DELTA of Windows, libinput's v120).
    const PER_NOTCH: i32 = 120;

    fn turn(&mut self, by: i16) -> i32 {
        // What is left of the other direction would be felt as a delay. An event of the other wheel turns this one by nothing,
        // and that is no direction.
        if by != 0 && (self.rest < 0) != (by < 0) {
            self.rest = 0;
        }
        self.rest += i32::from(by);
        let whole = self.rest / Self::PER_NOTCH;
        self.rest -= whole * Self::PER_NOTCH;
        whole
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Parts of a notch add up to notches without loss, with pauses and events of the other wheel in between; turning
        /// back loses less than a notch each time, which is wanted.
        #[test]
        fn parts_of_a_notch_are_neither_lost_nor_made(steps in proptest::collection::vec(-400_i16..400, 1..300)) {
            let mut notches = Notches::default();
            let (mut turned, mut whole, mut way) = (0_i32, 0_i32, 0_i32);
            for by in steps {
                let by = if by % 3 == 0 { 0 } else { by };
                let now = i32::from(by).signum();
                if now != 0 && now != way {
                    (turned, whole, way) = (0, 0, now);
                }
                turned += i32::from(by);
                let clicks = notches.turn(by);
                prop_assert!(clicks == 0 || clicks.signum() == way, "it clicks the way it is turned");
                whole += clicks;
                prop_assert_eq!(whole, turned / Notches::PER_NOTCH);
            }
        }
    }
}
