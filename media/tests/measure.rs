//! What real moving content costs: bytes, quality and time for each frame. Run by hand, with raw frames that are not
//! part of the project; see the record on video in `docs/adr`.
//!
//! `CLIP=frames,640x360 [AT=640,360] [RATE=30] [LINK=1250000] [FRAMES=132] cargo test -p deskside-media --test measure -- --ignored --nocapture`
//!
//! `PAGE=picture,1300x4200 [AT=310,90] [VIEW=900] [STEP=20] ...` does the same with a page that scrolls and is painted
//! anew as a whole with each step.
//!
//! `frames` and `picture` hold pictures of four bytes a pixel (blue, green, red, unused), one behind the other.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    reason = "a measurement may stop at the first surprise, and prints"
)]

mod common;

use common::{Desktop, psnr};
use deskside_media::{Area, DesktopFrame, Need, Patch, PictureMode, UpdateDecoder, UpdateEncoder};
use deskside_proto::geometry::Rect;
use deskside_proto::link::LinkEstimate;
use deskside_proto::time::Millis;
use deskside_proto::wire::update::UpdateClass;
use std::time::Duration;

struct Clip {
    frames: Vec<u8>,
    width: usize,
    height: usize,
}

impl Clip {
    fn len(&self) -> usize {
        self.frames.len() / (self.width * self.height * 4)
    }

    fn draw(&self, number: usize, desktop: &mut Desktop, place: Rect) {
        let frame = self.width * self.height * 4;
        let pixels = &self.frames[number % self.len() * frame..][..frame];
        let area = Area::clipped(place, desktop.surface.size()).unwrap();
        for (row, fresh) in desktop.surface.rows_mut(area).zip(pixels.chunks(self.width * 4)) {
            row.copy_from_slice(&fresh[..row.len()]);
        }
    }
}

fn numbers(text: &str) -> Vec<usize> {
    text.split(['x', ',']).map(|number| number.parse().unwrap()).collect()
}

fn variable(name: &str, default: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| default.to_owned())
}

/// What this thread has had of a processor, so that a busy machine does not count.
fn processor_time() -> Duration {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    Duration::from_nanos(text.split(' ').next().unwrap().parse().unwrap())
}

#[derive(Default)]
struct Sum {
    bytes: [usize; 3],
    updates: [usize; 3],
    encode: Duration,
    slowest: Duration,
    apply: Duration,
}

impl Sum {
    fn step(
        &mut self,
        desktop: &Desktop,
        encoder: &mut UpdateEncoder,
        decoder: &mut UpdateDecoder,
        (rects, need, now): (&[Rect], Need, u64),
    ) -> bool {
        let grabbed: Vec<(Rect, Vec<u8>)> = rects.iter().map(|rect| (*rect, desktop.grab(*rect))).collect();
        let patches: Vec<Patch<'_>> = grabbed
            .iter()
            .map(|(rect, pixels)| Patch::new(*rect, rect.width as usize * 4, pixels).unwrap())
            .collect();
        let frame = DesktopFrame { size: desktop.surface.size(), patches: &patches };
        let start = processor_time();
        let Some(update) = encoder.encode(&frame, need, Millis(now)).unwrap() else { return false };
        let took = processor_time() - start;
        (self.encode, self.slowest) = (self.encode + took, self.slowest.max(took));
        let class = match update.class {
            UpdateClass::Interactive => 0,
            UpdateClass::Video => 1,
            UpdateClass::Refinement => 2,
        };
        self.bytes[class] += update.bytes.len();
        self.updates[class] += 1;
        let start = processor_time();
        decoder.apply(&update.bytes).unwrap();
        self.apply += processor_time() - start;
        true
    }
}

struct Scene {
    desktop: Desktop,
    encoder: UpdateEncoder,
    decoder: UpdateDecoder,
    place: Rect,
}

impl Scene {
    fn new(place: Rect) -> Self {
        let bytes_per_second = variable("LINK", "12500000").parse().unwrap();
        let mode = if variable("MODE", "auto") == "video" { PictureMode::Video } else { PictureMode::Auto };
        let mut desktop = Desktop::new(1_920, 1_080);
        desktop.text(desktop.whole(), 1);
        let (mut encoder, mut decoder) = (UpdateEncoder::new(mode).unwrap(), UpdateDecoder::new().unwrap());
        encoder.set_link(LinkEstimate { bytes_per_second, round_trip: Duration::from_millis(50) });
        let first = (&[desktop.whole()][..], Need::Change, 0);
        Sum::default().step(&desktop, &mut encoder, &mut decoder, first);
        Self { desktop, encoder, decoder, place }
    }

