//! Wire messages, the ticket file and the session machines; no I/O, no clock, no cryptography.

pub mod geometry;
pub mod ids;
pub mod keycode;
pub mod link;
pub mod name;
pub mod session;
pub mod ticket_file;
pub mod ticket_record;
pub mod time;
pub mod wire;
