//! The client's end of a link: updates, cursor and control messages out, input and feedback in.
//! It numbers, bounds and orders; whether an input event may be injected is decided at the gate.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use deskside_proto::session::Policy;
use deskside_proto::wire::control::{FromClient, FromExpert};
use deskside_proto::wire::cursor::CursorMessage;
use deskside_proto::wire::feedback::Feedback;
use deskside_proto::wire::input::InputFrame;
use deskside_proto::wire::{CloseCode, Message, StreamKind, UpdateHeader};
use tokio::sync::{Notify, mpsc, watch};
use tokio::time::Instant;

use super::liveness::{let_go, silence};
use crate::credit::{Credit, MOST_UPDATES};
use crate::held::Held;
use crate::link::{
    CONTROL_QUEUE, CloseReason, EVENT_QUEUE, FrameSource, Line, PeerMisbehaved, read_kind, write_control,
};
use crate::outbox::{Outbox, SendError};
use crate::stats::LinkStats;

/// Silence after which an expert in control counts as gone.
pub const HEARTBEAT_LIMIT: Duration = Policy::SILENCE;
/// Silence after which [`InputEvent::ReleaseAll`] comes in the expert's name, if it holds anything down.
///
/// [`InputEvent::ReleaseAll`]: deskside_proto::wire::input::InputEvent::ReleaseAll
pub const HOLDING_LIMIT: Duration = Policy::SILENCE_HOLDING;

/// Higher is sent first. The picture comes last: what the person decides must not wait behind it.
mod priority {
    pub(super) const CONTROL: i32 = 30;
    pub(super) const CURSOR: i32 = 20;
    pub(super) const UPDATE: i32 = 10;
}

/// What came from the expert.
#[derive(Debug)]
pub enum ClientLinkEvent {
    /// A message on the control stream; never a greeting.
    Control(FromExpert),
    /// An input event. In the order in which the expert caused it; also the one that [`HOLDING_LIMIT`] causes.
    Input(InputFrame),
    /// The picture's echo. [`ClientSender::ready`] has taken account of it already.
    Feedback(Feedback),
    /// Nothing was heard for [`HEARTBEAT_LIMIT`] although the expert has control.
    Silent,
    /// The link is over; the last event.
    Closed(CloseReason),
}

/// A link to an admitted expert. Dropping both halves closes it.
#[derive(Debug)]
pub struct ClientLink {
    sender: ClientSender,
    events: ClientEvents,
}

impl ClientLink {
    /// Starts the tasks of a link and sends `welcome` as its first message.
    pub(super) fn begin(
        connection: quinn::Connection,
        answers: quinn::SendStream,
        words: FrameSource<FromExpert, quinn::RecvStream>,
        welcome: FromClient,
    ) -> Self {
        let shared = Arc::new(Shared {
            line: Line::new(connection),
            control: Outbox::new(CONTROL_QUEUE),
            updates: Outbox::new(MOST_UPDATES),
            picture: Mutex::default(),
            room: Notify::new(),
            cursor: Mutex::default(),
            cursor_changed: Notify::new(),
            controlled: watch::Sender::new(false),
            held: watch::Sender::default(),
            heard: watch::Sender::new(Instant::now()),
        });
        // The queue is empty, so there is room for it.
        let _ = shared.control.push(welcome);
        let _ = answers.set_priority(priority::CONTROL);
        let (control_in, control) = mpsc::channel(CONTROL_QUEUE);
        let (input_in, input) = mpsc::channel(EVENT_QUEUE);
        let (feedback_in, feedback) = mpsc::channel(EVENT_QUEUE);

        let writer = shared.clone();
        tokio::spawn(async move { write_control(&writer.line, answers, &writer.control).await });
        tokio::spawn(read_control(shared.clone(), words, control_in.clone()));
        tokio::spawn(accept_streams(shared.clone(), input_in.clone(), feedback_in));
        tokio::spawn(write_updates(shared.clone()));
        tokio::spawn(write_cursor(shared.clone()));
        tokio::spawn(watch_liveness(shared.clone(), control_in, input_in));
        tokio::spawn(watch_end(shared.clone()));

        let open = Arc::new(Open(shared));
        let events = ClientEvents { control, input, feedback, open: open.clone(), told: false };
        Self { sender: ClientSender { open }, events }
    }

    /// The two halves, for the task that sends and the task that receives.
    pub fn split(self) -> (ClientSender, ClientEvents) {
        (self.sender, self.events)
    }
}

