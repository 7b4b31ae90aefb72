//! How often the expert's program says that it is there. It knows who has control and whether anything is held down, and
//! no connection.

use std::time::Duration;

use deskside_proto::session::Policy;
use deskside_proto::wire::input::InputFrame;
use tokio::sync::watch;
use tokio::time::{Instant, MissedTickBehavior, interval_at};

use crate::held::Held;

/// How often the expert's program says that it is there, while it has control and holds nothing down.
pub const HEARTBEAT_INTERVAL: Duration = Policy::HEARTBEAT;
/// How often while it holds a key or a button down.
pub const HOLDING_INTERVAL: Duration = Policy::HEARTBEAT_HOLDING;

/// What decides how often.
#[derive(Debug, Default)]
pub(super) struct Pulse {
    is_controlling: bool,
    held: Held,
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

/// Gives a `sign` when control begins and then as often as due, until one cannot be given.
pub(super) async fn beat(mut pulse: watch::Receiver<Pulse>, sign: impl Fn() -> bool) {
    let mut was_beating = false;
    loop {
        let interval = pulse.borrow_and_update().interval();
        // A hold begins and ends with input, which is a sign itself.
        let is_due = interval.is_some() && !was_beating;
        was_beating = interval.is_some();
        if is_due && !sign() {
            return;
        }
        let Some(interval) = interval else {
            if pulse.changed().await.is_err() {
                return;
            }
            continue;
        };
        let mut ticks = interval_at(Instant::now() + interval, interval);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                changed = pulse.changed() => match changed {
                    Ok(()) => break,
                    Err(_) => return,
                },
                _ = ticks.tick() => if !sign() {
                    return;
                },
            }
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

    /// When signs are given within ten seconds, in ms, while `script` happens.
    async fn signs(script: &[Step]) -> Vec<u128> {
        let start = Instant::now();
        let pulse = watch::Sender::new(Pulse::default());
        let given = RefCell::new(Vec::new());
        let sign = || {
            given.borrow_mut().push(start.elapsed().as_millis());
            true
        };
        let happening = async {
            for (at_ms, change) in script {
                sleep_until(start + Duration::from_millis(*at_ms)).await;
                pulse.send_if_modified(change);
            }
            sleep_until(start + Duration::from_millis(10_100)).await;
        };
        tokio::select! {
            () = beat(pulse.subscribe(), sign) => {}
            () = happening => {}
        }
        given.into_inner()
    }

    #[tokio::test(start_paused = true)]
    async fn there_is_no_sign_without_control_whatever_is_sent() {
        assert_eq!(signs(&[(100, |pulse| pulse.sent(&key(true)))]).await, [0_u128; 0]);
    }

    #[tokio::test(start_paused = true)]
    async fn control_alone_gives_a_sign_at_once_and_every_two_seconds() {
        let control = |pulse: &mut Pulse| pulse.set_controlling(true);
        assert_eq!(signs(&[(1000, control)]).await, [1000, 3000, 5000, 7000, 9000]);
    }

    #[tokio::test(start_paused = true)]
    async fn while_something_is_held_signs_are_frequent_and_only_then() {
        let script: [Step; 4] = [
            (0, |pulse| pulse.set_controlling(true)),
            (1000, |pulse| pulse.sent(&key(true))),
            (1600, |pulse| pulse.sent(&key(false))),
            (5000, |pulse| pulse.set_controlling(false)),
        ];
        assert_eq!(signs(&script).await, [0, 1250, 1500, 3600]);
    }

    #[tokio::test(start_paused = true)]
    async fn control_that_ends_takes_what_was_held_along() {
        let script: [Step; 4] = [
            (0, |pulse| pulse.set_controlling(true)),
            (100, |pulse| pulse.sent(&key(true))),
            (200, |pulse| pulse.set_controlling(false)),
            (7000, |pulse| pulse.set_controlling(true)),
        ];
        assert_eq!(signs(&script).await, [0, 7000, 9000]);
    }
}
