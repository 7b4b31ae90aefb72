//! The window and everything that touches the world for it: events in, effects out.

pub mod input;
