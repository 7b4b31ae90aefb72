//! The client's end: a listener that exists only while somebody may come, and the links it gives out.
//! It knows no ticket: whoever comes is judged by [`Admission`], and strangers all hear the same.

mod door;
mod greeting;
mod link;
mod listener;
mod liveness;
mod repair;
mod videos;

use std::net::{IpAddr, SocketAddr};

use deskside_crypto::identity::PublicIdentity;
use deskside_proto::ids::{SessionId, TicketId};
use deskside_proto::name::PersonName;
use deskside_proto::wire::control::{Hello, RefusedReason};

pub use door::{DoorLimits, network_of};
pub use link::{ClientEvents, ClientLink, ClientLinkEvent, ClientSender, HEARTBEAT_LIMIT, HOLDING_LIMIT};
pub use listener::{DEFAULT_PORT, ListenConfig, ListenError, ListenLimits, Listener};

/// Decides who may come in; the only gate between a handshake and a session.
pub trait Admission: Send + Sync + 'static {
    /// Judges one greeting. Called once per connection, on a thread that may block.
    ///
    /// Whoever has no valid proof must get [`RefusedReason::NotAccepted`] and nothing else.
    fn admit(&self, knock: &Knock<'_>) -> Verdict;
}

/// Everything that is known of somebody who asks to be let in.
#[derive(Debug)]
pub struct Knock<'a> {
    /// What the expert says: name, ticket, sealed password, proof.
    pub hello: &'a Hello,
    /// The key that TLS proved, with the sealing key out of the greeting.
    pub expert: &'a PublicIdentity,
    /// The TLS exporter of this very connection, to which the proof must be bound.
    pub exporter: &'a [u8; 32],
    /// Where the connection comes from; proved by the handshake.
    pub remote: IpAddr,
}

/// The answer to a [`Knock`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The proof is valid and the ticket is good: begin the session of this number.
    Admit(SessionId),
    /// Not let in. The answer is sent at the same moment after the greeting, whatever the reason.
    Refuse(RefusedReason),
}

/// An expert who was admitted and has been welcomed.
#[derive(Debug)]
pub struct Arrival {
    /// The link to the expert.
    pub link: ClientLink,
    /// The session that [`Verdict::Admit`] named.
    pub session: SessionId,
    /// Who it is, as proved.
    pub expert: PublicIdentity,
    /// Who it says it is.
    pub name: PersonName,
    /// The ticket that was used.
    pub ticket: TicketId,
    /// Where the connection comes from.
    pub remote: SocketAddr,
}
