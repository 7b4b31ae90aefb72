//! Peers without a valid proof: whatever they do, they hear one answer, and they cost little.

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
use std::time::{Duration, Instant};

use common::*;
use deskside_net::client::{DoorLimits, ListenLimits, Listener};
use deskside_net::expert::{ConnectError, ConnectLimits};
use deskside_proto::ids::TicketId;
use deskside_proto::wire::control::{FromClient, FromExpert, Hello, RefusedReason, SealedPassword};
use deskside_proto::wire::{ALPN, CloseCode, Message, StreamKind};
use deskside_testkit::net::{Liar, frame, lying_expert, lying_expert_with};

/// What a stranger gets to see: the bytes on its stream, and the code of the close.
#[derive(Debug, PartialEq)]
struct Heard {
    answer: Vec<u8>,
    code: Option<u64>,
}

fn refusal() -> Heard {
    Heard {
        answer: frame(&FromClient::Refused { reason: RefusedReason::NotAccepted }),
        code: Some(CloseCode::Refused.code().into()),
    }
}

async fn dial(listener: &Listener) -> (quinn::Endpoint, quinn::Connection) {
    let expert = identity(2);
    let endpoint = lying_expert(&Liar { identity: Some(&expert), alpn: &[ALPN] }).unwrap();
    let connecting = endpoint.connect(local(listener), "deskside.invalid").unwrap();
    let connection = soon(connecting).await.unwrap();
    (endpoint, connection)
}

/// Says `words` on the first stream and waits for the end.
async fn say(connection: &quinn::Connection, words: &[u8]) -> Heard {
    let (mut send, mut recv) = soon(connection.open_bi()).await.unwrap();
    send.write_all(words).await.unwrap();
    let answer = soon(recv.read_to_end(1024)).await.unwrap_or_default();
    Heard { answer, code: code(connection).await }
}

async fn code(connection: &quinn::Connection) -> Option<u64> {
    match soon(connection.closed()).await {
        quinn::ConnectionError::ApplicationClosed(close) => Some(close.error_code.into_inner()),
        _ => None,
    }
}

fn greeting(hello: Hello) -> Vec<u8> {
    let mut bytes = vec![StreamKind::Control.code()];
    bytes.extend(frame(&FromExpert::Hello(hello)));
    bytes
}

#[tokio::test]
async fn every_stranger_hears_the_same_whatever_is_wrong() {
    let tickets = Tickets::one();
    let listener = listen(&identity(1), tickets.clone());
    let right = |connection: &quinn::Connection| hello(connection, &identity(2), 1);
    type Lie = Box<dyn Fn(&quinn::Connection) -> Vec<u8>>;
    let lies: Vec<(&str, Lie)> = vec![
        ("unknown ticket", Box::new(move |c| greeting(Hello { ticket: TicketId([9; 16]), ..right(c) }))),
        ("wrong proof", Box::new(move |c| greeting(Hello { proof: [9; 32], ..right(c) }))),
        ("proof with another secret", Box::new(|c| greeting(hello(c, &identity(2), 3)))),
        (
            "another sealing key than proved",
            Box::new(move |c| greeting(Hello { sealing_key: *identity(5).public().sealing(), ..right(c) })),
        ),
        (
            "another sealed password than proved",
            Box::new(move |c| {
                let sealed_password = SealedPassword::new(vec![1; 80]).unwrap();
                greeting(Hello { sealed_password, ..right(c) })
            }),
        ),
        ("a message other than hello", Box::new(|_| [&[1], frame(&FromExpert::Goodbye).as_slice()].concat())),
        ("an oversized message", Box::new(|_| vec![1, 1, 0xff, 0xff, 0xff, 0xff])),
        ("an unknown message", Box::new(|_| vec![1, 0x7f, 0, 0, 0, 0])),
        ("an unknown stream", Box::new(|_| vec![0x7e])),
        ("input instead of control", Box::new(|_| vec![StreamKind::Input.code()])),
        ("rubbish", Box::new(|_| b"GET / HTTP/1.1\r\n\r\n".to_vec())),
    ];
    for (what, lie) in lies {
        let (_endpoint, connection) = dial(&listener).await;
        let words = lie(&connection);
        assert_eq!(say(&connection, &words).await, refusal(), "{what}");
    }
    assert_eq!(tickets.asked(), 5, "only readable greetings are judged");
}

#[tokio::test]
async fn a_refusal_is_never_early() {
    let limits = ListenLimits { refusal_after: Duration::from_millis(120), ..limits() };
    let listener = listen_with(&identity(1), limits, Tickets::one());
    for proof in [[9; 32], [0; 32]] {
        let (_endpoint, connection) = dial(&listener).await;
        let words = greeting(Hello { proof, ..hello(&connection, &identity(2), 1) });
        let start = Instant::now();
        assert_eq!(say(&connection, &words).await, refusal());
        assert!(start.elapsed() >= limits.refusal_after);
    }
}

