//! What is said about the keyboard while it is the other side's.

use deskside_proto::name::PersonName;
use deskside_proto::wire::input::Locks;
use deskside_words::t;

use crate::keyboard::Combination;

/// A line of the menu: press these keys over there.
#[must_use]
pub fn combination(combination: Combination) -> &'static str {
    match combination {
        Combination::CtrlAltDel => t!("expert-keys-press-ctrl-alt-del"),
        Combination::Super => t!("expert-keys-press-super"),
        Combination::AltTab => t!("expert-keys-press-alt-tab"),
        Combination::AltF4 => t!("expert-keys-press-alt-f4"),
        Combination::PrintScreen => t!("expert-keys-press-print"),
        Combination::CtrlEsc => t!("expert-keys-press-ctrl-esc"),
    }
}

/// Said when system keys begin to go to the other side.
#[must_use]
pub fn taken(client: &PersonName) -> String {
    t!("expert-keys-taken", client = client.as_str())
}

/// Each lock that is not as it is here, as it is over there.
#[must_use]
pub fn locks_apart(here: Locks, there: Locks) -> Vec<&'static str> {
    let mut lines = Vec::new();
    if here.caps != there.caps {
        lines.push(if there.caps { t!("expert-locks-caps-on") } else { t!("expert-locks-caps-off") });
    }
    if here.num != there.num {
        lines.push(if there.num { t!("expert-locks-num-on") } else { t!("expert-locks-num-off") });
    }
    if here.scroll != there.scroll {
        lines.push(if there.scroll { t!("expert-locks-scroll-on") } else { t!("expert-locks-scroll-off") });
    }
    lines
}
