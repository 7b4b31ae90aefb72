//! Tickets that were changed, or signed by somebody else.

use crate::scenarios::Vector;
use crate::scenarios::forge::{PASSPHRASE, Raw, World, raw_signature, second_spelling};

pub fn signature(world: &World) -> Vec<Vector> {
    let raw = || Raw::of(&world.by_passphrase);
    let wrong = |name: &str, about: &str, raw: Raw| {
        Vector::new(name, about, "signature: Signature", raw.text()).with("passphrase", PASSPHRASE)
    };
    let key = |name: &str, about: &str, part: &str, raw: Raw| {
        Vector::new(name, about, &format!("signature: ClientKey({part})"), raw.text())
            .with("passphrase", PASSPHRASE)
    };
    // With the neutral element as key, R = the neutral element and S = 0 fit every message, if nobody looks.
    let neutral = |r: &mut Raw| {
        r.client[..32].fill(0);
        r.client[0] = 1;
        r.signature = vec![0; 64];
        r.signature[0] = 1;
    };
    let unlabelled = raw_signature(&world.client, &raw().unsigned());
    vec![
        wrong("signature-bit-flipped", "", raw().change(|r| r.signature[5] ^= 0x10)),
        wrong("ciphertext-bit-flipped", "", raw().change(|r| r.ciphertext[100] ^= 1)),
        wrong("salt-bit-flipped", "", raw().change(|r| r.outer[10] ^= 0x80)),
        wrong(
            "address-changed",
            "Somebody else's address.",
            raw().reached_at(&[&[4, 198, 51, 100, 1, 0xb9, 0x6e]]),
        ),
        wrong(
            "validity-prolonged",
            "By seconds, so that the first line stays the same.",
            raw().change(|r| r.not_after += 5),
        ),
        wrong(
            "number-changed",
            "Behind the part that the first line shows.",
            raw().change(|r| r.id[15] ^= 1),
        ),
        wrong(
            "client-key-swapped",
            "Another client's key, without its signature.",
            raw().change(|r| r.client = world.stranger.public().to_bytes()),
        ),
        wrong("signed-by-another-client", "", raw().signed_by(&world.stranger)),
        wrong(
            "signed-without-label",
            "A signature that the client made for something else.",
            raw().change(|r| r.signature = unlabelled),
        ),
        wrong(
            "signature-in-another-spelling",
            "S + L in place of S.",
            raw().change(|r| r.signature = second_spelling(&r.signature)),
        ),
        key(
            "client-key-of-small-order",
            "A key whose signature fits every message.",
            "VerifyingKey",
            raw().change(neutral),
        ),
        key("client-key-is-no-point", "", "VerifyingKey", raw().change(|r| r.client[..32].fill(2))),
        key(
            "client-sealing-key-of-small-order",
            "A key that leads to a secret that everybody knows.",
            "SealingKey",
            raw().change(|r| r.client[32..].fill(0)).signed_by(&world.client),
        ),
    ]
}
