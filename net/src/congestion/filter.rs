//! Memory of the best: the highest rate of the last rounds and the shortest round trip of the last seconds.
//! It knows neither packets nor windows.

use std::time::Duration;

/// Rounds after which a rate that was not reached again is forgotten.
const RATE_ROUNDS: usize = 10;
/// Time after which the shortest round trip must be seen again.
pub(super) const RTT_MEMORY: Duration = Duration::from_secs(10);

/// The highest of the last ten rounds that count.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct HighestRate {
    rounds: [u64; RATE_ROUNDS],
}

impl HighestRate {
    /// Bytes per second; zero when nothing was measured yet.
    pub(super) fn value(&self) -> u64 {
        self.rounds.iter().copied().max().unwrap_or(0)
    }

    /// Takes account of a sample of the current round.
    pub(super) fn raise(&mut self, rate: u64) {
        let [current, ..] = &mut self.rounds;
        *current = rate.max(*current);
    }

    /// Begins a round. Only for rounds in which the network was the limit: no others may forget anything.
    pub(super) fn next_round(&mut self) {
        self.rounds.rotate_right(1);
        let [current, ..] = &mut self.rounds;
        *current = 0;
    }

    /// Forgets everything but this.
    pub(super) fn replace(&mut self, rate: u64) {
        self.rounds = [0; RATE_ROUNDS];
        self.raise(rate);
    }
}

/// The shortest round trip of the last ten seconds.
#[derive(Debug, Clone, Copy)]
pub(super) struct ShortestRoundTrip {
    value: Option<Duration>,
    seen: Duration,
}

impl ShortestRoundTrip {
    pub(super) fn new() -> Self {
        Self { value: None, seen: Duration::ZERO }
    }

    /// The shortest; `None` before the first packet was acknowledged.
    pub(super) fn value(&self) -> Option<Duration> {
        self.value
    }

    /// Takes account of one round trip.
    pub(super) fn note(&mut self, now: Duration, rtt: Duration) {
        if self.value.is_none_or(|shortest| rtt <= shortest) {
            self.replace(now, rtt);
        }
    }

    /// Whether it was not seen again for so long that it may not hold any more.
    pub(super) fn is_stale(&self, now: Duration) -> bool {
        self.value.is_some() && now.saturating_sub(self.seen) > RTT_MEMORY
    }

    /// Forgets what was before.
    pub(super) fn replace(&mut self, now: Duration, rtt: Duration) {
        self.value = Some(rtt);
        self.seen = now;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_highest_rate_is_forgotten_only_by_rounds_that_count() {
        let mut rate = HighestRate::default();
        rate.raise(100);
        for _ in 1..RATE_ROUNDS {
            rate.next_round();
            rate.raise(10);
        }
        assert_eq!(rate.value(), 100);
        rate.next_round();
        assert_eq!(rate.value(), 10);
    }

    #[test]
    fn a_truth_replaces_every_memory() {
        let mut rate = HighestRate::default();
        rate.raise(100);
        rate.next_round();
        rate.replace(7);
        assert_eq!(rate.value(), 7);
    }

    #[test]
    fn the_shortest_round_trip_is_stale_when_not_seen_again() {
        let mut rtt = ShortestRoundTrip::new();
        assert!(!rtt.is_stale(Duration::from_secs(60)));
        rtt.note(Duration::ZERO, Duration::from_millis(20));
        rtt.note(Duration::from_secs(9), Duration::from_millis(20));
        rtt.note(Duration::from_secs(18), Duration::from_millis(30));
        assert!(!rtt.is_stale(Duration::from_secs(18)));
        assert!(rtt.is_stale(Duration::from_secs(20)));
        assert_eq!(rtt.value(), Some(Duration::from_millis(20)));
    }
}
