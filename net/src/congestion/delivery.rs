//! Delivery rate samples: how fast the network carried what was sent, whatever was waiting at either end.
//! After draft-cheng-iccrg-delivery-rate-estimation, for a caller that names packets only by the moment of sending.
//! It decides nothing about windows.

use std::collections::VecDeque;
use std::time::Duration;

/// Moments of sending that are remembered; far more than are ever in flight, and a bound on memory.
const MOST_RECORDS: usize = 1024;
/// Packets up to this size are taken for bare acknowledgements, which are never in flight themselves.
const BARE_ACK_BYTES: u64 = 64;
/// Shortest interval over which a rate is believed: below it, batching on both machines is measured and not the network.
const LEAST_INTERVAL: Duration = Duration::from_millis(2);

/// What one acknowledgement says about the network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Sample {
    /// Bytes per second that arrived over at least one round trip.
    pub(super) rate: u64,
    /// Whether the sender had pauses in between: the network could have carried more.
    pub(super) is_app_limited: bool,
}

/// What was known when something was sent.
#[derive(Debug, Clone, Copy)]
struct Record {
    at: Duration,
    delivered: u64,
    delivered_at: Duration,
    first_sent_at: Duration,
    is_app_limited: bool,
}

/// The bookkeeping behind the samples. All moments are counted from one beginning.
#[derive(Debug, Clone, Default)]
pub(super) struct Delivery {
    delivered: u64,
    delivered_at: Duration,
    first_sent_at: Duration,
    in_flight: u64,
    /// Until so many bytes are delivered, samples contain a pause of the sender.
    limited_until: Option<u64>,
    records: VecDeque<Record>,
    newest_acked: Option<Record>,
}

impl Delivery {
    /// The same knowledge for another path, on which nothing is in flight yet.
    pub(super) fn for_new_path(&self) -> Self {
        Self {
            delivered: self.delivered,
            delivered_at: self.delivered_at,
            first_sent_at: self.first_sent_at,
            ..Self::default()
        }
    }

    /// Bytes under way, as far as is known.
    pub(super) fn in_flight(&self) -> u64 {
        self.in_flight
    }

    /// Bytes that were acknowledged so far.
    pub(super) fn delivered(&self) -> u64 {
        self.delivered
    }

    /// Notes that `bytes` left.
    pub(super) fn sent(&mut self, now: Duration, bytes: u64) {
        if bytes <= BARE_ACK_BYTES {
            return;
        }
        if self.in_flight == 0 {
            self.first_sent_at = now;
            self.delivered_at = now;
        }
        self.in_flight += bytes;
        if self.records.back().is_some_and(|last| last.at >= now) {
            return;
        }
        if self.records.len() == MOST_RECORDS {
            self.records.pop_front();
        }
        self.records.push_back(Record {
            at: now,
            delivered: self.delivered,
            delivered_at: self.delivered_at,
            first_sent_at: self.first_sent_at,
            is_app_limited: self.limited_until.is_some(),
        });
    }

    /// Notes that a packet of `bytes`, sent at `sent`, arrived.
    pub(super) fn acked(&mut self, now: Duration, sent: Duration, bytes: u64) {
        self.delivered += bytes;
        self.delivered_at = now;
        self.in_flight = self.in_flight.saturating_sub(bytes);
        let Ok(index) = self.records.binary_search_by(|record| record.at.cmp(&sent)) else { return };
        let Some(record) = self.records.get(index).copied() else { return };
        if self.newest_acked.is_none_or(|newest| newest.at <= record.at) {
            self.newest_acked = Some(record);
            self.first_sent_at = record.at;
        }
    }

    /// Notes that `bytes` will never arrive.
    pub(super) fn lost(&mut self, bytes: u64) {
        self.in_flight = self.in_flight.saturating_sub(bytes);
    }

