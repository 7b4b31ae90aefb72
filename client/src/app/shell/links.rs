//! One expert's link: what comes in goes to the input path or the controller, what is captured goes out.

use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use deskside_net::client::{ClientEvents, ClientLink, ClientLinkEvent, ClientSender};
use deskside_proto::geometry::Size;
use deskside_proto::ids::SessionId;
use deskside_proto::link::LinkEstimate;
use deskside_proto::wire::CloseCode;
use deskside_proto::wire::control::{FromClient, FromExpert};
use deskside_proto::wire::cursor::CursorMessage;
use deskside_proto::wire::feedback::Feedback;
use deskside_proto::wire::looking::LookedAt;
use deskside_proto::wire::monitors::Monitors;
use deskside_proto::wire::update::UpdateClass;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;

use crate::app::controller::Event;
use crate::clipboard::{Place, SessionClipboard};
use crate::input::InputPath;
use crate::pipeline::{Pipeline, PipelineError, PipelineHandle, Update, UpdateSink};

/// Where the pipeline's handle is once there is one.
type Handle = Arc<Mutex<Option<PipelineHandle>>>;

/// What the expert looks at, once that was said; a pipeline that begins later has to know it as well.
type Looked = Arc<Mutex<Option<LookedAt>>>;

/// One expert's link and picture.
#[derive(Debug)]
pub(super) struct Link {
    sender: ClientSender,
    handle: Handle,
    looked: Looked,
    clipboard: SessionClipboard,
    pipeline: Option<Pipeline>,
    /// For which class of update the pipeline waits for room.
    wanted: watch::Sender<Option<UpdateClass>>,
    /// What wakes the pipeline when there is room again. It ends with the link.
    waking: JoinSet<()>,
}

impl Link {
    /// The link, and the task that takes in what the expert sends until the link is closed.
    pub(super) fn follow(
        session: SessionId,
        link: ClientLink,
        input: Option<Arc<InputPath>>,
        clipboard: Place,
        wake: Arc<dyn Fn() + Send + Sync>,
        experts: mpsc::Sender<Event>,
    ) -> (Self, impl Future<Output = ()> + Send + use<>) {
        let (sender, events) = link.split();
        let (handle, looked) = (Handle::default(), Looked::default());
        let clipboard = SessionClipboard::new(sender.clone(), clipboard, wake);
        let ways_in = WaysIn {
            input,
            handle: Arc::clone(&handle),
            looked: Arc::clone(&looked),
            clipboard: clipboard.clone(),
        };
        let listening = listen(session, events, ways_in, experts);
        let wanted = watch::Sender::default();
        (
            Self { sender, handle, looked, clipboard, pipeline: None, wanted, waking: JoinSet::new() },
            listening,
        )
    }

    pub(super) fn say(&self, message: FromClient) {
        if let Err(error) = self.sender.send_control(message) {
            tracing::debug!(%error, "a message was not sent");
        }
    }

    pub(super) fn close(&self) {
        self.sender.close(CloseCode::Finished);
    }

    pub(super) fn clipboard(&self) -> &SessionClipboard {
        &self.clipboard
    }

    /// Says whether this expert has control, so that its silence is noticed.
    pub(super) fn set_controlled(&self, controlled: bool) {
        self.sender.set_controlled(controlled);
    }

    /// Where a pipeline puts the pictures for this expert; `input` learns the size of the screen.
    pub(super) fn sink(
        &self,
        session: SessionId,
        input: Option<Arc<InputPath>>,
        failed: impl Fn(Event) + Send + 'static,
    ) -> Sink {
        let wanted = self.wanted.clone();
        Sink { session, sender: self.sender.clone(), wanted, input, failed: Box::new(failed) }
    }

    /// Keeps the pipeline at work. To be called within a runtime.
    pub(super) fn show(&mut self, pipeline: Pipeline) {
        let (sender, wanted, handle) = (self.sender.clone(), self.wanted.subscribe(), pipeline.handle());
        self.waking.spawn(wake_when_there_is_room(sender, wanted, handle));
        *self.handle.lock().unwrap_or_else(PoisonError::into_inner) = Some(pipeline.handle());
        let looked = self.looked.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(looked) = looked {
            pipeline.handle().look_at(looked);
        }
        self.pipeline = Some(pipeline);
    }

    /// Lets the pipeline look at what has changed for it.
    pub(super) fn wake(&self) {
        tell(&self.handle, PipelineHandle::wake);
    }

    /// Stops capturing; the thread is waited for elsewhere, because it may be in the middle of a picture.
    pub(super) fn hide(&mut self) {
        *self.handle.lock().unwrap_or_else(PoisonError::into_inner) = None;
        self.waking.abort_all();
        if let Some(pipeline) = self.pipeline.take() {
            tokio::task::spawn_blocking(move || drop(pipeline));
        }
    }
}

