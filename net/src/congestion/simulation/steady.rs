//! Long transfers: how much of the link is used, and how long others would wait behind them.

use super::pair::Control;
use super::*;

/// Our controller on a link; lets it find its rate first.
fn settled(link: Link) -> World {
    let mut world = World::with_send_window(link, &[Control::Ours], 4 << 20);
    world.bulk(secs(3));
    world
}

#[test]
fn a_link_of_any_speed_is_used_and_its_queue_stays_short() {
    for (kilobits, seconds) in [(1_000, 8), (2_000, 6), (10_000, 4), (100_000, 1)] {
        for delay in [0.5, 10.0, 25.0, 50.0] {
            let report = settled(Link::new(kilobits, delay)).bulk(secs(seconds));
            assert!(report.used > 0.9, "{kilobits} kbit/s, {delay} ms: {report:?}");
            assert!(report.p95_ms < 25.0, "{kilobits} kbit/s, {delay} ms: {report:?}");
        }
    }
}

#[test]
fn at_300_kilobits_two_packets_wait_at_most() {
    for delay in [0.5, 10.0, 25.0, 50.0] {
        let report = settled(Link::new(300, delay)).bulk(secs(8));
        // Each of them takes 39 ms by itself.
        assert!(report.used > 0.75, "{delay} ms: {report:?}");
        assert!(report.median_ms < 40.0 && report.p95_ms < 78.0, "{delay} ms: {report:?}");
    }
}

#[test]
fn a_gigabit_is_used() {
    let mut world = World::with_send_window(Link::new(1_000_000, 0.5), &[Control::Ours], 4 << 20);
    world.bulk(ms(200));
    let report = world.bulk(ms(200));
    assert!(report.used > 0.85 && report.p95_ms < 25.0, "{report:?}");
}

#[test]
fn random_losses_slow_nothing_down() {
    for per_mille in [10, 20] {
        let link = Link::new(10_000, 50.0).losing(per_mille);
        let report = settled(link).bulk(secs(8));
        assert!(report.used > 0.85 && report.p95_ms <= 20.0, "{per_mille}: {report:?}");
        let mut cubic = World::new(link, &[Control::Cubic]);
        cubic.bulk(secs(3));
        let theirs = cubic.bulk(secs(8));
        assert!(report.used > 3.0 * theirs.used, "{report:?} {theirs:?}");
    }
}

#[test]
fn a_bad_radio_link_is_still_used() {
    for (per_mille, least) in [(50, 0.8), (150, 0.6), (300, 0.4)] {
        let report = settled(Link::new(10_000, 25.0).losing(per_mille)).bulk(secs(8));
        assert!(report.used > least && report.p95_ms < 25.0, "{per_mille}: {report:?}");
    }
}

#[test]
fn jitter_is_not_taken_for_a_queue() {
    for (jitter, least) in [(5, 0.9), (10, 0.85), (20, 0.75)] {
        let report = settled(Link::new(10_000, 25.0).jittering(jitter)).bulk(secs(8));
        assert!(report.used > least && report.p95_ms < 30.0, "{jitter}: {report:?}");
    }
}

#[test]
fn a_queue_shorter_than_ours_does_not_overflow_for_ever() {
    for (kilobits, delay, queue, most) in
        [(10_000, 25.0, 5, 0.08), (10_000, 25.0, 10, 0.03), (100_000, 10.0, 2, 0.12)]
    {
        let report = settled(Link::new(kilobits, delay).queueing(queue)).bulk(secs(2));
        assert!(report.used > 0.7 && report.dropped < most, "{queue} ms: {report:?}");
    }
}

#[test]
fn a_short_start_finds_the_rate_without_a_long_queue() {
    for (kilobits, delay) in
        [(10_000, 10.0), (10_000, 25.0), (10_000, 50.0), (100_000, 10.0), (100_000, 25.0)]
    {
        let mut world = World::with_send_window(Link::new(kilobits, delay), &[Control::Ours], 4 << 20);
        let report = world.bulk(secs(1));
        assert!(report.used > 0.75 && report.most_ms < 60.0, "{kilobits} kbit/s, {delay} ms: {report:?}");
        let estimate = world.pairs[0].estimate().unwrap();
        assert!(estimate.is_measured());
        let ratio = estimate.link().bytes_per_second as f64 / (kilobits * 125) as f64;
        assert!((0.9..1.15).contains(&ratio), "{kilobits} kbit/s, {delay} ms: {ratio}");
    }
}

#[test]
fn a_slow_link_shows_in_the_handshake() {
    for (kilobits, delay) in [(300, 25.0), (300, 50.0), (1_000, 10.0), (1_000, 25.0)] {
        let mut world = World::new(Link::new(kilobits, delay), &[Control::Ours]);
        let window = world.pairs[0].window();
        assert!(window < crate::transport::INITIAL_WINDOW_BYTES / 3, "{kilobits} kbit/s: {window}");
        // A full first window would take 524 ms at 1 Mbit/s.
        let report = world.bulk(secs(1));
        assert!(report.most_ms < 170.0 && report.dropped == 0.0, "{kilobits} kbit/s: {report:?}");
    }
}
