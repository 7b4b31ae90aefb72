//! The picture engine: damage to update to pixels; no OS, no network.
