//! When an expert in control counts as silent. It knows two facts, who has control and when the expert was last
//! heard, and no connection.

use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};

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
    use super::*;

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
}
