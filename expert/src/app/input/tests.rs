//! The tap against a window of 200 x 140 pixels with a toolbar of 40 pixels above a desktop of 100 x 50 at 2x.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Instant;

use deskside_proto::geometry::{Size, ViewTransform};
use deskside_proto::wire::typed::Typed;
use winit::event::Ime;
use winit::keyboard::{Key, KeyCode, ModifiersState, NamedKey};

use super::*;
use crate::keyboard::tests::{named, plain};

type Sent = Rc<RefCell<Vec<InputEvent>>>;

fn tap() -> (Tap, Sent) {
    let sent = Sent::default();
    let into = Rc::clone(&sent);
    let mut tap = Tap::new(Box::new(move |event| into.borrow_mut().push(event)));
    tap.set_layout(layout(true));
    (tap, sent)
}

pub fn layout(controlling: bool) -> Layout {
    let view = Size { width: 200, height: 100 };
    let transform = ViewTransform::placed(Size { width: 100, height: 50 }, view, 2.0, ViewPoint::default());
    let picture = Pixels { left: 0.0, top: 40.0, right: 200.0, bottom: 140.0 };
    Layout { controlling, picture: Some((picture, transform)), ..Layout::default() }
}

fn press(tap: &mut Tap, code: KeyCode, pressed: bool, is_synthetic: bool) -> Route {
    tap.key(plain(code, &named(code), pressed), is_synthetic)
}

fn moved(tap: &mut Tap, x: f64, y: f64) -> Route {
    tap.moved(PhysicalPosition::new(x, y))
}

#[test]
fn motion_over_the_picture_is_sent_and_beside_it_is_not() {
    let (mut tap, sent) = tap();
    assert_eq!(moved(&mut tap, 10.0, 10.0), Route::Window);
    assert!(sent.borrow().is_empty());
    assert_eq!(moved(&mut tap, 10.0, 50.0), Route::Window, "the toolbar has to see the pointer go");
    assert_eq!(moved(&mut tap, 199.0, 139.0), Route::Taken);
    let at = |x, y| InputEvent::PointerMoved { at: DesktopPoint { x, y } };
    assert_eq!(*sent.borrow(), vec![at(5, 5), at(99, 49)]);
}

#[test]
fn nothing_is_sent_while_only_viewing() {
    let (mut tap, sent) = tap();
    tap.set_layout(layout(false));
    assert_eq!(moved(&mut tap, 10.0, 50.0), Route::Window);
    assert_eq!(tap.button(MouseButton::Left, true), Route::Window);
    assert_eq!(tap.wheel(MouseScrollDelta::LineDelta(0.0, 1.0)), Route::Window);
    assert_eq!(moved(&mut tap, 11.0, 50.0), Route::Window, "a drag scrolls the picture");
    assert_eq!(tap.button(MouseButton::Left, false), Route::Window);
    assert_eq!(moved(&mut tap, 12.0, 50.0), Route::Taken, "mere motion over the picture needs no repaint");
    assert_eq!(press(&mut tap, KeyCode::KeyA, true, false), Route::Window);
    tap.release_all();
    assert!(sent.borrow().is_empty());
}

#[test]
fn a_drag_that_leaves_the_picture_goes_on_to_its_edge_and_ends() {
    let (mut tap, sent) = tap();
    moved(&mut tap, 100.0, 60.0);
    assert_eq!(tap.button(MouseButton::Left, true), Route::Taken);
    assert_eq!(moved(&mut tap, -50.0, 10.0), Route::Taken);
    assert_eq!(tap.button(MouseButton::Left, false), Route::Taken);
    let at = DesktopPoint { x: 0, y: 0 };
    let expected = [
        InputEvent::PointerMoved { at },
        InputEvent::PointerButton { button: PointerButton::Left, pressed: false, at },
    ];
    assert!(sent.borrow().ends_with(&expected));
}

#[test]
fn a_press_on_the_toolbar_is_not_sent_even_if_it_is_let_go_over_the_picture() {
    let (mut tap, sent) = tap();
    moved(&mut tap, 10.0, 10.0);
    assert_eq!(tap.button(MouseButton::Left, true), Route::Window);
    moved(&mut tap, 10.0, 60.0);
    assert_eq!(tap.button(MouseButton::Left, false), Route::Window);
    assert!(!sent.borrow().iter().any(|event| matches!(event, InputEvent::PointerButton { .. })));
}

