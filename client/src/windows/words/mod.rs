//! Every sentence that the windows and the tray show, as functions of what they speak about.
//!
//! Plain words for people under stress: who, what, and what to do. Knows no widget.

mod pages;
mod sharing;

use std::time::{Duration, SystemTime};

use deskside_proto::ids::SessionId;
use deskside_proto::name::PersonName;
use deskside_proto::session::{Scope, Scopes, Way};
use deskside_words::t;
use time::UtcOffset;
use time::macros::format_description;

use crate::app::view::{Activity, QuestionKind, SeenBefore, SessionState, SessionView};
use crate::consent::NotGenuine;

pub use pages::*;
pub use sharing::*;

/// The main window's title.
pub const APP: &str = "Deskside";
/// A length of time in whole minutes, rounded up, and hours from two on.
#[must_use]
pub fn minutes_up(left: Duration) -> String {
    minutes(left.as_secs().div_ceil(60))
}

/// A length of time in whole minutes that have passed.
#[must_use]
pub fn minutes_down(passed: Duration) -> String {
    match passed.as_secs() / 60 {
        0 => t!("client-less-than-a-minute").to_owned(),
        whole => minutes(whole),
    }
}

fn minutes(count: u64) -> String {
    const DAY: u64 = 24 * 60;
    match count {
        0..120 => t!("shared-minutes", count = count),
        120..DAY if count.is_multiple_of(60) => t!("shared-hours", count = count / 60),
        120..DAY => t!("client-hours-and-minutes", hours = count / 60, minutes = count % 60),
        _ => t!("shared-days", count = count / DAY),
    }
}

/// A moment: the time of day, and the date unless it is today.
#[must_use]
pub fn moment(at: SystemTime, now: SystemTime, offset: UtcOffset) -> String {
    let local = |time: SystemTime| time::OffsetDateTime::from(time).to_offset(offset);
    let (at, now) = (local(at), local(now));
    let clock = at.format(format_description!("[hour]:[minute]")).unwrap_or_default();
    let (day, month) = (at.day(), u8::from(at.month()));
    if at.date() == now.date() {
        clock
    } else if at.year() == now.year() {
        t!("shared-date-short-time", day = day, month = month, time = clock)
    } else {
        t!("shared-date-short-year", day = day, month = month, year = at.year())
    }
}

// ---- questions ----

/// A question's title in its window.
#[must_use]
pub fn question(kind: &QuestionKind, name: &PersonName) -> String {
    let name = name.as_str();
    match kind {
        QuestionKind::View => t!("client-question-view", name = name),
        QuestionKind::JoinView { .. } => t!("client-question-join", name = name),
        QuestionKind::Control { scopes } => match means(*scopes) {
            Means::Both => t!("client-question-control", name = name),
            Means::Pointer => t!("client-question-pointer", name = name),
            Means::Keyboard => t!("client-question-keyboard", name = name),
            Means::Neither => t!("client-question-use", name = name),
        },
        QuestionKind::Clipboard { way: Way::ToExpert } => t!("client-question-read-copied", name = name),
        QuestionKind::Clipboard { way: Way::ToPerson } => t!("client-question-give-copied", name = name),
    }
}

/// What a yes means.
#[must_use]
pub fn meaning(kind: &QuestionKind, hotkey: &str) -> String {
    match kind {
        QuestionKind::Clipboard { way: Way::ToExpert } => t!("client-meaning-read-copied", hotkey = hotkey),
        QuestionKind::Clipboard { way: Way::ToPerson } => t!("client-meaning-give-copied", hotkey = hotkey),
        QuestionKind::View => t!("client-meaning-view").to_owned(),
        QuestionKind::JoinView { others } => join(others),
        QuestionKind::Control { scopes } => match means(*scopes) {
            Means::Both => t!("client-meaning-control", hotkey = hotkey),
            Means::Pointer => t!("client-meaning-pointer", hotkey = hotkey),
            Means::Keyboard => t!("client-meaning-keyboard", hotkey = hotkey),
            Means::Neither => t!("client-meaning-use", hotkey = hotkey),
        },
    }
}

fn join(others: &[PersonName]) -> String {
    match others {
        [] => t!("client-meaning-join-none").to_owned(),
        [one] => t!("client-meaning-join-one", name = one.as_str()),
        [one, other] => t!("client-meaning-join-two", name = one.as_str(), other = other.as_str()),
        [one, rest @ ..] => t!("client-meaning-join-many", name = one.as_str(), count = rest.len()),
    }
}

