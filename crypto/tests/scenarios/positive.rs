//! Tickets that must open, with every key and every result, so that others can check their own code.

use data_encoding::HEXLOWER;
use deskside_crypto::proof::{ProofInput, prove};
use deskside_crypto::ticket::{Issued, Key, Recipient, issue, verify};
use deskside_proto::ticket_file::{Address, DnsName, Host};

use super::Vector;
use super::forge::{NOT_BEFORE, PASSPHRASE, World, invitation, make, passphrase, v4};
use crate::test_rng::TestRng;

/// Stands for the TLS exporter's value of one connection.
pub const EXPORTER: [u8; 32] = [0xe7; 32];

pub fn all(world: &World) -> Vec<Vector> {
    let by_passphrase = world.by_passphrase.file.to_text();
    let crlf = by_passphrase.replace('\n', "\r\n");
    let sloppy = format!("\u{feff}\n\n{}\n\n\n", by_passphrase);
    let mut all = vec![
        complete(
            world,
            "success-passphrase",
            "The common case.",
            &world.by_passphrase,
            by_passphrase.clone(),
        ),
        complete(
            world,
            "success-expert-key",
            "Sealed to an expert's key: no passphrase.",
            &world.by_expert_key,
            world.by_expert_key.file.to_text(),
        ),
        complete(
            world,
            "success-crlf",
            "A mail program made every line end CRLF.",
            &world.by_passphrase,
            crlf,
        ),
        complete(
            world,
            "success-mark-and-empty-lines",
            "An editor put a byte order mark and empty lines around it.",
            &world.by_passphrase,
            sloppy,
        ),
        complete(
            world,
            "success-no-last-line-end",
            "Pasted without the last line end.",
            &world.by_passphrase,
            by_passphrase.trim_end().to_owned(),
        ),
        Vector::new(
            "success-passphrase-as-typed",
            "Case, spaces and hyphens do not matter.",
            "success",
            by_passphrase,
        )
        .with("passphrase", " Ranch OLIVE  tuna -- badge ")
        .with("access-secret", HEXLOWER.encode(world.by_passphrase.secrets.access_secret.reveal())),
    ];
    all.push(every_kind_of_address(world));
    all.push(longest(world));
    all
}

/// Adds all that is known about a ticket.
fn complete(world: &World, name: &str, about: &str, issued: &Issued, text: String) -> Vector {
    let key = passphrase();
    let vector = Vector::new(name, about, "success", text);
    let (vector, key) = if name.contains("expert") {
        (vector, Key::Expert(&world.expert))
    } else {
        (vector.with("passphrase", PASSPHRASE), Key::Passphrase(&key))
    };
    let access = verify(&issued.file).unwrap().open(key).unwrap();
    let input = ProofInput {
        ticket: &issued.file.id,
        exporter: &EXPORTER,
        expert: world.expert.public(),
        sealed_password: &access.sealed_password,
    };
    vector
        .with("client-seed", HEXLOWER.encode(world.client.seed().reveal()))
        .with("client-public", HEXLOWER.encode(&world.client.public().to_bytes()))
        .with("client-fingerprint", world.client.public().fingerprint())
        .with("expert-seed", HEXLOWER.encode(world.expert.seed().reveal()))
        .with("expert-key", world.expert.public().to_text())
        .with("expert-fingerprint", world.expert.public().fingerprint())
        .with("ticket-number", issued.file.id)
        .with("access-secret", HEXLOWER.encode(issued.secrets.access_secret.reveal()))
        .with("sealed-password", HEXLOWER.encode(&access.sealed_password))
        .with("password", HEXLOWER.encode(issued.secrets.password.reveal()))
        .with("exporter", HEXLOWER.encode(&EXPORTER))
        .with("proof", HEXLOWER.encode(&prove(&access.access_secret, &input)))
        .with("now", NOT_BEFORE)
        .with("uses-allowed", 1)
}

fn every_kind_of_address(world: &World) -> Vector {
    let name = |text: &str| Address::new(Host::Name(DnsName::parse(text).unwrap()), 65_535).unwrap();
    let addresses = vec![
        v4([10, 0, 0, 1], 1),
        Address::new(Host::V6("2001:db8::7".parse().unwrap()), 47_470).unwrap(),
        Address::new(Host::V6("::1".parse().unwrap()), 47_470).unwrap(),
        name("pc-7.xn--nez-0na.example"),
    ];
    let issued =
        make(&world.client, &invitation("李小龍", addresses), &passphrase(), "every kind of address");
    let text = issued.file.to_text();
    complete(world, "success-every-kind-of-address", "IPv4, IPv6 and a name.", &issued, text)
}

fn longest(world: &World) -> Vector {
    let name = |n: usize| format!("{n:02}{0}.{0}.{0}.{1}", "a".repeat(61), "b".repeat(65 - 4));
    let addresses = (0..16)
        .map(|n| Address::new(Host::Name(DnsName::parse(&name(n)).unwrap()), 47_470).unwrap())
        .collect();
    let invitation = invitation(&"𝔛".repeat(64), addresses);
    let recipient = Recipient::Expert(world.expert.public());
    let issued = issue(&world.client, &invitation, recipient, &mut TestRng::new("longest")).unwrap();
    let text = issued.file.to_text();
    complete(world, "success-longest-expert", "About as long as a ticket can be.", &issued, text)
}
