//! The virtual clock: events in the order of their time, and the pairs that share one network.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};
use std::time::{Duration, Instant};

use bytes::BytesMut;
use quinn_proto::{EcnCodepoint, Transmit};

use super::pair::{Control, Pair};
use super::pipe::{Link, Pipe};

/// Which end of a pair.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Side {
    Client,
    Expert,
}

struct Arrival {
    pair: usize,
    side: Side,
    ecn: Option<EcnCodepoint>,
    data: BytesMut,
}

/// Pairs on one network.
pub(super) struct World {
    pub(super) now: Instant,
    pub(super) pairs: Vec<Pair>,
    /// From clients to experts.
    pub(super) down: Pipe,
    /// From experts to clients.
    pub(super) up: Pipe,
    order: BinaryHeap<Reverse<(Instant, u64)>>,
    arrivals: BTreeMap<u64, Arrival>,
    next: u64,
}

/// What a stretch of time looked like at the bottleneck.
#[derive(Debug, Clone, Copy)]
pub(super) struct Report {
    /// Share of what the link could carry that arrived as payload.
    pub(super) used: f64,
    /// Time in the queue that 95 of 100 packets stayed under.
    pub(super) p95_ms: f64,
    pub(super) median_ms: f64,
    pub(super) most_ms: f64,
    /// Share of packets that found the queue full.
    pub(super) dropped: f64,
}

impl World {
    pub(super) fn new(link: Link, controls: &[Control]) -> Self {
        Self::with_send_window(link, controls, crate::transport::SEND_WINDOW_BYTES)
    }

    /// A network with connected pairs.
    pub(super) fn with_send_window(link: Link, controls: &[Control], send_window: u64) -> Self {
        let start = Instant::now();
        let numbered = (1..).zip(controls);
        let pairs =
            numbered.map(|(number, control)| Pair::new(start, number, *control, send_window)).collect();
        let mut world = Self {
            now: start,
            pairs,
            down: Pipe::new(link, start, 0x9e37_79b9_7f4a_7c15),
            up: Pipe::new(link, start, 0xd1b5_4a32_d192_ed03),
            order: BinaryHeap::new(),
            arrivals: BTreeMap::new(),
            next: 0,
        };
        // The handshake, and then the wait for the person's yes, with a few words in between.
        world.run(Duration::from_secs(3), |_, _| {});
        assert!(world.pairs.iter().all(|pair| pair.is_up), "no connection");
        for _ in 0..4 {
            world.pairs.iter_mut().for_each(|pair| pair.send(100));
            world.run(Duration::from_millis(500), |_, _| {});
        }
        world
    }

    /// Lets time pass; `work` is asked after every event and at least every millisecond.
    pub(super) fn run(&mut self, time: Duration, mut work: impl FnMut(&mut Pair, Instant)) {
        self.run_all(time, |pairs, now| pairs.iter_mut().for_each(|pair| work(pair, now)));
    }

    pub(super) fn run_all(&mut self, time: Duration, mut work: impl FnMut(&mut [Pair], Instant)) {
        let end = self.now + time;
        let mut tick = self.now;
        while self.now < end {
            if self.pairs.iter().all(|pair| pair.is_up) {
                work(&mut self.pairs, self.now);
            }
            for pair in 0..self.pairs.len() {
                self.drive(pair);
            }
            if tick <= self.now {
                tick += Duration::from_millis(1);
            }
            let timeouts = self.pairs.iter().flat_map(|pair| [pair.client.timeout(), pair.expert.timeout()]);
            let arrival = self.order.peek().map(|Reverse((at, _))| *at);
            let next = timeouts.flatten().chain(arrival).min().unwrap_or(tick).min(tick);
            self.now = next.max(self.now).min(end);
            self.deliver();
        }
    }

    fn drive(&mut self, index: usize) {
        let now = self.now;
        let Some(pair) = self.pairs.get_mut(index) else { return };
        pair.write();
        let down = pair.client.drive(now);
        pair.read(now);
        let up = pair.expert.drive(now);
        for (transmit, bytes) in down {
            self.transmit(index, Side::Expert, &transmit, &bytes);
        }
        for (transmit, bytes) in up {
            self.transmit(index, Side::Client, &transmit, &bytes);
        }
    }

    fn transmit(&mut self, pair: usize, side: Side, transmit: &Transmit, bytes: &[u8]) {
        let pipe = if side == Side::Expert { &mut self.down } else { &mut self.up };
        let segment = transmit.segment_size.unwrap_or(transmit.size).max(1);
        for datagram in bytes[..transmit.size].chunks(segment) {
            if let Some(at) = pipe.carry(self.now, pair, datagram.len() as u64) {
                self.order.push(Reverse((at, self.next)));
                let arrival = Arrival { pair, side, ecn: transmit.ecn, data: datagram.into() };
                self.arrivals.insert(self.next, arrival);
                self.next += 1;
            }
        }
    }

    fn deliver(&mut self) {
        while let Some(Reverse((at, number))) = self.order.peek().copied() {
            if at > self.now {
                return;
            }
            self.order.pop();
            let arrival = self.arrivals.remove(&number).unwrap();
            let pair = &mut self.pairs[arrival.pair];
            let end = if arrival.side == Side::Client { &mut pair.client } else { &mut pair.expert };
            end.receive(self.now, arrival.ecn, arrival.data);
        }
    }

    /// Sends as much as goes for this time, on all pairs.
    pub(super) fn bulk(&mut self, time: Duration) -> Report {
        let from = self.now;
        self.run(time, |pair, _| {
            if pair.unwritten() < 256 * 1024 {
                pair.send(256 * 1024);
            }
        });
        self.report(from)
    }

    pub(super) fn report(&self, from: Instant) -> Report {
        let mut waits: Vec<f64> = Vec::new();
        let (mut all, mut dropped) = (0, 0);
        for packet in self.down.log.iter().filter(|packet| packet.at >= from) {
            all += 1;
            match packet.waited {
                Some(waited) => waits.push(waited.as_secs_f64() * 1000.0),
                None => dropped += 1,
            }
        }
        waits.sort_by(f64::total_cmp);
        let at = |share: f64| waits.get((waits.len() as f64 * share) as usize).copied().unwrap_or(0.0);
        let bytes: usize = self.pairs.iter().map(|pair| arrived_since(pair, from)).sum();
        let could = self.down.link.rate as f64 * (self.now - from).as_secs_f64();
        Report {
            used: bytes as f64 / could,
            p95_ms: at(0.95),
            median_ms: at(0.5),
            most_ms: waits.last().copied().unwrap_or(0.0),
            dropped: f64::from(dropped) / f64::from(all.max(1)),
        }
    }

    /// Bytes of packets of one pair that went in since `from`.
    pub(super) fn share_of(&self, owner: usize, from: Instant) -> f64 {
        let since = || self.down.log.iter().filter(|packet| packet.at >= from && packet.waited.is_some());
        let own: u64 = since().filter(|packet| packet.owner == owner).map(|packet| packet.bytes).sum();
        own as f64 / since().map(|packet| packet.bytes).sum::<u64>() as f64
    }
}

/// Payload bytes that arrived since `from`.
pub(super) fn arrived_since(pair: &Pair, from: Instant) -> usize {
    pair.arrived.iter().filter(|(at, _)| *at >= from).map(|(_, bytes)| bytes).sum()
}
