//! How many bytes of picture the expert has not confirmed yet, and whether there is room for more:
//! pure bookkeeping, so that the newest pixels are captured late instead of old ones queueing.

use std::collections::VecDeque;
use std::time::Duration;

use deskside_proto::link::LinkEstimate;
use deskside_proto::wire::update::UpdateClass;

/// Room that is always granted, however slow the link is: one packet.
pub const LEAST_BYTES: usize = 1_400;
/// Room that is never exceeded, however fast the link is.
pub const MOST_BYTES: usize = 512 * 1024;
/// What may wait at the bottleneck, in time, beyond what is on its way there and back anyhow.
pub const QUEUE_TIME: Duration = Duration::from_millis(15);
/// The same for what only makes exact what is shown already: what the person does next finds room at once.
const REFINEMENT_QUEUE_TIME: Duration = Duration::ZERO;
/// What repairs an update may make others wait for so much longer.
const REPAIR_TIME: Duration = Duration::from_millis(12);
/// Unconfirmed updates beyond which the sender waits, however small they are.
pub const MOST_UPDATES: usize = 32;
/// The same with those that have arrived and are not reported: what an expert keeps back, and what is under way.
const MOST_UNREPORTED: usize = 3 * MOST_UPDATES;

/// An update that was not reported as applied.
#[derive(Debug)]
struct Outstanding {
    sequence: u32,
    /// With what was sent beside it; none when it is confirmed.
    bytes: usize,
    /// It is short and has arrived, which confirms it.
    has_arrived: bool,
}

/// Updates that were sent and not yet reported as applied.
#[derive(Debug, Default)]
pub(crate) struct Credit {
    outstanding: VecDeque<Outstanding>,
    bytes: usize,
    /// Updates wait for the expert's program: what has arrived there is not shown soon.
    is_expert_late: bool,
    /// Number of the last update that was sent.
    newest: Option<u32>,
    /// Updates that QUIC has not taken over as a whole, whether or not anybody still waits for their confirmation.
    unwritten: VecDeque<usize>,
    unwritten_bytes: usize,
}

impl Credit {
    /// Notes an update that is about to be sent.
    pub(crate) fn sent(&mut self, sequence: u32, bytes: usize) {
        self.outstanding.push_back(Outstanding { sequence, bytes, has_arrived: false });
        self.bytes += bytes;
        self.newest = Some(sequence);
        self.unwritten.push_back(bytes);
        self.unwritten_bytes += bytes;
    }

    /// Notes that the oldest update that was not written yet now is.
    pub(crate) fn written(&mut self) {
        self.unwritten_bytes -= self.unwritten.pop_front().unwrap_or_default();
    }

    /// Notes that everything up to `sequence` is on the expert's surface; a number that was never sent changes
    /// nothing, so a lying expert gains no room. One that was given up counts too: the expert may have shown it
    /// before it heard of that, and confirms nothing before it once more.
    pub(crate) fn applied(&mut self, sequence: u32, backlog: u8) {
        self.is_expert_late = backlog > 0;
        if self.newest.is_none_or(|newest| is_before(newest, sequence)) {
            return;
        }
        let is_covered = |update: &&Outstanding| !is_before(sequence, update.sequence);
        let covered = self.outstanding.iter().take_while(is_covered).count();
        let freed: usize = self.outstanding.drain(..covered).map(|update| update.bytes).sum();
        self.bytes -= freed;
    }

    /// Notes that a short update has arrived as a whole. Whether it is shown is not waited for: what is kept of it over
    /// there is little, and how many there may be is bounded.
    pub(crate) fn arrived(&mut self, sequence: u32) {
        if let Some(update) = self.outstanding.iter_mut().find(|update| update.sequence == sequence) {
            update.has_arrived = true;
            self.bytes -= std::mem::take(&mut update.bytes);
        }
    }

    /// Notes that an update was given up: nobody will confirm it.
    pub(crate) fn given_up(&mut self, sequence: u32) {
        if let Some(at) = self.outstanding.iter().position(|update| update.sequence == sequence)
            && let Some(update) = self.outstanding.remove(at)
        {
            self.bytes -= update.bytes;
        }
    }

    /// Whether an update was neither confirmed nor given up.
    pub(crate) fn is_waited_for(&self, sequence: u32) -> bool {
        self.outstanding.iter().any(|update| update.sequence == sequence && !update.has_arrived)
    }

    /// Notes bytes that are sent beside an update and delivered with it. False when nobody waits for it any more.
    pub(crate) fn sent_beside(&mut self, sequence: u32, bytes: usize) -> bool {
        let waited_for = |update: &&mut Outstanding| update.sequence == sequence && !update.has_arrived;
        let Some(update) = self.outstanding.iter_mut().find(waited_for) else {
            return false;
        };
        update.bytes += bytes;
        self.bytes += bytes;
        true
    }

