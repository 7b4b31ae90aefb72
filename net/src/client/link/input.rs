//! Input out of two ways, the expert's stream and datagrams that repeat the newest of it: each frame once, in the order
//! of the stream. What an event may do is decided at the gate, whichever way it came.

use std::sync::Arc;

use deskside_proto::wire::StreamKind;
use deskside_proto::wire::datagram::InputCopy;
use deskside_proto::wire::input::InputFrame;
use tokio::sync::{Mutex, mpsc};

use super::Shared;
use crate::link::{FrameSource, StreamFailure};

/// Which frames were taken. Numbers go round.
///
/// INVARIANT: the stream is never ahead of what was taken.
#[derive(Debug, Default)]
struct Order {
    /// The frame that is due.
    next: u32,
    /// The frame that comes next on the stream.
    on_stream: u32,
}

impl Order {
    /// Whether the next frame of the stream is to be taken; otherwise a copy was.
    fn takes_from_stream(&mut self) -> bool {
        let is_due = self.on_stream == self.next;
        self.on_stream = self.on_stream.wrapping_add(1);
        if is_due {
            self.next = self.on_stream;
        }
        is_due
    }

    /// How many of `count` frames from `first` on were taken already; all of them where one before them is missing.
    fn skips_of_copy(&mut self, first: u32, count: usize) -> usize {
        let known = usize::try_from(self.next.wrapping_sub(first)).unwrap_or(usize::MAX);
        if known < count {
            // A copy is short, so the difference fits.
            self.next = self.next.wrapping_add(u32::try_from(count - known).unwrap_or(0));
        }
        known.min(count)
    }
}

/// Where both ways meet.
pub(super) struct InputIntake {
    shared: Arc<Shared>,
    /// Locked until the frames are handed over, so that the other way cannot overtake them.
    order: Mutex<Order>,
    events: mpsc::Sender<InputFrame>,
}

impl InputIntake {
    pub(super) fn new(shared: Arc<Shared>, events: mpsc::Sender<InputFrame>) -> Arc<Self> {
        Arc::new(Self { shared, order: Mutex::default(), events })
    }

    /// Takes frames off the stream until it ends.
    pub(super) async fn read_stream(self: Arc<Self>, stream: quinn::RecvStream) {
        let mut source = FrameSource::<InputFrame, _>::new(stream);
        loop {
            let frame = match source.next().await {
                Ok(Some(frame)) => frame,
                Ok(None) => return,
                Err(failure) => return self.shared.line.failed(StreamKind::Input, failure),
            };
            let mut order = self.order.lock().await;
            if order.takes_from_stream() && !self.hand_over(frame).await {
                return;
            }
        }
    }

    /// Takes what datagrams bring until the connection ends.
    pub(super) async fn read_datagrams(self: Arc<Self>) {
        while let Ok(datagram) = self.shared.line.connection.read_datagram().await {
            let copy = match InputCopy::decode(&datagram) {
                Ok(copy) => copy,
                Err(error) => {
                    return self.shared.line.failed(StreamKind::Input, StreamFailure::Wire(error));
                }
            };
            let mut order = self.order.lock().await;
            let skipped = order.skips_of_copy(copy.first, copy.frames.len());
            for frame in copy.frames.into_iter().skip(skipped) {
                if !self.hand_over(frame).await {
                    return;
                }
            }
        }
    }

    async fn hand_over(&self, frame: InputFrame) -> bool {
        self.shared.hear_input(&frame);
        self.events.send(frame).await.is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_frame_is_taken_once_and_in_order_however_copies_come() {
        let mut seed = 5_u32;
        let mut random = move |below: u32| {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (seed >> 8) % below
        };
        for begin in [0, u32::MAX - 40] {
            let mut order = Order { next: begin, on_stream: begin };
            let (mut taken, mut read) = (0, 0);
            while read < 200 {
                // Copies of anything that was sent, also long ago or with a gap before it.
                let sent = read + random(12);
                let first = random(sent + 1);
                let count = random(8) + 1;
                let count = count.min(sent + 1 - first);
                let skipped = order.skips_of_copy(begin.wrapping_add(first), count as usize) as u32;
                assert!(skipped <= count);
                if skipped < count {
                    assert_eq!(first + skipped, taken, "neither twice nor with a gap");
                    taken += count - skipped;
                }
                if random(2) == 0 && read <= sent {
                    let takes = order.takes_from_stream();
                    assert_eq!(takes, read == taken);
                    taken += u32::from(takes);
                    read += 1;
                }
                assert!(read <= taken);
            }
        }
    }

    #[test]
    fn a_copy_from_the_future_is_nothing() {
        let mut order = Order::default();
        assert_eq!(order.skips_of_copy(1, 3), 3);
        assert_eq!(order.skips_of_copy(u32::MAX / 2, 3), 3);
        assert_eq!(order.skips_of_copy(0, 3), 0);
        assert_eq!(order.skips_of_copy(1, 3), 2);
        assert_eq!(order.next, 4);
    }
}
