//! Video within the picture: what a film costs, what happens when its updates are given up, and when it stands still.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may stop at the first surprise"
)]

mod common;

use common::{Desktop, psnr};
use deskside_media::{DesktopFrame, Encoded, Need, Patch, PictureMode, UpdateDecoder, UpdateEncoder};
use deskside_proto::geometry::Rect;
use deskside_proto::link::LinkEstimate;
use deskside_proto::time::Millis;
use deskside_proto::wire::update::UpdateClass;
use std::time::Duration;

const FILM: Rect = Rect { x: 301, y: 173, width: 640, height: 360 };

fn link(bytes_per_second: u64) -> LinkEstimate {
    LinkEstimate { bytes_per_second, round_trip: Duration::from_millis(50) }
}

/// A page of text that is exact at the viewer, and what is drawn on it.
struct Session {
    desktop: Desktop,
    encoder: UpdateEncoder,
    decoder: UpdateDecoder,
    now: u64,
    /// Bytes by class: interactive, video, refinement.
    bytes: [usize; 3],
    /// Loses the updates that may be lost.
    gives_up: bool,
    /// An update was lost; the encoder hears of it before the next frame.
    is_lost: bool,
}

impl Session {
    fn new(mode: PictureMode, link: LinkEstimate) -> Self {
        let mut desktop = Desktop::new(1_280, 720);
        desktop.text(desktop.whole(), 5);
        let mut encoder = UpdateEncoder::new(mode).unwrap();
        encoder.set_link(link);
        let decoder = UpdateDecoder::new().unwrap();
        let mut session =
            Self { desktop, encoder, decoder, now: 0, bytes: [0; 3], gives_up: false, is_lost: false };
        let whole = session.desktop.whole();
        session.show(&[whole], 1_000);
        session.bytes = [0; 3];
        session
    }

    fn take(&mut self, update: Encoded) {
        let class = match update.class {
            UpdateClass::Interactive => 0,
            UpdateClass::Video => 1,
            UpdateClass::Refinement => 2,
        };
        self.bytes[class] += update.bytes.len();
        if self.gives_up && update.class == UpdateClass::Video {
            self.is_lost = true;
        } else {
            self.decoder.apply(&update.bytes).unwrap();
        }
    }

    fn encode(&mut self, rects: &[Rect], need: Need) -> bool {
        let grabbed: Vec<_> = rects.iter().map(|rect| (*rect, self.desktop.grab(*rect))).collect();
        let patch = |(rect, pixels): &(Rect, Vec<u8>)| (*rect, rect.width as usize * 4, pixels.clone());
        let owned: Vec<_> = grabbed.iter().map(patch).collect();
        let patches: Vec<Patch<'_>> =
            owned.iter().map(|(rect, stride, pixels)| Patch::new(*rect, *stride, pixels).unwrap()).collect();
        let frame = DesktopFrame { size: self.desktop.surface.size(), patches: &patches };
        let update = self.encoder.encode(&frame, need, Millis(self.now)).unwrap();
        update.map(|update| self.take(update)).is_some()
    }

    /// What was drawn in these rectangles is sent; then `wait` milliseconds pass, with what becomes due in them.
    fn show(&mut self, rects: &[Rect], wait: u64) {
        if std::mem::take(&mut self.is_lost) {
            self.encoder.video_abandoned();
        }
        self.encode(rects, Need::Change);
        while self.encoder.has_changes() && self.encode(&[], Need::Change) {}
        let next = self.now + wait;
        while let Some(due) = self.encoder.refine_due().filter(|due| due.0 <= next) {
            self.now = self.now.max(due.0);
            self.encode(&[], Need::Refine);
        }
        self.now = next;
    }

    fn film(&mut self, frames: u64, gap: u64) {
        for _ in 0..frames {
            self.desktop.photo(FILM, self.now / 33);
            self.show(&[FILM], gap);
        }
    }

    fn is_exact(&self) -> bool {
        self.decoder.surface().same_colours(&self.desktop.surface)
    }
}

#[test]
fn a_film_keeps_to_what_the_link_carries_and_loses_quality_before_frames() {
    let mut last = f64::INFINITY;
    for (bytes_per_second, most) in [(12_500_000, 240_000), (250_000, 170_000), (125_000, 85_000)] {
        let mut session = Session::new(PictureMode::Auto, link(bytes_per_second));
        session.film(60, 33);
        session.bytes = [0; 3];
        session.film(60, 33);
        assert!(session.bytes[1] <= most * 2, "{:?} at {bytes_per_second}", session.bytes);
        let quality = psnr(session.decoder.surface(), &session.desktop.surface, FILM);
        assert!(quality >= 26.0 && quality <= last + 1.0, "{quality} dB at {bytes_per_second}");
        last = quality;
    }
}

#[test]
fn a_film_that_stands_still_is_exact_within_a_third_of_a_second() {
    for gap in [17, 33, 66, 100] {
        let mut session = Session::new(PictureMode::Auto, LinkEstimate::LOCAL);
        session.film(30, gap);
        assert!(!session.is_exact());
        session.show(&[], 300 - gap);
        assert!(session.is_exact(), "at {gap} ms");
    }
}

#[test]
fn a_slow_film_is_not_refined_between_its_pictures() {
    for gap in [100, 150, 200] {
        let mut session = Session::new(PictureMode::Auto, LinkEstimate::LOCAL);
        session.film(3, gap);
        session.bytes = [0; 3];
        session.film(30, gap);
        assert!(session.bytes[2] < 40_000, "{:?} at {gap} ms", session.bytes);
    }
}

#[test]
fn a_screen_of_photographs_is_on_its_way_within_half_a_second_on_any_link() {
    for bytes_per_second in [12_500_000, 1_250_000, 125_000, 37_500] {
        let mut session = Session::new(PictureMode::Auto, link(bytes_per_second));
        let whole = session.desktop.whole();
        session.desktop.photo(whole, 3);
        session.encode(&[whole], Need::Change);
        while session.encoder.has_changes() && session.encode(&[], Need::Change) {}
        let bytes = session.bytes[0] + session.bytes[1];
        let time = link(bytes_per_second).time_to_send(bytes);
        assert!(time <= Duration::from_millis(500), "{bytes} bytes, {time:?} at {bytes_per_second}");
        assert!(psnr(session.decoder.surface(), &session.desktop.surface, whole) >= 24.0);
    }
}

#[test]
fn what_was_given_up_begins_again_with_a_key_picture() {
    for mode in [PictureMode::Auto, PictureMode::Video] {
        let mut session = Session::new(mode, LinkEstimate::LOCAL);
        session.film(10, 33);
        session.gives_up = true;
        session.film(2, 33);
        session.gives_up = false;
        // The viewer's codec has missed two pictures: anything but a key picture would show.
        session.film(1, 33);
        let quality = psnr(session.decoder.surface(), &session.desktop.surface, FILM);
        assert!(quality >= 28.0, "{mode:?}: {quality} dB");
    }
}

#[test]
fn video_mode_follows_the_link_and_shows_all_that_changes() {
    for bytes_per_second in [12_500_000, 125_000] {
        let mut session = Session::new(PictureMode::Video, link(bytes_per_second));
        session.film(30, 33);
        session.bytes = [0; 3];
        session.film(60, 33);
        assert!(session.bytes[1] as u64 <= bytes_per_second * 2, "{:?}", session.bytes);
        assert_eq!((session.bytes[0], session.bytes[2]), (0, 0));
        let quality = psnr(session.decoder.surface(), &session.desktop.surface, FILM);
        assert!(quality >= 26.0, "{quality} dB at {bytes_per_second}");
    }
}
