//! A client that sends pictures and an expert that takes them: two quinn state machines and what they want to send.

use std::collections::VecDeque;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};
use deskside_crypto::identity::{Identity, Seed};
use quinn::congestion::{ControllerFactory, CubicConfig};
use quinn_proto::{
    ClientConfig, Connection, ConnectionEvent, ConnectionHandle, DatagramEvent, Dir, EcnCodepoint, Endpoint,
    EndpointConfig, Event, ServerConfig, StreamId, Transmit,
};

use crate::congestion::{Adapter, Estimate, Factory};
use crate::{tls, transport};

/// What quinn writes in one go.
const SEGMENTS: usize = 10;
/// What tokio's timers can do.
const TIMER: Duration = Duration::from_millis(1);

/// Which controller a client uses.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Control {
    Ours,
    Cubic,
}

/// One machine's end.
pub(super) struct End {
    endpoint: Endpoint,
    pub(super) connection: Option<(ConnectionHandle, Connection)>,
    events: VecDeque<ConnectionEvent>,
    timeout: Option<Instant>,
    remote: SocketAddr,
    start: Instant,
}

impl End {
    pub(super) fn receive(&mut self, now: Instant, ecn: Option<EcnCodepoint>, data: BytesMut) {
        let mut answer = Vec::new();
        match self.endpoint.handle(now, self.remote, None, ecn, data, &mut answer) {
            Some(DatagramEvent::NewConnection(incoming)) => {
                let accepted = self.endpoint.accept(incoming, now, &mut answer, None);
                self.connection = Some(accepted.map_err(|error| error.cause).unwrap());
            }
            Some(DatagramEvent::ConnectionEvent(_, event)) => self.events.push_back(event),
            Some(DatagramEvent::Response(_)) | None => {}
        }
    }

    /// Does what is due, and gives what is to be sent.
    pub(super) fn drive(&mut self, now: Instant) -> Vec<(Transmit, Vec<u8>)> {
        let Some((handle, connection)) = &mut self.connection else { return Vec::new() };
        let mut out = Vec::new();
        while let Some(event) = self.events.pop_front() {
            connection.handle_event(event);
        }
        if self.timeout.is_some_and(|at| at <= now) {
            self.timeout = None;
            connection.handle_timeout(now);
        }
        loop {
            let mut buffer = Vec::new();
            while let Some(transmit) = connection.poll_transmit(now, SEGMENTS, &mut buffer) {
                let bytes = std::mem::take(&mut buffer);
                out.push((transmit, bytes));
            }
            let mut is_done = true;
            while let Some(event) = connection.poll_endpoint_events() {
                if let Some(event) = self.endpoint.handle_event(*handle, event) {
                    connection.handle_event(event);
                    is_done = false;
                }
            }
            if is_done {
                break;
            }
        }
        let granule = TIMER.as_nanos();
        self.timeout = connection.poll_timeout().map(|at| {
            let since = at.saturating_duration_since(self.start).as_nanos().div_ceil(granule) * granule;
            self.start + Duration::from_nanos(since as u64)
        });
        out
    }

    pub(super) fn timeout(&self) -> Option<Instant> {
        self.timeout
    }
}

/// One update on its way.
#[derive(Debug, Clone, Copy)]
pub(super) struct Delivered {
    pub(super) arrived: Instant,
    pub(super) bytes: usize,
}

struct Unwritten {
    stream: StreamId,
    left: usize,
}

/// Both ends, and the updates between them.
pub(super) struct Pair {
    pub(super) client: End,
    pub(super) expert: End,
    waiting: VecDeque<Unwritten>,
    sent: Vec<(StreamId, usize)>,
    pub(super) delivered: Vec<Delivered>,
    /// Bytes of streams that arrived, and when.
    pub(super) arrived: Vec<(Instant, usize)>,
    open: Vec<StreamId>,
    pub(super) is_up: bool,
}

