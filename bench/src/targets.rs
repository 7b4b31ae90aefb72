//! What Deskside has set itself: for each scene and network a limit, alone or relative to TigerVNC in the same run. Pure.

use crate::digest::{Digest, decibels, number};
use crate::quality::EQUAL_DB;

/// The product that ratios are to: it leads the others.
pub const ANCHOR: &str = "tigervnc";

/// A figure of a scene.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Figure {
    /// Median milliseconds from drawn to shown.
    Latency,
    /// The 95th of a hundred.
    Latency95,
    /// Median milliseconds from click to picture.
    RoundTrip,
    /// The 95th of a hundred.
    RoundTrip95,
    /// Different frames a second.
    Fps,
    /// Kilobytes a second to the viewer.
    Kilobytes,
    /// Median decibels in motion.
    Motion,
    /// Percent of a core of the person's programs.
    PersonCpu,
    /// Percent of a core of the expert's programs.
    ExpertCpu,
    /// Seconds until the scene's part is exact.
    PartExact,
    /// Seconds until the whole screen is exact.
    Exact,
}

/// What a figure should be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Limit {
    /// No more than this.
    AtMost(f64),
    /// No less than this.
    AtLeast(f64),
    /// No more than so many times what TigerVNC has.
    Times(f64),
    /// Every pixel equal in every picture that was looked at.
    Equal,
}

/// One limit of one scene on one network.
#[derive(Debug, Clone, Copy)]
pub struct Target {
    /// The scene.
    pub scene: &'static str,
    /// The network.
    pub net: &'static str,
    /// Which figure.
    pub figure: Figure,
    /// What it should be.
    pub limit: Limit,
}

use Figure::{
    Exact, ExpertCpu, Fps, Kilobytes, Latency, Latency95, Motion, PartExact, PersonCpu, RoundTrip,
    RoundTrip95,
};
use Limit::{AtLeast, AtMost, Equal, Times};

const fn on(scene: &'static str, net: &'static str, figure: Figure, limit: Limit) -> Target {
    Target { scene, net, figure, limit }
}

/// All of them. Thirty frames a second are met by 29.5: a run begins and ends between two frames.
pub const ALL: &[Target] = &[
    on("idle", "clean", PersonCpu, AtMost(0.1)),
    on("idle", "clean", ExpertCpu, AtMost(0.1)),
    on("idle", "clean", Kilobytes, AtMost(0.01)),
    on("idle", "wan", PersonCpu, AtMost(0.1)),
    on("idle", "wan", ExpertCpu, AtMost(0.1)),
    on("idle", "wan", Kilobytes, AtMost(0.01)),
    on("flip", "clean", RoundTrip, Times(0.6)),
    on("flip", "clean", RoundTrip95, Times(0.8)),
    on("flip", "wan", RoundTrip, AtMost(58.0)),
    on("flip", "wan", RoundTrip95, AtMost(68.0)),
    on("typing", "clean", Latency, Times(0.6)),
    on("typing", "clean", Kilobytes, AtMost(2.0)),
    on("typing", "clean", Motion, Equal),
    on("typing", "wan", Latency, AtMost(33.0)),
    on("typing", "wan", Latency95, AtMost(41.0)),
    on("scroll-text", "clean", Latency, Times(0.7)),
    on("scroll-text", "clean", Kilobytes, AtMost(160.0)),
    on("scroll-text", "clean", Motion, Equal),
    on("scroll-text", "wan", Fps, AtLeast(19.5)),
    on("scroll-text", "wan", Latency95, AtMost(80.0)),
    on("scroll-text", "wan", Motion, Equal),
    on("window-drag", "clean", Latency, Times(0.7)),
    on("window-drag", "clean", Kilobytes, AtMost(140.0)),
    on("window-drag", "clean", Motion, Equal),
    on("window-drag", "wan", Fps, AtLeast(29.5)),
    on("window-drag", "wan", Latency95, AtMost(90.0)),
    on("window-drag", "wan", Motion, Equal),
    on("video360", "clean", Fps, AtLeast(29.5)),
    on("video360", "clean", Latency, AtMost(25.0)),
    on("video360", "clean", Kilobytes, AtMost(250.0)),
    on("video360", "clean", Motion, AtLeast(38.0)),
    on("video360", "clean", PersonCpu, AtMost(45.0)),
    on("video360", "clean", PartExact, AtMost(0.3)),
    on("video360", "wan", Fps, AtLeast(29.5)),
    on("video360", "wan", Latency95, AtMost(120.0)),
    on("video360", "wan", PartExact, AtMost(1.0)),
    on("video720", "clean", Fps, AtLeast(29.0)),
    on("video720", "clean", Latency, AtMost(45.0)),
    on("video720", "clean", Kilobytes, AtMost(500.0)),
    on("video720", "clean", Motion, AtLeast(38.0)),
    on("video720", "clean", PartExact, AtMost(0.3)),
    on("video720", "wan", Fps, AtLeast(25.0)),
    on("video720", "wan", Latency95, AtMost(150.0)),
    on("browser", "clean", Fps, AtLeast(29.5)),
    on("browser", "clean", Latency, Times(1.0)),
    on("browser", "clean", Kilobytes, AtMost(400.0)),
    on("browser", "clean", Motion, AtLeast(45.0)),
    on("browser", "clean", PartExact, AtMost(0.3)),
    on("browser", "wan", Fps, AtLeast(25.0)),
    on("browser", "wan", Latency95, AtMost(120.0)),
    on("slides", "clean", Latency, AtMost(60.0)),
    on("slides", "clean", Exact, AtMost(0.4)),
    on("slides", "wan", Latency, AtMost(250.0)),
    on("slides", "wan", Exact, AtMost(3.5)),
    on("typing-late", "slow", Latency95, AtMost(110.0)),
];

