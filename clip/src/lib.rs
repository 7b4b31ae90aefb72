//! The desktop's clipboard, and sharing it with a far side: what is copied here is offered there, and fetched when pasted.
//! It knows neither sessions nor networks: who may share, and over what, is the business of the programs.

pub mod own;
pub mod share;
pub mod watch;
mod x11;

pub use deskside_proto::wire::clipboard::{Format, Formats, NoPiece, Piece, Selection};

/// Why the clipboard cannot be used. It never ends anything but the sharing itself.
#[derive(Debug, thiserror::Error)]
pub enum ClipError {
    /// There is no desktop, or it does not let programs use its clipboard.
    #[error("the desktop's clipboard cannot be reached: {0}")]
    NoDesktop(String),
    /// The desktop stopped answering.
    #[error("the desktop stopped answering")]
    Lost,
    /// The system gives no thread or no descriptor.
    #[error("the system gives too little: {0}")]
    System(#[from] std::io::Error),
}
