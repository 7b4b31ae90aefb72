//! What tickets promise, seen from outside: who can open what, and what nobody can.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "this is a test, also where its functions are no test cases"
)]

use std::collections::BTreeSet;

use deskside_crypto::identity::{Identity, PublicIdentity, Seed};
use deskside_crypto::passphrase::Passphrase;
use deskside_crypto::proof::{self, ProofInput};
use deskside_crypto::secret::Password;
use deskside_crypto::ticket::{
    Invitation, IssueError, Issued, Key, OpenError, Recipient, VerifyError, issue, new_id, open_password,
    verify,
};
use deskside_proto::name::PersonName;
use deskside_proto::ticket_file::{Address, Addresses, Host, TicketFile, Validity};
use test_rng::TestRng;

#[path = "../src/test_rng.rs"]
mod test_rng;

struct People {
    client: Identity,
    expert: Identity,
    rng: TestRng,
}

impl People {
    fn new(name: &str) -> Self {
        let mut rng = TestRng::new(name);
        Self { client: Identity::generate(&mut rng), expert: Identity::generate(&mut rng), rng }
    }

    fn invitation(&mut self) -> Invitation {
        let address = Address::new(Host::V4([192, 0, 2, 7].into()), 47470).unwrap();
        Invitation {
            id: new_id(&mut self.rng),
            from: PersonName::parse("Ana").unwrap(),
            validity: Validity::new(1_795_348_800, 1_795_352_400).unwrap(),
            addresses: Addresses::new(vec![address]).unwrap(),
        }
    }

    fn for_expert(&mut self) -> Issued {
        let invitation = self.invitation();
        issue(&self.client, &invitation, Recipient::Expert(self.expert.public()), &mut self.rng).unwrap()
    }
}

fn holds(haystack: &[u8], needle: &[u8]) -> bool {
    haystack.windows(needle.len()).any(|window| window == needle)
}

#[test]
fn the_expert_cannot_read_the_session_password_even_after_opening_the_outer_layer() {
    let mut people = People::new("expert and password");
    let passphrase = Passphrase::generate(&mut people.rng);
    let invitation = people.invitation();
    for recipient in [Recipient::Passphrase(&passphrase), Recipient::Expert(people.expert.public())] {
        let issued = issue(&people.client, &invitation, recipient, &mut people.rng).unwrap();
        let ticket = verify(&issued.file).unwrap();
        let key = if ticket.needs_passphrase() {
            Key::Passphrase(&passphrase)
        } else {
            Key::Expert(&people.expert)
        };
        let access = ticket.open(key).unwrap();
        let password = issued.secrets.password.reveal();

        // It stands in nothing that the expert has: neither in the file nor in what the outer layer hid.
        assert!(!holds(issued.file.to_text().as_bytes(), password));
        assert!(!holds(&issued.file.bytes_to_sign(), password));
        assert!(!holds(&access.sealed_password, password));
        assert!(!holds(access.access_secret.reveal(), &password[..8]));
        // Every key that the expert has, or can make out of what it has, is refused.
        let keys_at_hand = [
            Identity::from_seed(&Seed::from_bytes(*access.access_secret.reveal())),
            Identity::from_seed(&Seed::from_bytes(*people.expert.public().sealing())),
            Identity::from_seed(&Seed::from_bytes(*people.client.public().sealing())),
            Identity::from_seed(&Seed::from_bytes(*people.expert.seed().reveal())),
        ];
        for identity in &keys_at_hand {
            assert!(open_password(identity, &issued.file.id, &access.sealed_password).is_err());
        }
        // Only the client reads it.
        let opened = open_password(&people.client, &issued.file.id, &access.sealed_password).unwrap();
        assert!(opened.matches(&issued.secrets.password));
    }
}

#[test]
fn a_ticket_travels_from_client_to_expert_and_its_proof_back() {
    let mut people = People::new("whole way");
    let passphrase = Passphrase::generate(&mut people.rng);
    let invitation = people.invitation();
    let issued =
        issue(&people.client, &invitation, Recipient::Passphrase(&passphrase), &mut people.rng).unwrap();
    let text = issued.file.to_text();

    let ticket = verify(&TicketFile::parse(text.as_bytes()).unwrap()).unwrap();
    assert_eq!(ticket.client(), people.client.public());
    let typed = Passphrase::parse(&passphrase.reveal().replace('-', " ").to_uppercase()).unwrap();
    let access = ticket.open(Key::Passphrase(&typed)).unwrap();
    let exporter = [3; 32];
    let input = ProofInput {
        ticket: &ticket.file().id,
        exporter: &exporter,
        expert: people.expert.public(),
        sealed_password: &access.sealed_password,
    };
    let proof = proof::prove(&access.access_secret, &input);

    assert!(proof::verify(&issued.secrets.access_secret, &input, &proof));
    let password = open_password(&people.client, &issued.file.id, &access.sealed_password).unwrap();
    assert!(password.matches(&issued.secrets.password));
}

