//! The bytes inside the armour, field by field.
//! There is one way to write each ticket: no field is optional and nothing follows the last one.
//!
//! # Reference
//! docs/TICKET.md, section 2.

use std::net::{Ipv4Addr, Ipv6Addr};

use super::address::{Address, AddressError, Addresses, DnsName, Host};
use super::{OuterLayer, TicketFile, TicketFileError, Validity};
use crate::ids::TicketId;
use crate::name::PersonName;
use crate::wire::codec::{Reader, WireError, Writer};

const MAGIC: [u8; 4] = *b"DSKT";
const KIND_NAME: u8 = 1;
const KIND_V4: u8 = 4;
const KIND_V6: u8 = 6;
const LAYER_PASSPHRASE: u8 = 1;
const LAYER_EXPERT: u8 = 2;
/// Argon2id with 64 MiB, three passes and four lanes; the only set of version 1.
const PASSPHRASE_PARAMETERS: u8 = 1;

pub(super) fn encode(ticket: &TicketFile) -> Vec<u8> {
    let mut out = encode_unsigned(ticket);
    out.extend_from_slice(&ticket.signature);
    out
}

pub(super) fn encode_unsigned(ticket: &TicketFile) -> Vec<u8> {
    let mut out = encode_head(ticket);
    out.extend_from_slice(&ticket.ciphertext);
    out
}

/// Everything before the ciphertext.
pub(super) fn encode_head(ticket: &TicketFile) -> Vec<u8> {
    let mut out = Vec::new();
    let mut to = Writer::new(&mut out);
    to.raw(&MAGIC);
    to.u8(TicketFile::VERSION);
    to.raw(&ticket.id.0);
    to.text(ticket.from.as_str());
    to.u64(ticket.validity.not_before());
    to.u64(ticket.validity.not_after());
    to.raw(&ticket.client);
    to.u8(short_length(ticket.addresses.len()));
    for address in ticket.addresses.iter() {
        encode_address(&mut to, address);
    }
    match &ticket.outer {
        OuterLayer::Passphrase { salt } => {
            to.u8(LAYER_PASSPHRASE);
            to.u8(PASSPHRASE_PARAMETERS);
            to.raw(salt);
        }
        OuterLayer::Expert { enc } => {
            to.u8(LAYER_EXPERT);
            to.raw(enc);
        }
    }
    out
}

fn encode_address(to: &mut Writer<'_>, address: &Address) {
    match address.host() {
        Host::V4(host) => {
            to.u8(KIND_V4);
            to.raw(&host.octets());
        }
        Host::V6(host) => {
            to.u8(KIND_V6);
            to.raw(&host.octets());
        }
        Host::Name(name) => {
            to.u8(KIND_NAME);
            to.u8(short_length(name.as_str().len()));
            to.raw(name.as_str().as_bytes());
        }
    }
    to.u16(address.port());
}

/// A length that its type's constructor keeps below 256.
#[expect(clippy::expect_used, reason = "Addresses holds at most 16 and DnsName at most 253")]
fn short_length(length: usize) -> u8 {
    u8::try_from(length).expect("a bounded length")
}

pub(super) fn decode(bytes: &[u8]) -> Result<TicketFile, TicketFileError> {
    let mut from = Reader::new(bytes);
    if from.array().map_err(short)? != MAGIC {
        return Err(TicketFileError::WrongMagic);
    }
    match from.u8().map_err(short)? {
        TicketFile::VERSION => {}
        0 => return Err(TicketFileError::VersionZero),
        newer => return Err(TicketFileError::NewerVersion(newer)),
    }
    let id = TicketId(from.array().map_err(short)?);
    let name = decode_name(&mut from)?;
    let validity = Validity::new(from.u64().map_err(short)?, from.u64().map_err(short)?)?;
    let client = from.array().map_err(short)?;
    let addresses = decode_addresses(&mut from)?;
    let outer = decode_outer(&mut from)?;
    let ciphertext = from.array().map_err(short)?;
    let signature = from.array().map_err(short)?;
    from.finish().map_err(|_| TicketFileError::BodyTooLong)?;
    Ok(TicketFile { id, from: name, validity, client, addresses, outer, ciphertext, signature })
}

/// The only way in which taking bytes can fail.
fn short(_: WireError) -> TicketFileError {
    TicketFileError::BodyTooShort
}

fn decode_name(from: &mut Reader<'_>) -> Result<PersonName, TicketFileError> {
    let length = usize::from(from.u16().map_err(short)?);
    if length == 0 || length > PersonName::MAX_BYTES {
        return Err(TicketFileError::NameEncoding);
    }
    let bytes = from.take(length).map_err(short)?;
    let text = std::str::from_utf8(bytes).map_err(|_| TicketFileError::NameEncoding)?;
    PersonName::parse(text).map_err(TicketFileError::Name)
}

fn decode_addresses(from: &mut Reader<'_>) -> Result<Addresses, TicketFileError> {
    let count = from.u8().map_err(short)?;
    if usize::from(count) > Addresses::MAX {
        return Err(TicketFileError::AddressCount);
    }
    Addresses::new((0..count).map(|_| decode_address(from)).collect::<Result<_, _>>()?)
}

fn decode_address(from: &mut Reader<'_>) -> Result<Address, TicketFileError> {
    let host = match from.u8().map_err(short)? {
        KIND_V4 => Host::V4(Ipv4Addr::from(from.array::<4>().map_err(short)?)),
        KIND_V6 => Host::V6(Ipv6Addr::from(from.array::<16>().map_err(short)?)),
        KIND_NAME => {
            let length = from.u8().map_err(short)?;
            let text = std::str::from_utf8(from.take(usize::from(length)).map_err(short)?);
            let name = text.map_err(|_| AddressError::Name).and_then(DnsName::parse);
            Host::Name(name.map_err(TicketFileError::Address)?)
        }
        unknown => return Err(TicketFileError::AddressKind(unknown)),
    };
    let port = from.u16().map_err(short)?;
    Address::new(host, port).map_err(TicketFileError::Address)
}

fn decode_outer(from: &mut Reader<'_>) -> Result<OuterLayer, TicketFileError> {
    match from.u8().map_err(short)? {
        LAYER_PASSPHRASE => match from.u8().map_err(short)? {
            PASSPHRASE_PARAMETERS => Ok(OuterLayer::Passphrase { salt: from.array().map_err(short)? }),
            unknown => Err(TicketFileError::PassphraseParameters(unknown)),
        },
        LAYER_EXPERT => Ok(OuterLayer::Expert { enc: from.array().map_err(short)? }),
        unknown => Err(TicketFileError::OuterLayer(unknown)),
    }
}
