//! What the tests of both ends share: real identities, a real ticket, an admission that checks real proofs.
#![allow(dead_code, reason = "every test file uses a part of it")]

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use deskside_crypto::identity::{Identity, PublicIdentity, Seed};
use deskside_crypto::proof::{self, ProofInput};
use deskside_crypto::secret::AccessSecret;
use deskside_crypto::ticket::Access;
use deskside_net::client::{
    Admission, Arrival, ClientEvents, ClientLinkEvent, ClientSender, DoorLimits, Knock, ListenConfig,
    ListenLimits, Listener, Verdict,
};
use deskside_net::expert::{
    ConnectConfig, ConnectError, ConnectLimits, Connected, ExpertEvents, ExpertLinkEvent, ExpertSender,
    connect,
};
use deskside_proto::ids::{SessionId, TicketId};
use deskside_proto::name::PersonName;
use deskside_proto::ticket_file::Address;
use deskside_proto::wire::control::{Hello, RefusedReason, SealedPassword};

/// Longest that a test waits for something that must happen.
pub const PATIENCE: Duration = Duration::from_secs(20);

pub const TICKET: TicketId = TicketId([7; 16]);

pub fn identity(number: u8) -> Identity {
    Identity::from_seed(&Seed::from_bytes([number; 32]))
}

pub fn name(text: &str) -> PersonName {
    PersonName::parse(text).unwrap()
}

pub fn address(socket: SocketAddr) -> Address {
    Address::from_socket(socket).unwrap()
}

pub fn access(secret: u8) -> Access {
    Access { access_secret: AccessSecret::from_bytes([secret; 32]), sealed_password: [0x5e; 80] }
}

/// Waits for something that must happen; a hanging program fails instead of hanging the test.
pub async fn soon<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, future).await.expect("nothing happened")
}

/// Admits whoever proves to hold the one ticket, and counts who tried.
pub struct Tickets {
    pub good: HashMap<TicketId, AccessSecret>,
    /// What holders of a valid proof hear instead of being admitted.
    pub refuse_holders: Mutex<Option<RefusedReason>>,
    pub asked: AtomicUsize,
    sessions: AtomicU64,
}

impl Tickets {
    pub fn one() -> Arc<Self> {
        Arc::new(Self {
            good: HashMap::from([(TICKET, AccessSecret::from_bytes([1; 32]))]),
            refuse_holders: Mutex::new(None),
            asked: AtomicUsize::new(0),
            sessions: AtomicU64::new(1),
        })
    }

    pub fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

impl Admission for Tickets {
    fn admit(&self, knock: &Knock<'_>) -> Verdict {
        self.asked.fetch_add(1, Ordering::SeqCst);
        let hello = knock.hello;
        let Some(secret) = self.good.get(&hello.ticket) else {
            return Verdict::Refuse(RefusedReason::NotAccepted);
        };
        if !proof::verify(secret, &input(hello, knock.exporter, knock.expert), &hello.proof) {
            return Verdict::Refuse(RefusedReason::NotAccepted);
        }
        match *self.refuse_holders.lock().unwrap() {
            Some(reason) => Verdict::Refuse(reason),
            None => Verdict::Admit(SessionId(self.sessions.fetch_add(1, Ordering::SeqCst))),
        }
    }
}

fn input<'a>(hello: &'a Hello, exporter: &'a [u8; 32], expert: &'a PublicIdentity) -> ProofInput<'a> {
    ProofInput { ticket: &hello.ticket, exporter, expert, sealed_password: hello.sealed_password.as_bytes() }
}

/// Limits that let many tests on one address run at once and refuse quickly.
pub fn limits() -> ListenLimits {
    ListenLimits {
        refusal_after: Duration::from_millis(20),
        door: DoorLimits { burst: 10_000, ..DoorLimits::default() },
        ..ListenLimits::default()
    }
}

pub fn listen_with(client: &Identity, limits: ListenLimits, admission: Arc<dyn Admission>) -> Listener {
    let config = ListenConfig {
        identity: client,
        name: name("Karla"),
        port: 0,
        address: Some(IpAddr::V4(Ipv4Addr::LOCALHOST)),
        limits,
    };
    Listener::open(&config, admission).unwrap()
}

pub fn listen(client: &Identity, admission: Arc<dyn Admission>) -> Listener {
    listen_with(client, limits(), admission)
}

pub fn local(listener: &Listener) -> SocketAddr {
    (Ipv4Addr::LOCALHOST, listener.local_port()).into()
}

/// The right hello of `expert` for this connection, for peers that then do something wrong.
pub fn hello(connection: &quinn::Connection, expert: &Identity, secret: u8) -> Hello {
    let mut exporter = [0; 32];
    connection.export_keying_material(&mut exporter, b"EXPORTER-deskside-proof-1", b"").unwrap();
    let mut hello = Hello {
        version: 1,
        name: name("Erik"),
        sealing_key: *expert.public().sealing(),
        ticket: TICKET,
        sealed_password: SealedPassword::new(access(secret).sealed_password.to_vec()).unwrap(),
        proof: [0; 32],
    };
    hello.proof = proof::prove(&access(secret).access_secret, &input(&hello, &exporter, expert.public()));
    hello
}

pub async fn try_connect(
    expert: &Identity,
    client: &Identity,
    addresses: &[Address],
    access: &Access,
    limits: ConnectLimits,
) -> Result<Connected, ConnectError> {
    let config = ConnectConfig {
        identity: expert,
        client: client.public(),
        ticket: TICKET,
        addresses,
        name: name("Erik"),
        access,
        limits,
    };
    connect(&config).await
}

/// Both ends of one session.
pub struct Pair {
    pub listener: Listener,
    pub client: ClientSender,
    pub client_events: ClientEvents,
    pub expert: ExpertSender,
    pub expert_events: ExpertEvents,
}

/// Connects an expert to a client, perhaps through something at `via`.
pub async fn pair_via(limits: ConnectLimits, via: Option<SocketAddr>, listener: Listener) -> Pair {
    let mut listener = listener;
    let target = address(via.unwrap_or_else(|| local(&listener)));
    let (client_id, expert_id, access) = (identity(1), identity(2), access(1));
    let connecting = try_connect(&expert_id, &client_id, std::slice::from_ref(&target), &access, limits);
    let (connected, arrival) = tokio::join!(soon(connecting), soon(listener.accept()));
    let (expert, expert_events) = connected.unwrap().link.split();
    let Arrival { link, .. } = arrival.unwrap();
    let (client, client_events) = link.split();
    Pair { listener, client, client_events, expert, expert_events }
}

pub async fn pair() -> Pair {
    let listener = listen(&identity(1), Tickets::one());
    pair_via(ConnectLimits::default(), None, listener).await
}

pub async fn client_event(events: &mut ClientEvents) -> ClientLinkEvent {
    soon(events.recv()).await.expect("the link is over")
}

pub async fn expert_event(events: &mut ExpertEvents) -> ExpertLinkEvent {
    soon(events.recv()).await.expect("the link is over")
}
