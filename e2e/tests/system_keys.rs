//! Keys that a desktop keeps for itself: while the expert controls they go to the person's machine, and the expert's own
//! window manager gets them back at once by the right Ctrl key and when control ends. Real X servers, a real window manager,
//! one window and several.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use deskside_e2e::PATIENCE;
use deskside_e2e::desk::eventually;
use deskside_e2e::expert::ExpertSide;
use deskside_e2e::monitors::{Apart, FIRST_WINDOW, RIGHT_WINDOW, View, add_right, open_right};
use deskside_e2e::person::PersonSide;
use deskside_e2e::session::Session;
use deskside_testkit::x11::{EventRecorder, Program, Recorded, RecordedKind, keysym};

/// Key codes of a PC keyboard.
const TAB: u8 = 23;
const F4: u8 = 70;
const SUPER: u8 = 133;
const CONTROL_RIGHT: u8 = 105;

/// A window manager that writes down which of its keys it was given.
struct Manager {
    log: PathBuf,
    _program: Program,
}

impl Manager {
    fn replace(expert: &ExpertSide) -> Result<Self> {
        let log = expert.desk.home().join("keys");
        std::fs::write(&log, "")?;
        let settings = expert.desk.home().join("openbox.xml");
        std::fs::write(&settings, settings_with_keys(&log))?;
        let path = settings.display().to_string();
        let program = expert.desk.run("openbox", &["--replace", "--sm-disable", "--config-file", &path])?;
        let manager = Self { log, _program: program };
        manager.gets(expert, "alt-tab", &[keysym::ALT, keysym::TAB])?;
        Ok(manager)
    }

    fn count(&self, name: &str) -> Result<usize> {
        Ok(std::fs::read_to_string(&self.log)?.lines().filter(|line| *line == name).count())
    }

    /// Presses keys until this window manager gets them: what was asked for a moment ago may still be under way.
    fn gets(&self, expert: &ExpertSide, name: &str, keys: &[u32]) -> Result<()> {
        let before = self.count(name)?;
        eventually(&format!("{name} at the window manager"), PATIENCE, || {
            expert.desk.injector()?.chord(keys)?;
            std::thread::sleep(Duration::from_millis(250));
            Ok(self.count(name)? > before)
        })
    }
}

fn settings_with_keys(log: &Path) -> String {
    let bind = |key: &str, name: &str| {
        format!(
            "<keybind key=\"{key}\"><action name=\"Execute\"><command>sh -c 'echo {name} &gt;&gt; {}'</command></action></keybind>",
            log.display()
        )
    };
    format!(
        "<?xml version=\"1.0\"?><openbox_config xmlns=\"http://openbox.org/3.4/rc\"><keyboard>{}{}{}</keyboard>\
         <mouse><context name=\"Client\"><mousebind button=\"Left\" action=\"Press\"><action name=\"Focus\"/>\
         <action name=\"Raise\"/></mousebind></context></mouse>\
         <focus><focusNew>yes</focusNew></focus></openbox_config>",
        bind("A-Tab", "alt-tab"),
        bind("A-F4", "alt-f4"),
        bind("Super_L", "super")
    )
}

/// The key codes that went down by injection since this was asked last.
fn injected(eye: &EventRecorder) -> Result<Vec<u8>> {
    let events = eye.drain()?.into_iter().filter(|event| event.injected);
    Ok(events
        .filter_map(|event| if let RecordedKind::KeyPressed(code) = event.kind { Some(code) } else { None })
        .collect())
}