/// State of all tasks of one link.
#[derive(Debug)]
struct Shared {
    line: Line,
    control: Outbox<FromClient>,
    updates: Outbox<(UpdateHeader, Bytes)>,
    picture: Mutex<Picture>,
    room: Notify,
    cursor: Mutex<CursorSlot>,
    cursor_changed: Notify,
    controlled: watch::Sender<bool>,
    held: watch::Sender<Held>,
    heard: watch::Sender<Instant>,
}

#[derive(Debug, Default)]
struct Picture {
    credit: Credit,
    next: u32,
}

/// The newest cursor that has not been sent; older ones are of no use to anybody.
#[derive(Debug, Default)]
struct CursorSlot {
    look: Option<CursorMessage>,
    place: Option<CursorMessage>,
    closed: bool,
}

impl Shared {
    fn picture(&self) -> MutexGuard<'_, Picture> {
        self.picture.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn cursor(&self) -> MutexGuard<'_, CursorSlot> {
        self.cursor.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_closed(&self) -> bool {
        self.line.connection.close_reason().is_some()
    }

    /// Input and feedback prove that the expert's program is there (docs/PROTOCOL.md, section 14).
    fn hear(&self) {
        let _ = self.heard.send_replace(Instant::now());
    }

    fn hear_input(&self, frame: &InputFrame) {
        self.hear();
        // Movements are the most frequent; only what begins or ends a hold is news.
        self.held.send_if_modified(|held| {
            let before = held.is_empty();
            held.note(frame);
            held.is_empty() != before
        });
    }
}

/// Exists as long as the program holds a half of the link.
#[derive(Debug)]
struct Open(Arc<Shared>);

impl Drop for Open {
    fn drop(&mut self) {
        // The writer of the control stream closes the connection once it has sent what is queued.
        self.0.control.close();
    }
}

/// The sending half; clones share the link. Nothing here waits but [`ClientSender::ready`].
#[derive(Debug, Clone)]
pub struct ClientSender {
    open: Arc<Open>,
}

impl ClientSender {
    /// Queues a message on the control stream.
    ///
    /// # Errors
    /// `Closed` after the end. `Full` when the expert takes nothing any more; the link is closed then.
    pub fn send_control(&self, message: FromClient) -> Result<(), SendError> {
        let shared = &self.open.0;
        let sent = shared.control.push(message);
        if sent == Err(SendError::Full) {
            shared.line.close_now(CloseCode::TooSlow);
        }
        sent
    }

    /// Waits until another update may be captured and sent: few enough bytes are unconfirmed that the
    /// next picture will not queue behind old ones.
    ///
    /// Safe to drop half-way.
    ///
    /// # Errors
    /// `Closed` when the link ends.
    pub async fn ready(&self) -> Result<(), SendError> {
        let shared = &self.open.0;
        loop {
            let changed = shared.room.notified();
            tokio::pin!(changed);
            changed.as_mut().enable();
            if shared.is_closed() {
                return Err(SendError::Closed);
            }
            if self.has_room() {
                return Ok(());
            }
            changed.await;
        }
    }

    /// Whether [`ClientSender::ready`] would return at once.
    pub fn has_room(&self) -> bool {
        let window = self.open.0.line.connection.stats().path.cwnd;
        self.open.0.picture().credit.has_room(window)
    }

    /// Sends one update on a stream of its own. Updates are numbered from 0 without gaps.
    ///
    /// # Errors
    /// `OutOfOrder` for any number but the next, `TooLarge` for an impossible length, `Full` when
    /// [`ClientSender::ready`] was not awaited, `Closed` after the end.
    pub fn send_update(&self, sequence: u32, payload: Bytes) -> Result<(), SendError> {
        let shared = &self.open.0;
        let header = UpdateHeader::new(sequence, payload.len()).map_err(|_| SendError::TooLarge)?;
        let bytes = payload.len();
        let mut picture = shared.picture();
        if sequence != picture.next {
            return Err(SendError::OutOfOrder);
        }
        shared.updates.push((header, payload))?;
        picture.next = sequence.wrapping_add(1);
        picture.credit.sent(sequence, bytes);
        Ok(())
    }

