//! Deskside is killed while the expert holds a key and a key code is lent: the next start gives all of it back.

use anyhow::{Result, ensure};
use deskside_e2e::PATIENCE;
use deskside_e2e::desk::{Desk, eventually};
use deskside_e2e::expert::ExpertSide;
use deskside_e2e::person::PersonSide;
use deskside_e2e::session::Session;
use rustix::process::Signal;

/// The key between 0 and Backspace's neighbour, which is a sharp s on a German keyboard.
const SHARP_S: u8 = 20;
/// The key of A.
const A: u8 = 38;

fn has_sharp_s(desk: &Desk) -> Result<bool> {
    Ok(desk.does("xmodmap", &["-pk"])?.contains("ssharp"))
}

#[test]
fn what_was_lent_and_held_by_a_program_that_was_killed_is_given_back_at_the_next_start() -> Result<()> {
    let (person, expert) = (PersonSide::new(800, 600)?, ExpertSide::new(800, 600)?);
    expert.desk.does("setxkbmap", &["de"])?;
    let Session { person, expert, deskside, .. } =
        &mut Session::between(person, expert).full_screen().controlling()?;
    expert.desk.focused_window("Deskside Expert")?;
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
