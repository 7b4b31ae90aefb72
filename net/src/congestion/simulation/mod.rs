//! Real QUIC connections on a virtual clock over a simulated bottleneck: what the controller does, packet by packet,
//! with quinn's own pacing, acknowledgements and loss detection. Nothing here reads the time or opens a socket.

mod burst;
mod pair;
pub(crate) mod pipe;
mod steady;
mod world;

use std::time::Duration;

use pipe::Link;
use world::{Report, World};

fn ms(value: u64) -> Duration {
    Duration::from_millis(value)
}

fn secs(value: u64) -> Duration {
    Duration::from_secs(value)
}
