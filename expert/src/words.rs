//! Every sentence that the person reads, in one place. Knows what happened, not how it is drawn.

use std::sync::OnceLock;
use std::time::Duration;

use deskside_proto::name::PersonName;
use deskside_proto::ticket_file::{Standing, Validity};
use deskside_proto::wire::control::{DeniedReason, EndedReason, RefusedReason, RevokedReason};
use time::macros::format_description;
use time::{OffsetDateTime, UtcOffset};

use crate::model::{ConnectFault, Ending, Given, Last, Phase, TicketFault};
use crate::scale::Scale;

static LOCAL: OnceLock<UtcOffset> = OnceLock::new();

/// Asks the system for the local time zone. Must be called before the first thread is started: reading the zone while
/// another thread changes the environment would be undefined, so the library refuses it later.
pub fn remember_local_time() {
    if let Ok(offset) = UtcOffset::current_local_offset() {
        let _ = LOCAL.set(offset);
    }
}

/// The program's name in titles.
pub const TITLE: &str = "Deskside Expert";

/// Words of the start screen.
pub mod start {
    /// Title.
    pub const HEADING: &str = "Help somebody at their computer";
    /// Below it.
    pub const LEAD: &str =
        "Open the ticket they sent you. Nothing happens on their computer before they say yes.";
    /// The drop zone.
    pub const DROP: &str = "Drop a ticket here";
    /// Its second line.
    pub const PASTE: &str = "or paste it with Ctrl+V";
    /// While something is dragged over the window.
    pub const DROP_NOW: &str = "Let go to open it";
    /// The button.
    pub const OPEN: &str = "&Open a ticket\u{2026}";
    /// While a file is read.
    pub const READING: &str = "Reading\u{2026}";
    /// The card with the own key.
    pub const OWN: &str = "What to give to people";
    /// What the key is for.
    pub const OWN_LEAD: &str = "A ticket made for your key needs no passphrase, and only you can open it. Compare the fingerprint by voice.";
    /// Name of the key.
    pub const KEY: &str = "Your key";
    /// Name of the fingerprint.
    pub const FINGERPRINT: &str = "Fingerprint";
    /// Copies the key.
    pub const COPY_KEY: &str = "Copy &key";
    /// Copies the fingerprint.
    pub const COPY_FINGERPRINT: &str = "Copy &fingerprint";
    /// After copying.
    pub const COPIED: &str = "Copied";
    /// Before the own name.
    pub const NAME: &str = "They see you as";
    /// The appearance.
    pub const THEME: &str = "Appearance";
}

/// Words of the ticket card.
pub mod ticket {
    /// Row names.
    pub const ROWS: [&str; 4] = ["Asked by", "Valid", "Their fingerprint", "Ticket"];
    /// The passphrase field.
    pub const PASSPHRASE: &str = "Passphrase";
    /// Below the field.
    pub const PASSPHRASE_HINT: &str = "They read it to you. Capitals, spaces and hyphens make no difference.";
    /// In the empty field.
    pub const PASSPHRASE_SAMPLE: &str = "four words";
    /// Shows what is typed.
    pub const SHOW: &str = "Show";
    /// Hides it.
    pub const HIDE: &str = "Hide";
    /// Tries it and connects.
    pub const OPEN: &str = "&Connect";
    /// While it is tried.
    pub const CHECKING: &str = "Checking the passphrase\u{2026}";
    /// For a ticket that needs none.
    pub const SEALED: &str = "Made for your key";
    /// What that means.
    pub const SEALED_MEANING: &str = "No passphrase is needed: nobody but you can open this ticket.";
    /// Another ticket.
    pub const BACK: &str = "&Back";
    /// Connects in spite of the clock.
    pub const IGNORE_CLOCK: &str = "&Try anyway";
}

