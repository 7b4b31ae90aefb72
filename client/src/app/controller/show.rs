//! The controller's state as the surfaces see it.

use std::time::{Duration, Instant};

use deskside_proto::session::{ClientState, ClientWay, Way};
use deskside_proto::time::Millis;

use super::sessions::Session;
use super::{Controller, Now};
use crate::app::view::{AppView, QuestionKind, QuestionView, SessionState, SessionView, SettingsView};
use crate::tickets::record::unix_seconds;

impl Controller {
    /// Everything that can be shown at this moment.
    #[must_use]
    pub fn view(&self, now: Now) -> AppView {
        let wall = unix_seconds(now.wall);
        AppView {
            me: self.start.me.clone(),
            introduction_needed: !self.start.introduced,
            invitation: self.invitations.shown.clone(),
            tickets: self.invitations.records().iter().map(|record| record.view(wall)).collect(),
            question: self.sessions.values().find_map(|session| self.question(session)),
            sessions: self.sessions.values().filter_map(|session| self.session(session)).collect(),
            sharing: self.sharing.view(),
            notice: self.notice.clone(),
            receipt: self.receipt.iter().rev().map(crate::receipt::Entry::view).collect(),
            settings: self.settings_view(),
            window_requests: self.window_requests,
            ended: self.ended,
        }
    }

    fn question(&self, session: &Session) -> Option<QuestionView> {
        let open = session.question.filter(|open| !open.settling)?;
        let asked = Way::ALL.into_iter().find_map(|way| match *session.machine.way(way) {
            ClientWay::Asked { deadline, .. } => Some((QuestionKind::Clipboard { way }, deadline)),
            ClientWay::Closed | ClientWay::Open { .. } => None,
        });
        let (kind, deadline) = match *session.machine.state() {
            _ if asked.is_some() => asked?,
            ClientState::AskingView { deadline } if session.joins => {
                let others = self.sessions.values().filter(|other| other.since.is_some());
                (
                    QuestionKind::JoinView { others: others.map(|other| other.who.name.clone()).collect() },
                    deadline,
                )
            }
            ClientState::AskingView { deadline } => (QuestionKind::View, deadline),
            ClientState::ControlRequested { scopes, deadline, .. } => {
                (QuestionKind::Control { scopes }, deadline)
            }
            ClientState::Viewing
            | ClientState::Controlled { .. }
            | ClientState::Revoked { .. }
            | ClientState::Ended { .. } => return None,
        };
        Some(QuestionView {
            id: open.id,
            kind,
            expert_name: session.who.name.clone(),
            fingerprint: session.who.fingerprint.clone(),
            seen: session.who.seen.clone(),
            deadline: self.instant(deadline),
        })
    }

    fn session(&self, session: &Session) -> Option<SessionView> {
        let state = match *session.machine.state() {
            ClientState::AskingView { .. } | ClientState::Ended { .. } => return None,
            ClientState::Viewing | ClientState::Revoked { .. } => SessionState::Watching,
            ClientState::ControlRequested { .. } => SessionState::Asking,
            ClientState::Controlled { paused, .. } => SessionState::Controlling { paused },
        };
        Some(SessionView {
            id: session.who.session,
            expert_name: session.who.name.clone(),
            fingerprint: session.who.fingerprint.clone(),
            state,
            clipboard: Way::ALL.map(|way| matches!(session.machine.way(way), ClientWay::Open { .. })),
            moving: session.copying.map(|(_, moving)| moving),
            since: self.instant(session.since?),
        })
    }

    fn settings_view(&self) -> SettingsView {
        let settings = &self.start.settings;
        SettingsView {
            hotkey: self.start.hotkey.said(),
            valid_for: settings.valid_for,
            uses: settings.uses.get(),
            picture: settings.picture,
            theme: settings.theme,
            language: settings.language,
            mail_server: settings.smtp.as_ref().map(|smtp| smtp.host.clone()),
            file: self.start.settings_file.clone(),
            fingerprint: self.start.fingerprint.clone(),
        }
    }

    fn instant(&self, moment: Millis) -> Instant {
        let epoch = self.start.epoch;
        epoch.checked_add(Duration::from_millis(moment.0)).unwrap_or(epoch)
    }
}
