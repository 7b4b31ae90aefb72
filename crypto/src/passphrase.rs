//! The words that a person says to an expert: drawn, read as typed, and turned into a key.
//! It knows the word list and the cost of a guess; where the words are shown is the caller's business.
//!
//! # Reference
//! docs/TICKET.md, section 4, "Passphrase"; RFC 9106.

use std::fmt;

use argon2::{Algorithm, Argon2, Params, Version};
use bip39::Language;
use rand_core::CryptoRng;
use zeroize::Zeroizing;

use crate::label;

/// Argon2's memory, in KiB.
const MEMORY_KIB: u32 = 64 * 1024;
/// Argon2's passes over the memory.
const PASSES: u32 = 3;
/// Argon2's lanes.
const LANES: u32 = 4;

/// Four words of the BIP-39 English list, 44 bits drawn at random, in canonical spelling.
///
/// `Clone`, because the window that shows it and the message that is built from it both hold it.
#[derive(Clone)]
pub struct Passphrase(Zeroizing<String>);

/// Why what was typed cannot be a passphrase. It says where, never what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PassphraseError {
    /// Nothing was typed.
    #[error("type the four words of the passphrase")]
    Empty,
    /// Fewer or more words than four.
    #[error("a passphrase has four words; this has {found}")]
    WordCount {
        /// How many words were typed.
        found: usize,
    },
    /// A word that is not in the list.
    #[error("word {position} is not one that Deskside uses; check its spelling")]
    UnknownWord {
        /// Which word, counted from one.
        position: usize,
    },
}

/// There is not enough memory to turn a passphrase into a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct OutOfMemory;

impl Passphrase {
    /// Words in a passphrase.
    pub const WORDS: usize = 4;
    /// Longest text that is looked at, in bytes; four words of at most eight letters need far less.
    const MAX_TYPED_BYTES: usize = 256;

    /// Draws a new one.
    pub fn generate(rng: &mut impl CryptoRng) -> Self {
        let list = Language::English.word_list();
        let mut text = Zeroizing::new(String::with_capacity(64));
        for position in 0..Self::WORDS {
            // 2048 divides 2^16, so the low eleven bits of two random bytes are even.
            let mut drawn = Zeroizing::new([0; 2]);
            rng.fill_bytes(drawn.as_mut_slice());
            let number = usize::from(u16::from_be_bytes(*drawn)) % list.len();
            if position > 0 {
                text.push('-');
            }
            text.push_str(list.get(number).copied().unwrap_or_default());
        }
        Self(text)
    }

    /// Reads what a person typed: any case, spaces or hyphens between the words.
    pub fn parse(typed: &str) -> Result<Self, PassphraseError> {
        let words =
            || typed.split(|c: char| c == '-' || c.is_ascii_whitespace()).filter(|word| !word.is_empty());
        let found = words().count();
        match found {
            0 => return Err(PassphraseError::Empty),
            Self::WORDS => {}
            _ => return Err(PassphraseError::WordCount { found }),
        }
        let mut text = Zeroizing::new(String::with_capacity(Self::MAX_TYPED_BYTES));
        for (at, word) in words().enumerate() {
            let unknown = PassphraseError::UnknownWord { position: at + 1 };
            if word.len() > Self::MAX_TYPED_BYTES / Self::WORDS {
                return Err(unknown);
            }
            let lower = Zeroizing::new(word.to_ascii_lowercase());
            if Language::English.find_word(&lower).is_none() {
                return Err(unknown);
            }
            if at > 0 {
                text.push('-');
            }
            text.push_str(&lower);
        }
        Ok(Self(text))
    }

    /// The canonical text, to be shown to the person who will say it.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// The key that this passphrase makes with `salt`; slow and large on purpose, for whoever guesses.
    pub(crate) fn key(&self, salt: &[u8; 16]) -> Result<Zeroizing<[u8; 32]>, OutOfMemory> {
        let mut key = Zeroizing::new([0; 32]);
        let params = Params::new(MEMORY_KIB, PASSES, LANES, Some(key.len())).map_err(|_| OutOfMemory)?;
        let salt = [label::TICKET_PASSPHRASE, salt].concat();
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
            .hash_password_into(self.0.as_bytes(), &salt, key.as_mut_slice())
            .map_err(|_| OutOfMemory)?;
        Ok(key)
    }
}

impl fmt::Debug for Passphrase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Not the length in letters: that would narrow the guess.
        write!(f, "Passphrase({} words)", Self::WORDS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_rng::TestRng;

    #[test]
    fn the_list_is_the_one_of_bip_39() {
        let list = Language::English.word_list();
        assert_eq!((list.len(), list[0], list[1023], list[2047]), (2048, "abandon", "lend", "zoo"));
        assert!(list.iter().all(|word| (3..=8).contains(&word.len())));
    }

    #[test]
    fn a_drawn_passphrase_is_read_however_it_is_typed() {
        let drawn = Passphrase::generate(&mut TestRng::new("passphrase"));
        let text = drawn.reveal();
        assert_eq!(text.split('-').count(), 4);
        for typed in [
            text.to_owned(),
            text.to_uppercase(),
            text.replace('-', " "),
            format!("  {}\r\n", text.replace('-', " - ")),
            text.replace('-', "\t\n"),
        ] {
            assert_eq!(Passphrase::parse(&typed).unwrap().reveal(), text, "{typed:?}");
        }
    }

    #[test]
    fn what_cannot_be_a_passphrase_is_told_by_place_and_not_by_word() {
        use PassphraseError::*;
        for (typed, why) in [
            ("", Empty),
            (" - ", Empty),
            ("zoo", WordCount { found: 1 }),
            ("zoo zoo zoo zoo zoo", WordCount { found: 5 }),
            ("zoozoozoozoo", WordCount { found: 1 }),
            ("zoo zoo zooo zoo", UnknownWord { position: 3 }),
            ("zoo zoo zoo zo", UnknownWord { position: 4 }),
            ("zoo\u{a0}zoo zoo zoo zoo", UnknownWord { position: 1 }),
            ("zoo zoo zoo z\u{f6}o", UnknownWord { position: 4 }),
        ] {
            assert_eq!(Passphrase::parse(typed).err(), Some(why), "{typed:?}");
            assert!(!why.to_string().contains("zoo"));
        }
    }

    #[test]
    fn a_passphrase_shows_nothing_of_itself() {
        assert_eq!(format!("{:?}", Passphrase::parse("zoo zoo zoo zoo").unwrap()), "Passphrase(4 words)");
    }

    #[test]
    fn words_are_drawn_from_the_whole_list() {
        let mut rng = TestRng::new("many passphrases");
        let mut seen = std::collections::BTreeSet::new();
        for _ in 0..8000 {
            seen.extend(Passphrase::generate(&mut rng).reveal().split('-').map(str::to_owned));
        }
        assert_eq!(seen.len(), 2048);
    }
}
