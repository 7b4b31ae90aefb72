//! The sentences of the controller, the command line and the terminal, and how they write dates.
//! The windows have words of their own in `windows::words`.

use std::sync::OnceLock;
use std::time::{Duration, SystemTime};

use deskside_clip::Format;
use deskside_proto::name::PersonName;
use deskside_proto::session::{ClientEnd, Scope, Scopes, Way};
use deskside_proto::wire::control::{DeniedReason, EndedReason, RevokedReason};
use time::format_description::well_known::Rfc3339;
use time::macros::format_description;
use time::{OffsetDateTime, UtcOffset};

use crate::app::view::{Carried, Moving};
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

/// How much was copied: `2 texts and 3 files, 12 MB`.
#[must_use]
pub fn copied(carried: Carried) -> String {
    let Carried { texts, pictures, files, bytes } = carried;
    let count = |count: u64, one: &str| match count {
        0 => None,
        1 => Some(format!("1 {one}")),
        more => Some(format!("{more} {one}s")),
    };
    let counts = [count(texts, "text"), count(pictures, "picture"), count(files, "file")];
    let counts: Vec<String> = counts.into_iter().flatten().collect();
    let counts = if counts.is_empty() { "nothing whole".to_owned() } else { counts.join(" and ") };
    format!("{counts}, {}", size(bytes))
}

/// What passes through the clipboard now: `3 MB of 12 MB of files to Erika`.
#[must_use]
pub fn moving(moving: Moving, way: Way, expert: &PersonName) -> String {
    let Moving { format, done, total } = moving;
    let what = match format {
        Format::Text | Format::Html => "a text",
        Format::Png => "a picture",
        Format::Files => "files",
    };
    let to_or_from = match way {
        Way::ToExpert => "to",
        Way::ToPerson => "from",
    };
    format!("Copying {what} {to_or_from} {expert}: {} of {}", size(done), size(total))
}

/// A length in bytes as people say it.
fn size(bytes: u64) -> String {
    match bytes {
        0..1000 => format!("{bytes} bytes"),
        1000..1_000_000 => format!("{} KB", bytes / 1000),
        1_000_000..1_000_000_000 => format!("{} MB", bytes / 1_000_000),
        _ => format!("{:.1} GB", bytes as f64 / 1e9),
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
    fn what_was_copied_is_said_in_numbers_only() {
        let carried = Carried { texts: 1, pictures: 2, files: 3, bytes: 12_345_678 };
        assert_eq!(copied(carried), "1 text and 2 pictures and 3 files, 12 MB");
        assert_eq!(copied(Carried { texts: 2, bytes: 999, ..Carried::default() }), "2 texts, 999 bytes");
        let expert = PersonName::parse("Erika").unwrap();
        let half = Moving { format: Format::Files, done: 3_000_000, total: 12_000_000 };
        assert_eq!(moving(half, Way::ToExpert, &expert), "Copying files to Erika: 3 MB of 12 MB");
        let text = Moving { format: Format::Text, done: 5, total: 1_500_000_000 };
        assert_eq!(moving(text, Way::ToPerson, &expert), "Copying a text from Erika: 5 bytes of 1.5 GB");
    }

    #[test]
    fn scopes_are_said_in_words() {
        assert_eq!(scopes(Scopes::CONTROL), "pointer and keyboard");
        assert_eq!(scopes(Scopes::from(Scope::Keyboard)), "keyboard");
    }
}
