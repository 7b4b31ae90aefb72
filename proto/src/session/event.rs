//! What happens to a session and what is to be done about it, for both machines.
//! Effects are carried out in the order given; that order is part of the promise to the person.

use super::{Desk, Grant, ReceiptEvent, Scopes, ViewGrant};
use crate::geometry::Size;
use crate::ids::{GrantId, RequestId};
use crate::wire::control::{DeniedReason, EndedReason, FromClient, FromExpert, Part, RevokedReason};
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
    /// The expert asks for control.
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
    /// The person gives control.
    LocalAllowControl {
        /// The request that the person answered.
        request: RequestId,
    },
    /// The person does not give control.
    LocalDenyControl {
        /// The request that the person answered.
        request: RequestId,
    },
    /// The person stops control: hotkey, banner, tray. Also the answer no to an open question for control.
    LocalRevoke,
    /// The expert gives control back.
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
    /// The expert takes the request back.
    CancelRequest,
    /// The expert gives control back.
    ReleaseControl,
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
    /// Begin to send input under this grant.
    StartInput {
        /// The grant.
        grant: GrantId,
        /// What may be sent.
        scopes: Scopes,
    },
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
}
