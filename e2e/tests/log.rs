//! What both programs log at the most talkative setting: nothing typed, nothing secret.

use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use deskside_e2e::PATIENCE;
use deskside_e2e::desk::eventually;
use deskside_e2e::expert::ExpertSide;
use deskside_e2e::person::{PersonSide, allow};
use deskside_e2e::talk::Talk;

const TYPED: &str = "xylophonequartz";

#[test]
fn a_whole_session_at_trace_shows_no_secret() -> Result<()> {
    let (person, expert) = (PersonSide::new(800, 600)?, ExpertSide::new(800, 600)?);
    let file = person.desk.home().join("typed.txt");
    let shell = format!("cat > '{}'", file.display());
    let mut deskside = Talk::start(person.deskside(&["--terminal", "--log", "trace"])?)?;
    deskside.wait_for("ready", PATIENCE)?;
    let _editor = person
        .desk
        .run("xterm", &["-title", "Letter", "-geometry", "100x40+0+60", "-e", "sh", "-c", &shell])?;
    let invitation = person.invite("ticket", &[])?;
    let passphrase = invitation.passphrase.clone().context("a passphrase")?;

    let mut command =
        expert.deskside_expert(&["open", "--terminal", "--passphrase-stdin", "--log", "trace"])?;
    command.args(["--full-screen", "--scale", "1:1"]).arg(&invitation.file);
    let mut viewer = Talk::start(command)?;
    viewer.say(&passphrase)?;
    allow(&mut deskside, "view")?;
    viewer.wait_for("stage viewing", PATIENCE)?;
    viewer.say("control")?;
    allow(&mut deskside, "control")?;
    viewer.wait_for("stage controlling", PATIENCE)?;
    std::thread::sleep(Duration::from_secs(1));
    let (x, y) = person.desk.window("Letter")?.middle();
    expert.desk.hands.click_at(x, y)?;
    std::thread::sleep(Duration::from_millis(500));
    expert.desk.hands.type_text(&format!("{TYPED}\n"))?;
    eventually("the typed text", PATIENCE, || Ok(std::fs::read_to_string(&file)?.contains(TYPED)))?;
    viewer.say("end")?;
    viewer.wait_for("stage ended", PATIENCE)?;

    let ticket = std::fs::read_to_string(&invitation.file)?;
    let body = ticket.lines().nth(3).context("a line of the ticket's body")?;
    for (name, said) in [("deskside", deskside.said()), ("deskside-expert", viewer.said())] {
        ensure!(said.contains("TRACE"), "{name} did not log at TRACE, so this would prove nothing");
        for secret in [passphrase.as_str(), TYPED, body] {
            let line = said.lines().find(|line| line.contains(secret));
            ensure!(line.is_none(), "{name} said a secret: {line:?}");
        }
        let keys = said.lines().find(|line| line.contains("KeyEvent") && line.contains("usage"));
        ensure!(keys.is_none(), "{name} logged a key: {keys:?}");
    }
    Ok(())
}
