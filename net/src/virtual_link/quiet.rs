//! What a session costs in which nothing happens, and how long it lasts.

use crate::client::ClientLinkEvent;

use super::*;

/// Headers of IPv4, UDP and Ethernet.
const HEADERS: u64 = 20 + 8 + 14;

/// Bytes a second each way, headers included.
async fn cost(pair: &Pair, time: Duration) -> [f64; 2] {
    let from = Instant::now();
    sleep(time).await;
    [&pair.down, &pair.up].map(|way| {
        let (packets, bytes) = way.carried(from);
        (bytes + packets * HEADERS) as f64 / time.as_secs_f64()
    })
}

#[tokio::test(start_paused = true)]
async fn a_still_screen_costs_ten_bytes_a_second_with_control_and_without() {
    for controls in [false, true] {
        for delay in [0.1, 25.0, 50.0] {
            let pair = Pair::settled(Link::new(10_000, delay), 7).await;
            pair.client.set_controlled(controls);
            pair.expert.set_controlling(controls);
            sleep(secs(20)).await;
            let [down, up] = cost(&pair, secs(1200)).await;
            assert!(down <= 10.0 && up <= 15.0, "control {controls}, {delay} ms: {down} and {up}");
        }
    }
}

/// How often the client takes an expert in control for silent within this time.
async fn silences(pair: &mut Pair, time: Duration) -> usize {
    pair.client.set_controlled(true);
    pair.expert.set_controlling(true);
    let mut count = 0;
    let counting = async {
        while let Some(event) = pair.client_events.recv().await {
            match event {
                ClientLinkEvent::Silent => {
                    count += 1;
                    pair.client.set_controlled(false);
                    pair.client.set_controlled(true);
                }
                ClientLinkEvent::Closed(reason) => panic!("{reason:?}"),
                ClientLinkEvent::Control(_)
                | ClientLinkEvent::Input(_)
                | ClientLinkEvent::Feedback(_)
                | ClientLinkEvent::Asked(_)
                | ClientLinkEvent::Abandoned => {}
            }
        }
    };
    let _ = tokio::time::timeout(time, counting).await;
    count
}

#[tokio::test(start_paused = true)]
async fn an_expert_at_rest_keeps_control_for_hours_also_where_packets_are_lost() {
    for (delay, loss) in [(25.0, 10), (25.0, 100), (150.0, 100), (300.0, 50)] {
        let mut pair = Pair::settled(Link::new(10_000, delay).losing(loss), 3).await;
        let silences = silences(&mut pair, secs(6 * 3600)).await;
        assert_eq!(silences, 0, "{delay} ms, {loss} of 1000 lost");
    }
}

#[tokio::test(start_paused = true)]
async fn a_network_that_is_gone_ends_control_soon_after_ten_seconds() {
    let mut pair = Pair::settled(Link::new(10_000, 25.0), 3).await;
    pair.client.set_controlled(true);
    pair.expert.set_controlling(true);
    sleep(secs(60)).await;
    let gone = Instant::now();
    pair.up.change(|link| link.loss_per_mille = 1000);
    loop {
        match pair.client_events.recv().await.unwrap() {
            ClientLinkEvent::Silent => break,
            ClientLinkEvent::Closed(reason) => panic!("{reason:?}"),
            ClientLinkEvent::Control(_)
            | ClientLinkEvent::Input(_)
            | ClientLinkEvent::Feedback(_)
            | ClientLinkEvent::Asked(_)
            | ClientLinkEvent::Abandoned => {}
        }
    }
    let took = gone.elapsed();
    assert!(took > secs(1) && took <= secs(10), "{took:?}");
}
