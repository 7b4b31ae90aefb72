//! Text on the slowest link that is served: what lost packets and outages make it wait for, and what is sent beside it.

use super::*;

use deskside_proto::wire::feedback::Feedback;

use crate::expert::ExpertLinkEvent;

/// The slowest link that is served, far away.
fn slow() -> Link {
    Link::new(300, 50.0)
}

/// What one line of text changes. Unit: bytes.
const TEXT_BYTES: usize = 300;

/// From when each text should have been sent until it was there, and how many of them found no room at first.
struct Texts {
    took: Vec<Duration>,
    held_back: usize,
    /// When each was sent, and when it was there.
    ways: Vec<(Instant, Instant)>,
}

/// Shows text at a steady pace, as long as there is room; confirms each as a viewer does that keeps up.
async fn texts(pair: &mut Pair, first: u32, count: u32, every: Duration, bytes: usize) -> Texts {
    let Pair { client, client_events, expert, expert_events, .. } = pair;
    let (due_in, mut due) = tokio::sync::mpsc::unbounded_channel();
    let sending = async {
        let (start, mut held_back) = (Instant::now(), 0);
        for sequence in first..first + count {
            let tick = start + every * (sequence - first);
            tokio::time::sleep_until(tick).await;
            client.ready().await.unwrap();
            held_back += usize::from(tick.elapsed() > Duration::ZERO);
            due_in.send((tick, Instant::now())).unwrap();
            client.send_update(sequence, UpdateClass::Interactive, update(0, sequence, bytes)).unwrap();
        }
        held_back
    };
    let viewing = async {
        let (mut took, mut ways) = (Vec::new(), Vec::new());
        while took.len() < count as usize {
            let event = expert_events.recv().await.unwrap();
            let ExpertLinkEvent::Update { sequence, .. } = event else { continue };
            let (tick, sent) = due.recv().await.unwrap();
            took.push(tick.elapsed());
            ways.push((sent, Instant::now()));
            let backlog = expert_events.backlog();
            expert.send_feedback(Feedback::UpdateApplied { sequence, backlog }).unwrap();
        }
        (took, ways)
    };
    tokio::select! {
        (held_back, (took, ways)) = async { tokio::join!(sending, viewing) } => Texts { took, held_back, ways },
        () = async { while client_events.recv().await.is_some() {} } => panic!("the link is over"),
    }
}

/// Loses the packet of the next text and nothing else, and gives how long after it was there the client knew.
async fn lose_one(pair: &mut Pair, sequence: u32) -> (Duration, Duration) {
    pair.down.change(|link| link.loss_per_mille = 1000);
    let sent = Instant::now();
    pair.client.send_update(sequence, UpdateClass::Interactive, update(0, sequence, TEXT_BYTES)).unwrap();
    sleep(ms(1)).await;
    pair.down.change(|link| link.loss_per_mille = 0);
    while !matches!(pair.expert_events.recv().await.unwrap(), ExpertLinkEvent::Update { .. }) {}
    let there = Instant::now();
    pair.expert.send_feedback(Feedback::UpdateApplied { sequence, backlog: 0 }).unwrap();
    while pair.client.unconfirmed_bytes() > 0 {
        sleep(ms(1)).await;
    }
    (there - sent, there.elapsed())
}

#[tokio::test(start_paused = true)]
async fn what_a_repair_has_brought_is_confirmed_at_once() {
    let link = slow();
    let mut pair = Pair::settled(link, 6).await;
    texts(&mut pair, 0, 20, ms(100), TEXT_BYTES).await;
    // From the first loss on there are repairs.
    lose_one(&mut pair, 20).await;
    texts(&mut pair, 21, 20, ms(100), TEXT_BYTES).await;
    let from = Instant::now();
    let (there, known) = lose_one(&mut pair, 41).await;
    let (packets, _) = pair.down.carried(from);
    println!("there after {there:?}, known {known:?} later, {packets} packets");
    assert!(there < link.delay + ms(50), "it was not repaired: {there:?}");
    assert!(known <= link.delay + ms(10), "{known:?}");
    assert!(packets <= 4, "{packets} packets");
}

#[tokio::test(start_paused = true)]
async fn text_goes_on_at_300_kbit_where_packets_are_lost() {
    for seed in 1..=3 {
        let mut pair = Pair::settled(slow().losing(20), seed).await;
        let from = Instant::now();
        let Texts { took, held_back, .. } = texts(&mut pair, 0, 600, ms(50), TEXT_BYTES).await;
        let lost = pair.down.lost(from);
        let (packets, bytes) = pair.down.carried(from);
        let [p50, p95, p99, most] = [50, 95, 99, 100].map(|share| percentile(&took, share));
        println!(
            "{seed}: p50 {p50:?}, p95 {p95:?}, p99 {p99:?}, longest {most:?}, {held_back} held back, {lost} lost, {packets} packets, {bytes} bytes"
        );
        assert!(held_back == 0 && p99 <= ms(75), "{seed}: {held_back} held back, p99 {p99:?}");
        assert!(lost > 10, "the test shows nothing: {lost} were lost");
    }
}

#[tokio::test(start_paused = true)]
async fn after_a_second_of_nothing_the_next_text_does_not_wait_for_old_repairs() {
    for (bytes, every) in [(130, 30), (1_000, 60)] {
        for seed in 1..=3 {
            let mut pair = Pair::settled(slow().losing(20), seed).await;
            texts(&mut pair, 0, 300, ms(every), bytes).await;
            pair.down.change(|link| *link = slow().losing(1000));
            let down = pair.down.clone();
            let back = tokio::spawn(async move {
                sleep(secs(1)).await;
                down.change(|link| *link = slow());
                let back = Instant::now();
                sleep(secs(1)).await;
                let [in_outage, after] = [back - secs(1), back].map(|from| down.carried(from).1);
                (back, in_outage - after, after)
            });
            let Texts { ways, .. } = texts(&mut pair, 300, 150, ms(every), bytes).await;
            let (back, in_outage, after) = back.await.unwrap();
            let (next, next_there) = *ways.iter().find(|(sent, _)| *sent >= back).unwrap();
            let (_, first) = *ways.iter().find(|(_, there)| *there >= back).unwrap();
            println!(
                "{bytes} bytes, {seed}: next sent {:?}, took {:?}, first {:?}, bytes {in_outage} and {after}, queue {:?}",
                next - back,
                next_there - next,
                first - back,
                pair.down.longest_wait(back)
            );
            assert!(
                next_there - next <= slow().delay + ms(50),
                "{bytes} bytes, {seed}: {:?}",
                next_there - next
            );
            assert!(first - back <= ms(350), "{bytes} bytes, {seed}: {:?}", first - back);
        }
    }
}
