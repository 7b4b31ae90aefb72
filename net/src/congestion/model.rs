//! The rules: from what was acknowledged and lost to how much may be in flight. Time is an argument, counted from
//! one beginning; nothing here knows QUIC, sockets or threads.

use std::time::Duration;

use super::delivery::{Delivery, Sample, bytes_in, per_second};
use super::estimate::Report;
use super::filter::{HighestRate, ShortestRoundTrip};
use super::loss::{Losses, Verdict};
use super::round::Round;
use super::sizes::Sizes;

/// Bytes in flight before anything is known.
pub(super) const INITIAL_WINDOW: u64 = crate::transport::INITIAL_WINDOW_BYTES;
/// Beyond any link and buffer this program meets; a bound on nonsense.
const MOST_WINDOW: u64 = 64 * 1024 * 1024;
/// Queue that may stand at the bottleneck: enough to hide the jitter of acknowledgements, too little to be felt.
const QUEUE: Duration = Duration::from_millis(12);
/// What is left of it where the queue is so short that it overflows.
const LEAST_QUEUE: Duration = Duration::from_millis(4);
/// So much above [`QUEUE`] the measured rate is the truth, and not what was seen earlier.
const TOO_MUCH: Duration = Duration::from_millis(8);
/// Packets of backlog that give the rate of a bottleneck.
const BACKLOG_PACKETS: u64 = 8;
/// Rounds without any queue, and how much more is tried in each.
const GAINS: [f64; 6] = [1.0, 1.05, 1.12, 1.25, 1.4, 1.5];
/// Queue that trying more may cause until it shows.
const MOST_PROBE: Duration = Duration::from_millis(30);
/// Time that the longest packet takes on the slowest link that is served.
const LONGEST_PACKET: Duration = Duration::from_millis(40);
/// Rounds with too much of a queue after which it is emptied, to see whether it is ours.
const PATIENCE: u32 = 3;
/// Packets that are looked at when the queue is emptied.
const DRAINED_PACKETS: u32 = 5;
/// All of the path. Unit: thousandths.
const WHOLE: u64 = 1000;
/// The least of it that is filled, however much is lost.
const LEAST_SHARE: u64 = 500;
/// Packets that leave as one batch of segments before the count of bytes in flight is updated.
const BATCH_PACKETS: u64 = 12;

/// What the controller is doing.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Phase {
    /// The limit of the network is not known: the window doubles with every round that uses it.
    Startup { best: u64, flat_rounds: u32, backlog: Option<Backlog> },
    /// The window is rate times round trip and the wanted queue.
    Steady { gain: usize, over: u32, before: u64 },
    /// The queue is emptied, to learn the length of the path without it.
    Drain { since: Duration, lowest: Option<Duration>, packets: u32, before: u64 },
}

/// A queue that has not been empty since.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Backlog {
    since: Duration,
    delivered: u64,
}

const STARTUP: Phase = Phase::Startup { best: 0, flat_rounds: 0, backlog: None };
const STEADY: Phase = Phase::Steady { gain: 0, over: 0, before: 0 };

/// State of one path.
#[derive(Debug, Clone)]
pub(super) struct Model {
    mtu: u64,
    phase: Phase,
    window: u64,
    delivery: Delivery,
    rate: HighestRate,
    shortest: ShortestRoundTrip,
    smoothed: Duration,
    queue: Duration,
    round: Round,
    losses: Losses,
    /// Share of the path that is filled: less than all where whatever is sent overflows at once. Unit: thousandths.
    share: u64,
    sizes: Sizes,
}

impl Model {
    pub(super) fn new(mtu: u16) -> Self {
        Self {
            mtu: mtu.into(),
            phase: STARTUP,
            window: INITIAL_WINDOW,
            delivery: Delivery::default(),
            rate: HighestRate::default(),
            shortest: ShortestRoundTrip::new(),
            smoothed: Duration::ZERO,
            queue: QUEUE,
            round: Round::default(),
            losses: Losses::default(),
            share: WHOLE,
            sizes: Sizes::default(),
        }
    }

    /// The same knowledge for a path on which nothing is in flight.
    pub(super) fn for_new_path(&self) -> Self {
        Self { delivery: self.delivery.for_new_path(), ..self.clone() }
    }

