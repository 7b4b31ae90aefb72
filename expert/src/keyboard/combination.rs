//! Keys that are sent from a menu, because they never come to a window, or not where the viewer runs in another's.

use deskside_proto::keycode::KeyUsage;
use deskside_proto::wire::input::KeyEvent;

/// Keys that are pressed together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Combination {
    /// Ctrl+Alt+Del.
    CtrlAltDel,
    /// The Super or Windows key.
    Super,
    /// Alt+Tab.
    AltTab,
    /// Alt+F4.
    AltF4,
    /// Print Screen.
    PrintScreen,
    /// Ctrl+Esc.
    CtrlEsc,
}

impl Combination {
    /// All of them, in the order of the menu.
    pub const ALL: [Self; 6] =
        [Self::CtrlAltDel, Self::Super, Self::AltTab, Self::AltF4, Self::PrintScreen, Self::CtrlEsc];

    /// Which keys, in the order in which they go down.
    #[must_use]
    pub const fn keys(self) -> &'static [KeyUsage] {
        match self {
            Self::CtrlAltDel => &[KeyUsage::CONTROL_LEFT, KeyUsage::ALT_LEFT, KeyUsage::DELETE],
            Self::Super => &[KeyUsage::META_LEFT],
            Self::AltTab => &[KeyUsage::ALT_LEFT, KeyUsage::TAB],
            Self::AltF4 => &[KeyUsage::ALT_LEFT, KeyUsage::F4],
            Self::PrintScreen => &[KeyUsage::PRINT_SCREEN],
            Self::CtrlEsc => &[KeyUsage::CONTROL_LEFT, KeyUsage::ESCAPE],
        }
    }

    /// All go down in their order and up in the opposite one.
    pub fn events(self) -> impl Iterator<Item = KeyEvent> {
        let down = self.keys().iter().map(|usage| KeyEvent::place(*usage, true));
        down.chain(self.keys().iter().rev().map(|usage| KeyEvent::place(*usage, false)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_goes_down_goes_up_and_modifiers_last() {
        for combination in Combination::ALL {
            let events: Vec<KeyEvent> = combination.events().collect();
            let (down, up) = events.split_at(events.len() / 2);
            assert!(down.iter().all(|event| event.pressed) && up.iter().all(|event| !event.pressed));
            let usages = |events: &[KeyEvent]| events.iter().map(|event| event.usage).collect::<Vec<_>>();
            let (pressed, mut released) = (usages(down), usages(up));
            released.reverse();
            assert_eq!(pressed, released);
            assert!(pressed.iter().rev().skip(1).all(|usage| usage.is_modifier()));
        }
    }
}