/// What control is asked of.
enum Means {
    Both,
    Pointer,
    Keyboard,
    Neither,
}

fn means(scopes: Scopes) -> Means {
    match (scopes.contains(Scope::Pointer), scopes.contains(Scope::Keyboard)) {
        (true, true) => Means::Both,
        (true, false) => Means::Pointer,
        (false, true) => Means::Keyboard,
        (false, false) => Means::Neither,
    }
}

/// Whether they were here before: a title and a sentence.
#[must_use]
pub fn acquaintance(seen: &SeenBefore, now: SystemTime, offset: UtcOffset) -> (String, String) {
    match seen {
        SeenBefore::New => (t!("client-new-title").to_owned(), t!("client-new-text").to_owned()),
        SeenBefore::Before { count, last, other_name: None } => {
            let last = date(*last, now, offset);
            (t!("client-before", times = uses(*count), date = last), String::new())
        }
        SeenBefore::Before { count, last, other_name: Some(name) } => {
            let last = date(*last, now, offset);
            let text = t!("client-other-name-text", times = uses(*count), date = last, name = name.as_str());
            (t!("client-other-name-title").to_owned(), text)
        }
    }
}

fn date(at: SystemTime, now: SystemTime, offset: UtcOffset) -> String {
    let local = |time: SystemTime| time::OffsetDateTime::from(time).to_offset(offset);
    let (at, now) = (local(at), local(now));
    let (day, month) = (at.day(), u8::from(at.month()));
    if at.year() == now.year() {
        t!("shared-date", day = day, month = month)
    } else {
        t!("shared-date-year", day = day, month = month, year = at.year())
    }
}

/// Why a press does not count.
#[must_use]
pub fn mistrusted(reason: &NotGenuine) -> &'static str {
    match reason {
        NotGenuine::Injected | NotGenuine::OtherWord => t!("client-not-your-device"),
        NotGenuine::TooEarly => t!("client-too-quick"),
        NotGenuine::Unwatched(_) => t!("client-unwatched"),
    }
}

/// When silence becomes a no, in steps that seldom change.
#[must_use]
pub fn remaining(left: Duration) -> &'static str {
    match left.as_secs() {
        0 => t!("client-left-none"),
        1..=10 => t!("client-left-seconds"),
        11..=30 => t!("client-left-half-minute"),
        31..=60 => t!("client-left-minute"),
        61..=120 => t!("client-left-two-minutes"),
        _ => t!("client-left-few-minutes"),
    }
}

/// The seconds left at which [`remaining`] begins to say something else, given those left now.
#[must_use]
pub fn next_step(left: Duration) -> Duration {
    let below = [120, 60, 30, 10, 0].into_iter().map(Duration::from_secs).find(|step| *step < left);
    below.unwrap_or(Duration::ZERO)
}

// ---- who is here ----

/// Who is here and what they can do, in one line.
#[must_use]
pub fn presence(sessions: &[SessionView]) -> String {
    let most = sessions.iter().max_by_key(|session| rank(session.state));
    let Some(most) = most else {
        return String::new();
    };
    let name = most.expert_name.as_str();
    let said = match most.state {
        SessionState::Controlling { paused: false } => t!("client-presence-controls", name = name),
        SessionState::Controlling { paused: true } => t!("client-presence-waits", name = name),
        SessionState::Asking => t!("client-presence-asks", name = name),
        SessionState::Watching => t!("client-presence-sees", name = name),
    };
    match sessions.len() {
        1 => said,
        count => t!("client-presence-more", said = said, count = count - 1),
    }
}

const fn rank(state: SessionState) -> u8 {
    match state {
        SessionState::Watching => 0,
        SessionState::Asking => 1,
        SessionState::Controlling { paused: true } => 2,
        SessionState::Controlling { paused: false } => 3,
    }
}

/// A session's state in one or two words.
#[must_use]
pub fn session_state(state: SessionState) -> &'static str {
    match state {
        SessionState::Watching => t!("client-state-watching"),
        SessionState::Asking => t!("client-state-asks"),
        SessionState::Controlling { paused: false } => t!("client-state-controlling"),
        SessionState::Controlling { paused: true } => t!("client-state-paused"),
    }
}

