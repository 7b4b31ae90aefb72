//! The order of updates on their way in: each is handed out once, in sequence, as soon as its bytes are there.
//! Pure: it is fed with pieces of streams, datagrams and resets, and bounded whatever it is fed with.

use std::collections::VecDeque;

use deskside_proto::wire::datagram::UpdateRepair;

use super::assembly::{Assembly, Complete};
use crate::link::PeerMisbehaved;
use crate::transport::{MAX_UPDATE_STREAMS, REPAIR_BYTES};

/// Updates put together in their order.
///
/// INVARIANT: apart from the next update it keeps at most [`REPAIR_BYTES`], of fewer updates than may be under way.
#[derive(Debug, Default)]
pub(super) struct Intake {
    next: u32,
    /// The next update, and what has been heard of those behind it.
    upcoming: VecDeque<Upcoming>,
}

/// What is known of an update that was not handed out yet.
#[derive(Debug, Default)]
struct Upcoming {
    assembly: Assembly,
    is_given_up: bool,
}

/// An update whose turn it was.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Popped {
    pub(super) sequence: u32,
    /// `None` when it was given up.
    pub(super) whole: Option<Complete>,
}

impl Intake {
    /// The number that is due.
    pub(super) fn next(&self) -> u32 {
        self.next
    }

    /// As [`Assembly::wants`], of the stream that is due.
    pub(super) fn wants(&mut self) -> (usize, bool) {
        self.at(0).assembly.wants()
    }

    /// Takes bytes of the stream that is due.
    ///
    /// # Errors
    /// What the sender did wrong.
    pub(super) fn take(&mut self, offset: u64, bytes: &[u8]) -> Result<(), PeerMisbehaved> {
        let next = self.next;
        self.at(0).assembly.take(next, offset, bytes)
    }

    /// Takes a datagram; one that comes too late or much too early is of no use and changes nothing.
    ///
    /// # Errors
    /// What the sender did wrong.
    pub(super) fn repair(&mut self, repair: &UpdateRepair<'_>) -> Result<(), PeerMisbehaved> {
        let ahead = repair.sequence.wrapping_sub(self.next);
        if ahead >= MAX_UPDATE_STREAMS {
            return Ok(());
        }
        let ahead = ahead as usize;
        let held: usize = self.upcoming.iter().skip(1).map(|update| update.assembly.held_bytes()).sum();
        let heard_of = self.upcoming.get(ahead).is_some_and(|update| update.assembly.held_bytes() > 0);
        if ahead > 0 && !heard_of && held + usize::from(repair.period) > REPAIR_BYTES {
            return Ok(());
        }
        self.at(ahead).assembly.repair(repair)
    }

    /// The update that is due is given up, and so are those at these distances behind it.
    pub(super) fn give_up(&mut self, behind: impl Iterator<Item = u32>) {
        self.at(0).is_given_up = true;
        for distance in behind {
            self.at(distance as usize).is_given_up = true;
        }
    }

    /// The next update, if its bytes are there or it was given up. Call it after each change until it gives nothing.
    pub(super) fn pop(&mut self) -> Option<Popped> {
        let front = self.upcoming.front_mut()?;
        let whole = if front.is_given_up { None } else { Some(front.assembly.complete()?) };
        let sequence = self.next;
        self.upcoming.pop_front();
        self.next = sequence.wrapping_add(1);
        Some(Popped { sequence, whole })
    }

    /// Bytes of the due update, once known.
    pub(super) fn total(&self) -> Option<usize> {
        self.upcoming.front().and_then(|update| update.assembly.total())
    }

    /// The update that is so far behind the due one. The distance is bounded by the caller.
    fn at(&mut self, ahead: usize) -> &mut Upcoming {
        if self.upcoming.len() <= ahead {
            self.upcoming.resize_with(ahead + 1, Upcoming::default);
        }
        #[expect(clippy::indexing_slicing, reason = "it was made long enough a line above")]
        &mut self.upcoming[ahead]
    }
}

#[cfg(test)]
mod tests;
