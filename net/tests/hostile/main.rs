//! Peers that got past the proof and then break the protocol, on either side: each is cut off, and it is said why.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::wildcard_enum_match_arm,
    reason = "a failing test ends here"
)]

mod client;
#[path = "../common/mod.rs"]
mod common;
mod expert;

use bytes::Bytes;
use client::rogue_picture;
use deskside_net::PeerMisbehaved;
use deskside_proto::wire::control::{FromClient, FromExpert};
use deskside_proto::wire::datagram::UpdateRepair;
use deskside_proto::wire::{Message, StreamKind, WireError};
use deskside_testkit::net::frame;
use expert::rogue;

fn repair(sequence: u32, total: u16, bytes: &[u8]) -> Bytes {
    let mut datagram = Vec::new();
    UpdateRepair { sequence, total, period: total, offset: 0, bytes }.encode(&mut datagram);
    datagram.into()
}

fn invalid(stream: StreamKind, error: WireError) -> PeerMisbehaved {
    PeerMisbehaved::InvalidMessage { stream, error }
}

#[tokio::test]
async fn a_wrong_datagram_ends_the_session() {
    let wrong: [(Vec<Bytes>, WireError); 4] = [
        (vec![Bytes::from_static(&[0x05])], WireError::UnknownKind(0x05)),
        (vec![Bytes::from_static(&[0x04, 0, 0])], WireError::Truncated),
        (vec![repair(0, 1, b"long")], WireError::TrailingBytes),
        (vec![repair(0, 9, b"a"), repair(0, 8, b"a")], WireError::InvalidValue("total")),
    ];
    for (datagrams, error) in wrong {
        let mut client = rogue_picture().await;
        for datagram in datagrams {
            client.connection.send_datagram(datagram).unwrap();
        }
        assert_eq!(client.cut_off_for().await, invalid(StreamKind::Update, error));
    }
    for (datagram, error) in [
        (repair(0, 1, b"a"), WireError::UnknownKind(0x04)),
        (Bytes::from_static(&[0x02, 0, 0, 0, 0]), WireError::Truncated),
    ] {
        let mut rogue = rogue().await;
        rogue.connection.send_datagram(datagram).unwrap();
        assert_eq!(rogue.cut_off_for().await, invalid(StreamKind::Input, error));
    }
}

#[tokio::test]
async fn a_message_of_the_wrong_direction_has_no_meaning() {
    assert!(FromClient::decode(&frame(&FromExpert::Goodbye)).is_err());
}
