//! Caps, Num and Scroll Lock on two real X servers: the person's follow the expert's while the expert controls, also those
//! that were changed elsewhere meanwhile, and what the person changes is shown to the expert and not fought over.

use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use deskside_e2e::PATIENCE;
use deskside_e2e::desk::{Desk, eventually};
use deskside_e2e::monitors::{Apart, RIGHT_WINDOW};
use deskside_e2e::person::PersonSide;
use deskside_e2e::session::Session;
use deskside_testkit::x11::keysym;

/// Which of Caps, Num and Scroll Lock are on, as `xset q` tells.
fn lights(desk: &Desk) -> Result<[bool; 3]> {
    let text = desk.does("xset", &["q"])?;
    let is_on = |name: &str| -> Result<bool> {
        let rest = text.split_once(name).with_context(|| format!("no {name}: {text}"))?.1;
        Ok(rest.split_whitespace().next() == Some("on"))
    };
    Ok([is_on("Caps Lock:")?, is_on("Num Lock:")?, is_on("Scroll Lock:")?])
}

fn become_alike(person: &PersonSide, wanted: [bool; 3]) -> Result<()> {
    eventually(&format!("{wanted:?} at the person's"), PATIENCE, || Ok(lights(&person.desk)? == wanted))
}

#[test]
fn the_locks_of_both_are_in_step_and_nobody_fights_over_them() -> Result<()> {
    let mut session = Session::on_desktops(800, 600)?.full_screen().viewing()?;
    // Before control nothing of it goes over.
    let hands = session.expert.desk.injector()?;
    hands.tap(keysym::CAPS_LOCK)?;
    eventually("Caps Lock here", PATIENCE, || Ok(lights(&session.expert.desk)?[0]))?;
    std::thread::sleep(Duration::from_millis(300));
    ensure!(lights(&session.person.desk)? == [false; 3], "seeing changes nothing");

    session.take_control()?;
    let Session { person, expert, viewer, .. } = &mut session;
    become_alike(person, [true, false, false])?;
    viewer.wait_for("locks caps on num off scroll off", PATIENCE)?;
    hands.tap(keysym::NUM_LOCK)?;
    become_alike(person, [true, true, false])?;
    hands.tap(keysym::CAPS_LOCK)?;
    become_alike(person, [false, true, false])?;

    viewer.wait_for("locks caps off num on scroll off", PATIENCE)?;
    // The person's own change stays, and theirs does not change the expert's.
    person.desk.hands.tap(keysym::CAPS_LOCK)?;
    eventually("the person's own Caps Lock", PATIENCE, || Ok(lights(&person.desk)?[0]))?;
    std::thread::sleep(Duration::from_millis(1500));
    ensure!(lights(&person.desk)?[0] && !lights(&expert.desk)?[0], "both fight over Caps Lock");
    // The expert is told of it, and brings them into step when they wish.
    viewer.wait_for("locks caps on num on scroll off", PATIENCE)?;
    viewer.wait_for("stage controlling", PATIENCE)?;
    viewer.say("locks")?;
    become_alike(person, [false, true, false])?;
    viewer.wait_for("locks caps off num on scroll off", PATIENCE)?;
    // So does the next change of the expert's.
    person.desk.hands.tap(keysym::CAPS_LOCK)?;
    viewer.wait_for("locks caps on num on scroll off", PATIENCE)?;
    viewer.wait_for("stage controlling", PATIENCE)?;
    hands.tap(keysym::NUM_LOCK)?;
    become_alike(person, [false, false, false])
}

#[test]
fn that_they_differ_stands_in_the_title_of_a_monitors_window() -> Result<()> {
    let mut scene = Apart::new(|_| Ok(()))?;
    let expert = &scene.session.expert.desk;
    let note = format!("{RIGHT_WINDOW} \u{2013} Anna Example \u{2013} Caps Lock is on over there");
    ensure!(!expert.has_window(&note)?);
    scene.session.person.desk.hands.tap(keysym::CAPS_LOCK)?;
    expert.window(&note)?;
    scene.session.viewer.wait_for("stage paused", PATIENCE)?;
    scene.session.viewer.wait_for("stage controlling", PATIENCE)?;
    scene.session.viewer.say("locks")?;
    become_alike(&scene.session.person, [false; 3])?;
    expert.without_window(&note)?;
    ensure!(expert.has_window(RIGHT_WINDOW)?, "the window stays");
    Ok(())
}
