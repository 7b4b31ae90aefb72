//! One direction of a network: a bottleneck with a queue that drops what does not fit, a way, and chance.

use std::time::{Duration, Instant};

/// How a direction behaves.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Link {
    /// Bytes per second.
    pub(crate) rate: u64,
    pub(crate) delay: Duration,
    pub(crate) loss_per_mille: u32,
    /// Longest time that a packet waits before it is dropped instead.
    pub(crate) queue: Duration,
    /// The way takes up to so much longer, by chance, without changing the order.
    pub(crate) jitter: Duration,
}

impl Link {
    pub(crate) fn new(kilobits: u64, delay_ms: f64) -> Self {
        Self {
            rate: kilobits * 125,
            delay: Duration::from_secs_f64(delay_ms / 1000.0),
            loss_per_mille: 0,
            queue: Duration::from_millis(200),
            jitter: Duration::ZERO,
        }
    }

    pub(crate) fn losing(self, per_mille: u32) -> Self {
        Self { loss_per_mille: per_mille, ..self }
    }

    pub(crate) fn queueing(self, ms: u64) -> Self {
        Self { queue: Duration::from_millis(ms), ..self }
    }

    pub(crate) fn jittering(self, ms: u64) -> Self {
        Self { jitter: Duration::from_millis(ms), ..self }
    }
}

/// One packet that went in.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Passed {
    pub(crate) at: Instant,
    pub(crate) owner: usize,
    pub(crate) bytes: u64,
    /// Time in the queue, without the time that the packet takes itself; `None` when it was dropped for want of room.
    pub(crate) waited: Option<Duration>,
    /// Whether chance took it.
    pub(crate) is_lost: bool,
}

/// A direction with its state.
pub(crate) struct Pipe {
    pub(crate) link: Link,
    free_at: Instant,
    last_arrival: Instant,
    random: u64,
    pub(crate) log: Vec<Passed>,
}

impl Pipe {
    pub(crate) fn new(link: Link, start: Instant, seed: u64) -> Self {
        Self { link, free_at: start, last_arrival: start, random: seed, log: Vec::new() }
    }

    /// When a packet arrives at the other end; `None` when it never does.
    pub(crate) fn carry(&mut self, now: Instant, owner: usize, bytes: u64) -> Option<Instant> {
        let waited = self.free_at.saturating_duration_since(now);
        let fits = waited <= self.link.queue;
        // Lost behind the bottleneck, as on a radio link: it has taken its time there.
        let is_lost = fits && self.chance() % 1000 < u64::from(self.link.loss_per_mille);
        self.log.push(Passed { at: now, owner, bytes, waited: fits.then_some(waited), is_lost });
        if !fits {
            return None;
        }
        let takes = Duration::from_nanos(bytes * 1_000_000_000 / self.link.rate);
        self.free_at = self.free_at.max(now) + takes;
        if is_lost {
            return None;
        }
        let jitter = self.link.jitter.as_nanos() as u64;
        let jitter = Duration::from_nanos(if jitter == 0 { 0 } else { self.chance() % jitter });
        self.last_arrival = self.last_arrival.max(self.free_at + self.link.delay + jitter);
        Some(self.last_arrival)
    }

    /// Xorshift, so that every run is the same.
    fn chance(&mut self) -> u64 {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        self.random >> 11
    }
}
