//! Single stories about the client's machine, where one path says more than a search.
//! Each begins with the open question whether the expert may see.

use super::*;

#[test]
fn a_question_that_was_closed_cannot_be_answered_when_it_is_asked_again() {
    let viewing = step(&open(), ClientEvent::LocalAllowView { screen: SCREEN }, Duration::ZERO).after;
    let request = |number| ClientEvent::ExpertRequestsControl {
        request: RequestId(number),
        scopes: Scopes::CONTROL,
        desk: Desk::Free,
    };
    let asked = step(&viewing, request(1), Duration::ZERO).after;
    let cancelled =
        step(&asked, ClientEvent::ExpertCancelsRequest { request: RequestId(1) }, Duration::ZERO).after;
    let same_number = step(&cancelled, request(1), Duration::ZERO);
    assert_eq!(same_number.after.session.state, ClientState::Viewing, "an old number is not asked again");
    let asked_again = step(&cancelled, request(2), Duration::ZERO).after;
    let old_answer =
        step(&asked_again, ClientEvent::LocalAllowControl { request: RequestId(1) }, Duration::ZERO);
    assert!(!is_controlled(&old_answer.after));
}

#[test]
fn when_grant_numbers_run_out_control_is_denied() {
    let mut last = GrantIssuer::new(SessionId(7)).with_left(1);
    assert!(last.issue(Scopes::CONTROL).is_some());
    assert!(last.issue(Scopes::CONTROL).is_none(), "the next number belongs to another session");
    assert!(GrantIssuer::new(SessionId(1 << 32)).issue(Scopes::CONTROL).is_none());

    let mut node = step(&open(), ClientEvent::LocalAllowView { screen: SCREEN }, Duration::ZERO).after;
    node.session.grants = node.session.grants.with_left(0);
    let request = RequestId(1);
    let asks = ClientEvent::ExpertRequestsControl { request, scopes: Scopes::CONTROL, desk: Desk::Free };
    let asked = step(&node, asks, Duration::ZERO).after;
    let allowed = step(&asked, ClientEvent::LocalAllowControl { request }, Duration::ZERO);
    assert_eq!(allowed.after.session.state, ClientState::Viewing);
    let told = FromClient::ControlDenied { request, reason: DeniedReason::Unsupported };
    assert!(sends(&allowed.effects, &told));
}

#[test]
fn after_three_questions_without_a_yes_the_person_is_left_alone() {
    let closers: [fn(RequestId) -> ClientEvent; 3] = [
        |request| ClientEvent::LocalDenyControl { request },
        |_| ClientEvent::TimePassed,
        |request| ClientEvent::ExpertCancelsRequest { request },
    ];
    let mut node = step(&open(), ClientEvent::LocalAllowView { screen: SCREEN }, Duration::ZERO).after;
    let asks = |number| ClientEvent::ExpertRequestsControl {
        request: RequestId(number),
        scopes: Scopes::CONTROL,
        desk: Desk::Free,
    };
    for (number, closer) in (1..).zip(closers) {
        let asked = step(&node, asks(number), Duration::ZERO);
        let question = ClientEffect::AskControl { request: RequestId(number), scopes: Scopes::CONTROL };
        assert!(asked.effects.contains(&question));
        node = step(&asked.after, closer(RequestId(number)), SHORT.control_question).after;
        assert_eq!(node.session.state, ClientState::Viewing);
    }
    let asked = step(&node, asks(9), SECOND * 1000);
    let told = FromClient::ControlDenied { request: RequestId(9), reason: DeniedReason::TooManyRequests };
    assert_eq!(asked.effects, [ClientEffect::Send(told)]);
}

#[test]
fn after_a_stop_requests_are_denied_for_the_cool_down_and_asked_afterwards() {
    let viewing = step(&open(), ClientEvent::LocalAllowView { screen: SCREEN }, Duration::ZERO).after;
    let asks = |number| ClientEvent::ExpertRequestsControl {
        request: RequestId(number),
        scopes: Scopes::CONTROL,
        desk: Desk::Free,
    };
    let asked = step(&viewing, asks(1), Duration::ZERO).after;
    let controlled =
        step(&asked, ClientEvent::LocalAllowControl { request: RequestId(1) }, Duration::ZERO).after;
    let revoked = step(&controlled, ClientEvent::LocalRevoke, Duration::ZERO).after;
    let early = step(&revoked, asks(2), SECOND);
    let told = FromClient::ControlDenied { request: RequestId(2), reason: DeniedReason::CoolingDown };
    assert_eq!(early.effects, [ClientEffect::Send(told)]);
    let later = step(&early.after, asks(3), SECOND);
    let question = ClientEffect::AskControl { request: RequestId(3), scopes: Scopes::CONTROL };
    assert!(later.effects.contains(&question));
}

#[test]
fn a_request_is_answered_by_the_first_rule_against_it() {
    let viewing = step(&open(), ClientEvent::LocalAllowView { screen: SCREEN }, Duration::ZERO).after;
    let request = RequestId(1);
    let answers = [
        (Desk::Busy, Scopes::CONTROL, DeniedReason::Busy),
        (Desk::Locked, Scopes::CONTROL, DeniedReason::ScreenLocked),
        (Desk::Unsupported, Scopes::CONTROL, DeniedReason::Unsupported),
        (Desk::Free, Scopes::NONE, DeniedReason::OutOfTurn),
        (Desk::Free, Scopes::VIEW, DeniedReason::OutOfTurn),
    ];
    for (desk, scopes, reason) in answers {
        let asked =
            step(&viewing, ClientEvent::ExpertRequestsControl { request, scopes, desk }, Duration::ZERO);
        assert_eq!(asked.after.session.state, ClientState::Viewing);
        assert_eq!(asked.effects, [ClientEffect::Send(FromClient::ControlDenied { request, reason })]);
        assert_eq!(asked.after.session.unallowed, 0, "the person was not asked, so nothing counts");
    }
}

#[test]
fn a_cancellation_that_crosses_the_yes_takes_control_back() {
    let viewing = step(&open(), ClientEvent::LocalAllowView { screen: SCREEN }, Duration::ZERO).after;
    let request = RequestId(4);
    let asks = ClientEvent::ExpertRequestsControl { request, scopes: Scopes::CONTROL, desk: Desk::Free };
    let asked = step(&viewing, asks, Duration::ZERO).after;
    let controlled = step(&asked, ClientEvent::LocalAllowControl { request }, Duration::ZERO).after;
    let other =
        step(&controlled, ClientEvent::ExpertCancelsRequest { request: RequestId(3) }, Duration::ZERO);
    assert_eq!(other.after.gate, controlled.gate);
    let crossed = step(&controlled, ClientEvent::ExpertCancelsRequest { request }, Duration::ZERO);
    assert_eq!((crossed.after.session.state, crossed.after.gate), (ClientState::Viewing, None));
}
