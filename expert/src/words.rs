//! Every sentence that the person reads, in one place. Knows what happened, not how it is drawn.

pub mod clipboard;
mod explain;
pub mod keys;
mod time;

use deskside_proto::name::PersonName;
use deskside_proto::wire::control::{DeniedReason, EndedReason, Part, RefusedReason, RevokedReason};
use deskside_proto::wire::monitors::Monitor;

use crate::model::{ConnectFault, Ending, Last, Phase};
use crate::scale::Scale;

pub use explain::{Explained, ending, standing, ticket_fault};
pub use time::{countdown, length, remember_local_time, validity};

/// The program's name in titles.
pub const TITLE: &str = "Deskside Expert";

/// Words of the start screen.
pub mod start {
    /// Title.
    pub const HEADING: &str = "Help somebody at their computer";
    /// Below it.
    pub const LEAD: &str =
        "Open the ticket they sent you. Nothing happens on their computer before they say yes.";
    /// The drop zone.
    pub const DROP: &str = "Drop a ticket here";
    /// Its second line.
    pub const PASTE: &str = "or paste it with Ctrl+V";
    /// While something is dragged over the window.
    pub const DROP_NOW: &str = "Let go to open it";
    /// The button.
    pub const OPEN: &str = "&Open a ticket\u{2026}";
    /// While a file is read.
    pub const READING: &str = "Reading\u{2026}";
    /// The card with the own key.
    pub const OWN: &str = "What to give to people";
    /// What the key is for.
    pub const OWN_LEAD: &str = "A ticket made for your key needs no passphrase, and only you can open it. Compare the fingerprint by voice.";
    /// Name of the key.
    pub const KEY: &str = "Your key";
    /// Name of the fingerprint.
    pub const FINGERPRINT: &str = "Fingerprint";
    /// Copies the key.
    pub const COPY_KEY: &str = "Copy &key";
    /// Copies the fingerprint.
    pub const COPY_FINGERPRINT: &str = "Copy &fingerprint";
    /// After copying.
    pub const COPIED: &str = "Copied";
    /// Before the own name.
    pub const NAME: &str = "They see you as";
    /// The appearance.
    pub const THEME: &str = "Appearance";
}

/// Words of the ticket card.
pub mod ticket {
    /// Row names.
    pub const ROWS: [&str; 4] = ["Asked by", "Valid", "Their fingerprint", "Ticket"];
    /// The passphrase field.
    pub const PASSPHRASE: &str = "Passphrase";
    /// Below the field.
    pub const PASSPHRASE_HINT: &str = "They read it to you. Capitals, spaces and hyphens make no difference.";
    /// In the empty field.
    pub const PASSPHRASE_SAMPLE: &str = "four words";
    /// Shows what is typed.
    pub const SHOW: &str = "Show";
    /// Hides it.
    pub const HIDE: &str = "Hide";
    /// Tries it and connects.
    pub const OPEN: &str = "&Connect";
    /// While it is tried.
    pub const CHECKING: &str = "Checking the passphrase\u{2026}";
    /// For a ticket that needs none.
    pub const SEALED: &str = "Made for your key";
    /// What that means.
    pub const SEALED_MEANING: &str = "No passphrase is needed: nobody but you can open this ticket.";
    /// Another ticket.
    pub const BACK: &str = "&Back";
    /// Connects in spite of the clock.
    pub const IGNORE_CLOCK: &str = "&Try anyway";
}

/// Words while connecting and waiting.
pub mod progress {
    /// Title while connecting.
    pub const CONNECTING: &str = "Connecting";
    /// Title while the person is asked.
    pub const WAITING: &str = "Waiting for their yes";
    /// What is tried.
    pub const TRYING: &str = "Trying";
    /// The steps.
    pub const STEPS: [&str; 3] = ["Ticket opened", "Connected", "They allow you to see"];
    /// Gives up.
    pub const CANCEL: &str = "&Cancel";
}

/// Words of the toolbar.
pub mod toolbar {
    /// Asks.
    pub const ASK: &str = "&Ask for control";
    /// Takes the question back.
    pub const WITHDRAW: &str = "&Don't ask";
    /// Gives control back.
    pub const RELEASE: &str = "&Give control back";
    /// Full screen.
    pub const FULL: &str = "&Full screen";
    /// Back from it.
    pub const WINDOW: &str = "&Window";
    /// The statistics.
    pub const STATISTICS: &str = "&Statistics";
    /// Ends.
    pub const END: &str = "&End";
    /// The size of the picture.
    pub const SCALE: &str = "Size";
    /// The choice of monitors.
    pub const MONITOR: &str = "Their monitor";
    /// The whole desktop.
    pub const ALL_MONITORS: &str = "All monitors";
    /// Shown while the keyboard is in the toolbar.
    pub const KEYS: &str = "The keyboard is here: Tab and Enter choose, 1 to 9 show a monitor, 0 all, Escape goes back to their computer";
    /// How to get here.
    pub const CHORD: &str = "Press and release left Ctrl and left Alt together to bring the keyboard here";
    /// In full screen, for a moment.
    pub const EDGE: &str = "The toolbar is at the top edge of the screen";
}

/// What was copied to ask for a new ticket.
#[must_use]
pub fn request_for_ticket(key: &str) -> String {
    format!(
        "The Deskside ticket you sent me cannot be used any more. Please make a new one and send it to me.\n\nMy key, in case you want to make it for me alone (then it needs no passphrase):\n{key}\n"
    )
}