#[test]
fn system_keys_go_to_the_person_and_come_back_by_right_ctrl_and_when_control_ends() -> Result<()> {
    let (person, expert) = (PersonSide::new(1024, 768)?, ExpertSide::new(1024, 768)?);
    let manager = Manager::replace(&expert)?;
    let mut session = Session::between(person, expert).full_screen().viewing()?;
    let expert = &session.expert;
    expert.desk.injector()?.move_to(500, 500)?;
    let all: [(&str, &[u32], u8); 3] = [
        ("alt-tab", &[keysym::ALT, keysym::TAB], TAB),
        ("super", &[keysym::SUPER], SUPER),
        ("alt-f4", &[keysym::ALT, keysym::F4], F4),
    ];
    for (name, keys, _) in all.iter().take(2) {
        // While only seeing, they are the expert's own.
        manager.gets(expert, name, keys)?;
    }
    session.take_control()?;
    let Session { person, expert, viewer, .. } = &mut session;
    let eye = person.desk.screen.record_events()?;
    there(expert, &eye)?;
    for (name, keys, code) in all {
        let before = manager.count(name)?;
        expert.desk.injector()?.chord(keys)?;
        eventually(&format!("{name} at the person's"), PATIENCE, || Ok(injected(&eye)?.contains(&code)))?;
        std::thread::sleep(Duration::from_millis(200));
        ensure!(manager.count(name)? == before, "{name} also went to the expert's window manager");
    }

    // The key that gives them back, which itself goes nowhere.
    injected(&eye)?;
    expert.desk.injector()?.tap(keysym::CONTROL_RIGHT)?;
    manager.gets(expert, "super", &[keysym::SUPER])?;
    // What was pressed before the viewer had heard of it may have been sent.
    ensure!(!injected(&eye)?.contains(&CONTROL_RIGHT), "right Ctrl was sent");
    manager.gets(expert, "super", &[keysym::SUPER])?;
    manager.gets(expert, "alt-tab", &[keysym::ALT, keysym::TAB])?;
    let seen = injected(&eye)?;
    ensure!(!seen.contains(&SUPER) && !seen.contains(&TAB), "what came back was sent as well: {seen:?}");
    // Other keys still go there.
    expert.desk.injector()?.tap(u32::from('x'))?;
    eventually("a letter at the person's", PATIENCE, || Ok(!injected(&eye)?.is_empty()))?;

    // A click into the picture sends them again.
    click(expert, &eye)?;
    there(expert, &eye)?;
    viewer.say("release")?;
    viewer.wait_for("stage viewing", PATIENCE)?;
    for (name, keys, _) in all.iter().take(2) {
        manager.gets(expert, name, keys)?;
    }
    ensure!(eye.held_by_injection()?.is_empty(), "something stays pressed");
    Ok(())
}

/// Clicks where the pointer is, and waits until that was done at the person's. No key may follow sooner: where a window
/// manager gets one of its keys before it has let the click go on to the window, the X server drops its order to do so
/// (`AllowEvents` older than a grab of the same client), and the pointer stands still for good.
fn click(expert: &ExpertSide, eye: &EventRecorder) -> Result<()> {
    eye.drain()?;
    expert.desk.injector()?.click(1)?;
    let mut seen = Vec::new();
    eventually("the click at the person's", PATIENCE, || {
        seen.extend(eye.drain()?.into_iter().filter(|event| event.injected).map(|event| event.kind));
        Ok(seen.contains(&RecordedKind::ButtonReleased(1)))
    })
}

/// Waits until system keys go to the person's machine.
fn there(expert: &ExpertSide, eye: &EventRecorder) -> Result<()> {
    // What was pressed before is no answer.
    eye.drain()?;
    eventually("system keys at the person's", PATIENCE, || {
        expert.desk.injector()?.chord(&[keysym::SUPER])?;
        std::thread::sleep(Duration::from_millis(250));
        Ok(injected(eye)?.contains(&SUPER))
    })
}

/// A session in which each monitor has its window, with a window manager that keeps keys for itself.
fn apart() -> Result<(Apart, Manager)> {
    let mut manager = None;
    let scene = Apart::new(|expert| {
        manager = Some(Manager::replace(expert)?);
        Ok(())
    })?;
    Ok((scene, manager.context("no window manager")?))
}

fn focus(scene: &Apart, title: &str) -> Result<()> {
    let window = scene.session.expert.desk.window(title)?;
    let number = window.id.to_string();
    scene.session.expert.desk.does("xdotool", &["windowactivate", &number])?;
    scene.session.expert.desk.screen.wait_for_focus(&window, PATIENCE)
}

/// A place on the expert's screen where no window of the viewer is.
const BESIDE: (i16, i16) = (10, 980);

