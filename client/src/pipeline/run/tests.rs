//! The loop against a desktop that follows a script: in which order it looks, captures, sends and waits.

use super::*;
use crate::capture::{CaptureError, Waker};
use crate::pipeline::{CpuBudget, CpuLimit};
use crate::sharing::{Hidden, Sharing};
use deskside_media::{Area, Patch, PictureMode, Surface, UpdateDecoder};
use deskside_proto::geometry::{Rect, Size};
use deskside_proto::link::LinkEstimate;
use deskside_proto::wire::cursor::CursorMessage;
use std::collections::VecDeque;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex};

const SIZE: Size = Size::new(640, 480);

/// What happens while the pipeline waits.
enum Turn {
    /// Something is drawn; a wait that is interested in pixels ends.
    Draw(Box<dyn Fn(&mut Surface)>),
    /// There is room from now on, or none; the wait ends, as it is woken.
    Room(bool),
    /// The viewer looks there from now on; the wait ends, as it is woken.
    Look(Rect),
    /// The person hides this; its block is in all that is captured from then on. The wait ends, as it is woken.
    Hide(Rect),
    /// Time passes.
    Rest(Duration),
}

/// What the pipeline did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Did {
    Wait(Interest, bool),
    Capture(Extent),
    AskRoom(UpdateClass),
    Send(UpdateClass),
}

/// In the order of doing.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<Did>>>);

impl Log {
    fn note(&self, did: Did) {
        self.0.lock().unwrap().push(did);
    }
}

struct Desktop {
    surface: Arc<Mutex<Surface>>,
    turns: VecDeque<Turn>,
    is_damaged: bool,
    /// As it was captured last.
    captured: Surface,
    room: Arc<AtomicBool>,
    orders: Arc<Orders>,
    sharing: SharingCell,
    log: Log,
}

impl ScreenCapturer for Desktop {
    fn backend(&self) -> &'static str {
        "script"
    }

    fn size(&self) -> Size {
        SIZE
    }

    fn wait(
        &mut self,
        interest: Interest,
        deadline: Option<Instant>,
        noticed: &mut Vec<Noticed>,
    ) -> Result<(), CaptureError> {
        self.log.note(Did::Wait(interest, deadline.is_some()));
        loop {
            if interest == Interest::Pixels && self.is_damaged {
                noticed.push(Noticed::Damage);
                return Ok(());
            }
            if let Some(deadline) =
                deadline.filter(|_| interest == Interest::NoPixels || self.turns.is_empty())
            {
                std::thread::sleep(deadline.saturating_duration_since(Instant::now()));
                return Ok(());
            }
            match self.turns.pop_front() {
                Some(Turn::Draw(draw)) => {
                    draw(&mut self.surface.lock().unwrap());
                    self.is_damaged = true;
                }
                Some(Turn::Room(room)) => {
                    self.room.store(room, Ordering::Release);
                    return Ok(());
                }
                Some(Turn::Look(part)) => {
                    *self.orders.looks.lock().unwrap() = Some(LookedAt::new([part]));
                    return Ok(());
                }
                Some(Turn::Hide(part)) => {
                    let area = Area::clipped(part, SIZE).unwrap();
                    self.surface.lock().unwrap().rows_mut(area).for_each(|row| row.fill(0x80));
                    let mut sharing = Sharing::default();
                    sharing.hide(Hidden::Area(part));
                    self.sharing.set(sharing);
                    return Ok(());
                }
                Some(Turn::Rest(time)) => std::thread::sleep(time),
                None => {
                    self.orders.stop.store(true, Ordering::Release);
                    return Ok(());
                }
            }
        }
    }

    fn capture(
        &mut self,
        extent: Extent,
        show: &mut dyn FnMut(&DesktopFrame<'_>),
    ) -> Result<(), CaptureError> {
        self.log.note(Did::Capture(extent));
        self.is_damaged = false;
        let surface = self.surface.lock().unwrap();
        let area = match extent {
            Extent::Whole => SIZE.rect(),
            Extent::Damaged => changed(&self.captured, &surface),
        };
        self.captured = surface.clone();
        let from = area.y as usize * surface.stride() + area.x as usize * 4;
        let patch = Patch::new(area, surface.stride(), &surface.bytes()[from..]).unwrap();
        show(&DesktopFrame { size: SIZE, patches: &[patch] });
        Ok(())
    }

    fn share(&mut self, _: &Sharing) -> Result<(), CaptureError> {
        Ok(())
    }

    fn waker(&self) -> Waker {
        Waker::new(|| {})
    }
}

