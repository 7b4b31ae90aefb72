//! What both programs log at the most talkative setting: nothing typed, nothing secret.

use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use deskside_e2e::PATIENCE;
use deskside_e2e::expert::ExpertSide;
use deskside_e2e::letter::Letter;
use deskside_e2e::person::PersonSide;
use deskside_e2e::session::Session;

const TYPED: &str = "xylophonequartz";

#[test]
fn a_whole_session_at_trace_shows_no_secret() -> Result<()> {
    let (person, expert) = (PersonSide::new(800, 600)?, ExpertSide::new(800, 600)?);
    let letter = Letter::open(&person.desk, &["-geometry", "100x40+0+60"])?;
    let mut session = Session::between(person, expert).traced().full_screen().controlling()?;
    let Session { person, expert, viewer, invitation, .. } = &mut session;
    std::thread::sleep(Duration::from_secs(1));
    let (x, y) = letter.window(&person.desk)?.middle();
    expert.desk.hands.click_at(x, y)?;
    std::thread::sleep(Duration::from_millis(500));
    expert.desk.hands.type_text(&format!("{TYPED}\n"))?;
    letter.wait_for(TYPED)?;
    viewer.say("end")?;
    viewer.wait_for("stage ended", PATIENCE)?;

    let ticket = std::fs::read_to_string(&invitation.file)?;
    let body = ticket.lines().nth(3).context("a line of the ticket's body")?;
    session.check_logs(&[session.passphrase()?, TYPED, body])?;
    for (name, said) in [("deskside", session.deskside.said()), ("deskside-expert", session.viewer.said())] {
        let keys = said.lines().find(|line| line.contains("KeyEvent") && line.contains("usage"));
        ensure!(keys.is_none(), "{name} logged a key: {keys:?}");
    }
    Ok(())
}
