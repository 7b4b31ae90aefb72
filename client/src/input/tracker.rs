//! What the expert holds down, so that all of it can be released. Sees only what the gate let through.

use std::time::Instant;

use deskside_proto::keycode::KeyUsage;
use deskside_proto::wire::input::{InputEvent, InputFrame, KeyEvent, PointerButton};

use super::chain::{Filter, Refusal};

/// Keys and buttons that are down, the latest last.
///
/// INVARIANT: contains everything that was pressed and not released. A press of what is down is refused (the desktop
/// repeats keys by itself), and so is a release of what is not: it could be the person who holds that key.
#[derive(Default)]
pub struct Tracker {
    keys: Vec<KeyUsage>,
    buttons: Vec<PointerButton>,
}

impl Tracker {
    /// Forgets what is held and says what it was, in the order in which it is to be released: the latest first.
    pub fn take_held(&mut self) -> (Vec<PointerButton>, Vec<KeyUsage>) {
        let (mut buttons, mut keys) = (std::mem::take(&mut self.buttons), std::mem::take(&mut self.keys));
        buttons.reverse();
        keys.reverse();
        (buttons, keys)
    }

    /// What [`Tracker::take_held`] gave was not released after all.
    pub fn put_back(&mut self, buttons: Vec<PointerButton>, keys: Vec<KeyUsage>) {
        self.buttons.extend(buttons.into_iter().rev());
        self.keys.extend(keys.into_iter().rev());
    }

    /// This press has not happened after all.
    pub fn forget(&mut self, event: &InputEvent) {
        if let InputEvent::Key(KeyEvent { usage, pressed: true, .. }) = *event {
            self.keys.retain(|key| *key != usage);
        }
    }

    /// The desktop failed at this event. What should have gone up counts as held; so does what should have gone down,
    /// because nobody knows how far the desktop came.
    pub fn undo(&mut self, event: &InputEvent) {
        match *event {
            InputEvent::Key(KeyEvent { usage, pressed: false, .. }) => self.keys.push(usage),
            InputEvent::PointerButton { button, pressed: false, .. } => self.buttons.push(button),
            InputEvent::Key(_)
            | InputEvent::PointerButton { .. }
            | InputEvent::PointerMoved { .. }
            | InputEvent::Wheel { .. }
            | InputEvent::Text(_)
            | InputEvent::Locks(_)
            | InputEvent::ReleaseAll => {}
        }
    }
}

impl Filter for Tracker {
    fn pass(&mut self, frame: InputFrame, _now: Instant) -> Result<InputFrame, Refusal> {
        let changes = match frame.event {
            InputEvent::Key(KeyEvent { usage, pressed, .. }) => change(&mut self.keys, usage, pressed),
            InputEvent::PointerButton { button, pressed, .. } => change(&mut self.buttons, button, pressed),
            InputEvent::PointerMoved { .. }
            | InputEvent::Wheel { .. }
            | InputEvent::Text(_)
            | InputEvent::Locks(_)
            | InputEvent::ReleaseAll => true,
        };
        if changes { Ok(frame) } else { Err(Refusal::NoChange) }
    }
}

/// Whether the press or release changes anything; remembers it when it does.
fn change<T: PartialEq>(held: &mut Vec<T>, what: T, pressed: bool) -> bool {
    match (held.iter().position(|one| *one == what), pressed) {
        (None, true) => held.push(what),
        (Some(at), false) => drop(held.remove(at)),
        (Some(_), true) | (None, false) => return false,
    }
    true
}
