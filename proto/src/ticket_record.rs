//! What a client remembers about a ticket that it gave out, and the rule that says whether it may still be used.
//! The rule is the client's alone: nothing in a file or a message enters into it. No clock: `now` is passed in.
//!
//! # Reference
//! docs/TICKET.md, section 8.

use crate::ids::TicketId;
use crate::ticket_file::{Standing, Validity};

/// The life of one ticket, as its client counts it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TicketRecord {
    /// Which ticket.
    pub id: TicketId,
    /// When it can be used.
    pub validity: Validity,
    /// How many times it can be used, 1..=[`TicketRecord::MAX_USES`].
    pub uses_allowed: u32,
    /// How many times it was used.
    pub uses_spent: u32,
    /// How many proofs for it were wrong.
    pub failed_proofs: u32,
    /// The person cancelled it.
    pub cancelled: bool,
}

/// Why a ticket can no longer, or not yet, be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TicketRefusal {
    /// The person took it back.
    #[error("this ticket was cancelled")]
    Cancelled,
    /// Somebody tried too often without the right secret.
    #[error("this ticket was closed after too many failed attempts")]
    TooManyFailures,
    /// It has no use left.
    #[error("this ticket was used already")]
    Used,
    /// Its time is over.
    #[error("this ticket has expired")]
    Expired,
    /// Its time has not come.
    #[error("this ticket is not valid yet")]
    NotYetValid,
}

impl TicketRecord {
    /// Most uses that a ticket can have.
    pub const MAX_USES: u32 = 100;
    /// Wrong proofs after which a ticket closes for good.
    pub const MAX_FAILED_PROOFS: u32 = 10;

    /// A ticket that nobody has used.
    pub fn new(id: TicketId, validity: Validity, uses_allowed: u32) -> Self {
        let uses_allowed = uses_allowed.clamp(1, Self::MAX_USES);
        Self { id, validity, uses_allowed, uses_spent: 0, failed_proofs: 0, cancelled: false }
    }

    /// Uses the ticket once, if [`check_use`] lets it.
    ///
    /// # Errors
    /// The refusal; nothing changes then.
    pub fn spend(&mut self, now: u64) -> Result<(), TicketRefusal> {
        check_use(self, now)?;
        self.uses_spent = self.uses_spent.saturating_add(1);
        Ok(())
    }

    /// Counts a wrong proof; true when the ticket closed by it.
    pub fn note_failed_proof(&mut self) -> bool {
        self.failed_proofs = self.failed_proofs.saturating_add(1);
        self.failed_proofs == Self::MAX_FAILED_PROOFS
    }

    /// Takes the ticket back, for good.
    pub fn cancel(&mut self) {
        self.cancelled = true;
    }

    /// How many uses are left, whatever the time.
    pub fn uses_left(&self) -> u32 {
        self.uses_allowed.saturating_sub(self.uses_spent)
    }

    /// Whether waiting, at most, can make it usable: if not, nothing needs to listen for it.
    pub fn is_open(&self, now: u64) -> bool {
        matches!(check_use(self, now), Ok(()) | Err(TicketRefusal::NotYetValid))
    }
}

/// Whether the ticket may be used at `now` (Unix seconds, the client's clock).
///
/// What can never change again goes first, so that the answer to the same ticket does not swing back and forth.
pub fn check_use(record: &TicketRecord, now: u64) -> Result<(), TicketRefusal> {
    if record.cancelled {
        return Err(TicketRefusal::Cancelled);
    }
    if record.failed_proofs >= TicketRecord::MAX_FAILED_PROOFS {
        return Err(TicketRefusal::TooManyFailures);
    }
    if record.uses_left() == 0 {
        return Err(TicketRefusal::Used);
    }
    match record.validity.at(now) {
        Standing::Valid => Ok(()),
        Standing::Expired => Err(TicketRefusal::Expired),
        Standing::NotYetValid => Err(TicketRefusal::NotYetValid),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(uses: u32) -> TicketRecord {
        TicketRecord::new(TicketId([7; 16]), Validity::new(100, 200).unwrap(), uses)
    }

    #[test]
    fn a_ticket_is_single_use_unless_more_were_asked_for() {
        let mut one = record(1);
        assert_eq!(one.spend(150), Ok(()));
        assert_eq!(one.spend(150), Err(TicketRefusal::Used));
        let mut three = record(3);
        assert!((0..3).all(|_| three.spend(150).is_ok()));
        assert_eq!(three.spend(150), Err(TicketRefusal::Used));
        assert_eq!(three.uses_spent, 3);
        assert_eq!(record(0).uses_left(), 1);
        assert_eq!(record(u32::MAX).uses_left(), TicketRecord::MAX_USES);
    }

    #[test]
    fn a_refused_use_is_not_spent() {
        let mut early = record(1);
        assert_eq!(early.spend(99), Err(TicketRefusal::NotYetValid));
        assert!(early.is_open(99));
        assert_eq!(early.uses_left(), 1);
        assert_eq!(early.spend(201), Err(TicketRefusal::Expired));
        assert!(!early.is_open(201));
        assert_eq!(early.uses_left(), 1);
    }

    #[test]
    fn a_cancelled_ticket_stays_cancelled_whatever_else_is_true() {
        let mut ticket = record(1);
        ticket.spend(150).unwrap();
        ticket.cancel();
        for now in [0, 150, u64::MAX] {
            assert_eq!(check_use(&ticket, now), Err(TicketRefusal::Cancelled));
        }
    }

    #[test]
    fn ten_wrong_proofs_close_a_ticket_for_good() {
        let mut ticket = record(5);
        for _ in 0..TicketRecord::MAX_FAILED_PROOFS - 1 {
            assert!(!ticket.note_failed_proof());
            assert_eq!(check_use(&ticket, 150), Ok(()));
        }
        assert!(ticket.note_failed_proof());
        assert_eq!(ticket.spend(150), Err(TicketRefusal::TooManyFailures));
        assert!(!ticket.note_failed_proof(), "it closes once");
        assert!(!ticket.is_open(150));
    }
}
