//! The table from key positions to USB HID usages.

use deskside_proto::keycode::KeyUsage;
use winit::keyboard::{KeyCode, PhysicalKey};

/// The usage of a key position, `None` for keys that HID page 0x07 does not have (media and launcher keys).
///
/// # Reference
/// USB HID Usage Tables 1.5, section 10; names of positions: W3C UI Events `code` values.
#[must_use]
pub fn usage_of(key: PhysicalKey) -> Option<KeyUsage> {
    match key {
        PhysicalKey::Code(code) => usage_number(code).and_then(KeyUsage::new),
        PhysicalKey::Unidentified(_) => None,
    }
}

fn usage_number(code: KeyCode) -> Option<u16> {
    letter(code)
        .or_else(|| digit_or_sign(code))
        .or_else(|| function(code))
        .or_else(|| editing(code))
        .or_else(|| keypad(code))
        .or_else(|| modifier(code))
        .or_else(|| international(code))
}

fn letter(code: KeyCode) -> Option<u16> {
    use KeyCode as K;
    const LETTERS: [KeyCode; 26] = [
        K::KeyA,
        K::KeyB,
        K::KeyC,
        K::KeyD,
        K::KeyE,
        K::KeyF,
        K::KeyG,
        K::KeyH,
        K::KeyI,
        K::KeyJ,
        K::KeyK,
        K::KeyL,
        K::KeyM,
        K::KeyN,
        K::KeyO,
        K::KeyP,
        K::KeyQ,
        K::KeyR,
        K::KeyS,
        K::KeyT,
        K::KeyU,
        K::KeyV,
        K::KeyW,
        K::KeyX,
        K::KeyY,
        K::KeyZ,
    ];
    counted_from(0x04, &LETTERS, code)
}

fn digit_or_sign(code: KeyCode) -> Option<u16> {
    use KeyCode as K;
    const ROW: [KeyCode; 20] = [
        K::Digit1,
        K::Digit2,
        K::Digit3,
        K::Digit4,
        K::Digit5,
        K::Digit6,
        K::Digit7,
        K::Digit8,
        K::Digit9,
        K::Digit0,
        K::Enter,
        K::Escape,
        K::Backspace,
        K::Tab,
        K::Space,
        K::Minus,
        K::Equal,
        K::BracketLeft,
        K::BracketRight,
        K::Backslash,
    ];
    const SIGNS: [KeyCode; 7] =
        [K::Semicolon, K::Quote, K::Backquote, K::Comma, K::Period, K::Slash, K::CapsLock];
    // 0x32 lies between the two runs: the "non-US #" key, which X reports at the position of the backslash.
    counted_from(0x1e, &ROW, code).or_else(|| counted_from(0x33, &SIGNS, code))
}

fn function(code: KeyCode) -> Option<u16> {
    use KeyCode as K;
    const FIRST: [KeyCode; 12] =
        [K::F1, K::F2, K::F3, K::F4, K::F5, K::F6, K::F7, K::F8, K::F9, K::F10, K::F11, K::F12];
    const SECOND: [KeyCode; 12] =
        [K::F13, K::F14, K::F15, K::F16, K::F17, K::F18, K::F19, K::F20, K::F21, K::F22, K::F23, K::F24];
    counted_from(0x3a, &FIRST, code).or_else(|| counted_from(0x68, &SECOND, code))
}

