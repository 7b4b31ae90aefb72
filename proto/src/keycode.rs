//! Keys by their place on the keyboard: USB HID usages, and the numbers that Linux gives the same keys.
//! Knows no layout: what a key types is decided by the client's desktop.

use std::fmt;

/// A key, as a usage of the USB HID page 0x07 (Keyboard/Keypad).
///
/// Any usage from the first key to the last modifier may travel; a client ignores those that it cannot press.
/// It has no `Display`, and its `Debug` keeps the number to itself: what is typed is in no log.
///
/// # Reference
/// USB HID Usage Tables 1.5, chapter 10.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct KeyUsage(u16);

impl fmt::Debug for KeyUsage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeyUsage")
    }
}

/// One key under all its names.
struct Key {
    usage: KeyUsage,
    /// Linux event code (`linux/input-event-codes.h`); an X11 keycode is 8 more.
    evdev: u16,
    /// `KeyboardEvent.code` of W3C UI Events.
    code: &'static str,
}

macro_rules! keys {
    ($($name:ident, $usage:literal, $evdev:literal, $code:literal;)+) => {
        /// Keys by name; the names are those of W3C UI Events `KeyboardEvent.code`.
        #[expect(missing_docs, reason = "the name of a key says which key it is")]
        impl KeyUsage { $(pub const $name: Self = Self($usage);)+ }

        const KEYS: &[Key] = &[$(Key { usage: KeyUsage::$name, evdev: $evdev, code: $code },)+];
    };
}