    pub(super) fn sent(&mut self, now: Duration, bytes: u64) {
        self.delivery.sent(now, bytes);
        self.round.sent(self.delivery.in_flight());
    }

    /// Notes one acknowledged packet. `smoothed` is the connection's round trip time, for pacing.
    pub(super) fn acked(&mut self, now: Duration, sent: Duration, bytes: u64, smoothed: Duration) {
        let rtt = now.saturating_sub(sent);
        self.smoothed = smoothed;
        self.sizes.note(bytes, rtt);
        self.shortest.note(now, rtt);
        self.delivery.acked(now, sent, bytes);
        self.round.acked(sent, rtt, bytes);
        if let Phase::Drain { since, lowest, packets, .. } = &mut self.phase
            && sent > *since
        {
            *lowest = Some(lowest.map_or(rtt, |lowest| lowest.min(rtt)));
            *packets += 1;
        }
        if matches!(self.phase, Phase::Startup { .. }) {
            let is_waiting = self.watch_backlog(now, rtt);
            let is_used = self.round.most_in_flight() * 2 >= self.window;
            if is_used && !is_waiting {
                self.window = (self.window + bytes).min(MOST_WINDOW);
            } else if !is_used && self.window <= INITIAL_WINDOW {
                self.window = self.first_window();
            }
        }
    }

    /// Notes that `bytes` were lost; none at all when a router marked packets instead of dropping them.
    pub(super) fn lost(&mut self, bytes: u64, is_persistent: bool) {
        self.delivery.lost(bytes);
        self.round.lost(bytes);
        if is_persistent {
            // Nothing arrived for a long time: it may be another network now.
            self.rate = HighestRate::default();
            self.phase = STARTUP;
            self.window = self.window.min(INITIAL_WINDOW);
        }
    }

    /// Ends a batch of acknowledgements.
    pub(super) fn acked_all(&mut self, now: Duration, in_flight: u64, is_app_limited: bool) {
        let Some(shortest) = self.shortest.value() else { return };
        if let Some(sample) = self.delivery.finish(now, shortest, in_flight, is_app_limited) {
            self.take_sample(sample);
        }
        if self.round.is_over(now) {
            let round = self.round.next(now, self.delivery.in_flight());
            self.end_round(now, shortest, round);
        }
        self.watch_drain(now, in_flight);
        if !matches!(self.phase, Phase::Startup { .. }) {
            self.window = self.target();
        }
    }

    /// Bytes under way, as far as is known.
    pub(super) fn in_flight(&self) -> u64 {
        self.delivery.in_flight()
    }

    pub(super) fn mtu_changed(&mut self, mtu: u16) {
        self.mtu = mtu.into();
        self.window = self.window.max(self.least_window());
    }

    /// Bytes that may be in flight. The pace at which they leave follows from it: a quarter more than one window
    /// in a round trip (RFC 9002, section 7.7).
    pub(super) fn window(&self) -> u64 {
        if matches!(self.phase, Phase::Startup { .. }) {
            return self.window;
        }
        // The beginning of a burst: no acknowledgement holds it back yet, so its pace alone keeps the queue short.
        let paced = bytes_in(self.rate.value(), self.smoothed) / 5 * 4;
        let is_beginning = self.delivery.in_flight() + BATCH_PACKETS * self.mtu < paced;
        if is_beginning { paced.min(self.window) } else { self.window }
    }

    pub(super) fn report(&self) -> Report {
        let shortest = self.shortest.value().unwrap_or(Duration::ZERO);
        let is_measured = !matches!(self.phase, Phase::Startup { .. });
        let guess = if is_measured { 0 } else { per_second(self.window, shortest + QUEUE) };
        Report {
            rate: self.rate.value().max(guess),
            min_rtt: shortest,
            window: self.window,
            loss_per_mille: self.losses.per_mille(),
            is_measured,
        }
    }

    fn take_sample(&mut self, sample: Sample) {
        self.round.measured(sample);
        // A sample with pauses in it shows less than the network can do: it counts only when it is more than was known.
        if !sample.is_app_limited || sample.rate > self.rate.value() {
            self.rate.raise(sample.rate);
        }
    }

