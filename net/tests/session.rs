//! A session between two honest ends over real QUIC on the loopback interface.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::wildcard_enum_match_arm,
    reason = "a failing test ends here"
)]

mod common;

use std::num::NonZeroU64;
use std::time::Duration;

use bytes::Bytes;
use common::*;
use deskside_net::client::ClientLinkEvent;
use deskside_net::expert::{ConnectLimits, ExpertLinkEvent};
use deskside_net::{CloseCode, CloseReason, MOST_BYTES, QUEUE_TIME, SendError, transport};
use deskside_proto::geometry::{DesktopPoint, Size};
use deskside_proto::ids::{GrantId, RequestId, SessionId};
use deskside_proto::keycode::KeyUsage;
use deskside_proto::session::Scopes;
use deskside_proto::wire::control::{EndedReason, FromClient, FromExpert};
use deskside_proto::wire::cursor::{CursorMessage, CursorShape, Hotspot};
use deskside_proto::wire::feedback::Feedback;
use deskside_proto::wire::input::{InputEvent, InputFrame, KeyEvent};
use deskside_proto::wire::update::UpdateClass;

fn key(number: u16, pressed: bool) -> InputFrame {
    let usage = KeyUsage::new(number).unwrap();
    InputFrame { grant: GrantId(NonZeroU64::MIN), event: InputEvent::Key(KeyEvent::place(usage, pressed)) }
}

#[tokio::test]
async fn an_expert_with_a_valid_proof_is_welcomed_and_known_by_its_keys() {
    let (client, expert) = (identity(1), identity(2));
    let tickets = Tickets::one();
    let mut listener = listen(&client, tickets.clone());
    let addresses = [address(local(&listener))];
    let access = access(1);
    let connecting = try_connect(&expert, &client, &addresses, &access, ConnectLimits::default());
    let (connected, arrival) = tokio::join!(soon(connecting), soon(listener.accept()));
    let (connected, arrival) = (connected.unwrap(), arrival.unwrap());
    assert_eq!(connected.client_name, name("Karla"));
    assert_eq!(connected.session, SessionId(1));
    assert_eq!(connected.remote.port(), listener.local_port());
    assert_eq!(arrival.expert.to_bytes(), expert.public().to_bytes());
    assert_eq!((arrival.name, arrival.ticket, arrival.session), (name("Erik"), TICKET, SessionId(1)));
    assert!(arrival.remote.ip().is_loopback());
    assert_eq!(tickets.asked(), 1);
}

