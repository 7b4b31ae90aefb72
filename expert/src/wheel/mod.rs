//! What kind of wheel turns under the expert's hand: one that reports how far, or one that is a pair of buttons.
//! It matters because the window library reports a turn for the press and for the release of such a button.

mod x11;

use std::rc::Rc;

/// Tells what kind of wheel was turned last.
pub trait WheelKind {
    /// Its turns come as presses and releases of buttons.
    fn is_of_buttons(&self) -> bool;
}

/// The wheels of this desktop; none where nothing can be asked.
#[must_use]
pub fn open() -> Option<Rc<dyn WheelKind>> {
    match x11::open() {
        Ok(kind) => Some(kind),
        Err(error) => {
            tracing::debug!(%error, "the kind of the wheel cannot be asked");
            None
        }
    }
}
