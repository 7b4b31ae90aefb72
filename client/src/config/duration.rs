//! Lengths of time as people write them: `45m`, `1h`, `2h30m`, `1d`.

use std::time::Duration;

use deskside_words::t;
use thiserror::Error;

use super::{LONGEST_VALID_FOR, SHORTEST_VALID_FOR};

/// Why a text is no length of time for a ticket.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum InvalidDuration {
    /// It cannot be read.
    #[error("{0:?} is no length of time; write for example 30m, 1h, 2h30m or 1d")]
    Unreadable(String),
    /// It can be read but makes no sense for a ticket.
    #[error("{0:?} is out of range; a ticket can be used for 1 minute to 7 days")]
    OutOfRange(String),
}

/// Reads a length of time between one minute and seven days.
///
/// # Errors
/// [`InvalidDuration`].
pub fn parse(text: &str) -> Result<Duration, InvalidDuration> {
    let unreadable = || InvalidDuration::Unreadable(text.to_owned());
    let out_of_range = || InvalidDuration::OutOfRange(text.to_owned());
    let mut seconds = 0_u64;
    let mut digits = String::new();
    let mut largest_unit_left = u64::MAX;
    for character in text.chars() {
        if character.is_ascii_digit() {
            digits.push(character);
            continue;
        }
        let unit = match character {
            'd' => 86_400,
            'h' => 3600,
            'm' => 60,
            's' => 1,
            _ => return Err(unreadable()),
        };
        // Each unit once, from the largest down: "1h1h" and "5m1h" are more likely slips than meant.
        if digits.is_empty() || unit >= largest_unit_left {
            return Err(unreadable());
        }
        largest_unit_left = unit;
        let count: u64 = digits.parse().map_err(|_| out_of_range())?;
        seconds =
            count.checked_mul(unit).and_then(|part| seconds.checked_add(part)).ok_or_else(out_of_range)?;
        digits.clear();
    }
    if !digits.is_empty() || largest_unit_left == u64::MAX {
        return Err(unreadable());
    }
    let duration = Duration::from_secs(seconds);
    if !(SHORTEST_VALID_FOR..=LONGEST_VALID_FOR).contains(&duration) {
        return Err(out_of_range());
    }
    Ok(duration)
}

/// Writes a length of time so that [`parse`] reads it back.
#[must_use]
pub fn to_text(duration: Duration) -> String {
    parts(duration).into_iter().map(|(count, unit)| format!("{count}{unit}")).collect()
}

/// Writes a length of time for people: `1 hour 30 minutes`.
#[must_use]
pub fn in_words(duration: Duration) -> String {
    let words: Vec<String> = parts(duration)
        .into_iter()
        .map(|(count, unit)| match unit {
            'd' => t!("shared-days", count = count),
            'h' => t!("shared-hours", count = count),
            'm' => t!("shared-minutes", count = count),
            _ => t!("shared-seconds", count = count),
        })
        .collect();
    if words.is_empty() { t!("shared-seconds", count = 0_u64) } else { words.join(" ") }
}

fn parts(duration: Duration) -> Vec<(u64, char)> {
    let mut rest = duration.as_secs();
    let mut parts = Vec::new();
    for (seconds, unit) in [(86_400, 'd'), (3600, 'h'), (60, 'm'), (1, 's')] {
        if rest >= seconds {
            parts.push((rest / seconds, unit));
            rest %= seconds;
        }
    }
    parts
}

/// For `#[serde(with = ..)]`.
pub mod text {
    use std::time::Duration;

    use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

    /// Writes it as text.
    ///
    /// # Errors
    /// Those of the serializer.
    pub fn serialize<S: Serializer>(duration: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
        super::to_text(*duration).serialize(serializer)
    }

    /// Reads it as text.
    ///
    /// # Errors
    /// Where the text is no length of time.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
        super::parse(&String::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usual_spellings_are_read_and_written_back() {
        for (text, seconds) in [("1m", 60), ("90m", 5400), ("1h", 3600), ("2h30m", 9000), ("7d", 604_800)] {
            let duration = parse(text).unwrap();
            assert_eq!(duration.as_secs(), seconds);
            assert_eq!(parse(&to_text(duration)), Ok(duration));
        }
        assert_eq!(to_text(Duration::from_secs(5400)), "1h30m");
        assert_eq!(in_words(Duration::from_secs(5460)), "1 hour 31 minutes");
    }

    #[test]
    fn everything_else_is_refused() {
        for text in ["", "h", "1", "1x", "-1h", "1h1h", "5m1h", "1 h", "1.5h", "1h30"] {
            assert!(matches!(parse(text), Err(InvalidDuration::Unreadable(_))), "{text:?}");
        }
        for text in ["0m", "59s", "8d", "99999999999999999999d", "999999999999999999d"] {
            assert!(matches!(parse(text), Err(InvalidDuration::OutOfRange(_))), "{text:?}");
        }
    }
}
