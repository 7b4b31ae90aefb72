//! How many bytes of picture the expert has not confirmed yet, and whether there is room for more:
//! pure bookkeeping, so that the newest pixels are captured late instead of old ones queueing.

use std::collections::VecDeque;

/// Room that is always granted, however small the congestion window is.
pub const LEAST_BYTES: usize = 32 * 1024;
/// Room that is never exceeded, however large the congestion window is.
pub const MOST_BYTES: usize = 512 * 1024;
/// Unconfirmed updates beyond which the sender waits, however small they are.
pub const MOST_UPDATES: usize = 32;

/// Updates that were sent and not yet reported as applied.
#[derive(Debug, Default)]
pub(crate) struct Credit {
    outstanding: VecDeque<(u32, usize)>,
    bytes: usize,
    /// Updates that QUIC has not taken over as a whole, whether or not anybody still waits for their confirmation.
    unwritten: VecDeque<usize>,
    unwritten_bytes: usize,
}

impl Credit {
    /// Notes an update that is about to be sent.
    pub(crate) fn sent(&mut self, sequence: u32, bytes: usize) {
        self.outstanding.push_back((sequence, bytes));
        self.bytes += bytes;
        self.unwritten.push_back(bytes);
        self.unwritten_bytes += bytes;
    }

    /// Notes that the oldest update that was not written yet now is.
    pub(crate) fn written(&mut self) {
        self.unwritten_bytes -= self.unwritten.pop_front().unwrap_or_default();
    }

    /// Notes that everything up to `sequence` is on the expert's surface; a number that is not
    /// outstanding changes nothing, so a lying expert gains no room.
    pub(crate) fn applied(&mut self, sequence: u32) {
        let Some(position) = self.outstanding.iter().position(|(sent, _)| *sent == sequence) else {
            return;
        };
        let freed: usize = self.outstanding.drain(..=position).map(|(_, bytes)| bytes).sum();
        self.bytes -= freed;
    }

    /// Forgets what is outstanding: an expert that asks for a keyframe will not confirm what it could not apply, and
    /// without room the keyframe would never be sent. What is not written yet still takes room: an expert that takes
    /// nothing and asks again and again would otherwise fill this machine's memory with keyframes.
    pub(crate) fn give_up(&mut self) {
        self.outstanding.clear();
        self.bytes = 0;
    }

    /// Whether another update may be captured and sent, given the congestion window.
    pub(crate) fn has_room(&self, window_bytes: u64) -> bool {
        let window = usize::try_from(window_bytes).unwrap_or(MOST_BYTES);
        let updates = self.outstanding.len().max(self.unwritten.len());
        let bytes = self.bytes.max(self.unwritten_bytes);
        updates < MOST_UPDATES && bytes < window.clamp(LEAST_BYTES, MOST_BYTES)
    }

    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(credit: &mut Credit, sequence: u32, bytes: usize) {
        credit.sent(sequence, bytes);
        credit.written();
    }

    #[test]
    fn room_ends_at_the_window_and_returns_with_the_confirmation() {
        let mut credit = Credit::default();
        written(&mut credit, 1, 40_000);
        assert!(credit.has_room(65_536));
        written(&mut credit, 2, 40_000);
        assert!(!credit.has_room(65_536));
        credit.applied(1);
        assert!(credit.has_room(65_536));
        assert_eq!((credit.bytes(), credit.outstanding.len()), (40_000, 1));
    }

    #[test]
    fn one_confirmation_covers_everything_sent_before_it() {
        let mut credit = Credit::default();
        for sequence in 0..10 {
            credit.sent(sequence, 1_000);
        }
        credit.applied(8);
        assert_eq!((credit.bytes(), credit.outstanding.len()), (1_000, 1));
    }

    #[test]
    fn a_confirmation_of_something_never_sent_gives_no_room() {
        let mut credit = Credit::default();
        credit.sent(7, 600_000);
        credit.applied(8);
        credit.applied(6);
        assert!(!credit.has_room(u64::MAX));
    }

    #[test]
    fn an_expert_that_needs_a_keyframe_leaves_room_for_it() {
        let mut credit = Credit::default();
        written(&mut credit, 0, 600_000);
        written(&mut credit, 1, 600_000);
        credit.give_up();
        assert!(credit.has_room(0));
        credit.applied(1);
        credit.sent(2, 10);
        assert_eq!(credit.bytes(), 10);
    }

    #[test]
    fn confirming_what_was_never_written_gives_no_room() {
        let mut credit = Credit::default();
        credit.sent(0, MOST_BYTES);
        credit.applied(0);
        assert!(!credit.has_room(u64::MAX));
        credit.written();
        assert!(credit.has_room(u64::MAX));
    }

    #[test]
    fn sequence_numbers_may_wrap() {
        let mut credit = Credit::default();
        credit.sent(u32::MAX, 10);
        credit.sent(0, 20);
        credit.applied(u32::MAX);
        assert_eq!(credit.bytes(), 20);
        credit.applied(0);
        assert_eq!(credit.bytes(), 0);
    }

    #[test]
    fn many_tiny_updates_are_bounded_by_number() {
        let mut credit = Credit::default();
        for sequence in 0..MOST_UPDATES as u32 {
            assert!(credit.has_room(u64::MAX));
            credit.sent(sequence, 1);
        }
        assert!(!credit.has_room(u64::MAX));
    }

    #[test]
    fn asking_for_keyframes_gives_no_room_while_nothing_is_taken() {
        let mut credit = Credit::default();
        credit.sent(0, MOST_BYTES);
        credit.give_up();
        assert!(!credit.has_room(u64::MAX));
        credit.written();
        assert!(credit.has_room(u64::MAX));
        for sequence in 1..=MOST_UPDATES as u32 {
            credit.sent(sequence, 1);
        }
        credit.give_up();
        assert!(!credit.has_room(u64::MAX));
        credit.written();
        assert!(credit.has_room(u64::MAX));
    }

    #[test]
    fn a_tiny_window_still_lets_one_update_out() {
        let mut credit = Credit::default();
        assert!(credit.has_room(0));
        credit.sent(1, LEAST_BYTES);
        assert!(!credit.has_room(0));
    }
}
