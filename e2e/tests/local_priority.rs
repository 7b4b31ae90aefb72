//! The person's own hands go first: a key or a movement of theirs makes the expert wait, both are told, nothing of the
//! expert's reaches the desktop meanwhile, and it ends by itself. What the expert injects is not taken for the person.

use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use deskside_e2e::PATIENCE;
use deskside_e2e::desk::{Desk, eventually};
use deskside_e2e::expert::ExpertSide;
use deskside_e2e::monitors::{Apart, RIGHT_WINDOW, View, find_view};
use deskside_e2e::person::{BANNER, CONTROL_QUESTION, PersonSide, VIEW_QUESTION, allow};
use deskside_e2e::talk::Talk;
use deskside_testkit::x11::{EventRecorder, Program, RecordedKind, ScreenReader, Screenshot, keysym};

/// The key code of the letter X.
const X: u8 = 53;

struct Scene {
    person: PersonSide,
    expert: ExpertSide,
    viewer: Talk,
    view: View,
    theirs: ScreenReader,
    ours: ScreenReader,
    eye: EventRecorder,
    _programs: [Program; 2],
}

/// A session with windows on both sides, in which the expert controls and is heard.
fn controlled() -> Result<Scene> {
    let (person, expert) = (PersonSide::new(1024, 768)?, ExpertSide::new(1280, 900)?);
    let (theirs, ours) = (person.desk.screen_reader()?, expert.desk.screen_reader()?);
    let letter = person.desk.run("xterm", &["-title", "Letter", "-geometry", "30x6+0+620"])?;
    let deskside = person.start_windows()?;
    let invitation = person.invite("ticket", &[])?;
    let mut viewer = expert.open_and_wait(&invitation, &["--scale", "1:1"])?;
    person.answer(VIEW_QUESTION, 'a')?;
    viewer.wait_for("stage viewing", PATIENCE)?;
    viewer.say("control")?;
    person.answer(CONTROL_QUESTION, 'a')?;
    viewer.wait_for("stage controlling", PATIENCE)?;
    // Keys of the expert's do not reach Deskside's own windows: the person works in another.
    let (x, y) = person.desk.window("Letter")?.middle();
    person.desk.hands.click_at(x, y)?;
    person.desk.screen.wait_for_focus(&person.desk.window("Letter")?, PATIENCE)?;
    let eye = person.desk.screen.record_events()?;
    let window = expert.desk.window("Anna Example")?;
    // Deskside's own windows, which the expert does not reach, lie in the middle.
    let at = (window.x + 120, window.y + window.height.cast_signed() - 120);
    let view = find_view(&person.desk, &expert.desk, "Anna Example", at)?;
    // The answer's own keys have made the expert wait, too.
    stage(&viewer, "controlling")?;
    Ok(Scene { person, expert, viewer, view, theirs, ours, eye, _programs: [deskside, letter] })
}

/// Waits until the viewer's last word of its stage is that.
fn stage(viewer: &Talk, wanted: &str) -> Result<()> {
    eventually(&format!("stage {wanted}"), PATIENCE, || {
        let said = viewer.said();
        let last = said.lines().rev().find_map(|line| line.trim().strip_prefix("stage "));
        Ok(last.is_some_and(|last| last.starts_with(wanted)))
    })
}

/// Waits until that window says that.
fn says(reader: &ScreenReader, title: &str, words: &str) -> Result<()> {
    eventually(&format!("{title:?} to say {words:?}"), PATIENCE, || {
        Ok(reader.window(title, PATIENCE)?.told().contains(words))
    })
}

