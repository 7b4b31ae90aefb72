//! The UDP socket of the client and the loop that takes connections off it.
//! As soon as it is dropped nobody new is answered; links that exist live on.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::sync::Arc;
use std::time::{Duration, Instant};

use deskside_crypto::identity::Identity;
use deskside_proto::name::PersonName;
use deskside_proto::session::Policy;
use tokio::sync::mpsc;
use tokio::task::{JoinHandle, JoinSet};

use super::door::{Decision, Door, DoorLimits};
use super::greeting::{self, Greeter};
use super::{Admission, Arrival};
use crate::tls::{self, TlsError};
use crate::{socket, transport};

/// The UDP port that tickets name unless the person's settings say otherwise.
pub const DEFAULT_PORT: u16 = 47470;

/// Admitted experts that may wait for the program to take them.
const ARRIVAL_QUEUE: usize = 4;
/// How long closing waits for the last packets to be on their way.
const CLOSE_LIMIT: Duration = Duration::from_secs(2);

/// What the listener needs to know.
#[derive(Debug)]
pub struct ListenConfig<'a> {
    /// The client's identity; its public half is what tickets pin.
    pub identity: &'a Identity,
    /// The client's name, said to admitted experts only.
    pub name: PersonName,
    /// The wanted UDP port; another one is taken when it is in use. 0 takes any.
    pub port: u16,
    /// The only address to listen on; `None` means all of this machine, IPv6 and IPv4.
    pub address: Option<IpAddr>,
    /// Limits on strangers.
    pub limits: ListenLimits,
}

/// How strangers are treated.
#[derive(Debug, Clone, Copy)]
pub struct ListenLimits {
    /// Time from the first packet until the greeting must have arrived.
    pub proof_deadline: Duration,
    /// Time from the greeting to a refusal. One who judges longer answers at the next multiple.
    pub refusal_after: Duration,
    /// Limits on connections and attempts.
    pub door: DoorLimits,
}

impl Default for ListenLimits {
    fn default() -> Self {
        Self {
            proof_deadline: Policy::PROOF,
            refusal_after: Duration::from_millis(300),
            door: DoorLimits::default(),
        }
    }
}

