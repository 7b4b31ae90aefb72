//! Drives one session: connection events and the expert's wishes into the session machine, its effects out again.
//! Decides nothing about the session itself; the machine in `deskside-proto` does.

use std::ops::ControlFlow;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use deskside_crypto::identity::Identity;
use deskside_net::expert::{
    ConnectConfig, ConnectLimits, Connected, ExpertEvents, ExpertLinkEvent, ExpertSender, connect,
};
use deskside_net::{CloseCode, CloseReason, FLUSH_LIMIT};
use deskside_proto::name::PersonName;
use deskside_proto::session::{
    ExpertEffect, ExpertEnd, ExpertEvent, ExpertNotice, ExpertSession, ExpertState, ExpertWay, Policy,
    Scopes, Way,
};
use deskside_proto::time::Millis;
use deskside_proto::wire::REVISION;
use deskside_proto::wire::control::{FromClient, FromExpert};
use deskside_proto::wire::cursor::CursorMessage;
use deskside_proto::wire::looking::LookedAt;
use tokio::sync::mpsc;

use super::clipboard::SessionClipboard;
use super::decoder::{Arrived, Decoded, Decoder};
use super::hearing::Hearing;
use super::meter::{Look, Meter};
use super::{Shared, ToSession, endings};
use crate::model::{Access, LinkNews, Passage, Ticket, Wish};

/// Whom to connect to, and as whom.
pub struct Peer {
    /// The expert's identity.
    pub identity: Arc<Identity>,
    /// The name to be shown.
    pub name: PersonName,
    /// The ticket.
    pub ticket: Arc<Ticket>,
    /// What it held.
    pub access: Arc<Access>,
}

/// Tells the window what happens; never waits.
pub trait Reporter: Clone + Send + 'static {
    /// News of the session.
    fn report(&self, news: LinkNews);
    /// The picture or the pointer has changed.
    fn repaint(&self);
}

/// Connects and stays with the session until its end, which is the last news.
pub async fn drive(
    peer: Peer,
    shared: Shared,
    mut wishes: mpsc::UnboundedReceiver<ToSession>,
    reporter: impl Reporter,
) {
    let config = ConnectConfig {
        identity: &peer.identity,
        client: peer.ticket.verified.client(),
        ticket: peer.ticket.id(),
        addresses: peer.ticket.addresses(),
        name: peer.name.clone(),
        access: &peer.access,
        limits: ConnectLimits::default(),
    };
    let connected = tokio::select! {
        connected = connect(&config) => connected,
        () = gives_up(&mut wishes) => return,
    };
    match connected {
        Ok(connected) => {
            let Connected { link, client_name, session, .. } = connected;
            let (sender, events) = link.split();
            let told = Mutex::new(reporter.clone());
            let tell = Arc::new(move |report| {
                told.lock().unwrap_or_else(PoisonError::into_inner).report(LinkNews::Pasting(report));
            });
            let clipboard = SessionClipboard::new(sender.clone(), shared.clipboard.clone(), tell);
            let start = Instant::now();
            let driver = Driver {
                sender,
                shared,
                reporter,
                decoder: None,
                clipboard,
                failed: None,
                waiting: None,
                meter: None,
                hearing: Hearing::new(start),
                start,
            };
            let welcome = FromClient::Welcome { version: REVISION, client_name, session };
            driver.run(welcome, events, wishes).await;
        }
        Err(error) => {
            tracing::info!(%error, "no connection");
            reporter.report(LinkNews::Ended(endings::not_connected(&error)));
        }
    }
}

/// Waits until nobody wants the connection any more.
async fn gives_up(wishes: &mut mpsc::UnboundedReceiver<ToSession>) {
    while let Some(wish) = wishes.recv().await {
        if wish == ToSession::Wish(Wish::Leave) {
            return;
        }
    }
}

/// Everything that carries out the session's effects.
struct Driver<R> {
    sender: ExpertSender,
    shared: Shared,
    reporter: R,
    /// INVARIANT: there is one once the person has said yes. Until then updates wait: the first may overtake the yes, and
    /// nothing but that keyframe brings a desktop at rest.
    decoder: Option<Decoder>,
    clipboard: SessionClipboard,
    /// A way of the clipboard that was opened and cannot be used.
    failed: Option<Way>,
    /// An update for which the decoder has no room yet; until it has, nothing more is taken from the link.
    waiting: Option<Arrived>,
    meter: Option<Meter>,
    hearing: Hearing,
    start: Instant,
}