#[test]
fn a_password_opens_only_for_the_ticket_that_it_was_sealed_in() {
    let mut people = People::new("two tickets");
    let (first, second) = (people.for_expert(), people.for_expert());
    let sealed = |issued: &Issued| {
        verify(&issued.file).unwrap().open(Key::Expert(&people.expert)).unwrap().sealed_password
    };
    assert!(open_password(&people.client, &first.file.id, &sealed(&second)).is_err());
    assert!(open_password(&people.client, &second.file.id, &sealed(&second)).is_ok());
    for bit in 0..sealed(&first).len() * 8 {
        let mut changed = sealed(&first);
        changed[bit / 8] ^= 1 << (bit % 8);
        assert!(open_password(&people.client, &first.file.id, &changed).is_err(), "bit {bit}");
    }
    for length in [0, 31, 32, 79, 81] {
        assert!(open_password(&people.client, &first.file.id, &vec![0; length]).is_err());
    }
}

#[test]
fn no_single_bit_of_a_ticket_can_be_changed() {
    let mut people = People::new("bits");
    let issued = people.for_expert();
    let text = issued.file.to_text();
    let letters: Vec<&str> = text.lines().collect();
    let armour = |body: &[u8]| {
        let encoded = data_encoding::BASE64.encode(body);
        let lines: Vec<&str> =
            encoded.as_bytes().chunks(64).map(|l| std::str::from_utf8(l).unwrap()).collect();
        format!("{}\n{}\n{}\n{}\n", letters[0], letters[1], lines.join("\n"), letters[letters.len() - 1])
    };
    let body = [issued.file.bytes_to_sign(), issued.file.signature.to_vec()].concat();
    assert_eq!(armour(&body), text);
    for bit in 0..body.len() * 8 {
        let mut changed = body.clone();
        changed[bit / 8] ^= 1 << (bit % 8);
        let accepted = TicketFile::parse(armour(&changed).as_bytes()).is_ok_and(|file| verify(&file).is_ok());
        assert!(!accepted, "bit {bit}");
    }
}

#[test]
fn tickets_share_no_secret_number_or_key() {
    let mut people = People::new("many");
    let mut seen = BTreeSet::new();
    for _ in 0..20 {
        let issued = people.for_expert();
        let access = verify(&issued.file).unwrap().open(Key::Expert(&people.expert)).unwrap();
        for part in [
            issued.file.id.0.to_vec(),
            issued.file.ciphertext.to_vec(),
            issued.secrets.access_secret.reveal().to_vec(),
            issued.secrets.password.reveal().to_vec(),
            access.sealed_password.to_vec(),
        ] {
            assert!(seen.insert(part));
        }
    }
}

#[test]
fn a_ticket_opens_only_with_its_own_kind_of_key() {
    let mut people = People::new("kinds");
    let passphrase = Passphrase::generate(&mut people.rng);
    let ticket = verify(&people.for_expert().file).unwrap();
    assert!(!ticket.needs_passphrase());
    assert_eq!(ticket.open(Key::Passphrase(&passphrase)).err(), Some(OpenError::NeedsExpertKey));
    assert_eq!(ticket.open(Key::Expert(&people.client)).err(), Some(OpenError::NotForThisExpert));
}

#[test]
fn a_changed_ticket_is_refused_before_any_work_on_a_passphrase() {
    // There is no way to open what was not verified: `open` belongs to `VerifiedTicket`, which only `verify` makes.
    let mut people = People::new("order");
    let mut file = people.for_expert().file;
    file.ciphertext[0] ^= 1;
    assert_eq!(verify(&file).err(), Some(VerifyError::Signature));
    file.client[32..].fill(0);
    assert!(matches!(verify(&file).err(), Some(VerifyError::ClientKey(_))));
}

#[test]
fn what_is_secret_or_sealed_cannot_be_formatted() {
    let mut people = People::new("debug");
    let issued = people.for_expert();
    let access = verify(&issued.file).unwrap().open(Key::Expert(&people.expert)).unwrap();
    assert_eq!(
        format!("{:?}", issued.secrets),
        "Secrets { access_secret: AccessSecret(32 bytes), password: Password(32 bytes) }"
    );
    assert_eq!(format!("{access:?}"), "Access(AccessSecret(32 bytes), 80 sealed bytes)");
    assert_eq!(format!("{:?}", Password::from_bytes([1; 32])), "Password(32 bytes)");
}

#[test]
fn no_ticket_is_made_for_a_key_that_protects_nothing() {
    let expert = People::new("weak").expert;
    assert!(PublicIdentity::from_parts(*expert.public().verifying(), [0; 32]).is_err());
    assert_eq!(IssueError::UnusableKey.to_string(), "the ticket cannot be sealed to this key");
}
