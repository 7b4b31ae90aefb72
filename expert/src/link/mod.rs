//! The connection and the picture that comes over it, away from the window's thread.
//! Knows sessions and surfaces, no widgets.

mod clipboard;
mod cursor;
mod decoder;
mod driver;
mod endings;
mod gate;
mod hearing;
mod meter;
mod picture;

use std::sync::Arc;

pub use clipboard::Place as ClipboardPlace;
pub use cursor::{Cursor, SharedCursor};
pub use driver::{Peer, Reporter, drive};
pub use gate::InputGate;
pub use picture::{Change, Eye, Picture};

use deskside_proto::wire::looking::LookedAt;

use crate::model::Wish;

/// What the session shares with the window besides messages.
#[derive(Clone, Default)]
pub struct Shared {
    /// The picture.
    pub picture: Arc<Picture>,
    /// The way for input.
    pub gate: InputGate,
    /// The other side's pointer.
    pub cursor: SharedCursor,
    /// How this desktop's clipboard is used.
    pub clipboard: ClipboardPlace,
}

/// What the window tells a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ToSession {
    /// What the expert wants.
    Wish(Wish),
    /// These parts of the desktop are seen in windows.
    LookingAt(LookedAt),
    /// The statistics are shown, so that they are worth taking.
    Statistics(bool),
}
