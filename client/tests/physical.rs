//! The watch over the person's devices against a real X server: what is theirs, what is injected, and the hotkey.

#![expect(clippy::unwrap_used, reason = "a test ends at the first thing that goes wrong")]

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::time::{Duration, Instant};

use deskside_client::config::Hotkey;
use deskside_client::consent::{Guard, NotGenuine};
use deskside_client::physical::{self, PhysicalListener, PhysicalWatch, WatchError};
use deskside_proto::ids::QuestionId;
use deskside_testkit::x11::{Xvfb, keysym};

const SOON: Duration = Duration::from_secs(10);
/// Longer than the guard's TIME_TO_SEE.
const SEEN: Duration = Duration::from_millis(600);

#[derive(Debug, PartialEq, Eq, Clone, Copy)]
enum Heard {
    Hotkey,
    Lost,
}

struct Ear {
    heard: Mutex<mpsc::Sender<Heard>>,
    active: AtomicU32,
}

impl PhysicalListener for Ear {
    fn hotkey_pressed(&self) {
        self.heard.lock().unwrap().send(Heard::Hotkey).unwrap();
    }

    fn person_active(&self) {
        self.active.fetch_add(1, Ordering::SeqCst);
    }

    fn watch_lost(&self) {
        let _ = self.heard.lock().unwrap().send(Heard::Lost);
    }
}

struct Desk {
    watch: Arc<dyn PhysicalWatch>,
    heard: mpsc::Receiver<Heard>,
    ear: Arc<Ear>,
}

impl Desk {
    fn watch(x: &Xvfb, hotkey: &str) -> Self {
        let (sender, heard) = mpsc::channel();
        let ear = Arc::new(Ear { heard: Mutex::new(sender), active: AtomicU32::new(0) });
        let hotkey: Hotkey = hotkey.parse().unwrap();
        let watch = physical::open(Some(x.display()), &hotkey, Arc::<Ear>::clone(&ear)).unwrap();
        Self { watch, heard, ear }
    }

    /// Everything up to now has been seen, so silence means silence.
    fn hears_nothing(&self) -> bool {
        self.watch.presses().unwrap();
        self.heard.try_recv().is_err()
    }

    fn activity(&self) -> u32 {
        self.watch.presses().unwrap();
        self.ear.active.load(Ordering::SeqCst)
    }
}

#[test]
fn the_hotkey_is_heard_from_real_keys_only() {
    let x = Xvfb::start(800, 600).unwrap();
    let (person, injected) = (x.person().unwrap(), x.injected().unwrap());
    let desk = Desk::watch(&x, "Ctrl+Alt+Shift+Esc");
    injected.chord(&keysym::STOP_HOTKEY).unwrap();
    assert!(desk.hears_nothing(), "injected keys must not end control");
    person.chord(&keysym::STOP_HOTKEY).unwrap();
    assert_eq!(desk.heard.recv_timeout(SOON).unwrap(), Heard::Hotkey);
    assert!(desk.hears_nothing(), "pressed once, heard once");
    // Escape first, then the modifiers, right Control instead of the left one.
    person.chord(&[keysym::ESCAPE, keysym::SHIFT, keysym::CONTROL_RIGHT, keysym::ALT]).unwrap();
    assert_eq!(desk.heard.recv_timeout(SOON).unwrap(), Heard::Hotkey);
    person.chord(&[keysym::CONTROL, keysym::SHIFT, keysym::ESCAPE]).unwrap();
    assert!(desk.hears_nothing(), "one modifier is missing");
}

