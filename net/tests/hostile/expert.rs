//! Experts that were admitted and then break the protocol.

use std::time::Duration;

use bytes::Bytes;
use deskside_net::client::{ClientEvents, ClientLinkEvent, ClientSender, Listener};
use deskside_net::{CloseCode, CloseReason, PeerMisbehaved, transport};
use deskside_proto::ids::{GrantId, RequestId};
use deskside_proto::keycode::KeyUsage;
use deskside_proto::wire::control::{DeniedReason, FromClient, FromExpert};
use deskside_proto::wire::datagram::InputCopy;
use deskside_proto::wire::feedback::Feedback;
use deskside_proto::wire::input::{InputEvent, InputFrame, KeyEvent};
use deskside_proto::wire::update::UpdateClass;
use deskside_proto::wire::{ALPN, StreamKind, WireError};
use deskside_testkit::net::{Liar, frame, lying_expert_with};

use crate::common::*;
use crate::invalid;

/// An expert that was admitted with a valid proof and may now do anything.
pub struct Rogue {
    _endpoint: quinn::Endpoint,
    _listener: Listener,
    pub connection: quinn::Connection,
    words: quinn::SendStream,
    answers: quinn::RecvStream,
    client: ClientSender,
    events: ClientEvents,
}

pub async fn rogue() -> Rogue {
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
    pub async fn cut_off_for(&mut self) -> PeerMisbehaved {
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
