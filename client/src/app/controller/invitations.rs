//! The controller's part about tickets: making, saving, sending, closing, and when to listen for them.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use deskside_crypto::passphrase::Passphrase;
use deskside_proto::ids::TicketId;
use deskside_words::t;

use super::{Controller, Effect, Now};
use crate::app::command::InvitationOptions;
use crate::app::view::{Delivery, InvitationView, TicketState, TicketText};
use crate::receipt;
use crate::tickets::record::{Closed, Record, system_time, unix_seconds};

/// What the controller knows of tickets.
#[derive(Debug, Default)]
pub(super) struct Invitations {
    records: Vec<Record>,
    /// The ticket that was just made.
    pub(super) shown: Option<InvitationView>,
    /// A ticket is being made.
    pub(super) making: bool,
    /// `Some` while listening is asked for; the port once it is known.
    pub(super) listening: Option<Option<u16>>,
    /// Listening did not work; not tried again until the reason to listen is gone or a new ticket is made.
    pub(super) listening_failed: bool,
}

impl Invitations {
    pub(super) fn records(&self) -> &[Record] {
        &self.records
    }

    pub(super) fn replace(&mut self, records: Vec<Record>) {
        self.records = records;
    }

    pub(super) fn find(&self, id: TicketId) -> Option<&Record> {
        self.records.iter().find(|record| record.id == id)
    }

    fn open(&self, now: u64) -> impl Iterator<Item = &Record> {
        self.records.iter().filter(move |record| record.state(now) == TicketState::Open)
    }

    pub(super) fn wants_listening(&self, now: u64) -> bool {
        self.making || self.open(now).next().is_some()
    }

    /// The port of the newest open ticket; else of any session's time; else of the settings.
    pub(super) fn preferred_port(&self, now: u64, settings: u16) -> u16 {
        self.open(now).map(|record| record.port).next().unwrap_or(settings)
    }

    /// How long until the next open ticket expires.
    pub(super) fn next_expiry(&self, now: u64) -> Option<Duration> {
        let first = self.open(now).map(|record| record.not_after).min()?;
        Some(Duration::from_secs(first.saturating_sub(now).saturating_add(1)))
    }

    fn shown_mut(&mut self, id: TicketId) -> Option<&mut InvitationView> {
        self.shown.as_mut().filter(|shown| shown.id == id)
    }
}

impl Controller {
    pub(super) fn invite(&mut self, options: InvitationOptions) -> Vec<Effect> {
        if !self.start.introduced {
            let text = t!("client-read-first").to_owned();
            self.inform(t!("client-read-first-title").to_owned(), text);
            return Vec::new();
        }
        if self.invitations.making {
            return Vec::new();
        }
        self.invitations.making = true;
        self.invitations.listening_failed = false;
        let mut effects = Vec::new();
        if self.invitations.listening.is_none() {
            self.invitations.listening = Some(None);
            effects.push(Effect::Listen(self.start.settings.port.get()));
        }
        effects.push(Effect::MakeTicket(options));
        effects
    }

    pub(super) fn ticket_made(
        &mut self,
        record: Record,
        passphrase: Option<Arc<Passphrase>>,
        now: Now,
    ) -> Vec<Effect> {
        self.invitations.making = false;
        self.invitations.shown = Some(InvitationView {
            id: record.id,
            passphrase,
            sealed_to: record.to.clone(),
            valid_until: system_time(record.not_after),
            uses: record.uses,
            file_name: record.file_name(),
            text: TicketText(record.text.as_str().into()),
            delivery: Delivery::Nothing,
            saved_to: None,
        });
        let made = receipt::Event::made(&record);
        self.invitations.records.retain(|other| other.id != record.id);
        self.invitations.records.insert(0, record);
        vec![Effect::Admit(self.invitations.records.clone()), self.record(made, None, now)]
    }

    pub(super) fn save_ticket(&mut self, id: TicketId, path: Option<PathBuf>) -> Vec<Effect> {
        vec![Effect::SaveTicket(id, path)]
    }

    pub(super) fn ticket_saved(&mut self, id: TicketId, result: Result<PathBuf, String>) -> Vec<Effect> {
        match (result, self.invitations.shown_mut(id)) {
            (Ok(path), Some(shown)) => shown.saved_to = Some(path),
            (Ok(path), None) => {
                self.inform(t!("client-ticket-saved").to_owned(), path.display().to_string());
            }
            (Err(reason), _) => self.trouble(t!("client-ticket-not-saved"), reason),
        }
        Vec::new()
    }

    pub(super) fn email_ticket(&mut self, id: TicketId, address: Option<String>) -> Vec<Effect> {
        if let Some(shown) = self.invitations.shown_mut(id) {
            shown.delivery = Delivery::Busy(t!("client-on-its-way").to_owned());
        }
        vec![Effect::SendTicket(id, address)]
    }

    pub(super) fn ticket_sent(&mut self, id: TicketId, result: Result<String, String>) -> Vec<Effect> {
        match (result, self.invitations.shown_mut(id)) {
            (Ok(done), Some(shown)) => shown.delivery = Delivery::Done(done),
            (Err(reason), Some(shown)) => shown.delivery = Delivery::Failed(reason),
            (Ok(done), None) => self.inform(t!("client-ticket-sent").to_owned(), done),
            (Err(reason), None) => self.trouble(t!("client-ticket-not-sent"), reason),
        }
        Vec::new()
    }

    pub(super) fn cancel_ticket(&mut self, id: TicketId, now: Now) -> Vec<Effect> {
        if self.invitations.shown.as_ref().is_some_and(|shown| shown.id == id) {
            self.invitations.shown = None;
        }
        if self.invitations.find(id).is_none() {
            return Vec::new();
        }
        let closed = receipt::Event::TicketClosed { ticket: id.short(), reason: receipt::Reason::Cancelled };
        vec![Effect::CloseTicket(id, Closed::Cancelled), self.record(closed, None, now)]
    }

    pub(super) fn too_many_failures(&mut self, id: TicketId, now: Now) -> Vec<Effect> {
        let open = self.invitations.find(id).map(|record| record.state(unix_seconds(now.wall)));
        if open != Some(TicketState::Open) {
            return Vec::new();
        }
        let text = t!("client-tried-too-often", ticket = id.short());
        self.trouble(t!("client-ticket-was-closed"), text);
        let reason = receipt::Reason::TooManyFailures;
        let closed = receipt::Event::TicketClosed { ticket: id.short(), reason };
        vec![Effect::CloseTicket(id, Closed::TooManyFailures), self.record(closed, None, now)]
    }

    pub(super) fn listening(&mut self, result: Result<u16, String>, now: Now) -> Vec<Effect> {
        let wall = unix_seconds(now.wall);
        match result {
            Ok(port) => {
                if self.invitations.listening.is_some() {
                    self.invitations.listening = Some(Some(port));
                }
                let lost: Vec<String> = self
                    .invitations
                    .open(wall)
                    .filter(|record| record.port != port)
                    .map(|record| record.id.short())
                    .collect();
                if !lost.is_empty() {
                    let text = t!("client-port-taken", tickets = lost.join(", "));
                    self.trouble(t!("client-port-taken-title"), text);
                }
            }
            Err(reason) => {
                self.invitations.listening = None;
                self.invitations.listening_failed = true;
                self.trouble(t!("client-unreachable"), reason);
            }
        }
        Vec::new()
    }
}
