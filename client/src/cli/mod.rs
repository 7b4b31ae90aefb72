//! The command line: its words, its help, the manual page and the completions; `run` does what it says.
//! INVARIANT: there is no option that answers a question for the person.

mod introduce;
mod invite;
mod lists;
mod run;
mod start;

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::error::ErrorKind;
use clap::{Args, CommandFactory, Parser, Subcommand};
use clap_complete::Shell;
use deskside_crypto::identity::PublicIdentity;
use deskside_host::exit::Exit;
use deskside_words::Language;

use crate::config;
use crate::pipeline::CpuLimit;

const EXAMPLES: &str = "\
Examples:
  deskside                         the tray icon and the window
  deskside invite                  make a ticket in this directory
  deskside invite --for 2h --uses 3
  deskside invite --email erika@example.org
  deskside invite --to deskside-expert-1-...
                                   for one expert, no passphrase needed
  deskside tickets                 what is open
  deskside cancel k7qm2xpa         close a ticket
  deskside --terminal              ask and answer here instead of in windows

Deskside must run for a ticket to work. Nobody sees the screen before you allow
it, and nobody controls the computer before you allow that too. No option says
yes for you.";

const TERMINAL: &str = "\
On the terminal (--terminal) Deskside writes one line for each thing that
happens and reads one command a line:
  invite [--for 1h] [--uses N] [--to KEY] [--output FILE] [--email ADDRESS]
  allow N | deny N      answer question N
  stop                  take control back at once; viewing goes on
  end                   end all sessions
  tickets | cancel ID   list, close tickets
  understood            the introduction of the first start was read
  status | help | quit
The lines it writes begin with one of these words:
  ready, introduction, ticket, passphrase, saved, emailed, question,
  answered, session, notice, status, error, bye
On a terminal beside a desktop only that desktop's own keyboard says allow; a
pipe is believed, so connect nothing to it that others can write to.
There is no banner: these lines say who is there.
At the end of standard input Deskside ends; if somebody is there, it first says
no to every question and ends their sessions.";

const SETTINGS: &str = "\
Settings are in $XDG_CONFIG_HOME/deskside/config.toml (normally
~/.config/deskside/config.toml). All of them may be left out; a wrong one is an
error that names its line, and the file is never changed then.
  name = \"Anna\"                       the name that experts see
  hotkey = \"Ctrl+Alt+Shift+Esc\"       takes control back at once
  port = 47470                        UDP; another one where it is in use
  addresses = [\"home.example.org\"]    put into tickets before the others
  valid_for = \"1h\"                    how long a new ticket can be used
  uses = 1                            how many times
  picture = \"auto\"                    or \"video\"
  capture = \"auto\"                    or \"x11\", \"scrap\"
  cpu_limit = 67                      percent of all cores for the picture
  share_marked = false                share marked text as copied text is
  theme = \"system\"                    or \"light\", \"dark\"
  language = \"system\"                 or \"en\", \"de\"
  [smtp]                              without it your mail program opens
  host = \"mail.example.org\"
  port = 587
  tls = \"starttls\"                    or \"implicit\" (for this machine also
                                      \"none-for-localhost-only\")
  user = \"anna\"
  password_file = \"/home/anna/.mail\"  or password = \"...\"
  from = \"Anna <anna@example.org>\"
Tickets, identity and receipt are in $XDG_DATA_HOME/deskside (normally
~/.local/share/deskside).";

/// The whole command line.
#[derive(Debug, Parser)]
#[command(
    name = "deskside",
    version,
    about = "Let an expert see and, once allowed, control this desktop",
    after_help = format!("{EXAMPLES}\n\n{}", Exit::table()),
    after_long_help = format!("{EXAMPLES}\n\n{TERMINAL}\n\n{SETTINGS}\n\n{}", Exit::table()),
    disable_help_subcommand = true,
    max_term_width = 100,
)]
pub struct Cli {
    /// What to do; without it the tray icon and the window start.
    #[command(subcommand)]
    pub command: Option<Command>,

    /// Ask and answer on this terminal instead of in windows (see --help)
    #[arg(long)]
    pub terminal: bool,

    /// Use at most PERCENT of all processor cores for the picture (1 to 100); before `cpu_limit` of the settings
    #[arg(long, value_name = "PERCENT")]
    pub cpu_limit: Option<CpuLimit>,

    /// Write `ready` to standard output once the window is there (used by `invite` to start the program)
    #[arg(long, hide = true)]
    pub tell_ready: bool,

