//! Desktops at 192 dots an inch: of the person, with an expert at 96, and of the expert, with a person at 96. Windows are
//! twice as large and whole, the banner and the questions are on the right monitor, and every click meets its pixel.

use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use deskside_e2e::PATIENCE;
use deskside_e2e::desk::{Desk, eventually};
use deskside_e2e::expert::ExpertSide;
use deskside_e2e::person::{BANNER, CONTROL_QUESTION, PersonSide, VIEW_QUESTION, allow};
use deskside_testkit::x11::{RecordedKind, Window};

/// Where on the expert's screen the desktop's first pixel is, and how many of it are one of the desktop's.
#[derive(Debug, Clone, Copy)]
struct Seen {
    origin: (i16, i16),
    times: i16,
}

impl Seen {
    /// Finds it by moving the expert's pointer until the person's goes on by a pixel. On a busy machine that comes late;
    /// then it is looked for again.
    fn find(person: &Desk, expert: &Desk, near: (i16, i16), times: i16) -> Result<Self> {
        let mut found = None;
        eventually("the other pointer follows pixel by pixel", PATIENCE, || {
            found = Self::look(person, expert, near, times)?;
            Ok(found.is_some())
        })?;
        found.context("no pixel was found")
    }

    fn look(person: &Desk, expert: &Desk, (x, y): (i16, i16), times: i16) -> Result<Option<Self>> {
        let there = |x: i16, y: i16| -> Result<(i16, i16)> {
            expert.hands.move_to(x, y)?;
            std::thread::sleep(Duration::from_millis(60));
            person.hands.pointer()
        };
        let (from, to) = (there(x, y)?, there(x + 20 * times, y + 10 * times)?);
        if (to.0 - from.0, to.1 - from.1) != (20, 10) {
            return Ok(None);
        }
        let before = there(x, y)?;
        // The first pixel at which the next one of the desktop is meant.
        let edge = |along: fn(i16) -> (i16, i16), of: fn((i16, i16)) -> i16| -> Result<Option<i16>> {
            for step in 1..=times {
                let (dx, dy) = along(step);
                if of(there(x + dx, y + dy)?) == of(before) + 1 {
                    return Ok(Some(step));
                }
            }
            Ok(None)
        };
        let (right, down) = (edge(|step| (step, 0), |at| at.0)?, edge(|step| (0, step), |at| at.1)?);
        let (Some(right), Some(down)) = (right, down) else { return Ok(None) };
        // Both corners of the pixel that comes next are that pixel, and were not seen too late.
        let (first, next) = ((x + right, y + down), (before.0 + 1, before.1 + 1));
        let is_there = there(first.0 + times - 1, first.1 + times - 1)? == next
            && there(first.0 - 1, first.1 - 1)? == before
            && there(first.0, first.1)? == next;
        let origin = (first.0 - times * next.0, first.1 - times * next.1);
        Ok(is_there.then_some(Self { origin, times }))
    }

    /// Clicks on each of these places at every pixel that shows it, and looks where the other pointer was then.
    fn click(self, person: &Desk, expert: &Desk, places: &[(i16, i16)]) -> Result<()> {
        let eye = person.screen.record_events()?;
        for (x, y) in places.iter().copied() {
            for step in [0, self.times - 1] {
                let at = (self.origin.0 + x * self.times + step, self.origin.1 + y * self.times + step);
                expert.hands.click_at(at.0, at.1)?;
                let up = |event: &deskside_testkit::x11::Recorded| {
                    event.injected && event.kind == RecordedKind::ButtonReleased(1)
                };
                eye.wait_for(PATIENCE, up).with_context(|| format!("a click at {x},{y}"))?;
                let found = person.hands.pointer()?;
                ensure!(found == (x, y), "{at:?} is {x},{y} and {found:?} was clicked; {self:?}");
            }
        }
        Ok(())
    }
}

/// Whether a window lies wholly in this part of the screen: left, top, right, bottom.
fn is_inside(window: &Window, part: (i16, i16, i16, i16)) -> bool {
    let (right, bottom) = (window.x + window.width.cast_signed(), window.y + window.height.cast_signed());
    window.x >= part.0 && window.y >= part.1 && right <= part.2 && bottom <= part.3
}

