//! The question's window: never a default yes, all by keyboard, and the guard has the last word.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use deskside_proto::geometry::Rect;
use deskside_proto::session::{Scopes, Way};
use egui::{Key, Modifiers};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;

use super::*;
use crate::app::Answer;
use crate::consent::{LocalYes, NotGenuine};
use crate::sharing::list::Screen;
use crate::sharing::{ScreenName, Share};
use crate::windows::Confirm;
use crate::windows::consent::{ConsentWindow, wanted_size};

type Open = Harness<'static, Bench<ConsentWindow>>;

/// A guard that counts how often it was asked, and believes or not.
fn guard(believes: bool) -> (Confirm, Arc<AtomicU32>) {
    let asked = Arc::new(AtomicU32::new(0));
    let count = Arc::clone(&asked);
    let confirm = Confirm::new(move |question| {
        let count = Arc::clone(&count);
        Ok(Box::new(move || {
            count.fetch_add(1, Ordering::Relaxed);
            if believes { Ok(LocalYes::for_test(question)) } else { Err(NotGenuine::Injected) }
        }))
    });
    (confirm, asked)
}

fn asking(question: QuestionView, confirm: Confirm) -> Open {
    let shown = question.clone();
    let view = AppView { question: Some(question), ..view() };
    let bench = Bench::new(ConsentWindow::default(), view);
    let scene = Scene { view: &bench.view, moment: &moment(), commands: &bench.commands };
    let size = wanted_size(scene, &shown);
    open(bench, size, move |window, ui, scene| {
        window.show(ui, scene, &shown, &confirm);
    })
}

fn awake(question: QuestionView, confirm: Confirm) -> Open {
    let mut harness = asking(question, confirm);
    harness.run_steps(40);
    harness
}

fn view_question() -> QuestionView {
    question(QuestionKind::View, SeenBefore::New)
}

fn control_question() -> QuestionView {
    question(QuestionKind::Control { scopes: Scopes::CONTROL }, SeenBefore::New)
}

fn key(harness: &mut Open, modifiers: Modifiers, key: Key) {
    harness.key_press_modifiers(modifiers, key);
    harness.run_steps(3);
}

#[test]
fn it_says_who_asks_what_it_means_and_that_they_are_new() {
    let harness = awake(view_question(), guard(true).0);
    sounds_right(&harness, "a question");
    for part in
        ["May Martin Berg see your screen?", FINGERPRINT, "They will see your screen", "never been helped"]
    {
        assert!(says(&harness, part), "{part}");
    }
    assert!(says(&harness, "within two minutes counts as no"));
}

#[test]
fn it_says_when_somebody_was_here_before_and_under_which_name() {
    let last = moment().system - Duration::from_secs(86_400);
    let known = SeenBefore::Before { count: 3, last, other_name: None };
    let harness = awake(question(QuestionKind::View, known), guard(true).0);
    assert!(says(&harness, "Here before: 3 times, last on 21 November"));
    let renamed = SeenBefore::Before { count: 1, last, other_name: Some(name("IT service")) };
    let harness = awake(question(QuestionKind::View, renamed), guard(true).0);
    assert!(says(&harness, "another name than last time") && says(&harness, "IT service"));
}

#[test]
fn each_way_of_the_clipboard_is_asked_for_in_plain_words_and_answered_by_itself() {
    for (way, asked, meant) in [
        (Way::ToExpert, "May Martin Berg read what you copy?", "What you copied before stays here"),
        (Way::ToPerson, "May Martin Berg put things into your clipboard?", "Nothing is pasted by itself"),
    ] {
        let kind = QuestionKind::Clipboard { way };
        let mut harness = awake(question(kind, SeenBefore::New), guard(true).0);
        assert!(says(&harness, asked) && says(&harness, meant), "{way:?}");
        key(&mut harness, Modifiers::ALT, Key::A);
        let sent = harness.state_mut().sent();
        assert!(matches!(sent.as_slice(), [UserCommand::AnswerControl { answer: Answer::Allow(_), .. }]));
    }
}

