//! A bounded queue between a program that must never wait and a task that writes to a stream.
//! It knows nothing of what it carries.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

/// Why something could not be queued for sending.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// The link is closed or closing.
    #[error("the link is closed")]
    Closed,
    /// The other side takes nothing any more and the queue is full.
    #[error("the link does not keep up")]
    Full,
    /// Any update number but the next.
    #[error("the update is not the next one")]
    OutOfOrder,
    /// An update of no byte at all, or larger than [`crate::transport::MAX_UPDATE_BYTES`].
    #[error("the update is too large for the link")]
    TooLarge,
}

#[derive(Debug)]
struct State<T> {
    queue: VecDeque<T>,
    closed: bool,
}

/// Bounded, ordered, with one reader; pushing never waits.
#[derive(Debug)]
pub(crate) struct Outbox<T> {
    state: Mutex<State<T>>,
    filled: Notify,
    ended: Notify,
    limit: usize,
}

impl<T> Outbox<T> {
    pub(crate) fn new(limit: usize) -> Self {
        let state = State { queue: VecDeque::new(), closed: false };
        Self { state: Mutex::new(state), filled: Notify::new(), ended: Notify::new(), limit }
    }

    /// Queues one item behind all others.
    pub(crate) fn push(&self, item: T) -> Result<(), SendError> {
        self.push_or_merge(item, |_, item| Some(item))
    }

    /// Queues one item, unless `merge` lets the newest queued item absorb it.
    pub(crate) fn push_or_merge(
        &self,
        item: T,
        merge: impl FnOnce(&mut T, T) -> Option<T>,
    ) -> Result<(), SendError> {
        let mut state = self.lock();
        if state.closed {
            return Err(SendError::Closed);
        }
        let item = match state.queue.back_mut() {
            Some(last) => merge(last, item),
            None => Some(item),
        };
        if let Some(item) = item {
            if state.queue.len() >= self.limit {
                return Err(SendError::Full);
            }
            state.queue.push_back(item);
        }
        drop(state);
        self.filled.notify_one();
        Ok(())
    }

    /// Everything queued so far, in order; `None` once the box is closed and empty.
    pub(crate) async fn take(&self) -> Option<VecDeque<T>> {
        loop {
            {
                let mut state = self.lock();
                if !state.queue.is_empty() {
                    return Some(std::mem::take(&mut state.queue));
                }
                if state.closed {
                    return None;
                }
            }
            // `notify_one` leaves a permit behind, so nothing is missed between the two.
            self.filled.notified().await;
        }
    }

    /// Takes nothing more; what is queued is still handed out.
    pub(crate) fn close(&self) {
        self.lock().closed = true;
        self.filled.notify_one();
        self.ended.notify_one();
    }

    /// Returns once the box is closed, whatever is still in it. For one waiter.
    pub(crate) async fn closed(&self) {
        while !self.lock().closed {
            self.ended.notified().await;
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.lock().queue.is_empty()
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.lock().closed
    }

    fn lock(&self) -> MutexGuard<'_, State<T>> {
        // A panic elsewhere cannot leave the queue half-changed: every change is one call.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_was_queued_before_closing_is_still_delivered() {
        let outbox = Outbox::new(4);
        outbox.push(1).unwrap();
        outbox.push(2).unwrap();
        outbox.close();
        assert_eq!(outbox.push(3), Err(SendError::Closed));
        assert_eq!(outbox.take().await, Some(VecDeque::from([1, 2])));
        assert_eq!(outbox.take().await, None);
    }

    #[tokio::test]
    async fn a_full_box_refuses_instead_of_growing() {
        let outbox = Outbox::new(2);
        outbox.push(1).unwrap();
        outbox.push(2).unwrap();
        assert_eq!(outbox.push(3), Err(SendError::Full));
        assert_eq!(outbox.take().await, Some(VecDeque::from([1, 2])));
        outbox.push(3).unwrap();
    }

    #[test]
    fn merging_replaces_the_newest_item_even_in_a_full_box() {
        let outbox = Outbox::new(1);
        outbox.push(1).unwrap();
        outbox
            .push_or_merge(2, |last, item| {
                *last = item;
                None
            })
            .unwrap();
        assert_eq!(outbox.lock().queue, VecDeque::from([2]));
    }

    #[tokio::test]
    async fn a_waiting_reader_is_woken_by_closing() {
        let outbox = std::sync::Arc::new(Outbox::<u8>::new(1));
        let reader = tokio::spawn({
            let outbox = outbox.clone();
            async move { outbox.take().await }
        });
        tokio::task::yield_now().await;
        outbox.close();
        assert_eq!(reader.await.unwrap(), None);
    }
}