    /// Write log lines that pass FILTER to standard error, e.g. `info` or `deskside_client=debug`
    #[arg(long, global = true, value_name = "FILTER")]
    pub log: Option<String>,
}

/// What the program can do besides running.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Make a ticket for an expert
    #[command(after_help = format!("{INVITE_EXAMPLES}\n\n{}", Exit::table()))]
    Invite(InviteArgs),
    /// List the tickets
    Tickets {
        /// Print as JSON
        #[arg(long)]
        json: bool,
    },
    /// Close a ticket for good
    #[command(after_help = "Example:\n  deskside cancel k7qm2xpa")]
    Cancel {
        /// Its number or the beginning of it, as `deskside tickets` shows it
        #[arg(value_name = "ID")]
        id: String,
    },
    /// Print who asked for, saw and controlled what, and when
    Receipt {
        /// Print as JSON, one entry a line
        #[arg(long)]
        json: bool,
    },
    /// Print the fingerprint by which experts know this computer
    Identity {
        /// Print as JSON
        #[arg(long)]
        json: bool,
    },
    /// Print a completion script for a shell
    #[command(
        after_help = "Example:\n  deskside completions bash \\\n    > ~/.local/share/bash-completion/completions/deskside"
    )]
    Completions {
        /// The shell
        shell: Shell,
    },
    /// Print the manual page (roff)
    #[command(after_help = "Example:\n  deskside manual | man -l -")]
    Manual,
}

const INVITE_EXAMPLES: &str = "\
Examples:
  deskside invite              a file here; the passphrase is printed
  deskside invite --for 30m --output help.deskside
  deskside invite --email      your mail program, with the ticket attached
  deskside invite --email erika@example.org
  deskside invite --to deskside-expert-1-...
                               only this expert can open it; no passphrase
  deskside invite --output - > help.deskside
                               the passphrase goes to standard error

Tell the passphrase by telephone. It is never in the file and never in the
message: who reads your mail could otherwise use the ticket.";

/// Options of `invite`, on the command line and on the terminal.
#[derive(Debug, Clone, Args)]
pub struct InviteArgs {
    /// Seal the ticket to this expert's key (`deskside-expert identity` prints it); no passphrase is needed then
    #[arg(long, value_name = "EXPERT_KEY", value_parser = expert_key)]
    pub to: Option<PublicIdentity>,

    /// How long it can be used: 30m, 1h, 2h30m, 1d (normally 1h)
    #[arg(long = "for", value_name = "TIME", value_parser = config::parse_duration)]
    pub valid_for: Option<Duration>,

    /// How many times you can allow viewing with it (normally 1)
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=i64::from(config::MOST_USES)))]
    pub uses: Option<u32>,

    /// Send it by e-mail: through the mail server of the settings, else in your own mail program
    #[arg(long, value_name = "ADDRESS", num_args = 0..=1, value_parser = email_address)]
    pub email: Option<Option<String>>,

    /// Where to write the ticket; `-` is standard output
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,

    /// Replace the file of that name, if there is one
    #[arg(long, requires = "output")]
    pub force: bool,

    /// Print as JSON
    #[arg(long)]
    pub json: bool,
}

fn expert_key(text: &str) -> Result<PublicIdentity, String> {
    PublicIdentity::parse(text).map_err(|error| error.to_string())
}

fn email_address(text: &str) -> Result<String, String> {
    crate::email::check_address(text).map(|()| text.to_owned()).map_err(|error| error.to_string())
}

/// Reads a command line. `--log` goes with every command; what says how to run goes with none.
fn read(words: impl IntoIterator<Item = impl Into<OsString> + Clone>) -> Result<Cli, clap::Error> {
    let cli = Cli::try_parse_from(words)?;
    let way = [("--terminal", cli.terminal || cli.tell_ready), ("--cpu-limit", cli.cpu_limit.is_some())];
    if let Some((option, _)) = way.iter().find(|(_, given)| cli.command.is_some() && *given) {
        let message = format!("{option} says how Deskside runs; it cannot be used with a command");
        return Err(command().error(ErrorKind::ArgumentConflict, message));
    }
    Ok(cli)
}

