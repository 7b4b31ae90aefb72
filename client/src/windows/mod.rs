//! The windows of the person who is helped: the main window, the questions and the banner.
//!
//! They read the newest [`AppView`](crate::app::AppView) and push [`UserCommand`](crate::app::UserCommand)s.
//! They never act, and they must not know links, sessions or keys.

pub mod banner;
pub mod consent;
mod desktop;
pub mod main_window;
mod shell;
pub mod words;

use std::fmt;
use std::sync::Arc;
use std::time::{Instant, SystemTime};

use deskside_proto::ids::QuestionId;
use deskside_words::t;
use time::UtcOffset;

use crate::app::{AppView, CommandSender, ViewPublisher};
use crate::consent::{Guard, LocalYes, NotGenuine};
use crate::physical::{PhysicalWatch, WatchError};
use crate::tray::TrayPresence;

pub use shell::{WindowError, run};

#[cfg(test)]
mod tests;

type Press = Box<dyn Fn() -> Result<LocalYes, NotGenuine> + Send>;
type Shown = dyn Fn(QuestionId) -> Result<Press, NotGenuine> + Send + Sync;

/// What turns a press on Allow into a yes, or says why it does not.
#[derive(Clone)]
pub struct Confirm(Arc<Shown>);

impl Confirm {
    /// Believes the person's own devices only.
    #[must_use]
    pub fn watching(watch: Arc<dyn PhysicalWatch>) -> Self {
        Self::new(move |question| {
            let guard = Guard::question_shown(Arc::clone(&watch), question)?;
            Ok(Box::new(move || guard.confirm()))
        })
    }

    /// Believes no Allow, because nothing can be known about the devices; a Deny still counts.
    #[must_use]
    pub fn blind() -> Self {
        Self::new(|_| Err(NotGenuine::Unwatched(WatchError::Unsupported(t!("client-nothing-watches")))))
    }

    fn new(shown: impl Fn(QuestionId) -> Result<Press, NotGenuine> + Send + Sync + 'static) -> Self {
        Self(Arc::new(shown))
    }

    fn question_shown(&self, question: QuestionId) -> Result<Press, NotGenuine> {
        (self.0)(question)
    }
}

impl fmt::Debug for Confirm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Confirm")
    }
}

/// How the main window begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// On the screen.
    Shown,
    /// On the screen, open at this page.
    OnPage(main_window::Page),
    /// In the tray, if there is one; else on the screen.
    Hidden,
}

/// What the windows stand in.
#[derive(Clone, Debug)]
pub struct Surroundings {
    /// Where views come from.
    pub publisher: ViewPublisher,
    /// Where commands go.
    pub commands: CommandSender,
    /// What makes a yes of a press on Allow.
    pub confirm: Confirm,
    /// Whether there is a tray to hide in.
    pub tray: TrayPresence,
    /// The local time's distance from UTC, read before threads start.
    pub local_offset: UtcOffset,
    /// How the main window begins.
    pub start: Start,
}

/// The moment that a window shows.
#[derive(Clone, Copy, Debug)]
pub struct Moment {
    /// For deadlines and how long something has lasted.
    pub instant: Instant,
    /// For times of day.
    pub system: SystemTime,
    /// From UTC to local time.
    pub offset: UtcOffset,
}

impl Moment {
    /// This moment.
    #[must_use]
    pub fn now(offset: UtcOffset) -> Self {
        Self { instant: Instant::now(), system: SystemTime::now(), offset }
    }
}

/// What every part of a window is given: what to show, when, and where wishes go.
#[derive(Clone, Copy, Debug)]
pub struct Scene<'a> {
    /// What to show.
    pub view: &'a AppView,
    /// When.
    pub moment: &'a Moment,
    /// Where wishes go.
    pub commands: &'a CommandSender,
}

/// The look that a setting asks for.
#[must_use]
pub const fn look(theme: crate::config::Theme) -> deskside_look::Theme {
    match theme {
        crate::config::Theme::System => deskside_look::Theme::System,
        crate::config::Theme::Light => deskside_look::Theme::Light,
        crate::config::Theme::Dark => deskside_look::Theme::Dark,
    }
}
