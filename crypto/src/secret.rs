//! The two secrets that a client makes for each ticket and keeps.
//! They are wiped when dropped, compared in constant time, and cannot be shown.

use std::fmt;

use rand_core::CryptoRng;
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, ZeroizeOnDrop};

macro_rules! secret {
    ($(#[$meta:meta])* $name:ident) => {
        $(#[$meta])*
        #[derive(Zeroize, ZeroizeOnDrop)]
        pub struct $name([u8; $name::LENGTH]);

        impl $name {
            /// Size in bytes.
            pub const LENGTH: usize = 32;

            /// Draws a new one.
            pub fn generate(rng: &mut impl CryptoRng) -> Self {
                let mut new = Self([0; Self::LENGTH]);
                rng.fill_bytes(&mut new.0);
                new
            }

            /// Takes one back that was kept.
            pub fn from_bytes(bytes: [u8; Self::LENGTH]) -> Self {
                Self(bytes)
            }

            /// The bytes, to be kept in a private file or used as a key, and nowhere else.
            pub fn reveal(&self) -> &[u8; Self::LENGTH] {
                &self.0
            }

            /// Whether both are the same; takes the same time wherever they differ.
            pub fn matches(&self, other: &Self) -> bool {
                self.0.ct_eq(&other.0).into()
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({} bytes)"), self.0.len())
            }
        }
    };
}

secret! {
    /// What an expert must have read out of a ticket to be let in.
    AccessSecret
}

secret! {
    /// What an expert carries in a ticket without being able to read it; only the client can.
    Password
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_shows_its_kind_and_length_only() {
        let secret = AccessSecret::from_bytes([0xA5; 32]);
        assert_eq!(format!("{secret:?}"), "AccessSecret(32 bytes)");
        assert_eq!(format!("{:?}", Password::from_bytes([0xA5; 32])), "Password(32 bytes)");
    }

    #[test]
    fn secrets_match_only_when_every_byte_does() {
        let one = Password::from_bytes([7; 32]);
        assert!(one.matches(&Password::from_bytes([7; 32])));
        for at in 0..32 {
            let mut bytes = [7; 32];
            bytes[at] ^= 1;
            assert!(!one.matches(&Password::from_bytes(bytes)));
        }
    }
}