#[test]
fn keys_held_by_the_expert_neither_help_nor_hinder() {
    let x = Xvfb::start(800, 600).unwrap();
    let (person, injected) = (x.person().unwrap(), x.injected().unwrap());
    let desk = Desk::watch(&x, "Ctrl+Alt+Shift+Esc");
    for held in [keysym::CONTROL, keysym::ALT, keysym::SHIFT, u32::from('a')] {
        injected.key(held, true).unwrap();
    }
    injected.button(1, true).unwrap();
    person.tap(keysym::ESCAPE).unwrap();
    assert!(desk.hears_nothing(), "the expert's modifiers are not the person's");
    person.chord(&keysym::STOP_HOTKEY).unwrap();
    assert_eq!(desk.heard.recv_timeout(SOON).unwrap(), Heard::Hotkey);
    // The expert's Escape does not complete the person's modifiers either.
    for modifier in [keysym::CONTROL, keysym::ALT, keysym::SHIFT] {
        person.key(modifier, true).unwrap();
    }
    injected.tap(keysym::ESCAPE).unwrap();
    assert!(desk.hears_nothing());
}

#[test]
fn the_hotkey_is_heard_while_another_program_has_grabbed_the_keyboard() {
    use x11rb::connection::Connection as _;
    use x11rb::protocol::xproto::{ConnectionExt as _, EventMask, GrabMode, GrabStatus};
    let x = Xvfb::start(800, 600).unwrap();
    let person = x.person().unwrap();
    let desk = Desk::watch(&x, "Ctrl+Alt+Shift+Esc");
    let (grabber, screen) = x11rb::rust_connection::RustConnection::connect(Some(x.display())).unwrap();
    let root = grabber.setup().roots[screen].root;
    let keyboard = grabber.grab_keyboard(false, root, 0u32, GrabMode::ASYNC, GrabMode::ASYNC).unwrap();
    assert_eq!(keyboard.reply().unwrap().status, GrabStatus::SUCCESS);
    let mask = EventMask::BUTTON_PRESS | EventMask::POINTER_MOTION;
    let pointer =
        grabber.grab_pointer(false, root, mask, GrabMode::ASYNC, GrabMode::ASYNC, 0u32, 0u32, 0u32).unwrap();
    assert_eq!(pointer.reply().unwrap().status, GrabStatus::SUCCESS);
    person.chord(&keysym::STOP_HOTKEY).unwrap();
    assert_eq!(desk.heard.recv_timeout(SOON).unwrap(), Heard::Hotkey);
}

#[test]
fn the_hotkey_is_found_again_after_the_layout_changed() {
    let x = Xvfb::start(800, 600).unwrap();
    let person = x.person().unwrap();
    let desk = Desk::watch(&x, "Ctrl+Alt+Shift+Esc");
    let set = |layout: &[&str]| assert!(x.command("setxkbmap").args(layout).status().unwrap().success());
    // Caps Lock and Escape change places: the key 66 is Escape now.
    set(&["-layout", "de", "-option", "caps:swapescape"]);
    for modifier in [keysym::CONTROL, keysym::ALT, keysym::SHIFT] {
        person.key(modifier, true).unwrap();
    }
    person.key_code(66, true).unwrap();
    assert_eq!(desk.heard.recv_timeout(SOON).unwrap(), Heard::Hotkey);
}

#[test]
fn another_hotkey_can_be_set() {
    let x = Xvfb::start(800, 600).unwrap();
    let person = x.person().unwrap();
    let desk = Desk::watch(&x, "Super+Ctrl+Pause");
    person.chord(&keysym::STOP_HOTKEY).unwrap();
    assert!(desk.hears_nothing());
    person.chord(&[keysym::CONTROL, 0xffeb, 0xff13]).unwrap();
    assert_eq!(desk.heard.recv_timeout(SOON).unwrap(), Heard::Hotkey);
}

#[test]
fn the_person_is_active_and_the_expert_is_not() {
    let x = Xvfb::start(800, 600).unwrap();
    let (person, injected) = (x.person().unwrap(), x.injected().unwrap());
    let desk = Desk::watch(&x, "Ctrl+Alt+Shift+Esc");
    injected.move_to(100, 100).unwrap();
    injected.click(1).unwrap();
    injected.type_text("abc").unwrap();
    assert_eq!(desk.activity(), 0);
    person.move_to(10, 10).unwrap();
    assert_eq!(desk.activity(), 1, "each movement is told once");
    person.click(1).unwrap();
    assert_eq!(desk.activity(), 3);
    person.tap(u32::from('a')).unwrap();
    assert_eq!(desk.activity(), 5);
}