#[tokio::test]
async fn a_proof_that_was_valid_on_one_connection_is_worthless_on_another() {
    let mut listener = listen(&identity(1), Tickets::one());
    let (_endpoint, first) = dial(&listener).await;
    let words = greeting(hello(&first, &identity(2), 1));
    let (mut send, mut recv) = first.open_bi().await.unwrap();
    send.write_all(&words).await.unwrap();
    let mut kind = [0];
    soon(recv.read_exact(&mut kind)).await.unwrap();
    let refused = FromClient::Refused { reason: RefusedReason::NotAccepted };
    assert_ne!(kind[0], refused.kind(), "the first is welcome");
    let _arrival = soon(listener.accept()).await.unwrap();

    let (_endpoint, second) = dial(&listener).await;
    assert_eq!(say(&second, &words).await, refusal());
}

#[tokio::test]
async fn a_proof_cannot_be_relayed_under_another_key() {
    let listener = listen(&identity(1), Tickets::one());
    let thief = identity(6);
    let endpoint = lying_expert(&Liar { identity: Some(&thief), alpn: &[ALPN] }).unwrap();
    let connection = soon(endpoint.connect(local(&listener), "x.invalid").unwrap()).await.unwrap();
    // The thief knows a proof for the very exporter, but made for somebody else's identity.
    let words = greeting(hello(&connection, &identity(2), 1));
    assert_eq!(say(&connection, &words).await, refusal());
}

#[tokio::test]
async fn holders_of_a_valid_proof_hear_why_they_are_refused() {
    let (client, expert, access) = (identity(1), identity(2), access(1));
    let tickets = Tickets::one();
    let listener = listen(&client, tickets.clone());
    let addresses = [address(local(&listener))];
    for reason in [RefusedReason::Expired, RefusedReason::Used, RefusedReason::Cancelled, RefusedReason::Busy]
    {
        *tickets.refuse_holders.lock().unwrap() = Some(reason);
        let result = soon(try_connect(&expert, &client, &addresses, &access, ConnectLimits::default())).await;
        assert!(matches!(result, Err(ConnectError::Refused(heard)) if heard == reason), "{result:?}");
    }
}

#[tokio::test]
async fn an_expert_with_the_wrong_secret_is_told_only_that_it_is_not_accepted() {
    let (client, expert, access) = (identity(1), identity(2), access(9));
    let listener = listen(&client, Tickets::one());
    let addresses = [address(local(&listener))];
    let result = soon(try_connect(&expert, &client, &addresses, &access, ConnectLimits::default())).await;
    assert!(matches!(result, Err(ConnectError::Refused(RefusedReason::NotAccepted))), "{result:?}");
}

#[tokio::test]
async fn whoever_says_nothing_is_closed_at_the_deadline() {
    let limits = ListenLimits { proof_deadline: Duration::from_millis(150), ..limits() };
    let tickets = Tickets::one();
    let listener = listen_with(&identity(1), limits, tickets.clone());
    let refused = Some(CloseCode::Refused.code().into());

    let (_endpoint, without_stream) = dial(&listener).await;
    assert_eq!(code(&without_stream).await, refused);

    let (_endpoint, half_a_greeting) = dial(&listener).await;
    let words = greeting(hello(&half_a_greeting, &identity(2), 1));
    let heard = say(&half_a_greeting, &words[..60]).await;
    assert_eq!(heard, Heard { answer: vec![], code: refused });
    assert_eq!(tickets.asked(), 0);
}

#[tokio::test]
async fn another_protocol_name_or_no_key_ends_in_the_handshake() {
    let listener = listen(&identity(1), Tickets::one());
    let expert = identity(2);
    for liar in [
        Liar { identity: Some(&expert), alpn: &[b"deskside/2"] },
        Liar { identity: Some(&expert), alpn: &[b"h3"] },
        Liar { identity: Some(&expert), alpn: &[] },
        Liar { identity: None, alpn: &[ALPN] },
    ] {
        let endpoint = lying_expert(&liar).unwrap();
        let result = soon(endpoint.connect(local(&listener), "x.invalid").unwrap()).await;
        let closed = match result {
            Err(_) => true,
            // TLS lets the connecting side finish first; the refusal of its key follows.
            Ok(connection) => {
                soon(connection.closed()).await;
                true
            }
        };
        assert!(closed);
    }
}

#[tokio::test]
async fn a_stranger_can_open_one_stream_and_no_more() {
    let listener = listen(&identity(1), Tickets::one());
    let (_endpoint, connection) = dial(&listener).await;
    let _control = soon(connection.open_bi()).await.unwrap();
    let brief = Duration::from_millis(100);
    assert!(tokio::time::timeout(brief, connection.open_bi()).await.is_err());
    assert!(tokio::time::timeout(brief, connection.open_uni()).await.is_err());
}

