//! The sentences of the main window's pages.

use std::time::Duration;

use deskside_proto::name::NameError;
use deskside_words::t;

use super::minutes_up;
use crate::app::view::TicketState;
use crate::config;

// ---- first start ----

/// What will happen, in three sentences.
#[must_use]
pub fn three_sentences() -> [&'static str; 3] {
    [t!("client-first-sentence"), t!("client-second-sentence"), t!("client-third-sentence")]
}

// ---- pages ----

/// The pages' names in the main window's bar.
#[must_use]
pub fn pages() -> [&'static str; 4] {
    [t!("client-page-help"), t!("client-page-tickets"), t!("client-page-receipt"), t!("client-page-settings")]
}

/// What a waiting ticket means.
#[must_use]
pub fn waiting_text(open: usize) -> String {
    t!("client-waiting-text", count = open)
}

/// A number of uses.
#[must_use]
pub fn uses(count: u32) -> String {
    match count {
        1 => t!("client-once").to_owned(),
        2 => t!("client-twice").to_owned(),
        many => t!("client-times", count = many),
    }
}

/// A length of validity.
#[must_use]
pub fn valid_for(duration: Duration) -> String {
    config::in_words(duration)
}

// ---- the ticket that was just made ----

/// Who can open a sealed ticket.
#[must_use]
pub fn sealed_to(fingerprint: &str) -> String {
    t!("client-sealed-to", fingerprint = fingerprint)
}

/// How long and how often.
#[must_use]
pub fn validity(left: Option<Duration>, uses_left: u32) -> String {
    match left {
        Some(left) if !left.is_zero() => {
            t!("client-validity", time = minutes_up(left), times = uses(uses_left))
        }
        Some(_) | None => t!("client-validity-over").to_owned(),
    }
}

/// Where the file is.
#[must_use]
pub fn saved_to(path: &std::path::Path) -> String {
    t!("client-saved-to", path = path.display().to_string())
}

// ---- lists ----

/// What can be said of a ticket besides its state.
#[must_use]
pub fn ticket_line(state: TicketState, uses_left: u32, left: Option<Duration>) -> String {
    match (state, left) {
        (TicketState::Open, Some(left)) => {
            t!("client-ticket-open", time = minutes_up(left), times = uses(uses_left))
        }
        (TicketState::Open, None) | (TicketState::Expired, _) => t!("client-ticket-expired").to_owned(),
        (TicketState::Used, _) => t!("client-ticket-used").to_owned(),
        (TicketState::Cancelled, _) => t!("client-ticket-cancelled").to_owned(),
        (TicketState::Closed, _) => t!("client-ticket-closed").to_owned(),
    }
}

/// A ticket's state in a word.
#[must_use]
pub fn ticket_state(state: TicketState) -> &'static str {
    match state {
        TicketState::Open => t!("client-state-open"),
        TicketState::Used => t!("client-state-used"),
        TicketState::Expired => t!("client-state-expired"),
        TicketState::Cancelled => t!("client-state-cancelled"),
        TicketState::Closed => t!("client-state-closed"),
    }
}

// ---- settings ----

/// The settings' place.
#[must_use]
pub fn settings_file(path: &std::path::Path) -> String {
    t!("client-settings-file", path = path.display().to_string())
}
/// Why a name cannot be shown to others.
#[must_use]
pub fn name_error(error: NameError) -> &'static str {
    match error {
        NameError::Empty => t!("client-name-empty"),
        NameError::TooLong => t!("client-name-too-long"),
        NameError::ForbiddenCharacter => t!("client-name-forbidden"),
        NameError::StraySpace => t!("client-name-stray-space"),
    }
}

/// The choices of appearance.
#[must_use]
pub fn theme(theme: config::Theme) -> &'static str {
    match theme {
        config::Theme::System => t!("client-theme-system"),
        config::Theme::Light => t!("client-theme-light"),
        config::Theme::Dark => t!("client-theme-dark"),
    }
}

/// The choices of picture.
#[must_use]
pub fn picture(choice: config::PictureChoice) -> &'static str {
    match choice {
        config::PictureChoice::Auto => t!("client-picture-sharp"),
        config::PictureChoice::Video => t!("client-picture-video"),
    }
}
