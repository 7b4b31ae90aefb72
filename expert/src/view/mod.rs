//! What the window shows.