#[test]
fn what_is_covered_is_not_clicked() {
    let (mut tap, sent) = tap();
    let cover = Pixels { left: 50.0, top: 40.0, right: 150.0, bottom: 80.0 };
    tap.set_layout(Layout { covers: vec![cover], ..layout(true) });
    moved(&mut tap, 100.0, 60.0);
    assert_eq!(tap.button(MouseButton::Left, true), Route::Window);
    assert!(sent.borrow().is_empty());
}

#[test]
fn losing_the_keyboard_lets_go_of_keys_once_and_a_drag_goes_on() {
    let (mut tap, sent) = tap();
    moved(&mut tap, 100.0, 60.0);
    press(&mut tap, KeyCode::ShiftLeft, true, false);
    tap.button(MouseButton::Left, true);
    sent.borrow_mut().clear();
    assert_eq!(tap.handle(&WindowEvent::Focused(false)), Route::Window);
    tap.handle(&WindowEvent::Focused(false));
    let shift_up = InputEvent::Key(KeyEvent::place(KeyUsage::SHIFT_LEFT, false));
    assert_eq!(*sent.borrow(), [shift_up], "not all: another window may hold something");
    // Coming back with the key still down, then letting it go: it was released before.
    assert_eq!(press(&mut tap, KeyCode::ShiftLeft, true, true), Route::Taken);
    assert_eq!(press(&mut tap, KeyCode::ShiftLeft, false, false), Route::Taken);
    assert_eq!(sent.borrow().len(), 1);
    assert!(tap.is_dragging());
    moved(&mut tap, 120.0, 60.0);
    tap.release_buttons();
    tap.release_buttons();
    let at = DesktopPoint { x: 60, y: 10 };
    let expected = [
        InputEvent::PointerMoved { at },
        InputEvent::PointerButton { button: PointerButton::Left, pressed: false, at },
    ];
    assert_eq!(sent.borrow()[1..], expected);
    assert!(!tap.is_dragging());
}

#[test]
fn a_drag_whose_picture_goes_ends_where_it_was_and_keys_stay_down() {
    for is_told in [true, false] {
        let (mut tap, sent) = tap();
        moved(&mut tap, 100.0, 60.0);
        press(&mut tap, KeyCode::ShiftLeft, true, false);
        tap.button(MouseButton::Left, true);
        tap.set_layout(Layout { picture: None, ..layout(true) });
        moved(&mut tap, 140.0, 60.0);
        sent.borrow_mut().clear();
        if is_told {
            assert_eq!(tap.button(MouseButton::Left, false), Route::Taken);
        } else {
            tap.release_buttons();
        }
        let at = DesktopPoint { x: 50, y: 10 };
        let up = InputEvent::PointerButton { button: PointerButton::Left, pressed: false, at };
        assert_eq!(*sent.borrow(), [up], "not all: Shift is still held");
        assert!(!tap.is_dragging());
    }
}

#[test]
fn a_window_that_closes_lets_go_of_what_is_held_in_it_and_of_nothing_else() {
    let (mut tap, sent) = with_method();
    tap.close();
    assert!(sent.borrow().is_empty(), "nothing is held");
    moved(&mut tap, 100.0, 60.0);
    press(&mut tap, KeyCode::ShiftLeft, true, false);
    modifiers(&mut tap, ModifiersState::SHIFT);
    tap.button(MouseButton::Left, true);
    // A key waits for a text that may come before it.
    tap.handle(&preedit("ni"));
    press(&mut tap, KeyCode::KeyA, true, false);
    sent.borrow_mut().clear();
    tap.close();
    tap.close();
    let at = DesktopPoint { x: 50, y: 10 };
    let left_up = InputEvent::PointerButton { button: PointerButton::Left, pressed: false, at };
    let sent = sent.borrow();
    assert_eq!(sent.last(), Some(&left_up));
    for usage in [KeyUsage::A, KeyUsage::SHIFT_LEFT] {
        assert_eq!(sent.iter().filter(|event| **event == place(usage, false)).count(), 1, "{usage:?}");
    }
    assert!(!sent.contains(&InputEvent::ReleaseAll), "another of the windows may drag");
}

