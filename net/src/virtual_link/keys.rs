//! Keys over networks of all kinds: how long each takes to the person's side, that each comes once, and in which order.

use super::*;

use deskside_proto::ids::GrantId;
use deskside_proto::keycode::KeyUsage;
use deskside_proto::wire::input::{InputEvent, InputFrame, KeyEvent};

use crate::client::ClientLinkEvent;

/// How often somebody presses a key and lets it go.
const PRESSES: u32 = 2_000;
/// How long each is held.
const HELD: Duration = Duration::from_millis(40);
/// What a key may take beyond the way there.
const MOST: Duration = Duration::from_millis(3);

/// The events in the order in which they are sent: a new key each time, so that none is like the one before it.
fn event(number: u32) -> InputEvent {
    let place = u16::try_from(number / 2 % 26).unwrap() + 4;
    InputEvent::Key(KeyEvent::place(KeyUsage::new(place).unwrap(), number.is_multiple_of(2)))
}

/// Types, and gives how long each event took.
async fn type_keys(pair: &mut Pair, pause: Duration) -> Vec<Duration> {
    let Pair { client_events, expert, .. } = pair;
    let (sent_in, mut sent) = tokio::sync::mpsc::unbounded_channel();
    let typing = async {
        for number in 0..PRESSES * 2 {
            sent_in.send(Instant::now()).unwrap();
            expert.send_input(InputFrame { grant: GrantId::FIRST, event: event(number) }).unwrap();
            // No rhythm that could meet or miss that of a timer.
            let by_chance = ms(u64::from(number * 7_919 % 23));
            sleep(if number.is_multiple_of(2) { HELD } else { pause + by_chance }).await;
        }
    };
    let hearing = async {
        let mut took = Vec::new();
        while took.len() < PRESSES as usize * 2 {
            let Some(ClientLinkEvent::Input(frame)) = client_events.recv().await else { continue };
            let number = u32::try_from(took.len()).unwrap();
            assert_eq!(frame.event, event(number), "each once, and in order");
            took.push(sent.recv().await.unwrap().elapsed());
        }
        took
    };
    let ((), took) = tokio::join!(typing, hearing);
    took
}

#[tokio::test(start_paused = true)]
async fn a_key_takes_its_way_and_3_ms_also_where_packets_are_lost_and_none_overtakes_another() {
    for (delay, loss) in [(0.0, 0), (25.0, 0), (25.0, 10), (25.0, 20), (100.0, 20)] {
        // A slow typist's pauses, and those of one who types 20 keys a second.
        for (pause, seed) in [(ms(160), 1), (ms(160), 2), (ms(5), 3)] {
            let link = Link::new(10_000, delay).losing(loss);
            let mut pair = Pair::settled(link, seed).await;
            let from = Instant::now();
            let took = type_keys(&mut pair, pause).await;
            let lost = pair.up.lost(from);
            let [p50, p95, p99] = [50, 95, 99].map(|share| percentile(&took, share));
            let longest = took.iter().max().unwrap();
            println!(
                "{delay} ms, {loss} of 1000, {pause:?}: p50 {p50:?}, p95 {p95:?}, p99 {p99:?}, longest {longest:?}, {lost} lost"
            );
            assert!(p95 <= link.delay + MOST, "{delay} ms, {loss} of 1000 lost, {pause:?}: {p95:?}");
            assert!(loss == 0 || lost > 20, "the test shows nothing: {lost} were lost");
        }
    }
}