/// What the driver waits for.
enum Happened {
    Event(ExpertEvent),
    Link(ExpertLinkEvent),
    /// The decoder has taken an update.
    Handed,
    /// The client is listened to again.
    Rested,
    Statistics(bool),
    Looks(LookedAt),
    Measure,
    CancelPaste,
}

impl<R: Reporter> Driver<R> {
    async fn run(
        mut self,
        welcome: FromClient,
        mut events: ExpertEvents,
        mut wishes: mpsc::UnboundedReceiver<ToSession>,
    ) {
        let mut session = ExpertSession::new(Policy::STANDARD);
        let mut next = Happened::Event(ExpertEvent::Received(welcome));
        loop {
            let event = match self.take(next, session.state(), &events) {
                ControlFlow::Continue(event) => event,
                ControlFlow::Break(reason) => return self.finish(session.state(), reason),
            };
            if let Some(event) = event {
                session = self.step(session, event);
                if let Some(way) = self.failed.take() {
                    session = self.step(session, ExpertEvent::ReleaseClipboard(way));
                }
                if let ExpertState::Ended { .. } = session.state() {
                    return farewell(events).await;
                }
            }
            let deadline = session.deadline().map(|at| self.moment(at));
            let deaf = self.hearing.closed_until(Instant::now());
            let listens = self.waiting.is_none() && deaf.is_none();
            next = tokio::select! {
                biased;
                wish = wishes.recv() => from_wish(wish),
                () = sleep_until(deadline) => Happened::Event(ExpertEvent::TimePassed),
                () = sleep_until(self.meter.as_ref().map(Meter::due)) => Happened::Measure,
                () = hand_on(&self.decoder, &mut self.waiting), if self.waiting.is_some() => Happened::Handed,
                () = sleep_until(deaf), if deaf.is_some() => Happened::Rested,
                event = events.recv_with(self.decoder.is_some()), if listens => match event {
                    Some(event) => Happened::Link(event),
                    None => Happened::Event(ExpertEvent::LinkLost),
                },
            };
        }
    }

    /// Does what is no business of the session's machine, and gives what is; breaks off with the end of the connection.
    fn take(
        &mut self,
        happened: Happened,
        state: &ExpertState,
        events: &ExpertEvents,
    ) -> ControlFlow<CloseReason, Option<ExpertEvent>> {
        match happened {
            Happened::Event(event) => return ControlFlow::Continue(Some(event)),
            Happened::Link(event) => return self.heard(event, state, events),
            Happened::Handed | Happened::Rested => {}
            Happened::CancelPaste => self.clipboard.cancel(),
            Happened::Statistics(shown) => self.meter = shown.then(|| Meter::new(self.look())),
            Happened::Measure => {
                let look = self.look();
                if let Some(meter) = &mut self.meter {
                    self.reporter.report(LinkNews::Statistics(meter.measure(look)));
                }
            }
            Happened::Looks(parts) => {
                if sees(state) {
                    // A failure to send shows as the end of the connection.
                    let _ = self.sender.send_control(FromExpert::LookingAt(parts));
                }
            }
        }
        ControlFlow::Continue(None)
    }

    /// As [`Self::take`], for what comes from the other side.
    fn heard(
        &mut self,
        event: ExpertLinkEvent,
        state: &ExpertState,
        events: &ExpertEvents,
    ) -> ControlFlow<CloseReason, Option<ExpertEvent>> {
        if let ExpertLinkEvent::Control(_) = event {
            self.hearing.note(Instant::now());
        }
        match event {
            ExpertLinkEvent::Control(FromClient::Offer(offer)) if sees(state) => {
                self.clipboard.offered(offer);
            }
            ExpertLinkEvent::Control(message) => {
                return ControlFlow::Continue(Some(ExpertEvent::Received(message)));
            }
            ExpertLinkEvent::Asked(asked) => self.clipboard.asked(asked),
            ExpertLinkEvent::Update { sequence, payload } => {
                let behind = events.backlog();
                self.waiting = Some(Arrived { sequence, payload, behind, at: Instant::now() });
            }
            ExpertLinkEvent::Cursor(message) => self.cursor(message, state),
            ExpertLinkEvent::Closed(reason) => return ControlFlow::Break(reason),
        }
        ControlFlow::Continue(None)
    }

    fn look(&self) -> Look {
        Look { stats: self.sender.stats(), published: self.shared.picture.published() }
    }

