//! The text that a key press or an input method gave: a few characters, held in place so that events stay small and can
//! be copied. It cannot be printed: what somebody types is in no log.

use std::fmt;

use super::codec::{Reader, WireError, Writer};

/// At most [`Typed::MOST_BYTES`] of UTF-8 without control characters.
///
/// INVARIANT: the first `length` bytes are UTF-8, and the rest are zero, so that equal texts are equal values.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub struct Typed {
    length: u8,
    bytes: [u8; Self::MOST_BYTES],
}

impl Typed {
    /// More than any layout or Compose sequence gives; an input method's longer text goes in several.
    pub const MOST_BYTES: usize = 32;
    /// Bytes on the wire at most.
    pub(super) const WIRE_BYTES: usize = 2 + Self::MOST_BYTES;
    /// No text.
    pub const NOTHING: Self = Self { length: 0, bytes: [0; Self::MOST_BYTES] };

    /// This text, unless it is too long or holds a control character: those are keys, not text.
    ///
    /// # Examples
    /// ```
    /// use deskside_proto::wire::typed::Typed;
    /// assert_eq!(Typed::new("\u{df}").unwrap().as_str(), "\u{df}");
    /// assert!(Typed::new("\r").is_none());
    /// ```
    pub fn new(text: &str) -> Option<Self> {
        let mut bytes = [0; Self::MOST_BYTES];
        if text.chars().any(char::is_control) {
            return None;
        }
        bytes.get_mut(..text.len())?.copy_from_slice(text.as_bytes());
        Some(Self { length: u8::try_from(text.len()).ok()?, bytes })
    }

    /// A text of any length in parts, without its control characters.
    pub fn parts(text: &str) -> Vec<Self> {
        let mut parts = Vec::new();
        let mut part = String::new();
        for character in text.chars().filter(|character| !character.is_control()) {
            if part.len() + character.len_utf8() > Self::MOST_BYTES {
                parts.extend(Self::new(&part));
                part.clear();
            }
            part.push(character);
        }
        parts.extend(Self::new(&part).filter(|part| !part.is_empty()));
        parts
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        let bytes = self.bytes.get(..usize::from(self.length)).unwrap_or_default();
        std::str::from_utf8(bytes).unwrap_or_default()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.length == 0
    }

    pub(super) fn write(&self, out: &mut Writer<'_>) {
        out.text(self.as_str());
    }

    pub(super) fn read(body: &mut Reader<'_>) -> Result<Self, WireError> {
        Self::new(body.text(Self::MOST_BYTES, "text")?).ok_or(WireError::InvalidValue("text"))
    }
}

impl fmt::Debug for Typed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Typed({} bytes)", self.length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_kept_as_it_is_or_not_at_all() {
        let longest = "\u{20ac}".repeat(10) + "ab";
        assert_eq!(longest.len(), Typed::MOST_BYTES);
        assert_eq!(Typed::new(&longest).unwrap().as_str(), longest);
        assert!(Typed::new(&(longest + "c")).is_none());
        assert_eq!(Typed::new("").unwrap(), Typed::NOTHING);
        for control in ["\0", "a\u{7f}", "\u{85}", "\t"] {
            assert!(Typed::new(control).is_none(), "{control:?}");
        }
    }

    #[test]
    fn a_long_text_goes_in_whole_characters() {
        let text = "na\u{ef}ve \u{1f600}\n".repeat(20);
        let parts = Typed::parts(&text);
        let joined: String = parts.iter().map(Typed::as_str).collect();
        assert_eq!(joined, text.replace('\n', ""));
        assert!(parts.iter().all(|part| !part.is_empty()));
        assert!(Typed::parts("\r\n").is_empty());
    }

    #[test]
    fn what_is_printed_says_how_long_it_is_and_no_more() {
        assert_eq!(format!("{:?}", Typed::new("geheim").unwrap()), "Typed(6 bytes)");
    }
}
