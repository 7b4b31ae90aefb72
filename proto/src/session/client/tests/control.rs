//! What holds while an expert has control or asks for it, in every state that can be reached.

use super::*;

#[test]
fn the_persons_own_input_pauses_control_only_while_there_is_control() {
    for Transition { before, event, after, effects, .. } in every_transition() {
        let told = effects
            .iter()
            .any(|effect| matches!(effect, ClientEffect::Send(FromClient::ControlPaused { .. })));
        if let (ClientState::Controlled { grant, paused: was, .. }, ClientState::Controlled { paused, .. }) =
            (before.session.state, after.session.state)
            && was != paused
        {
            assert!(sends(&effects, &FromClient::ControlPaused { grant, paused }));
            let pausing = event == ClientEvent::LocalInputActive;
            assert_eq!(paused, pausing, "{event:?}");
            assert_eq!(effects.first() == Some(&ClientEffect::ReleaseAll), pausing);
        } else {
            assert!(!told, "{event:?} in {:?}", before.session.state);
        }
    }
}

#[test]
fn silence_and_a_locked_screen_end_control_but_not_seeing() {
    for Transition { before, event, after, effects, .. } in every_transition() {
        let ClientState::Controlled { grant, idle_at, .. } = before.session.state else { continue };
        let reason = match event {
            _ if idle_at <= after.now => continue,
            ClientEvent::LinkSilent => RevokedReason::LinkSilent,
            ClientEvent::ScreenLocked => RevokedReason::ScreenLocked,
            ClientEvent::InputFailed => RevokedReason::InputFailed,
            _ => continue,
        };
        assert_eq!(after.session.state, ClientState::Viewing);
        assert!(sends(&effects, &FromClient::ControlRevoked { grant, reason }));
        assert!(!effects.contains(&ClientEffect::StopCapture));
    }
}

#[test]
fn where_input_fails_an_open_question_for_it_is_closed() {
    let mut seen = 0;
    for Transition { before, event, after, effects, .. } in every_transition() {
        let ClientState::ControlRequested { request, .. } = before.session.state else { continue };
        if event != ClientEvent::InputFailed || before.session.deadline().is_some_and(|at| at <= after.now) {
            continue;
        }
        assert_eq!(after.session.state, ClientState::Viewing);
        let reason = DeniedReason::Unsupported;
        assert!(sends(&effects, &FromClient::ControlDenied { request, reason }), "{effects:?}");
        seen += 1;
    }
    assert!(seen > 0);
}

#[test]
fn a_request_in_the_wrong_state_disturbs_neither_question_nor_grant() {
    for Transition { after: node, .. } in every_transition() {
        // A question that has just run out is closed by whatever comes next.
        if node.session.deadline().is_some_and(|at| at <= node.now) {
            continue;
        }
        let request = RequestId(node.session.last_request.map_or(1, |last| last.0 + 1));
        let asks = ClientEvent::ExpertRequestsControl { request, scopes: Scopes::CONTROL, desk: Desk::Free };
        let Transition { after, effects, .. } = step(&node, asks, Duration::ZERO);
        match node.session.state {
            ClientState::AskingView { .. }
            | ClientState::ControlRequested { .. }
            | ClientState::Controlled { .. } => {
                assert_eq!(after.session.state, node.session.state);
                let reason = DeniedReason::OutOfTurn;
                assert_eq!(effects, [ClientEffect::Send(FromClient::ControlDenied { request, reason })]);
            }
            ClientState::Ended { .. } => assert_eq!(effects, []),
            ClientState::Viewing | ClientState::Revoked { .. } => {}
        }
    }
}
