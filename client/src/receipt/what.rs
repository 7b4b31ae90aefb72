//! Reasons and things of the receipt: how they are written, which never changes, and how they are said.

use deskside_proto::session::{ClientEnd, Scope, Scopes, Way};
use deskside_proto::wire::control::{DeniedReason, EndedReason, RevokedReason};
use deskside_words::t;
use serde::{Deserialize, Serialize};

/// Why something was not given or came to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// The person said no.
    SaidNo,
    /// The person said nothing.
    NotAnswered,
    /// Another question was open, or somebody else had control.
    Busy,
    /// Control had just been taken back.
    CoolingDown,
    /// Too many requests.
    TooManyRequests,
    /// The screen was locked.
    ScreenLocked,
    /// A request at a time when none may come.
    OutOfTurn,
    /// There is no way to control this computer.
    Unsupported,
    /// The expert took the request back.
    TakenBack,
    /// The person took control back.
    Stopped,
    /// Nothing was heard from the expert.
    LinkSilent,
    /// Nothing was done for long.
    Idle,
    /// The input could not be carried out.
    InputFailed,
    /// The expert gave control back.
    GivenBack,
    /// The session was over.
    SessionOver,
    /// The person ended the session.
    Ended,
    /// The program was closed.
    ProgramClosed,
    /// The screen could not be captured.
    CaptureFailed,
    /// The expert left.
    ExpertLeft,
    /// The connection was lost.
    LinkLost,
    /// The person cancelled the ticket.
    Cancelled,
    /// Somebody tried the ticket too often.
    TooManyFailures,
    /// The ticket never reached the person.
    NotHandedOut,
}

impl Reason {
    /// It in words, as the end of a sentence.
    #[must_use]
    pub fn said(self) -> &'static str {
        match self {
            Self::SaidNo => t!("client-reason-said-no"),
            Self::NotAnswered => t!("client-reason-not-answered"),
            Self::Busy => t!("client-reason-busy"),
            Self::CoolingDown => t!("client-reason-cooling-down"),
            Self::TooManyRequests => t!("client-reason-too-many-requests"),
            Self::ScreenLocked => t!("client-reason-screen-locked"),
            Self::OutOfTurn => t!("client-reason-out-of-turn"),
            Self::Unsupported => t!("client-reason-unsupported"),
            Self::TakenBack => t!("client-reason-taken-back"),
            Self::Stopped => t!("client-reason-stopped"),
            Self::LinkSilent => t!("client-reason-link-silent"),
            Self::Idle => t!("client-reason-idle"),
            Self::InputFailed => t!("client-reason-input-failed"),
            Self::GivenBack => t!("client-reason-given-back"),
            Self::SessionOver => t!("client-reason-session-over"),
            Self::Ended => t!("client-reason-ended"),
            Self::ProgramClosed => t!("client-reason-program-closed"),
            Self::CaptureFailed => t!("client-reason-capture-failed"),
            Self::ExpertLeft => t!("client-reason-expert-left"),
            Self::LinkLost => t!("client-reason-link-lost"),
            Self::Cancelled => t!("client-reason-cancelled"),
            Self::TooManyFailures => t!("client-reason-too-many-failures"),
            Self::NotHandedOut => t!("client-reason-not-handed-out"),
        }
    }

    /// The same about the clipboard, which is not controlled.
    #[must_use]
    pub fn said_of_clipboard(self) -> &'static str {
        if matches!(self, Self::Unsupported | Self::InputFailed) {
            t!("client-reason-clipboard-unsupported")
        } else {
            self.said()
        }
    }
}

impl From<DeniedReason> for Reason {
    fn from(reason: DeniedReason) -> Self {
        match reason {
            DeniedReason::ByPerson => Self::SaidNo,
            DeniedReason::NoAnswer => Self::NotAnswered,
            DeniedReason::Busy => Self::Busy,
            DeniedReason::CoolingDown => Self::CoolingDown,
            DeniedReason::TooManyRequests => Self::TooManyRequests,
            DeniedReason::ScreenLocked => Self::ScreenLocked,
            DeniedReason::OutOfTurn => Self::OutOfTurn,
            DeniedReason::Unsupported => Self::Unsupported,
        }
    }
}

impl From<RevokedReason> for Reason {
    fn from(reason: RevokedReason) -> Self {
        match reason {
            RevokedReason::ByPerson => Self::Stopped,
            RevokedReason::ScreenLocked => Self::ScreenLocked,
            RevokedReason::LinkSilent => Self::LinkSilent,
            RevokedReason::Idle => Self::Idle,
            RevokedReason::InputFailed => Self::InputFailed,
        }
    }
}

impl From<ClientEnd> for Reason {
    fn from(reason: ClientEnd) -> Self {
        match reason {
            ClientEnd::ViewDenied => Self::SaidNo,
            ClientEnd::ViewNotAnswered => Self::NotAnswered,
            ClientEnd::Here(EndedReason::ByPerson) => Self::Ended,
            ClientEnd::Here(EndedReason::Closing) => Self::ProgramClosed,
            ClientEnd::Here(EndedReason::CaptureFailed) => Self::CaptureFailed,
            ClientEnd::ExpertLeft => Self::ExpertLeft,
            ClientEnd::LinkLost => Self::LinkLost,
        }
    }
}

/// Something that an expert can be allowed to use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Thing {
    /// The screen.
    Screen,
    /// The pointer.
    Pointer,
    /// The keyboard.
    Keyboard,
    /// What is copied here.
    ReadCopied,
    /// What is pasted here.
    GiveCopied,
}

impl Thing {
    /// What these scopes let somebody use.
    #[must_use]
    pub fn all(scopes: Scopes) -> Vec<Self> {
        scopes.iter().map(Self::from).collect()
    }

    /// Several of them in words: `pointer and keyboard`.
    #[must_use]
    pub fn said(things: &[Self]) -> String {
        let words = things.iter().map(|thing| match thing {
            Self::Screen => t!("client-thing-screen"),
            Self::Pointer => t!("client-thing-pointer"),
            Self::Keyboard => t!("client-thing-keyboard"),
            Self::ReadCopied | Self::GiveCopied => t!("client-thing-clipboard"),
        });
        let joined = words.map(str::to_owned).reduce(|one, other| t!("client-and", one = one, other = other));
        joined.unwrap_or_default()
    }
}

impl From<Scope> for Thing {
    fn from(scope: Scope) -> Self {
        match scope {
            Scope::View => Self::Screen,
            Scope::Pointer => Self::Pointer,
            Scope::Keyboard => Self::Keyboard,
            Scope::ReadCopied => Self::ReadCopied,
            Scope::GiveCopied => Self::GiveCopied,
        }
    }
}

/// A direction of the clipboard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    /// The expert reads what is copied here.
    ToExpert,
    /// The expert gives what is pasted here.
    ToPerson,
}

impl From<Way> for Direction {
    fn from(way: Way) -> Self {
        match way {
            Way::ToExpert => Self::ToExpert,
            Way::ToPerson => Self::ToPerson,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn things_are_said_in_words() {
        assert_eq!(Thing::said(&Thing::all(Scopes::CONTROL)), "pointer and keyboard");
        assert_eq!(Thing::said(&Thing::all(Scopes::from(Scope::Keyboard))), "keyboard");
    }

    #[test]
    fn what_is_written_does_not_depend_on_the_language() {
        let written = serde_json::to_string(&(Reason::SaidNo, Thing::Pointer, Direction::ToExpert)).unwrap();
        assert_eq!(written, r#"["said-no","pointer","to-expert"]"#);
    }
}
