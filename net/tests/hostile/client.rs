//! Clients that have the right key and then break the protocol.

use std::time::Duration;

use deskside_net::expert::{ConnectError, ConnectLimits, ExpertEvents, ExpertLinkEvent, ExpertSender};
use deskside_net::{CloseReason, PeerMisbehaved};
use deskside_proto::ids::SessionId;
use deskside_proto::wire::control::FromClient;
use deskside_proto::wire::{ALPN, StreamKind, UpdateHeader, WireError};
use deskside_testkit::net::{Liar, frame, lying_client};

use crate::common::*;
use crate::{invalid, repair};

/// A client that the expert has pinned, with the right key, that may now do anything.
pub struct RogueClient {
    _endpoint: quinn::Endpoint,
    pub connection: quinn::Connection,
    _answers: quinn::SendStream,
    _words: quinn::RecvStream,
    _expert: ExpertSender,
    events: ExpertEvents,
}

fn welcome() -> FromClient {
    FromClient::Welcome { version: 1, client_name: name("Karla"), session: SessionId(1) }
}

/// Accepts one expert and answers its greeting with `first`.
async fn answer_with(
    first: Vec<u8>,
) -> (
    Result<deskside_net::expert::Connected, ConnectError>,
    quinn::Endpoint,
    Option<(quinn::Connection, quinn::SendStream, quinn::RecvStream)>,
) {
    let (endpoint, at) = lying_client(&Liar { identity: Some(&identity(1)), alpn: &[ALPN] }).unwrap();
    let accepting = async {
        let connection = endpoint.accept().await?.await.ok()?;
        let (mut answers, words) = connection.accept_bi().await.ok()?;
        answers.write_all(&first).await.ok()?;
        Some((connection, answers, words))
    };
    let addresses = [address(at)];
    let (expert, client, access) = (identity(2), identity(1), access(1));
    let limits = ConnectLimits { answer: Duration::from_millis(500), ..ConnectLimits::default() };
    let connecting = try_connect(&expert, &client, &addresses, &access, limits);
    let (connected, accepted) = tokio::join!(soon(connecting), soon(accepting));
    (connected, endpoint, accepted)
}

async fn rogue_client() -> RogueClient {
    let (connected, endpoint, accepted) = answer_with(frame(&welcome())).await;
    let (connection, answers, words) = accepted.unwrap();
    let (expert, events) = connected.unwrap().link.split();
    RogueClient { _endpoint: endpoint, connection, _answers: answers, _words: words, _expert: expert, events }
}

/// One whose stream for the cursor is open, as it must be.
pub async fn rogue_picture() -> RogueClient {
    let client = rogue_client().await;
    let mut cursor = soon(client.connection.open_uni()).await.unwrap();
    cursor.write_all(&[StreamKind::Cursor.code()]).await.unwrap();
    client
}

impl RogueClient {
    async fn stream(&self, bytes: &[u8]) {
        let mut stream = soon(self.connection.open_uni()).await.unwrap();
        stream.write_all(bytes).await.unwrap();
        stream.finish().unwrap();
    }

    pub async fn cut_off_for(&mut self) -> PeerMisbehaved {
        loop {
            match expert_event(&mut self.events).await {
                ExpertLinkEvent::Closed(CloseReason::PeerMisbehaved(act)) => return act,
                ExpertLinkEvent::Closed(other) => panic!("{other:?}"),
                _ => {}
            }
        }
    }
}

fn update(sequence: u32, announced: usize, payload: &[u8]) -> Vec<u8> {
    let mut bytes = vec![StreamKind::Update.code()];
    UpdateHeader::new(sequence, announced).unwrap().encode(&mut bytes);
    bytes.extend_from_slice(payload);
    bytes
}

#[tokio::test]
async fn an_expert_takes_updates_only_in_their_order() {
    let mut client = rogue_picture().await;
    client.stream(&update(0, 1, b"a")).await;
    client.stream(&update(2, 1, b"c")).await;
    assert!(matches!(expert_event(&mut client.events).await, ExpertLinkEvent::Update { sequence: 0, .. }));
    assert_eq!(client.cut_off_for().await, PeerMisbehaved::UpdateOutOfOrder { expected: 1, found: 2 });
}

#[tokio::test]
async fn an_update_shorter_or_longer_than_announced_ends_the_session() {
    for (bytes, error) in
        [(update(0, 5, b"four"), WireError::Truncated), (update(0, 3, b"four"), WireError::TrailingBytes)]
    {
        let mut client = rogue_picture().await;
        client.stream(&bytes).await;
        assert_eq!(client.cut_off_for().await, invalid(StreamKind::Update, error));
    }
}

#[tokio::test]
async fn an_impossible_update_length_ends_the_session_before_anything_is_allocated() {
    let mut client = rogue_picture().await;
    client.stream(&[StreamKind::Update.code(), 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff]).await;
    assert_eq!(client.cut_off_for().await, invalid(StreamKind::Update, WireError::TooLong));
}