    /// Sends the cursor's look or place. Only the newest of each is kept until it can be sent.
    ///
    /// # Errors
    /// `Closed` after the end.
    pub fn send_cursor(&self, message: CursorMessage) -> Result<(), SendError> {
        let shared = &self.open.0;
        let mut slot = shared.cursor();
        if slot.closed {
            return Err(SendError::Closed);
        }
        match message {
            look @ (CursorMessage::Shape(_) | CursorMessage::Hidden) => slot.look = Some(look),
            place @ CursorMessage::Moved { .. } => slot.place = Some(place),
        }
        drop(slot);
        shared.cursor_changed.notify_one();
        Ok(())
    }

    /// Says whether the expert has control, and with it whether its heartbeat is watched.
    pub fn set_controlled(&self, controlled: bool) {
        self.open.0.controlled.send_if_modified(|now| std::mem::replace(now, controlled) != controlled);
    }

    /// Bytes of picture that the expert has not confirmed.
    pub fn unconfirmed_bytes(&self) -> usize {
        self.open.0.picture().credit.bytes()
    }

    /// Figures of the connection as of now.
    pub fn stats(&self) -> LinkStats {
        LinkStats::of(&self.open.0.line.connection)
    }

    /// Ends the link: what is queued on the control stream still arrives, nothing more is taken.
    pub fn close(&self, code: CloseCode) {
        self.open.0.line.decide(code);
        self.open.0.control.close();
    }
}

/// The receiving half.
#[derive(Debug)]
pub struct ClientEvents {
    control: mpsc::Receiver<ClientLinkEvent>,
    input: mpsc::Receiver<InputFrame>,
    feedback: mpsc::Receiver<Feedback>,
    open: Arc<Open>,
    told: bool,
}

impl ClientEvents {
    /// The next event: control messages before feedback, feedback before input, each in its own order.
    /// `None` after [`ClientLinkEvent::Closed`].
    ///
    /// Safe to drop half-way.
    pub async fn recv(&mut self) -> Option<ClientLinkEvent> {
        if self.told {
            return None;
        }
        tokio::select! {
            biased;
            Some(event) = self.control.recv() => return Some(event),
            Some(feedback) = self.feedback.recv() => return Some(ClientLinkEvent::Feedback(feedback)),
            Some(input) = self.input.recv() => return Some(ClientLinkEvent::Input(input)),
            else => {}
        }
        let reason = self.open.0.line.closed().await;
        self.told = true;
        Some(ClientLinkEvent::Closed(reason))
    }
}

async fn read_control(
    shared: Arc<Shared>,
    mut words: FrameSource<FromExpert, quinn::RecvStream>,
    events: mpsc::Sender<ClientLinkEvent>,
) {
    loop {
        match words.next().await {
            Ok(Some(FromExpert::Hello(_))) => return shared.line.violated(PeerMisbehaved::GreetingAgain),
            Ok(Some(message)) => {
                if events.send(ClientLinkEvent::Control(message)).await.is_err() {
                    return;
                }
            }
            Ok(None) => return,
            Err(failure) => return shared.line.failed(StreamKind::Control, failure),
        }
    }
}

/// Takes the expert's two other streams; a third is a violation.
async fn accept_streams(
    shared: Arc<Shared>,
    input: mpsc::Sender<InputFrame>,
    feedback: mpsc::Sender<Feedback>,
) {
    let (mut input, mut feedback) = (Some(input), Some(feedback));
    while let Ok(mut stream) = shared.line.connection.accept_uni().await {
        match read_kind(&mut stream).await {
            Ok(StreamKind::Input) => match input.take() {
                Some(events) => drop(tokio::spawn(read_input(shared.clone(), stream, events))),
                None => return shared.line.violated(PeerMisbehaved::StreamTwice(StreamKind::Input)),
            },
            Ok(StreamKind::Feedback) => match feedback.take() {
                Some(events) => drop(tokio::spawn(read_feedback(shared.clone(), stream, events))),
                None => return shared.line.violated(PeerMisbehaved::StreamTwice(StreamKind::Feedback)),
            },
            Ok(kind @ (StreamKind::Control | StreamKind::Update | StreamKind::Cursor)) => {
                return shared.line.violated(PeerMisbehaved::StreamNotAllowed(kind));
            }
            Err(act) => return shared.line.broke_off(act),
        }
    }
}