#[tokio::test]
async fn a_stranger_cannot_make_the_client_buffer_more_than_stated() {
    let listener = listen(&identity(1), Tickets::one());
    let (_endpoint, connection) = dial(&listener).await;
    let (mut send, _recv) = soon(connection.open_bi()).await.unwrap();
    // The frame is announced as longer than what is sent, so that the client goes on waiting.
    let flood = vec![0; 1024 * 1024];
    let written = tokio::time::timeout(Duration::from_millis(300), async {
        send.write_all(&[StreamKind::Control.code(), 1, 0, 0, 1, 0]).await.unwrap();
        let mut written = 0;
        while let Ok(more) = send.write(&flood).await {
            written += more;
            assert!(written < 2 * flood.len());
        }
    });
    // Either the writer is stuck at the window or it was thrown out; it never gets rid of everything.
    let _ = written.await;
    assert!(connection.stats().udp_tx.bytes < 100_000, "{}", connection.stats().udp_tx.bytes);
}

#[tokio::test]
async fn a_datagram_from_a_stranger_closes_its_connection_and_says_nothing() {
    let tickets = Tickets::one();
    let listener = listen(&identity(1), tickets.clone());
    for datagram in [vec![], vec![StreamKind::Input.code(), 0, 0, 0, 0], vec![7; 1_000]] {
        let (_endpoint, connection) = dial(&listener).await;
        let (mut words, _answers) = soon(connection.open_bi()).await.unwrap();
        words.write_all(&greeting(hello(&connection, &identity(2), 1))[..40]).await.unwrap();
        connection.send_datagram(datagram.into()).unwrap();
        assert_eq!(code(&connection).await, Some(u64::from(CloseCode::Refused.code())));
    }
    assert_eq!(tickets.asked(), 0);
}

#[tokio::test]
async fn a_stranger_that_takes_no_answer_is_thrown_out_all_the_same() {
    let listener = listen(&identity(1), Tickets::one());
    let expert = identity(2);
    let mut transport = quinn::TransportConfig::default();
    transport.stream_receive_window(0u32.into()).keep_alive_interval(Some(Duration::from_millis(500)));
    let liar = Liar { identity: Some(&expert), alpn: &[ALPN] };
    let endpoint = lying_expert_with(&liar, transport).unwrap();
    let connection = soon(endpoint.connect(local(&listener), "deskside.invalid").unwrap()).await.unwrap();
    let (mut send, _recv) = soon(connection.open_bi()).await.unwrap();
    send.write_all(&greeting(hello(&connection, &expert, 9))).await.unwrap();
    assert_eq!(code(&connection).await, Some(CloseCode::Refused.code().into()));
}

#[tokio::test]
async fn a_flood_of_connections_is_bounded_and_an_honest_expert_still_gets_in() {
    let door = DoorLimits { half_open: 6, half_open_per_address: 6, burst: 10_000, ..DoorLimits::default() };
    let limits = ListenLimits { proof_deadline: Duration::from_millis(400), door, ..limits() };
    let mut listener = listen_with(&identity(1), limits, Tickets::one());
    let flooder = identity(8);
    let endpoint = lying_expert(&Liar { identity: Some(&flooder), alpn: &[ALPN] }).unwrap();
    let attempts: Vec<_> =
        (0..60).map(|_| tokio::spawn(endpoint.connect(local(&listener), "x.invalid").unwrap())).collect();
    let mut entered = Vec::new();
    let mut refused = 0;
    for attempt in attempts {
        match soon(attempt).await.unwrap() {
            Ok(connection) => entered.push(connection),
            Err(quinn::ConnectionError::ConnectionClosed(close)) => {
                assert_eq!(u64::from(close.error_code), 2, "CONNECTION_REFUSED");
                refused += 1;
            }
            Err(other) => panic!("{other}"),
        }
    }
    assert!(refused > 0);
    assert_eq!(entered.len() + refused, 60);
    for connection in &entered {
        assert_eq!(code(connection).await, Some(CloseCode::Refused.code().into()));
    }
    let (client, expert, access) = (identity(1), identity(2), access(1));
    let addresses = [address(local(&listener))];
    let connecting = try_connect(&expert, &client, &addresses, &access, ConnectLimits::default());
    let (connected, arrival) = tokio::join!(soon(connecting), soon(listener.accept()));
    assert!(connected.is_ok() && arrival.is_some());
}

#[tokio::test]
async fn an_expert_turned_away_by_the_limits_is_told_that_the_client_is_busy() {
    let door = DoorLimits { half_open: 0, ..DoorLimits::default() };
    let listener = listen_with(&identity(1), ListenLimits { door, ..limits() }, Tickets::one());
    let addresses = [address(local(&listener))];
    let (client, expert, access) = (identity(1), identity(2), access(1));
    let result = soon(try_connect(&expert, &client, &addresses, &access, ConnectLimits::default())).await;
    assert!(matches!(result, Err(ConnectError::Overloaded)), "{result:?}");
}

/// An admission that breaks must not let anybody in.
struct Panics;

impl deskside_net::client::Admission for Panics {
    fn admit(&self, _: &deskside_net::client::Knock<'_>) -> deskside_net::client::Verdict {
        panic!("the admission is broken")
    }
}

#[tokio::test]
async fn a_broken_admission_admits_nobody() {
    let listener = listen(&identity(1), Arc::new(Panics));
    let (_endpoint, connection) = dial(&listener).await;
    let words = greeting(hello(&connection, &identity(2), 1));
    assert_eq!(say(&connection, &words).await, refusal());
}
