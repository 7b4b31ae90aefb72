//! Frames that are asked for at moments to come, because the event loop has no other clock. Each is asked for once: egui
//! tells the event loop of every request that is nearer than the one before, which wakes it, and whoever asks whenever it
//! is woken for what is left until then would keep it awake.

use std::time::Instant;

use egui::{Context, ViewportId};

/// The one frame that is asked for.
#[derive(Debug, Default)]
pub struct Alarm(Option<Asked>);

#[derive(Debug, Clone, Copy)]
struct Asked {
    at: Instant,
    /// How many frames there had been. With the next, the event loop forgets what it was asked for.
    frames: u64,
}

impl Alarm {
    /// Asks for a frame at that moment at the latest.
    pub fn wake_at(&mut self, context: &Context, at: Instant, now: Instant) {
        if self.is_missing(at, now, context.cumulative_pass_nr_for(ViewportId::ROOT)) {
            context.request_repaint_after(at.saturating_duration_since(now));
        }
    }

    /// Whether nothing is asked for yet that comes as early; it is from now on.
    fn is_missing(&mut self, at: Instant, now: Instant, frames: u64) -> bool {
        let asked = self.0.filter(|asked| asked.frames == frames && now < asked.at);
        let is_missing = asked.is_none_or(|asked| at < asked.at);
        if is_missing {
            self.0 = Some(Asked { at, frames });
        }
        is_missing
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn a_moment_is_asked_for_once_and_an_earlier_one_and_one_after_it_again() {
        let (mut alarm, now) = (Alarm::default(), Instant::now());
        assert!(alarm.is_missing(now + SECOND * 4, now, 0));
        assert!(!alarm.is_missing(now + SECOND * 4, now + SECOND, 0));
        assert!(
            !alarm.is_missing(now + SECOND * 5, now + SECOND, 0),
            "asked for again when the earlier one is there"
        );
        assert!(alarm.is_missing(now + SECOND * 2, now + SECOND, 0));
        assert!(!alarm.is_missing(now + SECOND * 4, now + SECOND, 0));
        assert!(alarm.is_missing(now + SECOND * 4, now + SECOND * 2, 0), "it is over");
        assert!(alarm.is_missing(now + SECOND * 4, now + SECOND * 2, 1), "a frame came in between");
    }

    #[test]
    fn egui_wakes_the_event_loop_once_for_a_moment_however_often_it_is_asked_for() {
        let context = Context::default();
        let woken = Arc::new(AtomicUsize::new(0));
        let counts = Arc::clone(&woken);
        let times = || woken.swap(0, Ordering::Relaxed);
        context.set_request_repaint_callback(move |_| {
            counts.fetch_add(1, Ordering::Relaxed);
        });
        let frame = || context.run_ui(egui::RawInput::default(), |_| {}).textures_delta.clear();
        // egui asks for more frames at the beginning by itself.
        (0..4).for_each(|_| frame());
        let (mut alarm, now) = (Alarm::default(), Instant::now());
        times();
        for _ in 0..2 {
            for step in 0..100 {
                alarm.wake_at(&context, now + SECOND, now + SECOND * step / 200);
            }
            assert_eq!(times(), 1);
            frame();
            times();
        }
    }
}
