//! What the expert does with pointer and keyboard, each event under the number of the grant that permits it.
//! Nothing here can be printed: a log of key events is a key logger.

use std::fmt;
use std::num::NonZeroU64;

use super::codec::{Reader, WireError, Writer, one_byte_enum};
use super::frame::{HEADER_BYTES, Message};
use super::typed::Typed;
use crate::geometry::DesktopPoint;
use crate::ids::GrantId;
use crate::keycode::KeyUsage;
use crate::session::Scope;

/// One input event and the grant under which it was sent.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct InputFrame {
    /// The grant; an event of any other than the current one is dropped by the client.
    pub grant: GrantId,
    /// What the expert did.
    pub event: InputEvent,
}

/// What the expert did.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum InputEvent {
    /// The pointer went there. May be coalesced: only the last place counts.
    PointerMoved {
        /// The place.
        at: DesktopPoint,
    },
    /// A button went down or up.
    PointerButton {
        /// Which.
        button: PointerButton,
        /// Down.
        pressed: bool,
        /// Where.
        at: DesktopPoint,
    },
    /// The wheel turned. Units: 1/120 of a notch; positive is right and down.
    Wheel {
        /// Sideways.
        dx: i16,
        /// Downwards.
        dy: i16,
        /// Where.
        at: DesktopPoint,
    },
    /// A key went down or up, or repeats (pressed while it is down).
    Key(KeyEvent),
    /// Text without a key: what an input method or a table of emoji gave. Never empty; holds nothing down.
    Text(Typed),
    /// The keyboard's locks are these from now on.
    Locks(Locks),
    /// Nothing is held any more: the viewer lost the focus, or gives control back.
    ReleaseAll,
}

/// A key going down or up.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct KeyEvent {
    /// Which key, by its place on the keyboard.
    pub usage: KeyUsage,
    /// Down.
    pub pressed: bool,
    /// What the expert's layout made of the press, Ctrl, Alt and Super aside; empty where it writes nothing, and for a
    /// release.
    pub text: Typed,
}

impl KeyEvent {
    /// A key that writes nothing, or nothing that is known.
    pub fn place(usage: KeyUsage, pressed: bool) -> Self {
        Self { usage, pressed, text: Typed::NOTHING }
    }

    /// The press of a key that writes this.
    pub fn writing(usage: KeyUsage, text: Typed) -> Self {
        Self { usage, pressed: true, text }
    }
}

/// Which of the keyboard's locks are on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Locks {
    /// Caps Lock.
    pub caps: bool,
    /// Num Lock.
    pub num: bool,
    /// Scroll Lock.
    pub scroll: bool,
}

impl Locks {
    const CAPS: u8 = 1;
    const NUM: u8 = 2;
    const SCROLL: u8 = 4;

    /// One bit for each, as it travels.
    pub fn bits(self) -> u8 {
        let bit = |is_on, bit| if is_on { bit } else { 0 };
        bit(self.caps, Self::CAPS) | bit(self.num, Self::NUM) | bit(self.scroll, Self::SCROLL)
    }

    /// The locks of these bits, unless there are others.
    pub fn from_bits(bits: u8) -> Option<Self> {
        let has = |bit| bits & bit != 0;
        let locks = Self { caps: has(Self::CAPS), num: has(Self::NUM), scroll: has(Self::SCROLL) };
        (locks.bits() == bits).then_some(locks)
    }

    pub(super) fn read(body: &mut Reader<'_>) -> Result<Self, WireError> {
        Self::from_bits(body.u8()?).ok_or(WireError::InvalidValue("locks"))
    }
}

one_byte_enum! {
    /// A button of the pointing device.
    PointerButton, "pointer button" {
        /// The primary button.
        Left = 1,
        /// The wheel's button.
        Middle = 2,
        /// The secondary button.
        Right = 3,
        /// The first side button.
        Back = 4,
        /// The second side button.
        Forward = 5,
    }
}

impl InputEvent {
    /// The scope that must be granted for this event, or `None` for [`InputEvent::ReleaseAll`], which is always safe.
    pub fn scope(&self) -> Option<Scope> {
        match self {
            Self::PointerMoved { .. } | Self::PointerButton { .. } | Self::Wheel { .. } => {
                Some(Scope::Pointer)
            }
            Self::Key(_) | Self::Text(_) | Self::Locks(_) => Some(Scope::Keyboard),
            Self::ReleaseAll => None,
        }
    }
}

impl fmt::Debug for InputEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::PointerMoved { .. } => "PointerMoved",
            Self::PointerButton { .. } => "PointerButton",
            Self::Wheel { .. } => "Wheel",
            Self::Key(_) => "Key",
            Self::Text(_) => "Text",
            Self::Locks(_) => "Locks",
            Self::ReleaseAll => "ReleaseAll",
        })
    }
}

impl fmt::Debug for KeyEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeyEvent")
    }
}

