//! What is worth remembering of a session: who was allowed what, and how it ended.
//! The moment and the expert's name are added by whoever keeps the record.

use super::{ClientEnd, Scopes};
use crate::ids::GrantId;
use crate::wire::control::{DeniedReason, RevokedReason};

/// One line of the receipt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReceiptEvent {
    /// The person is asked whether the expert may see.
    ViewAsked,
    /// The expert may see.
    ViewAllowed,
    /// The person is asked for control.
    ControlAsked {
        /// What for.
        scopes: Scopes,
    },
    /// The expert has control.
    ControlAllowed {
        /// The grant.
        grant: GrantId,
        /// What for.
        scopes: Scopes,
    },
    /// The expert does not get control.
    ControlDenied {
        /// Why.
        reason: DeniedReason,
    },
    /// The expert took the request back.
    ControlRequestCancelled,
    /// The expert no longer has control, because this side ended it.
    ControlRevoked {
        /// The grant.
        grant: GrantId,
        /// Why.
        reason: RevokedReason,
    },
    /// The expert no longer has control, because it gave it back or the session is over.
    ControlReleased {
        /// The grant.
        grant: GrantId,
    },
    /// The session is over.
    SessionEnded {
        /// Why.
        reason: ClientEnd,
    },
}
