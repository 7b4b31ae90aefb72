//! The sentences of the controller, the command line and the terminal, and how they write dates.
//! The windows have words of their own in `windows::words`.

use std::sync::OnceLock;
use std::time::{Duration, SystemTime};

use deskside_proto::session::{ClientEnd, Scope, Scopes, Way};
use deskside_proto::wire::control::{DeniedReason, EndedReason, RevokedReason};
use time::format_description::well_known::Rfc3339;
use time::macros::format_description;
use time::{OffsetDateTime, UtcOffset};

use crate::config;
use crate::tickets::record::Record;

/// What the first start explains, and what protects against callers who pretend to be somebody.
#[must_use]
pub fn introduction(hotkey: &str) -> [String; 4] {
    [
        "You make a ticket and send it to an expert whom you trust; you tell the passphrase by telephone.".to_owned(),
        "The expert sees your screen only after your yes, and controls your computer only after a second yes."
            .to_owned(),
        format!("You stop both at any moment: with the button Stop, or with the keys {hotkey}."),
        "Did they contact you first? Banks, authorities and Microsoft never call to see your screen: hang up."
            .to_owned(),
    ]
}

/// A moment in local time, such as `2026-11-22 23:05`.
#[must_use]
pub fn date_time(moment: SystemTime) -> String {
    let format = format_description!("[year]-[month]-[day] [hour]:[minute]");
    local(moment).format(format).unwrap_or_else(|_| "unknown".to_owned())
}

/// A moment for programs, in UTC (RFC 3339).
#[must_use]
pub fn rfc3339(moment: SystemTime) -> String {
    OffsetDateTime::from(moment).format(&Rfc3339).unwrap_or_default()
}

fn local(moment: SystemTime) -> OffsetDateTime {
    OffsetDateTime::from(moment).to_offset(*OFFSET.get().unwrap_or(&UtcOffset::UTC))
}

static OFFSET: OnceLock<UtcOffset> = OnceLock::new();

/// Finds out the local time's distance from UTC. To be called before other threads start, because the environment that
/// says it cannot be read safely afterwards; times are in UTC where it was not.
pub fn learn_local_time() -> UtcOffset {
    *OFFSET.get_or_init(|| UtcOffset::current_local_offset().unwrap_or(UtcOffset::UTC))
}

/// How a ticket can be used: `valid for 1 hour, 1 use`.
#[must_use]
pub fn terms(record: &Record) -> String {
    let valid_for = Duration::from_secs(record.not_after.saturating_sub(record.not_before));
    let uses = if record.uses == 1 { "1 use".to_owned() } else { format!("{} uses", record.uses) };
    format!("valid for {}, {uses}", config::in_words(valid_for))
}

/// What a way of the clipboard lets the expert do.
#[must_use]
pub const fn way(way: Way) -> &'static str {
    match way {
        Way::ToExpert => "read what you copy",
        Way::ToPerson => "put things into your clipboard",
    }
}

/// What can be used, in words: `pointer and keyboard`.
#[must_use]
pub fn scopes(scopes: Scopes) -> String {
    let words: Vec<&str> = scopes
        .iter()
        .map(|scope| match scope {
            Scope::View => "screen",
            Scope::Pointer => "pointer",
            Scope::Keyboard => "keyboard",
            Scope::ReadCopied | Scope::GiveCopied => "clipboard",
        })
        .collect();
    words.join(" and ")
}

/// Why control was not given.
#[must_use]
pub const fn denied(reason: DeniedReason) -> &'static str {
    match reason {
        DeniedReason::ByPerson => "you said no",
        DeniedReason::NoAnswer => "you did not answer in time",
        DeniedReason::Busy => "another question was open or somebody else had control",
        DeniedReason::CoolingDown => "you had stopped control a moment ago",
        DeniedReason::TooManyRequests => "they had asked too often",
        DeniedReason::ScreenLocked => "the screen was locked",
        DeniedReason::OutOfTurn => "they asked out of turn",
        DeniedReason::Unsupported => "this computer cannot be controlled",
    }
}

/// Why control ended.
#[must_use]
pub const fn revoked(reason: RevokedReason) -> &'static str {
    match reason {
        RevokedReason::ByPerson => "you stopped it",
        RevokedReason::ScreenLocked => "the screen was locked",
        RevokedReason::LinkSilent => "nothing was heard from them for 10 seconds",
        RevokedReason::Idle => "it was not used for a long time",
        RevokedReason::InputFailed => "their input could not be carried out any more",
    }
}

/// Why a session ended.
#[must_use]
pub const fn ended(reason: ClientEnd) -> &'static str {
    match reason {
        ClientEnd::ViewDenied => "you said no",
        ClientEnd::ViewNotAnswered => "you did not answer in time",
        ClientEnd::Here(EndedReason::ByPerson) => "you ended it",
        ClientEnd::Here(EndedReason::Closing) => "Deskside was closed",
        ClientEnd::Here(EndedReason::CaptureFailed) => "the screen could not be read any more",
        ClientEnd::ExpertLeft => "they left",
        ClientEnd::LinkLost => "the connection was lost",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tickets::record::system_time;

    #[test]
    fn dates_are_written_for_people_and_for_programs() {
        assert_eq!(rfc3339(system_time(1_795_392_000)), "2026-11-23T00:00:00Z");
        assert_eq!(date_time(system_time(1_795_392_000)).len(), "2026-11-23 00:00".len());
    }

    #[test]
    fn scopes_are_said_in_words() {
        assert_eq!(scopes(Scopes::CONTROL), "pointer and keyboard");
        assert_eq!(scopes(Scopes::from(Scope::Keyboard)), "keyboard");
    }
}
