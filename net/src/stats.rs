//! Figures of one link for the statistics overlay: copied out of QUIC on request, never pushed.
//! It knows nothing of what was sent.

use std::time::{Duration, Instant};

/// What one link has measured so far.
#[derive(Debug, Clone, Copy)]
pub struct LinkStats {
    /// When these figures were taken.
    pub at: Instant,
    /// Smoothed round trip time.
    pub rtt: Duration,
    /// Bytes of UDP payload sent since the link exists.
    pub sent_bytes: u64,
    /// Bytes of UDP payload received since the link exists.
    pub received_bytes: u64,
    /// QUIC packets sent.
    pub sent_packets: u64,
    /// QUIC packets that were declared lost.
    pub lost_packets: u64,
    /// Bytes that may be in flight at once, in the opinion of congestion control.
    pub window_bytes: u64,
}

/// What happened between two samples.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LinkRates {
    /// Bits per second that this side sent.
    pub sent_bits: f64,
    /// Bits per second that this side received.
    pub received_bits: f64,
    /// Lost packets as a fraction of those sent, 0 to 1.
    pub loss: f64,
}

impl LinkStats {
    pub(crate) fn of(connection: &quinn::Connection) -> Self {
        let stats = connection.stats();
        Self {
            at: Instant::now(),
            rtt: connection.rtt(),
            sent_bytes: stats.udp_tx.bytes,
            received_bytes: stats.udp_rx.bytes,
            sent_packets: stats.path.sent_packets,
            lost_packets: stats.path.lost_packets,
            window_bytes: stats.path.cwnd,
        }
    }

    /// Rates since an earlier sample of the same link; all zero when no time has passed.
    #[must_use]
    pub fn since(&self, earlier: &Self) -> LinkRates {
        let seconds = self.at.saturating_duration_since(earlier.at).as_secs_f64();
        if seconds == 0.0 {
            return LinkRates { sent_bits: 0.0, received_bits: 0.0, loss: 0.0 };
        }
        let per_second = |now: u64, then: u64| now.saturating_sub(then) as f64 * 8.0 / seconds;
        let packets = self.sent_packets.saturating_sub(earlier.sent_packets);
        let lost = self.lost_packets.saturating_sub(earlier.lost_packets);
        LinkRates {
            sent_bits: per_second(self.sent_bytes, earlier.sent_bytes),
            received_bits: per_second(self.received_bytes, earlier.received_bytes),
            loss: if packets == 0 { 0.0 } else { (lost as f64 / packets as f64).min(1.0) },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(at: Instant, sent: u64, packets: u64, lost: u64) -> LinkStats {
        LinkStats {
            at,
            rtt: Duration::from_millis(20),
            sent_bytes: sent,
            received_bytes: 0,
            sent_packets: packets,
            lost_packets: lost,
            window_bytes: 65_536,
        }
    }

    #[test]
    fn rates_come_from_the_difference_of_two_samples() {
        let start = Instant::now();
        let first = sample(start, 1_000, 10, 0);
        let second = sample(start + Duration::from_secs(2), 26_000, 110, 2);
        let rates = second.since(&first);
        assert_eq!(rates, LinkRates { sent_bits: 100_000.0, received_bits: 0.0, loss: 0.02 });
    }

    #[test]
    fn two_samples_of_one_moment_divide_by_nothing() {
        let only = sample(Instant::now(), 1_000, 10, 1);
        assert_eq!(only.since(&only), LinkRates { sent_bits: 0.0, received_bits: 0.0, loss: 0.0 });
    }
}
