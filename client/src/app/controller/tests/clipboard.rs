//! The clipboard: each way by its own yes, and what the person reads of it.

use deskside_proto::session::ClientEvent;

use super::*;

fn ask(request: u32, scope: Scope) -> Event {
    let message = FromExpert::RequestControl { request: RequestId(request), scopes: scope.into() };
    Event::Said(SessionId(1), message)
}

#[test]
fn each_way_of_the_clipboard_opens_by_its_own_yes_and_stop_closes_it_first() {
    let mut desk = Desk::watched(1);
    desk.event(ask(1, Scope::ReadCopied));
    assert_eq!(desk.view().question.unwrap().kind, QuestionKind::Clipboard { way: Way::ToExpert });
    assert_eq!(kinds(&desk.answer_control(yes)), ["record", "open clipboard", "send"]);
    assert_eq!(desk.view().sessions[0].clipboard, [true, false]);
    desk.event(ask(2, Scope::GiveCopied));
    assert_eq!(kinds(&desk.answer_control(no)), ["record", "send"]);
    assert_eq!(desk.view().sessions[0].clipboard, [true, false]);
    // A second expert gets nothing while the first has something.
    desk.watch(2);
    assert_eq!(
        sent(&desk.ask_control(2, 1)),
        [FromClient::ControlDenied { request: RequestId(1), reason: DeniedReason::Busy }]
    );
    let stopped = desk.command(UserCommand::StopControl);
    let closes = kinds(&stopped).iter().position(|kind| *kind == "close clipboard").unwrap();
    assert!(kinds(&stopped)[..closes].iter().all(|kind| matches!(*kind, "close gate" | "release all")));
    assert_eq!(desk.view().sessions[0].clipboard, [false; 2]);
    let failed = Event::ClipboardFailed(SessionId(1), Way::ToExpert, "no clipboard".into());
    assert!(desk.event(failed).is_empty(), "what is closed cannot fail");
}

#[test]
fn loss_of_the_watch_ends_both_ways_in_the_machine_too() {
    let mut desk = Desk::watched(1);
    for (request, scope) in [(1, Scope::ReadCopied), (2, Scope::GiveCopied)] {
        desk.event(ask(request, scope));
        desk.answer_control(yes);
    }
    assert_eq!(desk.view().sessions[0].clipboard, [true; 2]);
    let effects = desk.event(Event::InputReady(Err("no watch".into())));
    assert_eq!(desk.view().sessions[0].clipboard, [false; 2], "the person reads that nothing is shared");
    let closed = kinds(&effects).into_iter().filter(|kind| *kind == "close clipboard").count();
    let told = sent(&effects);
    let is_end = |message: &FromClient| {
        matches!(message, FromClient::ControlRevoked { reason: RevokedReason::InputFailed, .. })
    };
    assert!(closed == 2 && told.len() == 2 && told.iter().all(is_end), "{effects:?}");
    // Neither can a way be allowed that was asked for before.
    desk.event(Event::InputReady(Ok(())));
    desk.event(ask(3, Scope::ReadCopied));
    let effects = desk.event(Event::InputReady(Err("no watch".into())));
    let denied = FromClient::ControlDenied { request: RequestId(3), reason: DeniedReason::Unsupported };
    assert_eq!(sent(&effects), [denied]);
    assert!(desk.view().question.is_none());
}

#[test]
fn what_a_yes_opens_is_as_old_as_the_yes_and_not_as_its_own_turn() {
    let mut desk = Desk::watched(1);
    for (request, scopes) in [(1, Scopes::CONTROL), (2, Scope::ReadCopied.into())] {
        let message = FromExpert::RequestControl { request: RequestId(request), scopes };
        desk.event(Event::Said(SessionId(1), message));
        let mut said_at = None;
        let effects = desk.answer_control(|question| {
            let yes = LocalYes::for_test(question);
            said_at = Some(yes.said_at());
            Answer::Allow(yes)
        });
        let opens = effects.iter().find_map(|effect| {
            if let Effect::OpenGate(_, _, at) | Effect::OpenClipboard(_, _, at) = effect {
                Some(*at)
            } else {
                None
            }
        });
        assert!(opens.is_some() && opens == said_at, "{effects:?}");
    }
}

#[test]
fn nothing_is_opened_to_which_nobody_said_yes() {
    for (scopes, opens) in [(Scopes::CONTROL, "open gate"), (Scope::ReadCopied.into(), "open clipboard")] {
        let mut desk = Desk::watched(1);
        let request = RequestId(1);
        desk.event(Event::Said(SessionId(1), FromExpert::RequestControl { request, scopes }));
        let now = desk.now();
        let event = ClientEvent::LocalAllowControl { request };
        let effects = desk.controller.step(SessionId(1), event, now);
        assert!(!effects.is_empty() && !kinds(&effects).contains(&opens), "{effects:?}");
    }
}

#[test]
fn the_receipt_says_at_the_end_how_much_was_copied_which_way_and_only_where_anything_was() {
    let said = |copying: Copying| {
        let mut desk = Desk::watched(1);
        desk.controller.copying(SessionId(1), copying);
        desk.command(UserCommand::EndSession(None));
        desk.view().receipt.into_iter().map(|line| line.text).take(3).collect::<Vec<_>>()
    };
    let to_expert = Carried { texts: 2, files: 12, bytes: 200_000_000, ..Carried::default() };
    let to_person = Carried { pictures: 1, bytes: 3000, ..Carried::default() };
    let both = said([(to_expert, None), (to_person, None)]);
    assert!(both[0].starts_with("The session with Expert 1"), "{both:?}");
    assert_eq!(both[1], "You pasted 1 picture, 3 KB of what Expert 1 (KEY1) copied.");
    assert_eq!(both[2], "Expert 1 (KEY1) took 2 texts and 12 files, 200 MB of what you copied.");
    assert!(said(Copying::default()).iter().all(|line| !line.contains("copied")));
}

#[test]
fn what_is_copied_now_is_shown_and_can_be_ended() {
    let mut desk = Desk::watched(1);
    let moving = Moving { format: deskside_clip::Format::Files, done: 3, total: 12 };
    desk.controller.copying(SessionId(1), [(Carried::default(), Some(moving)), Default::default()]);
    assert_eq!(desk.view().sessions[0].moving, [Some(moving), None]);
    let effects = desk.command(UserCommand::CancelCopying(SessionId(1), Way::ToExpert));
    assert_eq!(kinds(&effects), ["cancel copying"]);
    assert_eq!(desk.view().sessions.len(), 1, "the session goes on");
}
