//! The main window: two clicks to a ticket, one question before the first, and everything that the tray offers.

use deskside_proto::geometry::{Rect, Size};
use deskside_words::Choice;
use egui::{Key, Modifiers};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;

use super::*;
use crate::app::SettingsChange;
use crate::sharing::list::{Choices, Screen, Titled};
use crate::sharing::{Hidden, ScreenName, Share, Title, WindowNumber};
use crate::windows::main_window::{LEAST_SIZE, MainWindow, Page, SIZE};

pub(super) type Open = Harness<'static, Bench<MainWindow>>;

pub(super) fn on(page: Page, view: AppView, size: [f32; 2]) -> Open {
    open(Bench::new(MainWindow::on_page(page), view), size, MainWindow::show)
}

pub(super) fn home(view: AppView) -> Open {
    on(Page::Home, view, SIZE)
}

#[test]
fn two_clicks_make_a_ticket() {
    let mut harness = home(view());
    press(&mut harness, "Invite somebody");
    press(&mut harness, "Make the ticket");
    let sent = harness.state_mut().sent();
    let [UserCommand::Invite(options)] = sent.as_slice() else { panic!("{sent:?}") };
    assert_eq!((options.to.is_none(), options.uses, options.valid_for.as_secs()), (true, 1, 3600));
}

#[test]
fn the_first_start_explains_and_waits_for_an_answer() {
    let mut harness = home(AppView { introduction_needed: true, ..view() });
    assert!(says(&harness, "cannot see your screen before you allow it"));
    assert!(harness.query_by_label("Invite somebody").is_none());
    press(&mut harness, "Go on");
    assert!(harness.state_mut().sent().is_empty(), "the question is not answered yet");
    harness.get_by_label("No, I asked them for help").click();
    harness.run_steps(3);
    press(&mut harness, "Go on");
    assert!(matches!(harness.state_mut().sent().as_slice(), [UserCommand::SeenIntroduction]));
}

#[test]
fn who_was_called_is_warned_and_the_safe_way_comes_first() {
    let mut harness = home(AppView { introduction_needed: true, ..view() });
    harness.get_by_label("Yes, they called or wrote to me").click();
    harness.run_steps(3);
    assert!(says(&harness, "This is how fraud begins") && says(&harness, "Hang up"));
    press(&mut harness, "Close Deskside");
    assert!(matches!(harness.state_mut().sent().as_slice(), [UserCommand::Quit]));
    press(&mut harness, "I called them back, go on");
    assert!(matches!(harness.state_mut().sent().as_slice(), [UserCommand::SeenIntroduction]));
}

#[test]
fn a_new_ticket_shows_its_words_and_why_they_are_spoken() {
    let mut harness = home(AppView { invitation: Some(invitation()), ..view() });
    let words = harness.get_by_label("Passphrase").value();
    assert_eq!(words.as_deref(), Some("velvet-harbor-pencil-dolphin"));
    assert!(says(&harness, "do not write them into the message"));
    assert!(says(&harness, "Good for another 60 minutes, to be used once"));
    press(&mut harness, "Save file");
    press(&mut harness, "E-mail");
    press(&mut harness, "Done");
    assert!(matches!(
        harness.state_mut().sent().as_slice(),
        [
            UserCommand::SaveTicket { path: None, .. },
            UserCommand::EmailTicket { address: None, .. },
            UserCommand::DismissInvitation
        ]
    ));
}

#[test]
fn the_words_hide_while_somebody_sees_the_screen() {
    let sessions = vec![session(1, "Erika Expert", SessionState::Watching, 3)];
    let mut harness = home(AppView { invitation: Some(invitation()), sessions, ..view() });
    assert!(harness.query_by_label("Passphrase").is_none());
    assert!(says(&harness, "Hidden while somebody sees your screen"));
    press(&mut harness, "Show them now");
    let words = harness.get_by_label("Passphrase").value();
    assert_eq!(words.as_deref(), Some("velvet-harbor-pencil-dolphin"));
}

#[test]
fn copying_gives_the_ticket_and_never_the_words() {
    let mut harness = home(AppView { invitation: Some(invitation()), ..view() });
    harness.get_by_label("Copy text").click();
    harness.step();
    let mut copied = Vec::new();
    for _ in 0..3 {
        copied.extend(harness.output().platform_output.commands.iter().filter_map(|command| match command {
            egui::OutputCommand::CopyText(text) => Some(text.clone()),
            egui::OutputCommand::CopyImage(_)
            | egui::OutputCommand::OpenUrl(_)
            | egui::OutputCommand::TextSelectionSettled(_) => None,
        }));
        harness.step();
    }
    assert_eq!(copied, ["the ticket's own text"]);
    assert!(says(&harness, "The ticket is copied"));
}

