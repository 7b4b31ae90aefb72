//! The pipeline on a real X server: what a viewer's surface holds, what is sent and when, and that nothing happens
//! while nothing changes.
#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may stop at the first surprise"
)]

use deskside_client::capture::{CaptureError, ViewPermit};
use deskside_client::pipeline::{Pipeline, PipelineConfig, PipelineError, Update, UpdateSink, Urgency};
use deskside_media::{Area, PictureMode, Surface, UpdateDecoder};
use deskside_proto::geometry::Size;
use deskside_proto::session::ClientEffect;
use deskside_proto::wire::cursor::CursorMessage;
use deskside_testkit::x11::Xvfb;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use x11rb::connection::Connection as _;
use x11rb::protocol::xproto::{
    ChangeGCAux, ConnectionExt as _, CreateGCAux, Gcontext, ImageFormat, Rectangle, Window,
};
use x11rb::rust_connection::RustConnection;
use x11rb::wrapper::ConnectionExt as _;

/// The tests look at threads of the process by name, so they run one after the other.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

enum Sent {
    Update(Update),
    Cursor,
    Failed(PipelineError),
}

struct Sink {
    ready: Arc<AtomicBool>,
    sent: Sender<Sent>,
}

impl UpdateSink for Sink {
    fn ready(&self) -> bool {
        self.ready.load(Ordering::Acquire)
    }

    fn send_update(&mut self, update: Update) {
        let _ = self.sent.send(Sent::Update(update));
    }

    fn send_cursor(&mut self, _: CursorMessage) {
        let _ = self.sent.send(Sent::Cursor);
    }

    fn failed(&mut self, error: PipelineError) {
        let _ = self.sent.send(Sent::Failed(error));
    }
}

/// A pipeline with a viewer behind it.
struct Stage {
    pipeline: Pipeline,
    ready: Arc<AtomicBool>,
    sent: Receiver<Sent>,
    viewer: UpdateDecoder,
    updates: Vec<(Urgency, usize)>,
    painter: Painter,
}

struct Painter {
    connection: RustConnection,
    root: Window,
    gc: Gcontext,
}

impl Painter {
    fn new(display: &str) -> Self {
        let (connection, screen) = RustConnection::connect(Some(display)).unwrap();
        let root = connection.setup().roots[screen].root;
        let gc = connection.generate_id().unwrap();
        connection.create_gc(gc, root, &CreateGCAux::new().graphics_exposures(0)).unwrap();
        Self { connection, root, gc }
    }

    fn fill(&self, x: i16, y: i16, width: u16, height: u16, colour: u32) {
        self.connection.change_gc(self.gc, &ChangeGCAux::new().foreground(colour)).unwrap();
        let area = Rectangle { x, y, width, height };
        self.connection.poly_fill_rectangle(self.root, self.gc, &[area]).unwrap();
        self.connection.sync().unwrap();
    }

    /// Puts pixels that no two neighbours share, like a photograph.
    fn photo(&self, x: i16, y: i16, width: u16, height: u16, time: u32) {
        for band in (0..height).step_by(60) {
            let rows = 60.min(height - band);
            let mut pixels = Vec::with_capacity(usize::from(width) * usize::from(rows) * 4);
            for row in 0..u32::from(rows) {
                for column in 0..u32::from(width) {
                    let (a, b) = (column + time * 3, row + u32::from(band) + time);
                    let wave = |v: u32| ((f64::from(v) * 0.03).sin() * 100.0 + 128.0) as u8;
                    pixels.extend_from_slice(&[
                        wave(a),
                        wave(b),
                        wave(a + b).wrapping_add((a * b % 5) as u8),
                        0,
                    ]);
                }
            }
            let at = y + i16::try_from(band).unwrap();
            let depth = self.connection.setup().roots[0].root_depth;
            self.connection
                .put_image(ImageFormat::Z_PIXMAP, self.root, self.gc, width, rows, x, at, 0, depth, &pixels)
                .unwrap();
        }
        self.connection.sync().unwrap();
    }

    fn truth(&self) -> Surface {
        let geometry = self.connection.get_geometry(self.root).unwrap().reply().unwrap();
        let (width, height) = (geometry.width, geometry.height);
        let image = self.connection.get_image(ImageFormat::Z_PIXMAP, self.root, 0, 0, width, height, !0);
        let data = image.unwrap().reply().unwrap().data;
        let mut surface = Surface::new(Size::new(width.into(), height.into())).unwrap();
        let whole = Area::whole(surface.size()).unwrap();
        for (row, fresh) in surface.rows_mut(whole).zip(data.chunks_exact(usize::from(width) * 4)) {
            row.copy_from_slice(fresh);
        }
        surface
    }
}

