//! Why a connection or a session is over, in the words of the model.

use deskside_net::CloseReason;
use deskside_net::expert::{ConnectError, Tried};
use deskside_proto::session::{ExpertEnd, ExpertState};
use deskside_proto::wire::control::RefusedReason;

use crate::model::{ConnectFault, Ending, Given};
use crate::words;

/// The link was closed before the machine, which was in this state, knew of it.
pub(super) fn closed(reason: CloseReason, before: &ExpertState) -> Ending {
    match reason {
        CloseReason::PeerMisbehaved(_) => Ending::Misbehaved,
        CloseReason::Here(_) | CloseReason::There(_) | CloseReason::TimedOut | CloseReason::Broken => {
            ended(ExpertEnd::LinkLost, before)
        }
    }
}

/// The machine ended, and was in this state before.
pub(super) fn ended(end: ExpertEnd, before: &ExpertState) -> Ending {
    let seen = !matches!(before, ExpertState::Connecting | ExpertState::Waiting);
    match end {
        ExpertEnd::Refused(reason) => Ending::Refused(reason),
        ExpertEnd::ByClient(reason) => Ending::ByThem(reason),
        ExpertEnd::Left => Ending::Given { up: if seen { Given::Session } else { Given::Waiting } },
        ExpertEnd::NotConnected | ExpertEnd::LinkLost => Ending::Lost { seen },
        ExpertEnd::ClientMisbehaved(act) => {
            tracing::warn!(?act, "the client broke the rules of the session");
            Ending::Misbehaved
        }
    }
}

/// There was no connection at all.
pub(super) fn not_connected(error: &ConnectError) -> Ending {
    let unreachable = |tried: &[Tried]| {
        let tried = tried
            .iter()
            .map(|tried| format!("{} ({})", tried.address, words::attempt(tried.failure)))
            .collect();
        Ending::Connect(ConnectFault::Unreachable { tried })
    };
    match error {
        ConnectError::NoAddress => unreachable(&[]),
        ConnectError::Unreachable(tried) | ConnectError::TimedOut(tried) => unreachable(tried),
        ConnectError::WrongClientKey(_) => Ending::Connect(ConnectFault::WrongKey),
        ConnectError::Refused(reason) => Ending::Refused(*reason),
        ConnectError::Incompatible => Ending::Connect(ConnectFault::Incompatible),
        ConnectError::Overloaded => Ending::Refused(RefusedReason::Busy),
        ConnectError::Lost => Ending::Lost { seen: false },
        ConnectError::Misbehaved(_) => Ending::Misbehaved,
        ConnectError::Socket(error) => Ending::Connect(ConnectFault::Local(error.to_string())),
        ConnectError::Tls(error) => Ending::Connect(ConnectFault::Local(error.to_string())),
    }
}
