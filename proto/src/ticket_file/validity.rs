//! When a ticket can be used, and what a moment means to it.
//! The moment is passed in; which clock it is from is the caller's business.

use super::TicketFileError;

/// The time in which a ticket can be used, in Unix seconds, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Validity {
    not_before: u64,
    not_after: u64,
}

/// How a moment stands to a validity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// The time has not come.
    NotYetValid,
    /// It can be used.
    Valid,
    /// The time is over.
    Expired,
}

impl Validity {
    /// Longest validity, in seconds: an invitation is for a person who waits, not a standing permission.
    pub const MAX_SECONDS: u64 = 7 * 86_400;
    /// 9999-12-31 23:59:59 UTC, in Unix seconds: the last moment with a four-digit year.
    pub const LATEST: u64 = 253_402_300_799;

    /// Accepts a validity that begins before it ends and is not too long.
    ///
    /// # Errors
    /// [`TicketFileError::Validity`].
    pub fn new(not_before: u64, not_after: u64) -> Result<Self, TicketFileError> {
        let seconds = not_after.checked_sub(not_before).ok_or(TicketFileError::Validity)?;
        if seconds == 0 || seconds > Self::MAX_SECONDS || not_after > Self::LATEST {
            return Err(TicketFileError::Validity);
        }
        Ok(Self { not_before, not_after })
    }

    /// The first second.
    pub fn not_before(&self) -> u64 {
        self.not_before
    }

    /// The last second.
    pub fn not_after(&self) -> u64 {
        self.not_after
    }

    /// How `now` stands to it.
    pub fn at(&self, now: u64) -> Standing {
        if now < self.not_before {
            Standing::NotYetValid
        } else if now > self.not_after {
            Standing::Expired
        } else {
            Standing::Valid
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ends_belong_to_a_validity() {
        let validity = Validity::new(100, 200).unwrap();
        assert_eq!(validity.at(99), Standing::NotYetValid);
        assert_eq!(validity.at(100), Standing::Valid);
        assert_eq!(validity.at(200), Standing::Valid);
        assert_eq!(validity.at(201), Standing::Expired);
    }

    #[test]
    fn a_validity_that_makes_no_sense_is_refused() {
        let week = Validity::MAX_SECONDS;
        assert!(Validity::new(0, week).is_ok());
        assert!(Validity::new(Validity::LATEST - 1, Validity::LATEST).is_ok());
        for (from, until) in
            [(5, 5), (6, 5), (0, week + 1), (Validity::LATEST, Validity::LATEST + 1), (u64::MAX, 0)]
        {
            assert_eq!(Validity::new(from, until), Err(TicketFileError::Validity), "{from} {until}");
        }
    }
}