#[test]
fn with_a_mail_server_an_address_is_needed() {
    let mut with_server = view();
    with_server.settings.mail_server = Some("mail.example.org".into());
    with_server.invitation = Some(invitation());
    let mut harness = home(with_server);
    press(&mut harness, "E-mail");
    assert!(harness.state_mut().sent().is_empty());
    assert!(says(&harness, "not an e-mail address"));
    harness.get_by_role(egui::accesskit::Role::TextInput).focus();
    harness.run_steps(2);
    harness.get_by_role(egui::accesskit::Role::TextInput).type_text("martin@example.org");
    harness.run_steps(2);
    press(&mut harness, "E-mail");
    let sent = harness.state_mut().sent();
    assert!(
        matches!(sent.as_slice(), [UserCommand::EmailTicket { address: Some(address), .. }] if address == "martin@example.org"),
        "{sent:?}"
    );
}

#[test]
fn cancelling_the_new_ticket_closes_it_and_puts_it_away() {
    let mut harness = home(AppView { invitation: Some(invitation()), ..view() });
    press(&mut harness, "Cancel ticket");
    assert!(matches!(
        harness.state_mut().sent().as_slice(),
        [UserCommand::CancelTicket(TicketId([3, ..])), UserCommand::DismissInvitation]
    ));
}

#[test]
fn only_open_tickets_can_be_cancelled() {
    let all = [
        TicketState::Open,
        TicketState::Used,
        TicketState::Expired,
        TicketState::Cancelled,
        TicketState::Closed,
    ];
    let mut harness =
        on(Page::Tickets, AppView { tickets: all.map(ticket).to_vec(), ..view() }, [SIZE[0], 900.0]);
    for state in all {
        assert!(harness.query_all_by_label(state.word()).next().is_some(), "{state:?}");
    }
    press(&mut harness, "Cancel");
    assert!(matches!(harness.state_mut().sent().as_slice(), [UserCommand::CancelTicket(_)]));
}

#[test]
fn everything_of_the_banner_is_in_the_window_too() {
    let sessions = vec![
        session(1, "Martin Berg", SessionState::Controlling { paused: false }, 2),
        session(2, "Erika Sommer", SessionState::Watching, 1),
    ];
    let mut harness = home(AppView { sessions, ..view() });
    press(&mut harness, "Stop control");
    press(&mut harness, "End all");
    harness.get_all_by_label("End").next().unwrap().click();
    harness.run_steps(3);
    assert!(matches!(
        harness.state_mut().sent().as_slice(),
        [
            UserCommand::StopControl,
            UserCommand::EndSession(None),
            UserCommand::EndSession(Some(SessionId(1)))
        ]
    ));
}

#[test]
fn empty_lists_say_what_will_be_there() {
    assert!(says(&on(Page::Tickets, view(), SIZE), "No tickets yet"));
    assert!(says(&on(Page::Receipt, view(), SIZE), "Nothing has happened yet"));
}

#[test]
fn the_receipt_tells_when_and_what() {
    let receipt = vec![ReceiptLine {
        when: moment().system,
        text: "You allowed Martin Berg to see the screen.".into(),
    }];
    let harness = on(Page::Receipt, AppView { receipt, ..view() }, SIZE);
    assert!(says(&harness, "You allowed Martin Berg") && says(&harness, "12:00"));
}

#[test]
fn a_notice_is_read_and_put_away() {
    let notice =
        Notice { kind: NoticeKind::Trouble, title: "It did not work".into(), text: "Try again.".into() };
    let mut harness = home(AppView { notice: Some(notice), ..view() });
    assert!(says(&harness, "It did not work") && says(&harness, "Try again."));
    press(&mut harness, "OK");
    assert!(matches!(harness.state_mut().sent().as_slice(), [UserCommand::DismissNotice]));
}

#[test]
fn a_name_is_applied_when_it_is_one() {
    let mut harness = on(Page::Settings, view(), SIZE);
    let field =
        |harness: &Open| harness.get_all_by_role(egui::accesskit::Role::TextInput).next().unwrap().rect();
    assert!(field(&harness).width() > 100.0);
    harness.get_all_by_role(egui::accesskit::Role::TextInput).next().unwrap().focus();
    harness.run_steps(2);
    harness.get_all_by_role(egui::accesskit::Role::TextInput).next().unwrap().type_text(" Lindqvist");
    harness.run_steps(2);
    harness.get_all_by_label("Apply").next().unwrap().click();
    harness.run_steps(3);
    let sent = harness.state_mut().sent();
    let [UserCommand::ChangeSettings(SettingsChange::Name(changed))] = sent.as_slice() else {
        panic!("{sent:?}")
    };
    assert!(changed.as_str().contains("Lindqvist"));
}

