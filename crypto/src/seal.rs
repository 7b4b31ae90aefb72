//! Sealing to a public key: HPKE in base mode, one message per key exchange.
//! One suite, X25519, HKDF-SHA256 and ChaCha20-Poly1305; what is sealed and for what purpose is the caller's business.
//!
//! # Reference
//! RFC 9180; docs/TICKET.md, section 4.

use hpke::{Deserializable, Kem as _, OpModeR, OpModeS, Serializable};
use rand_core::CryptoRng;
use zeroize::Zeroizing;

type Aead = hpke::aead::ChaCha20Poly1305;
type Kdf = hpke::kdf::HkdfSha256;
type Kem = hpke::kem::X25519HkdfSha256;

/// Bytes of a key, and of an encapsulated key.
pub(crate) const KEY_LENGTH: usize = 32;

/// An encapsulated key and what is sealed with it.
pub(crate) struct Sealed {
    pub(crate) enc: [u8; KEY_LENGTH],
    pub(crate) ciphertext: Vec<u8>,
}

/// The key cannot be sealed to: it leads to a shared secret that everybody knows.
#[derive(Debug)]
pub(crate) struct UnusableKey;

/// The message was not sealed to this key, for this purpose, with this associated data; or it was changed.
#[derive(Debug)]
pub(crate) struct NotOpened;

/// Begins to seal before the associated data is known, because it holds the encapsulated key itself.
pub(crate) struct Sealing {
    enc: [u8; KEY_LENGTH],
    context: hpke::aead::AeadCtxS<Aead, Kdf, Kem>,
}

impl Sealing {
    pub(crate) fn begin(
        to: &[u8; KEY_LENGTH],
        info: &[u8],
        rng: &mut impl CryptoRng,
    ) -> Result<Self, UnusableKey> {
        let to = <Kem as hpke::Kem>::PublicKey::from_bytes(to).map_err(|_| UnusableKey)?;
        let (enc, context) = hpke::setup_sender_with_rng::<Aead, Kdf, Kem>(&OpModeS::Base, &to, info, rng)
            .map_err(|_| UnusableKey)?;
        Ok(Self { enc: enc.to_bytes().into(), context })
    }

    pub(crate) fn enc(&self) -> &[u8; KEY_LENGTH] {
        &self.enc
    }

    pub(crate) fn finish(mut self, plaintext: &[u8], aad: &[u8]) -> Result<Sealed, UnusableKey> {
        let ciphertext = self.context.seal(plaintext, aad).map_err(|_| UnusableKey)?;
        Ok(Sealed { enc: self.enc, ciphertext })
    }
}

/// Opens what [`Sealing`] sealed.
pub(crate) fn open(
    with: &[u8; KEY_LENGTH],
    info: &[u8],
    enc: &[u8; KEY_LENGTH],
    ciphertext: &[u8],
    aad: &[u8],
) -> Result<Zeroizing<Vec<u8>>, NotOpened> {
    let with = <Kem as hpke::Kem>::PrivateKey::from_bytes(with).map_err(|_| NotOpened)?;
    let enc = <Kem as hpke::Kem>::EncappedKey::from_bytes(enc).map_err(|_| NotOpened)?;
    hpke::single_shot_open::<Aead, Kdf, Kem>(&OpModeR::Base, &with, &enc, info, ciphertext, aad)
        .map(Zeroizing::new)
        .map_err(|_| NotOpened)
}