#[expect(clippy::wildcard_enum_match_arm, reason = "the keys that a run does not count")]
fn editing(code: KeyCode) -> Option<u16> {
    use KeyCode as K;
    const BLOCK: [KeyCode; 13] = [
        K::PrintScreen,
        K::ScrollLock,
        K::Pause,
        K::Insert,
        K::Home,
        K::PageUp,
        K::Delete,
        K::End,
        K::PageDown,
        K::ArrowRight,
        K::ArrowLeft,
        K::ArrowDown,
        K::ArrowUp,
    ];
    const MENU: [KeyCode; 2] = [K::ContextMenu, K::Power];
    const NAMED: [KeyCode; 11] = [
        K::Help,
        K::Props,
        K::Select,
        K::Suspend,
        K::Again,
        K::Undo,
        K::Cut,
        K::Copy,
        K::Paste,
        K::Find,
        K::AudioVolumeMute,
    ];
    // Suspend only fills the place of HID "Stop" (0x78), which has no position of its own in the W3C list.
    let named = counted_from(0x75, &NAMED, code).filter(|_| code != K::Suspend);
    counted_from(0x46, &BLOCK, code).or_else(|| counted_from(0x65, &MENU, code)).or(named).or(match code {
        K::AudioVolumeUp => Some(0x80),
        K::AudioVolumeDown => Some(0x81),
        _ => None,
    })
}

#[expect(clippy::wildcard_enum_match_arm, reason = "the keys that a run does not count")]
fn keypad(code: KeyCode) -> Option<u16> {
    use KeyCode as K;
    const BLOCK: [KeyCode; 17] = [
        K::NumLock,
        K::NumpadDivide,
        K::NumpadMultiply,
        K::NumpadSubtract,
        K::NumpadAdd,
        K::NumpadEnter,
        K::Numpad1,
        K::Numpad2,
        K::Numpad3,
        K::Numpad4,
        K::Numpad5,
        K::Numpad6,
        K::Numpad7,
        K::Numpad8,
        K::Numpad9,
        K::Numpad0,
        K::NumpadDecimal,
    ];
    counted_from(0x53, &BLOCK, code).or(match code {
        K::NumpadStar => Some(0x55),
        K::NumpadEqual => Some(0x67),
        K::NumpadComma => Some(0x85),
        K::NumpadParenLeft => Some(0xb6),
        K::NumpadParenRight => Some(0xb7),
        _ => None,
    })
}

fn modifier(code: KeyCode) -> Option<u16> {
    use KeyCode as K;
    const BLOCK: [KeyCode; 8] = [
        K::ControlLeft,
        K::ShiftLeft,
        K::AltLeft,
        K::SuperLeft,
        K::ControlRight,
        K::ShiftRight,
        K::AltRight,
        K::SuperRight,
    ];
    counted_from(0xe0, &BLOCK, code)
}

fn international(code: KeyCode) -> Option<u16> {
    use KeyCode as K;
    const KEYS: [KeyCode; 5] = [K::IntlRo, K::KanaMode, K::IntlYen, K::Convert, K::NonConvert];
    const LANGUAGES: [KeyCode; 5] = [K::Lang1, K::Lang2, K::Lang3, K::Lang4, K::Lang5];
    counted_from(0x87, &KEYS, code)
        .or_else(|| counted_from(0x90, &LANGUAGES, code))
        .or((code == K::IntlBackslash).then_some(0x64))
}

