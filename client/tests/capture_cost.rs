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
use deskside_client::sharing::{Hidden, Share, Sharing, WindowNumber};
use deskside_media::{Area, Need, PictureMode, UpdateEncoder};
use deskside_proto::time::Millis;
use deskside_testkit::x11::Xvfb;
use stage::{Painter, Stage, permit};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};
use x11rb::protocol::xproto::{
    ChangeGCAux, ConfigureWindowAux, ConnectionExt as _, ImageFormat, Rectangle, StackMode,
};
use x11rb::wrapper::ConnectionExt as _;

/// Points in time of one change.
#[derive(Default)]
struct Spans {
    noticed: Vec<Duration>,
    captured: Vec<Duration>,
    encoded: Vec<Duration>,
    /// CPU time of capture and encoding, which other programs do not lengthen.
    worked: Vec<Duration>,
    total: Vec<Duration>,
    updates: usize,
    bytes: usize,
}

fn print(what: &str, spans: &mut Spans) {
    let mut line = format!("{what:34}");
    let columns =
        [&mut spans.noticed, &mut spans.captured, &mut spans.encoded, &mut spans.worked, &mut spans.total];
    for (name, column) in ["noticed", "captured", "encoded", "cpu", "drawn-made"].iter().zip(columns) {
        column.sort_unstable();
        let at = |part: usize| column[column.len() * part / 100].as_secs_f64() * 1e3;
        line += &format!(" {name} {:6.3} ({:6.3})", at(50), at(95));
    }
    println!("{line} ms p50 (p95), {} updates, {} B", spans.updates, spans.bytes);
}

/// CPU time of this thread.
fn cpu() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec.try_into().unwrap(), time.tv_nsec.try_into().unwrap())
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
        let (seen, before) = (Instant::now(), cpu());
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
        spans.worked.push(cpu() - before);
        spans.updates += 1;
        spans.bytes += made.map_or(0, |made| made.bytes.len());
        last = Some((seen, times.1));
    }
    // The painter says it a little after the drawing was seen.
    let Some((seen, made)) = last else { return };
    let newest = drawn.recv_timeout(quiet).ok().map(|first| drawn.try_iter().last().unwrap_or(first));
    if let Some(drawn) = newest {
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
    scene_with(what, xvfb, changes, interval, &Sharing::default(), draw);
}

