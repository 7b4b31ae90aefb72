//! The controller driven by events alone: what it decides, and in which order.

mod clipboard;
mod told;

use std::time::{Duration, Instant};

use deskside_proto::geometry::{Rect, Size};
use deskside_proto::ids::{QuestionId, RequestId, SessionId, TicketId};
use deskside_proto::name::PersonName;
use deskside_proto::session::{Scope, Scopes, Way};
use deskside_proto::time::Millis;
use deskside_proto::wire::control::{
    DeniedReason, EndedReason, FromClient, FromExpert, Part, RefusedReason, RevokedReason,
};

use super::*;
use crate::app::command::{Answer, InvitationOptions};
use crate::app::view::{AppView, Carried, Moving, QuestionKind, SeenBefore, SessionState};
use crate::consent::LocalYes;
use crate::sharing::{Hidden, Share, WindowNumber};
use crate::tickets::record::system_time;
use crate::tickets::record::tests::record;

const SCREEN: Size = Size { width: 1024, height: 768 };

/// A controller on a clock that the test turns.
struct Desk {
    controller: Controller,
    millis: u64,
}

impl Desk {
    fn new() -> Self {
        let start = Start {
            me: PersonName::parse("Anna").unwrap(),
            fingerprint: "AAAA".into(),
            settings: Settings::default(),
            hotkey: Hotkey::default(),
            settings_file: "config.toml".into(),
            introduced: true,
            receipt: Vec::new(),
            epoch: Instant::now(),
        };
        let mut desk = Self { controller: Controller::new(start), millis: 0 };
        // Open until the Unix second 2000; the test's clock begins at 1000.
        desk.event(Event::TicketsRead(vec![record(1, 1), record(2, 1), record(3, 1)], Vec::new()));
        desk.event(Event::Listening(Ok(47470)));
        desk
    }

    fn now(&self) -> Now {
        Now { mono: Millis(self.millis), wall: system_time(1000 + self.millis / 1000) }
    }

    fn event(&mut self, event: Event) -> Vec<Effect> {
        let now = self.now();
        self.controller.handle(event, now)
    }

    fn command(&mut self, command: UserCommand) -> Vec<Effect> {
        self.event(Event::Command(command))
    }

    fn view(&self) -> AppView {
        self.controller.view(self.now())
    }

    fn arrive(&mut self, number: u8) -> Vec<Effect> {
        self.event(Event::Arrived(Newcomer {
            session: SessionId(number.into()),
            ticket: TicketId([number; 16]),
            name: PersonName::parse(&format!("Expert {number}")).unwrap(),
            fingerprint: format!("KEY{number}"),
            seen: SeenBefore::New,
            from: "192.0.2.1".into(),
        }))
    }

    fn question(&self) -> QuestionId {
        self.view().question.unwrap().id
    }

    fn answer_view(&mut self, answer: impl FnOnce(QuestionId) -> Answer) -> Vec<Effect> {
        let question = self.question();
        self.command(UserCommand::AnswerView { question, answer: answer(question) })
    }

    fn answer_control(&mut self, answer: impl FnOnce(QuestionId) -> Answer) -> Vec<Effect> {
        let question = self.question();
        self.command(UserCommand::AnswerControl { question, answer: answer(question) })
    }

    fn watched(number: u8) -> Self {
        let mut desk = Self::new();
        desk.watch(number);
        desk
    }

    fn watch(&mut self, number: u8) {
        self.arrive(number);
        self.answer_view(yes);
        self.event(Event::UseSpent(SessionId(number.into()), Ok(SCREEN)));
    }

    fn ask_control(&mut self, number: u8, request: u32) -> Vec<Effect> {
        let message = FromExpert::RequestControl { request: RequestId(request), scopes: Scopes::CONTROL };
        self.event(Event::Said(SessionId(number.into()), message))
    }

    fn controlled(number: u8) -> Self {
        let mut desk = Self::watched(number);
        desk.ask_control(number, 1);
        desk.answer_control(yes);
        assert!(matches!(desk.view().sessions[0].state, SessionState::Controlling { .. }));
        desk
    }
}

