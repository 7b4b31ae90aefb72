//! Who a program is: one seed, and from it a key to sign with and a key that others seal to.
//! It knows how identities are written down and in which spelling alone they are accepted, not where seeds are kept.
//!
//! # Reference
//! docs/TICKET.md, section 6.

use std::fmt;
use std::str::FromStr;

use data_encoding::BASE32_NOPAD;
use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use hkdf::Hkdf;
use rand_core::CryptoRng;
use sha2::{Digest, Sha256};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::fingerprint::Fingerprint;
use crate::{label, seal};

/// PKCS#8 version 1 around a 32-byte Ed25519 private key (RFC 8410, section 7).
const PKCS8_HEAD: [u8; 16] =
    [0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20];
/// SubjectPublicKeyInfo around a 32-byte Ed25519 public key (RFC 8410, section 4).
const SPKI_HEAD: [u8; 12] = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];
const EXPERT_KEY_PREFIX: &str = "deskside-expert-1-";
const EXPERT_KEY_CHECK_BYTES: usize = 4;

/// The 32 random bytes that an identity is made of; the only part of it that is kept.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct Seed([u8; Seed::LENGTH]);

impl Seed {
    /// Size in bytes.
    pub const LENGTH: usize = 32;

    /// Takes back what [`Seed::reveal`] gave out to be kept.
    pub fn from_bytes(bytes: [u8; Self::LENGTH]) -> Self {
        Self(bytes)
    }

    /// The bytes, to be kept in a private file and nowhere else.
    pub fn reveal(&self) -> &[u8; Self::LENGTH] {
        &self.0
    }

    fn derive(&self, info: &[u8]) -> Zeroizing<[u8; 32]> {
        let mut key = Zeroizing::new([0; 32]);
        #[expect(clippy::expect_used, reason = "HKDF-SHA256 gives up to 8160 bytes")]
        Hkdf::<Sha256>::new(None, &self.0).expand(info, key.as_mut_slice()).expect("32 bytes");
        key
    }
}

impl fmt::Debug for Seed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Seed({} bytes)", self.0.len())
    }
}

/// A program's own keys.
pub struct Identity {
    seed: Seed,
    signing: SigningKey,
    sealing: Zeroizing<[u8; 32]>,
    public: PublicIdentity,
}

impl Identity {
    /// Makes a new one.
    pub fn generate(rng: &mut impl CryptoRng) -> Self {
        let mut seed = Seed([0; Seed::LENGTH]);
        rng.fill_bytes(&mut seed.0);
        Self::from_seed(&seed)
    }

    /// Makes the one that belongs to `seed`, always the same.
    pub fn from_seed(seed: &Seed) -> Self {
        let signing = SigningKey::from_bytes(&seed.derive(label::IDENTITY_SIGNING_KEY));
        let sealing = seed.derive(label::IDENTITY_SEALING_KEY);
        let public = PublicIdentity {
            verifying: signing.verifying_key().to_bytes(),
            sealing: seal::public_key(&sealing),
        };
        Self { seed: Seed(seed.0), signing, sealing, public }
    }

    /// The seed, to be kept.
    pub fn seed(&self) -> &Seed {
        &self.seed
    }

    /// What others may know.
    pub fn public(&self) -> &PublicIdentity {
        &self.public
    }

    /// The private signing key for a TLS library: PKCS#8, version 1 (RFC 8410).
    pub fn signing_pkcs8_der(&self) -> Zeroizing<Vec<u8>> {
        Zeroizing::new([PKCS8_HEAD.as_slice(), self.signing.as_bytes()].concat())
    }

    pub(crate) fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.signing.sign(message).to_bytes()
    }

    pub(crate) fn sealing_private(&self) -> &[u8; 32] {
        &self.sealing
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Identity({})", self.public.fingerprint())
    }
}

/// What others may know of an identity: the key that its signatures are checked with and the key that is sealed to.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct PublicIdentity {
    verifying: [u8; 32],
    sealing: [u8; 32],
}

/// Why bytes or a text are no public identity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PublicIdentityError {
    /// Not a point of the curve in its one spelling, or one of the few whose signatures prove nothing.
    #[error("the key for signatures is not a proper key")]
    VerifyingKey,
    /// Not in its one spelling, or leading to a secret that everybody knows.
    #[error("the key for sealing is not a proper key")]
    SealingKey,
    /// It does not begin as an expert's key does.
    #[error("an expert's key begins with \"{EXPERT_KEY_PREFIX}\"")]
    Prefix,
    /// Too short, too long, or characters that do not belong there.
    #[error("this expert's key is incomplete or has characters that do not belong there; copy it again")]
    Text,
    /// The check at its end does not fit.
    #[error("this expert's key has a typing error; copy it again")]
    Check,
}

impl PublicIdentity {
    /// Size of the byte form.
    pub const LENGTH: usize = 64;