#[test]
fn a_device_that_the_server_gets_later_is_known_for_what_it_is() {
    let x = Xvfb::start(800, 600).unwrap();
    let desk = Desk::watch(&x, "Ctrl+Alt+Shift+Esc");
    // A second pair of core devices comes with XTEST devices of its own.
    assert!(x.command("xinput").args(["create-master", "second"]).status().unwrap().success());
    let list = x.command("xinput").args(["list", "--id-only", "second XTEST keyboard"]).output().unwrap();
    assert!(list.status.success(), "{list:?}");
    let injected = x.injected().unwrap();
    injected.tap(u32::from('a')).unwrap();
    let presses = desk.watch.presses().unwrap();
    assert!(presses.real.is_none() && presses.injected.is_some());
    assert!(x.command("xinput").args(["remove-master", "second pointer"]).status().unwrap().success());
    x.person().unwrap().tap(u32::from('a')).unwrap();
    assert!(desk.watch.presses().unwrap().real.is_some());
}

#[test]
fn only_a_press_by_the_person_who_saw_the_question_says_yes() {
    let x = Xvfb::start(800, 600).unwrap();
    let (person, injected) = (x.person().unwrap(), x.injected().unwrap());
    let desk = Desk::watch(&x, "Ctrl+Alt+Shift+Esc");
    person.tap(keysym::RETURN).unwrap();
    let guard = Guard::question_shown(Arc::clone(&desk.watch), QuestionId(3)).unwrap();
    assert!(matches!(guard.confirm(), Err(NotGenuine::TooEarly)), "pressed before the question was there");
    person.tap(keysym::RETURN).unwrap();
    assert!(matches!(guard.confirm(), Err(NotGenuine::TooEarly)), "typed ahead");
    std::thread::sleep(SEEN);
    injected.tap(keysym::RETURN).unwrap();
    assert!(matches!(guard.confirm(), Err(NotGenuine::Injected)), "injected");
    person.tap(u32::from('x')).unwrap();
    assert!(
        matches!(guard.confirm(), Err(NotGenuine::Injected)),
        "the person typed beside an injected press"
    );
    std::thread::sleep(Duration::from_millis(1_100));
    person.move_to(5, 5).unwrap();
    injected.move_to(6, 6).unwrap();
    person.click(1).unwrap();
    assert_eq!(guard.confirm().unwrap().question(), QuestionId(3));
}

#[test]
fn when_the_desktop_goes_nothing_is_genuine_and_control_must_end() {
    let x = Xvfb::start(800, 600).unwrap();
    let desk = Desk::watch(&x, "Ctrl+Alt+Shift+Esc");
    let guard = Guard::question_shown(Arc::clone(&desk.watch), QuestionId(1)).unwrap();
    drop(x);
    assert_eq!(desk.heard.recv_timeout(SOON).unwrap(), Heard::Lost);
    assert!(matches!(guard.confirm(), Err(NotGenuine::Unwatched(WatchError::Lost))));
    let nowhere = physical::open(Some(":99999"), &Hotkey::default(), Arc::<Ear>::clone(&desk.ear));
    assert!(matches!(nowhere.err(), Some(WatchError::NoDesktop(_))));
}

#[test]
fn the_watch_ends_at_once_and_asks_quickly() {
    let x = Xvfb::start(800, 600).unwrap();
    let desk = Desk::watch(&x, "Ctrl+Alt+Shift+Esc");
    let start = Instant::now();
    for _ in 0..100 {
        desk.watch.presses().unwrap();
    }
    println!("asking takes {:?}", start.elapsed() / 100);
    assert!(start.elapsed() < Duration::from_secs(2));
    let start = Instant::now();
    drop(desk.watch);
    assert!(start.elapsed() < Duration::from_secs(1));
    assert!(desk.heard.try_recv().is_err(), "an end that was asked for is no loss");
}
