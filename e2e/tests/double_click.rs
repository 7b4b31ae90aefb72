//! A real double-click on a ticket in a real file manager opens the viewer.

use std::ffi::OsString;
use std::time::Duration;

use anyhow::{Context as _, Result};
use deskside_e2e::PATIENCE;
use deskside_e2e::desk::{output_of, program};
use deskside_e2e::expert::ExpertSide;
use deskside_e2e::person::PersonSide;
use deskside_testkit::x11::{Program, Wanted};

#[test]
fn a_double_click_on_a_ticket_opens_the_viewer() -> Result<()> {
    let person = PersonSide::new(640, 480)?;
    let expert = ExpertSide::new(1024, 768)?;
    let _deskside = person.start_terminal()?;
    let ticket = person.invite("anna", &[])?.file;
    let folder = expert.desk.home().join("Tickets");
    std::fs::create_dir(&folder)?;
    std::fs::copy(&ticket, folder.join("anna.deskside"))?;

    // As an expert does who cannot install packages: the program somewhere in PATH, and one command.
    let binary = program("deskside-expert")?;
    let mut path = OsString::from(binary.parent().context("a folder")?);
    path.push(":/usr/local/bin:/usr/bin:/bin");
    let mut associate = expert.deskside_expert(&["associate"])?;
    associate.env("PATH", &path);
    output_of(associate)?;

    let mut manager = expert.desk.command("pcmanfm");
    let _manager = Program::start({
        manager.arg("--no-desktop").arg(&folder).env("PATH", &path);
        manager
    })?;
    let window = expert.desk.screen.wait_for_window(&Wanted::class("Pcmanfm"), PATIENCE)?;
    let viewer = Wanted::title("Deskside Expert");
    // Where the only icon lies depends on theme and fonts: go over the file area as one who looks for it.
    for y in (90..window.height.min(420)).step_by(30) {
        for x in (170..window.width.min(420)).step_by(40) {
            let (x, y) = (window.x + x as i16, window.y + y as i16);
            expert.desk.hands.move_to(x, y)?;
            std::thread::sleep(Duration::from_millis(40));
            for _ in 0..2 {
                expert.desk.hands.click(1)?;
                std::thread::sleep(Duration::from_millis(60));
            }
            if expert.desk.screen.wait_for_window(&viewer, Duration::from_millis(400)).is_ok() {
                println!("the viewer opened after a double-click at {x},{y}");
                return Ok(());
            }
        }
    }
    expert.desk.screen.wait_for_window(&viewer, Duration::from_secs(10))?;
    Ok(())
}
