//! The windows by what a screen reader would find in them.