fn yes(question: QuestionId) -> Answer {
    Answer::Allow(LocalYes::for_test(question))
}

fn no(_: QuestionId) -> Answer {
    Answer::Deny
}

/// The kinds of effects, without their content.
fn kinds(effects: &[Effect]) -> Vec<&'static str> {
    effects
        .iter()
        .map(|effect| match effect {
            Effect::CloseGate => "close gate",
            Effect::ReleaseAll => "release all",
            Effect::OpenGate(..) => "open gate",
            Effect::OpenClipboard(..) => "open clipboard",
            Effect::CloseClipboard(..) => "close clipboard",
            Effect::CancelCopying(..) => "cancel copying",
            Effect::StartCapture(..) => "start capture",
            Effect::StopCapture(_) => "stop capture",
            Effect::Send(..) => "send",
            Effect::TurnAway(..) => "turn away",
            Effect::CloseLink(_) => "close link",
            Effect::Record(_) => "record",
            Effect::CountExpert { .. } => "count expert",
            Effect::SpendUse(..) => "spend use",
            Effect::Listen(_) => "listen",
            Effect::StopListening => "stop listening",
            Effect::Admit(_) => "admit",
            Effect::MakeTicket(_) => "make ticket",
            Effect::CloseTicket(..) => "close ticket",
            Effect::ReadTickets => "read tickets",
            Effect::SaveTicket(..) => "save ticket",
            Effect::SendTicket(..) => "send ticket",
            Effect::MarkIntroductionSeen => "mark introduction",
            Effect::ChooseLanguage(_) => "choose language",
            Effect::SaveSettings(_) => "save settings",
            Effect::SetSharing(_) => "set sharing",
            Effect::ReadChoices => "read choices",
            Effect::End => "end",
        })
        .collect()
}

fn sent(effects: &[Effect]) -> Vec<FromClient> {
    effects
        .iter()
        .filter_map(|effect| if let Effect::Send(_, message) = effect { Some(message.clone()) } else { None })
        .collect()
}

#[test]
fn nothing_is_captured_before_the_persons_yes_and_a_spent_use() {
    let mut desk = Desk::new();
    assert_eq!(kinds(&desk.arrive(1)), ["record", "read choices"]);
    assert!(matches!(desk.view().question.unwrap().kind, QuestionKind::View));
    assert_eq!(kinds(&desk.answer_view(yes)), ["spend use"]);
    assert!(desk.view().question.is_none(), "an answered question is not asked again");
    let effects = desk.event(Event::UseSpent(SessionId(1), Ok(SCREEN)));
    assert_eq!(kinds(&effects), ["record", "send", "start capture", "count expert", "read tickets"]);
    assert_eq!(sent(&effects), [FromClient::ViewAllowed { scopes: Scopes::VIEW, screen: SCREEN }]);
    assert_eq!(desk.view().sessions.len(), 1);
}

#[test]
fn a_yes_without_a_use_left_lets_nobody_see() {
    let mut desk = Desk::new();
    desk.arrive(1);
    desk.answer_view(yes);
    let effects = desk.event(Event::UseSpent(SessionId(1), Err("this ticket was used already".into())));
    assert_eq!(sent(&effects), [FromClient::Refused { reason: RefusedReason::Denied }]);
    assert!(!kinds(&effects).contains(&"start capture"));
    assert!(desk.view().notice.unwrap().text.contains("used already"));
}

#[test]
fn a_yes_to_another_question_is_no_yes() {
    let mut desk = Desk::new();
    desk.arrive(1);
    let question = desk.question();
    let other = QuestionId(question.0 + 1);
    assert!(desk.command(UserCommand::AnswerView { question: other, answer: yes(other) }).is_empty());
    assert!(desk.command(UserCommand::AnswerView { question, answer: yes(other) }).is_empty());
    assert!(desk.command(UserCommand::AnswerControl { question, answer: yes(question) }).is_empty());
    assert_eq!(desk.question(), question);
}

#[test]
fn a_second_yes_to_the_same_question_spends_no_second_use() {
    let mut desk = Desk::new();
    desk.arrive(1);
    let question = desk.question();
    assert_eq!(kinds(&desk.answer_view(yes)), ["spend use"]);
    assert!(desk.command(UserCommand::AnswerView { question, answer: yes(question) }).is_empty());
}

