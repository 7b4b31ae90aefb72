//! How much may be on its way to the viewer: a simple window over updates that were sent and not yet applied. It
//! knows nothing of rates; a congestion controller will set the window.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Most updates on their way.
const MOST_UPDATES: usize = 3;

/// Most bytes on their way; a single update may be larger.
const MOST_BYTES: usize = 192 * 1024;

/// What is on its way. Clones are the same window: one half sends, the other hears what was applied.
#[derive(Debug, Clone, Default)]
pub struct Credit(Arc<Mutex<Window>>);

#[derive(Debug, Default)]
struct Window {
    /// Sequence number and length of each update, in the order of sending.
    sent: VecDeque<(u32, usize)>,
    bytes: usize,
}

impl Credit {
    /// Nothing on its way.
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether another update may be sent.
    pub fn is_ready(&self) -> bool {
        let window = self.window();
        window.sent.is_empty() || (window.sent.len() < MOST_UPDATES && window.bytes < MOST_BYTES)
    }

    /// An update was sent.
    pub fn sent(&self, sequence: u32, bytes: usize) {
        let mut window = self.window();
        window.sent.push_back((sequence, bytes));
        window.bytes += bytes;
    }

    /// The viewer has applied an update, and with it all before. A number that was not sent changes nothing.
    pub fn applied(&self, sequence: u32) {
        let mut window = self.window();
        if !window.sent.iter().any(|(sent, _)| *sent == sequence) {
            return;
        }
        while let Some((applied, bytes)) = window.sent.pop_front() {
            window.bytes -= bytes;
            if applied == sequence {
                return;
            }
        }
    }

    fn window(&self) -> MutexGuard<'_, Window> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn updates_and_bytes_on_their_way_are_limited() {
        let credit = Credit::new();
        for sequence in 0..3 {
            assert!(credit.is_ready());
            credit.sent(sequence, 100);
        }
        assert!(!credit.is_ready());
        credit.applied(0);
        assert!(credit.is_ready());
        credit.sent(3, MOST_BYTES);
        credit.applied(2);
        assert!(!credit.is_ready());
        credit.applied(3);
        assert!(credit.is_ready());
    }

    #[test]
    fn one_update_of_any_size_may_always_be_sent() {
        let credit = Credit::new();
        credit.sent(0, usize::MAX / 2);
        assert!(!credit.is_ready());
        credit.applied(0);
        assert!(credit.is_ready());
    }

    #[test]
    fn an_invented_number_gives_no_credit() {
        let credit = Credit::new();
        for sequence in [u32::MAX - 1, u32::MAX, 0] {
            credit.sent(sequence, 1);
        }
        credit.applied(7);
        credit.applied(1);
        assert!(!credit.is_ready());
        credit.applied(u32::MAX);
        assert!(credit.is_ready());
        credit.applied(u32::MAX - 1);
        assert_eq!(credit.window().bytes, 1);
    }
}
