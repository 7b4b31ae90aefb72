//! The controller's part about what may be seen: the person's wishes, and that every expert is told of them.

use deskside_proto::ids::SessionId;
use deskside_proto::wire::control::{FromClient, Part};

use super::{Controller, Effect};
use crate::app::view::{HiddenView, SharingView};
use crate::sharing::list::Choices;
use crate::sharing::{Hidden, Share, Sharing, Title, WindowNumber};

/// What may be seen, and how the person knows it.
#[derive(Debug, Default)]
pub(super) struct SharingState {
    now: Sharing,
    /// Titles of windows that were chosen; they are the person's alone.
    titles: Vec<(WindowNumber, Title)>,
    choices: Choices,
    looks: u64,
    /// Rises each time the main window shall come to the front with it.
    requests: u64,
}

impl SharingState {
    fn title(&self, window: WindowNumber) -> Option<Title> {
        let known = self.titles.iter().find(|(number, _)| *number == window).map(|(_, title)| title);
        let there = self.choices.windows.iter().find(|choice| choice.number == window);
        known.or_else(|| there.map(|choice| &choice.title)).cloned()
    }

    fn remember(&mut self, window: WindowNumber) {
        if let Some(title) = self.title(window) {
            self.titles.retain(|(number, _)| *number != window);
            self.titles.push((window, title));
        }
    }

    pub(super) fn view(&self) -> SharingView {
        let hidden = self.now.hidden.iter().map(|what| HiddenView {
            what: *what,
            title: match what {
                Hidden::Window(window) => self.title(*window),
                Hidden::Area(_) => None,
            },
        });
        SharingView {
            share: self.now.share.clone(),
            title: match self.now.share {
                Share::Window(window) => self.title(window),
                Share::Everything | Share::Screen(_) => None,
            },
            hidden: hidden.collect(),
            choices: self.choices.clone(),
            looks: self.looks,
            requests: self.requests,
        }
    }

    /// What experts are told: that something is kept back, and nothing of what it is.
    fn message(&self) -> FromClient {
        let part = match self.now.share {
            Share::Everything => Part::Everything,
            Share::Screen(_) => Part::Screen,
            Share::Window(_) => Part::Window,
        };
        FromClient::Sharing { part, hides: !self.now.hidden.is_empty() }
    }
}

impl Controller {
    pub(super) fn share(&mut self, share: Share) -> Vec<Effect> {
        if self.sharing.now.share == share {
            return Vec::new();
        }
        if let Share::Window(window) = share {
            self.sharing.remember(window);
        }
        self.sharing.now.share = share;
        self.sharing_changed()
    }

    pub(super) fn hide(&mut self, what: Hidden) -> Vec<Effect> {
        if let Hidden::Window(window) = what {
            self.sharing.remember(window);
        }
        if self.sharing.now.hide(what) { self.sharing_changed() } else { Vec::new() }
    }

    pub(super) fn unhide(&mut self, what: Hidden) -> Vec<Effect> {
        if self.sharing.now.unhide(what) { self.sharing_changed() } else { Vec::new() }
    }

    pub(super) fn choices_read(&mut self, choices: Choices) -> Vec<Effect> {
        self.sharing.choices = choices;
        self.sharing.looks = self.sharing.looks.saturating_add(1);
        Vec::new()
    }

    pub(super) fn show_sharing(&mut self) -> Vec<Effect> {
        self.sharing.requests = self.sharing.requests.saturating_add(1);
        self.window_requests = self.window_requests.saturating_add(1);
        vec![Effect::ReadChoices]
    }

    /// When the last expert is gone the choice of what to share is too, so that it is made anew for the next. What is
    /// hidden stays hidden.
    pub(super) fn forget_share(&mut self) -> Vec<Effect> {
        if self.sessions.is_empty() && self.sharing.now.share != Share::Everything {
            return self.share(Share::Everything);
        }
        Vec::new()
    }

    /// INVARIANT: what others may see changes before anybody is told that it has.
    fn sharing_changed(&self) -> Vec<Effect> {
        let watching = self.sessions.iter().filter(|(_, session)| session.since.is_some());
        let told = watching.map(|(id, _)| self.tell_sharing(*id));
        std::iter::once(Effect::SetSharing(self.sharing.now.clone())).chain(told).collect()
    }

    fn tell_sharing(&self, session: SessionId) -> Effect {
        Effect::Send(session, self.sharing.message())
    }

    /// What an expert who begins to see is told, where it is less than everything.
    pub(super) fn sharing_at_first(&self, session: SessionId) -> Option<Effect> {
        (!self.sharing.now.is_everything()).then(|| self.tell_sharing(session))
    }
}
