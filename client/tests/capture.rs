//! What every capture backend must do, on a real X server, and what only the X11 backend can.
#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may stop at the first surprise"
)]

mod stage;

use deskside_client::capture::{
    CaptureError, Extent, Interest, Noticed, ScreenCapturer, desktop_size, open, open_backend,
};
use deskside_media::{Area, Surface};
use deskside_proto::geometry::{DesktopPoint, Rect, Size};
use deskside_proto::wire::cursor::CursorMessage;
use deskside_proto::wire::monitors::Monitors;
use deskside_testkit::x11::Xvfb;
use stage::{Painter, permit};
use std::process::Command;
use std::time::{Duration, Instant};
use x11rb::connection::Connection as _;
use x11rb::protocol::render::{Animcursorelt, ConnectionExt as _, CreatePictureAux};
use x11rb::protocol::xproto::{
    ChangeGCAux, ChangeWindowAttributesAux, ConnectionExt as _, CreateGCAux, Rectangle,
};
use x11rb::wrapper::ConnectionExt as _;

/// What a viewer would hold if it got every captured pixel.
struct Watcher {
    capturer: Box<dyn ScreenCapturer>,
    seen: Surface,
    cursor: Vec<CursorMessage>,
    monitors: Monitors,
    patches: usize,
}

impl Watcher {
    fn new(capturer: Box<dyn ScreenCapturer>) -> Self {
        let seen = Surface::new(capturer.size()).unwrap();
        let mut watcher =
            Self { capturer, seen, cursor: Vec::new(), monitors: Monitors::default(), patches: 0 };
        watcher.take(Extent::Whole);
        watcher
    }

    fn take(&mut self, extent: Extent) {
        let (seen, patches) = (&mut self.seen, &mut self.patches);
        self.capturer
            .capture(extent, &mut |frame| {
                assert_eq!(frame.size, seen.size());
                for patch in frame.patches {
                    *patches += 1;
                    let area = Area::within(patch.area(), frame.size).expect("patches are on the screen");
                    for (y, row) in seen.rows_mut(area).enumerate() {
                        row.copy_from_slice(patch.row(0, y, area.width()).unwrap());
                    }
                }
            })
            .unwrap();
    }

    /// Waits once and takes what there is; says what was noticed.
    fn step(&mut self, limit: Duration) -> Vec<Noticed> {
        let mut noticed = Vec::new();
        self.capturer.wait(Interest::Pixels, Some(Instant::now() + limit), &mut noticed).unwrap();
        for notice in &noticed {
            match notice {
                Noticed::Damage => self.take(Extent::Damaged),
                Noticed::Resized(size) => {
                    self.seen = Surface::new(*size).unwrap();
                    self.take(Extent::Whole);
                }
                Noticed::Cursor(message) => self.cursor.push(message.clone()),
                Noticed::Monitors(monitors) => self.monitors = monitors.clone(),
            }
        }
        noticed
    }

    #[track_caller]
    fn until(&mut self, what: &str, done: impl Fn(&Self) -> bool) {
        let end = Instant::now() + Duration::from_secs(10);
        while !done(self) {
            assert!(Instant::now() < end, "{what} did not come");
            self.step(Duration::from_millis(500));
        }
    }

    #[track_caller]
    fn until_it_shows(&mut self, painter: &Painter) {
        let truth = painter.truth();
        self.until("the picture", |watcher| watcher.seen.same_colours(&truth));
    }

    /// Steps until nothing is noticed for a while.
    fn settle(&mut self) {
        while !self.step(Duration::from_millis(400)).is_empty() {}
    }
}

