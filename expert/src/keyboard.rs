//! From the keys of this machine to USB HID usages and the text that the expert's layout makes of them, and what is held
//! down at the moment. How the text is written over there is the client's affair. Sends nothing itself.

mod combination;
mod meaning;
mod usage;

use std::collections::{BTreeMap, BTreeSet};

use deskside_proto::keycode::KeyUsage;
use deskside_proto::wire::input::KeyEvent;
use winit::event::ElementState;
use winit::keyboard::{Key, KeyLocation, ModifiersState, PhysicalKey};

pub use combination::Combination;
pub use usage::usage_of;

/// What a key press means besides being sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Chord {
    /// Nothing.
    None,
    /// Left Ctrl and left Alt were pressed and let go with nothing in between: the keyboard goes to the toolbar.
    ToToolbar,
    /// Right Ctrl was pressed and let go alone: what the desktop would do with keys, it does again.
    Free,
    /// This key, which waited for the one that follows, was pressed and let go alone: that is what is sent.
    Alone(KeyUsage),
}

/// A key of the window, as the window system and the expert's layout tell of it.
#[derive(Clone, Copy)]
pub struct Stroke<'a> {
    /// Where it is.
    pub place: PhysicalKey,
    /// What it means on the expert's layout.
    pub logical: &'a Key,
    /// Left, right, keypad.
    pub location: KeyLocation,
    /// What it writes, after dead keys and Compose.
    pub text: Option<&'a str>,
    /// Down.
    pub pressed: bool,
    /// It was down already.
    pub repeat: bool,
    /// An input method has the keys first, and may keep the one that follows.
    pub through_method: bool,
}

impl<'a> From<&'a winit::event::KeyEvent> for Stroke<'a> {
    fn from(event: &'a winit::event::KeyEvent) -> Self {
        Self {
            place: event.physical_key,
            logical: &event.logical_key,
            location: event.location,
            text: event.text.as_deref(),
            pressed: event.state == ElementState::Pressed,
            repeat: event.repeat,
            through_method: false,
        }
    }
}

/// The keys that are held down on the client because of this viewer.
///
/// INVARIANT: a key is in `held` exactly between the press and the release that were sent for it.
#[derive(Default)]
pub struct Keyboard {
    /// By place, and as what it was sent.
    held: BTreeMap<KeyUsage, KeyUsage>,
    /// Modifiers that were down already when the window got the keyboard. They are sent with whatever follows, because
    /// a modifier that only goes up means something by itself in many programs.
    waiting: BTreeMap<KeyUsage, KeyUsage>,
    /// Other keys that were down already: what they do is no press of this window.
    foreign: BTreeSet<KeyUsage>,
    /// The place of right Ctrl, or of Super where a method has the keys first, while nothing else was pressed since it went
    /// down. Both are sent with what follows; without it right Ctrl is sent never, and Super when it goes up.
    ///
    /// INVARIANT: it is among those waiting.
    alone: Option<KeyUsage>,
    chord: ChordWatch,
}

impl Keyboard {
    /// Takes a key event of the window; gives what to send.
    ///
    /// Repeats are not sent, because the client repeats by its own settings; a release is sent only for a press that was.
    /// A press that only prepares another one, such as a dead key, is not sent: its text comes with the other.
    /// Right Ctrl is sent with the key that follows. So is Super where a method has the keys first: a method keeps the other
    /// key of Super+`, and Super alone opens the menu of many desktops.
    pub fn handle_key(&mut self, stroke: Stroke<'_>) -> (Vec<KeyEvent>, Chord) {
        let Some(place) = usage_of(stroke.place) else { return (Vec::new(), Chord::None) };
        let was_alone = self.alone.take_if(|alone| !stroke.pressed || *alone != place);
        let alone = was_alone.filter(|was| *was == place).and_then(|place| self.waiting.get(&place)).copied();
        let event = if stroke.pressed { self.press(place, stroke) } else { self.release(place) };
        let Some(event) = event else {
            let chord = match alone {
                Some(KeyUsage::CONTROL_RIGHT) => Chord::Free,
                Some(usage) => Chord::Alone(usage),
                None => Chord::None,
            };
            return (Vec::new(), chord);
        };
        // Super with another modifier is no longer alone: some desktops change the layout by these two.
        let super_waited =
            was_alone.and_then(|place| self.waiting.get(&place)).is_some_and(|usage| is_super(*usage));
        let mut events = Vec::new();
        if event.pressed && (super_waited || !event.usage.is_modifier()) {
            events = self.take_waiting();
        }
        events.push(event);
        let chord = self.chord.watch(event.usage, event.pressed, self.held.values().copied());
        (events, chord)
    }

    /// A key that was down already when the window got the keyboard.
    pub fn handle_held_before(&mut self, stroke: Stroke<'_>) {
        let Some(place) = usage_of(stroke.place).filter(|place| !self.held.contains_key(place)) else {
            return;
        };
        match meaning::of(place, &stroke) {
            Some((usage, _)) if usage.is_modifier() => drop(self.waiting.insert(place, usage)),
            _ => drop(self.foreign.insert(place)),
        }
    }

    /// The modifiers that are to be sent before what follows, which is no key.
    pub fn take_waiting(&mut self) -> Vec<KeyEvent> {
        self.alone = None;
        let waiting = std::mem::take(&mut self.waiting);
        let events = waiting.values().map(|usage| KeyEvent::place(*usage, true)).collect();
        self.held.extend(waiting);
        events
    }

