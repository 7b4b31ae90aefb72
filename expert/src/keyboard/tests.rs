//! Strokes as winit gives them, and what becomes of them.

use winit::keyboard::{KeyCode, NamedKey, SmolStr};

use super::*;

/// A key that writes nothing and means what its place says.
pub(crate) fn plain(code: KeyCode, logical: &Key, pressed: bool) -> Stroke<'_> {
    Stroke {
        place: PhysicalKey::Code(code),
        logical,
        location: KeyLocation::Standard,
        text: None,
        pressed,
        repeat: false,
        through_method: false,
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "any other key serves as one that writes nothing")]
pub(crate) fn named(code: KeyCode) -> Key {
    Key::Named(match code {
        KeyCode::ControlLeft | KeyCode::ControlRight => NamedKey::Control,
        KeyCode::AltLeft => NamedKey::Alt,
        KeyCode::ShiftLeft => NamedKey::Shift,
        KeyCode::Tab => NamedKey::Tab,
        _ => NamedKey::F1,
    })
}

fn stroke(keyboard: &mut Keyboard, code: KeyCode, pressed: bool) -> (Vec<KeyEvent>, Chord) {
    keyboard.handle_key(plain(code, &named(code), pressed))
}

fn written(keyboard: &mut Keyboard, code: KeyCode, logical: Key, text: Option<&str>) -> Vec<KeyEvent> {
    keyboard.handle_key(Stroke { text, ..plain(code, &logical, true) }).0
}

fn letter(text: &str) -> Key {
    Key::Character(SmolStr::new(text))
}

fn writing(usage: KeyUsage, text: &str) -> KeyEvent {
    KeyEvent::writing(usage, deskside_proto::wire::typed::Typed::new(text).unwrap())
}

#[test]
fn a_repeat_is_not_sent_and_a_stray_release_neither() {
    let mut keyboard = Keyboard::default();
    assert_eq!(stroke(&mut keyboard, KeyCode::F1, true).0.len(), 1);
    assert!(stroke(&mut keyboard, KeyCode::F1, true).0.is_empty());
    assert_eq!(stroke(&mut keyboard, KeyCode::F1, false).0.len(), 1);
    assert!(stroke(&mut keyboard, KeyCode::F1, false).0.is_empty());
    let name = named(KeyCode::F1);
    let held = Stroke { repeat: true, ..plain(KeyCode::F1, &name, true) };
    assert!(keyboard.handle_key(held).0.is_empty());
    assert_eq!(keyboard.release_all(), []);
}

#[test]
fn a_press_carries_what_the_layout_made_of_it_and_a_release_does_not() {
    let mut keyboard = Keyboard::default();
    assert_eq!(
        written(&mut keyboard, KeyCode::Minus, letter("\u{df}"), Some("\u{df}")),
        [writing(KeyUsage::MINUS, "\u{df}")]
    );
    assert_eq!(stroke(&mut keyboard, KeyCode::Minus, false).0, [KeyEvent::place(KeyUsage::MINUS, false)]);
    let enter = Key::Named(NamedKey::Enter);
    assert_eq!(
        written(&mut keyboard, KeyCode::Enter, enter, Some("\r")),
        [KeyEvent::place(KeyUsage::ENTER, true)]
    );
}

#[test]
fn a_dead_key_is_not_sent_and_what_it_prepared_is() {
    let mut keyboard = Keyboard::default();
    assert!(written(&mut keyboard, KeyCode::Equal, Key::Dead(Some('\u{b4}')), None).is_empty());
    assert!(stroke(&mut keyboard, KeyCode::Equal, false).0.is_empty());
    assert_eq!(
        written(&mut keyboard, KeyCode::KeyE, letter("\u{e9}"), Some("\u{e9}")),
        [writing(KeyUsage::E, "\u{e9}")]
    );
    // Compose, apostrophe, e; the second is not a dead key by itself.
    assert!(written(&mut keyboard, KeyCode::AltRight, Key::Named(NamedKey::Compose), None).is_empty());
    let unknown = Key::Unidentified(winit::keyboard::NativeKey::Unidentified);
    assert!(written(&mut keyboard, KeyCode::Quote, unknown, None).is_empty());
}

#[test]
fn keys_that_choose_levels_stay_here() {
    let mut keyboard = Keyboard::default();
    assert!(written(&mut keyboard, KeyCode::AltRight, Key::Named(NamedKey::AltGraph), None).is_empty());
    assert_eq!(written(&mut keyboard, KeyCode::KeyQ, letter("@"), Some("@")), [writing(KeyUsage::Q, "@")]);
    let fifth = Key::Unidentified(winit::keyboard::NativeKey::Xkb(0xfe11));
    assert!(written(&mut keyboard, KeyCode::ControlRight, fifth, None).is_empty());
}

