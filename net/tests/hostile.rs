//! Peers that got past the proof and then break the protocol, on either side: each is cut off, and it is said why.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::wildcard_enum_match_arm,
    reason = "a failing test ends here"
)]

mod common;

use std::time::Duration;

use bytes::Bytes;
use common::*;
use deskside_net::client::{ClientEvents, ClientLinkEvent, ClientSender, Listener};
use deskside_net::expert::{ConnectError, ConnectLimits, ExpertEvents, ExpertLinkEvent, ExpertSender};
use deskside_net::{CloseCode, CloseReason, PeerMisbehaved, transport};
use deskside_proto::ids::{GrantId, RequestId, SessionId};
use deskside_proto::keycode::KeyUsage;
use deskside_proto::wire::control::{DeniedReason, FromClient, FromExpert};
use deskside_proto::wire::datagram::{InputCopy, UpdateRepair};
use deskside_proto::wire::feedback::Feedback;
use deskside_proto::wire::input::{InputEvent, InputFrame, KeyEvent};
use deskside_proto::wire::update::UpdateClass;
use deskside_proto::wire::{ALPN, Message, StreamKind, UpdateHeader, WireError};
use deskside_testkit::net::{Liar, frame, lying_client, lying_expert_with};

/// An expert that was admitted with a valid proof and may now do anything.
struct Rogue {
    _endpoint: quinn::Endpoint,
    _listener: Listener,
    connection: quinn::Connection,
    words: quinn::SendStream,
    answers: quinn::RecvStream,
    client: ClientSender,
    events: ClientEvents,
}

async fn rogue() -> Rogue {
    rogue_with(quinn::TransportConfig::default()).await
}

async fn rogue_with(transport: quinn::TransportConfig) -> Rogue {
    let mut listener = listen(&identity(1), Tickets::one());
    let expert = identity(2);
    let liar = Liar { identity: Some(&expert), alpn: &[ALPN] };
    let endpoint = lying_expert_with(&liar, transport).unwrap();
    let connection = soon(endpoint.connect(local(&listener), "x.invalid").unwrap()).await.unwrap();
    let (mut words, answers) = connection.open_bi().await.unwrap();
    let greeting = frame(&FromExpert::Hello(hello(&connection, &expert, 1)));
    words.write_all(&[&[StreamKind::Control.code()], greeting.as_slice()].concat()).await.unwrap();
    let (client, events) = soon(listener.accept()).await.unwrap().link.split();
    Rogue { _endpoint: endpoint, _listener: listener, connection, words, answers, client, events }
}

impl Rogue {
    async fn stream(&self, bytes: &[u8]) -> quinn::SendStream {
        let mut stream = soon(self.connection.open_uni()).await.unwrap();
        stream.write_all(bytes).await.unwrap();
        stream
    }

    /// Waits for the end and says for what the client cut it off.
    async fn cut_off_for(&mut self) -> PeerMisbehaved {
        let act = loop {
            match client_event(&mut self.events).await {
                ClientLinkEvent::Closed(CloseReason::PeerMisbehaved(act)) => break act,
                ClientLinkEvent::Closed(other) => panic!("{other:?}"),
                _ => {}
            }
        };
        match soon(self.connection.closed()).await {
            quinn::ConnectionError::ApplicationClosed(close) => {
                let code = close.error_code.into_inner();
                assert_eq!(CloseCode::from_code(code), Some(CloseCode::ProtocolViolation));
                assert!(close.reason.is_empty());
            }
            other => panic!("{other:?}"),
        }
        act
    }
}

fn invalid(stream: StreamKind, error: WireError) -> PeerMisbehaved {
    PeerMisbehaved::InvalidMessage { stream, error }
}

#[tokio::test]
async fn an_unknown_stream_ends_the_session() {
    let mut rogue = rogue().await;
    let _stream = rogue.stream(&[0x55]).await;
    assert_eq!(rogue.cut_off_for().await, PeerMisbehaved::UnknownStream(0x55));
}

#[tokio::test]
async fn streams_of_the_other_role_end_the_session() {
    for kind in [StreamKind::Control, StreamKind::Update, StreamKind::Cursor] {
        let mut rogue = rogue().await;
        let _stream = rogue.stream(&[kind.code()]).await;
        assert_eq!(rogue.cut_off_for().await, PeerMisbehaved::StreamNotAllowed(kind));
    }
}

#[tokio::test]
async fn a_second_input_stream_ends_the_session() {
    for kind in [StreamKind::Input, StreamKind::Feedback] {
        let mut rogue = rogue().await;
        let _first = rogue.stream(&[kind.code()]).await;
        let _second = rogue.stream(&[kind.code()]).await;
        assert_eq!(rogue.cut_off_for().await, PeerMisbehaved::StreamTwice(kind));
    }
}

