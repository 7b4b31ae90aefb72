//! What an input method does with the keys of a window. It keeps some and sends a text when that is finished; the others
//! come as keys. What it is still making is shown here and never sent.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use deskside_proto::keycode::KeyUsage;
use deskside_proto::wire::input::{InputEvent, KeyEvent};
use deskside_proto::wire::typed::Typed;
use winit::event::Ime;
use winit::keyboard::ModifiersState;

use super::Tap;

/// So long a key that came in the midst of composing waits for the text that it may have finished: on a busy machine that
/// does not come with the same batch of events.
const FOR_ITS_TEXT: Duration = Duration::from_millis(20);

/// What an input method is making of keys; for the view, which asks for the method as well.
#[derive(Clone, Default, PartialEq)]
pub struct Composing {
    /// A method gets the keys of this window.
    pub is_on: bool,
    /// What it has so far.
    pub text: String,
    /// Where the next character comes. Unit: bytes of the text.
    pub caret: usize,
    /// Where the picture was clicked last, so that the text will probably appear there. Units: physical pixels.
    pub near: Option<(f32, f32)>,
}

impl std::fmt::Debug for Composing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { is_on, text, .. } = self;
        f.debug_struct("Composing").field("is_on", is_on).field("bytes", &text.len()).finish()
    }
}

/// What the tap knows of it.
#[derive(Default)]
pub(super) struct Method {
    pub composing: Composing,
    /// Modifiers that were down when the event that comes next happened.
    pub modifiers: ModifiersState,
    /// What was composed last and neither finished nor known to be given up.
    unfinished: String,
    /// When all that was there with the first key that waits had been handled.
    held_since: Option<Instant>,
    /// As the last frame had it.
    is_shown: bool,
}

impl Tap {
    /// Whether an input method should get the keys, if there is one: only while they go to the other machine.
    ///
    /// Whether the window has the keyboard at the moment does not matter: it gets keys only then, and some methods do not
    /// take it well to be called and sent away with every change of windows.
    #[must_use]
    pub fn wants_method(&self) -> bool {
        self.keyboard_is_away()
    }

    /// Whether one gets them from now on.
    pub fn set_method(&mut self, is_on: bool) {
        let composing = &mut self.method.composing;
        if composing.is_on != is_on {
            *composing = Composing { is_on, near: composing.near, ..Composing::default() };
            self.method.unfinished.clear();
            self.outlet.release();
            self.wants.repaint = true;
        }
    }

    /// What it is making, for the frame that begins.
    #[must_use]
    pub fn composing(&mut self) -> Composing {
        self.method.is_shown = self.method.composing.is_on;
        self.method.composing.clone()
    }

    /// Whether the last frame asked for a method.
    #[must_use]
    pub fn method_is_shown(&self) -> bool {
        self.method.is_shown
    }

    /// Whether keys are held on the other machine.
    #[must_use]
    pub fn holds_keys(&self) -> bool {
        self.keyboard.holds_any()
    }

    /// Only these keys are really down: the method has kept the releases of others.
    pub fn keep_only(&mut self, down: &BTreeSet<KeyUsage>) {
        let events = self.keyboard.keep_only(down);
        self.send_keys(events);
    }

    /// Modifiers that are not down any more are let go before something comes that they would change: the method may have
    /// kept their release, as some do that are switched by Shift.
    pub(super) fn settle_modifiers(&mut self) {
        if self.method.composing.is_on {
            let events = self.keyboard.keep_modifiers(self.method.modifiers);
            self.send_keys(events);
        }
    }

