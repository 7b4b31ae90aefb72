//! Ways to the client and what happens to them: many addresses, wrong ones, slow, lossy and cut networks.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::wildcard_enum_match_arm,
    reason = "a failing test ends here"
)]

mod common;

use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::time::{Duration, Instant};

use bytes::Bytes;
use common::*;
use deskside_net::client::{ClientLinkEvent, HEARTBEAT_LIMIT, HOLDING_LIMIT};
use deskside_net::expert::{
    AttemptFailure, ConnectError, ConnectLimits, Connected, ExpertLinkEvent, HOLDING_INTERVAL, TriedAddress,
};
use deskside_net::{CloseCode, CloseReason, FLUSH_LIMIT};
use deskside_proto::geometry::DesktopPoint;
use deskside_proto::ids::GrantId;
use deskside_proto::keycode::KeyUsage;
use deskside_proto::ticket_file::{Address, DnsName, Host};
use deskside_proto::wire::ALPN;
use deskside_proto::wire::control::{EndedReason, FromClient};
use deskside_proto::wire::feedback::Feedback;
use deskside_proto::wire::input::{InputEvent, InputFrame, KeyEvent};
use deskside_proto::wire::update::UpdateClass;
use deskside_testkit::net::{Liar, Relay, lying_client};

/// A port at which nobody listens, and a guard for one at which somebody is silent.
fn silent() -> (UdpSocket, Address) {
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = address(socket.local_addr().unwrap());
    (socket, address)
}

fn closed() -> Address {
    let (socket, address) = silent();
    drop(socket);
    address
}

async fn attempt(addresses: &[Address], limits: ConnectLimits) -> Result<Connected, ConnectError> {
    soon(try_connect(&identity(2), &identity(1), addresses, &access(1), limits)).await
}

fn hasty() -> ConnectLimits {
    let short = Duration::from_millis(400);
    ConnectLimits { handshake: short, stagger: Duration::from_millis(10), ..ConnectLimits::default() }
}

#[tokio::test]
async fn a_closed_port_is_told_at_once_and_by_name() {
    let start = Instant::now();
    let result = attempt(&[closed()], ConnectLimits::default()).await;
    let Err(ConnectError::Unreachable(tried)) = result else { panic!("{result:?}") };
    assert_eq!(tried[0].failure, AttemptFailure::NobodyListens);
    assert!(start.elapsed() < ConnectLimits::default().handshake, "did not wait for the time-out");
}

#[tokio::test]
async fn silence_is_a_time_out() {
    let (_guard, address) = silent();
    let result = attempt(&[address], hasty()).await;
    let Err(ConnectError::TimedOut(tried)) = result else { panic!("{result:?}") };
    assert_eq!(tried[0].failure, AttemptFailure::TimedOut);
}

