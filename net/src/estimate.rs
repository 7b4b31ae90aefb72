//! What a link carries now, as its congestion controller has found out. It is asked and never pushes.
//! It knows nothing of what is sent.

use deskside_proto::link::LinkEstimate;

use crate::congestion::Estimate;

/// The figures of the path that is used now; a link may have moved since they were asked for last.
pub(crate) fn estimate(connection: &quinn::Connection) -> LinkEstimate {
    Estimate::of(connection).map_or_else(|| plain(connection), |estimate| estimate.link())
}

/// A guess for a connection with another controller: one window in each round trip.
fn plain(connection: &quinn::Connection) -> LinkEstimate {
    let path = connection.stats().path;
    let micros = u64::try_from(path.rtt.as_micros()).unwrap_or(u64::MAX).max(1);
    LinkEstimate { bytes_per_second: path.cwnd.saturating_mul(1_000_000) / micros, round_trip: path.rtt }
}