    /// The method has done something.
    pub(super) fn composed(&mut self, event: &Ime) {
        match event {
            Ime::Commit(text) if !text.is_empty() && *text == self.method.unfinished => {
                self.method.unfinished.clear();
                self.keyboard.handle_click();
                // Where a key waits, it has let go of them, and those that it goes with are still needed.
                if !self.outlet.is_held() {
                    self.settle_modifiers();
                }
                events_of(text).into_iter().for_each(|event| self.outlet.send_first(event));
                self.outlet.release();
            }
            Ime::Commit(text) => {
                self.keyboard.handle_click();
                self.settle_modifiers();
                self.wait_for_text();
                self.commit(text);
            }
            Ime::Preedit(text, caret) => {
                // Keys that it has kept came in between: Ctrl and Alt were not pressed alone.
                self.keyboard.handle_click();
                let composing = &mut self.method.composing;
                let caret = caret.map_or(text.len(), |(_, end)| end);
                if composing.text != *text || composing.caret != caret {
                    (composing.text, composing.caret) = (text.clone(), caret);
                    if !text.is_empty() {
                        self.method.unfinished.clone_from(text);
                    }
                    self.wants.repaint = true;
                }
            }
            Ime::Enabled | Ime::Disabled => {}
        }
    }

    /// Something comes while a text is unfinished. Xlib gives what a method answers at once in the opposite order, so the text
    /// may come next, and belongs before this: what comes waits for it until all that is there has been looked at, and a
    /// moment longer.
    pub(super) fn wait_for_text(&mut self) {
        if self.method.composing.is_on && !self.method.unfinished.is_empty() && !self.outlet.is_held() {
            self.outlet.hold();
            self.method.held_since = None;
        }
    }

    /// All events that were there have been handled. Gives when this should be called again, if nothing happens before.
    pub fn events_are_handled(&mut self, now: Instant) -> Option<Instant> {
        if self.outlet.is_held() {
            let until = *self.method.held_since.get_or_insert(now) + FOR_ITS_TEXT;
            if now < until {
                return Some(until);
            }
        }
        if self.outlet.release() && self.method.composing.text.is_empty() {
            // It was given up: Escape, Backspace.
            self.method.unfinished.clear();
        }
        None
    }

    /// Modifiers that are down and not held over there go down before a key that they change: winit gives no press of theirs
    /// while something is being composed.
    pub(super) fn hold_modifiers(&mut self) {
        if self.method.composing.is_on {
            let events = self.keyboard.hold_modifiers(self.method.modifiers);
            self.send_keys(events);
        }
    }

    /// A text is finished, and the keys that made it never came here; or a key that the method let pass while it had
    /// something unfinished, which winit gives as the text that it writes and without its release.
    fn commit(&mut self, text: &str) {
        let mut characters = text.chars();
        let alone = characters.next().filter(|_| characters.next().is_none());
        let Some((key, text)) = alone.and_then(|alone| key_let_pass(alone, self.method.modifiers)) else {
            return events_of(text).into_iter().for_each(|event| self.outlet.send(event));
        };
        self.hold_modifiers();
        self.send_keys(tap_of(key, text));
    }

    fn send_keys(&self, events: impl IntoIterator<Item = KeyEvent>) {
        events.into_iter().for_each(|event| self.outlet.send(InputEvent::Key(event)));
    }
}

/// A text and the keys in it: what ends its lines is no text.
fn events_of(text: &str) -> Vec<InputEvent> {
    let mut events = Vec::new();
    for line in text.replace("\r\n", "\n").split_inclusive(char::is_control) {
        events.extend(Typed::parts(line).into_iter().map(InputEvent::Text));
        let end = line.chars().next_back().filter(|end| ['\r', '\n', '\t'].contains(end));
        let key = end.and_then(|end| key_of(end, false));
        events.extend(key.into_iter().flat_map(|(key, text)| tap_of(key, text)).map(InputEvent::Key));
    }
    events
}

/// A press and its release.
fn tap_of(usage: KeyUsage, text: Typed) -> [KeyEvent; 2] {
    [KeyEvent { usage, pressed: true, text }, KeyEvent::place(usage, false)]
}

/// The key that wrote this character, unless it is a text. What a method has written comes with no modifiers.
fn key_let_pass(character: char, with: ModifiersState) -> Option<(KeyUsage, Typed)> {
    if character.is_control() {
        return key_of(character, with.control_key());
    }
    let shortcut = ModifiersState::CONTROL | ModifiersState::ALT | ModifiersState::SUPER;
    let key = key_bearing(character).filter(|_| with.intersects(shortcut))?;
    Some((key, Typed::new(character.encode_utf8(&mut [0; 4]))?))
}