#[tokio::test]
async fn a_stream_that_ends_before_its_kind_ends_the_session() {
    let mut rogue = rogue().await;
    rogue.stream(&[]).await.finish().unwrap();
    assert_eq!(rogue.cut_off_for().await, PeerMisbehaved::BrokenStream);
}

#[tokio::test]
async fn a_stream_that_is_reset_ends_the_session() {
    let mut rogue = rogue().await;
    let mut feedback = rogue.stream(&[StreamKind::Feedback.code()]).await;
    let report = frame(&Feedback::KeyframeNeeded);
    feedback.write_all(&[report.as_slice(), &[0x31, 0, 0]].concat()).await.unwrap();
    assert!(matches!(client_event(&mut rogue.events).await, ClientLinkEvent::Feedback(_)));
    feedback.reset(7u32.into()).unwrap();
    assert_eq!(rogue.cut_off_for().await, PeerMisbehaved::BrokenStream);
}

#[tokio::test]
async fn an_expert_that_takes_nothing_cannot_keep_a_link_open_that_the_client_ends() {
    let mut transport = quinn::TransportConfig::default();
    transport.stream_receive_window(40u32.into()).keep_alive_interval(Some(Duration::from_millis(500)));
    let mut rogue = rogue_with(transport).await;
    for request in 1..=20 {
        let reason = DeniedReason::ByPerson;
        let denied = FromClient::ControlDenied { request: RequestId(request), reason };
        rogue.client.send_control(denied).unwrap();
    }
    rogue.client.close(CloseCode::Finished);
    match client_event(&mut rogue.events).await {
        ClientLinkEvent::Closed(reason) => assert_eq!(reason, CloseReason::Here(CloseCode::Finished)),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn an_expert_that_takes_nothing_gets_no_room_by_asking_for_keyframes() {
    let mut transport = quinn::TransportConfig::default();
    transport.stream_receive_window(1024u32.into());
    let mut rogue = rogue_with(transport).await;
    rogue.client.send_update(0, UpdateClass::Interactive, vec![0; 2 * 1024 * 1024].into()).unwrap();
    let _feedback = rogue
        .stream(&[&[StreamKind::Feedback.code()], frame(&Feedback::KeyframeNeeded).as_slice()].concat())
        .await;
    assert!(matches!(client_event(&mut rogue.events).await, ClientLinkEvent::Feedback(_)));
    assert!(!rogue.client.has_room());
    let _cursor = soon(rogue.connection.accept_uni()).await.unwrap();
    let mut update = soon(rogue.connection.accept_uni()).await.unwrap();
    soon(update.read_to_end(3 * 1024 * 1024)).await.unwrap();
    soon(rogue.client.ready()).await.unwrap();
}

#[tokio::test]
async fn an_oversized_message_ends_the_session_before_its_body_is_read() {
    for (kind, message) in [(StreamKind::Input, 0x21), (StreamKind::Feedback, 0x31)] {
        let mut rogue = rogue().await;
        let _stream = rogue.stream(&[kind.code(), message, 0x7f, 0xff, 0xff, 0xff]).await;
        assert_eq!(rogue.cut_off_for().await, invalid(kind, WireError::TooLong));
    }
    let mut rogue = rogue().await;
    rogue.words.write_all(&[0x02, 0, 1, 0, 0]).await.unwrap();
    assert_eq!(rogue.cut_off_for().await, invalid(StreamKind::Control, WireError::TooLong));
}

#[tokio::test]
async fn input_on_the_feedback_stream_ends_the_session() {
    let mut rogue = rogue().await;
    let _stream = rogue.stream(&[StreamKind::Feedback.code(), 0x24, 0, 0, 0, 11]).await;
    assert_eq!(rogue.cut_off_for().await, invalid(StreamKind::Feedback, WireError::UnknownKind(0x24)));
}

#[tokio::test]
async fn input_on_the_control_stream_ends_the_session() {
    let mut rogue = rogue().await;
    rogue.words.write_all(&[0x24, 0, 0, 0, 11]).await.unwrap();
    assert_eq!(rogue.cut_off_for().await, invalid(StreamKind::Control, WireError::UnknownKind(0x24)));
}

#[tokio::test]
async fn a_second_greeting_ends_the_session() {
    let mut rogue = rogue().await;
    let again = frame(&FromExpert::Hello(hello(&rogue.connection, &identity(2), 1)));
    rogue.words.write_all(&again).await.unwrap();
    assert_eq!(rogue.cut_off_for().await, PeerMisbehaved::GreetingAgain);
}

#[tokio::test]
async fn thousands_of_streams_are_never_opened() {
    let mut rogue = rogue().await;
    let _input = rogue.stream(&[StreamKind::Input.code()]).await;
    let _feedback = rogue.stream(&[StreamKind::Feedback.code()]).await;
    let opened = tokio::time::timeout(Duration::from_millis(300), async {
        for _ in 0..5_000 {
            let mut stream = rogue.connection.open_uni().await.unwrap();
            let _ = stream.reset(0u32.into());
        }
    });
    assert!(opened.await.is_err(), "the client gave credit for more streams than it has uses for");
    // It is still there and works.
    let mut feedback = _feedback;
    feedback.write_all(&frame(&Feedback::KeyframeNeeded)).await.unwrap();
    assert!(matches!(
        client_event(&mut rogue.events).await,
        ClientLinkEvent::Feedback(Feedback::KeyframeNeeded)
    ));
}

#[tokio::test]
async fn streams_opened_and_reset_over_and_over_end_the_session() {
    let mut rogue = rogue().await;
    let connection = rogue.connection.clone();
    let flood = tokio::spawn(async move {
        while let Ok(mut stream) = connection.open_uni().await {
            let _ = stream.write_all(&[StreamKind::Input.code()]).await;
            let _ = stream.finish();
        }
    });
    assert_eq!(rogue.cut_off_for().await, PeerMisbehaved::StreamTwice(StreamKind::Input));
    soon(flood).await.unwrap();
}

#[tokio::test]
async fn a_flood_of_input_is_held_back_by_flow_control() {
    let mut rogue = rogue().await;
    let mut stream = rogue.stream(&[StreamKind::Input.code()]).await;
    let event = [0x25, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0, 1];
    let flood: Vec<u8> = event.iter().copied().cycle().take(event.len() * 100_000).collect();
    let writing = tokio::time::timeout(Duration::from_millis(400), stream.write_all(&flood));
    // Nobody takes the events, so the writer is stuck at the window and the client holds a bounded number.
    assert!(writing.await.is_err());
    assert!(rogue.connection.stats().udp_tx.bytes < 2 * transport::EXPERT_RECEIVE_BYTES);
    // Control messages are not stuck behind it: the goodbye comes before what has been let in is used up.
    rogue.words.write_all(&frame(&FromExpert::Goodbye)).await.unwrap();
    rogue.words.finish().unwrap();
    soon(rogue.words.stopped()).await.unwrap();
    let let_in = transport::EXPERT_RECEIVE_BYTES as usize / event.len() + 512;
    let mut passed = 0;
    while !matches!(client_event(&mut rogue.events).await, ClientLinkEvent::Control(FromExpert::Goodbye)) {
        passed += 1;
        assert!(passed < let_in);
    }
    drop(rogue.answers);
}

/// A client that the expert has pinned, with the right key, that may now do anything.
struct RogueClient {
    _endpoint: quinn::Endpoint,
    connection: quinn::Connection,
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
async fn rogue_picture() -> RogueClient {
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

    async fn cut_off_for(&mut self) -> PeerMisbehaved {
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

fn repair(sequence: u32, total: u16, bytes: &[u8]) -> Bytes {
    let mut datagram = Vec::new();
    UpdateRepair { sequence, total, period: total, offset: 0, bytes }.encode(&mut datagram);
    datagram.into()
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

fn copy(first: u32, usages: std::ops::Range<u16>) -> Bytes {
    let mut datagram = Vec::new();
    InputCopy { first, frames: usages.map(key).collect() }.encode(&mut datagram);
    datagram.into()
}

fn key(usage: u16) -> InputFrame {
    let usage = KeyUsage::new(usage).unwrap();
    InputFrame { grant: GrantId::FIRST, event: InputEvent::Key(KeyEvent::place(usage, true)) }
}

#[tokio::test]
async fn input_that_comes_both_ways_happens_once_and_in_order() {
    let mut rogue = rogue().await;
    // Before its stream, twice, and behind a gap.
    for datagram in [copy(0, 4..6), copy(0, 4..6), copy(7, 90..99), copy(1, 5..8)] {
        rogue.connection.send_datagram(datagram).unwrap();
    }
    for usage in 4..8 {
        match client_event(&mut rogue.events).await {
            ClientLinkEvent::Input(frame) => assert!(frame == key(usage)),
            other => panic!("{other:?}"),
        }
    }
    let frames: Vec<u8> = (4..20).flat_map(|usage| frame(&key(usage))).collect();
    let _stream = rogue.stream(&[&[StreamKind::Input.code()], frames.as_slice()].concat()).await;
    for usage in 8..20 {
        match client_event(&mut rogue.events).await {
            ClientLinkEvent::Input(frame) => assert!(frame == key(usage)),
            other => panic!("{other:?}"),
        }
    }
    rogue.connection.send_datagram(copy(12, 16..21)).unwrap();
    match client_event(&mut rogue.events).await {
        ClientLinkEvent::Input(frame) => assert!(frame == key(20)),
        other => panic!("{other:?}"),
    }
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

#[tokio::test]
async fn a_message_of_the_wrong_direction_has_no_meaning() {
    assert!(FromClient::decode(&frame(&FromExpert::Goodbye)).is_err());
}
