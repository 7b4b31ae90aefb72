//! Both programs for people who do not see them: every window as a screen reader finds it over AT-SPI, every control by
//! the real keyboard, and a yes that no other software can say.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use deskside_e2e::PATIENCE;
use deskside_e2e::desk::{Desk, eventually};
use deskside_e2e::expert::ExpertSide;
use deskside_e2e::person::{BANNER, CONTROL_QUESTION, PersonSide, SETTLED, VIEW_QUESTION};
use deskside_testkit::x11::{Node, Program, Said, ScreenReader, keysym};

/// More presses of Tab than any window has controls.
const MOST_STOPS: usize = 60;

/// Fails for whatever a person who only hears the window could not tell apart or not name.
fn check(window: &Node) -> Result<()> {
    ensure!(!window.name.is_empty(), "a window has no name:\n{}", window.told());
    let mut known = BTreeSet::new();
    for node in window.all() {
        ensure!(node.role != "unknown" && node.role != "invalid", "no role: {node:?}");
        // A scroll bar has a pointer's presses only; the keyboard moves the page by itself.
        let is_bar = node.role == "scroll bar" && !node.takes_focus();
        if !node.is_control() || node.place == window.place || is_bar {
            continue;
        }
        let has_words = node.name.chars().any(char::is_alphanumeric);
        ensure!(has_words, "{} {:?} has no name in words in\n{}", node.role, node.name, window.told());
        let told = (node.role.clone(), node.name.clone(), node.description.clone());
        ensure!(known.insert(told), "two times {} {:?} in\n{}", node.role, node.name, window.told());
    }
    Ok(())
}

/// Waits until nothing is told any more; how much was told so far.
fn settled(reader: &ScreenReader) -> usize {
    let mut so_far = reader.so_far();
    while reader.wait_for(so_far, Duration::from_millis(150), |_| true).is_some() {
        so_far = reader.so_far();
    }
    so_far
}

/// Presses Tab until it comes round, and fails where it does not, or leaves out a control.
fn walk(desk: &Desk, reader: &ScreenReader, title: &str) -> Result<Vec<String>> {
    let window = reader.window(title, PATIENCE)?;
    let is_stop = |node: &&Node| node.takes_focus() && node.place != window.place;
    let wanted: Vec<&Node> = window.all().into_iter().filter(is_stop).collect();
    let mut stops: Vec<&Node> = Vec::new();
    let mut heard = settled(reader);
    let gets_keyboard =
        |said: &Said| said.member == "StateChanged" && said.detail == "focused" && said.value == 1;
    'round: for _ in 0..MOST_STOPS {
        desk.hands.tap(keysym::TAB)?;
        let mut patience = Duration::from_secs(3);
        // One press can be told in two steps: between two rounds the keyboard is at the window itself.
        while let Some((said, so_far)) = reader.wait_for(heard, patience, gets_keyboard) {
            (heard, patience) = (so_far, Duration::from_millis(50));
            let Some(stop) = wanted.iter().copied().find(|node| node.place == said.place) else { continue };
            match stops.iter().position(|seen| seen.place == stop.place) {
                Some(0) if stops.len() > 1 => break 'round,
                Some(place) if place + 1 == stops.len() => {}
                Some(_) => bail!("Tab goes in circles at {:?}", stop.name),
                None => stops.push(stop),
            }
        }
        ensure!(
            patience < Duration::from_secs(1) || wanted.len() <= 1,
            "Tab moves nothing in\n{}",
            window.told()
        );
        if stops.len() == wanted.len() && wanted.len() <= 1 {
            break;
        }
    }
    for node in &wanted {
        let reached = stops.iter().any(|stop| stop.place == node.place);
        ensure!(reached, "Tab never comes to {} {:?} in\n{}", node.role, node.name, window.told());
    }
    // From top to bottom, and once up again in a round: to its beginning.
    let ups = stops.iter().zip(stops.iter().cycle().skip(1)).filter(|(one, next)| {
        let (top, bottom) = (one.extents.1, next.extents.1 + next.extents.3);
        bottom <= top
    });
    let names: Vec<&str> = stops.iter().map(|stop| stop.name.as_str()).collect();
    ensure!(ups.count() <= 1, "Tab jumps up and down, {names:?}, in\n{}", window.told());
    Ok(stops.iter().map(|stop| stop.name.clone()).collect())
}

fn check_and_walk(desk: &Desk, reader: &ScreenReader, title: &str, marker: &str) -> Result<Node> {
    let window = with(reader, title, marker)?;
    check(&window).with_context(|| format!("{title}, {marker}"))?;
    walk(desk, reader, title).with_context(|| format!("{title}, {marker}"))?;
    Ok(window)
}

/// The window once something of that name is in it.
fn with(reader: &ScreenReader, title: &str, marker: &str) -> Result<Node> {
    let deadline = Instant::now() + Duration::from_secs(20);
    loop {
        let window = reader.window(title, PATIENCE)?;
        if window.all().iter().any(|node| node.name.contains(marker)) {
            return Ok(window);
        }
        ensure!(Instant::now() < deadline, "nothing says {marker:?} in\n{}", window.told());
        std::thread::sleep(Duration::from_millis(100));
    }
}

