//! What a change of a few pixels costs: how many packets go each way, and how long they are.

use super::*;

use deskside_proto::wire::feedback::Feedback;

use crate::client::ClientLinkEvent;
use crate::expert::ExpertLinkEvent;

/// Headers of IPv4 and UDP.
const HEADERS: u64 = 20 + 8;
/// What one character of the benchmark's scene changes. Unit: bytes.
const CHARACTER_BYTES: usize = 130;
const EVERY: Duration = Duration::from_millis(100);
const CHARACTERS: u32 = 600;
/// What showing it takes.
const WORK: Duration = Duration::from_millis(2);

/// Packets and bytes for each character, from the client and from the expert.
type Costs = [(f64, f64); 2];

/// A program draws characters, and a viewer shows them.
async fn characters(pair: &mut Pair) -> Costs {
    let Pair { client, client_events, expert, expert_events, down, up, .. } = pair;
    let drawing = async {
        let mut ticks = tokio::time::interval(EVERY);
        for sequence in 0..CHARACTERS {
            ticks.tick().await;
            client.ready().await.unwrap();
            client
                .send_update(sequence, UpdateClass::Interactive, update(0, sequence, CHARACTER_BYTES))
                .unwrap();
        }
        sleep(secs(5)).await;
        assert_eq!(client.unconfirmed_bytes(), 0);
    };
    let showing = async {
        while let Some(event) = expert_events.recv().await {
            let ExpertLinkEvent::Update { sequence, .. } = event else { continue };
            sleep(WORK).await;
            expert
                .send_feedback(Feedback::UpdateApplied { sequence, backlog: expert_events.backlog() })
                .unwrap();
        }
    };
    let hearing = async {
        let mut reported = None;
        while let Some(event) = client_events.recv().await {
            if let ClientLinkEvent::Feedback(Feedback::UpdateApplied { sequence, .. }) = event {
                reported = Some(sequence);
                if sequence == CHARACTERS - 1 {
                    break;
                }
            }
        }
        reported
    };
    let from = Instant::now();
    let ((), reported) = tokio::select! {
        both = async { tokio::join!(drawing, hearing) } => both,
        () = showing => panic!("the link is over"),
    };
    assert_eq!(reported, Some(CHARACTERS - 1), "all of it is reported in the end");
    [down, up].map(|way| {
        let (packets, bytes) = way.carried(from);
        let all = bytes + packets * HEADERS;
        (packets as f64 / f64::from(CHARACTERS), all as f64 / f64::from(CHARACTERS))
    })
}

#[tokio::test(start_paused = true)]
async fn a_character_costs_one_packet_each_way() {
    for delay in [0.1, 25.0, 100.0] {
        let mut pair = Pair::settled(Link::new(10_000, delay), 9).await;
        let [(sent, down), (answered, up)] = characters(&mut pair).await;
        println!(
            "{delay} ms: {sent:.2} packets, {down:.1} bytes down, {answered:.2} packets, {up:.1} bytes up"
        );
        assert!(sent <= 1.15 && answered <= 1.05, "{delay} ms: {sent} and {answered} packets");
        assert!(down <= 209.0 && up <= 67.0, "{delay} ms: {down} and {up} bytes");
    }
}
