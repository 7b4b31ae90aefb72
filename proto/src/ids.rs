//! The numbers that name things: tickets, requests, grants, sessions, questions.
//! They are types of their own so that one kind cannot be passed for another; how they are drawn is the caller's business.

use std::fmt;
use std::num::NonZeroU64;
use std::str::FromStr;

use data_encoding::BASE32_NOPAD;

/// Names one ticket for ever; sixteen random bytes chosen by the client.
///
/// Shown as 26 lower-case base32 characters (RFC 4648, no padding). It is no secret.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TicketId(pub [u8; TicketId::LENGTH]);

impl TicketId {
    /// Size of the number in bytes.
    pub const LENGTH: usize = 16;
    /// Characters of the full text form.
    pub const TEXT_LENGTH: usize = 26;
    /// Characters of [`TicketId::short`]: 40 bits, enough to tell a person's own tickets apart.
    pub const SHORT_LENGTH: usize = 8;

    /// The first eight characters of the text form, for lists and for the ticket's first line.
    pub fn short(&self) -> String {
        self.to_string().chars().take(Self::SHORT_LENGTH).collect()
    }
}

impl fmt::Display for TicketId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&BASE32_NOPAD.encode(&self.0).to_ascii_lowercase())
    }
}

impl fmt::Debug for TicketId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TicketId({self})")
    }
}

/// The text is not a ticket's full number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a ticket number has 26 letters and digits, as `deskside tickets` shows them")]
pub struct InvalidTicketId;

impl FromStr for TicketId {
    type Err = InvalidTicketId;

    /// Reads the full text form; upper and lower case mean the same, anything else is refused.
    fn from_str(text: &str) -> Result<Self, InvalidTicketId> {
        if text.len() != Self::TEXT_LENGTH {
            return Err(InvalidTicketId);
        }
        let bytes = BASE32_NOPAD.decode(text.to_ascii_uppercase().as_bytes()).map_err(|_| InvalidTicketId)?;
        let bytes = bytes.try_into().map_err(|_| InvalidTicketId)?;
        Ok(Self(bytes))
    }
}

/// One request for control within a session, counted by the expert.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RequestId(pub u32);

/// One grant of control within a client's lifetime; zero means "no grant" and therefore cannot be one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct GrantId(pub NonZeroU64);

impl GrantId {
    /// The first grant of a client.
    pub const FIRST: Self = Self(NonZeroU64::MIN);

    /// The number as it is compared at the gate and sent on the wire.
    pub fn as_u64(self) -> u64 {
        self.0.get()
    }

    /// The session for which it was made: the number's upper half. No other session's expert may act under it.
    pub fn session(self) -> SessionId {
        SessionId(self.as_u64() >> 32)
    }

    /// The grant that follows, or `None` when all numbers are spent: a number is never used twice.
    pub fn next(self) -> Option<Self> {
        self.0.checked_add(1).map(Self)
    }
}

/// One thing that was copied and is offered to the other side, counted from 1 by whoever offers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct OfferId(pub u32);

/// One session between a client and an expert, counted by the client.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SessionId(pub u64);

/// One question put to the person, so that a late answer cannot be taken for the answer to another question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct QuestionId(pub u64);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ticket_number_survives_being_written_and_read() {
        let id = TicketId(*b"\x00\x01\xfe\xffdeskside-id-");
        assert_eq!(id.to_string().len(), TicketId::TEXT_LENGTH);
        assert_eq!(id.to_string().parse(), Ok(id));
        assert_eq!(id.to_string().to_uppercase().parse(), Ok(id));
        assert!(id.to_string().starts_with(&id.short()));
    }

    #[test]
    fn a_ticket_number_with_stray_bits_is_refused() {
        // The 26th character carries three bits only; a set bit below them would be a second spelling.
        assert_eq!("aaaaaaaaaaaaaaaaaaaaaaaaaa".parse(), Ok(TicketId([0; 16])));
        for wrong in
            ["aaaaaaaaaaaaaaaaaaaaaaaaab", "aaaaaaaaaaaaaaaaaaaaaaaaa", "aaaaaaaaaaaaaaaaaaaaaaaaa1", ""]
        {
            assert_eq!(wrong.parse::<TicketId>(), Err(InvalidTicketId), "{wrong}");
        }
    }

    #[test]
    fn grant_numbers_end_instead_of_starting_again() {
        assert_eq!(GrantId::FIRST.next().map(GrantId::as_u64), Some(2));
        assert_eq!(GrantId(NonZeroU64::MAX).next(), None);
    }
}
