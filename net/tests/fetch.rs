//! Copied things over real connections: pieces in both directions, and peers that break their rules.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::wildcard_enum_match_arm,
    reason = "a failing test ends here"
)]

mod common;

use std::sync::Arc;

use bytes::Bytes;
use common::*;
use deskside_net::client::ClientLinkEvent;
use deskside_net::expert::ExpertLinkEvent;
use deskside_net::{CloseReason, FetchError, PeerMisbehaved};
use deskside_proto::ids::{GrantId, OfferId};
use deskside_proto::wire::clipboard::{
    Format, Formats, NoPiece, Offer, Piece, PieceHead, PieceRequest, Selection,
};
use deskside_proto::wire::control::{FromClient, FromExpert};
use deskside_proto::wire::{ALPN, StreamKind, WireError};
use deskside_testkit::net::{Liar, frame, lying_expert_with};

fn request(offset: u64, length: u32) -> PieceRequest {
    let piece = Piece { offer: OfferId(1), format: Format::Text, item: 0, offset, length };
    PieceRequest { grant: GrantId::FIRST, piece }
}

fn offer(number: u32) -> Offer {
    let formats = Formats::from_iter([Format::Text]);
    Offer { grant: GrantId::FIRST, offer: OfferId(number), selection: Selection::Clipboard, formats }
}

#[tokio::test]
async fn pieces_pass_in_both_directions_while_each_side_asks_for_many() {
    let Pair { client, mut client_events, expert, mut expert_events, listener: _listener } = pair().await;
    let content: Bytes = (0..1_000_000_u32).map(|at| at as u8).collect::<Vec<_>>().into();
    let (of_client, of_expert) = (content.clone(), content.clone());
    tokio::spawn(async move {
        while let Some(event) = client_events.recv().await {
            if let ClientLinkEvent::Asked(asked) = event {
                let from = asked.request().piece.offset as usize;
                assert!(asked.answer(Ok((of_client.len() as u64, of_client.slice(from..)))));
            }
        }
    });
    tokio::spawn(async move {
        while let Some(event) = expert_events.recv().await {
            if let ExpertLinkEvent::Asked(asked) = event {
                let from = asked.request().piece.offset as usize;
                assert!(asked.answer(Ok((of_expert.len() as u64, of_expert.slice(from..)))));
            }
        }
    });
    let all_of = |pieces: Vec<deskside_net::PieceOf>| {
        pieces.into_iter().flat_map(|piece| piece.bytes.to_vec()).collect::<Vec<u8>>()
    };
    let step = PieceRequest::MAX_LENGTH;
    let offsets: Vec<u64> = (0..1_000_000).step_by(step as usize).collect();
    let by_expert = async {
        let mut pieces = Vec::new();
        for offset in &offsets {
            pieces.push(expert.fetch(request(*offset, step)).await.unwrap());
        }
        pieces
    };
    let by_client = async {
        let mut pieces = Vec::new();
        for offset in &offsets {
            pieces.push(client.fetch(request(*offset, step)).await.unwrap());
        }
        pieces
    };
    let (by_expert, by_client) = soon(async { tokio::join!(by_expert, by_client) }).await;
    assert!(all_of(by_expert) == content && all_of(by_client) == content);
    let past_the_end = soon(expert.fetch(request(999_999, step))).await.unwrap();
    assert_eq!((past_the_end.total, past_the_end.bytes.len()), (1_000_000, 1));
}

