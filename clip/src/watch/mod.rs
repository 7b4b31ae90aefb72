//! What is copied on this desktop: told when it changes, read when somebody wants it.
//! It does not know for whom.

mod x11;

use deskside_proto::wire::clipboard::{Format, Formats, NoPiece, Selection};

use crate::ClipError;

/// Something was copied, or nothing can be had any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Copied {
    /// Where to.
    pub selection: Selection,
    /// Rises with each change of this selection; what is read must name it.
    pub version: u64,
    /// What can be read. Empty where there is nothing, where it is a secret of a password manager, and where it came
    /// from a far side through this very program.
    pub formats: Formats,
}

/// What becomes of a reading: the content as it is carried, with [`Format::Files`] the owner's list of URIs.
pub type Done = Box<dyn FnOnce(Result<Vec<u8>, NoPiece>) + Send>;

/// A running watch; dropping it ends it. Nothing here waits.
pub trait Watch: Send + Sync {
    /// Reads what was told as `version`; `done` is called once, on the watch's own thread, and must not wait.
    fn read(&self, selection: Selection, version: u64, format: Format, done: Done);
}

/// What is watched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WatchOptions {
    /// Marked text as well as copied things.
    pub primary: bool,
    /// Also what was copied before the watch began.
    pub present: bool,
}

/// Begins to watch the desktop's clipboard. `tell` is called on the watch's own thread and must not wait.
///
/// # Errors
/// There is no desktop, or it has no clipboard that can be followed without asking again and again.
pub fn open(
    display: Option<&str>,
    options: WatchOptions,
    tell: Box<dyn FnMut(Copied) + Send>,
) -> Result<Box<dyn Watch>, ClipError> {
    x11::open(display, options, tell)
}
