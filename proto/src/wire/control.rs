//! The control stream: admission, the two questions, grants and their ends.
//! Which message may follow which is the business of `session`, not of this file.

use std::fmt;

use super::clipboard::Offer;
use super::codec::{Reader, WireError, Writer};
use super::frame::Message;
use super::input::{Locks, read_grant};
use super::looking::LookedAt;
use super::monitors::Monitors;
use crate::geometry::Size;
use crate::ids::{GrantId, RequestId, SessionId, TicketId};
use crate::name::PersonName;
use crate::session::Scopes;

pub use super::reasons::{DeniedReason, EndedReason, Part, RefusedReason, RevokedReason};

/// The first message of every connection: who comes, with which ticket, and the proof of holding it.
#[derive(Clone, PartialEq, Eq)]
pub struct Hello {
    /// The highest revision that the expert speaks; at least 1.
    pub version: u16,
    /// The expert's name, as the person will read it. It proves nothing.
    pub name: PersonName,
    /// The expert's sealing key; with the key of the TLS handshake it makes the expert's public identity.
    pub sealing_key: [u8; 32],
    /// The ticket's number.
    pub ticket: TicketId,
    /// The password out of the ticket, still sealed to the client.
    pub sealed_password: SealedPassword,
    /// The proof of possession, bound to this very connection. See docs/TICKET.md, "Proof".
    pub proof: [u8; 32],
}

impl fmt::Debug for Hello {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Hello(version {}, {:?}, {:?})", self.version, self.name, self.ticket)
    }
}

/// A password sealed to the client, carried unopened; 1 to 256 bytes.
#[derive(Clone, PartialEq, Eq)]
pub struct SealedPassword(Vec<u8>);

impl SealedPassword {
    /// The longest sealed password. Units: bytes.
    pub const MAX_BYTES: usize = 256;

    /// Takes the sealed bytes as they are.
    ///
    /// # Errors
    /// `InvalidValue` for none, `TooLong` for more than [`Self::MAX_BYTES`].
    pub fn new(bytes: Vec<u8>) -> Result<Self, WireError> {
        match bytes.len() {
            0 => Err(WireError::InvalidValue("sealed password")),
            1..=Self::MAX_BYTES => Ok(Self(bytes)),
            _ => Err(WireError::TooLong),
        }
    }

    /// The sealed bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for SealedPassword {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SealedPassword({} bytes)", self.0.len())
    }
}

/// What the expert says on the control stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FromExpert {
    /// First and once.
    Hello(Hello),
    /// Asks the person for control.
    RequestControl {
        /// A number higher than that of any earlier request of this session.
        request: RequestId,
        /// What is asked for: some of the scopes that need a grant.
        scopes: Scopes,
    },
    /// Takes a request back that is not answered yet.
    CancelRequest {
        /// The request.
        request: RequestId,
    },
    /// Gives control back.
    ReleaseControl {
        /// The grant.
        grant: GrantId,
    },
    /// Something was copied on the expert's machine.
    Offer(Offer),
    /// These parts of the desktop are looked at from now on.
    LookingAt(LookedAt),
    /// The expert leaves; the last message.
    Goodbye,
}