#[test]
fn enter_and_space_never_allow_by_themselves() {
    let (confirm, asked) = guard(true);
    let mut harness = awake(view_question(), confirm);
    for press in [Key::Enter, Key::Space, Key::Enter] {
        key(&mut harness, Modifiers::NONE, press);
    }
    assert_eq!(asked.load(Ordering::Relaxed), 0);
    assert!(harness.state_mut().sent().is_empty());
}

#[test]
fn nothing_is_focused_at_first() {
    let harness = awake(view_question(), guard(true).0);
    assert!(!harness.get_by_label("Allow").is_focused() && !harness.get_by_label("Deny").is_focused());
}

#[test]
fn escape_and_alt_d_deny() {
    for (modifiers, press) in [(Modifiers::NONE, Key::Escape), (Modifiers::ALT, Key::D)] {
        let mut harness = awake(view_question(), guard(true).0);
        key(&mut harness, modifiers, press);
        let sent = harness.state_mut().sent();
        assert!(
            matches!(
                sent.as_slice(),
                [UserCommand::AnswerView { question: QuestionId(7), answer: Answer::Deny }]
            ),
            "{press:?}: {sent:?}"
        );
    }
}

#[test]
fn alt_a_asks_the_guard_and_sends_its_yes() {
    let (confirm, asked) = guard(true);
    let mut harness = awake(control_question(), confirm);
    key(&mut harness, Modifiers::ALT, Key::A);
    assert_eq!(asked.load(Ordering::Relaxed), 1);
    let sent = harness.state_mut().sent();
    let [UserCommand::AnswerControl { question: QuestionId(7), answer: Answer::Allow(yes) }] =
        sent.as_slice()
    else {
        panic!("{sent:?}");
    };
    assert_eq!(yes.question(), QuestionId(7));
}

#[test]
fn a_press_that_the_guard_does_not_believe_sends_nothing_and_says_why() {
    let (confirm, asked) = guard(false);
    let mut harness = awake(control_question(), confirm);
    press(&mut harness, "Allow");
    assert_eq!(asked.load(Ordering::Relaxed), 1);
    assert!(harness.state_mut().sent().is_empty());
    assert!(says(&harness, "did not come from your own mouse or keyboard"));
    press(&mut harness, "Deny");
    assert_eq!(asked.load(Ordering::Relaxed), 2);
    assert!(harness.state_mut().sent().is_empty(), "an injected no is no answer either");
}

#[test]
fn where_devices_cannot_be_told_apart_only_a_no_counts() {
    let mut harness = awake(control_question(), Confirm::blind());
    press(&mut harness, "Allow");
    press(&mut harness, "Allow");
    assert!(harness.state_mut().sent().is_empty());
    assert!(says(&harness, "cannot tell who pressed that"));
    press(&mut harness, "Deny");
    let sent = harness.state_mut().sent();
    assert!(matches!(sent.as_slice(), [UserCommand::AnswerControl { answer: Answer::Deny, .. }]), "{sent:?}");
}

#[test]
fn what_other_software_presses_is_no_yes_and_moves_no_focus() {
    let (confirm, asked) = guard(true);
    let mut harness = awake(control_question(), confirm);
    harness.get_by_label("Allow").focus();
    harness.run_steps(3);
    assert!(!harness.get_by_label("Allow").is_focused(), "an Enter for something else would allow");
    harness.get_by_label("Allow").click_accesskit();
    harness.run_steps(3);
    assert_eq!(asked.load(Ordering::Relaxed), 0, "the guard might believe the person's last key");
    assert!(harness.state_mut().sent().is_empty());
    assert!(says(&harness, "Press Alt+A on your keyboard"));
    key(&mut harness, Modifiers::ALT, Key::A);
    assert_eq!(harness.state_mut().sent().len(), 1, "the person's own key still answers");
}

