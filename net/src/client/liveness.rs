//! When an expert in control counts as silent, and what follows at once. It knows who has control, what is held down and
//! when the expert was last heard, and no connection.

use std::time::Duration;

use deskside_proto::session::Policy;
use deskside_proto::wire::input::InputFrame;
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, MissedTickBehavior, interval_at, sleep_until};

use crate::held::Held;

/// How often is looked whether anything came, while something is held down.
const LOOK: Duration = Policy::HEARTBEAT_HOLDING;

/// Releases what an expert holds down of whom nothing arrives for `limit`: puts that event behind what the expert sent
/// itself. Ends when nobody takes input any more.
///
/// `arrived` counts whatever came, not messages: one lost packet holds up all later messages of its stream, and must not
/// drop what somebody drags. Looks are counted, so that a halt of this machine is not taken for silence of the other.
pub(super) async fn let_go(
    held: &watch::Sender<Held>,
    limit: Duration,
    arrived: impl Fn() -> u64,
    input: &mpsc::Sender<InputFrame>,
) {
    let mut changes = held.subscribe();
    loop {
        let is_held = !changes.borrow_and_update().is_empty();
        if !is_held {
            // The sender is borrowed, so `changed` does not fail.
            let _ = changes.changed().await;
            continue;
        }
        tokio::select! {
            _ = changes.changed() => continue,
            () = nothing_arrives(limit, &arrived) => {}
        }
        let mut release = None;
        held.send_modify(|held| release = held.release());
        if let Some(release) = release {
            tracing::info!("the expert is silent: what it held down is released");
            if input.send(release).await.is_err() {
                return;
            }
        }
    }
}

async fn nothing_arrives(limit: Duration, arrived: impl Fn() -> u64) {
    let mut looks = interval_at(Instant::now() + LOOK, LOOK);
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let (mut before, mut quiet) = (arrived(), Duration::ZERO);
    while quiet < limit {
        looks.tick().await;
        let now = arrived();
        quiet = if now == before { quiet + LOOK } else { Duration::ZERO };
        before = now;
    }
}

/// Returns when the expert has control and `limit` has passed since its last word, or since it got control.
pub(super) async fn silence(
    controlled: &mut watch::Receiver<bool>,
    heard: &watch::Receiver<Instant>,
    limit: Duration,
) {
    // Both senders live as long as the link, so `changed` does not fail before this is dropped.
    loop {
        if !*controlled.borrow_and_update() {
            let _ = controlled.changed().await;
            continue;
        }
        let begin = Instant::now();
        loop {
            let due = begin.max(*heard.borrow()) + limit;
            if due <= Instant::now() {
                return;
            }
            tokio::select! {
                _ = controlled.changed() => break,
                () = sleep_until(due) => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;
    use deskside_proto::ids::GrantId;
    use deskside_proto::keycode::KeyUsage;
    use deskside_proto::wire::input::{InputEvent, KeyEvent};

    const LIMIT: Duration = Duration::from_secs(10);

    fn at(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[tokio::test(start_paused = true)]
    async fn silence_counts_from_the_last_word() {
        let start = Instant::now();
        let (_control, mut controlled) = watch::channel(true);
        let (heart, heard) = watch::channel(start);
        let beats = async {
            for second in [2, 4, 6] {
                sleep_until(start + at(second)).await;
                heart.send_replace(Instant::now());
            }
            std::future::pending::<()>().await;
        };
        tokio::select! {
            () = silence(&mut controlled, &heard, LIMIT) => {}
            () = beats => {}
        }
        assert_eq!(start.elapsed(), at(16));
    }

    #[tokio::test(start_paused = true)]
    async fn nobody_is_silent_who_has_no_control() {
        let start = Instant::now();
        let (_control, mut controlled) = watch::channel(false);
        let (_heart, heard) = watch::channel(start);
        let waiting = tokio::time::timeout(at(3600), silence(&mut controlled, &heard, LIMIT));
        assert!(waiting.await.is_err());
    }

    #[tokio::test(start_paused = true)]
    async fn silence_counts_from_the_beginning_of_control_not_from_before() {
        let start = Instant::now();
        let (control, mut controlled) = watch::channel(false);
        let (_heart, heard) = watch::channel(start);
        let person = async {
            sleep_until(start + at(60)).await;
            control.send_replace(true);
            // Taken away and given again: counting begins anew.
            sleep_until(start + at(65)).await;
            control.send_replace(false);
            control.send_replace(true);
            std::future::pending::<()>().await;
        };
        tokio::select! {
            () = silence(&mut controlled, &heard, LIMIT) => {}
            () = person => {}
        }
        assert_eq!(start.elapsed(), at(75));
    }

    fn key(usage: u16, pressed: bool) -> InputFrame {
        let usage = KeyUsage::new(usage).unwrap();
        InputFrame { grant: GrantId::FIRST, event: InputEvent::Key(KeyEvent::place(usage, pressed)) }
    }

    #[tokio::test(start_paused = true)]
    async fn what_a_silent_expert_holds_is_released_once_and_behind_its_own_events() {
        let start = Instant::now();
        let held = watch::Sender::new(Held::default());
        let count = Cell::new(0);
        let (input, mut arrived) = mpsc::channel(8);
        let expert = async {
            sleep_until(start + at(60)).await;
            count.set(1);
            held.send_modify(|held| held.note(&key(4, true)));
            input.send(key(4, true)).await.unwrap();
            // Signs of life hold it down for as long as they come.
            for second in [65, 70] {
                sleep_until(start + at(second)).await;
                count.set(second);
            }
            std::future::pending::<()>().await;
        };
        let person = async {
            assert!(arrived.recv().await == Some(key(4, true)));
            assert!(arrived.recv().await.map(|frame| frame.event) == Some(InputEvent::ReleaseAll));
            assert!(start.elapsed() >= at(80) && start.elapsed() <= at(80) + LOOK);
            assert!(tokio::time::timeout(at(3600), arrived.recv()).await.is_err());
        };
        tokio::select! {
            () = let_go(&held, LIMIT, || count.get(), &input) => {}
            () = expert => {}
            () = person => {}
        }
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_holds_nothing_may_be_silent() {
        let held = watch::Sender::new(Held::default());
        let (input, mut arrived) = mpsc::channel(8);
        for frame in [key(4, true), key(5, true), key(4, false), key(5, false)] {
            held.send_modify(|held| held.note(&frame));
        }
        tokio::select! {
            () = let_go(&held, LIMIT, || 0, &input) => {}
            waited = tokio::time::timeout(at(3600), arrived.recv()) => assert!(waited.is_err()),
        }
    }
}
