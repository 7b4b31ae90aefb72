//! The sending half of the client's link: control messages, updates and the cursor. It queues and never waits for the
//! network; what is queued is written by the link's tasks.

use std::sync::Arc;

use bytes::Bytes;
use deskside_proto::link::LinkEstimate;
use deskside_proto::wire::clipboard::PieceRequest;
use deskside_proto::wire::control::FromClient;
use deskside_proto::wire::cursor::CursorMessage;
use deskside_proto::wire::update::UpdateClass;
use deskside_proto::wire::{CloseCode, UpdateHeader};
use tokio::time::Instant;

use super::Open;
use super::updates::Queued;
use crate::estimate::estimate;
use crate::fetch::{FetchError, PieceOf};
use crate::outbox::SendError;
use crate::stats::LinkStats;

/// The sending half; clones share the link. Nothing here waits but [`ClientSender::ready`].
#[derive(Debug, Clone)]
pub struct ClientSender {
    open: Arc<Open>,
}

impl ClientSender {
    pub(super) fn new(open: Arc<Open>) -> Self {
        Self { open }
    }

    /// Queues a message on the control stream.
    ///
    /// # Errors
    /// `Closed` after the end. `Full` when the expert takes nothing any more; the link is closed then.
    pub fn send_control(&self, message: FromClient) -> Result<(), SendError> {
        let shared = &self.open.0;
        let sent = shared.control.push(message);
        if sent == Err(SendError::Full) {
            shared.line.close_now(CloseCode::TooSlow);
        }
        sent
    }

    /// Waits until another update may be captured and sent: few enough bytes are unconfirmed that the
    /// next picture will not queue behind old ones.
    ///
    /// Safe to drop half-way.
    ///
    /// # Errors
    /// `Closed` when the link ends.
    pub async fn ready(&self) -> Result<(), SendError> {
        self.ready_for(UpdateClass::Interactive).await
    }

    /// As [`ClientSender::ready`], for an update of this class.
    ///
    /// # Errors
    /// `Closed` when the link ends.
    pub async fn ready_for(&self, class: UpdateClass) -> Result<(), SendError> {
        let shared = &self.open.0;
        loop {
            let changed = shared.room.notified();
            tokio::pin!(changed);
            changed.as_mut().enable();
            if shared.is_closed() {
                return Err(SendError::Closed);
            }
            if self.has_room_for(class) {
                return Ok(());
            }
            changed.await;
        }
    }

    /// Whether [`ClientSender::ready`] would return at once.
    pub fn has_room(&self) -> bool {
        self.has_room_for(UpdateClass::Interactive)
    }

    /// Whether an update of this class may be captured and sent now. A refinement leaves room for what the person does
    /// next: it is sent only where nothing waits.
    pub fn has_room_for(&self, class: UpdateClass) -> bool {
        let shared = &self.open.0;
        let mut picture = shared.picture();
        let link = estimate(&shared.line.connection);
        let has_room = picture.credit.has_room(class, link);
        if !has_room && class != UpdateClass::Refinement && picture.videos.wait_for() {
            shared.room.notify_waiters();
        }
        has_room
    }

    /// What the link carries now.
    pub fn link(&self) -> LinkEstimate {
        let shared = &self.open.0;
        estimate(&shared.line.connection)
    }

    /// Whether a video update was given up since this was asked last: what was sent of its streams is of no use to the
    /// expert any more, and each must begin anew with a key picture.
    pub fn take_abandoned(&self) -> bool {
        std::mem::take(&mut self.open.0.picture().is_abandoned)
    }

    /// Sends one update on a stream of its own. Updates are numbered from 0 without gaps. A video update that comes
    /// before [`ClientSender::take_abandoned`] has said that one was given up is given up too.
    ///
    /// # Errors
    /// `OutOfOrder` for any number but the next, `TooLarge` for an impossible length, `Full` when
    /// [`ClientSender::ready`] was not awaited, `Closed` after the end.
    pub fn send_update(&self, sequence: u32, class: UpdateClass, payload: Bytes) -> Result<(), SendError> {
        let shared = &self.open.0;
        let header = UpdateHeader::new(sequence, payload.len()).map_err(|_| SendError::TooLarge)?;
        let bytes = payload.len();
        let mut picture = shared.picture();
        if sequence != picture.next {
            return Err(SendError::OutOfOrder);
        }
        let is_lost = class == UpdateClass::Video && picture.is_abandoned;
        shared.updates.push(Queued { header, class, payload, is_lost })?;
        picture.next = sequence.wrapping_add(1);
        picture.credit.sent(sequence, bytes);
        if is_lost {
            picture.credit.given_up(sequence);
            return Ok(());
        }
        let link = estimate(&shared.line.connection);
        picture.videos.sent(sequence, class, bytes, link, Instant::now());
        drop(picture);
        if class == UpdateClass::Interactive {
            // Whoever watches a late video is in a hurry now.
            shared.room.notify_waiters();
        }
        Ok(())
    }

    /// Sends the cursor's look or place. Only the newest of each is kept until it can be sent.
    ///
    /// # Errors
    /// `Closed` after the end.
    pub fn send_cursor(&self, message: CursorMessage) -> Result<(), SendError> {
        let shared = &self.open.0;
        let mut slot = shared.cursor();
        if slot.closed {
            return Err(SendError::Closed);
        }
        match message {
            look @ (CursorMessage::Shape(_) | CursorMessage::Hidden) => slot.look = Some(look),
            place @ CursorMessage::Moved { .. } => slot.place = Some(place),
        }
        drop(slot);
        shared.cursor_changed.notify_one();
        Ok(())
    }

    /// Fetches a piece of what the expert offers. A few are under way at once, others wait. Dropping the future takes the
    /// request back.
    ///
    /// # Errors
    /// Why there is none.
    pub async fn fetch(&self, request: PieceRequest) -> Result<PieceOf, FetchError> {
        let shared = &self.open.0;
        shared.fetches.fetch(&shared.line, request).await
    }

    /// Says whether the expert has control, and with it whether its heartbeat is watched.
    pub fn set_controlled(&self, controlled: bool) {
        self.open.0.controlled.send_if_modified(|now| std::mem::replace(now, controlled) != controlled);
    }

    /// Bytes of picture that the expert has not confirmed.
    pub fn unconfirmed_bytes(&self) -> usize {
        self.open.0.picture().credit.bytes()
    }

    /// Figures of the connection as of now.
    pub fn stats(&self) -> LinkStats {
        LinkStats::of(&self.open.0.line.connection)
    }

    /// Ends the link: what is queued on the control stream still arrives, nothing more is taken.
    pub fn close(&self, code: CloseCode) {
        self.open.0.line.decide(code);
        self.open.0.control.close();
    }
}
