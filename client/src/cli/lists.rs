//! The commands that print what is there: tickets, receipt, identity; and `cancel`.

use std::io::{self, Write};
use std::time::SystemTime;

use serde::Serialize;

use super::run::{Failure, print};
use crate::app::words;
use crate::control_socket::{self, Request};
use crate::profile::Profile;
use crate::receipt::{Entry, Event, Reason};
use crate::tickets::issue::fingerprint;
use crate::tickets::record::{Closed, Record, system_time, unix_seconds};

#[derive(Debug, Serialize)]
struct TicketReport {
    id: String,
    state: &'static str,
    created: String,
    valid_until: String,
    uses: u32,
    uses_left: u32,
    sealed_to: Option<String>,
}

impl TicketReport {
    fn of(record: &Record, now: u64) -> Self {
        Self {
            id: record.id.to_string(),
            state: record.state(now).word(),
            created: words::rfc3339(system_time(record.created)),
            valid_until: words::rfc3339(system_time(record.not_after)),
            uses: record.uses,
            uses_left: record.uses_left(),
            sealed_to: record.to.clone(),
        }
    }
}

/// Lists the tickets.
pub fn tickets(profile: &Profile, json: bool) -> Result<(), Failure> {
    let listing = profile.tickets.list().map_err(Failure::machine)?;
    for broken in &listing.broken {
        let _ = writeln!(
            io::stderr(),
            "deskside: a ticket's record cannot be used and is kept as {}: {}",
            broken.path.display(),
            broken.reason
        );
    }
    let now = unix_seconds(SystemTime::now());
    if json {
        let reports: Vec<TicketReport> =
            listing.records.iter().map(|record| TicketReport::of(record, now)).collect();
        return print_json(&reports);
    }
    if listing.records.is_empty() {
        return print(b"There are no tickets. `deskside invite` makes one.\n");
    }
    let mut text = format!("{:<8}  {:<9}  {:<16}  {:>5}  for\n", "id", "state", "until", "uses");
    for record in &listing.records {
        text.push_str(&format!(
            "{:<8}  {:<9}  {:<16}  {:>5}  {}\n",
            record.id.short(),
            record.state(now).word(),
            words::date_time(system_time(record.not_after)),
            format!("{}/{}", record.uses_left(), record.uses),
            record.to.as_deref().unwrap_or("whoever knows the passphrase"),
        ));
    }
    print(text.as_bytes())
}

/// Closes a ticket.
pub fn cancel(profile: &Profile, id: &str) -> Result<(), Failure> {
    let id = profile.tickets.resolve(id).map_err(Failure::machine)?;
    let now = unix_seconds(SystemTime::now());
    let record = profile.tickets.close(id, Closed::Cancelled, now).map_err(Failure::machine)?;
    let event = Event::TicketClosed { ticket: id.short(), reason: Reason::Cancelled };
    let entry = Entry { at: now, session: None, expert: None, fingerprint: record.to, event };
    profile.receipt.append(&entry).map_err(Failure::machine)?;
    // Where none runs nobody needs to be told.
    let _ = control_socket::call(profile.directories.runtime(), Request::TicketsChanged);
    print(format!("Ticket {} is cancelled.\n", id.short()).as_bytes())
}

/// Prints the receipt; a chain that does not hold is an error after the lines.
pub fn receipt(profile: &Profile, json: bool) -> Result<(), Failure> {
    let reading = profile.receipt.read().map_err(Failure::machine)?;
    let mut text = String::new();
    for entry in &reading.entries {
        if json {
            text.push_str(&serde_json::to_string(entry).map_err(Failure::machine)?);
            text.push('\n');
        } else {
            text.push_str(&format!("{}  {}\n", words::date_time(system_time(entry.at)), entry.sentence()));
        }
    }
    if reading.entries.is_empty() && !json {
        text.push_str("Nothing has happened yet.\n");
    }
    print(text.as_bytes())?;
    reading.broken.map_or(Ok(()), |broken| Err(Failure::machine(broken)))
}

/// Prints who this client is to experts.
pub fn identity(profile: &Profile, json: bool) -> Result<(), Failure> {
    #[derive(Serialize)]
    struct Report {
        name: String,
        fingerprint: String,
    }
    let report =
        Report { name: profile.name().to_string(), fingerprint: fingerprint(profile.identity.public()) };
    if json {
        return print_json(&report);
    }
    print(format!("name:        {}\nfingerprint: {}\n", report.name, report.fingerprint).as_bytes())
}

fn print_json(value: &impl Serialize) -> Result<(), Failure> {
    let mut text = serde_json::to_string_pretty(value).map_err(Failure::machine)?;
    text.push('\n');
    print(text.as_bytes())
}