#[test]
fn the_persons_own_key_makes_the_expert_wait_and_both_are_told() -> Result<()> {
    let scene = controlled()?;
    let (person, expert) = (&scene.person.desk, &scene.expert.desk);
    says(&scene.theirs, BANNER, "controls this computer")?;
    // The expert holds a key and a button, over nothing of Deskside's.
    let (x, y) = scene.view.at(60, 700);
    expert.hands.move_to(x, y)?;
    expert.hands.key(keysym::SHIFT, true)?;
    expert.hands.button(1, true)?;
    eventually("both are held", PATIENCE, || {
        let held = scene.eye.held_by_injection()?;
        Ok(!held.keys.is_empty() && !held.buttons.is_empty())
    })?;
    scene.eye.drain()?;

    // The person types, for longer than one pause is: key after key prolongs it.
    person.hands.tap(u32::from('q'))?;
    stage(&scene.viewer, "paused")?;
    let held = scene.eye.held_by_injection()?;
    ensure!(held.is_empty(), "a Shift of the expert changes what the person types: {held:?}");
    for round in 0..6_u8 {
        person.hands.tap(u32::from('q'))?;
        let (x, y) = scene.view.at(60 + i16::from(round), 700);
        expert.hands.move_to(x, y)?;
        expert.hands.tap(u32::from('x'))?;
        expert.hands.click(3)?;
        std::thread::sleep(Duration::from_millis(250));
    }
    let injected = |scene: &Scene| -> Result<Vec<RecordedKind>> {
        let events = scene.eye.drain()?.into_iter();
        Ok(events
            .filter(|event| event.injected && !event.kind.is_release())
            .map(|event| event.kind)
            .collect())
    };
    let meanwhile = injected(&scene)?;
    ensure!(meanwhile.is_empty(), "injected while the person types: {meanwhile:?}");
    person.hands.tap(u32::from('q'))?;
    says(&scene.theirs, BANNER, "waits while you move or type")?;
    person.hands.tap(u32::from('q'))?;
    says(&scene.ours, "Anna Example", "They are active")?;

    // It ends by itself, nothing of the pause comes later, and what was held is not pressed again.
    stage(&scene.viewer, "controlling")?;
    says(&scene.theirs, BANNER, "controls this computer")?;
    ensure!(scene.eye.held_by_injection()?.is_empty(), "pressed again by itself");
    expert.hands.key(keysym::SHIFT, false)?;
    expert.hands.button(1, false)?;
    injected(&scene)?;
    let (x, y) = scene.view.at(50, 690);
    expert.hands.move_to(x, y)?;
    expert.hands.tap(u32::from('x'))?;
    eventually(
        "the expert's key",
        PATIENCE,
        || Ok(injected(&scene)?.contains(&RecordedKind::KeyPressed(X))),
    )?;

    // The hotkey in the middle of a pause ends control.
    person.hands.move_by(2, 2)?;
    stage(&scene.viewer, "paused")?;
    scene.person.press_hotkey()?;
    stage(&scene.viewer, "revoked by-person")?;
    says(&scene.theirs, BANNER, "sees your screen")?;
    expert.hands.tap(u32::from('x'))?;
    std::thread::sleep(Duration::from_secs(1));
    ensure!(injected(&scene)?.is_empty(), "injected after the hotkey");
    Ok(())
}

#[test]
fn what_the_expert_does_is_not_taken_for_the_person() -> Result<()> {
    let scene = controlled()?;
    // All of it goes into one program, so that nothing else can stop it.
    let letter = scene.person.desk.window("Letter")?;
    let (x, y) = scene.view.at(letter.x + 20, letter.y + 10);
    let before = scene.viewer.said().len();
    for step in 0..400_i16 {
        scene.expert.desk.hands.move_to(x + step / 4, y + step / 10)?;
        if step % 10 == 0 {
            scene.expert.desk.hands.tap(u32::from('x'))?;
            scene.expert.desk.hands.click(1)?;
        }
        std::thread::sleep(Duration::from_millis(3));
    }
    let presses = || -> Result<usize> {
        let is_press = |kind| matches!(kind, RecordedKind::KeyPressed(X) | RecordedKind::ButtonPressed(1));
        Ok(scene.eye.drain()?.iter().filter(|event| event.injected && is_press(event.kind)).count())
    };
    let mut seen = 0;
    let all = eventually("all of it arrives", Duration::from_secs(10), || {
        seen += presses()?;
        Ok(seen >= 80)
    });
    all.with_context(|| format!("{seen} of 80 presses; viewer: {}", scene.viewer.said()))?;
    let said = scene.viewer.said();
    let new = said.get(before..).unwrap_or_default();
    ensure!(!new.contains("stage paused"), "the expert's own events made them wait:\n{new}");
    Ok(())
}