#[test]
fn a_yes_that_comes_after_the_deadline_lets_nobody_see() {
    let mut desk = Desk::new();
    desk.arrive(1);
    let question = desk.question();
    desk.millis = 120_000;
    let effects = desk.command(UserCommand::AnswerView { question, answer: yes(question) });
    assert_eq!(sent(&effects), [FromClient::Refused { reason: RefusedReason::NoAnswer }]);
    assert!(!kinds(&effects).contains(&"spend use"));
}

#[test]
fn a_use_that_is_spent_too_late_lets_nobody_see() {
    let mut desk = Desk::new();
    desk.arrive(1);
    desk.millis = 119_999;
    desk.answer_view(yes);
    desk.millis = 120_000;
    let effects = desk.event(Event::UseSpent(SessionId(1), Ok(SCREEN)));
    assert!(!kinds(&effects).contains(&"start capture"));
}

#[test]
fn only_an_allowed_session_makes_an_expert_known() {
    let mut desk = Desk::new();
    desk.arrive(1);
    let effects = desk.answer_view(no);
    assert!(!kinds(&effects).contains(&"count expert"));
    assert_eq!(sent(&effects), [FromClient::Refused { reason: RefusedReason::Denied }]);
    let last = desk.view().receipt.first().unwrap().text.clone();
    assert!(last.contains("did not see your screen: you said no"), "{last}");
}

#[test]
fn control_needs_a_second_yes_and_opens_the_gate_once() {
    let mut desk = Desk::watched(1);
    assert_eq!(kinds(&desk.ask_control(1, 1)), ["record"]);
    let question = desk.question();
    let effects = desk.answer_control(yes);
    assert_eq!(kinds(&effects), ["record", "open gate", "send"]);
    assert!(desk.command(UserCommand::AnswerControl { question, answer: yes(question) }).is_empty());
}

#[test]
fn whatever_ends_control_closes_the_gate_and_releases_first() {
    type End = fn(&mut Desk) -> Vec<Effect>;
    let ends: [(&str, End); 10] = [
        ("stop", |desk| desk.command(UserCommand::StopControl)),
        ("hotkey", |desk| desk.event(Event::HotkeyPressed)),
        ("end", |desk| desk.command(UserCommand::EndSession(Some(SessionId(1))))),
        ("quit", |desk| desk.command(UserCommand::Quit)),
        ("link lost", |desk| desk.event(Event::LinkClosed(SessionId(1)))),
        ("silence", |desk| desk.event(Event::Silent(SessionId(1)))),
        ("lock", |desk| desk.event(Event::ScreenLocked(true))),
        ("input failed", |desk| desk.event(Event::InputFailed("no".into()))),
        ("capture failed", |desk| desk.event(Event::CaptureFailed(SessionId(1), "no".into()))),
        ("idle", |desk| {
            desk.millis += 600_000;
            desk.event(Event::TimePassed)
        }),
    ];
    for (name, end) in ends {
        let mut desk = Desk::controlled(1);
        let effects = end(&mut desk);
        assert_eq!(kinds(&effects).get(..2), Some(["close gate", "release all"].as_slice()), "{name}");
        assert!(!desk.view().sessions.iter().any(|s| matches!(s.state, SessionState::Controlling { .. })));
    }
}

#[test]
fn the_hotkey_closes_and_releases_even_where_nobody_has_control() {
    for mut desk in [Desk::new(), Desk::watched(1)] {
        let effects = desk.event(Event::HotkeyPressed);
        assert_eq!(kinds(&effects).get(..2), Some(["close gate", "release all"].as_slice()));
    }
}

#[test]
fn after_a_stop_the_person_is_left_in_peace_for_five_seconds() {
    let mut desk = Desk::controlled(1);
    let effects = desk.command(UserCommand::StopControl);
    let [FromClient::ControlRevoked { reason, .. }] = sent(&effects)[..] else { panic!("{effects:?}") };
    assert_eq!(reason, RevokedReason::ByPerson);
    let effects = desk.ask_control(1, 2);
    let denied = FromClient::ControlDenied { request: RequestId(2), reason: DeniedReason::CoolingDown };
    assert_eq!(sent(&effects), [denied]);
    assert!(desk.view().question.is_none());
    desk.millis += 5_000;
    desk.ask_control(1, 3);
    assert!(desk.view().question.is_some());
}

