//! How often the expert's program says that it is there. It knows who has control and whether anything is held down, and
//! no connection.

use std::time::Duration;

use deskside_proto::session::Policy;
use deskside_proto::wire::input::InputFrame;
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};

use crate::held::Held;

/// How often the expert's program says that it is there, while it has control, holds nothing down and says nothing else.
pub const HEARTBEAT_INTERVAL: Duration = Policy::HEARTBEAT;
/// How often while it holds a key or a button down.
pub const HOLDING_INTERVAL: Duration = Policy::HEARTBEAT_HOLDING;
/// How often while nothing comes back.
const UNANSWERED_INTERVAL: Duration = Policy::HEARTBEAT_UNANSWERED;

/// Up to this a lost sign is repeated often enough before it counts as silence.
const USUAL_ROUND_TRIP: Duration = Duration::from_millis(100);

/// What decides how often.
#[derive(Debug, Default)]
pub(super) struct Pulse {
    is_controlling: bool,
    held: Held,
    /// When something else went out that proves as much.
    spoke: Option<Instant>,
}

impl Pulse {
    /// Whether this expert has control; true when that changes how often.
    pub(super) fn set_controlling(&mut self, is_controlling: bool) -> bool {
        self.changes(|pulse| {
            pulse.is_controlling = is_controlling;
            if !is_controlling {
                pulse.held.clear();
            }
        })
    }

    /// Input that goes out; true when that changes how often.
    pub(super) fn sent(&mut self, frame: &InputFrame) -> bool {
        self.changes(|pulse| pulse.held.note(frame))
    }

    /// A report that goes out. Nobody need be woken for it: the next sign is put off when its time comes.
    pub(super) fn reported(&mut self, now: Instant) {
        self.spoke = Some(now);
    }

    fn interval(&self) -> Option<Duration> {
        match (self.is_controlling, self.held.is_empty()) {
            (false, _) => None,
            (true, true) => Some(HEARTBEAT_INTERVAL),
            (true, false) => Some(HOLDING_INTERVAL),
        }
    }

    fn changes(&mut self, change: impl FnOnce(&mut Self)) -> bool {
        let before = self.interval();
        change(self);
        self.interval() != before
    }
}

/// The signs of one stretch of control.
struct Signs {
    interval: Duration,
    /// When that became the interval: a hold begins and ends with input, which is a sign itself.
    since: Instant,
    last: Instant,
    /// What was heard when the last sign was given, until it is answered.
    unanswered: Option<Echo>,
}

/// What comes back from the other side: numbers that only grow, and how long it takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Echo {
    /// What has arrived.
    pub(super) arrived: u64,
    /// Packets of this side that are known to be lost.
    pub(super) lost: u64,
    pub(super) round_trip: Duration,
}

impl Echo {
    /// Whether something has come, and it was not the news that something was lost: that may have been the sign itself,
    /// and all later ones wait behind it.
    const fn is_answered_by(self, now: Self) -> bool {
        now.arrived != self.arrived && now.lost == self.lost
    }
}

impl Signs {
    fn due(&self, spoke: Option<Instant>, round_trip: Duration) -> Instant {
        let proved = self.last.max(self.since).max(spoke.unwrap_or(self.since));
        let due = proved + self.interval.min(longest_interval(round_trip));
        match self.unanswered {
            Some(_) => due.min(self.last + UNANSWERED_INTERVAL),
            None => due,
        }
    }
}

/// What is lost on a long way takes some round trips to be noticed and repeated: there the next sign comes earlier.
fn longest_interval(round_trip: Duration) -> Duration {
    let beyond = round_trip.saturating_sub(USUAL_ROUND_TRIP);
    HEARTBEAT_INTERVAL.saturating_sub(beyond * 6).max(HEARTBEAT_INTERVAL / 2)
}

