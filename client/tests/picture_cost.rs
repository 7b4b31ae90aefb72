//! What the picture costs: time, bytes and CPU on this machine. It measures and asserts little, so it runs only when
//! asked for: `cargo test -p deskside --test picture_cost -- --ignored --nocapture`
#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    reason = "a measurement prints, and may stop at the first surprise"
)]

mod stage;

use deskside_media::PictureMode;
use deskside_testkit::x11::Xvfb;
use stage::Stage;
use std::time::{Duration, Instant};

/// CPU time that the pipeline's thread has used.
fn cpu() -> Duration {
    for task in std::fs::read_dir("/proc/self/task").unwrap() {
        let path = task.unwrap().path();
        if std::fs::read_to_string(path.join("comm")).is_ok_and(|name| name.trim() == "picture") {
            let stat = std::fs::read_to_string(path.join("schedstat")).unwrap();
            return Duration::from_nanos(stat.split_whitespace().next().unwrap().parse().unwrap());
        }
    }
    panic!("no thread of that name")
}

/// From a drawing that the server has done until its update is applied. Gives back time and bytes.
fn once(stage: &mut Stage, draw: impl FnOnce(&Stage)) -> (Duration, usize) {
    while stage.step(Duration::ZERO) {}
    let before = stage.updates.len();
    draw(stage);
    let begun = Instant::now();
    while stage.updates.len() == before {
        assert!(stage.step(Duration::from_secs(5)), "no update came");
    }
    (begun.elapsed(), stage.updates[before].1)
}

fn report(what: &str, mut runs: Vec<(Duration, usize)>) {
    runs.sort_unstable();
    let at = |part: usize| runs[runs.len() * part / 100].0;
    let bytes: usize = runs.iter().map(|(_, bytes)| bytes).sum::<usize>() / runs.len();
    println!("{what:36} p50 {:>9.3?}  p95 {:>9.3?}  {bytes:>9} B each", at(50), at(95));
}

#[test]
#[ignore = "a measurement; it wants a quiet machine"]
fn the_picture_in_figures() {
    let xvfb = Xvfb::start(1_920, 1_080).unwrap();
    let mut stage = Stage::new(&xvfb, PictureMode::Auto);
    stage.settle();

    let terminal = xvfb
        .run(
            "xterm",
            [
                "-geometry",
                "316x80+0+0",
                "-fn",
                "fixed",
                "-e",
                "sh",
                "-c",
                "ls -lR /usr/share | head -4000; read line",
            ],
        )
        .unwrap();
    std::thread::sleep(Duration::from_secs(3));
    stage.settle();
    stage.ready.store(true, std::sync::atomic::Ordering::Release);
    stage.pipeline.handle().request_keyframe();
    let page = once(&mut stage, |_| {});
    println!("a page of text, whole screen: {} B", page.1);
    stage.settle();

    let typed = (0..200_i16)
        .map(|n| {
            std::thread::sleep(Duration::from_millis(20));
            once(&mut stage, |stage| {
                stage.painter.fill(300 + n * 6, 500, 2, 9, 0x00FF_FFFF - n.unsigned_abs() as u32);
            })
        })
        .collect();
    report("a stroke of 2x9 pixels", typed);

    let lines = (0..20)
        .map(|_| {
            std::thread::sleep(Duration::from_millis(50));
            once(&mut stage, |stage| stage.scroll(39))
        })
        .collect();
    report("three lines scrolled, whole screen", lines);

    let (before, begun) = (cpu(), Instant::now());
    for time in 0..90 {
        stage.painter.photo(600, 300, 640, 360, time);
        while stage.step(Duration::from_millis(1)) {}
        std::thread::sleep(
            Duration::from_millis(33).saturating_sub(begun.elapsed() - Duration::from_millis(33) * time),
        );
    }
    let share = (cpu() - before).as_secs_f64() / begun.elapsed().as_secs_f64() * 100.0;
    println!("a film of 640x360, 90 frames in {:.1?}: {share:.1} % of a core", begun.elapsed());
    stage.settle();

    let (before, begun) = (cpu(), Instant::now());
    std::thread::sleep(Duration::from_secs(10));
    println!("idle for {:.1?}: {:?} of CPU", begun.elapsed(), cpu() - before);
    drop(terminal);
}