keys! {
    A, 0x04, 30, "KeyA";
    B, 0x05, 48, "KeyB";
    C, 0x06, 46, "KeyC";
    D, 0x07, 32, "KeyD";
    E, 0x08, 18, "KeyE";
    F, 0x09, 33, "KeyF";
    G, 0x0a, 34, "KeyG";
    H, 0x0b, 35, "KeyH";
    I, 0x0c, 23, "KeyI";
    J, 0x0d, 36, "KeyJ";
    K, 0x0e, 37, "KeyK";
    L, 0x0f, 38, "KeyL";
    M, 0x10, 50, "KeyM";
    N, 0x11, 49, "KeyN";
    O, 0x12, 24, "KeyO";
    P, 0x13, 25, "KeyP";
    Q, 0x14, 16, "KeyQ";
    R, 0x15, 19, "KeyR";
    S, 0x16, 31, "KeyS";
    T, 0x17, 20, "KeyT";
    U, 0x18, 22, "KeyU";
    V, 0x19, 47, "KeyV";
    W, 0x1a, 17, "KeyW";
    X, 0x1b, 45, "KeyX";
    Y, 0x1c, 21, "KeyY";
    Z, 0x1d, 44, "KeyZ";
    DIGIT_1, 0x1e, 2, "Digit1";
    DIGIT_2, 0x1f, 3, "Digit2";
    DIGIT_3, 0x20, 4, "Digit3";
    DIGIT_4, 0x21, 5, "Digit4";
    DIGIT_5, 0x22, 6, "Digit5";
    DIGIT_6, 0x23, 7, "Digit6";
    DIGIT_7, 0x24, 8, "Digit7";
    DIGIT_8, 0x25, 9, "Digit8";
    DIGIT_9, 0x26, 10, "Digit9";
    DIGIT_0, 0x27, 11, "Digit0";
    ENTER, 0x28, 28, "Enter";
    ESCAPE, 0x29, 1, "Escape";
    BACKSPACE, 0x2a, 14, "Backspace";
    TAB, 0x2b, 15, "Tab";
    SPACE, 0x2c, 57, "Space";
    MINUS, 0x2d, 12, "Minus";
    EQUAL, 0x2e, 13, "Equal";
    BRACKET_LEFT, 0x2f, 26, "BracketLeft";
    BRACKET_RIGHT, 0x30, 27, "BracketRight";
    BACKSLASH, 0x31, 43, "Backslash";
    SEMICOLON, 0x33, 39, "Semicolon";
    QUOTE, 0x34, 40, "Quote";
    BACKQUOTE, 0x35, 41, "Backquote";
    COMMA, 0x36, 51, "Comma";
    PERIOD, 0x37, 52, "Period";
    SLASH, 0x38, 53, "Slash";
    CAPS_LOCK, 0x39, 58, "CapsLock";
    F1, 0x3a, 59, "F1";
    F2, 0x3b, 60, "F2";
    F3, 0x3c, 61, "F3";
    F4, 0x3d, 62, "F4";
    F5, 0x3e, 63, "F5";
    F6, 0x3f, 64, "F6";
    F7, 0x40, 65, "F7";
    F8, 0x41, 66, "F8";
    F9, 0x42, 67, "F9";
    F10, 0x43, 68, "F10";
    F11, 0x44, 87, "F11";
    F12, 0x45, 88, "F12";
    PRINT_SCREEN, 0x46, 99, "PrintScreen";
    SCROLL_LOCK, 0x47, 70, "ScrollLock";
    PAUSE, 0x48, 119, "Pause";
    INSERT, 0x49, 110, "Insert";
    HOME, 0x4a, 102, "Home";
    PAGE_UP, 0x4b, 104, "PageUp";
    DELETE, 0x4c, 111, "Delete";
    END, 0x4d, 107, "End";
    PAGE_DOWN, 0x4e, 109, "PageDown";
    ARROW_RIGHT, 0x4f, 106, "ArrowRight";
    ARROW_LEFT, 0x50, 105, "ArrowLeft";
    ARROW_DOWN, 0x51, 108, "ArrowDown";
    ARROW_UP, 0x52, 103, "ArrowUp";
    NUM_LOCK, 0x53, 69, "NumLock";
    NUMPAD_DIVIDE, 0x54, 98, "NumpadDivide";
    NUMPAD_MULTIPLY, 0x55, 55, "NumpadMultiply";
    NUMPAD_SUBTRACT, 0x56, 74, "NumpadSubtract";
    NUMPAD_ADD, 0x57, 78, "NumpadAdd";
    NUMPAD_ENTER, 0x58, 96, "NumpadEnter";
    NUMPAD_1, 0x59, 79, "Numpad1";
    NUMPAD_2, 0x5a, 80, "Numpad2";
    NUMPAD_3, 0x5b, 81, "Numpad3";
    NUMPAD_4, 0x5c, 75, "Numpad4";
    NUMPAD_5, 0x5d, 76, "Numpad5";
    NUMPAD_6, 0x5e, 77, "Numpad6";
    NUMPAD_7, 0x5f, 71, "Numpad7";
    NUMPAD_8, 0x60, 72, "Numpad8";
    NUMPAD_9, 0x61, 73, "Numpad9";
    NUMPAD_0, 0x62, 82, "Numpad0";
    NUMPAD_DECIMAL, 0x63, 83, "NumpadDecimal";
    INTL_BACKSLASH, 0x64, 86, "IntlBackslash";
    CONTEXT_MENU, 0x65, 127, "ContextMenu";
    POWER, 0x66, 116, "Power";
    NUMPAD_EQUAL, 0x67, 117, "NumpadEqual";
    F13, 0x68, 183, "F13";
    F14, 0x69, 184, "F14";
    F15, 0x6a, 185, "F15";
    F16, 0x6b, 186, "F16";
    F17, 0x6c, 187, "F17";
    F18, 0x6d, 188, "F18";
    F19, 0x6e, 189, "F19";
    F20, 0x6f, 190, "F20";
    F21, 0x70, 191, "F21";
    F22, 0x71, 192, "F22";
    F23, 0x72, 193, "F23";
    F24, 0x73, 194, "F24";
    OPEN, 0x74, 134, "Open";
    HELP, 0x75, 138, "Help";
    PROPS, 0x76, 130, "Props";
    SELECT, 0x77, 132, "Select";
    AGAIN, 0x79, 129, "Again";
    UNDO, 0x7a, 131, "Undo";
    CUT, 0x7b, 137, "Cut";
    COPY, 0x7c, 133, "Copy";
    PASTE, 0x7d, 135, "Paste";
    FIND, 0x7e, 136, "Find";
    VOLUME_MUTE, 0x7f, 113, "AudioVolumeMute";
    VOLUME_UP, 0x80, 115, "AudioVolumeUp";
    VOLUME_DOWN, 0x81, 114, "AudioVolumeDown";
    NUMPAD_COMMA, 0x85, 121, "NumpadComma";
    INTL_RO, 0x87, 89, "IntlRo";
    KANA_MODE, 0x88, 93, "KanaMode";
    INTL_YEN, 0x89, 124, "IntlYen";
    CONVERT, 0x8a, 92, "Convert";
    NON_CONVERT, 0x8b, 94, "NonConvert";
    LANG_1, 0x90, 122, "Lang1";
    LANG_2, 0x91, 123, "Lang2";
    LANG_3, 0x92, 90, "Lang3";
    LANG_4, 0x93, 91, "Lang4";
    LANG_5, 0x94, 85, "Lang5";
    NUMPAD_PAREN_LEFT, 0xb6, 179, "NumpadParenLeft";
    NUMPAD_PAREN_RIGHT, 0xb7, 180, "NumpadParenRight";
    CONTROL_LEFT, 0xe0, 29, "ControlLeft";
    SHIFT_LEFT, 0xe1, 42, "ShiftLeft";
    ALT_LEFT, 0xe2, 56, "AltLeft";
    META_LEFT, 0xe3, 125, "MetaLeft";
    CONTROL_RIGHT, 0xe4, 97, "ControlRight";
    SHIFT_RIGHT, 0xe5, 54, "ShiftRight";
    ALT_RIGHT, 0xe6, 100, "AltRight";
    META_RIGHT, 0xe7, 126, "MetaRight";
}

