//! One expert's link: what comes in goes to the input path or the controller, what is captured goes out.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

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

/// The way to the pipeline; clones are the same. What the expert says while a pipeline begins, whose first picture may be
/// there before [`Link::show`] is reached, is kept for it.
#[derive(Debug, Clone, Default)]
struct Orders(Arc<Mutex<Ordered>>);

#[derive(Debug, Default)]
struct Ordered {
    pipeline: Option<PipelineHandle>,
    /// What the expert looks at, once that was said; it holds for each pipeline that begins later as well.
    looked: Option<LookedAt>,
    /// Asked for while there was no pipeline to tell.
    owes_keyframe: bool,
}

impl Orders {
    fn ordered(&self) -> MutexGuard<'_, Ordered> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// From now on orders go to this pipeline, first of all those that came too early for it.
    fn begin(&self, pipeline: PipelineHandle) {
        let mut ordered = self.ordered();
        if let Some(looked) = ordered.looked.clone() {
            pipeline.look_at(looked);
        }
        if std::mem::take(&mut ordered.owes_keyframe) {
            pipeline.request_keyframe();
        }
        // There may be room again, or a film given up, since it asked.
        pipeline.wake();
        ordered.pipeline = Some(pipeline);
    }

    /// The pipeline ends; the next one begins with a whole picture anyway.
    fn end(&self) {
        let mut ordered = self.ordered();
        ordered.pipeline = None;
        ordered.owes_keyframe = false;
    }

    fn wake(&self) {
        if let Some(pipeline) = &self.ordered().pipeline {
            pipeline.wake();
        }
    }

    fn request_keyframe(&self) {
        let mut ordered = self.ordered();
        match &ordered.pipeline {
            Some(pipeline) => pipeline.request_keyframe(),
            None => ordered.owes_keyframe = true,
        }
    }

    fn look_at(&self, parts: LookedAt) {
        let mut ordered = self.ordered();
        ordered.looked = Some(parts.clone());
        if let Some(pipeline) = &ordered.pipeline {
            pipeline.look_at(parts);
        }
    }
}

/// One expert's link and picture.
#[derive(Debug)]
pub(super) struct Link {
    sender: ClientSender,
    orders: Orders,
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
        let orders = Orders::default();
        let clipboard = SessionClipboard::new(sender.clone(), clipboard, wake);
        let ways_in = WaysIn { input, orders: orders.clone(), clipboard: clipboard.clone() };
        let listening = listen(session, events, ways_in, experts);
        let wanted = watch::Sender::default();
        (Self { sender, orders, clipboard, pipeline: None, wanted, waking: JoinSet::new() }, listening)
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
        self.orders.begin(pipeline.handle());
        self.pipeline = Some(pipeline);
    }

    /// Lets the pipeline look at what has changed for it.
    pub(super) fn wake(&self) {
        self.orders.wake();
    }

    /// Stops capturing; the thread is waited for elsewhere, because it may be in the middle of a picture.
    pub(super) fn hide(&mut self) {
        self.orders.end();
        self.waking.abort_all();
        if let Some(pipeline) = self.pipeline.take() {
            tokio::task::spawn_blocking(move || drop(pipeline));
        }
    }
}

/// Where what an expert sends goes, if it does not go to the controller.
struct WaysIn {
    input: Option<Arc<InputPath>>,
    orders: Orders,
    clipboard: SessionClipboard,
}

async fn listen(
    session: SessionId,
    mut events: ClientEvents,
    WaysIn { input, orders, clipboard }: WaysIn,
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
                    orders.request_keyframe();
                }
                continue;
            }
            ClientLinkEvent::Abandoned => {
                orders.wake();
                continue;
            }
            ClientLinkEvent::Asked(asked) => {
                clipboard.asked(asked);
                continue;
            }
            ClientLinkEvent::Control(FromExpert::LookingAt(parts)) => {
                orders.look_at(parts);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_whole_picture_asked_for_while_the_pipeline_begins_is_sent() {
        let orders = Orders::default();
        orders.request_keyframe();
        let first = PipelineHandle::for_test();
        orders.begin(first.clone());
        assert!(first.take_keyframe(), "asked for before there was anybody to tell");
        assert!(!first.take_keyframe());
        orders.request_keyframe();
        assert!(first.take_keyframe());
        orders.end();
        let second = PipelineHandle::for_test();
        orders.begin(second.clone());
        assert!(!second.take_keyframe(), "what was asked for is sent once");
    }
}
