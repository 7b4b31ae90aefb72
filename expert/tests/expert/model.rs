//! The model against everything that can happen to it, without a window, a network or a clock.

use std::path::PathBuf;
use std::time::Duration;

use deskside_expert::model::{
    Command, ConnectFault, Effect, Ending, Given, Last, LinkNews, Message, Model, Passphrase, Phase, Spoken,
    Stage, TicketFault, Wish,
};
use deskside_host::exit::Exit;
use deskside_proto::geometry::{Rect, Size};
use deskside_proto::ticket_file::Standing;
use deskside_proto::wire::control::{DeniedReason, EndedReason, RefusedReason, RevokedReason};
use deskside_proto::wire::input::Locks;
use deskside_proto::wire::monitors::{Monitor, Monitors};

use crate::samples::{self, asked, connected, now, opened, sealed, viewing, waiting, with_passphrase};

fn command(model: &mut Model, command: Command) -> Vec<Effect> {
    model.handle(Message::Command(command), now())
}

fn news(model: &mut Model, news: LinkNews) -> Vec<Effect> {
    let attempt = model.attempt;
    model.handle(Message::Link { attempt, news }, now())
}

fn phase(model: &Model) -> Phase {
    match &model.stage {
        Stage::Session(session) => session.phase,
        other => panic!("no session: {other:?}"),
    }
}

fn ended(model: &Model) -> Ending {
    match &model.stage {
        Stage::Ended(ending) => ending.clone(),
        other => panic!("not ended: {other:?}"),
    }
}

fn spoken() -> Command {
    Command::TryPassphrase(Spoken("some words".to_owned().into()))
}

fn revoked() -> LinkNews {
    LinkNews::Revoked { reason: RevokedReason::ByPerson, pause: Duration::from_secs(5) }
}

#[test]
fn a_good_passphrase_connects_and_a_wrong_one_may_be_tried_again() {
    let mut model = opened(with_passphrase(60));
    assert!(matches!(command(&mut model, spoken())[..], [Effect::TryPassphrase { .. }]));
    assert!(command(&mut model, spoken()).is_empty(), "one at a time");
    let attempt = model.attempt;
    model.handle(Message::PassphraseTried { attempt, result: Err(TicketFault::WrongPassphrase) }, now());
    let Stage::Ticket(stage) = &model.stage else { panic!("the card must stay") };
    assert_eq!(stage.passphrase, Passphrase::Wrong(TicketFault::WrongPassphrase));
    assert_eq!(model.exit(), Exit::Ticket);
    command(&mut model, spoken());
    let effects = model.handle(Message::PassphraseTried { attempt, result: Ok(samples::access()) }, now());
    assert!(matches!(effects[..], [Effect::Connect { .. }]));
    assert!(matches!(model.stage, Stage::Connecting { .. }));
}

#[test]
fn a_passphrase_for_a_ticket_that_was_put_away_opens_nothing() {
    let mut model = opened(with_passphrase(60));
    command(&mut model, spoken());
    let attempt = model.attempt;
    command(&mut model, Command::Back);
    model.handle(Message::TicketRead(Ok(with_passphrase(60))), now());
    let effects = model.handle(Message::PassphraseTried { attempt, result: Ok(samples::access()) }, now());
    assert!(effects.is_empty() && matches!(model.stage, Stage::Ticket(_)));
}

#[test]
fn a_ticket_out_of_its_time_is_shown_and_connects_only_when_told_to() {
    for (before, standing) in [(5_000, Standing::Expired), (-5_000, Standing::NotYetValid)] {
        let mut model = opened(with_passphrase(before));
        let Stage::Ticket(stage) = &model.stage else { panic!("no card") };
        assert_eq!(stage.standing, standing);
        assert_eq!(model.exit(), Exit::Ticket);
        command(&mut model, Command::IgnoreClock);
        let Stage::Ticket(stage) = &model.stage else { panic!("no card") };
        assert_eq!(stage.standing, Standing::Valid);
    }
}

