//! Unix seconds as a date that people read, in UTC and the Gregorian calendar.
//! It knows no clock and no time zone.

const SECONDS_PER_DAY: u64 = 86_400;
/// Days from 0000-03-01 to 1970-01-01 in the proleptic Gregorian calendar.
const DAYS_TO_EPOCH: u64 = 719_468;
/// Days in 400 years, after which the calendar repeats.
const DAYS_PER_ERA: u64 = 146_097;

/// `YYYY-MM-DD HH:MM`, cut down to the minute; right up to the end of the year 9999.
pub(super) fn minute_utc(unix_seconds: u64) -> String {
    let days = unix_seconds / SECONDS_PER_DAY;
    let minutes = unix_seconds % SECONDS_PER_DAY / 60;
    let (year, month, day) = date(days);
    format!("{year:04}-{month:02}-{day:02} {:02}:{:02}", minutes / 60, minutes % 60)
}

/// Year, month 1..=12 and day 1..=31 of a day counted from 1970-01-01.
///
/// Years are counted from March here, so that the leap day is a year's last day and months follow a fixed pattern:
/// five months (March to July, August to December) have 153 days.
fn date(days_since_epoch: u64) -> (u64, u64, u64) {
    let days = days_since_epoch + DAYS_TO_EPOCH;
    let era = days / DAYS_PER_ERA;
    let day_of_era = days % DAYS_PER_ERA;
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = era * 400 + year_of_era + u64::from(month <= 2);
    (year, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_moments_have_their_dates() {
        for (seconds, text) in [
            (0, "1970-01-01 00:00"),
            (59, "1970-01-01 00:00"),
            (951_782_399, "2000-02-28 23:59"),
            (951_782_400, "2000-02-29 00:00"),
            (951_868_800, "2000-03-01 00:00"),
            (4_107_542_399, "2100-02-28 23:59"),
            (4_107_542_400, "2100-03-01 00:00"),
            (1_795_351_509, "2026-11-22 12:45"),
            (253_402_300_799, "9999-12-31 23:59"),
        ] {
            assert_eq!(minute_utc(seconds), text);
        }
    }

    #[test]
    fn every_day_follows_the_day_before_it() {
        let mut before = date(0);
        for days in 1..=2_932_896 {
            let today = date(days);
            let (year, month, day) = before;
            let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
            let last = match month {
                2 => 28 + u64::from(leap),
                4 | 6 | 9 | 11 => 30,
                _ => 31,
            };
            let expected = if day < last {
                (year, month, day + 1)
            } else if month < 12 {
                (year, month + 1, 1)
            } else {
                (year + 1, 1, 1)
            };
            assert_eq!(today, expected);
            before = today;
        }
        assert_eq!(before, (9999, 12, 31));
    }
}
