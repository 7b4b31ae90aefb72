//! Starts what the command line asks for and turns every failure into a sentence and an exit code.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use clap::Parser;
use deskside_host::dirs::Directories;
use deskside_host::exit::Exit;
use deskside_host::logging;
use deskside_words::t;

use crate::app::{self, Start};
use crate::associate::{self, Places};
use crate::cli::{self, Cli, OpenOptions, ViewOptions};
use crate::config::{self, Settings};
use crate::identity::{self, Card};
use crate::model::{Command, Message, Model};
use crate::terminal::Mode;
use crate::{opening, words};

/// The word under which settings and data are kept.
pub const PROGRAM: &str = "deskside-expert";

/// What is logged unless somebody asks for more: warnings, without the windowing library's about odd displays.
const QUIET: &str = "warn,winit=error,egui_winit=error,eframe=error";

/// A failure that ends the program: what to say, and with which code to end.
#[derive(Debug)]
pub struct Failure {
    /// How the program ends.
    pub exit: Exit,
    /// What is told on standard error.
    pub message: String,
}

impl Failure {
    /// A failure of this kind.
    pub fn new(exit: Exit, message: impl std::fmt::Display) -> Self {
        Self { exit, message: message.to_string() }
    }
}

impl<E: std::error::Error> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::new(Exit::Failure, error)
    }
}

/// The whole program.
#[must_use]
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // `--help` and `--version` come this way too; clap knows where to print and that they are no failure.
            let exit = if error.use_stderr() { Exit::Usage } else { Exit::Success };
            let _ = error.print();
            return exit.into();
        }
    };
    match run(cli) {
        Ok(exit) => exit.into(),
        Err(failure) => {
            say(&failure.message);
            failure.exit.into()
        }
    }
}

fn run(cli: Cli) -> Result<Exit, Failure> {
    words::remember_local_time();
    choose_language();
    let quiet = std::env::var_os("DESKSIDE_LOG").is_none().then_some(QUIET);
    logging::start(cli.log.as_deref().or(quiet)).map_err(|error| Failure::new(Exit::Usage, error))?;
    match cli.command {
        None => show(cli.file, cli.view),
        Some(cli::Command::Open(options)) => open(options),
        Some(cli::Command::Identity { json }) => print_identity(json),
        Some(cli::Command::Associate { remove }) => associate(remove),
        Some(cli::Command::Completions { shell }) => print(&cli::completions(shell)),
        Some(cli::Command::Manual) => print(&cli::manual()?),
    }
}

/// As the settings say; where they cannot be read, as the system says, and the failure is told when they are needed.
fn choose_language() {
    let settings = Directories::for_program(PROGRAM).ok().map(|dirs| Settings::load(&dirs.settings_file()));
    let choice = settings.and_then(Result::ok).unwrap_or_default().language;
    deskside_words::choose(choice.language(|name| std::env::var(name).ok()));
}

/// The window, as a double-click opens it: it says itself what is wrong with a ticket.
fn show(file: Option<PathBuf>, view: ViewOptions) -> Result<Exit, Failure> {
    let first = file.map(|file| Message::Command(Command::OpenFile(file)));
    let start = prepare(view)?;
    app::run(Start { first, ..start })
}

/// `open`, as a terminal or a script calls it: a ticket that cannot be used ends the program.
fn open(options: OpenOptions) -> Result<Exit, Failure> {
    let start = prepare(options.view)?;
    let ticket = opening::read_file(&options.file, &start.identity)
        .map_err(|fault| Failure::new(fault.exit(), words::ticket_fault(&fault).line()))?;
    let unix = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let standing = ticket.validity().at(unix);
    if let Some(problem) = words::standing(standing, ticket.validity(), unix) {
        return Err(Failure::new(Exit::Ticket, problem.line()));
    }
    let scripted = options.terminal || options.passphrase_stdin;
    let terminal = scripted.then_some(Mode { stages: options.terminal });
    app::run(Start { first: Some(Message::TicketRead(Ok(ticket))), terminal, ..start })
}

/// What every window needs before it is shown.
fn prepare(view: ViewOptions) -> Result<Start, Failure> {
    let dirs = Directories::for_program(PROGRAM)?;
    let settings_file = dirs.settings_file();
    let settings = Settings::load(&settings_file).map_err(|error| Failure::new(Exit::Usage, error))?;
    let identity = Arc::new(identity::load_or_create(&dirs)?);
    let name = config::own_name(view.name, &settings);
    let presenter = view.presenter.unwrap_or(settings.presenter);
    let mut model = Model::new(Card::of(&identity), settings, name);
    model.full_screen |= view.full_screen;
    model.scale = view.scale.unwrap_or(model.scale);
    Ok(Start { model, identity, settings_file, first: None, terminal: None, presenter })
}

fn print_identity(json: bool) -> Result<Exit, Failure> {
    let identity = identity::load_or_create(&Directories::for_program(PROGRAM)?)?;
    let card = Card::of(&identity);
    let text = if json {
        serde_json::to_string_pretty(&card)? + "\n"
    } else {
        t!("expert-identity", key = card.public_key, fingerprint = card.fingerprint) + "\n"
    };
    print(text.as_bytes())
}

fn associate(remove: bool) -> Result<Exit, Failure> {
    let places = Places::from_environment()?;
    if remove {
        associate::remove(&places)?;
        return print_line(t!("expert-associate-removed"));
    }
    associate::add(&places, &std::env::current_exe()?)?;
    print_line(t!("expert-associate-added"))
}

fn print_line(line: &str) -> Result<Exit, Failure> {
    print(format!("{line}\n").as_bytes())
}

fn print(bytes: &[u8]) -> Result<Exit, Failure> {
    let mut out = std::io::stdout().lock();
    match out.write_all(bytes).and_then(|()| out.flush()) {
        // Whoever reads has enough, as with `deskside-expert manual | head`.
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(Exit::Success),
        result => Ok(result.map(|()| Exit::Success)?),
    }
}

/// Writes a line with the program's name to standard error, where nobody may be listening.
pub fn say(line: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{PROGRAM}: {line}");
}