/// The contract; every backend keeps it.
fn keeps_the_contract(backend: &str, display: &str) {
    let painter = Painter::new(display);
    let capturer = open_backend(&permit(), backend, Some(display)).unwrap();
    assert_eq!(capturer.backend(), backend);
    assert_eq!(capturer.size(), desktop_size(Some(display)).unwrap());
    let mut watcher = Watcher::new(capturer);

    painter.fill(10, 10, 100, 50, 0x00FF_8000);
    watcher.until_it_shows(&painter);

    watcher.settle();
    let patches = watcher.patches;
    let noticed = watcher.step(Duration::from_millis(700));
    assert_eq!(noticed, [], "{backend}: something was noticed on a still screen");
    assert_eq!(watcher.patches, patches, "{backend}: pixels were fetched from a still screen");

    // Windows that lie over each other, over the edges of the screen, and one that is hidden completely.
    let below = painter.window(200, 150, 300, 200, 0x0011_2233);
    let above = painter.window(-60, -40, 320, 260, 0x0044_5566);
    painter.window(i16::try_from(watcher.seen.size().width).unwrap() - 30, 300, 400, 90, 0x0077_8899);
    for step in 0..12_i16 {
        painter.fill_in(below, step * 9, step * 7, 120, 60, 0x0000_1111 * u32::from(step.unsigned_abs()));
        painter.fill_in(above, 40 + step * 5, 30, 90, 220, 0x0011_0500 * u32::from(step.unsigned_abs()));
    }
    watcher.until_it_shows(&painter);
    painter.connection.destroy_window(above).unwrap();
    painter.connection.sync().unwrap();
    watcher.until_it_shows(&painter);

    let slivers: Vec<Rectangle> =
        (0..700_i16).map(|n| Rectangle { x: n % 50 * 20, y: n / 50 * 50, width: 3, height: 2 }).collect();
    painter.connection.change_gc(painter.gc, &ChangeGCAux::new().foreground(0x00FE_DCBA)).unwrap();
    painter.connection.poly_fill_rectangle(painter.root, painter.gc, &slivers).unwrap();
    painter.connection.sync().unwrap();
    watcher.until_it_shows(&painter);

    waiting_without_interest_ignores_pixels(&mut watcher, &painter);
    a_waker_ends_a_wait(&mut watcher);

    painter.resize(640, 480);
    watcher.until("the new size", |watcher| watcher.seen.size() == Size::new(640, 480));
    assert_eq!(watcher.capturer.size(), Size::new(640, 480));
    painter.fill(600, 440, 100, 100, 0x0012_3456);
    watcher.until_it_shows(&painter);
}

fn waiting_without_interest_ignores_pixels(watcher: &mut Watcher, painter: &Painter) {
    watcher.settle();
    painter.fill(300, 20, 40, 40, 0x00AB_CDEF);
    let mut noticed = Vec::new();
    let until = Instant::now() + Duration::from_millis(300);
    watcher.capturer.wait(Interest::NoPixels, Some(until), &mut noticed).unwrap();
    assert!(!noticed.contains(&Noticed::Damage));
    assert!(Instant::now() >= until);
    watcher.until_it_shows(painter);
}

fn a_waker_ends_a_wait(watcher: &mut Watcher) {
    let waker = watcher.capturer.waker();
    let begun = Instant::now();
    // First a waker that was used before the wait, then one that is used during it.
    waker.wake();
    watcher.capturer.wait(Interest::NoPixels, None, &mut Vec::new()).unwrap();
    let thread = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(50));
        waker.wake();
    });
    watcher.capturer.wait(Interest::NoPixels, None, &mut Vec::new()).unwrap();
    thread.join().unwrap();
    assert!(begun.elapsed() < Duration::from_secs(5));
}

#[test]
fn x11_keeps_the_contract() {
    keeps_the_contract("x11", Xvfb::start(1_024, 768).unwrap().display());
}

/// This backend takes its display from the environment, so the test runs in a process that has the right one.
#[test]
fn scrap_keeps_the_contract() {
    let xvfb = Xvfb::start(1_024, 768).unwrap();
    let status = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "scrap_keeps_the_contract_on_its_display", "--ignored", "--nocapture"])
        .env("DISPLAY", xvfb.display())
        .status()
        .unwrap();
    assert!(status.success());
}

#[test]
#[ignore = "run by scrap_keeps_the_contract, which sets DISPLAY"]
fn scrap_keeps_the_contract_on_its_display() {
    let display = std::env::var("DISPLAY").unwrap();
    keeps_the_contract("scrap", &display);
    others_may_not_look(&display);
}

/// The memory that pixels are shared in belongs to the person alone.
fn others_may_not_look(display: &str) {
    let capturer = open_backend(&permit(), "scrap", Some(display)).unwrap();
    let own = std::process::id().to_string();
    let list = std::fs::read_to_string("/proc/sysvipc/shm").unwrap();
    let modes: Vec<&str> = list
        .lines()
        .map(|line| line.split_whitespace().collect::<Vec<_>>())
        .filter(|fields| fields.get(4) == Some(&own.as_str()))
        .map(|fields| fields[2])
        .collect();
    assert!(!modes.is_empty() && modes.iter().all(|mode| mode.ends_with("600")), "{modes:?}");
    drop(capturer);
}

#[test]
fn without_shared_memory_the_pixels_come_through_the_connection() {
    let xvfb = Xvfb::start_with(1_024, 768, &["-extension", "MIT-SHM"]).unwrap();
    keeps_the_contract("x11", xvfb.display());
}

