//! The sentences of the controller, the command line and the terminal, and how they write dates.
//! The windows have words of their own in `windows::words`.

use std::sync::OnceLock;
use std::time::{Duration, SystemTime};

use deskside_clip::Format;
use deskside_proto::name::PersonName;
use deskside_proto::session::Way;
use deskside_words::t;
use time::format_description::well_known::Rfc3339;
use time::{OffsetDateTime, UtcOffset};

use crate::app::view::{Carried, Moving};
use crate::config;

/// What the first start explains, and what protects against callers who pretend to be somebody.
#[must_use]
pub fn introduction(hotkey: &str) -> [String; 4] {
    [
        t!("client-intro-ticket").to_owned(),
        t!("client-intro-yes").to_owned(),
        t!("client-intro-stop", hotkey = hotkey),
        t!("client-intro-contact").to_owned(),
    ]
}

/// A moment in local time, such as `2026-11-22 23:05` in English and `22.11.2026, 23:05` in German.
#[must_use]
pub fn date_time(moment: SystemTime) -> String {
    let at = local(moment);
    t!(
        "client-date-time",
        year = at.year(),
        month = format!("{:02}", u8::from(at.month())),
        day = format!("{:02}", at.day()),
        time = format!("{:02}:{:02}", at.hour(), at.minute()),
    )
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

/// How a ticket can be used, given how long in seconds and how often: `valid for 1 hour, 1 use`.
#[must_use]
pub fn terms(valid_for: u64, uses: u32) -> String {
    t!("client-terms", time = config::in_words(Duration::from_secs(valid_for)), uses = uses)
}

/// How much was copied: `2 texts and 3 files, 12 MB`.
#[must_use]
pub fn copied(carried: Carried) -> String {
    let Carried { texts, pictures, files, bytes } = carried;
    let counts = [
        (texts > 0).then(|| t!("client-copied-texts", count = texts)),
        (pictures > 0).then(|| t!("client-copied-pictures", count = pictures)),
        (files > 0).then(|| t!("client-copied-files", count = files)),
    ];
    let counts: Vec<String> = counts.into_iter().flatten().collect();
    let counts = counts.into_iter().reduce(|some, more| t!("client-copied-and", some = some, more = more));
    let counts = counts.unwrap_or_else(|| t!("client-copied-nothing").to_owned());
    t!("client-copied-in-all", counts = counts, size = size(bytes))
}

/// What passes through the clipboard now: `3 MB of 12 MB of files to Erika`.
#[must_use]
pub fn moving(moving: Moving, way: Way, expert: &PersonName) -> String {
    let Moving { format, done, total } = moving;
    let what = match format {
        Format::Text | Format::Html => "text",
        Format::Png => "picture",
        Format::Files => "files",
    };
    let (name, done, total) = (expert.as_str(), size(done), size(total));
    match way {
        Way::ToExpert => t!("client-copying-to", what = what, name = name, done = done, total = total),
        Way::ToPerson => t!("client-copying-from", what = what, name = name, done = done, total = total),
    }
}

/// A length in bytes as people say it.
fn size(bytes: u64) -> String {
    match bytes {
        0..1000 => t!("client-bytes", count = bytes),
        1000..1_000_000 => t!("client-kilobytes", count = bytes / 1000),
        1_000_000..1_000_000_000 => t!("client-megabytes", count = bytes / 1_000_000),
        _ => {
            t!("client-gigabytes", whole = bytes / 1_000_000_000, tenth = bytes % 1_000_000_000 / 100_000_000)
        }
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
}
