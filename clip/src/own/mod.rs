//! Being what is pasted from: the selection is owned here, and its content is asked for when somebody pastes.
//! It does not know from where the content comes.

mod incremental;
mod request;
mod x11;

use std::sync::Arc;

use bytes::Bytes;
use deskside_proto::wire::clipboard::{Format, Formats, Selection};

use crate::ClipError;

/// Somebody pastes.
pub struct Wanted {
    /// From where.
    pub selection: Selection,
    /// The number under which it was owned.
    pub number: u32,
    /// In which form. For [`Format::Files`] the answer is a list of URIs, one a line.
    pub format: Format,
    /// Where the content goes.
    pub answer: Answer,
}

/// Takes the content that somebody waits for; dropping it says that there is none.
pub struct Answer(Option<Box<dyn FnOnce(Option<Bytes>) + Send>>);

impl Answer {
    pub(crate) fn new(give: impl FnOnce(Option<Bytes>) + Send + 'static) -> Self {
        Self(Some(Box::new(give)))
    }

    /// Gives the content. Does not wait.
    pub fn give(mut self, content: Bytes) {
        if let Some(give) = self.0.take() {
            give(Some(content));
        }
    }
}

impl Drop for Answer {
    fn drop(&mut self) {
        if let Some(give) = self.0.take() {
            give(None);
        }
    }
}

/// The right to be pasted from; dropping it gives the selections up. Nothing here waits.
pub trait Own: Send + Sync {
    /// Owns the selection from now on, or gives it up where there are no formats. What was owned there before is replaced.
    fn own(&self, selection: Selection, number: u32, formats: Formats);
}

/// Gets ready to own selections. `wanted` is called on a thread of its own and must not wait.
///
/// # Errors
/// There is no desktop.
pub fn open(
    display: Option<&str>,
    wanted: Arc<dyn Fn(Wanted) + Send + Sync>,
) -> Result<Box<dyn Own>, ClipError> {
    x11::open(display, wanted)
}
