//! What is said about copying and pasting between the two computers.

use deskside_clip::share::{Failure, Report};
use deskside_clip::{Format, NoPiece};
use deskside_proto::name::PersonName;
use deskside_proto::session::Way;
use deskside_proto::wire::control::{DeniedReason, RevokedReason};

use crate::model::Passage;

/// The menu.
pub const MENU: &str = "Cli&pboard";
/// Stops a paste.
pub const CANCEL: &str = "Cancel";

/// A line of the menu: what a press does now.
#[must_use]
pub const fn choice(way: Way, passage: Passage) -> &'static str {
    match (way, passage) {
        (Way::ToExpert, Passage::Closed) => "Ask to paste here what they copy",
        (Way::ToExpert, Passage::Asked) => "Don't ask to paste here what they copy",
        (Way::ToExpert, Passage::Open) => "Stop pasting here what they copy",
        (Way::ToPerson, Passage::Closed) => "Ask to paste there what you copy",
        (Way::ToPerson, Passage::Asked) => "Don't ask to paste there what you copy",
        (Way::ToPerson, Passage::Open) => "Stop pasting there what you copy",
    }
}

/// How the clipboard is shared, in a few words; none where it is not.
#[must_use]
pub fn state([to_expert, to_person]: [Passage; 2]) -> Option<&'static str> {
    match (to_expert, to_person) {
        (Passage::Asked, _) | (_, Passage::Asked) => Some("clipboard: asked"),
        (Passage::Open, Passage::Open) => Some("clipboard shared"),
        (Passage::Open, Passage::Closed) => Some("their copies can be pasted here"),
        (Passage::Closed, Passage::Open) => Some("your copies can be pasted there"),
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
    let what = match way {
        Way::ToExpert => "read what they copy",
        Way::ToPerson => "put things into their clipboard",
    };
    match reason {
        DeniedReason::ByPerson => format!("{client} did not let you {what}."),
        DeniedReason::NoAnswer => format!("{client} did not answer; that means no."),
        DeniedReason::Busy => "Somebody else is here, or is asking for something.".to_owned(),
        DeniedReason::CoolingDown => "They stopped you a moment ago. Wait a little.".to_owned(),
        DeniedReason::TooManyRequests => {
            "You asked three times; in this session they are not asked again.".to_owned()
        }
        DeniedReason::ScreenLocked => "Their screen is locked.".to_owned(),
        DeniedReason::OutOfTurn => "That was not possible just now. Try again.".to_owned(),
        DeniedReason::Unsupported => "Their computer cannot share its clipboard.".to_owned(),
    }
}

/// Why a way was closed.
#[must_use]
pub fn revoked(reason: RevokedReason, client: &PersonName) -> String {
    match reason {
        RevokedReason::ByPerson => format!("{client} stopped sharing the clipboard."),
        RevokedReason::ScreenLocked => {
            "The clipboard is no longer shared: their screen was locked.".to_owned()
        }
        RevokedReason::LinkSilent | RevokedReason::Idle | RevokedReason::InputFailed => {
            "The clipboard is no longer shared: their computer stopped it.".to_owned()
        }
    }
}

/// What is being pasted, and how far it is.
#[must_use]
pub fn progress(report: Report) -> Option<String> {
    let Report::Underway { format, done, total } = report else { return None };
    let percent = done.saturating_mul(100).checked_div(total).unwrap_or(0);
    Some(format!("Pasting {}, {percent} % of {}", noun(format), size(total)))
}

/// Why nothing was pasted.
#[must_use]
pub fn not_pasted(report: Report) -> String {
    let Report::Failed { format, why } = report else { return String::new() };
    let reason = match why {
        Failure::Cancelled => return "You stopped pasting.".to_owned(),
        Failure::Refused(NoPiece::Stale) => "something else was copied meanwhile, or they stopped it",
        Failure::Refused(NoPiece::Unavailable) => "the program that it was copied in does not give it",
        Failure::Refused(NoPiece::TooLong) => "it is too large",
        Failure::Refused(NoPiece::NotAllowed) => "they do not allow it any more",
        Failure::Refused(NoPiece::Changed) => "a file was changed meanwhile",
        Failure::Lost => "the connection was lost",
        Failure::Wrong => "what came is not what was copied",
        Failure::NotWritten => "it could not be written to your disk",
    };
    format!("The {} could not be pasted: {reason}.", noun(format))
}

const fn noun(format: Format) -> &'static str {
    match format {
        Format::Text | Format::Html => "text",
        Format::Png => "picture",
        Format::Files => "files",
    }
}

fn size(bytes: u64) -> String {
    match bytes {
        0..1_000_000 => format!("{} KB", bytes.div_ceil(1000)),
        1_000_000..1_000_000_000 => format!("{} MB", bytes / 1_000_000),
        _ => format!("{:.1} GB", bytes as f64 / 1e9),
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