#[test]
fn the_language_is_chosen_from_a_list_in_which_each_has_its_own_name() {
    let mut harness = on(Page::Settings, view(), SIZE);
    for (name, choice) in [("Deutsch", Choice::German), ("English", Choice::English)] {
        harness.get_by_role_and_label(egui::accesskit::Role::ComboBox, "Language").click();
        harness.run_steps(3);
        harness.get_by_label(name).click();
        harness.run_steps(3);
        let sent = harness.state_mut().sent();
        let wanted = UserCommand::ChangeSettings(SettingsChange::Language(choice));
        assert!(matches!(&sent[..], [one] if format!("{one:?}") == format!("{wanted:?}")), "{sent:?}");
    }
}

#[test]
fn a_small_window_keeps_its_buttons_in_view() {
    let [width, height] = LEAST_SIZE;
    let harness = on(Page::Home, AppView { invitation: Some(invitation()), ..view() }, LEAST_SIZE);
    for label in ["Done", "Cancel ticket"] {
        let rect = harness.get_by_label(label).rect();
        assert!(rect.max.x <= width && rect.max.y <= height, "{label}: {rect:?}");
    }
}

#[test]
fn closing_with_an_open_ticket_asks_first() {
    let mut window = MainWindow::default();
    window.ask_to_close();
    let view = AppView { tickets: vec![ticket(TicketState::Open)], ..view() };
    let mut harness = open(Bench::new(window, view), SIZE, MainWindow::show);
    assert!(says(&harness, "only while Deskside runs"));
    press(&mut harness, "Keep it running");
    assert!(harness.state_mut().sent().is_empty());
    assert!(harness.query_by_label("Keep it running").is_none());
    harness.state_mut().window.ask_to_close();
    harness.run_steps(2);
    press(&mut harness, "Close and end everything");
    assert!(matches!(harness.state_mut().sent().as_slice(), [UserCommand::Quit]));
}

#[test]
fn a_quiet_window_is_not_painted_again() {
    let mut harness = home(view());
    harness.run_steps(5);
    let output = harness.output().viewport_output.values().next().unwrap();
    assert!(output.repaint_delay > Duration::from_secs(3600), "{:?}", output.repaint_delay);
}

#[test]
fn a_thousand_receipt_lines_are_no_trouble() {
    let line = |minute: u64| ReceiptLine {
        when: moment().system - Duration::from_secs(60 * minute),
        text: format!("{LONGEST} asked to see the screen."),
    };
    let harness = on(Page::Receipt, AppView { receipt: (0..1000).map(line).collect(), ..view() }, SIZE);
    assert!(says(&harness, "Wilhelmina"));
}

/// Somebody watches; two windows and two screens are there, and one area is hidden already.
pub(super) fn shared_desktop() -> AppView {
    let window = |number, title: &str, x| Titled {
        number: WindowNumber(number),
        title: Title(title.into()),
        place: Rect::new(x, 100, 800, 600),
    };
    let screen = |name: &str, x| Screen {
        name: ScreenName(name.into()),
        place: Rect::new(x, 0, 1920, 1080),
        primary: x == 0,
    };
    let choices = Choices {
        screens: vec![screen("eDP-1", 0), screen("HDMI-1", 1920)],
        windows: vec![window(7, "Bank account", 100), window(8, "Letters", 2000)],
        size: Size::new(3840, 1080),
    };
    let hidden = HiddenView { what: Hidden::Area(Rect::new(10, 20, 300, 200)), title: None };
    let sharing = SharingView { choices, hidden: vec![hidden], ..SharingView::default() };
    AppView { sessions: vec![session(1, "Martin Berg", SessionState::Watching, 3)], sharing, ..view() }
}

#[test]
fn what_is_hidden_is_named_and_shown_again_with_one_press() {
    let mut harness = home(shared_desktop());
    assert!(says(&harness, "Everything on your screen") && says(&harness, "a part of 300 × 200 at 10, 20"));
    press(&mut harness, "Show again");
    let sent = harness.state_mut().sent();
    let [UserCommand::Unhide(shown)] = &sent[..] else { panic!("{sent:?}") };
    assert_eq!(*shown, Hidden::Area(Rect::new(10, 20, 300, 200)));
}

