//! Placeholder while the terminal is written.
