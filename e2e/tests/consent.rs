//! The consent windows: only the person's own devices answer, and no is always near.

use std::time::Duration;

use anyhow::{Result, ensure};
use deskside_e2e::PATIENCE;
use deskside_e2e::expert::ExpertSide;
use deskside_e2e::person::{CONTROL_QUESTION, PersonSide, VIEW_QUESTION};
use deskside_testkit::x11::{Hands, Window, keysym};

/// Longer than a question's first moments, in which nothing counts.
const SETTLED: Duration = Duration::from_millis(1200);

/// Clicks on every place of a window, in steps smaller than any button.
fn click_everywhere(hands: &Hands, window: &Window) -> Result<()> {
    for y in (4..window.height).step_by(14) {
        for x in (4..window.width).step_by(28) {
            hands.click_at(window.x + x as i16, window.y + y as i16)?;
            std::thread::sleep(Duration::from_millis(2));
        }
    }
    Ok(())
}

#[test]
fn injected_clicks_and_keys_answer_nothing() -> Result<()> {
    let person = PersonSide::new(1024, 768)?;
    let expert = ExpertSide::new(1024, 768)?;
    let _deskside = person.start_windows()?;
    let invitation = person.invite("ticket", &[])?;
    let mut viewer = expert.open_and_wait(&invitation, &[])?;
    let window = person.desk.window(VIEW_QUESTION)?;
    std::thread::sleep(SETTLED);
    let injector = person.desk.injector()?;
    injector.chord(&[keysym::ALT, u32::from('a')])?;
    injector.tap(keysym::RETURN)?;
    for _ in 0..4 {
        injector.tap(keysym::TAB)?;
        injector.tap(keysym::RETURN)?;
        injector.tap(u32::from(' '))?;
    }
    click_everywhere(&injector, &window)?;
    std::thread::sleep(SETTLED);
    ensure!(!viewer.said().contains("stage viewing"), "an injected press answered:\n{}", viewer.said());
    // The same press on the real keyboard answers: the window was not merely dead.
    person.answer(VIEW_QUESTION, 'a')?;
    viewer.wait_for("stage viewing", PATIENCE)?;
    Ok(())
}

#[test]
fn an_expert_in_control_cannot_let_a_second_one_in() -> Result<()> {
    let person = PersonSide::new(1024, 768)?;
    let (one, two) = (ExpertSide::new(1024, 768)?, ExpertSide::new(640, 480)?);
    let _deskside = person.start_windows()?;
    let (first_ticket, second_ticket) = (person.invite("one", &[])?, person.invite("two", &[])?);
    let mut first = one.open_and_wait(&first_ticket, &["--full-screen", "--scale", "1:1"])?;
    person.answer(VIEW_QUESTION, 'a')?;
    first.wait_for("stage viewing", PATIENCE)?;
    first.say("control")?;
    person.answer(CONTROL_QUESTION, 'a')?;
    first.wait_for("stage controlling", PATIENCE)?;
    let mut second = two.open_and_wait(&second_ticket, &[])?;
    let window = person.desk.window(VIEW_QUESTION)?;
    std::thread::sleep(SETTLED);
    one.desk.hands.chord(&[keysym::ALT, u32::from('a')])?;
    click_everywhere(&one.desk.hands, &window)?;
    std::thread::sleep(SETTLED);
    ensure!(!second.said().contains("stage viewing"), "the expert answered for the person");
    person.answer(VIEW_QUESTION, 'd')?;
    second.wait_for("stage ended", PATIENCE)?;
    ensure!(first.is_running());
    Ok(())
}

#[test]
fn escape_says_no() -> Result<()> {
    let person = PersonSide::new(1024, 768)?;
    let expert = ExpertSide::new(640, 480)?;
    let _deskside = person.start_windows()?;
    let invitation = person.invite("ticket", &[])?;
    let mut viewer = expert.open_and_wait(&invitation, &[])?;
    person.desk.window(VIEW_QUESTION)?;
    std::thread::sleep(SETTLED);
    person.desk.hands.tap(keysym::ESCAPE)?;
    viewer.wait_for("stage ended", PATIENCE)?;
    ensure!(!viewer.said().contains("stage viewing"));
    Ok(())
}

#[test]
fn enter_is_never_a_yes_by_default() -> Result<()> {
    let person = PersonSide::new(1024, 768)?;
    let expert = ExpertSide::new(640, 480)?;
    let _deskside = person.start_windows()?;
    let invitation = person.invite("ticket", &[])?;
    let viewer = expert.open_and_wait(&invitation, &[])?;
    person.desk.window(VIEW_QUESTION)?;
    std::thread::sleep(SETTLED);
    person.desk.hands.tap(keysym::RETURN)?;
    std::thread::sleep(SETTLED);
    ensure!(!viewer.said().contains("stage viewing"), "Enter allowed");
    Ok(())
}