    /// Forgets what is outstanding: an expert that asks for a keyframe will not confirm what it could not apply, and
    /// without room the keyframe would never be sent. What is not written yet still takes room: an expert that takes
    /// nothing and asks again and again would otherwise fill this machine's memory with keyframes.
    pub(crate) fn give_up(&mut self) {
        self.outstanding.clear();
        self.bytes = 0;
    }

    /// Whether another update may be captured and sent over a link like this.
    ///
    /// The last one that is let out may have any size; what is newer than it waits until it was shown.
    pub(crate) fn has_room(&self, class: UpdateClass, link: LinkEstimate) -> bool {
        let queue_time = match class {
            UpdateClass::Interactive | UpdateClass::Video => QUEUE_TIME,
            UpdateClass::Refinement => REFINEMENT_QUEUE_TIME,
        };
        let counts = |update: &&Outstanding| self.is_expert_late || !update.has_arrived;
        let under_way = self.outstanding.iter().filter(counts).count();
        under_way.max(self.unwritten.len()) < MOST_UPDATES
            && self.outstanding.len() < MOST_UNREPORTED
            && self.bytes.max(self.unwritten_bytes) < room(queue_time, link)
    }

    /// Whether so many bytes may be sent beside what is under way. They may go a little beyond the room that updates
    /// fill as a rule, or the busy link, on which a loss holds up most, would have no repair.
    pub(crate) fn has_room_beside(&self, bytes: usize, link: LinkEstimate) -> bool {
        self.bytes.max(self.unwritten_bytes) + bytes <= room(QUEUE_TIME + REPAIR_TIME, link)
    }

    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }
}

/// Whether `first` comes before `second`, where numbers go round.
pub(crate) fn is_before(first: u32, second: u32) -> bool {
    first != second && second.wrapping_sub(first) < u32::MAX / 2
}

