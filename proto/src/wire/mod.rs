//! Every message on every stream, byte for byte as docs/PROTOCOL.md says.
//! One file per family; none knows of sockets, keys or what a message brings about.

pub mod clipboard;
pub mod close;
pub mod codec;
pub mod control;
pub mod cursor;
pub mod datagram;
pub mod feedback;
pub mod files;
mod frame;
pub mod input;
pub mod looking;
pub mod monitors;
mod reasons;
pub mod stream;
pub mod typed;
pub mod update;

pub use close::CloseCode;
pub use codec::WireError;
pub use frame::{FrameReader, HEADER_BYTES, Message};
pub use stream::StreamKind;
pub use update::UpdateHeader;

/// The application protocol that both sides name in the TLS handshake (ALPN).
///
/// The number is the major version: two versions that cannot talk have no common name and never connect.
pub const ALPN: &[u8] = b"deskside/1";

/// The revision of the protocol that this program speaks; sent in `Hello`, answered in `Welcome`.
pub const REVISION: u16 = 1;
