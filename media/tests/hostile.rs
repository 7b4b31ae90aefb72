//! Random desktops come out exact, and random damage to updates is refused or harmless, never a panic.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may stop at the first surprise"
)]

mod common;

use common::{Desktop, settle};
use deskside_media::{Need, PictureMode, UpdateDecoder, UpdateEncoder};
use deskside_proto::geometry::{Rect, Size};
use proptest::prelude::*;

/// Something that happens on a desktop.
#[derive(Debug, Clone)]
enum Step {
    Fill(Rect, [u8; 3]),
    Text(Rect, u64),
    Film { rect: Rect, frames: u64 },
    Letter(i32, i32, u64),
    Resize(u32, u32),
    Keyframe,
    Quiet(u64),
}

fn rect() -> impl Strategy<Value = Rect> {
    (-40..400_i32, -40..300_i32, 1..420_u32, 1..320_u32).prop_map(|(x, y, w, h)| Rect::new(x, y, w, h))
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        (rect(), any::<[u8; 3]>()).prop_map(|(rect, colour)| Step::Fill(rect, colour)),
        (rect(), any::<u64>()).prop_map(|(rect, seed)| Step::Text(rect, seed)),
        (rect(), 1..6_u64).prop_map(|(rect, frames)| Step::Film { rect, frames }),
        (0..380_i32, 0..280_i32, 0..60_u64).prop_map(|(x, y, letter)| Step::Letter(x, y, letter)),
        (1..420_u32, 1..320_u32).prop_map(|(width, height)| Step::Resize(width, height)),
        Just(Step::Keyframe),
        (1..400_u64).prop_map(Step::Quiet),
    ]
}

/// A desktop with its encoder and the viewer's decoder; every update that was sent.
struct Session {
    desktop: Desktop,
    encoder: UpdateEncoder,
    decoder: UpdateDecoder,
    now: u64,
    sent: Vec<Vec<u8>>,
}

impl Session {
    fn new(mode: PictureMode) -> Self {
        let mut session = Self {
            desktop: Desktop::new(400, 300),
            encoder: UpdateEncoder::new(mode).unwrap(),
            decoder: UpdateDecoder::new().unwrap(),
            now: 0,
            sent: Vec::new(),
        };
        session.send(&[session.desktop.whole()], Need::Change);
        session
    }

    fn send(&mut self, rects: &[Rect], need: Need) {
        self.now += 16;
        if let Some(update) = self.desktop.encode(&mut self.encoder, rects, need, self.now) {
            self.decoder.apply(&update).unwrap();
            self.sent.push(update);
        }
    }

    fn play(&mut self, step: &Step) {
        match step {
            Step::Fill(rect, colour) => {
                self.desktop.fill(*rect, *colour);
                self.send(&[*rect], Need::Change);
            }
            Step::Text(rect, seed) => {
                self.desktop.text(*rect, *seed);
                self.send(&[*rect], Need::Change);
            }
            Step::Film { rect, frames } => {
                for frame in 0..*frames {
                    self.desktop.photo(*rect, frame);
                    self.send(&[*rect], Need::Change);
                }
            }
            Step::Letter(x, y, letter) => {
                let size = self.desktop.surface.size();
                if x + 8 < size.width as i32 && y + 16 < size.height as i32 {
                    self.desktop.glyph(*x as usize, *y as usize, *letter);
                    // Toolkits report more than they change.
                    self.send(&[Rect::new(x - 20, y - 20, 60, 60)], Need::Change);
                }
            }
            Step::Resize(width, height) => {
                self.desktop = Desktop::new(*width, *height);
                self.send(&[self.desktop.whole()], Need::Change);
            }
            Step::Keyframe => self.send(&[], Need::Keyframe),
            Step::Quiet(time) => {
                self.now += time;
                while self.encoder.refine_due().is_some_and(|due| due.0 <= self.now + 16) {
                    self.send(&[], Need::Refine);
                }
            }
        }
    }
}

/// 48 cases of each, or as many as `PROPTEST_CASES` says.
fn config() -> ProptestConfig {
    let cases = std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(48);
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn whatever_happens_a_still_screen_becomes_exact(steps in prop::collection::vec(step(), 1..24)) {
        let mut session = Session::new(PictureMode::Auto);
        for step in &steps {
            session.play(step);
        }
        settle(&session.desktop, &mut session.encoder, &mut session.decoder, session.now);
        prop_assert!(session.decoder.surface().same_colours(&session.desktop.surface));
        prop_assert_eq!(session.encoder.refine_due(), None);
    }

    #[test]
    fn video_mode_never_breaks_and_never_owes(steps in prop::collection::vec(step(), 1..16)) {
        let mut session = Session::new(PictureMode::Video);
        for step in &steps {
            session.play(step);
        }
        prop_assert!(!session.encoder.has_changes());
        prop_assert_eq!(session.encoder.refine_due(), None);
        prop_assert_eq!(session.decoder.surface().size(), session.desktop.surface.size());
    }

    #[test]
    fn damaged_updates_are_refused_or_harmless(
        steps in prop::collection::vec(step(), 1..6),
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>(), any::<u8>(), 0..4_u8), 1..12),
    ) {
        let mut session = Session::new(PictureMode::Auto);
        for step in &steps {
            session.play(step);
        }
        let mut updates = session.sent;
        for (which, place, value, kind) in damage {
            let update = which.get(&updates).clone();
            let mut broken = update.clone();
            let at = place.index(broken.len().max(1));
            if broken.is_empty() {
                continue;
            }
            match kind {
                0 => broken[at] = value,
                1 => broken.truncate(at),
                2 => broken.insert(at, value),
                _ => {
                    let other = which.index(updates.len());
                    broken.truncate(at);
                    broken.extend_from_slice(&updates[other][at.min(updates[other].len())..]);
                }
            }
            let slot = which.index(updates.len());
            updates[slot] = broken;
        }
        let mut decoder = UpdateDecoder::new().unwrap();
        for update in &updates {
            let _ = decoder.apply(update);
            let size = decoder.surface().size();
            prop_assert_eq!(decoder.surface().bytes().len() as u64, size.pixels() * 4);
        }
        // Whatever came before, a keyframe puts everything right.
        let key = session.desktop.encode(&mut session.encoder, &[], Need::Keyframe, session.now + 500).unwrap();
        decoder.apply(&key).unwrap();
        settle(&session.desktop, &mut session.encoder, &mut decoder, session.now + 500);
        prop_assert!(decoder.surface().same_colours(&session.desktop.surface));
    }

    #[test]
    fn any_bytes_are_refused_or_harmless(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let mut session = Session::new(PictureMode::Auto);
        let _ = session.decoder.apply(&bytes);
        let mut with_header = vec![0, 1, 144, 1, 44];
        with_header.extend_from_slice(&bytes);
        let mut decoder = UpdateDecoder::new().unwrap();
        decoder.apply(&session.sent[0]).unwrap();
        let _ = decoder.apply(&with_header);
        prop_assert_eq!(decoder.surface().size(), Size::new(400, 300));
    }
}
