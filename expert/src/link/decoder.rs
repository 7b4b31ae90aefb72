//! The thread that turns updates into pixels, so that neither the window nor the network waits for a codec.

use std::sync::Arc;
use std::thread;
use std::time::Instant;

use bytes::Bytes;
use deskside_media::{UpdateDecoder, UpdateError};
use deskside_net::CloseCode;
use deskside_net::expert::ExpertSender;
use deskside_proto::geometry::Size;
use deskside_proto::wire::feedback::Feedback;
use tokio::sync::mpsc;

use super::Picture;

/// Updates that may wait here; more wait in the network's bounded buffers, where the sender notices.
const QUEUE: usize = 2;

/// Updates of one session that may be wrong, each mended by a keyframe, before the client is cut off.
const MOST_FAULTS: u32 = 5;

/// An update on its way to the decoder.
pub(super) struct Arrived {
    /// Its number.
    pub sequence: u32,
    /// Its bytes.
    pub payload: Bytes,
    /// Updates that waited behind it when it was handed on.
    pub behind: u8,
    /// When it arrived.
    pub at: Instant,
}

/// What the decoder tells the window.
pub enum Decoded {
    /// There is something new to show.
    Changed,
    /// The desktop has another size.
    Resized(Size),
}

/// The way to the decoder's thread; the thread ends when this is dropped.
pub struct Decoder {
    updates: mpsc::Sender<Arrived>,
}

impl Decoder {
    /// Starts the thread. `tell` is called from it and must not wait.
    ///
    /// # Errors
    /// What the system says when there is no thread to be had.
    pub fn start(
        picture: Arc<Picture>,
        sender: ExpertSender,
        tell: impl Fn(Decoded) + Send + 'static,
    ) -> std::io::Result<Self> {
        let (updates, arrived) = mpsc::channel(QUEUE);
        thread::Builder::new()
            .name("decoder".to_owned())
            .spawn(move || run(arrived, &picture, &sender, &tell))?;
        Ok(Self { updates })
    }

    /// Waits until there is room for an update.
    ///
    /// # Errors
    /// When the thread has ended because of a client that breaks the protocol.
    pub async fn room(&self) -> Result<mpsc::Permit<'_, Arrived>, mpsc::error::SendError<()>> {
        self.updates.reserve().await
    }
}

fn run(
    mut arrived: mpsc::Receiver<Arrived>,
    picture: &Picture,
    sender: &ExpertSender,
    tell: &impl Fn(Decoded),
) {
    let mut decoder = match UpdateDecoder::new() {
        Ok(decoder) => decoder,
        Err(error) => {
            tracing::error!(%error, "no decoder for the picture");
            sender.close(CloseCode::Finished);
            return;
        }
    };
    let mut size = Size::default();
    let mut faults = 0_u32;
    let mut waits_for_keyframe = false;
    while let Some(update) = arrived.blocking_recv() {
        match decoder.apply(&update.payload) {
            Ok(applied) => {
                waits_for_keyframe = false;
                let surface = decoder.surface();
                picture.publish(surface, &applied.dirty, update.at);
                let waiting = u8::try_from(arrived.len()).unwrap_or(u8::MAX);
                let backlog = update.behind.saturating_add(waiting);
                // The window comes first: an acknowledgement can wait for the wake-up, pixels cannot.
                tell(Decoded::Changed);
                let _ = sender.send_feedback(Feedback::UpdateApplied { sequence: update.sequence, backlog });
                if surface.size() != size {
                    size = surface.size();
                    tell(Decoded::Resized(size));
                }
            }
            // Those that were on their way when the keyframe was asked for.
            Err(UpdateError::KeyframeNeeded) if waits_for_keyframe => {}
            Err(error) => {
                tracing::warn!(%error, sequence = update.sequence, "an update could not be applied");
                faults += 1;
                if faults > MOST_FAULTS {
                    sender.close(CloseCode::ProtocolViolation);
                    return;
                }
                waits_for_keyframe = true;
                let _ = sender.send_feedback(Feedback::KeyframeNeeded);
            }
        }
    }
}