#[test]
fn a_new_cursor_shape_is_reported_with_its_colours() {
    let xvfb = Xvfb::start(800, 600).unwrap();
    let painter = Painter::new(xvfb.display());
    let mut watcher = Watcher::new(open(&permit(), Some(xvfb.display())).unwrap());
    watcher.until("the first shape", |watcher| !watcher.cursor.is_empty());
    watcher.settle();
    watcher.cursor.clear();

    let pixmap = painter.connection.generate_id().unwrap();
    painter.connection.create_pixmap(1, pixmap, painter.root, 24, 20).unwrap();
    let gc = painter.connection.generate_id().unwrap();
    painter.connection.create_gc(gc, pixmap, &CreateGCAux::new().foreground(1)).unwrap();
    let all = Rectangle { x: 0, y: 0, width: 24, height: 20 };
    painter.connection.poly_fill_rectangle(pixmap, gc, &[all]).unwrap();
    let cursor = painter.connection.generate_id().unwrap();
    let (red, other) = ((0xFFFF, 0, 0), (0, 0, 0));
    painter
        .connection
        .create_cursor(cursor, pixmap, pixmap, red.0, red.1, red.2, other.0, other.1, other.2, 3, 5)
        .unwrap();
    let aux = ChangeWindowAttributesAux::new().cursor(cursor);
    painter.connection.change_window_attributes(painter.root, &aux).unwrap();
    painter.connection.sync().unwrap();

    watcher.until("the new shape", |watcher| {
        watcher.cursor.iter().any(|message| match message {
            CursorMessage::Shape(shape) => {
                shape.size() == Size::new(24, 20)
                    && (shape.hotspot().x, shape.hotspot().y) == (3, 5)
                    && shape.rgba()[..4] == [255, 0, 0, 255]
            }
            CursorMessage::Hidden | CursorMessage::Moved { .. } => false,
        })
    });
}

/// A cursor of one colour with half-transparent edges, made as toolkits make theirs.
fn argb_cursor(painter: &Painter, side: u16, colour: u32) -> u32 {
    let connection = &painter.connection;
    let formats = connection.render_query_pict_formats().unwrap().reply().unwrap().formats;
    let argb =
        formats.iter().find(|format| format.depth == 32 && format.direct.alpha_mask == 0xFF).unwrap().id;
    let [pixmap, gc, picture, cursor] = [(); 4].map(|()| connection.generate_id().unwrap());
    connection.create_pixmap(32, pixmap, painter.root, side, side).unwrap();
    connection.create_gc(gc, pixmap, &CreateGCAux::new().foreground(colour)).unwrap();
    let all = Rectangle { x: 0, y: 0, width: side, height: side };
    connection.poly_fill_rectangle(pixmap, gc, &[all]).unwrap();
    connection.render_create_picture(picture, pixmap, argb, &CreatePictureAux::new()).unwrap();
    connection.render_create_cursor(cursor, picture, side / 2, side / 4).unwrap();
    cursor
}

fn point_with(painter: &Painter, cursor: u32) {
    let aux = ChangeWindowAttributesAux::new().cursor(cursor);
    painter.connection.change_window_attributes(painter.root, &aux).unwrap();
    painter.connection.sync().unwrap();
}

fn shows(watcher: &Watcher, side: u16, red: u8) -> bool {
    watcher.cursor.last().is_some_and(|look| match look {
        CursorMessage::Shape(shape) => {
            shape.size() == Size::new(side.into(), side.into())
                && (shape.hotspot().x, shape.hotspot().y) == (side / 2, side / 4)
                && shape.rgba()[..4] == [red, 0, 0, 0xFF]
        }
        CursorMessage::Hidden | CursorMessage::Moved { .. } => false,
    })
}

#[test]
fn large_cursors_arrive_whole() {
    let xvfb = Xvfb::start(800, 600).unwrap();
    let painter = Painter::new(xvfb.display());
    let mut watcher = Watcher::new(open(&permit(), Some(xvfb.display())).unwrap());
    watcher.settle();
    for (side, red) in [(64, 0x11), (96, 0x22), (256, 0x33)] {
        point_with(&painter, argb_cursor(&painter, side, 0xFF00_0000 | u32::from(red) << 16));
        watcher.until("the large cursor", |watcher| shows(watcher, side, red));
    }
}

