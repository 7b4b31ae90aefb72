//! How a connection ended, one kind for each thing that a person should be told apart.

use deskside_host::exit::Exit;
use deskside_proto::wire::control::{EndedReason, RefusedReason};

/// Why it is over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ending {
    /// The expert ended it here.
    Given {
        /// What was given up.
        up: Given,
    },
    /// The other side ended a running session.
    ByThem(EndedReason),
    /// The other side did not let the expert in.
    Refused(RefusedReason),
    /// No connection came about.
    Connect(ConnectFault),
    /// The connection broke.
    Lost {
        /// The desktop was being seen.
        seen: bool,
    },
    /// The other program broke the rules of the protocol.
    Misbehaved,
}

/// What the expert gave up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Given {
    /// Connecting.
    Connecting,
    /// Waiting for the person's yes.
    Waiting,
    /// A session in which the desktop was seen.
    Session,
}

/// Why no connection came about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConnectFault {
    /// No address of the ticket answered.
    Unreachable {
        /// What was tried, as text.
        tried: Vec<String>,
    },
    /// Something answered that has not the key of the ticket's maker.
    WrongKey,
    /// The other program is of a version that cannot be spoken with.
    Incompatible,
    /// This machine has no network, or does not let the program use it.
    Local(String),
}

impl Ending {
    /// The exit code that says the same.
    #[must_use]
    pub fn exit(&self) -> Exit {
        match self {
            Self::Given { .. } | Self::ByThem(EndedReason::ByPerson | EndedReason::Closing) => Exit::Success,
            Self::ByThem(EndedReason::CaptureFailed) | Self::Misbehaved => Exit::Failure,
            Self::Refused(reason) => match reason {
                RefusedReason::NotAccepted
                | RefusedReason::Expired
                | RefusedReason::NotYetValid
                | RefusedReason::Used
                | RefusedReason::Cancelled => Exit::Ticket,
                RefusedReason::Busy | RefusedReason::Denied | RefusedReason::NoAnswer => Exit::Refused,
                RefusedReason::Incompatible => Exit::Failure,
            },
            Self::Connect(fault) => match fault {
                ConnectFault::Unreachable { .. } | ConnectFault::WrongKey => Exit::Network,
                ConnectFault::Incompatible | ConnectFault::Local(_) => Exit::Failure,
            },
            Self::Lost { .. } => Exit::Network,
        }
    }

    /// The same ticket may work in another attempt.
    #[must_use]
    pub fn may_try_again(&self) -> bool {
        match self {
            Self::Given { up } => *up != Given::Session,
            Self::Refused(reason) => match reason {
                RefusedReason::NotYetValid | RefusedReason::Busy | RefusedReason::NoAnswer => true,
                RefusedReason::NotAccepted
                | RefusedReason::Expired
                | RefusedReason::Used
                | RefusedReason::Cancelled
                | RefusedReason::Denied
                | RefusedReason::Incompatible => false,
            },
            Self::Connect(fault) => match fault {
                ConnectFault::Unreachable { .. } | ConnectFault::Local(_) => true,
                ConnectFault::WrongKey | ConnectFault::Incompatible => false,
            },
            Self::Lost { seen } => !seen,
            Self::ByThem(_) | Self::Misbehaved => false,
        }
    }

    /// A new ticket is what helps.
    #[must_use]
    pub fn needs_ticket(&self) -> bool {
        match self {
            Self::Given { .. } | Self::ByThem(_) | Self::Misbehaved => false,
            Self::Refused(reason) => !matches!(reason, RefusedReason::Denied | RefusedReason::Incompatible),
            Self::Connect(fault) => !matches!(fault, ConnectFault::Local(_) | ConnectFault::Incompatible),
            Self::Lost { .. } => true,
        }
    }
}