/// The state of a session in a word or two, for the badge.
#[must_use]
pub const fn phase(phase: &Phase) -> &'static str {
    match phase {
        Phase::Waiting { .. } => "Waiting",
        Phase::Viewing => "Viewing",
        Phase::Asked { .. } => "Asked for control",
        Phase::Controlling { paused: false } => "Controlling",
        Phase::Controlling { paused: true } => "They are typing",
    }
}

/// A monitor in the list.
#[must_use]
pub fn monitor(monitors: &[Monitor], at: usize) -> String {
    let name = monitors.get(at).map(|monitor| monitor.name.as_str()).unwrap_or_default();
    format!("{} · {name}", at + 1)
}

/// That less than everything may be seen, for a badge.
#[must_use]
pub const fn sharing((part, hides): (Part, bool)) -> Option<&'static str> {
    match (part, hides) {
        (Part::Everything, false) => None,
        (Part::Everything, true) => Some("Part hidden"),
        (Part::Screen, _) => Some("One screen only"),
        (Part::Window, _) => Some("One window only"),
    }
}

/// How control ended last, in a sentence for the toolbar.
#[must_use]
pub fn last(last: Last, client: &PersonName) -> String {
    match last {
        Last::Released => "You gave control back.".to_owned(),
        Last::ClipboardDenied(way, reason) => clipboard::denied(way, reason, client),
        Last::ClipboardRevoked(_, reason) => clipboard::revoked(reason, client),
        Last::NotPasted(report) => clipboard::not_pasted(report),
        Last::Denied(reason) => match reason {
            DeniedReason::ByPerson => format!("{client} did not give you control."),
            DeniedReason::NoAnswer => format!("{client} did not answer; that means no."),
            DeniedReason::Busy => "Somebody else has control, or is asking for it.".to_owned(),
            DeniedReason::CoolingDown => "They stopped control a moment ago. Wait a little.".to_owned(),
            DeniedReason::TooManyRequests => {
                "You asked three times; in this session they are not asked again.".to_owned()
            }
            DeniedReason::ScreenLocked => "Their screen is locked.".to_owned(),
            DeniedReason::OutOfTurn => "That was not possible just now. Try again.".to_owned(),
            DeniedReason::Unsupported => {
                "Their computer cannot be controlled; you can only see it.".to_owned()
            }
        },
        Last::Revoked(reason) => match reason {
            RevokedReason::ByPerson => format!("{client} took control back."),
            RevokedReason::ScreenLocked => "Control ended because their screen was locked.".to_owned(),
            RevokedReason::LinkSilent => {
                "Control ended: nothing was heard from you for ten seconds.".to_owned()
            }
            RevokedReason::Idle => "Control ended because it was not used for ten minutes.".to_owned(),
            RevokedReason::InputFailed => "Their computer stopped taking keys and pointer.".to_owned(),
        },
    }
}

/// One word for a reason, for stage lines.
#[must_use]
pub const fn denied_word(reason: DeniedReason) -> &'static str {
    match reason {
        DeniedReason::ByPerson => "by-person",
        DeniedReason::NoAnswer => "no-answer",
        DeniedReason::Busy => "busy",
        DeniedReason::CoolingDown => "too-soon",
        DeniedReason::TooManyRequests => "too-often",
        DeniedReason::ScreenLocked => "screen-locked",
        DeniedReason::OutOfTurn => "out-of-turn",
        DeniedReason::Unsupported => "unsupported",
    }
}

/// One word for a reason, for stage lines.
#[must_use]
pub const fn revoked_word(reason: RevokedReason) -> &'static str {
    match reason {
        RevokedReason::ByPerson => "by-person",
        RevokedReason::ScreenLocked => "screen-locked",
        RevokedReason::LinkSilent => "silent",
        RevokedReason::Idle => "idle",
        RevokedReason::InputFailed => "input-failed",
    }
}

/// One word for an ending, for stage lines.
#[must_use]
pub const fn ending_word(ending: &Ending) -> &'static str {
    match ending {
        Ending::Given { .. } => "by-expert",
        Ending::ByThem(EndedReason::ByPerson) => "by-person",
        Ending::ByThem(EndedReason::Closing) => "closing",
        Ending::ByThem(EndedReason::CaptureFailed) => "capture-failed",
        Ending::Refused(reason) => match reason {
            RefusedReason::NotAccepted => "not-accepted",
            RefusedReason::Expired => "expired",
            RefusedReason::NotYetValid => "not-yet-valid",
            RefusedReason::Used => "used",
            RefusedReason::Cancelled => "cancelled",
            RefusedReason::Busy => "busy",
            RefusedReason::Denied => "denied",
            RefusedReason::NoAnswer => "no-answer",
            RefusedReason::Incompatible => "incompatible",
        },
        Ending::Connect(ConnectFault::Unreachable { .. }) => "unreachable",
        Ending::Connect(ConnectFault::WrongKey) => "wrong-key",
        Ending::Connect(ConnectFault::Incompatible) => "incompatible",
        Ending::Connect(ConnectFault::Local(_)) => "no-network",
        Ending::Lost { .. } => "lost",
        Ending::Misbehaved => "misbehaved",
    }
}

/// A scale as the toolbar names it.
#[must_use]
pub fn scale(scale: Scale) -> String {
    match scale {
        Scale::Fit => "Fit".to_owned(),
        Scale::Times(1) => "1:1".to_owned(),
        Scale::Times(times) => format!("{times}\u{d7}"),
    }
}
