//! Every sentence that the windows and the tray show, as functions of what they speak about.
//!
//! Plain words for people under stress: who, what, and what to do. Knows no widget.

mod pages;
mod sharing;

use std::time::{Duration, SystemTime};

use deskside_proto::ids::SessionId;
use deskside_proto::name::PersonName;
use deskside_proto::session::{Scope, Scopes, Way};
use time::UtcOffset;
use time::macros::format_description;

use crate::app::view::{Activity, QuestionKind, SeenBefore, SessionState, SessionView};
use crate::consent::NotGenuine;

pub use pages::*;
pub use sharing::*;

/// The main window's title.
pub const APP: &str = "Deskside";
/// The banner's title, for lists of windows.
pub const BANNER: &str = "Deskside: who is here";

/// A length of time in whole minutes, rounded up, and hours from two on.
#[must_use]
pub fn minutes_up(left: Duration) -> String {
    minutes(left.as_secs().div_ceil(60))
}

/// A length of time in whole minutes that have passed.
#[must_use]
pub fn minutes_down(passed: Duration) -> String {
    match passed.as_secs() / 60 {
        0 => "less than a minute".to_owned(),
        whole => minutes(whole),
    }
}

fn minutes(count: u64) -> String {
    const DAY: u64 = 24 * 60;
    match count {
        1 => "1 minute".to_owned(),
        0..120 => format!("{count} minutes"),
        120..DAY if count.is_multiple_of(60) => format!("{} hours", count / 60),
        120..DAY => format!("{} h {} min", count / 60, count % 60),
        _ if count < 2 * DAY => "1 day".to_owned(),
        _ => format!("{} days", count / DAY),
    }
}

/// A moment: the time of day, and the date unless it is today.
#[must_use]
pub fn moment(at: SystemTime, now: SystemTime, offset: UtcOffset) -> String {
    let local = |time: SystemTime| time::OffsetDateTime::from(time).to_offset(offset);
    let (at, now) = (local(at), local(now));
    let shown = if at.date() == now.date() {
        at.format(format_description!("[hour]:[minute]"))
    } else if at.year() == now.year() {
        at.format(format_description!("[day padding:none] [month repr:short], [hour]:[minute]"))
    } else {
        at.format(format_description!("[day padding:none] [month repr:short] [year]"))
    };
    shown.unwrap_or_default()
}

// ---- questions ----

/// A question's title in its window.
#[must_use]
pub fn question(kind: &QuestionKind, name: &PersonName) -> String {
    match kind {
        QuestionKind::View => format!("May {name} see your screen?"),
        QuestionKind::JoinView { .. } => format!("May {name} see your screen, too?"),
        QuestionKind::Control { scopes } => format!("May {name} {} this computer?", verb(*scopes)),
        QuestionKind::Clipboard { way } => format!("May {name} {}?", crate::app::words::way(*way)),
    }
}

/// What a yes means.
#[must_use]
pub fn meaning(kind: &QuestionKind, hotkey: &str) -> String {
    match kind {
        QuestionKind::Clipboard { way: Way::ToExpert } => format!(
            "Text, pictures and files that you copy from now on could be pasted on their computer. What you copied \
            before stays here, and so do passwords that a password manager copies. You stop it at once with {hotkey}."
        ),
        QuestionKind::Clipboard { way: Way::ToPerson } => format!(
            "What they copy on their computer could be pasted here, in place of what you copied. Nothing is pasted \
            by itself. You stop it at once with {hotkey}."
        ),
        QuestionKind::View => "They will see your screen, as you see it. They cannot click or type. \
            Close what they should not see first, or choose below that they see less."
            .to_owned(),
        QuestionKind::JoinView { others } => {
            format!("{} here already. One more person would see your screen.", is_or_are(others))
        }
        QuestionKind::Control { scopes } => {
            format!("They could {} as if they sat here. You stop them at once with {hotkey}.", doing(*scopes))
        }
    }
}

fn is_or_are(others: &[PersonName]) -> String {
    match others {
        [] => "Nobody else is".to_owned(),
        [one] => format!("{one} is"),
        [one, other] => format!("{one} and {other} are"),
        [one, rest @ ..] => format!("{one} and {} others are", rest.len()),
    }
}

fn verb(scopes: Scopes) -> &'static str {
    match (scopes.contains(Scope::Pointer), scopes.contains(Scope::Keyboard)) {
        (true, true) => "control",
        (true, false) => "use the mouse of",
        (false, true) => "type on",
        (false, false) => "use",
    }
}

fn doing(scopes: Scopes) -> &'static str {
    match (scopes.contains(Scope::Pointer), scopes.contains(Scope::Keyboard)) {
        (true, true) => "click, type, open and delete things",
        (true, false) => "move the mouse and click",
        (false, true) => "type",
        (false, false) => "work",
    }
}

/// Whether they were here before: a title and a sentence.
#[must_use]
pub fn acquaintance(seen: &SeenBefore, now: SystemTime, offset: UtcOffset) -> (String, String) {
    match seen {
        SeenBefore::New => (
            "New: you have never been helped by this person".to_owned(),
            "The name is what they call themselves. Say yes only if you expect them right now.".to_owned(),
        ),
        SeenBefore::Before { count, last, other_name: None } => {
            (format!("Here before: {}, last on {}", uses(*count), date(*last, now, offset)), String::new())
        }
        SeenBefore::Before { count, last, other_name: Some(name) } => (
            "They use another name than last time".to_owned(),
            format!(
                "The same key was here {}, last on {}, as “{name}”.",
                uses(*count),
                date(*last, now, offset)
            ),
        ),
    }
}

