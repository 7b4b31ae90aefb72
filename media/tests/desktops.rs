//! Random desktops through encoder, a link that gives up video, and decoder: after quiet both surfaces are equal to
//! the pixel, and in between every cell that the sender holds for exact is.
//!
//! Cases: 200, or as many as `DESKSIDE_DESKTOPS` says. One case again: `DESKSIDE_SEED=n`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test may stop at the first surprise, and says which case that was"
)]

mod common;

use common::screen::Screen;
use deskside_media::{Area, Need, PictureMode, UpdateDecoder, UpdateEncoder};
use deskside_proto::geometry::Rect;
use deskside_proto::link::LinkEstimate;
use deskside_proto::wire::update::UpdateClass;
use std::collections::VecDeque;
use std::time::Duration;

/// Kinds of operation are numbered from 1.
const KINDS: usize = 7;
const VIDEO: u8 = 5;

/// How a sequence parameter set begins, and with it a key picture.
const SPS: u8 = 0x67;

/// An update on its way.
struct Sent {
    class: UpdateClass,
    bytes: Vec<u8>,
}

/// Both ends and the link between them.
struct Session {
    screen: Screen,
    encoder: UpdateEncoder,
    decoder: UpdateDecoder,
    under_way: VecDeque<Sent>,
    now: u64,
    /// Of so many updates of class `Video` about one is given up; 0 for none.
    gives_up_one_in: u64,
    /// How often each kind of operation was sent.
    operations: [u64; KINDS],
    given_up: u64,
    /// The video streams of which no picture since the last key picture may be given up.
    kept: [bool; 2],
}

impl Session {
    fn new(seed: u64, mode: PictureMode) -> Self {
        let mut screen = Screen::new(seed);
        let mut encoder = UpdateEncoder::new(mode).unwrap();
        encoder.set_link(random_link(&mut screen));
        let gives_up_one_in = [0, 2, 4, 10][screen.below(4) as usize];
        let decoder = UpdateDecoder::new().unwrap();
        let under_way = VecDeque::new();
        let mut session = Self {
            screen,
            encoder,
            decoder,
            under_way,
            now: 1_000,
            gives_up_one_in,
            operations: [0; KINDS],
            given_up: 0,
            kept: [false; 2],
        };
        let whole = session.screen.desktop.whole();
        session.send(&[whole], Need::Change);
        session
    }

    fn send(&mut self, damage: &[Rect], need: Need) -> bool {
        let update = self.screen.desktop.encode_update(&mut self.encoder, damage, need, self.now);
        let Some(update) = update else { return false };
        if update.class == UpdateClass::Video {
            assert_eq!(update.bytes[0], 0, "an update that may be given up carries a flag");
        }
        for (kind, body) in operations(&update.bytes) {
            self.operations[usize::from(kind)] += 1;
            if kind == VIDEO {
                self.check_what_a_picture_builds_upon(body, update.class);
            }
        }
        self.under_way.push_back(Sent { class: update.class, bytes: update.bytes });
        true
    }

    /// A picture that cannot be given up builds upon none that can.
    fn check_what_a_picture_builds_upon(&mut self, body: &[u8], class: UpdateClass) {
        let kept = &mut self.kept[usize::from(body[0] & 1)];
        let is_key = body.windows(4).any(|four| four == [0, 0, 1, SPS]);
        let stays = class != UpdateClass::Video;
        assert!(!stays || *kept || is_key, "it builds upon a picture that may be given up");
        *kept = stays && (*kept || is_key);
    }

