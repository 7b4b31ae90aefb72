//! QUIC endpoints and links; the only crate with network sockets.