#[test]
fn chords_are_let_go_by_hand_and_not_by_losing_the_keyboard() {
    let mut tap = with_system_keys();
    press(&mut tap, KeyCode::ControlRight, true, false);
    press(&mut tap, KeyCode::ControlRight, false, true);
    assert!(!tap.wants().freed);
    for key in [KeyCode::ControlLeft, KeyCode::AltLeft] {
        press(&mut tap, key, true, false);
    }
    for key in [KeyCode::AltLeft, KeyCode::ControlLeft] {
        press(&mut tap, key, false, true);
    }
    assert!(!tap.wants().keyboard_in_toolbar, "the window manager had the last key of Ctrl+Alt+something");
}

#[test]
fn when_control_ends_nothing_held_is_remembered() {
    let (mut tap, sent) = tap();
    press(&mut tap, KeyCode::KeyA, true, false);
    tap.set_layout(layout(false));
    tap.set_layout(layout(true));
    sent.borrow_mut().clear();
    press(&mut tap, KeyCode::KeyA, false, false);
    tap.release_all();
    assert!(sent.borrow().is_empty());
}

#[test]
fn ctrl_alt_brings_the_keyboard_to_the_toolbar_and_a_click_on_the_picture_gives_it_back() {
    let (mut tap, sent) = tap();
    for (key, pressed) in [
        (KeyCode::ControlLeft, true),
        (KeyCode::AltLeft, true),
        (KeyCode::AltLeft, false),
        (KeyCode::ControlLeft, false),
    ] {
        assert_eq!(press(&mut tap, key, pressed, false), Route::Taken);
    }
    assert_eq!(sent.borrow().len(), 4, "the chord's own keys were sent as well");
    assert!(tap.wants().keyboard_in_toolbar && tap.wants().repaint);
    assert_eq!(press(&mut tap, KeyCode::Tab, true, false), Route::Window);
    moved(&mut tap, 100.0, 60.0);
    tap.button(MouseButton::Left, true);
    assert!(!tap.wants().keyboard_in_toolbar);
    assert_eq!(press(&mut tap, KeyCode::Tab, true, false), Route::Taken);
}

#[test]
fn in_full_screen_the_edge_calls_the_toolbar_unless_something_is_dragged() {
    let (mut tap, _) = tap();
    let edge = Pixels { left: 60.0, top: 40.0, right: 140.0, bottom: 41.0 };
    tap.set_layout(Layout { calling_edge: Some(edge), ..layout(true) });
    moved(&mut tap, 10.0, 40.0);
    assert!(!tap.wants().toolbar, "the corner belongs to the other desktop");
    moved(&mut tap, 100.0, 40.0);
    assert!(tap.wants().toolbar);
    moved(&mut tap, 100.0, 90.0);
    assert!(!tap.wants().toolbar);
    tap.button(MouseButton::Left, true);
    moved(&mut tap, 100.0, 40.0);
    assert!(!tap.wants().toolbar);
}

#[test]
fn the_wheel_turns_in_units_and_keeps_fractions() {
    let (mut tap, sent) = tap();
    moved(&mut tap, 10.0, 50.0);
    sent.borrow_mut().clear();
    tap.wheel(MouseScrollDelta::LineDelta(0.0, 1.0));
    tap.wheel(MouseScrollDelta::LineDelta(-1.0, 0.0));
    for _ in 0..3 {
        tap.wheel(MouseScrollDelta::LineDelta(0.0, -0.0028));
    }
    let at = DesktopPoint { x: 5, y: 5 };
    let expected = [
        InputEvent::Wheel { dx: 0, dy: -120, at },
        InputEvent::Wheel { dx: 120, dy: 0, at },
        InputEvent::Wheel { dx: 0, dy: 1, at },
    ];
    assert_eq!(*sent.borrow(), expected);
}

#[test]
fn near_the_edge_of_a_large_picture_it_scrolls() {
    let (mut tap, _) = tap();
    tap.set_layout(Layout { scroll_margin_px: 8.0, ..layout(true) });
    moved(&mut tap, 100.0, 90.0);
    assert_eq!(tap.wants().scroll, (0.0, 0.0));
    moved(&mut tap, 198.0, 41.0);
    assert_eq!(tap.wants().scroll, (1.0, -1.0));
    tap.left();
    assert_eq!(tap.wants().scroll, (0.0, 0.0));
}

