//! The promises about the clipboard, searched over every state that can be reached: each way has its own yes.

use super::*;

fn way_of(place: usize) -> Way {
    Way::ALL[place]
}

fn open_ways(node: &Node) -> [Option<GrantId>; 2] {
    Way::ALL.map(|way| open_way(&node.session, way))
}

#[test]
fn only_a_local_allow_opens_a_way_and_opens_that_way_alone() {
    let mut opened = [0, 0];
    for Transition { before, event, now, after, effects } in every_transition() {
        assert_eq!(after.passes, open_ways(&after), "what passes and the machine differ after {event:?}");
        for (place, opened) in opened.iter_mut().enumerate() {
            let way = way_of(place);
            let token = effects.iter().find_map(|effect| match effect {
                ClientEffect::OpenClipboard(grant) if Way::of(grant.scopes()) == Some(way) => {
                    Some(grant.number())
                }
                _ => None,
            });
            if after.passes[place] == before.passes[place] {
                assert_eq!(token, None, "{event:?}");
                continue;
            }
            if after.passes[place].is_none() {
                continue;
            }
            assert_eq!(token, after.passes[place]);
            let ClientWay::Asked { request, deadline } = *before.session.way(way) else {
                panic!("a way without a question: {:?}", before.session.ways);
            };
            assert_eq!(event, ClientEvent::LocalAllowControl { request });
            assert!(now < deadline, "the question was over");
            let other = 1 - place;
            assert_eq!(after.passes[other], before.passes[other], "one yes, one way");
            *opened += 1;
        }
    }
    assert!(opened.iter().all(|count| *count > 10), "{opened:?}");
}

#[test]
fn one_question_at_a_time_and_never_both_ways_in_one() {
    for Transition { after, effects, .. } in every_transition() {
        let asked = |way: Way| matches!(after.session.way(way), ClientWay::Asked { .. });
        let is_question = matches!(after.session.state, ClientState::ControlRequested { .. });
        let open = usize::from(is_question) + Way::ALL.into_iter().filter(|way| asked(*way)).count();
        assert!(open <= 1, "{:?} {:?}", after.session.state, after.session.ways);
        for effect in &effects {
            if let ClientEffect::AskControl { scopes, .. } = effect {
                assert!(Scopes::CONTROL.contains_all(*scopes));
            }
        }
    }
}

#[test]
fn a_way_closes_before_anybody_is_told_and_its_end_is_told() {
    let mut ends = 0;
    for Transition { before, event, after, effects, .. } in every_transition() {
        for place in 0..2 {
            let (Some(grant), None) = (before.passes[place], after.passes[place]) else { continue };
            ends += 1;
            let closes = ClientEffect::CloseClipboard(way_of(place));
            let at = effects.iter().position(|effect| *effect == closes).unwrap();
            assert!(effects[..at].iter().all(|effect| urgency(effect) < LATER), "{event:?}: {effects:?}");
            let told = effects.iter().any(|effect| {
                matches!(effect, ClientEffect::Send(FromClient::ControlRevoked { grant: number, .. }) if *number == grant)
            });
            let is_known = matches!(
                event,
                ClientEvent::ExpertReleases { .. } | ClientEvent::ExpertCancelsRequest { .. }
            ) || matches!(after.session.state, ClientState::Ended { .. });
            assert_eq!(told, !is_known, "{event:?}");
            let recorded = |effect: &ClientEffect| {
                matches!(effect, ClientEffect::Record(ReceiptEvent::ClipboardEnded { .. }))
            };
            assert!(effects.iter().any(recorded), "{event:?}");
        }
    }
    assert!(ends > 100, "only {ends} ends were found");
}

#[test]
fn the_clipboard_needs_no_control_and_outlives_it() {
    let viewing = step(&open(), ClientEvent::LocalAllowView { screen: SCREEN }, Duration::ZERO).after;
    let asks = |number, scopes| ClientEvent::ExpertRequestsControl {
        request: RequestId(number),
        scopes,
        desk: Desk::Free,
    };
    let allow = |number| ClientEvent::LocalAllowControl { request: RequestId(number) };
    let mut node = viewing;
    for (number, scopes) in
        [(1, Scope::ReadCopied.into()), (2, Scopes::CONTROL), (3, Scope::GiveCopied.into())]
    {
        node = step(&node, asks(number, scopes), Duration::ZERO).after;
        node = step(&node, allow(number), Duration::ZERO).after;
    }
    assert!(is_controlled(&node) && node.passes.iter().all(Option::is_some));
    assert_eq!(node.session.presence(), crate::session::Presence::Controlling);
    let silent = step(&node, ClientEvent::LinkSilent, Duration::ZERO).after;
    assert!(
        !is_controlled(&silent) && silent.passes == node.passes,
        "silence ends input, which it endangers"
    );
    let locked = step(&node, ClientEvent::ScreenLocked, Duration::ZERO).after;
    assert_eq!((locked.gate, locked.passes), (None, [None; 2]));
}
