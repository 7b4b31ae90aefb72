//! Keys that do not open; passwords and proofs of others; uses that the client's record does not allow.

use data_encoding::HEXLOWER;
use deskside_crypto::identity::{Identity, PublicIdentity};
use deskside_crypto::proof::{ProofInput, prove};
use deskside_crypto::ticket::{Key, verify};

use crate::scenarios::Vector;
use crate::scenarios::forge::{NOT_AFTER, NOT_BEFORE, PASSPHRASE, Raw, World, passphrase};
use crate::scenarios::positive::EXPORTER;

fn seed(identity: &Identity) -> String {
    HEXLOWER.encode(identity.seed().reveal())
}

fn spoken(name: &str, about: &str, expect: &str, text: &str) -> Vector {
    Vector::new(name, about, expect, text).with("passphrase", PASSPHRASE)
}

pub fn keys(world: &World) -> Vec<Vector> {
    let by_passphrase = world.by_passphrase.file.to_text();
    let by_expert_key = world.by_expert_key.file.to_text();
    let (stranger, expert) = (seed(&world.stranger), seed(&world.expert));
    let swapped = Raw::of(&world.by_passphrase)
        .change(|r| r.client = world.stranger.public().to_bytes())
        .signed_by(&world.stranger);
    let swapped_for_expert = Raw::of(&world.by_expert_key)
        .change(|r| r.client = world.stranger.public().to_bytes())
        .signed_by(&world.stranger);
    let moved = Raw::of(&world.by_passphrase)
        .reached_at(&[&[4, 198, 51, 100, 1, 0xb9, 0x6e]])
        .signed_by(&world.client);
    vec![
        Vector::new("passphrase-wrong", "One word is another one.", "open: WrongPassphrase", &by_passphrase)
            .with("passphrase", "ranch-olive-tuna-bacon"),
        Vector::new("passphrase-in-another-order", "", "open: WrongPassphrase", &by_passphrase)
            .with("passphrase", "olive-ranch-tuna-badge"),
        Vector::new("passphrase-of-three-words", "", "passphrase: WordCount { found: 3 }", &by_passphrase)
            .with("passphrase", "ranch olive tuna"),
        Vector::new(
            "passphrase-with-unknown-word",
            "Told by its place.",
            "passphrase: UnknownWord { position: 2 }",
            &by_passphrase,
        )
        .with("passphrase", "ranch olives tuna badge"),
        spoken(
            "client-key-swapped-and-signed",
            "Somebody put their own key in and signed: the passphrase does not open it.",
            "open: WrongPassphrase",
            &swapped.text(),
        ),
        spoken(
            "address-changed-and-signed",
            "Even signed, what was sealed opens only where it was sealed.",
            "open: WrongPassphrase",
            &moved.text(),
        ),
        Vector::new(
            "expert-key-swapped-and-signed",
            "The same with an expert's key.",
            "open: NotForThisExpert",
            swapped_for_expert.text(),
        )
        .with("expert-seed", &expert),
        Vector::new("expert-is-another", "", "open: NotForThisExpert", &by_expert_key)
            .with("expert-seed", &stranger),
        Vector::new("expert-key-for-passphrase", "", "open: NeedsPassphrase", &by_passphrase)
            .with("expert-seed", &expert),
        spoken("passphrase-for-expert-key", "", "open: NeedsExpertKey", &by_expert_key),
    ]
}

pub fn passwords_and_proofs(world: &World) -> Vec<Vector> {
    let by_passphrase = world.by_passphrase.file.to_text();
    let (stranger, expert, client) = (seed(&world.stranger), seed(&world.expert), seed(&world.client));
    let access = verify(&world.by_passphrase.file).unwrap().open(Key::Passphrase(&passphrase())).unwrap();
    let input = |exporter, expert: &PublicIdentity| {
        let id = &world.by_passphrase.file.id;
        let input = ProofInput { ticket: id, exporter, expert, sealed_password: &access.sealed_password };
        HEXLOWER.encode(&prove(&access.access_secret, &input))
    };
    let mut changed = access.sealed_password;
    changed[79] ^= 1;
    vec![
        spoken(
            "client-is-another",
            "The ticket came to a client that did not make it.",
            "password: NotOurPassword",
            &by_passphrase,
        )
        .with("client-seed", &stranger),
        spoken(
            "expert-opens-password",
            "The expert's own key does not open the password.",
            "password: NotOurPassword",
            &by_passphrase,
        )
        .with("client-seed", &expert),
        spoken(
            "password-bit-flipped",
            "The expert hands back something else.",
            "password: NotOurPassword",
            &by_passphrase,
        )
        .with("client-seed", &client)
        .with("handed-back", HEXLOWER.encode(&changed)),
        spoken("password-cut", "", "password: NotOurPassword", &by_passphrase)
            .with("client-seed", &client)
            .with("handed-back", HEXLOWER.encode(&changed[..79])),
        spoken(
            "proof-of-another-connection",
            "Relayed: made over another TLS exporter value.",
            "proof: Wrong",
            &by_passphrase,
        )
        .with("expert-seed", &expert)
        .with("exporter", HEXLOWER.encode(&EXPORTER))
        .with("proof", input(&[0xe8; 32], world.expert.public())),
        spoken("proof-of-another-expert", "", "proof: Wrong", &by_passphrase)
            .with("expert-seed", &expert)
            .with("exporter", HEXLOWER.encode(&EXPORTER))
            .with("proof", input(&EXPORTER, world.stranger.public())),
    ]
}

/// Tickets that were right and can no longer, or not yet, be used.
pub fn uses(world: &World) -> Vec<Vector> {
    let text = world.by_expert_key.file.to_text();
    let expert = HEXLOWER.encode(world.expert.seed().reveal());
    let vector = |name: &str, about: &str, refusal: &str, now: u64| {
        Vector::new(name, about, &format!("use: {refusal}"), text.as_str())
            .with("expert-seed", &expert)
            .with("now", now)
    };
    vec![
        vector("use-expired", "One second too late.", "Expired", NOT_AFTER + 1),
        vector("use-not-yet-valid", "One second too early.", "NotYetValid", NOT_BEFORE - 1),
        vector("use-used", "Its only use is spent.", "Used", NOT_BEFORE)
            .with("uses-allowed", 1)
            .with("uses-spent", 1),
        vector("use-used-three-times", "", "Used", NOT_BEFORE).with("uses-allowed", 3).with("uses-spent", 3),
        vector("use-cancelled", "", "Cancelled", NOT_BEFORE).with("cancelled", "yes"),
        vector("use-cancelled-and-expired", "What the person did is said first.", "Cancelled", NOT_AFTER + 1)
            .with("cancelled", "yes"),
        vector("use-too-many-failures", "", "TooManyFailures", NOT_BEFORE).with("failed-proofs", 10),
    ]
}
