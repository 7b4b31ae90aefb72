//! The test tools against a real X server: a tool that lies would make every test that uses it worthless.

#![expect(clippy::unwrap_used, reason = "a test ends at the first thing that goes wrong")]

use std::time::Duration;

use deskside_testkit::x11::{EventRecorder, RecordedKind, SessionBus, Wanted, Xvfb, keysym};

const SOON: Duration = Duration::from_secs(10);

fn sources(recorder: &EventRecorder) -> Vec<(String, RecordedKind, bool)> {
    let all = recorder.drain().unwrap();
    all.iter().map(|event| (recorder.name_of(event.source).to_owned(), event.kind, event.injected)).collect()
}

#[test]
fn what_the_person_does_comes_from_the_real_devices() {
    let x = Xvfb::start(800, 600).unwrap();
    let person = x.person().unwrap();
    let recorder = x.record_events().unwrap();
    person.move_to(300, 200).unwrap();
    assert_eq!(person.pointer().unwrap(), (300, 200));
    person.move_by(-10, 5).unwrap();
    assert_eq!(person.pointer().unwrap(), (290, 205));
    person.click(1).unwrap();
    person.chord(&keysym::STOP_HOTKEY).unwrap();
    let seen = sources(&recorder);
    assert_eq!(seen.len(), 2 + 2 + 8, "{seen:?}");
    for (name, kind, injected) in &seen {
        let expected = match kind {
            RecordedKind::KeyPressed(_) | RecordedKind::KeyReleased(_) => "Xvfb keyboard",
            RecordedKind::ButtonPressed(_) | RecordedKind::ButtonReleased(_) | RecordedKind::Moved => {
                "Xvfb mouse"
            }
        };
        assert_eq!((name.as_str(), *injected), (expected, false), "{kind:?}");
    }
    assert!(recorder.held().unwrap().is_empty());
}

#[test]
fn what_a_program_injects_comes_from_the_xtest_devices() {
    let x = Xvfb::start(800, 600).unwrap();
    let injected = x.injected().unwrap();
    let recorder = x.record_events().unwrap();
    injected.move_to(300, 200).unwrap();
    injected.button(3, true).unwrap();
    injected.key(keysym::SHIFT, true).unwrap();
    let seen = sources(&recorder);
    assert_eq!(seen.len(), 3, "{seen:?}");
    assert!(seen.iter().all(|(name, _, injected)| *injected && name.contains("XTEST")), "{seen:?}");
    assert_eq!(recorder.held().unwrap().buttons, [3]);
    assert_eq!(recorder.held().unwrap(), recorder.held_by_injection().unwrap());
    assert_eq!(recorder.held().unwrap().keys.len(), 1);
}

#[test]
fn a_window_is_found_when_it_appears_and_typed_into() {
    let x = Xvfb::start(800, 600).unwrap();
    let _manager = x.start_window_manager().unwrap();
    let file = std::env::temp_dir().join(format!("deskside-testkit-{}", std::process::id()));
    let script = format!("read line; printf %s \"$line\" > {}", file.display());
    let _terminal = x.run("xterm", ["-T", "a test terminal", "-e", "sh", "-c", &script]).unwrap();
    let window = x.wait_for_window(&Wanted::title("test terminal"), SOON).unwrap();
    assert_eq!(x.wait_for_window(&Wanted::class("XTerm"), SOON).unwrap().id, window.id);
    assert!(window.width > 100 && window.height > 100, "{window:?}");
    let person = x.person().unwrap();
    let (left, top) = window.middle();
    person.click_at(left, top).unwrap();
    x.wait_for_focus(&window, SOON).unwrap();
    person.type_text("Hello, World_9\n").unwrap();
    x.wait_until_gone(&Wanted::title("test terminal"), SOON).unwrap();
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "Hello, World_9");
    std::fs::remove_file(&file).unwrap();
}

#[test]
fn a_screenshot_shows_what_is_on_the_screen() {
    let x = Xvfb::start(640, 480).unwrap();
    let before = x.screenshot().unwrap();
    assert_eq!((before.width, before.height), (640, 480));
    let _window = x.run("xterm", ["-bg", "#123456", "-geometry", "40x10+0+0"]).unwrap();
    x.wait_for_window(&Wanted::class("XTerm"), SOON).unwrap();
    let painted = (0..200).any(|_| {
        let pixels = x.screenshot().unwrap();
        pixels.pixel(100, 100) == [0x12, 0x34, 0x56]
    });
    assert!(painted, "the terminal's colour never showed");
    let path = std::env::temp_dir().join(format!("deskside-testkit-{}.png", std::process::id()));
    x.screenshot().unwrap().save(&path).unwrap();
    assert_eq!(std::fs::read(&path).unwrap()[1..4], *b"PNG");
    std::fs::remove_file(&path).unwrap();
}

#[test]
fn two_servers_never_share_a_display_and_end_with_their_owner() {
    let first = Xvfb::start(320, 200).unwrap();
    let second = Xvfb::start(320, 200).unwrap();
    assert_ne!(first.display(), second.display());
    let gone = first.display().to_owned();
    drop(first);
    assert!(EventRecorder::on(&gone).is_err());
    assert!(EventRecorder::on(second.display()).is_ok());
}

#[test]
fn a_session_bus_answers() {
    let x = Xvfb::start(320, 200).unwrap();
    let bus = SessionBus::start(x.display()).unwrap();
    let mut command = x.command("dbus-send");
    command.args([
        "--session",
        "--print-reply",
        "--dest=org.freedesktop.DBus",
        "/",
        "org.freedesktop.DBus.ListNames",
    ]);
    let output = command.env("DBUS_SESSION_BUS_ADDRESS", bus.address()).output().unwrap();
    assert!(output.status.success(), "{output:?}");
}