impl KeyUsage {
    /// The first key of the page (A).
    const FIRST: u16 = 0x04;
    /// The last key of the page (right GUI).
    const LAST: u16 = 0xe7;
    /// What an X11 keycode is more than the event code of the same key.
    const X11_OFFSET: u8 = 8;

    /// The key of this number, unless the page has no key there.
    pub fn new(number: u16) -> Option<Self> {
        (Self::FIRST..=Self::LAST).contains(&number).then_some(Self(number))
    }

    /// The usage's number on page 0x07.
    pub fn number(self) -> u16 {
        self.0
    }

    /// The key with this Linux event code.
    pub fn from_evdev(evdev: u16) -> Option<Self> {
        KEYS.iter().find(|key| key.evdev == evdev).map(|key| key.usage)
    }

    /// The Linux event code of this key, where it has one.
    pub fn evdev(self) -> Option<u16> {
        KEYS.iter().find(|key| key.usage == self).map(|key| key.evdev)
    }

    /// The key with this X11 keycode, on an X server that takes its keys from evdev (all current ones).
    pub fn from_x11(keycode: u8) -> Option<Self> {
        keycode.checked_sub(Self::X11_OFFSET).and_then(|evdev| Self::from_evdev(evdev.into()))
    }

    /// The X11 keycode of this key, where it has one.
    pub fn x11(self) -> Option<u8> {
        let evdev = u8::try_from(self.evdev()?).ok()?;
        evdev.checked_add(Self::X11_OFFSET)
    }

    /// The key that W3C UI Events calls `code`, such as `KeyA` or `ControlLeft`: for settings and for the viewer's toolkit.
    pub fn from_code(code: &str) -> Option<Self> {
        KEYS.iter().find(|key| key.code == code).map(|key| key.usage)
    }

    /// Control, shift, alt or meta, left or right.
    pub fn is_modifier(self) -> bool {
        (Self::CONTROL_LEFT..=Self::META_RIGHT).contains(&self)
    }