#[test]
fn an_animated_cursor_does_not_flood_and_its_end_is_not_missed() {
    let xvfb = Xvfb::start(800, 600).unwrap();
    let painter = Painter::new(xvfb.display());
    let mut watcher = Watcher::new(open(&permit(), Some(xvfb.display())).unwrap());
    watcher.settle();
    watcher.cursor.clear();
    let frames: Vec<Animcursorelt> = (1..=8_u32)
        .map(|n| Animcursorelt { cursor: argb_cursor(&painter, 64, 0xFF00_0000 | n << 20), delay: 10 })
        .collect();
    let animated = painter.connection.generate_id().unwrap();
    painter.connection.render_create_anim_cursor(animated, &frames).unwrap();
    point_with(&painter, animated);
    let (begun, mut steps) = (Instant::now(), 0);
    while begun.elapsed() < Duration::from_secs(3) {
        watcher.step(Duration::from_millis(200));
        steps += 1;
    }
    // Eight go out at once, then one a second, of the 100 that the server shows a second.
    let bytes: usize = watcher
        .cursor
        .iter()
        .map(|look| match look {
            CursorMessage::Shape(shape) => shape.rgba().len(),
            CursorMessage::Hidden | CursorMessage::Moved { .. } => 0,
        })
        .sum();
    let seconds = begun.elapsed().as_secs() as usize + 1;
    assert!(watcher.cursor.len() >= 8, "{} looks", watcher.cursor.len());
    assert!(bytes <= (144 + 16 * seconds) * 1024, "{bytes} bytes of cursors in {seconds} s");
    assert!(steps <= 40 + 2 * seconds, "woken {steps} times");

    point_with(&painter, argb_cursor(&painter, 32, 0xFFAB_0000));
    watcher.until("the cursor after it", |watcher| shows(watcher, 32, 0xAB));
}

#[test]
fn what_is_drawn_while_pixels_are_fetched_is_never_lost() {
    let xvfb = Xvfb::start(1_024, 768).unwrap();
    let mut watcher = Watcher::new(open_backend(&permit(), "x11", Some(xvfb.display())).unwrap());
    let display = xvfb.display().to_owned();
    let draws = std::thread::spawn(move || {
        let painter = Painter::new(&display);
        for n in 0..2_000_u32 {
            let (x, y) = ((n * 37 % 1_000) as i16, (n * 61 % 740) as i16);
            painter
                .connection
                .change_gc(painter.gc, &ChangeGCAux::new().foreground(n * 0x0001_2345))
                .unwrap();
            let area = Rectangle { x, y, width: 20 + (n % 200) as u16, height: 3 + (n % 90) as u16 };
            painter.connection.poly_fill_rectangle(painter.root, painter.gc, &[area]).unwrap();
            painter.connection.flush().unwrap();
            if n % 7 == 0 {
                std::thread::sleep(Duration::from_micros(300));
            }
        }
        painter.connection.sync().unwrap();
        painter
    });
    while !draws.is_finished() {
        watcher.step(Duration::from_millis(20));
    }
    watcher.until_it_shows(&draws.join().unwrap());
}

#[test]
fn the_pointer_is_followed_and_costs_nothing_while_it_rests() {
    let xvfb = Xvfb::start(800, 600).unwrap();
    let injected = xvfb.injected().unwrap();
    let mut watcher = Watcher::new(open(&permit(), Some(xvfb.display())).unwrap());
    watcher.settle();
    for (x, y) in [(20, 30), (700, 500), (0, 0), (799, 599)] {
        injected.move_to(x, y).unwrap();
        let place = CursorMessage::Moved { at: DesktopPoint::new(x.into(), y.into()) };
        watcher.until("the pointer's place", |watcher| watcher.cursor.last() == Some(&place));
    }
    watcher.settle();
    assert_eq!(watcher.step(Duration::from_millis(500)), []);
}

/// A click that draws: the damage comes while the answer about the pointer is waited for, and no later event wakes.
#[test]
fn what_is_drawn_right_after_the_pointer_moved_is_not_overlooked() {
    let screen = Xvfb::start(800, 600).unwrap();
    let display = screen.display();
    let painter = Painter::new(display);
    let mut watcher = Watcher::new(open(&permit(), Some(display)).unwrap());
    watcher.settle();
    let injected = deskside_testkit::x11::Injected::at(display).unwrap();
    for round in 0..200_i16 {
        let watching = std::thread::scope(|scope| {
            let acting = scope.spawn(|| {
                injected.move_to(100, 100).unwrap();
                let moved = Instant::now();
                while moved.elapsed() < Duration::from_micros(2 * round.unsigned_abs() as u64) {
                    std::hint::spin_loop();
                }
                painter.fill(round, round, 30, 30, 0x0001_0203 * (i32::from(round) as u32 % 80 + 1));
            });
            // A wait that ends by its deadline looks once more, and would find it then.
            let (began, limit) = (Instant::now(), Duration::from_secs(5));
            let mut is_seen = false;
            while !is_seen && began.elapsed() < limit {
                is_seen = watcher.step(limit).contains(&Noticed::Damage);
            }
            acting.join().unwrap();
            is_seen && began.elapsed() < limit
        });
        assert!(watching, "the drawing of round {round} was overlooked");
    }
}

