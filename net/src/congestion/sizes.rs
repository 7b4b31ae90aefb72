//! A slow link shows before anything was sent over it: a long packet takes longer than a short one, and the
//! handshake has both. It knows only the shortest round trip of either.

use std::time::Duration;

use crate::transport::MAX_ACK_DELAY;

/// Longest of the short packets. Unit: bytes.
const SHORT: u64 = 400;
/// Shortest of the long packets. Longer than those of the handshake, which are acknowledged at once and not after the
/// usual delay: only like is compared with like. Unit: bytes.
const LONG: u64 = 1300;
/// Least difference that is believed; below, it is the jitter of two machines.
const BELIEVED: Duration = Duration::from_millis(3);

/// A round trip, and the bytes that it took.
type Trip = (Duration, u64);

/// The shortest round trips by size.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Sizes {
    short: Option<Trip>,
    long: Option<Trip>,
}

impl Sizes {
    /// Takes account of one acknowledged packet.
    pub(super) fn note(&mut self, bytes: u64, rtt: Duration) {
        match bytes {
            ..=SHORT => keep_shortest(&mut self.short, bytes, rtt),
            LONG.. => keep_shortest(&mut self.long, bytes, rtt),
            _ => {}
        }
    }

    /// Bytes per second of the bottleneck; `None` for a link too fast to tell.
    pub(super) fn rate(&self) -> Option<u64> {
        let ((short, _), (long, _)) = self.short.zip(self.long)?;
        long.checked_sub(short).filter(|longer| *longer >= BELIEVED)?;
        slope(self.short, self.long, Duration::ZERO)
    }

    /// Bytes per second that the bottleneck had at least when a long packet was as fast as it was; `None` before one was
    /// seen. Jitter makes it less and never more; a short packet may have been acknowledged later than at once.
    pub(super) fn least_rate(&self) -> Option<u64> {
        slope(self.short, self.long, MAX_ACK_DELAY)
    }
}

fn keep_shortest(kind: &mut Option<Trip>, bytes: u64, rtt: Duration) {
    if kind.is_none_or(|(shortest, _)| rtt < shortest) {
        *kind = Some((rtt, bytes));
    }
}

/// Bytes per second by which a long packet takes longer than a short one, which may have lain so long.
fn slope(short: Option<Trip>, long: Option<Trip>, lain: Duration) -> Option<u64> {
    let ((short, few), (long, many)) = short.zip(long)?;
    let longer = long.saturating_sub(short).max(BELIEVED) + lain;
    Some((many - few) * 1_000_000 / longer.as_micros() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_difference_of_two_sizes_is_the_rate() {
        let mut sizes = Sizes::default();
        sizes.note(1_300, Duration::from_millis(95));
        assert_eq!(sizes.rate(), None);
        sizes.note(100, Duration::from_millis(80));
        sizes.note(50, Duration::from_millis(90));
        sizes.note(1_300, Duration::from_millis(90));
        assert_eq!(sizes.rate(), Some(120_000));
    }

    #[test]
    fn a_fast_link_says_nothing() {
        let mut sizes = Sizes::default();
        sizes.note(100, Duration::from_millis(50));
        sizes.note(1_300, Duration::from_millis(51));
        assert_eq!(sizes.rate(), None);
        assert_eq!(sizes.least_rate(), Some(150_000));
        sizes.note(100, Duration::from_millis(52));
        assert_eq!(sizes.rate(), None);
    }
}
