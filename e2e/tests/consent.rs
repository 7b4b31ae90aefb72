//! The consent windows: only the person's own devices answer, and no is always near.

use std::time::Duration;

use anyhow::{Result, ensure};
use deskside_e2e::PATIENCE;
use deskside_e2e::expert::ExpertSide;
use deskside_e2e::person::{SETTLED, VIEW_QUESTION};
use deskside_e2e::session::{Deskside as _, Question, Session};
use deskside_testkit::x11::{Hands, Program, Window, keysym};

/// An expert has opened a ticket, and the person sees the question.
fn asked() -> Result<Session<Program>> {
    let session = Session::on_desktops(1024, 768)?.in_windows().waiting()?;
    session.person.desk.window(VIEW_QUESTION)?;
    Ok(session)
}

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
    let Session { person, deskside, viewer, .. } = &mut asked()?;
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
    deskside.allow(person, Question::View)?;
    viewer.wait_for("stage viewing", PATIENCE)?;
    Ok(())
}

#[test]
fn an_expert_in_control_cannot_let_a_second_one_in() -> Result<()> {
    let Session { person, expert: one, viewer: first, .. } =
        &mut Session::on_desktops(1024, 768)?.in_windows().full_screen().controlling()?;
    let (two, ticket) = (ExpertSide::new(640, 480)?, person.invite("two", &[])?);
    let mut second = two.open_and_wait(&ticket, &[])?;
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
    let Session { person, viewer, .. } = &mut asked()?;
    std::thread::sleep(SETTLED);
    person.desk.hands.tap(keysym::ESCAPE)?;
    viewer.wait_for("stage ended", PATIENCE)?;
    ensure!(!viewer.said().contains("stage viewing"));
    Ok(())
}

#[test]
fn enter_is_never_a_yes_by_default() -> Result<()> {
    let Session { person, viewer, .. } = &asked()?;
    std::thread::sleep(SETTLED);
    person.desk.hands.tap(keysym::RETURN)?;
    std::thread::sleep(SETTLED);
    ensure!(!viewer.said().contains("stage viewing"), "Enter allowed");
    Ok(())
}
