//! What a link carries now, out of what QUIC measures. It is asked and never pushes.
//! It knows nothing of what is sent.

use std::time::Duration;

use deskside_proto::link::LinkEstimate;

/// Remembers what QUIC forgets: the shortest round trip.
#[derive(Debug, Default)]
pub(crate) struct Estimator {
    shortest: Option<Duration>,
}

impl Estimator {
    pub(crate) fn measure(&mut self, connection: &quinn::Connection) -> LinkEstimate {
        let path = connection.stats().path;
        let round_trip = self.shortest.map_or(path.rtt, |shortest| shortest.min(path.rtt));
        self.shortest = Some(round_trip);
        let micros = u64::try_from(path.rtt.as_micros()).unwrap_or(u64::MAX).max(1);
        LinkEstimate { bytes_per_second: path.cwnd.saturating_mul(1_000_000) / micros, round_trip }
    }
}