/// What the client says on the control stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FromClient {
    /// Not admitted; the last message.
    Refused {
        /// Why.
        reason: RefusedReason,
    },
    /// Admitted; the person is asked whether the expert may see the desktop.
    Welcome {
        /// The revision that both speak: at most that of `Hello`.
        version: u16,
        /// The client's name, as the expert will read it.
        client_name: PersonName,
        /// The session's number.
        session: SessionId,
    },
    /// The person lets the expert see; updates follow.
    ViewAllowed {
        /// What is allowed: seeing, and nothing that needs a grant.
        scopes: Scopes,
        /// The desktop's size when capture begins.
        screen: Size,
    },
    /// The person gives control.
    ControlAllowed {
        /// The request that is answered.
        request: RequestId,
        /// The grant's number, to be put in front of every input event.
        grant: GrantId,
        /// What is granted: no more than was asked for.
        scopes: Scopes,
    },
    /// The request is answered with no.
    ControlDenied {
        /// The request that is answered.
        request: RequestId,
        /// Why.
        reason: DeniedReason,
    },
    /// The grant has ended; input under it is dropped already.
    ControlRevoked {
        /// The grant.
        grant: GrantId,
        /// Why.
        reason: RevokedReason,
    },
    /// The person's own input goes first for a moment, or no longer does.
    ControlPaused {
        /// The grant, which goes on.
        grant: GrantId,
        /// Paused.
        paused: bool,
    },
    /// Something was copied on the person's machine.
    Offer(Offer),
    /// The session is over; the last message.
    Ended {
        /// Why.
        reason: EndedReason,
    },
    /// The desktop's monitors from now on.
    Monitors(Monitors),
    /// How much of the desktop may be seen from now on. Without this message it is everything.
    Sharing {
        /// What may be seen at all.
        part: Part,
        /// Some of it is hidden.
        hides: bool,
    },
    /// The locks of the client's keyboard, for the expert's eyes.
    LocksThere {
        /// The grant under which the expert has the keyboard.
        grant: GrantId,
        /// Those that are on.
        locks: Locks,
    },
}

impl FromExpert {
    const HELLO: u8 = 0x01;
    const REQUEST_CONTROL: u8 = 0x02;
    const CANCEL_REQUEST: u8 = 0x03;
    const RELEASE_CONTROL: u8 = 0x04;
    const GOODBYE: u8 = 0x05;
    const LOOKING_AT: u8 = 0x10;
    const OFFER: u8 = 0x40;
    /// version, name, sealing key, ticket, sealed password, proof.
    const HELLO_LIMIT: usize =
        2 + (2 + PersonName::MAX_BYTES) + 32 + TicketId::LENGTH + (2 + SealedPassword::MAX_BYTES) + 32;
}

impl Message for FromExpert {
    fn kind(&self) -> u8 {
        match self {
            Self::Hello(_) => Self::HELLO,
            Self::RequestControl { .. } => Self::REQUEST_CONTROL,
            Self::CancelRequest { .. } => Self::CANCEL_REQUEST,
            Self::ReleaseControl { .. } => Self::RELEASE_CONTROL,
            Self::Offer(_) => Self::OFFER,
            Self::LookingAt(_) => Self::LOOKING_AT,
            Self::Goodbye => Self::GOODBYE,
        }
    }

    fn body_limit(kind: u8) -> Result<usize, WireError> {
        match kind {
            Self::HELLO => Ok(Self::HELLO_LIMIT),
            Self::REQUEST_CONTROL => Ok(6),
            Self::CANCEL_REQUEST => Ok(4),
            Self::RELEASE_CONTROL => Ok(8),
            Self::OFFER => Ok(Offer::BYTES),
            Self::LOOKING_AT => Ok(LookedAt::MAX_BYTES),
            Self::GOODBYE => Ok(0),
            _ => Err(WireError::UnknownKind(kind)),
        }
    }

    fn write_body(&self, out: &mut Writer<'_>) {
        match self {
            Self::Hello(hello) => {
                out.u16(hello.version);
                out.text(hello.name.as_str());
                out.raw(&hello.sealing_key);
                out.raw(&hello.ticket.0);
                out.bytes(hello.sealed_password.as_bytes());
                out.raw(&hello.proof);
            }
            Self::RequestControl { request, scopes } => {
                out.u32(request.0);
                out.u16(scopes.bits());
            }
            Self::CancelRequest { request } => out.u32(request.0),
            Self::ReleaseControl { grant } => out.u64(grant.as_u64()),
            Self::Offer(offer) => offer.write(out),
            Self::LookingAt(parts) => parts.write(out),
            Self::Goodbye => {}
        }
    }

