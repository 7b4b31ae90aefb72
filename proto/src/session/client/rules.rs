//! What comes before what when a state is left, and which answers count as a refusal.
//! No state is kept here.

use crate::session::{ClientEffect, ClientState};
use crate::wire::control::DeniedReason;

/// The rank of what need not come first.
pub(super) const LATER: u8 = 3;

/// What closes comes before everything else, in this order.
pub(super) fn urgency(effect: &ClientEffect) -> u8 {
    match effect {
        ClientEffect::DisableInput => 0,
        ClientEffect::ReleaseAll => 1,
        ClientEffect::CloseClipboard(_) => 2,
        ClientEffect::AskView
        | ClientEffect::StartCapture(_)
        | ClientEffect::StopCapture
        | ClientEffect::AskControl { .. }
        | ClientEffect::AskClipboard { .. }
        | ClientEffect::OpenClipboard(_)
        | ClientEffect::CloseQuestion
        | ClientEffect::EnableInput(_)
        | ClientEffect::Send(_)
        | ClientEffect::Record(_)
        | ClientEffect::CloseLink => LATER,
    }
}

/// What must be done before anything else on the way from one state to another.
pub(super) fn leaving(from: &ClientState, to: &ClientState) -> Vec<ClientEffect> {
    let is_end = matches!(to, ClientState::Ended { .. });
    let mut effects = match from {
        ClientState::Controlled { .. } => match to {
            ClientState::Controlled { .. } => Vec::new(),
            ClientState::AskingView { .. }
            | ClientState::Viewing
            | ClientState::ControlRequested { .. }
            | ClientState::Revoked { .. }
            | ClientState::Ended { .. } => vec![ClientEffect::DisableInput, ClientEffect::ReleaseAll],
        },
        ClientState::AskingView { .. } => return vec![ClientEffect::CloseQuestion],
        ClientState::ControlRequested { .. } => vec![ClientEffect::CloseQuestion],
        ClientState::Viewing | ClientState::Revoked { .. } => Vec::new(),
        ClientState::Ended { .. } => return Vec::new(),
    };
    if is_end {
        effects.push(ClientEffect::StopCapture);
    }
    effects
}

/// The person was asked and did not say yes: counts towards [`Policy::unallowed_requests`].
pub(super) fn is_refusal(reason: DeniedReason) -> bool {
    match reason {
        DeniedReason::ByPerson | DeniedReason::NoAnswer => true,
        DeniedReason::Busy
        | DeniedReason::CoolingDown
        | DeniedReason::TooManyRequests
        | DeniedReason::ScreenLocked
        | DeniedReason::OutOfTurn
        | DeniedReason::Unsupported => false,
    }
}
