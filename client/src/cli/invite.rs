//! `deskside invite`: makes a ticket, writes or sends it, prints the passphrase, and sees to it that Deskside runs.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use deskside_host::exit::Exit;
use deskside_host::private_file;
use deskside_net::client::{Admission, Knock, ListenConfig, ListenLimits, Listener, Verdict};
use deskside_proto::wire::control::RefusedReason;
use deskside_words::t;
use serde::Serialize;

use super::introduce::introduce;
use super::run::{Failure, print_all};
use super::{InviteArgs, start};
use crate::app::command::InvitationOptions;
use crate::app::words;
use crate::control_socket::{self, Answer, CallError, Request};
use crate::profile::Profile;
use crate::receipt::{Entry, Event, Reason};
use crate::tickets::issue::{Made, Workshop};
use crate::tickets::record::{Closed, system_time, unix_seconds};

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
        let message = t!("client-invite-both-stdout");
        return Err(Failure::new(Exit::Usage, message));
    }
    if let Some(path) = args.output.as_deref().filter(|_| !to_standard_output) {
        check_output(path, args.force)?;
    }
    introduce(profile)?;
    let running = status(profile)?;
    let port = match running.as_ref().and_then(|status| status.port) {
        Some(port) => port,
        None => free_port(profile)?,
    };
    let made = make(profile, &args, port)?;
    let mut file = None;
    let handed_out = hand_out(profile, &args, &made, running.is_some(), &mut file);
    if handed_out.is_err() {
        withdraw(profile, &made, file.as_deref());
    }
    let unsent = handed_out?;
    unsent.map_or(Ok(()), |error| Err(Failure::machine(t!("client-invite-not-sent", error = error))))
}

/// Records, sends, writes and shows a ticket. The value is why it was not sent: then it is in a file all the same. After
/// an error nobody can use it.
fn hand_out(
    profile: &Profile,
    args: &InviteArgs,
    made: &Made,
    is_running: bool,
    file: &mut Option<PathBuf>,
) -> Result<Option<String>, Failure> {
    let event = Event::made(&made.record);
    record(profile, made, event)?;
    let to_standard_output = args.output.as_deref() == Some(Path::new("-"));
    let sent = args.email.as_ref().map(|address| profile.post().deliver(&made.record, address.as_deref()));
    // What could not be sent must not be lost: it is written to a file after all.
    let is_kept_in_file = !matches!(sent, Some(Ok(_)));
    *file = write_file(args, made, to_standard_output, is_kept_in_file)?;
    let (emailed, unsent) = match sent.transpose() {
        Ok(emailed) => (emailed, None),
        Err(error) => (None, Some(error.to_string())),
    };
    let runs = if is_running {
        tell(profile)?;
        true
    } else {
        start::in_background(profile)
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
    show(args, &report, made, to_standard_output)?;
    Ok(unsent)
}

/// Cancels a ticket that nobody can use because its words or its file never reached the person.
fn withdraw(profile: &Profile, made: &Made, file: Option<&Path>) {
    if let Some(file) = file {
        let _ = fs::remove_file(file);
    }
    let id = made.record.id;
    match profile.tickets.close(id, Closed::Cancelled, unix_seconds(SystemTime::now())) {
        Ok(_) => {
            let reason = Reason::NotHandedOut;
            let _ = record(profile, made, Event::TicketClosed { ticket: id.short(), reason });
            let _ = control_socket::call(profile.directories.runtime(), Request::TicketsChanged);
        }
        Err(error) => {
            let text = t!("client-invite-stays-open", ticket = id.short(), error = error.to_string());
            Failure::machine(text).print();
        }
    }
}

fn record(profile: &Profile, made: &Made, event: Event) -> Result<(), Failure> {
    let at = unix_seconds(SystemTime::now());
    let entry = Entry { at, session: None, expert: None, fingerprint: made.record.to.clone(), event };
    profile.receipt.append(&entry).map_err(Failure::machine)
}

/// Before anything is made: whether the file could be written, and nothing of somebody's would be replaced.
fn check_output(path: &Path, force: bool) -> Result<(), Failure> {
    private_file::check_target(path).map_err(Failure::machine)?;
    if !force && fs::symlink_metadata(path).is_ok() {
        return Err(Failure::machine(taken(path)));
    }
    Ok(())
}

fn taken(path: &Path) -> String {
    t!("client-invite-taken", path = path.display().to_string())
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
        return print_all(text.as_bytes());
    }
    let text = in_words(report, &words::date_time(system_time(made.record.not_after)));
    if to_standard_output {
        let told = io::stderr().write_all(text.as_bytes());
        told.map_err(|error| Failure::machine(t!("client-stderr-unwritable", error = error.to_string())))?;
        return print_all(made.record.text.as_bytes());
    }
    print_all(text.as_bytes())
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
        Ok(Answer::Failed { reason }) => Err(Failure::machine(t!("client-invite-but", reason = reason))),
        Err(error) => Err(Failure::machine(t!("client-invite-but", reason = error.to_string()))),
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
    workshop.make(&options).map_err(Failure::machine)
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
    let text = made.record.text.as_bytes();
    if args.force {
        private_file::write_shared(&path, text).map_err(Failure::machine)?;
    } else if let Err(error) = private_file::write_shared_new(&path, text) {
        let is_taken = error.kind() == io::ErrorKind::AlreadyExists;
        return Err(if is_taken { Failure::machine(taken(&path)) } else { Failure::machine(error) });
    }
    Ok(Some(path))
}

fn in_words(report: &Report<'_>, until: &str) -> String {
    let mut lines = Vec::new();
    let short: String = report.id.chars().take(8).collect();
    match report.file {
        Some(file) => {
            lines.push(t!("client-invite-file", ticket = short, path = file.display().to_string()));
        }
        None => lines.push(t!("client-invite-made", ticket = short)),
    }
    if let Some(emailed) = report.emailed {
        lines.push(emailed.to_owned());
    }
    lines.push(t!("client-invite-terms", count = report.uses, until = until));
    if let Some(passphrase) = report.passphrase {
        lines.push(format!("\n    {}\n", t!("client-invite-passphrase", passphrase = passphrase)));
        lines.push(t!("client-invite-tell").to_owned());
    }
    if let Some(fingerprint) = report.sealed_to {
        lines.push(t!("client-invite-sealed", fingerprint = fingerprint));
    }
    lines.push(match report.running {
        true => t!("client-invite-running").to_owned(),
        false => t!("client-invite-not-running").to_owned(),
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
