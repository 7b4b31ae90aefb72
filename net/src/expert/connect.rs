//! From a ticket's contents to a link: handshake with the pinned client, greeting with the proof, welcome.
//! It opens no ticket and asks nobody; the access it gets is used for one proof.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use deskside_crypto::identity::{Identity, PublicIdentity};
use deskside_crypto::proof::{self, ProofInput};
use deskside_crypto::ticket::Access;
use deskside_proto::ids::{SessionId, TicketId};
use deskside_proto::name::PersonName;
use deskside_proto::ticket_file::Address;
use deskside_proto::wire::control::{FromClient, FromExpert, Hello, RefusedReason, SealedPassword};
use deskside_proto::wire::{CloseCode, Message, REVISION, StreamKind, WireError};

use super::attempt::race;
use super::error::{AttemptFailure, ConnectError, Tried, TriedAddress};
use super::link::ExpertLink;
use crate::link::{FrameSource, PeerMisbehaved, StreamFailure, close};
use crate::{socket, tls, transport};

/// What is needed to connect to the client that a ticket names.
#[derive(Debug)]
pub struct ConnectConfig<'a> {
    /// The expert's identity; the person sees its fingerprint.
    pub identity: &'a Identity,
    /// The only client that is accepted.
    pub client: &'a PublicIdentity,
    /// The ticket's number.
    pub ticket: TicketId,
    /// Where the client may be, best first.
    pub addresses: &'a [Address],
    /// The name under which the person is asked.
    pub name: PersonName,
    /// What the opened ticket gives: the secret for the proof, and the password that only the client can open.
    pub access: &'a Access,
    /// Time-outs.
    pub limits: ConnectLimits,
}

/// How long connecting may take.
#[derive(Debug, Clone, Copy)]
pub struct ConnectLimits {
    /// Until some address has completed a handshake, all together.
    pub handshake: Duration,
    /// Between the starts of two attempts (RFC 8305, section 5).
    pub stagger: Duration,
    /// From the greeting to the answer.
    pub answer: Duration,
    /// Silence on the path after which the link counts as lost; the smaller of both sides' values holds.
    pub idle: Duration,
}

impl Default for ConnectLimits {
    fn default() -> Self {
        Self {
            handshake: Duration::from_secs(15),
            stagger: Duration::from_millis(250),
            answer: Duration::from_secs(10),
            idle: transport::IDLE_TIMEOUT,
        }
    }
}

/// A session that the client has welcomed; the person is now being asked.
#[derive(Debug)]
pub struct Connected {
    /// The link to the client.
    pub link: ExpertLink,
    /// The client's name for itself.
    pub client_name: PersonName,
    /// The session's number.
    pub session: SessionId,
    /// The address that answered first.
    pub remote: SocketAddr,
}

/// Connects, proves and waits for the welcome. Must be called within a tokio runtime; safe to drop half-way.
///
/// # Errors
/// See [`ConnectError`]: each kind says what happened and whose doing it is.
pub async fn connect(config: &ConnectConfig<'_>) -> Result<Connected, ConnectError> {
    let endpoint = open_endpoint()?;
    let race = race(&endpoint, config.identity, config.client, config.addresses, &config.limits);
    let connection = race.await?.map_err(ConnectError::of)?;
    let remote = connection.remote_address();
    match tokio::time::timeout(config.limits.answer, greet(config, &connection)).await {
        Ok(Ok(Greeted { words, answers, client_name, session })) => {
            let link = ExpertLink::begin(endpoint, connection, words, answers);
            Ok(Connected { link, client_name, session, remote })
        }
        Ok(Err(error)) => {
            let misbehaved = matches!(error, ConnectError::Misbehaved(_));
            close(&connection, if misbehaved { CloseCode::ProtocolViolation } else { CloseCode::Finished });
            Err(error)
        }
        Err(_) => {
            close(&connection, CloseCode::TooSlow);
            let address = TriedAddress::Number(remote);
            Err(ConnectError::TimedOut(vec![Tried { address, failure: AttemptFailure::TimedOut }]))
        }
    }
}

/// One socket for both families where the machine has both.
fn open_endpoint() -> Result<quinn::Endpoint, ConnectError> {
    let open = || {
        let socket = socket::bind((Ipv6Addr::UNSPECIFIED, 0).into())
            .or_else(|_| socket::bind((Ipv4Addr::UNSPECIFIED, 0).into()))?;
        quinn::Endpoint::new(transport::connecting_endpoint(), None, socket, Arc::new(quinn::TokioRuntime))
    };
    open().map_err(ConnectError::Socket)
}

/// The control stream after the welcome.
struct Greeted {
    words: quinn::SendStream,
    answers: FrameSource<FromClient, quinn::RecvStream>,
    client_name: PersonName,
    session: SessionId,
}

async fn greet(config: &ConnectConfig<'_>, connection: &quinn::Connection) -> Result<Greeted, ConnectError> {
    let (mut words, answers) = connection.open_bi().await.map_err(|_| ConnectError::Lost)?;
    let mut bytes = vec![StreamKind::Control.code()];
    FromExpert::Hello(hello(config, connection)?).encode(&mut bytes);
    // A client that refuses may close before everything is written; its answer says more than this error.
    let written = words.write_all(&bytes).await;
    let mut answers = FrameSource::<FromClient, _>::new(answers);
    let invalid = |error| PeerMisbehaved::InvalidMessage { stream: StreamKind::Control, error };
    match answers.next().await {
        Ok(Some(FromClient::Welcome { version, client_name, session })) if written.is_ok() => {
            if version > REVISION {
                return Err(invalid(WireError::InvalidValue("version")).into());
            }
            Ok(Greeted { words, answers, client_name, session })
        }
        Ok(Some(FromClient::Refused { reason: RefusedReason::Incompatible })) => {
            Err(ConnectError::Incompatible)
        }
        Ok(Some(FromClient::Refused { reason })) => Err(ConnectError::Refused(reason)),
        Ok(Some(_)) => Err(invalid(WireError::InvalidValue("first message")).into()),
        Err(StreamFailure::Wire(error)) => Err(invalid(error).into()),
        Ok(None) | Err(StreamFailure::Gone) => Err(closed_early(connection)),
    }
}

fn hello(config: &ConnectConfig<'_>, connection: &quinn::Connection) -> Result<Hello, ConnectError> {
    let exporter = tls::exporter(connection).map_err(|_| ConnectError::Lost)?;
    let expert = config.identity.public();
    let sealed_password = SealedPassword::new(config.access.sealed_password.to_vec())
        .map_err(|_| ConnectError::Refused(RefusedReason::NotAccepted))?;
    let proof = proof::prove(
        &config.access.access_secret,
        &ProofInput {
            ticket: &config.ticket,
            exporter: &exporter,
            expert,
            sealed_password: &config.access.sealed_password,
        },
    );
    Ok(Hello {
        version: REVISION,
        name: config.name.clone(),
        sealing_key: *expert.sealing(),
        ticket: config.ticket,
        sealed_password,
        proof,
    })
}

/// A client may close without a word, for example when it stops listening in that moment.
fn closed_early(connection: &quinn::Connection) -> ConnectError {
    match connection.close_reason() {
        Some(quinn::ConnectionError::ApplicationClosed(close))
            if CloseCode::from_code(close.error_code.into_inner()) == Some(CloseCode::Refused) =>
        {
            ConnectError::Refused(RefusedReason::NotAccepted)
        }
        _ => ConnectError::Lost,
    }
}
