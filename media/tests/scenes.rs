//! What everyday scenes take, from end to end: each must be exact, and in few bytes.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may stop at the first surprise"
)]

mod common;

use common::{Desktop, Dice, settle};
use deskside_media::update::Encoded;
use deskside_media::{Need, PictureMode, UpdateDecoder, UpdateEncoder};
use deskside_proto::geometry::Rect;
use deskside_proto::link::LinkEstimate;
use deskside_proto::wire::update::UpdateClass;
use std::time::Duration;

/// A desktop with both ends of its picture.
struct Scene {
    desktop: Desktop,
    encoder: UpdateEncoder,
    decoder: UpdateDecoder,
    now: u64,
}

impl Scene {
    /// Everything is exact, and has been so for a while.
    fn new(desktop: Desktop) -> Self {
        let encoder = UpdateEncoder::new(PictureMode::Auto).unwrap();
        let decoder = UpdateDecoder::new().unwrap();
        let mut scene = Self { desktop, encoder, decoder, now: 0 };
        let whole = scene.desktop.whole();
        scene.change(&[whole]);
        scene.rest();
        scene
    }

    /// Sends what has changed in these rectangles; gives back its bytes.
    fn change(&mut self, rects: &[Rect]) -> usize {
        self.now += 33;
        self.desktop.send(&mut self.encoder, &mut self.decoder, rects, self.now)
    }

    /// Nothing happens for a while; gives back the bytes of refinement.
    fn rest(&mut self) -> usize {
        let (now, bytes) = settle(&self.desktop, &mut self.encoder, &mut self.decoder, self.now);
        self.now = now + 1_000;
        self.assert_exact();
        bytes
    }

    fn assert_exact(&self) {
        assert!(self.decoder.surface().same_colours(&self.desktop.surface), "not exact at {} ms", self.now);
    }

    /// Copies a part of another desktop.
    fn show(&mut self, from: &Desktop, part: Rect, x: i32, y: i32) {
        let pixels = from.grab(part);
        let width = part.width as usize;
        self.desktop.draw(Rect::new(x, y, part.width, part.height), |x, y| {
            let at = (y * width + x) * 4;
            [pixels[at], pixels[at + 1], pixels[at + 2]]
        });
    }
}

fn page(width: u32, height: u32, seed: u64) -> Desktop {
    let mut page = Desktop::new(width, height);
    page.text(page.whole(), seed);
    page
}

/// A page of words: 600 different ones, of which few are frequent and most are rare, as in any language.
fn prose(width: u32, height: u32, seed: u64) -> Desktop {
    let mut page = Desktop::new(width, height);
    page.fill(page.whole(), [255; 3]);
    let mut dice = Dice(seed);
    for top in (0..height as usize - 18).step_by(18) {
        let mut left = 8;
        while left + 8 * 12 < width as usize {
            let word = dice.below(600) * dice.below(600) / 600;
            let mut letters = Dice(word * 31 + 7);
            for _ in 0..2 + letters.below(9) {
                page.glyph(left, top, letters.below(26) * letters.below(26) / 20);
                left += 8;
            }
            left += 8;
        }
    }
    page
}

/// A wallpaper with two windows of text.
fn wallpaper() -> Desktop {
    let mut desktop = Desktop::new(1_280, 800);
    desktop.photo(desktop.whole(), 1);
    desktop.text(Rect::new(80, 60, 500, 420), 5);
    desktop.text(Rect::new(700, 130, 420, 500), 6);
    desktop
}

#[test]
fn a_full_page_of_text_takes_less_than_60_kilobytes() {
    let mut scene = Scene::new(Desktop::new(1_920, 1_080));
    let sheet = Rect::new(0, 0, 1_440, 1_080);
    scene.show(&prose(1_440, 1_080, 8), sheet, 240, 0);
    let whole = scene.desktop.whole();
    let bytes = scene.change(&[whole]);
    scene.assert_exact();
    assert!(bytes <= 60_000, "{bytes} bytes");
    // Another page in its place, whose changes end wherever letters differ.
    scene.show(&prose(1_440, 1_080, 9), sheet, 240, 0);
    let again = scene.change(&[whole]);
    scene.assert_exact();
    assert!(again <= 60_000, "{again} bytes after {bytes}");
}

#[test]
fn a_page_that_scrolls_by_three_lines_takes_what_the_new_lines_take() {
    let book = prose(1_200, 3_000, 11);
    let mut scene = Scene::new(Desktop::new(1_920, 1_080));
    let view = Rect::new(360, 90, 1_200, 900);
    scene.show(&book, Rect::new(0, 0, 1_200, 900), 360, 90);
    scene.change(&[view]);
    for step in 1..20 {
        scene.show(&book, Rect::new(0, 54 * step, 1_200, 900), 360, 90);
        let bytes = scene.change(&[view]);
        scene.assert_exact();
        assert!(bytes <= 4_000, "{bytes} bytes in step {step}");
    }
}

