//! The sentences of the controller, the command line and the terminal, and how they write dates.
//! The windows have words of their own in `windows::words`.

use std::sync::OnceLock;
use std::time::{Duration, SystemTime};

use deskside_words::t;
use time::format_description::well_known::Rfc3339;
use time::{OffsetDateTime, UtcOffset};

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tickets::record::system_time;

    #[test]
    fn dates_are_written_for_people_and_for_programs() {
        assert_eq!(rfc3339(system_time(1_795_392_000)), "2026-11-23T00:00:00Z");
        assert_eq!(date_time(system_time(1_795_392_000)).len(), "2026-11-23 00:00".len());
    }
}
