//! Whether nothing was acknowledged for so long that the network may have been away. Pure; it is told counts and times.

use std::time::Duration;

use deskside_proto::link::LinkEstimate;
use tokio::time::Instant;

/// What may be sent although the window is full: two packets, as many as QUIC's own probes.
pub(super) const LET_OUT_BYTES: u64 = 2 * 1_500;
/// How often, on a fast link; elsewhere it takes half of the link at most.
const EVERY: Duration = Duration::from_millis(25);
/// An acknowledgement is late by so much more than the way there and back.
const LATE: Duration = Duration::from_millis(25);

/// The last acknowledgement that was seen.
#[derive(Debug)]
pub(super) struct Silence {
    count: u64,
    since: Instant,
    let_out: Option<Instant>,
}

impl Silence {
    pub(super) fn new(now: Instant) -> Self {
        Self { count: 0, since: now, let_out: None }
    }

    /// Whether none came for longer than the link takes, and something is to be let out now. Asked while something is under
    /// way; after a pause the first answer may be yes although nothing is wrong.
    pub(super) fn is_due(&mut self, count: u64, link: LinkEstimate, now: Instant) -> bool {
        if self.count != count {
            *self = Self { count, since: now, let_out: None };
        }
        let every = EVERY.max(link.time_to_send(LET_OUT_BYTES as usize) * 2);
        let is_due = now.duration_since(self.since) > link.round_trip + LATE
            && self.let_out.is_none_or(|last| now.duration_since(last) >= every);
        if is_due {
            self.let_out = Some(now);
        }
        is_due
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn silence_begins_when_the_next_acknowledgement_is_late() {
        let ms = Duration::from_millis;
        let link = LinkEstimate { bytes_per_second: 1_000_000, round_trip: ms(50) };
        let start = Instant::now();
        let mut silence = Silence::new(start);
        let mut is_due = |count, at| silence.is_due(count, link, start + ms(at));
        assert!(!is_due(1, 100) && !is_due(1, 175));
        assert!(is_due(1, 176) && !is_due(1, 200) && is_due(1, 201));
        assert!(!is_due(2, 227));
    }
}
