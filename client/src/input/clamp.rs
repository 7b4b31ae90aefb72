//! Keeps the pointer on the screen and the wheel within reason. Knows the screen's size and nothing else of it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use deskside_proto::geometry::{DesktopPoint, Size};
use deskside_proto::wire::input::{InputEvent, InputFrame};

use super::chain::{Filter, Refusal};

/// The most that one event turns the wheel, in 1/120 of a notch: ten notches. More at once can only be meant badly or
/// have piled up, and every notch costs the desktop two events.
pub const MOST_WHEEL: i16 = 1200;

/// The size of the screen, which may change at any time; clones are the same.
#[derive(Debug, Clone, Default)]
pub struct ScreenSize(Arc<AtomicU64>);

impl ScreenSize {
    /// From now on the screen has this size.
    pub fn set(&self, size: Size) {
        self.0.store(u64::from(size.width) << 32 | u64::from(size.height), Ordering::SeqCst);
    }

    /// The size; empty until it was first set.
    pub fn now(&self) -> Size {
        let [width, height] =
            [32, 0].map(|shift| u32::try_from(self.0.load(Ordering::SeqCst) >> shift & 0xffff_ffff));
        Size::new(width.unwrap_or_default(), height.unwrap_or_default())
    }
}

/// The filter.
pub struct Clamp {
    screen: ScreenSize,
}

impl Clamp {
    /// Keeps the pointer on this screen.
    pub fn new(screen: ScreenSize) -> Self {
        Self { screen }
    }

    fn place(&self, at: DesktopPoint) -> Result<DesktopPoint, Refusal> {
        let size = self.screen.now();
        if size.is_empty() { Err(Refusal::NoScreen) } else { Ok(at.clamped(size)) }
    }
}

impl Filter for Clamp {
    fn pass(&mut self, frame: InputFrame, _now: Instant) -> Result<InputFrame, Refusal> {
        let event = match frame.event {
            InputEvent::PointerMoved { at } => InputEvent::PointerMoved { at: self.place(at)? },
            InputEvent::PointerButton { button, pressed, at } => {
                InputEvent::PointerButton { button, pressed, at: self.place(at)? }
            }
            InputEvent::Wheel { dx, dy, at } => InputEvent::Wheel {
                dx: dx.clamp(-MOST_WHEEL, MOST_WHEEL),
                dy: dy.clamp(-MOST_WHEEL, MOST_WHEEL),
                at: self.place(at)?,
            },
            event @ (InputEvent::Key(_)
            | InputEvent::Text(_)
            | InputEvent::Locks(_)
            | InputEvent::ReleaseAll) => event,
        };
        Ok(InputFrame { event, ..frame })
    }
}
