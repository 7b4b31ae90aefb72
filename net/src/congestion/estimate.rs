//! What the controller of one connection has found out, readable from any thread without a lock.
//! It holds the last published figures and computes nothing.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use deskside_proto::link::LinkEstimate;

use super::Adapter;

/// A handle on the figures of one path; clones share them.
///
/// After a migration to another address of the peer the figures stand still: ask [`Estimate::of`] again.
#[derive(Debug, Clone, Default)]
pub struct Estimate(Arc<Figures>);

#[derive(Debug, Default)]
struct Figures {
    bytes_per_second: AtomicU64,
    min_rtt_micros: AtomicU64,
    window_bytes: AtomicU64,
    loss_per_mille: AtomicU64,
    is_measured: AtomicBool,
    in_flight: AtomicU64,
    /// Acknowledgements so far.
    acknowledgements: AtomicU64,
    /// So much may be in flight until something is acknowledged, whatever the window is.
    least_window: AtomicU64,
}

/// What the controller publishes after each acknowledgement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Report {
    pub(super) rate: u64,
    pub(super) min_rtt: Duration,
    pub(super) window: u64,
    pub(super) loss_per_mille: u64,
    pub(super) is_measured: bool,
}

impl Estimate {
    /// The figures of a connection; `None` when another controller than ours runs it.
    ///
    /// Takes the connection's lock and copies a few hundred bytes: once per link, not once per packet.
    #[must_use]
    pub fn of(connection: &quinn::Connection) -> Option<Self> {
        let controller = connection.congestion_state().into_any().downcast::<Adapter>().ok()?;
        Some(controller.estimate())
    }

    /// What the link carries now: rate of the bottleneck and shortest round trip.
    ///
    /// Before the limit of the network was ever reached, the rate is what may be sent at once: a guess that
    /// doubles with every round that uses it.
    #[must_use]
    pub fn link(&self) -> LinkEstimate {
        LinkEstimate {
            bytes_per_second: self.0.bytes_per_second.load(Ordering::Relaxed),
            round_trip: Duration::from_micros(self.0.min_rtt_micros.load(Ordering::Relaxed)),
        }
    }

    /// Bytes that may be in flight at once. Nothing goes faster when more than this is handed over.
    #[must_use]
    pub fn window_bytes(&self) -> u64 {
        self.0.window_bytes.load(Ordering::Relaxed)
    }

    /// Whether the network was the limit once, so that the rate is measured and not a guess.
    #[must_use]
    pub fn is_measured(&self) -> bool {
        self.0.is_measured.load(Ordering::Relaxed)
    }

    /// Share of the bytes sent lately that was lost. Unit: thousandths.
    #[must_use]
    pub fn loss_per_mille(&self) -> u64 {
        self.0.loss_per_mille.load(Ordering::Relaxed)
    }

    /// Lets so many bytes out beyond what is in flight, whatever the window is: where no acknowledgement came for long, only
    /// what is sent now can bring one. The next one ends it.
    pub(crate) fn let_out(&self, bytes: u64) {
        let in_flight = self.0.in_flight.load(Ordering::Relaxed);
        self.0.least_window.store(in_flight + bytes, Ordering::Relaxed);
    }

    /// Acknowledgements that came so far.
    pub(crate) fn acknowledgements(&self) -> u64 {
        self.0.acknowledgements.load(Ordering::Relaxed)
    }

    pub(super) fn least_window(&self) -> u64 {
        self.0.least_window.load(Ordering::Relaxed)
    }

    pub(super) fn sent(&self, in_flight: u64) {
        self.0.in_flight.store(in_flight, Ordering::Relaxed);
    }

    /// Something was lost: what is let out counts from what is still under way, and not from what was.
    pub(super) fn lost(&self, in_flight: u64) {
        let before = self.0.in_flight.swap(in_flight, Ordering::Relaxed);
        let lost = before.saturating_sub(in_flight);
        let less = |least: u64| Some(least.saturating_sub(lost));
        // It always gives something.
        let _ = self.0.least_window.fetch_update(Ordering::Relaxed, Ordering::Relaxed, less);
    }

    pub(super) fn acknowledged(&self, in_flight: u64) {
        self.0.in_flight.store(in_flight, Ordering::Relaxed);
        self.0.acknowledgements.fetch_add(1, Ordering::Relaxed);
        self.0.least_window.store(0, Ordering::Relaxed);
    }

    pub(super) fn publish(&self, report: Report) {
        let micros = u64::try_from(report.min_rtt.as_micros()).unwrap_or(u64::MAX);
        self.0.bytes_per_second.store(report.rate, Ordering::Relaxed);
        self.0.min_rtt_micros.store(micros, Ordering::Relaxed);
        self.0.window_bytes.store(report.window, Ordering::Relaxed);
        self.0.loss_per_mille.store(report.loss_per_mille, Ordering::Relaxed);
        self.0.is_measured.store(report.is_measured, Ordering::Relaxed);
    }
}
