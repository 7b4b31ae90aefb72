//! Mixed work for as long as one wants: every scene in turn on one session that is never restarted. Says afterwards whether
//! the picture was exact each time, whether memory grew, and whether the last scenes were as quick as the first.

use std::collections::BTreeSet;
use std::io::Write as _;

use anyhow::{Context as _, Result, ensure};

use crate::bed::Bed;
use crate::clock::{now, of_seconds};
use crate::digest::{Digest, median, number};
use crate::products::named;
use crate::record::{Record, What};
use crate::session::Plan;

/// How much more memory than after the first rounds is no growth: what is kept for later fills up to its bounds. Unit: MiB.
const SLACK_MIB: f64 = 24.0;
/// How much slower than at the start is no drift of the product: other work on the machine does as much.
const SLACK_TIMES: f64 = 1.5;
/// The same for what takes next to no time. Unit: milliseconds.
const SLACK_MS: f64 = 3.0;

/// What one scene left.
struct Scene {
    minute: f64,
    name: String,
    latency_ms: Option<f64>,
    is_exact: bool,
    memory_mib: [f64; 2],
}

impl Scene {
    fn of(record: &Record, minute: f64) -> Self {
        let digest = Digest::of(record);
        let ([round_trip, _], [latency, ..]) = (digest.round_trip, digest.latency);
        Self {
            minute,
            name: record.what.scene.clone(),
            latency_ms: round_trip.or(latency),
            is_exact: record.pictures.exact_seconds.is_some(),
            memory_mib: record.meters.memory,
        }
    }

    fn line(&self) -> String {
        let [person, expert] = self.memory_mib;
        format!(
            "| {:.1} | {} | {} | {} | {person:.1} | {expert:.1} |",
            self.minute,
            self.name,
            number(self.latency_ms, 1),
            if self.is_exact { "yes" } else { "**no**" },
        )
    }
}

impl Plan {
    /// Plays the plan's scenes in turn on its first product and network for so many minutes, and writes `soak.md`.
    ///
    /// # Errors
    /// The product cannot be started or ended by itself, or a promise was broken: each is named.
    pub fn soak(&self, minutes: f64) -> Result<()> {
        let product = named(self.products.first().context("which product?")?)?;
        let net = self.nets.first().context("which network?")?;
        let scratch = std::path::absolute(self.results.join("logs").join("soak"))?;
        let mut bed = Bed::new(net, self.displays, &scratch)?;
        self.start(product, &mut bed, &scratch)?;
        let mut file = std::fs::File::create(self.results.join("soak.md"))?;
        let mut say = |line: &str| -> Result<()> {
            println!("{line}");
            Ok(writeln!(file, "{line}")?)
        };
        say("| minute | scene | latency ms | exact | MiB person | MiB expert |\n|---|---|---|---|---|---|")?;
        let begun = now();
        let end = begun + of_seconds(minutes * 60.0);
        let mut done: Vec<Scene> = Vec::new();
        for (round, name) in (0..).flat_map(|round| self.scenes.iter().map(move |name| (round, name))) {
            if now() >= end {
                break;
            }
            ensure!(bed.runs(), "{} has ended by itself; see {}", product.name, scratch.display());
            let what = What {
                product: product.name.into(),
                net: net.clone(),
                scene: name.clone(),
                repetition: round,
            };
            let record = self.measure(&bed, &what)?;
            let scene = Scene::of(&record, seconds_since(begun) / 60.0);
            say(&scene.line())?;
            done.push(scene);
        }
        say("")?;
        let verdicts = verdicts(&done, self.scenes.len());
        for verdict in &verdicts {
            say(&format!("- {}{}", if verdict.holds { "" } else { "**broken:** " }, verdict.text))?;
        }
        ensure!(verdicts.iter().all(|verdict| verdict.holds), "not all promises held");
        Ok(())
    }
}

/// One promise and what became of it.
struct Verdict {
    holds: bool,
    text: String,
}

