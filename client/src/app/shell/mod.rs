//! The shell around the controller: one loop that takes events one after another and carries effects out in their order.
//! It decides nothing. Whatever may wait (disk, mail, key derivation) happens on other threads and comes back as an event.

mod effects;
mod links;
mod paper;

use std::collections::HashMap;
use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use deskside_net::client::{Arrival, Listener};
use deskside_proto::ids::SessionId;
use deskside_proto::time::Millis;
use deskside_words::t;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinSet;

use self::links::Link;
use self::paper::Paper;
use super::admission::Doorkeeper;
use super::command::CommandReceiver;
use super::controller::{Controller, Event, Newcomer, Now, Start};
use super::{UserCommand, ViewPublisher};
use crate::clipboard::{Passes, Place};
use crate::control_socket::{Answer, Incoming, Request, Status};
use crate::experts_seen::ExpertsSeen;
use crate::input::{InputPath, InputReport, LocalReflex, Reflex, SystemDesktop};
use crate::physical::{self, PhysicalWatch};
use crate::pipeline::{CpuBudget, CpuLimit};
use crate::profile::Profile;
use crate::sharing::SharingCell;
use crate::tickets::issue::fingerprint;
use crate::windows::Confirm;

/// Messages of experts that may wait; more wait in their links.
const EXPERTS_WAIT: usize = 64;

/// How long closing links may take at the end.
const LAST_MESSAGES: Duration = Duration::from_secs(3);

/// What comes back from other threads and tasks.
#[derive(Debug)]
enum Message {
    Event(Event),
    /// Everything before it has been taken in: a caller of the control socket may go on.
    Reply(oneshot::Sender<Answer>),
}

/// Sends events to the loop from any thread, never waiting.
#[derive(Debug, Clone)]
struct Inbox(mpsc::UnboundedSender<Message>);

impl Inbox {
    fn send(&self, event: Event) {
        // After the end nobody takes events any more.
        let _ = self.0.send(Message::Event(event));
    }
}

/// Where events come from besides the network and the desktop.
#[derive(Debug)]
pub struct Sources {
    /// What the person wants.
    pub commands: CommandReceiver,
    /// What a second `deskside` wants.
    pub requests: mpsc::Receiver<Incoming>,
    /// Whether questions are asked on the terminal.
    pub terminal: bool,
    /// What the picture may use of the machine, where the command line says it.
    pub cpu_limit: Option<CpuLimit>,
}

/// The desktop's side: where input goes and how the person's own devices are heard.
struct Desk {
    /// `None` where there is no desktop to control.
    input: Option<Arc<InputPath>>,
    watch: Option<Arc<dyn PhysicalWatch>>,
    /// What may pass through the clipboard.
    clipboard: Place,
    /// What all pictures together may use of the machine.
    budget: CpuBudget,
    /// What others may see and reach.
    sharing: SharingCell,
}

/// Everything that the loop holds.
pub struct Shell {
    controller: Controller,
    publisher: ViewPublisher,
    profile: Arc<Profile>,
    seen: ExpertsSeen,
    sources: Sources,
    inbox: Inbox,
    received: mpsc::UnboundedReceiver<Message>,
    /// A queue of its own: an expert who talks much does not stand before the person.
    experts: (mpsc::Sender<Event>, mpsc::Receiver<Event>),
    paper: Paper,
    network: Network,
    desk: Desk,
    epoch: Instant,
}

struct Network {
    door: Arc<Doorkeeper>,
    listener: Option<Listener>,
    links: HashMap<SessionId, Link>,
    /// The tasks that take in what experts send; each ends when its link is closed.
    listening: JoinSet<()>,
}

impl Network {
    /// Waits, for a limited time, until the last messages have arrived and every link is closed.
    async fn finish(&mut self) {
        self.listener = None;
        self.links.clear();
        let all_closed = async { while self.listening.join_next().await.is_some() {} };
        let _ = tokio::time::timeout(LAST_MESSAGES, all_closed).await;
    }
}

enum Woken {
    Message(Option<Message>),
    Command(Option<UserCommand>),
    Request(Option<Incoming>),
    Expert(Option<Event>),
    Arrival(Option<Arrival>),
    Deadline,
}

