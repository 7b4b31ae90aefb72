//! Why no session came about, by whose fault it is, with what a plain sentence needs to say.
//! The sentences themselves are the viewer's business.

use std::fmt;
use std::net::SocketAddr;

use deskside_proto::wire::control::RefusedReason;

use crate::link::PeerMisbehaved;
use crate::tls::TlsError;

/// Why the expert is not connected.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// The ticket names no address that one could connect to.
    #[error("the ticket names no usable address")]
    NoAddress,
    /// No address can be reached from here, and it is known why for each.
    #[error("the client cannot be reached: {}", List(.0))]
    Unreachable(Vec<Tried>),
    /// Nobody answered in time, at least at one address.
    #[error("the client does not answer: {}", List(.0))]
    TimedOut(Vec<Tried>),
    /// Somebody answered, but not the client that the ticket names. Nothing was sent to it.
    #[error("another machine answers in the client's place: {}", List(.0))]
    WrongClientKey(Vec<Tried>),
    /// The client answered, and says no.
    #[error("the client refused: {0:?}")]
    Refused(RefusedReason),
    /// The client speaks another version of the protocol.
    #[error("the client speaks another version of the protocol")]
    Incompatible,
    /// The client has too many connections to deal with; later may be better.
    #[error("the client is too busy to answer")]
    Overloaded,
    /// The connection was lost between the handshake and the welcome.
    #[error("the connection was lost while the client was being asked")]
    Lost,
    /// The client broke the protocol.
    #[error("the client broke the protocol: {0}")]
    Misbehaved(#[from] PeerMisbehaved),
    /// This machine gives no socket.
    #[error("this machine cannot connect to anything: {0}")]
    Socket(#[from] std::io::Error),
    /// The expert's own identity is unusable.
    #[error(transparent)]
    Tls(#[from] TlsError),
}

/// One address that was tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tried {
    /// The address as the ticket names it, or what its name stands for.
    pub address: TriedAddress,
    /// What happened there.
    pub failure: AttemptFailure,
}

/// How an address was known when it was tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TriedAddress {
    /// A machine's address and port.
    Number(SocketAddr),
    /// A name that could not be turned into a number.
    Name(String),
}

/// What happened at one address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AttemptFailure {
    /// The name stands for no address.
    NameUnknown,
    /// This machine has no way there.
    NoRoute,
    /// The machine there says that nobody listens.
    NobodyListens,
    /// Nothing came back in time.
    TimedOut,
    /// The key that answered is not the pinned one.
    WrongKey,
    /// What answered has no version of the protocol in common.
    Incompatible,
    /// What answered takes no more connections for now.
    Overloaded,
    /// What answered ended the handshake for another reason.
    Broken,
}

impl fmt::Display for AttemptFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NameUnknown => "the name is not known",
            Self::NoRoute => "there is no way there from here",
            Self::NobodyListens => "nobody listens there",
            Self::TimedOut => "no answer",
            Self::WrongKey => "another machine",
            Self::Incompatible => "another version",
            Self::Overloaded => "too busy",
            Self::Broken => "the handshake failed",
        })
    }
}

impl fmt::Display for TriedAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(address) => write!(f, "{address}"),
            Self::Name(name) => f.write_str(name),
        }
    }
}

/// Shows what was tried in one line.
struct List<'a>(&'a [Tried]);

impl fmt::Display for List<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, tried) in self.0.iter().enumerate() {
            let comma = if index == 0 { "" } else { ", " };
            write!(f, "{comma}{} ({})", tried.address, tried.failure)?;
        }
        Ok(())
    }
}

impl ConnectError {
    /// What all attempts together amount to: the failure that says most about the client comes first.
    pub(crate) fn of(tried: Vec<Tried>) -> Self {
        let any = |failure| tried.iter().any(|attempt| attempt.failure == failure);
        if tried.is_empty() {
            Self::NoAddress
        } else if any(AttemptFailure::WrongKey) {
            Self::WrongClientKey(tried)
        } else if any(AttemptFailure::Incompatible) {
            Self::Incompatible
        } else if any(AttemptFailure::Overloaded) {
            Self::Overloaded
        } else if any(AttemptFailure::TimedOut) {
            Self::TimedOut(tried)
        } else {
            Self::Unreachable(tried)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tried(failures: &[AttemptFailure]) -> Vec<Tried> {
        let address = TriedAddress::Number(SocketAddr::from(([192, 0, 2, 1], 47470)));
        failures.iter().map(|failure| Tried { address: address.clone(), failure: *failure }).collect()
    }

    #[test]
    fn a_wrong_key_is_told_before_anything_else() {
        use AttemptFailure::{Incompatible, NoRoute, TimedOut, WrongKey};
        let error = ConnectError::of(tried(&[NoRoute, TimedOut, Incompatible, WrongKey]));
        assert!(matches!(error, ConnectError::WrongClientKey(_)));
    }

    #[test]
    fn one_address_without_an_answer_makes_it_a_time_out() {
        use AttemptFailure::{NoRoute, NobodyListens, TimedOut};
        assert!(matches!(ConnectError::of(tried(&[NoRoute, TimedOut])), ConnectError::TimedOut(_)));
        assert!(matches!(ConnectError::of(tried(&[NoRoute, NobodyListens])), ConnectError::Unreachable(_)));
        assert!(matches!(ConnectError::of(vec![]), ConnectError::NoAddress));
    }

    #[test]
    fn the_error_names_what_was_tried() {
        let error = ConnectError::of(tried(&[AttemptFailure::NoRoute]));
        assert_eq!(
            error.to_string(),
            "the client cannot be reached: 192.0.2.1:47470 (there is no way there from here)"
        );
    }
}
