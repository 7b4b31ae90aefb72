//! Whole links on a virtual clock: both ends with all their tasks and real QUIC, over a simulated network. What a test
//! sees here is the same on a busy machine and takes no time that it does not compute. No socket is opened.

mod films;
mod keys;
mod losses;
mod mended;
mod quiet;
mod slow;
mod socket;
mod typing;

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use deskside_crypto::identity::{Identity, Seed};
use deskside_proto::ids::SessionId;
use deskside_proto::name::PersonName;
use deskside_proto::wire::control::FromClient;
use deskside_proto::wire::update::UpdateClass;
use deskside_proto::wire::{REVISION, StreamKind};
use quinn::{Endpoint, EndpointConfig, TokioRuntime};
use tokio::time::{Instant, sleep};

use crate::client::{ClientEvents, ClientLink, ClientSender};
use crate::congestion::simulation::pipe::Link;
use crate::expert::{ExpertEvents, ExpertLink, ExpertSender};
use crate::link::{FrameSource, read_kind};
use crate::{tls, transport};
use socket::{Way, sockets};

fn ms(value: u64) -> Duration {
    Duration::from_millis(value)
}

fn secs(value: u64) -> Duration {
    Duration::from_secs(value)
}

/// Both ends of a session and the network between them.
struct Pair {
    client: ClientSender,
    client_events: ClientEvents,
    expert: ExpertSender,
    expert_events: ExpertEvents,
    /// From the client to the expert.
    down: Way,
    up: Way,
    /// Lives as long as the session, as in the program.
    _listener: Endpoint,
}

impl Pair {
    /// A session that has just begun.
    async fn over(link: Link, seed: u64) -> Self {
        let identity = |number| Identity::from_seed(&Seed::from_bytes([number; 32]));
        let (client, expert) = (identity(1), identity(2));
        let ([near, far], [down, up]) = sockets(link, seed);
        let endpoint = |mut config: EndpointConfig, server, socket| {
            config.rng_seed(Some([seed.to_le_bytes()[0]; 32]));
            Endpoint::new_with_abstract_socket(config, server, socket, Arc::new(TokioRuntime)).unwrap()
        };
        let mut server = quinn::ServerConfig::with_crypto(Arc::new(tls::quic_listener(&client).unwrap()));
        server.transport_config(Arc::new(transport::listening()));
        let address = quinn::AsyncUdpSocket::local_addr(near.as_ref()).unwrap();
        let listener = endpoint(EndpointConfig::default(), Some(server), near);
        let connector = endpoint(transport::connecting_endpoint(), None, far);

        let pin = Arc::new(tls::PinnedClient::new(client.public()));
        let mut config = quinn::ClientConfig::new(Arc::new(tls::quic_connector(&expert, pin).unwrap()));
        config.transport_config(Arc::new(transport::connecting(transport::IDLE_TIMEOUT)));
        let connecting = connector.connect_with(config, address, tls::SERVER_NAME).unwrap();
        let accepting = async { listener.accept().await.unwrap().await.unwrap() };
        let (at_client, at_expert) = tokio::join!(accepting, async { connecting.await.unwrap() });

        let greeting = async {
            let (mut words, answers) = at_expert.open_bi().await.unwrap();
            words.write_all(&[StreamKind::Control.code()]).await.unwrap();
            let mut answers = FrameSource::<FromClient, _>::new(answers);
            assert!(matches!(answers.next().await, Ok(Some(FromClient::Welcome { .. }))));
            ExpertLink::begin(connector, at_expert.clone(), words, answers).split()
        };
        let welcoming = async {
            let (answers, mut words) = at_client.accept_bi().await.unwrap();
            assert_eq!(read_kind(&mut words).await, Ok(StreamKind::Control));
            transport::admit(&at_client);
            let welcome = FromClient::Welcome {
                version: REVISION,
                client_name: PersonName::parse("Karla").unwrap(),
                session: SessionId(1),
            };
            ClientLink::begin(at_client.clone(), answers, FrameSource::new(words), welcome).split()
        };
        let ((expert, expert_events), (client, client_events)) = tokio::join!(greeting, welcoming);
        Self { client, client_events, expert, expert_events, down, up, _listener: listener }
    }

    /// A session in which some words went to and fro, as while the person is asked.
    async fn settled(link: Link, seed: u64) -> Self {
        let pair = Self::over(link, seed).await;
        sleep(secs(3)).await;
        pair
    }
}

/// An update that says what it is.
fn update(kind: u8, number: u32, bytes: usize) -> Bytes {
    let mut payload = vec![kind; bytes.max(5)];
    payload[1..5].copy_from_slice(&number.to_be_bytes());
    payload.into()
}

/// What [`update`] said.
fn parsed(payload: &[u8]) -> (u8, u32) {
    (payload[0], u32::from_be_bytes(payload[1..5].try_into().unwrap()))
}

/// The share of `times` that stayed under what is returned. Unit: percent.
fn percentile(times: &[Duration], percent: usize) -> Duration {
    let mut times = times.to_vec();
    times.sort();
    times[(times.len() - 1) * percent / 100]
}
