//! The check behind an Allow button: was it the person's own hand, and had they time to see the question?

use std::sync::Arc;
use std::time::{Duration, Instant};

use deskside_proto::ids::QuestionId;

use super::{LocalYes, NotGenuine};
use crate::physical::{DeviceTime, PhysicalWatch, Presses};

/// A question counts as seen that long after it appeared; what is pressed earlier was meant for something else.
pub const TIME_TO_SEE: Duration = Duration::from_millis(500);
/// An injected press that recent makes every answer doubtful: it could be the one that reached the button, while the
/// person typed elsewhere. Longer than a window takes from a click to this check.
pub const DOUBT: Duration = Duration::from_secs(1);
/// From the press of Enter to the line it ends, at most; longer than a terminal on a busy machine takes.
const ON_ITS_WAY: Duration = Duration::from_secs(2);

/// Guards the answer to one question that is on the screen.
pub struct Guard {
    watch: Arc<dyn PhysicalWatch>,
    question: QuestionId,
    shown_at: DeviceTime,
}

impl Guard {
    /// Starts when the question is on the screen, by the desktop's own clock.
    ///
    /// # Errors
    /// [`NotGenuine::Unwatched`]: without a watch nobody can answer in a window.
    pub fn question_shown(watch: Arc<dyn PhysicalWatch>, question: QuestionId) -> Result<Self, NotGenuine> {
        let shown_at = watch.presses()?.now;
        Ok(Self { watch, question, shown_at })
    }

    /// The yes, when the press that led here was the person's own.
    ///
    /// To be called at once when the button was activated; asks the desktop, which takes well under a millisecond.
    ///
    /// # Errors
    /// [`NotGenuine`]; the question stays open and can be answered again.
    pub fn confirm(&self) -> Result<LocalYes, NotGenuine> {
        // Before the desktop is asked: a stop in that time is one after the yes.
        let said_at = Instant::now();
        judge(self.shown_at, self.watch.presses()?)?;
        Ok(LocalYes { question: self.question, said_at })
    }
}

/// Judges a line that just ended on a terminal, `asked_for` after its question was printed.
pub(super) fn judge_line(asked_for: Duration, presses: Presses) -> Result<(), NotGenuine> {
    let asked_ms = u32::try_from(asked_for.as_millis()).unwrap_or(u32::MAX / 2).min(u32::MAX / 2);
    let shown_at = DeviceTime(presses.now.0.wrapping_sub(asked_ms));
    let real = presses.real.ok_or(NotGenuine::Injected)?;
    // Without a press on this desktop the line was not typed on its keyboard, but put there in another way.
    if presses.now.since(real.at).is_some_and(|ago| ago > ON_ITS_WAY) {
        return Err(NotGenuine::Injected);
    }
    judge(shown_at, presses)
}

fn judge(shown_at: DeviceTime, presses: Presses) -> Result<(), NotGenuine> {
    let Some(real) = presses.real else { return Err(NotGenuine::Injected) };
    if let Some(injected) = presses.injected {
        let is_recent = presses.now.since(injected.at).is_none_or(|ago| ago < DOUBT);
        if is_recent || injected.number > real.number {
            return Err(NotGenuine::Injected);
        }
    }
    match real.at.since(shown_at) {
        Some(later) if later >= TIME_TO_SEE => Ok(()),
        Some(_) | None => Err(NotGenuine::TooEarly),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::physical::Press;

    fn presses(real: Option<u32>, injected: Option<u32>) -> Presses {
        // Numbered by time, the injected one first when both are at once.
        let number = |at: u32, later: bool| u64::from(at) * 2 + u64::from(later);
        Presses {
            now: DeviceTime(10_000),
            real: real.map(|at| Press { at: DeviceTime(at), number: number(at, true) }),
            injected: injected.map(|at| Press { at: DeviceTime(at), number: number(at, false) }),
        }
    }

    #[test]
    fn only_a_real_press_after_the_question_was_seen_says_yes() {
        let judged = |real, injected| judge(DeviceTime(5_000), presses(real, injected));
        assert!(judged(Some(5_500), None).is_ok());
        assert!(judged(Some(9_999), Some(8_999)).is_ok());
        assert!(matches!(judged(None, None), Err(NotGenuine::Injected)), "nothing was pressed");
        assert!(matches!(judged(Some(5_499), None), Err(NotGenuine::TooEarly)), "typed ahead");
        assert!(matches!(judged(Some(4_000), None), Err(NotGenuine::TooEarly)), "before the question");
        assert!(matches!(judged(None, Some(9_000)), Err(NotGenuine::Injected)));
        assert!(matches!(judged(Some(6_000), Some(7_000)), Err(NotGenuine::Injected)), "injected last");
        assert!(matches!(judged(Some(9_999), Some(9_990)), Err(NotGenuine::Injected)), "both at once");
    }

    #[test]
    fn the_clock_may_wrap_while_the_question_is_open() {
        let shown = DeviceTime(u32::MAX - 100);
        let real = Some(Press { at: DeviceTime(500), number: 1 });
        let presses = Presses { now: DeviceTime(510), real, injected: None };
        assert!(judge(shown, presses).is_ok());
    }
}
