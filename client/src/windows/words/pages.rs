//! The sentences of the main window's pages.

use std::time::Duration;

use super::minutes_up;
use crate::app::view::TicketState;
use crate::config;

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
/// In the place of the words while the screen is seen.
pub const HIDDEN_WHILE_WATCHED: &str =
    "Hidden while somebody sees your screen: they could read the words of this ticket, too.";
/// Shows the words all the same.
pub const SHOW_ANYWAY: &str = "Show them &now";
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

// ---- settings ----

/// The name.
pub const YOUR_NAME: &str = "Your name, as helpers see it";
/// The hotkey.
pub const HOTKEY: &str = "Keys that take control back at once";
/// When it is in force.
pub const HOTKEY_HINT: &str = "At least two of Ctrl, Alt, Shift and Super, and one of Esc, Pause, Home, End, F1 to F12. \
    A change counts from the next start of Deskside.";
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
