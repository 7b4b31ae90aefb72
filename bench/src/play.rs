//! Plays one scene and watches it arrive: draws on the person's display on one thread, looks at the expert's on another,
//! photographs in between, and judges afterwards. Knows displays, not products.

use std::path::Path;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};

use anyhow::{Context as _, Result, anyhow, ensure};
use rustix::event::{PollFd, PollFlags, poll};
use rustix::time::Timespec;
use x11rb::connection::Connection as _;
use x11rb::protocol::Event;

use crate::clicks::Clicks;
use crate::clock::{MILLISECOND, SECOND, now, of_seconds, pause, sleep_until};
use crate::probe::{Codes, Probe, STRIDE};
use crate::quality::{self, Quality};
use crate::record::{Pictures, Times};
use crate::scene::{HEAD, SCREEN, Scene, TAIL};
use crate::screen::{Rect, Shared};
use crate::stage::{MOST_FRAMES, Stage};
use crate::{barcode, scene};

/// How often the barcodes are looked at.
const LOOKS_A_SECOND: u64 = 1000;
/// Photographs during a scene.
const PHOTOGRAPHS: u32 = 10;
/// When the picture is judged, in seconds after the last change.
const JUDGED_AT: [f64; 4] = [0.1, 0.3, 1.0, 3.0];
/// How long to wait for a picture that is equal, in seconds.
const WATCH: f64 = 12.0;
/// How long the viewer may take to show the first frame.
const FIRST_FRAME: u64 = 30 * SECOND;

/// What to play.
pub struct Play<'a> {
    /// The scene.
    pub scene: Scene,
    /// Its length in seconds.
    pub seconds: f64,
    /// Clicks of the flip scene.
    pub clicks: u32,
    /// The person's display and the expert's.
    pub displays: [&'a str; 2],
    /// Where the pictures are.
    pub pictures: &'a Path,
}

/// A moment at which whoever started this reads meters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// The scene begins.
    Begin,
    /// Its last frame was drawn.
    End,
    /// The picture has been judged.
    Judged,
}

/// What the threads share.
struct Shown {
    drawn: Mutex<Vec<(u32, u64, u64)>>,
    newest: AtomicU32,
    newest_at: AtomicU64,
    is_over: AtomicBool,
}

enum Ask {
    Play {
        begin: u64,
        frames: u32,
    },
    /// Draws that frame from nothing and sends what the display shows then.
    Redraw(u32, Sender<Vec<u8>>),
}

/// Plays it; `at` is called at each moment.
///
/// # Errors
/// A display went away, or the viewer never showed the scene unscaled.
pub fn play(what: &Play<'_>, at: &mut dyn FnMut(Moment)) -> Result<(Times, Pictures)> {
    let frames = what.scene.rate() * what.seconds;
    ensure!(
        frames < f64::from(MOST_FRAMES) && what.clicks < u32::from(MOST_FRAMES),
        "too many frames for one run"
    );
    let [person, expert] = what.displays;
    let stage = Stage::open(person, what.scene, what.pictures)?;
    let probe = Probe::open(expert, stage.mark)?;
    let shown = Shown {
        drawn: Mutex::default(),
        newest: AtomicU32::new(0),
        newest_at: AtomicU64::new(now()),
        is_over: AtomicBool::new(false),
    };
    let (ask, asked) = channel();
    std::thread::scope(|scope| {
        let (stage, shown) = (&stage, &shown);
        let drawing = scope.spawn(move || draw(stage, shown, &asked));
        let result = Watcher { what, probe, shown, ask, seen: Vec::new() }.run(at);
        shown.is_over.store(true, Ordering::Release);
        // The sender is gone with the watcher, which ends the thread.
        drawing.join().map_err(|_| anyhow!("drawing failed"))??;
        result
    })
}

/// Shows a still desktop on a display until killed.
///
/// # Errors
/// The display went away.
pub fn backdrop(display: &str, pictures: &Path) -> Result<()> {
    let _stage = Stage::open(display, Scene::Idle, pictures)?;
    loop {
        pause(3600.0);
    }
}

