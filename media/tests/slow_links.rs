//! A change of the whole screen over a slow link: something shows within half a second, and in the end all of it is
//! exact. The link is a clock: what goes before takes its time.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test may stop at the first surprise"
)]

mod common;

use common::{Desktop, settle};
use deskside_media::{Area, Need, PictureMode, Surface, UpdateDecoder, UpdateEncoder};
use deskside_proto::geometry::Rect;
use deskside_proto::link::LinkEstimate;
use std::time::Duration;

/// 1 Mbit/s on a way of 25 ms.
const LINK: LinkEstimate = LinkEstimate { bytes_per_second: 125_000, round_trip: Duration::from_millis(50) };
const WAY_MS: u64 = 25;
/// The most that waits before it at the bottleneck, by the rule of the network (docs/adr/0075).
const QUEUE_MS: u64 = 15;

/// A change of the whole screen.
fn slide(desktop: &mut Desktop, number: u64) {
    let whole = desktop.whole();
    let half = Rect { width: whole.width / 2, ..whole };
    match number % 3 {
        0 => desktop.photo(whole, number),
        1 => desktop.text(whole, number),
        _ => {
            desktop.text(whole, number);
            desktop.photo(half, number);
        }
    }
}

/// The share of a screen that is as it was.
fn unchanged(a: &Surface, b: &Surface) -> f64 {
    let whole = Area::whole(a.size()).unwrap();
    let pixels = |surface: &Surface| -> Vec<[u8; 3]> {
        let rows = surface.rows(whole).flatten().copied().collect::<Vec<u8>>();
        rows.chunks_exact(4).map(|pixel| [pixel[0], pixel[1], pixel[2]]).collect()
    };
    let (a, b) = (pixels(a), pixels(b));
    let same = a.iter().zip(&b).filter(|(a, b)| a == b).count();
    same as f64 / a.len() as f64
}

#[test]
fn a_change_of_the_whole_screen_shows_within_half_a_second_at_1_mbit_and_is_exact_later() {
    let mut desktop = Desktop::new(1280, 800);
    let mut encoder = UpdateEncoder::new(PictureMode::Auto).unwrap();
    let mut decoder = UpdateDecoder::new().unwrap();
    encoder.set_link(LINK);
    let whole = desktop.whole();
    desktop.send(&mut encoder, &mut decoder, &[whole], 0);
    let (mut now, _) = settle(&desktop, &mut encoder, &mut decoder, 1_000);
    for number in 0..6 {
        now += 10_000;
        let begin = now;
        slide(&mut desktop, number);
        let before = decoder.surface().clone();
        let mut damage = vec![whole];
        let (mut first, mut sent, mut at) = (None, 0, now);
        loop {
            let need = if !damage.is_empty() || encoder.has_changes() {
                Need::Change
            } else if let Some(due) = encoder.refine_due() {
                at = at.max(due.0);
                Need::Refine
            } else {
                break;
            };
            let Some(update) = desktop.encode(&mut encoder, &damage, need, at) else { continue };
            damage.clear();
            decoder.apply(&update).unwrap();
            sent += update.len();
            // The next one is made when this one has gone.
            at += LINK.time_to_send(update.len()).as_millis() as u64;
            if first.is_none() && unchanged(&before, decoder.surface()) < 0.9 {
                first = Some(at + WAY_MS + QUEUE_MS - begin);
            }
        }
        let took = at + WAY_MS - begin;
        println!("slide {number}: first {first:?} ms, exact after {took} ms, {sent} bytes");
        assert!(first.is_some_and(|first| first <= 500), "slide {number}: {first:?} ms");
        assert!(decoder.surface().same_colours(&desktop.surface), "slide {number} is not exact");
        now = at;
    }
}