struct Kind(std::cell::Cell<bool>);

impl WheelKind for Kind {
    fn is_of_buttons(&self) -> bool {
        self.0.get()
    }
}

#[test]
fn a_wheel_of_buttons_turns_once_for_a_press_and_its_release_and_any_other_each_time() {
    let (mut tap, sent) = tap();
    moved(&mut tap, 10.0, 50.0);
    sent.borrow_mut().clear();
    let kind = Rc::new(Kind(true.into()));
    tap.set_wheel_kind(Some(kind.clone()));
    let mut turned = |clicks: &[(f32, f32)]| {
        for (x, y) in clicks {
            assert_eq!(tap.wheel(MouseScrollDelta::LineDelta(*x, *y)), Route::Taken);
        }
        let turn = |event| if let InputEvent::Wheel { dx, dy, .. } = event { Some((dx, dy)) } else { None };
        sent.borrow_mut().drain(..).filter_map(turn).collect::<Vec<_>>()
    };
    let (up, left) = ((0.0, 1.0), (1.0, 0.0));
    assert_eq!(turned(&[up, up, up, up]), [(0, -120), (0, -120)]);
    assert_eq!(turned(&[up, left, up, left]), [(0, -120), (-120, 0)], "both at once");
    assert_eq!(turned(&[(0.0, 0.5), (0.0, 0.5)]), [(0, -60), (0, -60)], "no button turns by half a notch");
    assert_eq!(turned(&[up]), [(0, -120)]);
    // Another mouse is taken, and then the first again.
    kind.0.set(false);
    assert_eq!(turned(&[up, up, up]), [(0, -120); 3]);
    kind.0.set(true);
    assert_eq!(turned(&[up, up]), [(0, -120)]);
}

fn with_system_keys() -> Tap {
    let (mut tap, _) = tap();
    tap.set_layout(Layout { system_keys: true, ..layout(true) });
    tap.handle(&WindowEvent::Focused(true));
    moved(&mut tap, 50.0, 80.0);
    tap
}

#[test]
fn system_keys_are_wanted_only_while_controlling_with_the_keyboard_here() {
    let mut tap = with_system_keys();
    assert!(tap.wants_system_keys());
    tap.handle(&WindowEvent::Focused(false));
    assert!(!tap.wants_system_keys(), "another window has the keyboard");
    tap.handle(&WindowEvent::Focused(true));
    let wanted = Layout { system_keys: true, ..layout(true) };
    for (other, why) in [
        (Layout { system_keys: false, ..wanted.clone() }, "the expert wants them here"),
        (Layout { controlling: false, ..wanted.clone() }, "control is over"),
        (Layout { picture: None, ..wanted.clone() }, "a menu is open"),
    ] {
        tap.set_layout(other);
        assert!(!tap.wants_system_keys(), "{why}");
        tap.set_layout(wanted.clone());
        assert!(tap.wants_system_keys());
    }
}

#[test]
fn right_ctrl_and_the_toolbars_chord_free_the_keyboard() {
    let mut tap = with_system_keys();
    for pressed in [true, false] {
        press(&mut tap, KeyCode::ControlRight, pressed, false);
    }
    assert!(!tap.wants_system_keys() && tap.wants().freed && tap.wants().repaint);
    // As a window manager's grab for one key reports itself.
    tap.handle(&WindowEvent::Focused(false));
    tap.handle(&WindowEvent::Focused(true));
    assert!(!tap.wants_system_keys());
    tap.button(MouseButton::Left, true);
    assert!(tap.wants_system_keys() && !tap.wants().freed, "a click on the picture takes it again");
    tap.button(MouseButton::Left, false);
    for pressed in [true, false] {
        press(&mut tap, KeyCode::ControlLeft, pressed, false);
        press(&mut tap, KeyCode::AltLeft, pressed, false);
    }
    assert!(tap.wants().keyboard_in_toolbar && !tap.wants_system_keys());
    tap.leave_toolbar();
    assert!(tap.wants_system_keys());
}