#[tokio::test]
async fn a_refusal_and_an_unanswered_request_end_nothing() {
    let Pair { client: _client, mut client_events, expert, expert_events: _events, listener: _listener } =
        pair().await;
    let answering = async {
        match client_event(&mut client_events).await {
            ClientLinkEvent::Asked(asked) => assert!(!asked.answer(Err(NoPiece::Stale))),
            other => panic!("{other:?}"),
        }
        match client_event(&mut client_events).await {
            ClientLinkEvent::Asked(asked) => drop(asked),
            other => panic!("{other:?}"),
        }
        match client_event(&mut client_events).await {
            ClientLinkEvent::Asked(asked) => assert!(asked.answer(Ok((0, Bytes::new())))),
            other => panic!("{other:?}"),
        }
    };
    let asking = async {
        assert_eq!(expert.fetch(request(0, 1)).await, Err(FetchError::Refused(NoPiece::Stale)));
        assert_eq!(expert.fetch(request(0, 1)).await, Err(FetchError::Refused(NoPiece::Unavailable)));
        assert_eq!(expert.fetch(request(0, 1)).await.map(|piece| piece.total), Ok(0));
    };
    soon(async { tokio::join!(answering, asking) }).await;
}

#[tokio::test]
async fn a_request_that_is_taken_back_leaves_room_for_others() {
    let Pair { client: _client, mut client_events, expert, expert_events: _events, listener: _listener } =
        pair().await;
    let expert = Arc::new(expert);
    let mut held = Vec::new();
    for _ in 0..6 {
        let waiting = tokio::spawn({
            let expert = expert.clone();
            async move { expert.fetch(request(0, 1)).await }
        });
        match client_event(&mut client_events).await {
            ClientLinkEvent::Asked(asked) => held.push(asked),
            other => panic!("{other:?}"),
        }
        waiting.abort();
        held.pop().unwrap().answer(Ok((1, Bytes::from_static(b"x"))));
    }
}

/// An expert that was admitted and may now do anything, and the client's events.
async fn rogue() -> (
    quinn::Endpoint,
    quinn::Connection,
    quinn::SendStream,
    deskside_net::client::ClientSender,
    deskside_net::client::ClientEvents,
    deskside_net::client::Listener,
) {
    let mut listener = listen(&identity(1), Tickets::one());
    let expert = identity(2);
    let liar = Liar { identity: Some(&expert), alpn: &[ALPN] };
    let mut transport = quinn::TransportConfig::default();
    transport.max_concurrent_bidi_streams(8u32.into());
    let endpoint = lying_expert_with(&liar, transport).unwrap();
    let connection = soon(endpoint.connect(local(&listener), "x.invalid").unwrap()).await.unwrap();
    let (mut words, _answers) = connection.open_bi().await.unwrap();
    let greeting = frame(&FromExpert::Hello(hello(&connection, &expert, 1)));
    words.write_all(&[&[StreamKind::Control.code()], greeting.as_slice()].concat()).await.unwrap();
    let (client, events) = soon(listener.accept()).await.unwrap().link.split();
    (endpoint, connection, words, client, events, listener)
}

async fn cut_off_for(events: &mut deskside_net::client::ClientEvents) -> PeerMisbehaved {
    loop {
        match client_event(events).await {
            ClientLinkEvent::Closed(CloseReason::PeerMisbehaved(act)) => return act,
            ClientLinkEvent::Closed(other) => panic!("{other:?}"),
            _ => {}
        }
    }
}

#[tokio::test]
async fn a_request_that_is_none_ends_the_session() {
    let invalid = |error| PeerMisbehaved::InvalidMessage { stream: StreamKind::Fetch, error };
    let mut good = vec![StreamKind::Fetch.code()];
    request(0, 1).encode(&mut good);
    let longer = [good.as_slice(), &[0]].concat();
    for (bytes, act) in [
        (vec![StreamKind::Control.code()], PeerMisbehaved::StreamNotAllowed(StreamKind::Control)),
        (vec![0x55], PeerMisbehaved::UnknownStream(0x55)),
        (good[..20].to_vec(), invalid(WireError::Truncated)),
        (longer, invalid(WireError::TrailingBytes)),
    ] {
        let (_endpoint, connection, _words, _client, mut events, _listener) = rogue().await;
        let (mut stream, _answer) = soon(connection.open_bi()).await.unwrap();
        stream.write_all(&bytes).await.unwrap();
        stream.finish().unwrap();
        assert_eq!(cut_off_for(&mut events).await, act);
    }
}

