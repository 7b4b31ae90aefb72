//! What the person hides during a session, as the expert's screen shows it: a block, and nothing else of it.

use anyhow::{Context as _, Result, ensure};
use deskside_e2e::PATIENCE;
use deskside_e2e::desk::eventually;
use deskside_e2e::expert::ExpertSide;
use deskside_e2e::person::PersonSide;
use deskside_e2e::session::Session;
use deskside_e2e::sight::same_but_for_a_pointer;
use deskside_e2e::talk::Talk;
use deskside_testkit::x11::{Window, Xvfb};

/// What is private, and what is not: no other program on these desktops has such colours.
const PRIVATE: [u8; 3] = [0xE0, 0x10, 0x60];
const COMMON: [u8; 3] = [0x10, 0xC0, 0x40];
/// What stands for pixels that are kept back.
const BLOCK: [u8; 3] = [0x6B, 0x6B, 0x6B];

/// The place of a window in the list that the person asks for.
fn listed(person: &mut Talk, title: &str) -> Result<usize> {
    person.say("windows")?;
    person.wait_for("seen:", PATIENCE)?;
    let said = person.said();
    let line =
        said.lines().rev().map(str::trim).find(|line| line.starts_with("window ") && line.ends_with(title));
    line.and_then(|line| line.split(' ').nth(1)?.parse().ok()).with_context(|| format!("not listed:\n{said}"))
}

/// How many pixels of a colour a screen has.
fn count(screen: &Xvfb, colour: [u8; 3]) -> Result<usize> {
    Ok(screen.screenshot()?.rgb.chunks_exact(3).filter(|pixel| *pixel == colour).count())
}

/// The part of a window in which a screen has this colour, in per cent.
fn share_of(screen: &Xvfb, window: &Window, colour: [u8; 3]) -> Result<usize> {
    let picture = screen.screenshot()?;
    let width = usize::from(picture.width);
    let (left, top) = (usize::try_from(window.x)?, usize::try_from(window.y)?);
    let inside = |at: usize| {
        let (x, y) = (at % width, at / width);
        (left..left + usize::from(window.width)).contains(&x)
            && (top..top + usize::from(window.height)).contains(&y)
    };
    let pixels = picture.rgb.chunks_exact(3).enumerate().filter(|(at, _)| inside(*at));
    let is_it: Vec<bool> = pixels.map(|(_, pixel)| pixel == colour).collect();
    Ok(is_it.iter().filter(|it| **it).count() * 100 / is_it.len().max(1))
}

#[test]
fn a_window_that_is_hidden_during_a_session_is_a_block_until_it_is_shown_again() -> Result<()> {
    let (person, expert) = (PersonSide::new(1024, 768)?, ExpertSide::new(1024, 768)?);
    let look = |title, colour, place| ["-T", title, "-bg", colour, "-geometry", place, "-e", "sleep", "600"];
    let _private = person.desk.run("xterm", &look("private", "#E01060", "50x14+560+60"))?;
    let _common = person.desk.run("xterm", &look("common", "#10C040", "50x14+60+420"))?;
    let (private, common) = (person.desk.window("private")?, person.desk.window("common")?);
    let Session { person, expert, deskside, .. } =
        &mut Session::between(person, expert).full_screen().viewing()?;
    let screen = &expert.desk.screen;
    eventually("both windows", PATIENCE, || {
        Ok(share_of(screen, &private, PRIVATE)? > 90 && share_of(screen, &common, COMMON)? > 90)
    })?;

    let number = listed(deskside, "private")?;
    deskside.say(&format!("hide window {number}"))?;
    eventually("a block instead of the private window", PATIENCE, || {
        Ok(share_of(screen, &private, BLOCK)? > 99 && count(screen, PRIVATE)? == 0)
    })?;
    // The other one is seen as before, also where it lies over the hidden one.
    eventually("the other window", PATIENCE, || Ok(share_of(screen, &common, COMMON)? > 90))?;
    person.desk.hands.click_at(common.middle().0, common.middle().1)?;
    for step in 0..12 {
        let (x, y) = ((60 + step * 40).to_string(), (420 - step * 30).to_string());
        person.desk.does("xdotool", &["search", "--name", "^common$", "windowmove", &x, &y])?;
        std::thread::sleep(std::time::Duration::from_millis(60));
        ensure!(count(screen, PRIVATE)? == 0, "step {step}: pixels of the hidden window are seen");
    }
    let there = person.desk.window("common")?;
    eventually("the other window above the block", PATIENCE, || {
        Ok(share_of(screen, &there, COMMON)? > 90 && count(screen, PRIVATE)? == 0)
    })?;

    deskside.say("unhide all")?;
    eventually("the private window again", PATIENCE, || Ok(count(screen, PRIVATE)? > 10_000))?;
    eventually("the same picture on both", PATIENCE, || same_but_for_a_pointer(&person.desk.screen, screen))
}