fn date(at: SystemTime, now: SystemTime, offset: UtcOffset) -> String {
    let local = |time: SystemTime| time::OffsetDateTime::from(time).to_offset(offset);
    let format = if local(at).year() == local(now).year() {
        local(at).format(format_description!("[day padding:none] [month repr:long]"))
    } else {
        local(at).format(format_description!("[day padding:none] [month repr:long] [year]"))
    };
    format.unwrap_or_default()
}

/// Yes.
pub const ALLOW: &str = "&Allow";
/// No.
pub const DENY: &str = "&Deny";
/// The press came from elsewhere.
pub const NOT_YOUR_DEVICE: &str = "That click did not come from your own mouse or keyboard.";
/// The yes came before the question could be read.
pub const TOO_QUICK: &str = "That was very quick. Please read the question and answer again.";
/// Nothing is known about the devices.
pub const UNWATCHED: &str = "On this desktop Deskside cannot tell who pressed that, so it does not count.";

/// Why a press does not count.
#[must_use]
pub const fn mistrusted(reason: &NotGenuine) -> &'static str {
    match reason {
        NotGenuine::Injected | NotGenuine::OtherWord => NOT_YOUR_DEVICE,
        NotGenuine::TooEarly => TOO_QUICK,
        NotGenuine::Unwatched(_) => UNWATCHED,
    }
}

/// The answer is on its way.
pub const ANSWERED: &str = "Thank you.";
/// Keys.
pub const ANSWER_KEYS: &str = "Alt+A allows, Alt+D or Esc denies.";
/// Row names.
pub const THEY_SAY: &str = "Name they give";
/// Row names.
pub const FINGERPRINT: &str = "Fingerprint";

/// When silence becomes a no, in steps that seldom change.
#[must_use]
pub fn remaining(left: Duration) -> &'static str {
    match left.as_secs() {
        0 => "No answer counts as no.",
        1..=10 => "No answer within 10 seconds counts as no.",
        11..=30 => "No answer within half a minute counts as no.",
        31..=60 => "No answer within a minute counts as no.",
        61..=120 => "No answer within two minutes counts as no.",
        _ => "No answer within a few minutes counts as no.",
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
    let name = &most.expert_name;
    let said = match most.state {
        SessionState::Controlling { paused: false } => format!("{name} controls this computer"),
        SessionState::Controlling { paused: true } => format!("{name} waits while you move or type"),
        SessionState::Asking => format!("{name} sees your screen and asks for control"),
        SessionState::Watching => format!("{name} sees your screen"),
    };
    match sessions.len() {
        1 => said,
        2 => format!("{said}, one more watches"),
        count => format!("{said}, {} more watch", count - 1),
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
pub const fn session_state(state: SessionState) -> &'static str {
    match state {
        SessionState::Watching => "watching",
        SessionState::Asking => "asks for control",
        SessionState::Controlling { paused: false } => "controlling",
        SessionState::Controlling { paused: true } => "paused while you work",
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
    let passed = minutes_down(passed);
    let kept_back = kept_back.map(|kept_back| format!("{kept_back} · ")).unwrap_or_default();
    if let Some((_, _, moving)) = moving(sessions) {
        return format!("{moving} · {hotkey} stops it");
    }
    match clipboard(sessions) {
        Some(may) => format!("for {passed} · {kept_back}{may} · {hotkey} stops it"),
        None => format!("for {passed} · {kept_back}{hotkey} takes control back"),
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
        (true, true) => Some("may read what you copy and give you theirs"),
        (true, false) => Some("may read what you copy"),
        (false, true) => Some("may put things into your clipboard"),
        (false, false) => None,
    }
}

/// A session's second line.
#[must_use]
pub fn since(passed: Duration) -> String {
    format!("here for {}", minutes_down(passed))
}

/// Stops control.
pub const STOP_CONTROL: &str = "&Stop control";
/// Ends what is being copied now; it stays allowed.
pub const CANCEL_COPYING: &str = "&Cancel copying";
/// Stops what passes through the clipboard, where there is no control.
pub const STOP_CLIPBOARD: &str = "&Stop sharing";
/// Ends the session.
pub const END_SESSION: &str = "&End session";
/// Ends all sessions.
pub const END_ALL: &str = "&End all";
/// Ends one of several.
pub const END_ONE: &str = "End";

// ---- closing ----

/// Why the window cannot just go.
pub const CLOSE_TITLE: &str = "Close Deskside?";

/// What closing means now.
#[must_use]
pub fn close_text(activity: Activity) -> &'static str {
    match activity {
        Activity::Watched | Activity::Controlled => {
            "Somebody is connected. Closing ends their session and closes open tickets."
        }
        Activity::Idle | Activity::Waiting | Activity::Asked => {
            "A ticket is open. Your helper can reach you only while Deskside runs."
        }
    }
}
/// Stays.
pub const KEEP_OPEN: &str = "&Keep it running";
/// Goes.
pub const CLOSE_ALL: &str = "&Close and end everything";
/// Puts a notice away.
pub const OK: &str = "&OK";

// ---- tray ----

/// What the tray icon says when pointed at.
#[must_use]
pub const fn tray_state(activity: Activity) -> &'static str {
    match activity {
        Activity::Idle => "No ticket is open",
        Activity::Waiting => "A ticket is open",
        Activity::Asked => "A question waits for you",
        Activity::Watched => "Somebody sees your screen",
        Activity::Controlled => "Somebody controls this computer",
    }
}

/// Tray menu.
pub const TRAY_INVITE: &str = "Invite somebody…";
/// Tray menu.
pub const TRAY_SHOW: &str = "Show Deskside";
/// Tray menu.
pub const TRAY_STOP: &str = "Stop control";
/// Tray menu.
pub const TRAY_END: &str = "End session";
/// Tray menu.
pub const TRAY_QUIT: &str = "Quit Deskside";

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
