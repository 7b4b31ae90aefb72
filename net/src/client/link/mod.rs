//! The client's end of a link: updates, cursor and control messages out, input and feedback in.
//! It numbers, bounds and orders; whether an input event may be injected is decided at the gate.

mod cursor;
mod input;
mod receive;
mod sender;
mod silence;
mod updates;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use deskside_proto::session::Policy;
use deskside_proto::wire::control::{FromClient, FromExpert};
use deskside_proto::wire::feedback::Feedback;
use deskside_proto::wire::input::InputFrame;
use tokio::sync::{Notify, mpsc, watch};
use tokio::time::Instant;

pub use self::receive::ClientEvents;
pub use self::sender::ClientSender;

use self::cursor::{CursorSlot, open_cursor, write_cursor};
use self::receive::{accept_streams, read_control};
use self::silence::Silence;
use self::updates::{Queued, write_updates};
use super::liveness::{let_go, silence};
use super::videos::{Fate, Videos};
use crate::congestion::Estimate;
use crate::credit::{Credit, MOST_UPDATES};
use crate::fetch::{Asked, FETCH_QUEUE, Fetches, accept_fetches};
use crate::held::Held;
use crate::link::{CONTROL_QUEUE, CloseReason, EVENT_QUEUE, FrameSource, Line, write_control};
use crate::losses::Losses;
use crate::outbox::Outbox;

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
    const UPDATE: i32 = 10;
    /// Copied things come behind every update.
    pub(super) const FETCH: i32 = i32::MIN;

    /// The earlier update first, whatever it is for, also where lost parts are sent again: it is applied first, so
    /// whatever overtakes it would only wait on the other side (docs/adr/0080).
    pub(super) fn of_update(sequence: u32) -> i32 {
        let age_order = i32::try_from(sequence & 0x3fff_ffff).unwrap_or(i32::MAX);
        UPDATE - age_order
    }
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
    /// A video update is given up: there is room again, and [`ClientSender::take_abandoned`] says so too.
    Abandoned,
    /// The expert pastes: it asks for a piece of what was offered.
    Asked(Asked),
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
    pub(crate) fn begin(
        connection: quinn::Connection,
        answers: quinn::SendStream,
        words: FrameSource<FromExpert, quinn::RecvStream>,
        welcome: FromClient,
    ) -> Self {
        let shared = Arc::new(Shared {
            line: Line::new(connection),
            control: Outbox::new(CONTROL_QUEUE),
            updates: Outbox::new(MOST_UPDATES),
            picture: Mutex::new(Picture::new(Instant::now())),
            room: Notify::new(),
            cursor: Mutex::default(),
            cursor_changed: Notify::new(),
            controlled: watch::Sender::new(false),
            held: watch::Sender::default(),
            heard: watch::Sender::new(Instant::now()),
            fetches: Fetches::new(priority::FETCH),
        });
        // The queue is empty, so there is room for it.
        let _ = shared.control.push(welcome);
        let _ = answers.set_priority(priority::CONTROL);
        let (control_in, control) = mpsc::channel(CONTROL_QUEUE);
        let (input_in, input) = mpsc::channel(EVENT_QUEUE);
        let (feedback_in, feedback) = mpsc::channel(EVENT_QUEUE);
        let (asked_in, asked) = mpsc::channel(FETCH_QUEUE);

        let writer = shared.clone();
        tokio::spawn(async move { write_control(&writer.line, answers, &writer.control).await });
        let reader = shared.clone();
        let control_of_expert = control_in.clone();
        tokio::spawn(async move { read_control(&reader, words, control_of_expert).await });
        tokio::spawn(accept_fetches(shared.clone(), priority::FETCH, asked_in));
        tokio::spawn(accept_streams(shared.clone(), input_in.clone(), feedback_in));
        tokio::spawn(write_picture(shared.clone(), control_in.clone()));
        tokio::spawn(watch_liveness(shared.clone(), control_in, input_in));
        tokio::spawn(watch_end(shared.clone()));

        let open = Arc::new(Open(shared));
        let events = ClientEvents::new(control, input, feedback, asked, open.clone());
        Self { sender: ClientSender::new(open), events }
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
    updates: Outbox<Queued>,
    picture: Mutex<Picture>,
    room: Notify,
    cursor: Mutex<CursorSlot>,
    cursor_changed: Notify,
    controlled: watch::Sender<bool>,
    held: watch::Sender<Held>,
    heard: watch::Sender<Instant>,
    fetches: Fetches,
}

impl AsRef<Line> for Shared {
    fn as_ref(&self) -> &Line {
        &self.line
    }
}

#[derive(Debug)]
struct Picture {
    credit: Credit,
    next: u32,
    losses: Losses,
    videos: Videos,
    is_abandoned: bool,
    silence: Silence,
}

impl Picture {
    fn new(now: Instant) -> Self {
        Self {
            credit: Credit::default(),
            next: 0,
            losses: Losses::new(now),
            videos: Videos::default(),
            is_abandoned: false,
            silence: Silence::new(now),
        }
    }
}

/// Everything that is seen, in the one order of streams that the expert counts on.
async fn write_picture(shared: Arc<Shared>, events: mpsc::Sender<ClientLinkEvent>) {
    let Ok(cursor) = open_cursor(&shared).await else { return };
    tokio::join!(write_cursor(&shared, cursor), write_updates(&shared, &events));
}

impl Shared {
    fn picture(&self) -> MutexGuard<'_, Picture> {
        self.picture.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn cursor(&self) -> MutexGuard<'_, CursorSlot> {
        self.cursor.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes what the credit counts, and wakes whoever waits for room.
    fn make_room(&self, change: impl FnOnce(&mut Credit)) {
        change(&mut self.picture().credit);
        self.room.notify_waiters();
    }

    /// What is to be done about a video update, and which ones have just been given up.
    fn fate_of(&self, sequence: u32, now: Instant) -> (Option<Fate>, Vec<u32>) {
        let mut picture = self.picture();
        let (fate, lost) = picture.videos.fate(sequence, now);
        for sequence in &lost {
            picture.credit.given_up(*sequence);
            picture.is_abandoned = true;
        }
        drop(picture);
        if !lost.is_empty() {
            self.room.notify_waiters();
        }
        (fate, lost)
    }

    /// Something waits to be sent: lets a little out although the window is full, if nothing was acknowledged for long.
    /// QUIC waits ever longer until it looks again by itself.
    fn break_silence(&self) {
        let Some(estimate) = Estimate::of(&self.line.connection) else { return };
        let link = estimate.link();
        if self.picture().silence.is_due(estimate.acknowledgements(), link, Instant::now()) {
            estimate.let_out(silence::LET_OUT_BYTES);
        }
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