#[test]
fn the_persons_own_hand_pauses_and_resumes_control() {
    let mut desk = Desk::controlled(1);
    desk.event(Event::PersonActive);
    assert_eq!(desk.view().sessions[0].state, SessionState::Controlling { paused: true });
    desk.event(Event::PersonQuiet);
    assert_eq!(desk.view().sessions[0].state, SessionState::Controlling { paused: false });
}

#[test]
fn a_second_expert_hears_busy_while_a_question_is_open_and_may_join_later() {
    let mut desk = Desk::new();
    desk.arrive(1);
    let turned_away = desk.arrive(2);
    assert!(
        matches!(turned_away[..], [Effect::TurnAway(SessionId(2), RefusedReason::Busy)]),
        "{turned_away:?}"
    );
    desk.answer_view(yes);
    desk.event(Event::UseSpent(SessionId(1), Ok(SCREEN)));
    desk.arrive(2);
    let QuestionKind::JoinView { others } = desk.view().question.unwrap().kind else { panic!() };
    assert_eq!(others, [PersonName::parse("Expert 1").unwrap()]);
    desk.answer_view(yes);
    desk.event(Event::UseSpent(SessionId(2), Ok(SCREEN)));
    assert_eq!(desk.view().sessions.len(), 2);
    let third = desk.arrive(3);
    assert!(matches!(third[..], [Effect::TurnAway(SessionId(3), RefusedReason::Busy)]));
}

#[test]
fn only_one_expert_controls() {
    let mut desk = Desk::controlled(1);
    desk.watch(2);
    let effects = desk.ask_control(2, 1);
    let denied = FromClient::ControlDenied { request: RequestId(1), reason: DeniedReason::Busy };
    assert_eq!(sent(&effects), [denied]);
}

#[test]
fn what_cannot_be_controlled_safely_is_not_asked_about() {
    let mut desk = Desk::watched(1);
    desk.event(Event::InputReady(Err("no watch".into())));
    let effects = desk.ask_control(1, 1);
    let denied = FromClient::ControlDenied { request: RequestId(1), reason: DeniedReason::Unsupported };
    assert_eq!(sent(&effects), [denied]);
    desk.event(Event::InputReady(Ok(())));
    desk.event(Event::ScreenLocked(true));
    let effects = desk.ask_control(1, 2);
    let denied = FromClient::ControlDenied { request: RequestId(2), reason: DeniedReason::ScreenLocked };
    assert_eq!(sent(&effects), [denied]);
}

#[test]
fn messages_of_sessions_that_are_over_have_no_effect() {
    let mut desk = Desk::controlled(1);
    desk.command(UserCommand::EndSession(None));
    assert!(desk.ask_control(1, 9).is_empty());
    assert!(desk.event(Event::LinkClosed(SessionId(1))).is_empty());
    assert!(desk.event(Event::Silent(SessionId(77))).is_empty());
}

#[test]
fn deskside_listens_exactly_while_somebody_may_come_or_is_here() {
    let mut desk = Desk::new();
    let mut used = record(1, 1);
    used.spent = 1;
    assert_eq!(kinds(&desk.arrive(1)), ["record", "read choices"]);
    assert_eq!(kinds(&desk.event(Event::TicketsRead(vec![used], Vec::new()))), ["admit"], "a session lives");
    assert!(kinds(&desk.answer_view(no)).contains(&"stop listening"));
    let effects = desk.event(Event::TicketsRead(vec![record(2, 1)], Vec::new()));
    assert_eq!(kinds(&effects), ["admit", "listen"]);
    desk.event(Event::Listening(Ok(47470)));
    let deadline = desk.controller.deadline(desk.now()).unwrap();
    assert_eq!(deadline, Millis(1_001_000), "the second after the last valid one");
    desk.millis = deadline.0;
    assert_eq!(kinds(&desk.event(Event::TimePassed)), ["stop listening"]);
    assert_eq!(desk.controller.deadline(desk.now()), None);
}

