//! Wire messages, the ticket file and the session machines; no I/O, no clock, no cryptography.

pub mod ids;
pub mod name;