#[tokio::test]
async fn control_messages_travel_both_ways_in_order() {
    let mut pair = pair().await;
    let request = |number| FromExpert::RequestControl { request: RequestId(number), scopes: Scopes::CONTROL };
    for number in 1..=20 {
        pair.expert.send_control(request(number)).unwrap();
    }
    for number in 1..=20 {
        match client_event(&mut pair.client_events).await {
            ClientLinkEvent::Control(message) => assert_eq!(message, request(number)),
            other => panic!("{other:?}"),
        }
    }
    let allowed = FromClient::ViewAllowed { scopes: Scopes::VIEW, screen: Size::new(1920, 1080) };
    pair.client.send_control(allowed.clone()).unwrap();
    match expert_event(&mut pair.expert_events).await {
        ExpertLinkEvent::Control(message) => assert_eq!(message, allowed),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn updates_arrive_whole_in_order_and_free_room_as_they_are_applied() {
    let mut pair = pair().await;
    let total: u32 = 60;
    let sender = pair.client.clone();
    let sending = tokio::spawn(async move {
        for sequence in 0..total {
            sender.ready().await.unwrap();
            let length = 1 + (sequence as usize * 7_919) % 60_000;
            sender
                .send_update(sequence, UpdateClass::Interactive, Bytes::from(vec![sequence as u8; length]))
                .unwrap();
        }
    });
    for expected in 0..total {
        match expert_event(&mut pair.expert_events).await {
            ExpertLinkEvent::Update { sequence, payload } => {
                assert_eq!(sequence, expected);
                assert_eq!(payload.len(), 1 + (sequence as usize * 7_919) % 60_000);
                assert!(payload.iter().all(|byte| *byte == sequence as u8));
                let applied = Feedback::UpdateApplied { sequence, backlog: pair.expert_events.backlog() };
                pair.expert.send_feedback(applied).unwrap();
            }
            other => panic!("{other:?}"),
        }
    }
    soon(sending).await.unwrap();
    let last = loop {
        match client_event(&mut pair.client_events).await {
            ClientLinkEvent::Feedback(Feedback::UpdateApplied { sequence, .. }) if sequence == total - 1 => {
                break sequence;
            }
            ClientLinkEvent::Feedback(_) => {}
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(last, total - 1);
    assert_eq!(pair.client.unconfirmed_bytes(), 0);
}

#[tokio::test]
async fn updates_that_are_not_wanted_yet_wait_and_let_everything_else_pass() {
    let mut pair = pair().await;
    let total: u32 = 6;
    for sequence in 0..total {
        let payload = Bytes::from(vec![sequence as u8; 3_000]);
        pair.client.send_update(sequence, UpdateClass::Interactive, payload).unwrap();
    }
    let allowed = FromClient::ViewAllowed { scopes: Scopes::VIEW, screen: Size::new(1920, 1080) };
    // They are there: one has been taken out, and others wait behind it.
    assert!(matches!(
        expert_event(&mut pair.expert_events).await,
        ExpertLinkEvent::Update { sequence: 0, .. }
    ));
    soon(async {
        while pair.expert_events.backlog() == 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    })
    .await;
    pair.client.send_control(allowed.clone()).unwrap();
    match soon(pair.expert_events.recv_with(false)).await {
        Some(ExpertLinkEvent::Control(message)) => assert_eq!(message, allowed),
        other => panic!("{other:?}"),
    }
    pair.client.send_cursor(CursorMessage::Moved { at: DesktopPoint::new(3, 4) }).unwrap();
    assert!(matches!(soon(pair.expert_events.recv_with(false)).await, Some(ExpertLinkEvent::Cursor(_))));
    for expected in 1..total {
        match soon(pair.expert_events.recv_with(true)).await {
            Some(ExpertLinkEvent::Update { sequence, .. }) => assert_eq!(sequence, expected),
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn nothing_queues_up_when_the_expert_applies_nothing() {
    let mut pair = pair().await;
    let mut sent = 0;
    while pair.client.has_room() {
        pair.client.send_update(sent, UpdateClass::Interactive, Bytes::from(vec![0; 20_000])).unwrap();
        sent += 1;
    }
    let most = pair.client.link().bytes_in(pair.client.link().round_trip + QUEUE_TIME).min(MOST_BYTES);
    assert!(
        pair.client.unconfirmed_bytes() < most + 20_000,
        "only the last update may go beyond what the link holds"
    );
    // Whoever does not heed it gets as far as the queue; however the window grows, there is no room then.
    while pair.client.unconfirmed_bytes() < MOST_BYTES {
        pair.client.send_update(sent, UpdateClass::Interactive, Bytes::from(vec![0; 20_000])).unwrap();
        sent += 1;
    }
    for _ in 0..sent {
        assert!(matches!(expert_event(&mut pair.expert_events).await, ExpertLinkEvent::Update { .. }));
    }
    let waiting = pair.client.clone();
    let ready = tokio::spawn(async move { waiting.ready().await });
    tokio::task::yield_now().await;
    assert!(!ready.is_finished());
    pair.expert.send_feedback(Feedback::UpdateApplied { sequence: sent - 1, backlog: 0 }).unwrap();
    assert_eq!(soon(ready).await.unwrap(), Ok(()));
}

#[tokio::test]
async fn an_update_of_many_megabytes_passes_through_small_windows() {
    let mut pair = pair().await;
    let payload =
        Bytes::from((0..9_000_000_u32).map(|at| (at.wrapping_mul(31) >> 7) as u8).collect::<Vec<_>>());
    pair.client.send_update(0, UpdateClass::Interactive, payload.clone()).unwrap();
    pair.client.send_update(1, UpdateClass::Interactive, Bytes::from_static(b"next")).unwrap();
    match expert_event(&mut pair.expert_events).await {
        ExpertLinkEvent::Update { sequence: 0, payload: received } => assert!(received == payload),
        other => panic!("{other:?}"),
    }
    match expert_event(&mut pair.expert_events).await {
        ExpertLinkEvent::Update { sequence: 1, payload } => assert_eq!(payload.as_ref(), b"next"),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn an_update_that_is_not_the_next_or_too_large_is_not_sent() {
    let pair = pair().await;
    assert_eq!(
        pair.client.send_update(1, UpdateClass::Interactive, Bytes::from_static(b"x")),
        Err(SendError::OutOfOrder)
    );
    assert_eq!(pair.client.send_update(0, UpdateClass::Interactive, Bytes::new()), Err(SendError::TooLarge));
    let too_large = Bytes::from(vec![0; transport::MAX_UPDATE_BYTES + 1]);
    assert_eq!(pair.client.send_update(0, UpdateClass::Interactive, too_large), Err(SendError::TooLarge));
    assert_eq!(pair.client.send_update(0, UpdateClass::Interactive, Bytes::from_static(b"x")), Ok(()));
}

#[tokio::test]
async fn keys_are_neither_lost_nor_reordered_among_a_flood_of_motion() {
    let mut pair = pair().await;
    let grant = GrantId(NonZeroU64::MIN);
    let mut keys = Vec::new();
    for round in 0..200_u16 {
        for x in 0..10 {
            let at = DesktopPoint::new(x, i32::from(round));
            pair.expert.send_input(InputFrame { grant, event: InputEvent::PointerMoved { at } }).unwrap();
        }
        let frame = key(4 + round % 26, round % 2 == 0);
        pair.expert.send_input(frame).unwrap();
        keys.push(frame);
    }
    let mut received = Vec::new();
    let mut moves = 0;
    while received.len() < keys.len() {
        match client_event(&mut pair.client_events).await {
            ClientLinkEvent::Input(frame) => match frame.event {
                InputEvent::Key(_) => received.push(frame),
                InputEvent::PointerMoved { at } => {
                    // A motion stands before the key that followed it, and is the last of its round.
                    assert_eq!(at, DesktopPoint::new(9, received.len() as i32));
                    moves += 1;
                }
                other => panic!("{other:?}"),
            },
            other => panic!("{other:?}"),
        }
    }
    assert!(received == keys);
    assert!(moves <= 200);
}

#[tokio::test]
async fn the_cursor_travels_apart_and_only_its_newest_state_matters() {
    let mut pair = pair().await;
    let size = Size::new(256, 256);
    let shape = CursorShape::new(size, Hotspot { x: 3, y: 4 }, vec![0xff; 256 * 256 * 4]).unwrap();
    pair.client.send_cursor(CursorMessage::Shape(shape.clone())).unwrap();
    for x in 0..1_000 {
        pair.client.send_cursor(CursorMessage::Moved { at: DesktopPoint::new(x, 0) }).unwrap();
    }
    let mut seen_shape = false;
    loop {
        match expert_event(&mut pair.expert_events).await {
            ExpertLinkEvent::Cursor(CursorMessage::Shape(seen)) => {
                assert!(seen == shape);
                seen_shape = true;
            }
            ExpertLinkEvent::Cursor(CursorMessage::Moved { at }) if at.x == 999 => break,
            ExpertLinkEvent::Cursor(_) => {}
            other => panic!("{other:?}"),
        }
    }
    assert!(seen_shape);
}

#[tokio::test]
async fn a_message_sent_right_before_the_end_still_arrives() {
    let mut pair = pair().await;
    pair.client.send_control(FromClient::Ended { reason: EndedReason::ByPerson }).unwrap();
    pair.client.close(CloseCode::Finished);
    assert_eq!(
        pair.client.send_control(FromClient::Ended { reason: EndedReason::ByPerson }),
        Err(SendError::Closed)
    );
    match expert_event(&mut pair.expert_events).await {
        ExpertLinkEvent::Control(message) => {
            assert_eq!(message, FromClient::Ended { reason: EndedReason::ByPerson });
        }
        other => panic!("{other:?}"),
    }
    match expert_event(&mut pair.expert_events).await {
        ExpertLinkEvent::Closed(reason) => assert_eq!(reason, CloseReason::There(CloseCode::Finished)),
        other => panic!("{other:?}"),
    }
    assert!(soon(pair.expert_events.recv()).await.is_none());
    match client_event(&mut pair.client_events).await {
        ClientLinkEvent::Closed(reason) => assert_eq!(reason, CloseReason::Here(CloseCode::Finished)),
        other => panic!("{other:?}"),
    }
    assert!(soon(pair.client_events.recv()).await.is_none());
}

#[tokio::test]
async fn an_expert_that_says_goodbye_is_heard_before_it_is_gone() {
    let mut pair = pair().await;
    pair.expert.send_control(FromExpert::Goodbye).unwrap();
    drop((pair.expert, pair.expert_events));
    assert!(matches!(
        client_event(&mut pair.client_events).await,
        ClientLinkEvent::Control(FromExpert::Goodbye)
    ));
    match client_event(&mut pair.client_events).await {
        ClientLinkEvent::Closed(reason) => assert_eq!(reason, CloseReason::There(CloseCode::Finished)),
        other => panic!("{other:?}"),
    }
    assert_eq!(soon(pair.client.ready()).await, Err(SendError::Closed));
}

#[tokio::test]
async fn dropping_the_clients_halves_ends_the_session_for_the_expert() {
    let mut pair = pair().await;
    drop((pair.client, pair.client_events));
    assert!(matches!(expert_event(&mut pair.expert_events).await, ExpertLinkEvent::Closed(_)));
}

#[tokio::test]
async fn a_heartbeat_is_sent_while_controlling_and_only_then() {
    // Feedback is delivered, heartbeats only counted: silence is the client's affair, its clock is tested in `link`.
    let mut pair = pair().await;
    let before = pair.expert.stats().sent_packets;
    pair.expert.set_controlling(true);
    soon(async {
        while pair.expert.stats().sent_packets == before {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    })
    .await;
    pair.expert.set_controlling(false);
    pair.expert.send_feedback(Feedback::KeyframeNeeded).unwrap();
    assert!(matches!(
        client_event(&mut pair.client_events).await,
        ClientLinkEvent::Feedback(Feedback::KeyframeNeeded)
    ));
}

#[tokio::test]
async fn figures_of_the_link_count_what_was_sent() {
    let mut pair = pair().await;
    let before = pair.client.stats();
    pair.client.send_update(0, UpdateClass::Interactive, Bytes::from(vec![7; 100_000])).unwrap();
    assert!(matches!(expert_event(&mut pair.expert_events).await, ExpertLinkEvent::Update { .. }));
    let after = pair.client.stats();
    assert!(after.sent_bytes >= before.sent_bytes + 100_000);
    assert!(pair.expert.stats().received_bytes >= 100_000);
    assert!(after.since(&before).sent_bits > 0.0);
    assert!(after.rtt < Duration::from_secs(1));
}