#[test]
fn they_go_there_from_whichever_window_has_the_keyboard_and_come_back_from_all() -> Result<()> {
    let (scene, manager) = apart()?;
    let (expert, eye) = (&scene.session.expert, scene.session.person.desk.screen.record_events()?);
    for (title, view, at) in
        [(RIGHT_WINDOW, &scene.right, (700, 300)), (FIRST_WINDOW, &scene.left, (200, 300))]
    {
        focus(&scene, title)?;
        let (x, y) = view.at(at.0, at.1);
        expert.desk.hands.move_to(x, y)?;
        there(expert, &eye).context(title)?;
        for (name, keys, code) in
            [("alt-tab", &[keysym::ALT, keysym::TAB][..], TAB), ("super", &[keysym::SUPER][..], SUPER)]
        {
            let before = manager.count(name)?;
            expert.desk.injector()?.chord(keys)?;
            eventually(&format!("{name} at the person's, from {title}"), PATIENCE, || {
                Ok(injected(&eye)?.contains(&code))
            })?;
            std::thread::sleep(Duration::from_millis(200));
            ensure!(manager.count(name)? == before, "{name} also went to the expert's window manager");
        }
        // The pointer in another of the viewer's windows changes nothing; beside them all, the desktop has its keys back.
        let (x, y) = if title == FIRST_WINDOW { scene.right.at(700, 300) } else { scene.left.at(200, 300) };
        expert.desk.hands.move_to(x, y)?;
        there(expert, &eye).context("the pointer in the other window")?;
        expert.desk.hands.move_to(BESIDE.0, BESIDE.1)?;
        manager.gets(expert, "super", &[keysym::SUPER])?;
    }
    // Taken back in one window they are taken back in all, until a picture is clicked.
    focus(&scene, RIGHT_WINDOW)?;
    let (x, y) = scene.right.at(700, 300);
    expert.desk.hands.move_to(x, y)?;
    there(expert, &eye)?;
    expert.desk.injector()?.tap(keysym::CONTROL_RIGHT)?;
    manager.gets(expert, "super", &[keysym::SUPER])?;
    focus(&scene, FIRST_WINDOW)?;
    let (x, y) = scene.left.at(200, 300);
    expert.desk.hands.move_to(x, y)?;
    manager.gets(expert, "alt-tab", &[keysym::ALT, keysym::TAB])?;
    click(expert, &eye)?;
    there(expert, &eye)?;
    focus(&scene, RIGHT_WINDOW)?;
    there(expert, &eye)?;
    ensure!(eye.held_by_injection()?.is_empty(), "something stays pressed: {:?}", eye.held_by_injection()?);
    Ok(())
}

/// Drags from that place of the desktop, in steps; gives what was injected.
fn drag(
    scene: &Apart,
    eye: &EventRecorder,
    view: &View,
    from: (i16, i16),
    steps: (i16, i16),
) -> Result<Vec<Recorded>> {
    let (expert, person) = (&scene.session.expert.desk, &scene.session.person.desk);
    let at = |step: i16| (from.0 + step * steps.1, from.1);
    let (x, y) = view.at(from.0, from.1);
    expert.hands.move_to(x, y)?;
    eventually("the pointer at the start", PATIENCE, || Ok(person.hands.pointer()? == from))?;
    eye.drain()?;
    expert.hands.button(1, true)?;
    for step in 0..=steps.0 {
        let (x, y) = view.at(at(step).0, at(step).1);
        expert.hands.move_to(x, y)?;
        if step == steps.0 / 2 {
            expert.hands.tap(keysym::SUPER)?;
        }
        std::thread::sleep(Duration::from_millis(4));
    }
    eventually("the end of the drag", PATIENCE, || Ok(person.hands.pointer()? == at(steps.0)))
        .with_context(|| format!("{:?} instead of {:?}", person.hands.pointer(), at(steps.0)))?;
    ensure!(eye.held_by_injection()?.buttons == [1], "not held at the end: {:?}", eye.held_by_injection()?);
    expert.hands.button(1, false)?;
    eventually("the button is up", PATIENCE, || Ok(eye.held_by_injection()?.is_empty()))?;
    Ok(eye.drain()?.into_iter().filter(|event| event.injected).collect())
}

