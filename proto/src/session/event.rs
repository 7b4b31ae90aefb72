//! What happens to a session and what is to be done about it, for both machines.
//! Effects are carried out in the order given; that order is part of the promise to the person.

use super::{Desk, Grant, ReceiptEvent, Scopes, ViewGrant, Way};
use crate::geometry::Size;
use crate::ids::{GrantId, RequestId};
use crate::wire::control::{DeniedReason, EndedReason, FromClient, FromExpert, Part, RevokedReason};
use crate::wire::input::Locks;
use crate::wire::monitors::Monitors;

/// What happens to the client's session.
///
/// Only the events called `Local*` speak for the person; whoever makes them holds the person's own yes or no.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClientEvent {
    /// The person lets the expert see.
    LocalAllowView {
        /// The desktop's size now.
        screen: Size,
    },
    /// The person does not let the expert see.
    LocalDenyView,
    /// The expert asks for control, or for a way of the clipboard.
    ExpertRequestsControl {
        /// The request's number.
        request: RequestId,
        /// What is asked for.
        scopes: Scopes,
        /// Whether the person can be asked now; see [`Desk::of`].
        desk: Desk,
    },
    /// The expert takes a request back.
    ExpertCancelsRequest {
        /// The request.
        request: RequestId,
    },
    /// The person gives what was asked for.
    LocalAllowControl {
        /// The request that the person answered.
        request: RequestId,
    },
    /// The person does not give what was asked for.
    LocalDenyControl {
        /// The request that the person answered.
        request: RequestId,
    },
    /// The person stops control and the clipboard: hotkey, banner, tray. Also the answer no to an open question for them.
    LocalRevoke,
    /// The expert gives a grant back.
    ExpertReleases {
        /// The grant.
        grant: GrantId,
    },
    /// The expert leaves.
    ExpertLeaves,
    /// Input of the expert was injected; told at most once a second.
    ExpertInputSeen,
    /// The person moves or types: the person's input goes first.
    LocalInputActive,
    /// The person has stopped moving and typing.
    LocalInputQuiet,
    /// Nothing was heard from the expert for more than 10 s.
    LinkSilent,
    /// The connection is gone.
    LinkLost,
    /// The person ends the session.
    LocalEnd,
    /// The client's program cannot or must not go on.
    ProgramEnds {
        /// Why.
        reason: EndedReason,
    },
    /// Input can no longer be injected.
    InputFailed,
    /// The clipboard cannot be used this way.
    ClipboardFailed(Way),
    /// The screen was locked.
    ScreenLocked,
    /// `ClientSession::deadline` has been reached.
    TimePassed,
}

/// What the client is to do.
#[derive(Debug, PartialEq, Eq)]
pub enum ClientEffect {
    /// Ask the person whether the expert may see.
    AskView,
    /// Begin to capture the desktop and to send updates.
    StartCapture(ViewGrant),
    /// Stop capturing.
    StopCapture,
    /// Ask the person for control.
    AskControl {
        /// The request, to be given back with the answer.
        request: RequestId,
        /// What is asked for.
        scopes: Scopes,
    },
    /// Ask the person for a way of the clipboard.
    AskClipboard {
        /// The request, to be given back with the answer.
        request: RequestId,
        /// Which way.
        way: Way,
    },
    /// Let copied things pass on the way that this grant is for.
    OpenClipboard(Grant),
    /// Let nothing pass on this way any more.
    CloseClipboard(Way),
    /// Close the open question of this session.
    CloseQuestion,
    /// Open the gate for this grant.
    EnableInput(Grant),
    /// Close the gate. Stands before everything else when control ends.
    DisableInput,
    /// Release every key and button that was injected.
    ReleaseAll,
    /// Send this on the control stream.
    Send(FromClient),
    /// Write this into the receipt.
    Record(ReceiptEvent),
    /// Close the connection once everything is sent.
    CloseLink,
}

/// What happens to the expert's session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExpertEvent {
    /// A message of the client has arrived.
    Received(FromClient),
    /// The expert asks for control.
    AskControl {
        /// What for.
        scopes: Scopes,
    },
    /// The expert asks for a way of the clipboard.
    AskClipboard(Way),
    /// The expert takes the request back.
    CancelRequest,
    /// The expert gives control back.
    ReleaseControl,
    /// The expert closes a way of the clipboard.
    ReleaseClipboard(Way),
    /// The expert leaves.
    Leave,
    /// The connection was not made.
    ConnectFailed,
    /// The connection is gone.
    LinkLost,
    /// `ExpertSession::deadline` has been reached.
    TimePassed,
}

/// What the expert's program is to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExpertEffect {
    /// Send this on the control stream.
    Send(FromExpert),
    /// Show the picture; updates follow.
    ShowPicture {
        /// The desktop's size, until an update says otherwise.
        screen: Size,
    },
    /// The desktop has these monitors from now on.
    ShowMonitors(Monitors),
    /// So much of the desktop may be seen from now on.
    ShowSharing {
        /// What may be seen at all.
        part: Part,
        /// Some of it is hidden.
        hides: bool,
    },
    /// These locks are on over there, under the grant that runs.
    ShowLocks(Locks),
    /// Begin to send input under this grant.
    StartInput {
        /// The grant.
        grant: GrantId,
        /// What may be sent.
        scopes: Scopes,
    },
    /// Copied things may pass this way, under this grant.
    OpenClipboard {
        /// Which.
        way: Way,
        /// The grant.
        grant: GrantId,
    },
    /// Nothing passes this way any more.
    CloseClipboard(Way),
    /// Send no more input, and forget what is held.
    StopInput,
    /// Tell the expert.
    Tell(ExpertNotice),
    /// Close the connection once everything is sent.
    CloseLink,
}

/// What the expert should be told apart from the state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExpertNotice {
    /// The request was answered with no.
    ControlDenied(DeniedReason),
    /// Control has ended.
    ControlRevoked(RevokedReason),
    /// The request for a way of the clipboard was answered with no.
    ClipboardDenied(Way, DeniedReason),
    /// A way of the clipboard was closed.
    ClipboardRevoked(Way, RevokedReason),
}