impl fmt::Debug for InputFrame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "InputFrame({:?})", self.event)
    }
}

impl InputFrame {
    const POINTER_MOVED: u8 = 0x21;
    const POINTER_BUTTON: u8 = 0x22;
    const WHEEL: u8 = 0x23;
    const KEY: u8 = 0x24;
    const RELEASE_ALL: u8 = 0x25;
    const TEXT: u8 = 0x26;
    const LOCKS: u8 = 0x27;
    /// The grant's number is in front of each.
    const GRANT_BYTES: usize = 8;
    /// Bytes of the longest frame, header and all.
    pub const LONGEST_BYTES: usize = HEADER_BYTES + Self::GRANT_BYTES + Self::KEY_BYTES + Typed::WIRE_BYTES;
    /// A key without its text.
    const KEY_BYTES: usize = 3;
}

impl InputFrame {
    /// Bytes of this frame on the wire, header and all.
    pub fn encoded_bytes(&self) -> usize {
        let mut body = Vec::with_capacity(Self::LONGEST_BYTES);
        self.write_body(&mut Writer::new(&mut body));
        HEADER_BYTES + body.len()
    }
}

impl Message for InputFrame {
    fn kind(&self) -> u8 {
        match self.event {
            InputEvent::PointerMoved { .. } => Self::POINTER_MOVED,
            InputEvent::PointerButton { .. } => Self::POINTER_BUTTON,
            InputEvent::Wheel { .. } => Self::WHEEL,
            InputEvent::Key(_) => Self::KEY,
            InputEvent::Text(_) => Self::TEXT,
            InputEvent::Locks(_) => Self::LOCKS,
            InputEvent::ReleaseAll => Self::RELEASE_ALL,
        }
    }

    fn body_limit(kind: u8) -> Result<usize, WireError> {
        let event_bytes = match kind {
            Self::POINTER_MOVED => 4,
            Self::POINTER_BUTTON => 6,
            Self::WHEEL => 8,
            Self::KEY => Self::KEY_BYTES + Typed::WIRE_BYTES,
            Self::TEXT => Typed::WIRE_BYTES,
            Self::LOCKS => 1,
            Self::RELEASE_ALL => 0,
            _ => return Err(WireError::UnknownKind(kind)),
        };
        Ok(Self::GRANT_BYTES + event_bytes)
    }

    fn write_body(&self, out: &mut Writer<'_>) {
        out.u64(self.grant.as_u64());
        match self.event {
            InputEvent::PointerMoved { at } => at.write(out),
            InputEvent::PointerButton { button, pressed, at } => {
                out.u8(button.code());
                out.flag(pressed);
                at.write(out);
            }
            InputEvent::Wheel { dx, dy, at } => {
                out.i16(dx);
                out.i16(dy);
                at.write(out);
            }
            InputEvent::Key(KeyEvent { usage, pressed, text }) => {
                out.u16(usage.number());
                out.flag(pressed);
                text.write(out);
            }
            InputEvent::Text(text) => text.write(out),
            InputEvent::Locks(locks) => out.u8(locks.bits()),
            InputEvent::ReleaseAll => {}
        }
    }

    fn read_body(kind: u8, body: &mut Reader<'_>) -> Result<Self, WireError> {
        let grant = read_grant(body)?;
        let event = match kind {
            Self::POINTER_MOVED => InputEvent::PointerMoved { at: DesktopPoint::read(body)? },
            Self::POINTER_BUTTON => InputEvent::PointerButton {
                button: PointerButton::read(body)?,
                pressed: body.flag("pressed")?,
                at: DesktopPoint::read(body)?,
            },
            Self::WHEEL => {
                InputEvent::Wheel { dx: body.i16()?, dy: body.i16()?, at: DesktopPoint::read(body)? }
            }
            Self::KEY => {
                let usage = KeyUsage::new(body.u16()?).ok_or(WireError::InvalidValue("key usage"))?;
                let (pressed, text) = (body.flag("pressed")?, Typed::read(body)?);
                if !pressed && !text.is_empty() {
                    return Err(WireError::InvalidValue("text"));
                }
                InputEvent::Key(KeyEvent { usage, pressed, text })
            }
            Self::TEXT => {
                let text = Typed::read(body)?;
                if text.is_empty() {
                    return Err(WireError::InvalidValue("text"));
                }
                InputEvent::Text(text)
            }
            Self::LOCKS => InputEvent::Locks(Locks::read(body)?),
            Self::RELEASE_ALL => InputEvent::ReleaseAll,
            _ => return Err(WireError::UnknownKind(kind)),
        };
        Ok(Self { grant, event })
    }
}

/// A grant's number; zero is none and therefore invalid.
pub(super) fn read_grant(body: &mut Reader<'_>) -> Result<GrantId, WireError> {
    NonZeroU64::new(body.u64()?).map(GrantId).ok_or(WireError::InvalidValue("grant"))
}
