//! The terminal that this program runs in, as the system tells it: the window that the terminal names, and the processes
//! that started us. Knows nothing of windows; a script's pipe is no terminal and has no host.

use std::io::{self, IsTerminal as _};

/// Longer rows of ancestors do not occur; a wrong one must not turn in a circle.
const MOST_ANCESTORS: usize = 64;

/// What may hold the window in which the questions are printed and answered.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Host {
    /// The window that the terminal put into the environment (`WINDOWID`).
    pub window: Option<u32>,
    /// The processes above this one, the nearest first.
    pub ancestors: Vec<u32>,
}

impl Host {
    /// The host of this process; empty when its standard input is no terminal.
    #[must_use]
    pub fn of_this_process() -> Self {
        if !io::stdin().is_terminal() {
            return Self::default();
        }
        let window = std::env::var("WINDOWID").ok().and_then(|text| text.trim().parse().ok());
        Self { window, ancestors: ancestors() }
    }
}

fn ancestors() -> Vec<u32> {
    let mut found = Vec::new();
    let mut at = std::process::id();
    while let Some(parent) = parent_of(at).filter(|parent| *parent > 1) {
        if found.len() == MOST_ANCESTORS {
            break;
        }
        found.push(parent);
        at = parent;
    }
    found
}

/// From `/proc/PID/stat` (proc(5): the fourth field; the second is a name in brackets that may contain anything).
fn parent_of(process: u32) -> Option<u32> {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    let (_, rest) = stat.rsplit_once(')')?;
    rest.split_whitespace().nth(1)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_ancestor_is_the_parent() {
        assert_eq!(ancestors().first().copied(), Some(std::os::unix::process::parent_id()));
    }
}
