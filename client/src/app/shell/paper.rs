//! The one thread that writes: tickets, receipt and settings, one after another and each until the disk has it.
//! The loop never waits for it, so that Stop does not wait for a slow disk.

use std::io;
use std::sync::Arc;
use std::sync::mpsc::{self, Sender};
use std::thread::{self, JoinHandle};
use std::time::SystemTime;

use deskside_proto::ids::{SessionId, TicketId};
use deskside_words::t;
use tokio::sync::oneshot;

use super::{Inbox, Message};
use crate::app::controller::Event;
use crate::capture;
use crate::config::Settings;
use crate::control_socket::Answer;
use crate::profile::Profile;
use crate::receipt::Entry;
use crate::tickets::record::{Closed, unix_seconds};

type Job = Box<dyn FnOnce(&Profile, &Inbox) + Send>;

/// The thread that writes; it ends when everything is written.
pub(super) struct Paper {
    jobs: Option<Sender<Job>>,
    thread: Option<JoinHandle<()>>,
}

impl Paper {
    pub(super) fn start(profile: Arc<Profile>, inbox: Inbox) -> io::Result<Self> {
        let (jobs, received) = mpsc::channel::<Job>();
        let thread = thread::Builder::new().name("paper".into()).spawn(move || {
            for job in received {
                job(&profile, &inbox);
            }
        })?;
        Ok(Self { jobs: Some(jobs), thread: Some(thread) })
    }

    fn put(&self, job: impl FnOnce(&Profile, &Inbox) + Send + 'static) {
        if let Some(jobs) = &self.jobs {
            let _ = jobs.send(Box::new(job));
        }
    }

    pub(super) fn tidy(&self) {
        self.put(|profile, _| {
            if let Err(error) = profile.tickets.tidy(unix_seconds(SystemTime::now())) {
                tracing::warn!(%error, "old tickets were not tidied away");
            }
            crate::email::tidy(&profile.post().outbox);
        });
    }

    pub(super) fn read_tickets(&self) {
        self.put(read_tickets);
    }

    pub(super) fn reply(&self, answer: oneshot::Sender<Answer>) {
        self.put(move |_, inbox| drop(inbox.0.send(Message::Reply(answer))));
    }

    pub(super) fn spend_use(&self, session: SessionId, ticket: TicketId) {
        self.put(move |profile, inbox| {
            // First what can fail without a trace, then the use.
            let spent = capture::desktop_size(None).map_err(|error| error.to_string()).and_then(|size| {
                let spent = profile.tickets.spend_use(ticket, unix_seconds(SystemTime::now()));
                spent.map(|_| size).map_err(|error| error.to_string())
            });
            inbox.send(Event::UseSpent(session, spent));
        });
    }

    pub(super) fn close_ticket(&self, ticket: TicketId, why: Closed) {
        self.put(move |profile, inbox| {
            if let Err(error) = profile.tickets.close(ticket, why, unix_seconds(SystemTime::now())) {
                inbox.send(Event::Trouble(t!(
                    "client-ticket-not-closed",
                    ticket = ticket.short(),
                    error = error.to_string()
                )));
            }
            read_tickets(profile, inbox);
        });
    }

    pub(super) fn record(&self, entry: Entry) {
        self.put(move |profile, inbox| {
            if let Err(error) = profile.receipt.append(&entry) {
                inbox.send(Event::Trouble(t!("client-receipt-not-written", error = error.to_string())));
            }
        });
    }

    pub(super) fn mark_introduction_seen(&self) {
        self.put(|profile, inbox| {
            if let Err(error) = profile.mark_introduction_seen() {
                inbox.send(Event::Trouble(error.to_string()));
            }
        });
    }

    pub(super) fn save_settings(&self, settings: Settings) {
        self.put(move |profile, inbox| {
            if let Err(error) = settings.save(&profile.directories.settings_file()) {
                inbox.send(Event::Trouble(t!("client-settings-not-saved", error = error.to_string())));
            }
        });
    }
}

impl Drop for Paper {
    fn drop(&mut self) {
        self.jobs = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn read_tickets(profile: &Profile, inbox: &Inbox) {
    match profile.tickets.list() {
        Ok(listing) => {
            let broken = listing.broken.iter();
            let texts = broken.map(|broken| {
                let (path, reason) = (broken.path.display().to_string(), broken.reason.to_string());
                t!("client-record-unusable", path = path, reason = reason)
            });
            inbox.send(Event::TicketsRead(listing.records, texts.collect()));
        }
        Err(error) => inbox.send(Event::Trouble(error.to_string())),
    }
}
