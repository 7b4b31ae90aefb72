//! What is said about the keyboard while it is the other side's.

use deskside_proto::name::PersonName;

use crate::keyboard::Combination;

/// The menu.
pub const MENU: &str = "&Keys";
/// The menu while system keys go to the other side.
pub const MENU_SENT: &str = "System &keys: sent";
/// The menu while they stay here.
pub const MENU_STAY: &str = "System &keys: stay";
/// The switch while system keys go to the other side.
pub const SENT: &str = "System keys: sent to them";
/// The switch while they stay here.
pub const STAY: &str = "System keys: stay here";
/// What the switch is about.
pub const SWITCH_HINT: &str = "Keys that your own desktop would use, such as Alt+Tab or the Windows key. Press and release the right Ctrl key alone to get them back at any time";

/// A line of the menu: press these keys over there.
#[must_use]
pub const fn combination(combination: Combination) -> &'static str {
    match combination {
        Combination::CtrlAltDel => "Send Ctrl+Alt+Del",
        Combination::Super => "Send Super (Windows key)",
        Combination::AltTab => "Send Alt+Tab",
        Combination::AltF4 => "Send Alt+F4",
        Combination::PrintScreen => "Send Print Screen",
        Combination::CtrlEsc => "Send Ctrl+Esc",
    }
}

/// Said when system keys begin to go to the other side.
#[must_use]
pub fn taken(client: &PersonName) -> String {
    format!("Alt+Tab and other system keys go to {client} now. The right Ctrl key alone gives them back.")
}

/// Said when the expert has taken them back.
pub const FREED: &str = "System keys stay here. Click the picture to send them again.";
