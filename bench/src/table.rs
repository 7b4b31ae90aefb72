//! Writes what was measured as Markdown: the targets with what was reached beside them, then every figure.

use std::path::Path;

use anyhow::{Context as _, Result};

use crate::bed::NETS;
use crate::digest::{Digest, decibels, number};
use crate::products;
use crate::record::{Outcome, Record};
use crate::scene;
use crate::targets::{self, ANCHOR, Figure, Target};

/// The product that the targets are for.
const OURS: &str = "deskside";

/// Everything in a folder of results.
pub struct Results {
    measured: Vec<Record>,
    failed: Vec<(String, String, String, String)>,
}

impl Results {
    /// Reads a folder.
    ///
    /// # Errors
    /// A file in it is no outcome.
    pub fn read(folder: &Path) -> Result<Self> {
        let (mut measured, mut failed) = (Vec::new(), Vec::new());
        let runs = folder.join("runs");
        let entries =
            std::fs::read_dir(&runs).with_context(|| format!("no results in {}", runs.display()))?;
        for entry in entries {
            let path = entry?.path();
            let text = std::fs::read_to_string(&path)?;
            let outcome =
                serde_json::from_str(&text).with_context(|| format!("{} is no outcome", path.display()))?;
            match outcome {
                Outcome::Measured(record) => measured.push(*record),
                Outcome::Failed { what, error } => failed.push((what.net, what.scene, what.product, error)),
            }
        }
        Ok(Self { measured, failed })
    }

    fn digests(&self, net: &str, scene: &str, product: &str) -> Vec<Digest> {
        let is_it = |record: &&Record| {
            record.what.net == net && record.what.scene == scene && record.what.product == product
        };
        self.measured.iter().filter(is_it).map(Digest::of).collect()
    }

    fn median(&self, net: &str, scene: &str, product: &str) -> Option<Digest> {
        Digest::of_all(&self.digests(net, scene, product))
    }

    /// Everything as Markdown.
    pub fn markdown(&self) -> String {
        let mut text = self.product_list();
        text += &self.target_table();
        for (net, _) in NETS {
            text += &self.ratio_table(net);
        }
        for (net, _) in NETS {
            text += &self.full_table(net);
        }
        text
    }

    /// Which products were measured, and as what.
    fn product_list(&self) -> String {
        let is_there = |name: &str| self.measured.iter().any(|record| record.what.product == name);
        let there = products::ALL.iter().filter(|product| is_there(product.name));
        let lines: String =
            there.map(|product| format!("- `{}`: {}\n", product.name, product.about)).collect();
        lines + "\n"
    }

    fn target_table(&self) -> String {
        let (mut lines, mut met, mut judged) = (String::new(), 0, 0);
        for target in targets::ALL {
            let Some(mine) = self.median(target.net, target.scene, OURS) else { continue };
            let anchor = self.median(target.net, target.scene, ANCHOR);
            let verdict = target.is_met(&mine, anchor.as_ref());
            met += usize::from(verdict == Some(true));
            judged += usize::from(verdict.is_some());
            lines += &target_line(target, &mine, anchor.as_ref(), verdict);
        }
        format!(
            "### Targets: {met} of {judged} met\n\n| scene | network | figure | target | TigerVNC | Deskside | ratio | |\n\
             |---|---|---|---|---|---|---|---|\n{lines}"
        )
    }

    /// Latency, bytes and processor time of each product relative to TigerVNC, scene by scene.
    fn ratio_table(&self, net: &str) -> String {
        let products = self.products(net);
        if products.len() < 2 || !products.contains(&ANCHOR) {
            return String::new();
        }
        let mut text = format!(
            "\n### `{net}`: ratios to TigerVNC (latency / kB/s / CPU of both sides; below 1 is less)\n\n| scene | {} |\n{}\n",
            products.join(" | "),
            "|---".repeat(products.len() + 1) + "|"
        );
        for (scene, _) in scene::ALL {
            let Some(anchor) = self.median(net, scene, ANCHOR) else { continue };
            let cells: Vec<String> = products
                .iter()
                .map(|product| {
                    let mine = self.median(net, scene, product);
                    mine.map_or_else(|| "-".into(), |mine| ratios(&mine, &anchor))
                })
                .collect();
            text += &format!("| {scene} | {} |\n", cells.join(" | "));
        }
        text
    }