/// What a link holds when a queue of this length stands at its bottleneck. Units: bytes.
fn room(queue_time: Duration, link: LinkEstimate) -> usize {
    link.bytes_in(link.round_trip + queue_time).clamp(LEAST_BYTES, MOST_BYTES)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Has room for 65,000 bytes.
    const LINK: LinkEstimate =
        LinkEstimate { bytes_per_second: 1_000_000, round_trip: Duration::from_millis(50) };
    const DEAD: LinkEstimate = LinkEstimate { bytes_per_second: 0, round_trip: Duration::from_millis(50) };
    const ENDLESS: LinkEstimate =
        LinkEstimate { bytes_per_second: u64::MAX, round_trip: Duration::from_millis(50) };

    fn has_room(credit: &Credit, link: LinkEstimate) -> bool {
        credit.has_room(UpdateClass::Interactive, link)
    }

    fn written(credit: &mut Credit, sequence: u32, bytes: usize) {
        credit.sent(sequence, bytes);
        credit.written();
    }

    #[test]
    fn room_ends_at_the_window_and_returns_with_the_confirmation() {
        let mut credit = Credit::default();
        written(&mut credit, 1, 40_000);
        assert!(has_room(&credit, LINK));
        written(&mut credit, 2, 40_000);
        assert!(!has_room(&credit, LINK));
        credit.applied(1, 0);
        assert!(has_room(&credit, LINK));
        assert_eq!((credit.bytes(), credit.outstanding.len()), (40_000, 1));
    }

    #[test]
    fn one_confirmation_covers_everything_sent_before_it() {
        let mut credit = Credit::default();
        for sequence in 0..10 {
            credit.sent(sequence, 1_000);
        }
        credit.applied(8, 0);
        assert_eq!((credit.bytes(), credit.outstanding.len()), (1_000, 1));
    }

    #[test]
    fn a_confirmation_of_something_never_sent_gives_no_room() {
        let mut credit = Credit::default();
        credit.sent(7, 600_000);
        credit.applied(8, 0);
        credit.applied(6, 0);
        assert!(!has_room(&credit, ENDLESS));
    }

    #[test]
    fn the_confirmation_of_what_was_given_up_meanwhile_covers_what_was_sent_before_it() {
        let mut credit = Credit::default();
        written(&mut credit, 5, 60_000);
        written(&mut credit, 6, 9_000);
        credit.given_up(6);
        assert_eq!(credit.bytes(), 60_000);
        credit.applied(6, 0);
        assert_eq!(credit.bytes(), 0);
    }

    #[test]
    fn an_expert_that_needs_a_keyframe_leaves_room_for_it() {
        let mut credit = Credit::default();
        written(&mut credit, 0, 600_000);
        written(&mut credit, 1, 600_000);
        credit.give_up();
        assert!(has_room(&credit, DEAD));
        credit.applied(1, 0);
        credit.sent(2, 10);
        assert_eq!(credit.bytes(), 10);
    }

    #[test]
    fn confirming_what_was_never_written_gives_no_room() {
        let mut credit = Credit::default();
        credit.sent(0, MOST_BYTES);
        credit.applied(0, 0);
        assert!(!has_room(&credit, ENDLESS));
        credit.written();
        assert!(has_room(&credit, ENDLESS));
    }

    #[test]
    fn sequence_numbers_may_wrap() {
        let mut credit = Credit::default();
        credit.sent(u32::MAX, 10);
        credit.sent(0, 20);
        credit.applied(u32::MAX, 0);
        assert_eq!(credit.bytes(), 20);
        credit.applied(0, 0);
        assert_eq!(credit.bytes(), 0);
    }

    #[test]
    fn many_tiny_updates_are_bounded_by_number() {
        let mut credit = Credit::default();
        for sequence in 0..MOST_UPDATES as u32 {
            assert!(has_room(&credit, ENDLESS));
            credit.sent(sequence, 1);
        }
        assert!(!has_room(&credit, ENDLESS));
    }

    #[test]
    fn asking_for_keyframes_gives_no_room_while_nothing_is_taken() {
        let mut credit = Credit::default();
        credit.sent(0, MOST_BYTES);
        credit.give_up();
        assert!(!has_room(&credit, ENDLESS));
        credit.written();
        assert!(has_room(&credit, ENDLESS));
        for sequence in 1..=MOST_UPDATES as u32 {
            credit.sent(sequence, 1);
        }
        credit.give_up();
        assert!(!has_room(&credit, ENDLESS));
        credit.written();
        assert!(has_room(&credit, ENDLESS));
    }

    #[test]
    fn a_tiny_window_still_lets_one_update_out() {
        let mut credit = Credit::default();
        assert!(has_room(&credit, DEAD));
        credit.sent(1, LEAST_BYTES);
        assert!(!has_room(&credit, DEAD));
    }

    #[test]
    fn a_refinement_leaves_room_for_what_the_person_does_next() {
        let mut credit = Credit::default();
        written(&mut credit, 0, 49_999);
        assert!(credit.has_room(UpdateClass::Refinement, LINK));
        written(&mut credit, 1, 1);
        assert!(!credit.has_room(UpdateClass::Refinement, LINK));
        assert!(credit.has_room(UpdateClass::Video, LINK) && has_room(&credit, LINK));
    }

    #[test]
    fn what_was_given_up_takes_no_room_and_what_is_sent_beside_does() {
        let mut credit = Credit::default();
        for sequence in 0..3 {
            written(&mut credit, sequence, 20_000);
        }
        assert!(credit.is_waited_for(1) && credit.sent_beside(1, 4_000));
        assert_eq!(credit.bytes(), 64_000);
        assert!(credit.has_room_beside(13_000, LINK) && !credit.has_room_beside(13_001, LINK));
        credit.given_up(1);
        assert_eq!(credit.bytes(), 40_000);
        assert!(!credit.is_waited_for(1) && !credit.sent_beside(1, 4_000));
        credit.applied(2, 0);
        assert_eq!(credit.bytes(), 0);
    }

    #[test]
    fn a_short_update_that_has_arrived_takes_no_room_and_needs_no_repair_but_counts_until_it_is_reported() {
        let mut credit = Credit::default();
        for sequence in 0..MOST_UNREPORTED as u32 {
            assert!(has_room(&credit, LINK));
            written(&mut credit, sequence, 1_000);
            assert!(credit.sent_beside(sequence, 1_000));
            credit.arrived(sequence);
            assert!(!credit.is_waited_for(sequence) && !credit.sent_beside(sequence, 1_000));
            assert_eq!(credit.bytes(), 0);
        }
        assert!(!has_room(&credit, LINK));
        credit.applied(15, 0);
        assert!(has_room(&credit, LINK));
        assert_eq!(credit.outstanding.len(), MOST_UNREPORTED - 16);
        // Who does not keep up gets no more than those who cannot say what has arrived.
        credit.applied(15, 1);
        assert!(!has_room(&credit, LINK));
        credit.applied(MOST_UNREPORTED as u32 - MOST_UPDATES as u32, 1);
        assert!(has_room(&credit, LINK));
        // Acknowledged after it was reported, or given up.
        credit.arrived(15);
        credit.given_up(90);
        assert_eq!(credit.bytes(), 0);
    }

    #[test]
    fn nothing_waits_longer_than_the_queue_may_be_at_any_rate() {
        for kilobits in [300, 1_000, 10_000, 100_000, 1_000_000] {
            let link =
                LinkEstimate { bytes_per_second: kilobits * 125, round_trip: Duration::from_millis(20) };
            let mut credit = Credit::default();
            let mut sequence = 0;
            while has_room(&credit, link) {
                written(&mut credit, sequence, 100);
                sequence += 1;
            }
            let queued = link.time_to_send(credit.bytes()).saturating_sub(link.round_trip);
            assert!(queued <= Duration::from_millis(20), "{kilobits} kbit/s: {queued:?}");
        }
    }
}