/// The program.
#[must_use]
pub fn main() -> ExitCode {
    crate::app::words::learn_local_time();
    // Until the settings say otherwise.
    deskside_words::choose(Language::of_system(variable));
    let cli = match read(std::env::args_os()) {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are "errors" of clap that go to standard output and end well.
            let _ = error.print();
            return if error.use_stderr() { Exit::Usage.into() } else { Exit::Success.into() };
        }
    };
    match run::run(cli) {
        Ok(()) => Exit::Success.into(),
        Err(failure) => {
            failure.print();
            failure.exit.into()
        }
    }
}

/// A variable of the environment, where it is text.
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// The command line as a value, for completions and the manual page.
#[must_use]
pub fn command() -> clap::Command {
    Cli::command()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Cli, clap::Error> {
        read(line.split_whitespace())
    }

    #[test]
    fn the_command_line_contradicts_itself_nowhere() {
        command().debug_assert();
    }

    #[test]
    fn no_option_says_yes_for_the_person() {
        fn words(command: &clap::Command, found: &mut Vec<String>) {
            found.extend(command.get_arguments().map(|argument| argument.get_id().to_string()));
            for inner in command.get_subcommands() {
                found.push(inner.get_name().to_owned());
                words(inner, found);
            }
        }
        let mut found = Vec::new();
        words(&command(), &mut found);
        for word in found {
            for forbidden in ["yes", "allow", "accept", "unattended", "auto", "trust", "no-ask"] {
                assert!(!word.contains(forbidden), "{word}");
            }
        }
    }

    #[test]
    fn wrong_values_are_refused_before_anything_is_done() {
        for line in [
            "deskside invite --for soon",
            "deskside invite --for 0m",
            "deskside invite --uses 0",
            "deskside invite --uses 101",
            "deskside invite --to deskside-expert-1-abc",
            "deskside invite --email nobody",
            "deskside --terminal invite",
            "deskside --cpu-limit 0",
            "deskside --cpu-limit 101",
            "deskside --cpu-limit half",
            "deskside --cpu-limit 50 invite",
            "deskside cancel",
            "deskside frobnicate",
        ] {
            let error = parse(line).unwrap_err();
            assert!(error.use_stderr(), "{line}");
        }
    }

    #[test]
    fn the_limit_is_a_number_of_percent() {
        for line in ["deskside --cpu-limit 25", "deskside --cpu-limit 25% --terminal"] {
            assert_eq!(parse(line).unwrap().cpu_limit.map(CpuLimit::percent), Some(25), "{line}");
        }
    }

    #[test]
    fn email_takes_an_address_or_none() {
        let email = |line: &str| match parse(line).unwrap().command {
            Some(Command::Invite(args)) => args.email,
            other => panic!("{other:?}"),
        };
        assert_eq!(email("deskside invite"), None);
        assert_eq!(email("deskside invite --email"), Some(None));
        assert_eq!(email("deskside invite --email a@b.org --json"), Some(Some("a@b.org".into())));
    }

    #[test]
    fn the_settings_that_help_shows_are_the_ones_that_are_read() {
        let lines =
            SETTINGS.lines().filter(|line| line.starts_with("  ") && !line.starts_with("   ")).map(|line| {
                let line = line.trim_start();
                line.split_once("  ").map_or(line, |(setting, _)| setting).to_owned()
            });
        let text = lines.collect::<Vec<_>>().join("\n");
        let read: config::Settings = toml::from_str(&text).unwrap();
        let again: toml::Table = toml::from_str(&toml::to_string(&read).unwrap()).unwrap();
        let shown: toml::Table = toml::from_str(&text).unwrap();
        assert!(again.keys().all(|key| shown.contains_key(key)), "a setting is not shown: {again:?}");
    }

    #[test]
    fn help_fits_a_narrow_terminal() {
        let exits = Exit::table();
        for text in [EXAMPLES, INVITE_EXAMPLES, TERMINAL, SETTINGS, exits.as_str()] {
            for line in text.lines() {
                assert!(line.chars().count() <= 79, "{line}");
            }
        }
    }

    #[test]
    fn a_log_filter_goes_with_every_command_on_either_side() {
        for line in
            ["deskside --log info tickets", "deskside tickets --log info", "deskside --log info --terminal"]
        {
            assert_eq!(parse(line).unwrap().log.as_deref(), Some("info"), "{line}");
        }
    }

    #[test]
    fn help_shows_examples_and_exit_codes() {
        let help = command().render_long_help().to_string();
        for expected in ["Examples:", "deskside invite", "Exit codes:", "--terminal", "allow N | deny N"] {
            assert!(help.contains(expected), "{expected}");
        }
    }
}