#[test]
fn assistive_software_may_say_no_for_the_person() {
    let mut harness = awake(control_question(), guard(false).0);
    harness.get_by_label("Deny").click_accesskit();
    harness.run_steps(3);
    let sent = harness.state_mut().sent();
    assert!(matches!(sent.as_slice(), [UserCommand::AnswerControl { answer: Answer::Deny, .. }]), "{sent:?}");
}

#[test]
fn software_chooses_nothing_for_the_person() {
    let mut harness = awake(view_question(), guard(true).0);
    harness.get_by_role(egui::accesskit::Role::ComboBox).click_accesskit();
    harness.run_steps(3);
    assert!(harness.query_by_role(egui::accesskit::Role::ListBox).is_none(), "the list of choices is open");
}

#[test]
fn closing_the_window_is_a_no() {
    let mut harness = awake(view_question(), guard(false).0);
    let root = harness.input_mut().viewports.entry(egui::ViewportId::ROOT).or_default();
    root.events.push(egui::ViewportEvent::Close);
    harness.run_steps(2);
    let sent = harness.state_mut().sent();
    assert!(matches!(sent.as_slice(), [UserCommand::AnswerView { answer: Answer::Deny, .. }]), "{sent:?}");
}

#[test]
fn what_is_pressed_in_the_first_moment_is_not_heard() {
    let (confirm, asked) = guard(true);
    let mut harness = asking(view_question(), confirm);
    key(&mut harness, Modifiers::ALT, Key::A);
    key(&mut harness, Modifiers::NONE, Key::Escape);
    assert_eq!(asked.load(Ordering::Relaxed), 0);
    assert!(harness.state_mut().sent().is_empty());
    harness.run_steps(40);
    key(&mut harness, Modifiers::ALT, Key::A);
    assert_eq!(harness.state_mut().sent().len(), 1, "afterwards it is");
}

#[test]
fn a_question_is_answered_once() {
    let mut harness = awake(view_question(), guard(true).0);
    key(&mut harness, Modifiers::ALT, Key::A);
    key(&mut harness, Modifiers::ALT, Key::A);
    key(&mut harness, Modifiers::ALT, Key::D);
    assert_eq!(harness.state_mut().sent().len(), 1);
}

#[test]
fn tab_and_arrows_reach_both_answers_and_enter_presses_the_one_in_the_frame() {
    let (confirm, asked) = guard(true);
    let mut harness = awake(view_question(), confirm);
    key(&mut harness, Modifiers::NONE, Key::Tab);
    let list = egui::accesskit::Role::ComboBox;
    assert!(harness.get_by_role(list).is_focused(), "the first stop is what they would see");
    key(&mut harness, Modifiers::NONE, Key::Tab);
    assert!(harness.get_by_label("Deny").is_focused(), "the no comes before the yes");
    key(&mut harness, Modifiers::NONE, Key::Tab);
    assert!(harness.get_by_label("Allow").is_focused());
    key(&mut harness, Modifiers::SHIFT, Key::Tab);
    assert!(harness.get_by_label("Deny").is_focused());
    key(&mut harness, Modifiers::NONE, Key::ArrowRight);
    assert!(harness.get_by_label("Allow").is_focused());
    key(&mut harness, Modifiers::NONE, Key::Enter);
    assert_eq!(asked.load(Ordering::Relaxed), 1);
    assert_eq!(harness.state_mut().sent().len(), 1);
}

#[test]
fn escape_closes_an_open_list_and_the_next_one_denies() {
    let mut harness = awake(view_question(), guard(true).0);
    key(&mut harness, Modifiers::NONE, Key::Tab);
    key(&mut harness, Modifiers::NONE, Key::Space);
    assert!(harness.query_by_role(egui::accesskit::Role::ListBox).is_some(), "the list is open");
    key(&mut harness, Modifiers::NONE, Key::Escape);
    assert!(harness.query_by_role(egui::accesskit::Role::ListBox).is_none(), "it is closed");
    assert!(harness.state_mut().sent().is_empty());
    key(&mut harness, Modifiers::NONE, Key::Escape);
    assert_eq!(harness.state_mut().sent().len(), 1);
}

