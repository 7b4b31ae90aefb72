//! How long an update or a click is under way over bad networks, what is given up, and what is repaired.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::wildcard_enum_match_arm,
    clippy::print_stderr,
    reason = "a failing test ends here, and figures are worth seeing"
)]

mod common;

use std::time::{Duration, Instant};

use bytes::Bytes;
use common::*;
use deskside_net::client::ClientLinkEvent;
use deskside_net::expert::{ConnectLimits, ExpertLinkEvent};
use deskside_proto::geometry::DesktopPoint;
use deskside_proto::ids::GrantId;
use deskside_proto::wire::feedback::Feedback;
use deskside_proto::wire::input::{InputEvent, InputFrame, PointerButton};
use deskside_proto::wire::update::UpdateClass;
use deskside_testkit::net::Relay;

/// A pair whose packets pass a relay.
async fn relayed() -> (Relay, Pair) {
    let listener = listen(&identity(1), Tickets::one());
    let relay = Relay::to(local(&listener)).await.unwrap();
    let via = relay.address();
    let pair = pair_via(ConnectLimits::default(), Some(via), listener).await;
    (relay, pair)
}

#[tokio::test]
async fn late_video_is_given_up_with_all_that_builds_upon_it_and_the_rest_arrives() {
    let (relay, mut pair) = relayed().await;
    relay.cut();
    let send = |sequence, class| {
        pair.client.send_update(sequence, class, Bytes::from(vec![sequence as u8; 3_000])).unwrap();
    };
    send(0, UpdateClass::Video);
    send(1, UpdateClass::Interactive);
    send(2, UpdateClass::Video);
    loop {
        match client_event(&mut pair.client_events).await {
            ClientLinkEvent::Abandoned => break,
            ClientLinkEvent::Closed(reason) => panic!("{reason:?}"),
            _ => {}
        }
    }
    assert_eq!(pair.client.unconfirmed_bytes(), 3_000, "what is given up is not waited for");
    // Made before the picture engine heard of it: it would build upon nothing.
    send(3, UpdateClass::Video);
    assert!(pair.client.take_abandoned());
    assert!(!pair.client.take_abandoned());
    send(4, UpdateClass::Video);
    relay.mend();
    for expected in [1, 4] {
        match expert_event(&mut pair.expert_events).await {
            ExpertLinkEvent::Update { sequence, payload } => {
                assert_eq!((sequence, payload.len()), (expected, 3_000));
            }
            other => panic!("{other:?}"),
        }
    }
    pair.expert.send_feedback(Feedback::UpdateApplied { sequence: 4, backlog: 0 }).unwrap();
    soon(async {
        while pair.client.unconfirmed_bytes() > 0 {
            tokio::task::yield_now().await;
        }
    })
    .await;
}

fn percentile(times: &mut [Duration], percent: usize) -> Duration {
    times.sort();
    times[(times.len() - 1) * percent / 100]
}

/// Sends updates of `length` bytes and gives back how long each took, in ms.
async fn update_times(
    pair: Pair,
    length: usize,
    every: Duration,
    count: u32,
    class: UpdateClass,
) -> Vec<Duration> {
    let Pair { client, mut client_events, expert, mut expert_events, listener: _listener } = pair;
    let (sent_in, mut sent) = tokio::sync::mpsc::unbounded_channel();
    let sender = client.clone();
    let sending = tokio::spawn(async move {
        let mut ticks = tokio::time::interval(every);
        for sequence in 0..count {
            ticks.tick().await;
            sender.ready().await.unwrap();
            sent_in.send(Instant::now()).unwrap();
            sender.send_update(sequence, class, Bytes::from(vec![sequence as u8; length])).unwrap();
        }
    });
    let listening = tokio::spawn(async move { while client_events.recv().await.is_some() {} });
    let mut times = Vec::new();
    while times.len() < count as usize {
        if let ExpertLinkEvent::Update { sequence, .. } = expert_event(&mut expert_events).await {
            times.push(sent.recv().await.unwrap().elapsed());
            expert.send_feedback(Feedback::UpdateApplied { sequence, backlog: 0 }).unwrap();
        }
    }
    eprintln!("{:?} {:?}", client.link(), client.stats());
    sending.await.unwrap();
    listening.abort();
    times
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a measurement"]
async fn measure_updates_over_a_lossy_network() {
    for length in [100, 8_000, 20_000] {
        let (relay, pair) = relayed().await;
        relay.delay(Duration::from_millis(25));
        relay.lose(1);
        relay.limit(1_250_000, Duration::from_millis(200));
        let every = Duration::from_millis(if length == 100 { 100 } else { 50 });
        let mut times = update_times(pair, length, every, 400, UpdateClass::Interactive).await;
        let [p50, p95, p99] = [50, 95, 99].map(|percent| percentile(&mut times, percent));
        eprintln!("{length} bytes: p50 {p50:?}, p95 {p95:?}, p99 {p99:?}, lost {}", relay.lost());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a measurement"]
async fn measure_clicks_over_a_lossy_network() {
    let (relay, mut pair) = relayed().await;
    relay.delay(Duration::from_millis(25));
    relay.lose(1);
    relay.limit(1_250_000, Duration::from_millis(200));
    let mut times = Vec::new();
    for number in 0..600 {
        let event = InputEvent::PointerButton {
            button: PointerButton::Left,
            pressed: number % 2 == 0,
            at: DesktopPoint::new(1, 2),
        };
        let at = Instant::now();
        pair.expert.send_input(InputFrame { grant: GrantId::FIRST, event }).unwrap();
        assert!(matches!(client_event(&mut pair.client_events).await, ClientLinkEvent::Input(_)));
        times.push(at.elapsed());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let [p50, p95, p99] = [50, 95, 99].map(|percent| percentile(&mut times, percent));
    eprintln!("clicks: p50 {p50:?}, p95 {p95:?}, p99 {p99:?}, lost {}", relay.lost());
}