/// The banner's second line.
#[must_use]
pub fn banner_hint(
    passed: Duration,
    kept_back: Option<&str>,
    sessions: &[SessionView],
    hotkey: &str,
) -> String {
    let passed = t!("client-banner-since", time = minutes_down(passed));
    let kept_back = kept_back.map(|kept_back| format!("{kept_back} · ")).unwrap_or_default();
    if let Some((_, _, moving)) = moving(sessions) {
        return format!("{moving} · {}", t!("client-banner-stops", hotkey = hotkey));
    }
    match clipboard(sessions) {
        Some(may) => {
            let stops = t!("client-banner-stops", hotkey = hotkey);
            format!("{passed} · {kept_back}{may} · {stops}")
        }
        None => format!("{passed} · {kept_back}{}", t!("client-banner-takes-back", hotkey = hotkey)),
    }
}

/// What is on its way through the clipboard, in which session, and how it is said.
#[must_use]
pub fn moving(sessions: &[SessionView]) -> Option<(SessionId, Way, String)> {
    let mut ways = sessions
        .iter()
        .flat_map(|session| Way::ALL.into_iter().zip(session.moving).map(move |way| (session, way)));
    ways.find_map(|(session, (way, moving))| {
        Some((session.id, way, crate::app::words::moving(moving?, way, &session.expert_name)))
    })
}

/// What somebody may do with the clipboard.
fn clipboard(sessions: &[SessionView]) -> Option<&'static str> {
    let open = |place: usize| sessions.iter().any(|session| session.clipboard.get(place) == Some(&true));
    match (open(0), open(1)) {
        (true, true) => Some(t!("client-may-both")),
        (true, false) => Some(t!("client-may-read")),
        (false, true) => Some(t!("client-may-give")),
        (false, false) => None,
    }
}

/// A session's second line.
#[must_use]
pub fn since(passed: Duration) -> String {
    t!("client-here-for", time = minutes_down(passed))
}

// ---- closing ----

/// What closing means now.
#[must_use]
pub fn close_text(activity: Activity) -> &'static str {
    match activity {
        Activity::Watched | Activity::Controlled => {
            t!("client-close-connected")
        }
        Activity::Idle | Activity::Waiting | Activity::Asked => {
            t!("client-close-open")
        }
    }
}
// ---- tray ----

/// What the tray icon says when pointed at.
#[must_use]
pub fn tray_state(activity: Activity) -> &'static str {
    match activity {
        Activity::Idle => t!("client-tray-idle"),
        Activity::Waiting => t!("client-tray-waiting"),
        Activity::Asked => t!("client-tray-asked"),
        Activity::Watched => t!("client-tray-watched"),
        Activity::Controlled => t!("client-tray-controlled"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_of_time_are_rounded_to_the_careful_side() {
        assert_eq!(minutes_up(Duration::from_secs(3541)), "60 minutes");
        assert_eq!(minutes_up(Duration::from_secs(1)), "1 minute");
        assert_eq!(minutes_up(Duration::from_secs(2 * 3600)), "2 hours");
        assert_eq!(minutes_up(Duration::from_secs(2 * 3600 + 60)), "2 h 1 min");
        assert_eq!(minutes_up(Duration::from_secs(3 * 86_400)), "3 days");
        assert_eq!(minutes_down(Duration::from_secs(59)), "less than a minute");
        assert_eq!(minutes_down(Duration::from_secs(119)), "1 minute");
    }

    #[test]
    fn a_moment_names_the_day_only_when_it_is_another_one() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_795_348_800);
        assert_eq!(moment(now, now, UtcOffset::UTC), "12:00");
        assert_eq!(moment(now - Duration::from_secs(86_400), now, UtcOffset::UTC), "21 Nov, 12:00");
        let east = UtcOffset::from_hms(1, 0, 0).unwrap();
        assert_eq!(moment(now, now, east), "13:00");
    }

    #[test]
    fn the_remaining_time_changes_at_the_announced_step() {
        for seconds in [119, 61, 60, 59, 31, 30, 11, 10, 5] {
            let left = Duration::from_secs(seconds);
            let step = next_step(left);
            assert!(step < left);
            assert_ne!(remaining(left), remaining(step), "{seconds} s");
        }
    }
}
