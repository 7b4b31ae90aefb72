//! The way of input out of the expert's link: one stream, and where packets were lost lately, the newest frames once
//! more in datagrams, one along with the stream and one a little later. It neither prints nor keeps what somebody types,
//! but for that moment.

use std::collections::VecDeque;
use std::time::Duration;

use deskside_proto::wire::datagram::InputCopy;
use deskside_proto::wire::input::{InputEvent, InputFrame};
use deskside_proto::wire::{Message, StreamKind};
use tokio::time::{Instant, sleep_until};

use super::link::{Shared, open_stream, priority};
use crate::losses::{Losses, Packets};

/// The second copy leaves so much later than the frames, lest one lost packet take both along.
const APART: Duration = Duration::from_millis(4);
/// What a frame takes beyond the way there and back until nobody needs a copy of it.
const MARGIN: Duration = Duration::from_millis(30);

/// The newest frames on the stream.
#[derive(Debug, Default)]
struct Newest {
    frames: VecDeque<(Instant, InputFrame)>,
    /// What they have on the wire together; never more than one copy takes.
    bytes: usize,
    /// The number of the frame that comes next.
    next: u32,
}

impl Newest {
    fn note(&mut self, frames: impl IntoIterator<Item = InputFrame>, now: Instant) {
        for frame in frames {
            self.bytes += frame.encoded_bytes();
            self.frames.push_back((now, frame));
            while self.bytes > InputCopy::MAX_FRAME_BYTES
                && let Some((_, oldest)) = self.frames.pop_front()
            {
                self.bytes = self.bytes.saturating_sub(oldest.encoded_bytes());
            }
            self.next = self.next.wrapping_add(1);
        }
    }

    /// Whether there are others than those of this moment, not older than `age`.
    fn is_more_than(&self, now: Instant, age: Duration) -> bool {
        let others = self.frames.iter().rev().map(|(written, _)| now.duration_since(*written));
        others.skip_while(Duration::is_zero).take(1).any(|old| old <= age)
    }

    /// A copy of those that are not older than `age`.
    fn copy(&mut self, age: Duration, now: Instant) -> Option<InputCopy> {
        while let Some((_, old)) = self.frames.pop_front_if(|(written, _)| now.duration_since(*written) > age)
        {
            self.bytes = self.bytes.saturating_sub(old.encoded_bytes());
        }
        let count = u32::try_from(self.frames.len()).unwrap_or(u32::MAX);
        let frames: Vec<_> = self.frames.iter().map(|(_, frame)| *frame).collect();
        (count > 0).then_some(InputCopy { first: self.next.wrapping_sub(count), frames })
    }
}

/// Writes what is queued until the connection ends.
pub(super) async fn write_input(shared: &Shared) {
    let Ok(mut stream) = open_stream(shared, StreamKind::Input, priority::INPUT).await else { return };
    let connection = &shared.line.connection;
    let mut newest = Newest::default();
    let mut losses = Losses::new(Instant::now());
    let mut copy_at: Option<Instant> = None;
    let mut bytes = Vec::new();
    loop {
        let due = async {
            match copy_at {
                Some(at) => sleep_until(at).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            frames = shared.input.take() => {
                let Some(frames) = frames else { return };
                bytes.clear();
                for frame in &frames {
                    frame.encode(&mut bytes);
                }
                if stream.write_all(&bytes).await.is_err() {
                    return;
                }
                let now = Instant::now();
                let is_motion = |frame: &InputFrame| matches!(frame.event, InputEvent::PointerMoved { .. });
                let is_urgent = !frames.iter().all(is_motion);
                newest.note(frames, now);
                if losses.lately(Packets::of(connection), now) > 0 {
                    copy_at.get_or_insert(now + APART);
                    // What comes behind a gap of the stream is not given out there before the gap is filled.
                    if is_urgent && newest.is_more_than(now, needed_for(connection)) {
                        send_copy(connection, &mut newest, now);
                    }
                }
            }
            () = due => {
                copy_at = None;
                send_copy(connection, &mut newest, Instant::now());
            }
        }
    }
}

/// How long the other side may need a copy of a frame.
fn needed_for(connection: &quinn::Connection) -> Duration {
    connection.rtt() * 3 / 2 + MARGIN
}

/// Repeats what may not be known on the other side.
fn send_copy(connection: &quinn::Connection, newest: &mut Newest, now: Instant) {
    if let Some(copy) = newest.copy(needed_for(connection), now) {
        let mut datagram = Vec::with_capacity(InputCopy::MAX_BYTES);
        copy.encode(&mut datagram);
        // It was a second chance; the stream is the first.
        let _ = connection.send_datagram(datagram.into());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use deskside_proto::geometry::DesktopPoint;
    use deskside_proto::ids::GrantId;

    fn motions(count: i32) -> Vec<InputFrame> {
        let at = |x| InputEvent::PointerMoved { at: DesktopPoint { x, y: 0 } };
        (0..count).map(|x| InputFrame { grant: GrantId::FIRST, event: at(x) }).collect()
    }

    #[tokio::test]
    async fn a_copy_holds_what_is_new_and_says_where_it_belongs() {
        let start = Instant::now();
        let ms = Duration::from_millis;
        let mut newest = Newest::default();
        assert!(newest.copy(ms(100), start).is_none());
        newest.note(motions(3), start);
        assert!(!newest.is_more_than(start, ms(100)));
        newest.note(motions(2), start + ms(50));
        assert!(newest.is_more_than(start + ms(50), ms(100)) && !newest.is_more_than(start + ms(50), ms(49)));
        assert!(
            newest
                .copy(ms(100), start + ms(60))
                .is_some_and(|copy| copy.first == 0 && copy.frames.len() == 5)
        );
        assert!(
            newest
                .copy(ms(100), start + ms(120))
                .is_some_and(|copy| copy.first == 3 && copy.frames.len() == 2)
        );
        newest.note(motions(200), start + ms(130));
        let copy = newest.copy(ms(100), start + ms(130)).unwrap();
        let fits = InputCopy::MAX_FRAME_BYTES / motions(1)[0].encoded_bytes();
        assert_eq!((copy.first, copy.frames.len()), (205 - fits as u32, fits));
        assert!(newest.copy(ms(100), start + ms(300)).is_none());
    }
}
