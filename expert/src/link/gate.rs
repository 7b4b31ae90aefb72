//! The open way for input: from the window's thread straight into the connection's queue, as long as a grant runs.

use std::sync::{Arc, Mutex, PoisonError};

use deskside_net::expert::ExpertSender;
use deskside_proto::ids::GrantId;
use deskside_proto::session::Scopes;
use deskside_proto::wire::input::{InputEvent, InputFrame};

/// Open while this expert controls; clones are the same gate.
#[derive(Clone, Default)]
pub struct InputGate {
    way: Arc<Mutex<Option<Way>>>,
}

struct Way {
    sender: ExpertSender,
    grant: GrantId,
    scopes: Scopes,
}

impl InputGate {
    /// Input goes out under this grant from now on.
    pub fn open(&self, sender: ExpertSender, grant: GrantId, scopes: Scopes) {
        *self.way.lock().unwrap_or_else(PoisonError::into_inner) = Some(Way { sender, grant, scopes });
    }

    /// Nothing goes out any more.
    pub fn close(&self) {
        *self.way.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// Sends the event, if it may be sent. Never waits for the network.
    pub fn send(&self, event: InputEvent) {
        let way = self.way.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(way) = way.as_ref() else { return };
        if event.scope().is_none_or(|scope| way.scopes.contains(scope)) {
            // An error means that the connection is over; that is told where the connection is watched.
            let _ = way.sender.send_input(InputFrame { grant: way.grant, event });
        }
    }
}