/// Goes with Tab to the control of that name, and presses it with the space bar.
fn press(desk: &Desk, reader: &ScreenReader, title: &str, name: &str) -> Result<()> {
    go_to(desk, reader, title, name)?;
    desk.hands.tap(u32::from(' '))
}

/// Goes with Tab to the control of that name.
fn go_to(desk: &Desk, reader: &ScreenReader, title: &str, name: &str) -> Result<()> {
    for _ in 0..MOST_STOPS {
        let window = reader.window(title, PATIENCE)?;
        if window.all().iter().any(|node| node.is_focused() && node.name == name) {
            return Ok(());
        }
        desk.hands.tap(keysym::TAB)?;
        std::thread::sleep(Duration::from_millis(60));
    }
    bail!("Tab never comes to {name:?} in\n{}", reader.window(title, PATIENCE)?.told())
}

fn letter(desk: &Desk, letter: char) -> Result<()> {
    desk.hands.chord(&[keysym::ALT, u32::from(letter)])
}

/// The person's own windows, from the first start to an open ticket.
fn own_windows(person: &PersonSide, reader: &ScreenReader) -> Result<()> {
    let (desk, title) = (&person.desk, "Deskside");
    desk.focused_window(title)?;
    check_and_walk(desk, reader, title, "Welcome to Deskside")?;
    press(desk, reader, title, "Yes, they called or wrote to me")?;
    let window = with(reader, title, "This is how fraud begins")?;
    check(&window)?;
    press(desk, reader, title, "No, I asked them for help")?;
    press(desk, reader, title, "Go on")?;
    check_and_walk(desk, reader, title, "Get help with this computer")?;
    for (page, marker) in
        [("Settings", "Appearance"), ("Tickets", "No tickets yet"), ("What happened", "othing")]
    {
        press(desk, reader, title, page)?;
        check_and_walk(desk, reader, title, marker)?;
    }
    press(desk, reader, title, "Help")?;
    with(reader, title, "Get help with this computer")?;
    letter(desk, 'i')?;
    check_and_walk(desk, reader, title, "A new ticket")?;
    letter(desk, 'm')?;
    check_and_walk(desk, reader, title, "Your ticket is ready")?;
    letter(desk, 'd')?;
    check_and_walk(desk, reader, title, "Waiting for your helper")?;
    Ok(())
}

/// The question: read when it opens, answered by the person's keyboard and by nothing else.
fn question(person: &PersonSide, reader: &ScreenReader) -> Result<()> {
    let desk = &person.desk;
    desk.focused_window(VIEW_QUESTION)?;
    let node = with(reader, VIEW_QUESTION, "Allow")?;
    check(&node)?;
    ensure!(node.role == "alert", "a question is a {}", node.role);
    let labels: Vec<&Node> = node.all().into_iter().filter(|node| node.role == "label").collect();
    let parts = ["They will see your screen", "never been helped", "Fingerprint", "Alt+A"];
    for part in parts {
        let read = labels.iter().filter(|label| label.name.contains(part)).count();
        ensure!(read == 1, "{part:?} is read out {read} times:\n{}", node.told());
        ensure!(!node.description.contains(part), "{part:?} is read out again: {:?}", node.description);
    }
    let opened = reader.wait_for(0, PATIENCE, |said| said.member == "Activate" && said.place == node.place);
    ensure!(opened.is_some(), "no screen reader is told that the question has opened");
    std::thread::sleep(SETTLED);
    // Whatever is said because it has opened has been said by now.
    for part in parts {
        let again = reader
            .wait_for(0, Duration::ZERO, |said| said.member == "Announcement" && said.text.contains(part));
        ensure!(again.is_none(), "{part:?} is announced, too: {again:?}");
    }
    // The person types a little of their own, so that the last press on the machine is a real one.
    desk.hands.tap(keysym::SHIFT)?;
    let (allow, seen) = (node.find("push button", "Allow")?, reader.so_far());
    reader.focus(allow)?;
    reader.press(allow)?;
    let heard = reader.wait_for(seen, PATIENCE, |said| {
        said.member == "Announcement" && said.text.contains("Press Alt+A on your keyboard")
    });
    ensure!(heard.is_some(), "nobody says that software's press does not count");
    ensure!(desk.has_window(VIEW_QUESTION)?, "software pressed Allow and was believed");
    let now = reader.window(VIEW_QUESTION, PATIENCE)?;
    ensure!(!now.find("push button", "Allow")?.is_focused(), "software moved the keyboard to Allow");
    walk(desk, reader, VIEW_QUESTION)?;
    press(desk, reader, VIEW_QUESTION, "Allow")?;
    desk.without_window(VIEW_QUESTION)
}

