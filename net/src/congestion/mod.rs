//! Our own congestion control for QUIC: the queue at the bottleneck stays short, loss alone is no reason to slow down,
//! and silence forgets nothing. What it found out is read by [`Estimate::of`] a connection.
//! The rules are in `model`, which is pure; this file translates between them and quinn.

mod delivery;
mod estimate;
mod filter;
mod loss;
mod model;
mod round;
#[cfg(test)]
pub(crate) mod simulation;
mod sizes;

use std::any::Any;
use std::sync::Arc;
use std::time::{Duration, Instant};

use quinn::congestion::{Controller, ControllerFactory};

pub use estimate::Estimate;
use model::Model;

/// Makes a controller for every path.
#[derive(Debug, Clone, Copy, Default)]
pub struct Factory;

impl ControllerFactory for Factory {
    fn build(self: Arc<Self>, now: Instant, current_mtu: u16) -> Box<dyn Controller> {
        let adapter = Adapter { born: now, model: Model::new(current_mtu), estimate: Estimate::default() };
        adapter.estimate.publish(adapter.model.report());
        Box::new(adapter)
    }
}

/// Quinn's view of a [`Model`].
pub(crate) struct Adapter {
    born: Instant,
    model: Model,
    estimate: Estimate,
}

impl Adapter {
    fn estimate(&self) -> Estimate {
        self.estimate.clone()
    }

    fn since_birth(&self, moment: Instant) -> Duration {
        moment.saturating_duration_since(self.born)
    }
}

impl Controller for Adapter {
    fn on_sent(&mut self, now: Instant, bytes: u64, _last_packet_number: u64) {
        self.model.sent(self.since_birth(now), bytes);
        self.estimate.sent(self.model.in_flight());
    }

    fn on_ack(
        &mut self,
        now: Instant,
        sent: Instant,
        bytes: u64,
        _app_limited: bool,
        rtt: &quinn_proto::RttEstimator,
    ) {
        self.model.acked(self.since_birth(now), self.since_birth(sent), bytes, rtt.get());
    }

    fn on_end_acks(&mut self, now: Instant, in_flight: u64, app_limited: bool, _largest: Option<u64>) {
        self.model.acked_all(self.since_birth(now), in_flight, app_limited);
        self.estimate.acknowledged(in_flight);
        self.estimate.publish(self.model.report());
    }

    fn on_congestion_event(&mut self, _now: Instant, _sent: Instant, is_persistent: bool, lost_bytes: u64) {
        self.model.lost(lost_bytes, is_persistent);
        self.estimate.lost(self.model.in_flight());
        self.estimate.publish(self.model.report());
    }

    fn on_mtu_update(&mut self, new_mtu: u16) {
        self.model.mtu_changed(new_mtu);
    }

    fn window(&self) -> u64 {
        self.model.window().max(self.estimate.least_window())
    }

    fn clone_box(&self) -> Box<dyn Controller> {
        // Quinn clones to answer questions and when the peer's port changed: nothing is in flight on that path yet.
        Box::new(Self { born: self.born, model: self.model.for_new_path(), estimate: self.estimate.clone() })
    }

    fn initial_window(&self) -> u64 {
        model::INITIAL_WINDOW
    }

    fn into_any(self: Box<Self>) -> Box<dyn Any> {
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_let_out_is_counted_from_what_is_still_in_flight_after_a_loss() {
        let start = Instant::now();
        let mut controller = Arc::new(Factory).build(start, 1_500);
        let estimate = controller.clone_box().into_any().downcast::<Adapter>().unwrap().estimate();
        let packets = model::INITIAL_WINDOW / 1_000 + 40;
        for packet in 0..packets {
            controller.on_sent(start, 1_000, packet);
        }
        estimate.let_out(3_000);
        assert_eq!(controller.window(), packets * 1_000 + 3_000);
        controller.on_congestion_event(start, start, false, 20_000);
        assert_eq!(controller.window(), (packets - 20) * 1_000 + 3_000);
        // What was let out later counts from there too.
        estimate.let_out(3_000);
        assert_eq!(controller.window(), (packets - 20) * 1_000 + 3_000);
        controller.on_congestion_event(start, start, false, (packets - 20) * 1_000);
        assert_eq!(estimate.least_window(), 3_000);
    }
}
