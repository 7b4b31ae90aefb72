//! What lets somebody see more is pressed by hand: other software that asks for it over the accessibility bus gets nothing,
//! and a screen reader says why. What lets them see less takes requests.

use egui::Key;
use egui_kittest::kittest::Queryable as _;

use super::main_window::{Open, home, on, shared_desktop};
use super::*;
use crate::sharing::{Share, WindowNumber};
use crate::windows::main_window::{Page, SIZE};

const REFUSED: &str = "Not done: another program asked for it";

/// Other software asks for a press.
fn request(harness: &mut Open, label: &str) {
    harness.get_by_label(label).click_accesskit();
    harness.run_steps(3);
}

/// One window is shared, and nothing else.
fn one_window() -> AppView {
    let mut view = shared_desktop();
    view.sharing.share = Share::Window(WindowNumber(7));
    view
}

#[test]
fn what_is_hidden_is_not_shown_again_for_other_software() {
    let mut harness = home(shared_desktop());
    request(&mut harness, "Show again");
    assert!(harness.state_mut().sent().is_empty());
    assert!(says(&harness, REFUSED) && says(&harness, "press the space bar"));
    let said = harness.get_by_label(REFUSED).accesskit_node().live();
    assert_eq!(said, egui::accesskit::Live::Polite, "a screen reader speaks it");
    press(&mut harness, "Show again");
    assert!(matches!(harness.state_mut().sent()[..], [UserCommand::Unhide(_)]));
    assert!(!says(&harness, REFUSED), "it is done");
}

#[test]
fn the_keyboard_is_not_moved_there_either() {
    let mut harness = home(shared_desktop());
    harness.get_by_label("Show again").focus();
    harness.run_steps(3);
    assert!(!harness.get_by_label("Show again").is_focused());
    harness.key_press(Key::Enter);
    harness.run_steps(3);
    assert!(harness.state_mut().sent().is_empty());
    while !harness.get_by_label("Show again").is_focused() {
        harness.key_press(Key::Tab);
        harness.run_steps(3);
    }
    harness.key_press(Key::Space);
    harness.run_steps(3);
    assert_eq!(harness.state_mut().sent().len(), 1, "the person comes there by Tab and presses");
}

#[test]
fn where_less_is_shared_more_is_chosen_by_hand_alone() {
    let mut harness = home(one_window());
    request(&mut harness, "Share something else…");
    assert!(!says(&harness, "What may they see?") && says(&harness, REFUSED));
    press(&mut harness, "OK");
    assert!(!says(&harness, REFUSED));
    press(&mut harness, "Share something else…");
    request(&mut harness, "Everything on your screen");
    request(&mut harness, "The window “Letters”");
    assert!(matches!(harness.state_mut().sent()[..], [UserCommand::ListChoices]));
    assert!(says(&harness, REFUSED));
    harness.get_by_label("Everything on your screen").click();
    harness.run_steps(3);
    assert!(matches!(harness.state_mut().sent()[..], [UserCommand::Share(Share::Everything)]));
}

#[test]
fn less_is_shared_and_hidden_also_for_whom_software_presses() {
    let mut harness = home(shared_desktop());
    request(&mut harness, "Share less…");
    harness.get_by_label_contains("The right screen").click_accesskit();
    harness.run_steps(3);
    assert!(matches!(harness.state_mut().sent()[..], [UserCommand::ListChoices, UserCommand::Share(_)]));
    request(&mut harness, "Hide a window…");
    request(&mut harness, "The window “Letters”");
    assert!(matches!(harness.state_mut().sent()[..], [UserCommand::ListChoices, UserCommand::Hide(_)]));
    assert!(!says(&harness, REFUSED));
}

#[test]
fn the_words_of_a_ticket_are_not_put_on_a_screen_that_somebody_sees() {
    let sessions = vec![session(1, "Martin Berg", SessionState::Watching, 3)];
    let mut harness = home(AppView { invitation: Some(invitation()), sessions, ..view() });
    request(&mut harness, "Show them now");
    assert!(harness.query_by_label("Passphrase").is_none() && says(&harness, REFUSED));
    press(&mut harness, "OK");
    press(&mut harness, "Show them now");
    assert!(harness.query_by_label("Passphrase").is_some());
}

#[test]
fn the_language_of_questions_is_chosen_by_hand_while_somebody_is_here() {
    for is_here in [false, true] {
        let sessions =
            if is_here { vec![session(1, "Martin Berg", SessionState::Watching, 3)] } else { Vec::new() };
        let mut harness = on(Page::Settings, AppView { sessions, ..view() }, SIZE);
        harness.get_by_role_and_label(egui::accesskit::Role::ComboBox, "Language").click();
        harness.run_steps(3);
        request(&mut harness, "Deutsch");
        assert_eq!(harness.state_mut().sent().is_empty(), is_here);
        assert_eq!(says(&harness, REFUSED), is_here);
    }
}