#[test]
fn an_area_is_chosen_by_keyboard_alone() {
    let mut harness = home(shared_desktop());
    press(&mut harness, "Hide an area…");
    harness.get_by_label("The part of the desktop to hide").focus();
    harness.run_steps(2);
    for (modifiers, key) in [(Modifiers::NONE, Key::ArrowRight), (Modifiers::SHIFT, Key::ArrowDown)] {
        harness.key_press_modifiers(modifiers, key);
        harness.run_steps(2);
    }
    harness.key_press_modifiers(Modifiers::ALT, Key::H);
    harness.run_steps(3);
    let sent = harness.state_mut().sent();
    let [UserCommand::ListChoices, UserCommand::Hide(Hidden::Area(area))] = &sent[..] else {
        panic!("{sent:?}")
    };
    assert_eq!(*area, Rect::new(1280 + 60, 360, 1280, 360 + 16));
}

#[test]
fn a_window_is_hidden_by_keyboard_alone_and_is_then_no_longer_offered() {
    let mut harness = home(shared_desktop());
    harness.key_press_modifiers(Modifiers::ALT, Key::W);
    harness.run_steps(3);
    harness.get_by_label("The window “Bank account”").focus();
    harness.run_steps(2);
    harness.key_press(Key::Space);
    harness.run_steps(3);
    let sent = harness.state_mut().sent();
    let number = WindowNumber(7);
    assert!(
        matches!(sent[..], [UserCommand::ListChoices, UserCommand::Hide(Hidden::Window(it))] if it == number),
        "{sent:?}"
    );
    let mut view = shared_desktop();
    let title = Some(Title("Bank account".into()));
    view.sharing.hidden = vec![HiddenView { what: Hidden::Window(number), title }];
    let mut harness = home(view);
    assert!(says(&harness, "Hidden: the window “Bank account”"));
    press(&mut harness, "Hide a window…");
    assert!(says(&harness, "The window “Letters”") && !says(&harness, "The window “Bank account”"));
    press(&mut harness, "Back");
    press(&mut harness, "Show again");
    let sent = harness.state_mut().sent();
    assert!(matches!(sent[..], [.., UserCommand::Unhide(Hidden::Window(it))] if it == number), "{sent:?}");
}

#[test]
fn less_is_shared_by_screens_and_windows_and_escape_changes_nothing() {
    let mut harness = home(shared_desktop());
    press(&mut harness, "Share less…");
    harness.key_press(Key::Escape);
    harness.run_steps(3);
    press(&mut harness, "Share less…");
    harness.get_by_label_contains("The right screen").click();
    harness.run_steps(3);
    let sent = harness.state_mut().sent();
    assert!(
        matches!(&sent[..], [.., UserCommand::Share(Share::Screen(name))] if &*name.0 == "HDMI-1"),
        "{sent:?}"
    );
    assert_eq!(sent.len(), 3);
}

#[test]
fn every_control_has_a_name_in_words_and_no_two_sound_the_same() {
    let tickets =
        [3, 4, 5].map(|number| TicketView { id: TicketId([number; 16]), ..ticket(TicketState::Open) });
    let mut full = AppView { tickets: tickets.to_vec(), ..view() };
    for page in [Page::Home, Page::Tickets, Page::Receipt, Page::Settings] {
        sounds_right(&on(page, full.clone(), SIZE), &format!("{page:?}"));
    }
    sounds_right(&home(AppView { introduction_needed: true, ..view() }), "introduction");
    sounds_right(&home(AppView { invitation: Some(invitation()), ..view() }), "invitation");
    full.sessions = vec![
        session(1, "Martin Berg", SessionState::Controlling { paused: false }, 12),
        session(2, "Erika Sommer", SessionState::Watching, 3),
    ];
    for x in [0, 600] {
        let what = Hidden::Area(Rect::new(x, 0, 100, 100));
        full.sharing.hidden.push(HiddenView { what, title: None });
    }
    let mut harness = on(Page::Home, full, [SIZE[0], 1000.0]);
    sounds_right(&harness, "while somebody is here");
    for (button, page) in [("Hide an area…", "hide an area"), ("Share less…", "share less")] {
        press(&mut harness, button);
        sounds_right(&harness, page);
        press(&mut harness, "Back");
    }
    press(&mut harness, "Invite somebody");
    sounds_right(&harness, "make a ticket");
}