    /// Accepts a verifying key followed by a sealing key.
    pub fn from_bytes(bytes: &[u8; Self::LENGTH]) -> Result<Self, PublicIdentityError> {
        let (verifying, rest) = bytes.split_first_chunk::<32>().ok_or(PublicIdentityError::Text)?;
        let sealing = rest.first_chunk::<32>().ok_or(PublicIdentityError::Text)?;
        Self::from_parts(*verifying, *sealing)
    }

    /// Accepts two keys in their only spelling.
    pub fn from_parts(verifying: [u8; 32], sealing: [u8; 32]) -> Result<Self, PublicIdentityError> {
        if !is_proper_verifying_key(&verifying) {
            return Err(PublicIdentityError::VerifyingKey);
        }
        if !is_proper_sealing_key(&sealing) {
            return Err(PublicIdentityError::SealingKey);
        }
        Ok(Self { verifying, sealing })
    }

    /// Verifying key, then sealing key.
    pub fn to_bytes(&self) -> [u8; Self::LENGTH] {
        let mut bytes = [0; Self::LENGTH];
        let (first, second) = bytes.split_at_mut(32);
        first.copy_from_slice(&self.verifying);
        second.copy_from_slice(&self.sealing);
        bytes
    }

    /// The Ed25519 key that signatures are checked with; TLS shows it as a raw public key.
    pub fn verifying(&self) -> &[u8; 32] {
        &self.verifying
    }

    /// The X25519 key that is sealed to.
    pub fn sealing(&self) -> &[u8; 32] {
        &self.sealing
    }

    /// The verifying key as a raw public key (RFC 7250): SubjectPublicKeyInfo in DER.
    pub fn spki_der(&self) -> Vec<u8> {
        [SPKI_HEAD.as_slice(), &self.verifying].concat()
    }

    /// What people compare.
    pub fn fingerprint(&self) -> Fingerprint {
        Fingerprint::of(&self.to_bytes())
    }

    /// An expert's key as text, to be given to people.
    pub fn to_text(&self) -> String {
        let bytes = [self.to_bytes().as_slice(), &self.check()].concat();
        format!("{EXPERT_KEY_PREFIX}{}", BASE32_NOPAD.encode(&bytes).to_ascii_lowercase())
    }

    /// Reads an expert's key; case and the white space around it do not matter.
    pub fn parse(text: &str) -> Result<Self, PublicIdentityError> {
        let text = text.trim();
        let (prefix, encoded) =
            text.split_at_checked(EXPERT_KEY_PREFIX.len()).ok_or(PublicIdentityError::Prefix)?;
        if !prefix.eq_ignore_ascii_case(EXPERT_KEY_PREFIX) {
            return Err(PublicIdentityError::Prefix);
        }
        let bytes = BASE32_NOPAD
            .decode(encoded.to_ascii_uppercase().as_bytes())
            .map_err(|_| PublicIdentityError::Text)?;
        let bytes: [u8; Self::LENGTH + EXPERT_KEY_CHECK_BYTES] =
            bytes.try_into().map_err(|_| PublicIdentityError::Text)?;
        let (key, check) = bytes.split_first_chunk::<{ Self::LENGTH }>().ok_or(PublicIdentityError::Text)?;
        // The check goes first: a typing error should be called that, and not a bad key.
        if check != check_of(key) {
            return Err(PublicIdentityError::Check);
        }
        Self::from_bytes(key)
    }

    /// Whether `signature` is this identity's over `message`; strict, so that each signature has one spelling.
    pub(crate) fn verifies(&self, message: &[u8], signature: &[u8; 64]) -> bool {
        VerifyingKey::from_bytes(&self.verifying)
            .is_ok_and(|key| key.verify_strict(message, &Signature::from_bytes(signature)).is_ok())
    }

    fn check(&self) -> [u8; EXPERT_KEY_CHECK_BYTES] {
        check_of(&self.to_bytes())
    }
}

impl FromStr for PublicIdentity {
    type Err = PublicIdentityError;

    fn from_str(text: &str) -> Result<Self, PublicIdentityError> {
        Self::parse(text)
    }
}

impl fmt::Debug for PublicIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicIdentity({})", self.fingerprint())
    }
}

/// The Ed25519 key inside a raw public key (RFC 7250), if it is one in its only spelling.
pub fn verifying_key_from_spki(der: &[u8]) -> Option<[u8; 32]> {
    let key: [u8; 32] = der.strip_prefix(&SPKI_HEAD)?.try_into().ok()?;
    is_proper_verifying_key(&key).then_some(key)
}

fn check_of(key: &[u8; PublicIdentity::LENGTH]) -> [u8; EXPERT_KEY_CHECK_BYTES] {
    let hash = Sha256::new().chain_update(label::EXPERT_KEY_CHECK).chain_update(key).finalize();
    std::array::from_fn(|at| hash.get(at).copied().unwrap_or_default())
}

