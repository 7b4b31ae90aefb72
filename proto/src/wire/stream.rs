//! The kinds of stream: the first byte of each says what follows on it.
//! Who opens which, and how many, is in docs/PROTOCOL.md, "Streams".

use super::codec::one_byte_enum;

one_byte_enum! {
    /// What a QUIC stream carries; its first byte.
    StreamKind, "stream kind" {
        /// Both directions, opened by the expert, once: `FromExpert` one way, `FromClient` the other.
        Control = 0x01,
        /// Expert to client, once: `InputFrame`.
        Input = 0x02,
        /// Expert to client, once: `Feedback`.
        Feedback = 0x03,
        /// Client to expert, one stream per update: an `UpdateHeader` and its payload.
        Update = 0x04,
        /// Client to expert, once: `CursorMessage`.
        Cursor = 0x05,
        /// Both directions, opened by whoever pastes, one per piece: a `PieceRequest` one way, the piece the other.
        Fetch = 0x06,
    }
}
