//! Deskside is killed while the expert holds a key and a key code is lent: the next start gives all of it back.

use anyhow::{Context as _, Result, ensure};
use deskside_e2e::PATIENCE;
use deskside_e2e::desk::{Desk, eventually};
use deskside_e2e::expert::ExpertSide;
use deskside_e2e::person::{PersonSide, allow};
use deskside_testkit::x11::Wanted;
use rustix::process::Signal;

/// The key between 0 and Backspace's neighbour, which is a sharp s on a German keyboard.
const SHARP_S: u8 = 20;
/// The key of A.
const A: u8 = 38;

fn has_sharp_s(desk: &Desk) -> Result<bool> {
    let output = desk.command("xmodmap").arg("-pk").output().context("xmodmap is needed")?;
    Ok(String::from_utf8_lossy(&output.stdout).contains("ssharp"))
}

#[test]
fn what_was_lent_and_held_by_a_program_that_was_killed_is_given_back_at_the_next_start() -> Result<()> {
    let (person, expert) = (PersonSide::new(800, 600)?, ExpertSide::new(800, 600)?);
    let german = expert.desk.command("setxkbmap").arg("de").status();
    ensure!(german.context("setxkbmap is needed")?.success());
    let mut deskside = person.start_terminal()?;
    let invitation = person.invite("ticket", &[])?;
    let mut viewer = expert.open_and_wait(&invitation, &["--full-screen", "--scale", "1:1"])?;
    allow(&mut deskside, "view")?;
    viewer.wait_for("stage viewing", PATIENCE)?;
    viewer.say("control")?;
    allow(&mut deskside, "control")?;
    viewer.wait_for("stage controlling", PATIENCE)?;
    let window = expert.desk.screen.wait_for_window(&Wanted::title("Deskside Expert"), PATIENCE)?;
    expert.desk.screen.wait_for_focus(&window, PATIENCE)?;
    let eye = person.desk.screen.record_events()?;
    let hands = expert.desk.injector()?;
    for pressed in [true, false] {
        hands.key_code(SHARP_S, pressed)?;
    }
    hands.key_code(A, true)?;
    eventually("a key held", PATIENCE, || Ok(eye.held_by_injection()?.keys.contains(&A)))?;
    ensure!(has_sharp_s(&person.desk)?, "no key code was lent");

    deskside.signal(Signal::KILL)?;
    eventually("its end", PATIENCE, || Ok(!deskside.is_running()))?;
    ensure!(has_sharp_s(&person.desk)? && !eye.held_by_injection()?.is_empty(), "the test shows nothing");
    let _again = person.start_terminal()?;
    eventually("everything is given back", PATIENCE, || {
        Ok(!has_sharp_s(&person.desk)? && eye.held_by_injection()?.is_empty())
    })
}
