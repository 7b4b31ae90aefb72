//! Losses: which are the weather and which are our doing. It knows no window and no rate.

/// Share of lost bytes, in thousandths, up to which nothing is done about it.
const TOLERATED: u64 = 110;
/// Share that is believed to have another cause, however high, when sending less did not change it.
const MOST_TOLERATED: u64 = 500;
/// Verdicts in a row by which sending less is tried.
const TRIES: u32 = 3;
/// Packets that must have been sent before their share means anything.
const LEAST_PACKETS: u64 = 100;
/// Packets after which older ones count half.
const MEMORY_PACKETS: u64 = 256;

/// What a round's losses demand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Nothing: none, or no more than radio links lose.
    Bearable,
    /// Sending less.
    Overload,
    /// Sending as before: less did not help.
    NotOurs,
    /// Waiting: too few packets were sent to tell.
    Undecided,
}

/// Losses of the past.
#[derive(Debug, Clone, Copy)]
pub(super) struct Losses {
    acked: u64,
    lost: u64,
    /// Acknowledged and lost since the last verdict.
    unjudged: (u64, u64),
    tolerated: u64,
    /// The share that was first answered by sending less, and the rounds since.
    answered: Option<(u64, u32)>,
}

impl Default for Losses {
    fn default() -> Self {
        Self { acked: 0, lost: 0, unjudged: (0, 0), tolerated: TOLERATED, answered: None }
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
        let (acked, lost) = (self.unjudged.0 + acked, self.unjudged.1 + lost);
        if acked + lost < LEAST_PACKETS * mtu {
            self.unjudged = (acked, lost);
            return Verdict::Undecided;
        }
        self.unjudged = (0, 0);
        let share = per_mille(acked, lost);
        if share <= self.tolerated {
            if share * 2 < TOLERATED {
                *self = Self { tolerated: TOLERATED, answered: None, ..*self };
            }
            return Verdict::Bearable;
        }
        match self.answered {
            None => self.answered = Some((share, 1)),
            Some((first, rounds)) if rounds >= TRIES => {
                self.answered = None;
                if share * 10 >= first * 7 {
                    self.tolerated = (share * 3 / 2).min(MOST_TOLERATED);
                    return Verdict::NotOurs;
                }
            }
            Some((first, rounds)) => self.answered = Some((first, rounds + 1)),
        }
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
        for _ in 0..TRIES {
            assert_eq!(losses.judge(80_000, 20_000, MTU), Verdict::Overload);
        }
        assert_eq!(losses.judge(80_000, 20_000, MTU), Verdict::NotOurs);
        assert_eq!(losses.judge(80_000, 20_000, MTU), Verdict::Bearable);
        assert_eq!(losses.judge(40_000, 60_000, MTU), Verdict::Overload);
    }

    #[test]
    fn where_sending_less_helps_it_is_done_again() {
        let mut losses = Losses::default();
        assert_eq!(losses.judge(60_000, 40_000, MTU), Verdict::Overload);
        for _ in 0..3 * TRIES {
            assert_eq!(losses.judge(85_000, 15_000, MTU), Verdict::Overload);
            assert_eq!(losses.judge(80_000, 20_000, MTU), Verdict::Overload);
            assert_eq!(losses.judge(100_000, 0, MTU), Verdict::Bearable);
        }
    }

    #[test]
    fn two_lost_packets_of_a_handful_mean_nothing() {
        let mut losses = Losses::default();
        assert_eq!(losses.judge(2_000, 2_000, MTU), Verdict::Undecided);
        assert_eq!(losses.judge(98_000, 2_000, MTU), Verdict::Bearable);
    }

    #[test]
    fn a_round_of_nothing_is_no_division_by_zero() {
        let mut losses = Losses::default();
        assert_eq!(losses.judge(0, 0, MTU), Verdict::Undecided);
        assert_eq!(losses.per_mille(), 0);
    }
}