/// The rectangle in which two surfaces differ; all where they do not, as a server may say as well.
fn changed(before: &Surface, after: &Surface) -> Rect {
    let (old, _) = before.bytes().as_chunks::<4>();
    let (new, _) = after.bytes().as_chunks::<4>();
    let width = before.stride() / 4;
    let places = old.iter().zip(new).enumerate().filter(|(_, (old, new))| old != new).map(|(at, _)| at);
    let cell = |at: usize| Rect::new((at % width) as i32, (at / width) as i32, 1, 1);
    places.map(cell).reduce(|all, cell| all.union(&cell)).unwrap_or(SIZE.rect())
}

struct Link {
    viewer: UpdateDecoder,
    room: Arc<AtomicBool>,
    log: Log,
}

impl UpdateSink for Link {
    fn ready(&self, class: UpdateClass) -> bool {
        self.log.note(Did::AskRoom(class));
        self.room.load(Ordering::Acquire)
    }

    fn send_update(&mut self, update: Update) {
        self.log.note(Did::Send(update.class));
        self.viewer.apply(&update.bytes).unwrap();
    }

    fn send_cursor(&mut self, _: CursorMessage) {}

    /// Not so near that a film and what changes beside it are one update.
    fn link(&self) -> LinkEstimate {
        LinkEstimate { round_trip: Duration::from_millis(30), ..LinkEstimate::LOCAL }
    }

    fn failed(&mut self, error: PipelineError) {
        panic!("{error}");
    }
}

/// Runs the pipeline through a script; gives back what it did, and checks that the viewer saw the end of it.
fn play(turns: impl IntoIterator<Item = Turn>) -> Vec<Did> {
    let log = Log::default();
    let room = Arc::new(AtomicBool::new(true));
    let orders = Arc::new(Orders::default());
    let surface = Arc::new(Mutex::new(Surface::new(SIZE).unwrap()));
    let sharing = SharingCell::default();
    let desktop = Desktop {
        surface: Arc::clone(&surface),
        turns: turns.into_iter().collect(),
        is_damaged: false,
        captured: Surface::new(SIZE).unwrap(),
        room: Arc::clone(&room),
        orders: Arc::clone(&orders),
        sharing: sharing.clone(),
        log: log.clone(),
    };
    let mut link = Link { viewer: UpdateDecoder::new().unwrap(), room, log: log.clone() };
    let config = PipelineConfig {
        display: None,
        mode: PictureMode::Auto,
        budget: CpuBudget::new(CpuLimit::default()),
        sharing,
    };
    Run::new(Box::new(desktop), &config, &mut link, &orders).unwrap().until_stopped().unwrap();
    assert!(link.viewer.surface().same_colours(&surface.lock().unwrap()), "the viewer shows something else");
    log.0.lock().unwrap().clone()
}

fn fill(x: usize, colour: u8) -> Turn {
    Turn::Draw(Box::new(move |surface| {
        let area = Area::from_edges(x, 100, x + 9, 118).unwrap();
        surface.rows_mut(area).for_each(|row| row.fill(colour));
    }))
}

fn count(did: &[Did], what: impl Fn(&Did) -> bool) -> usize {
    did.iter().filter(|did| what(did)).count()
}

#[test]
fn a_still_screen_is_waited_for_without_a_timer_and_asks_for_no_room() {
    let did = play([]);
    let expected = [
        Did::AskRoom(UpdateClass::Interactive),
        Did::Capture(Extent::Whole),
        Did::Send(UpdateClass::Interactive),
        Did::Wait(Interest::Pixels, false),
    ];
    assert_eq!(did, expected);
}

#[test]
fn each_change_goes_at_once_with_one_capture_and_no_timer() {
    let did = play((0..6).map(|n| fill(20 + 20 * n, 200)));
    assert_eq!(count(&did, |did| *did == Did::Capture(Extent::Damaged)), 6);
    assert_eq!(count(&did, |did| *did == Did::Send(UpdateClass::Interactive)), 7);
    assert_eq!(
        count(&did, |did| matches!(did, Did::Wait(_, true) | Did::Wait(Interest::NoPixels, _))),
        0,
        "{did:?}"
    );
}