fn permit() -> ViewPermit {
    ViewPermit::from_effect(&ClientEffect::StartCapture).unwrap()
}

impl Stage {
    fn new(xvfb: &Xvfb, mode: PictureMode) -> Self {
        let painter = Painter::new(xvfb.display());
        let (sender, sent) = channel();
        let ready = Arc::new(AtomicBool::new(true));
        let sink = Sink { ready: Arc::clone(&ready), sent: sender };
        let config = PipelineConfig { display: Some(xvfb.display().to_owned()), mode };
        let pipeline = Pipeline::start(permit(), config, sink).unwrap();
        let viewer = UpdateDecoder::new().unwrap();
        Self { pipeline, ready, sent, viewer, updates: Vec::new(), painter }
    }

    /// Takes one message; false when none came in time.
    fn step(&mut self, limit: Duration) -> bool {
        match self.sent.recv_timeout(limit) {
            Ok(Sent::Update(update)) => {
                assert_eq!(update.sequence as usize, self.updates.len());
                self.updates.push((update.urgency, update.bytes.len()));
                self.viewer.apply(&update.bytes).unwrap();
                true
            }
            Ok(Sent::Cursor) => true,
            Ok(Sent::Failed(error)) => panic!("{error}"),
            Err(_) => false,
        }
    }

    #[track_caller]
    fn until_exact(&mut self) {
        let truth = self.painter.truth();
        let end = Instant::now() + Duration::from_secs(20);
        while !self.viewer.surface().same_colours(&truth) {
            assert!(Instant::now() < end, "the viewer never saw it exactly");
            self.step(Duration::from_millis(500));
        }
    }

    fn settle(&mut self) {
        while self.step(Duration::from_millis(400)) {}
    }
}

/// How often the pipeline's thread has gone to sleep: a thread that is left in peace sleeps once.
fn sleeps() -> u64 {
    let field = |status: &str, name: &str| {
        status.lines().find_map(|line| line.strip_prefix(name).map(|value| value.trim().to_owned()))
    };
    for task in std::fs::read_dir("/proc/self/task").unwrap() {
        let Ok(status) = std::fs::read_to_string(task.unwrap().path().join("status")) else { continue };
        if field(&status, "Name:").as_deref() == Some("picture") {
            return field(&status, "voluntary_ctxt_switches:").unwrap().parse().unwrap();
        }
    }
    panic!("no thread of that name");
}

#[test]
fn a_change_reaches_the_viewer_exactly() {
    let _alone = ONE_AT_A_TIME.lock();
    let xvfb = Xvfb::start(1_280, 720).unwrap();
    let mut stage = Stage::new(&xvfb, PictureMode::Auto);
    assert_eq!(stage.pipeline.size(), Size::new(1_280, 720));
    stage.until_exact();
    stage.painter.fill(100, 100, 8, 16, 0x00FF_FFFF);
    stage.until_exact();
    let (urgency, bytes) = *stage.updates.last().unwrap();
    assert_eq!(urgency, Urgency::Live);
    assert!(bytes < 60, "{bytes} bytes for one rectangle");
}

#[test]
fn nothing_happens_while_nothing_changes() {
    let _alone = ONE_AT_A_TIME.lock();
    let xvfb = Xvfb::start(1_280, 720).unwrap();
    let mut stage = Stage::new(&xvfb, PictureMode::Auto);
    stage.painter.photo(40, 40, 800, 500, 1);
    stage.until_exact();
    stage.settle();
    let (before, sent) = (sleeps(), stage.updates.len());
    assert!(!stage.step(Duration::from_secs(2)));
    assert_eq!(sleeps(), before, "the thread woke up");
    assert_eq!(stage.updates.len(), sent);
}

#[test]
fn a_photo_comes_as_video_and_then_exactly() {
    let _alone = ONE_AT_A_TIME.lock();
    let xvfb = Xvfb::start(1_280, 720).unwrap();
    let mut stage = Stage::new(&xvfb, PictureMode::Auto);
    stage.until_exact();
    let before = stage.updates.len();
    stage.painter.photo(40, 40, 1_000, 600, 1);
    stage.until_exact();
    let kinds: Vec<Urgency> = stage.updates[before..].iter().map(|(urgency, _)| *urgency).collect();
    assert_eq!(kinds.first(), Some(&Urgency::Live));
    assert!(kinds.contains(&Urgency::Refinement), "{kinds:?}");
}

