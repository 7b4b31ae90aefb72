//! What two people compare by voice or by eye to know that they mean the same key.
//! It is public, and long enough that nobody finds a second key with the same one.
//!
//! # Reference
//! docs/TICKET.md, section 6.

use std::fmt;

use data_encoding::BASE32_NOPAD;
use sha2::{Digest, Sha256};

use crate::label;

const HASH_BYTES_USED: usize = 13;
const CHARS: usize = 20;
const GROUP_CHARS: usize = 4;

/// The first 100 bits of a public identity's hash, shown as `K7QM-2XPA-...` in five groups.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Fingerprint(String);

impl Fingerprint {
    pub(crate) fn of(public_identity: &[u8; 64]) -> Self {
        let hash = Sha256::new().chain_update(label::FINGERPRINT).chain_update(public_identity).finalize();
        let letters = BASE32_NOPAD.encode(hash.get(..HASH_BYTES_USED).unwrap_or_default());
        let mut text = String::with_capacity(CHARS + CHARS / GROUP_CHARS);
        for (at, letter) in letters.chars().take(CHARS).enumerate() {
            if at > 0 && at % GROUP_CHARS == 0 {
                text.push('-');
            }
            text.push(letter);
        }
        Self(text)
    }

    /// The five groups, joined by hyphens.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Fingerprint({})", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_has_five_groups_of_four() {
        let shown = Fingerprint::of(&[1; 64]).to_string();
        let groups: Vec<&str> = shown.split('-').collect();
        assert_eq!(groups.len(), 5);
        assert!(
            groups.iter().all(|g| g.len() == 4 && g.bytes().all(|b| matches!(b, b'A'..=b'Z' | b'2'..=b'7')))
        );
    }

    #[test]
    fn every_byte_of_the_identity_counts() {
        let first = Fingerprint::of(&[0; 64]);
        for at in 0..64 {
            let mut other = [0; 64];
            other[at] = 1;
            assert_ne!(Fingerprint::of(&other), first);
        }
    }
}