#[test]
fn the_way_to_control_and_back() {
    let mut model = connected([]);
    news(&mut model, waiting());
    assert!(matches!(phase(&model), Phase::Waiting { .. }));
    assert!(matches!(news(&mut model, viewing())[..], [Effect::ViewingBegan(_)]));
    assert!(matches!(
        command(&mut model, Command::RequestControl)[..],
        [Effect::Session(Wish::RequestControl)]
    ));
    news(&mut model, asked());
    assert!(command(&mut model, Command::RequestControl).is_empty(), "the question is open already");
    assert!(matches!(
        command(&mut model, Command::WithdrawRequest)[..],
        [Effect::Session(Wish::WithdrawRequest)]
    ));
    news(&mut model, LinkNews::Controlling);
    news(&mut model, LinkNews::Paused(true));
    assert_eq!(phase(&model), Phase::Controlling { paused: true });
    news(&mut model, LinkNews::Paused(false));
    assert!(matches!(
        command(&mut model, Command::ReleaseControl)[..],
        [Effect::Session(Wish::ReleaseControl)]
    ));
    news(&mut model, revoked());
    let Stage::Session(session) = &model.stage else { panic!("no session") };
    assert!(matches!(session.last, Some((Last::Revoked(RevokedReason::ByPerson), _))));
    assert!(session.ask_from.is_some());
    news(&mut model, asked());
    let Stage::Session(session) = &model.stage else { panic!("no session") };
    assert!(session.last.is_none(), "old news must not stand beside a new question");
}

#[test]
fn a_denial_leaves_the_picture() {
    let mut model = connected([waiting(), viewing(), asked()]);
    news(&mut model, LinkNews::Denied { reason: DeniedReason::ByPerson, pause: Duration::ZERO });
    assert_eq!(phase(&model), Phase::Viewing);
}

#[test]
fn nothing_about_control_is_said_before_the_desktop_is_seen() {
    let mut model = connected([waiting()]);
    for wish in [Command::RequestControl, Command::WithdrawRequest, Command::ReleaseControl] {
        assert!(command(&mut model, wish).is_empty());
    }
    news(&mut model, revoked());
    assert!(matches!(phase(&model), Phase::Waiting { .. }));
}

#[test]
fn a_new_size_of_their_desktop_does_not_begin_a_second_viewing() {
    let mut model = connected([waiting(), viewing(), asked(), LinkNews::Controlling]);
    assert!(news(&mut model, LinkNews::Viewing { screen: Size::new(800, 600) }).is_empty());
    assert_eq!(phase(&model), Phase::Controlling { paused: false });
}

#[test]
fn the_chosen_monitor_is_looked_at_and_outlives_its_absence() {
    let mut model = connected([waiting(), viewing(), samples::monitors()]);
    let looked_at = |model: &Model| match &model.stage {
        Stage::Session(session) => session.looked_at().unwrap(),
        other => panic!("no session: {other:?}"),
    };
    let whole = samples::desktop().size().rect();
    assert_eq!(looked_at(&model), whole);
    command(&mut model, Command::LookAt(Some(samples::name("HDMI-1"))));
    assert_eq!(looked_at(&model), Rect::new(800, 200, 480, 400));
    news(&mut model, LinkNews::Monitors(Monitors::default()));
    assert_eq!(looked_at(&model), whole, "it was unplugged");
    news(&mut model, samples::monitors());
    assert_eq!(looked_at(&model), Rect::new(800, 200, 480, 400), "and plugged in again");
    // A desktop that became smaller leaves nothing of it.
    news(&mut model, LinkNews::Viewing { screen: Size::new(700, 100) });
    assert_eq!(looked_at(&model), Rect::new(0, 0, 700, 100));
}

#[test]
fn a_monitor_that_is_named_twice_has_one_window() {
    let mut model = connected([waiting(), viewing()]);
    let monitor = |name: &str, x| Monitor {
        place: Rect::new(x, 0, 100, 100),
        primary: false,
        scale_percent: 100,
        name: samples::name(name),
    };
    let named = ["one", "two", "one", "two", "three"];
    let monitors = named.iter().zip((0..).step_by(100)).map(|(name, x)| monitor(name, x));
    news(&mut model, LinkNews::Monitors(Monitors::new(monitors)));
    command(&mut model, Command::EachApart);
    let Stage::Session(session) = &model.stage else { panic!("no session") };
    assert_eq!(session.monitor, Some(samples::name("one")));
    assert_eq!(session.apart, [samples::name("two"), samples::name("three")]);
}

#[test]
fn what_was_ended_here_is_not_told_otherwise_by_late_news() {
    let mut model = connected([waiting(), viewing()]);
    let attempt = model.attempt;
    assert!(matches!(command(&mut model, Command::End)[..], [Effect::Session(Wish::Leave)]));
    model.handle(Message::Link { attempt, news: LinkNews::Ended(Ending::Lost { seen: true }) }, now());
    assert_eq!(ended(&model), Ending::Given { up: Given::Session });
    assert_eq!(model.exit(), Exit::Success);
}

