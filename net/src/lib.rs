//! QUIC endpoints and links between client and expert; the only crate with network sockets.
//! It moves messages and decides nothing: who is admitted says [`client::Admission`], what may happen
//! says the session machine of `deskside-proto`.

mod addresses;
pub mod client;
pub mod congestion;
mod credit;
mod estimate;
pub mod expert;
mod fetch;
mod held;
mod link;
mod losses;
mod outbox;
mod socket;
mod stats;
mod tls;
pub mod transport;
#[cfg(test)]
mod virtual_link;

pub use addresses::{Loopback, local_addresses};
pub use credit::{LEAST_BYTES, MOST_BYTES, MOST_UPDATES, QUEUE_TIME};
pub use deskside_proto::link::LinkEstimate;
pub use deskside_proto::wire::CloseCode;
pub use fetch::{Asked, FetchError, PIECE_LIMIT, PieceOf};
pub use link::{CloseReason, FLUSH_LIMIT, PeerMisbehaved};
pub use outbox::SendError;
pub use stats::{LinkRates, LinkStats};
pub use tls::TlsError;
