//! What an update costs follows what has changed, and not the size of the desktop.
//!
//! Instructions are counted by `valgrind`, in a process of their own; where there is none, that part is left out and
//! says so.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test may stop at the first surprise"
)]

mod common;

use common::{Desktop, settle};
use deskside_media::update::Encoded;
use deskside_media::{DesktopFrame, Need, Patch, PictureMode, UpdateDecoder, UpdateEncoder};
use deskside_proto::geometry::Rect;
use deskside_proto::time::Millis;
use std::process::Command;

const SMALL: (u32, u32) = (640, 480);
const LARGE: (u32, u32) = (2_560, 1_600);

/// The part of the desktop in which something happens.
const PAGE: Rect = Rect { x: 100, y: 70, width: 448, height: 320 };

/// What happens on it.
#[derive(Clone, Copy, Debug)]
enum Work {
    Typing,
    Scrolling,
    Repainting,
}

const ALL: [Work; 3] = [Work::Typing, Work::Scrolling, Work::Repainting];

struct Session {
    desktop: Desktop,
    encoder: UpdateEncoder,
    page: Desktop,
    now: u64,
    steps: u64,
    is_counted: bool,
}

impl Session {
    fn new((width, height): (u32, u32)) -> Self {
        let mut desktop = Desktop::new(width, height);
        let mut page = Desktop::new(PAGE.width, PAGE.height * 2);
        page.text(page.whole(), 3);
        desktop.draw(PAGE, |x, y| page.surface.rows_pixel(x, y));
        let mut session = Self {
            desktop,
            encoder: UpdateEncoder::new(PictureMode::Auto).unwrap(),
            page,
            now: 1_000,
            steps: 0,
            is_counted: false,
        };
        let mut decoder = UpdateDecoder::new().unwrap();
        let whole = session.desktop.whole();
        session.desktop.send(&mut session.encoder, &mut decoder, &[whole], session.now);
        session.now = settle(&session.desktop, &mut session.encoder, &mut decoder, session.now).0 + 1_000;
        // The first letter fills what is made once.
        session.step(Work::Typing);
        session
    }

    fn step(&mut self, work: Work) {
        self.now += 100;
        let number = self.steps;
        self.steps += 1;
        let damage = match work {
            Work::Typing => {
                let (left, top) = (PAGE.x as usize + 8 * number as usize, PAGE.y as usize + 20);
                self.desktop.glyph(left, top, number % 60);
                Rect::new(left as i32, top as i32, 8, 18)
            }
            Work::Scrolling => {
                let offset = 18 * (number as usize + 1);
                let page = &self.page.surface;
                self.desktop.draw(PAGE, |x, y| page.rows_pixel(x, y + offset));
                PAGE
            }
            Work::Repainting => {
                self.desktop.text(PAGE, 2 * number + 50);
                PAGE
            }
        };
        let (rect, pixels) = (damage, self.desktop.grab(damage));
        let patch = Patch::new(rect, rect.width as usize * 4, &pixels).unwrap();
        let frame = DesktopFrame { size: self.desktop.surface.size(), patches: &[patch] };
        let now = Millis(self.now);
        let encoded = if self.is_counted {
            counted_encode(&mut self.encoder, &frame, now)
        } else {
            self.encoder.encode(&frame, Need::Change, now).unwrap()
        };
        assert!(encoded.is_some());
    }
}

/// What is counted; its name is what `valgrind` looks for.
#[inline(never)]
fn counted_encode(encoder: &mut UpdateEncoder, frame: &DesktopFrame<'_>, now: Millis) -> Option<Encoded> {
    encoder.encode(frame, Need::Change, now).unwrap()
}

trait Pixel {
    fn rows_pixel(&self, x: usize, y: usize) -> [u8; 3];
}

impl Pixel for deskside_media::Surface {
    fn rows_pixel(&self, x: usize, y: usize) -> [u8; 3] {
        let at = y * self.stride() + x * 4;
        self.bytes()[at..at + 3].try_into().unwrap()
    }
}

#[test]
fn what_is_looked_at_does_not_depend_on_the_desktop() {
    let costs = [SMALL, LARGE].map(|size| {
        let mut session = Session::new(size);
        ALL.map(|work| {
            let before = session.encoder.cost();
            (0..5).for_each(|_| session.step(work));
            let after = session.encoder.cost();
            (after.cells - before.cells, after.bytes - before.bytes)
        })
    });
    assert_eq!(costs[0], costs[1]);
    let pixels = u64::from(PAGE.width * PAGE.height);
    let [typing, scrolling, repainting] = costs[0];
    assert!(typing.1 <= 5 * 8 * 18 * 4, "{typing:?}");
    assert!(scrolling.1 == 5 * pixels * 4 && repainting.1 == 5 * pixels * 4, "{costs:?}");
}

/// Not a test by itself: the process whose instructions are counted.
#[test]
#[ignore = "played by the test that counts instructions"]
fn child() {
    let number = |name: &str| std::env::var(name).unwrap().parse::<u64>().unwrap();
    let size = if number("COST_LARGE") == 1 { LARGE } else { SMALL };
    let mut session = Session::new(size);
    session.is_counted = true;
    let work = ALL[number("COST_WORK") as usize];
    (0..number("COST_STEPS")).for_each(|_| session.step(work));
}

/// Instructions of one step, without drawing it; none where there is no `valgrind`.
fn instructions(size: (u32, u32), work: usize) -> Option<u64> {
    const STEPS: u64 = 1;
    let mut command = Command::new("valgrind");
    // It replaces what has the name of its file: as root even a device.
    let folder = tempfile::tempdir().unwrap();
    command.args(["--tool=callgrind", "--callgrind-out-file=counts"]).current_dir(folder.path());
    command.arg("--toggle-collect=*counted_encode*");
    command.arg(std::env::current_exe().unwrap());
    command.args(["--exact", "child", "--ignored", "--test-threads=1"]);
    command.env("COST_LARGE", if size == LARGE { "1" } else { "0" });
    command.env("COST_WORK", work.to_string()).env("COST_STEPS", STEPS.to_string());
    let output = command.output().ok()?;
    let report = String::from_utf8_lossy(&output.stderr).into_owned();
    let is_played = String::from_utf8_lossy(&output.stdout).contains("1 passed");
    assert!(is_played, "the child failed: {report}");
    let line = report.lines().find(|line| line.contains("Collected"))?;
    Some(line.rsplit(':').next()?.trim().parse::<u64>().ok()? / STEPS)
}

#[test]
fn instructions_follow_the_change_and_not_the_desktop() {
    for (number, work) in ALL.iter().enumerate() {
        let (Some(small), Some(large)) = (instructions(SMALL, number), instructions(LARGE, number)) else {
            println!("NOT TESTED: there is no valgrind here that could count instructions");
            return;
        };
        println!("{work:?}: {small} instructions on {SMALL:?}, {large} on {LARGE:?}");
        assert!(small > 10_000, "nothing was counted");
        // The desktop is nine times as large; a list of its cells may be looked through, pixels may not.
        let allowed = small * 11 / 10 + 50_000;
        assert!(large <= allowed, "{work:?} costs {large} on a large desktop, {small} on a small one");
    }
}
