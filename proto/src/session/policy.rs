//! The rules that hold for every session: how long is waited, how often may be asked, and who may come when.
//! There is no setting for any of them.

use std::time::Duration;

use super::ClientState;

/// How long is waited, and how often may be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policy {
    /// How long the person may think about "may they see?". Then the answer is no.
    pub view_question: Duration,
    /// How long the person may think about "may they control?". Then the answer is no.
    pub control_question: Duration,
    /// How long nothing may be asked after the person has stopped control.
    pub cool_down: Duration,
    /// How long control lasts while nobody uses pointer or keyboard.
    pub idle: Duration,
    /// Questions for control per session that may go without a yes; the person is not asked again after them.
    pub unallowed_requests: u32,
    /// Experts at once.
    pub experts: usize,
}

impl Policy {
    /// What the programs use.
    pub const STANDARD: Self = Self {
        view_question: Duration::from_secs(120),
        control_question: Duration::from_secs(60),
        cool_down: Duration::from_secs(5),
        idle: Duration::from_secs(600),
        unallowed_requests: 3,
        experts: 2,
    };

    /// How long the expert's program is quiet, while it has control, until it gives a sign of life.
    pub const HEARTBEAT: Duration = Duration::from_secs(8);
    /// How often it gives one while nothing comes back: what is lost must not be taken for silence.
    pub const HEARTBEAT_UNANSWERED: Duration = Duration::from_millis(500);
    /// How often while it holds a key or a button down.
    pub const HEARTBEAT_HOLDING: Duration = Duration::from_millis(250);
    /// Silence that ends control.
    pub const SILENCE: Duration = Duration::from_secs(10);
    /// Silence after which everything that is held down is released: a desktop repeats a held key by itself, and begins
    /// with it after 200 to 660 ms. Shorter, and a hiccup of the network would drop what somebody drags.
    pub const SILENCE_HOLDING: Duration = Duration::from_secs(1);
    /// How long a connection may take from its handshake to its proof.
    pub const PROOF: Duration = Duration::from_secs(10);
}

/// What one session takes up of the person's attention.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    /// The person is being asked about it.
    Asking,
    /// The expert sees.
    Watching,
    /// The expert has control.
    Controlling,
    /// It is over.
    Gone,
}

impl From<&ClientState> for Presence {
    fn from(state: &ClientState) -> Self {
        match state {
            ClientState::AskingView { .. } | ClientState::ControlRequested { .. } => Self::Asking,
            ClientState::Viewing | ClientState::Revoked { .. } => Self::Watching,
            ClientState::Controlled { .. } => Self::Controlling,
            ClientState::Ended { .. } => Self::Gone,
        }
    }
}

/// What becomes of an expert who arrives with a valid proof.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arrival {
    /// The person is asked; nobody else is there.
    AskAlone,
    /// The person is asked whether this expert may join those who watch.
    AskJoin,
    /// The expert is told that the person is busy; the person is not asked.
    Busy,
}

impl Arrival {
    /// The rule for a new arrival, given all sessions there are.
    ///
    /// One question at a time; no more experts than [`Policy::experts`].
    pub fn of(policy: &Policy, sessions: impl IntoIterator<Item = Presence>) -> Self {
        let (mut asking, mut present) = (false, 0_usize);
        for session in sessions {
            match session {
                Presence::Asking => asking = true,
                Presence::Watching | Presence::Controlling => present += 1,
                Presence::Gone => {}
            }
        }
        if asking || present >= policy.experts {
            Self::Busy
        } else if present == 0 {
            Self::AskAlone
        } else {
            Self::AskJoin
        }
    }
}

/// Whether the person can be asked for control.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Desk {
    /// Nobody else has control, and no other question is open.
    Free,
    /// Somebody else has control, or another question is open.
    Busy,
    /// The screen is locked: nobody is there to ask.
    Locked,
    /// Input cannot be injected on this machine.
    Unsupported,
}

impl Desk {
    /// The rule for a request for control, given all *other* sessions: one controller and one question at a time.
    pub fn of(others: impl IntoIterator<Item = Presence>) -> Self {
        let taken = others.into_iter().any(|session| match session {
            Presence::Asking | Presence::Controlling => true,
            Presence::Watching | Presence::Gone => false,
        });
        if taken { Self::Busy } else { Self::Free }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EVERYONE: [Presence; 4] =
        [Presence::Asking, Presence::Watching, Presence::Controlling, Presence::Gone];

    #[test]
    fn the_first_expert_is_asked_about_alone_and_the_second_as_one_who_joins() {
        let rule = |sessions: &[Presence]| Arrival::of(&Policy::STANDARD, sessions.iter().copied());
        assert_eq!(rule(&[]), Arrival::AskAlone);
        assert_eq!(rule(&[Presence::Gone, Presence::Gone]), Arrival::AskAlone);
        assert_eq!(rule(&[Presence::Watching]), Arrival::AskJoin);
        assert_eq!(rule(&[Presence::Controlling, Presence::Gone]), Arrival::AskJoin);
        assert_eq!(rule(&[Presence::Watching, Presence::Controlling]), Arrival::Busy);
    }

    #[test]
    fn whatever_else_there_is_an_open_question_means_busy() {
        for other in EVERYONE {
            let sessions = [other, Presence::Asking];
            assert_eq!(Arrival::of(&Policy::STANDARD, sessions), Arrival::Busy);
            assert_eq!(Desk::of(sessions), Desk::Busy);
        }
    }

    #[test]
    fn only_one_expert_controls_and_those_who_watch_are_no_hindrance() {
        for other in EVERYONE {
            let expected = match other {
                Presence::Asking | Presence::Controlling => Desk::Busy,
                Presence::Watching | Presence::Gone => Desk::Free,
            };
            assert_eq!(Desk::of([other]), expected);
            assert_eq!(Desk::of([Presence::Watching, other, Presence::Gone]), expected);
        }
        assert_eq!(Desk::of([]), Desk::Free);
    }

    #[test]
    fn no_waiting_time_is_zero_and_heartbeats_may_be_missed_before_silence() {
        let Policy { view_question, control_question, cool_down, idle, .. } = Policy::STANDARD;
        for wait in [view_question, control_question, cool_down, idle, Policy::PROOF] {
            assert!(wait >= Duration::from_secs(5));
        }
        assert!(Policy::SILENCE >= Policy::HEARTBEAT + Policy::HEARTBEAT_UNANSWERED * 4);
        assert!(Policy::SILENCE_HOLDING >= Policy::HEARTBEAT_HOLDING * 3);
        assert!(Policy::SILENCE_HOLDING < Policy::SILENCE);
    }
}
