//! One contract for every injector: the X11 backend, enigo and the fake must do the same to a desktop.

use deskside_testkit::fake::{Action, Failing, FakeDesktop};
use deskside_testkit::x11::{EventRecorder, RecordedKind, Xvfb};
use x11rb::connection::Connection as _;
use x11rb::protocol::Event;
use x11rb::protocol::xkb::{self, ConnectionExt as _};
use x11rb::protocol::xproto::{
    ConnectionExt as _, CreateWindowAux, EventMask, InputFocus, ModMask, WindowClass,
};
use x11rb::rust_connection::RustConnection;

use super::*;

impl From<Failing> for InjectError {
    fn from(_: Failing) -> Self {
        Self::Lost
    }
}

/// Binds the test kit's desktop to the trait.
pub(crate) struct FakeInjector {
    desktop: FakeDesktop,
    notches: (Notches, Notches),
}

impl FakeInjector {
    pub(crate) fn new(desktop: &FakeDesktop) -> Self {
        Self { desktop: desktop.clone(), notches: (Notches::default(), Notches::default()) }
    }
}

impl InputInjector for FakeInjector {
    fn move_pointer(&mut self, at: DesktopPoint) -> Result<(), InjectError> {
        Ok(self.desktop.act(Action::Moved { x: at.x, y: at.y })?)
    }
    fn button(&mut self, button: PointerButton, pressed: bool) -> Result<(), InjectError> {
        Ok(self.desktop.act(Action::Button { button: button.code(), pressed })?)
    }
    fn turn_wheel(&mut self, dx: i16, dy: i16) -> Result<(), InjectError> {
        let (dx, dy) = (self.notches.0.turn(dx), self.notches.1.turn(dy));
        if (dx, dy) != (0, 0) {
            self.desktop.act(Action::Wheel { dx, dy })?;
        }
        Ok(())
    }
    fn has_key(&self, usage: KeyUsage) -> bool {
        usage.x11().is_some()
    }
    fn text(&mut self, text: Typed) -> Result<(), InjectError> {
        Ok(self.desktop.act(Action::Text { bytes: text.as_str().len() })?)
    }
    fn lock(&mut self, locks: Locks) -> Result<(), InjectError> {
        Ok(self.desktop.act(Action::Locks { bits: locks.bits() })?)
    }
    fn key(&mut self, key: KeyEvent) -> Result<(), InjectError> {
        if !self.has_key(key.usage) {
            return Ok(());
        }
        if key.pressed && self.desktop.keys_wait() {
            return Err(InjectError::NotYet);
        }
        Ok(self.desktop.act(Action::Key { usage: key.usage.number(), pressed: key.pressed })?)
    }
}

/// What is seen of a desktop from outside, in one form for real and fake ones.
#[derive(Debug, PartialEq, Eq, Clone, Copy)]
enum Seen {
    Moved,
    Button(u8, bool),
    Key(u8, bool),
    Wheel(u8),
}

trait Eye {
    fn see(&self) -> Vec<Seen>;
    fn holds_nothing(&self) -> bool;
}

impl Eye for EventRecorder {
    fn see(&self) -> Vec<Seen> {
        let events = self.drain().unwrap();
        assert!(events.iter().all(|event| event.injected), "injected through the XTEST devices only");
        let seen = events.iter().filter_map(|event| match event.kind {
            RecordedKind::Moved => Some(Seen::Moved),
            RecordedKind::ButtonPressed(wheel @ 4..=7) => Some(Seen::Wheel(wheel)),
            RecordedKind::ButtonReleased(4..=7) => None,
            RecordedKind::ButtonPressed(button) => Some(Seen::Button(button, true)),
            RecordedKind::ButtonReleased(button) => Some(Seen::Button(button, false)),
            RecordedKind::KeyPressed(code) => Some(Seen::Key(code, true)),
            RecordedKind::KeyReleased(code) => Some(Seen::Key(code, false)),
        });
        seen.collect()
    }
    fn holds_nothing(&self) -> bool {
        self.held().unwrap().is_empty() && self.held_by_injection().unwrap().is_empty()
    }
}

struct FakeEye(FakeDesktop, std::cell::Cell<usize>);

