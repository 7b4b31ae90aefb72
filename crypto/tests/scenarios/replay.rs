//! Does with a vector what the programs do with a ticket, step by step, and says where it ended.

use data_encoding::HEXLOWER;
use deskside_crypto::identity::{Identity, PublicIdentity, Seed};
use deskside_crypto::passphrase::Passphrase;
use deskside_crypto::proof::{self, ProofInput};
use deskside_crypto::ticket::{Access, Key, VerifiedTicket, open_password, verify};
use deskside_proto::ticket_file::TicketFile;
use deskside_proto::ticket_record::{TicketRecord, check_use};

use super::Vector;

/// `success`, or the step that refused and how.
pub fn outcome(vector: &Vector) -> String {
    steps(vector).err().unwrap_or_else(|| "success".into())
}

fn steps(vector: &Vector) -> Result<(), String> {
    let file = TicketFile::parse(&vector.ticket).map_err(|error| format!("format: {error:?}"))?;
    assert_eq!(TicketFile::parse(file.to_text().as_bytes()).as_ref(), Ok(&file), "{}", vector.name);
    let ticket = verify(&file).map_err(|error| format!("signature: {error:?}"))?;
    check(vector, "ticket-number", || file.id.to_string());
    check(vector, "client-public", || HEXLOWER.encode(&file.client));
    check(vector, "client-fingerprint", || ticket.client().fingerprint().to_string());

    let expert = seed(vector, "expert-seed");
    if let Some(expert) = &expert {
        check(vector, "expert-key", || expert.public().to_text());
        check(vector, "expert-fingerprint", || expert.public().fingerprint().to_string());
        assert_eq!(PublicIdentity::parse(&expert.public().to_text()).as_ref(), Ok(expert.public()));
    }
    let access = open(vector, &ticket, expert.as_ref())?;
    check(vector, "access-secret", || HEXLOWER.encode(access.access_secret.reveal()));
    // What the expert hands back; a scenario may put something else in its place.
    let sealed = bytes(vector, "handed-back").unwrap_or_else(|| access.sealed_password.to_vec());
    check(vector, "sealed-password", || HEXLOWER.encode(&sealed));
    if let Some(client) = seed(vector, "client-seed") {
        let password =
            open_password(&client, &file.id, &sealed).map_err(|error| format!("password: {error:?}"))?;
        check(vector, "password", || HEXLOWER.encode(password.reveal()));
    }
    if let (Some(exporter), Some(proof), Some(expert)) =
        (bytes(vector, "exporter"), bytes(vector, "proof"), &expert)
    {
        let input = ProofInput {
            ticket: &file.id,
            exporter: &exporter.try_into().unwrap(),
            expert: expert.public(),
            sealed_password: &sealed,
        };
        if !proof::verify(&access.access_secret, &input, &proof.try_into().unwrap()) {
            return Err("proof: Wrong".into());
        }
    }
    may_be_used(vector, &file)
}

fn open(vector: &Vector, ticket: &VerifiedTicket, expert: Option<&Identity>) -> Result<Access, String> {
    let key = match (vector.header("passphrase"), expert) {
        (Some(typed), _) => {
            let passphrase = Passphrase::parse(typed).map_err(|error| format!("passphrase: {error:?}"))?;
            return ticket.open(Key::Passphrase(&passphrase)).map_err(|error| format!("open: {error:?}"));
        }
        (None, Some(expert)) => Key::Expert(expert),
        (None, None) => panic!("{} opened without a key and was not expected to get so far", vector.name),
    };
    ticket.open(key).map_err(|error| format!("open: {error:?}"))
}

fn may_be_used(vector: &Vector, file: &TicketFile) -> Result<(), String> {
    let number = |key: &str| vector.header(key).map(|value| value.parse::<u64>().unwrap());
    let Some(now) = number("now") else { return Ok(()) };
    let mut record = TicketRecord::new(file.id, file.validity, number("uses-allowed").unwrap_or(1) as u32);
    record.uses_spent = number("uses-spent").unwrap_or(0) as u32;
    record.failed_proofs = number("failed-proofs").unwrap_or(0) as u32;
    record.cancelled = vector.header("cancelled") == Some("yes");
    check_use(&record, now).map_err(|refusal| format!("use: {refusal:?}"))
}

fn check(vector: &Vector, key: &str, found: impl FnOnce() -> String) {
    if let Some(expected) = vector.header(key) {
        assert_eq!(found(), expected, "{}: {key}", vector.name);
    }
}

fn bytes(vector: &Vector, key: &str) -> Option<Vec<u8>> {
    vector.header(key).map(|hex| HEXLOWER.decode(hex.as_bytes()).unwrap())
}

fn seed(vector: &Vector, key: &str) -> Option<Identity> {
    bytes(vector, key).map(|seed| Identity::from_seed(&Seed::from_bytes(seed.try_into().unwrap())))
}
