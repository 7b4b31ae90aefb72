//! What the person asks of Deskside, whichever surface they use: window, tray or terminal.
//! Plain data; a surface pushes a command and never acts itself. Only [`LocalYes`] can turn an answer into a yes.

use std::path::PathBuf;
use std::time::Duration;

use deskside_crypto::identity::PublicIdentity;
use deskside_proto::ids::{QuestionId, SessionId, TicketId};
use deskside_proto::name::PersonName;
use deskside_proto::session::Way;
use tokio::sync::mpsc;

use crate::config::{PictureChoice, Theme};
use crate::consent::LocalYes;
use crate::sharing::{Hidden, Share};

/// One thing that the person wants done.
#[derive(Debug)]
pub enum UserCommand {
    /// Make a ticket; the view's `invitation` shows it.
    Invite(InvitationOptions),
    /// Write the ticket's file; without a path to the download directory, under a name that is not taken yet.
    SaveTicket {
        /// Which ticket.
        id: TicketId,
        /// Where to; what is there already is never replaced.
        path: Option<PathBuf>,
    },
    /// Send the ticket (never the passphrase) by e-mail: through the configured server, else in the person's own mail program.
    EmailTicket {
        /// Which ticket.
        id: TicketId,
        /// Who gets it; the person's own mail program also works without.
        address: Option<String>,
    },
    /// Close a ticket for good; sessions that it opened go on.
    CancelTicket(TicketId),
    /// Put the invitation away; the passphrase cannot be shown again.
    DismissInvitation,
    /// Answer "may they see my screen?".
    AnswerView {
        /// The question as it was shown: a late answer to another one is dropped.
        question: QuestionId,
        /// The answer.
        answer: Answer,
    },
    /// Answer "may they control my computer?".
    AnswerControl {
        /// The question as it was shown: a late answer to another one is dropped.
        question: QuestionId,
        /// The answer.
        answer: Answer,
    },
    /// End what is being copied this way in this session; it stays allowed.
    CancelCopying(SessionId, Way),
    /// Take control back at once; viewing goes on.
    StopControl,
    /// End one session, or all of them.
    EndSession(Option<SessionId>),
    /// The notice was read.
    DismissNotice,
    /// The three sentences of the first start were read.
    SeenIntroduction,
    /// Change one setting and write it to the settings file.
    ChangeSettings(SettingsChange),
    /// From now on experts may see this.
    Share(Share),
    /// Hide this from every expert.
    Hide(Hidden),
    /// Show it again.
    Unhide(Hidden),
    /// Look which windows and screens there are; the view's `sharing` shows them.
    ListChoices,
    /// Bring the main window to the front, where it says what may be seen.
    ShowSharing,
    /// Bring the main window to the front (tray, second start).
    ShowWindow,
    /// End all sessions and the program.
    Quit,
}

/// How a ticket shall be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvitationOptions {
    /// Seal it to this expert's key; without, a passphrase is made.
    pub to: Option<PublicIdentity>,
    /// How long it can be used, from now.
    pub valid_for: Duration,
    /// How many times viewing can be allowed with it.
    pub uses: u32,
}

/// The answer to a question.
#[derive(Debug)]
pub enum Answer {
    /// Yes, with the proof that a person at this machine said it.
    Allow(LocalYes),
    /// No.
    Deny,
}

/// One setting to change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SettingsChange {
    /// The name that experts see.
    Name(PersonName),
    /// The keys that take control back, such as `Ctrl+Alt+Shift+Esc`; in force from the next start of Deskside.
    Hotkey(String),
    /// How long a new ticket can be used unless said otherwise.
    ValidFor(Duration),
    /// How many times a new ticket can be used unless said otherwise.
    Uses(u32),
    /// How the picture is sent.
    Picture(PictureChoice),
    /// Light, dark, or as the system.
    Theme(Theme),
    /// The language of what people read; in force at once.
    Language(deskside_words::Choice),
}

/// Where surfaces put commands; clones reach the same controller.
#[derive(Debug, Clone)]
pub struct CommandSender(mpsc::UnboundedSender<UserCommand>);

impl CommandSender {
    /// A sender and the end where the controller (or a test) takes commands out, in order.
    #[must_use]
    pub fn channel() -> (Self, CommandReceiver) {
        let (sender, receiver) = mpsc::unbounded_channel();
        (Self(sender), CommandReceiver(receiver))
    }

    /// Hands `command` over without ever blocking; nothing happens when the controller has already ended.
    pub fn send(&self, command: UserCommand) {
        if self.0.send(command).is_err() {
            tracing::debug!("a command came after the end");
        }
    }

    /// Waits until the controller has ended and takes no more commands.
    pub async fn closed(&self) {
        self.0.closed().await;
    }
}

/// Where commands come out.
#[derive(Debug)]
pub struct CommandReceiver(mpsc::UnboundedReceiver<UserCommand>);

impl CommandReceiver {
    /// The next command; `None` when every surface is gone.
    pub async fn next(&mut self) -> Option<UserCommand> {
        self.0.recv().await
    }

    /// The next command if one is there already.
    pub fn try_next(&mut self) -> Option<UserCommand> {
        self.0.try_recv().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_come_out_in_the_order_in_which_they_were_sent() {
        let (sender, mut receiver) = CommandSender::channel();
        sender.send(UserCommand::StopControl);
        sender.clone().send(UserCommand::EndSession(None));
        assert!(matches!(receiver.try_next(), Some(UserCommand::StopControl)));
        assert!(matches!(receiver.try_next(), Some(UserCommand::EndSession(None))));
        assert!(receiver.try_next().is_none());
    }

    #[test]
    fn sending_to_a_controller_that_has_ended_is_harmless() {
        let (sender, receiver) = CommandSender::channel();
        drop(receiver);
        sender.send(UserCommand::Quit);
    }
}
