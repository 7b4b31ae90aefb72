//! The bar at the top: who is here, for how long, and how to stop them.

use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;

use deskside_clip::Format;
use deskside_proto::session::Way;

use super::*;
use crate::sharing::{Share, WindowNumber};
use crate::windows::banner::{show, wanted_size};

/// The least size of the bar on a large screen (points).
const LEAST: [f32; 2] = [720.0, 52.0];

const COPYING: Moving = Moving { format: Format::Files, done: 3_000_000, total: 12_000_000 };

fn bar(sessions: Vec<SessionView>) -> Harness<'static, Bench<egui::Vec2>> {
    on_screen(1920.0, AppView { sessions, ..view() })
}

/// The bar on a screen of this width, in the size that it needs there, which the bench knows (points).
pub(super) fn on_screen(width: f32, view: AppView) -> Harness<'static, Bench<egui::Vec2>> {
    let mut harness = open(Bench::new(egui::Vec2::ZERO, view), LEAST, move |wanted, ui, scene| {
        *wanted = wanted_size(ui.ctx(), scene, width);
        // The whole window, as the shell gives it: the harness keeps a margin of its own.
        let whole = egui::UiBuilder::new().max_rect(ui.ctx().content_rect());
        ui.scope_builder(whole, |ui| show(ui, scene));
    });
    let wanted = harness.state().window;
    harness.set_size(wanted);
    harness.run_steps(2);
    harness
}

#[test]
fn while_somebody_watches_it_names_them_and_ends_the_session() {
    let mut harness = bar(vec![session(1, "Martin Berg", SessionState::Watching, 12)]);
    assert!(says(&harness, "Martin Berg sees your screen"));
    assert!(says(&harness, "for 12 minutes") && says(&harness, "Ctrl+Alt+Shift+Esc"));
    assert!(harness.query_by_label("Stop control").is_none(), "there is nothing to stop");
    press(&mut harness, "End session");
    assert!(matches!(harness.state_mut().sent().as_slice(), [UserCommand::EndSession(None)]));
}

#[test]
fn while_somebody_controls_it_stops_them() {
    let mut harness = bar(vec![session(1, "Martin Berg", SessionState::Controlling { paused: false }, 1)]);
    assert!(says(&harness, "Martin Berg controls this computer"));
    press(&mut harness, "Stop control");
    assert!(matches!(harness.state_mut().sent().as_slice(), [UserCommand::StopControl]));
}

#[test]
fn while_copied_things_are_shared_it_says_so_and_stops_that() {
    for (clipboard, may) in [
        ([true, false], "may read what you copy"),
        ([false, true], "may put things into your clipboard"),
        ([true, true], "may read what you copy and give you theirs"),
    ] {
        let watching = session(1, "Martin Berg", SessionState::Watching, 3);
        let mut harness = bar(vec![SessionView { clipboard, ..watching }]);
        assert!(says(&harness, may), "{may}");
        press(&mut harness, "Stop sharing");
        assert!(matches!(harness.state_mut().sent().as_slice(), [UserCommand::StopControl]));
    }
}

#[test]
fn while_something_is_copied_it_says_how_far_it_is_and_ends_that() {
    for (moving, said, way) in [
        ([Some(COPYING), None], "Copying files to Martin Berg: 3 MB of 12 MB", Way::ToExpert),
        ([None, Some(COPYING)], "Copying files from Martin Berg: 3 MB of 12 MB", Way::ToPerson),
    ] {
        let watching = session(1, "Martin Berg", SessionState::Watching, 3);
        let mut harness = bar(vec![SessionView { moving, clipboard: [true; 2], ..watching }]);
        assert!(says(&harness, said), "{said}");
        press(&mut harness, "Cancel copying");
        let sent = harness.state_mut().sent();
        assert!(
            matches!(sent.as_slice(), [UserCommand::CancelCopying(SessionId(1), ended)] if *ended == way)
        );
        for button in ["Stop sharing", "Hide…"] {
            assert!(harness.query_by_label(button).is_some(), "{button} stays");
        }
    }
}