impl Figure {
    /// Its name in tables, with its unit.
    pub const fn name(self) -> &'static str {
        match self {
            Latency => "lat p50, ms",
            Latency95 => "lat p95, ms",
            RoundTrip => "rt p50, ms",
            RoundTrip95 => "rt p95, ms",
            Fps => "frames/s",
            Kilobytes => "kB/s",
            Motion => "moving, dB",
            PersonCpu => "client CPU, %",
            ExpertCpu => "viewer CPU, %",
            PartExact => "exact part, s",
            Exact => "exact, s",
        }
    }

    /// What a measurement says about it.
    pub fn of(self, digest: &Digest) -> Option<f64> {
        let [latency, latency95, _] = digest.latency;
        let [round_trip, round_trip95] = digest.round_trip;
        let [person, expert, ..] = digest.cpu;
        let [part_exact, exact] = digest.exact_seconds;
        match self {
            Latency => latency,
            Latency95 => latency95,
            RoundTrip => round_trip,
            RoundTrip95 => round_trip95,
            Fps => digest.fps,
            Kilobytes => digest.kilobytes,
            Motion => digest.motion_db,
            PersonCpu => person,
            ExpertCpu => expert,
            PartExact => part_exact,
            Exact => exact,
        }
    }

    /// That figure as a table shows it.
    pub fn text(self, value: Option<f64>) -> String {
        match self {
            Motion => decibels(value),
            PartExact | Exact => value.map_or_else(|| "never".into(), |value| format!("{value:.2}")),
            Kilobytes => number(value, if value.is_some_and(|value| value < 10.0) { 2 } else { 0 }),
            Latency | Latency95 | RoundTrip | RoundTrip95 | Fps | PersonCpu | ExpertCpu => number(value, 1),
        }
    }
}

impl Target {
    /// What was wanted, in words.
    pub fn wanted(&self) -> String {
        match self.limit {
            AtMost(most) => format!("<= {most}"),
            AtLeast(least) => format!(">= {least}"),
            Times(times) => format!("<= {times} x TigerVNC"),
            Equal => "every picture exact".into(),
        }
    }

    /// Whether it is met; none when that cannot be said.
    pub fn is_met(&self, mine: &Digest, anchor: Option<&Digest>) -> Option<bool> {
        let value = self.figure.of(mine);
        match self.limit {
            // Never exact is a miss, not a gap in the table.
            AtMost(_) if matches!(self.figure, PartExact | Exact) && value.is_none() => Some(false),
            AtMost(most) => Some(value? <= most),
            AtLeast(least) => Some(value? >= least),
            Times(times) => Some(value? <= self.figure.of(anchor?)? * times),
            Equal => Some(value? >= EQUAL_DB),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{bed, scene};

    #[test]
    fn every_target_names_a_scene_and_a_network_that_exist() {
        for target in ALL {
            assert!(scene::Scene::named(target.scene).is_some(), "{target:?}");
            assert!(bed::NETS.iter().any(|(name, _)| *name == target.net), "{target:?}");
        }
    }

    #[test]
    fn a_ratio_needs_the_anchor_and_never_exact_is_a_miss() {
        let mine = Digest { latency: [Some(6.0), None, None], ..Digest::default() };
        let theirs = Digest { latency: [Some(10.0), None, None], ..Digest::default() };
        let target = on("typing", "clean", Latency, Times(0.6));
        assert_eq!(target.is_met(&mine, Some(&theirs)), Some(true));
        assert_eq!(target.is_met(&mine, None), None);
        assert_eq!(target.is_met(&mine, Some(&mine)), Some(false));
        assert_eq!(on("slides", "clean", Exact, AtMost(0.4)).is_met(&mine, None), Some(false));
    }
}