    /// Startup: leaves it when packets wait somewhere, with the rate at which they come out there. Says whether they wait.
    fn watch_backlog(&mut self, now: Duration, rtt: Duration) -> bool {
        let Some(shortest) = self.shortest.value() else { return false };
        let waiting = rtt.saturating_sub(shortest + self.own_time());
        let delivered = self.delivery.delivered();
        let Phase::Startup { backlog, .. } = &mut self.phase else { return false };
        if waiting < QUEUE / 4 {
            *backlog = None;
            return false;
        }
        let begun = *backlog.get_or_insert(Backlog { since: now, delivered });
        let bytes = delivered - begun.delivered;
        let is_long = waiting > (shortest / 8).clamp(QUEUE / 2, QUEUE);
        if is_long
            && bytes >= BACKLOG_PACKETS * self.mtu
            && now > begun.since
            && self.is_ours(&self.round, waiting)
        {
            // Where little is sent, packets that jitter holds up look like a queue, and what comes out of it is what was
            // sent. A long packet that was faster once shows that the bottleneck is not so slow.
            let least = self.sizes.least_rate().unwrap_or(0);
            self.settle(per_second(bytes, now - begun.since).max(least));
        }
        true
    }

    /// Whether packets that wait so long wait behind our own. By Little's law a queue that holds up much of a window
    /// for as long as is bearable is ours; a longer one may hold less of it.
    fn is_ours(&self, round: &Round, waiting: Duration) -> bool {
        let held = u128::from(round.most_in_flight()) * waiting.as_nanos();
        held >= u128::from(self.window / 2) * (self.queue + TOO_MUCH).as_nanos()
    }

    fn settle(&mut self, rate: u64) {
        self.rate.replace(rate.max(self.mtu));
        self.phase = STEADY;
        self.window = self.target();
    }

    fn end_round(&mut self, now: Duration, shortest: Duration, round: Round) {
        let verdict = self.losses.judge(round.acked_bytes(), round.lost_bytes(), self.mtu);
        self.share = match verdict {
            Verdict::Overload => (self.share * 17 / 20).max(LEAST_SHARE),
            Verdict::NotOurs => WHOLE,
            Verdict::Bearable => (self.share + WHOLE / 100).min(WHOLE),
            Verdict::Undecided => self.share,
        };
        let waiting = round.lowest().unwrap_or(shortest).saturating_sub(shortest + self.own_time());
        let is_limit = round.reached_limit(self.window, self.mtu);
        self.adapt_queue(&round, shortest, is_limit);
        match self.phase {
            Phase::Startup { best, flat_rounds, .. } if is_limit || verdict == Verdict::Overload => {
                self.end_startup_round(&round, best, flat_rounds, verdict);
            }
            Phase::Steady { gain, over, before } => {
                if waiting > self.queue + TOO_MUCH && self.is_ours(&round, waiting) {
                    let before = if over == 0 { self.rate.value() } else { before };
                    self.rate.replace(round.last_rate());
                    self.phase = Phase::Steady { gain: 0, over: over + 1, before };
                    if over + 1 >= PATIENCE {
                        self.drain(now, before);
                    }
                } else if is_limit {
                    let is_empty = waiting < self.queue / 4;
                    let gain = if is_empty { (gain + 1).min(GAINS.len() - 1) } else { 0 };
                    self.phase = Phase::Steady { gain, over: 0, before: 0 };
                    // Who sends less on purpose learns nothing about what would go through.
                    if self.share == WHOLE {
                        self.rate.next_round();
                    }
                    self.rate.raise(round.last_rate());
                }
            }
            Phase::Startup { .. } | Phase::Drain { .. } => {}
        }
        if self.shortest.is_stale(now) {
            match self.phase {
                Phase::Steady { .. } if is_limit => self.drain(now, self.rate.value()),
                // Without much to send there is no queue of ours: what was seen is the path.
                Phase::Startup { .. } | Phase::Steady { .. } | Phase::Drain { .. } => {
                    self.path_is(now, round.lowest().unwrap_or(shortest));
                }
            }
        }
    }

