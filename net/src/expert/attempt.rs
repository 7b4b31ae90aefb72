//! Many addresses, one connection: attempts start one after the other and overlap (RFC 8305 in spirit),
//! and the first that completes a handshake with the pinned key wins. Nothing is said to anybody else.

use std::collections::{HashSet, VecDeque};
use std::future::pending;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

use deskside_crypto::identity::{Identity, PublicIdentity};
use deskside_proto::ticket_file::{Address, Host};
use tokio::net::UdpSocket;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until, timeout_at};

use super::connect::ConnectLimits;
use super::error::{AttemptFailure, Tried, TriedAddress};
use crate::tls::{self, PinnedClient, TlsError};
use crate::transport;

/// Addresses that one name may stand for; more are not tried.
const MAX_PER_NAME: usize = 4;

/// TLS alert "no_application_protocol" (RFC 7301) as a QUIC error code (RFC 9001, section 4.8).
const NO_COMMON_PROTOCOL: u64 = 0x100 + 120;

/// What a running attempt has come to.
enum Outcome {
    Connected(quinn::Connection),
    Failed(Tried),
    /// A name stands for these.
    Known(Vec<SocketAddr>),
}

/// Something to try next.
#[derive(Debug)]
enum Candidate {
    Number(SocketAddr),
    Name(String, u16),
}

impl From<&Address> for Candidate {
    fn from(address: &Address) -> Self {
        match address.host() {
            Host::V4(v4) => Self::Number((*v4, address.port()).into()),
            Host::V6(v6) => Self::Number((*v6, address.port()).into()),
            Host::Name(name) => Self::Name(name.as_str().to_owned(), address.port()),
        }
    }
}

/// Connects to the client that holds the pinned key, wherever it answers first.
pub(super) async fn race(
    endpoint: &quinn::Endpoint,
    identity: &Identity,
    client: &PublicIdentity,
    addresses: &[Address],
    limits: &ConnectLimits,
) -> Result<Result<quinn::Connection, Vec<Tried>>, TlsError> {
    let deadline = Instant::now() + limits.handshake;
    let mut waiting: VecDeque<Candidate> = addresses.iter().map(Candidate::from).collect();
    let mut running = JoinSet::new();
    let mut known = HashSet::new();
    let mut tried = Vec::new();
    let mut next_start = Instant::now();
    loop {
        if next_start <= Instant::now()
            && let Some(candidate) = waiting.pop_front()
        {
            match candidate {
                Candidate::Number(address) if known.insert(address) => {
                    let transport = Arc::new(transport::connecting(limits.idle));
                    let pin = Arc::new(PinnedClient::new(client));
                    let crypto = tls::quic_connector(identity, pin.clone())?;
                    let mut config = quinn::ClientConfig::new(Arc::new(crypto));
                    config.transport_config(transport);
                    let attempt = Attempt { endpoint: endpoint.clone(), config, pin, address, deadline };
                    running.spawn(attempt.run());
                    next_start = Instant::now() + limits.stagger;
                }
                Candidate::Number(_) => {}
                Candidate::Name(name, port) => drop(running.spawn(look_up(name, port, deadline))),
            }
            continue;
        }
        tokio::select! {
            Some(done) = running.join_next() => match done {
                Ok(Outcome::Connected(connection)) => return Ok(Ok(connection)),
                Ok(Outcome::Failed(failure)) => {
                    tried.push(failure);
                    next_start = Instant::now();
                }
                Ok(Outcome::Known(addresses)) => {
                    for address in addresses.into_iter().rev() {
                        waiting.push_front(Candidate::Number(address));
                    }
                }
                // A cancelled or panicked attempt has nothing to tell.
                Err(_) => {}
            },
            () = sleep_until(next_start), if !waiting.is_empty() => {}
            else => return Ok(Err(tried)),
        }
    }
}

