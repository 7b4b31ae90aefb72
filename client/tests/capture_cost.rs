//! Where the time of one change goes, from the drawing to the bytes of its update. It measures and asserts little, so
//! it runs only when asked for: `cargo test -p deskside --test capture_cost -- --ignored --nocapture`
#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    reason = "a measurement prints, and may stop at the first surprise"
)]

mod stage;

use deskside_client::capture::{Extent, Interest, Noticed, ScreenCapturer, open_backend};
use deskside_media::{Need, PictureMode, UpdateEncoder};
use deskside_proto::time::Millis;
use deskside_testkit::x11::Xvfb;
use stage::{Painter, permit};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

/// Points in time of one change.
#[derive(Default)]
struct Spans {
    noticed: Vec<Duration>,
    captured: Vec<Duration>,
    encoded: Vec<Duration>,
    total: Vec<Duration>,
    updates: usize,
    bytes: usize,
}

fn print(what: &str, spans: &mut Spans) {
    let mut line = format!("{what:34}");
    let columns = [&mut spans.noticed, &mut spans.captured, &mut spans.encoded, &mut spans.total];
    for (name, column) in ["noticed", "captured", "encoded", "drawn-made"].iter().zip(columns) {
        column.sort_unstable();
        let at = |part: usize| column[column.len() * part / 100].as_secs_f64() * 1e3;
        line += &format!(" {name} {:6.3} ({:6.3})", at(50), at(95));
    }
    println!("{line} ms p50 (p95), {} updates, {} B", spans.updates, spans.bytes);
}

/// Takes everything that there is into the encoder, and notes how long each part took.
fn drain(
    capturer: &mut Box<dyn ScreenCapturer>,
    encoder: &mut UpdateEncoder,
    start: Instant,
    quiet: Duration,
    drawn: &Receiver<Instant>,
    spans: &mut Spans,
) {
    let mut last = None;
    loop {
        let mut noticed = Vec::new();
        let deadline = Instant::now() + quiet;
        capturer.wait(Interest::Pixels, Some(deadline), &mut noticed).unwrap();
        if noticed.is_empty() {
            break;
        }
        if !noticed.contains(&Noticed::Damage) {
            continue;
        }
        let seen = Instant::now();
        let mut times = (seen, seen);
        let mut made = None;
        capturer
            .capture(Extent::Damaged, &mut |frame| {
                times.0 = Instant::now();
                made = encoder.encode(frame, Need::Change, Millis::default().after(start.elapsed())).unwrap();
                times.1 = Instant::now();
            })
            .unwrap();
        spans.captured.push(times.0 - seen);
        spans.encoded.push(times.1 - times.0);
        spans.updates += 1;
        spans.bytes += made.map_or(0, |made| made.bytes.len());
        last = Some((seen, times.1));
    }
    if let (Some((seen, made)), Ok(drawn)) = (last, drawn.try_recv()) {
        spans.noticed.push(seen.saturating_duration_since(drawn));
        spans.total.push(made.saturating_duration_since(drawn));
    }
}

fn scene(
    what: &str,
    xvfb: &Xvfb,
    changes: u32,
    interval: Duration,
    draw: impl Fn(&Painter, u32) + Send + 'static,
) {
    let mut capturer = open_backend(&permit(), "x11", Some(xvfb.display())).unwrap();
    let mut encoder = UpdateEncoder::new(PictureMode::Auto).unwrap();
    let start = Instant::now();
    capturer
        .capture(Extent::Whole, &mut |frame| {
            encoder.encode(frame, Need::Keyframe, Millis(0)).unwrap();
        })
        .unwrap();
    let (sender, drawn) = channel();
    let mut spans = Spans::default();
    drain(&mut capturer, &mut encoder, start, Duration::from_millis(300), &drawn, &mut Spans::default());
    let painter = Painter::new(xvfb.display());
    let paints = std::thread::spawn(move || {
        for n in 0..changes {
            draw(&painter, n);
            sender.send(Instant::now()).unwrap();
            std::thread::sleep(interval);
        }
    });
    while !paints.is_finished() {
        drain(&mut capturer, &mut encoder, start, interval / 2, &drawn, &mut spans);
    }
    paints.join().unwrap();
    print(what, &mut spans);
}

#[test]
#[ignore = "a measurement; it wants a quiet machine"]
fn where_the_time_of_one_change_goes() {
    let xvfb = Xvfb::start(1_920, 1_080).unwrap();
    scene("a stroke", &xvfb, 200, Duration::from_millis(20), |painter, n| {
        painter.fill(300 + i16::try_from(n).unwrap() * 6, 500, 2, 9, 0x00FF_FFFF - n);
    });
    scene("a character in three places", &xvfb, 200, Duration::from_millis(20), |painter, n| {
        painter.fill(300 + i16::try_from(n).unwrap() * 6, 500, 2, 9, 0x00FF_FFFF - n);
        painter.fill(0, 0, 384, 16, n);
        painter.fill(1500, 1000, 384, 16, n);
    });
    scene("a film of 640x360", &xvfb, 60, Duration::from_millis(33), |painter, n| {
        painter.photo(600, 300, 640, 360, n);
    });
}