/// Words while connecting and waiting.
pub mod progress {
    /// Title while connecting.
    pub const CONNECTING: &str = "Connecting";
    /// Title while the person is asked.
    pub const WAITING: &str = "Waiting for their yes";
    /// What is tried.
    pub const TRYING: &str = "Trying";
    /// The steps.
    pub const STEPS: [&str; 3] = ["Ticket opened", "Connected", "They allow you to see"];
    /// Gives up.
    pub const CANCEL: &str = "&Cancel";
}

/// Words of the toolbar.
pub mod toolbar {
    /// Asks.
    pub const ASK: &str = "&Ask for control";
    /// Takes the question back.
    pub const WITHDRAW: &str = "&Don't ask";
    /// Gives control back.
    pub const RELEASE: &str = "&Give control back";
    /// Full screen.
    pub const FULL: &str = "&Full screen";
    /// Back from it.
    pub const WINDOW: &str = "&Window";
    /// The statistics.
    pub const STATISTICS: &str = "&Statistics";
    /// Ends.
    pub const END: &str = "&End";
    /// The size of the picture.
    pub const SCALE: &str = "Size";
    /// Shown while the keyboard is in the toolbar.
    pub const KEYS: &str = "The keyboard is here: Tab and Enter choose, Escape goes back to their computer";
    /// How to get here.
    pub const CHORD: &str = "Press and release left Ctrl and left Alt together to bring the keyboard here";
    /// In full screen, for a moment.
    pub const EDGE: &str = "The toolbar is at the top edge of the screen";
}

/// What was copied to ask for a new ticket.
#[must_use]
pub fn request_for_ticket(key: &str) -> String {
    format!(
        "The Deskside ticket you sent me cannot be used any more. Please make a new one and send it to me.\n\nMy key, in case you want to make it for me alone (then it needs no passphrase):\n{key}\n"
    )
}

/// What happened, what it means, what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explained {
    /// What happened.
    pub what: String,
    /// What it means.
    pub meaning: String,
    /// What to do now.
    pub remedy: String,
}

impl Explained {
    fn new(what: impl Into<String>, meaning: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { what: what.into(), meaning: meaning.into(), remedy: remedy.into() }
    }

    /// In one paragraph, for the terminal.
    #[must_use]
    pub fn line(&self) -> String {
        [&self.what, &self.meaning, &self.remedy]
            .into_iter()
            .filter(|part| !part.is_empty())
            .map(String::as_str)
            .collect::<Vec<_>>()
            .join(" ")
    }
}

const ASK_AGAIN: &str = "Ask the person for a new ticket.";

/// A ticket or passphrase that does not do.
#[must_use]
pub fn ticket_fault(fault: &TicketFault) -> Explained {
    match fault {
        TicketFault::File(reason) => Explained::new(
            "The file cannot be read.",
            format!("The system says: {reason}."),
            "Check that the file is still there and that you may read it.",
        ),
        TicketFault::NotATicket => Explained::new(
            "This is not a Deskside ticket.",
            "A ticket is a small text file whose name ends in .deskside.",
            "Choose the file that the person sent you, or ask them to send it again.",
        ),
        TicketFault::Damaged => Explained::new(
            "The ticket is damaged.",
            "Something was cut off or changed on the way, so it cannot be used.",
            "Ask the person to send the same ticket again as an attached file. If that does not help, ask for a new one.",
        ),
        TicketFault::TooLarge => Explained::new(
            "The file is too large for a ticket.",
            "A ticket has at most 8 KiB.",
            "Choose the file that the person sent you.",
        ),
        TicketFault::Newer => Explained::new(
            "The ticket was made by a newer Deskside.",
            "This version cannot read it.",
            "Update Deskside Expert, then open the ticket again.",
        ),
        TicketFault::Lying => Explained::new(
            "The ticket contradicts itself.",
            "Its readable first line says something other than the ticket holds. Somebody has changed it; do not trust it.",
            "Ask the person for a new ticket, on another way.",
        ),
        TicketFault::Forged => Explained::new(
            "The ticket's signature is wrong.",
            "It was changed after it was made, or somebody other than the person made it.",
            "Ask the person for a new ticket, on another way.",
        ),
        TicketFault::NotForYou => Explained::new(
            "The ticket is made for another expert.",
            "It is sealed to a key that is not yours.",
            "Send the person your key (on the start screen) and ask for a ticket made with it.",
        ),
        TicketFault::NotAPassphrase(reason) => Explained::new(
            "That is not a whole passphrase.",
            format!("{}.", capitalised(reason)),
            "Ask the person to read the four words again.",
        ),
        TicketFault::WrongPassphrase => Explained::new(
            "The passphrase does not open this ticket.",
            "It may be misheard, or belong to another ticket.",
            "Ask the person to read it again, or to spell the words.",
        ),
        TicketFault::NoDialog => Explained::new(
            "This desktop has no file dialog.",
            "It comes with the desktop portal (package xdg-desktop-portal) or with zenity, and neither answers.",
            "Drop the ticket onto this window, or copy it in the file manager and press Ctrl+V here.",
        ),
        TicketFault::NoMemory => Explained::new(
            "This computer has too little free memory.",
            "Trying a passphrase takes 64 MiB for about a second.",
            "Close other programs, then try again.",
        ),
    }
}