#[test]
fn a_server_that_dies_is_an_error_and_no_panic() {
    let xvfb = Xvfb::start(800, 600).unwrap();
    let mut watcher = Watcher::new(open_backend(&permit(), "x11", Some(xvfb.display())).unwrap());
    watcher.settle();
    let ends = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(100));
        drop(xvfb);
    });
    let mut outcome = Ok(());
    for _ in 0..10 {
        outcome = watcher.capturer.wait(Interest::Pixels, None, &mut Vec::new());
        if outcome.is_err() {
            break;
        }
    }
    assert!(matches!(outcome, Err(CaptureError::Lost(_))), "{outcome:?}");
    assert!(matches!(watcher.capturer.capture(Extent::Whole, &mut |_| {}), Err(CaptureError::Lost(_))));
    ends.join().unwrap();
}

#[test]
fn what_cannot_be_captured_is_said() {
    let xvfb = Xvfb::start_with(640, 480, &["-screen", "0", "640x480x16"]).unwrap();
    let error = open_backend(&permit(), "x11", Some(xvfb.display())).err().unwrap();
    assert!(matches!(error, CaptureError::PixelFormat(_)), "{error:?}");
    assert!(error.to_string().contains("depth 16"), "{error}");

    let xvfb = Xvfb::start_with(640, 480, &["-extension", "DAMAGE"]).unwrap();
    let error = open_backend(&permit(), "x11", Some(xvfb.display())).err().unwrap();
    assert!(matches!(error, CaptureError::Missing(_)), "{error:?}");

    let error = open_backend(&permit(), "x11", Some(":4711")).err().unwrap();
    assert!(matches!(error, CaptureError::Unreachable(_)), "{error:?}");
    assert!(matches!(desktop_size(Some(":4711")), Err(CaptureError::Unreachable(_))));
    assert!(open_backend(&permit(), "none", None).is_err());
}

#[test]
fn monitors_are_told_at_first_and_at_every_change() {
    let xvfb = Xvfb::start(1_000, 600).unwrap();
    let xrandr = |arguments: &[&str]| {
        let mut command = Command::new("xrandr");
        assert!(command.args(["-display", xvfb.display()]).args(arguments).status().unwrap().success());
    };
    xrandr(&["--setmonitor", "small", "300/80x200/60+0+0", "screen"]);
    let mut watcher = Watcher::new(open_backend(&permit(), "x11", Some(xvfb.display())).unwrap());
    watcher.settle();
    let places = |watcher: &Watcher| -> Vec<Rect> {
        watcher.monitors.as_slice().iter().map(|monitor| monitor.place).collect()
    };
    assert_eq!(places(&watcher), [Rect::new(0, 0, 300, 200)]);
    xrandr(&["--setmonitor", "large", "700/100x500/90+300+100", "none"]);
    watcher.until("the second monitor", |watcher| places(watcher).len() == 2);
    assert_eq!(places(&watcher), [Rect::new(0, 0, 300, 200), Rect::new(300, 100, 700, 500)]);
    xrandr(&["--delmonitor", "large"]);
    watcher.until("its end", |watcher| places(watcher).len() == 1);
}

#[test]
fn damage_costs_pixels_of_the_damage_only() {
    let xvfb = Xvfb::start(1_920, 1_080).unwrap();
    let painter = Painter::new(xvfb.display());
    let mut watcher = Watcher::new(open_backend(&permit(), "x11", Some(xvfb.display())).unwrap());
    watcher.settle();
    painter.fill(500, 400, 8, 16, 0x00FF_FFFF);
    let mut noticed = Vec::new();
    watcher.capturer.wait(Interest::Pixels, None, &mut noticed).unwrap();
    let mut areas = Vec::new();
    watcher
        .capturer
        .capture(Extent::Damaged, &mut |frame| areas.extend(frame.patches.iter().map(|patch| patch.area())))
        .unwrap();
    assert_eq!(areas, [Rect::new(500, 400, 8, 16)]);
}
