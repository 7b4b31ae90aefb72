//! A still screen costs nothing: no processor time worth naming, no bytes of picture.

use std::time::Duration;

use anyhow::{Result, ensure};
use deskside_e2e::PATIENCE;
use deskside_e2e::desk::eventually;
use deskside_e2e::expert::ExpertSide;
use deskside_e2e::line::Line;
use deskside_e2e::load::{processor_time, wake_ups};
use deskside_e2e::person::PersonSide;
use deskside_e2e::session::Session;
use deskside_e2e::sight::same_but_for_a_pointer;
use deskside_testkit::x11::{RecordedKind, keysym};

/// How long nothing happens.
const STILL: Duration = Duration::from_secs(20);
/// The most that a program may use of one core meanwhile, in percent.
const LIMIT_PERCENT: f64 = 0.5;
/// Keep-alives and their answers within that time, with room for one lost: far fewer than pictures would make.
const LIMIT_DATAGRAMS: u64 = 12;
/// The most often that the viewer may wake in a second, all threads together.
const LIMIT_WAKE_UPS: f64 = 30.0;
/// The left Super key of a PC keyboard.
const SUPER: u8 = 133;

#[test]
fn nothing_runs_and_nothing_is_sent() -> Result<()> {
    let (person, expert) = (PersonSide::new(1280, 800)?, ExpertSide::new(1280, 800)?);
    let line = Line::to(&person)?;
    let Session { person, expert, deskside, viewer, .. } =
        &Session::between(person, expert).in_windows().full_screen().viewing()?;
    let (one, other) = (&person.desk.screen, &expert.desk.screen);
    eventually("the exact picture", PATIENCE, || same_but_for_a_pointer(one, other))?;
    ensure!(line.forwarded() > 50, "the picture must have come through the relay: {}", line.forwarded());
    // The banner says the minutes; begin just after it changed nothing for a while, so that none passes within.
    std::thread::sleep(Duration::from_secs(3));

    let sent = line.forwarded();
    check_idle(&[("deskside", deskside.id()), ("deskside-expert", viewer.id())], f64::INFINITY)?;
    let datagrams = line.forwarded() - sent;
    println!("{datagrams} datagrams both ways");
    ensure!(datagrams <= LIMIT_DATAGRAMS, "{datagrams} datagrams on a still screen");
    Ok(())
}

#[test]
fn nothing_runs_while_the_keyboard_is_held_for_the_other_machine_and_nobody_uses_it() -> Result<()> {
    let (person, expert) = (PersonSide::new(1280, 800)?, ExpertSide::new(1280, 800)?);
    let Session { person, expert, viewer, .. } =
        &Session::between(person, expert).full_screen().controlling()?;
    let there = || person.desk.hands.pointer();
    expert.desk.hands.move_to(640, 500)?;
    eventually("the pointer at the person's", PATIENCE, || Ok(there()? == (640, 500)))?;
    let eye = person.desk.screen.record_events()?;
    eventually("system keys at the person's", PATIENCE, || {
        expert.desk.injector()?.tap(keysym::SUPER)?;
        std::thread::sleep(Duration::from_millis(250));
        let seen = eye.drain()?;
        Ok(seen.iter().any(|event| event.injected && event.kind == RecordedKind::KeyPressed(SUPER)))
    })?;
    // What is said of it at first goes away by itself.
    std::thread::sleep(Duration::from_secs(8));
    check_idle(&[("deskside-expert", viewer.id())], LIMIT_WAKE_UPS)
}

/// Looks for a while at what these programs, each a name and a process, cost. `limit`: wake-ups a second.
#[expect(clippy::print_stdout, reason = "the figures of a test are read")]
fn check_idle(programs: &[(&str, u32)], limit: f64) -> Result<()> {
    let mut before = Vec::new();
    for (_, pid) in programs {
        before.push((processor_time(*pid)?, wake_ups(*pid)?));
    }
    std::thread::sleep(STILL);
    for ((name, pid), (time, woken)) in programs.iter().zip(before) {
        let percent = (processor_time(*pid)? - time).as_secs_f64() / STILL.as_secs_f64() * 100.0;
        // A thread that ended takes its count with it.
        let per_second = wake_ups(*pid)?.saturating_sub(woken) as f64 / STILL.as_secs_f64();
        println!("{name}: {percent:.2} % of a core, {per_second:.1} wake-ups a second, still for {STILL:?}");
        ensure!(percent <= LIMIT_PERCENT, "{name} used {percent:.2} % of a core while nothing happened");
        ensure!(per_second <= limit, "{name} woke {per_second:.1} times a second while nothing happened");
    }
    Ok(())
}
