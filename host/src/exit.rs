//! The exit codes of both programs, the same everywhere and documented in `--help`.

use std::process::ExitCode;

/// How a program ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// All was done.
    Success = 0,
    /// Something on this machine failed: a file, a display, a program.
    Failure = 1,
    /// The command line or the settings file is wrong, or the person stopped at a question.
    Usage = 2,
    /// The ticket cannot be used: damaged, expired, not for this expert, wrong passphrase.
    Ticket = 3,
    /// The other side cannot be reached, or the connection was lost.
    Network = 4,
    /// The other side said no, or nobody answered.
    Refused = 5,
}

impl Exit {
    /// Every code with its meaning, for `--help` and the manual pages.
    pub const ALL: [(Self, &'static str); 6] = [
        (Self::Success, "all was done"),
        (Self::Failure, "something on this machine failed: a file, a display, a program"),
        (Self::Usage, "the command line or the settings are wrong, or you stopped at a question"),
        (Self::Ticket, "the ticket cannot be used: damaged, expired, not for you, wrong passphrase"),
        (Self::Network, "the other side cannot be reached, or the connection was lost"),
        (Self::Refused, "the other side said no, or nobody answered"),
    ];

    /// The number that the system sees.
    #[must_use]
    pub const fn code(self) -> u8 {
        self as u8
    }

    /// The table of codes as text, a line each, for `--help`.
    #[must_use]
    pub fn table() -> String {
        let lines: Vec<String> =
            Self::ALL.iter().map(|(exit, meaning)| format!("  {}  {meaning}", exit.code())).collect();
        format!("Exit codes:\n{}", lines.join("\n"))
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_distinct_and_all_are_in_the_table() {
        for (number, (exit, meaning)) in Exit::ALL.iter().enumerate() {
            assert_eq!(usize::from(exit.code()), number);
            assert!(Exit::table().contains(meaning));
        }
    }
}
