//! Every sentence that the windows and the tray show, as functions of what they speak about.
//!
//! Plain words for people under stress: who, what, and what to do. Knows no widget.

use std::time::{Duration, SystemTime};

use deskside_proto::name::PersonName;
use deskside_proto::session::{Scope, Scopes};
use time::UtcOffset;
use time::macros::format_description;

use crate::app::view::{Activity, QuestionKind, SeenBefore, SessionState, SessionView, TicketState};
use crate::config;
use crate::consent::NotGenuine;

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

// ---- first start ----

/// The first start's title.
pub const WELCOME: &str = "Welcome to Deskside";

/// What will happen, in three sentences.
pub const THREE_SENTENCES: [&str; 3] = [
    "You make a ticket, send it to the person who helps you, and tell them its passphrase by telephone.",
    "They cannot see your screen before you allow it, and cannot touch anything before you allow that as well.",
    "You can stop them at any moment: with the bar at the top of your screen or with a few keys.",
];

/// The question against scams.
pub const WHO_CALLED: &str = "Did they contact you first?";
/// The harmless answer.
pub const I_CALLED: &str = "No, I asked them for help";
/// The answer that calls for a warning.
pub const THEY_CALLED: &str = "Yes, they called or wrote to me";
/// The warning's title.
pub const SCAM_TITLE: &str = "Please stop here. This is how fraud begins.";
/// The warning.
pub const SCAM_TEXT: &str = "Banks, Microsoft, telephone companies and the police never call you to look at your \
    computer. Hang up. If you are unsure, look up their number yourself (not one that they gave you) and call back.";
/// Leaves.
pub const STOP_HERE: &str = "&Close Deskside";
/// Goes on in spite of the warning.
pub const GO_ON_ANYWAY: &str = "I called them back, &go on";
/// Goes on.
pub const GO_ON: &str = "&Go on";
/// Why it does not go on.
pub const ANSWER_FIRST: &str = "Please answer the question first.";

// ---- pages ----

/// The pages' names in the main window's bar.
pub const PAGES: [&str; 4] = ["Help", "Tickets", "What happened", "Settings"];

/// The title when nothing is going on.
pub const HOME_TITLE: &str = "Get help with this computer";
/// The empty home page.
pub const HOME_TEXT: &str = "Invite somebody you trust. They see your screen only after you say yes.";
/// Above the three sentences on the first page.
pub const HOW_TITLE: &str = "How it works";
/// Starts a ticket.
pub const INVITE: &str = "&Invite somebody";
/// Title when a ticket waits.
pub const WAITING_TITLE: &str = "Waiting for your helper";

/// What a waiting ticket means.
#[must_use]
pub fn waiting_text(open: usize) -> String {
    match open {
        1 => "One ticket is open. When your helper opens it, Deskside asks you first.".to_owned(),
        count => format!("{count} tickets are open. When a helper opens one, Deskside asks you first."),
    }
}

/// Title of the page that makes a ticket.
pub const MAKE_TITLE: &str = "A new ticket";
/// What a ticket is.
pub const MAKE_TEXT: &str =
    "A ticket is a small file that lets one person reach this computer for a limited time.";
/// How long it is good for.
pub const MAKE_VALID: &str = "It can be used for";
/// How often it is good for.
pub const MAKE_USES: &str = "It can be used";
/// Opens the rarely needed part.
pub const MAKE_MORE: &str = "More choices";
/// The expert's key.
pub const MAKE_KEY: &str = "Your helper's key, if they gave you one (then no passphrase is needed)";
/// What a key looks like.
pub const MAKE_KEY_EXAMPLE: &str = "deskside-expert-1-…";
/// A key that is none.
pub const MAKE_KEY_WRONG: &str =
    "This is not a helper's key. It begins with “deskside-expert-1-”; copy all of it, to the last letter.";
/// Makes it.
pub const MAKE: &str = "&Make the ticket";
/// Back to the page before.
pub const BACK: &str = "&Back";

/// A number of uses.
#[must_use]
pub fn uses(count: u32) -> String {
    match count {
        1 => "once".to_owned(),
        2 => "twice".to_owned(),
        many => format!("{many} times"),
    }
}

/// A length of validity.
#[must_use]
pub fn valid_for(duration: Duration) -> String {
    config::in_words(duration)
}

// ---- the ticket that was just made ----

/// Its title.
pub const INVITATION_TITLE: &str = "Your ticket is ready";
/// First step.
pub const STEP_SEND: &str = "1. Send the ticket to your helper";
/// Second step.
pub const STEP_TELL: &str = "2. Tell them these four words by telephone";
/// What a screen reader says before the passphrase.
pub const PASSPHRASE: &str = "Passphrase";
/// Why it is spoken.
pub const WHY_SPOKEN: &str = "Say them; do not write them into the message with the ticket. Whoever reads both could \
    pretend to be your helper.";
/// Third step.
pub const STEP_WAIT: &str = "3. Wait: Deskside asks you before anybody sees anything";
/// Title where the ticket is sealed to a key.
pub const SEALED: &str = "2. No passphrase is needed";
/// Writes the file.
pub const SAVE: &str = "&Save file";
/// Sends it.
pub const EMAIL: &str = "&E-mail";
/// Copies the file's text.
pub const COPY: &str = "Copy &text";
/// What copying is for.
pub const COPY_HINT: &str = "Copies the ticket, without the passphrase, to paste it into a chat";
/// It was copied.
pub const COPIED: &str = "The ticket is copied. Paste it into a chat with your helper.";
/// Puts it away.
pub const DONE: &str = "&Done";
/// Cancels it.
pub const CANCEL_TICKET: &str = "Cancel ticket";
/// Where it goes.
pub const EMAIL_ADDRESS: &str = "Your helper's e-mail address";
/// An address that is none.
pub const EMAIL_WRONG: &str = "This is not an e-mail address.";
/// The passphrase goes away.
pub const DONE_HINT: &str = "The words are not shown again. The ticket stays open.";

