//! The person's own mouse and keyboard go first: remote input rests while they are used, and for a moment after.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use deskside_proto::wire::input::{InputEvent, InputFrame, KeyEvent};

use super::chain::{Filter, Refusal};

/// How long remote input rests after the person's last movement. Longer than the gaps within a movement or between two
/// keys of somebody who types with two fingers, short enough that an expert does not take it for a broken connection.
pub const REST: Duration = Duration::from_millis(700);

/// When the person was last active; clones are the same.
#[derive(Debug, Clone)]
pub struct LocalActivity {
    start: Instant,
    /// Microseconds after `start`, plus one; zero means never.
    last: Arc<AtomicU64>,
}

impl Default for LocalActivity {
    fn default() -> Self {
        Self { start: Instant::now(), last: Arc::default() }
    }
}

impl LocalActivity {
    /// The person did something. True when remote input was not resting already, so that somebody has to be told.
    pub fn note(&self, now: Instant) -> bool {
        let was_resting = self.resting_until(now).is_some();
        let micros = now.saturating_duration_since(self.start).as_micros();
        self.last.store(u64::try_from(micros).unwrap_or(u64::MAX - 1) + 1, Ordering::SeqCst);
        !was_resting
    }

    /// Until when remote input rests, or `None` when it does not.
    pub fn resting_until(&self, now: Instant) -> Option<Instant> {
        let last = self.last.load(Ordering::SeqCst).checked_sub(1)?;
        let until = self.start + Duration::from_micros(last) + REST;
        (until > now).then_some(until)
    }
}

/// The filter.
pub struct LocalPriority {
    activity: LocalActivity,
}

impl LocalPriority {
    /// Rests while this person is active.
    pub fn new(activity: LocalActivity) -> Self {
        Self { activity }
    }
}

impl Filter for LocalPriority {
    fn pass(&mut self, frame: InputFrame, now: Instant) -> Result<InputFrame, Refusal> {
        if self.activity.resting_until(now).is_none() || is_release(&frame.event) {
            return Ok(frame);
        }
        Err(Refusal::LocalPriority)
    }
}

/// Something goes up: it passes wherever a press would be stopped, so that nothing hangs.
pub(super) fn is_release(event: &InputEvent) -> bool {
    match event {
        InputEvent::PointerButton { pressed, .. } | InputEvent::Key(KeyEvent { pressed, .. }) => !pressed,
        InputEvent::ReleaseAll => true,
        InputEvent::PointerMoved { .. }
        | InputEvent::Wheel { .. }
        | InputEvent::Text(_)
        | InputEvent::Locks(_) => false,
    }
}