/// Where what an expert sends goes, if it does not go to the controller.
struct WaysIn {
    input: Option<Arc<InputPath>>,
    handle: Handle,
    looked: Looked,
    clipboard: SessionClipboard,
}

async fn listen(
    session: SessionId,
    mut events: ClientEvents,
    WaysIn { input, handle, looked, clipboard }: WaysIn,
    experts: mpsc::Sender<Event>,
) {
    while let Some(event) = events.recv().await {
        let event = match event {
            ClientLinkEvent::Input(frame) => {
                // A closed gate is no event; the path itself reports what is.
                if let Some(input) = &input {
                    let _ = input.submit(session, frame);
                }
                continue;
            }
            ClientLinkEvent::Feedback(feedback) => {
                if feedback == Feedback::KeyframeNeeded {
                    tell(&handle, PipelineHandle::request_keyframe);
                }
                continue;
            }
            ClientLinkEvent::Abandoned => {
                tell(&handle, PipelineHandle::wake);
                continue;
            }
            ClientLinkEvent::Asked(asked) => {
                clipboard.asked(asked);
                continue;
            }
            ClientLinkEvent::Control(FromExpert::LookingAt(parts)) => {
                *looked.lock().unwrap_or_else(PoisonError::into_inner) = Some(parts.clone());
                tell(&handle, |handle| handle.look_at(parts));
                continue;
            }
            ClientLinkEvent::Control(FromExpert::Offer(offer)) => {
                clipboard.offered(offer);
                continue;
            }
            ClientLinkEvent::Control(message) => Event::Said(session, message),
            ClientLinkEvent::Silent => Event::Silent(session),
            ClientLinkEvent::Closed(reason) => {
                tracing::info!(session = session.0, ?reason, "the link is closed");
                Event::LinkClosed(session)
            }
        };
        if experts.send(event).await.is_err() {
            return;
        }
    }
}

/// Wakes the pipeline for room that it has asked for, and for nothing else.
async fn wake_when_there_is_room(
    sender: ClientSender,
    mut wanted: watch::Receiver<Option<UpdateClass>>,
    handle: PipelineHandle,
) {
    // What it asked for before this task began.
    wanted.mark_changed();
    while wanted.changed().await.is_ok() {
        loop {
            let Some(class) = *wanted.borrow_and_update() else { break };
            tokio::select! {
                biased;
                // Something more urgent may find room earlier.
                changed = wanted.changed() => if changed.is_err() { return },
                ready = sender.ready_for(class) => {
                    if ready.is_err() {
                        return;
                    }
                    handle.wake();
                    break;
                }
            }
        }
    }
}

fn tell(handle: &Handle, what: impl FnOnce(&PipelineHandle)) {
    if let Some(handle) = handle.lock().unwrap_or_else(PoisonError::into_inner).as_ref() {
        what(handle);
    }
}

/// Sends what a pipeline makes over the link.
pub(super) struct Sink {
    session: SessionId,
    sender: ClientSender,
    wanted: watch::Sender<Option<UpdateClass>>,
    input: Option<Arc<InputPath>>,
    failed: Box<dyn Fn(Event) + Send>,
}

impl UpdateSink for Sink {
    fn ready(&self, class: UpdateClass) -> bool {
        let has_room = self.sender.has_room_for(class);
        if !has_room {
            self.wanted.send_replace(Some(class));
        }
        has_room
    }

    fn link(&self) -> LinkEstimate {
        self.sender.link()
    }

    fn take_abandoned(&mut self) -> bool {
        self.sender.take_abandoned()
    }

    fn send_update(&mut self, update: Update) {
        if let Err(error) = self.sender.send_update(update.sequence, update.class, Bytes::from(update.bytes))
        {
            tracing::debug!(%error, "an update was not sent");
        }
    }

    fn send_cursor(&mut self, message: CursorMessage) {
        if let Err(error) = self.sender.send_cursor(message) {
            tracing::debug!(%error, "the cursor was not sent");
        }
    }

    fn resized(&mut self, size: Size) {
        if let Some(input) = &self.input {
            input.set_screen(size);
        }
    }

    fn monitors(&mut self, monitors: Monitors) {
        if let Err(error) = self.sender.send_control(FromClient::Monitors(monitors)) {
            tracing::debug!(%error, "the monitors were not told");
        }
    }

    fn failed(&mut self, error: PipelineError) {
        (self.failed)(Event::CaptureFailed(self.session, error.to_string()));
    }
}
