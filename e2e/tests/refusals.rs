//! Every no: at each question, for each kind of ticket, to each stranger.

use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use deskside_e2e::PATIENCE;
use deskside_e2e::desk::output_of;
use deskside_e2e::expert::ExpertSide;
use deskside_e2e::person::{CONTROL_QUESTION, PersonSide, VIEW_QUESTION, allow, question};
use deskside_e2e::session::{Meeting, Session};
use deskside_e2e::talk::Talk;

const TICKET: i32 = 3;
const NETWORK: i32 = 4;
const REFUSED: i32 = 5;

fn sides() -> Result<(PersonSide, ExpertSide)> {
    Ok((PersonSide::new(1024, 768)?, ExpertSide::new(1024, 768)?))
}

fn session() -> Result<Meeting<Talk>> {
    Session::on_desktops(1024, 768)
}

#[test]
fn no_to_viewing_ends_it_before_a_single_pixel() -> Result<()> {
    let Session { person, viewer, .. } = &mut session()?.in_windows().waiting()?;
    person.answer(VIEW_QUESTION, 'd')?;
    viewer.wait_for("stage ended", PATIENCE)?;
    ensure!(!viewer.said().contains("stage viewing"), "it must not have seen anything");
    viewer.say("end").ok();
    ensure!(viewer.wait_for_end(PATIENCE)? == REFUSED);
    Ok(())
}

#[test]
fn no_to_control_leaves_viewing_as_it_was() -> Result<()> {
    let Session { person, viewer, .. } = &mut session()?.in_windows().viewing()?;
    viewer.say("control")?;
    person.answer(CONTROL_QUESTION, 'd')?;
    viewer.wait_for("stage denied", PATIENCE)?;
    ensure!(!viewer.said().contains("stage controlling"));
    ensure!(viewer.is_running(), "viewing goes on");
    Ok(())
}

#[test]
fn without_the_right_words_there_is_no_connection() -> Result<()> {
    let (person, expert) = sides()?;
    let _deskside = person.start_terminal()?;
    let invitation = person.invite("ticket", &[])?;
    let mut viewer = expert.open(&invitation.file, Some("abandon-ability-able-about"), &[])?;
    viewer.wait_for("stage passphrase wrong", PATIENCE)?;
    viewer.close_input();
    ensure!(viewer.wait_for_end(PATIENCE)? == TICKET);
    ensure!(!viewer.said().contains("stage connecting"), "wrong words must not even reach the network");
    Ok(())
}

#[test]
fn a_ticket_lets_in_once() -> Result<()> {
    let Session { person, expert, viewer: first, invitation, .. } = &mut session()?.viewing()?;
    let second_ticket_keeps_the_door_open = person.invite("other", &[])?;
    first.say("end")?;
    first.wait_for("stage ended", PATIENCE)?;
    let mut second = expert.open(&invitation.file, invitation.passphrase.as_deref(), &[])?;
    let ended = second.wait_for("stage ended", PATIENCE)?;
    ensure!(ended.text.contains("used"), "{}", ended.text);
    ensure!(second_ticket_keeps_the_door_open.file.is_file());
    Ok(())
}

#[test]
fn a_cancelled_ticket_lets_nobody_in() -> Result<()> {
    let (person, expert) = sides()?;
    let _deskside = person.start_terminal()?;
    let invitation = person.invite("ticket", &[])?;
    let _other = person.invite("other", &[])?;
    output_of(person.deskside(&["cancel", &invitation.id])?)?;
    let mut viewer = expert.open(&invitation.file, invitation.passphrase.as_deref(), &[])?;
    let ended = viewer.wait_for("stage ended", PATIENCE)?;
    ensure!(ended.text.contains("cancelled"), "{}", ended.text);
    Ok(())
}

#[test]
fn with_its_last_ticket_cancelled_deskside_listens_no_more() -> Result<()> {
    let (person, expert) = sides()?;
    let _deskside = person.start_terminal()?;
    let invitation = person.invite("ticket", &[])?;
    output_of(person.deskside(&["cancel", &invitation.id])?)?;
    let mut viewer = expert.open(&invitation.file, invitation.passphrase.as_deref(), &[])?;
    viewer.wait_for("stage ended", PATIENCE)?;
    viewer.say("end").ok();
    ensure!(viewer.wait_for_end(PATIENCE)? == NETWORK);
    Ok(())
}

#[test]
fn another_client_at_the_same_address_is_not_spoken_to() -> Result<()> {
    let (anna, expert) = sides()?;
    let running = anna.start_terminal()?;
    let invitation = anna.invite("ticket", &[])?;
    drop(running);
    let mut impostor = PersonSide::new(640, 480)?;
    impostor.port = anna.port;
    impostor.settings("")?;
    let _running = impostor.start_terminal()?;
    impostor.invite("bait", &[])?;
    let mut viewer = expert.open(&invitation.file, invitation.passphrase.as_deref(), &[])?;
    let ended = viewer.wait_for("stage ended", PATIENCE)?;
    ensure!(!viewer.said().contains("stage waiting"), "{}", ended.text);
    viewer.say("end").ok();
    ensure!(viewer.wait_for_end(PATIENCE)? == NETWORK);
    Ok(())
}

