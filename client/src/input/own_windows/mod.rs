//! Injected events never reach Deskside's own windows, and none at all reach the desktop while a question waits for the
//! person. The trait says where the windows are; the filter decides; when in doubt it refuses.

mod host;
mod kept_back;
mod x11;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use deskside_proto::geometry::DesktopPoint;
use deskside_proto::wire::input::{InputEvent, InputFrame, KeyEvent};
use deskside_words::t;
use thiserror::Error;

use super::chain::{Filter, Refusal};
use super::local_priority::is_release;
use crate::sharing::SharingCell;

pub use host::Host;

/// Knows where Deskside's own windows are at this moment.
pub trait OwnWindows: Send {
    /// A pointer event there would land on one of them, its frame included.
    ///
    /// # Errors
    /// [`Unknown`]; the caller refuses the event.
    fn own_place(&mut self, at: DesktopPoint) -> Result<bool, Unknown>;

    /// A key pressed now would land in one of them.
    ///
    /// # Errors
    /// [`Unknown`]; the caller refuses the event.
    fn own_focus(&mut self) -> Result<bool, Unknown>;
}

/// It cannot be said whose windows are where.
#[derive(Debug, Error)]
#[error("{}", t!("client-own-windows-unknown", reason = .0))]
pub struct Unknown(pub String);

/// Finds Deskside's windows on `display`, or on the desktop that the environment names. The window of the terminal in
/// which this program asks and answers is one of them.
///
/// # Errors
/// [`Unknown`]: then nobody may control this desktop, because an expert could reach the questions.
pub fn open(display: Option<&str>) -> Result<Box<dyn OwnWindows>, Unknown> {
    open_hosted(display, &Host::of_this_process())
}

/// As [`open`], in that terminal.
///
/// # Errors
/// As [`open`].
pub fn open_hosted(display: Option<&str>, host: &Host) -> Result<Box<dyn OwnWindows>, Unknown> {
    x11::open(display, host)
}

/// As [`open`], and what `sharing` keeps back counts as own too: what others may not see they may not reach.
///
/// # Errors
/// As [`open`].
pub fn open_sharing(display: Option<&str>, sharing: SharingCell) -> Result<Box<dyn OwnWindows>, Unknown> {
    kept_back::open(display, open(display)?, sharing)
}

/// Whether a question waits for the person; clones are the same.
#[derive(Debug, Clone, Default)]
pub struct QuestionOpen(Arc<AtomicBool>);

impl QuestionOpen {
    /// A question is about to be shown, or was answered.
    pub fn set(&self, open: bool) {
        self.0.store(open, Ordering::SeqCst);
    }

    /// A question waits.
    pub fn is_open(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }
}

/// The filter.
pub struct KeepOff {
    windows: Box<dyn OwnWindows>,
    question: QuestionOpen,
    /// Where the pointer was last put.
    last_place: Option<DesktopPoint>,
}

impl KeepOff {
    /// Keeps events off these windows.
    pub fn new(windows: Box<dyn OwnWindows>, question: QuestionOpen) -> Self {
        Self { windows, question, last_place: None }
    }

    fn check_place(&mut self, at: DesktopPoint) -> Result<(), Refusal> {
        match self.windows.own_place(at) {
            Ok(false) => {
                self.last_place = Some(at);
                Ok(())
            }
            Ok(true) => Err(Refusal::OwnWindow),
            Err(error) => {
                tracing::warn!(%error, "input is refused");
                Err(Refusal::OwnWindow)
            }
        }
    }
}

impl Filter for KeepOff {
    fn pass(&mut self, frame: InputFrame, _now: Instant) -> Result<InputFrame, Refusal> {
        if self.question.is_open() && !is_release(&frame.event) {
            return Err(Refusal::QuestionOpen);
        }
        match frame.event {
            InputEvent::PointerButton { button, pressed: false, at } => {
                // A release must come through, but not by going there: it goes to the window that was pressed in.
                let there =
                    if self.question.is_open() { Err(Refusal::QuestionOpen) } else { self.check_place(at) };
                match (there, self.last_place) {
                    (Ok(()), _) | (Err(_), None) => Ok(frame),
                    (Err(_), Some(at)) => {
                        let event = InputEvent::PointerButton { button, pressed: false, at };
                        Ok(InputFrame { event, ..frame })
                    }
                }
            }
            InputEvent::PointerMoved { at }
            | InputEvent::Wheel { at, .. }
            | InputEvent::PointerButton { pressed: true, at, .. } => self.check_place(at).map(|()| frame),
            InputEvent::Key(KeyEvent { pressed: true, .. }) | InputEvent::Text(_) => {
                match self.windows.own_focus() {
                    Ok(false) => Ok(frame),
                    Ok(true) => Err(Refusal::OwnWindow),
                    Err(error) => {
                        tracing::warn!(%error, "input is refused");
                        Err(Refusal::OwnWindow)
                    }
                }
            }
            // Locks are of no window.
            InputEvent::Key(KeyEvent { pressed: false, .. })
            | InputEvent::Locks(_)
            | InputEvent::ReleaseAll => Ok(frame),
        }
    }
}
