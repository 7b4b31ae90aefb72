//! What both ends of a link have in common: frames in and out of streams, and how a link ends.
//! It does not know which role it plays.

use std::sync::OnceLock;
use std::time::Duration;

use deskside_proto::wire::{CloseCode, FrameReader, Message, StreamKind, WireError};
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::sync::mpsc;

use crate::outbox::Outbox;

/// How long a closing side waits for its last message to be acknowledged.
pub const FLUSH_LIMIT: Duration = Duration::from_secs(2);

/// Control messages that may wait for sending.
pub(crate) const CONTROL_QUEUE: usize = 64;
/// Messages of one stream that may wait for the program.
pub(crate) const EVENT_QUEUE: usize = 256;

/// Cursors that may wait for the viewer; a shape is large.
pub(crate) const CURSOR_QUEUE: usize = 8;

/// Bytes taken from a stream at once.
const READ_BYTES: usize = 4096;

/// What the other side did although docs/PROTOCOL.md forbids it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PeerMisbehaved {
    /// Bytes on a stream are not a message that belongs there.
    #[error("a wrong message on the {stream:?} stream: {error}")]
    InvalidMessage {
        /// The stream.
        stream: StreamKind,
        /// What is wrong with it.
        error: WireError,
    },
    /// A stream began with a byte that names no kind.
    #[error("a stream of the unknown kind {0:#04x}")]
    UnknownStream(u8),
    /// A stream ended or was reset before it said what it is, or in the middle of something.
    #[error("a stream broke off")]
    BrokenStream,
    /// A stream of a kind that the other role may not open, or not in this direction.
    #[error("a {0:?} stream from the wrong side")]
    StreamNotAllowed(StreamKind),
    /// A second stream of a kind that exists once.
    #[error("a second {0:?} stream")]
    StreamTwice(StreamKind),
    /// A second greeting.
    #[error("a greeting in the middle of the session")]
    GreetingAgain,
    /// Updates are not numbered without gaps.
    #[error("update {found} where {expected} was due")]
    UpdateOutOfOrder {
        /// The number that was due.
        expected: u32,
        /// The number that came.
        found: u32,
    },
    /// An offer is not numbered higher than the one before.
    #[error("an offer out of its order")]
    OfferOutOfOrder,
    /// It stopped reading a stream that it must read.
    #[error("it stopped reading")]
    StoppedReading,
}

/// Why a link is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CloseReason {
    /// This side closed it.
    Here(CloseCode),
    /// The other side closed it, for the reason that its code gives.
    There(CloseCode),
    /// The other side broke the protocol and was cut off.
    PeerMisbehaved(PeerMisbehaved),
    /// Nothing was heard for [`crate::transport::IDLE_TIMEOUT`].
    TimedOut,
    /// The connection failed in a way that QUIC describes; the other side's fault or the path's.
    Broken,
}

/// The end of a link: who ended it and why. Shared by all tasks of one link.
#[derive(Debug)]
pub(crate) struct Line {
    pub(crate) connection: quinn::Connection,
    misbehaved: OnceLock<PeerMisbehaved>,
    code: OnceLock<CloseCode>,
    reason: OnceLock<CloseReason>,
}

impl Line {
    /// Counts what came from the other side and was genuine: a forged or repeated packet changes nothing.
    pub(crate) fn arrived(&self) -> u64 {
        let frames = self.connection.stats().frame_rx;
        frames.acks.wrapping_add(frames.stream).wrapping_add(frames.ping).wrapping_add(frames.datagram)
    }

    pub(crate) fn new(connection: quinn::Connection) -> Self {
        Self { connection, misbehaved: OnceLock::new(), code: OnceLock::new(), reason: OnceLock::new() }
    }

    /// Cuts off a peer that broke the protocol.
    pub(crate) fn violated(&self, act: PeerMisbehaved) {
        let _ = self.misbehaved.set(act);
        tracing::debug!(%act, "the other side broke the protocol");
        self.close_now(CloseCode::ProtocolViolation);
    }

    /// No further message comes from `stream`: cuts off the peer if that is its doing, and not the end of the connection.
    pub(crate) fn failed(&self, stream: StreamKind, failure: StreamFailure) {
        match failure {
            StreamFailure::Wire(error) => self.violated(PeerMisbehaved::InvalidMessage { stream, error }),
            StreamFailure::Gone => self.broke_off(PeerMisbehaved::BrokenStream),
        }
    }

