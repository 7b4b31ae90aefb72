//! The receiving half of the client's link: control messages, input and feedback, each checked by its family's reader.
//! What an event brings about is decided elsewhere.

use std::sync::Arc;

use deskside_proto::wire::StreamKind;
use deskside_proto::wire::control::FromExpert;
use deskside_proto::wire::feedback::Feedback;
use deskside_proto::wire::input::InputFrame;
use tokio::sync::mpsc;

use super::input::InputIntake;
use super::{ClientLinkEvent, Open, Shared};
use crate::credit::Credit;
use crate::fetch::Asked;
use crate::link::{FrameSource, PeerMisbehaved, read_kind, receive};

/// The receiving half.
#[derive(Debug)]
pub struct ClientEvents {
    control: mpsc::Receiver<ClientLinkEvent>,
    input: mpsc::Receiver<InputFrame>,
    feedback: mpsc::Receiver<Feedback>,
    asked: mpsc::Receiver<Asked>,
    open: Arc<Open>,
    told: bool,
}

impl ClientEvents {
    pub(super) fn new(
        control: mpsc::Receiver<ClientLinkEvent>,
        input: mpsc::Receiver<InputFrame>,
        feedback: mpsc::Receiver<Feedback>,
        asked: mpsc::Receiver<Asked>,
        open: Arc<Open>,
    ) -> Self {
        Self { control, input, feedback, asked, open, told: false }
    }

    /// The next event: control messages before feedback, feedback before input, input before
    /// requests for pieces, each in its own order.
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
            Some(asked) = self.asked.recv() => return Some(ClientLinkEvent::Asked(asked)),
            else => {}
        }
        let reason = self.open.0.line.closed().await;
        self.told = true;
        Some(ClientLinkEvent::Closed(reason))
    }
}

pub(super) async fn read_control(
    shared: &Shared,
    words: FrameSource<FromExpert, quinn::RecvStream>,
    events: mpsc::Sender<ClientLinkEvent>,
) {
    let take = |message| {
        if let FromExpert::Hello(_) = message {
            return Err(PeerMisbehaved::GreetingAgain);
        }
        if let FromExpert::Offer(offer) = &message {
            shared.fetches.offered(offer)?;
        }
        Ok(Some(ClientLinkEvent::Control(message)))
    };
    receive(&shared.line, StreamKind::Control, words, events, take).await;
}

/// Takes the expert's two other streams; a third is a violation.
pub(super) async fn accept_streams(
    shared: Arc<Shared>,
    input: mpsc::Sender<InputFrame>,
    feedback: mpsc::Sender<Feedback>,
) {
    let input = InputIntake::new(shared.clone(), input);
    tokio::spawn(input.clone().read_datagrams());
    let (mut input, mut feedback) = (Some(input), Some(feedback));
    while let Ok(mut stream) = shared.line.connection.accept_uni().await {
        match read_kind(&mut stream).await {
            Ok(StreamKind::Input) => match input.take() {
                Some(input) => drop(tokio::spawn(input.read_stream(stream))),
                None => return shared.line.violated(PeerMisbehaved::StreamTwice(StreamKind::Input)),
            },
            Ok(StreamKind::Feedback) => match feedback.take() {
                Some(events) => drop(tokio::spawn(read_feedback(shared.clone(), stream, events))),
                None => return shared.line.violated(PeerMisbehaved::StreamTwice(StreamKind::Feedback)),
            },
            Ok(
                kind @ (StreamKind::Control | StreamKind::Update | StreamKind::Cursor | StreamKind::Fetch),
            ) => {
                return shared.line.violated(PeerMisbehaved::StreamNotAllowed(kind));
            }
            Err(act) => return shared.line.broke_off(act),
        }
    }
}

async fn read_feedback(shared: Arc<Shared>, stream: quinn::RecvStream, events: mpsc::Sender<Feedback>) {
    let take = |feedback| {
        shared.hear();
        match feedback {
            Feedback::UpdateApplied { sequence, backlog } => {
                shared.picture().videos.applied(sequence);
                shared.make_room(|credit| credit.applied(sequence, backlog));
            }
            Feedback::KeyframeNeeded => shared.make_room(Credit::give_up),
            Feedback::Heartbeat => return Ok(None),
        }
        Ok(Some(feedback))
    };
    receive(&shared.line, StreamKind::Feedback, FrameSource::new(stream), events, take).await;
}