async fn read_input(shared: Arc<Shared>, stream: quinn::RecvStream, events: mpsc::Sender<InputFrame>) {
    let mut frames = FrameSource::<InputFrame, _>::new(stream);
    loop {
        match frames.next().await {
            Ok(Some(frame)) => {
                shared.hear_input(&frame);
                if events.send(frame).await.is_err() {
                    return;
                }
            }
            Ok(None) => return,
            Err(failure) => return shared.line.failed(StreamKind::Input, failure),
        }
    }
}

async fn read_feedback(shared: Arc<Shared>, stream: quinn::RecvStream, events: mpsc::Sender<Feedback>) {
    let mut frames = FrameSource::<Feedback, _>::new(stream);
    loop {
        match frames.next().await {
            Ok(Some(feedback)) => {
                shared.hear();
                if let Feedback::UpdateApplied { sequence, .. } = feedback {
                    shared.picture().credit.applied(sequence);
                    shared.room.notify_waiters();
                }
                if feedback == Feedback::KeyframeNeeded {
                    shared.picture().credit.give_up();
                    shared.room.notify_waiters();
                }
                if feedback != Feedback::Heartbeat && events.send(feedback).await.is_err() {
                    return;
                }
            }
            Ok(None) => return,
            Err(failure) => return shared.line.failed(StreamKind::Feedback, failure),
        }
    }
}

/// One stream per update, opened in the order of their numbers: the expert takes them in that order.
async fn write_updates(shared: Arc<Shared>) {
    while let Some(updates) = shared.updates.take().await {
        if let Err(error) = write_batch(&shared, updates).await {
            if matches!(error, quinn::WriteError::Stopped(_)) {
                shared.line.violated(PeerMisbehaved::StoppedReading);
            }
            return;
        }
    }
}

async fn write_batch(
    shared: &Shared,
    updates: VecDeque<(UpdateHeader, Bytes)>,
) -> Result<(), quinn::WriteError> {
    for (header, payload) in updates {
        let mut stream = shared.line.connection.open_uni().await?;
        let _ = stream.set_priority(priority::UPDATE);
        let mut head = vec![StreamKind::Update.code()];
        header.encode(&mut head);
        stream.write_all_chunks(&mut [head.into(), payload]).await?;
        // Only a stream that is finished already says no.
        let _ = stream.finish();
        shared.picture().credit.written();
        shared.room.notify_waiters();
    }
    Ok(())
}

/// One stream for all cursors; opened with the first, because most sessions begin with one.
async fn write_cursor(shared: Arc<Shared>) {
    let mut stream: Option<quinn::SendStream> = None;
    loop {
        let (look, place, closed) = {
            let mut slot = shared.cursor();
            (slot.look.take(), slot.place.take(), slot.closed)
        };
        if closed {
            return;
        }
        let mut bytes = Vec::new();
        for message in [look, place].iter().flatten() {
            message.encode(&mut bytes);
        }
        if bytes.is_empty() {
            shared.cursor_changed.notified().await;
            continue;
        }
        if stream.is_none() {
            let Ok(opened) = shared.line.connection.open_uni().await else { return };
            let _ = opened.set_priority(priority::CURSOR);
            bytes.insert(0, StreamKind::Cursor.code());
            stream = Some(opened);
        }
        let Some(open) = &mut stream else { return };
        if open.write_all(&bytes).await.is_err() {
            return;
        }
    }
}

/// Tells once per control when the expert in control has not been heard for too long, and releases what it holds long
/// before that.
async fn watch_liveness(
    shared: Arc<Shared>,
    events: mpsc::Sender<ClientLinkEvent>,
    input: mpsc::Sender<InputFrame>,
) {
    let heard = shared.heard.subscribe();
    let watching = async {
        let mut controlled = shared.controlled.subscribe();
        loop {
            silence(&mut controlled, &heard, HEARTBEAT_LIMIT).await;
            if events.send(ClientLinkEvent::Silent).await.is_err() || controlled.changed().await.is_err() {
                return;
            }
        }
    };
    let letting_go = let_go(&shared.held, HOLDING_LIMIT, || shared.line.arrived(), &input);
    tokio::select! {
        ((), ()) = async { tokio::join!(watching, letting_go) } => {}
        _ = shared.line.connection.closed() => {}
    }
}

/// Lets everybody who waits for this link know that it is over.
async fn watch_end(shared: Arc<Shared>) {
    let reason = shared.line.closed().await;
    tracing::debug!(?reason, "link closed");
    shared.control.close();
    shared.updates.close();
    shared.cursor().closed = true;
    shared.cursor_changed.notify_one();
    shared.room.notify_waiters();
}