/// A ticket outside of its time.
#[must_use]
pub fn standing(standing: Standing, validity: &Validity, unix: u64) -> Option<Explained> {
    match standing {
        Standing::Valid => None,
        Standing::Expired => Some(Explained::new(
            format!(
                "This ticket expired {} ago.",
                length(Duration::from_secs(unix.saturating_sub(validity.not_after())))
            ),
            "It is valid for a short time only, so that a lost ticket does no harm.",
            "Ask the person for a new ticket. If the clock of this computer is wrong, you can try anyway.",
        )),
        Standing::NotYetValid => Some(Explained::new(
            format!(
                "This ticket becomes valid in {}.",
                length(Duration::from_secs(validity.not_before().saturating_sub(unix)))
            ),
            "The person chose that time, or one of the two clocks is wrong.",
            "Wait until then. If the clock of this computer is wrong, you can try anyway.",
        )),
    }
}

/// How it ended. `client`: who they are, where that is known.
#[must_use]
pub fn ending(ending: &Ending, client: &str) -> Explained {
    match ending {
        Ending::Given { up } => match up {
            Given::Connecting => {
                Explained::new("You stopped connecting.", format!("{client} was not asked anything."), "")
            }
            Given::Waiting => {
                Explained::new("You stopped waiting.", format!("The question to {client} was closed."), "")
            }
            Given::Session => Explained::new(
                "You ended the session.",
                format!("You no longer see the desktop of {client}."),
                "",
            ),
        },
        Ending::ByThem(reason) => match reason {
            EndedReason::ByPerson => Explained::new(
                format!("{client} ended the session."),
                "You no longer see their desktop.",
                "To go on, ask them for a new ticket.",
            ),
            EndedReason::Closing => Explained::new(
                format!("Deskside was closed at {client}'s computer."),
                "The session ended with it.",
                "To go on, ask them for a new ticket.",
            ),
            EndedReason::CaptureFailed => Explained::new(
                "Their desktop can no longer be shown.",
                "Deskside on their computer lost access to the screen, for example because they logged out.",
                "Ask them to log in again and to send a new ticket.",
            ),
        },
        Ending::Refused(reason) => refused(*reason, client),
        Ending::Connect(fault) => connect_fault(fault, client),
        Ending::Lost { seen: true } => Explained::new(
            "The connection was lost.",
            "Nothing was heard any more. Control ended by itself; nothing stays pressed on their computer.",
            "Check your network. To go on, ask the person for a new ticket.",
        ),
        Ending::Lost { seen: false } => Explained::new(
            "The connection was lost while waiting.",
            format!("{client} had not answered yet."),
            "Try again. If that does not help, ask for a new ticket.",
        ),
        Ending::Misbehaved => Explained::new(
            "The session was cut off for your safety.",
            "The other program sent something that the protocol does not allow.",
            "If you trust the other computer, update Deskside on both and try again with a new ticket.",
        ),
    }
}