impl Eye for FakeEye {
    fn see(&self) -> Vec<Seen> {
        let actions = self.0.actions();
        let from = self.1.replace(actions.len());
        let mut seen = Vec::new();
        for action in &actions[from..] {
            match *action {
                Action::Moved { .. } => seen.push(Seen::Moved),
                Action::Button { button, pressed } => {
                    seen.push(Seen::Button(if button > 3 { button + 4 } else { button }, pressed));
                }
                Action::Key { usage, pressed } => {
                    seen.push(Seen::Key(KeyUsage::new(usage).unwrap().x11().unwrap(), pressed));
                }
                Action::Text { .. } | Action::Locks { .. } => {}
                Action::Wheel { dx, dy } => {
                    let down = std::iter::repeat_n(if dy < 0 { 4 } else { 5 }, dy.unsigned_abs() as usize);
                    let right = std::iter::repeat_n(if dx < 0 { 6 } else { 7 }, dx.unsigned_abs() as usize);
                    seen.extend(down.chain(right).map(Seen::Wheel));
                }
            }
        }
        seen
    }
    fn holds_nothing(&self) -> bool {
        self.0.is_released()
    }
}

/// What every backend promises.
fn keeps_the_contract(mut injector: Box<dyn InputInjector>, eye: &dyn Eye) {
    let key = KeyEvent::place;
    injector.move_pointer(DesktopPoint::new(123, 45)).unwrap();
    // Looking at once is the point: the event must be there when the call returns.
    assert_eq!(eye.see(), [Seen::Moved]);
    for (button, number) in PointerButton::ALL.iter().zip([1, 2, 3, 8, 9]) {
        injector.button(*button, true).unwrap();
        assert_eq!(eye.see(), [Seen::Button(number, true)]);
        injector.button(*button, false).unwrap();
        assert_eq!(eye.see(), [Seen::Button(number, false)]);
    }
    injector.turn_wheel(0, 120).unwrap();
    injector.turn_wheel(0, -240).unwrap();
    injector.turn_wheel(120, 0).unwrap();
    injector.turn_wheel(-120, 0).unwrap();
    assert_eq!(eye.see(), [5, 4, 4, 7, 6].map(Seen::Wheel));
    for _ in 0..3 {
        injector.turn_wheel(0, 40).unwrap();
    }
    injector.turn_wheel(0, 100).unwrap();
    injector.turn_wheel(0, -40).unwrap();
    assert_eq!(eye.see(), [Seen::Wheel(5)], "parts of a notch add up, and turning back starts anew");

    for usage in [KeyUsage::A, KeyUsage::ENTER, KeyUsage::ARROW_UP, KeyUsage::SHIFT_LEFT, KeyUsage::ALT_RIGHT]
    {
        assert!(injector.has_key(usage));
        let code = usage.x11().unwrap();
        injector.key(key(usage, true)).unwrap();
        injector.key(key(usage, false)).unwrap();
        assert_eq!(eye.see(), [Seen::Key(code, true), Seen::Key(code, false)]);
    }
    let unknown = KeyUsage::new(0xa4).unwrap();
    assert!(!injector.has_key(unknown), "ExSel is on no keyboard");
    injector.key(key(unknown, true)).unwrap();
    assert_eq!(eye.see(), []);

    injector.key(key(KeyUsage::CONTROL_LEFT, true)).unwrap();
    injector.key(key(KeyUsage::B, true)).unwrap();
    injector.button(PointerButton::Left, true).unwrap();
    injector.button(PointerButton::Forward, true).unwrap();
    assert!(!eye.holds_nothing());
    injector
        .release(
            &[PointerButton::Left, PointerButton::Forward],
            &[KeyUsage::B, unknown, KeyUsage::CONTROL_LEFT],
        )
        .unwrap();
    assert!(eye.holds_nothing(), "everything is released when the call returns");
}

#[test]
fn the_x11_backend_keeps_the_contract() {
    let x = Xvfb::start(640, 480).unwrap();
    keeps_the_contract(x11::open(Some(x.display())).unwrap(), &x.record_events().unwrap());
    assert_eq!(x.injected().unwrap().pointer().unwrap(), (123, 45));
}

#[test]
fn the_enigo_backend_keeps_the_contract() {
    let x = Xvfb::start(640, 480).unwrap();
    keeps_the_contract(enigo::open(Some(x.display())).unwrap(), &x.record_events().unwrap());
    assert_eq!(x.injected().unwrap().pointer().unwrap(), (123, 45));
}

#[test]
fn the_fake_keeps_the_contract() {
    let desktop = FakeDesktop::default();
    let eye = FakeEye(desktop.clone(), std::cell::Cell::new(0));
    keeps_the_contract(Box::new(FakeInjector::new(&desktop)), &eye);
}

