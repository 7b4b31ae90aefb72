//! Every screen by what a screen reader reads there, and what its controls do.

use std::sync::Arc;
use std::time::{Duration, Instant};

use deskside_expert::app::input::{Composing, Layout, Wants};
use deskside_expert::config::SystemKeys;
use deskside_expert::keyboard::Combination;
use deskside_expert::link::{Picture, SharedCursor};
use deskside_expert::model::{Command, Copied, Effect, Message, Model, Now};
use deskside_expert::present::TexturePresenter;
use deskside_expert::scale::Scale;
use deskside_expert::view::{self, Live};
use deskside_proto::geometry::{DesktopPoint, Region, ViewPoint};
use deskside_proto::name::PersonName;
use deskside_proto::wire::input::Locks;
use egui::Key;
use egui::accesskit::Role;
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable, by};

use crate::samples;

pub struct Shown {
    model: Model,
    state: view::State,
    picture: Arc<Picture>,
    cursor: SharedCursor,
    presenter: Option<TexturePresenter>,
    wants: Wants,
    composing: Composing,
    /// Where the clock stands, if it does.
    stopped: Option<Now>,
    commands: Vec<Command>,
    layout: Layout,
    leave_toolbar: bool,
}

pub type Screen = Harness<'static, Shown>;

fn show(model: Model) -> Screen {
    show_with(model, Wants::default())
}

fn show_with(model: Model, wants: Wants) -> Screen {
    show_in([1000.0, 680.0], model, wants)
}

pub fn show_in(size: [f32; 2], model: Model, wants: Wants) -> Screen {
    let picture = Picture::default();
    picture.publish(&samples::desktop(), &Region::new(), Instant::now());
    let shown = Shown {
        model,
        state: view::State::default(),
        picture: Arc::new(picture),
        cursor: samples::cursor().into(),
        presenter: None,
        wants,
        composing: Composing::default(),
        stopped: None,
        commands: Vec::new(),
        layout: Layout::default(),
        leave_toolbar: false,
    };
    let mut themed = false;
    let mut harness = Harness::builder().with_size(size).build_ui_state(
        move |ui, shown: &mut Shown| {
            if !std::mem::replace(&mut themed, true) {
                deskside_look::apply(ui.ctx(), deskside_look::Theme::Light);
                ui.ctx().request_repaint();
                return;
            }
            let live = Live {
                presenter: shown.presenter.get_or_insert_with(|| TexturePresenter::new(ui.ctx())),
                picture: &shown.picture,
                cursor: &shown.cursor,
                wants: shown.wants,
                composing: &shown.composing,
            };
            let now = shown.stopped.unwrap_or_else(samples::now);
            let result = view::show(ui, &shown.model, now, &mut shown.state, live);
            shown.commands.extend(result.commands);
            shown.layout = result.layout;
            shown.leave_toolbar |= result.leave_toolbar;
        },
        shown,
    );
    harness.run_steps(4);
    harness
}

fn model(name: &str) -> Model {
    samples::screens().into_iter().find(|(screen, _)| *screen == name).expect(name).1
}

fn click(screen: &mut Screen, label: &str) -> Vec<Command> {
    screen.state_mut().commands.clear();
    screen.get_by_label(label).click();
    screen.run_steps(3);
    std::mem::take(&mut screen.state_mut().commands)
}

#[test]
fn every_screen_can_be_shown_and_settles() {
    for (name, model) in samples::screens() {
        let mut screen = show(model);
        screen.state_mut().commands.clear();
        screen.run_steps(2);
        assert!(screen.state().commands.is_empty(), "{name} does things by itself");
    }
}

#[test]
fn every_control_has_a_name_in_words_and_no_two_sound_the_same() {
    for (screen, model) in samples::screens() {
        let shown = show(model);
        let mut known = std::collections::BTreeSet::new();
        let controls =
            by().predicate(|node| egui::accessibility::is_input(node.role()) && !node.is_disabled());
        for node in shown.query_all(controls) {
            let node = node.accesskit_node();
            let name = node.label().unwrap_or_default();
            assert!(
                name.chars().any(char::is_alphanumeric),
                "{screen}: a {:?} is called {name:?}",
                node.role()
            );
            let sound = format!("{:?} {name} {}", node.role(), node.description().unwrap_or_default());
            assert!(known.insert(sound.clone()), "{screen}: two times {sound:?}");
        }
    }
}

