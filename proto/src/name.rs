//! A person's name as it may be shown in a question, a banner or a ticket: short, one line, nothing invisible.
//! It says nothing about who the person really is; that is what a fingerprint is for.

use std::fmt;

/// A name that is safe to show: 1 to 64 characters, single spaces between words, no control, direction or invisible characters.
///
/// # Reference
/// docs/TICKET.md, "Names".
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct PersonName(String);

/// Why a text cannot be shown as a person's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// Nothing is left to show.
    #[error("the name is empty")]
    Empty,
    /// More than [`PersonName::MAX_CHARS`] characters.
    #[error("the name is longer than 64 characters")]
    TooLong,
    /// A control, direction, invisible, private-use or non-character code point.
    #[error("the name holds a character that cannot be shown")]
    ForbiddenCharacter,
    /// A space at either end, two in a row, or a space other than U+0020.
    #[error("the name holds a space too many")]
    StraySpace,
}

impl PersonName {
    /// Longest name, in characters (Unicode scalar values).
    pub const MAX_CHARS: usize = 64;
    /// Longest name, in bytes of UTF-8.
    pub const MAX_BYTES: usize = Self::MAX_CHARS * 4;

    /// Accepts `text` exactly as it is, or says what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, NameError> {
        if text.is_empty() {
            return Err(NameError::Empty);
        }
        if text.len() > Self::MAX_BYTES || text.chars().count() > Self::MAX_CHARS {
            return Err(NameError::TooLong);
        }
        if text.chars().any(is_forbidden) {
            return Err(NameError::ForbiddenCharacter);
        }
        // A space of any width but U+0020 would make two names that look the same.
        let stray = |c: char| c.is_whitespace() && c != ' ';
        if text.starts_with(' ') || text.ends_with(' ') || text.contains("  ") || text.contains(stray) {
            return Err(NameError::StraySpace);
        }
        Ok(Self(text.to_owned()))
    }

    /// Makes the nearest acceptable name out of a text that this machine's owner gave (an account's real name, a setting).
    ///
    /// Never use it on what came over the network: there a wrong name is a wrong message.
    pub fn cleaned(text: &str) -> Option<Self> {
        let spaced: String = text
            .chars()
            .map(|c| if c.is_whitespace() { ' ' } else { c })
            .filter(|c| !is_forbidden(*c))
            .collect();
        let joined = spaced.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
        let short: String = joined.chars().take(Self::MAX_CHARS).collect();
        Self::parse(short.trim_end()).ok()
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for PersonName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for PersonName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PersonName({:?})", self.0)
    }
}

/// Code points that are invisible, turn the direction of the text around them, or mean nothing outside one machine.
///
/// Shape: Unicode general categories Cc, Cf, Co, Zl, Zp and the non-characters, plus the blank letters and the
/// variation selectors, which are of other categories but just as invisible. Unassigned code points are left alone:
/// which these are changes with every Unicode version, and both sides must agree.
fn is_forbidden(c: char) -> bool {
    let code = u32::from(c);
    c.is_control()
        || matches!(code,
            0x00AD | 0x034F | 0x0600..=0x0605 | 0x061C | 0x06DD | 0x070F | 0x0890..=0x0891 | 0x08E2
            | 0x115F..=0x1160 | 0x17B4..=0x17B5 | 0x180B..=0x180F | 0x200B..=0x200F | 0x2028..=0x202E
            | 0x2060..=0x206F | 0x2800 | 0x3164 | 0xE000..=0xF8FF | 0xFDD0..=0xFDEF | 0xFE00..=0xFE0F
            | 0xFEFF | 0xFFA0 | 0xFFF0..=0xFFFB | 0x110BD | 0x110CD | 0x13430..=0x1343F | 0x1BCA0..=0x1BCA3
            | 0x1D173..=0x1D17A | 0xE0000..=0xE0FFF | 0xF0000..=0x10FFFF)
        || code & 0xFFFE == 0xFFFE
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_names_of_many_scripts_are_accepted() {
        for name in [
            "Ana",
            "Ana María Núñez",
            "O'Brien (IT)",
            "李小龍",
            "Жанна",
            "سارا",
            "a".repeat(64).as_str(),
            "🙂",
        ] {
            assert_eq!(PersonName::parse(name).map(|n| n.as_str().to_owned()), Ok(name.to_owned()));
        }
    }

    #[test]
    fn names_that_could_mislead_are_refused() {
        use NameError::*;
        for (name, why) in [
            ("", Empty),
            (" Ana", StraySpace),
            ("Ana ", StraySpace),
            ("Ana  B", StraySpace),
            ("Ana\u{a0}B", StraySpace),
            ("Ana\u{3000}B", StraySpace),
            ("Ana\nAllow", ForbiddenCharacter),
            ("Ana\u{7f}", ForbiddenCharacter),
            ("Ana\u{85}", ForbiddenCharacter),
            ("evil\u{202e}anA", ForbiddenCharacter),
            ("A\u{200b}na", ForbiddenCharacter),
            ("A\u{feff}na", ForbiddenCharacter),
            ("\u{3164}", ForbiddenCharacter),
            ("A\u{e0041}", ForbiddenCharacter),
            ("A\u{e000}", ForbiddenCharacter),
            ("A\u{1fffe}", ForbiddenCharacter),
            ("A\u{fe0f}", ForbiddenCharacter),
        ] {
            assert_eq!(PersonName::parse(name), Err(why), "{name:?}");
        }
        assert_eq!(PersonName::parse(&"a".repeat(65)), Err(TooLong));
    }

    #[test]
    fn an_account_name_is_cleaned_into_a_name() {
        let cleaned = |text: &str| PersonName::cleaned(text).map(|n| n.as_str().to_owned());
        assert_eq!(cleaned("  Ana \t María\n"), Some("Ana María".to_owned()));
        assert_eq!(cleaned("A\u{202e}na"), Some("Ana".to_owned()));
        assert_eq!(cleaned("\u{200b} \n"), None);
        assert_eq!(cleaned(&"ab ".repeat(40)).map(|n| n.chars().count()), Some(64));
    }
}