#[test]
fn a_damaged_ticket_is_refused_before_anything_is_asked() -> Result<()> {
    let (person, expert) = sides()?;
    let _deskside = person.start_terminal()?;
    let invitation = person.invite("ticket", &[])?;
    let text = std::fs::read_to_string(&invitation.file)?;
    let middle = text.len() / 2;
    let place = text.char_indices().skip(middle).find(|(_, c)| c.is_ascii_lowercase()).context("a letter")?.0;
    let mut bytes = text.into_bytes();
    bytes[place] ^= 0x20;
    for (name, content) in [("flipped", bytes), ("empty", Vec::new()), ("zeros", vec![0; 100_000])] {
        let file = expert.desk.home().join(format!("{name}.deskside"));
        std::fs::write(&file, &content)?;
        let mut viewer = expert.open(&file, Some("a-b-c-d"), &[])?;
        ensure!(viewer.wait_for_end(PATIENCE)? == TICKET, "{name}: {}", viewer.said());
        ensure!(viewer.said().contains("stderr: "), "{name}: it must say what is wrong");
        ensure!(std::fs::read(&file)? == content, "{name}: the file must stay as it was");
    }
    Ok(())
}

#[test]
fn while_one_question_is_open_a_second_expert_hears_busy() -> Result<()> {
    let Session { person, deskside, viewer: first, .. } = &mut session()?.waiting()?;
    let (second_expert, two) = (ExpertSide::new(1024, 768)?, person.invite("two", &[])?);
    let number = question(deskside, "view")?;
    let mut second = second_expert.open(&two.file, two.passphrase.as_deref(), &[])?;
    let ended = second.wait_for("stage ended", PATIENCE)?;
    ensure!(ended.text.contains("busy"), "{}", ended.text);
    deskside.say(&format!("allow {number}"))?;
    first.wait_for("stage viewing", PATIENCE)?;
    Ok(())
}

#[test]
fn a_second_expert_joins_as_viewer_only_if_the_person_allows_it() -> Result<()> {
    let Session { person, deskside, .. } = &mut session()?.controlling()?;
    let (second_expert, two) = (ExpertSide::new(1024, 768)?, person.invite("two", &[])?);
    let mut second = second_expert.open_and_wait(&two, &[])?;
    allow(deskside, "join")?;
    second.wait_for("stage viewing", PATIENCE)?;
    second.say("control")?;
    let denied = second.wait_for("stage denied", PATIENCE)?;
    ensure!(denied.text.contains("busy"), "only one may control: {}", denied.text);
    Ok(())
}

#[test]
fn at_the_end_of_its_input_the_terminal_says_no_and_ends() -> Result<()> {
    let Session { deskside, viewer, .. } = &mut session()?.waiting()?;
    question(deskside, "view")?;
    deskside.close_input();
    viewer.wait_for("stage ended", PATIENCE)?;
    ensure!(!viewer.said().contains("stage viewing"));
    ensure!(deskside.wait_for_end(Duration::from_secs(20))? == 0);
    Ok(())
}

#[test]
fn a_ticket_made_at_the_prompt_replaces_no_file() -> Result<()> {
    let person = PersonSide::new(1024, 768)?;
    let mut deskside = person.start_terminal()?;
    let precious = person.desk.home().join("precious.deskside");
    std::fs::write(&precious, "years of work")?;
    deskside.say("understood")?;
    deskside.say(&format!("invite --output \"{}\"", precious.display()))?;
    let refused = deskside.wait_for("error:", PATIENCE)?;
    ensure!(refused.text.contains("exists already"), "{}", refused.text);
    ensure!(std::fs::read(&precious)? == b"years of work");
    let free = person.desk.home().join("free.deskside");
    deskside.say(&format!("invite --output \"{}\"", free.display()))?;
    deskside.wait_for("saved", PATIENCE)?;
    ensure!(std::fs::read_to_string(&free)?.contains("BEGIN"), "the other name must still do");
    Ok(())
}

#[test]
fn opening_a_ticket_changes_no_setting() -> Result<()> {
    let (person, expert) = sides()?;
    let _deskside = person.start_terminal()?;
    let invitation = person.invite("ticket", &[])?;
    let settings = expert.desk.home().join(".config/deskside-expert");
    let before = files_below(&settings)?;
    let mut viewer = expert.open(&invitation.file, Some("abandon-ability-able-about"), &[])?;
    viewer.wait_for("stage passphrase wrong", PATIENCE)?;
    viewer.say(invitation.passphrase.as_deref().context("a passphrase")?)?;
    viewer.wait_for("stage waiting", PATIENCE)?;
    ensure!(files_below(&settings)? == before, "the settings of the expert changed");
    Ok(())
}

/// Names and contents of the files in a folder.
fn files_below(folder: &std::path::Path) -> Result<Vec<(std::path::PathBuf, Vec<u8>)>> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        files.push((path.clone(), std::fs::read(&path)?));
    }
    files.sort();
    Ok(files)
}
