//! The command line: its words, its help, the manual page and the completions. Runs nothing.

use std::path::PathBuf;

use clap::{Args, CommandFactory, Parser, Subcommand};
use clap_complete::Shell;
use deskside_host::exit::Exit;
use deskside_proto::name::PersonName;

use crate::present::Choice;
use crate::scale::Scale;

const EXAMPLES: &str = "\
Examples:
  deskside-expert                          the start window: open, drop or paste a ticket
  deskside-expert anna.deskside            open a ticket, as a double-click does
  deskside-expert open anna.deskside --full-screen --scale 1:1
  deskside-expert identity                 your key and fingerprint, to give to people
  pass show anna | deskside-expert open anna.deskside --passphrase-stdin
  deskside-expert associate                make a double-click on tickets open this program

In the viewer, while you control: press and release left Ctrl and left Alt together to bring the
keyboard to the toolbar; Escape gives it back. All other keys go to the other machine, also Alt+Tab
and the Windows key; press and release right Ctrl alone to have these on your own desktop again.";

const OPEN_EXAMPLES: &str = "\
Examples:
  deskside-expert open anna.deskside
  deskside-expert open anna.deskside --passphrase-stdin --full-screen < passphrase.txt
  deskside-expert open anna.deskside --terminal

With --terminal the program writes one line for each stage to standard output:
  stage passphrase           the passphrase is needed: write it as the next line
  stage passphrase wrong     it was wrong: write another
  stage passphrase checking  it is being checked (takes about a second)
  stage connecting
  stage waiting              connected; the person is being asked whether you may see
  stage viewing 1920x1080    you see; the size of their desktop in pixels
  stage asked                you asked for control; the person is being asked
  stage controlling          you control
  stage paused               the person uses their own mouse or keyboard; your input waits
  stage denied REASON        control was not given; you still see
  stage revoked REASON       control was taken back; you still see
  clipboard read STATE       what they copy can be pasted here: closed, asked or open
  clipboard give STATE       what you copy can be pasted there: closed, asked or open
  stage ended REASON         it is over; the exit code says in which way
and reads one command a line from standard input:
  control   ask for control        release   give control back
  clipboard read, clipboard give           ask for a way of the clipboard; with `off` close it
  monitors each, monitors all              each of their monitors in a window of its own, or all in one
  end       end the session        status    write the stage line again
Without --terminal the program writes nothing and reads only the passphrase.
A ticket that cannot be used is told on standard error, and the program ends with code 3; without
the word `open` (as a double-click starts it) the window tells it.";

/// The whole command line.
#[derive(Debug, Parser)]
#[command(
    name = "deskside-expert",
    version,
    about = "See and, once allowed, control the desktop of a person who sent you a Deskside ticket",
    after_help = format!("{EXAMPLES}\n\n{}", Exit::table()),
    args_conflicts_with_subcommands = true,
    subcommand_negates_reqs = true,
    disable_help_subcommand = true,
    max_term_width = 100,
)]
pub struct Cli {
    /// What to do; without it the start window opens.
    #[command(subcommand)]
    pub command: Option<Command>,

    /// A ticket to open in the window
    #[arg(value_name = "FILE")]
    pub file: Option<PathBuf>,

    /// How to show it.
    #[command(flatten)]
    pub view: ViewOptions,

    /// Write log lines that pass FILTER to standard error, e.g. `info` or `deskside_expert=debug`
    #[arg(long, global = true, value_name = "FILTER")]
    pub log: Option<String>,
}

/// What the program can do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Open a ticket
    #[command(after_help = format!("{OPEN_EXAMPLES}\n\n{}", Exit::table()))]
    Open(OpenOptions),
    /// Print your public key and fingerprint, to give to people who invite you
    Identity {
        /// Print as JSON: {"public_key": ..., "fingerprint": ...}
        #[arg(long)]
        json: bool,
    },
    /// Make a double-click on a ticket open this program, for this user
    #[command(
        after_help = "Writes the file type, the desktop entry and the icon under $XDG_DATA_HOME (normally\n~/.local/share) and makes this program the default for tickets. --remove takes all of it away again."
    )]
    Associate {
        /// Take the association away again; nothing is left behind
        #[arg(long)]
        remove: bool,
    },
    /// Print a completion script for a shell
    #[command(
        after_help = "Example:\n  deskside-expert completions bash > ~/.local/share/bash-completion/completions/deskside-expert"
    )]
    Completions {
        /// The shell
        shell: Shell,
    },
    /// Print the manual page (roff)
    #[command(after_help = "Example:\n  deskside-expert manual | man -l -")]
    Manual,
}

/// Options of `open`.
#[derive(Debug, Args)]
pub struct OpenOptions {
    /// The ticket
    #[arg(value_name = "FILE")]
    pub file: PathBuf,