#[test]
fn a_typed_character_takes_less_than_100_bytes() {
    let mut scene = Scene::new(page(1_920, 1_080, 3));
    for letter in 0..20 {
        let x = 400 + 8 * letter as i32;
        scene.desktop.glyph(x as usize, 402, 59 - letter);
        let bytes = scene.change(&[Rect::new(x, 400, 8, 18)]);
        scene.assert_exact();
        assert!(bytes <= 100, "{bytes} bytes for the letter {letter}");
    }
}

#[test]
fn a_letter_and_boxes_that_change_with_it_are_one_operation() {
    let mut scene = Scene::new(page(1_280, 720, 3));
    let boxes = [Rect::new(64, 16, 256, 16), Rect::new(900, 680, 256, 16)];
    let mut sum = 0;
    for number in 0..40_u64 {
        scene.desktop.glyph(400 + 8 * number as usize, 402, number % 7);
        for place in boxes {
            scene.desktop.draw(place, |x, _| [if number >> (x / 32) & 1 == 0 { 0 } else { 255 }; 3]);
        }
        let whole = [scene.desktop.whole()];
        scene.now += 100;
        let update =
            scene.desktop.encode_update(&mut scene.encoder, &whole, Need::Change, scene.now).unwrap();
        scene.decoder.apply(&update.bytes).unwrap();
        scene.assert_exact();
        assert_eq!(kinds(&update), [LOSSLESS], "number {number}");
        sum += update.bytes.len();
    }
    assert!(sum <= 40 * 90, "{sum} bytes");
}

#[test]
fn the_strip_of_a_page_keeps_the_pictures_rim_and_the_text_apart() {
    let mut book = prose(1_300, 2_400, 4);
    for top in [130, 1_130] {
        book.photo(Rect::new(651, top, 565, 600), 1);
    }
    let mut scene = Scene::new(Desktop::new(1_920, 1_080));
    let view = Rect::new(310, 90, 1_300, 900);
    scene.show(&book, Rect::new(0, 0, 1_300, 900), 310, 90);
    scene.change(&[view]);
    scene.rest();
    let mut sum = 0;
    for step in 1..=75 {
        scene.show(&book, Rect::new(0, 20 * step, 1_300, 900), 310, 90);
        sum += scene.change(&[view]);
        scene.assert_exact();
    }
    // 218,378 where the rim was with the text.
    assert!(sum <= 203_000, "{sum} bytes");
}

#[test]
fn a_window_that_is_dragged_to_and_fro_uncovers_what_the_viewer_has_kept() {
    let below = wallpaper();
    let window = page(400, 300, 21);
    let mut scene = Scene::new(wallpaper());
    let mut old = None;
    let mut bytes = Vec::new();
    for frame in 0..120_i32 {
        let at = f64::from(frame) / 8.0;
        let (x, y) = ((430.0 + 380.0 * at.sin()) as i32, (240.0 + 200.0 * (at * 1.3).cos()) as i32);
        if let Some(Rect { x, y, .. }) = old {
            scene.show(&below, Rect::new(x, y, 400, 300), x, y);
        }
        scene.show(&window, window.whole(), x, y);
        let new = Rect::new(x, y, 400, 300);
        let took = scene.change(&old.into_iter().chain([new]).collect::<Vec<_>>());
        bytes.push(took);
        old = Some(new);
    }
    scene.rest();
    // The window itself is new at first, and what it covered before anything was known.
    let running = &bytes[1..];
    let mean = running.iter().sum::<usize>() / running.len();
    assert!(mean <= 4_600, "{mean} bytes a frame: {bytes:?}");
}

#[test]
fn a_menu_that_closes_gives_back_what_was_below_it() {
    let below = wallpaper();
    let mut scene = Scene::new(wallpaper());
    let menu = Rect::new(200, 100, 256, 384);
    scene.desktop.text(menu, 30);
    scene.change(&[menu]);
    scene.assert_exact();
    scene.now += 500;
    scene.show(&below, menu, menu.x, menu.y);
    let closing = scene.change(&[menu]);
    let refining = scene.rest();
    // Without anything kept, the part of the photograph alone would be some 40,000 bytes.
    assert!(closing + refining <= 12_000, "{closing} and {refining} bytes");
}