#[test]
fn the_picture_has_a_name_and_the_passphrase_stays_unspoken() {
    let viewing = show(model("viewing"));
    let picture = viewing.get_by_role(Role::Image).accesskit_node();
    assert!(picture.label().is_some_and(|name| name.starts_with("Screen of ")));
    assert_eq!(picture.description().as_deref(), Some("Viewing"));
    let ticket = show(model("ticket"));
    assert_eq!(
        ticket.get_by_role(Role::PasswordInput).accesskit_node().label().as_deref(),
        Some("Passphrase")
    );
}

#[test]
fn the_start_screen_opens_and_copies() {
    let mut screen = show(model("start"));
    assert_eq!(click(&mut screen, "Open a ticket\u{2026}"), [Command::ChooseFile]);
    assert_eq!(click(&mut screen, "Copy key"), [Command::Copy(Copied::PublicKey)]);
    assert_eq!(click(&mut screen, "Copy fingerprint"), [Command::Copy(Copied::Fingerprint)]);
}

#[test]
fn the_language_is_chosen_on_the_start_screen_and_kept() {
    let mut screen = show(model("start"));
    let list = screen.get_by_role_and_label(Role::ComboBox, "Language");
    list.click();
    screen.run_steps(3);
    let german = deskside_words::Choice::German;
    assert_eq!(click(&mut screen, "Deutsch"), [Command::SetLanguage(german)]);
    let mut model = model("start");
    let effects = model.handle(Message::Command(Command::SetLanguage(german)), samples::now());
    assert!(matches!(effects[..], [Effect::Language(chosen), Effect::Save] if chosen == german));
    assert_eq!(model.settings.language, german);
}

#[test]
fn a_pasted_ticket_is_opened_on_the_start_screen() {
    let mut screen = show(model("start"));
    screen.event(egui::Event::Paste("BEGIN".to_owned()));
    screen.run_steps(2);
    assert_eq!(screen.state().commands, [Command::OpenText("BEGIN".to_owned())]);
}

#[test]
fn the_passphrase_is_typed_and_entered_by_keyboard_alone() {
    let mut screen = show(model("ticket"));
    screen.event(egui::Event::Text("orbit canvas".to_owned()));
    screen.run_steps(2);
    screen.key_press(egui::Key::Enter);
    screen.run_steps(2);
    let [Command::TryPassphrase(spoken)] = &screen.state().commands[..] else {
        panic!("{:?}", screen.state().commands)
    };
    assert_eq!(*spoken.0, "orbit canvas");
}

#[test]
fn the_button_tries_what_was_typed_and_back_leaves() {
    let mut screen = show(model("ticket"));
    screen.event(egui::Event::Text("orbit".to_owned()));
    screen.run_steps(2);
    assert!(matches!(click(&mut screen, "Connect")[..], [Command::TryPassphrase(_)]));
    assert_eq!(click(&mut screen, "Back"), [Command::Back]);
}

#[test]
fn an_expired_ticket_says_so_and_offers_to_try() {
    let mut screen = show(model("ticket-expired"));
    assert!(screen.query_by_label_contains("This ticket expired 23 minutes ago.").is_some());
    assert!(screen.query_by_label("Connect").is_none());
    assert_eq!(click(&mut screen, "Try anyway"), [Command::IgnoreClock]);
}

#[test]
fn a_sealed_ticket_connects_by_enter() {
    let mut screen = show(model("ticket-sealed"));
    screen.key_press(egui::Key::Enter);
    screen.run_steps(2);
    assert_eq!(screen.state().commands, [Command::Connect]);
}