/// The key that writes this control character, and with Ctrl the letter that it bears.
fn key_of(control: char, with_ctrl: bool) -> Option<(KeyUsage, Typed)> {
    // As terminals have it since the teletype: Ctrl takes A to 1 and Z to 26.
    let number =
        u8::try_from(u32::from(control)).ok().filter(|number| with_ctrl && (1..=26).contains(number));
    if let Some(number) = number {
        let letter = char::from(b'a' + number - 1);
        return Some((key_bearing(letter)?, Typed::new(letter.encode_utf8(&mut [0; 4]))?));
    }
    let key = match control {
        '\r' | '\n' => KeyUsage::ENTER,
        '\t' => KeyUsage::TAB,
        '\u{8}' => KeyUsage::BACKSPACE,
        '\u{1b}' => KeyUsage::ESCAPE,
        '\u{7f}' => KeyUsage::DELETE,
        _ => return None,
    };
    Some((key, Typed::NOTHING))
}

/// Where this character is on an American keyboard. Which key bears it over there is the client's affair; what it does not
/// find there it presses at this place.
fn key_bearing(character: char) -> Option<KeyUsage> {
    const SIGNS: &[(&str, KeyUsage)] = &[
        ("1!", KeyUsage::DIGIT_1),
        ("2@", KeyUsage::DIGIT_2),
        ("3#", KeyUsage::DIGIT_3),
        ("4$", KeyUsage::DIGIT_4),
        ("5%", KeyUsage::DIGIT_5),
        ("6^", KeyUsage::DIGIT_6),
        ("7&", KeyUsage::DIGIT_7),
        ("8*", KeyUsage::DIGIT_8),
        ("9(", KeyUsage::DIGIT_9),
        ("0)", KeyUsage::DIGIT_0),
        (" ", KeyUsage::SPACE),
        ("-_", KeyUsage::MINUS),
        ("=+", KeyUsage::EQUAL),
        ("[{", KeyUsage::BRACKET_LEFT),
        ("]}", KeyUsage::BRACKET_RIGHT),
        ("\\|", KeyUsage::BACKSLASH),
        (";:", KeyUsage::SEMICOLON),
        ("'\"", KeyUsage::QUOTE),
        ("`~", KeyUsage::BACKQUOTE),
        (",<", KeyUsage::COMMA),
        (".>", KeyUsage::PERIOD),
        ("/?", KeyUsage::SLASH),
    ];
    let letter = u8::try_from(character.to_ascii_lowercase()).ok().filter(u8::is_ascii_lowercase);
    match letter {
        Some(letter) => KeyUsage::new(KeyUsage::A.number() + u16::from(letter - b'a')),
        None => SIGNS.iter().find(|(signs, _)| signs.contains(character)).map(|(_, key)| *key),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_being_written_is_not_printed() {
        let composing = Composing { text: "geheim".to_owned(), ..Composing::default() };
        assert_eq!(format!("{composing:?}"), "Composing { is_on: false, bytes: 6 }");
    }

    #[test]
    fn a_control_character_is_the_key_that_writes_it() {
        let letter = |text| Typed::new(text).unwrap();
        assert_eq!(key_of('\r', false), Some((KeyUsage::ENTER, Typed::NOTHING)));
        assert_eq!(key_of('\u{8}', false), Some((KeyUsage::BACKSPACE, Typed::NOTHING)));
        assert_eq!(key_of('\u{3}', true), Some((KeyUsage::C, letter("c"))));
        assert_eq!(key_of('\u{8}', true), Some((KeyUsage::H, letter("h"))));
        assert_eq!(key_of('\u{1a}', true), Some((KeyUsage::Z, letter("z"))));
        assert_eq!(key_of('\0', true), None);
        assert_eq!(key_of('\u{85}', false), None);
        assert_eq!(key_of('\u{7f}', true), Some((KeyUsage::DELETE, Typed::NOTHING)), "Ctrl+Alt+Delete");
    }
}
