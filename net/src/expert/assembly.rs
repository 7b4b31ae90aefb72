//! Puts one update together from the bytes of its stream and from datagrams that repair it, in whatever order they come.
//! Pure: it knows no connection, and holds no more than has arrived or a repairable update has.

use deskside_proto::wire::datagram::UpdateRepair;
use deskside_proto::wire::{StreamKind, UpdateHeader, WireError};

use super::spans::Spans;
use crate::link::PeerMisbehaved;

/// Bytes in front of the payload on the stream: its kind and the header.
pub(super) const HEAD_BYTES: usize = 1 + UpdateHeader::BYTES;
/// The longest update that a datagram can speak of.
const MOST_REPAIRABLE_BYTES: usize = u16::MAX as usize;
/// Bytes taken on the word of a header before any of its payload has arrived.
const HEAD_START_BYTES: usize = 64 * 1024;

/// An update that is not complete yet.
#[derive(Debug, Default)]
pub(super) struct Assembly {
    head: [u8; HEAD_BYTES],
    has_head: Spans,
    total: Option<usize>,
    payload: Vec<u8>,
    has: Spans,
    fold: Option<Fold>,
}

/// All of an update.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Complete {
    pub(super) payload: Vec<u8>,
    /// Datagrams have brought some of it, and its stream has not: QUIC cannot tell the client that it is there.
    pub(super) is_repaired: bool,
}

/// What repairs it (docs/PROTOCOL.md, "Datagrams").
#[derive(Debug)]
struct Fold {
    bytes: Vec<u8>,
    has: Spans,
}

impl Assembly {
    /// Bytes of the payload, once known.
    pub(super) fn total(&self) -> Option<usize> {
        self.total
    }

    /// How much of the stream may be asked for next, and whether in order.
    ///
    /// Order is given up only where it does no harm and may do good: where a datagram can fill the gap, and the update
    /// is so short that keeping its gaps in mind costs nothing.
    pub(super) fn wants(&self) -> (usize, bool) {
        match self.total {
            Some(total) if total <= MOST_REPAIRABLE_BYTES => (HEAD_BYTES + total + 1, false),
            Some(_) => (usize::MAX, true),
            None => (HEAD_BYTES - self.has_head.covered(), true),
        }
    }

    /// Takes bytes of the stream of update `sequence`.
    ///
    /// # Errors
    /// What the sender did wrong.
    pub(super) fn take(&mut self, sequence: u32, offset: u64, bytes: &[u8]) -> Result<(), PeerMisbehaved> {
        let offset = usize::try_from(offset).map_err(|_| invalid(WireError::TrailingBytes))?;
        let of_head = HEAD_BYTES.saturating_sub(offset).min(bytes.len());
        let (head, payload) = bytes.split_at(of_head);
        if let Some(place) = self.head.get_mut(offset..offset + of_head)
            && of_head > 0
        {
            place.copy_from_slice(head);
            self.has_head.insert(offset..offset + of_head);
            if self.has_head.covered() == HEAD_BYTES {
                self.read_head(sequence)?;
            }
        }
        if payload.is_empty() {
            return Ok(());
        }
        self.put((offset + of_head) - HEAD_BYTES, payload)
    }

    /// Takes a datagram; one that contradicts what is known already is refused.
    ///
    /// # Errors
    /// What the sender did wrong.
    pub(super) fn repair(&mut self, repair: &UpdateRepair<'_>) -> Result<(), PeerMisbehaved> {
        let contradiction = |field| Err(invalid(WireError::InvalidValue(field)));
        let (total, period) = (usize::from(repair.total), usize::from(repair.period));
        if self.total.is_some_and(|known| known != total) {
            return contradiction("total");
        }
        self.total = Some(total);
        let fold = self.fold.get_or_insert_with(|| Fold { bytes: vec![0; period], has: Spans::default() });
        if fold.bytes.len() != period {
            return contradiction("period");
        }
        let part = usize::from(repair.offset)..usize::from(repair.offset) + repair.bytes.len();
        let Some(place) = fold.bytes.get_mut(part.clone()) else { return contradiction("offset") };
        place.copy_from_slice(repair.bytes);
        fold.has.insert(part);
        Ok(())
    }

