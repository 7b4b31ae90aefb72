//! Sharing the clipboard with a far side, in either direction: offered when something is copied, fetched when it is pasted.
//! It knows pieces and numbers; over what they travel, and who has allowed it, is the business of whoever makes it.

mod files;
mod given;
mod offering;
mod pasting;

use std::pin::Pin;
use std::sync::atomic::{AtomicU32, Ordering};

use bytes::Bytes;
use deskside_proto::ids::OfferId;
use deskside_proto::wire::clipboard::{Format, NoPiece, Piece};

pub use given::Given;
pub use offering::{Give, Offering, OfferingOptions};
pub use pasting::{Pasting, PastingOptions};

/// Counts the offers of one link; no number comes twice, whatever is allowed, revoked and allowed again.
#[derive(Debug, Default)]
pub struct OfferNumbers(AtomicU32);

impl OfferNumbers {
    /// The next number; `None` when all are spent.
    fn next(&self) -> Option<OfferId> {
        let last =
            self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |last| last.checked_add(1)).ok()?;
        last.checked_add(1).map(OfferId)
    }
}

/// The length of the whole content and a piece of it.
pub type Fetched = (u64, Bytes);

/// A piece on its way.
pub type Fetching = Pin<Box<dyn Future<Output = Result<Fetched, Miss>> + Send>>;

/// Where pieces of what the far side offers come from.
pub trait Fetch: Send + Sync + 'static {
    /// Asks the far side for a piece. Dropping the future takes the request back.
    fn fetch(&self, piece: Piece) -> Fetching;
}

/// Why a piece did not come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Miss {
    /// The far side does not give it.
    Refused(NoPiece),
    /// Something broke on the way: it can be asked for again.
    Again,
    /// There is no way to the far side any more.
    Over,
}

/// What becomes of a paste, for whoever shows it. No content and no name of a file is in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Report {
    /// It takes a while. Units: bytes.
    Underway {
        /// What.
        format: Format,
        /// So much has come.
        done: u64,
        /// Of so much.
        total: u64,
    },
    /// It has come as a whole. Units: bytes.
    Arrived {
        /// What.
        format: Format,
        /// So many files; 1 for what is no file.
        items: u32,
        /// So much.
        total: u64,
    },
    /// It has not come.
    Failed {
        /// What.
        format: Format,
        /// Why.
        why: Failure,
    },
}

/// Why nothing was pasted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// The far side does not give it.
    Refused(NoPiece),
    /// It was taken back here.
    Cancelled,
    /// The connection failed again and again, or is over.
    Lost,
    /// The far side gave something else than it said.
    Wrong,
    /// It could not be written to this machine's disk.
    NotWritten,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offer_numbers_rise_and_end_instead_of_starting_again() {
        let numbers = OfferNumbers::default();
        assert_eq!([numbers.next(), numbers.next()], [Some(OfferId(1)), Some(OfferId(2))]);
        let last = OfferNumbers(AtomicU32::new(u32::MAX - 1));
        assert_eq!([last.next(), last.next(), last.next()], [Some(OfferId(u32::MAX)), None, None]);
    }
}