#[test]
fn who_switches_between_two_windows_waits_for_neither() {
    let pages = [page(1_280, 800, 40), wallpaper()];
    let mut scene = Scene::new(wallpaper());
    let whole = scene.desktop.whole();
    let mut bytes = Vec::new();
    for turn in 0..6 {
        scene.show(&pages[turn % 2], whole, 0, 0);
        let took = scene.change(&[whole]);
        bytes.push(took + scene.rest());
    }
    assert!(bytes[1..].iter().all(|bytes| *bytes <= 2_000), "{bytes:?}");
}

#[test]
fn a_photograph_becomes_exact_in_half_of_its_pixels_bytes() {
    let mut scene = Scene::new(Desktop::new(1_280, 800));
    let photo = Rect::new(0, 0, 1_280, 768);
    scene.desktop.photo(photo, 3);
    let shown = scene.change(&[photo]);
    let refined = scene.rest();
    let raw = photo.area() as usize * 3;
    assert!(shown * 10 < raw, "{shown} bytes until something is seen");
    assert!(refined * 2 < raw, "{refined} bytes of {raw}");
}

#[test]
fn refinements_are_as_large_as_the_link_takes_in_a_moment() {
    for (bytes_per_second, most) in [(40_000, 9_000), (1_250_000, 50_000)] {
        let mut scene = Scene::new(Desktop::new(1_280, 800));
        scene.encoder.set_link(LinkEstimate { bytes_per_second, round_trip: Duration::from_millis(50) });
        let photo = Rect::new(0, 0, 1_280, 768);
        scene.desktop.photo(photo, 3);
        scene.change(&[photo]);
        let mut sizes = Vec::new();
        while let Some(due) = scene.encoder.refine_due() {
            let update = scene.desktop.encode(&mut scene.encoder, &[], Need::Refine, due.0).unwrap();
            sizes.push(update.len());
            scene.decoder.apply(&update).unwrap();
        }
        scene.assert_exact();
        // The first ones are made before it is known what a cell of this photograph takes.
        let largest = sizes[sizes.len().min(4)..].iter().max().unwrap();
        assert!(*largest <= most, "{sizes:?} at {bytes_per_second} bytes a second");
    }
}

/// The kinds of the operations of an update.
fn kinds(update: &Encoded) -> Vec<u8> {
    let (mut rest, mut kinds) = (&update.bytes[5..], Vec::new());
    while let [kind, a, b, c, d, body @ ..] = rest {
        kinds.push(*kind);
        rest = &body[u32::from_be_bytes([*a, *b, *c, *d]) as usize..];
    }
    kinds
}

const LOSSLESS: u8 = 4;
const VIDEO: u8 = 5;

/// A film, and a letter beside it with each of its pictures, on such a link; gives each picture's updates to `check`.
fn film_and_letters(round_trip: u64, check: &mut dyn FnMut(&[Encoded])) {
    let mut desktop = page(1_280, 720, 2);
    let mut encoder = UpdateEncoder::new(PictureMode::Auto).unwrap();
    encoder.set_link(LinkEstimate { round_trip: Duration::from_millis(round_trip), ..LinkEstimate::LOCAL });
    desktop.encode(&mut encoder, &[desktop.whole()], Need::Change, 0).unwrap();
    for frame in 1..20_u64 {
        desktop.photo(Rect::new(320, 180, 640, 360), frame);
        desktop.glyph(16, 20, frame);
        let whole = [desktop.whole()];
        let mut updates =
            vec![desktop.encode_update(&mut encoder, &whole, Need::Change, frame * 33).unwrap()];
        while encoder.has_changes() {
            updates.push(desktop.encode_update(&mut encoder, &[], Need::Change, frame * 33).unwrap());
        }
        check(&updates);
    }
}

#[test]
fn far_away_video_travels_in_updates_of_its_own_behind_what_is_exact() {
    let mut videos = 0;
    film_and_letters(30, &mut |updates| {
        let [first, rest @ ..] = updates else { panic!("nothing was sent") };
        assert_eq!(first.class, UpdateClass::Interactive);
        assert!(!kinds(first).contains(&VIDEO));
        for next in rest {
            assert_eq!(next.class, UpdateClass::Video);
            assert!(kinds(next).iter().all(|kind| *kind == VIDEO));
            videos += 1;
        }
    });
    assert!(videos >= 15, "{videos}");
}

#[test]
fn nearby_a_film_and_what_changes_beside_it_are_shown_at_the_same_moment() {
    let mut videos = 0;
    film_and_letters(1, &mut |updates| {
        let [all] = updates else { panic!("{} updates for one moment", updates.len()) };
        assert_eq!(all.class, UpdateClass::Interactive);
        assert!(kinds(all).iter().any(|kind| *kind != VIDEO));
        videos += usize::from(kinds(all).contains(&VIDEO));
    });
    assert!(videos >= 15, "{videos}");
}
