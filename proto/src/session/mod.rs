//! The two machines of a session: what the person allows, and what the expert sees of it.
//! Values in, values out: no clock, no I/O, no randomness; shells carry the effects out in the order given.

pub mod client;
mod event;
pub mod expert;
mod grant;
pub mod policy;
mod receipt;
mod scope;
mod state;

pub use client::ClientSession;
pub use event::{ClientEffect, ClientEvent, ExpertEffect, ExpertEvent, ExpertNotice};
pub use expert::ExpertSession;
pub use grant::{Grant, ViewGrant};
pub use policy::{Arrival, Desk, Policy, Presence};
pub use receipt::ReceiptEvent;
pub use scope::{Scope, Scopes, Way};
pub use state::{
    ClientEnd, ClientState, ClientWay, ExpertEnd, ExpertState, ExpertWay, Misbehaviour, Timeout,
};

#[cfg(test)]
mod both_roles;