/// Why listening cannot begin.
#[derive(Debug, thiserror::Error)]
pub enum ListenError {
    /// The machine gives no socket.
    #[error("cannot listen for connections: {0}")]
    Socket(#[from] io::Error),
    /// The identity is unusable.
    #[error(transparent)]
    Tls(#[from] TlsError),
}

/// Listens for experts as long as it exists.
#[derive(Debug)]
pub struct Listener {
    endpoint: quinn::Endpoint,
    address: SocketAddr,
    arrivals: mpsc::Receiver<Arrival>,
    doorman: JoinHandle<()>,
}

impl Listener {
    /// Binds the socket and begins to answer. Must be called within a tokio runtime.
    ///
    /// # Errors
    /// When no socket can be bound at all, or the identity cannot be used for TLS.
    pub fn open(config: &ListenConfig<'_>, admission: Arc<dyn Admission>) -> Result<Self, ListenError> {
        let server = server_config(config.identity)?;
        let socket = bind(config.address, config.port)?;
        let address = socket.local_addr()?;
        let endpoint = quinn::Endpoint::new(
            quinn::EndpointConfig::default(),
            Some(server),
            socket,
            Arc::new(quinn::TokioRuntime),
        )?;
        let (sender, arrivals) = mpsc::channel(ARRIVAL_QUEUE);
        let greeter = Arc::new(Greeter {
            admission,
            name: config.name.clone(),
            limits: config.limits,
            arrivals: sender,
        });
        let doorman = tokio::spawn(answer(endpoint.clone(), Door::new(config.limits.door), greeter));
        tracing::info!(port = address.port(), "listening");
        Ok(Self { endpoint, address, arrivals, doorman })
    }

    /// The UDP port that is really used; tickets name it.
    pub fn local_port(&self) -> u16 {
        self.address.port()
    }

    /// The next expert who was admitted; `None` only when listening has failed for good.
    ///
    /// Safe to drop half-way.
    pub async fn accept(&mut self) -> Option<Arrival> {
        self.arrivals.recv().await
    }

    /// Stops listening and waits, for a limited time, until strangers' connections are closed.
    ///
    /// Links that exist live on; the port is free again when the last of them has ended.
    pub async fn close(self) {
        let endpoint = self.endpoint.clone();
        drop(self);
        if endpoint.open_connections() > 0 {
            let _ = tokio::time::timeout(CLOSE_LIMIT, endpoint.wait_idle()).await;
        }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        // Without a server configuration the endpoint drops first packets unanswered.
        self.endpoint.set_server_config(None);
        self.doorman.abort();
        tracing::info!(port = self.address.port(), "no longer listening");
    }
}

/// Takes one attempt after another; greeting them happens in tasks that end with this one.
async fn answer(endpoint: quinn::Endpoint, door: Door, greeter: Arc<Greeter>) {
    let mut greetings = JoinSet::new();
    loop {
        let incoming = tokio::select! {
            incoming = endpoint.accept() => incoming,
            Some(_) = greetings.join_next() => continue,
        };
        let Some(incoming) = incoming else { return };
        let address = incoming.remote_address().ip();
        match door.knock(address, incoming.remote_address_validated(), Instant::now()) {
            Decision::Enter(place) => {
                greetings.spawn(greeting::greet(greeter.clone(), incoming, place));
            }
            Decision::Retry if incoming.may_retry() => {
                // It may retry, so this cannot fail.
                let _ = incoming.retry();
            }
            Decision::Retry | Decision::Refuse => incoming.refuse(),
        }
    }
}

fn server_config(identity: &Identity) -> Result<quinn::ServerConfig, TlsError> {
    let mut server = quinn::ServerConfig::with_crypto(Arc::new(tls::quic_listener(identity)?));
    let mut tokens = quinn::ValidationTokenConfig::default();
    tokens.sent(0);
    server
        .transport_config(Arc::new(transport::listening()))
        .validation_token_config(tokens)
        .max_incoming(transport::MAX_UNDECIDED)
        .incoming_buffer_size(transport::UNDECIDED_BYTES)
        .incoming_buffer_size_total(transport::UNDECIDED_BYTES * transport::MAX_UNDECIDED as u64);
    Ok(server)
}

/// The wanted port if it is free, else any; both families on one socket where the machine can.
fn bind(address: Option<IpAddr>, port: u16) -> io::Result<UdpSocket> {
    let families = match &address {
        Some(only) => vec![*only],
        None => vec![Ipv6Addr::UNSPECIFIED.into(), Ipv4Addr::UNSPECIFIED.into()],
    };
    let mut last = io::Error::from(io::ErrorKind::AddrNotAvailable);
    for port in [port, 0] {
        for family in &families {
            match socket::bind(SocketAddr::new(*family, port)) {
                Ok(socket) => return Ok(socket),
                // In use on both families is still in use: do not take half of the port.
                Err(error) if error.kind() == io::ErrorKind::AddrInUse => {
                    last = error;
                    break;
                }
                Err(error) => last = error,
            }
        }
    }
    Err(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_taken_port_is_replaced_by_a_free_one() {
        let first = bind(None, 0).unwrap();
        let taken = first.local_addr().unwrap().port();
        let second = bind(None, taken).unwrap();
        assert_ne!(second.local_addr().unwrap().port(), taken);
    }

    #[test]
    fn a_port_taken_on_ipv4_alone_is_taken() {
        let first = bind(Some(Ipv4Addr::UNSPECIFIED.into()), 0).unwrap();
        let taken = first.local_addr().unwrap().port();
        assert_ne!(bind(None, taken).unwrap().local_addr().unwrap().port(), taken);
    }

    #[test]
    fn strangers_have_ten_seconds_and_wait_three_hundred_milliseconds() {
        let limits = ListenLimits::default();
        assert_eq!(limits.proof_deadline, Duration::from_secs(10));
        assert_eq!(limits.refusal_after, Duration::from_millis(300));
    }
}
