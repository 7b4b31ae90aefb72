//! Tickets, sealing, identities and proofs of possession; no I/O, no clock, randomness passed in.