#[tokio::test]
async fn an_address_without_a_route_is_told_from_one_without_an_answer() {
    // Site-local networks of the documentation prefix exist nowhere; without IPv6 there is no route at all,
    // with IPv6 there may be a default route and then no answer.
    let address = Address::new(Host::V6("2001:db8::1".parse().unwrap()), 1).unwrap();
    let route = UdpSocket::bind("[::]:0").and_then(|socket| socket.connect("[2001:db8::1]:1"));
    match (attempt(&[address], hasty()).await, route) {
        (Err(ConnectError::Unreachable(tried)), Err(_)) => {
            assert_eq!(tried[0].failure, AttemptFailure::NoRoute);
        }
        (Err(ConnectError::TimedOut(_) | ConnectError::Unreachable(_)), Ok(())) => {}
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn an_unknown_name_is_told_as_such() {
    let host = Host::Name(DnsName::parse("nowhere.invalid").unwrap());
    let result = attempt(&[Address::new(host, 47470).unwrap()], hasty()).await;
    let tried = match result {
        Err(ConnectError::Unreachable(tried) | ConnectError::TimedOut(tried)) => tried,
        other => panic!("{other:?}"),
    };
    assert_eq!(tried[0].address, TriedAddress::Name("nowhere.invalid".into()));
}

#[tokio::test]
async fn a_name_is_looked_up_and_used() {
    let mut listener = listen(&identity(1), Tickets::one());
    let host = Host::Name(DnsName::parse("localhost").unwrap());
    let addresses = [Address::new(host, listener.local_port()).unwrap()];
    let (connected, arrival) =
        tokio::join!(attempt(&addresses, ConnectLimits::default()), soon(listener.accept()));
    assert!(connected.is_ok() && arrival.is_some());
}

#[tokio::test]
async fn the_one_good_address_among_bad_ones_is_found() {
    let mut listener = listen(&identity(1), Tickets::one());
    let (impostor, impostor_address) =
        lying_client(&Liar { identity: Some(&identity(9)), alpn: &[ALPN] }).unwrap();
    let accepting = tokio::spawn(async move {
        while let Some(incoming) = impostor.accept().await {
            let _ = incoming.await;
        }
    });
    let (_guard, silent) = silent();
    let addresses = [silent, closed(), address(impostor_address), address(local(&listener))];
    let (connected, arrival) =
        tokio::join!(attempt(&addresses, ConnectLimits::default()), soon(listener.accept()));
    assert_eq!(connected.unwrap().remote.port(), listener.local_port());
    assert!(arrival.is_some());
    accepting.abort();
}

#[tokio::test]
async fn a_client_with_another_key_is_refused_and_hears_nothing() {
    let (impostor, impostor_address) =
        lying_client(&Liar { identity: Some(&identity(9)), alpn: &[ALPN] }).unwrap();
    let heard = tokio::spawn(async move {
        let connecting = impostor.accept().await.unwrap().accept().unwrap();
        match connecting.await {
            Ok(connection) => connection.accept_bi().await.is_ok(),
            Err(_) => false,
        }
    });
    let result = attempt(&[address(impostor_address)], ConnectLimits::default()).await;
    let Err(ConnectError::WrongClientKey(tried)) = result else { panic!("{result:?}") };
    assert_eq!(tried[0].address, TriedAddress::Number(impostor_address));
    assert!(!soon(heard).await.unwrap(), "a greeting reached the impostor");
}

#[tokio::test]
async fn a_swapped_client_is_refused_by_the_real_listener_too() {
    let tickets = Tickets::one();
    let listener = listen(&identity(9), tickets.clone());
    let result = attempt(&[address(local(&listener))], ConnectLimits::default()).await;
    assert!(matches!(result, Err(ConnectError::WrongClientKey(_))), "{result:?}");
    assert_eq!(tickets.asked(), 0);
}

#[tokio::test]
async fn a_client_of_another_version_is_incompatible() {
    let (newer, newer_address) =
        lying_client(&Liar { identity: Some(&identity(1)), alpn: &[b"deskside/2"] }).unwrap();
    let accepting = tokio::spawn(async move {
        while let Some(incoming) = newer.accept().await {
            let _ = incoming.await;
        }
    });
    let result = attempt(&[address(newer_address)], ConnectLimits::default()).await;
    assert!(matches!(result, Err(ConnectError::Incompatible)), "{result:?}");
    accepting.abort();
}

#[tokio::test]
async fn nothing_answers_once_the_listener_is_closed() {
    let listener = listen(&identity(1), Tickets::one());
    let port = local(&listener);
    soon(listener.close()).await;
    // The socket goes with the last packet; then the port is free, and the machine says so.
    let free = soon(async {
        loop {
            match UdpSocket::bind(port) {
                Ok(socket) => break socket,
                Err(_) => tokio::time::sleep(Duration::from_millis(5)).await,
            }
        }
    });
    drop(free.await);
    let result = attempt(&[address(port)], hasty()).await;
    assert!(matches!(result, Err(ConnectError::Unreachable(_))), "{result:?}");
}

#[tokio::test]
async fn a_session_outlives_its_listener_and_nobody_new_is_answered() {
    let Pair { listener, client, mut expert_events, expert, .. } = pair().await;
    let port = local(&listener);
    soon(listener.close()).await;
    client.send_update(0, UpdateClass::Interactive, Bytes::from_static(b"still here")).unwrap();
    assert!(matches!(expert_event(&mut expert_events).await, ExpertLinkEvent::Update { .. }));
    let result = attempt(&[address(port)], hasty()).await;
    assert!(matches!(result, Err(ConnectError::TimedOut(_))), "{result:?}");
    drop(expert);
}

#[tokio::test]
async fn closing_the_listener_throws_strangers_out() {
    let listener = listen(&identity(1), Tickets::one());
    let expert = identity(2);
    let endpoint =
        deskside_testkit::net::lying_expert(&Liar { identity: Some(&expert), alpn: &[ALPN] }).unwrap();
    let connection = soon(endpoint.connect(local(&listener), "x.invalid").unwrap()).await.unwrap();
    let _stream = soon(connection.open_bi()).await.unwrap();
    drop(listener);
    soon(connection.closed()).await;
}

/// A pair whose packets pass a relay.
async fn relayed(limits: ConnectLimits) -> (Relay, Pair) {
    let listener = listen(&identity(1), Tickets::one());
    let relay = Relay::to(local(&listener)).await.unwrap();
    let via: SocketAddr = relay.address();
    let pair = pair_via(limits, Some(via), listener).await;
    (relay, pair)
}

#[tokio::test]
async fn a_bad_network_makes_the_picture_slower_never_wrong() {
    let (relay, mut pair) = relayed(ConnectLimits::default()).await;
    relay.delay(Duration::from_millis(10));
    relay.lose(3);
    let total = 40;
    let sender = pair.client.clone();
    let sending = tokio::spawn(async move {
        for sequence in 0..total {
            sender.ready().await.unwrap();
            sender
                .send_update(sequence, UpdateClass::Interactive, Bytes::from(vec![sequence as u8; 12_000]))
                .unwrap();
        }
    });
    for expected in 0..total {
        match expert_event(&mut pair.expert_events).await {
            ExpertLinkEvent::Update { sequence, payload } => {
                assert_eq!(sequence, expected);
                assert!(payload.len() == 12_000 && payload.iter().all(|byte| *byte == sequence as u8));
                pair.expert.send_feedback(Feedback::UpdateApplied { sequence, backlog: 0 }).unwrap();
            }
            other => panic!("{other:?}"),
        }
    }
    soon(sending).await.unwrap();
    assert!(relay.lost() > 0, "the relay did lose something");
    assert!(pair.client.stats().rtt >= Duration::from_millis(15));
}

#[tokio::test]
async fn a_cut_network_ends_the_link_on_both_sides() {
    let idle = Duration::from_millis(700);
    let (relay, mut pair) = relayed(ConnectLimits { idle, ..ConnectLimits::default() }).await;
    relay.cut();
    // Something under way makes no difference.
    pair.client.send_update(0, UpdateClass::Interactive, Bytes::from(vec![0; 5_000])).unwrap();
    for _ in 0..2 {
        let (client, expert) = tokio::join!(soon(pair.client_events.recv()), soon(pair.expert_events.recv()));
        match (client, expert) {
            (Some(ClientLinkEvent::Closed(client)), Some(ExpertLinkEvent::Closed(expert))) => {
                assert_eq!((client, expert), (CloseReason::TimedOut, CloseReason::TimedOut));
            }
            (None, None) => return,
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn an_end_decided_here_needs_no_network() {
    let (relay, mut pair) = relayed(ConnectLimits::default()).await;
    relay.cut();
    let start = Instant::now();
    pair.client.send_control(FromClient::Ended { reason: EndedReason::ByPerson }).unwrap();
    pair.client.close(CloseCode::Finished);
    match client_event(&mut pair.client_events).await {
        ClientLinkEvent::Closed(reason) => assert_eq!(reason, CloseReason::Here(CloseCode::Finished)),
        other => panic!("{other:?}"),
    }
    // It waits for an acknowledgement, and not for ever.
    assert!(start.elapsed() >= FLUSH_LIMIT && start.elapsed() < FLUSH_LIMIT * 5);
}

#[tokio::test]
async fn a_network_that_comes_back_in_time_goes_on_where_it_was() {
    let (relay, mut pair) = relayed(ConnectLimits::default()).await;
    relay.cut();
    pair.client.send_update(0, UpdateClass::Interactive, Bytes::from_static(b"held up")).unwrap();
    tokio::time::sleep(Duration::from_millis(300)).await;
    relay.mend();
    match expert_event(&mut pair.expert_events).await {
        ExpertLinkEvent::Update { sequence: 0, payload } => assert_eq!(payload.as_ref(), b"held up"),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn an_expert_in_control_that_falls_silent_is_noticed_and_one_that_beats_is_not() {
    let (relay, mut silent) = relayed(ConnectLimits::default()).await;
    let mut beating = pair().await;
    let start = Instant::now();
    for pair in [&silent, &beating] {
        pair.client.set_controlled(true);
        pair.expert.set_controlling(true);
    }
    relay.cut();
    assert!(matches!(client_event(&mut silent.client_events).await, ClientLinkEvent::Silent));
    assert!(start.elapsed() >= HEARTBEAT_LIMIT);
    // The same time has passed for the other, which was heard all along.
    let rest = tokio::time::timeout(Duration::from_millis(500), beating.client_events.recv());
    assert!(rest.await.is_err());
}

fn input(event: InputEvent) -> InputFrame {
    InputFrame { grant: GrantId::FIRST, event }
}

#[tokio::test]
async fn what_is_held_when_the_network_dies_is_released_within_two_seconds_and_never_while_it_lives() {
    let (relay, mut cut) = relayed(ConnectLimits::default()).await;
    let mut alive = pair().await;
    let usage = KeyUsage::new(4).unwrap();
    let press = input(InputEvent::Key(KeyEvent::place(usage, true)));
    for pair in [&mut cut, &mut alive] {
        pair.client.set_controlled(true);
        pair.expert.set_controlling(true);
        pair.expert.send_input(press).unwrap();
        match client_event(&mut pair.client_events).await {
            ClientLinkEvent::Input(frame) => assert!(frame == press),
            other => panic!("{other:?}"),
        }
    }
    relay.cut();
    let start = Instant::now();
    match client_event(&mut cut.client_events).await {
        ClientLinkEvent::Input(frame) => assert!(frame == input(InputEvent::ReleaseAll)),
        other => panic!("{other:?}"),
    }
    let took = start.elapsed();
    // Its last sign may have come up to one interval before the cut.
    assert!(took >= HOLDING_LIMIT - HOLDING_INTERVAL && took < HOLDING_LIMIT * 2, "{took:?}");

    // What comes after the gap is what the expert does now; nothing is pressed again by itself.
    let motion = input(InputEvent::PointerMoved { at: DesktopPoint { x: 1, y: 2 } });
    relay.mend();
    cut.expert.send_input(motion).unwrap();
    match client_event(&mut cut.client_events).await {
        ClientLinkEvent::Input(frame) => assert!(frame == motion),
        other => panic!("{other:?}"),
    }
    // Held all that time and longer by an expert who was heard.
    let rest = tokio::time::timeout(HOLDING_LIMIT * 2, alive.client_events.recv());
    assert!(rest.await.is_err());
}

#[tokio::test]
async fn a_slow_and_lossy_network_drops_nothing_that_is_held() {
    let (relay, mut pair) = relayed(ConnectLimits::default()).await;
    relay.delay(Duration::from_millis(100));
    relay.lose(10);
    pair.client.set_controlled(true);
    pair.expert.set_controlling(true);
    let usage = KeyUsage::new(4).unwrap();
    pair.expert.send_input(input(InputEvent::Key(KeyEvent::place(usage, true)))).unwrap();
    assert!(matches!(client_event(&mut pair.client_events).await, ClientLinkEvent::Input(_)));
    let rest = tokio::time::timeout(HOLDING_LIMIT * 10, pair.client_events.recv());
    assert!(rest.await.is_err());
    assert!(relay.lost() > 0, "the relay did lose something");
}
