//! The picture from end to end: what the viewer's surface holds after updates, and what they weigh.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may stop at the first surprise"
)]

mod common;

use common::{Desktop, psnr, settle};
use deskside_media::{Need, PictureMode, UpdateDecoder, UpdateEncoder};
use deskside_proto::geometry::{Rect, Size};

fn pair(mode: PictureMode) -> (UpdateEncoder, UpdateDecoder) {
    (UpdateEncoder::new(mode).unwrap(), UpdateDecoder::new().unwrap())
}

/// A desktop that is complete and exact at the viewer.
fn settled(width: u32, height: u32) -> (Desktop, UpdateEncoder, UpdateDecoder) {
    let (mut encoder, mut decoder) = pair(PictureMode::Auto);
    let mut desktop = Desktop::new(width, height);
    desktop.text(desktop.whole(), 3);
    let key = desktop.encode(&mut encoder, &[desktop.whole()], Need::Change, 0).unwrap();
    decoder.apply(&key).unwrap();
    settle(&desktop, &mut encoder, &mut decoder, 0);
    assert!(decoder.surface().same_colours(&desktop.surface));
    (desktop, encoder, decoder)
}

#[test]
fn a_page_of_text_is_exact_on_arrival() {
    let (mut encoder, mut decoder) = pair(PictureMode::Auto);
    let mut desktop = Desktop::new(1920, 1080);
    desktop.text(desktop.whole(), 1);
    let key = desktop.encode(&mut encoder, &[desktop.whole()], Need::Change, 0).unwrap();
    let applied = decoder.apply(&key).unwrap();
    assert!(applied.resized);
    assert!(decoder.surface().same_colours(&desktop.surface));
    assert_eq!(encoder.refine_due(), None);
    assert!(key.len() < 260_000, "{} bytes", key.len());
}

#[test]
fn one_typed_character_is_small_and_exact() {
    let (mut desktop, mut encoder, mut decoder) = settled(1920, 1080);
    desktop.glyph(801, 402, 59);
    let rect = Rect::new(800, 400, 9, 18);
    let update = desktop.encode(&mut encoder, &[rect], Need::Change, 50).unwrap();
    assert!(update.len() <= 200, "{} bytes", update.len());
    let applied = decoder.apply(&update).unwrap();
    assert!(applied.dirty.area() <= 9 * 18);
    assert!(decoder.surface().same_colours(&desktop.surface));
}

#[test]
fn nothing_is_sent_when_only_the_report_changed() {
    let (desktop, mut encoder, _) = settled(640, 480);
    assert_eq!(desktop.encode(&mut encoder, &[desktop.whole()], Need::Change, 10), None);
    assert!(!encoder.has_changes());
    assert_eq!(encoder.refine_due(), None);
}

#[test]
fn a_blank_screen_is_one_operation() {
    let (mut desktop, mut encoder, mut decoder) = settled(1920, 1080);
    desktop.fill(desktop.whole(), [10, 20, 30]);
    let update = desktop.encode(&mut encoder, &[desktop.whole()], Need::Change, 10).unwrap();
    // What was that colour before is left out, so there may be a few areas.
    assert!(update.len() < 20_000, "{} bytes", update.len());
    decoder.apply(&update).unwrap();
    assert!(decoder.surface().same_colours(&desktop.surface));
}

#[test]
fn a_photo_arrives_as_video_and_becomes_exact_in_the_quiet() {
    let (mut desktop, mut encoder, mut decoder) = settled(1280, 720);
    let rect = Rect::new(100, 90, 900, 500);
    desktop.photo(rect, 0);
    let bytes = desktop.send(&mut encoder, &mut decoder, &[rect], 1_000);
    let without_loss = rect.area() as usize * 3;
    assert!(bytes < without_loss / 10, "{bytes} bytes");
    let quality = psnr(decoder.surface(), &desktop.surface, rect);
    assert!(quality >= 30.0, "{quality} dB");
    assert!(!decoder.surface().same_colours(&desktop.surface));
    let due = encoder.refine_due().unwrap();
    assert!((1_050..=1_200).contains(&due.0), "{due:?}");
    settle(&desktop, &mut encoder, &mut decoder, 1_000);
    assert!(decoder.surface().same_colours(&desktop.surface));
    assert_eq!(encoder.refine_due(), None);
}

#[test]
fn text_beside_a_running_video_stays_exact() {
    let (mut desktop, mut encoder, mut decoder) = settled(1280, 720);
    let film = Rect::new(320, 180, 640, 360);
    let mut bytes = 0;
    for frame in 0..30_u64 {
        desktop.photo(film, frame);
        desktop.glyph(16 + 8 * frame as usize, 20, frame);
        let typed = Rect::new(16, 20, 8 * 31, 18);
        bytes += desktop.send(&mut encoder, &mut decoder, &[film, typed], 33 * frame);
        for still in [Rect::new(0, 0, 1280, 180), Rect::new(0, 540, 1280, 180), Rect::new(0, 180, 320, 360)] {
            assert_eq!(psnr(decoder.surface(), &desktop.surface, still), f64::INFINITY, "frame {frame}");
        }
    }
    let quality = psnr(decoder.surface(), &desktop.surface, film);
    assert!(quality >= 30.0, "{quality} dB");
    assert!(bytes < 2_000_000, "{bytes} bytes for a second");
    settle(&desktop, &mut encoder, &mut decoder, 1_000);
    assert!(decoder.surface().same_colours(&desktop.surface));
}

