//! Rates for the statistics, made out of two looks at the connection. Knows no session and takes no look by itself.

use std::time::{Duration, Instant};

use deskside_net::LinkStats;

use crate::model::Statistics;

/// How often the statistics are taken while they are shown.
const INTERVAL: Duration = Duration::from_secs(1);

/// What there is to see of the connection at one moment.
pub(super) struct Look {
    /// What the link has carried.
    pub stats: LinkStats,
    /// Pictures that were published so far.
    pub published: u64,
}

/// Compares each look with the one before.
pub(super) struct Meter {
    last: Look,
}

impl Meter {
    /// Counts from this look on.
    pub(super) fn new(first: Look) -> Self {
        Self { last: first }
    }

    /// When the next look is due.
    pub(super) fn due(&self) -> Instant {
        self.last.stats.at + INTERVAL
    }

    /// What happened since the look before.
    pub(super) fn measure(&mut self, look: Look) -> Statistics {
        let last = std::mem::replace(&mut self.last, look);
        let rates = self.last.stats.since(&last.stats);
        let seconds = self.last.stats.at.duration_since(last.stats.at).as_secs_f32().max(0.001);
        Statistics {
            frames: self.last.published.saturating_sub(last.published) as f32 / seconds,
            round_trip: self.last.stats.rtt,
            received_bits: rates.received_bits,
            loss: rates.loss,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn look(at: Instant, published: u64) -> Look {
        let stats = LinkStats {
            at,
            rtt: Duration::from_millis(20),
            sent_bytes: 0,
            received_bytes: published * 1000,
            sent_packets: 0,
            lost_packets: 0,
            window_bytes: 0,
        };
        Look { stats, published }
    }

    #[test]
    fn each_look_is_compared_with_the_one_before() {
        let start = Instant::now();
        let mut meter = Meter::new(look(start, 10));
        assert_eq!(meter.due(), start + INTERVAL);
        let first = meter.measure(look(start + Duration::from_secs(2), 50));
        assert_eq!((first.frames, first.received_bits), (20.0, 160_000.0));
        let next = meter.measure(look(start + Duration::from_secs(3), 51));
        assert_eq!((next.frames, next.round_trip), (1.0, Duration::from_millis(20)));
        assert_eq!(meter.due(), start + Duration::from_secs(4));
    }

    #[test]
    fn two_looks_at_one_moment_give_a_number() {
        let start = Instant::now();
        let mut meter = Meter::new(look(start, 10));
        assert!(meter.measure(look(start, 10)).frames.is_finite());
    }
}
