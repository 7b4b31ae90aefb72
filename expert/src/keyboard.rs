//! From the keys of this machine to USB HID usages, and what is held down at the moment.
//! Works on physical positions only: what a key means is decided by the client's own layout. Sends nothing itself.

mod usage;

use std::collections::BTreeSet;

use deskside_proto::keycode::KeyUsage;
use deskside_proto::wire::input::KeyEvent;
use winit::keyboard::PhysicalKey;

pub use usage::usage_of;

const CONTROL_LEFT: u16 = 0xe0;
const ALT_LEFT: u16 = 0xe2;

/// What a key press means besides being sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Chord {
    /// Nothing.
    None,
    /// Left Ctrl and left Alt were pressed and let go with nothing in between: the keyboard goes to the toolbar.
    ToToolbar,
}

/// The keys that are held down on the client because of this viewer.
///
/// INVARIANT: a usage is in `held` exactly between the press and the release that were sent for it.
#[derive(Default)]
pub struct Keyboard {
    held: BTreeSet<KeyUsage>,
    chord: ChordWatch,
}

impl Keyboard {
    /// Takes a key event of the window; gives what to send.
    ///
    /// Repeats are not sent, because the client repeats by its own settings; a release is sent only for a press that was.
    pub fn handle_key(&mut self, key: PhysicalKey, pressed: bool) -> (Option<KeyEvent>, Chord) {
        let Some(usage) = usage_of(key) else { return (None, Chord::None) };
        let changed = if pressed { self.held.insert(usage) } else { self.held.remove(&usage) };
        if !changed {
            return (None, Chord::None);
        }
        let chord = self.chord.watch(usage, pressed, &self.held);
        (Some(KeyEvent { usage, pressed }), chord)
    }

    /// A pointer button was pressed meanwhile: Ctrl and Alt are then part of a click, not of the chord.
    pub fn handle_click(&mut self) {
        self.chord.spoil();
    }

    /// Forgets every held key; true if there was any, so that the client must be told to release all.
    pub fn release_all(&mut self) -> bool {
        self.chord = ChordWatch::default();
        !std::mem::take(&mut self.held).is_empty()
    }
}

impl std::fmt::Debug for Keyboard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Keyboard").field("held", &self.held.len()).finish()
    }
}

/// Recognises the chord by watching alone: the keys are sent as well, where Ctrl and Alt by themselves do nothing.
#[derive(Default)]
enum ChordWatch {
    #[default]
    Idle,
    BothDown,
    Spoiled,
}

impl ChordWatch {
    fn watch(&mut self, usage: KeyUsage, pressed: bool, held: &BTreeSet<KeyUsage>) -> Chord {
        let is_part = |usage: &KeyUsage| [CONTROL_LEFT, ALT_LEFT].contains(&usage.number());
        let both = held.len() == 2 && held.iter().all(is_part);
        if pressed {
            match self {
                Self::Idle if both => *self = Self::BothDown,
                Self::Idle if is_part(&usage) => {}
                Self::Idle | Self::BothDown | Self::Spoiled => *self = Self::Spoiled,
            }
        } else if held.is_empty() {
            let complete = matches!(self, Self::BothDown);
            *self = Self::Idle;
            if complete {
                return Chord::ToToolbar;
            }
        }
        Chord::None
    }

    fn spoil(&mut self) {
        if matches!(self, Self::BothDown) {
            *self = Self::Spoiled;
        }
    }
}

#[cfg(test)]
mod tests {
    use winit::keyboard::KeyCode;

    use super::*;

    fn code(code: KeyCode) -> PhysicalKey {
        PhysicalKey::Code(code)
    }

    #[test]
    fn a_repeat_is_not_sent_and_a_stray_release_neither() {
        let mut keyboard = Keyboard::default();
        assert!(keyboard.handle_key(code(KeyCode::KeyA), true).0.is_some());
        assert_eq!(keyboard.handle_key(code(KeyCode::KeyA), true).0, None);
        assert!(keyboard.handle_key(code(KeyCode::KeyA), false).0.is_some());
        assert_eq!(keyboard.handle_key(code(KeyCode::KeyA), false).0, None);
        assert!(!keyboard.release_all());
    }

    fn chord_after(strokes: &[(KeyCode, bool)]) -> Chord {
        let mut keyboard = Keyboard::default();
        strokes.iter().map(|(key, pressed)| keyboard.handle_key(code(*key), *pressed).1).last().unwrap()
    }

    #[test]
    fn ctrl_and_alt_alone_call_the_toolbar_in_any_order() {
        use KeyCode::{AltLeft as A, ControlLeft as C};
        assert_eq!(chord_after(&[(C, true), (A, true), (A, false), (C, false)]), Chord::ToToolbar);
        assert_eq!(chord_after(&[(A, true), (C, true), (A, false), (C, false)]), Chord::ToToolbar);
    }

    #[test]
    fn ctrl_alt_delete_and_its_like_are_no_chord() {
        use KeyCode::{AltLeft as A, ControlLeft as C, Delete as D};
        let with_delete = [(C, true), (A, true), (D, true), (D, false), (A, false), (C, false)];
        assert_eq!(chord_after(&with_delete), Chord::None);
        assert_eq!(
            chord_after(&[(D, true), (C, true), (A, true), (A, false), (C, false), (D, false)]),
            Chord::None
        );
        assert_eq!(chord_after(&[(C, true), (C, false)]), Chord::None);
    }

    #[test]
    fn a_click_with_ctrl_and_alt_is_no_chord() {
        let mut keyboard = Keyboard::default();
        keyboard.handle_key(code(KeyCode::ControlLeft), true);
        keyboard.handle_key(code(KeyCode::AltLeft), true);
        keyboard.handle_click();
        keyboard.handle_key(code(KeyCode::AltLeft), false);
        assert_eq!(keyboard.handle_key(code(KeyCode::ControlLeft), false).1, Chord::None);
    }

    #[test]
    fn debug_output_names_no_key() {
        let mut keyboard = Keyboard::default();
        keyboard.handle_key(code(KeyCode::KeyQ), true);
        assert_eq!(format!("{keyboard:?}"), "Keyboard { held: 1 }");
    }
}
