//! The expert's end: finds a way to the one client that the ticket pins, and the link to it.
//! It decides nothing about the session; it neither stores nor opens tickets.

mod assembly;
mod attempt;
mod connect;
mod error;
mod input;
mod intake;
mod link;
mod pulse;
mod reports;
mod spans;
mod updates;

pub use connect::{ConnectConfig, ConnectLimits, Connected, connect};
pub use error::{AttemptFailure, ConnectError, Tried, TriedAddress};
pub use link::{ExpertEvents, ExpertLink, ExpertLinkEvent, ExpertSender};
pub use pulse::{HEARTBEAT_INTERVAL, HOLDING_INTERVAL};
