//! How long changes took from their arrival to the screen, for the statistics.

use std::collections::VecDeque;
use std::time::Duration;

/// The last delays; without anybody who asks, old ones are forgotten.
#[derive(Default)]
pub struct Delays(VecDeque<Duration>);

impl Delays {
    /// More than two seconds of the fastest video.
    const MOST: usize = 256;

    /// One more.
    pub fn add(&mut self, delay: Duration) {
        if self.0.len() == Self::MOST {
            self.0.pop_front();
        }
        self.0.push_back(delay);
    }

    /// Gives them away.
    pub fn take(&mut self) -> Vec<Duration> {
        self.0.drain(..).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_hour_that_nobody_asks_about_is_not_kept() {
        let mut delays = Delays::default();
        (0..100_000).for_each(|number| delays.add(Duration::from_micros(number)));
        let kept = delays.take();
        assert_eq!((kept.len(), kept.last()), (Delays::MOST, Some(&Duration::from_micros(99_999))));
        assert!(delays.take().is_empty());
    }
}
