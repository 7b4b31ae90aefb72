//! Little is sent, and some of it is lost: it is repaired before it is missed, and what is known of the link stays known.

use super::*;

use deskside_proto::link::LinkEstimate;
use deskside_proto::wire::feedback::Feedback;

use crate::expert::ExpertLinkEvent;

/// Sends small updates, confirms each, and gives how long each took and what was thought of the link all along.
async fn small_updates(
    pair: &mut Pair,
    first: u32,
    count: u32,
    every: Duration,
    bytes: usize,
) -> (Vec<Duration>, Vec<LinkEstimate>) {
    let Pair { client, client_events, expert, expert_events, .. } = pair;
    let (sent_in, mut sent) = tokio::sync::mpsc::unbounded_channel();
    let (mut times, mut estimates) = (Vec::new(), Vec::new());
    let sending = async {
        let mut ticks = tokio::time::interval(every);
        for sequence in first..first + count {
            ticks.tick().await;
            client.ready().await.unwrap();
            sent_in.send(Instant::now()).unwrap();
            client.send_update(sequence, UpdateClass::Interactive, update(0, sequence, bytes)).unwrap();
        }
    };
    let viewing = async {
        while times.len() < count as usize {
            let event = expert_events.recv().await.unwrap();
            let ExpertLinkEvent::Update { sequence, .. } = event else { continue };
            times.push(sent.recv().await.unwrap().elapsed());
            estimates.push(client.link());
            expert.send_feedback(Feedback::UpdateApplied { sequence, backlog: 0 }).unwrap();
        }
    };
    let both = async { tokio::join!(sending, viewing) };
    tokio::select! {
        _ = both => {}
        () = async { while client_events.recv().await.is_some() {} } => panic!("the link is over"),
    }
    (times, estimates)
}

/// One way so long that waiting for a repetition would show.
const FAR_MS: u64 = 100;

#[tokio::test(start_paused = true)]
async fn a_lost_packet_of_an_update_is_not_waited_for() {
    for seed in 1..=3 {
        let mut pair = Pair::settled(Link::new(100_000, FAR_MS as f64).losing(30), seed).await;
        let from = Instant::now();
        let (times, _) = small_updates(&mut pair, 0, 400, ms(30), 600).await;
        // The first losses must be seen before anything is done about them. A repetition takes two ways more.
        let late = times.iter().skip(60).filter(|time| **time > ms(FAR_MS) * 5 / 2).count();
        let lost = pair.down.lost(from);
        assert!(lost > 10, "{lost}");
        // Without repair a third is: a lost one holds up all that are sent until it is repeated.
        assert!(late <= 20, "{late} of 340 with {lost} lost");
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_known_of_a_link_does_not_fade_while_little_is_sent_and_some_is_lost() {
    let links = [(10, 0, 25.0), (20, 0, 25.0), (30, 0, 100.0), (10, 15, 25.0), (30, 30, 50.0)];
    for (loss, jitter, delay) in links {
        let link = Link::new(10_000, delay).losing(loss).jittering(jitter);
        let mut pair = Pair::settled(link, 4).await;
        let (_, estimates) = small_updates(&mut pair, 0, 3_000, ms(40), 400).await;
        let least = estimates.iter().map(|link| link.bytes_per_second).min().unwrap();
        // 20,000 bytes a second are sent, repairs included: that is not what the link carries.
        assert!(least >= 60_000, "{loss} of 1000 lost, {jitter} ms of jitter: {least}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_was_measured_of_a_link_stays_known_while_little_is_sent_and_some_is_lost() {
    for (loss, jitter, delay) in [(10, 0, 25.0), (20, 0, 25.0), (30, 0, 100.0), (10, 15, 25.0)] {
        let link = Link::new(10_000, delay).losing(loss).jittering(jitter);
        let mut pair = Pair::settled(link, 4).await;
        small_updates(&mut pair, 0, 30, ms(1), 30_000).await;
        let before = pair.client.link().bytes_per_second;
        assert!(before * 2 >= link.rate, "{loss} of 1000 lost, {jitter} ms of jitter: {before}");
        let (_, estimates) = small_updates(&mut pair, 30, 3_000, ms(40), 400).await;
        let least = estimates.iter().map(|link| link.bytes_per_second).min().unwrap();
        assert!(
            least * 10 >= before * 9,
            "{loss} of 1000 lost, {jitter} ms of jitter: {before} became {least}"
        );
    }
}