/// Who can open a sealed ticket.
#[must_use]
pub fn sealed_to(fingerprint: &str) -> String {
    format!("Only the helper with the fingerprint {fingerprint} can open this ticket.")
}

/// How long and how often.
#[must_use]
pub fn validity(left: Option<Duration>, uses_left: u32) -> String {
    match left {
        Some(left) if !left.is_zero() => {
            format!("Good for another {}, to be used {}.", minutes_up(left), uses(uses_left))
        }
        Some(_) | None => "Its time is over. Make a new ticket.".to_owned(),
    }
}

/// Where the file is.
#[must_use]
pub fn saved_to(path: &std::path::Path) -> String {
    format!("Saved as {}", path.display())
}

// ---- lists ----

/// No tickets.
pub const NO_TICKETS: &str =
    "No tickets yet. A ticket that you make is listed here, so that you can cancel it.";
/// No events.
pub const NO_RECEIPT: &str =
    "Nothing has happened yet. Here you will find who asked, who saw and who controlled, and when.";
/// Above the list of events.
pub const RECEIPT_TEXT: &str = "Who asked, who saw and who controlled what. The newest is on top.";
/// Above the list of tickets.
pub const TICKETS_TEXT: &str =
    "Cancelling a ticket closes it at once. Whoever is already connected stays until you end it.";
/// Cancels in the list.
pub const CANCEL: &str = "Cancel";

/// What can be said of a ticket besides its state.
#[must_use]
pub fn ticket_line(state: TicketState, uses_left: u32, left: Option<Duration>) -> String {
    match (state, left) {
        (TicketState::Open, Some(left)) => {
            format!("for another {}, {}", minutes_up(left), uses(uses_left))
        }
        (TicketState::Open, None) | (TicketState::Expired, _) => "its time is over".to_owned(),
        (TicketState::Used, _) => "it has been used".to_owned(),
        (TicketState::Cancelled, _) => "you cancelled it".to_owned(),
        (TicketState::Closed, _) => "closed after too many wrong attempts".to_owned(),
    }
}

// ---- questions ----

/// A question's title in its window.
#[must_use]
pub fn question(kind: &QuestionKind, name: &PersonName) -> String {
    match kind {
        QuestionKind::View => format!("May {name} see your screen?"),
        QuestionKind::JoinView { .. } => format!("May {name} see your screen, too?"),
        QuestionKind::Control { scopes } => format!("May {name} {} this computer?", verb(*scopes)),
    }
}

/// What a yes means.
#[must_use]
pub fn meaning(kind: &QuestionKind, hotkey: &str) -> String {
    match kind {
        QuestionKind::View => {
            "They will see everything on your screen, as you see it. They cannot click or type. \
            Close what they should not see first."
                .to_owned()
        }
        QuestionKind::JoinView { others } => {
            format!(
                "{} here already. One more person would see everything on your screen.",
                is_or_are(others)
            )
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
pub fn banner_hint(passed: Duration, hotkey: &str) -> String {
    format!("for {} · {hotkey} takes control back", minutes_down(passed))
}

/// A session's second line.
#[must_use]
pub fn since(passed: Duration) -> String {
    format!("here for {}", minutes_down(passed))
}

/// Stops control.
pub const STOP_CONTROL: &str = "&Stop control";
/// Ends the session.
pub const END_SESSION: &str = "&End session";
/// Ends all sessions.
pub const END_ALL: &str = "&End all";
/// Ends one of several.
pub const END_ONE: &str = "End";

// ---- settings ----

/// The name.
pub const YOUR_NAME: &str = "Your name, as helpers see it";
/// The hotkey.
pub const HOTKEY: &str = "Keys that take control back at once";
/// When it is in force.
pub const HOTKEY_HINT: &str = "At least two of Ctrl, Alt, Shift and Super, and one of Esc, Pause, Home, End, F1 to F12. \
    A change counts from the next session.";
/// Validity.
pub const NORMALLY_VALID: &str = "A new ticket is good for";
/// Appearance.
pub const APPEARANCE: &str = "Appearance";
/// The picture.
pub const PICTURE: &str = "Picture";
/// Stores a change.
pub const APPLY: &str = "Apply";
/// The settings' place.
#[must_use]
pub fn settings_file(path: &std::path::Path) -> String {
    format!("These settings are kept in {}", path.display())
}
/// The own key.
pub const OWN_FINGERPRINT: &str = "This computer's fingerprint";
/// The mail server.
pub const MAIL_SERVER: &str = "Tickets are e-mailed through";
/// No mail server.
pub const OWN_MAIL: &str = "your own mail program";

/// The choices of appearance.
#[must_use]
pub const fn theme(theme: config::Theme) -> &'static str {
    match theme {
        config::Theme::System => "As the system",
        config::Theme::Light => "Light",
        config::Theme::Dark => "Dark",
    }
}

/// The choices of picture.
#[must_use]
pub const fn picture(choice: config::PictureChoice) -> &'static str {
    match choice {
        config::PictureChoice::Auto => "Sharp",
        config::PictureChoice::Video => "Always video",
    }
}

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