    /// Plays frames that `draw` draws, with refinements between them, and prints what they took.
    fn play(&mut self, mut draw: impl FnMut(usize, &mut Desktop)) {
        let rate: f64 = variable("RATE", "30").parse().unwrap();
        let frames: usize = variable("FRAMES", "132").parse().unwrap();
        let Self { desktop, encoder, decoder, place } = self;
        let (mut sum, mut quality, mut now) = (Sum::default(), Vec::new(), 1_000);
        for frame in 0..frames {
            let next = 1_000 + (frame as f64 * 1_000.0 / rate) as u64;
            while let Some(due) = encoder.refine_due().filter(|due| due.0 < next) {
                now = due.0.max(now);
                sum.step(desktop, encoder, decoder, (&[], Need::Refine, now));
            }
            now = next;
            draw(frame, desktop);
            let before = sum.bytes;
            let (encode, apply) = (sum.encode, sum.apply);
            sum.step(desktop, encoder, decoder, (&[*place], Need::Change, now));
            while encoder.has_changes() && sum.step(desktop, encoder, decoder, (&[], Need::Change, now)) {}
            quality.push(psnr(decoder.surface(), &desktop.surface, *place));
            if frame == 0 || std::env::var("EACH").is_ok() {
                println!(
                    "frame {frame}: {} bytes exact, {} video, {:.1} ms to encode, {:.1} ms to apply, {:.2} dB",
                    sum.bytes[0] - before[0],
                    sum.bytes[1] - before[1],
                    (sum.encode - encode).as_secs_f64() * 1e3,
                    (sum.apply - apply).as_secs_f64() * 1e3,
                    quality[frame]
                );
            }
        }
        let seconds = frames as f64 / rate;
        let kilobytes = sum.bytes.map(|bytes| bytes as f64 / 1e3 / seconds);
        println!(
            "kB/s: exact {:.1}, video {:.1}, refinement {:.1}; updates {:?}",
            kilobytes[0], kilobytes[1], kilobytes[2], sum.updates
        );
        println!(
            "encode {:.2} ms a frame, slowest {:.1}; apply {:.2} ms",
            sum.encode.as_secs_f64() * 1e3 / frames as f64,
            sum.slowest.as_secs_f64() * 1e3,
            sum.apply.as_secs_f64() * 1e3 / frames as f64
        );
        let steps: f64 = quality.windows(2).map(|two| (two[1] - two[0]).abs()).sum();
        quality.sort_by(f64::total_cmp);
        println!(
            "dB: median {:.2}, worst {:.2}, from picture to picture {:.2}",
            quality[frames / 2],
            quality[0],
            steps / (frames - 1) as f64
        );
        self.rest(now);
    }

    fn rest(&mut self, end: u64) {
        let Self { desktop, encoder, decoder, .. } = self;
        let (mut now, mut after) = (end, Sum::default());
        while let Some(due) = encoder.refine_due() {
            now = due.0.max(now);
            after.step(desktop, encoder, decoder, (&[], Need::Refine, now));
        }
        println!(
            "still: exact {}; complete after {} ms and the time to send {} kB in {} updates; {:.0} ms to encode, {:.0} ms to apply",
            decoder.surface().same_colours(&desktop.surface),
            now - end,
            after.bytes[2] / 1_000,
            after.updates[2],
            after.encode.as_secs_f64() * 1e3,
            after.apply.as_secs_f64() * 1e3
        );
    }
}

fn picture(name: &str) -> Clip {
    let spec = variable(name, "");
    let (path, size) = spec.split_once(',').expect("see the head of this file");
    let size = numbers(size);
    Clip { frames: std::fs::read(path).unwrap(), width: size[0], height: size[1] }
}

#[test]
#[ignore = "measures real content, by hand"]
fn a_clip_in_a_page_of_text() {
    let clip = picture("CLIP");
    let at = numbers(&variable("AT", "640,360"));
    let place = Rect::new(at[0] as i32, at[1] as i32, clip.width as u32, clip.height as u32);
    Scene::new(place).play(|frame, desktop| clip.draw(frame, desktop, place));
}

#[test]
#[ignore = "measures real content, by hand"]
fn a_page_that_scrolls() {
    let page = picture("PAGE");
    let at = numbers(&variable("AT", "310,90"));
    let view: usize = variable("VIEW", "900").parse().unwrap();
    let step: usize = variable("STEP", "20").parse().unwrap();
    let place = Rect::new(at[0] as i32, at[1] as i32, page.width as u32, view as u32);
    let steps = page.height.saturating_sub(view) / step;
    Scene::new(place).play(|frame: usize, desktop| {
        let phase = frame % (2 * steps);
        let top = phase.min(2 * steps - phase) * step;
        let area = Area::clipped(place, desktop.surface.size()).unwrap();
        let rows = page.frames.chunks(page.width * 4).skip(top);
        desktop.surface.rows_mut(area).zip(rows).for_each(|(row, fresh)| row.copy_from_slice(fresh));
    });
}
