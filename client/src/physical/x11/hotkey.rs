//! The hotkey as key codes of the current layout, and when it is complete. Knows neither devices nor events.

use deskside_proto::keycode::KeyUsage;
use x11rb::connection::Connection as _;
use x11rb::protocol::xproto::ConnectionExt as _;
use x11rb::rust_connection::RustConnection;

use super::super::WatchError;
use crate::config::{Hotkey, Modifier};

/// For each part of the hotkey the key codes that serve as that part.
pub(super) struct HotkeyCodes {
    parts: Vec<Vec<u32>>,
}

/// One part: the key symbols that mean it on any layout, and the places where it usually is.
struct Part {
    symbols: Vec<u32>,
    places: Vec<KeyUsage>,
}

impl HotkeyCodes {
    /// Looks the hotkey up in the layout.
    pub(super) fn load(connection: &RustConnection, hotkey: &Hotkey) -> Result<Self, WatchError> {
        let (first, last) = (connection.setup().min_keycode, connection.setup().max_keycode);
        let count = last.saturating_sub(first).saturating_add(1);
        let layout = connection.get_keyboard_mapping(first, count)?.reply()?;
        let per_key = usize::from(layout.keysyms_per_keycode).max(1);
        let keys: Vec<(u32, &[u32])> =
            (u32::from(first)..=u32::from(last)).zip(layout.keysyms.chunks(per_key)).collect();
        Ok(Self { parts: parts_of(hotkey).iter().map(|part| codes_of(part, &keys)).collect() })
    }

    /// The press of `code` leaves every part of the hotkey held, and is one of them.
    ///
    /// The order of pressing is free, and more may be held: whoever presses this in alarm shall not have to do it nicely.
    pub(super) fn completed_by(&self, code: u32, is_held: impl Fn(u32) -> bool) -> bool {
        self.parts.iter().any(|part| part.contains(&code))
            && self.parts.iter().all(|part| part.iter().any(|code| is_held(*code)))
    }
}

/// The usual place serves only where the layout has no such key at all.
fn codes_of(part: &Part, keys: &[(u32, &[u32])]) -> Vec<u32> {
    let bears = |symbols: &[u32]| symbols.iter().any(|symbol| part.symbols.contains(symbol));
    let found: Vec<u32> = keys.iter().filter(|(_, symbols)| bears(symbols)).map(|(code, _)| *code).collect();
    if found.is_empty() {
        return part.places.iter().filter_map(|place| place.x11()).map(u32::from).collect();
    }
    found
}

fn parts_of(hotkey: &Hotkey) -> Vec<Part> {
    let modifiers = hotkey.modifiers().iter().map(|modifier| modifier_part(*modifier));
    modifiers.chain([key_part(hotkey.key())]).collect()
}

/// Key symbols are those of X11/keysymdef.h, left and right.
fn modifier_part(modifier: Modifier) -> Part {
    let (symbols, places): (&[u32], [&str; 2]) = match modifier {
        Modifier::Ctrl => (&[0xffe3, 0xffe4], ["ControlLeft", "ControlRight"]),
        // With Shift, the Alt key bears Meta on the usual layouts.
        Modifier::Alt => (&[0xffe9, 0xffea, 0xffe7, 0xffe8], ["AltLeft", "AltRight"]),
        Modifier::Shift => (&[0xffe1, 0xffe2], ["ShiftLeft", "ShiftRight"]),
        Modifier::Super => (&[0xffeb, 0xffec], ["MetaLeft", "MetaRight"]),
    };
    Part { symbols: symbols.to_vec(), places: places.into_iter().filter_map(KeyUsage::from_code).collect() }
}

fn key_part(name: &str) -> Part {
    let symbol = match name {
        "Esc" => Some(0xff1b),
        "Pause" => Some(0xff13),
        "Home" => Some(0xff50),
        "End" => Some(0xff57),
        function => function
            .strip_prefix('F')
            .and_then(|number| number.parse().ok())
            .map(|number: u32| 0xffbd + number),
    };
    let place = KeyUsage::from_code(if name == "Esc" { "Escape" } else { name });
    Part { symbols: symbol.into_iter().collect(), places: place.into_iter().collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(text: &str, keys: &[(u32, &[u32])]) -> HotkeyCodes {
        let hotkey: Hotkey = text.parse().unwrap();
        HotkeyCodes { parts: parts_of(&hotkey).iter().map(|part| codes_of(part, keys)).collect() }
    }

    const KEYS: &[(u32, &[u32])] = &[
        (9, &[0xff1b]),
        (37, &[0xffe3]),
        (105, &[0xffe4]),
        (50, &[0xffe1]),
        (64, &[0xffe9, 0xffe7]),
        (38, &[0x61, 0x41]),
    ];

    #[test]
    fn the_hotkey_is_complete_in_any_order_and_with_more_held() {
        let hotkey = codes("Ctrl+Alt+Shift+Esc", KEYS);
        let held = |codes: &'static [u32]| move |code| codes.contains(&code);
        assert!(hotkey.completed_by(9, held(&[37, 64, 50, 9])));
        assert!(hotkey.completed_by(64, held(&[105, 64, 50, 9, 38])));
        assert!(!hotkey.completed_by(9, held(&[37, 50, 9])), "Alt is missing");
        assert!(!hotkey.completed_by(38, held(&[37, 64, 50, 9, 38])), "another key while all is held");
    }

    #[test]
    fn every_hotkey_that_settings_accept_has_keys() {
        for key in ["Esc", "Pause", "Home", "End", "F1", "F9", "F10", "F12"] {
            for part in parts_of(&format!("Ctrl+Alt+Super+{key}").parse().unwrap()) {
                assert!(!part.symbols.is_empty() && !part.places.is_empty(), "{key}");
            }
        }
    }

    #[test]
    fn a_layout_without_the_key_falls_back_to_its_usual_place() {
        let hotkey = codes("Ctrl+Alt+F12", KEYS);
        assert_eq!(hotkey.parts.last().unwrap(), &[96]);
    }

    #[test]
    fn moved_keys_are_followed() {
        let swapped: &[(u32, &[u32])] = &[(9, &[0xffe5]), (66, &[0xff1b]), (37, &[0xffe3]), (64, &[0xffe9])];
        let hotkey = codes("Ctrl+Alt+Esc", swapped);
        assert_eq!(hotkey.parts.last().unwrap(), &[66]);
    }
}