fn draw(stage: &Stage, shown: &Shown, asked: &Receiver<Ask>) -> Result<()> {
    let step = |n: u32| -> Result<()> {
        let before = now();
        stage.step(n)?;
        stage.screen.sync()?;
        let after = now();
        shown.drawn.lock().unwrap_or_else(PoisonError::into_inner).push((n, before, after));
        shown.newest_at.store(after, Ordering::Release);
        shown.newest.store(n, Ordering::Release);
        Ok(())
    };
    while let Ok(ask) = asked.recv() {
        match ask {
            Ask::Play { .. } if stage.scene == Scene::Flip => {
                let mut n = 0;
                while !shown.is_over.load(Ordering::Acquire) {
                    match stage.screen.connection.poll_for_event()? {
                        Some(Event::ButtonPress(_)) => {
                            n += 1;
                            step(n)?;
                        }
                        Some(_) => {}
                        None => wait_for_event(stage)?,
                    }
                }
            }
            Ask::Play { begin, frames } => {
                for n in 1..=frames {
                    sleep_until(begin + of_seconds(f64::from(n) / stage.scene.rate()));
                    step(n)?;
                }
            }
            Ask::Redraw(n, to) => {
                stage.whole(n)?;
                stage.screen.sync()?;
                let memory = Shared::new(&stage.screen, SCREEN.bytes())?;
                stage.screen.grab(&memory, SCREEN)?;
                to.send(memory.bytes().to_vec())?;
            }
        }
    }
    Ok(())
}