/// What is hidden is shown again by the person's keyboard and by nothing else.
fn shown_again(desk: &Desk, reader: &ScreenReader) -> Result<()> {
    let window = with(reader, "Deskside", "Show again")?;
    let (again, seen) = (window.find("push button", "Show again")?, reader.so_far());
    reader.focus(again)?;
    reader.press(again)?;
    let heard = reader.wait_for(seen, PATIENCE, |said| {
        said.member == "Announcement" && said.text.contains("when you click or press it yourself")
    });
    ensure!(heard.is_some(), "nobody says that software's press does not count");
    let now = with(reader, "Deskside", "Hidden: ")?;
    ensure!(!now.find("push button", "Show again")?.is_focused(), "software moved the keyboard there");
    press(desk, reader, "Deskside", "Show again")?;
    eventually("what was hidden to be seen again", PATIENCE, || {
        Ok(!reader.window("Deskside", PATIENCE)?.told().contains("Hidden: "))
    })
}

/// The banner, and what is in the main window while somebody is here.
fn while_watched(person: &PersonSide, reader: &ScreenReader) -> Result<()> {
    let desk = &person.desk;
    let bar = with(reader, BANNER, "Erika Expert sees your screen")?;
    check(&bar)?;
    let told = bar.told();
    let who = told.find("sees your screen").context("who is there is not told")?;
    let first = told.find("push button").context("nothing can be pressed")?;
    ensure!(who < first, "what can be pressed is told before who is there:\n{told}");
    let main = check_and_walk(desk, reader, "Deskside", "What they can see")?;
    for button in bar.all().iter().filter(|node| node.role == "push button" && node.name != "Hide…") {
        main.find("push button", &button.name).context("the banner's buttons are in the window too")?;
    }
    letter(desk, 'a')?;
    check_and_walk(desk, reader, "Deskside", "Which part of your screen")?;
    letter(desk, 'h')?;
    shown_again(desk, reader).context("what is hidden")?;
    letter(desk, 'l')?;
    check_and_walk(desk, reader, "Deskside", "What may they see?")?;
    desk.hands.tap(keysym::ESCAPE)?;
    with(reader, "Deskside", "What they can see")?;
    Ok(())
}

#[test]
fn every_window_of_both_programs_is_read_out_and_worked_by_keyboard_alone() -> Result<()> {
    let person = PersonSide::new(1280, 800)?;
    let expert = ExpertSide::new(1280, 800)?;
    let (theirs, ours) = (person.desk.screen_reader()?, expert.desk.screen_reader()?);
    let _deskside = person.start_windows()?;
    own_windows(&person, &theirs).context("deskside")?;
    let invitation = person.invite("ticket", &[])?;

    let start = Program::start(expert.deskside_expert(&[])?)?;
    expert.desk.focused_window("Deskside Expert")?;
    check_and_walk(&expert.desk, &ours, "Deskside Expert", "Open a ticket")?;
    drop(start);
    expert.desk.without_window("Deskside Expert")?;

    let file = invitation.file.to_string_lossy().into_owned();
    let _viewer = Program::start(expert.deskside_expert(&[&file])?)?;
    expert.desk.focused_window("Anna Example")?;
    let ticket = check_and_walk(&expert.desk, &ours, "Anna Example", "asks for your help")?;
    let secret = ticket.all().into_iter().any(|node| node.role == "password text");
    ensure!(secret, "a screen reader would say what is typed as the passphrase:\n{}", ticket.told());
    go_to(&expert.desk, &ours, "Anna Example", "Passphrase")?;
    expert.desk.hands.type_text(&format!("{}\n", invitation.passphrase.context("no words")?))?;
    check_and_walk(&expert.desk, &ours, "Anna Example", "Cancel")?;

    question(&person, &theirs).context("the question")?;
    let viewing = with(&ours, "Anna Example", "Screen of Anna Example")?;
    check(&viewing)?;
    ensure!(viewing.find("image", "Screen of Anna Example")?.description == "Viewing");
    while_watched(&person, &theirs).context("while watched")?;
    check_and_walk(&expert.desk, &ours, "Anna Example", "Screen of Anna Example")?;
    press(&expert.desk, &ours, "Anna Example", "Clipboard")?;
    check(&with(&ours, "Anna Example", "paste")?)?;
    expert.desk.hands.tap(keysym::ESCAPE)?;
    press(&expert.desk, &ours, "Anna Example", "Ask for control")?;
    let asked = with(&theirs, CONTROL_QUESTION, "Allow")?;
    check(&asked)?;
    person.answer(CONTROL_QUESTION, 'a')?;
    with(&ours, "Anna Example", "Controlling")?;
    check(&with(&theirs, BANNER, "controls this computer")?)?;

    let bar = theirs.window(BANNER, PATIENCE)?;
    theirs.press(bar.find("push button", "End session")?)?;
    person.desk.without_window(BANNER)?;
    check_and_walk(&expert.desk, &ours, "Deskside Expert", "The session is over")?;
    eventually("the person's window to be as before", PATIENCE, || {
        Ok(!theirs.window("Deskside", PATIENCE)?.told().contains("sees your screen"))
    })
}
