//! What the viewer does as a whole: model, screens, command line, tickets, a session over a real connection.
//! One program, because each test program would link all of the graphics again.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]
#![allow(clippy::wildcard_enum_match_arm, reason = "tests name the case they want")]

#[path = "../../examples/samples/mod.rs"]
mod samples;

mod child;
mod cli;
mod languages;
mod model;
mod opening;
mod screens;
mod session;
mod terminal;
mod window;
