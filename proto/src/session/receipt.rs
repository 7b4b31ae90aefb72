//! What is worth remembering of a session: who was allowed what, and how it ended.
//! The moment and the expert's name are added by whoever keeps the record.

use super::{ClientEnd, Scopes, Way};
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
    /// The person is asked for a way of the clipboard.
    ClipboardAsked(Way),
    /// The way is open.
    ClipboardAllowed(Way),
    /// The way stays closed.
    ClipboardDenied {
        /// Which.
        way: Way,
        /// Why; `None` when the expert took the request back.
        reason: Option<DeniedReason>,
    },
    /// The way is closed again.
    ClipboardEnded {
        /// Which.
        way: Way,
        /// Why this side closed it; `None` when the expert gave it back or the session is over.
        reason: Option<RevokedReason>,
    },
    /// The session is over.
    SessionEnded {
        /// Why.
        reason: ClientEnd,
    },
}