#[tokio::test]
async fn no_more_requests_than_allowed_can_be_open_at_once() {
    let (_endpoint, connection, _words, _client, mut events, _listener) = rogue().await;
    let mut good = vec![StreamKind::Fetch.code()];
    request(0, 1).encode(&mut good);
    let mut open = Vec::new();
    for _ in 0..2 {
        let (mut stream, answer) = soon(connection.open_bi()).await.unwrap();
        stream.write_all(&good).await.unwrap();
        stream.finish().unwrap();
        open.push((client_event(&mut events).await, answer));
    }
    let third = tokio::time::timeout(std::time::Duration::from_millis(300), connection.open_bi()).await;
    assert!(third.is_err(), "QUIC's own credit holds it back");
}

#[tokio::test]
async fn answers_that_break_the_rules_end_the_session() {
    let invalid = |error| PeerMisbehaved::InvalidMessage { stream: StreamKind::Fetch, error };
    let head = |total| {
        let mut bytes = Vec::new();
        PieceHead::Follows { total }.encode(&mut bytes);
        bytes
    };
    for (answer, act) in [
        ([head(1000), vec![0; 11]].concat(), invalid(WireError::TooLong)),
        ([head(1000), vec![0; 9]].concat(), invalid(WireError::InvalidValue("piece"))),
        ([head(5), vec![0; 6]].concat(), invalid(WireError::InvalidValue("piece"))),
        (vec![9], invalid(WireError::InvalidValue("piece status"))),
        (vec![1, 1], invalid(WireError::TrailingBytes)),
        (Vec::new(), invalid(WireError::Truncated)),
    ] {
        let (_endpoint, connection, _words, client, mut events, _listener) = rogue().await;
        let answering = async {
            let (mut words, mut question) = soon(connection.accept_bi()).await.unwrap();
            question.read_to_end(100).await.unwrap();
            let _ = words.write_all(&answer).await;
            let _ = words.finish();
        };
        let (fetched, ()) = tokio::join!(soon(client.fetch(request(0, 10))), answering);
        assert_eq!(fetched, Err(FetchError::Closed), "{answer:?}");
        assert_eq!(cut_off_for(&mut events).await, act);
    }
}

#[tokio::test]
async fn an_answer_that_never_ends_is_cut_and_one_that_is_reset_can_be_asked_for_again() {
    let (_endpoint, connection, _words, client, mut events, _listener) = rogue().await;
    let answering = async {
        let (mut words, mut question) = soon(connection.accept_bi()).await.unwrap();
        question.read_to_end(100).await.unwrap();
        words.write_all(&[0, 0]).await.unwrap();
        words.reset(7u32.into()).unwrap();
        let (mut words, mut question) = soon(connection.accept_bi()).await.unwrap();
        question.read_to_end(100).await.unwrap();
        while words.write_all(&[0; 4096]).await.is_ok() {}
    };
    let asking = async {
        assert_eq!(client.fetch(request(0, 10)).await, Err(FetchError::Broken));
        assert_eq!(client.fetch(request(0, 10)).await, Err(FetchError::Closed));
    };
    soon(async { tokio::join!(answering, asking) }).await;
    assert!(matches!(cut_off_for(&mut events).await, PeerMisbehaved::InvalidMessage { .. }));
}

#[tokio::test]
async fn offers_must_rise() {
    let (_endpoint, _connection, mut words, _client, mut events, _listener) = rogue().await;
    for number in [1, 5, 5] {
        words.write_all(&frame(&FromExpert::Offer(offer(number)))).await.unwrap();
    }
    assert_eq!(cut_off_for(&mut events).await, PeerMisbehaved::OfferOutOfOrder);
    let Pair { client, client_events: _c, expert: _e, mut expert_events, listener: _listener } = pair().await;
    for number in [9, 3] {
        client.send_control(FromClient::Offer(offer(number))).unwrap();
    }
    loop {
        if let ExpertLinkEvent::Closed(reason) = expert_event(&mut expert_events).await {
            assert_eq!(reason, CloseReason::PeerMisbehaved(PeerMisbehaved::OfferOutOfOrder));
            return;
        }
    }
}
