//! What has arrived and waits for the desktop: bounded, movements united, keys and buttons never dropped.

use std::collections::VecDeque;

use deskside_proto::wire::input::{InputEvent, InputFrame};
use deskside_words::t;
use thiserror::Error;

/// Events that may wait. A person fills this in a minute at the soonest; a program that presses a thousand keys a second
/// in the four seconds in which a busy machine lets the desktop answer to nothing.
pub const MOST_WAITING: usize = 4_096;

/// Why an event was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum NotTaken {
    /// Its grant is not in force, or is another session's. Usual right after a revocation.
    #[error("{}", t!("client-input-closed"))]
    Closed,
    /// More keys and buttons than a person could press. The gate is closed now: the peer misbehaves, or the desktop hangs.
    #[error("{}", t!("client-input-too-much"))]
    TooMuch,
}

/// The queue.
#[derive(Default)]
pub struct Queue {
    frames: VecDeque<InputFrame>,
}

impl Queue {
    /// Adds an event at the end.
    ///
    /// # Errors
    /// [`NotTaken::TooMuch`] when it is full of keys and buttons.
    pub fn push(&mut self, frame: InputFrame) -> Result<(), NotTaken> {
        if let Some(last) = self.frames.back_mut()
            && last.grant == frame.grant
            && let Some(event) = united(last.event, frame.event)
        {
            last.event = event;
            return Ok(());
        }
        if self.frames.len() >= MOST_WAITING {
            let movement = |frame: &InputFrame| matches!(frame.event, InputEvent::PointerMoved { .. });
            let oldest = self.frames.iter().position(movement).ok_or(NotTaken::TooMuch)?;
            self.frames.remove(oldest);
        }
        self.frames.push_back(frame);
        Ok(())
    }

    /// Puts an event back that was taken and has to come again, before all others.
    pub fn put_back(&mut self, frame: InputFrame) {
        self.frames.push_front(frame);
    }

    /// Takes the oldest event.
    pub fn pop(&mut self) -> Option<InputFrame> {
        self.frames.pop_front()
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        self.frames.clear();
    }
}

/// One event that does what the two would do one after the other.
fn united(first: InputEvent, second: InputEvent) -> Option<InputEvent> {
    match (first, second) {
        (InputEvent::PointerMoved { .. }, InputEvent::PointerMoved { .. }) => Some(second),
        (InputEvent::Wheel { dx, dy, at }, InputEvent::Wheel { dx: more_x, dy: more_y, at: then })
            if at == then && !turns_back(dx, more_x) && !turns_back(dy, more_y) =>
        {
            Some(InputEvent::Wheel { dx: dx.saturating_add(more_x), dy: dy.saturating_add(more_y), at })
        }
        _ => None,
    }
}

/// A turn and one back are two: a program that counts them would see neither.
const fn turns_back(by: i16, more: i16) -> bool {
    by.signum() * more.signum() < 0
}