#[test]
fn a_new_resolution_begins_a_new_surface() {
    let (_, mut encoder, mut decoder) = settled(800, 600);
    for (width, height) in [(1_023, 767), (17, 5), (1_920, 1_080), (1, 1)] {
        let mut desktop = Desktop::new(width, height);
        desktop.photo(Rect::new(0, 0, width / 2, height), 5);
        let key = desktop.encode(&mut encoder, &[desktop.whole()], Need::Change, 100).unwrap();
        let applied = decoder.apply(&key).unwrap();
        assert!(applied.resized);
        assert_eq!(decoder.surface().size(), Size::new(width, height));
        settle(&desktop, &mut encoder, &mut decoder, 100);
        assert!(decoder.surface().same_colours(&desktop.surface), "{width}x{height}");
    }
}

#[test]
fn a_keyframe_needs_nothing_before_it() {
    let (mut desktop, mut encoder, mut decoder) = settled(640, 480);
    let film = Rect::new(0, 0, 640, 400);
    for frame in 0..3 {
        desktop.photo(film, frame);
        let update = desktop.encode(&mut encoder, &[film], Need::Change, frame * 30).unwrap();
        decoder.apply(&update).unwrap();
    }
    let key = desktop.encode(&mut encoder, &[], Need::Keyframe, 100).unwrap();
    let mut fresh = UpdateDecoder::new().unwrap();
    assert!(fresh.apply(&key).unwrap().resized);
    decoder.apply(&key).unwrap();
    assert!(fresh.surface().same_colours(decoder.surface()));
    settle(&desktop, &mut encoder, &mut fresh, 100);
    assert!(fresh.surface().same_colours(&desktop.surface));
}

#[test]
fn video_mode_shows_every_change_and_owes_nothing() {
    for (width, height) in [(1_280, 720), (1_023, 767), (33, 19)] {
        let (mut encoder, mut decoder) = pair(PictureMode::Video);
        let mut desktop = Desktop::new(width, height);
        desktop.text(desktop.whole(), 9);
        let key = desktop.encode(&mut encoder, &[desktop.whole()], Need::Change, 0).unwrap();
        decoder.apply(&key).unwrap();
        for frame in 1..20_u64 {
            desktop
                .fill(Rect::new(frame as i32 * 3 % (width as i32 - 8), 4, 20, 11), [0, 0, 7 * frame as u8]);
            let update = desktop.encode(&mut encoder, &[desktop.whole()], Need::Change, frame * 33).unwrap();
            decoder.apply(&update).unwrap();
        }
        let quality = psnr(decoder.surface(), &desktop.surface, desktop.whole());
        assert!(quality >= 24.0, "{width}x{height}: {quality} dB");
        assert_eq!(encoder.refine_due(), None);
        assert!(!encoder.has_changes());
    }
}

#[test]
fn a_large_screen_is_sent_in_several_updates_and_complete() {
    let (mut encoder, mut decoder) = pair(PictureMode::Auto);
    let mut desktop = Desktop::new(5_120, 2_880);
    desktop.text(desktop.whole(), 4);
    let key = desktop.encode(&mut encoder, &[desktop.whole()], Need::Change, 0).unwrap();
    decoder.apply(&key).unwrap();
    assert!(encoder.has_changes());
    settle(&desktop, &mut encoder, &mut decoder, 0);
    assert!(decoder.surface().same_colours(&desktop.surface));
}

#[test]
fn a_screen_beyond_one_picture_uses_several_streams() {
    for mode in [PictureMode::Video, PictureMode::Auto] {
        let (mut encoder, mut decoder) = pair(mode);
        let mut desktop = Desktop::new(5_120, 1_440);
        desktop.photo(desktop.whole(), 1);
        let key = desktop.encode(&mut encoder, &[desktop.whole()], Need::Change, 0).unwrap();
        decoder.apply(&key).unwrap();
        let quality = psnr(decoder.surface(), &desktop.surface, desktop.whole());
        assert!(quality >= 30.0, "{quality} dB");
    }
}

#[test]
fn the_cost_of_a_small_change_does_not_depend_on_the_screen() {
    let mut costs = Vec::new();
    for (width, height) in [(640, 480), (3_840, 2_160)] {
        let (mut desktop, mut encoder, _) = settled(width, height);
        let before = encoder.cost();
        desktop.glyph(200, 200, 59);
        desktop.encode(&mut encoder, &[Rect::new(196, 196, 16, 24)], Need::Change, 9).unwrap();
        costs.push((encoder.cost().cells - before.cells, encoder.cost().bytes - before.bytes));
    }
    assert_eq!(costs[0], costs[1]);
    assert_eq!(costs[0], (1, 16 * 24 * 4));
}
