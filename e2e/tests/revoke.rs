//! The worst moments for whoever is controlled: the hotkey in the middle of a flood, and a link that dies while keys are
//! held. Times are the X server's own: nothing is injected after it, nothing stays pressed.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use deskside_e2e::PATIENCE;
use deskside_e2e::desk::eventually;
use deskside_e2e::expert::ExpertSide;
use deskside_e2e::line::Line;
use deskside_e2e::person::PersonSide;
use deskside_e2e::session::Session;
use deskside_testkit::x11::{Injected, Recorded, RecordedKind, keysym};
use rustix::process::Signal;

/// Within this time after the hotkey everything has stopped and is released, in milliseconds of the X server.
const LIMIT_MS: u32 = 20;
/// Even on a machine that stands still nothing comes later than this.
const STANDSTILL_MS: u32 = 500;
/// How long the flood lasts before the hotkey, and goes on after it.
const FLOOD: Duration = Duration::from_millis(1500);

/// These tests measure milliseconds: one at a time.
static ALONE: Mutex<()> = Mutex::new(());

/// A key held when the link dies is released within this time, in milliseconds.
const HELD_LIMIT_MS: u32 = 2000;

/// A session in which the expert controls, and the line between the two.
struct Controlled {
    session: Session,
    line: Line,
}

impl Controlled {
    fn new() -> Result<Self> {
        let (person, expert) = (PersonSide::new(1024, 768)?, ExpertSide::new(1024, 768)?);
        let line = Line::to(&person)?;
        let session = Session::between(person, expert).full_screen().controlling()?;
        ensure!(line.forwarded() > 0, "the session must go through the line");
        Ok(Self { session, line })
    }
}

/// Drags with Ctrl held, with a thousand movements and a thousand presses or releases a second, until told to stop.
/// It takes hold anew four times a second: a viewer that was starved for most of a second has let go of what it held.
fn flood(display: String, stop: Arc<AtomicBool>) -> std::thread::JoinHandle<Result<u64>> {
    std::thread::spawn(move || {
        let hands = Injected::at(&display)?;
        hands.move_to(300, 300)?;
        let (start, mut sent) = (Instant::now(), 0_u64);
        while !stop.load(Ordering::Relaxed) {
            if sent % 250 == 0 {
                for pressed in if sent == 0 { &[true][..] } else { &[false, true] } {
                    hands.key(keysym::CONTROL, *pressed)?;
                    hands.button(1, *pressed)?;
                }
            }
            let place = (sent % 400) as i16;
            hands.move_to(300 + place, 300 + place / 2)?;
            // Movements may be merged on their way, presses may not: each of these arrives.
            hands.key(u32::from('x'), sent % 2 == 0)?;
            sent += 1;
            if let Some(pause) = Duration::from_millis(sent).checked_sub(start.elapsed()) {
                std::thread::sleep(pause);
            }
        }
        Ok(sent)
    })
}

/// What the recorder saw of the hotkey: its moment, and what was injected and released after it, in ms.
#[derive(Debug, Default)]
struct Outcome {
    injected_before: usize,
    last_injected_ms: u32,
    last_release_ms: u32,
    injected_after: usize,
}

fn judge(events: &[Recorded]) -> Result<Outcome> {
    let is_escape = |event: &&Recorded| !event.injected && matches!(event.kind, RecordedKind::KeyPressed(9));
    let hotkey = events.iter().find(is_escape).context("the hotkey was not recorded")?;
    let mut outcome = Outcome::default();
    for event in events.iter().filter(|event| event.injected) {
        let after = event.server_ms.wrapping_sub(hotkey.server_ms) as i32;
        if after < 0 {
            outcome.injected_before += 1;
        } else if event.kind.is_release() {
            outcome.last_release_ms = after as u32;
        } else {
            outcome.last_injected_ms = after as u32;
            outcome.injected_after += 1;
        }
    }
    Ok(outcome)
}

/// What must hold holds in every round. The time limit must hold in one of three: on a shared machine the whole X
/// server stands still now and then for longer than the limit, which a mended round does not show twice, and a fault
/// of ours shows every time.
fn hotkey_stops_the_flood(name: &str, before_hotkey: impl Fn(&mut Controlled) -> Result<()>) -> Result<()> {
    let mut rounds = Vec::new();
    for _ in 0..3 {
        let outcome = round(name, &before_hotkey)?;
        if outcome.last_injected_ms <= LIMIT_MS && outcome.last_release_ms <= LIMIT_MS {
            return Ok(());
        }
        rounds.push(outcome);
    }
    anyhow::bail!("later than {LIMIT_MS} ms each time: {rounds:?}")
}

#[expect(clippy::print_stdout, reason = "the measured figures belong into the test output")]
fn round(name: &str, before_hotkey: &impl Fn(&mut Controlled) -> Result<()>) -> Result<Outcome> {
    let mut scene = Controlled::new()?;
    let recorder = scene.session.person.desk.screen.record_events()?;
    let stop = Arc::new(AtomicBool::new(false));
    let flooding = flood(scene.session.expert.desk.screen.display().to_owned(), Arc::clone(&stop));
    recorder.wait_for(PATIENCE, |event| event.injected)?;
    std::thread::sleep(FLOOD);
    eventually("the drag holds something", PATIENCE, || Ok(!recorder.held_by_injection()?.is_empty()))
        .with_context(|| {
            format!("viewer: {}\nclient: {}", scene.session.viewer.said(), scene.session.deskside.said())
        })?;
    before_hotkey(&mut scene)?;
    scene.session.person.press_hotkey()?;
    std::thread::sleep(FLOOD);
    let held = recorder.held_by_injection()?;
    stop.store(true, Ordering::Relaxed);
    let sent = flooding.join().map_err(|_| anyhow::anyhow!("the flood failed"))??;
    let outcome = judge(&recorder.drain()?)?;
    println!("{name}: {sent} events sent by the expert; {outcome:?}; held after: {held:?}");
    ensure!(held.is_empty(), "still pressed: {held:?}");
    ensure!(outcome.injected_before > 300, "there was no flood: {outcome:?}");
    ensure!(outcome.last_injected_ms.max(outcome.last_release_ms) <= STANDSTILL_MS, "{outcome:?}");
    Ok(outcome)
}

