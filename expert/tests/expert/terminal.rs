//! Stage lines and commands, in the form that `open --help` promises to scripts.

use std::time::Duration;

use deskside_expert::model::{Command, Ending, LinkNews, Message, Model, TicketFault};
use deskside_expert::terminal::{Meaning, Mode, meaning, stage_line, waits_for_passphrase};
use deskside_proto::wire::control::{DeniedReason, RefusedReason, RevokedReason};

use crate::samples::{
    after, asked, connected, now, opened, sealed, start, viewing, waiting, with_passphrase,
};

const STAGES: Mode = Mode { stages: true };

fn line(model: &Model) -> String {
    stage_line(model).unwrap_or_default()
}

#[test]
fn each_stage_has_its_line() {
    let seen = || vec![waiting(), viewing()];
    let then = |more: Vec<LinkNews>| connected(seen().into_iter().chain(more));
    let revoked = LinkNews::Revoked { reason: RevokedReason::ByPerson, pause: Duration::ZERO };
    let denied = LinkNews::Denied { reason: DeniedReason::NoAnswer, pause: Duration::ZERO };
    let cases = [
        (start(), ""),
        (opened(with_passphrase(60)), "stage passphrase"),
        (opened(sealed()), ""),
        (connected([]), "stage connecting"),
        (connected([waiting()]), "stage waiting"),
        (then(vec![]), "stage viewing 1280x800"),
        (then(vec![asked()]), "stage asked"),
        (then(vec![asked(), denied]), "stage denied no-answer"),
        (then(vec![asked(), LinkNews::Withdrawn]), "stage viewing 1280x800"),
        (then(vec![asked(), LinkNews::Controlling]), "stage controlling"),
        (then(vec![asked(), LinkNews::Controlling, LinkNews::Paused(true)]), "stage paused"),
        (then(vec![asked(), LinkNews::Controlling, revoked]), "stage revoked by-person"),
        (then(vec![asked(), LinkNews::Controlling, LinkNews::Released]), "stage viewing 1280x800"),
        (connected([LinkNews::Ended(Ending::Refused(RefusedReason::Used))]), "stage ended used"),
        (connected([LinkNews::Ended(Ending::Lost { seen: false })]), "stage ended lost"),
    ];
    for (model, expected) in cases {
        assert_eq!(line(&model), expected, "{:?}", model.stage);
    }
}

#[test]
fn a_line_is_the_passphrase_exactly_while_one_is_needed() {
    let mut model = opened(with_passphrase(60));
    assert!(waits_for_passphrase(&model));
    assert!(matches!(meaning("end", &model, STAGES), Meaning::Command(Command::TryPassphrase(_))));
    let Meaning::Command(command) = meaning("some words", &model, STAGES) else { panic!("no command") };
    model.handle(Message::Command(command), now());
    assert_eq!(line(&model), "stage passphrase checking");
    assert_eq!(meaning("control", &model, STAGES), Meaning::Later);
    let attempt = model.attempt;
    model.handle(Message::PassphraseTried { attempt, result: Err(TicketFault::WrongPassphrase) }, now());
    assert_eq!(line(&model), "stage passphrase wrong");
    assert!(waits_for_passphrase(&model));
}

#[test]
fn commands_are_commands_during_a_session() {
    let model = connected([waiting(), viewing()]);
    assert_eq!(meaning("control", &model, STAGES), Meaning::Command(Command::RequestControl));
    assert_eq!(meaning(" release ", &model, STAGES), Meaning::Command(Command::ReleaseControl));
    assert_eq!(meaning("end", &model, STAGES), Meaning::Command(Command::End));
    assert_eq!(meaning("status", &model, STAGES), Meaning::Status);
    assert_eq!(meaning("dance", &model, STAGES), Meaning::Unknown);
    assert_eq!(meaning("control", &model, Mode { stages: false }), Meaning::Unknown);
    let asking = connected([waiting(), viewing(), asked()]);
    assert_eq!(meaning("release", &asking, STAGES), Meaning::Command(Command::WithdrawRequest));
}

#[test]
fn a_ticket_out_of_its_time_has_a_line_too() {
    let model = after([Message::TicketRead(Ok(with_passphrase(5_000)))]);
    assert_eq!(line(&model), "stage ticket expired");
}