fn refused(reason: RefusedReason, client: &str) -> Explained {
    match reason {
        RefusedReason::NotAccepted => Explained::new(
            "The ticket was not accepted.",
            "The other computer does not say why. The ticket may be unknown there, or closed after too many attempts.",
            ASK_AGAIN,
        ),
        RefusedReason::Expired => Explained::new("The ticket has expired.", "Its time is over.", ASK_AGAIN),
        RefusedReason::NotYetValid => Explained::new(
            "The ticket is not valid yet.",
            "By the clock of the other computer its time has not begun.",
            "Wait a little and try again.",
        ),
        RefusedReason::Used => Explained::new(
            "The ticket has been used before.",
            "A ticket works once, unless the person made it for more.",
            ASK_AGAIN,
        ),
        RefusedReason::Cancelled => Explained::new(
            "The ticket was cancelled.",
            format!("{client} took the invitation back."),
            "Ask them whether they still want help.",
        ),
        RefusedReason::Busy => Explained::new(
            format!("{client} is busy."),
            "Somebody else is connected, or they are being asked something else.",
            "Try again in a moment.",
        ),
        RefusedReason::Denied => Explained::new(
            format!("{client} did not allow you to see their desktop."),
            "They said no. You see nothing of their computer.",
            "Talk to them. If they change their mind, they can send you a new ticket.",
        ),
        RefusedReason::NoAnswer => Explained::new(
            format!("{client} did not answer."),
            "The question was open for two minutes; no answer means no.",
            "Call them, then try again. If the ticket was for one use, ask for a new one.",
        ),
        RefusedReason::Incompatible => Explained::new(
            "The two programs do not understand each other.",
            "Their version of Deskside and yours have no common language.",
            "Update Deskside on both computers.",
        ),
    }
}

fn connect_fault(fault: &ConnectFault, client: &str) -> Explained {
    match fault {
        ConnectFault::Unreachable { tried } => Explained::new(
            format!("{client}'s computer does not answer."),
            format!("Tried: {}.", tried.join(", ")),
            "Ask them whether Deskside is running and the ticket is open. Both computers must be in the same network, or theirs reachable from outside.",
        ),
        ConnectFault::WrongKey => Explained::new(
            "Another computer answers in their place.",
            "What answers does not have the key that the ticket names. Somebody may be trying to deceive you; nothing was sent to it.",
            "Do not continue. Ask the person for a new ticket, on another way.",
        ),
        ConnectFault::Incompatible => refused(RefusedReason::Incompatible, client),
        ConnectFault::Local(reason) => Explained::new(
            "This computer cannot connect to anything.",
            format!("The system says: {reason}."),
            "Check your network connection, then try again.",
        ),
    }
}

/// The state of a session in a word or two, for the badge.
#[must_use]
pub const fn phase(phase: &Phase) -> &'static str {
    match phase {
        Phase::Waiting { .. } => "Waiting",
        Phase::Viewing => "Viewing",
        Phase::Asked { .. } => "Asked for control",
        Phase::Controlling { paused: false } => "Controlling",
        Phase::Controlling { paused: true } => "They are typing",
    }
}

