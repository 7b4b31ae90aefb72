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

mod stage;

use deskside_client::capture::CaptureError;
use deskside_client::pipeline::{Pipeline, PipelineConfig, PipelineError};
use deskside_client::sharing::SharingCell;
use deskside_media::{PictureMode, UpdateDecoder};
use deskside_proto::geometry::Size;
use deskside_proto::wire::update::UpdateClass;
use deskside_testkit::x11::Xvfb;
use stage::{Sent, Sink, Stage, budget, permit};
use std::sync::atomic::Ordering;
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// The tests look at threads of the process by name, so they run one after the other.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

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
    let (class, bytes) = *stage.updates.last().unwrap();
    assert_eq!(class, UpdateClass::Interactive);
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
    let kinds: Vec<UpdateClass> = stage.updates[before..].iter().map(|(class, _)| *class).collect();
    assert_ne!(kinds.first(), Some(&UpdateClass::Refinement));
    assert!(kinds.contains(&UpdateClass::Video), "{kinds:?}");
    assert!(kinds.contains(&UpdateClass::Refinement), "{kinds:?}");
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
fn another_resolution_goes_on_in_the_middle_of_a_film() {
    let _alone = ONE_AT_A_TIME.lock();
    let xvfb = Xvfb::start(1_280, 720).unwrap();
    for mode in [PictureMode::Auto, PictureMode::Video] {
        let mut stage = Stage::new(&xvfb, mode);
        for time in 0..6 {
            stage.painter.photo(20, 20, 600, 400, time);
            if time == 3 {
                let (width, height) = if mode == PictureMode::Auto { (1_001, 601) } else { (640, 480) };
                stage.painter.resize(width, height);
            }
            stage.step(Duration::from_secs(2));
        }
        let truth = stage.painter.truth();
        let end = Instant::now() + Duration::from_secs(20);
        while stage.viewer.surface().size() != truth.size() {
            assert!(Instant::now() < end, "the viewer never saw the new size");
            stage.step(Duration::from_millis(500));
        }
        if mode == PictureMode::Auto {
            stage.until_exact();
        }
    }
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
    let config = PipelineConfig {
        display: Some(":4711".to_owned()),
        mode: PictureMode::Auto,
        budget: budget(),
        sharing: SharingCell::default(),
    };
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
    assert!(stage.updates.iter().all(|(class, _)| *class != UpdateClass::Refinement));
}
