//! Turns the raw times of one measurement into numbers, and several measurements into their medians. Pure.

use std::collections::HashSet;

use crate::quality::EQUAL_DB;
use crate::record::{Record, Times};

/// The numbers of one scene. Milliseconds, unless the name says another unit; none where it makes no sense.
#[derive(Debug, Clone, Default)]
pub struct Digest {
    /// From drawn on one display to shown on the other, or a newer frame: median, 95th, 99th of a hundred.
    pub latency: [Option<f64>; 3],
    /// From the click to the new picture, both in the viewer: median and 95th.
    pub round_trip: [Option<f64>; 2],
    /// Different frames shown a second.
    pub fps: Option<f64>,
    /// The longest time without a new frame.
    pub longest_gap: Option<f64>,
    /// Percent of the frames that were never seen whole.
    pub dropped_percent: Option<f64>,
    /// Frames that never came at all.
    pub missing: usize,
    /// Median decibels during motion, in the scene's part.
    pub motion_db: Option<f64>,
    /// Median similarity during motion.
    pub motion_ssim: Option<f64>,
    /// Seconds until exact: the scene's part, the whole screen.
    pub exact_seconds: [Option<f64>; 2],
    /// Decibels in the scene's part 0.1, 0.3, 1 and 3 s after the last change.
    pub after_db: [Option<f64>; 4],
    /// Kilobytes a second to the viewer.
    pub kilobytes: Option<f64>,
    /// Percent of a core: the person's programs, the expert's, the X servers of both.
    pub cpu: [Option<f64>; 4],
    /// Percent of a core that was not ours.
    pub others_percent: f64,
}

impl Digest {
    /// The numbers of one measurement.
    pub fn of(record: &Record) -> Self {
        let Record { what, seconds, times, pictures, meters } = record;
        let moves = what.scene != "flip" && what.scene != "idle";
        let arrivals = arrivals(times);
        let (latencies, missing) = latencies(times, &arrivals);
        let round_trips = round_trips(times, &arrivals);
        let gaps = arrivals.windows(2).filter_map(|pair| match pair {
            [(one, _), (other, _)] => Some(milliseconds(*other - *one)),
            _ => None,
        });
        let shown = arrivals.iter().filter(|(at, _)| milliseconds(*at) <= seconds * 1e3).count();
        let motion = |part: fn(&crate::quality::Quality) -> f64| median(pictures.motion.iter().map(part));
        let exact = [pictures.part_exact_seconds, pictures.exact_seconds];
        Self {
            latency: [50, 95, 99].map(|part| percentile(&latencies, part)),
            round_trip: [50, 95].map(|part| percentile(&round_trips, part)),
            fps: moves.then(|| count(shown) / seconds),
            longest_gap: gaps.reduce(f64::max).filter(|_| moves),
            dropped_percent: dropped(times),
            missing,
            motion_db: motion(|quality| quality.psnr),
            motion_ssim: motion(|quality| quality.ssim),
            exact_seconds: exact.map(|at| at.filter(|_| moves)),
            after_db: [0, 1, 2, 3].map(|place| pictures.after.get(place).map(|(_, _, part)| part.psnr)),
            kilobytes: Some(meters.bytes_per_second / 1000.0),
            cpu: meters.cpu.map(Some),
            others_percent: meters.others.iter().sum(),
        }
    }