impl Shell {
    /// Puts everything together; nothing listens and nothing is captured yet. To be called within a runtime.
    ///
    /// # Errors
    /// The system gives no threads.
    pub fn new(profile: Arc<Profile>, sources: Sources) -> io::Result<Self> {
        let epoch = Instant::now();
        let (sender, received) = mpsc::unbounded_channel();
        let inbox = Inbox(sender);
        let (seen, problem) = ExpertsSeen::load(profile.directories.data());
        let reading = profile.receipt.read();
        let door = {
            let inbox = inbox.clone();
            Doorkeeper::new(&profile.identity, move |id| inbox.send(Event::TooManyFailures(id)))
        };
        let problems = [
            problem.map(|problem| problem.to_string()),
            reading.as_ref().err().map(ToString::to_string),
            reading.as_ref().ok().and_then(|reading| reading.broken.as_ref()).map(ToString::to_string),
        ];
        for problem in problems.into_iter().flatten() {
            inbox.send(Event::Trouble(problem));
        }
        let start = Start {
            me: profile.name(),
            fingerprint: fingerprint(profile.identity.public()),
            settings: profile.settings.clone(),
            hotkey: profile.settings.hotkey.clone(),
            settings_file: profile.directories.settings_file(),
            introduced: profile.introduction_seen(),
            receipt: reading.map(|reading| reading.entries).unwrap_or_default(),
            epoch,
        };
        let controller = Controller::new(start);
        let now = Now { mono: Millis(0), wall: SystemTime::now() };
        let publisher = ViewPublisher::new(controller.view(now));
        let budget = CpuBudget::new(sources.cpu_limit.unwrap_or(profile.settings.cpu_limit));
        let desk = open_desk(&profile, &inbox, budget)?;
        let paper = Paper::start(Arc::clone(&profile), inbox.clone())?;
        let locks = inbox.clone();
        crate::lock::watch(move |locked| locks.send(Event::ScreenLocked(locked)));
        let lights = inbox.clone();
        // Everything it sees comes as an event; what lies in it is not asked for here.
        drop(deskside_host::locks::watch(None, move |locks| lights.send(Event::LocksChanged(locks))));
        paper.tidy();
        paper.read_tickets();
        Ok(Self {
            controller,
            publisher,
            profile,
            seen,
            sources,
            inbox,
            received,
            experts: mpsc::channel(EXPERTS_WAIT),
            paper,
            network: Network {
                door: Arc::new(door),
                listener: None,
                links: HashMap::new(),
                listening: JoinSet::new(),
            },
            desk,
            epoch,
        })
    }

    /// Where views come out.
    #[must_use]
    pub fn publisher(&self) -> ViewPublisher {
        self.publisher.clone()
    }

    /// What turns a press on Allow into a yes.
    #[must_use]
    pub fn confirm(&self) -> Confirm {
        self.desk.watch.as_ref().map_or_else(Confirm::blind, |watch| Confirm::watching(Arc::clone(watch)))
    }

    /// What tells the person's own presses from injected ones; `None` where there is no desktop to watch.
    #[must_use]
    pub fn watch(&self) -> Option<Arc<dyn PhysicalWatch>> {
        self.desk.watch.clone()
    }

    /// Runs until the person quits and everything is ended.
    pub async fn run(mut self) {
        loop {
            let event = match self.woken().await {
                Woken::Message(Some(Message::Event(event))) | Woken::Expert(Some(event)) => event,
                Woken::Message(Some(Message::Reply(reply))) => {
                    let _ = reply.send(Answer::Done);
                    continue;
                }
                Woken::Command(Some(command)) => Event::Command(command),
                Woken::Request(Some(incoming)) => match self.request(incoming) {
                    Some(event) => event,
                    None => continue,
                },
                Woken::Arrival(Some(arrival)) => self.arrived(arrival),
                Woken::Deadline => Event::TimePassed,
                Woken::Arrival(None) => {
                    self.network.listener = None;
                    Event::Listening(Err(t!("client-network-silent").to_owned()))
                }
                // Every surface is gone, or the program is coming down.
                Woken::Command(None) | Woken::Message(None) | Woken::Request(None) | Woken::Expert(None) => {
                    Event::Command(UserCommand::Quit)
                }
            };
            self.count_copied();
            let effects = self.controller.handle(event, self.now());
            let is_over = self.carry_out(effects);
            self.publish();
            if is_over {
                self.network.finish().await;
                return;
            }
        }
    }

    /// Lets the controller know what has passed through the clipboards, so that whatever it does next counts it.
    fn count_copied(&mut self) {
        for (session, link) in &self.network.links {
            if let Some(copying) = link.clipboard().news() {
                self.controller.copying(*session, copying);
            }
        }
    }