/// Whether Caps Lock is on, as `xset q` tells.
fn has_caps(desk: &Desk) -> Result<bool> {
    let output = desk.command("xset").arg("q").output()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let rest = text.split_once("Caps Lock:").map(|(_, rest)| rest.trim_start().to_owned());
    Ok(rest.is_some_and(|rest| rest.starts_with("on")))
}

#[test]
fn locks_that_the_expert_changes_in_a_pause_follow_when_it_ends() -> Result<()> {
    let (person, expert) = (PersonSide::new(800, 600)?, ExpertSide::new(800, 600)?);
    let mut deskside = person.start_terminal()?;
    let invitation = person.invite("ticket", &[])?;
    let mut viewer = expert.open_and_wait(&invitation, &["--full-screen", "--scale", "1:1"])?;
    allow(&mut deskside, "view")?;
    viewer.wait_for("stage viewing", PATIENCE)?;
    viewer.say("control")?;
    allow(&mut deskside, "control")?;
    viewer.wait_for("locks caps off", PATIENCE)?;
    person.desk.hands.move_by(2, 2)?;
    viewer.wait_for("stage paused", PATIENCE)?;
    expert.desk.injector()?.tap(keysym::CAPS_LOCK)?;
    for _ in 0..5 {
        person.desk.hands.move_by(1, 1)?;
        std::thread::sleep(Duration::from_millis(200));
        ensure!(!has_caps(&person.desk)?, "the person goes first");
    }
    ensure!(has_caps(&expert.desk)?);
    eventually("Caps Lock at the person's", PATIENCE, || has_caps(&person.desk))?;
    // The person's own change in a pause stays, where the expert has changed nothing.
    viewer.wait_for("stage controlling", PATIENCE)?;
    person.desk.hands.tap(keysym::CAPS_LOCK)?;
    viewer.wait_for("stage paused", PATIENCE)?;
    viewer.wait_for("stage controlling", PATIENCE)?;
    std::thread::sleep(Duration::from_secs(1));
    ensure!(!has_caps(&person.desk)? && has_caps(&expert.desk)?, "both fight over Caps Lock");
    Ok(())
}

#[test]
fn in_the_window_of_a_monitor_it_is_told_as_well() -> Result<()> {
    let mut scene = Apart::new(|_| Ok(()))?;
    let (x, y) = scene.right.at(700, 300);
    scene.session.expert.desk.hands.click_at(x, y)?;
    let window = scene.session.expert.desk.window(RIGHT_WINDOW)?;
    // The note lies at the window's upper edge, in its middle; the desktop below has one colour.
    let (at_x, at_y) = (window.middle().0 as u16, window.y as u16 + 42);
    let ground = scene.session.person.desk.screen.screenshot()?.pixel(900, 140);
    let is_note = |shot: &Screenshot| shot.pixel(at_x, at_y) != ground;
    eventually("no note", PATIENCE, || {
        std::thread::sleep(Duration::from_millis(200));
        Ok(!is_note(&scene.session.expert.desk.screen.screenshot()?))
    })?;
    scene.session.person.desk.hands.tap(u32::from('q'))?;
    scene.session.viewer.wait_for("stage paused", PATIENCE)?;
    eventually("a note over the monitor's picture", PATIENCE, || {
        scene.session.person.desk.hands.tap(u32::from('q'))?;
        std::thread::sleep(Duration::from_millis(200));
        Ok(is_note(&scene.session.expert.desk.screen.screenshot()?))
    })?;
    scene.session.viewer.wait_for("stage controlling", PATIENCE)?;
    eventually("no note again", PATIENCE, || {
        std::thread::sleep(Duration::from_millis(200));
        Ok(!is_note(&scene.session.expert.desk.screen.screenshot()?))
    })
}