    fn end_startup_round(&mut self, round: &Round, best: u64, flat_rounds: u32, verdict: Verdict) {
        let rate = round.best_rate();
        let has_grown = rate * 4 >= best * 5;
        let flat_rounds = if has_grown { 0 } else { flat_rounds + 1 };
        if verdict == Verdict::Overload || flat_rounds >= PATIENCE {
            self.settle(round.last_rate().max(best));
        } else if let Phase::Startup { backlog, .. } = self.phase {
            self.phase = Phase::Startup { best: best.max(rate), flat_rounds, backlog };
        }
    }

    /// Where packets are lost as soon as some of them wait, less is made to wait.
    fn adapt_queue(&mut self, round: &Round, shortest: Duration, is_limit: bool) {
        let waited = round.highest().saturating_sub(shortest);
        let is_lossy = round.lost_bytes() * 100 > round.acked_bytes() && waited > QUEUE / 6;
        if round.is_marked() || (is_lossy && is_limit) {
            self.queue = (self.queue * 7 / 10).max(LEAST_QUEUE);
        } else if is_limit && round.lost_bytes() == 0 {
            self.queue = (self.queue + Duration::from_micros(500)).min(QUEUE);
        }
    }

    fn drain(&mut self, now: Duration, before: u64) {
        self.phase = Phase::Drain { since: now, lowest: None, packets: 0, before };
    }

    fn watch_drain(&mut self, now: Duration, in_flight: u64) {
        let Phase::Drain { since, lowest, packets, before } = self.phase else { return };
        let Some(lowest) = lowest else { return };
        let limit = (self.smoothed * 4).max(Duration::from_millis(300));
        if packets < DRAINED_PACKETS && in_flight > 0 && now.saturating_sub(since) < limit {
            return;
        }
        let shortest = self.shortest.value().unwrap_or(lowest);
        if lowest > shortest + self.queue + TOO_MUCH {
            // The queue is not ours, or the path has become longer: live with it, and do not starve.
            self.rate.replace(before.max(self.rate.value()));
        }
        self.path_is(now, lowest);
        self.phase = STEADY;
    }

    /// Time that the longest packet itself occupies the bottleneck.
    fn own_time(&self) -> Duration {
        let rate = match self.phase {
            Phase::Startup { .. } => self.sizes.rate().unwrap_or(u64::MAX),
            Phase::Steady { .. } | Phase::Drain { .. } => self.rate.value().max(1),
        };
        Duration::from_micros(self.mtu * 1_000_000 / rate).min(LONGEST_PACKET)
    }

    /// What may be sent at once before anything was measured: little where even the handshake was slow.
    fn first_window(&self) -> u64 {
        let Some((rate, shortest)) = self.sizes.rate().zip(self.shortest.value()) else {
            return INITIAL_WINDOW;
        };
        let rate = rate.max(self.rate.value());
        let window = bytes_in(rate, shortest) + bytes_in(rate, QUEUE).max(self.mtu) + self.mtu + 1;
        window.clamp(self.least_window(), INITIAL_WINDOW)
    }

    /// Believes that `lowest` is a round trip without a queue, though perhaps that of a long packet.
    fn path_is(&mut self, now: Duration, lowest: Duration) {
        let shortest = self.shortest.value().unwrap_or(lowest);
        let least = lowest.saturating_sub(self.own_time());
        self.shortest.replace(now, shortest.clamp(least, lowest));
    }

    fn least_window(&self) -> u64 {
        2 * self.mtu + 1
    }

    fn target(&self) -> u64 {
        let rate = self.rate.value();
        let path = bytes_in(rate, self.shortest.value().unwrap_or(Duration::ZERO));
        let window = match self.phase {
            Phase::Startup { .. } => self.window,
            // Packet after packet where the path holds no more.
            Phase::Drain { .. } => return (path / 20 * 17).clamp(self.mtu + 1, MOST_WINDOW),
            Phase::Steady { gain, .. } => {
                let gain = GAINS.get(gain).copied().unwrap_or(1.0) - 1.0;
                let queue = bytes_in(rate, self.queue).max(self.mtu);
                let more = ((path as f64 * gain) as u64).min(bytes_in(rate, MOST_PROBE));
                (path + more) * self.share / WHOLE + queue + self.mtu + 1
            }
        };
        window.clamp(self.least_window(), MOST_WINDOW)
    }
}
