//! What a link can carry at the moment, told by the network to the picture engine. How it is measured, and what is
//! made of it, is not known here.

use std::time::Duration;

/// An estimate of what the link carries now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LinkEstimate {
    /// What the bottleneck delivers. Unit: bytes per second.
    pub bytes_per_second: u64,
    /// Shortest round trip that was seen lately, so without the queue of the moment.
    pub round_trip: Duration,
}

impl LinkEstimate {
    /// A fast local network: what is assumed where nothing was measured yet.
    pub const LOCAL: Self = Self { bytes_per_second: 12_500_000, round_trip: Duration::from_millis(1) };

    /// How long so many bytes occupy the link, without the way itself.
    #[must_use]
    pub fn time_to_send(&self, bytes: usize) -> Duration {
        let rate = self.bytes_per_second.max(1);
        Duration::from_micros((bytes as u64).saturating_mul(1_000_000) / rate)
    }

    /// How many bytes the link takes in this time.
    #[must_use]
    pub fn bytes_in(&self, time: Duration) -> usize {
        let micros = u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
        usize::try_from(self.bytes_per_second.saturating_mul(micros) / 1_000_000).unwrap_or(usize::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_and_bytes_are_each_others_reverse() {
        let link = LinkEstimate { bytes_per_second: 250_000, round_trip: Duration::from_millis(50) };
        assert_eq!(link.time_to_send(5_000), Duration::from_millis(20));
        assert_eq!(link.bytes_in(Duration::from_millis(20)), 5_000);
    }

    #[test]
    fn a_dead_link_and_a_wild_number_are_no_panic() {
        let dead = LinkEstimate { bytes_per_second: 0, round_trip: Duration::ZERO };
        assert_eq!(dead.bytes_in(Duration::from_secs(1)), 0);
        assert!(dead.time_to_send(usize::MAX) > Duration::from_secs(1));
        let wild = LinkEstimate { bytes_per_second: u64::MAX, round_trip: Duration::MAX };
        assert!(wild.bytes_in(Duration::MAX) > 0);
    }
}
