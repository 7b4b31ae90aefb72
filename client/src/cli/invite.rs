//! `deskside invite`: makes a ticket, writes or sends it, prints the passphrase, and sees to it that Deskside runs.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use deskside_host::exit::Exit;
use deskside_host::private_file;
use deskside_net::client::{Admission, Knock, ListenConfig, ListenLimits, Listener, Verdict};
use deskside_proto::wire::control::RefusedReason;
use serde::Serialize;

use super::run::{Failure, print};
use super::{InviteArgs, start};
use crate::app::command::InvitationOptions;
use crate::app::words;
use crate::control_socket::{self, Answer, CallError, Request};
use crate::profile::Profile;
use crate::receipt::{Entry, Event};
use crate::tickets::issue::{Made, Workshop};
use crate::tickets::record::{system_time, unix_seconds};

/// What `--json` prints.
#[derive(Debug, Serialize)]
struct Report<'a> {
    id: String,
    passphrase: Option<&'a str>,
    sealed_to: Option<&'a str>,
    file: Option<&'a Path>,
    valid_until: String,
    uses: u32,
    emailed: Option<&'a str>,
    running: bool,
}

/// Makes a ticket.
pub fn invite(profile: &Profile, args: InviteArgs) -> Result<(), Failure> {
    let to_standard_output = args.output.as_deref() == Some(Path::new("-"));
    if to_standard_output && args.json {
        let message = "--json and --output - both want standard output; give --output a file name";
        return Err(Failure::new(Exit::Usage, message));
    }
    introduce(profile)?;
    let running = status(profile)?;
    let port = match running.as_ref().and_then(|status| status.port) {
        Some(port) => port,
        None => free_port(profile)?,
    };
    let made = make(profile, &args, port)?;
    let sent = args.email.as_ref().map(|address| profile.post().deliver(&made.record, address.as_deref()));
    // What could not be sent must not be lost: it is written to a file after all.
    let is_kept_in_file = !matches!(sent, Some(Ok(_)));
    let file = write_file(&args, &made, to_standard_output, is_kept_in_file)?;
    let (emailed, unsent) = match sent.transpose() {
        Ok(emailed) => (emailed, None),
        Err(error) => (None, Some(error)),
    };
    let runs = match running {
        Some(_) => {
            tell(profile)?;
            true
        }
        None => start::in_background(profile),
    };
    let report = Report {
        id: made.record.id.to_string(),
        passphrase: made.passphrase.as_ref().map(|passphrase| passphrase.reveal()),
        sealed_to: made.record.to.as_deref(),
        file: file.as_deref(),
        valid_until: words::rfc3339(system_time(made.record.not_after)),
        uses: made.record.uses,
        emailed: emailed.as_deref(),
        running: runs,
    };
    show(&args, &report, &made, to_standard_output)?;
    unsent.map_or(Ok(()), |error| Err(Failure::machine(format!("the ticket was not sent: {error}"))))
}

fn show(
    args: &InviteArgs,
    report: &Report<'_>,
    made: &Made,
    to_standard_output: bool,
) -> Result<(), Failure> {
    if args.json {
        let mut text = serde_json::to_string_pretty(report).map_err(Failure::machine)?;
        text.push('\n');
        return print(text.as_bytes());
    }
    let text = in_words(report, &words::date_time(system_time(made.record.not_after)));
    if to_standard_output {
        let _ = io::stderr().write_all(text.as_bytes());
        return print(made.record.text.as_bytes());
    }
    print(text.as_bytes())
}

/// Before the first ticket: the sentences that protect against callers who pretend to be somebody.
fn introduce(profile: &Profile) -> Result<(), Failure> {
    if profile.introduction_seen() {
        return Ok(());
    }
    let mut error_output = io::stderr().lock();
    for sentence in words::introduction(&profile.settings.hotkey.to_string()) {
        let _ = writeln!(error_output, "{sentence}");
    }
    profile.mark_introduction_seen().map_err(Failure::machine)
}

fn status(profile: &Profile) -> Result<Option<control_socket::Status>, Failure> {
    match control_socket::call(profile.directories.runtime(), Request::Status) {
        Ok(Answer::Status(status)) => Ok(Some(status)),
        Ok(Answer::Done | Answer::Failed { .. }) | Err(CallError::NotRunning) => Ok(None),
        Err(error @ (CallError::NoAnswer(_) | CallError::Unreadable(_))) => Err(Failure::machine(error)),
    }
}

