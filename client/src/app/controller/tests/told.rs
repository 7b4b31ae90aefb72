//! What experts are told of the desktop: how much of it is shared, and how the keyboard's locks are.

use super::*;

#[test]
fn what_is_hidden_holds_before_experts_are_told_and_undo_shows_it_again() {
    let mut desk = Desk::watched(1);
    let what = Hidden::Window(WindowNumber(7));
    let effects = desk.command(UserCommand::Hide(what));
    assert_eq!(kinds(&effects), ["set sharing", "send"]);
    assert_eq!(sent(&effects), [FromClient::Sharing { part: Part::Everything, hides: true }]);
    assert!(desk.command(UserCommand::Hide(what)).is_empty());
    assert_eq!(desk.view().sharing.hidden.len(), 1);
    let effects = desk.command(UserCommand::Unhide(what));
    assert_eq!(sent(&effects), [FromClient::Sharing { part: Part::Everything, hides: false }]);
    assert!(desk.command(UserCommand::Unhide(what)).is_empty());
}

#[test]
fn less_than_everything_is_in_force_before_the_first_picture_and_ends_with_the_last_expert() {
    let mut desk = Desk::new();
    desk.arrive(1);
    let hidden = Hidden::Area(Rect::new(1, 2, 3, 4));
    let only = Share::Window(WindowNumber(9));
    desk.command(UserCommand::Hide(hidden));
    assert_eq!(kinds(&desk.command(UserCommand::Share(only.clone()))), ["set sharing"], "nobody sees yet");
    desk.answer_view(yes);
    let effects = desk.event(Event::UseSpent(SessionId(1), Ok(SCREEN)));
    assert_eq!(sent(&effects).last(), Some(&FromClient::Sharing { part: Part::Window, hides: true }));
    let started = kinds(&effects).iter().position(|kind| *kind == "start capture");
    let told = kinds(&effects).iter().rposition(|kind| *kind == "send");
    assert!(started < told, "what concerns the picture follows ViewAllowed");
    assert_eq!(desk.view().sharing.share, only);
    let effects = desk.command(UserCommand::EndSession(None));
    let [.., Effect::SetSharing(sharing)] = &effects[..] else { panic!("{effects:?}") };
    assert_eq!((&sharing.share, &sharing.hidden[..]), (&Share::Everything, &[hidden][..]));
}

#[test]
fn the_locks_are_told_to_whoever_has_the_keyboard_and_to_nobody_else() {
    let locks = |caps| Locks { caps, ..Locks::default() };
    let told = |effects: &[Effect]| -> Vec<bool> {
        let locks = sent(effects).into_iter().filter_map(|message| {
            if let FromClient::LocksThere { locks, .. } = message { Some(locks.caps) } else { None }
        });
        locks.collect()
    };
    let mut desk = Desk::watched(1);
    assert!(told(&desk.event(Event::LocksChanged(Some(locks(true))))).is_empty(), "only seeing");
    desk.ask_control(1, 1);
    let given = desk.answer_control(yes);
    let [.., FromClient::ControlAllowed { grant: allowed, .. }, FromClient::LocksThere { grant, .. }] =
        &sent(&given)[..]
    else {
        panic!("{given:?}")
    };
    assert_eq!((allowed, told(&given)), (grant, vec![true]), "behind the yes, under its grant");
    desk.watch(2);
    let effects = desk.event(Event::LocksChanged(Some(locks(false))));
    assert!(matches!(effects[..], [Effect::Send(SessionId(1), _)]), "not to the one who only sees");
    assert_eq!(told(&effects), [false]);
    assert!(desk.event(Event::LocksChanged(Some(locks(false)))).is_empty(), "nothing has changed");
    assert!(desk.event(Event::LocksChanged(None)).is_empty(), "the desktop tells no more");
    desk.event(Event::HotkeyPressed);
    assert!(told(&desk.event(Event::LocksChanged(Some(locks(true))))).is_empty(), "control is over");
}
