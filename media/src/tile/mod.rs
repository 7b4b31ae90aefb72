//! The operations that carry exact pixels, and the forms in which pixels are written before they are compressed.

pub mod history;
pub mod lines;
pub mod lossless;
pub mod palette;
pub mod plain;
pub mod predicted;
pub mod scan;
pub mod solid;