#[test]
fn a_key_that_was_moved_is_sent_as_what_it_means() {
    let mut keyboard = Keyboard::default();
    let control = written(&mut keyboard, KeyCode::CapsLock, Key::Named(NamedKey::Control), None);
    assert_eq!(control, [KeyEvent::place(KeyUsage::CONTROL_LEFT, true)]);
    assert_eq!(
        stroke(&mut keyboard, KeyCode::CapsLock, false).0,
        [KeyEvent::place(KeyUsage::CONTROL_LEFT, false)]
    );
    let right = written(&mut keyboard, KeyCode::ControlRight, Key::Named(NamedKey::Control), None);
    assert_eq!(right, []);
    assert_eq!(keyboard.take_waiting(), [KeyEvent::place(KeyUsage::CONTROL_RIGHT, true)]);
    let meta = written(&mut keyboard, KeyCode::AltLeft, Key::Named(NamedKey::Meta), None);
    assert_eq!(meta, [KeyEvent::place(KeyUsage::ALT_LEFT, true)]);
}

#[test]
fn a_modifier_that_was_down_before_comes_with_the_first_key_that_needs_it() {
    let mut keyboard = Keyboard::default();
    keyboard.handle_held_before(plain(KeyCode::ControlLeft, &named(KeyCode::ControlLeft), true));
    keyboard.handle_held_before(plain(KeyCode::Tab, &named(KeyCode::Tab), true));
    assert!(stroke(&mut keyboard, KeyCode::Tab, true).0.is_empty(), "it goes on repeating");
    assert!(stroke(&mut keyboard, KeyCode::Tab, false).0.is_empty());
    let events = written(&mut keyboard, KeyCode::KeyC, letter("c"), Some("c"));
    assert_eq!(events, [KeyEvent::place(KeyUsage::CONTROL_LEFT, true), writing(KeyUsage::C, "c")]);
    assert_eq!(stroke(&mut keyboard, KeyCode::ControlLeft, false).0.len(), 1);

    keyboard.handle_held_before(plain(KeyCode::AltLeft, &named(KeyCode::AltLeft), true));
    assert!(
        stroke(&mut keyboard, KeyCode::AltLeft, false).0.is_empty(),
        "Alt+Tab into the window opens no menu"
    );
    assert!(keyboard.take_waiting().is_empty());
}

fn chord_after(strokes: &[(KeyCode, bool)]) -> Chord {
    let mut keyboard = Keyboard::default();
    strokes.iter().map(|(key, pressed)| stroke(&mut keyboard, *key, *pressed).1).last().unwrap()
}

#[test]
fn ctrl_and_alt_alone_call_the_toolbar_in_any_order() {
    use KeyCode::{AltLeft as A, ControlLeft as C};
    assert_eq!(chord_after(&[(C, true), (A, true), (A, false), (C, false)]), Chord::ToToolbar);
    assert_eq!(chord_after(&[(A, true), (C, true), (A, false), (C, false)]), Chord::ToToolbar);
}

#[test]
fn ctrl_alt_delete_and_its_like_are_no_chord() {
    use KeyCode::{AltLeft as A, ControlLeft as C, Delete as D};
    let with_delete = [(C, true), (A, true), (D, true), (D, false), (A, false), (C, false)];
    assert_eq!(chord_after(&with_delete), Chord::None);
    assert_eq!(
        chord_after(&[(D, true), (C, true), (A, true), (A, false), (C, false), (D, false)]),
        Chord::None
    );
    assert_eq!(chord_after(&[(C, true), (C, false)]), Chord::None);
}

#[test]
fn a_click_with_ctrl_and_alt_is_no_chord() {
    let mut keyboard = Keyboard::default();
    stroke(&mut keyboard, KeyCode::ControlLeft, true);
    stroke(&mut keyboard, KeyCode::AltLeft, true);
    keyboard.handle_click();
    stroke(&mut keyboard, KeyCode::AltLeft, false);
    assert_eq!(stroke(&mut keyboard, KeyCode::ControlLeft, false).1, Chord::None);
}

#[test]
fn debug_output_names_no_key() {
    let mut keyboard = Keyboard::default();
    stroke(&mut keyboard, KeyCode::KeyQ, true);
    assert_eq!(format!("{keyboard:?}"), "Keyboard { held: 1 }");
}

#[test]
fn right_ctrl_alone_frees_and_is_never_sent_and_with_others_it_is_ctrl() {
    let mut keyboard = Keyboard::default();
    assert_eq!(stroke(&mut keyboard, KeyCode::ControlRight, true), (Vec::new(), Chord::None));
    assert_eq!(stroke(&mut keyboard, KeyCode::ControlRight, false), (Vec::new(), Chord::Free));
    let right = |pressed| KeyEvent::place(KeyUsage::CONTROL_RIGHT, pressed);
    let f1 = |pressed| KeyEvent::place(usage_of(PhysicalKey::Code(KeyCode::F1)).unwrap(), pressed);
    stroke(&mut keyboard, KeyCode::ControlRight, true);
    assert_eq!(stroke(&mut keyboard, KeyCode::F1, true).0, [right(true), f1(true)]);
    assert_eq!(stroke(&mut keyboard, KeyCode::F1, false).0, [f1(false)]);
    assert_eq!(stroke(&mut keyboard, KeyCode::ControlRight, false), (vec![right(false)], Chord::None));
    assert_eq!(keyboard.release_all(), []);
}

