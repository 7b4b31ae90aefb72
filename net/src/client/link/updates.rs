//! The way of updates out of the client's link: one stream each, in the order of their numbers, and beside them what
//! repairs them. It knows what an update is for and how many bytes it has, and nothing of what they mean.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use deskside_proto::wire::datagram::UpdateRepair;
use deskside_proto::wire::update::UpdateClass;
use deskside_proto::wire::{StreamKind, UpdateHeader};
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep, sleep_until, timeout_at};

use super::{ClientLinkEvent, Shared, priority};
use crate::client::repair::{fold, period};
use crate::client::videos::Fate;
use crate::credit::Credit;
use crate::estimate::estimate;
use crate::link::PeerMisbehaved;
use crate::losses::Packets;
use crate::transport::{DATAGRAM_BUFFER_BYTES, SHORT_UPDATE_BYTES};

/// What repairs an update leaves so much later than the update, lest one lost packet take both along.
const APART: Duration = Duration::from_millis(4);
/// The news that an update arrived is late by so much more than the way there and back.
const LATE: Duration = Duration::from_millis(25);
/// How often an update is repaired again.
const MOST_AGAIN: u32 = 4;
/// Room in the buffer of datagrams when none waits in it: QUIC takes off what it keeps of each, of one more than there are.
const EMPTY_BUFFER_BYTES: usize = DATAGRAM_BUFFER_BYTES - 2 * size_of::<Bytes>();
/// The longest that it waits, beyond that, for the update's own bytes to leave.
const MOST_BEHIND: Duration = Duration::from_millis(8);

/// An update that waits to be written.
#[derive(Debug)]
pub(super) struct Queued {
    pub(super) header: UpdateHeader,
    pub(super) class: UpdateClass,
    pub(super) payload: Bytes,
    /// It builds upon one that was given up before it was sent.
    pub(super) is_lost: bool,
}

/// One stream per update, opened in the order of their numbers behind the cursor's: the expert counts them.
pub(super) async fn write_updates(shared: &Arc<Shared>, events: &mpsc::Sender<ClientLinkEvent>) {
    while let Some(updates) = shared.updates.take().await {
        for queued in updates {
            if let Err(error) = write_update(shared, events, queued).await {
                if matches!(error, quinn::WriteError::Stopped(_)) {
                    shared.line.violated(PeerMisbehaved::StoppedReading);
                }
                return;
            }
            shared.make_room(Credit::written);
        }
    }
}

async fn write_update(
    shared: &Arc<Shared>,
    events: &mpsc::Sender<ClientLinkEvent>,
    queued: Queued,
) -> Result<(), quinn::WriteError> {
    let Queued { header, class, payload, is_lost } = queued;
    let sequence = header.sequence;
    let mut stream = shared.line.connection.open_uni().await?;
    let _ = stream.set_priority(priority::of_update(sequence));
    if is_lost {
        give_up(&mut stream, UpdateHeader::ABANDONED);
        return Ok(());
    }
    shared.break_silence();
    let mut head = vec![StreamKind::Update.code()];
    header.encode(&mut head);
    let mut chunks = [head.into(), payload.clone()];
    let code = tokio::select! {
        biased;
        written = stream.write_all_chunks(&mut chunks) => { written?; None }
        code = too_late(shared, events, sequence), if class == UpdateClass::Video => Some(code),
    };
    if let Some(code) = code {
        give_up(&mut stream, code);
        return Ok(());
    }
    // Only a stream that is finished already says no.
    let _ = stream.finish();
    let repair = Repair::plan(shared, sequence, payload.len());
    if class == UpdateClass::Video || payload.len() <= SHORT_UPDATE_BYTES || repair.is_some() {
        let written = Written { sequence, class, payload, repair };
        tokio::spawn(see_through(shared.clone(), events.clone(), stream, written));
    }
    Ok(())
}

/// An update that QUIC has taken over as a whole.
struct Written {
    sequence: u32,
    class: UpdateClass,
    payload: Bytes,
    repair: Option<Repair>,
}

/// Stays with an update until its last byte has arrived, or it is given up, and repairs it meanwhile.
async fn see_through(
    shared: Arc<Shared>,
    events: mpsc::Sender<ClientLinkEvent>,
    mut stream: quinn::SendStream,
    written: Written,
) {
    let Written { sequence, class, payload, repair } = written;
    let acknowledged = stream.stopped();
    // Nobody waits for what only makes exact what is shown.
    let attempts = if class == UpdateClass::Refinement { 0 } else { MOST_AGAIN };
    let mending = async {
        if let Some(repair) = &repair {
            mend(&shared, sequence, &payload, repair, attempts).await;
        }
        std::future::pending().await
    };
    tokio::select! {
        biased;
        acknowledged = acknowledged => {
            shared.picture().videos.delivered(sequence);
            if acknowledged.is_ok() && payload.len() <= SHORT_UPDATE_BYTES {
                shared.make_room(|credit| credit.arrived(sequence));
            }
        }
        code = too_late(&shared, &events, sequence), if class == UpdateClass::Video => {
            give_up(&mut stream, code);
        }
        () = mending => {}
    }
}

