//! Why a connection was closed: QUIC application error codes.
//! They are for programs; what the person reads is said by the last message before them.

/// The application error code of a CONNECTION_CLOSE frame.
///
/// # Reference
/// docs/PROTOCOL.md, "Closing"; RFC 9000, section 20.2.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CloseCode {
    /// The session is over, as the last message on the control stream said.
    Finished,
    /// Not admitted; the only code that a stranger ever sees.
    Refused,
    /// The other side sent what docs/PROTOCOL.md forbids.
    ProtocolViolation,
    /// This side failed; the other did nothing wrong.
    InternalError,
    /// The other side did not take in what was sent to it in time.
    TooSlow,
}

impl CloseCode {
    /// Every code that this version sends.
    pub const ALL: &'static [Self] =
        &[Self::Finished, Self::Refused, Self::ProtocolViolation, Self::InternalError, Self::TooSlow];

    /// The number on the wire.
    pub fn code(self) -> u32 {
        match self {
            Self::Finished => 0,
            Self::Refused => 1,
            Self::ProtocolViolation => 2,
            Self::InternalError => 3,
            Self::TooSlow => 4,
        }
    }

    /// What `code` means; codes of later versions mean nothing here.
    pub fn from_code(code: u64) -> Option<Self> {
        Self::ALL.iter().copied().find(|known| u64::from(known.code()) == code)
    }
}