#[tokio::test]
async fn a_client_that_opens_the_experts_streams_is_cut_off() {
    for kind in [StreamKind::Input, StreamKind::Feedback, StreamKind::Control] {
        for mut client in [rogue_client().await, rogue_picture().await] {
            client.stream(&[&[kind.code()], [0; 8].as_slice()].concat()).await;
            assert_eq!(client.cut_off_for().await, PeerMisbehaved::StreamNotAllowed(kind));
        }
    }
    let mut client = rogue_picture().await;
    client.stream(&[&[StreamKind::Cursor.code()], [0; 8].as_slice()].concat()).await;
    assert_eq!(client.cut_off_for().await, PeerMisbehaved::StreamTwice(StreamKind::Cursor));
}

#[tokio::test]
async fn a_client_whose_first_stream_is_not_the_cursors_is_cut_off() {
    let mut client = rogue_client().await;
    client.stream(&update(0, 1, b"a")).await;
    assert_eq!(client.cut_off_for().await, PeerMisbehaved::StreamNotAllowed(StreamKind::Update));
}

async fn reset_with(client: &RogueClient, begun: &[u8], code: u64) {
    let mut stream = soon(client.connection.open_uni()).await.unwrap();
    stream.write_all(begun).await.unwrap();
    stream.reset(quinn::VarInt::from_u64(code).unwrap()).unwrap();
}

#[tokio::test]
async fn an_update_that_is_given_up_counts_also_where_nothing_of_it_was_sent() {
    let mut client = rogue_picture().await;
    client.stream(&update(0, 1, b"a")).await;
    reset_with(&client, &[], UpdateHeader::abandoned([2])).await;
    client.stream(&update(2, 1, b"c")).await;
    client.stream(&update(3, 1, b"named by the reset")[..11]).await;
    client.stream(&update(4, 1, b"e")).await;
    reset_with(&client, &update(5, 9, b"half"), UpdateHeader::ABANDONED).await;
    client.stream(&update(6, 1, b"g")).await;
    for expected in [0, 2, 4, 6] {
        match expert_event(&mut client.events).await {
            ExpertLinkEvent::Update { sequence, .. } => assert_eq!(sequence, expected),
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn an_update_that_is_reset_with_another_code_ends_the_session() {
    for code in [0, 0x10, 0x2_0000_0000] {
        let mut client = rogue_picture().await;
        reset_with(&client, &update(0, 9, b"half"), code).await;
        assert_eq!(client.cut_off_for().await, PeerMisbehaved::BrokenStream);
    }
    // The cursor's stream is no update's.
    let mut client = rogue_client().await;
    reset_with(&client, &[], UpdateHeader::ABANDONED).await;
    assert_eq!(client.cut_off_for().await, PeerMisbehaved::BrokenStream);
}

#[tokio::test]
async fn an_update_is_taken_from_datagrams_and_its_stream_read_afterwards() {
    let mut client = rogue_picture().await;
    for (sequence, letter) in [(1, b"b"), (0, b"a"), (0, b"a")] {
        client.connection.send_datagram(repair(sequence, 1, letter)).unwrap();
    }
    for expected in [0, 1] {
        match expert_event(&mut client.events).await {
            ExpertLinkEvent::Update { sequence, .. } => assert_eq!(sequence, expected),
            other => panic!("{other:?}"),
        }
    }
    // The streams come late: one whole, one given up. Then it goes on, by stream.
    client.stream(&update(0, 1, b"a")).await;
    reset_with(&client, &[], UpdateHeader::ABANDONED).await;
    client.stream(&update(2, 1, b"c")).await;
    assert!(matches!(expert_event(&mut client.events).await, ExpertLinkEvent::Update { sequence: 2, .. }));
}

#[tokio::test]
async fn a_wrong_first_answer_is_the_clients_fault() {
    let ended = FromClient::Ended { reason: deskside_proto::wire::control::EndedReason::Closing };
    let newer = FromClient::Welcome { version: 2, client_name: name("Karla"), session: SessionId(1) };
    for first in [frame(&ended), frame(&newer), vec![0x82, 0xff, 0xff, 0xff, 0xff], vec![0x01, 0, 0, 0, 0]] {
        let (connected, _endpoint, accepted) = answer_with(first).await;
        assert!(matches!(connected, Err(ConnectError::Misbehaved(_))), "{connected:?}");
        drop(accepted);
    }
}

#[tokio::test]
async fn a_client_that_never_answers_is_given_up() {
    let (connected, _endpoint, accepted) = answer_with(vec![]).await;
    assert!(matches!(connected, Err(ConnectError::TimedOut(_))), "{connected:?}");
    drop(accepted);
}
