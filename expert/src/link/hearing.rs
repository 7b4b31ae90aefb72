//! How much the client may say in a second. One that talks without end must neither fill the way to the window nor keep
//! the window from its person. It knows no message.

use std::time::{Duration, Instant};

/// So many control messages are taken in a second: an honest client has a few to say, and never so many.
const MOST: u32 = 200;
/// For so long is counted, and nothing is heard after the last that is taken.
const SECOND: Duration = Duration::from_secs(1);

/// Counts what is heard.
pub(super) struct Hearing {
    since: Instant,
    heard: u32,
}

impl Hearing {
    /// Nothing was heard yet.
    pub(super) fn new(now: Instant) -> Self {
        Self { since: now, heard: 0 }
    }

    /// A message was heard.
    pub(super) fn note(&mut self, now: Instant) {
        if now.saturating_duration_since(self.since) >= SECOND {
            *self = Self::new(now);
        }
        self.heard = self.heard.saturating_add(1);
    }

    /// Until when nothing more is listened to; `None` while something is.
    pub(super) fn closed_until(&self, now: Instant) -> Option<Instant> {
        let end = self.since + SECOND;
        (self.heard >= MOST && now < end).then_some(end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_few_words_are_never_held_up_and_a_flood_is_held_to_the_rate() {
        let start = Instant::now();
        let mut hearing = Hearing::new(start);
        for word in 0..1_000_u32 {
            let now = start + Duration::from_millis(10) * word;
            assert_eq!(hearing.closed_until(now), None, "word {word}");
            hearing.note(now);
        }
        let start = start + Duration::from_secs(100);
        let (mut now, mut words) = (start, 0);
        while now < start + Duration::from_secs(10) {
            match hearing.closed_until(now) {
                Some(until) => now = until,
                None => {
                    hearing.note(now);
                    words += 1;
                }
            }
        }
        assert_eq!(words, 10 * MOST);
    }
}
