//! Carrying out what the controller wants, in its order.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Instant, SystemTime};

use deskside_host::{dirs, private_file};
use deskside_media::PictureMode;
use deskside_net::client::{ListenConfig, ListenLimits, Listener};
use deskside_proto::ids::{SessionId, TicketId};
use deskside_proto::name::PersonName;
use deskside_proto::session::{Grant, ViewGrant, Way};
use deskside_proto::wire::control::FromClient;
use deskside_words::t;

use super::Shell;
use crate::app::admission::Doorkeeper;
use crate::app::command::InvitationOptions;
use crate::app::controller::{Effect, Event};
use crate::capture;
use crate::config::{CaptureChoice, PictureChoice};
use crate::email::Post;
use crate::pipeline::{Pipeline, PipelineConfig};
use crate::sharing::Sharing;
use crate::tickets::issue::{Made, Workshop};
use crate::tickets::record::unix_seconds;

impl Shell {
    /// True when the program is over.
    pub(super) fn carry_out(&mut self, effects: Vec<Effect>) -> bool {
        for effect in effects {
            match effect {
                Effect::CloseGate => self.close_gate(),
                Effect::ReleaseAll => self.release_all(),
                Effect::OpenGate(session, grant, said_at) => self.open_gate(session, grant, said_at),
                Effect::OpenClipboard(session, grant, said_at) => {
                    self.open_clipboard(session, grant, said_at);
                }
                Effect::CloseClipboard(session, way) => {
                    if let Some(link) = self.network.links.get(&session) {
                        link.clipboard().close(way);
                    }
                }
                Effect::CancelCopying(session, way) => {
                    if let Some(link) = self.network.links.get(&session) {
                        link.clipboard().cancel(way);
                    }
                }
                Effect::StartCapture(session, grant) => self.start_capture(session, grant),
                Effect::StopCapture(session) => {
                    if let Some(link) = self.network.links.get_mut(&session) {
                        link.hide();
                    }
                }
                Effect::SetSharing(sharing) => self.set_sharing(sharing),
                Effect::ReadChoices => self.read_choices(),
                Effect::Send(session, message) => self.say(session, message),
                Effect::TurnAway(session, reason) => {
                    self.say(session, FromClient::Refused { reason });
                    self.close_link(session);
                }
                Effect::CloseLink(session) => self.close_link(session),
                Effect::Record(entry) => self.paper.record(entry),
                Effect::CountExpert { fingerprint, name } => {
                    let now = unix_seconds(SystemTime::now());
                    if let Err(error) = while_others_go_on(|| self.seen.count(&fingerprint, &name, now)) {
                        self.inbox.send(Event::Trouble(error.to_string()));
                    }
                }
                Effect::SpendUse(session, ticket) => self.paper.spend_use(session, ticket),
                Effect::Listen(port) => self.listen(port),
                Effect::StopListening => {
                    if let Some(listener) = self.network.listener.take() {
                        tokio::spawn(listener.close());
                    }
                }
                Effect::Admit(records) => self.network.door.replace(records),
                Effect::MakeTicket(options) => self.make_ticket(options),
                Effect::CloseTicket(ticket, why) => self.paper.close_ticket(ticket, why),
                Effect::ReadTickets => self.paper.read_tickets(),
                Effect::SaveTicket(ticket, path) => self.save_ticket(ticket, path),
                Effect::SendTicket(ticket, address) => self.send_ticket(ticket, address),
                Effect::MarkIntroductionSeen => self.paper.mark_introduction_seen(),
                // Before the view is published, so that all that is shown from then on is in it.
                Effect::ChooseLanguage(choice) => {
                    deskside_words::choose(choice.language(|name| std::env::var(name).ok()));
                }
                Effect::SaveSettings(settings) => self.paper.save_settings(*settings),
                Effect::End => return true,
            }
        }
        false
    }

    /// Closes the gate before anything else; releasing waits for at most the one event that is being carried out.
    fn close_gate(&self) {
        if let Some(input) = &self.desk.input {
            input.gate().close();
        }
        for link in self.network.links.values() {
            link.set_controlled(false);
        }
    }

    /// Releases what the expert holds. While the gate is open (the person moves or types) it stays open.
    fn release_all(&self) {
        let Some(input) = self.desk.input.as_ref().filter(|input| !input.gate().is_open()) else { return };
        if let Err(error) = input.disable_and_release() {
            tracing::warn!(%error, "held keys could not be released");
        }
    }

    fn open_gate(&self, session: SessionId, grant: Grant, said_at: Instant) {
        let Some(input) = &self.desk.input else { return };
        if let Ok(size) = capture::desktop_size(None) {
            input.set_screen(size);
        }
        match input.enable(grant, said_at) {
            Ok(true) => {
                if let Some(link) = self.network.links.get(&session) {
                    link.set_controlled(true);
                }
            }
            // The person was faster; the event that says so is on its way.
            Ok(false) => {}
            Err(error) => self.inbox.send(Event::InputFailed(error.to_string())),
        }
    }

    /// Whatever the expert holds in a window that is hidden now is released; [`Shell::publish`] lets them go on.
    fn set_sharing(&self, sharing: Sharing) {
        self.desk.sharing.set(sharing);
        for link in self.network.links.values() {
            link.wake();
        }
        if let Some(input) = &self.desk.input
            && let Err(error) = input.question_open(true)
        {
            tracing::warn!(%error, "held keys could not be released before something was hidden");
        }
    }