#[test]
fn locks_are_sent_when_control_or_the_keyboard_comes_and_when_they_change_and_their_keys_are_not() {
    let (mut tap, sent) = tap();
    tap.set_layout(layout(false));
    let watch = LockWatch::blind();
    tap.set_locks(watch.clone());
    let locks = |caps| Locks { caps, num: true, scroll: false };
    watch.note(Some(locks(false)));
    tap.handle(&WindowEvent::Focused(true));
    tap.send_locks();
    assert!(sent.borrow().is_empty(), "only seeing");
    tap.set_layout(layout(true));
    tap.send_locks();
    tap.send_locks();
    assert_eq!(*sent.borrow(), [InputEvent::Locks(locks(false))], "once");
    sent.borrow_mut().clear();
    let caps = Key::Named(NamedKey::CapsLock);
    for pressed in [true, false] {
        tap.key(plain(KeyCode::CapsLock, &caps, pressed), false);
    }
    watch.note(Some(locks(true)));
    tap.send_locks();
    assert_eq!(*sent.borrow(), [InputEvent::Locks(locks(true))], "the state, and not the key");
    sent.borrow_mut().clear();
    tap.handle(&WindowEvent::Focused(false));
    watch.note(Some(locks(false)));
    tap.send_locks();
    assert!(sent.borrow().is_empty(), "another window has the keyboard");
    tap.handle(&WindowEvent::Focused(true));
    tap.send_locks();
    assert_eq!(*sent.borrow(), [InputEvent::Locks(locks(false))]);
    sent.borrow_mut().clear();
    tap.align_locks();
    assert_eq!(*sent.borrow(), [InputEvent::Locks(locks(false))], "again, because it was asked for");
    assert_eq!(tap.wants().locks, Some(locks(false)));
    sent.borrow_mut().clear();
    watch.note(None);
    tap.align_locks();
    assert!(sent.borrow().is_empty(), "nothing is known that could be sent");
    tap.key(plain(KeyCode::CapsLock, &caps, true), false);
    assert!(matches!(sent.borrow()[..], [InputEvent::Key(_)]), "where it is not known, the key is sent");
}

fn with_method() -> (Tap, Sent) {
    let (mut tap, sent) = tap();
    tap.set_method(true);
    (tap, sent)
}

fn preedit(text: &str) -> WindowEvent {
    WindowEvent::Ime(Ime::Preedit(text.to_owned(), Some((text.len(), text.len()))))
}

fn commit(text: &str) -> WindowEvent {
    WindowEvent::Ime(Ime::Commit(text.to_owned()))
}

fn modifiers(tap: &mut Tap, down: ModifiersState) {
    assert_eq!(tap.handle(&WindowEvent::ModifiersChanged(down.into())), Route::Taken);
}

fn place(usage: KeyUsage, pressed: bool) -> InputEvent {
    InputEvent::Key(KeyEvent::place(usage, pressed))
}

/// All events are handled, and what waits for a text has waited long enough.
fn all_is_handled(tap: &mut Tap) {
    let now = Instant::now();
    if let Some(later) = tap.events_are_handled(now) {
        assert!(later > now);
        assert_eq!(tap.events_are_handled(later), None);
    }
}

#[test]
fn what_an_input_method_has_finished_is_sent_and_what_it_is_making_is_shown() {
    let (mut tap, sent) = with_method();
    assert_eq!(tap.handle(&preedit("ni")), Route::Taken);
    assert!(tap.wants().repaint && sent.borrow().is_empty());
    let composing = tap.composing();
    assert_eq!((composing.text.as_str(), composing.caret, composing.near), ("ni", 2, None));
    tap.handle(&preedit(""));
    assert_eq!(tap.handle(&commit("\u{4f60}\u{1f600}")), Route::Taken);
    all_is_handled(&mut tap);
    let text = Typed::new("\u{4f60}\u{1f600}").unwrap();
    assert_eq!(*sent.borrow(), [InputEvent::Text(text)]);
    assert_eq!(tap.composing().text, "");
    // The keyboard is called to the toolbar: what is being made there is egui's.
    tap.call_toolbar();
    assert!(!tap.wants_method());
    assert_eq!(tap.handle(&commit("a")), Route::Window);
}

#[test]
fn a_method_is_wanted_only_while_the_keys_go_to_the_other_machine() {
    let (mut tap, _) = tap();
    assert!(tap.wants_method());
    tap.set_method(true);
    tap.handle(&preedit("ni"));
    tap.set_layout(layout(false));
    assert!(!tap.wants_method(), "control is over");
    tap.set_method(false);
    assert_eq!(tap.composing().text, "", "it is not shown in the next session");
}