#[test]
fn right_ctrl_with_anything_else_meanwhile_does_not_free() {
    let mut keyboard = Keyboard::default();
    stroke(&mut keyboard, KeyCode::ControlRight, true);
    keyboard.handle_click();
    assert_eq!(keyboard.take_waiting().len(), 1);
    assert_eq!(stroke(&mut keyboard, KeyCode::ControlRight, false).1, Chord::None);

    stroke(&mut keyboard, KeyCode::ControlRight, true);
    stroke(&mut keyboard, KeyCode::ShiftLeft, true);
    stroke(&mut keyboard, KeyCode::ShiftLeft, false);
    assert_eq!(stroke(&mut keyboard, KeyCode::ControlRight, false), (Vec::new(), Chord::None));

    stroke(&mut keyboard, KeyCode::ShiftLeft, true);
    stroke(&mut keyboard, KeyCode::ControlRight, true);
    assert_eq!(stroke(&mut keyboard, KeyCode::ControlRight, false).1, Chord::None);
}

/// As [`stroke`], where an input method has the keys first.
fn let_pass(keyboard: &mut Keyboard, code: KeyCode, pressed: bool) -> (Vec<KeyEvent>, Chord) {
    keyboard.handle_key(Stroke { through_method: true, ..plain(code, &named(code), pressed) })
}

#[test]
fn super_goes_down_with_the_key_that_a_method_lets_pass_and_not_for_one_that_it_keeps() {
    use KeyCode::{Backquote, F1, ShiftLeft, SuperLeft};
    let sup = |pressed| KeyEvent::place(KeyUsage::META_LEFT, pressed);
    let f1 = |pressed| KeyEvent::place(usage_of(PhysicalKey::Code(F1)).unwrap(), pressed);
    let mut keyboard = Keyboard::default();
    assert_eq!(let_pass(&mut keyboard, SuperLeft, true), (Vec::new(), Chord::None));
    assert_eq!(let_pass(&mut keyboard, F1, true).0, [sup(true), f1(true)]);
    assert_eq!(let_pass(&mut keyboard, F1, false).0, [f1(false)]);
    assert_eq!(let_pass(&mut keyboard, SuperLeft, false), (vec![sup(false)], Chord::None));

    let_pass(&mut keyboard, SuperLeft, true);
    assert_eq!(let_pass(&mut keyboard, SuperLeft, false).1, Chord::Alone(KeyUsage::META_LEFT));

    // Of the key that it has kept it lets the release pass, or shows what it made of it.
    let_pass(&mut keyboard, SuperLeft, true);
    assert_eq!(let_pass(&mut keyboard, Backquote, false), (Vec::new(), Chord::None));
    assert_eq!(let_pass(&mut keyboard, SuperLeft, false), (Vec::new(), Chord::None));
    let_pass(&mut keyboard, SuperLeft, true);
    keyboard.handle_click();
    assert_eq!(let_pass(&mut keyboard, SuperLeft, false), (Vec::new(), Chord::None));

    // With another modifier it is a shortcut of its own on some desktops.
    let shift = |pressed| KeyEvent::place(KeyUsage::SHIFT_LEFT, pressed);
    let_pass(&mut keyboard, SuperLeft, true);
    assert_eq!(let_pass(&mut keyboard, ShiftLeft, true).0, [sup(true), shift(true)]);
    assert_eq!(let_pass(&mut keyboard, ShiftLeft, false).0, [shift(false)]);
    assert_eq!(let_pass(&mut keyboard, SuperLeft, false), (vec![sup(false)], Chord::None));

    // Its release is what it has kept.
    let_pass(&mut keyboard, SuperLeft, true);
    assert_eq!(keyboard.keep_modifiers(ModifiersState::empty()), []);
    assert_eq!(let_pass(&mut keyboard, F1, true).0, [f1(true)]);
    let_pass(&mut keyboard, F1, false);
    assert_eq!(let_pass(&mut keyboard, SuperLeft, false), (Vec::new(), Chord::None));

    // A click with Super moves a window.
    let_pass(&mut keyboard, SuperLeft, true);
    assert_eq!(keyboard.take_waiting(), [sup(true)]);
    assert_eq!(let_pass(&mut keyboard, SuperLeft, false), (vec![sup(false)], Chord::None));
    assert_eq!(
        stroke(&mut keyboard, SuperLeft, true).0,
        [sup(true)],
        "without a method it waits for nothing"
    );
}