    /// The payload, if it is all there or can be made of what is, and whether it was. Call it after each change.
    pub(super) fn complete(&mut self) -> Option<Complete> {
        let total = self.total?;
        let is_repaired = self.has.covered() < total;
        if is_repaired {
            self.mend(total)?;
        }
        Some(Complete { payload: std::mem::take(&mut self.payload), is_repaired })
    }

    /// Bytes kept for it.
    pub(super) fn held_bytes(&self) -> usize {
        self.payload.len() + self.fold.as_ref().map_or(0, |fold| fold.bytes.len())
    }

    fn read_head(&mut self, sequence: u32) -> Result<(), PeerMisbehaved> {
        let Some((kind, header)) = self.head.split_first() else { return Ok(()) };
        match StreamKind::from_code(*kind) {
            Some(StreamKind::Update) => {}
            Some(StreamKind::Cursor) => return Err(PeerMisbehaved::StreamTwice(StreamKind::Cursor)),
            Some(kind) => return Err(PeerMisbehaved::StreamNotAllowed(kind)),
            None => return Err(PeerMisbehaved::UnknownStream(*kind)),
        }
        let header = UpdateHeader::decode(header).map_err(invalid)?;
        if header.sequence != sequence {
            return Err(PeerMisbehaved::UpdateOutOfOrder { expected: sequence, found: header.sequence });
        }
        let total = header.payload_bytes();
        match self.total {
            Some(known) if known != total => return Err(invalid(WireError::InvalidValue("total"))),
            Some(_) => {}
            None => self.payload.reserve(total.min(HEAD_START_BYTES)),
        }
        self.total = Some(total);
        Ok(())
    }

    fn put(&mut self, offset: usize, bytes: &[u8]) -> Result<(), PeerMisbehaved> {
        let end = offset + bytes.len();
        if end > self.total.unwrap_or(0) {
            return Err(invalid(WireError::TrailingBytes));
        }
        if offset == self.payload.len() {
            self.payload.extend_from_slice(bytes);
        } else {
            if self.payload.len() < end {
                self.payload.resize(end, 0);
            }
            if let Some(place) = self.payload.get_mut(offset..end) {
                place.copy_from_slice(bytes);
            }
        }
        self.has.insert(offset..end);
        Ok(())
    }

    /// Fills every gap from the fold; `None`, and nothing changed, if that is not possible yet.
    fn mend(&mut self, total: usize) -> Option<()> {
        let fold = self.fold.as_ref()?;
        let period = fold.bytes.len();
        // Each byte of the fold mends one byte at most, so this bounds the work by what has arrived.
        if total - self.has.covered() > fold.has.covered() {
            return None;
        }
        let gaps = self.has.gaps(total);
        // One missing byte for each of the fold, and all others that were folded into that are there. It is found out
        // before anything is added up: a client may send one useless datagram after the other.
        let mut mends = vec![false; period];
        for at in gaps.iter().cloned().flatten() {
            if std::mem::replace(mends.get_mut(at % period)?, true) || !fold.has.contains(at % period) {
                return None;
            }
        }
        let mut mended = Vec::new();
        for at in gaps.iter().cloned().flatten() {
            let mut byte = *fold.bytes.get(at % period)?;
            for other in (at % period..total).step_by(period).filter(|other| *other != at) {
                byte ^= *self.payload.get(other)?;
            }
            mended.push(byte);
        }
        self.payload.resize(total, 0);
        for (at, byte) in gaps.into_iter().flatten().zip(mended) {
            *self.payload.get_mut(at)? = byte;
        }
        self.has.insert(0..total);
        Some(())
    }
}

/// Whether a stream of so many bytes ended where an update of `total` bytes ends.
pub(super) fn ends_well(total: Option<usize>, stream_bytes: u64) -> Result<(), PeerMisbehaved> {
    let due = total.map(|total| (HEAD_BYTES + total) as u64);
    match due {
        None if stream_bytes == 0 => Err(PeerMisbehaved::BrokenStream),
        None => Err(invalid(WireError::Truncated)),
        Some(due) if stream_bytes < due => Err(invalid(WireError::Truncated)),
        Some(due) if stream_bytes > due => Err(invalid(WireError::TrailingBytes)),
        Some(_) => Ok(()),
    }
}

pub(super) fn invalid(error: WireError) -> PeerMisbehaved {
    PeerMisbehaved::InvalidMessage { stream: StreamKind::Update, error }
}
