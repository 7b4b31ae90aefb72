//! The numbers on the control stream that stand for a word: reasons, and what may be seen.

use super::codec::one_byte_enum;

one_byte_enum! {
    /// Why an expert is not admitted. All but the first are said only to holders of a valid proof.
    RefusedReason, "refused reason" {
        /// The one answer to whoever has no valid proof, whatever is wrong.
        NotAccepted = 1,
        /// The ticket's time is over.
        Expired = 2,
        /// The ticket's time has not begun.
        NotYetValid = 3,
        /// The ticket has been used as often as it may.
        Used = 4,
        /// The person has cancelled the ticket.
        Cancelled = 5,
        /// The person is being asked something else, or others watch already.
        Busy = 6,
        /// The person does not let this expert see.
        Denied = 7,
        /// The person did not answer in time.
        NoAnswer = 8,
        /// The two programs have no revision in common.
        Incompatible = 9,
    }
}

one_byte_enum! {
    /// Why a request for control is answered with no.
    DeniedReason, "denied reason" {
        /// The person said no.
        ByPerson = 1,
        /// The person did not answer in time.
        NoAnswer = 2,
        /// Somebody else has control, or the person is being asked something else.
        Busy = 3,
        /// The person stopped control a moment ago.
        CoolingDown = 4,
        /// Three requests of this session were not allowed; the person is not asked any more.
        TooManyRequests = 5,
        /// The screen is locked.
        ScreenLocked = 6,
        /// The expert may not ask now: seeing is not allowed yet, a request is open, a grant runs, or the number is old.
        OutOfTurn = 7,
        /// The client cannot give control on this machine.
        Unsupported = 8,
    }
}

one_byte_enum! {
    /// Why a grant ended, other than by the expert's release or the end of the session.
    RevokedReason, "revoked reason" {
        /// The person stopped it.
        ByPerson = 1,
        /// The screen was locked.
        ScreenLocked = 2,
        /// Nothing was heard from the expert for more than 10 s.
        LinkSilent = 3,
        /// Nobody used pointer or keyboard for a long time.
        Idle = 4,
        /// The client's program can no longer inject input, or use the clipboard.
        InputFailed = 5,
    }
}

one_byte_enum! {
    /// Why the client ended the session.
    EndedReason, "ended reason" {
        /// The person ended it.
        ByPerson = 1,
        /// The client's program is closing.
        Closing = 2,
        /// The client's program can no longer capture the desktop.
        CaptureFailed = 3,
    }
}

one_byte_enum! {
    /// What of the desktop may be seen. The rest is a neutral block.
    Part, "part" {
        /// All of it.
        Everything = 1,
        /// One monitor.
        Screen = 2,
        /// One window, with what belongs to it.
        Window = 3,
    }
}