#[test]
fn in_the_middle_of_a_drag_and_a_flood() -> Result<()> {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    hotkey_stops_the_flood("drag", |_| Ok(()))
}

#[test]
fn with_the_network_dead() -> Result<()> {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    hotkey_stops_the_flood("network dead", |scene| {
        scene.line.cut();
        Ok(())
    })
}

#[test]
fn with_the_experts_program_hanging() -> Result<()> {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    hotkey_stops_the_flood("viewer stopped", |scene| scene.session.viewer.signal(Signal::STOP))
}

/// Holds a key and a button down, lets the link die, and waits for their release without any hotkey.
#[expect(clippy::print_stdout, reason = "the measured figures belong into the test output")]
fn released_when_the_link_dies(
    name: &str,
    die: impl FnOnce(&Controlled) -> Result<()>,
) -> Result<Controlled> {
    let scene = Controlled::new()?;
    let recorder = scene.session.person.desk.screen.record_events()?;
    let hands = &scene.session.expert.desk.hands;
    hands.move_to(300, 300)?;
    hands.button(1, true)?;
    hands.key(u32::from('x'), true)?;
    let is_key = |event: &Recorded| event.injected && matches!(event.kind, RecordedKind::KeyPressed(_));
    recorder.wait_for(PATIENCE, is_key)?;
    // Held for longer than the silence that is allowed: whoever is heard may hold.
    std::thread::sleep(Duration::from_millis(u64::from(HELD_LIMIT_MS)));
    let held = recorder.held_by_injection()?;
    ensure!(!held.keys.is_empty() && !held.buttons.is_empty(), "released although the link lives: {held:?}");
    recorder.drain()?;
    let died = Instant::now();
    die(&scene)?;
    let limit = Duration::from_millis(u64::from(HELD_LIMIT_MS));
    let is_release = |event: &Recorded| event.injected && event.kind.is_release();
    let released = recorder.wait_for(limit, is_release);
    let took = died.elapsed();
    released.with_context(|| format!("{name}: nothing was released in {took:?}"))?;
    eventually("everything is released", limit.saturating_sub(took), || {
        Ok(recorder.held_by_injection()?.is_empty())
    })?;
    println!("{name}: released {} ms after the link died", took.as_millis());
    Ok(scene)
}

#[test]
fn keys_held_when_the_link_dies_are_released_within_two_seconds() -> Result<()> {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let scene = released_when_the_link_dies("network dead", |scene| {
        scene.line.cut();
        Ok(())
    })?;
    // The link comes back in time: control goes on, and the key that is still down there is not pressed again here.
    let recorder = scene.session.person.desk.screen.record_events()?;
    scene.line.mend();
    scene.session.expert.desk.hands.move_to(350, 350)?;
    let is_motion = |event: &Recorded| event.injected && matches!(event.kind, RecordedKind::Moved);
    recorder.wait_for(PATIENCE, is_motion)?;
    let held = recorder.held_by_injection()?;
    ensure!(held.is_empty(), "pressed again by itself: {held:?}");
    Ok(())
}

#[test]
fn keys_held_when_the_experts_program_hangs_are_released_within_two_seconds() -> Result<()> {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    released_when_the_link_dies("viewer stopped", |scene| scene.session.viewer.signal(Signal::STOP)).map(drop)
}

#[test]
fn with_all_cores_busy() -> Result<()> {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let stop = Arc::new(AtomicBool::new(false));
    let cores = std::thread::available_parallelism()?.get() * 2;
    let burners: Vec<_> = (0..cores)
        .map(|_| {
            let stop = Arc::clone(&stop);
            std::thread::spawn(move || {
                while !stop.load(Ordering::Relaxed) {
                    std::hint::spin_loop()
                }
            })
        })
        .collect();
    let outcome = hotkey_stops_the_flood("all cores busy", |_| Ok(()));
    stop.store(true, Ordering::Relaxed);
    for burner in burners {
        burner.join().map_err(|_| anyhow::anyhow!("a burner failed"))?;
    }
    outcome
}

#[test]
fn the_persons_own_hand_on_the_mouse_makes_the_expert_wait() -> Result<()> {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let mut scene = Controlled::new()?;
    let recorder = scene.session.person.desk.screen.record_events()?;
    scene.session.expert.desk.hands.move_to(200, 200)?;
    recorder.wait_for(PATIENCE, |event| event.injected)?;
    scene.session.person.desk.hands.move_by(3, 3)?;
    scene.session.viewer.wait_for("stage paused", PATIENCE)?;
    recorder.drain()?;
    scene.session.expert.desk.hands.move_to(220, 220)?;
    std::thread::sleep(Duration::from_millis(100));
    let meanwhile = recorder.drain()?;
    ensure!(meanwhile.iter().all(|event| !event.injected), "injected while the person moves: {meanwhile:?}");
    scene.session.viewer.wait_for("stage controlling", PATIENCE)?;
    scene.session.expert.desk.hands.move_to(240, 240)?;
    recorder.wait_for(PATIENCE, |event| event.injected)?;
    Ok(())
}
