//! Finds the words for what happened: which text of `deskside-words` it is. Knows nothing of how it is drawn.

pub mod clipboard;
mod explain;
pub mod keys;
mod time;

use deskside_proto::name::PersonName;
use deskside_proto::wire::control::{DeniedReason, EndedReason, Part, RefusedReason, RevokedReason};
use deskside_proto::wire::monitors::Monitor;
use deskside_words::t;

use crate::model::{ConnectFault, Ending, Last, Phase};
use crate::scale::Scale;

pub use explain::{Explained, attempt, ending, standing, ticket_fault};
pub use time::{countdown, length, remember_local_time, validity};

/// The program's name in titles; the same in every language.
pub const TITLE: &str = "Deskside Expert";

/// What was copied to ask for a new ticket.
#[must_use]
pub fn request_for_ticket(key: &str) -> String {
    t!("expert-request-for-ticket", key = key) + "\n"
}

/// The state of a session in a word or two, for the badge.
#[must_use]
pub fn phase(phase: &Phase) -> &'static str {
    match phase {
        Phase::Waiting { .. } => t!("expert-phase-waiting"),
        Phase::Viewing => t!("expert-phase-viewing"),
        Phase::Asked { .. } => t!("expert-phase-asked"),
        Phase::Controlling { paused: false } => t!("expert-phase-controlling"),
        Phase::Controlling { paused: true } => t!("expert-phase-paused"),
    }
}

/// What the picture is, for a screen reader.
#[must_use]
pub fn screen_of(client: &PersonName) -> String {
    t!("expert-screen-of", client = client.as_str())
}

/// A monitor in the list.
#[must_use]
pub fn monitor(monitors: &[Monitor], at: usize) -> String {
    let name = monitors.get(at).map(|monitor| monitor.name.as_str()).unwrap_or_default();
    format!("{} · {name}", at + 1)
}

/// That less than everything may be seen, for a badge.
#[must_use]
pub fn sharing((part, hides): (Part, bool)) -> Option<&'static str> {
    match (part, hides) {
        (Part::Everything, false) => None,
        (Part::Everything, true) => Some(t!("expert-sharing-hidden")),
        (Part::Screen, _) => Some(t!("expert-sharing-screen")),
        (Part::Window, _) => Some(t!("expert-sharing-window")),
    }
}

/// How control ended last, in a sentence for the toolbar.
#[must_use]
pub fn last(last: Last, client: &PersonName) -> String {
    let name = client.as_str();
    match last {
        Last::Released => t!("expert-last-released").to_owned(),
        Last::ClipboardDenied(way, reason) => clipboard::denied(way, reason, client),
        Last::ClipboardRevoked(_, reason) => clipboard::revoked(reason, client),
        Last::NotPasted(report) => clipboard::not_pasted(report),
        Last::MonitorGone => t!("expert-monitor-gone").to_owned(),
        Last::MonitorNew => t!("expert-monitor-new").to_owned(),
        Last::Denied(reason) => match reason {
            DeniedReason::ByPerson => t!("expert-denied-by-person", client = name),
            DeniedReason::NoAnswer => t!("expert-denied-no-answer", client = name),
            DeniedReason::Busy => t!("expert-denied-busy").to_owned(),
            DeniedReason::CoolingDown => t!("expert-denied-cooling-down").to_owned(),
            DeniedReason::TooManyRequests => t!("expert-denied-too-often").to_owned(),
            DeniedReason::ScreenLocked => t!("expert-denied-screen-locked").to_owned(),
            DeniedReason::OutOfTurn => t!("expert-denied-out-of-turn").to_owned(),
            DeniedReason::Unsupported => t!("expert-denied-unsupported").to_owned(),
        },
        Last::Revoked(reason) => match reason {
            RevokedReason::ByPerson => t!("expert-revoked-by-person", client = name),
            RevokedReason::ScreenLocked => t!("expert-revoked-screen-locked").to_owned(),
            RevokedReason::LinkSilent => t!("expert-revoked-silent").to_owned(),
            RevokedReason::Idle => t!("expert-revoked-idle").to_owned(),
            RevokedReason::InputFailed => t!("expert-revoked-input-failed").to_owned(),
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

/// A number with one digit behind the sign.
#[must_use]
pub fn decimal(number: f64) -> String {
    let number = format!("{number:.1}");
    let (whole, tenths) = number.split_once('.').unwrap_or((&number, "0"));
    t!("expert-decimal", whole = whole, tenths = tenths)
}

/// A scale as the toolbar names it.
#[must_use]
pub fn scale(scale: Scale) -> String {
    match scale {
        Scale::Fit => t!("expert-scale-fit").to_owned(),
        Scale::Times(1) => "1:1".to_owned(),
        Scale::Times(times) => format!("{times}\u{d7}"),
    }
}
