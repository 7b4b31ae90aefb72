//! Lengths and moments of time as people say them.

use std::sync::OnceLock;
use std::time::Duration;

use deskside_proto::ticket_file::Validity;
use deskside_words::t;
use time::macros::format_description;
use time::{OffsetDateTime, UtcOffset};

static LOCAL: OnceLock<UtcOffset> = OnceLock::new();

/// Asks the system for the local time zone. Must be called before the first thread is started: reading the zone while
/// another thread changes the environment would be undefined, so the library refuses it later.
pub fn remember_local_time() {
    if let Ok(offset) = UtcOffset::current_local_offset() {
        let _ = LOCAL.set(offset);
    }
}

/// A length of time as people say it: the two largest units at most.
#[must_use]
pub fn length(length: Duration) -> String {
    length_with(length, |days| t!("shared-days", count = days))
}

/// The same as it stands in "… ago" and "in …".
#[must_use]
pub fn length_away(length: Duration) -> String {
    length_with(length, |days| t!("expert-length-days-ago", count = days))
}

fn length_with(length: Duration, days_in_words: impl Fn(u64) -> String) -> String {
    let seconds = length.as_secs();
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3_600 % 24, seconds / 60 % 60);
    let in_hours = |count: u64| t!("shared-hours", count = count);
    let in_minutes = |count: u64| t!("shared-minutes", count = count);
    let both = |large: String, small: String| t!("expert-length-two", large = large, small = small);
    match (days, hours, minutes) {
        (0, 0, 0) => t!("shared-seconds", count = seconds),
        (0, 0, _) => in_minutes(minutes),
        (0, _, 0) => in_hours(hours),
        (0, _, _) => both(in_hours(hours), in_minutes(minutes)),
        (_, 0, _) => days_in_words(days),
        (_, _, _) => both(days_in_words(days), in_hours(hours)),
    }
}

/// Minutes and seconds that are left, as on a clock.
#[must_use]
pub fn countdown(left: Duration) -> String {
    // Rounded up: "0:00" stands for over.
    let seconds = (left.as_millis().div_ceil(1000)) as u64;
    format!("{}:{:02}", seconds / 60, seconds % 60)
}

/// From when until when a ticket is valid, in local time.
#[must_use]
pub fn validity(validity: &Validity, unix: u64) -> String {
    let (not_before, not_after) = (validity.not_before(), validity.not_after());
    let until = moment(not_after, unix);
    if not_before > unix {
        return t!("expert-valid-from-until", from = moment(not_before, unix), until = until);
    }
    match not_after.checked_sub(unix) {
        Some(left) => t!("expert-valid-left", until = until, left = length(Duration::from_secs(left))),
        None => t!("expert-valid-until", until = until),
    }
}

/// A moment in local time: the time alone if it is today, else with the date.
fn moment(unix: u64, now: u64) -> String {
    let local = |unix: u64| {
        let moment = OffsetDateTime::from_unix_timestamp(i64::try_from(unix).unwrap_or(i64::MAX)).ok()?;
        moment.checked_to_offset(*LOCAL.get().unwrap_or(&UtcOffset::UTC))
    };
    let Some(moment) = local(unix) else { return t!("expert-moment-far").to_owned() };
    let clock = moment.format(format_description!("[hour]:[minute]")).unwrap_or_default();
    let clock = t!("expert-clock", clock = clock);
    if local(now).is_some_and(|now| now.date() == moment.date()) {
        return clock;
    }
    t!(
        "shared-date-short-year-time",
        day = moment.day(),
        month = u8::from(moment.month()),
        year = moment.year(),
        time = clock
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_read_as_people_say_them() {
        let cases = [
            (1, "1 second"),
            (59, "59 seconds"),
            (60, "1 minute"),
            (3_600, "1 hour"),
            (3_720, "1 hour 2 minutes"),
            (90_000, "1 day 1 hour"),
        ];
        for (seconds, words) in cases {
            assert_eq!(length(Duration::from_secs(seconds)), words);
        }
    }

    #[test]
    fn a_countdown_ends_at_zero_only_when_it_is_over() {
        assert_eq!(countdown(Duration::from_millis(61_001)), "1:02");
        assert_eq!(countdown(Duration::from_millis(1)), "0:01");
        assert_eq!(countdown(Duration::ZERO), "0:00");
    }

    #[test]
    fn a_ticket_far_in_the_future_still_has_words() {
        let latest = Validity::new(Validity::LATEST - 1, Validity::LATEST).unwrap();
        assert!(validity(&latest, 0).contains("9999") || validity(&latest, 0).contains("far away"));
    }
}
