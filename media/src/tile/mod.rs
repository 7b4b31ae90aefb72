//! The operations that carry exact pixels.

pub mod lossless;
pub mod solid;