#[test]
fn without_room_nothing_is_captured_and_then_only_the_newest() {
    let did =
        play([Turn::Room(false), fill(20, 10), fill(20, 20), fill(40, 30), fill(20, 40), Turn::Room(true)]);
    assert_eq!(count(&did, |did| matches!(did, Did::Capture(_))), 2, "{did:?}");
    assert_eq!(count(&did, |did| matches!(did, Did::Send(_))), 2);
    // No timer runs, and pixels wake nobody, while nothing can be sent.
    assert_eq!(count(&did, |did| *did == Did::Wait(Interest::NoPixels, false)), 1, "{did:?}");
}

#[test]
fn a_program_that_draws_without_end_is_held_back_after_a_burst() {
    let began = Instant::now();
    let did = play((0..60).map(|n| fill(20 + n, 200)));
    // The first capture is the whole screen.
    let captures = count(&did, |did| *did == Did::Capture(Extent::Damaged));
    let allowed = 12.0 + began.elapsed().as_secs_f64() * 120.0;
    assert!(captures == 60 && 60.0 <= allowed, "{captures} captures, {allowed} allowed");
}

/// A film, and a letter beside it.
fn film_and_letter(time: usize) -> Turn {
    Turn::Draw(Box::new(move |surface| {
        let area = Area::from_edges(128, 128, 512, 384).unwrap();
        for (y, row) in surface.rows_mut(area).enumerate() {
            for (x, byte) in row.iter_mut().enumerate() {
                let wave = |v: usize| ((v as f32 * 0.021).sin() * 90.0 + 128.0) as u8;
                *byte =
                    wave(x + 7 * time).wrapping_add(wave(y * 4 + 5 * time)).wrapping_add((x * y % 7) as u8);
            }
        }
        let letter = Area::from_edges(20 + 9 * time, 20, 28 + 9 * time, 38).unwrap();
        surface.rows_mut(letter).for_each(|row| row.fill(time as u8));
    }))
}

#[test]
fn the_video_beside_a_text_goes_right_after_it_and_becomes_exact_when_nothing_else_waits() {
    let frames = (0..30).flat_map(|time| [film_and_letter(time), Turn::Rest(Duration::from_millis(20))]);
    let did = play(frames);
    let right_after = [
        Did::Send(UpdateClass::Interactive),
        Did::AskRoom(UpdateClass::Video),
        Did::Send(UpdateClass::Video),
    ];
    assert!(did.windows(3).any(|three| three == right_after), "{did:?}");
    let first = did.iter().position(|did| *did == Did::Send(UpdateClass::Refinement)).expect("no refinement");
    assert_eq!(did[first - 1], Did::AskRoom(UpdateClass::Refinement));
    assert!(matches!(did[first - 2], Did::Wait(..)), "{:?}", &did[first - 5..=first]);
}

#[test]
fn what_nobody_looks_at_is_not_sent_until_somebody_does_and_then_at_once() {
    let (left, right) = (Rect::new(0, 0, 320, 480), Rect::new(320, 0, 320, 480));
    let sent = |turns: Vec<Turn>| {
        let did = play(turns);
        let of = |extent| count(&did, |did| *did == Did::Capture(extent));
        (count(&did, |did| matches!(did, Did::Send(_))), of(Extent::Whole))
    };
    // `play` compares at the end: nothing that was left out is missing.
    let hidden = || (0..5).map(|n| fill(400 + 20 * n, 99));
    let looks = [Turn::Look(left), fill(20, 10)].into_iter().chain(hidden());
    assert_eq!(sent(looks.chain([Turn::Look(right)]).collect()), (3, 2), "the first, the left one, the rest");
    assert_eq!(sent(hidden().collect()), (6, 1), "where everything is looked at each is sent");
    let both = [Turn::Look(left), fill(20, 10), Turn::Look(right), fill(400, 20)];
    assert_eq!(
        sent(both.into_iter().collect()),
        (3, 1),
        "where nothing was left out nothing is captured anew"
    );
}

#[test]
fn what_is_hidden_while_nobody_looks_there_is_a_block_and_is_not_refined() {
    let (left, part) = (Rect::new(0, 0, 320, 480), Rect::new(330, 128, 150, 200));
    let rest = || Turn::Rest(Duration::from_millis(150));
    // A picture that is approximate yet; then the expert looks away, and the person hides a part of it.
    let _ = play([film_and_letter(1), Turn::Look(left), Turn::Hide(part), rest(), fill(20, 10), rest()]);
    let _ = play([Turn::Look(left), film_and_letter(1), Turn::Hide(part), rest(), fill(20, 10), rest()]);
}