fn scene_with(
    what: &str,
    xvfb: &Xvfb,
    changes: u32,
    interval: Duration,
    sharing: &Sharing,
    draw: impl Fn(&Painter, u32) + Send + 'static,
) {
    let mut capturer = open_backend(&permit(), "x11", Some(xvfb.display())).unwrap();
    if !sharing.is_everything() {
        capturer.share(sharing).unwrap();
    }
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

/// A page that looks like text: strokes on white.
fn text(painter: &Painter) {
    painter.fill(360, 90, 1200, 900, 0x00FF_FFFF);
    let mut random = 1_u32;
    let strokes: Vec<Rectangle> = (0..50 * 130)
        .map(|n| {
            random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let (row, column) = (n / 130, n % 130);
            let (width, height) = (1 + (random >> 24 & 3) as u16, 3 + (random >> 16 & 7) as u16);
            Rectangle { x: 364 + column * 9 + (random >> 28) as i16 % 3, y: 94 + row * 18, width, height }
        })
        .collect();
    painter.connection.change_gc(painter.gc, &ChangeGCAux::new().foreground(0)).unwrap();
    painter.connection.poly_fill_rectangle(painter.root, painter.gc, &strokes).unwrap();
    painter.connection.sync().unwrap();
}

/// Pictures of a film, made before the clock runs.
fn film(width: u16, height: u16) -> Vec<Vec<u8>> {
    let wave: Vec<u8> = (0..4_096_u32).map(|v| ((f64::from(v) * 0.021).sin() * 90.0 + 128.0) as u8).collect();
    let at = |v: u32| wave[v as usize % wave.len()];
    let frame = |time: u32| {
        let pixels = (0..u32::from(height)).flat_map(|y| {
            (0..u32::from(width))
                .flat_map(move |x| [at(x + 3 * time), at(y + 2 * time), at(x + y + 5 * time), 0])
        });
        pixels.collect()
    };
    (0..12).map(frame).collect()
}

/// How long a letter takes to the sink while a film runs beside it, on the pipeline's own thread.
fn letters_beside_a_film(xvfb: &Xvfb, width: u16, height: u16) {
    let frames = film(width, height);
    let mut stage = Stage::new(xvfb, PictureMode::Auto);
    stage.settle();
    let display = xvfb.display().to_owned();
    let player = std::thread::spawn(move || {
        let painter = Painter::new(&display);
        let begun = Instant::now();
        for n in 0..240_u32 {
            let Painter { connection, root, gc } = &painter;
            let pixels = &frames[n as usize % frames.len()];
            connection
                .put_image(ImageFormat::Z_PIXMAP, *root, *gc, width, height, 500, 300, 0, 24, pixels)
                .unwrap();
            connection.sync().unwrap();
            std::thread::sleep((Duration::from_millis(33) * (n + 1)).saturating_sub(begun.elapsed()));
        }
    });
    let mut waits = Vec::new();
    while !player.is_finished() {
        let letter = u32::try_from(waits.len()).unwrap() + 1;
        stage.painter.fill(20 + (letter % 400) as i16, 20, 8, 16, 0x00FF_FFFF - letter);
        let drawn = Instant::now();
        let end = drawn + Duration::from_millis(97);
        let mut is_seen = false;
        while Instant::now() < end {
            stage.step(end.saturating_duration_since(Instant::now()));
            let at =
                Area::from_edges(20 + (letter % 400) as usize, 20, 21 + (letter % 400) as usize, 21).unwrap();
            let shown =
                stage.viewer.surface().rows(at).next().is_some_and(|row| row[0] == (0xFF - letter) as u8);
            if shown && !is_seen {
                is_seen = true;
                waits.push(drawn.elapsed());
            }
        }
        if !is_seen {
            waits.push(Duration::from_millis(97));
        }
    }
    player.join().unwrap();
    waits.sort_unstable();
    let at = |part: usize| waits[waits.len() * part / 100];
    println!(
        "a letter beside a film of {width}x{height}: p50 {:.2?} p95 {:.2?}, {} letters, {} updates",
        at(50),
        at(95),
        waits.len(),
        stage.updates.len()
    );
}

#[test]
#[ignore = "a measurement; it wants a quiet machine"]
fn letters_do_not_wait_long_for_a_film() {
    let xvfb = Xvfb::start(1_920, 1_080).unwrap();
    letters_beside_a_film(&xvfb, 640, 360);
    letters_beside_a_film(&xvfb, 1_280, 720);
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
    scene("three lines of 1200x900 scrolled", &xvfb, 60, Duration::from_millis(50), |painter, n| {
        if n == 0 {
            text(painter);
        }
        let Painter { connection, root, gc } = painter;
        connection.copy_area(*root, *root, *gc, 360, 90 + 54, 360, 90, 1200, 900 - 54).unwrap();
        painter.fill(360, 990 - 54, 1200, 54, n * 0x0001_0305);
    });
    scene("a film of 640x360", &xvfb, 60, Duration::from_millis(33), |painter, n| {
        painter.photo(600, 300, 640, 360, n);
    });
}

#[test]
#[ignore = "a measurement; it wants a quiet machine"]
fn what_it_costs_to_hide_a_window() {
    let xvfb = Xvfb::start(1_920, 1_080).unwrap();
    let desktop = Painter::new(xvfb.display());
    let others: Vec<_> = (0..10).map(|n| desktop.window(n * 60, n * 40, 900, 600, 0x0080_A0C0)).collect();
    let (window, other) = (desktop.window(600, 300, 1_200, 700, 0x00FF_FFFF), others[3]);
    // Of another program: menus of the same one would be hidden with it.
    let private = Painter::new(xvfb.display());
    let hidden = private.window(100, 100, 300, 200, 0x00F0_1040);
    let hides = Sharing { share: Share::Everything, hidden: vec![Hidden::Window(WindowNumber(hidden))] };
    for (sharing, when) in [(Sharing::default(), "nothing hidden"), (hides, "a window hidden")] {
        let named = |what: &str| format!("{what}, {when}");
        // The one that is dragged came to lie over it.
        let raised = ConfigureWindowAux::new().stack_mode(StackMode::ABOVE);
        desktop.connection.configure_window(window, &raised).unwrap();
        desktop.connection.sync().unwrap();
        let typed = Duration::from_millis(20);
        scene_with(&named("a letter"), &xvfb, 200, typed, &sharing, move |painter, n| {
            painter.fill_in(window, 30 + i16::try_from(n).unwrap() * 5, 50, 8, 16, n);
        });
        let shown = Duration::from_millis(33);
        scene_with(&named("a film of 640x360"), &xvfb, 60, shown, &sharing, move |painter, n| {
            painter.fill_in(window, 100, 100, 640, 360, n * 0x0003_0507);
        });
        scene_with(&named("a window dragged"), &xvfb, 60, shown, &sharing, move |painter, n| {
            let to = ConfigureWindowAux::new().x(100 + i32::try_from(n).unwrap() * 8).y(200);
            painter.connection.configure_window(other, &to.stack_mode(StackMode::ABOVE)).unwrap();
            painter.connection.sync().unwrap();
        });
    }
}