/// Gives a `sign` when control begins and then as often as due, until one cannot be given.
///
/// A sign that nothing answers may be lost, and is given again long before the client takes that for silence. QUIC
/// repeats it too, but ever more slowly.
pub(super) async fn beat(
    mut pulse: watch::Receiver<Pulse>,
    echo: impl Fn() -> Echo,
    sign: impl Fn() -> bool,
) {
    let mut signs: Option<Signs> = None;
    loop {
        let (interval, spoke) = {
            let pulse = pulse.borrow_and_update();
            (pulse.interval(), pulse.spoke)
        };
        let now = Instant::now();
        let due = match (interval, &mut signs) {
            (None, _) => {
                signs = None;
                None
            }
            (Some(_), None) => Some(now),
            (Some(interval), Some(signs)) => {
                if signs.interval != interval {
                    (signs.interval, signs.since) = (interval, now);
                }
                let echo = echo();
                signs.unanswered = signs.unanswered.filter(|before| !before.is_answered_by(echo));
                Some(signs.due(spoke, echo.round_trip))
            }
        };
        if let (Some(interval), Some(_)) = (interval, due.filter(|due| *due <= now)) {
            let unanswered = Some(echo());
            if !sign() {
                return;
            }
            let since = signs.map_or(now, |signs| signs.since);
            signs = Some(Signs { interval, since, last: now, unanswered });
            continue;
        }
        let waiting = async {
            match due {
                Some(due) => sleep_until(due).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            changed = pulse.changed() => if changed.is_err() {
                return;
            },
            () = waiting => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;
    use deskside_proto::ids::GrantId;
    use deskside_proto::keycode::KeyUsage;
    use deskside_proto::wire::input::{InputEvent, KeyEvent};
    use tokio::time::sleep_until;

    /// A moment in ms and what happens then.
    type Step = (u64, fn(&mut Pulse) -> bool);

    fn key(pressed: bool) -> InputFrame {
        let usage = KeyUsage::new(4).unwrap();
        InputFrame { grant: GrantId::FIRST, event: InputEvent::Key(KeyEvent::place(usage, pressed)) }
    }

    /// When signs are given within `seconds`, in ms, while `script` happens. The client answers each until `silent_at`.
    async fn signs_until(seconds: u64, silent_at: u64, script: &[Step]) -> Vec<u128> {
        let start = Instant::now();
        let pulse = watch::Sender::new(Pulse::default());
        let given = RefCell::new(Vec::new());
        let sign = || {
            given.borrow_mut().push(start.elapsed().as_millis());
            true
        };
        let echo = || {
            let is_answered = |at: &&u128| **at < silent_at.into() && **at < start.elapsed().as_millis();
            let arrived = given.borrow().iter().filter(is_answered).count() as u64;
            Echo { arrived, lost: 0, round_trip: Duration::from_millis(40) }
        };
        let happening = async {
            for (at_ms, change) in script {
                sleep_until(start + Duration::from_millis(*at_ms)).await;
                pulse.send_if_modified(change);
            }
            sleep_until(start + Duration::from_secs(seconds) + Duration::from_millis(100)).await;
        };
        tokio::select! {
            () = beat(pulse.subscribe(), echo, sign) => {}
            () = happening => {}
        }
        given.into_inner()
    }

    async fn signs(seconds: u64, script: &[Step]) -> Vec<u128> {
        signs_until(seconds, u64::MAX, script).await
    }

    #[tokio::test(start_paused = true)]
    async fn there_is_no_sign_without_control_whatever_is_sent() {
        assert_eq!(signs(20, &[(100, |pulse| pulse.sent(&key(true)))]).await, [0_u128; 0]);
    }

    #[tokio::test(start_paused = true)]
    async fn control_alone_gives_a_sign_at_once_and_every_eight_seconds() {
        let control = |pulse: &mut Pulse| pulse.set_controlling(true);
        assert_eq!(signs(30, &[(1000, control)]).await, [1000, 9000, 17_000, 25_000]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_report_is_a_sign_and_input_is_none() {
        let report = |pulse: &mut Pulse| {
            pulse.reported(Instant::now());
            false
        };
        let script: [Step; 4] = [
            (0, |pulse| pulse.set_controlling(true)),
            (5000, report),
            (12_000, report),
            // What waits for the person's desktop to take it proves nothing yet.
            (19_000, |pulse| pulse.sent(&InputFrame { event: InputEvent::ReleaseAll, ..key(true) })),
        ];
        assert_eq!(signs(30, &script).await, [0, 20_000, 28_000]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_sign_that_nothing_answers_is_given_again_and_again() {
        let control = |pulse: &mut Pulse| pulse.set_controlling(true);
        let given = signs_until(10, 8000, &[(0, control)]).await;
        assert_eq!(given, [0, 8000, 8500, 9000, 9500, 10_000]);
    }

    #[test]
    fn the_news_of_a_loss_is_no_answer() {
        let before = Echo { arrived: 7, lost: 2, round_trip: Duration::ZERO };
        assert!(before.is_answered_by(Echo { arrived: 8, ..before }));
        assert!(!before.is_answered_by(Echo { arrived: 8, lost: 3, ..before }));
        assert!(!before.is_answered_by(before));
    }

    #[test]
    fn on_a_long_way_signs_come_earlier() {
        let after = |ms| longest_interval(Duration::from_millis(ms)).as_millis();
        assert_eq!([0, 100, 300, 600, 5000].map(after), [8000, 8000, 6800, 5000, 4000]);
    }

    #[tokio::test(start_paused = true)]
    async fn while_something_is_held_signs_are_frequent_and_only_then() {
        let script: [Step; 4] = [
            (0, |pulse| pulse.set_controlling(true)),
            (1000, |pulse| pulse.sent(&key(true))),
            (1600, |pulse| pulse.sent(&key(false))),
            (12_000, |pulse| pulse.set_controlling(false)),
        ];
        assert_eq!(signs(30, &script).await, [0, 1250, 1500, 9600]);
    }

    #[tokio::test(start_paused = true)]
    async fn control_that_ends_takes_what_was_held_along() {
        let script: [Step; 4] = [
            (0, |pulse| pulse.set_controlling(true)),
            (100, |pulse| pulse.sent(&key(true))),
            (200, |pulse| pulse.set_controlling(false)),
            (7000, |pulse| pulse.set_controlling(true)),
        ];
        assert_eq!(signs(20, &script).await, [0, 7000, 15_000]);
    }
}
