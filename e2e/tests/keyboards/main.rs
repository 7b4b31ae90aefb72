//! Every character that an expert's layout can type, dead keys too, arrives in a real text field on every layout.
//!
//! For each pair of layouts: real key presses on the expert's X server, a window of the viewer's toolkit with the viewer's
//! own keyboard code behind it, frames as they travel, the client's whole input path, XTEST, and a GTK text field. Typed at
//! 30 characters a second, with both layouts changed while all of that runs.
//!
//! Without libtest, because a window needs a program's first thread: started with a certain variable this program is the
//! expert's window. `cargo xtask keyboards` plays all pairs; an ordinary test run a few.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test says on which check it is, and figures are meant to be read"
)]

mod client;
mod expert;
mod layouts;
mod pair;

use std::process::ExitCode;
use std::sync::Mutex;
use std::time::Instant;

use anyhow::{Result, bail};

use layouts::Layout;
use pair::{Outcome, Table};

/// The name under which an ordinary run knows this test.
const NAME: &str = "every_character_arrives_on_other_layouts";
/// Pairs of an ordinary run: each of these problems once. Same layout; moved letters; no Latin letters on one side or the
/// other; digits behind Shift; other keys than a PC has.
const FEW: [(&str, &str); 6] =
    [("de", "de"), ("fr", "us"), ("us", "fr"), ("ru", "us"), ("us", "ru"), ("dvorak", "cz")];
/// Tables at once; each has two X servers, and is idle most of the time.
const TABLES: usize = 6;

fn main() -> ExitCode {
    if std::env::var_os(expert::ROLE).is_some() {
        return expert::window();
    }
    let words: Vec<String> = std::env::args().skip(1).collect();
    if words.iter().any(|word| word == "--list") {
        println!("{NAME}: test");
        return ExitCode::SUCCESS;
    }
    let everything = words.iter().any(|word| word == "--all");
    let filters: Vec<&String> = words.iter().filter(|word| !word.starts_with('-')).collect();
    let pairs = match chosen(&filters, everything) {
        Ok(pairs) => pairs,
        Err(error) => {
            println!("{error:#}");
            return ExitCode::FAILURE;
        }
    };
    if pairs.is_empty() {
        return ExitCode::SUCCESS;
    }
    println!("test {NAME} ({} pairs)", pairs.len());
    match play(pairs) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            println!("test {NAME} ... FAILED: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// The pairs to play: all, those of a filter like `de:us` or `de:`, or a few.
fn chosen(filters: &[&String], everything: bool) -> Result<Vec<(Layout, Layout)>> {
    let named = filters.iter().find_map(|filter| filter.split_once(':'));
    let all = || Layout::ALL.iter().flat_map(|one| Layout::ALL.iter().map(|other| (*one, *other)));
    if let Some((expert, client)) = named {
        let fits = |layout: &Layout, wanted: &str| wanted.is_empty() || layout.name == wanted;
        return Ok(all().filter(|(one, other)| fits(one, expert) && fits(other, client)).collect());
    }
    if everything {
        return Ok(all().collect());
    }
    if !filters.iter().all(|filter| NAME.contains(filter.as_str())) {
        return Ok(Vec::new());
    }
    FEW.iter().map(|(one, other)| Ok((Layout::named(one)?, Layout::named(other)?))).collect()
}

fn play(pairs: Vec<(Layout, Layout)>) -> Result<()> {
    let start = Instant::now();
    let count = pairs.len();
    let tables = TABLES.min(count);
    let waiting = Mutex::new(pairs.into_iter());
    let results: Vec<Result<Vec<Outcome>>> = std::thread::scope(|scope| {
        let play = || {
            let mut table = Table::new()?;
            let mut outcomes = Vec::new();
            loop {
                let next = waiting.lock().unwrap_or_else(std::sync::PoisonError::into_inner).next();
                let Some((one, other)) = next else { return Ok(outcomes) };
                let outcome = table.play(one, other)?;
                println!("{outcome}");
                outcomes.push(outcome);
            }
        };
        let threads: Vec<_> = (0..tables).map(|_| scope.spawn(play)).collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap_or_else(|_| bail!("a table broke down")))
            .collect()
    });
    let outcomes: Vec<Outcome> =
        results.into_iter().collect::<Result<Vec<_>>>()?.into_iter().flatten().collect();
    let texts: usize = outcomes.iter().map(|outcome| outcome.texts).sum();
    let wrong = outcomes.iter().filter(|outcome| outcome.wrong.is_some()).count();
    println!("{count} pairs, {texts} texts, {wrong} pairs with a difference, {:.0?}", start.elapsed());
    if wrong > 0 || outcomes.len() < count {
        bail!("{wrong} of {count} pairs differ");
    }
    Ok(())
}
