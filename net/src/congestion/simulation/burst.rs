//! Work as a screen causes it: bursts, pauses, a link that changes, and others on it.

use super::pair::{Control, Pair};
use super::*;

/// Sends an update if few enough bytes are on their way that it will not queue, as the link does it.
fn with_credit(pair: &mut Pair, bytes: usize) -> bool {
    let link = pair.estimate().unwrap().link();
    let has_room = pair.outstanding() < link.bytes_in(link.round_trip + ms(15));
    if has_room {
        pair.send(bytes);
    }
    has_room
}

/// Updates of 4 to 200 KB, up to 30 times a second, whenever there is room.
fn screen(world: &mut World, time: Duration) -> Report {
    let from = world.now;
    let (mut next, mut dice) = (world.now, 1u64);
    world.run(time, |pair, now| {
        if now >= next {
            dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let size = [4_000, 4_000, 8_000, 8_000, 20_000, 200_000][(dice >> 33) as usize % 6];
            if with_credit(pair, size) {
                next = now + ms(33);
            }
        }
    });
    world.report(from)
}

/// Sends one slide and waits for it. Unit: milliseconds.
fn slide(world: &mut World, bytes: usize) -> f64 {
    let from = world.now;
    world.pairs[0].send(bytes);
    while world.pairs[0].outstanding() > 0 {
        world.run(ms(5), |_, _| {});
    }
    (world.pairs[0].delivered.last().unwrap().arrived - from).as_secs_f64() * 1000.0
}

/// An hour of typing, shortened: one small update now and then.
fn typing(world: &mut World, time: Duration) {
    let end = world.now + time;
    while world.now < end {
        world.pairs[0].send(100);
        world.run(ms(500), |_, _| {});
    }
}

#[test]
fn nothing_that_credit_limits_queues_for_long() {
    for (kilobits, delay, loss) in [
        (2_000, 25.0, 0),
        (10_000, 25.0, 0),
        (10_000, 25.0, 10),
        (10_000, 50.0, 0),
        (100_000, 10.0, 10),
        (1_000_000, 0.1, 0),
    ] {
        let mut world = World::new(Link::new(kilobits, delay).losing(loss), &[Control::Ours]);
        screen(&mut world, secs(2));
        let report = screen(&mut world, secs(6));
        assert!(report.p95_ms < 45.0 && report.most_ms < 60.0, "{kilobits} kbit/s, {delay} ms: {report:?}");
    }
}

#[test]
fn after_a_long_silence_the_known_rate_is_sent_at_once() {
    let mut world = World::new(Link::new(10_000, 25.0), &[Control::Ours]);
    let first = slide(&mut world, 1_000_000);
    let known = world.pairs[0].estimate().unwrap().link().bytes_per_second;
    typing(&mut world, secs(60));
    let report = world.now;
    let later = slide(&mut world, 1_000_000);
    let most = world.report(report).most_ms;
    // 800 ms on the wire and 25 ms on the way.
    assert!(first < 950.0 && later < 880.0, "{first} {later}");
    assert!(most < 50.0, "{most}");
    assert!(world.pairs[0].estimate().unwrap().link().bytes_per_second * 10 >= known * 9);
}

#[test]
fn a_slide_after_typing_arrives_sooner_than_with_cubic() {
    for (kilobits, delay) in [(10_000, 25.0), (100_000, 10.0), (100_000, 50.0)] {
        let took = |control| {
            let mut world = World::new(Link::new(kilobits, delay).losing(10), &[control]);
            let mut took = Vec::new();
            for _ in 0..3 {
                took.push(slide(&mut world, 1_000_000));
                typing(&mut world, secs(2));
            }
            took.iter().sum::<f64>()
        };
        let (ours, theirs) = (took(Control::Ours), took(Control::Cubic));
        assert!(ours < 0.7 * theirs, "{kilobits} kbit/s, {delay} ms: {ours} {theirs}");
    }
}

#[test]
fn typing_does_not_shrink_what_is_known_nor_grow_it() {
    let mut world = World::new(Link::new(10_000, 25.0), &[Control::Ours]);
    let before = world.pairs[0].window();
    typing(&mut world, secs(120));
    assert_eq!(world.pairs[0].window(), before);
    assert!(!world.pairs[0].estimate().unwrap().is_measured());
}

#[test]
fn a_link_that_slows_down_is_followed_within_two_seconds() {
    for (before, after, delay) in [(10_000, 1_000, 25.0), (100_000, 10_000, 50.0)] {
        let mut world = World::new(Link::new(before, delay), &[Control::Ours]);
        world.bulk(secs(3));
        world.down.link.rate = after * 125;
        world.bulk(secs(2));
        let report = world.bulk(secs(3));
        assert!(report.used > 0.7 && report.p95_ms < 40.0, "{before} to {after}: {report:?}");
    }
}

#[test]
fn a_link_that_becomes_faster_is_followed_within_a_second() {
    let mut world = World::new(Link::new(1_000, 25.0), &[Control::Ours]);
    world.bulk(secs(3));
    world.down.link.rate = 10_000 * 125;
    world.bulk(secs(1));
    let report = world.bulk(secs(2));
    assert!(report.used > 0.9 && report.p95_ms < 25.0, "{report:?}");
}

#[test]
fn a_path_that_becomes_longer_is_not_taken_for_a_queue() {
    let mut world = World::new(Link::new(10_000, 10.0), &[Control::Ours]);
    world.bulk(secs(3));
    world.down.link.delay = ms(40);
    world.bulk(secs(1));
    let report = world.bulk(secs(2));
    assert!(report.used > 0.9 && report.p95_ms < 25.0, "{report:?}");
    let round_trip = world.pairs[0].estimate().unwrap().link().round_trip;
    assert!((ms(45)..ms(65)).contains(&round_trip), "{round_trip:?}");
}

#[test]
fn another_transfer_starves_neither_it_nor_us() {
    for (kilobits, delay, queue) in [(10_000, 25.0, 50), (50_000, 10.0, 30), (10_000, 25.0, 200)] {
        let mut world =
            World::new(Link::new(kilobits, delay).queueing(queue), &[Control::Ours, Control::Cubic]);
        world.bulk(secs(3));
        let from = world.now;
        world.bulk(secs(8));
        let share = world.share_of(0, from);
        assert!((0.04..0.8).contains(&share), "{kilobits} kbit/s, {queue} ms: {share}");
    }
}

#[test]
fn two_of_us_share_a_link_and_keep_its_queue_short() {
    let mut world = World::new(Link::new(10_000, 25.0), &[Control::Ours, Control::Ours]);
    world.bulk(secs(3));
    let from = world.now;
    let report = world.bulk(secs(8));
    let share = world.share_of(0, from);
    assert!((0.2..0.8).contains(&share), "{share}");
    assert!(report.used > 0.9 && report.p95_ms < 40.0, "{report:?}");
}

#[test]
fn a_network_that_was_away_is_used_again() {
    let mut world = World::new(Link::new(10_000, 25.0), &[Control::Ours]);
    world.bulk(secs(2));
    world.down.link.loss_per_mille = 1000;
    world.bulk(secs(4));
    world.down.link.loss_per_mille = 0;
    world.bulk(secs(8));
    let report = world.bulk(secs(2));
    assert!(report.used > 0.8 && report.p95_ms < 40.0, "{report:?}");
}
