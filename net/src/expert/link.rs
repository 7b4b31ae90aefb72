//! The expert's end of a link: input and feedback out, updates and cursor in.
//! It decides nothing; updates come in their order and one at a time, so that what waits stays in bounded buffers.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use deskside_proto::wire::clipboard::PieceRequest;
use deskside_proto::wire::control::{FromClient, FromExpert};
use deskside_proto::wire::cursor::CursorMessage;
use deskside_proto::wire::feedback::Feedback;
use deskside_proto::wire::input::{InputEvent, InputFrame};
use deskside_proto::wire::{CloseCode, StreamKind};
use tokio::sync::{Notify, mpsc, watch};
use tokio::time::{Instant, sleep_until};

use super::input::write_input;
use super::pulse::{Echo, Pulse, beat};
use super::reports::Reports;
use super::updates::take_updates;
use crate::fetch::{Asked, FETCH_QUEUE, FetchError, Fetches, PieceOf, accept_fetches};
use crate::link::{
    CONTROL_QUEUE, CURSOR_QUEUE, CloseReason, FrameSource, Line, PeerMisbehaved, read_kind, receive,
    write_control, write_frames,
};
use crate::outbox::{Outbox, SendError};
use crate::stats::LinkStats;

/// Input events that may wait for sending; motion is merged, so these are keys and buttons.
const INPUT_QUEUE: usize = 1024;
/// Reports that may wait for sending.
const FEEDBACK_QUEUE: usize = 64;
/// Updates that wait for the decoder apart from those in QUIC's buffers.
const UPDATE_QUEUE: usize = 2;

/// Higher is sent first: what the person does before everything, then what frees the way for the next picture.
pub(super) mod priority {
    pub(in crate::expert) const INPUT: i32 = 30;
    pub(super) const FEEDBACK: i32 = 20;
    pub(super) const CONTROL: i32 = 10;
    pub(super) const FETCH: i32 = 0;
}

/// What came from the client.
#[derive(Debug)]
pub enum ExpertLinkEvent {
    /// A message on the control stream; never a welcome.
    Control(FromClient),
    /// The next update; they come in the order of their numbers, from 0. One that is missing was given up by the client
    /// and changes nothing.
    Update {
        /// Its number.
        sequence: u32,
        /// Its bytes, for the picture engine.
        payload: Bytes,
    },
    /// How the cursor looks, or where it is.
    Cursor(CursorMessage),
    /// The person pastes: the client asks for a piece of what was offered.
    Asked(Asked),
    /// The link is over; the last event.
    Closed(CloseReason),
}

/// A link to the client that has welcomed this expert. Dropping both halves closes it.
#[derive(Debug)]
pub struct ExpertLink {
    sender: ExpertSender,
    events: ExpertEvents,
}

impl ExpertLink {
    pub(crate) fn begin(
        endpoint: quinn::Endpoint,
        connection: quinn::Connection,
        words: quinn::SendStream,
        answers: FrameSource<FromClient, quinn::RecvStream>,
    ) -> Self {
        let shared = Arc::new(Shared {
            line: Line::new(connection),
            control: Outbox::new(CONTROL_QUEUE),
            input: Outbox::new(INPUT_QUEUE),
            feedback: Outbox::new(FEEDBACK_QUEUE),
            reports: Mutex::default(),
            kept: Notify::new(),
            pulse: watch::Sender::default(),
            fetches: Fetches::new(priority::FETCH),
        });
        let _ = words.set_priority(priority::CONTROL);
        let (control_in, control) = mpsc::channel(CONTROL_QUEUE);
        let (cursor_in, cursor) = mpsc::channel(CURSOR_QUEUE);
        let (update_in, update) = mpsc::channel(UPDATE_QUEUE);
        let (asked_in, asked) = mpsc::channel(FETCH_QUEUE);

        let writer = shared.clone();
        tokio::spawn(async move { write_control(&writer.line, words, &writer.control).await });
        tokio::spawn(read_control(shared.clone(), answers, control_in));
        tokio::spawn(accept_fetches(shared.clone(), priority::FETCH, asked_in));
        let cursor_line = shared.clone();
        let begin_cursor = |stream| drop(tokio::spawn(read_cursor(cursor_line, stream, cursor_in)));
        tokio::spawn(take_updates(shared.clone(), update_in, begin_cursor));
        let input = shared.clone();
        tokio::spawn(async move { write_input(&input).await });
        tokio::spawn(write_feedback(shared.clone()));
        tokio::spawn(report_in_time(shared.clone()));
        tokio::spawn(give_signs_of_life(shared.clone()));
        tokio::spawn(watch_end(shared.clone(), endpoint));

        let open = Arc::new(Open(shared));
        let events = ExpertEvents { control, cursor, update, asked, open: open.clone(), told: false };
        Self { sender: ExpertSender { open }, events }
    }

