//! The person's desktop changes its size during a session.

use std::time::Duration;

use anyhow::{Result, ensure};
use deskside_e2e::PATIENCE;
use deskside_e2e::desk::eventually;
use deskside_e2e::expert::ExpertSide;
use deskside_e2e::letter::Letter;
use deskside_e2e::person::PersonSide;
use deskside_e2e::session::Session;
use deskside_e2e::sight::{Part, is_seen};

#[test]
fn the_picture_follows_the_size_of_the_desktop() -> Result<()> {
    let (person, expert) = (PersonSide::new(1280, 800)?, ExpertSide::new(1280, 800)?);
    let _letter = Letter::open(&person.desk, &["-geometry", "60x10+20+20"])?;
    let Session { person, expert, viewer, .. } =
        &mut Session::between(person, expert).full_screen().viewing()?;
    ensure!(viewer.said().contains("stage viewing 1280x800"), "the first size:\n{}", viewer.said());
    // The server knows its first size only; the numbers are a usual mode line for the new one.
    let mode = "--newmode small 38.25 800 832 912 1024 600 603 607 624";
    for words in [mode, "--addmode screen small", "--output screen --mode small"] {
        person.desk.does("xrandr", &words.split(' ').collect::<Vec<_>>())?;
    }
    eventually("the smaller desktop in the middle of the viewer", PATIENCE, || {
        viewer.say("status")?;
        std::thread::sleep(Duration::from_millis(100));
        let (small, whole) = (person.desk.screen.screenshot()?, expert.desk.screen.screenshot()?);
        ensure!((small.width, small.height) == (800, 600), "xrandr did not change the size");
        let place = ((whole.width - small.width) / 2, (whole.height - small.height) / 2);
        Ok(is_seen(&small, Part { at: (0, 0), size: (800, 600) }, &whole, place))
    })?;
    viewer.wait_for("stage viewing 800x600", PATIENCE)?;
    Ok(())
}