#[test]
fn a_ticket_is_made_only_after_listening_began_and_the_introduction_was_read() {
    let options = || InvitationOptions { to: None, valid_for: Duration::from_secs(3600), uses: 1 };
    let mut desk = Desk::new();
    desk.event(Event::TicketsRead(Vec::new(), Vec::new()));
    assert_eq!(kinds(&desk.command(UserCommand::Invite(options()))), ["listen", "make ticket"]);
    assert!(desk.command(UserCommand::Invite(options())).is_empty(), "one at a time");
    let effects = desk.event(Event::TicketNotMade("no address".into()));
    assert_eq!(kinds(&effects), ["stop listening"]);
    desk.controller.start.introduced = false;
    assert!(desk.command(UserCommand::Invite(options())).is_empty());
    assert_eq!(kinds(&desk.command(UserCommand::SeenIntroduction)), ["mark introduction"]);
    assert_eq!(kinds(&desk.command(UserCommand::Invite(options()))), ["listen", "make ticket"]);
}

#[test]
fn where_listening_fails_it_is_said_once_and_tried_again_with_the_next_ticket() {
    let mut desk = Desk::new();
    desk.event(Event::Listening(Err("no socket".into())));
    assert!(desk.view().notice.unwrap().text.contains("no socket"));
    assert!(desk.event(Event::TimePassed).is_empty());
    let options = InvitationOptions { to: None, valid_for: Duration::from_secs(3600), uses: 1 };
    assert_eq!(kinds(&desk.command(UserCommand::Invite(options))), ["listen", "make ticket"]);
}

#[test]
fn tickets_of_another_port_are_pointed_out() {
    let mut desk = Desk::new();
    desk.event(Event::Listening(Ok(50_000)));
    let text = desk.view().notice.unwrap().text;
    assert!(text.contains(&TicketId([1; 16]).short()), "{text}");
}

#[test]
fn quitting_ends_sessions_then_listening_then_the_program() {
    let mut desk = Desk::controlled(1);
    let effects = desk.command(UserCommand::Quit);
    let kinds = kinds(&effects);
    assert_eq!(kinds.get(..2), Some(["close gate", "release all"].as_slice()));
    assert_eq!(kinds.last(), Some(&"end"));
    assert!(sent(&effects).contains(&FromClient::Ended { reason: EndedReason::Closing }));
    assert!(desk.view().ended);
}

#[test]
fn the_view_shows_the_hotkey_that_is_in_force_not_the_one_of_tomorrow() {
    let mut desk = Desk::new();
    let effects = desk.command(UserCommand::ChangeSettings(SettingsChange::Hotkey("Ctrl+Alt+F12".into())));
    let [Effect::SaveSettings(settings)] = &effects[..] else { panic!("{effects:?}") };
    assert_eq!(settings.hotkey.to_string(), "Ctrl+Alt+F12");
    assert_eq!(desk.view().settings.hotkey, "Ctrl+Alt+Shift+Esc");
    assert!(desk.command(UserCommand::ChangeSettings(SettingsChange::Hotkey("Q".into()))).is_empty());
}

#[test]
fn another_language_is_spoken_before_anything_is_shown_again_and_is_kept() {
    let mut desk = Desk::new();
    let german = deskside_words::Choice::German;
    let effects = desk.command(UserCommand::ChangeSettings(SettingsChange::Language(german)));
    let [Effect::ChooseLanguage(chosen), Effect::SaveSettings(settings)] = &effects[..] else {
        panic!("{effects:?}")
    };
    assert_eq!([*chosen, settings.language, desk.view().settings.language], [german; 3]);
}

#[test]
fn a_ticket_under_attack_is_closed_and_the_person_is_told() {
    let mut desk = Desk::new();
    let effects = desk.event(Event::TooManyFailures(TicketId([1; 16])));
    assert_eq!(kinds(&effects), ["close ticket", "record"]);
    assert!(desk.view().notice.is_some());
    assert!(desk.event(Event::TooManyFailures(TicketId([99; 16]))).is_empty());
}
