//! Tickets, sealing, identities and proofs of possession; no I/O, no clock, randomness passed in.
//!
//! Every construction is written down in docs/TICKET.md; this crate follows it to the byte.
//! Secrets are wiped when they go out of use and cannot be formatted: `Debug` names their kind and length.

pub mod fingerprint;
pub mod identity;
mod label;
pub mod passphrase;
pub mod proof;
mod seal;
pub mod secret;
pub mod ticket;

#[cfg(test)]
mod test_rng;
