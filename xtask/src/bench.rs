//! `cargo xtask bench`: installs and builds what measuring needs, and starts the measuring programs. Measures nothing
//! itself.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::{run, setup};

/// `cargo xtask bench [peers|soak|keys|report] [options]`.
pub fn command(arguments: &[String]) -> Result<()> {
    match arguments.split_first() {
        Some((which, rest)) if ["peers", "soak", "keys"].contains(&which.as_str()) => {
            from_outside(which, rest)
        }
        Some((which, rest)) if which == "report" => report(rest),
        _ => micro(arguments),
    }
}

/// The parts alone: one process, no network.
fn micro(arguments: &[String]) -> Result<()> {
    setup::install(&[setup::BUILD, setup::DESKTOP, setup::MICRO])?;
    let folder = build(&["deskside-micro"])?;
    let mut measure = Command::new(folder.join("deskside-micro"));
    run::step("measuring the parts", measure.current_dir(run::root()).args(arguments))
}

/// Deskside from outside: beside the other products, or alone for long.
fn from_outside(which: &str, arguments: &[String]) -> Result<()> {
    setup::install(&[setup::BUILD, setup::DESKTOP, setup::PEERS])?;
    let folder = build(&["deskside", "deskside-expert", "deskside-bench"])?;
    let measuring = run::root().join("target/bench");
    std::fs::create_dir_all(&measuring)?;
    let mut all = vec![which.to_owned()];
    all.extend(pair("programs", &folder));
    all.extend(pair("pictures", &measuring.join("pictures")));
    all.extend(pair("results", &results()?));
    // What the person says comes later, and the last word counts.
    all.extend(in_full(arguments));
    run::step("measuring from outside", &mut as_root(&folder.join("deskside-bench"), &all))
}

/// The tables of a folder of results again.
fn report(arguments: &[String]) -> Result<()> {
    let folder = build(&["deskside-bench"])?;
    let mut again = Command::new(folder.join("deskside-bench"));
    again.current_dir(run::root()).arg("report").args(in_full(arguments));
    run::step("writing the tables", &mut again)
}

/// `--write` alone means the document of this project.
fn in_full(arguments: &[String]) -> Vec<String> {
    let mut words = Vec::new();
    let mut rest = arguments.iter().peekable();
    while let Some(word) = rest.next() {
        words.push(word.clone());
        if word == "--write" && rest.peek().is_none_or(|next| next.starts_with("--")) {
            words.push(run::root().join("docs/BENCHMARKS.md").display().to_string());
        }
    }
    words
}

fn build(packages: &[&str]) -> Result<PathBuf> {
    let named = packages.iter().flat_map(|package| ["--package", package]);
    let mut build = run::cargo(&["build", "--profile", "measure"]);
    run::step("building with optimisation (the first time takes several minutes)", build.args(named))?;
    Ok(run::root().join("target/measure"))
}

fn pair(name: &str, path: &Path) -> [String; 2] {
    [format!("--{name}"), path.display().to_string()]
}

/// A folder for this measurement, named by the time.
fn results() -> Result<PathBuf> {
    let now =
        std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).context("the clock is wrong")?;
    Ok(run::root().join("target/bench").join(format!("results-{}", now.as_secs())))
}

/// Network namespaces need root. Without it, the program becomes root of a namespace of its own, where it can make
/// others; a tmpfs there takes the names of those.
fn as_root(program: &Path, arguments: &[String]) -> Command {
    /// In a session of its own it can have a rank before other work on the machine, which only root may raise; it ends
    /// with this program all the same.
    const RAISED: &str = "echo -10 2>/dev/null > /proc/self/autogroup; exec \"$@\"";
    /// Times of a few milliseconds are drowned by whatever else runs: before everything, where that is allowed.
    const FIRST: &str = "if chrt --rr 1 true 2>/dev/null; then exec chrt --rr 1 \"$@\"; fi; exec \"$@\"";
    const AMONG_OTHERS: &str = "mount -t tmpfs tmpfs /run && exec \"$@\"";
    let rank = if arguments.first().is_some_and(|which| which == "keys") { FIRST } else { RAISED };
    let mut command = Command::new("setpriv");
    command.args(["--pdeathsig", "KILL", "setsid", "sh", "-c", rank, "sh"]);
    if !setup::is_root() {
        command.args([
            "unshare",
            "--user",
            "--map-root-user",
            "--net",
            "--mount",
            "sh",
            "-c",
            AMONG_OTHERS,
            "sh",
        ]);
    }
    command.arg(program);
    command.current_dir(run::root()).args(arguments);
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        text.split_whitespace().map(str::to_owned).collect()
    }

    #[test]
    fn write_alone_means_the_document_of_the_project() {
        let full = in_full(&words("--write --reps 1"));
        assert!(full[1].ends_with("docs/BENCHMARKS.md") && full[2..] == words("--reps 1"), "{full:?}");
        assert_eq!(in_full(&words("--write a.md --reps 1")), words("--write a.md --reps 1"));
        assert!(in_full(&words("--write"))[1].ends_with("docs/BENCHMARKS.md"));
    }
}
