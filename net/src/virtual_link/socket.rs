//! A pair of sockets with a simulated network between them, for endpoints on tokio's virtual clock.
//! It carries packets and knows nothing of what is in them.

use std::collections::VecDeque;
use std::future::Future;
use std::io::{self, IoSliceMut};
use std::net::{Ipv4Addr, SocketAddr};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use quinn::udp::{EcnCodepoint, RecvMeta, Transmit};
use quinn::{AsyncUdpSocket, UdpPoller};
use tokio::time::{Instant, Sleep};

use crate::congestion::simulation::pipe::{Link, Pipe};

/// What the operating system takes in one go.
const SEGMENTS: usize = 10;

/// One direction, shared by whoever sends and whoever receives.
#[derive(Clone)]
pub(super) struct Way(Arc<Mutex<State>>);

struct State {
    pipe: Pipe,
    under_way: VecDeque<(Instant, Option<EcnCodepoint>, Vec<u8>)>,
    alarm: Pin<Box<Sleep>>,
    reader: Option<Waker>,
}

impl Way {
    fn new(link: Link, seed: u64) -> Self {
        let now = Instant::now();
        let pipe = Pipe::new(link, now.into_std(), seed);
        let alarm = Box::pin(tokio::time::sleep_until(now));
        Self(Arc::new(Mutex::new(State { pipe, under_way: VecDeque::new(), alarm, reader: None })))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap()
    }

    /// Changes how it behaves from now on.
    pub(super) fn change(&self, change: impl FnOnce(&mut Link)) {
        change(&mut self.state().pipe.link);
    }

    /// Packets that went in since `from`, and their bytes of UDP payload.
    pub(super) fn carried(&self, from: Instant) -> (u64, u64) {
        let state = self.state();
        let since = state.pipe.log.iter().filter(|packet| packet.at >= from.into_std());
        since.fold((0, 0), |(packets, bytes), packet| (packets + 1, bytes + packet.bytes))
    }

    /// Packets that chance took since `from`.
    pub(super) fn lost(&self, from: Instant) -> usize {
        let state = self.state();
        state.pipe.log.iter().filter(|packet| packet.at >= from.into_std() && packet.is_lost).count()
    }

    /// The longest time that a packet waited in the queue since `from`.
    pub(super) fn longest_wait(&self, from: Instant) -> Duration {
        let state = self.state();
        let since = state.pipe.log.iter().filter(|packet| packet.at >= from.into_std());
        since.filter_map(|packet| packet.waited).max().unwrap_or_default()
    }

    fn send(&self, ecn: Option<EcnCodepoint>, packet: &[u8]) {
        let mut state = self.state();
        if let Some(at) = state.pipe.carry(Instant::now().into_std(), 0, packet.len() as u64) {
            state.under_way.push_back((at.into(), ecn, packet.to_vec()));
            if let Some(reader) = state.reader.take() {
                reader.wake();
            }
        }
    }

    fn poll_receive(&self, cx: &mut Context<'_>) -> Poll<(Option<EcnCodepoint>, Vec<u8>)> {
        let mut state = self.state();
        loop {
            let now = Instant::now();
            match state.under_way.front() {
                Some((at, ..)) if *at <= now => {
                    let (_, ecn, packet) = state.under_way.pop_front().unwrap();
                    return Poll::Ready((ecn, packet));
                }
                Some((at, ..)) => {
                    let at = *at;
                    state.alarm.as_mut().reset(at);
                    if state.alarm.as_mut().poll(cx).is_pending() {
                        return Poll::Pending;
                    }
                }
                None => {
                    state.reader = Some(cx.waker().clone());
                    return Poll::Pending;
                }
            }
        }
    }
}

/// One end of the network.
pub(super) struct Socket {
    own: SocketAddr,
    other: SocketAddr,
    out: Way,
    into: Way,
}

/// Both ends of a network with the same behaviour both ways, and the ways from the first to the second and back.
pub(super) fn sockets(link: Link, seed: u64) -> ([Arc<Socket>; 2], [Way; 2]) {
    let address = |port| SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let (there, back) = (Way::new(link, seed), Way::new(link, !seed));
    let end = |own, other, out: &Way, into: &Way| {
        Arc::new(Socket { own: address(own), other: address(other), out: out.clone(), into: into.clone() })
    };
    ([end(1, 2, &there, &back), end(2, 1, &back, &there)], [there, back])
}

impl std::fmt::Debug for Socket {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Socket").field("own", &self.own).finish_non_exhaustive()
    }
}

impl AsyncUdpSocket for Socket {
    fn create_io_poller(self: Arc<Self>) -> Pin<Box<dyn UdpPoller>> {
        Box::pin(AlwaysWritable)
    }

    fn try_send(&self, transmit: &Transmit<'_>) -> io::Result<()> {
        let segment = transmit.segment_size.unwrap_or(transmit.contents.len()).max(1);
        for packet in transmit.contents.chunks(segment) {
            self.out.send(transmit.ecn, packet);
        }
        Ok(())
    }

    fn poll_recv(
        &self,
        cx: &mut Context<'_>,
        bufs: &mut [IoSliceMut<'_>],
        meta: &mut [RecvMeta],
    ) -> Poll<io::Result<usize>> {
        self.into.poll_receive(cx).map(|(ecn, packet)| {
            bufs[0][..packet.len()].copy_from_slice(&packet);
            let len = packet.len();
            meta[0] = RecvMeta { addr: self.other, len, stride: len, ecn, dst_ip: None };
            Ok(1)
        })
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.own)
    }

    fn may_fragment(&self) -> bool {
        false
    }

    fn max_transmit_segments(&self) -> usize {
        SEGMENTS
    }
}

/// What does not fit into the network's queue is dropped there, as the system does not know.
#[derive(Debug)]
struct AlwaysWritable;

impl UdpPoller for AlwaysWritable {
    fn poll_writable(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}