#[test]
fn of_several_it_names_the_one_who_can_do_most() {
    let harness = bar(vec![
        session(1, "Erika Sommer", SessionState::Watching, 20),
        session(2, "Martin Berg", SessionState::Controlling { paused: true }, 5),
        session(3, "Paul Ohm", SessionState::Asking, 5),
    ]);
    assert!(says(&harness, "Martin Berg waits while you move or type, 2 more watch"));
    assert!(says(&harness, "for 20 minutes"));
    assert!(harness.query_by_label("End all").is_some());
}

#[test]
fn the_longest_name_pushes_no_button_out() {
    let controlling = session(1, LONGEST, SessionState::Controlling { paused: false }, 700);
    let harness = bar(vec![SessionView { moving: [Some(COPYING); 2], ..controlling }]);
    let width = harness.state().window.x;
    let (stop, end) =
        (harness.get_by_label("Stop control").rect(), harness.get_by_label("End session").rect());
    assert!(stop.min.x > 0.0 && end.max.x <= width && stop.max.x <= end.min.x);
}

#[test]
fn it_asks_for_the_room_that_its_sentences_need() {
    let wanted = |sessions| bar(sessions).state().window;
    let watching = session(1, "Martin Berg", SessionState::Watching, 12);
    assert_eq!(wanted(vec![watching.clone()]), egui::Vec2::from(LEAST));
    let sharing = wanted(vec![SessionView { clipboard: [true; 2], ..watching }]);
    assert!(sharing.y > LEAST[1], "{sharing:?}: a third line");
    let long = wanted(vec![session(1, LONGEST, SessionState::Controlling { paused: false }, 700)]);
    assert!(long.x > LEAST[0] && long.x <= 1000.0, "{long:?}");
}

#[test]
fn it_is_painted_again_once_a_minute_at_most() {
    let harness = bar(vec![session(1, "Martin Berg", SessionState::Watching, 3)]);
    let output = harness.output().viewport_output.values().next().unwrap();
    assert!(output.repaint_delay > Duration::from_secs(50), "{:?}", output.repaint_delay);
}

#[test]
fn it_says_what_is_kept_back_and_leads_to_hiding() {
    let mut harness = bar(vec![session(1, "Martin Berg", SessionState::Watching, 12)]);
    press(&mut harness, "Hide…");
    assert!(matches!(harness.state_mut().sent().as_slice(), [UserCommand::ShowSharing]));
    harness.state_mut().view.sharing.share = Share::Window(WindowNumber(1));
    harness.run_steps(2);
    assert!(says(&harness, "one window only"));
}

#[test]
fn it_is_taken_hold_of_by_all_that_is_no_button_however_quick_the_hand_is() {
    let view = AppView { sessions: vec![session(1, "Martin Berg", SessionState::Watching, 12)], ..view() };
    let mut harness = open(Bench::new(Vec::new(), view), LEAST, |taken, ui, scene| {
        taken.extend(show(ui, scene));
    });
    let button = |pressed, pos| egui::Event::PointerButton {
        pos,
        button: egui::PointerButton::Primary,
        pressed,
        modifiers: egui::Modifiers::NONE,
    };
    let text = harness.get_by_label_contains("Martin Berg sees").rect().center();
    let end = harness.get_by_label("End session").rect().center();
    let edge = egui::pos2(30.0, harness.ctx.content_rect().bottom() - 10.0);
    for place in [text, end, edge] {
        harness.event(egui::Event::PointerMoved(place));
        harness.run_steps(1);
        // Pressed and gone in the time of one picture.
        harness.event(button(true, place));
        harness.event(egui::Event::PointerMoved(egui::pos2(300.0, 900.0)));
        harness.run_steps(2);
        harness.event(button(false, egui::pos2(300.0, 900.0)));
        harness.run_steps(1);
    }
    assert_eq!(harness.state().window, [text, edge]);
    assert!(harness.state_mut().sent().is_empty());
}
