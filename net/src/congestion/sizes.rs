//! A slow link shows before anything was sent over it: a long packet takes longer than a short one, and the
//! handshake has both. It knows only the shortest round trip of either.

use std::time::Duration;

/// Longest of the short packets. Unit: bytes.
const SHORT: u64 = 400;
/// Shortest of the long packets. Longer than those of the handshake, which are acknowledged at once and not after the
/// usual delay: only like is compared with like. Unit: bytes.
const LONG: u64 = 1300;
/// Least difference that is believed; below, it is the jitter of two machines.
const BELIEVED: Duration = Duration::from_millis(3);

/// The shortest round trips by size.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Sizes {
    short: Option<(Duration, u64)>,
    long: Option<(Duration, u64)>,
}

impl Sizes {
    /// Takes account of one acknowledged packet.
    pub(super) fn note(&mut self, bytes: u64, rtt: Duration) {
        let kind = match bytes {
            ..=SHORT => &mut self.short,
            LONG.. => &mut self.long,
            _ => return,
        };
        if kind.is_none_or(|(shortest, _)| rtt < shortest) {
            *kind = Some((rtt, bytes));
        }
    }

    /// Bytes per second of the bottleneck; `None` for a link too fast to tell.
    pub(super) fn rate(&self) -> Option<u64> {
        let ((short, few), (long, many)) = self.short.zip(self.long)?;
        let longer = long.checked_sub(short).filter(|longer| *longer >= BELIEVED)?;
        Some((many - few) * 1_000_000 / longer.as_micros() as u64)
    }
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
        sizes.note(100, Duration::from_millis(52));
        assert_eq!(sizes.rate(), None);
    }
}
