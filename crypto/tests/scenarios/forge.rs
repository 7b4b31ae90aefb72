//! Writes tickets field by field, right or wrong; apart from the product's own code, so that it can lie.

use data_encoding::BASE64;
use deskside_crypto::identity::{Identity, Seed};
use deskside_crypto::passphrase::Passphrase;
use deskside_crypto::ticket::{Invitation, Issued, Recipient, issue};
use deskside_proto::ids::TicketId;
use deskside_proto::name::PersonName;
use deskside_proto::ticket_file::{Address, Addresses, Host, OuterLayer, Validity};
use ed25519_dalek::{Signer, SigningKey};

use crate::test_rng::TestRng;

pub const PASSPHRASE: &str = "ranch-olive-tuna-badge";
pub const NOT_BEFORE: u64 = 1_795_348_800;
pub const NOT_AFTER: u64 = 1_795_352_431;
const SIGNATURE_LABEL: &[u8] = b"deskside-1 ticket signature";

/// The people of the scenarios, and a ticket of each kind.
pub struct World {
    pub client: Identity,
    pub expert: Identity,
    pub stranger: Identity,
    pub by_passphrase: Issued,
    pub by_expert_key: Issued,
}

impl World {
    pub fn new() -> Self {
        let [client, expert, stranger] = [0x00, 0x20, 0x40].map(|from: u8| {
            Identity::from_seed(&Seed::from_bytes(std::array::from_fn(|at| from + at as u8)))
        });
        let invitation = invitation("Ana Núñez", vec![v4([192, 0, 2, 7], 47470)]);
        let by_passphrase = make(&client, &invitation, &passphrase(), "by passphrase");
        let by_expert_key = issue(
            &client,
            &invitation,
            Recipient::Expert(expert.public()),
            &mut TestRng::new("by expert key"),
        )
        .unwrap();
        Self { client, expert, stranger, by_passphrase, by_expert_key }
    }
}

pub fn passphrase() -> Passphrase {
    Passphrase::parse(PASSPHRASE).unwrap()
}

pub fn make(client: &Identity, invitation: &Invitation, passphrase: &Passphrase, rng: &str) -> Issued {
    issue(client, invitation, Recipient::Passphrase(passphrase), &mut TestRng::new(rng)).unwrap()
}

pub fn v4(octets: [u8; 4], port: u16) -> Address {
    Address::new(Host::V4(octets.into()), port).unwrap()
}

pub fn invitation(from: &str, addresses: Vec<Address>) -> Invitation {
    Invitation {
        id: TicketId(*b"\xe2\xbe\xa8\x5d\xf7ticket-one!"),
        from: PersonName::parse(from).unwrap(),
        validity: Validity::new(NOT_BEFORE, NOT_AFTER).unwrap(),
        addresses: Addresses::new(addresses).unwrap(),
    }
}

/// A ticket in parts that need not fit together.
#[derive(Clone)]
pub struct Raw {
    pub first_line: String,
    pub magic: [u8; 4],
    pub version: u8,
    pub id: [u8; 16],
    pub name_length: u16,
    pub name: Vec<u8>,
    pub not_before: u64,
    pub not_after: u64,
    pub client: [u8; 64],
    pub address_count: u8,
    pub addresses: Vec<u8>,
    pub outer: Vec<u8>,
    pub ciphertext: Vec<u8>,
    pub signature: Vec<u8>,
    pub tail: Vec<u8>,
}

impl Raw {
    /// The parts of a ticket with one IPv4 address.
    pub fn of(issued: &Issued) -> Self {
        let file = &issued.file;
        let outer = match file.outer {
            OuterLayer::Passphrase { salt } => [[1, 1].as_slice(), &salt].concat(),
            OuterLayer::Expert { enc } => [[2].as_slice(), &enc].concat(),
        };
        Self {
            first_line: file.to_text().lines().next().unwrap().to_owned(),
            magic: *b"DSKT",
            version: 1,
            id: file.id.0,
            name_length: file.from.as_str().len() as u16,
            name: file.from.as_str().into(),
            not_before: file.validity.not_before(),
            not_after: file.validity.not_after(),
            client: file.client,
            address_count: 1,
            addresses: vec![4, 192, 0, 2, 7, 0xb9, 0x6e],
            outer,
            ciphertext: file.ciphertext.to_vec(),
            signature: file.signature.to_vec(),
            tail: Vec::new(),
        }
    }

    pub fn change(mut self, change: impl FnOnce(&mut Self)) -> Self {
        change(&mut self);
        self
    }

    /// Another name, with the first line that belongs to it.
    pub fn named(self, name: &[u8]) -> Self {
        self.change(|raw| {
            raw.name_length = name.len() as u16;
            raw.name = name.to_vec();
        })
    }

    /// Other addresses.
    pub fn reached_at(self, addresses: &[&[u8]]) -> Self {
        self.change(|raw| {
            raw.address_count = addresses.len() as u8;
            raw.addresses = addresses.concat();
        })
    }

    pub fn unsigned(&self) -> Vec<u8> {
        [
            self.magic.as_slice(),
            &[self.version],
            &self.id,
            &self.name_length.to_be_bytes(),
            &self.name,
            &self.not_before.to_be_bytes(),
            &self.not_after.to_be_bytes(),
            &self.client,
            &[self.address_count],
            &self.addresses,
            &self.outer,
            &self.ciphertext,
        ]
        .concat()
    }

    /// Signs as `identity`, as anybody can who writes a program for it.
    pub fn signed_by(self, identity: &Identity) -> Self {
        let message = [SIGNATURE_LABEL, &self.unsigned()].concat();
        self.change(|raw| raw.signature = raw_signature(identity, &message))
    }

    pub fn body(&self) -> Vec<u8> {
        [self.unsigned(), self.signature.clone(), self.tail.clone()].concat()
    }

    pub fn text(&self) -> String {
        armour(&self.first_line, &BASE64.encode(&self.body()))
    }
}

pub fn raw_signature(identity: &Identity, message: &[u8]) -> Vec<u8> {
    let pkcs8 = identity.signing_pkcs8_der();
    let key = SigningKey::from_bytes(pkcs8[16..].try_into().unwrap());
    key.sign(message).to_bytes().to_vec()
}

/// Puts any letters into armour, 64 a line.
pub fn armour(first_line: &str, letters: &str) -> String {
    armour_of_width(first_line, letters, 64)
}

pub fn armour_of_width(first_line: &str, letters: &str, width: usize) -> String {
    let lines: Vec<&str> =
        letters.as_bytes().chunks(width).map(|line| std::str::from_utf8(line).unwrap()).collect();
    format!(
        "{first_line}\n-----BEGIN DESKSIDE TICKET-----\n{}\n-----END DESKSIDE TICKET-----\n",
        lines.join("\n")
    )
}

/// The signature with its scalar written as S + L: the same point equation, another spelling (RFC 8032, 5.1.7).
pub fn second_spelling(signature: &[u8]) -> Vec<u8> {
    // L = 2^252 + 27742317777372353535851937790883648493, little-endian.
    const ORDER: [u8; 32] = [
        0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 0, 0,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
    ];
    let mut out = signature.to_vec();
    let mut carry = 0;
    for (byte, add) in out[32..].iter_mut().zip(ORDER) {
        let sum = u16::from(*byte) + u16::from(add) + carry;
        *byte = sum as u8;
        carry = sum >> 8;
    }
    assert_eq!(carry, 0);
    out
}