    /// Ends a batch of acknowledgements and says what it showed.
    ///
    /// `in_flight` is what is truly under way, `is_app_limited` whether there was nothing left to send.
    pub(super) fn finish(
        &mut self,
        now: Duration,
        min_rtt: Duration,
        in_flight: u64,
        is_app_limited: bool,
    ) -> Option<Sample> {
        self.in_flight = in_flight;
        if self.limited_until.is_some_and(|until| self.delivered > until) {
            self.limited_until = None;
        }
        if is_app_limited {
            self.limited_until = Some(self.delivered + in_flight);
        }
        let record = self.newest_acked.take()?;
        // Whatever is this much older will not be acknowledged any more, but declared lost.
        let oldest = record.at.saturating_sub(min_rtt * 4 + Duration::from_millis(200));
        while self.records.front().is_some_and(|first| first.at < oldest) {
            self.records.pop_front();
        }
        let sending = record.at.saturating_sub(record.first_sent_at);
        let arriving = now.saturating_sub(record.delivered_at);
        let interval = sending.max(arriving);
        if interval < min_rtt {
            return None;
        }
        let bytes = self.delivered.saturating_sub(record.delivered);
        let rate = per_second(bytes, interval.max(LEAST_INTERVAL));
        Some(Sample { rate, is_app_limited: record.is_app_limited })
    }
}

/// Unit: bytes per second.
pub(super) fn per_second(bytes: u64, time: Duration) -> u64 {
    let micros = u64::try_from(time.as_micros()).unwrap_or(u64::MAX).max(1);
    bytes.saturating_mul(1_000_000) / micros
}

/// Bytes that `rate` bytes per second make in `time`.
pub(super) fn bytes_in(rate: u64, time: Duration) -> u64 {
    let micros = u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
    rate.saturating_mul(micros) / 1_000_000
}

#[cfg(test)]
mod tests {
    use super::*;

    const RTT: Duration = Duration::from_millis(40);

    fn ms(value: u64) -> Duration {
        Duration::from_millis(value)
    }

    /// Sends ten packets of 1000 bytes, one every millisecond, through something that takes `spacing` for each.
    fn train(
        delivery: &mut Delivery,
        start: Duration,
        spacing: Duration,
        is_app_limited: bool,
    ) -> Vec<Sample> {
        for index in 0..10 {
            delivery.sent(start + ms(index), 1000);
        }
        let mut samples = Vec::new();
        for index in 0..10u32 {
            let now = start + RTT + spacing * (index + 1);
            delivery.acked(now, start + ms(index.into()), 1000);
            let in_flight = u64::from(9 - index) * 1000;
            samples.extend(delivery.finish(now, RTT, in_flight, is_app_limited));
        }
        samples
    }

    #[test]
    fn a_slow_bottleneck_is_measured_and_not_the_speed_of_sending() {
        let mut delivery = Delivery::default();
        let mut best = 0;
        let mut start = ms(1000);
        // Continuous sending: the next ten begin when the first of the last ten is acknowledged.
        for _ in 0..2 {
            best = train(&mut delivery, start, ms(10), false).iter().map(|sample| sample.rate).max().unwrap();
            start += RTT + ms(110);
        }
        assert!((66_000..=105_000).contains(&best), "{best}");
    }

    #[test]
    fn a_pause_of_the_sender_marks_what_follows() {
        let mut delivery = Delivery::default();
        assert!(train(&mut delivery, ms(0), ms(1), false).iter().all(|sample| !sample.is_app_limited));
        train(&mut delivery, ms(1000), ms(1), true);
        let after = train(&mut delivery, ms(2000), ms(1), false);
        assert!(after.first().unwrap().is_app_limited);
    }

    #[test]
    fn silence_is_not_counted_as_slowness() {
        let mut delivery = Delivery::default();
        let before = train(&mut delivery, ms(0), ms(1), true);
        let after = train(&mut delivery, ms(60_000), ms(1), true);
        assert_eq!(before.last().unwrap().rate, after.last().unwrap().rate);
    }

    #[test]
    fn bare_acknowledgements_do_not_look_like_packets_in_flight() {
        let mut delivery = Delivery::default();
        for index in 0..100 {
            delivery.sent(ms(index), 40);
        }
        assert_eq!(delivery.in_flight(), 0);
        assert!(delivery.records.is_empty());
    }

    #[test]
    fn memory_is_bounded_when_nothing_is_ever_acknowledged() {
        let mut delivery = Delivery::default();
        for index in 0..100_000 {
            delivery.sent(ms(index), 1200);
        }
        assert_eq!(delivery.records.len(), MOST_RECORDS);
        assert!(delivery.records.capacity() <= 2 * MOST_RECORDS);
    }

    #[test]
    fn an_acknowledgement_of_something_forgotten_is_no_sample() {
        let mut delivery = Delivery::default();
        delivery.acked(ms(10), ms(3), 1000);
        assert_eq!(delivery.finish(ms(10), ms(1), 0, false), None);
        assert_eq!(delivery.delivered(), 1000);
    }
}
