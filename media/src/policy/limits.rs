//! What is small and what is much, on the link of the moment. Everything is counted in pixels of photographic
//! content, because that is what can be counted before anything is encoded.

use deskside_proto::link::LinkEstimate;
use std::time::Duration;

/// Bytes that a photographic pixel takes without loss, about.
const BYTES_PER_PIXEL: usize = 2;

/// Photographic change that would occupy the link for longer than this is not sent exactly at once.
const WORTH_WAITING: Duration = Duration::from_millis(40);

/// Bounds of what begins a video, in pixels: 8 kB are never too much, and 200 kB always are, because they also take
/// both sides some time.
const LEAST_START_PX: usize = 4 * 1024;
const MOST_START_PX: usize = 96 * 1024;

/// Bounds of what is sent exactly even where a video runs: a blinking cursor, a ticking clock.
const LEAST_SMALL_PX: usize = 512;
const MOST_SMALL_PX: usize = 4 * 1024;

/// Limits of the moment. Unit: pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Limits {
    /// So much photographic change of late begins a video.
    pub(super) start_px: usize,
    /// So much of it beside a running video widens that video.
    pub(super) grow_px: usize,
    /// Less than this is exact even where a video runs.
    pub(super) small_px: usize,
}

impl Limits {
    pub(super) fn of(link: LinkEstimate) -> Self {
        let start_px = (link.bytes_in(WORTH_WAITING) / BYTES_PER_PIXEL).clamp(LEAST_START_PX, MOST_START_PX);
        Self {
            start_px,
            grow_px: (start_px / 4).max(LEAST_START_PX),
            small_px: (start_px / 8).clamp(LEAST_SMALL_PX, MOST_SMALL_PX),
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self::of(LinkEstimate::LOCAL)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slower_link_calls_less_much() {
        let mut last = Limits::default();
        assert_eq!(last.start_px, MOST_START_PX);
        for bytes_per_second in [1_250_000, 250_000, 37_500, 0] {
            let limits = Limits::of(LinkEstimate { bytes_per_second, round_trip: Duration::ZERO });
            assert!(limits.start_px <= last.start_px && limits.small_px <= last.small_px);
            assert!(limits.small_px < limits.grow_px && limits.grow_px <= limits.start_px);
            last = limits;
        }
        assert_eq!(last.start_px, LEAST_START_PX);
    }
}
