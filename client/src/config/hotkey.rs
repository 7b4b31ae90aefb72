//! The keys that take control back, as text: modifiers and one key, joined by plus signs.
//! Knows names only; which codes these are on a keyboard is the business of the backend that listens for them.

use std::fmt;
use std::str::FromStr;

use deskside_words::t;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use thiserror::Error;

/// A modifier key, left or right.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Modifier {
    /// Control.
    Ctrl,
    /// Alt.
    Alt,
    /// Shift.
    Shift,
    /// The key with the logo.
    Super,
}

impl Modifier {
    const ALL: [(Self, &'static str); 4] =
        [(Self::Ctrl, "Ctrl"), (Self::Alt, "Alt"), (Self::Shift, "Shift"), (Self::Super, "Super")];
}

/// Two or more modifiers and one key that types nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hotkey {
    modifiers: Vec<Modifier>,
    key: &'static str,
}

/// The keys that can end a hotkey. Only such as type nothing and are on every keyboard.
const KEYS: [&str; 16] = [
    "Esc", "Pause", "End", "Home", "F1", "F2", "F3", "F4", "F5", "F6", "F7", "F8", "F9", "F10", "F11", "F12",
];

/// What the same keys are called elsewhere, on German keyboards above all.
const ALSO_CALLED: [(&str, &str); 6] = [
    ("Control", "Ctrl"),
    ("Strg", "Ctrl"),
    ("Umschalt", "Shift"),
    ("Escape", "Esc"),
    ("Ende", "End"),
    ("Pos1", "Home"),
];

fn canonical(word: &str) -> &str {
    let other = ALSO_CALLED.into_iter().find(|(other, _)| other.eq_ignore_ascii_case(word));
    other.map_or(word, |(_, name)| name)
}

/// Why a text is no hotkey.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{}", t!("client-hotkey-invalid", text = format!("{:?}", .0)))]
pub struct InvalidHotkey(String);

impl Hotkey {
    /// The modifiers, in the order Ctrl, Alt, Shift, Super.
    #[must_use]
    pub fn modifiers(&self) -> &[Modifier] {
        &self.modifiers
    }

    /// It as the keys of the person's keyboard are labelled: `Strg+Alt+Umschalt+Esc` in German. [`str::parse`] reads
    /// this back in every language; the settings file has the English names.
    #[must_use]
    pub fn said(&self) -> String {
        let modifiers = self.modifiers.iter().map(|modifier| match modifier {
            Modifier::Ctrl => t!("client-key-ctrl"),
            Modifier::Alt => t!("client-key-alt"),
            Modifier::Shift => t!("client-key-shift"),
            Modifier::Super => t!("client-key-super"),
        });
        let key = match self.key {
            "Esc" => t!("client-key-esc"),
            "Pause" => t!("client-key-pause"),
            "End" => t!("client-key-end"),
            "Home" => t!("client-key-home"),
            function => function,
        };
        modifiers.chain([key]).collect::<Vec<_>>().join("+")
    }

    /// The name of the key, such as `Esc` or `F12`.
    #[must_use]
    pub fn key(&self) -> &'static str {
        self.key
    }
}

impl Default for Hotkey {
    fn default() -> Self {
        Self { modifiers: vec![Modifier::Ctrl, Modifier::Alt, Modifier::Shift], key: "Esc" }
    }
}

impl fmt::Display for Hotkey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (modifier, word) in Modifier::ALL {
            if self.modifiers.contains(&modifier) {
                write!(f, "{word}+")?;
            }
        }
        f.write_str(self.key)
    }
}

impl FromStr for Hotkey {
    type Err = InvalidHotkey;

    fn from_str(text: &str) -> Result<Self, InvalidHotkey> {
        let invalid = || InvalidHotkey(text.to_owned());
        let mut words: Vec<&str> = text.split('+').map(str::trim).collect();
        let last = words.pop().ok_or_else(invalid)?;
        let last = canonical(last);
        let key = KEYS.into_iter().find(|key| key.eq_ignore_ascii_case(last)).ok_or_else(invalid)?;
        let mut modifiers = Vec::new();
        for word in words {
            let word = canonical(word);
            let (modifier, _) = Modifier::ALL
                .into_iter()
                .find(|(_, name)| name.eq_ignore_ascii_case(word))
                .ok_or_else(invalid)?;
            if modifiers.contains(&modifier) {
                return Err(invalid());
            }
            modifiers.push(modifier);
        }
        modifiers.sort_unstable();
        // One modifier alone is too easily pressed by accident or taken by an application.
        if modifiers.len() < 2 {
            return Err(invalid());
        }
        Ok(Self { modifiers, key })
    }
}

impl Serialize for Hotkey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.to_string().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Hotkey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spelling_and_order_do_not_matter() {
        for text in ["Ctrl+Alt+Shift+Esc", "shift + control+alt+ESCAPE", "Strg+Alt+Umschalt+Esc"] {
            assert_eq!(text.parse(), Ok(Hotkey::default()));
        }
        assert_eq!("super+ctrl+f12".parse::<Hotkey>().unwrap().to_string(), "Ctrl+Super+F12");
    }

    #[test]
    fn keys_that_type_or_are_pressed_by_accident_are_refused() {
        for text in
            ["", "Esc", "Ctrl+Esc", "Ctrl+Alt+Q", "Ctrl+Ctrl+Esc", "Ctrl+Alt", "Ctrl+Alt+", "Ctrl+Hyper+Esc"]
        {
            let error = text.parse::<Hotkey>().unwrap_err();
            assert!(error.to_string().contains("for example Ctrl+Alt+Shift+Esc"), "{text}");
        }
    }
}