    fn read_choices(&self) {
        let inbox = self.inbox.clone();
        tokio::task::spawn_blocking(move || match crate::sharing::list::choices(None) {
            Ok(choices) => inbox.send(Event::ChoicesRead(choices)),
            Err(error) => tracing::warn!(%error, "windows and screens cannot be listed"),
        });
    }

    fn open_clipboard(&self, session: SessionId, grant: Grant, said_at: Instant) {
        let (Some(link), Some(way)) = (self.network.links.get(&session), Way::of(grant.scopes())) else {
            return;
        };
        if let Err(error) = link.clipboard().open(grant, said_at) {
            self.inbox.send(Event::ClipboardFailed(session, way, error.to_string()));
        }
    }

    fn start_capture(&mut self, session: SessionId, grant: ViewGrant) {
        let Some(link) = self.network.links.get_mut(&session) else { return };
        let mode = match self.controller.settings().picture {
            PictureChoice::Auto => PictureMode::Auto,
            PictureChoice::Video => PictureMode::Video,
        };
        let backend = match self.controller.settings().capture {
            CaptureChoice::Auto => None,
            CaptureChoice::X11 => Some("x11"),
            CaptureChoice::Scrap => Some("scrap"),
        };
        let inbox = self.inbox.clone();
        let sink = link.sink(session, self.desk.input.clone(), move |event| inbox.send(event));
        let config = PipelineConfig {
            display: None,
            mode,
            budget: self.desk.budget.clone(),
            sharing: self.desk.sharing.clone(),
        };
        match while_others_go_on(|| Pipeline::start_with(backend, grant, config, sink)) {
            Ok(pipeline) => link.show(pipeline),
            Err(error) => self.inbox.send(Event::CaptureFailed(session, error.to_string())),
        }
    }

    /// The name that experts see now; it may have been changed since the start.
    fn name(&self) -> PersonName {
        self.controller.settings().name.clone().unwrap_or_else(|| self.profile.name())
    }

    fn say(&self, session: SessionId, message: FromClient) {
        if let Some(link) = self.network.links.get(&session) {
            link.say(message);
        }
    }

    fn close_link(&mut self, session: SessionId) {
        if let Some(mut link) = self.network.links.remove(&session) {
            link.hide();
            link.close();
        }
    }

    fn listen(&mut self, port: u16) {
        let config = ListenConfig {
            identity: &self.profile.identity,
            name: self.name(),
            port,
            address: None,
            limits: ListenLimits::default(),
        };
        let door: Arc<Doorkeeper> = Arc::clone(&self.network.door);
        let opened = Listener::open(&config, door).map_err(|error| error.to_string());
        self.inbox.send(Event::Listening(opened.as_ref().map(Listener::local_port).map_err(Clone::clone)));
        self.network.listener = opened.ok();
    }

    fn make_ticket(&self, options: InvitationOptions) {
        let (profile, inbox) = (Arc::clone(&self.profile), self.inbox.clone());
        let (name, addresses) = (self.name(), self.controller.settings().addresses.clone());
        let Some(port) = self.network.listener.as_ref().map(Listener::local_port) else {
            inbox.send(Event::TicketNotMade(t!("client-cannot-listen").to_owned()));
            return;
        };
        tokio::task::spawn_blocking(move || {
            let now = unix_seconds(SystemTime::now());
            let (identity, store) = (&profile.identity, &profile.tickets);
            let workshop = Workshop { identity, store, name, addresses: &addresses, port, now };
            inbox.send(match workshop.make(&options) {
                Ok(Made { record, passphrase }) => {
                    Event::TicketMade(Box::new(record), passphrase.map(Arc::new))
                }
                Err(error) => Event::TicketNotMade(error.to_string()),
            });
        });
    }

    fn save_ticket(&self, ticket: TicketId, path: Option<PathBuf>) {
        let (profile, inbox) = (Arc::clone(&self.profile), self.inbox.clone());
        tokio::task::spawn_blocking(move || {
            let saved = profile.tickets.read(ticket).map_err(|error| error.to_string()).and_then(|record| {
                let path = path
                    .or_else(|| free_path(&record.file_name()))
                    .ok_or_else(|| t!("client-no-downloads").to_owned())?;
                private_file::write_shared_new(&path, record.text.as_bytes())
                    .map(|()| std::path::absolute(&path).unwrap_or(path))
                    .map_err(|error| error.to_string())
            });
            inbox.send(Event::TicketSaved(ticket, saved));
        });
    }

    fn send_ticket(&self, ticket: TicketId, address: Option<String>) {
        let (profile, inbox) = (Arc::clone(&self.profile), self.inbox.clone());
        let post = Post { me: self.name(), ..profile.post() };
        tokio::task::spawn_blocking(move || {
            let record = profile.tickets.read(ticket).map_err(|error| error.to_string());
            let sent = record.and_then(|record| {
                post.deliver(&record, address.as_deref()).map_err(|error| error.to_string())
            });
            inbox.send(Event::TicketSent(ticket, sent));
        });
    }
}

/// Does what waits for the desktop or the disk. What was said just before, the yes above all, is written by a task that
/// this thread would have run next and that no other may take from it: it would come after the picture.
fn while_others_go_on<T>(work: impl FnOnce() -> T) -> T {
    tokio::task::block_in_place(work)
}

/// A name in the download directory that is not taken yet.
fn free_path(file_name: &str) -> Option<PathBuf> {
    let directory = dirs::downloads()?;
    let (stem, ending) = file_name.rsplit_once('.')?;
    let numbered = (2_u32..1000).map(|number| directory.join(format!("{stem}-{number}.{ending}")));
    std::iter::once(directory.join(Path::new(file_name))).chain(numbered).find(|path| !path.exists())
}