    /// The medians of several; of the quiet ones where there are some.
    pub fn of_all(all: &[Self]) -> Option<Self> {
        /// Percent of a core. A run in which others used more counts only where there is no better one.
        const NOISE: f64 = 20.0;
        let quiet: Vec<&Self> = all.iter().filter(|digest| digest.others_percent < NOISE).collect();
        let used: Vec<&Self> = if quiet.is_empty() { all.iter().collect() } else { quiet };
        if used.is_empty() {
            return None;
        }
        let one = |part: &dyn Fn(&Self) -> Option<f64>| median(used.iter().filter_map(|digest| part(digest)));
        // A picture that was not exact once was not exact: a missing value is worse than any.
        let exact = |place: usize| -> Option<f64> {
            let values: Vec<f64> = used
                .iter()
                .map(|digest| digest.exact_seconds.get(place).copied().flatten().unwrap_or(f64::INFINITY))
                .collect();
            median(values.into_iter()).filter(|seconds| seconds.is_finite())
        };
        let nth = |part: fn(&Self) -> &[Option<f64>], place: usize| {
            one(&|digest| part(digest).get(place).copied().flatten())
        };
        Some(Self {
            latency: [0, 1, 2].map(|place| nth(|digest| &digest.latency, place)),
            round_trip: [0, 1].map(|place| nth(|digest| &digest.round_trip, place)),
            fps: one(&|digest| digest.fps),
            longest_gap: one(&|digest| digest.longest_gap),
            dropped_percent: one(&|digest| digest.dropped_percent),
            missing: used.iter().map(|digest| digest.missing).max().unwrap_or(0),
            motion_db: one(&|digest| digest.motion_db),
            motion_ssim: one(&|digest| digest.motion_ssim),
            exact_seconds: [0, 1].map(exact),
            after_db: [0, 1, 2, 3].map(|place| nth(|digest| &digest.after_db, place)),
            kilobytes: one(&|digest| digest.kilobytes),
            cpu: [0, 1, 2, 3].map(|place| nth(|digest| &digest.cpu, place)),
            others_percent: one(&|digest| Some(digest.others_percent)).unwrap_or(0.0),
        })
    }

    /// One line for whoever waits.
    pub fn line(&self) -> String {
        let [p50, p95, _] = self.latency.map(|value| number(value, 1));
        let [rt, rt95] = self.round_trip.map(|value| number(value, 1));
        let [person, expert, ..] = self.cpu.map(|value| number(value, 1));
        let [part, whole] = self.exact_seconds.map(|value| number(value, 2));
        format!(
            "lat {p50}/{p95} ms, rt {rt}/{rt95} ms, {} fps, {} kB/s, cpu {person}/{expert} %, moving {} dB, exact \
             {part}/{whole} s, others {:.0} %",
            number(self.fps, 1),
            number(self.kilobytes, 1),
            decibels(self.motion_db),
            self.others_percent
        )
    }
}

/// When each frame was the newest that both barcodes had shown.
fn arrivals(times: &Times) -> Vec<(i64, u32)> {
    let (mut head, mut tail, mut newest) = (0, 0, 0);
    let mut arrivals = Vec::new();
    for (at, upper, lower) in &times.seen {
        head = head.max(upper.map_or(0, u32::from));
        tail = tail.max(lower.map_or(0, u32::from));
        if head.min(tail) > newest {
            newest = head.min(tail);
            arrivals.push((*at, newest));
        }
    }
    arrivals
}

/// Each frame's latency, and how many never came: those are as late as the end of the watch.
fn latencies(times: &Times, arrivals: &[(i64, u32)]) -> (Vec<f64>, usize) {
    let mut missing = 0;
    let mut late = |drawn: i64, n: u32| {
        let arrived = arrivals.iter().find(|(_, newest)| *newest >= n).map(|(at, _)| *at);
        missing += usize::from(arrived.is_none());
        milliseconds(arrived.unwrap_or(times.watched) - drawn).max(0.0)
    };
    let latencies = times.drawn.iter().map(|(n, _, drawn)| late(*drawn, *n)).collect();
    (latencies, missing)
}

fn round_trips(times: &Times, arrivals: &[(i64, u32)]) -> Vec<f64> {
    let answer = |n: u32| arrivals.iter().find(|(_, newest)| *newest >= n).map(|(at, _)| *at);
    let trips = times.clicks.iter().filter_map(|(click, n)| Some(milliseconds(answer(*n)? - click)));
    trips.collect()
}

fn dropped(times: &Times) -> Option<f64> {
    let whole: HashSet<u32> = times
        .seen
        .iter()
        .filter(|(_, head, tail)| head == tail)
        .filter_map(|(_, head, _)| head.map(u32::from))
        .collect();
    let drawn = times.drawn.len();
    let seen = times.drawn.iter().filter(|(n, ..)| whole.contains(n)).count();
    (drawn > 0).then(|| 100.0 * (1.0 - count(seen) / count(drawn)))
}