    /// One thing happens; films go on beside it for a moment.
    fn step(&mut self) -> &'static str {
        self.now += [1, 16, 33, 33, 50, 400][self.screen.below(6) as usize];
        let event = self.screen.step();
        let need = if self.screen.one_in(60) { Need::Keyframe } else { Need::Change };
        self.send(&event.damage, need);
        self.pass_on();
        for _ in 0..self.screen.below(4) {
            let damage = self.screen.play_on();
            if damage.is_empty() {
                break;
            }
            self.now += 33;
            self.send(&damage, Need::Change);
            self.pass_on();
        }
        if self.screen.one_in(9) {
            let link = random_link(&mut self.screen);
            self.encoder.set_link(link);
        }
        event.name
    }

    /// The sender has room for some updates, and the link for some others.
    fn pass_on(&mut self) {
        for _ in 0..self.screen.below(3) {
            if !self.encoder.has_changes() {
                break;
            }
            self.send(&[], Need::Change);
        }
        if self.encoder.refine_due().is_some_and(|due| due.0 <= self.now) {
            self.send(&[], Need::Refine);
        }
        self.give_up_some();
        for _ in 0..self.screen.below(4) {
            self.deliver();
        }
    }

    /// Gives up a video update that is under way, and with it all that build on it.
    fn give_up_some(&mut self) {
        if self.gives_up_one_in == 0 || !self.screen.one_in(self.gives_up_one_in) {
            return;
        }
        let is_video = |sent: &Sent| sent.class == UpdateClass::Video;
        let videos = self.under_way.iter().filter(|sent| is_video(sent)).count() as u64;
        if videos == 0 {
            return;
        }
        let first = self.screen.below(videos) as usize;
        for sent in self.under_way.iter_mut().filter(|sent| is_video(sent)).skip(first) {
            // The viewer counts it as an update without operations.
            sent.bytes.truncate(5);
            self.given_up += 1;
        }
        self.encoder.video_abandoned();
    }

    fn deliver(&mut self) {
        if let Some(sent) = self.under_way.pop_front() {
            self.decoder.apply(&sent.bytes).unwrap();
        }
    }

    fn deliver_all(&mut self) {
        while !self.under_way.is_empty() {
            self.deliver();
        }
    }

    /// Every cell that the sender holds for exact.
    fn check_exact_cells(&self) {
        let (expected, shown) = (self.encoder.viewer_surface(), self.decoder.surface());
        assert_eq!(expected.size(), shown.size());
        for area in self.encoder.exact_cells() {
            let same = |(a, b): (&[u8], &[u8])| a.chunks(4).zip(b.chunks(4)).all(|(a, b)| a[..3] == b[..3]);
            assert!(expected.rows(area).zip(shown.rows(area)).all(same), "not exact: {area:?}");
        }
    }

    /// Nothing happens any more; the link still gives up video at first.
    fn quiet(&mut self) {
        for round in 0.. {
            assert!(round < 3_000, "it never becomes quiet");
            if self.encoder.has_changes() {
                self.now += 5;
                self.send(&[], Need::Change);
            } else if let Some(due) = self.encoder.refine_due() {
                self.now = self.now.max(due.0);
                self.send(&[], Need::Refine);
            } else {
                break;
            }
            if round < 40 {
                self.give_up_some();
            }
            if self.screen.one_in(2) {
                self.deliver_all();
                self.check_exact_cells();
            }
        }
        self.deliver_all();
        self.check_exact_cells();
    }
}

/// The operations of an update: kind and body.
fn operations(update: &[u8]) -> Vec<(u8, &[u8])> {
    let (mut rest, mut found) = (&update[5..], Vec::new());
    while let Some(([kind, a, b, c, d], after)) = rest.split_first_chunk::<5>() {
        let (body, behind) = after.split_at(u32::from_be_bytes([*a, *b, *c, *d]) as usize);
        found.push((*kind, body));
        rest = behind;
    }
    found
}

fn random_link(screen: &mut Screen) -> LinkEstimate {
    let bytes_per_second = [40_000, 250_000, 1_250_000, 100_000_000][screen.below(4) as usize];
    let round_trip = Duration::from_millis([0, 5, 50, 200][screen.below(4) as usize]);
    LinkEstimate { bytes_per_second, round_trip }
}

/// Plays one case; its name is what stands in the report of a failure.
fn play(seed: u64, steps: usize) -> Session {
    let mut session = Session::new(seed, PictureMode::Auto);
    let mut names = Vec::new();
    let played = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        for _ in 0..steps {
            names.push(session.step());
            if session.screen.one_in(3) {
                session.deliver_all();
                session.check_exact_cells();
            }
            if session.screen.one_in(12) {
                session.quiet();
            }
        }
        session.quiet();
        let whole = Area::whole(session.decoder.surface().size()).unwrap();
        let is_equal = session.decoder.surface().same_colours(&session.screen.desktop.surface);
        assert!(is_equal, "the surfaces differ after quiet");
        assert_eq!(session.encoder.exact_cells().map(Area::pixels).sum::<usize>(), whole.pixels());
    }));
    if let Err(reason) = played {
        eprintln!("seed {seed}, after {names:?}");
        std::panic::resume_unwind(reason);
    }
    session
}

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

/// In four parts, so that they run side by side.
fn play_part(part: u64) {
    let cases = number("DESKSIDE_DESKTOPS").unwrap_or(200);
    let seeds: Vec<u64> = match number("DESKSIDE_SEED") {
        Some(seed) => vec![seed],
        None => (0..cases).filter(|case| case % 4 == part).collect(),
    };
    let (mut given_up, mut operations) = (0, [0; KINDS]);
    for seed in &seeds {
        let session = play(*seed, 14);
        given_up += session.given_up;
        operations.iter_mut().zip(session.operations).for_each(|(sum, count)| *sum += count);
    }
    println!("{} desktops, {given_up} video updates given up, operations {operations:?}", seeds.len());
    if seeds.len() >= 40 {
        assert!(given_up > 0, "no video was ever given up: the link is not tested");
        assert!(
            operations[1..].iter().all(|count| *count > 0),
            "not every operation was tested: {operations:?}"
        );
    }
}

#[test]
fn after_quiet_surfaces_are_equal_whatever_was_given_up_0() {
    play_part(0);
}

#[test]
fn after_quiet_surfaces_are_equal_whatever_was_given_up_1() {
    play_part(1);
}

#[test]
fn after_quiet_surfaces_are_equal_whatever_was_given_up_2() {
    play_part(2);
}

#[test]
fn after_quiet_surfaces_are_equal_whatever_was_given_up_3() {
    play_part(3);
}
