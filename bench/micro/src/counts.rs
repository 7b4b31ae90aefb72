//! Instructions, counted by valgrind: the same on a busy machine as on a quiet one. The difference between two runs of
//! this program that differ only in how often they do the work is the work's own.

use std::process::Command;

use anyhow::{Context as _, Result};

/// Rounds of the two runs.
const FEW: u32 = 1;
const MANY: u32 = 3;

/// Instructions of one round of a case on the person's side and on the expert's.
///
/// # Errors
/// valgrind is missing, or does not know this processor.
pub fn instructions(case: &str) -> Result<[u64; 2]> {
    let one = |part: &str| -> Result<u64> {
        let (few, many) = (run(case, part, FEW)?, run(case, part, MANY)?);
        Ok(many.saturating_sub(few) / u64::from(MANY - FEW))
    };
    std::thread::scope(|scope| {
        let both = scope.spawn(|| one("both"));
        let encode = one("encode")?;
        let both = both.join().map_err(|_| anyhow::anyhow!("counting failed"))??;
        Ok([encode, both.saturating_sub(encode)])
    })
}

fn run(case: &str, part: &str, rounds: u32) -> Result<u64> {
    // It replaces what has the name of its file: as root even a device.
    let folder = tempfile::tempdir()?;
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=counts"])
        .current_dir(folder.path())
        .arg(std::env::current_exe()?)
        .args(["--only", part, "--rounds", &rounds.to_string(), case])
        .output()
        .context("valgrind is needed to count instructions")?;
    let said = String::from_utf8_lossy(&output.stderr);
    anyhow::ensure!(output.status.success(), "valgrind: {}", said.lines().last().unwrap_or_default());
    let collected = said.lines().find_map(|line| line.split_once("Collected : "));
    let number = collected.and_then(|(_, number)| number.trim().parse().ok());
    number.context("valgrind told no number")
}