/// Judges what was played; `round` is the number of scenes in a round.
fn verdicts(done: &[Scene], round: usize) -> Vec<Verdict> {
    let wrong = done.iter().filter(|scene| !scene.is_exact).count();
    let mut verdicts = vec![Verdict {
        holds: wrong == 0 && !done.is_empty(),
        text: format!(
            "{} scenes, after {wrong} of which the two screens were not equal to the pixel",
            done.len()
        ),
    }];
    // The first round fills what is kept; what counts is whether it goes on growing.
    let settled = done.get(round..).unwrap_or_default();
    for (place, side) in ["person's", "expert's"].into_iter().enumerate() {
        let level =
            |scenes: &[Scene]| median(scenes.iter().filter_map(|scene| scene.memory_mib.get(place).copied()));
        let (early, late) = ends(settled, round);
        let (early, late) = (level(early), level(late));
        verdicts.push(Verdict {
            holds: early.zip(late).is_some_and(|(early, late)| late <= early + SLACK_MIB),
            text: format!(
                "memory of the {side} program: {} MiB, then {} MiB",
                number(early, 1),
                number(late, 1)
            ),
        });
    }
    let names: BTreeSet<&str> = done.iter().map(|scene| scene.name.as_str()).collect();
    for name in names {
        let of_it: Vec<f64> =
            done.iter().filter(|scene| scene.name == name).filter_map(|scene| scene.latency_ms).collect();
        let third = of_it.len().div_ceil(3);
        let early = median(of_it.iter().take(third).copied());
        let late = median(of_it.iter().rev().take(third).copied());
        if let Some((early, late)) = early.zip(late) {
            verdicts.push(Verdict {
                holds: late <= (early * SLACK_TIMES).max(early + SLACK_MS),
                text: format!("{name}: {early:.1} ms in the first third, {late:.1} ms in the last"),
            });
        }
    }
    verdicts
}

/// The first and the last scenes, a round each, or a half each where there are fewer.
fn ends(scenes: &[Scene], round: usize) -> (&[Scene], &[Scene]) {
    let part = round.min(scenes.len() / 2);
    (scenes.get(..part).unwrap_or_default(), scenes.get(scenes.len() - part..).unwrap_or_default())
}

#[expect(clippy::cast_precision_loss, reason = "minutes in nanoseconds")]
fn seconds_since(begun: u64) -> f64 {
    (now() - begun) as f64 / 1e9
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hour(latency: impl Fn(usize) -> f64, memory: impl Fn(usize) -> f64) -> Vec<Scene> {
        (0..60)
            .map(|n| Scene {
                minute: n as f64,
                name: ["typing", "slides"][n % 2].into(),
                latency_ms: Some(latency(n)),
                is_exact: true,
                memory_mib: [memory(n), 50.0],
            })
            .collect()
    }

    fn broken(done: &[Scene]) -> Vec<String> {
        verdicts(done, 2).into_iter().filter(|verdict| !verdict.holds).map(|verdict| verdict.text).collect()
    }

    #[test]
    fn a_steady_hour_breaks_nothing() {
        assert_eq!(broken(&hour(|n| 5.0 + (n % 2) as f64 * 50.0, |_| 40.0)), Vec::<String>::new());
    }

    #[test]
    fn memory_that_fills_once_is_no_growth_and_a_leak_is() {
        assert!(broken(&hour(|_| 5.0, |n| if n < 2 { 10.0 } else { 90.0 })).is_empty());
        assert_eq!(broken(&hour(|_| 5.0, |n| 40.0 + n as f64)).len(), 1);
    }

    #[test]
    fn a_latency_that_creeps_up_is_named_by_its_scene() {
        let broken = broken(&hour(|n| if n % 2 == 0 { 5.0 + n as f64 } else { 50.0 }, |_| 40.0));
        assert!(broken.len() == 1 && broken[0].starts_with("typing"), "{broken:?}");
    }

    #[test]
    fn one_wrong_pixel_breaks_the_promise() {
        let mut done = hour(|_| 5.0, |_| 40.0);
        done[30].is_exact = false;
        assert_eq!(broken(&done).len(), 1);
    }

    #[test]
    fn nothing_played_holds_nothing() {
        assert!(!broken(&[]).is_empty());
    }
}