#[test]
fn a_modifier_whose_release_the_method_has_kept_is_let_go_before_it_changes_anything() {
    let (mut tap, sent) = with_method();
    let (shift, a) = (KeyUsage::SHIFT_LEFT, KeyUsage::A);
    press(&mut tap, KeyCode::ShiftLeft, true, false);
    modifiers(&mut tap, ModifiersState::SHIFT);
    press(&mut tap, KeyCode::KeyA, true, false);
    press(&mut tap, KeyCode::KeyA, false, false);
    assert_eq!(*sent.borrow(), [place(shift, true), place(a, true), place(a, false)]);
    sent.borrow_mut().clear();
    modifiers(&mut tap, ModifiersState::empty());
    press(&mut tap, KeyCode::KeyA, true, false);
    assert_eq!(*sent.borrow(), [place(shift, false), place(a, true)]);
    sent.borrow_mut().clear();
    press(&mut tap, KeyCode::KeyA, false, false);
    for event in [Some(commit("x")), None] {
        modifiers(&mut tap, ModifiersState::CONTROL);
        press(&mut tap, KeyCode::ControlLeft, true, false);
        modifiers(&mut tap, ModifiersState::empty());
        sent.borrow_mut().clear();
        match event {
            Some(commit) => drop(tap.handle(&commit)),
            None => {
                moved(&mut tap, 100.0, 60.0);
                sent.borrow_mut().clear();
                tap.button(MouseButton::Left, true);
            }
        }
        assert_eq!(sent.borrow().first(), Some(&place(KeyUsage::CONTROL_LEFT, false)));
    }
}

#[test]
fn keys_whose_release_the_method_has_kept_are_let_go_once_that_is_seen_and_can_be_pressed_again() {
    let (mut tap, sent) = with_method();
    press(&mut tap, KeyCode::KeyA, true, false);
    press(&mut tap, KeyCode::ControlLeft, true, false);
    assert!(tap.holds_keys());
    sent.borrow_mut().clear();
    tap.keep_only(&BTreeSet::from([KeyUsage::CONTROL_LEFT]));
    assert_eq!(*sent.borrow(), [place(KeyUsage::A, false)]);
    sent.borrow_mut().clear();
    tap.keep_only(&BTreeSet::new());
    assert_eq!(*sent.borrow(), [place(KeyUsage::CONTROL_LEFT, false)]);
    assert!(!tap.holds_keys());
    sent.borrow_mut().clear();
    // winit, which has not seen the release either, takes the next press for a repeat.
    let name = named(KeyCode::KeyA);
    tap.key(Stroke { repeat: true, ..plain(KeyCode::KeyA, &name, true) }, false);
    assert_eq!(*sent.borrow(), [place(KeyUsage::A, true)]);
    tap.set_method(false);
    press(&mut tap, KeyCode::KeyA, false, false);
    sent.borrow_mut().clear();
    tap.key(Stroke { repeat: true, ..plain(KeyCode::KeyA, &name, true) }, false);
    assert!(sent.borrow().is_empty(), "without a method a repeat is one");
}

#[test]
fn a_key_that_the_method_let_pass_in_the_midst_of_its_work_is_pressed() {
    let (mut tap, sent) = with_method();
    tap.handle(&preedit("ni"));
    tap.handle(&commit("\r"));
    all_is_handled(&mut tap);
    assert_eq!(*sent.borrow(), [place(KeyUsage::ENTER, true), place(KeyUsage::ENTER, false)]);
    sent.borrow_mut().clear();
    modifiers(&mut tap, ModifiersState::CONTROL);
    tap.handle(&commit("\u{3}"));
    all_is_handled(&mut tap);
    let c = KeyEvent::writing(KeyUsage::C, Typed::new("c").unwrap());
    let ctrl = |pressed| place(KeyUsage::CONTROL_LEFT, pressed);
    assert_eq!(*sent.borrow(), [ctrl(true), InputEvent::Key(c), place(KeyUsage::C, false)]);
    press(&mut tap, KeyCode::ControlLeft, false, false);
    assert_eq!(sent.borrow().last(), Some(&ctrl(false)));
    assert!(!tap.holds_keys());
}