#[test]
fn without_credit_nothing_is_sent_and_then_only_the_newest() {
    let _alone = ONE_AT_A_TIME.lock();
    let xvfb = Xvfb::start(1_280, 720).unwrap();
    let mut stage = Stage::new(&xvfb, PictureMode::Auto);
    stage.until_exact();
    stage.settle();
    stage.ready.store(false, Ordering::Release);
    let before = stage.updates.len();
    // The first change may still be noticed; afterwards not even that.
    stage.painter.fill(0, 0, 10, 10, 1);
    assert!(!stage.step(Duration::from_millis(200)));
    let asleep = sleeps();
    for change in 0..200_u16 {
        stage.painter.fill(change as i16, 50, 30, 30, 0x0001_0203 * u32::from(change));
    }
    assert!(!stage.step(Duration::from_millis(200)));
    assert!(sleeps() <= asleep + 2, "{} wake-ups without credit", sleeps() - asleep);
    stage.ready.store(true, Ordering::Release);
    stage.pipeline.handle().wake();
    stage.until_exact();
    assert_eq!(stage.updates.len(), before + 1);
}

#[test]
fn a_keyframe_comes_on_request_and_needs_nothing_before() {
    let _alone = ONE_AT_A_TIME.lock();
    let xvfb = Xvfb::start(1_280, 720).unwrap();
    let mut stage = Stage::new(&xvfb, PictureMode::Auto);
    stage.painter.fill(30, 30, 500, 300, 0x0000_8000);
    stage.until_exact();
    stage.settle();
    stage.viewer = UpdateDecoder::new().unwrap();
    stage.updates.clear();
    stage.pipeline.handle().request_keyframe();
    let Ok(Sent::Update(update)) = stage.sent.recv_timeout(Duration::from_secs(5)) else {
        panic!("no keyframe")
    };
    stage.viewer.apply(&update.bytes).unwrap();
    assert!(stage.viewer.surface().same_colours(&stage.painter.truth()));
}

#[test]
fn after_the_end_nothing_is_captured() {
    let _alone = ONE_AT_A_TIME.lock();
    let xvfb = Xvfb::start(800, 600).unwrap();
    let mut stage = Stage::new(&xvfb, PictureMode::Auto);
    stage.until_exact();
    let Stage { pipeline, sent, painter, .. } = stage;
    let begun = Instant::now();
    drop(pipeline);
    assert!(begun.elapsed() < Duration::from_secs(1));
    while sent.try_recv().is_ok() {}
    painter.fill(0, 0, 100, 100, 0x00FF_0000);
    assert!(sent.recv_timeout(Duration::from_millis(300)).is_err());
}

#[test]
fn a_dead_server_is_reported_and_a_missing_one_refused() {
    let _alone = ONE_AT_A_TIME.lock();
    let xvfb = Xvfb::start(800, 600).unwrap();
    let stage = Stage::new(&xvfb, PictureMode::Auto);
    let Stage { pipeline, sent, painter, .. } = stage;
    drop(painter);
    drop(xvfb);
    let end = Instant::now() + Duration::from_secs(10);
    loop {
        match sent.recv_timeout(end.saturating_duration_since(Instant::now())) {
            Ok(Sent::Failed(PipelineError::Capture(CaptureError::Lost(_)))) => break,
            Ok(Sent::Failed(error)) => panic!("{error:?}"),
            Ok(Sent::Update(_) | Sent::Cursor) => {}
            Err(error) => panic!("{error}"),
        }
    }
    drop(pipeline);

    let sink = Sink { ready: Arc::default(), sent: channel().0 };
    let config = PipelineConfig { display: Some(":4711".to_owned()), mode: PictureMode::Auto };
    let refused = Pipeline::start(permit(), config, sink).unwrap_err();
    assert!(matches!(refused, PipelineError::Capture(CaptureError::Unreachable(_))), "{refused:?}");
}

#[test]
fn video_mode_shows_what_changes() {
    let _alone = ONE_AT_A_TIME.lock();
    let xvfb = Xvfb::start(1_280, 720).unwrap();
    let mut stage = Stage::new(&xvfb, PictureMode::Video);
    for time in 0..10 {
        stage.painter.photo(300, 100, 640, 360, time);
        stage.step(Duration::from_secs(5));
    }
    stage.settle();
    let truth = stage.painter.truth();
    let worst = stage.viewer.surface().bytes().iter().zip(truth.bytes()).enumerate();
    let error: u64 = worst.filter(|(at, _)| at % 4 != 3).map(|(_, (a, b))| u64::from(a.abs_diff(*b))).sum();
    assert!(error / (1_280 * 720 * 3) < 4, "mean error {}", error / (1_280 * 720 * 3));
    assert!(stage.updates.iter().all(|(urgency, _)| *urgency == Urgency::Live));
}
