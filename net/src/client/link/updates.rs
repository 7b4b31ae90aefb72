//! The way of updates out of the client's link: one stream each, in the order of their numbers.
//! It knows what an update is for and how many bytes it has, and nothing of what they mean.

use std::collections::VecDeque;
use std::sync::Arc;

use bytes::Bytes;
use deskside_proto::wire::update::UpdateClass;
use deskside_proto::wire::{StreamKind, UpdateHeader};

use super::{Shared, priority};
use crate::credit::Credit;
use crate::link::PeerMisbehaved;

/// An update that waits to be written.
#[derive(Debug)]
pub(super) struct Queued {
    pub(super) header: UpdateHeader,
    #[expect(dead_code, reason = "it will say whether the update may be given up")]
    pub(super) class: UpdateClass,
    pub(super) payload: Bytes,
}

/// One stream per update, opened in the order of their numbers: the expert takes them in that order.
pub(super) async fn write_updates(shared: Arc<Shared>) {
    while let Some(updates) = shared.updates.take().await {
        if let Err(error) = write_batch(&shared, updates).await {
            if matches!(error, quinn::WriteError::Stopped(_)) {
                shared.line.violated(PeerMisbehaved::StoppedReading);
            }
            return;
        }
    }
}

async fn write_batch(shared: &Shared, updates: VecDeque<Queued>) -> Result<(), quinn::WriteError> {
    for Queued { header, payload, .. } in updates {
        let mut stream = shared.line.connection.open_uni().await?;
        let _ = stream.set_priority(priority::of_update(header.sequence));
        let mut head = vec![StreamKind::Update.code()];
        header.encode(&mut head);
        stream.write_all_chunks(&mut [head.into(), payload]).await?;
        // Only a stream that is finished already says no.
        let _ = stream.finish();
        shared.make_room(Credit::written);
    }
    Ok(())
}