fn is_proper_verifying_key(bytes: &[u8; 32]) -> bool {
    VerifyingKey::from_bytes(bytes)
        .is_ok_and(|key| !key.is_weak() && key.to_edwards().compress().as_bytes() == bytes)
}

fn is_proper_sealing_key(bytes: &[u8; 32]) -> bool {
    // 2^255 - 19, little-endian: ed ff .. ff 7f. A second spelling would be a second fingerprint for one key.
    let [first, middle @ .., last] = bytes;
    let below_prime = *last < 0x7f || *last == 0x7f && !(middle.iter().all(|b| *b == 0xff) && *first >= 0xed);
    // Any private key shows it: those of small order lead every clamped one to zero (RFC 7748, section 6.1).
    below_prime && x25519_dalek::x25519([0x40; 32], *bytes) != [0; 32]
}

#[cfg(test)]
mod tests {
    use data_encoding::HEXLOWER;

    use super::*;
    use crate::test_rng::TestRng;

    fn identity(name: &str) -> Identity {
        Identity::generate(&mut TestRng::new(name))
    }

    fn bytes(hex: &str) -> [u8; 32] {
        HEXLOWER.decode(hex.as_bytes()).unwrap().try_into().unwrap()
    }

    #[test]
    fn a_seed_gives_the_same_identity_again() {
        let first = identity("first");
        let again = Identity::from_seed(&Seed::from_bytes(*first.seed().reveal()));
        assert_eq!(first.public(), again.public());
        assert_ne!(first.public(), identity("second").public());
        assert_ne!(first.signing.as_bytes(), &*first.sealing, "one key for each purpose");
    }

    #[test]
    fn neither_identity_nor_seed_shows_a_key() {
        let first = identity("first");
        assert_eq!(format!("{:?}", first.seed()), "Seed(32 bytes)");
        assert_eq!(format!("{first:?}"), format!("Identity({})", first.public().fingerprint()));
    }

    #[test]
    fn an_expert_key_is_read_as_it_was_written() {
        let public = identity("expert").public().clone();
        let text = public.to_text();
        assert_eq!(text.len(), EXPERT_KEY_PREFIX.len() + 109);
        assert_eq!(PublicIdentity::parse(&text), Ok(public.clone()));
        assert_eq!(PublicIdentity::parse(&format!(" {}\r\n", text.to_uppercase())), Ok(public));
    }

    #[test]
    fn an_expert_key_with_any_letter_wrong_is_refused() {
        let text = identity("expert").public().to_text();
        for at in 0..text.len() {
            let mut letters: Vec<char> = text.chars().collect();
            letters[at] = if letters[at] == 'a' { 'b' } else { 'a' };
            assert!(PublicIdentity::parse(&letters.iter().collect::<String>()).is_err(), "letter {at}");
            assert!(PublicIdentity::parse(&text[..at]).is_err());
        }
        assert_eq!(PublicIdentity::parse(&format!("{text}a")), Err(PublicIdentityError::Text));
        assert_eq!(PublicIdentity::parse("ä".repeat(50).as_str()), Err(PublicIdentityError::Prefix));
    }

    #[test]
    fn keys_of_small_order_and_second_spellings_are_refused() {
        let good = identity("good").public().clone();
        // The neutral element; and the same with y = p + 1, which spells it a second time.
        for weak in [
            "0100000000000000000000000000000000000000000000000000000000000000",
            "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
            "0000000000000000000000000000000000000000000000000000000000000000",
        ] {
            let refused = PublicIdentity::from_parts(bytes(weak), good.sealing);
            assert_eq!(refused, Err(PublicIdentityError::VerifyingKey), "{weak}");
        }
        // RFC 7748: order 1, 2, 4 and 8; then 9, the base point, as 2^255 - 10 and with the unused bit set.
        for weak in [
            "0000000000000000000000000000000000000000000000000000000000000000",
            "0100000000000000000000000000000000000000000000000000000000000000",
            "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
            "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
            "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
            "f6ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
            "0900000000000000000000000000000000000000000000000000000000000080",
        ] {
            let refused = PublicIdentity::from_parts(good.verifying, bytes(weak));
            assert_eq!(refused, Err(PublicIdentityError::SealingKey), "{weak}");
        }
    }

    #[test]
    fn a_raw_public_key_is_read_back_and_nothing_else_is() {
        let public = identity("tls").public().clone();
        let der = public.spki_der();
        assert_eq!(verifying_key_from_spki(&der), Some(*public.verifying()));
        assert_eq!(verifying_key_from_spki(&der[1..]), None);
        assert_eq!(verifying_key_from_spki(&[der.as_slice(), &[0]].concat()), None);
        let mut other_algorithm = der.clone();
        other_algorithm[8] ^= 1;
        assert_eq!(verifying_key_from_spki(&other_algorithm), None);
        assert_eq!(verifying_key_from_spki(&[SPKI_HEAD.as_slice(), &[0; 32]].concat()), None, "a weak key");
    }
}
