//! Lengths and moments of time as people say them.

use std::sync::OnceLock;
use std::time::Duration;

use deskside_proto::ticket_file::Validity;
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
    let seconds = length.as_secs();
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3_600 % 24, seconds / 60 % 60);
    let part = |count: u64, unit: &str| format!("{count} {unit}{}", if count == 1 { "" } else { "s" });
    let both = |large: (u64, &str), small: (u64, &str)| match small.0 {
        0 => part(large.0, large.1),
        count => format!("{} {}", part(large.0, large.1), part(count, small.1)),
    };
    if days > 0 {
        both((days, "day"), (hours, "hour"))
    } else if hours > 0 {
        both((hours, "hour"), (minutes, "minute"))
    } else if minutes > 0 {
        part(minutes, "minute")
    } else {
        part(seconds, "second")
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
        return format!("from {} until {until}", moment(not_before, unix));
    }
    match not_after.checked_sub(unix) {
        Some(left) => format!("until {until}, {} left", length(Duration::from_secs(left))),
        None => format!("until {until}"),
    }
}

/// A moment in local time: the time alone if it is today, else with the date.
fn moment(unix: u64, now: u64) -> String {
    let local = |unix: u64| {
        let moment = OffsetDateTime::from_unix_timestamp(i64::try_from(unix).unwrap_or(i64::MAX)).ok()?;
        moment.checked_to_offset(*LOCAL.get().unwrap_or(&UtcOffset::UTC))
    };
    let Some(moment) = local(unix) else { return "a time far away".to_owned() };
    let clock = moment.format(format_description!("[hour]:[minute]")).unwrap_or_default();
    if local(now).is_some_and(|now| now.date() == moment.date()) {
        return clock;
    }
    let date = moment
        .format(format_description!("[day padding:none] [month repr:short] [year]"))
        .unwrap_or_default();
    format!("{date}, {clock}")
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
