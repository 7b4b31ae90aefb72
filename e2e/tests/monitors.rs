//! Each monitor in a window of its own, with the real programs: pixels, pointer and keys are right in each, and a monitor
//! that goes takes its window with it. At usual density and at others.

use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use deskside_e2e::PATIENCE;
use deskside_e2e::desk::eventually;
use deskside_e2e::letter::Letter;
use deskside_e2e::monitors::{Apart, RIGHT, RIGHT_SIZE, RIGHT_WINDOW, add_right, open_right, sides};
use deskside_e2e::session::Session;
use deskside_e2e::sight::{Part, is_seen};
use deskside_testkit::x11::{Window, keysym};

const F4: u32 = 0xffc1;

struct Scene {
    session: Session,
    letter: Letter,
}

/// A session with a desktop of two monitors; `density`: how large the expert's programs draw.
fn scene(density: &str) -> Result<Scene> {
    let (person, expert) = sides(1600, 1000)?;
    let letter = Letter::open(&person.desk, &["-geometry", "60x20+600+200"])?;
    let wanted = Session::between(person, expert).with(&["--scale", "1:1"]);
    let session = wanted.with_variable("WINIT_X11_SCALE_FACTOR", density).viewing()?;
    Ok(Scene { session, letter })
}

/// Where in the window the second monitor's first pixel is seen, once all of it is seen there.
fn seen(session: &Session, window: &Window) -> Result<(i16, i16)> {
    let mut found = None;
    let right = Part { at: (RIGHT.0 as u16, RIGHT.1 as u16), size: RIGHT_SIZE };
    eventually("the second monitor in its own window", PATIENCE, || {
        std::thread::sleep(Duration::from_millis(200));
        let there = session.person.desk.screen.screenshot()?;
        let here = session.expert.desk.screen.screenshot()?;
        // A window whose size is rounded to points may be a pixel larger, and the picture stands in its middle.
        let places = [(0, 0), (1, 0), (0, 1), (1, 1)].map(|(dx, dy)| (window.x + dx, window.y + dy));
        found = places.into_iter().find(|(x, y)| is_seen(&there, right, &here, (*x as u16, *y as u16)));
        Ok(found.is_some())
    })?;
    found.context("seen and not found")
}

fn works_at(density: &str) -> Result<()> {
    let Scene { mut session, letter } = scene(density)?;
    let window = open_right(&mut session.viewer, &session.expert.desk)?;
    seen(&session, &window)?;
    // Away from the screen's edges, so that a drag can leave it.
    session.expert.desk.does("xdotool", &["windowmove", &window.id.to_string(), "400", "300"])?;
    std::thread::sleep(Duration::from_millis(500));
    let (left, top) = seen(&session, &session.expert.desk.window(RIGHT_WINDOW)?)?;
    ensure!(left >= 100, "the window stands at the edge: {left},{top}");

    session.take_control()?;
    let (person, expert) = (&session.person.desk, &session.expert.desk);
    for (x, y) in [(0, 0), (350, 240), (699, 479), (1, 478)] {
        eventually("the pointer at its place", PATIENCE, || {
            // Control counts from the window's next frame on.
            expert.hands.move_to(left + 20, top + 20)?;
            expert.hands.move_to(left + x, top + y)?;
            std::thread::sleep(Duration::from_millis(100));
            Ok(person.hands.pointer()? == (RIGHT.0 + x, RIGHT.1 + y))
        })?;
    }
    // A drag goes on past the window's edge, onto the other monitor.
    expert.hands.move_to(left + 100, top + 400)?;
    // The window manager looks at the press before the window does: here it comes to that when all is over.
    expert.with_stuck_manager(|| {
        expert.hands.button(1, true)?;
        (0..30).try_for_each(|step| expert.hands.move_to(left + 100 - 4 * step, top + 400))
    })?;
    let end = (RIGHT.0 + 100 - 4 * 29, RIGHT.1 + 400);
    eventually("the drag beyond the edge", PATIENCE, || Ok(person.hands.pointer()? == end))?;
    expert.hands.button(1, false)?;

    let (x, y) = letter.window(person)?.middle();
    expert.hands.click_at(left + x - RIGHT.0, top + y - RIGHT.1)?;
    std::thread::sleep(Duration::from_millis(500));
    expert.hands.type_text("typed apart\n")?;
    letter.wait_for("typed apart")?;

    // The monitor goes, and with it the window; it comes back, and nobody opens it.
    person.does("xrandr", &["--delmonitor", "right"])?;
    expert.without_window(RIGHT_WINDOW)?;
    ensure!(session.viewer.is_running(), "the session goes on");
    add_right(person)?;
    std::thread::sleep(Duration::from_secs(1));
    ensure!(!expert.has_window(RIGHT_WINDOW)?, "nobody asked for it");
    session.viewer.say("release")?;
    session.viewer.wait_for("stage viewing", PATIENCE)?;
    let window = open_right(&mut session.viewer, &session.expert.desk)?;
    seen(&session, &window)?;
    let expert = &session.expert.desk;
    // Its person closes it as any window: the session goes on in the first one.
    expert.screen.wait_for_focus(&window, PATIENCE)?;
    expert.hands.chord(&[keysym::ALT, F4])?;
    expert.without_window(RIGHT_WINDOW)?;
    ensure!(expert.has_window("Anna Example")? && session.viewer.is_running(), "the first window stays");
    Ok(())
}

#[test]
fn each_monitor_has_a_window_in_which_pixels_pointer_and_keys_are_right() -> Result<()> {
    works_at("1")
}

#[test]
fn at_one_and_a_half_and_twice_the_density_they_are_right_as_well() -> Result<()> {
    works_at("1.5")?;
    works_at("2")
}

#[test]
fn a_drag_in_one_monitors_window_goes_on_when_anothers_closes_with_keys_down() -> Result<()> {
    let scene = Apart::new(|_| Ok(()))?;
    let (person, expert) = (&scene.session.person.desk, &scene.session.expert.desk);
    let (hands, keys) = (&expert.hands, expert.injector()?);
    let eye = person.screen.record_events()?;
    let drags = |to: (i16, i16)| -> Result<()> {
        let (x, y) = scene.left.at(to.0, to.1);
        hands.move_to(x, y)?;
        eventually("the pointer at its place", PATIENCE, || Ok(person.hands.pointer()? == to))
    };
    drags((200, 300))?;
    hands.button(1, true)?;
    eventually("the button is down", PATIENCE, || Ok(eye.held_by_injection()?.buttons == [1]))?;
    let right = expert.window(RIGHT_WINDOW)?;
    expert.does("xdotool", &["windowactivate", &right.id.to_string()])?;
    expert.screen.wait_for_focus(&right, PATIENCE)?;
    eventually("Shift is down", PATIENCE, || {
        // What is down before the viewer has heard of the focus was not pressed for it.
        keys.key(keysym::SHIFT, false)?;
        keys.key(keysym::SHIFT, true)?;
        std::thread::sleep(Duration::from_millis(200));
        Ok(!eye.held_by_injection()?.keys.is_empty())
    })?;

    person.does("xrandr", &["--delmonitor", "right"])?;
    expert.without_window(RIGHT_WINDOW)?;
    eventually("Shift is up", PATIENCE, || Ok(eye.held_by_injection()?.keys.is_empty()))?;
    keys.key(keysym::SHIFT, false)?;
    drags((260, 320))?;
    ensure!(eye.held_by_injection()?.buttons == [1], "the drag was dropped with the other window");
    hands.button(1, false)?;
    eventually("the button is up", PATIENCE, || Ok(eye.held_by_injection()?.is_empty()))
}
