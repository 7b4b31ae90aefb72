//! The person's desktop changes its size during a session.

use std::time::Duration;

use anyhow::{Result, ensure};
use deskside_e2e::PATIENCE;
use deskside_e2e::desk::eventually;
use deskside_e2e::expert::ExpertSide;
use deskside_e2e::person::{PersonSide, allow};

#[test]
fn the_picture_follows_the_size_of_the_desktop() -> Result<()> {
    let (person, expert) = (PersonSide::new(1280, 800)?, ExpertSide::new(1280, 800)?);
    let mut deskside = person.start_terminal()?;
    let _clock = person.desk.run("xterm", &["-title", "Letter", "-geometry", "60x10+20+20"])?;
    person.desk.window("Letter")?;
    let invitation = person.invite("ticket", &[])?;
    let mut viewer = expert.open_and_wait(&invitation, &["--full-screen", "--scale", "1:1"])?;
    allow(&mut deskside, "view")?;
    viewer.wait_for("stage viewing 1280x800", PATIENCE)?;
    // The server knows its first size only; the numbers are a usual mode line for the new one.
    let mode = "--newmode small 38.25 800 832 912 1024 600 603 607 624";
    for words in [mode, "--addmode screen small", "--output screen --mode small"] {
        let done = person.desk.command("xrandr").args(words.split(' ')).output()?;
        ensure!(done.status.success(), "xrandr {words}: {}", String::from_utf8_lossy(&done.stderr));
    }
    eventually("the smaller desktop in the middle of the viewer", PATIENCE, || {
        viewer.say("status")?;
        std::thread::sleep(Duration::from_millis(100));
        let (small, whole) = (person.desk.screen.screenshot()?, expert.desk.screen.screenshot()?);
        ensure!((small.width, small.height) == (800, 600), "xrandr did not change the size");
        let (left, top) = ((whole.width - small.width) / 2, (whole.height - small.height) / 2);
        let same = |x: u16, y: u16| small.pixel(x, y) == whole.pixel(left + x, top + y);
        let places = (0..small.height).flat_map(|y| (0..small.width).map(move |x| (x, y)));
        // The viewer draws the pointer, a screenshot leaves it out.
        Ok(places.filter(|(x, y)| !same(*x, *y)).count() <= 32 * 32)
    })?;
    viewer.wait_for("stage viewing 800x600", PATIENCE)?;
    Ok(())
}
