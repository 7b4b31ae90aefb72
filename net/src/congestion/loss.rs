//! Losses: which are the weather and which are our doing. It knows no window and no rate.

/// Share of lost bytes, in thousandths, up to which nothing is done about it.
const TOLERATED: u64 = 100;
/// Share that is believed to have another cause, however high, when sending less did not change it.
const MOST_TOLERATED: u64 = 500;
/// Packets that must have been sent before their share means anything.
const LEAST_PACKETS: u64 = 16;
/// Packets after which older ones count half.
const MEMORY_PACKETS: u64 = 256;

/// What a round's losses demand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Nothing: none, or no more than radio links lose.
    Bearable,
    /// Sending less.
    Overload,
}

/// Losses of the past.
#[derive(Debug, Clone, Copy)]
pub(super) struct Losses {
    acked: u64,
    lost: u64,
    tolerated: u64,
    /// The share at the last time that it was answered by sending less.
    answered: Option<u64>,
}

impl Default for Losses {
    fn default() -> Self {
        Self { acked: 0, lost: 0, tolerated: TOLERATED, answered: None }
    }
}

impl Losses {
    /// Share that was lost lately, in thousandths.
    pub(super) fn per_mille(&self) -> u64 {
        per_mille(self.acked, self.lost)
    }

    /// Takes account of a round's bytes.
    pub(super) fn judge(&mut self, acked: u64, lost: u64, mtu: u64) -> Verdict {
        self.acked += acked;
        self.lost += lost;
        if self.acked + self.lost > MEMORY_PACKETS * mtu {
            self.acked /= 2;
            self.lost /= 2;
        }
        let share = per_mille(acked, lost);
        if acked + lost < LEAST_PACKETS * mtu || lost < 3 * mtu {
            return Verdict::Bearable;
        }
        if share <= self.tolerated {
            if share * 2 < TOLERATED {
                *self = Self { tolerated: TOLERATED, answered: None, ..*self };
            }
            return Verdict::Bearable;
        }
        if self.answered.is_some_and(|before| share * 10 >= before * 7) {
            // Sending less did not help, so it is not we who fill the queue.
            self.tolerated = (share * 3 / 2).min(MOST_TOLERATED);
            self.answered = None;
            return Verdict::Bearable;
        }
        self.answered = Some(share);
        Verdict::Overload
    }
}

fn per_mille(acked: u64, lost: u64) -> u64 {
    match acked.saturating_add(lost) {
        0 => 0,
        sum => lost.saturating_mul(1000) / sum,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MTU: u64 = 1000;

    #[test]
    fn two_percent_are_the_weather() {
        let mut losses = Losses::default();
        for _ in 0..100 {
            assert_eq!(losses.judge(196_000, 4_000, MTU), Verdict::Bearable);
        }
        assert_eq!(losses.per_mille(), 20);
    }

    #[test]
    fn a_fifth_is_our_doing_until_sending_less_changes_nothing() {
        let mut losses = Losses::default();
        assert_eq!(losses.judge(80_000, 20_000, MTU), Verdict::Overload);
        assert_eq!(losses.judge(80_000, 20_000, MTU), Verdict::Bearable);
        assert_eq!(losses.judge(80_000, 20_000, MTU), Verdict::Bearable);
        assert_eq!(losses.judge(40_000, 60_000, MTU), Verdict::Overload);
    }

    #[test]
    fn where_sending_less_helps_it_is_done_again() {
        let mut losses = Losses::default();
        assert_eq!(losses.judge(60_000, 40_000, MTU), Verdict::Overload);
        assert_eq!(losses.judge(80_000, 20_000, MTU), Verdict::Overload);
        assert_eq!(losses.judge(100_000, 0, MTU), Verdict::Bearable);
    }

    #[test]
    fn two_lost_packets_of_a_handful_mean_nothing() {
        assert_eq!(Losses::default().judge(2_000, 2_000, MTU), Verdict::Bearable);
    }

    #[test]
    fn a_round_of_nothing_is_no_division_by_zero() {
        let mut losses = Losses::default();
        assert_eq!(losses.judge(0, 0, MTU), Verdict::Bearable);
        assert_eq!(losses.per_mille(), 0);
    }
}