    async fn woken(&mut self) -> Woken {
        let deadline = self.controller.deadline(self.now());
        let until = deadline.and_then(|at| self.epoch.checked_add(Duration::from_millis(at.0)));
        let passed = async move {
            match until {
                Some(until) => tokio::time::sleep_until(until.into()).await,
                None => std::future::pending().await,
            }
        };
        let listener = self.network.listener.as_mut();
        let arrival = async move {
            match listener {
                Some(listener) => listener.accept().await,
                None => std::future::pending().await,
            }
        };
        // The person first, then time, then experts.
        tokio::select! {
            biased;
            message = self.received.recv() => Woken::Message(message),
            command = self.sources.commands.next() => Woken::Command(command),
            request = self.sources.requests.recv() => Woken::Request(request),
            () = passed => Woken::Deadline,
            event = self.experts.1.recv() => Woken::Expert(event),
            arrival = arrival => Woken::Arrival(arrival),
        }
    }

    fn now(&self) -> Now {
        let since = u64::try_from(self.epoch.elapsed().as_millis()).unwrap_or(u64::MAX);
        Now { mono: Millis(since), wall: SystemTime::now() }
    }

    fn publish(&self) {
        let view = self.controller.view(self.now());
        // Before the question is shown: from here on no injected event reaches the desktop until it is answered.
        if let Some(input) = &self.desk.input
            && let Err(error) = input.question_open(view.question.is_some())
        {
            tracing::warn!(%error, "held keys could not be released before a question");
        }
        self.publisher.publish(view);
    }

    fn request(&self, incoming: Incoming) -> Option<Event> {
        match incoming.request {
            Request::TicketsChanged => {
                self.paper.read_tickets();
                // Answered when the controller has taken them in, and with it begun to listen.
                self.paper.reply(incoming.answer);
                None
            }
            Request::ShowWindow => {
                let _ = incoming.answer.send(Answer::Done);
                Some(Event::Command(UserCommand::ShowWindow))
            }
            Request::Status => {
                let (open_tickets, sessions, controlled) = self.controller.figures(self.now());
                let status = Status {
                    process: std::process::id(),
                    terminal: self.sources.terminal,
                    port: self.network.listener.as_ref().map(Listener::local_port),
                    open_tickets,
                    sessions,
                    controlled,
                };
                let _ = incoming.answer.send(Answer::Status(status));
                None
            }
        }
    }

    fn arrived(&mut self, arrival: Arrival) -> Event {
        let Arrival { link, session, expert, name, ticket, remote } = arrival;
        let fingerprint = fingerprint(&expert);
        let seen = self.seen.look_up(&fingerprint, &name);
        let wake = self.inbox.clone();
        let (link, listening) = Link::follow(
            session,
            link,
            self.desk.input.clone(),
            self.desk.clipboard.clone(),
            // What has passed is looked at before every event.
            Arc::new(move || wake.send(Event::TimePassed)),
            self.experts.0.clone(),
        );
        self.network.listening.spawn(listening);
        self.network.links.insert(session, link);
        let from = remote.ip().to_canonical().to_string();
        Event::Arrived(Newcomer { session, ticket, name, fingerprint, seen, from })
    }
}

/// Opens the input path and the watch over the person's devices, where there is a desktop.
fn open_desk(profile: &Profile, inbox: &Inbox, budget: CpuBudget) -> io::Result<Desk> {
    crate::inject::tidy(None);
    let report = inbox.clone();
    let sharing = SharingCell::default();
    let desktop = SystemDesktop { display: None, sharing: sharing.clone() };
    let input = InputPath::new(desktop, move |said| {
        report.send(match said {
            InputReport::Paused => Event::PersonActive,
            InputReport::Resumed => Event::PersonQuiet,
            InputReport::Used => Event::InputSeen,
            InputReport::Failed(reason) => Event::InputFailed(reason),
        });
    })?;
    let input = Arc::new(input);
    let tell = inbox.clone();
    let clipboard = Place {
        passes: Passes::new(input.last_stop()),
        files_in: Some(profile.directories.data().join("pasted")),
        primary: profile.settings.share_marked,
    };
    let passes = clipboard.passes.clone();
    let reflex = LocalReflex::new(Arc::clone(&input), passes, move |reflex| match reflex {
        Reflex::HotkeyPressed => tell.send(Event::HotkeyPressed),
        Reflex::WatchLost => {
            tell.send(Event::InputReady(Err(t!("client-desktop-silent").to_owned())));
            tell.send(Event::Trouble(t!("client-desktop-lost").to_owned()));
        }
    });
    match physical::open(None, &profile.settings.hotkey, Arc::new(reflex)) {
        Ok(watch) => Ok(Desk { input: Some(input), watch: Some(watch), clipboard, budget, sharing }),
        Err(error) => {
            // Without the hotkey nobody gets control; seeing may still be allowed.
            inbox.send(Event::InputReady(Err(error.to_string())));
            Ok(Desk { input: None, watch: None, clipboard, budget, sharing })
        }
    }
}
