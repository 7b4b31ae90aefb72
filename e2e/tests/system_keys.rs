//! Keys that a desktop keeps for itself: while the expert controls they go to the person's machine, and the expert's own
//! window manager gets them back at once by the right Ctrl key and when control ends. Real X servers, a real window manager.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Result, ensure};
use deskside_e2e::PATIENCE;
use deskside_e2e::desk::eventually;
use deskside_e2e::expert::ExpertSide;
use deskside_e2e::person::PersonSide;
use deskside_e2e::session::Session;
use deskside_testkit::x11::{EventRecorder, Program, RecordedKind, keysym};

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
    manager.gets(expert, "alt-tab", &[keysym::ALT, keysym::TAB])?;
    let seen = injected(&eye)?;
    ensure!(!seen.contains(&CONTROL_RIGHT), "right Ctrl was sent");
    ensure!(!seen.contains(&SUPER) && !seen.contains(&TAB), "what came back was sent as well: {seen:?}");
    // Other keys still go there.
    expert.desk.injector()?.tap(u32::from('x'))?;
    eventually("a letter at the person's", PATIENCE, || Ok(!injected(&eye)?.is_empty()))?;

    // A click into the picture sends them again.
    expert.desk.injector()?.click(1)?;
    there(expert, &eye)?;
    viewer.say("release")?;
    viewer.wait_for("stage viewing", PATIENCE)?;
    for (name, keys, _) in all.iter().take(2) {
        manager.gets(expert, name, keys)?;
    }
    ensure!(eye.held_by_injection()?.is_empty(), "something stays pressed");
    Ok(())
}

/// Waits until system keys go to the person's machine.
fn there(expert: &ExpertSide, eye: &EventRecorder) -> Result<()> {
    eventually("system keys at the person's", PATIENCE, || {
        expert.desk.injector()?.chord(&[keysym::SUPER])?;
        std::thread::sleep(Duration::from_millis(250));
        Ok(injected(eye)?.contains(&SUPER))
    })
}
