//! The house's commands: `cargo xtask <command>`. Needs nothing but Rust's standard library, so that it builds in
//! seconds on a machine that has not been set up yet; everything else it installs or builds itself.

mod bench;
mod check;
mod deb;
mod notices;
mod run;
mod setup;

use std::process::ExitCode;

use anyhow::{Result, bail};

const HELP: &str = "\
Deskside's commands. Each installs the system packages that it needs, saying what and why.

Usage: cargo xtask <command> [options]

  demo [--keep] [--pictures DIR]   plays the whole story with the real programs, on this display or on its own ones
  test [FILTER...]                 everything that must hold: checks, builds, unit, vector, model and end-to-end tests
  keyboards [FROM:TO] [--qt] [--ibus|--fcitx]
                                   types all of 17 layouts on each of them (13 minutes); `de:us` or `de:` for some pairs;
                                   into Qt's text field instead of GTK's; with an input method in front of the keys
  check [deps|licences|style|docs|all]
                                   layering, licences, formatting and lints, house rules
  dist [--profile NAME]            builds the two .deb packages into target/dist (profile: release)
  dist --try DIR                   installs the packages into a clean Debian system under DIR, tries them, removes them
  fuzz [SECONDS]                   runs every fuzz target (needs a nightly toolchain and cargo-fuzz)
  bench [--save FILE] [--compare FILE] [CASE...]
                                   times the parts of the picture engine, and counts their instructions
  bench peers [--nets clean,wan] [--scenes ..] [--products ..] [--reps 3] [--write]
                                   measures Deskside beside other products, which it installs (docs/BENCHMARKS.md)
  bench soak [--minutes 60] [--nets clean]
                                   mixed work on one session: exact, no growth, no slower at the end
  bench keys [--nets clean,steady,lossy] [--presses 500] [--write]
                                   from a key pressed in the viewer to the injected one: how long, and in which order
  bench report --results DIR       prints the tables of an earlier measurement again
  setup                            installs the system packages only

Examples:
  cargo xtask demo --keep          leaves the two desktops running, and says how to attach
  cargo xtask test two_experts     runs only the tests whose name contains this";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match dispatch(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            run::say_failure(&format!("{error:#}"));
            ExitCode::FAILURE
        }
    }
}

fn dispatch(arguments: &[String]) -> Result<()> {
    let (command, rest) = match arguments.split_first() {
        Some((command, rest)) => (command.as_str(), rest),
        None => ("help", arguments),
    };
    match command {
        "demo" => demo(rest),
        "test" => test(rest),
        "keyboards" => keyboards(rest),
        "check" => check::command(rest),
        "dist" => deb::command(rest),
        "fuzz" => fuzz(rest),
        "bench" => bench::command(rest),
        "setup" => setup::install(&[setup::BUILD, setup::DESKTOP]),
        "help" | "--help" | "-h" => {
            run::say(HELP);
            Ok(())
        }
        other => bail!("there is no command {other:?}; `cargo xtask help` lists them"),
    }
}

fn demo(arguments: &[String]) -> Result<()> {
    setup::install(&[setup::BUILD, setup::DESKTOP])?;
    build_programs()?;
    let mut play = run::cargo(&["run", "--quiet", "--package", "deskside-e2e", "--bin", "demo", "--"]);
    run::step("playing the story", play.args(arguments))
}

fn test(filters: &[String]) -> Result<()> {
    setup::install(&[setup::BUILD, setup::DESKTOP])?;
    if filters.is_empty() {
        check::all()?;
    }
    build_programs()?;
    let mut tests = run::cargo(&["test", "--workspace", "--no-fail-fast", "--"]);
    run::step("running the tests", tests.args(filters))
}

/// Every character of every layout, on every layout; an ordinary test run plays a few pairs only.
fn keyboards(arguments: &[String]) -> Result<()> {
    setup::install(&[setup::BUILD, setup::DESKTOP])?;
    let mut play =
        run::cargo(&["test", "--quiet", "--package", "deskside-e2e", "--test", "keyboards", "--", "--all"]);
    run::step("typing on all keyboards", play.args(arguments))
}

/// Builds the two programs, which the end-to-end tests and the demo start as a person would.
fn build_programs() -> Result<()> {
    let mut build = run::cargo(&["build", "--package", "deskside", "--package", "deskside-expert", "--bins"]);
    run::step("building the programs (the first time takes several minutes)", &mut build)
}

fn fuzz(arguments: &[String]) -> Result<()> {
    let seconds = arguments.first().map_or("60", String::as_str);
    let listing = run::output(std::process::Command::new("cargo").args(["+nightly", "fuzz", "list"]))?;
    for target in listing.lines() {
        let limit = format!("-max_total_time={seconds}");
        let mut command = std::process::Command::new("cargo");
        run::step(
            &format!("fuzzing {target} for {seconds} s"),
            command.args(["+nightly", "fuzz", "run", target, "--", &limit, "-rss_limit_mb=2048"]),
        )?;
    }
    Ok(())
}
