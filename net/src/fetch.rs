//! Pieces of copied things, each on a stream of its own: asked for here, or asked for by the other side.
//! It bounds lengths, times and numbers; what the bytes are and who may have them is not known here.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use bytes::Bytes;
use deskside_proto::wire::clipboard::{NoPiece, Offer, PieceHead, PieceRequest};
use deskside_proto::wire::{StreamKind, WireError};
use tokio::runtime::Handle;
use tokio::sync::{Semaphore, mpsc};
use tokio::time::timeout;

use crate::link::{Line, PeerMisbehaved, read_kind};
use crate::transport::MAX_FETCH_STREAMS;

/// Requests that may wait for the program; the streams' number bounds them further.
pub(crate) const FETCH_QUEUE: usize = MAX_FETCH_STREAMS as usize * 2;

/// How long a piece may take, whoever holds it and whatever the path does meanwhile.
pub const PIECE_LIMIT: Duration = Duration::from_secs(60);
/// How long the other side may take to say what it wants once it has opened a stream.
const REQUEST_LIMIT: Duration = Duration::from_secs(30);

/// A piece of something that the other side offers.
#[derive(Clone, PartialEq, Eq)]
pub struct PieceOf {
    /// Length of the whole. Units: bytes.
    pub total: u64,
    /// What there is from the asked offset on, up to the asked length.
    pub bytes: Bytes,
}

impl std::fmt::Debug for PieceOf {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "PieceOf({} of {} bytes)", self.bytes.len(), self.total)
    }
}

/// Why there is no piece.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FetchError {
    /// The other side does not give it.
    #[error("the other side does not give it: {0:?}")]
    Refused(NoPiece),
    /// The stream broke off; the same piece can be asked for again.
    #[error("the stream broke off")]
    Broken,
    /// It took too long; the same piece can be asked for again.
    #[error("the piece did not come in time")]
    TimedOut,
    /// The link is over.
    #[error("the link is closed")]
    Closed,
}

/// The pieces that this side asks for; a few at once, the others wait.
#[derive(Debug)]
pub(crate) struct Fetches {
    room: Semaphore,
    priority: i32,
    last_offer: AtomicU32,
}

impl Fetches {
    pub(crate) fn new(priority: i32) -> Self {
        Self { room: Semaphore::new(MAX_FETCH_STREAMS as usize), priority, last_offer: AtomicU32::new(0) }
    }

    /// Checks the number of an offer of the other side.
    pub(crate) fn offered(&self, offer: &Offer) -> Result<(), PeerMisbehaved> {
        let last = self.last_offer.swap(offer.offer.0, Ordering::Relaxed);
        if offer.offer.0 > last { Ok(()) } else { Err(PeerMisbehaved::OfferOutOfOrder) }
    }

    /// Asks for one piece. Dropping the future takes the request back.
    pub(crate) async fn fetch(&self, line: &Line, request: PieceRequest) -> Result<PieceOf, FetchError> {
        let _room = self.room.acquire().await.map_err(|_| FetchError::Closed)?;
        match timeout(PIECE_LIMIT, self.ask(line, request)).await {
            Ok(result) => result,
            Err(_) => Err(FetchError::TimedOut),
        }
    }

    async fn ask(&self, line: &Line, request: PieceRequest) -> Result<PieceOf, FetchError> {
        let (mut words, mut answer) = line.connection.open_bi().await.map_err(|_| FetchError::Closed)?;
        let _ = words.set_priority(self.priority);
        let mut bytes = vec![StreamKind::Fetch.code()];
        request.encode(&mut bytes);
        words.write_all(&bytes).await.map_err(|_| FetchError::Broken)?;
        let _ = words.finish();
        let most = PieceHead::BYTES + request.piece.length as usize;
        let bytes = match answer.read_to_end(most).await {
            Ok(bytes) => Bytes::from(bytes),
            Err(quinn::ReadToEndError::TooLong) => {
                return Err(misbehaved(line, WireError::TooLong));
            }
            Err(quinn::ReadToEndError::Read(quinn::ReadError::ConnectionLost(_))) => {
                return Err(FetchError::Closed);
            }
            Err(quinn::ReadToEndError::Read(_)) => return Err(FetchError::Broken),
        };
        let (head, piece) = PieceHead::decode(&bytes).map_err(|error| misbehaved(line, error))?;
        match head {
            PieceHead::Refused(why) => Err(FetchError::Refused(why)),
            PieceHead::Follows { total } => {
                let left = total.saturating_sub(request.piece.offset).min(u64::from(request.piece.length));
                if piece.len() as u64 != left {
                    return Err(misbehaved(line, WireError::InvalidValue("piece")));
                }
                Ok(PieceOf { total, bytes: bytes.slice_ref(piece) })
            }
        }
    }
}

