//! The program of the person who is helped.

pub mod app;
mod bucket;
pub mod capture;
pub mod cli;
pub mod clipboard;
pub mod config;
pub mod consent;
pub mod control_socket;
pub mod email;
pub mod experts_seen;
pub mod inject;
pub mod input;
pub mod keyboard;
pub mod lock;
pub mod physical;
pub mod pipeline;
pub mod profile;
pub mod receipt;
pub mod sharing;
pub mod terminal;
pub mod tickets;
pub mod tray;
pub mod windows;

/// The system's random number generator, the only one that keys and tickets are made with.
fn randomness() -> impl rand_core::CryptoRng {
    rand_core::UnwrapErr(getrandom::SysRng)
}