fn give_up(stream: &mut quinn::SendStream, code: u64) {
    // It fails only where everything has arrived after all; then the expert ignores it.
    if let Ok(code) = quinn::VarInt::from_u64(code) {
        let _ = stream.reset(code);
    }
}

/// Returns when a video update is given up, with the code to reset its stream with; never for one that is not.
async fn too_late(shared: &Shared, events: &mpsc::Sender<ClientLinkEvent>, sequence: u32) -> u64 {
    loop {
        let changed = shared.room.notified();
        tokio::pin!(changed);
        changed.as_mut().enable();
        let (fate, lost) = shared.fate_of(sequence, Instant::now());
        if !lost.is_empty() {
            tracing::debug!(?lost, "video is too late and given up");
            // Nobody takes events any more when the program has dropped the link.
            let _ = events.send(ClientLinkEvent::Abandoned).await;
        }
        match fate {
            Some(Fate::GivenUp(code)) => return code,
            Some(Fate::Wait) => changed.await,
            Some(Fate::WaitUntil(due)) => drop(timeout_at(due, changed).await),
            None => std::future::pending().await,
        }
    }
}

/// What repairs an update.
struct Repair {
    period: u16,
    part_bytes: usize,
    /// When it leaves.
    at: Instant,
    /// So long after that the news would have come that the update arrived, and again after each further attempt.
    again: Duration,
}

impl Repair {
    /// What repairs an update, if anything was lost lately and there is room for it, which it takes.
    fn plan(shared: &Shared, sequence: u32, total: usize) -> Option<Self> {
        let connection = &shared.line.connection;
        let part_bytes =
            connection.max_datagram_size().unwrap_or(0).saturating_sub(UpdateRepair::HEADER_BYTES);
        let now = Instant::now();
        let mut picture = shared.picture();
        let losses = picture.losses.lately(Packets::of(connection), now);
        let period = period(total, part_bytes, losses)?;
        let link = estimate(connection);
        // What is promised here has its room from now on: what else is sent until it leaves must not take it.
        if !picture.credit.has_room_beside(usize::from(period), link)
            || !picture.credit.sent_beside(sequence, usize::from(period))
        {
            return None;
        }
        let leaves = link.time_to_send(total);
        let apart = leaves.min(MOST_BEHIND) + APART;
        let again = link.round_trip + leaves.saturating_sub(apart) + link.time_to_send(part_bytes) * 2 + LATE;
        Some(Self { period, part_bytes, at: now + apart, again })
    }

    /// Sends it once more, or one part where there is no room, unless it would lie behind what did not leave either:
    /// datagrams leave before everything else, so whatever is new would wait for them when the network is back.
    fn send_again(&self, shared: &Shared, sequence: u32, payload: &[u8]) {
        let connection = &shared.line.connection;
        if connection.datagram_send_buffer_space() < EMPTY_BUFFER_BYTES {
            return;
        }
        let link = estimate(connection);
        let mut picture = shared.picture();
        let has_room = picture.credit.has_room_beside(usize::from(self.period), link);
        // One part is as good as anything to learn whether the network is there.
        let parts = if has_room { usize::MAX } else { 1 };
        let is_waited_for = picture.credit.sent_beside(sequence, self.bytes_of(parts));
        drop(picture);
        if is_waited_for {
            self.send(shared, sequence, payload, parts);
        }
    }

    /// Bytes of its first parts.
    fn bytes_of(&self, parts: usize) -> usize {
        usize::from(self.period).min(self.part_bytes.saturating_mul(parts))
    }

    /// Sends its first parts.
    fn send(&self, shared: &Shared, sequence: u32, payload: &[u8], parts: usize) {
        let connection = &shared.line.connection;
        let Ok(total) = u16::try_from(payload.len()) else { return };
        let bytes = self.bytes_of(parts);
        // A full buffer would push out what repairs earlier updates, which are waited for more.
        if connection.datagram_send_buffer_space() < bytes * 2
            || !shared.picture().credit.is_waited_for(sequence)
        {
            return;
        }
        let fold = fold(payload, self.period);
        let mut offset = 0;
        for bytes in fold.chunks(self.part_bytes).take(parts) {
            let mut datagram = Vec::with_capacity(UpdateRepair::HEADER_BYTES + bytes.len());
            UpdateRepair { sequence, total, period: self.period, offset, bytes }.encode(&mut datagram);
            // Whatever it is that keeps it back: it was a second chance, the stream is the first.
            let _ = connection.send_datagram(datagram.into());
            offset = offset.saturating_add(u16::try_from(bytes.len()).unwrap_or(u16::MAX));
        }
    }
}

/// Sends what repairs an update: a little after it, and so many times more whenever the news that it arrived is overdue,
/// because what QUIC repeats may be lost too.
async fn mend(shared: &Shared, sequence: u32, payload: &[u8], repair: &Repair, attempts: u32) {
    sleep_until(repair.at).await;
    shared.break_silence();
    repair.send(shared, sequence, payload, usize::MAX);
    for _ in 0..attempts {
        sleep(repair.again).await;
        shared.break_silence();
        repair.send_again(shared, sequence, payload);
    }
}
