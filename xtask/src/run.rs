//! Runs other programs and says what is being done, and how long it took.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "the whole purpose of these commands is to say what they do"
)]

use std::path::PathBuf;
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result, bail};

/// The top of the checkout.
pub fn root() -> PathBuf {
    let here = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    here.parent().map_or_else(|| here.clone(), PathBuf::from)
}

/// Says a line to the person at the terminal.
pub fn say(text: &str) {
    println!("{text}");
}

/// Says why a command failed.
pub fn say_failure(text: &str) {
    eprintln!("xtask: {text}");
}

/// A cargo command in the top of the checkout, with the lock file obeyed.
pub fn cargo(arguments: &[&str]) -> Command {
    let (verb, rest) = arguments.split_at(arguments.len().min(1));
    let mut command = cargo_plain(verb);
    command.arg("--locked").args(rest);
    command
}

/// As [`cargo`], for the commands that take no `--locked`.
pub fn cargo_plain(arguments: &[&str]) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root()).args(arguments);
    command
}

/// Runs one step, saying what it is, its command and its time.
pub fn step(what: &str, command: &mut Command) -> Result<()> {
    say(&format!("==> {what}\n    {}", line(command)));
    let start = Instant::now();
    let status = command.status().with_context(|| format!("cannot start `{}`", line(command)))?;
    if !status.success() {
        bail!("{what} failed ({status}): `{}`", line(command));
    }
    say(&format!("    done in {:.1} s", start.elapsed().as_secs_f64()));
    Ok(())
}

/// Runs a command quietly and gives what it printed.
pub fn output(command: &mut Command) -> Result<String> {
    let result = command.output().with_context(|| format!("cannot start `{}`", line(command)))?;
    if !result.status.success() {
        let reason = String::from_utf8_lossy(&result.stderr).trim().to_owned();
        bail!("`{}` failed ({}): {reason}", line(command), result.status);
    }
    Ok(String::from_utf8_lossy(&result.stdout).into_owned())
}

fn line(command: &Command) -> String {
    let mut words = vec![command.get_program().to_string_lossy().into_owned()];
    words.extend(command.get_args().map(|word| word.to_string_lossy().into_owned()));
    words.join(" ")
}
