//! The measuring program behind `cargo xtask bench`: its command line. A tool of developers; it is in no package.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "what this program measures goes to the terminal, and other programs read its lines"
)]

mod side;

use std::process::ExitCode;

use anyhow::{Result, bail};

const HELP: &str = "\
deskside-bench person --programs DIR --home DIR --address HOST --port PORT
               shares this display as a person who says yes to everything would: starts `deskside --terminal`, invites
deskside-bench expert --programs DIR --home DIR --ticket DIR
               opens that person's ticket full-screen on this display and asks for control";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match dispatch(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("deskside-bench: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch(arguments: &[String]) -> Result<()> {
    let Some((command, rest)) = arguments.split_first() else { bail!("{HELP}") };
    let options = Options::parse(rest)?;
    match command.as_str() {
        "person" => side::person(&options),
        "expert" => side::expert(&options),
        _ => bail!("{HELP}"),
    }
}

/// `--name value` pairs.
pub struct Options(Vec<(String, String)>);

impl Options {
    fn parse(arguments: &[String]) -> Result<Self> {
        let mut pairs = Vec::new();
        let mut rest = arguments.iter();
        while let Some(name) = rest.next() {
            let Some(name) = name.strip_prefix("--") else { bail!("{name:?} is no option\n{HELP}") };
            let Some(value) = rest.next() else { bail!("--{name} needs a value\n{HELP}") };
            pairs.push((name.to_owned(), value.clone()));
        }
        Ok(Self(pairs))
    }

    /// The value of an option that may be left out.
    pub fn find(&self, name: &str) -> Option<&str> {
        self.0.iter().rev().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The value of an option that must be there.
    ///
    /// # Errors
    /// It is not.
    pub fn need(&self, name: &str) -> Result<&str> {
        self.find(name).ok_or_else(|| anyhow::anyhow!("--{name} is needed\n{HELP}"))
    }
}
