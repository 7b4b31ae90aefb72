//! The way of the cursor out of the client's link: one stream, and only the newest look and place on it.
//! It knows nothing of the picture.

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

/// One stream for all cursors, and the first that the client opens: the expert counts the updates' streams from it.
pub(super) async fn open_cursor(shared: &Shared) -> Result<quinn::SendStream, quinn::WriteError> {
    let mut stream = shared.line.connection.open_uni().await?;
    let _ = stream.set_priority(priority::CURSOR);
    stream.write_all(&[StreamKind::Cursor.code()]).await?;
    Ok(stream)
}

pub(super) async fn write_cursor(shared: &Shared, mut stream: quinn::SendStream) {
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
        } else if stream.write_all(&bytes).await.is_err() {
            return;
        }
    }
}
