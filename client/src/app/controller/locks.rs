//! The controller's part about the keyboard's locks: whoever controls the keyboard is told how they are here.
//! Nothing here sets a lock: what the expert wants goes the way of input.

use deskside_proto::ids::SessionId;
use deskside_proto::session::{ClientState, Scope};
use deskside_proto::wire::control::FromClient;
use deskside_proto::wire::input::Locks;

use super::sessions::Session;
use super::{Controller, Effect};

impl Controller {
    /// They are so from now on; `None` where the desktop does not tell any more.
    pub(super) fn locks_changed(&mut self, locks: Option<Locks>) -> Vec<Effect> {
        if self.desk.locks == locks {
            return Vec::new();
        }
        self.desk.locks = locks;
        self.sessions.iter().filter_map(|(id, session)| self.locks_for(*id, session)).collect()
    }

    /// What the expert of this session is told of them, while that expert has the keyboard.
    pub(super) fn locks_for(&self, id: SessionId, session: &Session) -> Option<Effect> {
        let locks = self.desk.locks?;
        match *session.machine.state() {
            ClientState::Controlled { grant, scopes, .. } if scopes.contains(Scope::Keyboard) => {
                Some(Effect::Send(id, FromClient::LocksThere { grant, locks }))
            }
            ClientState::AskingView { .. }
            | ClientState::Viewing
            | ClientState::ControlRequested { .. }
            | ClientState::Controlled { .. }
            | ClientState::Revoked { .. }
            | ClientState::Ended { .. } => None,
        }
    }
}