    /// Every key that has a Linux event code.
    pub fn known() -> impl Iterator<Item = Self> {
        KEYS.iter().map(|key| key.usage)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn every_key_has_one_number_of_each_kind_and_is_found_by_each() {
        let distinct = |numbers: Vec<u16>| numbers.iter().collect::<HashSet<_>>().len() == numbers.len();
        assert!(distinct(KEYS.iter().map(|key| key.usage.number()).collect()));
        assert!(distinct(KEYS.iter().map(|key| key.evdev).collect()));
        assert_eq!(KEYS.iter().map(|key| key.code).collect::<HashSet<_>>().len(), KEYS.len());
        for key in KEYS {
            assert_eq!(KeyUsage::new(key.usage.number()), Some(key.usage), "{}", key.code);
            assert_eq!(KeyUsage::from_evdev(key.evdev), Some(key.usage), "{}", key.code);
            assert_eq!(key.usage.evdev(), Some(key.evdev), "{}", key.code);
            assert_eq!(KeyUsage::from_code(key.code), Some(key.usage));
            let x11 = key.usage.x11().unwrap();
            assert_eq!(u16::from(x11), key.evdev + 8);
            assert_eq!(KeyUsage::from_x11(x11), Some(key.usage), "{}", key.code);
        }
    }

    #[test]
    fn a_us_keyboard_of_105_keys_is_complete() {
        let letters = ('A'..='Z').map(|letter| format!("Key{letter}"));
        let digits = (0..=9).flat_map(|digit| [format!("Digit{digit}"), format!("Numpad{digit}")]);
        let functions = (1..=12).map(|number| format!("F{number}"));
        let others = "Escape PrintScreen ScrollLock Pause Backquote Minus Equal Backspace Tab BracketLeft BracketRight \
            Backslash CapsLock Semicolon Quote Enter ShiftLeft Comma Period Slash ShiftRight ControlLeft MetaLeft AltLeft \
            Space AltRight MetaRight ContextMenu ControlRight Insert Home PageUp Delete End PageDown ArrowUp ArrowLeft \
            ArrowDown ArrowRight NumLock NumpadDivide NumpadMultiply NumpadSubtract NumpadAdd NumpadEnter NumpadDecimal \
            IntlBackslash";
        let names: HashSet<String> = letters
            .chain(digits)
            .chain(functions)
            .chain(others.split_whitespace().map(str::to_owned))
            .collect();
        assert_eq!(names.len(), 105);
        for name in names {
            assert!(KeyUsage::from_code(&name).is_some(), "{name}");
        }
    }

    #[test]
    fn keys_have_the_numbers_that_the_standards_give_them() {
        // Taken from the HID Usage Tables and linux/input-event-codes.h, one from each part of the keyboard.
        for (key, usage, evdev) in [
            (KeyUsage::A, 0x04, 30),
            (KeyUsage::Z, 0x1d, 44),
            (KeyUsage::DIGIT_1, 0x1e, 2),
            (KeyUsage::DIGIT_0, 0x27, 11),
            (KeyUsage::ESCAPE, 0x29, 1),
            (KeyUsage::F10, 0x43, 68),
            (KeyUsage::F11, 0x44, 87),
            (KeyUsage::F12, 0x45, 88),
            (KeyUsage::ARROW_UP, 0x52, 103),
            (KeyUsage::NUMPAD_1, 0x59, 79),
            (KeyUsage::NUMPAD_9, 0x61, 73),
            (KeyUsage::F13, 0x68, 183),
            (KeyUsage::F24, 0x73, 194),
            (KeyUsage::VOLUME_MUTE, 0x7f, 113),
            (KeyUsage::CONTROL_LEFT, 0xe0, 29),
            (KeyUsage::META_RIGHT, 0xe7, 126),
        ] {
            assert_eq!((key.number(), key.evdev()), (usage, Some(evdev)));
        }
    }

    #[test]
    fn numbers_outside_of_the_page_are_no_keys() {
        for number in [0, 1, 2, 3, 0xe8, 0xff, 0x100, u16::MAX] {
            assert!(KeyUsage::new(number).is_none(), "{number:#x}");
        }
        assert!(KeyUsage::from_x11(7).is_none());
        assert!(KeyUsage::from_evdev(0).is_none());
        // A key that another layout may have and this table does not: it travels, and is not pressed.
        let reserved = KeyUsage::new(0xa5).unwrap();
        assert_eq!((reserved.evdev(), reserved.x11()), (None, None));
    }

    #[test]
    fn exactly_the_eight_modifiers_are_modifiers() {
        assert_eq!(KeyUsage::known().filter(|key| key.is_modifier()).count(), 8);
        assert!(KeyUsage::SHIFT_RIGHT.is_modifier() && !KeyUsage::CAPS_LOCK.is_modifier());
    }
}