#[test]
fn a_person_at_192_is_asked_told_and_pointed_at_as_one_at_96() -> Result<()> {
    let (person, expert) = (PersonSide::new(3200, 1200)?, ExpertSide::new(3300, 1300)?);
    // The monitor at the right is the main one.
    person.desk.does("xrandr", &["--setmonitor", "left", "1600/211x1200/158+0+0", "screen"])?;
    person.desk.does("xrandr", &["--setmonitor", "*right", "1600/211x1200/158+1600+0", "none"])?;
    let main = (1600, 0, 3200, 1200);
    person.desk.set_density(192)?;
    let deskside = person.start_windows()?;
    let window = person.desk.window("Deskside")?;
    ensure!((window.width, window.height) == (1120, 1080), "not twice as large: {window:?}");
    std::thread::sleep(Duration::from_millis(500));
    person.desk.keep_picture("density-person-main")?;

    let invitation = person.invite("ticket", &[])?;
    let mut viewer = expert.open_and_wait(&invitation, &["--full-screen", "--scale", "1:1"])?;
    let question = person.desk.window(VIEW_QUESTION)?;
    std::thread::sleep(Duration::from_millis(700));
    person.desk.keep_picture("density-person-view")?;
    ensure!(is_inside(&question, main), "the question is not on the main monitor: {question:?}");
    ensure!((question.middle().0 - 2400).abs() <= 2, "not in its middle: {question:?}");
    person.answer(VIEW_QUESTION, 'a')?;
    viewer.wait_for("stage viewing", PATIENCE)?;
    let banner = person.desk.window(BANNER)?;
    std::thread::sleep(Duration::from_millis(700));
    person.desk.keep_picture("density-person-watched")?;
    ensure!(is_inside(&banner, main) && banner.y == 0, "the banner is not on the main monitor: {banner:?}");
    ensure!((banner.middle().0 - 2400).abs() <= 2, "not in its middle: {banner:?}");
    ensure!(banner.width >= 1440 && banner.height >= 104, "not twice as large: {banner:?}");
    viewer.say("control")?;
    let question = person.desk.window(CONTROL_QUESTION)?;
    std::thread::sleep(Duration::from_millis(700));
    person.desk.keep_picture("density-person-control")?;
    ensure!(is_inside(&question, main), "the question is not on the main monitor: {question:?}");
    person.answer(CONTROL_QUESTION, 'a')?;
    viewer.wait_for("stage controlling", PATIENCE)?;

    let seen = Seen::find(&person.desk, &expert.desk, (400, 900), 1)?;
    person.desk.keep_picture("density-person-controlled")?;
    expert.desk.keep_picture("density-person-seen")?;
    seen.click(
        &person.desk,
        &expert.desk,
        &[(0, 1199), (0, 0), (1599, 900), (1600, 900), (3199, 1199), (3199, 0), (701, 333), (1777, 1111)],
    )?;
    person.press_hotkey()?;
    viewer.wait_for("stage revoked by-person", PATIENCE)?;
    drop(deskside);
    Ok(())
}

fn viewer_at(dots_per_inch: u32, times: i16) -> Result<()> {
    let (person, expert) = (PersonSide::new(640, 480)?, ExpertSide::new(1900, 1400)?);
    expert.desk.set_density(dots_per_inch)?;
    let mut deskside = person.start_terminal()?;
    let invitation = person.invite("ticket", &[])?;
    let scale = if times == 1 { "1:1".to_owned() } else { format!("{times}x") };
    // A picture that is larger than its window is scrolled: in full screen all of it is seen.
    let more: &[&str] = if times == 1 { &["--scale", &scale] } else { &["--full-screen", "--scale", &scale] };
    let mut viewer = expert.open_and_wait(&invitation, more)?;
    let picture =
        |name: &str| expert.desk.keep_picture(&format!("density-expert-{dots_per_inch}-{times}-{name}"));
    std::thread::sleep(Duration::from_millis(700));
    picture("waiting")?;
    allow(&mut deskside, "view")?;
    viewer.wait_for("stage viewing", PATIENCE)?;
    std::thread::sleep(Duration::from_millis(700));
    picture("viewing")?;
    viewer.say("control")?;
    allow(&mut deskside, "control")?;
    viewer.wait_for("stage controlling", PATIENCE)?;
    let window = expert.desk.window("Anna Example")?;
    ensure!(is_inside(&window, (0, 0, 1900, 1400)), "the window is not on the screen: {window:?}");
    let seen = Seen::find(&person.desk, &expert.desk, window.middle(), times)?;
    picture("controlling")?;
    seen.click(
        &person.desk,
        &expert.desk,
        &[(0, 0), (639, 479), (0, 479), (639, 0), (320, 240), (1, 478), (401, 77)],
    )?;
    // What is seen there is what is there, once no note lies over it: each pixel in its place.
    let mut wrong = None;
    eventually("the picture's pixels", PATIENCE, || {
        std::thread::sleep(Duration::from_millis(200));
        let (there, here) = (person.desk.screen.screenshot()?, expert.desk.screen.screenshot()?);
        let at = |place: i16, origin: i16| (origin + place * times) as u16;
        let is_other = |(x, y): &(i16, i16)| {
            let found = here.pixel(at(*x, seen.origin.0), at(*y, seen.origin.1));
            found != there.pixel(*x as u16, *y as u16)
        };
        wrong = [(0, 0), (639, 0), (0, 479), (320, 200), (100, 400)].into_iter().find(is_other);
        Ok(wrong.is_none())
    })
    .with_context(|| format!("at {wrong:?}, {dots_per_inch} dpi, {times} times, {seen:?}"))
}

#[test]
fn an_expert_at_192_meets_every_pixel_of_a_person_at_96() -> Result<()> {
    viewer_at(96, 1)?;
    viewer_at(192, 1)?;
    viewer_at(192, 2)?;
    viewer_at(144, 1)
}
