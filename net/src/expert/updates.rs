//! Takes the client's streams and datagrams, makes updates of them and hands these on in their order.
//! What is put together, and when, says [`Intake`]; what the bytes mean is not known here.

use std::sync::Arc;

use bytes::Bytes;
use deskside_proto::wire::datagram::UpdateRepair;
use deskside_proto::wire::{UpdateHeader, WireError};
use quinn::{ReadError, RecvStream};
use tokio::sync::mpsc;

use super::assembly::{Complete, HEAD_BYTES, ends_well, invalid};
use super::intake::{Intake, Popped};
use super::link::{ExpertLinkEvent, Shared};
use crate::link::{Line, PeerMisbehaved};

/// The stream of one update, and how much of it was read.
struct Open {
    stream: RecvStream,
    read: u64,
}

/// What happened to the streams and datagrams.
enum Heard {
    /// Pieces of the stream that is due; `None` at its end.
    Piece(Result<Option<quinn::Chunk>, ReadError>),
    Opened(RecvStream),
    Datagram(Bytes),
    Over,
}

/// Takes updates until the connection ends, its peer misbehaves, or nobody wants them any more.
pub(super) async fn take_updates(
    shared: Arc<Shared>,
    updates: mpsc::Sender<ExpertLinkEvent>,
    cursor: impl FnOnce(RecvStream),
) {
    let mut cursor = Some(cursor);
    let mut intake = Intake::default();
    let mut due: Option<Open> = None;
    loop {
        while let Some(Popped { sequence, whole }) = intake.pop() {
            if let Some(open) = due.take() {
                tokio::spawn(read_rest(
                    shared.clone(),
                    open,
                    whole.as_ref().map(|whole| whole.payload.len()),
                ));
            }
            let Some(whole) = whole else { continue };
            if !hand_on(&shared, &mut intake, &updates, sequence, whole).await {
                return;
            }
        }
        let done = match hear(&shared.line, &mut intake, &mut due).await {
            Heard::Over => return,
            Heard::Datagram(datagram) => repair(&mut intake, &datagram),
            Heard::Opened(stream) => match UpdateHeader::sequence_of(stream.id().index()) {
                None => {
                    if let Some(begin) = cursor.take() {
                        begin(stream);
                    }
                    Ok(())
                }
                Some(sequence) if sequence == intake.next() => {
                    due = Some(Open { stream, read: 0 });
                    Ok(())
                }
                Some(_) => {
                    // Datagrams alone have brought this one.
                    tokio::spawn(read_rest(shared.clone(), Open { stream, read: 0 }, None));
                    Ok(())
                }
            },
            Heard::Piece(piece) => take_piece(&mut intake, &mut due, piece),
        };
        if let Err(act) = done {
            return shared.line.broke_off(act);
        }
    }
}

/// Waits for the next thing to happen: first what is due, and datagrams where that leaves a gap.
async fn hear(line: &Line, intake: &mut Intake, due: &mut Option<Open>) -> Heard {
    let (most, ordered) = intake.wants();
    let piece = async {
        match due.as_mut() {
            Some(open) => Heard::Piece(open.stream.read_chunk(most, ordered).await),
            None => line.connection.accept_uni().await.map_or(Heard::Over, Heard::Opened),
        }
    };
    tokio::select! {
        biased;
        heard = piece => heard,
        datagram = line.connection.read_datagram() => datagram.map_or(Heard::Over, Heard::Datagram),
    }
}

fn take_piece(
    intake: &mut Intake,
    due: &mut Option<Open>,
    piece: Result<Option<quinn::Chunk>, ReadError>,
) -> Result<(), PeerMisbehaved> {
    match piece {
        Ok(Some(chunk)) => {
            if let Some(open) = due {
                open.read += chunk.bytes.len() as u64;
            }
            intake.take(chunk.offset, &chunk.bytes)
        }
        Ok(None) => {
            let read = due.take().map_or(0, |open| open.read);
            // It ended, and the update is not complete: it is too short, whatever the header says.
            ends_well(intake.total(), read)
        }
        Err(error) => {
            let behind = given_up(&error).ok_or(PeerMisbehaved::BrokenStream)?;
            *due = None;
            intake.give_up(behind);
            Ok(())
        }
    }
}

/// What the end of a stream says that was given up; `None` for any other end.
fn given_up(error: &ReadError) -> Option<impl Iterator<Item = u32>> {
    match error {
        ReadError::Reset(code) => UpdateHeader::abandoned_behind(code.into_inner()),
        ReadError::ConnectionLost(_)
        | ReadError::ClosedStream
        | ReadError::IllegalOrderedRead
        | ReadError::ZeroRttRejected => None,
    }
}

fn repair(intake: &mut Intake, datagram: &[u8]) -> Result<(), PeerMisbehaved> {
    intake.repair(&UpdateRepair::decode(datagram).map_err(invalid)?)
}

/// Hands an update on once there is room, and keeps taking datagrams meanwhile: left lying, each would hold on to the
/// packet that brought it. False when nobody wants it, or the peer misbehaved.
async fn hand_on(
    shared: &Shared,
    intake: &mut Intake,
    updates: &mpsc::Sender<ExpertLinkEvent>,
    sequence: u32,
    whole: Complete,
) -> bool {
    let Complete { payload, is_repaired } = whole;
    loop {
        tokio::select! {
            biased;
            room = updates.reserve() => {
                return room.is_ok_and(|room| {
                    shared.reports().arrived(sequence, payload.len(), is_repaired);
                    room.send(ExpertLinkEvent::Update { sequence, payload: payload.into() });
                    true
                });
            }
            datagram = shared.line.connection.read_datagram() => match datagram {
                Ok(datagram) => {
                    if let Err(act) = repair(intake, &datagram) {
                        shared.line.violated(act);
                        return false;
                    }
                }
                Err(_) => return updates.reserve().await.is_ok_and(|room| {
                    room.send(ExpertLinkEvent::Update { sequence, payload: payload.into() });
                    true
                }),
            },
        }
    }
}

/// Reads what is left of a stream whose update is complete, or was given up since, and sees that it ends as it should.
async fn read_rest(shared: Arc<Shared>, open: Open, total: Option<usize>) {
    let Open { mut stream, mut read } = open;
    let most = HEAD_BYTES + total.unwrap_or(UpdateHeader::MAX_PAYLOAD_BYTES);
    loop {
        match stream.read_chunk(READ_BYTES, false).await {
            Ok(Some(chunk)) => {
                read += chunk.bytes.len() as u64;
                if read > most as u64 {
                    return shared.line.broke_off(invalid(WireError::TrailingBytes));
                }
            }
            Ok(None) => {
                if let (Some(_), Err(act)) = (total, ends_well(total, read)) {
                    shared.line.broke_off(act);
                }
                return;
            }
            Err(error) if given_up(&error).is_some() => return,
            Err(_) => return shared.line.broke_off(PeerMisbehaved::BrokenStream),
        }
    }
}

/// Bytes of a stream's rest taken at once.
const READ_BYTES: usize = 16 * 1024;