fn tell(profile: &Profile) -> Result<(), Failure> {
    match control_socket::call(profile.directories.runtime(), Request::TicketsChanged) {
        Ok(Answer::Done | Answer::Status(_)) => Ok(()),
        Ok(Answer::Failed { reason }) => Err(Failure::machine(format!("the ticket was made, but: {reason}"))),
        Err(error) => Err(Failure::machine(format!("the ticket was made, but {error}"))),
    }
}

fn make(profile: &Profile, args: &InviteArgs, port: u16) -> Result<Made, Failure> {
    let options = InvitationOptions {
        to: args.to.clone(),
        valid_for: args.valid_for.unwrap_or(profile.settings.valid_for),
        uses: args.uses.unwrap_or(profile.settings.uses.get()),
    };
    let now = unix_seconds(SystemTime::now());
    let workshop = Workshop {
        identity: &profile.identity,
        store: &profile.tickets,
        name: profile.name(),
        addresses: &profile.settings.addresses,
        port,
        now,
    };
    let made = workshop.make(&options).map_err(Failure::machine)?;
    let event = Event::TicketMade { ticket: made.record.id.short(), terms: words::terms(&made.record) };
    let entry = Entry { at: now, session: None, expert: None, fingerprint: made.record.to.clone(), event };
    profile.receipt.append(&entry).map_err(Failure::machine)?;
    Ok(made)
}

/// Writes the file, unless the ticket went elsewhere and no file was asked for.
fn write_file(
    args: &InviteArgs,
    made: &Made,
    to_standard_output: bool,
    is_needed: bool,
) -> Result<Option<PathBuf>, Failure> {
    let path = match &args.output {
        _ if to_standard_output => return Ok(None),
        Some(path) => path.clone(),
        None if is_needed => PathBuf::from(made.record.file_name()),
        None => return Ok(None),
    };
    private_file::write_shared(&path, made.record.text.as_bytes()).map_err(Failure::machine)?;
    Ok(Some(path))
}

fn in_words(report: &Report<'_>, until: &str) -> String {
    let mut lines = Vec::new();
    let short: String = report.id.chars().take(8).collect();
    match report.file {
        Some(file) => lines.push(format!("Ticket {short} is in {}.", file.display())),
        None => lines.push(format!("Ticket {short} was made.")),
    }
    if let Some(emailed) = report.emailed {
        lines.push(emailed.to_owned());
    }
    let times = if report.uses == 1 { "once".to_owned() } else { format!("{} times", report.uses) };
    lines.push(format!("It can be used {times}, until {until}."));
    if let Some(passphrase) = report.passphrase {
        lines.push(format!("\n    passphrase: {passphrase}\n"));
        lines.push(
            "Tell it by telephone. It is not in the file and not in the message, on purpose.".to_owned(),
        );
    }
    if let Some(fingerprint) = report.sealed_to {
        lines.push(format!("Only the expert with the fingerprint {fingerprint} can open it."));
    }
    lines.push(match report.running {
        true => "Deskside runs and will ask you when the expert comes.".to_owned(),
        false => "Deskside is not running: start `deskside --terminal`, so that the expert can reach you."
            .to_owned(),
    });
    lines.join("\n") + "\n"
}

/// The port that Deskside will use when it starts: the one of the settings, or a free one where that is taken.
fn free_port(profile: &Profile) -> Result<u16, Failure> {
    struct Nobody;
    impl Admission for Nobody {
        fn admit(&self, _: &Knock<'_>) -> Verdict {
            Verdict::Refuse(RefusedReason::NotAccepted)
        }
    }
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(Failure::machine)?;
    runtime.block_on(async {
        let config = ListenConfig {
            identity: &profile.identity,
            name: profile.name(),
            port: profile.settings.port.get(),
            address: None,
            limits: ListenLimits::default(),
        };
        let listener = Listener::open(&config, Arc::new(Nobody)).map_err(Failure::machine)?;
        let port = listener.local_port();
        listener.close().await;
        Ok(port)
    })
}
