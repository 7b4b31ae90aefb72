//! What share of packets was lost lately. It is told counts and times; what is done about losses is decided elsewhere.

use std::time::Duration;

use tokio::time::Instant;

/// A loss is remembered for one to two of these.
const WINDOW: Duration = Duration::from_secs(15);

/// Packets sent and lost since the link exists, as QUIC counts them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Packets {
    pub(crate) sent: u64,
    pub(crate) lost: u64,
}

impl Packets {
    pub(crate) fn of(connection: &quinn::Connection) -> Self {
        let path = connection.stats().path;
        Self { sent: path.sent_packets, lost: path.lost_packets }
    }
}

/// The share of packets that were lost lately.
#[derive(Debug)]
pub(crate) struct Losses {
    window: Instant,
    before: Packets,
    begin: Packets,
}

impl Losses {
    pub(crate) fn new(now: Instant) -> Self {
        Self { window: now, before: Packets::default(), begin: Packets::default() }
    }

    /// Losses among 10,000 packets; 0 only if there was none.
    pub(crate) fn lately(&mut self, packets: Packets, now: Instant) -> u64 {
        if now.duration_since(self.window) >= WINDOW {
            // What happened in a pause counts as now: nobody looked.
            self.before = self.begin;
            self.begin = packets;
            self.window = now;
        }
        let lost = packets.lost.saturating_sub(self.before.lost);
        let sent = packets.sent.saturating_sub(self.before.sent).max(lost).max(1);
        (lost * 10_000).div_ceil(sent)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_loss_is_remembered_for_a_while_and_then_forgotten() {
        let start = Instant::now();
        let mut losses = Losses::new(start);
        let mut at =
            |seconds, sent, lost| losses.lately(Packets { sent, lost }, start + Duration::from_secs(seconds));
        assert_eq!(at(1, 100, 0), 0);
        assert_eq!(at(2, 200, 2), 100);
        assert_eq!(at(16, 400, 2), 50);
        assert!(at(30, 500, 2) > 0);
        assert_eq!(at(46, 600, 2), 0);
        // Found after a pause, however long it was.
        assert!(at(500, 700, 3) > 0);
        assert!(at(502, 710, 3) > 0);
    }
}
