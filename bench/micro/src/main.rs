//! `cargo xtask bench`: times the parts of the picture engine and counts their instructions, one kind of change at a
//! time, with no network between. Prints a table; `--save` keeps it, `--compare` shows ratios to a kept one.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "what this program finds out goes to the terminal"
)]

mod capture;
mod cases;
mod counts;
mod desk;

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use serde::{Deserialize, Serialize};

use cases::{ALL, Bench, Case};

const HELP: &str = "\
cargo xtask bench [--save FILE] [--compare FILE] [--no-counts] [--seconds 1] [CASE...]
Each line is one kind of change: how long the person's side takes to make updates of it and the expert's to apply them
(the median and, in brackets, the best), what they weigh, and how many instructions each takes. Times depend on what else
runs; instructions do not, so before and after can be compared on a busy machine. CASE is a part of a name.";

/// What one case costs. Times in microseconds, of one round.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Cost {
    encode: [f64; 2],
    apply: [f64; 2],
    bytes: f64,
    encode_instructions: Option<u64>,
    apply_instructions: Option<u64>,
}

type Costs = BTreeMap<String, Cost>;

#[derive(Debug, Default)]
struct Wishes {
    save: Option<String>,
    compare: Option<String>,
    counts: bool,
    seconds: f64,
    /// Set where valgrind runs this program: the part to do, and how often.
    only: Option<String>,
    rounds: u32,
    names: Vec<String>,
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match wishes(&arguments).and_then(|wishes| carry_out(&wishes)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bench: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn wishes(arguments: &[String]) -> Result<Wishes> {
    let mut wishes = Wishes { counts: true, seconds: 1.0, rounds: 1, ..Wishes::default() };
    let mut rest = arguments.iter();
    while let Some(word) = rest.next() {
        let mut value = || rest.next().cloned().with_context(|| format!("{word} needs a value\n{HELP}"));
        match word.as_str() {
            "--save" => wishes.save = Some(value()?),
            "--compare" => wishes.compare = Some(value()?),
            "--seconds" => wishes.seconds = value()?.parse()?,
            "--no-counts" => wishes.counts = false,
            "--only" => wishes.only = Some(value()?),
            "--rounds" => wishes.rounds = value()?.parse()?,
            _ if word.starts_with('-') => bail!("{HELP}"),
            _ => wishes.names.push(word.clone()),
        }
    }
    Ok(wishes)
}

fn carry_out(wishes: &Wishes) -> Result<()> {
    if let Some(part) = &wishes.only {
        return only(part, wishes);
    }
    let before: Costs = match &wishes.compare {
        Some(file) => serde_json::from_str(&std::fs::read_to_string(file).context("what was kept")?)?,
        None => Costs::new(),
    };
    let is_wanted =
        |name: &str| wishes.names.is_empty() || wishes.names.iter().any(|part| name.contains(part));
    println!("| change | encode µs | apply µs | bytes | encode Minstr. | apply Minstr. |");
    println!("|---|---|---|---|---|---|");
    let mut costs = Costs::new();
    let mut tell = |name: &str, cost: Cost| {
        println!("{}", line(name, &cost, before.get(name)));
        costs.insert(name.to_owned(), cost);
    };
    for case in ALL.iter().filter(|case| is_wanted(case.name)) {
        tell(case.name, measure(case, wishes)?);
    }
    if capture::SIZES.iter().any(|(name, ..)| is_wanted(name)) {
        let mut display = capture::Display::open()?;
        for (name, width, height) in capture::SIZES.into_iter().filter(|(name, ..)| is_wanted(name)) {
            tell(name, measure_capture(&mut display, width, height, wishes.seconds)?);
        }
    }
    match &wishes.save {
        Some(file) => Ok(std::fs::write(file, serde_json::to_string_pretty(&costs)?)?),
        None => Ok(()),
    }
}

fn measure(case: &Case, wishes: &Wishes) -> Result<Cost> {
    let mut bench = Bench::new(case.change)?;
    let (mut encode, mut apply, mut bytes) = (Vec::new(), Vec::new(), Vec::new());
    let begun = Instant::now();
    while begun.elapsed().as_secs_f64() < wishes.seconds || encode.len() < 20 {
        bench.change();
        let moment = Instant::now();
        let updates = bench.work()?;
        encode.push(micros(moment.elapsed()));
        let moment = Instant::now();
        bench.apply(&updates)?;
        apply.push(micros(moment.elapsed()));
        #[expect(clippy::cast_precision_loss, reason = "an update is small")]
        bytes.push(updates.iter().map(|update| update.bytes.len()).sum::<usize>() as f64);
    }
    let [encode_instructions, apply_instructions] =
        if wishes.counts { counts::instructions(case.name)?.map(Some) } else { [None; 2] };
    let [bytes, _] = spread(bytes);
    Ok(Cost { encode: spread(encode), apply: spread(apply), bytes, encode_instructions, apply_instructions })
}

fn measure_capture(display: &mut capture::Display, width: u16, height: u16, seconds: f64) -> Result<Cost> {
    let (mut times, begun) = (Vec::new(), Instant::now());
    while begun.elapsed().as_secs_f64() < seconds || times.len() < 20 {
        let n = u32::try_from(times.len())?;
        times.push(micros(display.round(width, height, n)?));
    }
    let bytes = f64::from(width) * f64::from(height) * 4.0;
    let (encode, apply) = (spread(times), [0.0; 2]);
    Ok(Cost { encode, apply, bytes, encode_instructions: None, apply_instructions: None })
}

/// What runs under valgrind: as many rounds as asked, and nothing measured.
fn only(part: &str, wishes: &Wishes) -> Result<()> {
    let name = wishes.names.first().context("no case")?;
    let case = ALL.iter().find(|case| case.name == name).context("no such case")?;
    let mut bench = Bench::new(case.change)?;
    // The desktop changes in every run equally often, so that only the work differs.
    for round in 0..3 {
        bench.change();
        if round < wishes.rounds {
            let updates = bench.work()?;
            if part == "both" {
                bench.apply(&updates)?;
            }
        }
    }
    Ok(())
}

fn micros(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}

/// The median and the least.
fn spread(mut values: Vec<f64>) -> [f64; 2] {
    values.sort_by(f64::total_cmp);
    let median = values.get(values.len() / 2).copied().unwrap_or(0.0);
    [median, values.first().copied().unwrap_or(0.0)]
}

fn line(name: &str, cost: &Cost, before: Option<&Cost>) -> String {
    let ratio = |now: f64, then: Option<f64>| -> String {
        then.filter(|then| *then > 0.0).map_or_else(String::new, |then| format!(" x{:.2}", now / then))
    };
    let time = |[median, best]: [f64; 2], then: Option<[f64; 2]>| {
        if median == 0.0 {
            return "-".to_owned();
        }
        // The best is what the code needs; the median also has what the machine did meanwhile.
        format!("{median:.0} ({best:.0}){}", ratio(best, then.map(|[_, best]| best)))
    };
    #[expect(clippy::cast_precision_loss, reason = "millions of instructions")]
    let count = |now: Option<u64>, then: Option<u64>| {
        now.map_or_else(
            || "-".to_owned(),
            |now| format!("{:.2}{}", now as f64 / 1e6, ratio(now as f64, then.map(|then| then as f64))),
        )
    };
    format!(
        "| {name} | {} | {} | {:.0}{} | {} | {} |",
        time(cost.encode, before.map(|cost| cost.encode)),
        time(cost.apply, before.map(|cost| cost.apply)),
        cost.bytes,
        ratio(cost.bytes, before.map(|cost| cost.bytes)),
        count(cost.encode_instructions, before.and_then(|cost| cost.encode_instructions)),
        count(cost.apply_instructions, before.and_then(|cost| cost.apply_instructions)),
    )
}
