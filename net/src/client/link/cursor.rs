//! The way of the cursor out of the client's link: one stream, and only the newest look and place on it.
//! It knows nothing of the picture.

use std::sync::Arc;

use deskside_proto::wire::cursor::CursorMessage;
use deskside_proto::wire::{Message, StreamKind};

use super::{Shared, priority};

/// The newest cursor that has not been sent; older ones are of no use to anybody.
#[derive(Debug, Default)]
pub(super) struct CursorSlot {
    pub(super) look: Option<CursorMessage>,
    pub(super) place: Option<CursorMessage>,
    pub(super) closed: bool,
}

/// One stream for all cursors; opened with the first, because most sessions begin with one.
pub(super) async fn write_cursor(shared: Arc<Shared>) {
    let mut stream: Option<quinn::SendStream> = None;
    loop {
        let (look, place, closed) = {
            let mut slot = shared.cursor();
            (slot.look.take(), slot.place.take(), slot.closed)
        };
        if closed {
            return;
        }
        let mut bytes = Vec::new();
        for message in [look, place].iter().flatten() {
            message.encode(&mut bytes);
        }
        if bytes.is_empty() {
            shared.cursor_changed.notified().await;
            continue;
        }
        if stream.is_none() {
            let Ok(opened) = shared.line.connection.open_uni().await else { return };
            let _ = opened.set_priority(priority::CURSOR);
            bytes.insert(0, StreamKind::Cursor.code());
            stream = Some(opened);
        }
        let Some(open) = &mut stream else { return };
        if open.write_all(&bytes).await.is_err() {
            return;
        }
    }
}