/// How control ended last, in a sentence for the toolbar.
#[must_use]
pub fn last(last: Last, client: &PersonName) -> String {
    match last {
        Last::Released => "You gave control back.".to_owned(),
        Last::Denied(reason) => match reason {
            DeniedReason::ByPerson => format!("{client} did not give you control."),
            DeniedReason::NoAnswer => format!("{client} did not answer; that means no."),
            DeniedReason::Busy => "Somebody else has control, or is asking for it.".to_owned(),
            DeniedReason::CoolingDown => "They stopped control a moment ago. Wait a little.".to_owned(),
            DeniedReason::TooManyRequests => {
                "You asked three times; in this session they are not asked again.".to_owned()
            }
            DeniedReason::ScreenLocked => "Their screen is locked.".to_owned(),
            DeniedReason::OutOfTurn => "That was not possible just now. Try again.".to_owned(),
            DeniedReason::Unsupported => {
                "Their computer cannot be controlled; you can only see it.".to_owned()
            }
        },
        Last::Revoked(reason) => match reason {
            RevokedReason::ByPerson => format!("{client} took control back."),
            RevokedReason::ScreenLocked => "Control ended because their screen was locked.".to_owned(),
            RevokedReason::LinkSilent => {
                "Control ended: nothing was heard from you for ten seconds.".to_owned()
            }
            RevokedReason::Idle => "Control ended because it was not used for ten minutes.".to_owned(),
            RevokedReason::InputFailed => "Their computer stopped taking keys and pointer.".to_owned(),
        },
    }
}

/// One word for a reason, for stage lines.
#[must_use]
pub const fn denied_word(reason: DeniedReason) -> &'static str {
    match reason {
        DeniedReason::ByPerson => "by-person",
        DeniedReason::NoAnswer => "no-answer",
        DeniedReason::Busy => "busy",
        DeniedReason::CoolingDown => "too-soon",
        DeniedReason::TooManyRequests => "too-often",
        DeniedReason::ScreenLocked => "screen-locked",
        DeniedReason::OutOfTurn => "out-of-turn",
        DeniedReason::Unsupported => "unsupported",
    }
}

/// One word for a reason, for stage lines.
#[must_use]
pub const fn revoked_word(reason: RevokedReason) -> &'static str {
    match reason {
        RevokedReason::ByPerson => "by-person",
        RevokedReason::ScreenLocked => "screen-locked",
        RevokedReason::LinkSilent => "silent",
        RevokedReason::Idle => "idle",
        RevokedReason::InputFailed => "input-failed",
    }
}

/// One word for an ending, for stage lines.
#[must_use]
pub const fn ending_word(ending: &Ending) -> &'static str {
    match ending {
        Ending::Given { .. } => "by-expert",
        Ending::ByThem(EndedReason::ByPerson) => "by-person",
        Ending::ByThem(EndedReason::Closing) => "closing",
        Ending::ByThem(EndedReason::CaptureFailed) => "capture-failed",
        Ending::Refused(reason) => match reason {
            RefusedReason::NotAccepted => "not-accepted",
            RefusedReason::Expired => "expired",
            RefusedReason::NotYetValid => "not-yet-valid",
            RefusedReason::Used => "used",
            RefusedReason::Cancelled => "cancelled",
            RefusedReason::Busy => "busy",
            RefusedReason::Denied => "denied",
            RefusedReason::NoAnswer => "no-answer",
            RefusedReason::Incompatible => "incompatible",
        },
        Ending::Connect(ConnectFault::Unreachable { .. }) => "unreachable",
        Ending::Connect(ConnectFault::WrongKey) => "wrong-key",
        Ending::Connect(ConnectFault::Incompatible) => "incompatible",
        Ending::Connect(ConnectFault::Local(_)) => "no-network",
        Ending::Lost { .. } => "lost",
        Ending::Misbehaved => "misbehaved",
    }
}

/// A scale as the toolbar names it.
#[must_use]
pub fn scale(scale: Scale) -> String {
    match scale {
        Scale::Fit => "Fit".to_owned(),
        Scale::Times(1) => "1:1".to_owned(),
        Scale::Times(times) => format!("{times}\u{d7}"),
    }
}

/// A length of time as people say it: the two largest units at most.
#[must_use]
pub fn length(length: Duration) -> String {
    let seconds = length.as_secs();
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3_600 % 24, seconds / 60 % 60);
    let part = |count: u64, unit: &str| format!("{count} {unit}{}", if count == 1 { "" } else { "s" });
    let both = |large: (u64, &str), small: (u64, &str)| match small.0 {
        0 => part(large.0, large.1),
        count => format!("{} {}", part(large.0, large.1), part(count, small.1)),
    };
    if days > 0 {
        both((days, "day"), (hours, "hour"))
    } else if hours > 0 {
        both((hours, "hour"), (minutes, "minute"))
    } else if minutes > 0 {
        part(minutes, "minute")
    } else {
        part(seconds, "second")
    }
}