    /// Read the passphrase from the first line of standard input
    #[arg(long)]
    pub passphrase_stdin: bool,

    /// Write each stage as a line, take commands from standard input (see below)
    #[arg(long)]
    pub terminal: bool,

    /// How to show it.
    #[command(flatten)]
    pub view: ViewOptions,
}

/// How the picture is shown, and as whom one comes.
#[derive(Debug, Clone, Default, Args)]
pub struct ViewOptions {
    /// Fill the whole screen; the toolbar appears when the pointer touches the middle of the top edge
    #[arg(long)]
    pub full_screen: bool,

    /// Size of the picture: fit, 1:1, 2x, 3x or 4x
    #[arg(long, value_name = "SCALE")]
    pub scale: Option<Scale>,

    /// How the picture reaches the window: `auto` chooses `gpu`, or `software` where OpenGL runs on the processor
    #[arg(long, value_name = "HOW")]
    pub presenter: Option<Choice>,

    /// The name that the other person is shown (normally your account's)
    #[arg(long, value_name = "NAME", value_parser = person_name)]
    pub name: Option<PersonName>,
}

fn person_name(text: &str) -> Result<PersonName, String> {
    PersonName::parse(text).map_err(|error| format!("{error}; use up to 64 letters, digits and spaces"))
}

/// The completion script for `shell`.
#[must_use]
pub fn completions(shell: Shell) -> Vec<u8> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "deskside-expert", &mut script);
    script
}

/// The manual page, section 1, as roff.
///
/// # Errors
/// Only what writing into memory can fail with.
pub fn manual() -> std::io::Result<Vec<u8>> {
    let (examples, keys) = EXAMPLES.split_once("\n\n").unwrap_or((EXAMPLES, ""));
    let exits = Exit::table();
    let sections = [
        ("EXAMPLES", examples.trim_start_matches("Examples:\n")),
        ("TERMINAL", OPEN_EXAMPLES.trim_start_matches("Examples:\n")),
        ("EXIT STATUS", exits.trim_start_matches("Exit codes:\n")),
        ("FILES", FILES),
    ];
    deskside_host::manual::page(Cli::command(), &format!("{DESCRIPTION}\n\n{keys}"), &sections)
}

const DESCRIPTION: &str = "\
Opens the ticket that a person sent, connects to their computer, and shows their screen once they have said
yes. Mouse and keyboard work only after they have said yes to that too, and only until they take it back.";

const FILES: &str = "\
Settings, all of which may be left out:
  $XDG_CONFIG_HOME/deskside-expert/config.toml
      name, language (system, en, de), theme (system, light, dark), scale, full_screen, share_marked,
      system_keys (sent, stay),
      presenter (auto, gpu, software)
Your identity, readable by you only; whoever has it can open tickets that are sealed to your key:
  $XDG_DATA_HOME/deskside-expert/identity
Where these are not set, they are ~/.config and ~/.local/share.";

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(words: &[&str]) -> Cli {
        Cli::try_parse_from(std::iter::once(&"deskside-expert").chain(words)).unwrap()
    }

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn a_file_alone_is_opened() {
        let cli = parsed(&["/home/anna/x.deskside", "--full-screen"]);
        assert_eq!(cli.file, Some(PathBuf::from("/home/anna/x.deskside")));
        assert!(cli.command.is_none() && cli.view.full_screen);
    }

    #[test]
    fn open_takes_all_its_options() {
        let words = ["open", "t", "--passphrase-stdin", "--terminal", "--scale", "2x", "--name", "Zoë K."];
        let Some(Command::Open(options)) = parsed(&words).command else { panic!("not open") };
        assert!(options.passphrase_stdin && options.terminal);
        assert_eq!(options.view.scale, Some(Scale::Times(2)));
        assert_eq!(options.view.name.unwrap().as_str(), "Zoë K.");
    }

    #[test]
    fn a_name_that_could_deceive_is_refused() {
        assert!(Cli::try_parse_from(["deskside-expert", "--name", "a\u{202e}b"]).is_err());
    }

    #[test]
    fn help_shows_examples_and_every_exit_code() {
        let help = Cli::command().render_help().to_string();
        assert!(help.contains("deskside-expert anna.deskside"));
        for (_, meaning) in Exit::ALL {
            assert!(help.contains(meaning), "{meaning}");
        }
    }

    #[test]
    fn the_manual_names_every_command() {
        let page = String::from_utf8(manual().unwrap()).unwrap();
        for word in ["deskside-expert open", "identity", "associate", "EXIT STATUS", "FILES", "stage revoked"]
        {
            assert!(page.contains(word), "{word}");
        }
    }
}
