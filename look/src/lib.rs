//! What both programs look like: colours, sizes, fonts, small widgets and the icon.
//!
//! Owns every colour, spacing and text size, and what a screen reader is told of a window. Knows nothing of sessions, tickets or the wire.

pub mod fonts;
pub mod icon;
pub mod reader;
pub mod theme;
pub mod tokens;
pub mod widget;

pub use theme::{Theme, apply};
pub use tokens::Palette;
