//! Networks and peers for tests: a relay that delays, loses and cuts, and peers that do what they must not.
//! Nothing here is polite; products never link it.

mod liar;
mod relay;

pub use liar::{Liar, frame, lying_client, lying_expert, lying_expert_with};
pub use relay::Relay;