    /// A stream broke off: that is `act`, unless the connection is gone and the stream with it.
    pub(crate) fn broke_off(&self, act: PeerMisbehaved) {
        if self.connection.close_reason().is_none() {
            self.violated(act);
        }
    }

    /// Decides the code of an orderly end; the first one stays.
    pub(crate) fn decide(&self, code: CloseCode) {
        let _ = self.code.set(code);
    }

    /// Closes at once, with the code that was decided first; does nothing when the other side was faster.
    pub(crate) fn close_now(&self, code: CloseCode) {
        if self.connection.close_reason().is_none() {
            close(&self.connection, *self.code.get_or_init(|| code));
        }
    }

    /// Waits for the end and says what it was, the same to everybody who asks.
    pub(crate) async fn closed(&self) -> CloseReason {
        let error = self.connection.closed().await;
        *self.reason.get_or_init(|| self.reason_of(&error))
    }

    fn reason_of(&self, error: &quinn::ConnectionError) -> CloseReason {
        if let Some(act) = self.misbehaved.get() {
            return CloseReason::PeerMisbehaved(*act);
        }
        match error {
            quinn::ConnectionError::LocallyClosed => {
                CloseReason::Here(self.code.get().copied().unwrap_or(CloseCode::Finished))
            }
            quinn::ConnectionError::ApplicationClosed(close) => {
                match CloseCode::from_code(close.error_code.into_inner()) {
                    Some(code) => CloseReason::There(code),
                    None => CloseReason::Broken,
                }
            }
            quinn::ConnectionError::TimedOut => CloseReason::TimedOut,
            quinn::ConnectionError::VersionMismatch
            | quinn::ConnectionError::TransportError(_)
            | quinn::ConnectionError::ConnectionClosed(_)
            | quinn::ConnectionError::Reset
            | quinn::ConnectionError::CidsExhausted => CloseReason::Broken,
        }
    }
}

/// Sends CONNECTION_CLOSE; the code says everything, the reason stays empty.
pub(crate) fn close(connection: &quinn::Connection, code: CloseCode) {
    connection.close(code.code().into(), b"");
}

/// Why no further message comes from a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StreamFailure {
    /// The bytes are wrong.
    Wire(WireError),
    /// The connection is gone, or the sender reset the stream.
    Gone,
}

/// Messages of one family from one stream.
pub(crate) struct FrameSource<M, R> {
    stream: R,
    frames: FrameReader<M>,
    chunk: Vec<u8>,
    used: usize,
}

impl<M: Message, R: AsyncRead + Unpin> FrameSource<M, R> {
    pub(crate) fn new(stream: R) -> Self {
        Self { stream, frames: FrameReader::new(), chunk: Vec::new(), used: 0 }
    }

    /// The next message; `Ok(None)` when the stream ended between two messages.
    ///
    /// Safe to drop half-way: nothing that was read is lost.
    pub(crate) async fn next(&mut self) -> Result<Option<M>, StreamFailure> {
        loop {
            let mut input = self.chunk.get(self.used..).unwrap_or_default();
            let message = self.frames.read(&mut input).map_err(StreamFailure::Wire)?;
            self.used = self.chunk.len() - input.len();
            if message.is_some() {
                return Ok(message);
            }
            self.chunk.clear();
            self.used = 0;
            self.chunk.reserve(READ_BYTES);
            let mut limited = (&mut self.stream).take(READ_BYTES as u64);
            match limited.read_buf(&mut self.chunk).await {
                Ok(0) => {
                    self.frames.finish().map_err(StreamFailure::Wire)?;
                    return Ok(None);
                }
                Ok(_) => {}
                Err(_) => return Err(StreamFailure::Gone),
            }
        }
    }
}

/// Hands on what `take` makes of each message of a stream, until the stream ends or nobody takes any more; cuts off a
/// peer whose stream goes wrong.
pub(crate) async fn receive<M: Message, R: AsyncRead + Unpin, E>(
    line: &Line,
    kind: StreamKind,
    mut source: FrameSource<M, R>,
    events: mpsc::Sender<E>,
    take: impl Fn(M) -> Result<Option<E>, PeerMisbehaved>,
) {
    loop {
        match source.next().await {
            Ok(Some(message)) => match take(message) {
                Ok(Some(event)) => {
                    if events.send(event).await.is_err() {
                        return;
                    }
                }
                Ok(None) => {}
                Err(act) => return line.violated(act),
            },
            Ok(None) => return,
            Err(failure) => return line.failed(kind, failure),
        }
    }
}