    /// The two halves, for the task that sends and the task that receives.
    pub fn split(self) -> (ExpertSender, ExpertEvents) {
        (self.sender, self.events)
    }
}

/// State of all tasks of one link.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) line: Line,
    control: Outbox<FromExpert>,
    pub(super) input: Outbox<InputFrame>,
    feedback: Outbox<Feedback>,
    reports: Mutex<Reports>,
    /// A report is kept back.
    kept: Notify,
    pulse: watch::Sender<Pulse>,
    fetches: Fetches,
}

impl AsRef<Line> for Shared {
    fn as_ref(&self) -> &Line {
        &self.line
    }
}

impl Shared {
    /// Gives up on a client that takes nothing any more.
    fn sent(&self, sent: Result<(), SendError>) -> Result<(), SendError> {
        if sent == Err(SendError::Full) {
            self.line.close_now(CloseCode::TooSlow);
        }
        sent
    }

    pub(super) fn reports(&self) -> MutexGuard<'_, Reports> {
        self.reports.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Queues a message on the feedback stream.
    fn tell(&self, feedback: Feedback) -> Result<(), SendError> {
        let sent = self.feedback.push_or_merge(feedback, merge_reports);
        self.pulse.send_if_modified(|pulse| {
            pulse.reported(Instant::now());
            false
        });
        self.sent(sent)
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

/// The sending half; clones share the link. Nothing here waits.
#[derive(Debug, Clone)]
pub struct ExpertSender {
    open: Arc<Open>,
}

impl ExpertSender {
    /// Queues a message on the control stream.
    ///
    /// # Errors
    /// `Closed` after the end. `Full` when the client takes nothing any more; the link is closed then.
    pub fn send_control(&self, message: FromExpert) -> Result<(), SendError> {
        let shared = &self.open.0;
        shared.sent(shared.control.push(message))
    }

    /// Queues an input event behind all earlier ones. A motion that follows a motion which has not been
    /// sent yet replaces it; keys and buttons are never lost.
    ///
    /// # Errors
    /// As [`ExpertSender::send_control`].
    pub fn send_input(&self, frame: InputFrame) -> Result<(), SendError> {
        let shared = &self.open.0;
        let sent = shared.input.push_or_merge(frame, merge_motion);
        shared.pulse.send_if_modified(|pulse| pulse.sent(&frame));
        shared.sent(sent)
    }

    /// Queues a report about the picture. A newer report of the same sort replaces one that still waits; that of a short
    /// update is kept back for a while, because the client does not wait for it.
    ///
    /// # Errors
    /// As [`ExpertSender::send_control`].
    pub fn send_feedback(&self, feedback: Feedback) -> Result<(), SendError> {
        let shared = &self.open.0;
        if let Feedback::UpdateApplied { sequence, backlog } = feedback
            && shared.reports().applied(sequence, backlog, Instant::now()).is_none()
        {
            shared.kept.notify_one();
            return if shared.feedback.is_closed() { Err(SendError::Closed) } else { Ok(()) };
        }
        if feedback == Feedback::KeyframeNeeded {
            shared.reports().keyframe_needed();
        }
        shared.tell(feedback)
    }

    /// Fetches a piece of what the client offers. A few are under way at once, others wait. Dropping the future takes the
    /// request back.
    ///
    /// # Errors
    /// Why there is none.
    pub async fn fetch(&self, request: PieceRequest) -> Result<PieceOf, FetchError> {
        let shared = &self.open.0;
        shared.fetches.fetch(&shared.line, request).await
    }

    /// Says whether this expert has control, and with it whether heartbeats are sent.
    pub fn set_controlling(&self, controlling: bool) {
        self.open.0.pulse.send_if_modified(|pulse| pulse.set_controlling(controlling));
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

fn merge_motion(last: &mut InputFrame, next: InputFrame) -> Option<InputFrame> {
    let is_motion = |frame: &InputFrame| matches!(frame.event, InputEvent::PointerMoved { .. });
    if is_motion(last) && is_motion(&next) && last.grant == next.grant {
        *last = next;
        return None;
    }
    Some(next)
}

fn merge_reports(last: &mut Feedback, next: Feedback) -> Option<Feedback> {
    if std::mem::discriminant(last) == std::mem::discriminant(&next) {
        // A later update is on the surface, so all earlier ones are.
        *last = next;
        return None;
    }
    Some(next)
}

/// The receiving half.
#[derive(Debug)]
pub struct ExpertEvents {
    control: mpsc::Receiver<FromClient>,
    cursor: mpsc::Receiver<CursorMessage>,
    update: mpsc::Receiver<ExpertLinkEvent>,
    asked: mpsc::Receiver<Asked>,
    open: Arc<Open>,
    told: bool,
}

impl ExpertEvents {
    /// The next event: control messages before the cursor, the cursor before updates, updates before requests
    /// for pieces, each in its own order. Streams overtake each other: an update may come before a control message
    /// that was sent before it.
    /// `None` after [`ExpertLinkEvent::Closed`].
    ///
    /// Safe to drop half-way.
    pub async fn recv(&mut self) -> Option<ExpertLinkEvent> {
        self.recv_with(true).await
    }

    /// As [`ExpertEvents::recv`]; where `updates` says no they stay where they are, in bounded buffers, and none is lost
    /// unless the link ends before they are wanted.
    ///
    /// Safe to drop half-way.
    pub async fn recv_with(&mut self, updates: bool) -> Option<ExpertLinkEvent> {
        if self.told {
            return None;
        }
        tokio::select! {
            biased;
            Some(message) = self.control.recv() => return Some(ExpertLinkEvent::Control(message)),
            Some(message) = self.cursor.recv() => return Some(ExpertLinkEvent::Cursor(message)),
            Some(update) = self.update.recv(), if updates => return Some(update),
            Some(asked) = self.asked.recv() => return Some(ExpertLinkEvent::Asked(asked)),
            else => {}
        }
        let reason = self.open.0.line.closed().await;
        self.told = true;
        Some(ExpertLinkEvent::Closed(reason))
    }

    /// Updates that have arrived and wait for the program; the `backlog` of the next report.
    pub fn backlog(&self) -> u8 {
        u8::try_from(self.update.len()).unwrap_or(u8::MAX)
    }
}

async fn read_control(
    shared: Arc<Shared>,
    answers: FrameSource<FromClient, quinn::RecvStream>,
    events: mpsc::Sender<FromClient>,
) {
    let take = |message| {
        if let FromClient::Welcome { .. } = message {
            return Err(PeerMisbehaved::GreetingAgain);
        }
        if let FromClient::Offer(offer) = &message {
            shared.fetches.offered(offer)?;
        }
        Ok(Some(message))
    };
    receive(&shared.line, StreamKind::Control, answers, events, take).await;
}

async fn read_cursor(
    shared: Arc<Shared>,
    mut stream: quinn::RecvStream,
    events: mpsc::Sender<CursorMessage>,
) {
    match read_kind(&mut stream).await {
        Ok(StreamKind::Cursor) => {}
        Ok(kind) => return shared.line.violated(PeerMisbehaved::StreamNotAllowed(kind)),
        Err(act) => return shared.line.broke_off(act),
    }
    receive(&shared.line, StreamKind::Cursor, FrameSource::new(stream), events, |message| Ok(Some(message)))
        .await;
}

/// One stream for all reports. What is queued leaves at once; only what comes while one is being written waits, and of
/// that the newest.
async fn write_feedback(shared: Arc<Shared>) {
    if let Ok(mut stream) = open_stream(&shared, StreamKind::Feedback, priority::FEEDBACK).await {
        let _ = write_frames(&mut stream, &shared.feedback).await;
    }
}

/// Sends what was kept back when it has waited long enough.
async fn report_in_time(shared: Arc<Shared>) {
    let reporting = async {
        loop {
            let due = shared.reports().due();
            let Some(due) = due else {
                shared.kept.notified().await;
                continue;
            };
            sleep_until(due).await;
            // It may have gone with another meanwhile, and the next one is due later.
            let report = shared.reports().take_due(Instant::now());
            if report.is_some_and(|report| shared.tell(report).is_err()) {
                return;
            }
        }
    };
    tokio::select! {
        () = reporting => {}
        _ = shared.line.connection.closed() => {}
    }
}

pub(super) async fn open_stream(
    shared: &Shared,
    kind: StreamKind,
    priority: i32,
) -> Result<quinn::SendStream, quinn::WriteError> {
    let mut stream = shared.line.connection.open_uni().await?;
    let _ = stream.set_priority(priority);
    stream.write_all(&[kind.code()]).await?;
    Ok(stream)
}

/// Sends heartbeats for as long as there is a connection.
async fn give_signs_of_life(shared: Arc<Shared>) {
    let sign = || {
        // A report proves as much as a heartbeat.
        !shared.feedback.is_empty() || {
            let report = shared.reports().take();
            shared.feedback.push(report.unwrap_or(Feedback::Heartbeat)).is_ok()
        }
    };
    let echo = || {
        let path = shared.line.connection.stats().path;
        Echo { arrived: shared.line.arrived(), lost: path.lost_packets, round_trip: path.rtt }
    };
    tokio::select! {
        () = beat(shared.pulse.subscribe(), echo, sign) => {}
        _ = shared.line.connection.closed() => {}
    }
}

/// Lets everybody who waits for this link know that it is over, and keeps the socket until then.
async fn watch_end(shared: Arc<Shared>, endpoint: quinn::Endpoint) {
    let reason = shared.line.closed().await;
    tracing::debug!(?reason, "link closed");
    shared.control.close();
    shared.input.close();
    shared.feedback.close();
    drop(endpoint);
}

#[cfg(test)]
mod tests {
    use super::*;
    use deskside_proto::geometry::DesktopPoint;
    use deskside_proto::ids::GrantId;

    fn motion(grant: GrantId, x: i32) -> InputFrame {
        InputFrame { grant, event: InputEvent::PointerMoved { at: DesktopPoint { x, y: 0 } } }
    }

    #[tokio::test]
    async fn motion_is_merged_but_never_across_a_button_or_a_grant() {
        let outbox = Outbox::new(8);
        let first = GrantId::FIRST;
        let second = first.next().unwrap();
        let release = InputFrame { grant: first, event: InputEvent::ReleaseAll };
        for frame in [motion(first, 1), motion(first, 2), release, motion(first, 3), motion(second, 4)] {
            outbox.push_or_merge(frame, merge_motion).unwrap();
        }
        let sent = outbox.take().await.unwrap();
        assert!(sent == [motion(first, 2), release, motion(first, 3), motion(second, 4)]);
    }

    #[tokio::test]
    async fn only_the_newest_waiting_report_is_sent() {
        let outbox = Outbox::new(8);
        for sequence in 0..5 {
            outbox.push_or_merge(Feedback::UpdateApplied { sequence, backlog: 0 }, merge_reports).unwrap();
        }
        outbox.push_or_merge(Feedback::KeyframeNeeded, merge_reports).unwrap();
        let sent = outbox.take().await.unwrap();
        assert_eq!(sent, [Feedback::UpdateApplied { sequence: 4, backlog: 0 }, Feedback::KeyframeNeeded]);
    }
}
