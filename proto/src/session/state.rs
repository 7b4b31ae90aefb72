//! The states of both machines and the reasons for which they end.
//! Read by whoever draws them; changed by `client` and `expert` alone.

use super::{Scopes, Way};
use crate::ids::{GrantId, RequestId};
use crate::time::Millis;
use crate::wire::control::{EndedReason, RefusedReason};

/// Where the client's session stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ClientState {
    /// The person is asked whether the expert may see; nothing is captured.
    AskingView {
        /// When no answer becomes no.
        deadline: Millis,
    },
    /// The expert sees.
    Viewing,
    /// The expert sees, and the person is asked for control.
    ControlRequested {
        /// The request.
        request: RequestId,
        /// What is asked for.
        scopes: Scopes,
        /// When no answer becomes no.
        deadline: Millis,
    },
    /// The expert sees and has control.
    Controlled {
        /// The request that the person allowed.
        request: RequestId,
        /// The grant's number; the token itself went to whoever opened the gate.
        grant: GrantId,
        /// What is granted.
        scopes: Scopes,
        /// The person's own input goes first right now.
        paused: bool,
        /// When control ends unless pointer or keyboard are used.
        idle_at: Millis,
    },
    /// The expert sees; the person has just stopped control, and is not asked again yet.
    Revoked {
        /// When the expert may ask again.
        until: Millis,
    },
    /// The session is over.
    Ended {
        /// Why.
        reason: ClientEnd,
    },
}

/// Where one way of the clipboard stands, as the client sees it. Beside [`ClientState`]: each way has its own yes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum ClientWay {
    /// Nothing passes.
    #[default]
    Closed,
    /// The person is asked.
    Asked {
        /// The request.
        request: RequestId,
        /// When no answer becomes no.
        deadline: Millis,
    },
    /// What is copied may pass.
    Open {
        /// The request that the person allowed.
        request: RequestId,
        /// The grant's number; the token itself went to whoever opened the way.
        grant: GrantId,
    },
}

/// Why a session is over, as the client sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ClientEnd {
    /// The person did not let the expert see.
    ViewDenied,
    /// The person did not answer whether the expert may see.
    ViewNotAnswered,
    /// The client ended it.
    Here(EndedReason),
    /// The expert left.
    ExpertLeft,
    /// The connection is gone.
    LinkLost,
}

/// What runs out when a machine's deadline passes. Each has a reason that the other side hears or has heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Timeout {
    /// Seeing was not answered: `Refused{NoAnswer}`.
    ViewNotAnswered,
    /// Control was not answered: `ControlDenied{NoAnswer}`.
    ControlNotAnswered,
    /// Control was not used: `ControlRevoked{Idle}`.
    ControlIdle,
    /// The clipboard was not answered: `ControlDenied{NoAnswer}`.
    ClipboardNotAnswered(Way),
    /// The pause after a revoke is over: the other side may ask again, as `CoolingDown` told it.
    CoolDownOver,
}

/// Where the expert's session stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ExpertState {
    /// The connection is being made, or the proof is not answered yet.
    Connecting,
    /// Admitted; the person is asked whether this expert may see.
    Waiting,
    /// The desktop is shown.
    Viewing,
    /// The desktop is shown, and the person is asked for control.
    Asked {
        /// The request.
        request: RequestId,
        /// What was asked for.
        scopes: Scopes,
    },
    /// The desktop is shown and input is sent.
    Controlling {
        /// The grant, put in front of every input event.
        grant: GrantId,
        /// What is granted.
        scopes: Scopes,
        /// The person's own input goes first right now.
        paused: bool,
    },
    /// The desktop is shown; the person stopped control a moment ago.
    Revoked {
        /// When it makes sense to ask again.
        until: Millis,
    },
    /// The session is over.
    Ended {
        /// Why.
        reason: ExpertEnd,
    },
}

/// Where one way of the clipboard stands, as the expert sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum ExpertWay {
    /// Nothing passes.
    #[default]
    Closed,
    /// The person is asked.
    Asked {
        /// The request.
        request: RequestId,
    },
    /// What is copied may pass.
    Open {
        /// The grant, under which things are offered and fetched.
        grant: GrantId,
    },
}

/// Why a session is over, as the expert sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ExpertEnd {
    /// Not admitted, or not allowed to see.
    Refused(RefusedReason),
    /// The client ended it.
    ByClient(EndedReason),
    /// The expert left.
    Left,
    /// The connection was never made.
    NotConnected,
    /// The connection is gone.
    LinkLost,
    /// The client said something that it must not say.
    ClientMisbehaved(Misbehaviour),
}

/// What a client must not do; one for each illegal act.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Misbehaviour {
    /// Said something other than `Welcome` or `Refused` in answer to `Hello`.
    NotAdmittedYet,
    /// Said `Welcome` twice.
    SecondWelcome,
    /// Spoke of control before it allowed seeing.
    ControlBeforeView,
    /// Spoke of what the picture shows before it allowed seeing.
    PictureBeforeView,
    /// Said `ViewAllowed` twice.
    SecondViewAllowed,
    /// Said `Refused` after it allowed seeing.
    RefusedAfterView,
    /// Answered a request that was never made, or answered one twice.
    UnknownRequest,
    /// Granted more than was asked for.
    ScopesBeyondRequest,
    /// Chose a revision that the expert does not speak.
    UnknownRevision,
}
