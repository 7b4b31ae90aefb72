//! What happened in one round trip. It collects and judges nothing.

use std::time::Duration;

use super::delivery::Sample;

/// Shortest round: on a local network a round trip is shorter than the noise of two schedulers.
const LEAST: Duration = Duration::from_millis(5);

/// The figures of one round, which ends when something sent after its beginning is acknowledged.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Round {
    started: Duration,
    is_answered: bool,
    lowest: Option<Duration>,
    highest: Duration,
    most_in_flight: u64,
    acked: u64,
    lost: u64,
    is_marked: bool,
    samples: Samples,
}

#[derive(Debug, Clone, Copy, Default)]
struct Samples {
    best: u64,
    last: u64,
    /// One sample at least was taken without a pause of the sender.
    are_full: bool,
}

impl Round {
    pub(super) fn sent(&mut self, in_flight: u64) {
        self.most_in_flight = self.most_in_flight.max(in_flight);
    }

    pub(super) fn acked(&mut self, sent: Duration, rtt: Duration, bytes: u64) {
        self.is_answered |= sent >= self.started;
        self.lowest = Some(self.lowest.map_or(rtt, |lowest| lowest.min(rtt)));
        self.highest = self.highest.max(rtt);
        self.acked += bytes;
    }

    /// Zero bytes are a mark of congestion without a loss.
    pub(super) fn lost(&mut self, bytes: u64) {
        self.lost += bytes;
        self.is_marked |= bytes == 0;
    }

    pub(super) fn measured(&mut self, sample: Sample) {
        self.samples.best = self.samples.best.max(sample.rate);
        self.samples.last = sample.rate;
        self.samples.are_full |= !sample.is_app_limited;
    }

    pub(super) fn is_over(&self, now: Duration) -> bool {
        self.is_answered && now.saturating_sub(self.started) >= LEAST
    }

    /// Begins the next round and gives the old one.
    pub(super) fn next(&mut self, now: Duration, in_flight: u64) -> Self {
        let old = *self;
        *self = Self { started: now, most_in_flight: in_flight, ..Self::default() };
        old
    }

    /// Whether the window, and not the program, was what held the sender back.
    pub(super) fn reached_limit(&self, window: u64, mtu: u64) -> bool {
        self.samples.are_full && (self.most_in_flight + 3 * mtu) * 10 >= window * 9
    }

    /// Shortest round trip in it.
    pub(super) fn lowest(&self) -> Option<Duration> {
        self.lowest
    }

    /// Longest round trip in it.
    pub(super) fn highest(&self) -> Duration {
        self.highest
    }

    pub(super) fn most_in_flight(&self) -> u64 {
        self.most_in_flight
    }

    pub(super) fn acked_bytes(&self) -> u64 {
        self.acked
    }

    pub(super) fn lost_bytes(&self) -> u64 {
        self.lost
    }

    pub(super) fn is_marked(&self) -> bool {
        self.is_marked
    }

    pub(super) fn best_rate(&self) -> u64 {
        self.samples.best
    }

    pub(super) fn last_rate(&self) -> u64 {
        self.samples.last
    }
}
