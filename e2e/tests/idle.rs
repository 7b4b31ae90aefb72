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

/// How long nothing happens.
const STILL: Duration = Duration::from_secs(20);
/// The most that a program may use of one core meanwhile, in percent.
const LIMIT_PERCENT: f64 = 0.5;
/// Keep-alives and their answers within that time, with room for one lost: far fewer than pictures would make.
const LIMIT_DATAGRAMS: u64 = 12;

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

    let programs = [("deskside", deskside.id()), ("deskside-expert", viewer.id())];
    let mut before = Vec::new();
    for (_, pid) in programs {
        before.push((processor_time(pid)?, wake_ups(pid)?));
    }
    let sent = line.forwarded();
    std::thread::sleep(STILL);
    let datagrams = line.forwarded() - sent;
    for ((name, pid), (time, woken)) in programs.iter().zip(before) {
        let percent = (processor_time(*pid)? - time).as_secs_f64() / STILL.as_secs_f64() * 100.0;
        // A thread that ended takes its count with it.
        let per_second = wake_ups(*pid)?.saturating_sub(woken) as f64 / STILL.as_secs_f64();
        println!("{name}: {percent:.2} % of a core, {per_second:.1} wake-ups a second, still for {STILL:?}");
        ensure!(percent <= LIMIT_PERCENT, "{name} used {percent:.2} % of a core on a still screen");
    }
    println!("{datagrams} datagrams both ways");
    ensure!(datagrams <= LIMIT_DATAGRAMS, "{datagrams} datagrams on a still screen");
    Ok(())
}
