//! Whole links over a user-space network on a real clock: what the controller does outside its simulation. Shares of
//! what the link could carry, with much room for a busy machine; exact figures are asserted on the virtual clock.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests may"
)]

mod common;

use std::time::{Duration, Instant};

use bytes::Bytes;
use common::*;
use deskside_net::expert::{ConnectLimits, ExpertEvents, ExpertLinkEvent, ExpertSender};
use deskside_proto::wire::feedback::Feedback;
use deskside_proto::wire::update::UpdateClass;
use deskside_testkit::net::Relay;

/// Bytes per second of 10 Mbit/s.
const TEN_MEGABIT: u64 = 1_250_000;

/// A session through a relay with this delay each way and a queue of 200 ms.
async fn over(bytes_per_second: u64, one_way: Duration, loss_percent: u32) -> (Relay, Pair) {
    let listener = listen(&identity(1), Tickets::one());
    let relay = Relay::to(local(&listener)).await.unwrap();
    relay.delay(one_way);
    relay.limit(bytes_per_second, Duration::from_millis(200));
    let pair = pair_via(ConnectLimits::default(), Some(relay.address()), listener).await;
    relay.lose(loss_percent);
    (relay, pair)
}

/// Confirms every update at once, as an expert does that shows it.
async fn confirm(events: &mut ExpertEvents, expert: &ExpertSender, last: u32) {
    loop {
        if let ExpertLinkEvent::Update { sequence, .. } = expert_event(events).await {
            expert.send_feedback(Feedback::UpdateApplied { sequence, backlog: 0 }).unwrap();
            if sequence == last {
                return;
            }
        }
    }
}

/// Sends `count` updates of `bytes` whenever there is room, and gives the time until the last is confirmed.
async fn transfer(pair: &mut Pair, first: u32, count: u32, bytes: usize) -> Duration {
    let start = Instant::now();
    let sender = pair.client.clone();
    let sending = tokio::spawn(async move {
        for sequence in first..first + count {
            sender.ready().await.unwrap();
            sender.send_update(sequence, UpdateClass::Interactive, Bytes::from(vec![7; bytes])).unwrap();
        }
    });
    soon(confirm(&mut pair.expert_events, &pair.expert, first + count - 1)).await;
    soon(sending).await.unwrap();
    start.elapsed()
}

fn share_of(bytes: u32, rate: u64, time: Duration) -> f64 {
    f64::from(bytes) / (rate as f64 * time.as_secs_f64())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wide_area_link_is_used_and_nothing_waits_for_long() {
    let (relay, mut pair) = over(TEN_MEGABIT, Duration::from_millis(25), 1).await;
    transfer(&mut pair, 0, 20, 30_000).await;
    relay.forget_waits();
    let took = transfer(&mut pair, 20, 60, 30_000).await;
    let used = share_of(60 * 30_000, TEN_MEGABIT, took);
    let queue = relay.waited(95);
    assert!(used > 0.4 && queue < Duration::from_millis(100), "used {used}, queue {queue:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn losses_on_a_long_way_do_not_stop_the_picture() {
    let (relay, mut pair) = over(TEN_MEGABIT, Duration::from_millis(50), 2).await;
    transfer(&mut pair, 0, 20, 40_000).await;
    relay.forget_waits();
    let took = transfer(&mut pair, 20, 60, 40_000).await;
    let used = share_of(60 * 40_000, TEN_MEGABIT, took);
    // Cubic carries a tenth of the link here.
    assert!(used > 0.25, "used {used}, queue {:?}", relay.waited(95));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_megabyte_after_a_pause_needs_little_more_than_its_time_on_the_wire() {
    let (_relay, mut pair) = over(TEN_MEGABIT, Duration::from_millis(25), 0).await;
    transfer(&mut pair, 0, 1, 1_000_000).await;
    for sequence in 1..6 {
        transfer(&mut pair, sequence, 1, 100).await;
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let took = transfer(&mut pair, 6, 1, 1_000_000).await;
    assert!(took < Duration::from_millis(2_000), "{took:?}");
    let link = pair.client.link();
    assert!(link.bytes_per_second > TEN_MEGABIT / 2 && link.bytes_per_second < 2 * TEN_MEGABIT, "{link:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn packets_that_overtake_others_are_no_congestion() {
    let (relay, mut pair) = over(TEN_MEGABIT, Duration::from_millis(10), 0).await;
    relay.reorder(10);
    transfer(&mut pair, 0, 20, 30_000).await;
    let took = transfer(&mut pair, 20, 40, 30_000).await;
    let used = share_of(40 * 30_000, TEN_MEGABIT, took);
    assert!(used > 0.25, "{used}");
}