#[test]
fn a_question_without_a_choice_begins_with_the_no() {
    let mut harness = awake(control_question(), guard(true).0);
    key(&mut harness, Modifiers::NONE, Key::Tab);
    assert!(harness.get_by_label("Deny").is_focused());
}

#[test]
fn an_arrow_alone_goes_to_the_no() {
    let mut harness = awake(view_question(), guard(true).0);
    key(&mut harness, Modifiers::NONE, Key::ArrowRight);
    assert!(harness.get_by_label("Deny").is_focused());
}

#[test]
fn alt_a_held_down_from_before_is_not_an_answer() {
    let (confirm, asked) = guard(true);
    let mut harness = asking(view_question(), confirm);
    harness.key_down_modifiers(Modifiers::ALT, Key::A);
    harness.run_steps(40);
    harness.key_down_modifiers(Modifiers::ALT, Key::A);
    harness.run_steps(3);
    assert_eq!(asked.load(Ordering::Relaxed), 0);
}

#[test]
fn the_longest_name_leaves_the_answers_in_the_window() {
    let mut asked = control_question();
    asked.expert_name = name(LONGEST);
    let harness = awake(asked, guard(true).0);
    let window = harness.ctx.content_rect().size();
    let (width, height) = (window.x, window.y);
    for answer in ["Allow", "Deny"] {
        let rect = harness.get_by_label(answer).rect();
        assert!(rect.max.x <= width && rect.max.y <= height && rect.min.x >= 0.0, "{answer}: {rect:?}");
    }
}

#[test]
fn a_window_is_as_high_as_its_question_and_a_small_screen_keeps_the_answers() {
    let kinds = [QuestionKind::View, QuestionKind::Clipboard { way: Way::ToExpert }];
    for kind in kinds {
        let asked = question(kind, SeenBefore::New);
        let harness = awake(asked.clone(), guard(true).0);
        let last = harness.get_by_label_contains("counts as no").rect();
        let deny = harness.get_by_label("Deny").rect();
        assert!(deny.min.y - last.max.y >= 12.0, "{last:?} is too near to {deny:?}");
        assert!(deny.min.y - last.max.y <= 60.0, "too much is empty between {last:?} and {deny:?}");
    }
    let mut long = control_question();
    long.expert_name = name(LONGEST);
    assert!(awake(long, guard(true).0).ctx.content_rect().height() <= 680.0);
}

#[test]
fn devices_that_cannot_be_watched_never_say_yes() {
    let confirm = Confirm::new(|_| Err(NotGenuine::Injected));
    let mut harness = awake(view_question(), confirm);
    key(&mut harness, Modifiers::ALT, Key::A);
    key(&mut harness, Modifiers::ALT, Key::A);
    assert!(harness.state_mut().sent().is_empty());
}

#[test]
fn what_they_will_see_is_chosen_with_the_yes_and_holds_before_it() {
    let mut harness = awake(view_question(), guard(true).0);
    let screens = [("eDP-1", 0), ("HDMI-1", 1920)].map(|(name, x)| Screen {
        name: ScreenName(name.into()),
        place: Rect::new(x, 0, 1920, 1080),
        primary: x == 0,
    });
    harness.state_mut().view.sharing.choices.screens = screens.to_vec();
    harness.run_steps(2);
    harness.get_by_role(egui::accesskit::Role::ComboBox).click();
    harness.run_steps(3);
    harness.get_by_label_contains("The left screen").click();
    harness.run_steps(3);
    assert!(harness.state_mut().sent().is_empty(), "a choice without a yes is none");
    press(&mut harness, "Allow");
    let sent = harness.state_mut().sent();
    let [UserCommand::Share(Share::Screen(name)), UserCommand::AnswerView { answer: Answer::Allow(_), .. }] =
        sent.as_slice()
    else {
        panic!("{sent:?}");
    };
    assert_eq!(&*name.0, "eDP-1");
}