/// Reads the byte that says what a stream is.
pub(crate) async fn read_kind<R: AsyncRead + Unpin>(stream: &mut R) -> Result<StreamKind, PeerMisbehaved> {
    let byte = stream.read_u8().await.map_err(|_| PeerMisbehaved::BrokenStream)?;
    StreamKind::from_code(byte).ok_or(PeerMisbehaved::UnknownStream(byte))
}

/// Writes what is queued, several messages in one piece, until the box is closed and empty.
pub(crate) async fn write_frames<M: Message>(
    stream: &mut quinn::SendStream,
    outbox: &Outbox<M>,
) -> Result<(), quinn::WriteError> {
    let mut bytes = Vec::new();
    while let Some(messages) = outbox.take().await {
        bytes.clear();
        for message in &messages {
            message.encode(&mut bytes);
        }
        stream.write_all(&bytes).await?;
    }
    Ok(())
}

/// Writes the control stream to its end, waits until the last message has arrived, then closes.
///
/// The wait is limited from the moment at which the box is closed: a peer that takes nothing cannot keep a link open
/// that this side has ended.
pub(crate) async fn write_control<M: Message>(
    line: &Line,
    mut stream: quinn::SendStream,
    outbox: &Outbox<M>,
) {
    let writing = async {
        if write_frames(&mut stream, outbox).await.is_ok() && stream.finish().is_ok() {
            let _ = stream.stopped().await;
        }
    };
    let overdue = async {
        outbox.closed().await;
        tokio::time::sleep(FLUSH_LIMIT).await;
    };
    tokio::select! {
        () = writing => {}
        () = overdue => {}
    }
    outbox.close();
    line.close_now(CloseCode::Finished);
}

/// Writes the last bytes of a stream and waits, for a limited time in all, until they have been acknowledged: the peer
/// decides how much it takes, not how long this lasts.
///
/// A CONNECTION_CLOSE would otherwise overtake them (RFC 9000, section 10.2).
pub(crate) async fn write_last(stream: &mut quinn::SendStream, bytes: &[u8]) {
    let writing = async {
        if stream.write_all(bytes).await.is_ok() && stream.finish().is_ok() {
            let _ = stream.stopped().await;
        }
    };
    let _ = tokio::time::timeout(FLUSH_LIMIT, writing).await;
}

#[cfg(test)]
mod tests {
    use super::*;
    use deskside_proto::wire::feedback::Feedback;
    use tokio::io::AsyncWriteExt;

    #[tokio::test]
    async fn messages_that_arrive_byte_by_byte_are_read_whole() {
        let (mut far, near) = tokio::io::duplex(1);
        let mut source = FrameSource::<Feedback, _>::new(near);
        let mut bytes = Vec::new();
        let sent = [Feedback::Heartbeat, Feedback::UpdateApplied { sequence: 7, backlog: 1 }];
        for message in &sent {
            message.encode(&mut bytes);
        }
        let writer = tokio::spawn(async move { far.write_all(&bytes).await });
        for message in sent {
            assert_eq!(source.next().await, Ok(Some(message)));
        }
        writer.await.unwrap().unwrap();
        assert_eq!(source.next().await, Ok(None));
    }

    #[tokio::test]
    async fn a_stream_that_ends_inside_a_message_is_an_error() {
        let (mut far, near) = tokio::io::duplex(64);
        let mut bytes = Vec::new();
        Feedback::UpdateApplied { sequence: 7, backlog: 1 }.encode(&mut bytes);
        bytes.pop();
        far.write_all(&bytes).await.unwrap();
        drop(far);
        let mut source = FrameSource::<Feedback, _>::new(near);
        assert_eq!(source.next().await, Err(StreamFailure::Wire(WireError::Truncated)));
    }

    #[tokio::test]
    async fn a_stream_of_unknown_kind_is_named_by_its_byte() {
        assert_eq!(read_kind(&mut &[0x7f_u8][..]).await, Err(PeerMisbehaved::UnknownStream(0x7f)));
        assert_eq!(read_kind(&mut &[][..]).await, Err(PeerMisbehaved::BrokenStream));
        assert_eq!(read_kind(&mut &[2_u8][..]).await, Ok(StreamKind::Input));
    }
}