    /// A pointer button was pressed meanwhile: Ctrl and Alt are then part of a click, not of the chord.
    pub fn handle_click(&mut self) {
        self.alone = None;
        self.chord.spoil();
    }

    /// Forgets every held key; gives what lets go of each.
    pub fn release_all(&mut self) -> Vec<KeyEvent> {
        let held = std::mem::take(self).held;
        held.into_values().map(|usage| KeyEvent::place(usage, false)).collect()
    }

    /// Whether anything is held over there.
    #[must_use]
    pub fn holds_any(&self) -> bool {
        !self.held.is_empty()
    }

    /// Only the keys at these places are still down; gives the releases of the others.
    pub fn keep_only(&mut self, down: &BTreeSet<KeyUsage>) -> Vec<KeyEvent> {
        self.foreign.retain(|place| down.contains(place));
        self.keep(|place, _| down.contains(&place))
    }

    /// Of the modifiers only those of these kinds are still down; gives the releases of the others.
    pub fn keep_modifiers(&mut self, down: ModifiersState) -> Vec<KeyEvent> {
        self.keep(|_, usage| kind_of(usage).is_none_or(|kind| down.contains(kind)))
    }

    /// Modifiers of these kinds are down without their presses having come; gives the presses of those not held over there.
    pub fn hold_modifiers(&mut self, down: ModifiersState) -> Vec<KeyEvent> {
        let is_known = |key: KeyUsage| {
            let mut known = self.held.values().chain(self.waiting.values());
            known.any(|known| kind_of(*known) == kind_of(key))
        };
        let keys = [KeyUsage::CONTROL_LEFT, KeyUsage::SHIFT_LEFT, KeyUsage::ALT_LEFT, KeyUsage::META_LEFT];
        let is_missing =
            |key: &KeyUsage| kind_of(*key).is_some_and(|kind| down.contains(kind)) && !is_known(*key);
        let missing: Vec<KeyUsage> = keys.into_iter().filter(is_missing).collect();
        let mut events = self.take_waiting();
        if !missing.is_empty() {
            self.chord = ChordWatch::Spoiled;
        }
        self.held.extend(missing.iter().map(|key| (*key, *key)));
        events.extend(missing.into_iter().map(|key| KeyEvent::place(key, true)));
        events
    }

    fn keep(&mut self, stays: impl Fn(KeyUsage, KeyUsage) -> bool) -> Vec<KeyEvent> {
        self.waiting.retain(|place, usage| stays(*place, *usage));
        self.alone.take_if(|alone| !self.waiting.contains_key(alone));
        let gone: Vec<KeyUsage> = self
            .held
            .iter()
            .filter(|(place, usage)| !stays(**place, **usage))
            .map(|(place, _)| *place)
            .collect();
        let events = gone.iter().filter_map(|place| self.release(*place)).collect();
        if self.held.is_empty() {
            self.chord = ChordWatch::Idle;
        }
        events
    }

    fn press(&mut self, place: KeyUsage, stroke: Stroke<'_>) -> Option<KeyEvent> {
        let is_new = !stroke.repeat
            && !self.held.contains_key(&place)
            && !self.foreign.contains(&place)
            && !self.waiting.contains_key(&place);
        let (usage, text) = meaning::of(place, &stroke).filter(|_| is_new)?;
        if usage == KeyUsage::CONTROL_RIGHT
            || (is_super(usage) && stroke.through_method && self.held.is_empty())
        {
            self.waiting.insert(place, usage);
            self.alone = self.held.is_empty().then_some(place);
            return None;
        }
        self.held.insert(place, usage);
        Some(KeyEvent { usage, pressed: true, text })
    }

    fn release(&mut self, place: KeyUsage) -> Option<KeyEvent> {
        self.foreign.remove(&place);
        self.waiting.remove(&place);
        self.held.remove(&place).map(|usage| KeyEvent::place(usage, false))
    }
}

const fn is_super(usage: KeyUsage) -> bool {
    matches!(usage, KeyUsage::META_LEFT | KeyUsage::META_RIGHT)
}

/// What kind of modifier a key is; none for the keys that are none.
fn kind_of(usage: KeyUsage) -> Option<ModifiersState> {
    let is = |one, other| usage == one || usage == other;
    if is(KeyUsage::SHIFT_LEFT, KeyUsage::SHIFT_RIGHT) {
        Some(ModifiersState::SHIFT)
    } else if is(KeyUsage::CONTROL_LEFT, KeyUsage::CONTROL_RIGHT) {
        Some(ModifiersState::CONTROL)
    } else if is(KeyUsage::ALT_LEFT, KeyUsage::ALT_RIGHT) {
        Some(ModifiersState::ALT)
    } else if is(KeyUsage::META_LEFT, KeyUsage::META_RIGHT) {
        Some(ModifiersState::SUPER)
    } else {
        None
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
    fn watch(&mut self, usage: KeyUsage, pressed: bool, held: impl Iterator<Item = KeyUsage>) -> Chord {
        let is_part = |usage: &KeyUsage| [KeyUsage::CONTROL_LEFT, KeyUsage::ALT_LEFT].contains(usage);
        let held: BTreeSet<KeyUsage> = held.collect();
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
pub(crate) mod tests;