impl Pair {
    pub(super) fn new(now: Instant, number: u8, control: Control, send_window: u64) -> Self {
        let (client, expert) = (identity(2 * number), identity(2 * number + 1));
        let factory: Arc<dyn ControllerFactory + Send + Sync> = match control {
            Control::Ours => Arc::new(Factory),
            Control::Cubic => {
                let mut cubic = CubicConfig::default();
                cubic.initial_window(transport::INITIAL_WINDOW_BYTES);
                Arc::new(cubic)
            }
        };
        let mut listening = transport::listening();
        listening.congestion_controller_factory(factory).send_window(send_window);
        let mut server = ServerConfig::with_crypto(Arc::new(tls::quic_listener(&client).unwrap()));
        server.transport_config(Arc::new(listening));
        let pin = Arc::new(tls::PinnedClient::new(client.public()));
        let mut config = ClientConfig::new(Arc::new(tls::quic_connector(&expert, pin).unwrap()));
        config.transport_config(Arc::new(transport::connecting(transport::IDLE_TIMEOUT)));

        let mut endpoint = EndpointConfig::default();
        endpoint.rng_seed(Some([number; 32]));
        let endpoint = Arc::new(endpoint);
        let address = |port| SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let end = |endpoint, remote| End {
            endpoint,
            connection: None,
            events: VecDeque::new(),
            timeout: None,
            remote,
            start: now,
        };
        let mut expert = end(Endpoint::new(endpoint.clone(), None, true, None), address(1));
        let client = end(Endpoint::new(endpoint, Some(Arc::new(server)), true, None), address(2));
        expert.connection = Some(expert.endpoint.connect(now, config, address(1), tls::SERVER_NAME).unwrap());
        Self {
            client,
            expert,
            waiting: VecDeque::new(),
            sent: Vec::new(),
            delivered: Vec::new(),
            arrived: Vec::new(),
            open: Vec::new(),
            is_up: false,
        }
    }

    /// Hands an update over.
    pub(super) fn send(&mut self, bytes: usize) {
        let (_, connection) = self.client.connection.as_mut().unwrap();
        let stream = connection.streams().open(Dir::Uni).expect("a free stream");
        self.waiting.push_back(Unwritten { stream, left: bytes });
        self.sent.push((stream, bytes));
        self.write();
    }

    /// Bytes handed over whose update has not arrived as a whole.
    pub(super) fn outstanding(&self) -> usize {
        let sent: usize = self.sent.iter().map(|(_, bytes)| bytes).sum();
        sent - self.delivered.iter().map(|update| update.bytes).sum::<usize>()
    }

    /// Bytes that QUIC has not taken yet.
    pub(super) fn unwritten(&self) -> usize {
        self.waiting.iter().map(|update| update.left).sum()
    }

    /// Writes what QUIC takes.
    pub(super) fn write(&mut self) {
        let Some((_, connection)) = &mut self.client.connection else { return };
        while let Some(first) = self.waiting.front_mut() {
            let mut stream = connection.send_stream(first.stream);
            while first.left > 0 {
                let piece = Bytes::from(vec![0x55; first.left.min(64 * 1024)]);
                match stream.write_chunks(&mut [piece]) {
                    Ok(written) => first.left -= written.bytes,
                    Err(_) => return,
                }
            }
            stream.finish().unwrap();
            self.waiting.pop_front();
        }
    }

    /// Reads what arrived.
    pub(super) fn read(&mut self, now: Instant) {
        if let Some((_, connection)) = &mut self.client.connection {
            while let Some(event) = connection.poll() {
                self.is_up |= matches!(event, Event::Connected);
            }
        }
        let Some((_, connection)) = &mut self.expert.connection else { return };
        while connection.poll().is_some() {}
        while let Some(stream) = connection.streams().accept(Dir::Uni) {
            self.open.push(stream);
        }
        let (sent, delivered, arrived) = (&self.sent, &mut self.delivered, &mut self.arrived);
        self.open.retain(|id| {
            let mut stream = connection.recv_stream(*id);
            let Ok(mut chunks) = stream.read(true) else { return false };
            let is_finished = loop {
                match chunks.next(usize::MAX) {
                    Ok(Some(chunk)) => arrived.push((now, chunk.bytes.len())),
                    Ok(None) => break true,
                    Err(_) => break false,
                }
            };
            let _ = chunks.finalize();
            if is_finished {
                let (_, bytes) = *sent.iter().find(|(stream, _)| stream == id).unwrap();
                delivered.push(Delivered { arrived: now, bytes });
            }
            !is_finished
        });
    }

    /// What our controller published.
    pub(super) fn estimate(&self) -> Option<Estimate> {
        let (_, connection) = self.client.connection.as_ref()?;
        let adapter = connection.congestion_state().clone_box().into_any().downcast::<Adapter>().ok()?;
        Some(adapter.estimate())
    }

    pub(super) fn window(&self) -> u64 {
        self.client.connection.as_ref().map_or(0, |(_, connection)| connection.congestion_state().window())
    }
}

fn identity(number: u8) -> Identity {
    Identity::from_seed(&Seed::from_bytes([number; 32]))
}
