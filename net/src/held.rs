//! What the expert's stream of input says is held down, so that both ends know when a lost connection does harm.
//! It sees every event and no desktop: what was really pressed there is known to the client's input path alone.

use deskside_proto::ids::GrantId;
use deskside_proto::keycode::KeyUsage;
use deskside_proto::wire::input::{InputEvent, InputFrame, KeyEvent, PointerButton};

/// Keys and buttons that are down under the newest grant that was used.
///
/// INVARIANT: no key and no button twice, so that its size is bounded by what a keyboard and a mouse have.
#[derive(Default)]
pub(crate) struct Held {
    grant: Option<GrantId>,
    keys: Vec<KeyUsage>,
    buttons: Vec<PointerButton>,
}

/// Not what is held: that is what somebody types.
impl std::fmt::Debug for Held {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Held({})", self.keys.len() + self.buttons.len())
    }
}

impl Held {
    pub(crate) fn is_empty(&self) -> bool {
        self.keys.is_empty() && self.buttons.is_empty()
    }

    /// Takes account of one event, in the order of the stream.
    pub(crate) fn note(&mut self, frame: &InputFrame) {
        if self.grant != Some(frame.grant) {
            // Whatever ended the other grant has released what was held under it.
            *self = Self { grant: Some(frame.grant), ..Self::default() };
        }
        match frame.event {
            InputEvent::Key(KeyEvent { usage, pressed, .. }) => change(&mut self.keys, usage, pressed),
            InputEvent::PointerButton { button, pressed, .. } => change(&mut self.buttons, button, pressed),
            InputEvent::ReleaseAll => self.clear(),
            InputEvent::PointerMoved { .. }
            | InputEvent::Wheel { .. }
            | InputEvent::Text(_)
            | InputEvent::Locks(_) => {}
        }
    }

    /// Nothing is held any more.
    pub(crate) fn clear(&mut self) {
        self.keys.clear();
        self.buttons.clear();
    }

    /// Forgets what is held; the event that releases it, if there is anything.
    pub(crate) fn release(&mut self) -> Option<InputFrame> {
        let grant = self.grant.filter(|_| !self.is_empty())?;
        self.clear();
        Some(InputFrame { grant, event: InputEvent::ReleaseAll })
    }
}

fn change<T: PartialEq>(held: &mut Vec<T>, what: T, pressed: bool) {
    held.retain(|one| *one != what);
    if pressed {
        held.push(what);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use deskside_proto::geometry::DesktopPoint;

    const PLACE: DesktopPoint = DesktopPoint { x: 3, y: 4 };

    fn key(grant: GrantId, usage: u16, pressed: bool) -> InputFrame {
        let usage = KeyUsage::new(usage).unwrap();
        InputFrame { grant, event: InputEvent::Key(KeyEvent::place(usage, pressed)) }
    }

    fn button(grant: GrantId, pressed: bool) -> InputFrame {
        let event = InputEvent::PointerButton { button: PointerButton::Left, pressed, at: PLACE };
        InputFrame { grant, event }
    }

    fn after(frames: &[InputFrame]) -> Held {
        let mut held = Held::default();
        frames.iter().for_each(|frame| held.note(frame));
        held
    }

    #[test]
    fn something_is_held_until_the_last_release() {
        let grant = GrantId::FIRST;
        let mut held = after(&[key(grant, 4, true), key(grant, 4, true), button(grant, true)]);
        held.note(&key(grant, 4, false));
        assert!(!held.is_empty());
        held.note(&button(grant, false));
        assert!(held.is_empty() && held.release().is_none());
    }

    #[test]
    fn moving_and_turning_the_wheel_hold_nothing() {
        let grant = GrantId::FIRST;
        let moved = InputFrame { grant, event: InputEvent::PointerMoved { at: PLACE } };
        let turned = InputFrame { grant, event: InputEvent::Wheel { dx: 0, dy: 120, at: PLACE } };
        assert!(after(&[moved, turned]).is_empty());
    }

    #[test]
    fn what_is_held_is_released_once_and_under_its_own_grant() {
        let second = GrantId::FIRST.next().unwrap();
        let mut held = after(&[key(GrantId::FIRST, 4, true), key(second, 5, true)]);
        assert!(held.release() == Some(InputFrame { grant: second, event: InputEvent::ReleaseAll }));
        assert!(held.release().is_none());
    }

    #[test]
    fn a_new_grant_begins_with_nothing_held_and_so_does_release_all() {
        let (first, second) = (GrantId::FIRST, GrantId::FIRST.next().unwrap());
        assert!(after(&[key(first, 4, true), key(second, 5, false)]).is_empty());
        let all = InputFrame { grant: first, event: InputEvent::ReleaseAll };
        assert!(after(&[key(first, 4, true), button(first, true), all]).is_empty());
    }

    #[test]
    fn a_log_says_how_much_is_held_and_not_what() {
        assert_eq!(format!("{:?}", after(&[key(GrantId::FIRST, 4, true)])), "Held(1)");
    }
}