fn writing(usage: KeyUsage, text: &str) -> InputEvent {
    InputEvent::Key(KeyEvent::writing(usage, Typed::new(text).unwrap()))
}

#[test]
fn a_shortcut_in_the_midst_of_composing_is_no_letter_in_somebodys_document() {
    let (alt, cmd, shift) = (ModifiersState::ALT, ModifiersState::SUPER, ModifiersState::SHIFT);
    let (f, l, tab) = (KeyUsage::F, KeyUsage::L, KeyUsage::TAB);
    for (down, text, expected) in [
        (alt, "f", vec![place(KeyUsage::ALT_LEFT, true), writing(f, "f"), place(f, false)]),
        (cmd, "l", vec![place(KeyUsage::META_LEFT, true), writing(l, "l"), place(l, false)]),
        (alt, "\t", vec![place(KeyUsage::ALT_LEFT, true), place(tab, true), place(tab, false)]),
        (
            shift | alt,
            "?",
            vec![
                place(KeyUsage::SHIFT_LEFT, true),
                place(KeyUsage::ALT_LEFT, true),
                writing(KeyUsage::SLASH, "?"),
                place(KeyUsage::SLASH, false),
            ],
        ),
    ] {
        let (mut tap, sent) = with_method();
        tap.handle(&preedit("\u{ae00}"));
        // winit gives neither the press of the modifier nor the key; and the syllable comes after it, with no modifiers.
        modifiers(&mut tap, down);
        tap.handle(&preedit(""));
        tap.handle(&commit(text));
        modifiers(&mut tap, ModifiersState::empty());
        tap.handle(&commit("\u{ae00}"));
        all_is_handled(&mut tap);
        let syllable = InputEvent::Text(Typed::new("\u{ae00}").unwrap());
        assert_eq!(*sent.borrow(), [vec![syllable], expected].concat());
        tap.keep_only(&BTreeSet::new());
        assert!(!tap.holds_keys());
    }
    // A sign that the method has chosen, and a letter that no key bears, are texts.
    for (down, text) in [(ModifiersState::empty(), "f"), (shift, "F"), (alt, "\u{ae00}")] {
        let (mut tap, sent) = with_method();
        modifiers(&mut tap, down);
        tap.handle(&commit(text));
        assert_eq!(*sent.borrow(), [InputEvent::Text(Typed::new(text).unwrap())]);
    }
}

#[test]
fn a_modifier_whose_press_is_lost_goes_down_with_the_next_key_that_it_changes() {
    let (mut tap, sent) = with_method();
    let ctrl = |pressed| place(KeyUsage::CONTROL_LEFT, pressed);
    modifiers(&mut tap, ModifiersState::CONTROL);
    for pressed in [true, false] {
        press(&mut tap, KeyCode::KeyC, pressed, false);
    }
    press(&mut tap, KeyCode::ControlLeft, false, false);
    assert_eq!(
        *sent.borrow(),
        [ctrl(true), place(KeyUsage::C, true), place(KeyUsage::C, false), ctrl(false)]
    );
    assert!(!tap.wants().keyboard_in_toolbar && !tap.holds_keys());
}

#[test]
fn the_lines_of_a_finished_text_stay_apart() {
    let text = |text| InputEvent::Text(Typed::new(text).unwrap());
    let key = |key| [place(key, true), place(key, false)];
    let expected = [
        vec![text("a")],
        key(KeyUsage::ENTER).to_vec(),
        vec![text("b")],
        key(KeyUsage::TAB).to_vec(),
        vec![text("c")],
        key(KeyUsage::ENTER).to_vec(),
    ]
    .concat();
    for unfinished in [false, true] {
        let (mut tap, sent) = with_method();
        if unfinished {
            tap.handle(&preedit("a\r\nb\tc\n"));
            tap.handle(&preedit(""));
        }
        tap.handle(&commit("a\r\nb\tc\n"));
        assert_eq!(*sent.borrow(), expected);
    }
}

