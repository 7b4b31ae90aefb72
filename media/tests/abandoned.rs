//! A film whose pictures are given up on their way: what the viewer sees of it afterwards.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may stop at the first surprise"
)]

mod common;

use common::{Desktop, psnr};
use deskside_media::{Need, PictureMode, UpdateDecoder, UpdateEncoder};
use deskside_proto::geometry::Rect;
use deskside_proto::link::LinkEstimate;
use deskside_proto::wire::update::UpdateClass;
use std::time::Duration;

/// The film's place; only its middle moves, its edge stands still.
const FILM: Rect = Rect { x: 100, y: 70, width: 512, height: 320 };
const MIDDLE: Rect = Rect { x: 260, y: 180, width: 128, height: 128 };

#[test]
fn the_key_picture_after_a_loss_shows_what_stands_still_in_the_film_too() {
    let mut desktop = Desktop::new(800, 600);
    let mut encoder = UpdateEncoder::new(PictureMode::Auto).unwrap();
    // Nearby nothing is given up.
    encoder.set_link(LinkEstimate { round_trip: Duration::from_millis(30), ..LinkEstimate::LOCAL });
    let mut decoder = UpdateDecoder::new().unwrap();
    let key = desktop.encode(&mut encoder, &[desktop.whole()], Need::Change, 0).unwrap();
    decoder.apply(&key).unwrap();

    let (mut given_up, mut shown_after) = (0, 0);
    for frame in 1..40_u64 {
        // Its beginning is a whole new picture; later only the middle changes.
        desktop.photo(if frame < 4 { FILM } else { MIDDLE }, frame);
        let mut rects = vec![FILM];
        loop {
            let now = 33 * frame;
            let Some(update) = desktop.encode_update(&mut encoder, &rects, Need::Change, now) else { break };
            if update.class == UpdateClass::Video && frame < 6 {
                given_up += 1;
            } else {
                shown_after += usize::from(update.class == UpdateClass::Video);
                decoder.apply(&update.bytes).unwrap();
            }
            rects.clear();
            if !encoder.has_changes() {
                break;
            }
        }
        if frame == 5 {
            encoder.video_abandoned();
            assert!(encoder.has_changes(), "what was lost is owed");
        }
    }
    assert!(given_up > 0 && shown_after > 0, "no film: {given_up} given up, {shown_after} shown");
    let likeness = psnr(&desktop.surface, decoder.surface(), FILM);
    assert!(likeness > 28.0, "the film is stale: {likeness:.1} dB");
}