#[test]
fn waiting_can_be_cancelled_by_button_and_by_escape() {
    for name in ["connecting", "waiting"] {
        let mut screen = show(model(name));
        assert_eq!(click(&mut screen, "Cancel"), [Command::End], "{name}");
        screen.key_press(egui::Key::Escape);
        screen.run_steps(2);
        assert_eq!(screen.state().commands, [Command::End], "{name}");
    }
}

#[test]
fn the_toolbar_offers_what_makes_sense_and_nothing_else() {
    for (name, label, command, absent) in [
        ("viewing", "Ask for control", Command::RequestControl, "Give control back"),
        ("asked", "Don't ask", Command::WithdrawRequest, "Ask for control"),
        ("controlling", "Give control back", Command::ReleaseControl, "Ask for control"),
        ("paused", "Give control back", Command::ReleaseControl, "Ask for control"),
    ] {
        let mut screen = show(model(name));
        assert!(screen.query_by_label(absent).is_none(), "{name}");
        assert_eq!(click(&mut screen, label), [command], "{name}");
    }
}

#[test]
fn system_keys_can_be_kept_here_and_pressed_there_from_a_menu() {
    let mut screen = show(model("controlling"));
    click(&mut screen, "System keys: sent");
    assert_eq!(click(&mut screen, "System keys: sent to them"), [Command::SetSystemKeys(SystemKeys::Stay)]);
    click(&mut screen, "System keys: sent");
    assert_eq!(click(&mut screen, "Send Ctrl+Alt+Del"), [Command::Press(Combination::CtrlAltDel)]);
    let mut kept = model("controlling");
    kept.settings.system_keys = SystemKeys::Stay;
    let mut screen = show(kept);
    assert!(!screen.state().layout.system_keys);
    click(&mut screen, "System keys: stay");
    assert_eq!(click(&mut screen, "System keys: stay here"), [Command::SetSystemKeys(SystemKeys::Sent)]);
    let screen = show(model("viewing"));
    assert!(screen.query_by_label_contains("System keys").is_none());
}

#[test]
fn locks_that_differ_are_said_and_brought_into_step_from_the_menu_of_keys() {
    let says = |screen: &Screen| screen.query_by_label("Caps Lock is on over there").is_some();
    let (begin, second) = (samples::now(), Duration::from_secs(1));
    let at = |screen: &mut Screen, after: Duration| {
        screen.state_mut().stopped = Some(Now { monotonic: begin.monotonic + after, ..begin });
        screen.state_mut().wants = Wants { locks: Some(Locks::default()), focused: true, ..Wants::default() };
        screen.run_steps(2);
    };
    let mut screen = show(model("locks"));
    at(&mut screen, Duration::ZERO);
    assert!(!says(&screen), "what was changed here is on its way");
    at(&mut screen, second);
    assert!(says(&screen));
    click(&mut screen, "System keys: sent");
    assert!(screen.query_by_label("Num Lock is off over there").is_none(), "it is off here, too");
    assert_eq!(click(&mut screen, "Bring locks into step"), [Command::AlignLocks]);
    screen.state_mut().wants.locks = Some(Locks { caps: true, ..Locks::default() });
    screen.run_steps(2);
    assert!(!says(&screen));
    click(&mut screen, "System keys: sent");
    assert_eq!(click(&mut screen, "Bring locks into step"), [], "they are in step");
    let mut whole = model("locks");
    whole.full_screen = true;
    let mut screen = show(whole);
    at(&mut screen, Duration::ZERO);
    at(&mut screen, second);
    assert!(says(&screen), "over the picture, where there is no toolbar");
    at(&mut screen, 7 * second);
    assert!(!says(&screen), "and not for ever");
}

#[test]
fn the_keyboard_reaches_the_menu_of_keys() {
    let mut screen = show(model("controlling"));
    screen.state_mut().wants = Wants { toolbar: true, keyboard_in_toolbar: true, ..Wants::default() };
    screen.run_steps(3);
    for _ in 0..12 {
        if screen.get_by_label("System keys: sent").is_focused() {
            break;
        }
        screen.key_press(Key::Tab);
        screen.run_steps(2);
    }
    assert!(screen.get_by_label("System keys: sent").is_focused());
    screen.key_press(Key::Enter);
    screen.run_steps(3);
    assert!(screen.query_by_label("Send Print Screen").is_some());
}