    fn read_body(kind: u8, body: &mut Reader<'_>) -> Result<Self, WireError> {
        match kind {
            Self::HELLO => Ok(Self::Hello(Hello {
                version: read_version(body)?,
                name: read_name(body)?,
                sealing_key: body.array()?,
                ticket: TicketId(body.array()?),
                sealed_password: SealedPassword::new(body.bytes(SealedPassword::MAX_BYTES)?.to_vec())?,
                proof: body.array()?,
            })),
            Self::REQUEST_CONTROL => Ok(Self::RequestControl {
                request: RequestId(body.u32()?),
                scopes: read_granted_scopes(body)?,
            }),
            Self::CANCEL_REQUEST => Ok(Self::CancelRequest { request: RequestId(body.u32()?) }),
            Self::RELEASE_CONTROL => Ok(Self::ReleaseControl { grant: read_grant(body)? }),
            Self::OFFER => Offer::read(body).map(Self::Offer),
            Self::LOOKING_AT => LookedAt::read(body).map(Self::LookingAt),
            Self::GOODBYE => Ok(Self::Goodbye),
            _ => Err(WireError::UnknownKind(kind)),
        }
    }
}

impl FromClient {
    const REFUSED: u8 = 0x81;
    const WELCOME: u8 = 0x82;
    const VIEW_ALLOWED: u8 = 0x83;
    const CONTROL_ALLOWED: u8 = 0x84;
    const CONTROL_DENIED: u8 = 0x85;
    const CONTROL_REVOKED: u8 = 0x86;
    const CONTROL_PAUSED: u8 = 0x87;
    const ENDED: u8 = 0x88;
    const MONITORS: u8 = 0x90;
    const SHARING: u8 = 0x91;
    const LOCKS_THERE: u8 = 0x92;
    const OFFER: u8 = 0xC0;
    /// version, name, session.
    const WELCOME_LIMIT: usize = 2 + (2 + PersonName::MAX_BYTES) + 8;

    /// No message follows this one.
    pub fn is_last(&self) -> bool {
        match self {
            Self::Refused { .. } | Self::Ended { .. } => true,
            Self::Welcome { .. }
            | Self::ViewAllowed { .. }
            | Self::ControlAllowed { .. }
            | Self::ControlDenied { .. }
            | Self::ControlRevoked { .. }
            | Self::ControlPaused { .. }
            | Self::Monitors(_)
            | Self::Sharing { .. }
            | Self::LocksThere { .. }
            | Self::Offer(_) => false,
        }
    }
}

impl Message for FromClient {
    fn kind(&self) -> u8 {
        match self {
            Self::Refused { .. } => Self::REFUSED,
            Self::Welcome { .. } => Self::WELCOME,
            Self::ViewAllowed { .. } => Self::VIEW_ALLOWED,
            Self::ControlAllowed { .. } => Self::CONTROL_ALLOWED,
            Self::ControlDenied { .. } => Self::CONTROL_DENIED,
            Self::ControlRevoked { .. } => Self::CONTROL_REVOKED,
            Self::ControlPaused { .. } => Self::CONTROL_PAUSED,
            Self::Offer(_) => Self::OFFER,
            Self::Ended { .. } => Self::ENDED,
            Self::Monitors(_) => Self::MONITORS,
            Self::Sharing { .. } => Self::SHARING,
            Self::LocksThere { .. } => Self::LOCKS_THERE,
        }
    }

    fn body_limit(kind: u8) -> Result<usize, WireError> {
        match kind {
            Self::REFUSED | Self::ENDED => Ok(1),
            Self::WELCOME => Ok(Self::WELCOME_LIMIT),
            Self::VIEW_ALLOWED => Ok(10),
            Self::CONTROL_ALLOWED => Ok(14),
            Self::CONTROL_DENIED => Ok(5),
            Self::CONTROL_REVOKED | Self::CONTROL_PAUSED | Self::LOCKS_THERE => Ok(9),
            Self::MONITORS => Ok(Monitors::MAX_BYTES),
            Self::SHARING => Ok(2),
            Self::OFFER => Ok(Offer::BYTES),
            _ => Err(WireError::UnknownKind(kind)),
        }
    }

