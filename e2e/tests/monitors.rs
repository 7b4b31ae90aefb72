//! Each monitor in a window of its own, with the real programs: pixels, pointer and keys are right in each, and a monitor
//! that goes takes its window with it. At usual density and at others.

use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use deskside_e2e::PATIENCE;
use deskside_e2e::desk::eventually;
use deskside_e2e::expert::ExpertSide;
use deskside_e2e::monitors::{DESKTOP, RIGHT, RIGHT_SIZE, RIGHT_WINDOW, add_right, open_right, xrandr};
use deskside_e2e::person::{PersonSide, allow};
use deskside_e2e::talk::Talk;
use deskside_testkit::x11::{Program, Window, keysym};

const F4: u32 = 0xffc1;

struct Scene {
    person: PersonSide,
    expert: ExpertSide,
    deskside: Talk,
    viewer: Talk,
    _letter: Program,
}

/// A session with a desktop of two monitors; `density`: how large the expert's programs draw.
fn scene(density: &str) -> Result<Scene> {
    let (person, expert) = (PersonSide::new(DESKTOP.0, DESKTOP.1)?, ExpertSide::new(1600, 1000)?);
    xrandr(&person.desk, &["--setmonitor", "left", "500/100x600/100+0+0", "screen"])?;
    add_right(&person.desk)?;
    let file = person.desk.home().join("typed.txt");
    let shell = format!("cat > '{}'", file.display());
    let arguments = ["-title", "Letter", "-geometry", "60x20+600+200", "-e", "sh", "-c", &shell];
    let _letter = person.desk.run("xterm", &arguments)?;
    person.desk.window("Letter")?;
    let mut deskside = person.start_terminal()?;
    let invitation = person.invite("ticket", &[])?;
    let mut command =
        expert.deskside_expert(&["open", "--terminal", "--passphrase-stdin", "--scale", "1:1"])?;
    command.arg(&invitation.file).env("WINIT_X11_SCALE_FACTOR", density);
    let mut viewer = Talk::start(command)?;
    viewer.say(invitation.passphrase.as_deref().context("no words")?)?;
    viewer.wait_for("stage waiting", PATIENCE)?;
    allow(&mut deskside, "view")?;
    viewer.wait_for("stage viewing", PATIENCE)?;
    Ok(Scene { person, expert, deskside, viewer, _letter })
}

/// Where in the window the second monitor's first pixel is seen, once all of it is seen there.
fn seen(scene: &Scene, window: &Window) -> Result<(i16, i16)> {
    let mut found = None;
    eventually("the second monitor in its own window", PATIENCE, || {
        std::thread::sleep(Duration::from_millis(200));
        let (there, here) = (scene.person.desk.screen.screenshot()?, scene.expert.desk.screen.screenshot()?);
        // A window whose size is rounded to points may be a pixel larger, and the picture stands in its middle.
        for (dx, dy) in [(0, 0), (1, 0), (0, 1), (1, 1)] {
            let (left, top) = (window.x + dx, window.y + dy);
            let same = |x: u16, y: u16| {
                let (from_x, from_y) = (RIGHT.0 as u16 + x, RIGHT.1 as u16 + y);
                let (to_x, to_y) = (left as u16 + x, top as u16 + y);
                to_x < here.width
                    && to_y < here.height
                    && there.pixel(from_x, from_y) == here.pixel(to_x, to_y)
            };
            let places = (0..RIGHT_SIZE.1).flat_map(|y| (0..RIGHT_SIZE.0).map(move |x| (x, y)));
            // The viewer draws the pointer, a screenshot leaves it out.
            if places.filter(|(x, y)| !same(*x, *y)).count() <= 32 * 32 {
                found = Some((left, top));
                return Ok(true);
            }
        }
        Ok(false)
    })?;
    found.context("seen and not found")
}

fn works_at(density: &str) -> Result<()> {
    let mut scene = scene(density)?;
    let window = open_right(&mut scene.viewer, &scene.expert.desk)?;
    seen(&scene, &window)?;
    // Away from the screen's edges, so that a drag can leave it.
    let mut moving = scene.expert.desk.command("xdotool");
    let moved = moving.args(["windowmove", &window.id.to_string(), "400", "300"]).status()?;
    ensure!(moved.success(), "xdotool did not move the window");
    std::thread::sleep(Duration::from_millis(500));
    let (left, top) = seen(&scene, &scene.expert.desk.window(RIGHT_WINDOW)?)?;
    ensure!(left >= 100, "the window stands at the edge: {left},{top}");

    scene.viewer.say("control")?;
    allow(&mut scene.deskside, "control")?;
    scene.viewer.wait_for("stage controlling", PATIENCE)?;
    let (person, expert) = (&scene.person.desk, &scene.expert.desk);
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
    expert.hands.button(1, true)?;
    for step in 0..30 {
        expert.hands.move_to(left + 100 - 4 * step, top + 400)?;
    }
    let end = (RIGHT.0 + 100 - 4 * 29, RIGHT.1 + 400);
    eventually("the drag beyond the edge", PATIENCE, || Ok(person.hands.pointer()? == end))?;
    expert.hands.button(1, false)?;

    let letter = person.window("Letter")?.middle();
    expert.hands.click_at(left + letter.0 - RIGHT.0, top + letter.1 - RIGHT.1)?;
    std::thread::sleep(Duration::from_millis(500));
    expert.hands.type_text("typed apart\n")?;
    let file = person.home().join("typed.txt");
    eventually("the typed text", PATIENCE, || Ok(std::fs::read_to_string(&file)?.contains("typed apart")))?;

    // The monitor goes, and with it the window; it comes back, and nobody opens it.
    xrandr(person, &["--delmonitor", "right"])?;
    expert.without_window(RIGHT_WINDOW)?;
    ensure!(scene.viewer.is_running(), "the session goes on");
    add_right(person)?;
    std::thread::sleep(Duration::from_secs(1));
    ensure!(!expert.has_window(RIGHT_WINDOW)?, "nobody asked for it");
    scene.viewer.say("release")?;
    scene.viewer.wait_for("stage viewing", PATIENCE)?;
    let window = open_right(&mut scene.viewer, &scene.expert.desk)?;
    seen(&scene, &window)?;
    let expert = &scene.expert.desk;
    // Its person closes it as any window: the session goes on in the first one.
    expert.screen.wait_for_focus(&window, PATIENCE)?;
    expert.hands.chord(&[keysym::ALT, F4])?;
    expert.without_window(RIGHT_WINDOW)?;
    ensure!(expert.has_window("Anna Example")? && scene.viewer.is_running(), "the first window stays");
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
