//! Which reports of shown updates may wait: those that free nothing, because QUIC has told the client already that the
//! update has arrived. Pure bookkeeping; it is told what arrives, what is shown and when, and sends nothing.

use std::time::Duration;

use deskside_proto::wire::feedback::Feedback;
use tokio::time::Instant;

use crate::credit::is_before;
use crate::transport::SHORT_UPDATE_BYTES;

/// A report waits so long for company.
const PATIENCE: Duration = Duration::from_secs(4);
/// So many updates are reported together: a third of what the client sends before it waits.
const MOST_TOGETHER: u32 = 32;

/// What is to be reported of updates that are on the surface.
#[derive(Debug)]
pub(super) struct Reports {
    /// The newest update for whose report the client waits.
    awaited: Option<u32>,
    /// The next report does not wait: it is the first, or the first after a keyframe was asked for, or the last one told of
    /// updates that wait and this one tells that none do.
    is_urgent: bool,
    /// What is shown and not reported: the newest, how many they are, and when it must be said.
    kept: Option<(Feedback, u32, Instant)>,
}

impl Default for Reports {
    fn default() -> Self {
        Self { awaited: None, is_urgent: true, kept: None }
    }
}

impl Reports {
    /// Notes an update that the program is given now. Of one that was repaired QUIC says that it has arrived only when
    /// its own bytes have come as well, and until then the client would wait and repair it again.
    pub(super) fn arrived(&mut self, sequence: u32, bytes: usize, is_repaired: bool) {
        if bytes > SHORT_UPDATE_BYTES || is_repaired {
            self.awaited = Some(sequence);
        }
    }

    /// Everything up to `sequence` is shown; gives the report if it must go at once.
    pub(super) fn applied(&mut self, sequence: u32, backlog: u8, now: Instant) -> Option<Feedback> {
        let report = Feedback::UpdateApplied { sequence, backlog };
        let (count, due) = match self.kept.take() {
            Some((_, count, due)) => (count + 1, due),
            None => (1, now + PATIENCE),
        };
        let is_awaited = self.awaited.is_some() || self.is_urgent || backlog > 0;
        self.awaited = self.awaited.filter(|awaited| is_before(sequence, *awaited));
        if is_awaited || count >= MOST_TOGETHER {
            self.is_urgent = backlog > 0;
            return Some(report);
        }
        self.kept = Some((report, count, due));
        None
    }

    /// A keyframe was asked for.
    pub(super) fn keyframe_needed(&mut self) {
        self.is_urgent = true;
    }

    /// When what is kept must be reported.
    pub(super) fn due(&self) -> Option<Instant> {
        self.kept.map(|(_, _, due)| due)
    }

    /// What is kept, if it must be reported now.
    pub(super) fn take_due(&mut self, now: Instant) -> Option<Feedback> {
        self.due().filter(|due| *due <= now).and_then(|_| self.take())
    }

    /// What is kept, to be reported now.
    pub(super) fn take(&mut self) -> Option<Feedback> {
        self.kept.take().map(|(report, _, _)| report)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(sequence: u32, backlog: u8) -> Feedback {
        Feedback::UpdateApplied { sequence, backlog }
    }

    #[tokio::test]
    async fn what_the_client_waits_for_is_reported_at_once_and_the_rest_together() {
        let start = Instant::now();
        let mut reports = Reports::default();
        reports.arrived(0, SHORT_UPDATE_BYTES + 1, false);
        assert_eq!(reports.applied(0, 0, start), Some(report(0, 0)));
        for sequence in 1..=MOST_TOGETHER {
            reports.arrived(sequence, SHORT_UPDATE_BYTES, false);
            let is_last = sequence == MOST_TOGETHER;
            assert_eq!(reports.applied(sequence, 0, start), is_last.then(|| report(sequence, 0)));
        }
        assert_eq!(reports.due(), None);
        reports.arrived(33, 100, false);
        assert_eq!(reports.applied(33, 0, start), None);
        reports.arrived(34, 100, false);
        assert_eq!(reports.applied(34, 0, start + PATIENCE / 2), None);
        assert_eq!(reports.due(), Some(start + PATIENCE));
        assert_eq!(reports.take_due(start + PATIENCE / 2), None);
        assert_eq!((reports.take_due(start + PATIENCE), reports.due()), (Some(report(34, 0)), None));
    }

    #[tokio::test]
    async fn a_short_update_before_a_long_one_is_reported_with_it() {
        let start = Instant::now();
        let mut reports = Reports::default();
        reports.arrived(u32::MAX, 100, false);
        reports.arrived(0, 100_000, false);
        reports.arrived(1, 100, false);
        assert_eq!(reports.applied(u32::MAX, 1, start), Some(report(u32::MAX, 1)));
        assert_eq!(reports.applied(0, 0, start), Some(report(0, 0)));
        assert_eq!(reports.applied(1, 0, start), None);
    }

    #[tokio::test]
    async fn a_short_update_that_was_repaired_is_reported_at_once() {
        let start = Instant::now();
        let mut reports = Reports { is_urgent: false, ..Reports::default() };
        reports.arrived(1, 100, false);
        assert_eq!(reports.applied(1, 0, start), None);
        reports.arrived(2, 100, true);
        reports.arrived(3, 100, false);
        assert_eq!(reports.applied(2, 0, start), Some(report(2, 0)));
        assert_eq!(reports.applied(3, 0, start), None);
    }

    #[tokio::test]
    async fn a_viewer_that_lags_says_so_and_says_when_it_does_not_any_more() {
        let start = Instant::now();
        let mut reports = Reports::default();
        let reported: Vec<bool> =
            [0, 2, 1, 0, 0].into_iter().map(|backlog| reports.applied(1, backlog, start).is_some()).collect();
        assert_eq!(reported, [true, true, true, true, false]);
        reports.keyframe_needed();
        assert_eq!(reports.applied(2, 0, start), Some(report(2, 0)));
        assert_eq!(reports.applied(3, 0, start), None);
    }
}