/// The value below which so many of a hundred lie, by nearest rank.
pub fn percentile(values: &[f64], part: usize) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let rank = (sorted.len() * part).div_ceil(100).saturating_sub(1);
    sorted.get(rank).copied()
}

/// The middle one, or the middle of the middle two.
pub fn median(values: impl Iterator<Item = f64>) -> Option<f64> {
    let mut sorted: Vec<f64> = values.collect();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    let upper = sorted.get(middle).copied()?;
    if sorted.len() % 2 == 1 { Some(upper) } else { Some(f64::midpoint(*sorted.get(middle - 1)?, upper)) }
}

#[expect(clippy::cast_precision_loss, reason = "nanoseconds of one run")]
fn milliseconds(nanoseconds: i64) -> f64 {
    nanoseconds as f64 / 1e6
}

#[expect(clippy::cast_precision_loss, reason = "frames of one run")]
const fn count(number: usize) -> f64 {
    number as f64
}

/// A number for a table.
pub fn number(value: Option<f64>, digits: usize) -> String {
    value.map_or_else(|| "-".into(), |value| format!("{value:.digits$}"))
}

/// Decibels for a table.
pub fn decibels(value: Option<f64>) -> String {
    value.map_or_else(
        || "-".into(),
        |value| if value >= EQUAL_DB { "exact".into() } else { format!("{value:.1}") },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: i64 = 1_000_000;

    fn times() -> Times {
        Times {
            drawn: vec![(1, 0, MS), (2, 9 * MS, 10 * MS), (3, 19 * MS, 20 * MS), (4, 29 * MS, 30 * MS)],
            seen: vec![
                (0, Some(0), Some(0)),
                (5 * MS, Some(1), Some(0)),
                (6 * MS, Some(1), Some(1)),
                (26 * MS, Some(3), Some(3)),
            ],
            watched: 1000 * MS,
            ..Times::default()
        }
    }

    #[test]
    fn a_skipped_frame_is_as_late_as_its_successor_and_a_lost_one_as_the_watch() {
        let times = times();
        let (latencies, missing) = latencies(&times, &arrivals(&times));
        assert_eq!(latencies, [5.0, 16.0, 6.0, 970.0]);
        assert_eq!(missing, 1);
    }

    #[test]
    fn frames_that_were_never_whole_are_dropped() {
        assert_eq!(dropped(&times()), Some(50.0));
    }

    #[test]
    fn percentiles_are_by_nearest_rank() {
        let values: Vec<f64> = (1..=100).map(f64::from).collect();
        assert_eq!([50, 95, 99].map(|part| percentile(&values, part)), [Some(50.0), Some(95.0), Some(99.0)]);
        assert_eq!(percentile(&[7.0], 95), Some(7.0));
        assert_eq!(percentile(&[], 50), None);
    }

    #[test]
    fn a_run_that_never_was_exact_cannot_vanish_in_the_median() {
        let exact = |seconds| Digest { exact_seconds: [seconds, seconds], ..Digest::default() };
        let all = Digest::of_all(&[exact(Some(1.0)), exact(None), exact(None)]).unwrap();
        assert_eq!(all.exact_seconds, [None, None]);
        let most = Digest::of_all(&[exact(Some(1.0)), exact(Some(3.0)), exact(None)]).unwrap();
        assert_eq!(most.exact_seconds, [Some(3.0), Some(3.0)]);
    }

    #[test]
    fn a_noisy_run_counts_only_without_a_quiet_one() {
        let run = |fps, others_percent| Digest { fps: Some(fps), others_percent, ..Digest::default() };
        assert_eq!(Digest::of_all(&[run(30.0, 1.0), run(10.0, 90.0)]).unwrap().fps, Some(30.0));
        assert_eq!(Digest::of_all(&[run(10.0, 90.0)]).unwrap().fps, Some(10.0));
    }
}
