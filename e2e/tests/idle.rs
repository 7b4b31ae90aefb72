//! A still screen costs nothing: no processor time worth naming, no bytes of picture.

use std::time::Duration;

use anyhow::{Result, ensure};
use deskside_e2e::PATIENCE;
use deskside_e2e::desk::eventually;
use deskside_e2e::expert::ExpertSide;
use deskside_e2e::load::{processor_time, wake_ups};
use deskside_e2e::person::{PersonSide, VIEW_QUESTION};
use deskside_e2e::story::same_but_for_a_pointer;
use deskside_testkit::net::Relay;

/// How long nothing happens.
const STILL: Duration = Duration::from_secs(20);
/// The most that a program may use of one core meanwhile, in percent.
const LIMIT_PERCENT: f64 = 0.5;
/// Keep-alives and their answers within that time, with room for one lost: far fewer than pictures would make.
const LIMIT_DATAGRAMS: u64 = 12;

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn nothing_runs_and_nothing_is_sent() -> Result<()> {
    let (person, expert) = (PersonSide::new(1280, 800)?, ExpertSide::new(1280, 800)?);
    let relay = Relay::to(([127, 0, 0, 1], person.port).into()).await?;
    person.settings(&format!("addresses = [\"{}\"]\n", relay.address()))?;
    let deskside = person.start_windows()?;
    let invitation = person.invite("ticket", &[])?;
    let mut viewer = expert.open_and_wait(&invitation, &["--full-screen", "--scale", "1:1"])?;
    person.answer(VIEW_QUESTION, 'a')?;
    viewer.wait_for("stage viewing", PATIENCE)?;
    let (one, other) = (&person.desk.screen, &expert.desk.screen);
    eventually("the exact picture", PATIENCE, || same_but_for_a_pointer(one, other))?;
    ensure!(relay.forwarded() > 50, "the picture must have come through the relay: {}", relay.forwarded());
    // The banner says the minutes; begin just after it changed nothing for a while, so that none passes within.
    std::thread::sleep(Duration::from_secs(3));

    let programs = [("deskside", deskside.id()), ("deskside-expert", viewer.id())];
    let mut before = Vec::new();
    for (_, pid) in programs {
        before.push((processor_time(pid)?, wake_ups(pid)?));
    }
    let sent = relay.forwarded();
    std::thread::sleep(STILL);
    let datagrams = relay.forwarded() - sent;
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