#[test]
fn when_system_keys_begin_to_go_there_it_is_said_how_to_get_them_back() {
    for name in ["controlling", "full-screen-controlling"] {
        let full_screen = name != "controlling";
        let mut controlling = model("controlling");
        controlling.full_screen = full_screen;
        let mut screen = show(controlling);
        assert!(screen.query_by_label_contains("right Ctrl").is_none());
        screen.state_mut().wants = Wants { system_keys: true, focused: true, ..Wants::default() };
        screen.run_steps(3);
        assert!(screen.query_by_label_contains("The right Ctrl key alone").is_some(), "{name}");
        screen.state_mut().wants = Wants { freed: true, focused: true, ..Wants::default() };
        screen.run_steps(3);
        assert!(screen.query_by_label_contains("System keys stay here").is_some(), "{name}");
        if !full_screen {
            assert!(screen.query_by_label("System keys: stay").is_some());
        }
    }
}

#[test]
fn every_toolbar_has_full_screen_statistics_and_the_end() {
    for name in ["viewing", "asked", "controlling", "paused", "revoked", "denied"] {
        let mut screen = show(model(name));
        assert_eq!(click(&mut screen, "Full screen"), [Command::SetFullScreen(true)], "{name}");
        assert_eq!(click(&mut screen, "Statistics"), [Command::SetStatistics(true)], "{name}");
        assert_eq!(click(&mut screen, "End"), [Command::End], "{name}");
    }
}

#[test]
fn in_full_screen_nothing_is_over_the_picture_until_it_is_called() {
    let screen = show(model("full-screen"));
    assert!(screen.query_by_label("End").is_none());
    assert!(screen.state().layout.covers.is_empty());
    assert!(screen.state().layout.calling_edge.is_some());
    let mut called = show_with(model("full-screen"), Wants { toolbar: true, ..Wants::default() });
    assert_eq!(called.state().layout.covers.len(), 1);
    assert_eq!(click(&mut called, "Window"), [Command::SetFullScreen(false)]);
}

#[test]
fn in_full_screen_a_revocation_is_still_told() {
    let mut revoked = model("revoked");
    revoked.full_screen = true;
    assert!(show(revoked).query_by_label_contains("took control back").is_some());
}

#[test]
fn the_keyboard_in_the_toolbar_begins_at_the_first_button_and_escape_leaves_it() {
    let mut screen = show(model("controlling"));
    screen.state_mut().wants = Wants { toolbar: true, keyboard_in_toolbar: true, ..Wants::default() };
    screen.run_steps(3);
    assert!(screen.get_by_label("Give control back").is_focused());
    screen.key_press(egui::Key::Escape);
    screen.run_steps(2);
    assert!(screen.state().leave_toolbar);
}

#[test]
fn while_controlling_no_control_keeps_the_keyboard() {
    let mut screen = show(model("controlling"));
    screen.get_by_label("End").focus();
    screen.run_steps(3);
    screen.key_press(egui::Key::Enter);
    screen.run_steps(2);
    assert_eq!(screen.state().commands, []);
}

#[test]
fn at_whole_scales_each_desktop_pixel_is_under_its_own_pixels() {
    let mut large = model("controlling");
    large.scale = Scale::Times(2);
    let screen = show(large);
    let (area, transform) = screen.state().layout.picture.expect("a picture");
    assert!(transform.is_whole());
    for (x, y) in [(0, 0), (17, 3), (400, 200)] {
        let at = transform.view_from_desktop(DesktopPoint::new(x, y));
        for inside in [0.0, 1.0] {
            let point = ViewPoint { x: at.x + inside, y: at.y + inside };
            assert_eq!(transform.desktop_from_view(point), Some(DesktopPoint::new(x, y)));
        }
    }
    assert_eq!((area.left.fract(), area.top.fract()), (0.0, 0.0));
    assert!(screen.state().layout.scroll_margin_px > 0.0, "it is larger than the window");
}

