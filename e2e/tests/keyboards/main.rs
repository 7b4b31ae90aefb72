//! Every character that an expert's layout can type, dead keys too, arrives in a real text field on every layout.
//!
//! For each pair of layouts: real key presses on the expert's X server, a window of the viewer's toolkit with the viewer's
//! own keyboard code behind it, frames as they travel, the client's whole input path, XTEST, and a text field of GTK or Qt.
//! Typed at 30 characters a second, with both layouts changed while all of that runs.
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

use client::Toolkit;
use deskside_testkit::x11::MethodKind;
use layouts::Layout;
use pair::{Outcome, Setting, Table};

/// A test of an ordinary run.
struct Test {
    name: &'static str,
    setting: Setting,
    pairs: &'static [(&'static str, &'static str)],
}

const GTK: Setting = Setting { toolkit: Toolkit::Gtk, method: None };

/// Each of these problems once: same layout; moved letters; no Latin letters on one side or the other; digits behind Shift;
/// other keys than a PC has. Then another toolkit.
const TESTS: [Test; 2] = [
    Test {
        name: "every_character_arrives_on_other_layouts",
        setting: GTK,
        pairs: &[("de", "de"), ("fr", "us"), ("us", "fr"), ("ru", "us"), ("us", "ru"), ("dvorak", "cz")],
    },
    Test {
        name: "every_character_arrives_in_qt",
        setting: Setting { toolkit: Toolkit::Qt, ..GTK },
        pairs: &[("us", "ru"), ("ru", "de"), ("fr", "us"), ("us", "fr"), ("gr", "us"), ("de", "jp")],
    },
];
/// Tables at once; each has two X servers, and is idle most of the time.
const TABLES: usize = 6;

fn main() -> ExitCode {
    if std::env::var_os(expert::ROLE).is_some() {
        return expert::window();
    }
    let words: Vec<String> = std::env::args().skip(1).collect();
    if words.iter().any(|word| word == "--list") {
        TESTS.iter().for_each(|test| println!("{}: test", test.name));
        return ExitCode::SUCCESS;
    }
    let rounds = match chosen(&words) {
        Ok(rounds) => rounds,
        Err(error) => {
            println!("{error:#}");
            return ExitCode::FAILURE;
        }
    };
    let mut code = ExitCode::SUCCESS;
    for Round { name, setting, pairs } in rounds {
        println!("test {name} ({} pairs)", pairs.len());
        if let Err(error) = play(setting, pairs) {
            println!("test {name} ... FAILED: {error:#}");
            code = ExitCode::FAILURE;
        }
    }
    code
}

/// Pairs of layouts that are played in one setting.
struct Round {
    name: &'static str,
    setting: Setting,
    pairs: Vec<(Layout, Layout)>,
}

/// What to play: with `--all` all pairs; with a filter like `de:us` or `de:` those; otherwise the tests whose names have the
/// filters in them. `--qt` and `--ibus` or `--fcitx` choose the setting of the first two.
fn chosen(words: &[String]) -> Result<Vec<Round>> {
    let has = |flag: &str| words.iter().any(|word| word == flag);
    let method = [("--ibus", MethodKind::Ibus), ("--fcitx", MethodKind::Fcitx)];
    let setting = Setting {
        toolkit: if has("--qt") { Toolkit::Qt } else { Toolkit::Gtk },
        method: method.iter().find(|(flag, _)| has(flag)).map(|(_, method)| *method),
    };
    let filters: Vec<&String> = words.iter().filter(|word| !word.starts_with('-')).collect();
    let pairs_of: Vec<(&str, &str)> = filters.iter().filter_map(|filter| filter.split_once(':')).collect();
    let everything = || Layout::ALL.iter().flat_map(|one| Layout::ALL.iter().map(|other| (*one, *other)));
    let fits = |layout: &Layout, wanted: &str| wanted.is_empty() || layout.name == wanted;
    if !pairs_of.is_empty() || has("--all") {
        let is_wanted = |(one, other): &(Layout, Layout)| {
            let named = |(from, to): &(&str, &str)| fits(one, from) && fits(other, to);
            pairs_of.is_empty() || pairs_of.iter().any(named)
        };
        let pairs = everything().filter(is_wanted).collect();
        return Ok(vec![Round { name: "every_character_arrives", setting, pairs }]);
    }
    let named = TESTS.iter().filter(|test| filters.iter().all(|filter| test.name.contains(filter.as_str())));
    named
        .map(|test| {
            let pairs =
                test.pairs.iter().map(|(one, other)| Ok((Layout::named(one)?, Layout::named(other)?)));
            Ok(Round { name: test.name, setting: test.setting, pairs: pairs.collect::<Result<_>>()? })
        })
        .collect()
}

fn play(setting: Setting, pairs: Vec<(Layout, Layout)>) -> Result<()> {
    let start = Instant::now();
    let count = pairs.len();
    let tables = TABLES.min(count);
    let waiting = Mutex::new(pairs.into_iter());
    let results: Vec<Result<Vec<Outcome>>> = std::thread::scope(|scope| {
        let play = || {
            let mut table = Table::new(setting)?;
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