/// Sleeps until the server says something, 50 ms at most.
fn wait_for_event(stage: &Stage) -> Result<()> {
    let limit = Timespec { tv_sec: 0, tv_nsec: 50_000_000 };
    let mut server = [PollFd::new(stage.screen.connection.stream(), PollFlags::IN)];
    match poll(&mut server, Some(&limit)) {
        Ok(_) | Err(rustix::io::Errno::INTR) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

struct Watcher<'a> {
    what: &'a Play<'a>,
    probe: Probe,
    shown: &'a Shown,
    ask: Sender<Ask>,
    /// When the barcodes changed, absolute.
    seen: Vec<(u64, Codes)>,
}

impl Watcher<'_> {
    fn run(mut self, at: &mut dyn FnMut(Moment)) -> Result<(Times, Pictures)> {
        let started = now();
        while self.probe.locate()? != Some(0) {
            ensure!(now() - started < FIRST_FRAME, "the viewer never showed the scene unscaled");
            pause(0.1);
        }
        pause(if self.what.scene == Scene::Idle { 2.5 } else { 1.5 });
        let begin = now();
        at(Moment::Begin);
        let (photographs, clicks) = self.watch(begin)?;
        at(Moment::End);
        let moves = self.what.scene.rate() > 0.0 || self.what.scene == Scene::Flip;
        let end = if moves { self.shown.newest_at.load(Ordering::Acquire) } else { begin };
        let mut pictures = self.aftermath(end)?;
        at(Moment::Judged);
        let watched = now();
        self.judge_motion(&photographs, &mut pictures)?;
        let since = |moment: u64| moment.cast_signed() - begin.cast_signed();
        let drawn = self.shown.drawn.lock().unwrap_or_else(PoisonError::into_inner);
        let times = Times {
            drawn: drawn.iter().map(|(n, before, after)| (*n, since(*before), since(*after))).collect(),
            seen: self.seen.iter().map(|(when, (head, tail))| (since(*when), *head, *tail)).collect(),
            clicks: clicks.made.iter().map(|(when, n)| (since(*when), *n)).collect(),
            lost_clicks: clicks.lost,
            end: since(end),
            watched: since(watched),
        };
        Ok((times, pictures))
    }

    fn look(&mut self) -> Result<Codes> {
        let codes = self.probe.codes()?;
        if self.seen.last().is_none_or(|(_, last)| *last != codes) {
            self.seen.push((now(), codes));
        }
        Ok(codes)
    }

    /// From the first frame to the last.
    fn watch(&mut self, begin: u64) -> Result<(Vec<Vec<u8>>, Clicks)> {
        let scene = self.what.scene;
        let frames = whole_frames(scene.rate() * self.what.seconds);
        self.ask.send(Ask::Play { begin, frames })?;
        let over_at = begin + of_seconds(self.what.seconds);
        let between = of_seconds(self.what.seconds / f64::from(PHOTOGRAPHS + 1));
        let mut photographs: Vec<Vec<u8>> = Vec::new();
        let mut next_photograph = begin + between;
        let mut clicks = Clicks::new(self.what.clicks, begin);
        let mut next_look = begin;
        loop {
            let codes = self.look()?;
            let moment = now();
            let newest = self.shown.newest.load(Ordering::Acquire);
            if scene == Scene::Flip {
                let arrived = self.seen.last().map_or(begin, |(when, _)| *when);
                if clicks.go_on(&self.probe, codes, arrived, newest)? {
                    break;
                }
            } else if scene.rate() > 0.0 {
                if moment > next_photograph && moment < over_at {
                    photographs.push(self.probe.photograph()?);
                    next_photograph += between;
                }
                if newest == frames {
                    break;
                }
            } else if moment > over_at {
                break;
            }
            next_look = (next_look + SECOND / LOOKS_A_SECOND).max(moment);
            sleep_until(next_look);
        }
        Ok((photographs, clicks))
    }

    /// What becomes of the picture after the last change.
    fn aftermath(&mut self, end: u64) -> Result<Pictures> {
        let [person, _] = self.what.displays;
        let wanted = Probe::open(person, 0)?.photograph()?;
        let part = self.what.scene.part();
        let mut exact: [(Option<f64>, u16, Rect); 2] = [(None, 0, part), (None, 0, SCREEN)];
        let mut judged: Vec<(f64, Vec<u8>)> = Vec::new();
        loop {
            let moment = now();
            self.look()?;
            let age = seconds_between(end, moment);
            if let Some(when) = JUDGED_AT.get(judged.len()).copied().filter(|when| age >= *when) {
                judged.push((when, self.probe.photograph()?));
                continue;
            }
            for (at, differed, part) in &mut exact {
                if at.is_none() && self.probe.is_exact(&wanted, *part, differed)? {
                    *at = Some(seconds_between(end, now()));
                }
            }
            let [(part_exact, ..), (whole_exact, ..)] = exact;
            let is_done = whole_exact.is_some() || age > WATCH || self.what.scene == Scene::Idle;
            if judged.len() == JUDGED_AT.len() && is_done {
                let compared = judged.iter().map(|(when, picture)| {
                    let quality = |part: Rect| quality::compare(&wanted, picture, STRIDE, part);
                    (*when, quality(SCREEN), quality(part))
                });
                return Ok(Pictures {
                    after: compared.collect(),
                    exact_seconds: whole_exact,
                    part_exact_seconds: part_exact,
                    ..Pictures::default()
                });
            }
            sleep_until(moment + if age < 2.0 { 4 } else { 20 } * MILLISECOND);
        }
    }

    /// Compares each photograph with the frame that it says it shows, drawn again.
    fn judge_motion(&self, photographs: &[Vec<u8>], pictures: &mut Pictures) -> Result<()> {
        for picture in photographs {
            let read = |place: Rect| {
                let (x, y) = (usize::from(place.x.unsigned_abs()), usize::from(place.y.unsigned_abs()));
                barcode::read(picture, STRIDE, x, y).and_then(|number| self.probe.frame(number))
            };
            let (head, tail) = (read(HEAD), read(TAIL));
            match head.filter(|_| head == tail) {
                Some(n) => pictures.motion.push(self.compare_with_frame(picture, n)?),
                None => pictures.torn += 1,
            }
        }
        Ok(())
    }

    fn compare_with_frame(&self, picture: &[u8], n: u16) -> Result<Quality> {
        let (to, from) = channel();
        self.ask.send(Ask::Redraw(u32::from(n), to))?;
        let wanted = from.recv().context("the stage is gone")?;
        Ok(quality::compare(&wanted, picture, STRIDE, self.what.scene.part()))
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "checked against MOST_FRAMES before"
)]
const fn whole_frames(frames: f64) -> u32 {
    frames.round() as u32
}

#[expect(clippy::cast_precision_loss, reason = "minutes in nanoseconds")]
const fn seconds_between(one: u64, other: u64) -> f64 {
    other.saturating_sub(one) as f64 / 1e9
}

/// A scene by its name, or which names there are.
///
/// # Errors
/// There is no such scene.
pub fn scene_named(name: &str) -> Result<Scene> {
    let names: Vec<&str> = scene::ALL.iter().map(|(name, _)| *name).collect();
    Scene::named(name).with_context(|| format!("there is no scene {name:?}; there are {}", names.join(", ")))
}