/// The public key that belongs to a private one.
pub(crate) fn public_key(private: &[u8; KEY_LENGTH]) -> [u8; KEY_LENGTH] {
    #[expect(clippy::expect_used, reason = "every 32 bytes are an X25519 private key")]
    let private = <Kem as hpke::Kem>::PrivateKey::from_bytes(private).expect("32 bytes");
    Kem::sk_to_pk(&private).to_bytes().into()
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use data_encoding::HEXLOWER;
    use rand_core::{TryCryptoRng, TryRng};

    use super::*;

    /// Gives exactly the bytes that it was given.
    struct Prepared(Vec<u8>);

    impl TryRng for Prepared {
        type Error = Infallible;

        fn try_next_u32(&mut self) -> Result<u32, Infallible> {
            unreachable!("key generation asks for bytes")
        }

        fn try_next_u64(&mut self) -> Result<u64, Infallible> {
            unreachable!("key generation asks for bytes")
        }

        fn try_fill_bytes(&mut self, out: &mut [u8]) -> Result<(), Infallible> {
            assert_eq!(out.len(), self.0.len());
            out.copy_from_slice(&self.0);
            Ok(())
        }
    }

    impl TryCryptoRng for Prepared {}

    fn hex(text: &str) -> Vec<u8> {
        HEXLOWER.decode(text.as_bytes()).unwrap()
    }

    fn key(text: &str) -> [u8; 32] {
        hex(text).try_into().unwrap()
    }

    // RFC 9180, A.2.1: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, ChaCha20Poly1305, base mode, sequence number 0.
    const IKM_E: &str = "909a9b35d3dc4713a5e72a4da274b55d3d3821a37e5d099e74a647db583a904b";
    const PK_R: &str = "4310ee97d88cc1f088a5576c77ab0cf5c3ac797f3d95139c6c84b5429c59662a";
    const SK_R: &str = "8057991eef8f1f1af18f4a9491d16a1ce333f695d4db8e38da75975c4478e0fb";
    const ENC: &str = "1afa08d3dec047a643885163f1180476fa7ddb54c6a8029ea33f95796bf2ac4a";
    const INFO: &str = "4f6465206f6e2061204772656369616e2055726e";
    const AAD: &str = "436f756e742d30";
    const PT: &str = "4265617574792069732074727574682c20747275746820626561757479";
    const CT: &str =
        "1c5250d8034ec2b784ba2cfd69dbdb8af406cfe3ff938e131f0def8c8b60b4db21993c62ce81883d2dd1b51a28";

    #[test]
    fn sealing_gives_the_bytes_of_rfc_9180_a_2_1() {
        let sealing = Sealing::begin(&key(PK_R), &hex(INFO), &mut Prepared(hex(IKM_E))).unwrap();
        assert_eq!(sealing.enc(), &key(ENC));
        let sealed = sealing.finish(&hex(PT), &hex(AAD)).unwrap();
        assert_eq!(sealed.enc, key(ENC));
        assert_eq!(sealed.ciphertext, hex(CT));
    }

    #[test]
    fn the_message_of_rfc_9180_a_2_1_opens() {
        let opened = open(&key(SK_R), &hex(INFO), &key(ENC), &hex(CT), &hex(AAD)).unwrap();
        assert_eq!(*opened, hex(PT));
        assert_eq!(public_key(&key(SK_R)), key(PK_R));
    }

    #[test]
    fn nothing_opens_with_a_bit_changed_anywhere() {
        let changed = |bytes: &[u8], bit: usize| {
            let mut bytes = bytes.to_vec();
            bytes[bit / 8] ^= 1 << (bit % 8);
            bytes
        };
        for bit in 0..hex(CT).len() * 8 {
            assert!(open(&key(SK_R), &hex(INFO), &key(ENC), &changed(&hex(CT), bit), &hex(AAD)).is_err());
        }
        for bit in 0..hex(AAD).len() * 8 {
            assert!(open(&key(SK_R), &hex(INFO), &key(ENC), &hex(CT), &changed(&hex(AAD), bit)).is_err());
        }
        assert!(open(&key(SK_R), &changed(&hex(INFO), 3), &key(ENC), &hex(CT), &hex(AAD)).is_err());
        let other = changed(&hex(SK_R), 77).try_into().unwrap();
        assert!(open(&other, &hex(INFO), &key(ENC), &hex(CT), &hex(AAD)).is_err());
        assert!(open(&key(SK_R), &hex(INFO), &key(ENC), b"", &hex(AAD)).is_err());
    }

    #[test]
    fn a_key_that_leads_to_a_known_secret_is_refused() {
        let mut one = [0; 32];
        one[0] = 1;
        for low_order in [[0; 32], one] {
            assert!(Sealing::begin(&low_order, b"", &mut Prepared(hex(IKM_E))).is_err());
            assert!(open(&key(SK_R), b"", &low_order, &hex(CT), b"").is_err());
        }
    }
}