#[test]
fn giving_up_while_connecting_stops_connecting() {
    let mut model = connected([]);
    assert!(matches!(command(&mut model, Command::End)[..], [Effect::Disconnect]));
    assert_eq!(ended(&model), Ending::Given { up: Given::Connecting });
}

#[test]
fn trying_again_uses_the_open_ticket_and_going_back_forgets_it() {
    let mut model =
        connected([LinkNews::Ended(Ending::Connect(ConnectFault::Unreachable { tried: vec![] }))]);
    assert!(ended(&model).may_try_again());
    assert!(matches!(command(&mut model, Command::TryAgain)[..], [Effect::Connect { .. }]));
    news(&mut model, LinkNews::Ended(Ending::Lost { seen: false }));
    command(&mut model, Command::Back);
    assert!(model.current.is_none() && command(&mut model, Command::TryAgain).is_empty());
}

#[test]
fn a_file_dropped_during_a_session_does_not_end_it() {
    let mut model = connected([waiting(), viewing()]);
    assert!(command(&mut model, Command::OpenFile(PathBuf::from("/x"))).is_empty());
    model.handle(Message::TicketRead(Ok(sealed())), now());
    assert_eq!(phase(&model), Phase::Viewing);
}

#[test]
fn every_ending_has_the_exit_code_that_is_documented_for_it() {
    let cases = [
        (Ending::ByThem(EndedReason::ByPerson), Exit::Success),
        (Ending::ByThem(EndedReason::CaptureFailed), Exit::Failure),
        (Ending::Refused(RefusedReason::Used), Exit::Ticket),
        (Ending::Refused(RefusedReason::Cancelled), Exit::Ticket),
        (Ending::Refused(RefusedReason::NotAccepted), Exit::Ticket),
        (Ending::Refused(RefusedReason::Denied), Exit::Refused),
        (Ending::Refused(RefusedReason::NoAnswer), Exit::Refused),
        (Ending::Refused(RefusedReason::Busy), Exit::Refused),
        (Ending::Connect(ConnectFault::WrongKey), Exit::Network),
        (Ending::Connect(ConnectFault::Unreachable { tried: vec![] }), Exit::Network),
        (Ending::Lost { seen: true }, Exit::Network),
    ];
    for (ending, exit) in cases {
        let mut model = connected([waiting()]);
        news(&mut model, LinkNews::Ended(ending.clone()));
        assert_eq!(model.exit(), exit, "{ending:?}");
    }
}

#[test]
fn no_secret_shows_in_debug_output() {
    let mut model = opened(with_passphrase(60));
    let effects = model.handle(
        Message::Command(Command::TryPassphrase(Spoken("canary-word-of-a-passphrase".to_owned().into()))),
        now(),
    );
    for text in [format!("{effects:?}"), format!("{model:?}"), format!("{:?}", samples::access())] {
        assert!(!text.contains("canary"), "{text}");
    }
}

#[test]
fn locks_over_there_are_known_while_controlling_and_are_brought_into_step_only_when_asked() {
    let caps = Locks { caps: true, ..Locks::default() };
    let locks = |model: &Model| if let Stage::Session(session) = &model.stage { session.locks } else { None };
    let align = |model: &mut Model| model.handle(Message::Command(Command::AlignLocks), now());
    let mut model = connected([waiting(), viewing()]);
    news(&mut model, LinkNews::Locks(caps));
    assert_eq!(locks(&model), None, "nobody has the keyboard");
    let mut model = connected([waiting(), viewing(), asked(), LinkNews::Controlling]);
    assert!(align(&mut model).is_empty(), "they are not known");
    assert!(news(&mut model, LinkNews::Locks(caps)).is_empty(), "a change over there changes nothing here");
    assert_eq!(locks(&model), Some(caps));
    news(&mut model, LinkNews::Paused(true));
    assert!(align(&mut model).is_empty(), "the person's own input goes first");
    news(&mut model, LinkNews::Paused(false));
    assert!(matches!(align(&mut model)[..], [Effect::AlignLocks]));
    news(&mut model, LinkNews::Released);
    assert_eq!(locks(&model), None);
    assert!(align(&mut model).is_empty());
}