async fn look_up(name: String, port: u16, deadline: Instant) -> Outcome {
    let failure = match timeout_at(deadline, tokio::net::lookup_host((name.as_str(), port))).await {
        Ok(Ok(addresses)) => {
            // A name may stand for anything; the ticket's own rules for addresses apply to it as well.
            let usable = addresses.filter(|address| Address::from_socket(*address).is_ok());
            let usable: Vec<_> = usable.take(MAX_PER_NAME).collect();
            if !usable.is_empty() {
                return Outcome::Known(usable);
            }
            AttemptFailure::NameUnknown
        }
        Ok(Err(_)) => AttemptFailure::NameUnknown,
        Err(_) => AttemptFailure::TimedOut,
    };
    Outcome::Failed(Tried { address: TriedAddress::Name(name), failure })
}

/// One address, one pinned verifier: what it has seen belongs to this address alone.
struct Attempt {
    endpoint: quinn::Endpoint,
    config: quinn::ClientConfig,
    pin: Arc<PinnedClient>,
    address: SocketAddr,
    deadline: Instant,
}

impl Attempt {
    async fn run(self) -> Outcome {
        let address = TriedAddress::Number(self.address);
        match self.connect().await {
            Ok(connection) => Outcome::Connected(connection),
            Err(failure) => Outcome::Failed(Tried { address, failure }),
        }
    }

    async fn connect(self) -> Result<quinn::Connection, AttemptFailure> {
        let probe = probe(self.address).await.map_err(|_| AttemptFailure::NoRoute)?;
        let connecting = self
            .endpoint
            .connect_with(self.config, self.address, tls::SERVER_NAME)
            .map_err(|_| AttemptFailure::NoRoute)?;
        tokio::select! {
            biased;
            done = timeout_at(self.deadline, connecting) => match done {
                Ok(Ok(connection)) => Ok(connection),
                Ok(Err(_)) if self.pin.another_key_seen() => Err(AttemptFailure::WrongKey),
                Ok(Err(error)) => Err(failure_of(&error)),
                Err(_) => Err(AttemptFailure::TimedOut),
            },
            () = nobody_listens(&probe) => Err(AttemptFailure::NobodyListens),
        }
    }
}

/// A connected socket beside QUIC's own: it learns at once that there is no way to an address.
async fn probe(address: SocketAddr) -> io::Result<UdpSocket> {
    let any: IpAddr = match address {
        SocketAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
        SocketAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
    };
    let socket = UdpSocket::bind((any, 0)).await?;
    socket.connect(address).await?;
    Ok(socket)
}

/// Returns when the other machine says that its port is closed (ICMP port unreachable).
///
/// An empty datagram is enough to be told so, and a QUIC endpoint that does listen ignores it. QUIC's own
/// socket serves several addresses and is never told.
async fn nobody_listens(probe: &UdpSocket) {
    if let Err(error) = probe.send(&[]).await {
        return ends_with(&error).await;
    }
    match probe.recv(&mut [0; 1]).await {
        Ok(_) => pending().await,
        Err(error) => ends_with(&error).await,
    }
}

async fn ends_with(error: &io::Error) {
    // Linux says "refused", Windows says "reset".
    if !matches!(error.kind(), io::ErrorKind::ConnectionRefused | io::ErrorKind::ConnectionReset) {
        pending().await
    }
}

fn failure_of(error: &quinn::ConnectionError) -> AttemptFailure {
    let code = match error {
        quinn::ConnectionError::TransportError(error) => u64::from(error.code),
        quinn::ConnectionError::ConnectionClosed(close) => u64::from(close.error_code),
        quinn::ConnectionError::VersionMismatch => return AttemptFailure::Incompatible,
        quinn::ConnectionError::TimedOut => return AttemptFailure::TimedOut,
        quinn::ConnectionError::ApplicationClosed(_)
        | quinn::ConnectionError::Reset
        | quinn::ConnectionError::LocallyClosed
        | quinn::ConnectionError::CidsExhausted => return AttemptFailure::Broken,
    };
    if code == NO_COMMON_PROTOCOL {
        AttemptFailure::Incompatible
    } else if code == u64::from(quinn::TransportErrorCode::CONNECTION_REFUSED) {
        AttemptFailure::Overloaded
    } else {
        AttemptFailure::Broken
    }
}
