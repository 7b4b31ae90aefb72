//! The expert's pointer in a real program on the person's desktop: nine buttons, the wheel in four directions, and a local
//! pointer that is free all the while.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use deskside_e2e::PATIENCE;
use deskside_e2e::desk::eventually;
use deskside_e2e::expert::ExpertSide;
use deskside_e2e::letter::Letter;
use deskside_e2e::monitors::find_view;
use deskside_e2e::person::PersonSide;
use deskside_e2e::session::Session;

/// The beginning of the viewer's title.
const VIEWER: &str = "Anna Example";

#[test]
fn nine_buttons_and_the_wheel_reach_a_gtk_program_and_the_own_pointer_stays_free() -> Result<()> {
    let (person, expert) = (PersonSide::new(800, 600)?, ExpertSide::new(1000, 700)?);
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/programs/pointed.py");
    let mut program = person.desk.script(&script)?;
    let target = person.desk.window("pointed")?;
    let Session { person, expert, .. } =
        &Session::between(person, expert).with(&["--scale", "1:1"]).controlling()?;

    // Where the program is seen in the viewer: the picture is found by where the other pointer goes.
    let hands = &expert.desk.hands;
    let window = expert.desk.window("Anna Example")?;
    let (x, y) = window.middle();
    let mut offset = (0, 0);
    eventually("the other pointer follows", PATIENCE, || {
        hands.move_to(x - 1, y)?;
        hands.move_to(x, y)?;
        std::thread::sleep(Duration::from_millis(100));
        let (there_x, there_y) = person.desk.hands.pointer()?;
        offset = (x - there_x, y - there_y);
        hands.move_to(x + 50, y + 30)?;
        std::thread::sleep(Duration::from_millis(100));
        Ok(person.desk.hands.pointer()? == (there_x + 50, there_y + 30))
    })?;
    let (to_x, to_y) = target.middle();
    hands.move_to(to_x + offset.0, to_y + offset.1)?;
    eventually("the other pointer over the program", PATIENCE, || {
        Ok(person.desk.hands.pointer()? == (to_x, to_y))
    })?;

    // A device of nine buttons; Xvfb's own mouse has fewer.
    let mouse = expert.desk.injector()?;
    for button in [1, 2, 3, 8, 9] {
        mouse.click(button)?;
        let line = program.wait_for(&format!("press {button}"), PATIENCE)?;
        ensure!(line.text == format!("press {button} {to_x} {to_y}"), "{}", line.text);
        program.wait_for(&format!("release {button}"), PATIENCE)?;
    }
    let turns = [(4, "up", 7), (5, "down", 3), (6, "left", 5), (7, "right", 2)];
    for (button, _, times) in turns {
        for _ in 0..times {
            mouse.click(button)?;
        }
    }
    let turned = eventually("every turn of the wheel", Duration::from_secs(8), || {
        let said = program.said();
        let count =
            |name: &str| said.lines().filter(|line| line.ends_with(&format!("scroll {name}"))).count();
        Ok(turns.iter().all(|(_, name, times)| count(name) >= *times))
    });
    turned.with_context(|| program.said())?;
    std::thread::sleep(Duration::from_millis(300));
    let scrolls = program.said().lines().filter(|line| line.contains("scroll ")).count();
    ensure!(scrolls == 17, "{scrolls} turns of 17: {}", program.said());

    // The own pointer goes wherever its person moves it, past every edge and back, and nothing moves it for them.
    let last = person.desk.hands.pointer()?;
    for (x, y) in [(0, 0), (999, 699), (0, 699), (999, 0)] {
        hands.move_to(x, y)?;
        std::thread::sleep(Duration::from_millis(150));
        ensure!(hands.pointer()? == (x, y), "the own pointer is held");
        let (now_x, now_y) = person.desk.hands.pointer()?;
        ensure!((now_x, now_y) == last, "outside of the picture nothing is pointed at: {now_x},{now_y}");
    }
    let other = expert.desk.run("xterm", &["-title", "Mine", "-geometry", "20x5+0+0"])?;
    let mine = expert.desk.window("Mine")?;
    hands.click_at(mine.middle().0, mine.middle().1)?;
    expert.desk.screen.wait_for_focus(&mine, PATIENCE).context("a click into a program of one's own")?;
    drop(other);
    Ok(())
}

#[test]
fn a_drag_with_any_button_goes_on_while_another_program_has_the_keyboard() -> Result<()> {
    let (person, expert) = (PersonSide::new(800, 600)?, ExpertSide::new(1000, 700)?);
    let letter = Letter::open(&expert.desk, &["-geometry", "10x2+0+0"])?;
    let Session { person, expert, .. } =
        &Session::between(person, expert).with(&["--scale", "1:1"]).controlling()?;
    // The server's own mouse has five buttons.
    let (eye, hands) = (person.desk.screen.record_events()?, expert.desk.injector()?);
    let middle = expert.desk.window(VIEWER)?.middle();
    find_view(&person.desk, &expert.desk, VIEWER, middle)?;
    let letter = letter.window(&expert.desk)?;
    for button in [1, 8, 9] {
        expert.desk.does("xdotool", &["windowactivate", &expert.desk.window(VIEWER)?.id.to_string()])?;
        hands.button(button, true)?;
        let is_down = || Ok(eye.held_by_injection()?.buttons == [button]);
        eventually(&format!("{button} is down"), PATIENCE, is_down)?;
        expert.desk.does("xdotool", &["windowactivate", &letter.id.to_string()])?;
        expert.desk.screen.wait_for_focus(&letter, PATIENCE)?;
        // The viewer looks four times a second whether it is still down.
        std::thread::sleep(Duration::from_secs(1));
        ensure!(is_down()?, "the drag with button {button} was ended");
        hands.button(button, false)?;
        eventually(&format!("{button} is up"), PATIENCE, || Ok(eye.held_by_injection()?.is_empty()))?;
    }
    Ok(())
}