    fn cursor(&self, message: CursorMessage, state: &ExpertState) {
        // While the own pointer stands for theirs, its place needs no repaint.
        let stands_for_it = matches!(state, ExpertState::Controlling { paused: false, .. });
        let moved = matches!(message, CursorMessage::Moved { .. });
        if self.shared.cursor.take(message) && !(moved && stands_for_it) {
            self.reporter.repaint();
        }
    }

    /// One event through the machine, and what follows from it.
    fn step(&mut self, session: ExpertSession, event: ExpertEvent) -> ExpertSession {
        let client = if let ExpertEvent::Received(FromClient::Welcome { client_name, .. }) = &event {
            Some(client_name.clone())
        } else {
            None
        };
        let before = *session.state();
        let ways_before = ways(&session);
        let (session, effects) = session.handle(event, self.now());
        let mut told = false;
        for effect in effects {
            told |= self.carry_out(effect, session.state());
        }
        if ways(&session) != ways_before {
            self.reporter.report(LinkNews::Ways(ways(&session)));
        }
        if let Some(news) = self.news(&before, session.state(), client, told) {
            self.reporter.report(news);
        }
        session
    }

    /// Does what the machine says; true if the expert was told of the change of state with it.
    fn carry_out(&mut self, effect: ExpertEffect, state: &ExpertState) -> bool {
        match effect {
            // A failure to send shows as the end of the connection, which is watched.
            ExpertEffect::Send(message) => drop(self.sender.send_control(message)),
            ExpertEffect::ShowPicture { screen } => {
                self.begin_picture();
                self.reporter.report(LinkNews::Viewing { screen });
                return true;
            }
            ExpertEffect::ShowMonitors(monitors) => self.reporter.report(LinkNews::Monitors(monitors)),
            ExpertEffect::ShowSharing { part, hides } => {
                self.reporter.report(LinkNews::Sharing { part, hides });
            }
            ExpertEffect::ShowLocks(locks) => self.reporter.report(LinkNews::Locks(locks)),
            ExpertEffect::StartInput { grant, scopes } => {
                self.shared.gate.open(self.sender.clone(), grant, scopes);
                self.sender.set_controlling(true);
            }
            ExpertEffect::StopInput => {
                self.shared.gate.close();
                self.sender.set_controlling(false);
            }
            ExpertEffect::OpenClipboard { way, grant } => {
                if let Err(error) = self.clipboard.open(way, grant) {
                    tracing::warn!(%error, "the clipboard cannot be shared");
                    self.failed = Some(way);
                }
            }
            ExpertEffect::CloseClipboard(way) => self.clipboard.close(way),
            ExpertEffect::Tell(notice) => {
                let pause = if let ExpertState::Revoked { until } = state {
                    self.now().until(*until)
                } else {
                    Duration::ZERO
                };
                self.reporter.report(match notice {
                    ExpertNotice::ControlDenied(reason) => LinkNews::Denied { reason, pause },
                    ExpertNotice::ControlRevoked(reason) => LinkNews::Revoked { reason, pause },
                    ExpertNotice::ClipboardDenied(way, reason) => {
                        self.reporter.report(LinkNews::ClipboardDenied { way, reason, pause });
                        return false;
                    }
                    ExpertNotice::ClipboardRevoked(way, reason) => {
                        self.reporter.report(LinkNews::ClipboardRevoked { way, reason, pause });
                        return false;
                    }
                });
                return true;
            }
            ExpertEffect::CloseLink => self.sender.close(close_code(state)),
        }
        false
    }

    fn begin_picture(&mut self) {
        let reporter = self.reporter.clone();
        let tell = move |decoded| match decoded {
            Decoded::Changed => reporter.repaint(),
            Decoded::Resized(screen) => reporter.report(LinkNews::Viewing { screen }),
        };
        match Decoder::start(Arc::clone(&self.shared.picture), self.sender.clone(), tell) {
            Ok(decoder) => self.decoder = Some(decoder),
            Err(error) => {
                tracing::error!(%error, "no thread for the picture");
                self.sender.close(CloseCode::Finished);
            }
        }
    }