#[test]
fn one_monitor_is_shown_alone_in_the_middle_and_chosen_by_menu_or_key() {
    let mut screen = show(model("monitor"));
    let (area, transform) = screen.state().layout.picture.expect("a picture");
    assert_eq!((area.right - area.left, area.bottom - area.top), (480.0, 400.0));
    let corner = transform.desktop_from_view(ViewPoint { x: 0.5, y: 0.5 });
    assert_eq!(corner, Some(DesktopPoint::new(800, 200)));
    // Left of it is the other monitor: a drag goes on there.
    assert_eq!(transform.nearest_desktop_from_view(ViewPoint { x: -1.5, y: 0.5 }).x, 798);
    for (key, chosen) in [(Key::Num1, Some("eDP-1")), (Key::Num0, None)] {
        screen.state_mut().commands.clear();
        screen.key_press(key);
        screen.run_steps(2);
        let chosen = chosen.map(|text| PersonName::parse(text).unwrap());
        assert_eq!(screen.state().commands, [Command::LookAt(chosen)]);
    }
    screen.state_mut().commands.clear();
    screen.key_press(Key::Num9);
    screen.run_steps(2);
    assert!(screen.state().commands.is_empty(), "there is no ninth");
    screen.get_by_label("Their monitor").click();
    screen.run_steps(3);
    assert_eq!(click(&mut screen, "1 · eDP-1"), [Command::LookAt(PersonName::parse("eDP-1").ok())]);
}

#[test]
fn while_controlling_a_number_is_theirs_until_the_keyboard_is_called() {
    let mut controlling = model("controlling");
    let attempt = controlling.attempt;
    controlling.handle(Message::Link { attempt, news: samples::monitors() }, samples::now());
    let mut screen = show(controlling);
    screen.key_press(Key::Num1);
    screen.run_steps(2);
    assert!(screen.state().commands.is_empty());
    screen.state_mut().wants = Wants { toolbar: true, keyboard_in_toolbar: true, ..Wants::default() };
    screen.run_steps(2);
    screen.key_press(Key::Num1);
    screen.run_steps(2);
    assert!(matches!(screen.state().commands[..], [Command::LookAt(Some(_))]));
}

#[test]
fn that_less_is_shared_is_said_in_the_toolbar() {
    let screen = show(model("shared-window"));
    assert!(screen.query_by_label("One window only").is_some());
    assert!(screen.query_by_label("Their monitor").is_none(), "there is nothing to choose");
}

#[test]
fn each_ending_offers_what_helps() {
    let mut lost = show(model("ended-unreachable"));
    assert_eq!(click(&mut lost, "Try again"), [Command::TryAgain]);
    assert_eq!(
        click(&mut lost, "Copy a request for a new ticket"),
        [Command::Copy(Copied::RequestForTicket)]
    );
    let mut wrong = show(model("ended-wrong-key"));
    assert!(wrong.query_by_label("Try again").is_none());
    assert_eq!(click(&mut wrong, "Back"), [Command::Back]);
}

#[test]
fn what_an_input_method_is_making_is_shown_near_the_click_and_a_method_asked_for_only_while_one_is_on() {
    let mut screen = show(model("controlling"));
    assert!(screen.output().platform_output.ime.is_none());
    let text = "\u{3bd}\u{3b9}\u{3c7}".to_owned();
    let near = Some((300.0, 400.0));
    screen.state_mut().composing = Composing { is_on: true, caret: text.len(), text, near };
    screen.run_steps(3);
    let shown = screen.get_by_label("Being written: \u{3bd}\u{3b9}\u{3c7}").rect();
    assert!((250.0..400.0).contains(&shown.left()) && (410.0..480.0).contains(&shown.top()), "{shown}");
    let caret = screen.output().platform_output.ime.expect("a method is asked for").cursor_rect;
    assert!(shown.expand(2.0).contains_rect(caret), "{caret} in {shown}");
    screen.state_mut().composing.text.clear();
    screen.run_steps(3);
    assert!(screen.query_by_label_contains("Being written").is_none());
    assert!(screen.output().platform_output.ime.is_some(), "the method stays");
}