#[test]
fn a_modifier_that_is_up_is_let_go_before_the_text_that_was_being_made() {
    let text = || InputEvent::Text(Typed::new("\u{ae4c}").unwrap());
    let shift = |pressed| place(KeyUsage::SHIFT_LEFT, pressed);
    for key_first in [false, true] {
        let (mut tap, sent) = with_method();
        press(&mut tap, KeyCode::ShiftLeft, true, false);
        modifiers(&mut tap, ModifiersState::SHIFT);
        tap.handle(&preedit("\u{ae4c}"));
        modifiers(&mut tap, ModifiersState::empty());
        tap.handle(&preedit(""));
        if key_first {
            tap.handle(&commit("\r"));
        }
        tap.handle(&commit("\u{ae4c}"));
        assert_eq!(sent.borrow()[..3], [shift(true), shift(false), text()]);
        assert_eq!(sent.borrow().len(), if key_first { 5 } else { 3 });
    }
}

#[test]
fn keys_that_a_method_keeps_are_something_in_between_for_chords() {
    let (mut tap, _) = with_method();
    tap.set_layout(Layout { system_keys: true, ..layout(true) });
    press(&mut tap, KeyCode::ControlRight, true, false);
    tap.handle(&preedit("ni"));
    press(&mut tap, KeyCode::ControlRight, false, false);
    assert!(!tap.wants().freed);
    press(&mut tap, KeyCode::ControlLeft, true, false);
    modifiers(&mut tap, ModifiersState::CONTROL);
    press(&mut tap, KeyCode::AltLeft, true, false);
    modifiers(&mut tap, ModifiersState::CONTROL | ModifiersState::ALT);
    tap.handle(&commit("x"));
    for key in [KeyCode::AltLeft, KeyCode::ControlLeft] {
        press(&mut tap, key, false, false);
    }
    assert!(!tap.wants().keyboard_in_toolbar);
}

#[test]
fn super_alone_is_sent_when_it_goes_up_unless_the_keyboard_goes_elsewhere() {
    let (mut tap, sent) = with_method();
    for is_synthetic in [true, false] {
        press(&mut tap, KeyCode::SuperLeft, true, false);
        assert!(sent.borrow().is_empty());
        press(&mut tap, KeyCode::SuperLeft, false, is_synthetic);
        assert_eq!(sent.borrow().is_empty(), is_synthetic, "the window manager had the other key");
    }
    assert_eq!(*sent.borrow(), [place(KeyUsage::META_LEFT, true), place(KeyUsage::META_LEFT, false)]);
}

#[test]
fn a_finished_text_comes_before_the_key_that_finished_it_in_whatever_order_xlib_gives_them() {
    let (mut tap, sent) = with_method();
    let text = || InputEvent::Text(Typed::new("\u{ae00}").unwrap());
    // The key as winit gives it while something is being composed, or afterwards; then the text.
    tap.handle(&preedit("\u{ae00}"));
    tap.handle(&preedit(""));
    tap.handle(&commit(" "));
    assert!(sent.borrow().is_empty());
    tap.handle(&commit("\u{ae00}"));
    assert_eq!(*sent.borrow(), [text(), InputEvent::Text(Typed::new(" ").unwrap())]);
    sent.borrow_mut().clear();
    tap.handle(&preedit("\u{ae00}"));
    tap.handle(&preedit(""));
    press(&mut tap, KeyCode::KeyA, true, false);
    press(&mut tap, KeyCode::KeyA, false, false);
    tap.handle(&commit("\u{ae00}"));
    assert_eq!(*sent.borrow(), [text(), place(KeyUsage::A, true), place(KeyUsage::A, false)]);
    sent.borrow_mut().clear();
    // The same on a busy machine: the text comes a moment after all that was there.
    tap.handle(&preedit("\u{ae00}"));
    tap.handle(&preedit(""));
    press(&mut tap, KeyCode::KeyA, true, false);
    assert!(tap.events_are_handled(Instant::now()).is_some() && sent.borrow().is_empty());
    tap.handle(&commit("\u{ae00}"));
    assert_eq!(*sent.borrow(), [text(), place(KeyUsage::A, true)]);
    press(&mut tap, KeyCode::KeyA, false, false);
    sent.borrow_mut().clear();
    // Given up: the key waits for nothing that is not there, and the next one not at all.
    tap.handle(&preedit("\u{ae00}"));
    tap.handle(&preedit(""));
    press(&mut tap, KeyCode::KeyA, true, false);
    all_is_handled(&mut tap);
    assert_eq!(*sent.borrow(), [place(KeyUsage::A, true)]);
    press(&mut tap, KeyCode::KeyA, false, false);
    assert_eq!(sent.borrow().len(), 2);
}