    fn full_table(&self, net: &str) -> String {
        let products = self.products(net);
        if products.is_empty() {
            return String::new();
        }
        let mut text = format!(
            "\n### `{net}`: every figure\n\n| scene | product | lat p50/p95/p99 ms | rt p50/p95 ms | frames/s | dropped % \
             | longest gap ms | kB/s | CPU % client/viewer | X servers % | moving dB, SSIM | dB after 0.1/0.3/1/3 s \
             | exact s: part, all | runs |\n{}\n",
            "|---".repeat(14) + "|"
        );
        for (scene, _) in scene::ALL {
            for product in &products {
                let all = self.digests(net, scene, product);
                if let Some(digest) = Digest::of_all(&all) {
                    text += &full_line(scene, product, &digest, all.len());
                } else if let Some((.., error)) =
                    self.failed.iter().find(|(n, s, p, _)| n == net && s == scene && p == product)
                {
                    let short: String = error.chars().take(100).collect();
                    text += &format!("| {scene} | {product} | failed: {short} |\n");
                }
            }
        }
        text
    }

    fn products(&self, net: &str) -> Vec<&'static str> {
        let is_there = |name: &str| {
            self.measured.iter().any(|record| record.what.net == net && record.what.product == name)
        };
        products::ALL.iter().map(|product| product.name).filter(|name| is_there(name)).collect()
    }
}

fn target_line(target: &Target, mine: &Digest, anchor: Option<&Digest>, verdict: Option<bool>) -> String {
    let figure = target.figure;
    let theirs = anchor.and_then(|anchor| figure.of(anchor));
    let ratio = figure.of(mine).zip(theirs).filter(|(_, theirs)| *theirs > 0.0 && figure != Figure::Motion);
    let verdict = match verdict {
        Some(true) => "met",
        Some(false) => "**missed**",
        None => "no figure",
    };
    format!(
        "| {} | {} | {} | {} | {} | {} | {} | {verdict} |\n",
        target.scene,
        target.net,
        figure.name(),
        target.wanted(),
        anchor.map_or_else(|| "-".into(), |_| figure.text(theirs)),
        figure.text(figure.of(mine)),
        number(ratio.map(|(mine, theirs)| mine / theirs), 2),
    )
}

fn ratios(mine: &Digest, anchor: &Digest) -> String {
    let cpu = |digest: &Digest| {
        let [person, expert, ..] = digest.cpu;
        Some(person? + expert?)
    };
    let latency = |digest: &Digest| {
        let ([round_trip, _], [latency, ..]) = (digest.round_trip, digest.latency);
        round_trip.or(latency)
    };
    let pairs = [
        latency(mine).zip(latency(anchor)),
        mine.kilobytes.zip(anchor.kilobytes),
        cpu(mine).zip(cpu(anchor)),
    ];
    let texts = pairs.map(|pair| number(pair.filter(|(_, theirs)| *theirs > 0.0).map(|(a, b)| a / b), 2));
    texts.join(" / ")
}

fn full_line(scene: &str, product: &str, digest: &Digest, runs: usize) -> String {
    let join = |values: &[Option<f64>], digits: usize| -> String {
        let texts: Vec<String> = values.iter().map(|value| number(*value, digits)).collect();
        if texts.iter().all(|text| text == "-") { "-".into() } else { texts.join("/") }
    };
    let [person, expert, here, there] = digest.cpu;
    let after: Vec<String> = digest.after_db.iter().map(|value| decibels(*value)).collect();
    let [part, whole] = digest.exact_seconds;
    let exact = |value| if digest.fps.is_some() { Figure::Exact.text(value) } else { "-".into() };
    format!(
        "| {scene} | {product} | {} | {} | {} | {} | {} | {} | {} | {} | {}, {} | {} | {}, {} | {runs} |\n",
        join(&digest.latency, 1),
        join(&digest.round_trip, 1),
        number(digest.fps, 1),
        number(digest.dropped_percent, 0),
        number(digest.longest_gap, 0),
        Figure::Kilobytes.text(digest.kilobytes),
        join(&[person, expert], 1),
        join(&[here, there], 1),
        decibels(digest.motion_db),
        number(digest.motion_ssim, 4),
        after.join("/"),
        exact(part),
        exact(whole),
    )
}
