//! Test-only: X servers, a person at a keyboard, fakes, hostile peers and a walk through a window by Tab.
//! A failing test ends here, so that panics and prints are in place; nothing of this is in a shipped program.

#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    clippy::wildcard_enum_match_arm,
    reason = "the crate is part of tests only"
)]

pub mod consent;
pub mod fake;
pub mod log_guard;
pub mod net;
pub mod order;
pub mod x11;