/// HID numbers its keys in runs: the usage is the run's first number plus the place in it.
fn counted_from(first: u16, run: &[KeyCode], code: KeyCode) -> Option<u16> {
    let place = run.iter().position(|candidate| *candidate == code)?;
    u16::try_from(place).ok().map(|place| first + place)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// The 104 keys of a US keyboard, row by row.
    const US_104: [KeyCode; 104] = {
        use KeyCode::*;
        [
            Escape,
            F1,
            F2,
            F3,
            F4,
            F5,
            F6,
            F7,
            F8,
            F9,
            F10,
            F11,
            F12,
            PrintScreen,
            ScrollLock,
            Pause,
            Backquote,
            Digit1,
            Digit2,
            Digit3,
            Digit4,
            Digit5,
            Digit6,
            Digit7,
            Digit8,
            Digit9,
            Digit0,
            Minus,
            Equal,
            Backspace,
            Insert,
            Home,
            PageUp,
            NumLock,
            NumpadDivide,
            NumpadMultiply,
            NumpadSubtract,
            Tab,
            KeyQ,
            KeyW,
            KeyE,
            KeyR,
            KeyT,
            KeyY,
            KeyU,
            KeyI,
            KeyO,
            KeyP,
            BracketLeft,
            BracketRight,
            Backslash,
            Delete,
            End,
            PageDown,
            Numpad7,
            Numpad8,
            Numpad9,
            NumpadAdd,
            CapsLock,
            KeyA,
            KeyS,
            KeyD,
            KeyF,
            KeyG,
            KeyH,
            KeyJ,
            KeyK,
            KeyL,
            Semicolon,
            Quote,
            Enter,
            Numpad4,
            Numpad5,
            Numpad6,
            ShiftLeft,
            KeyZ,
            KeyX,
            KeyC,
            KeyV,
            KeyB,
            KeyN,
            KeyM,
            Comma,
            Period,
            Slash,
            ShiftRight,
            ArrowUp,
            Numpad1,
            Numpad2,
            Numpad3,
            NumpadEnter,
            ControlLeft,
            SuperLeft,
            AltLeft,
            Space,
            AltRight,
            SuperRight,
            ContextMenu,
            ControlRight,
            ArrowLeft,
            ArrowDown,
            ArrowRight,
            Numpad0,
            NumpadDecimal,
        ]
    };

    fn code(code: KeyCode) -> PhysicalKey {
        PhysicalKey::Code(code)
    }

    #[test]
    fn every_key_of_a_us_keyboard_has_a_usage_of_its_own() {
        let usages: BTreeSet<_> = US_104.iter().map(|key| usage_of(code(*key)).expect("a usage")).collect();
        assert_eq!(usages.len(), US_104.len());
    }

    #[test]
    fn the_client_knows_every_key_that_is_sent_by_the_same_name() {
        for key in US_104 {
            let usage = usage_of(code(key)).unwrap();
            assert!(usage.x11().is_some(), "{key:?} cannot be pressed under X11");
            // The window library calls the W3C's Meta keys Super.
            let name = format!("{key:?}").replace("Super", "Meta");
            assert_eq!(KeyUsage::from_code(&name), Some(usage), "{name}");
        }
    }

    #[test]
    fn the_105th_key_and_the_japanese_keys_are_there() {
        for key in
            [KeyCode::IntlBackslash, KeyCode::IntlRo, KeyCode::IntlYen, KeyCode::Convert, KeyCode::Lang1]
        {
            assert!(usage_of(code(key)).is_some(), "{key:?}");
        }
    }

    #[test]
    fn usages_are_those_of_the_hid_tables() {
        let expected = [
            (KeyCode::KeyA, 0x04),
            (KeyCode::KeyZ, 0x1d),
            (KeyCode::Digit1, 0x1e),
            (KeyCode::Digit0, 0x27),
            (KeyCode::Enter, 0x28),
            (KeyCode::Backslash, 0x31),
            (KeyCode::Semicolon, 0x33),
            (KeyCode::Slash, 0x38),
            (KeyCode::CapsLock, 0x39),
            (KeyCode::F12, 0x45),
            (KeyCode::PrintScreen, 0x46),
            (KeyCode::ArrowUp, 0x52),
            (KeyCode::NumLock, 0x53),
            (KeyCode::Numpad1, 0x59),
            (KeyCode::NumpadDecimal, 0x63),
            (KeyCode::IntlBackslash, 0x64),
            (KeyCode::ContextMenu, 0x65),
            (KeyCode::F24, 0x73),
            (KeyCode::Find, 0x7e),
            (KeyCode::AudioVolumeMute, 0x7f),
            (KeyCode::IntlRo, 0x87),
            (KeyCode::NonConvert, 0x8b),
            (KeyCode::ControlLeft, 0xe0),
            (KeyCode::SuperRight, 0xe7),
        ];
        for (key, usage) in expected {
            assert_eq!(usage_of(code(key)), KeyUsage::new(usage), "{key:?}");
        }
        assert_eq!(usage_of(code(KeyCode::Suspend)), None);
    }
}
