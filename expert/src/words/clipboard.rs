//! What is said about copying and pasting between the two computers.

use deskside_clip::share::{Failure, Report};
use deskside_clip::{Format, NoPiece};
use deskside_proto::name::PersonName;
use deskside_proto::session::Way;
use deskside_proto::wire::control::{DeniedReason, RevokedReason};
use deskside_words::t;

use super::decimal;
use crate::model::Passage;

/// A line of the menu: what a press does now.
#[must_use]
pub fn choice(way: Way, passage: Passage) -> &'static str {
    match (way, passage) {
        (Way::ToExpert, Passage::Closed) => t!("expert-clipboard-read-ask"),
        (Way::ToExpert, Passage::Asked) => t!("expert-clipboard-read-withdraw"),
        (Way::ToExpert, Passage::Open) => t!("expert-clipboard-read-stop"),
        (Way::ToPerson, Passage::Closed) => t!("expert-clipboard-give-ask"),
        (Way::ToPerson, Passage::Asked) => t!("expert-clipboard-give-withdraw"),
        (Way::ToPerson, Passage::Open) => t!("expert-clipboard-give-stop"),
    }
}

/// How the clipboard is shared, in a few words; none where it is not.
#[must_use]
pub fn state([to_expert, to_person]: [Passage; 2]) -> Option<&'static str> {
    match (to_expert, to_person) {
        (Passage::Asked, _) | (_, Passage::Asked) => Some(t!("expert-clipboard-asked")),
        (Passage::Open, Passage::Open) => Some(t!("expert-clipboard-shared")),
        (Passage::Open, Passage::Closed) => Some(t!("expert-clipboard-read-open")),
        (Passage::Closed, Passage::Open) => Some(t!("expert-clipboard-give-open")),
        (Passage::Closed, Passage::Closed) => None,
    }
}

/// One word for a way in stage lines.
#[must_use]
pub const fn word(way: Way) -> &'static str {
    match way {
        Way::ToExpert => "read",
        Way::ToPerson => "give",
    }
}

/// One word for where a way stands in stage lines.
#[must_use]
pub const fn passage_word(passage: Passage) -> &'static str {
    match passage {
        Passage::Closed => "closed",
        Passage::Asked => "asked",
        Passage::Open => "open",
    }
}

/// Why a way was not opened.
#[must_use]
pub fn denied(way: Way, reason: DeniedReason, client: &PersonName) -> String {
    let name = client.as_str();
    match reason {
        DeniedReason::ByPerson => match way {
            Way::ToExpert => t!("expert-clipboard-read-denied", client = name),
            Way::ToPerson => t!("expert-clipboard-give-denied", client = name),
        },
        DeniedReason::NoAnswer => t!("expert-denied-no-answer", client = name),
        DeniedReason::Busy => t!("expert-clipboard-busy").to_owned(),
        DeniedReason::CoolingDown => t!("expert-clipboard-cooling-down").to_owned(),
        DeniedReason::TooManyRequests => t!("expert-denied-too-often").to_owned(),
        DeniedReason::ScreenLocked => t!("expert-denied-screen-locked").to_owned(),
        DeniedReason::OutOfTurn => t!("expert-denied-out-of-turn").to_owned(),
        DeniedReason::Unsupported => t!("expert-clipboard-unsupported").to_owned(),
    }
}

/// Why a way was closed.
#[must_use]
pub fn revoked(reason: RevokedReason, client: &PersonName) -> String {
    match reason {
        RevokedReason::ByPerson => t!("expert-clipboard-revoked-by-person", client = client.as_str()),
        RevokedReason::ScreenLocked => t!("expert-clipboard-revoked-screen-locked").to_owned(),
        RevokedReason::LinkSilent | RevokedReason::Idle | RevokedReason::InputFailed => {
            t!("expert-clipboard-revoked-stopped").to_owned()
        }
    }
}

/// What is being pasted, and how far it is.
#[must_use]
pub fn progress(report: Report) -> Option<String> {
    let Report::Underway { format, done, total } = report else { return None };
    let percent = done.saturating_mul(100).checked_div(total).unwrap_or(0);
    Some(t!("expert-clipboard-progress", what = kind(format), percent = percent, size = size(total)))
}

/// Why nothing was pasted.
#[must_use]
pub fn not_pasted(report: Report) -> String {
    let Report::Failed { format, why } = report else { return String::new() };
    let reason = match why {
        Failure::Cancelled => return t!("expert-clipboard-cancelled").to_owned(),
        Failure::Refused(NoPiece::Stale) => t!("expert-clipboard-why-stale"),
        Failure::Refused(NoPiece::Unavailable) => t!("expert-clipboard-why-unavailable"),
        Failure::Refused(NoPiece::TooLong) => t!("expert-clipboard-why-too-long"),
        Failure::Refused(NoPiece::NotAllowed) => t!("expert-clipboard-why-not-allowed"),
        Failure::Refused(NoPiece::Changed) => t!("expert-clipboard-why-changed"),
        Failure::Lost => t!("expert-clipboard-why-lost"),
        Failure::Wrong => t!("expert-clipboard-why-wrong"),
        Failure::NotWritten => t!("expert-clipboard-why-not-written"),
    };
    t!("expert-clipboard-not-pasted", what = kind(format), reason = reason)
}

/// The word by which the texts choose.
const fn kind(format: Format) -> &'static str {
    match format {
        Format::Text | Format::Html => "text",
        Format::Png => "picture",
        Format::Files => "files",
    }
}

fn size(bytes: u64) -> String {
    match bytes {
        0..1_000_000 => t!("expert-kilobytes", value = bytes.div_ceil(1000)),
        1_000_000..1_000_000_000 => t!("expert-megabytes", value = bytes / 1_000_000),
        _ => t!("expert-gigabytes", value = decimal(bytes as f64 / 1e9)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_paste_is_told_with_its_size_and_how_far_it_is() {
        let report = Report::Underway { format: Format::Files, done: 50_000_000, total: 200_000_000 };
        assert_eq!(progress(report).as_deref(), Some("Pasting files, 25 % of 200 MB"));
        let empty = Report::Underway { format: Format::Text, done: 0, total: 0 };
        assert_eq!(progress(empty).as_deref(), Some("Pasting text, 0 % of 0 KB"));
    }
}