/// Minutes and seconds that are left, as on a clock.
#[must_use]
pub fn countdown(left: Duration) -> String {
    // Rounded up: "0:00" stands for over.
    let seconds = (left.as_millis().div_ceil(1000)) as u64;
    format!("{}:{:02}", seconds / 60, seconds % 60)
}

/// From when until when a ticket is valid, in local time.
#[must_use]
pub fn validity(validity: &Validity, unix: u64) -> String {
    let (not_before, not_after) = (validity.not_before(), validity.not_after());
    let until = moment(not_after, unix);
    if not_before > unix {
        return format!("from {} until {until}", moment(not_before, unix));
    }
    match not_after.checked_sub(unix) {
        Some(left) => format!("until {until}, {} left", length(Duration::from_secs(left))),
        None => format!("until {until}"),
    }
}

/// A moment in local time: the time alone if it is today, else with the date.
fn moment(unix: u64, now: u64) -> String {
    let local = |unix: u64| {
        let moment = OffsetDateTime::from_unix_timestamp(i64::try_from(unix).unwrap_or(i64::MAX)).ok()?;
        moment.checked_to_offset(*LOCAL.get().unwrap_or(&UtcOffset::UTC))
    };
    let Some(moment) = local(unix) else { return "a time far away".to_owned() };
    let clock = moment.format(format_description!("[hour]:[minute]")).unwrap_or_default();
    if local(now).is_some_and(|now| now.date() == moment.date()) {
        return clock;
    }
    let date = moment
        .format(format_description!("[day padding:none] [month repr:short] [year]"))
        .unwrap_or_default();
    format!("{date}, {clock}")
}

fn capitalised(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_read_as_people_say_them() {
        let cases = [
            (1, "1 second"),
            (59, "59 seconds"),
            (60, "1 minute"),
            (3_600, "1 hour"),
            (3_720, "1 hour 2 minutes"),
            (90_000, "1 day 1 hour"),
        ];
        for (seconds, words) in cases {
            assert_eq!(length(Duration::from_secs(seconds)), words);
        }
    }

    #[test]
    fn a_countdown_ends_at_zero_only_when_it_is_over() {
        assert_eq!(countdown(Duration::from_millis(61_001)), "1:02");
        assert_eq!(countdown(Duration::from_millis(1)), "0:01");
        assert_eq!(countdown(Duration::ZERO), "0:00");
    }

    #[test]
    fn a_ticket_far_in_the_future_still_has_words() {
        let latest = Validity::new(Validity::LATEST - 1, Validity::LATEST).unwrap();
        assert!(validity(&latest, 0).contains("9999") || validity(&latest, 0).contains("far away"));
    }

    #[test]
    fn every_fault_says_what_happened_what_it_means_and_what_to_do() {
        let faults = [
            TicketFault::File("gone".into()),
            TicketFault::NotATicket,
            TicketFault::Damaged,
            TicketFault::TooLarge,
            TicketFault::Newer,
            TicketFault::Lying,
            TicketFault::Forged,
            TicketFault::NotForYou,
            TicketFault::NotAPassphrase("a word is missing".into()),
            TicketFault::WrongPassphrase,
            TicketFault::NoMemory,
            TicketFault::NoDialog,
        ];
        let mut seen = std::collections::BTreeSet::new();
        for fault in &faults {
            let words = ticket_fault(fault);
            assert!(
                !words.what.is_empty() && !words.meaning.is_empty() && !words.remedy.is_empty(),
                "{fault:?}"
            );
            assert!(seen.insert(words.what), "{fault:?} says the same as another");
        }
    }
}