    /// What the change of state means to the expert, where no effect said so already.
    fn news(
        &self,
        before: &ExpertState,
        after: &ExpertState,
        client: Option<PersonName>,
        told: bool,
    ) -> Option<LinkNews> {
        match (before, after) {
            (ExpertState::Ended { .. }, _) => None,
            (_, ExpertState::Ended { reason }) => Some(LinkNews::Ended(endings::ended(*reason, before))),
            (_, _) if told => None,
            (ExpertState::Connecting, ExpertState::Waiting) => {
                client.map(|client| LinkNews::Waiting { client, open_for: Policy::STANDARD.view_question })
            }
            (ExpertState::Viewing, ExpertState::Asked { .. }) => {
                Some(LinkNews::Asked { open_for: Policy::STANDARD.control_question })
            }
            (ExpertState::Asked { .. }, ExpertState::Controlling { .. }) => Some(LinkNews::Controlling),
            (
                ExpertState::Controlling { paused: before, .. },
                ExpertState::Controlling { paused: after, .. },
            ) if before != after => Some(LinkNews::Paused(*after)),
            (ExpertState::Asked { .. }, ExpertState::Viewing) => Some(LinkNews::Withdrawn),
            (ExpertState::Controlling { .. }, ExpertState::Viewing) => Some(LinkNews::Released),
            _ => None,
        }
    }

    /// The connection ended before the machine knew of it.
    fn finish(&mut self, state: &ExpertState, reason: CloseReason) {
        tracing::info!(?reason, "the connection is over");
        self.shared.gate.close();
        self.reporter.report(LinkNews::Ended(endings::closed(reason, state)));
    }

    fn now(&self) -> Millis {
        Millis(u64::try_from(self.start.elapsed().as_millis()).unwrap_or(u64::MAX))
    }

    fn moment(&self, at: Millis) -> Instant {
        self.start + Duration::from_millis(at.0)
    }
}

/// Waits, for a limited time, until what was said last has arrived.
async fn farewell(mut events: ExpertEvents) {
    let closed = async { while events.recv().await.is_some() {} };
    let _ = tokio::time::timeout(FLUSH_LIMIT, closed).await;
}

fn close_code(state: &ExpertState) -> CloseCode {
    if let ExpertState::Ended { reason: ExpertEnd::ClientMisbehaved(_) } = state {
        CloseCode::ProtocolViolation
    } else {
        CloseCode::Finished
    }
}

fn from_wish(wish: Option<ToSession>) -> Happened {
    match wish {
        Some(ToSession::Wish(Wish::RequestControl)) => {
            Happened::Event(ExpertEvent::AskControl { scopes: Scopes::CONTROL })
        }
        Some(ToSession::Wish(Wish::WithdrawRequest)) => Happened::Event(ExpertEvent::CancelRequest),
        Some(ToSession::Wish(Wish::ReleaseControl)) => Happened::Event(ExpertEvent::ReleaseControl),
        Some(ToSession::Wish(Wish::AskClipboard(way))) => Happened::Event(ExpertEvent::AskClipboard(way)),
        Some(ToSession::Wish(Wish::ReleaseClipboard(way))) => {
            Happened::Event(ExpertEvent::ReleaseClipboard(way))
        }
        Some(ToSession::Wish(Wish::CancelPaste)) => Happened::CancelPaste,
        Some(ToSession::LookingAt(parts)) => Happened::Looks(parts),
        Some(ToSession::Statistics(shown)) => Happened::Statistics(shown),
        // The window has gone: nobody is there any more.
        Some(ToSession::Wish(Wish::Leave)) | None => Happened::Event(ExpertEvent::Leave),
    }
}

/// The desktop may be seen, and with it offers may come.
fn sees(state: &ExpertState) -> bool {
    match state {
        ExpertState::Viewing
        | ExpertState::Asked { .. }
        | ExpertState::Controlling { .. }
        | ExpertState::Revoked { .. } => true,
        ExpertState::Connecting | ExpertState::Waiting | ExpertState::Ended { .. } => false,
    }
}

/// Both ways of the clipboard as they are shown.
fn ways(session: &ExpertSession) -> [Passage; 2] {
    Way::ALL.map(|way| match session.way(way) {
        ExpertWay::Closed => Passage::Closed,
        ExpertWay::Asked { .. } => Passage::Asked,
        ExpertWay::Open { .. } => Passage::Open,
    })
}

/// Hands the waiting update to the decoder once it has room; drops it where the decoder has given up.
async fn hand_on(decoder: &Option<Decoder>, waiting: &mut Option<Arrived>) {
    let room = match decoder {
        Some(decoder) => decoder.room().await.ok(),
        None => None,
    };
    if let (Some(room), Some(update)) = (room, waiting.take()) {
        room.send(update);
    }
}

async fn sleep_until(at: Option<Instant>) {
    match at {
        Some(at) => tokio::time::sleep_until(at.into()).await,
        None => std::future::pending().await,
    }
}