fn misbehaved(line: &Line, error: WireError) -> FetchError {
    line.violated(PeerMisbehaved::InvalidMessage { stream: StreamKind::Fetch, error });
    FetchError::Closed
}

/// A piece that the other side asks for. Nothing here waits; dropping it says that there is none.
#[derive(Debug)]
pub struct Asked {
    request: PieceRequest,
    stream: Option<quinn::SendStream>,
    runtime: Handle,
}

impl Asked {
    /// What is wanted, and under which grant.
    pub fn request(&self) -> &PieceRequest {
        &self.request
    }

    /// Gives the piece, or says why there is none; whether it gave one. A piece is the length of the whole content in
    /// bytes and what that has from the asked offset on; what is longer than asked is cut off.
    pub fn answer(mut self, result: Result<(u64, Bytes), NoPiece>) -> bool {
        match result {
            Ok((total, piece)) => {
                let most = (self.request.piece.length as usize).min(piece.len());
                self.send(&PieceHead::Follows { total }, piece.slice(..most));
                true
            }
            Err(why) => {
                self.refuse(why);
                false
            }
        }
    }

    /// Says that there is no piece.
    pub fn refuse(mut self, why: NoPiece) {
        self.send(&PieceHead::Refused(why), Bytes::new());
    }

    fn send(&mut self, head: &PieceHead, piece: Bytes) {
        let Some(mut stream) = self.stream.take() else { return };
        let mut bytes = Vec::new();
        head.encode(&mut bytes);
        self.runtime.spawn(async move {
            // Whoever takes the request back stops the stream; nothing is owed to them.
            if stream.write_all_chunks(&mut [bytes.into(), piece]).await.is_ok() {
                let _ = stream.finish();
            }
        });
    }
}

impl Drop for Asked {
    fn drop(&mut self) {
        self.send(&PieceHead::Refused(NoPiece::Unavailable), Bytes::new());
    }
}

/// Takes the streams on which the other side asks for pieces, until the connection ends.
pub(crate) async fn accept_fetches<S: AsRef<Line> + Send + Sync + 'static>(
    shared: Arc<S>,
    priority: i32,
    asked: mpsc::Sender<Asked>,
) {
    while let Ok((answer, words)) = (*shared).as_ref().connection.accept_bi().await {
        let _ = answer.set_priority(priority);
        let (shared, asked) = (shared.clone(), asked.clone());
        tokio::spawn(async move {
            match timeout(REQUEST_LIMIT, read_request(words)).await {
                Ok(Ok(request)) => {
                    let stream = Some(answer);
                    // Nobody takes requests any more when the program has dropped the link.
                    let _ = asked.send(Asked { request, stream, runtime: Handle::current() }).await;
                }
                Ok(Err(Some(act))) => (*shared).as_ref().broke_off(act),
                // It was taken back, or comes too slowly.
                Ok(Err(None)) | Err(_) => {}
            }
        });
    }
}

/// Reads a request and the end behind it; `Err(None)` where it was taken back.
async fn read_request(mut words: quinn::RecvStream) -> Result<PieceRequest, Option<PeerMisbehaved>> {
    match read_kind(&mut words).await {
        Ok(StreamKind::Fetch) => {}
        Ok(kind) => return Err(Some(PeerMisbehaved::StreamNotAllowed(kind))),
        Err(act) => return Err(Some(act)),
    }
    let invalid = |error| Some(PeerMisbehaved::InvalidMessage { stream: StreamKind::Fetch, error });
    match words.read_to_end(PieceRequest::BYTES).await {
        Ok(bytes) => PieceRequest::decode(&bytes).map_err(invalid),
        Err(quinn::ReadToEndError::TooLong) => Err(invalid(WireError::TrailingBytes)),
        Err(quinn::ReadToEndError::Read(_)) => Err(None),
    }
}