    fn write_body(&self, out: &mut Writer<'_>) {
        match self {
            Self::Refused { reason } => out.u8(reason.code()),
            Self::Welcome { version, client_name, session } => {
                out.u16(*version);
                out.text(client_name.as_str());
                out.u64(session.0);
            }
            Self::ViewAllowed { scopes, screen } => {
                out.u16(scopes.bits());
                screen.write(out);
            }
            Self::ControlAllowed { request, grant, scopes } => {
                out.u32(request.0);
                out.u64(grant.as_u64());
                out.u16(scopes.bits());
            }
            Self::ControlDenied { request, reason } => {
                out.u32(request.0);
                out.u8(reason.code());
            }
            Self::ControlRevoked { grant, reason } => {
                out.u64(grant.as_u64());
                out.u8(reason.code());
            }
            Self::ControlPaused { grant, paused } => {
                out.u64(grant.as_u64());
                out.flag(*paused);
            }
            Self::Offer(offer) => offer.write(out),
            Self::Ended { reason } => out.u8(reason.code()),
            Self::Monitors(monitors) => monitors.write(out),
            Self::Sharing { part, hides } => {
                out.u8(part.code());
                out.flag(*hides);
            }
            Self::LocksThere { grant, locks } => {
                out.u64(grant.as_u64());
                out.u8(locks.bits());
            }
        }
    }

    fn read_body(kind: u8, body: &mut Reader<'_>) -> Result<Self, WireError> {
        match kind {
            Self::REFUSED => Ok(Self::Refused { reason: RefusedReason::read(body)? }),
            Self::WELCOME => Ok(Self::Welcome {
                version: read_version(body)?,
                client_name: read_name(body)?,
                session: SessionId(body.u64()?),
            }),
            Self::VIEW_ALLOWED => {
                Ok(Self::ViewAllowed { scopes: read_view_scopes(body)?, screen: Size::read(body)? })
            }
            Self::CONTROL_ALLOWED => Ok(Self::ControlAllowed {
                request: RequestId(body.u32()?),
                grant: read_grant(body)?,
                scopes: read_granted_scopes(body)?,
            }),
            Self::CONTROL_DENIED => {
                Ok(Self::ControlDenied { request: RequestId(body.u32()?), reason: DeniedReason::read(body)? })
            }
            Self::CONTROL_REVOKED => {
                Ok(Self::ControlRevoked { grant: read_grant(body)?, reason: RevokedReason::read(body)? })
            }
            Self::CONTROL_PAUSED => {
                Ok(Self::ControlPaused { grant: read_grant(body)?, paused: body.flag("paused")? })
            }
            Self::OFFER => Offer::read(body).map(Self::Offer),
            Self::ENDED => Ok(Self::Ended { reason: EndedReason::read(body)? }),
            Self::MONITORS => Ok(Self::Monitors(Monitors::read(body)?)),
            Self::SHARING => Ok(Self::Sharing { part: Part::read(body)?, hides: body.flag("hides")? }),
            Self::LOCKS_THERE => Ok(Self::LocksThere { grant: read_grant(body)?, locks: Locks::read(body)? }),
            _ => Err(WireError::UnknownKind(kind)),
        }
    }
}

fn read_version(body: &mut Reader<'_>) -> Result<u16, WireError> {
    match body.u16()? {
        0 => Err(WireError::InvalidValue("version")),
        version => Ok(version),
    }
}

fn read_name(body: &mut Reader<'_>) -> Result<PersonName, WireError> {
    let text = body.text(PersonName::MAX_BYTES, "name")?;
    PersonName::parse(text).map_err(|_| WireError::InvalidValue("name"))
}

/// Scopes that may be asked for together.
fn read_granted_scopes(body: &mut Reader<'_>) -> Result<Scopes, WireError> {
    Scopes::from_bits(body.u16()?)
        .filter(|scopes| scopes.can_be_requested())
        .ok_or(WireError::InvalidValue("scopes"))
}

fn read_view_scopes(body: &mut Reader<'_>) -> Result<Scopes, WireError> {
    Scopes::from_bits(body.u16()?)
        .filter(|scopes| *scopes == Scopes::VIEW)
        .ok_or(WireError::InvalidValue("scopes"))
}