#[test]
fn a_drag_from_one_monitors_window_into_anothers_is_whole_while_they_go_there() -> Result<()> {
    let (scene, _manager) = apart()?;
    let eye = scene.session.person.desk.screen.record_events()?;
    let there_and_back = [(&scene.left, (450, 300), (30, 20)), (&scene.right, (1000, 300), (30, -30))];
    for round in 0..6 {
        for (view, from, steps) in there_and_back {
            // It begins in the window that has not the keyboard, or has it: odd and even rounds.
            let other = if std::ptr::eq(view, &scene.left) { RIGHT_WINDOW } else { FIRST_WINDOW };
            let own = if std::ptr::eq(view, &scene.left) { FIRST_WINDOW } else { RIGHT_WINDOW };
            focus(&scene, if round % 2 == 0 { other } else { own })?;
            if round >= 2 {
                there(&scene.session.expert, &eye)?;
            }
            let seen =
                drag(&scene, &eye, view, from, steps).with_context(|| format!("round {round}, {own}"))?;
            let buttons: Vec<RecordedKind> =
                seen.iter().map(|event| event.kind).filter(|kind| is_of_button(*kind)).collect();
            let whole = [RecordedKind::ButtonPressed(1), RecordedKind::ButtonReleased(1)];
            ensure!(buttons == whole, "round {round}, {own}: {buttons:?}");
            let super_went = seen.iter().any(|event| event.kind == RecordedKind::KeyPressed(SUPER));
            ensure!(super_went || round < 2, "round {round}, {own}: Super in the drag");
        }
    }
    Ok(())
}

fn is_of_button(kind: RecordedKind) -> bool {
    matches!(kind, RecordedKind::ButtonPressed(_) | RecordedKind::ButtonReleased(_))
}

#[test]
fn no_key_stays_down_and_the_desktop_has_its_keyboard_when_windows_change_and_close() -> Result<()> {
    let (mut scene, manager) = apart()?;
    let eye = scene.session.person.desk.screen.record_events()?;
    let hands = scene.session.expert.desk.injector()?;
    let (x, y) = scene.right.at(700, 300);
    hands.move_to(x, y)?;
    click(&scene.session.expert, &eye)?;
    there(&scene.session.expert, &eye)?;
    // Keys are down while another of the windows gets the keyboard, and go up after it has.
    for title in [FIRST_WINDOW, RIGHT_WINDOW] {
        for key in [keysym::SHIFT, u32::from('x'), keysym::SUPER] {
            hands.key(key, true)?;
            let is_down = |held: &deskside_testkit::x11::Held| !held.keys.is_empty();
            eventually("a key is down", PATIENCE, || Ok(is_down(&eye.held_by_injection()?)))?;
            focus(&scene, title)?;
            hands.key(key, false)?;
            eventually(&format!("{key:#x} is up"), PATIENCE, || Ok(eye.held_by_injection()?.is_empty()))?;
            focus(&scene, if title == FIRST_WINDOW { RIGHT_WINDOW } else { FIRST_WINDOW })?;
            there(&scene.session.expert, &eye)?;
        }
    }
    focus(&scene, RIGHT_WINDOW)?;
    there(&scene.session.expert, &eye)?;
    // The window closes under the hands: its monitor is gone.
    hands.key(u32::from('x'), true)?;
    eventually("x is down", PATIENCE, || Ok(!eye.held_by_injection()?.is_empty()))?;
    scene.session.person.desk.does("xrandr", &["--delmonitor", "right"])?;
    scene.session.expert.desk.without_window(RIGHT_WINDOW)?;
    eventually("x is up", PATIENCE, || Ok(eye.held_by_injection()?.is_empty()))?;
    hands.key(u32::from('x'), false)?;
    manager.gets(&scene.session.expert, "super", &[keysym::SUPER])?;
    // The first window takes it again when it is used, and gives it when the session ends.
    let (x, y) = scene.left.at(200, 300);
    hands.move_to(x, y)?;
    click(&scene.session.expert, &eye)?;
    there(&scene.session.expert, &eye)?;
    add_right(&scene.session.person.desk)?;
    scene.session.viewer.say("release")?;
    scene.session.viewer.wait_for("stage viewing", PATIENCE)?;
    manager.gets(&scene.session.expert, "super", &[keysym::SUPER])?;
    open_right(&mut scene.session.viewer, &scene.session.expert.desk)?;
    manager.gets(&scene.session.expert, "alt-tab", &[keysym::ALT, keysym::TAB])?;
    ensure!(eye.held_by_injection()?.is_empty(), "something stays pressed");
    Ok(())
}