#[test]
fn every_key_of_a_real_keyboard_arrives_under_its_own_code() {
    let x = Xvfb::start(640, 480).unwrap();
    let mut injector = x11::open(Some(x.display())).unwrap();
    let recorder = x.record_events().unwrap();
    for usage in KeyUsage::known().filter(|usage| usage.x11().is_some()) {
        for pressed in [true, false] {
            injector.key(KeyEvent::place(usage, pressed)).unwrap();
        }
        assert_eq!(recorder.see().first(), Some(&Seen::Key(usage.x11().unwrap(), true)));
    }
    assert!(recorder.holds_nothing());
}

#[test]
fn a_desktop_that_is_gone_is_an_error_and_not_a_panic() {
    let x = Xvfb::start(640, 480).unwrap();
    let display = x.display().to_owned();
    let mut injector = x11::open(Some(&display)).unwrap();
    drop(x);
    assert!(matches!(injector.move_pointer(DesktopPoint::new(1, 1)), Err(InjectError::Lost)));
    assert!(matches!(x11::open(Some(&display)), Err(InjectError::Unavailable(_))));
    assert!(matches!(enigo::open(Some(&display)), Err(InjectError::Unavailable(_))));
}

/// A program's connection: it hears of keys, of the keymap and of the modifiers, in the order in which the server says it.
fn a_program_with_the_keyboard(display: &str) -> RustConnection {
    let (program, screen) = RustConnection::connect(Some(display)).unwrap();
    let root = program.setup().roots[screen].root;
    program.xkb_use_extension(1, 0).unwrap().reply().unwrap();
    let (maps, states) =
        (xkb::MapPart::KEY_SYMS, xkb::StatePart::MODIFIER_BASE | xkb::StatePart::MODIFIER_LOCK);
    let details = xkb::SelectEventsAuxStateNotify { affect_state: states, state_details: states };
    let events = xkb::SelectEventsAux { state_notify: Some(details), ..xkb::SelectEventsAux::default() };
    let none = xkb::EventType::from(0_u16);
    program.xkb_select_events(0x100, none, xkb::EventType::MAP_NOTIFY, maps, maps, &events).unwrap();
    let window = program.generate_id().unwrap();
    let aux = CreateWindowAux::new().event_mask(EventMask::KEY_PRESS | EventMask::EXPOSURE);
    let class = WindowClass::INPUT_OUTPUT;
    program.create_window(0, window, root, 0, 0, 50, 50, 0, class, 0, &aux).unwrap();
    program.map_window(window).unwrap();
    program.flush().unwrap();
    while !matches!(program.wait_for_event().unwrap(), Event::Expose(_)) {}
    program.set_input_focus(InputFocus::PARENT, window, 0_u32).unwrap().check().unwrap();
    program
}

#[test]
#[expect(clippy::wildcard_enum_match_arm, reason = "a server may send events that nobody asked for")]
fn a_program_that_is_late_is_told_the_modifiers_between_a_change_of_the_keymap_and_the_stroke() {
    let x = Xvfb::start(640, 480).unwrap();
    let mut injector = x11::open(Some(x.display())).unwrap();
    let program = a_program_with_the_keyboard(x.display());
    injector.key(KeyEvent::place(KeyUsage::SHIFT_LEFT, true)).unwrap();
    let capital = Typed::new("Ж").unwrap();
    injector.key(KeyEvent { usage: KeyUsage::SEMICOLON, pressed: true, text: capital }).unwrap();
    injector.key(KeyEvent::place(KeyUsage::SEMICOLON, false)).unwrap();
    injector.key(KeyEvent::place(KeyUsage::SHIFT_LEFT, false)).unwrap();
    program.get_input_focus().unwrap().reply().unwrap();

    // What a program holds for the modifiers that reads them with the keymap, and gets to that when all is over.
    let mut shift = None;
    let mut pressed = Vec::new();
    while let Some(event) = program.poll_for_event().unwrap() {
        match event {
            Event::XkbMapNotify(_) => shift = Some(false),
            Event::XkbStateNotify(state) => {
                assert!(!state.locked_mods.contains(ModMask::SHIFT), "Shift is no lock at any time");
                shift = shift.map(|_| state.mods.contains(ModMask::SHIFT));
            }
            Event::KeyPress(_) => pressed.extend(shift),
            _ => {}
        }
    }
    assert_eq!(pressed, [true], "Shift goes for the letter");
    let state = program.xkb_get_state(0x100).unwrap().reply().unwrap();
    assert_eq!(
        (state.mods, state.locked_mods),
        (ModMask::default(), ModMask::default()),
        "nothing remains in effect"
    );
}
