//! The numbers of the grants under which copied things may pass now. Nothing here can wait or fail.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use deskside_proto::ids::GrantId;
use deskside_proto::session::{Grant, Way};

/// No grant has this number.
const CLOSED: u64 = 0;

/// One number for each way; clones are the same.
///
/// INVARIANT: a way opens only for a [`Grant`] for exactly that way, which only a person's yes can make; anybody may close
/// it at any time.
#[derive(Debug, Clone, Default)]
pub struct Passes(Arc<[AtomicU64; 2]>);

impl Passes {
    fn way(&self, way: Way) -> &AtomicU64 {
        let [to_expert, to_person] = &*self.0;
        match way {
            Way::ToExpert => to_expert,
            Way::ToPerson => to_person,
        }
    }

    /// Lets pass what is under this grant, the way that it is for.
    pub fn open(&self, grant: &Grant) {
        if let Some(way) = Way::of(grant.scopes()) {
            self.way(way).store(grant.number().as_u64(), Ordering::SeqCst);
        }
    }

    /// Lets nothing pass this way any more.
    pub fn close(&self, way: Way) {
        self.way(way).store(CLOSED, Ordering::SeqCst);
    }

    /// Lets nothing pass at all. Takes nanoseconds and cannot fail.
    pub fn close_all(&self) {
        Way::ALL.into_iter().for_each(|way| self.close(way));
    }

    /// What is under this grant may pass this way now.
    #[must_use]
    pub fn permits(&self, way: Way, grant: GrantId) -> bool {
        self.way(way).load(Ordering::SeqCst) == grant.as_u64()
    }
}

#[cfg(test)]
mod tests {
    use deskside_proto::geometry::Size;
    use deskside_proto::ids::{RequestId, SessionId};
    use deskside_proto::session::{ClientEffect, ClientEvent, ClientSession, Desk, Policy, Scope};
    use deskside_proto::time::Millis;

    use super::*;

    fn grant(scope: Scope) -> Grant {
        let (mut session, _) = ClientSession::open(SessionId(1), Policy::STANDARD, Millis(0));
        let request = RequestId(1);
        for event in [
            ClientEvent::LocalAllowView { screen: Size::new(8, 8) },
            ClientEvent::ExpertRequestsControl { request, scopes: scope.into(), desk: Desk::Free },
        ] {
            (session, _) = session.handle(event, Millis(0));
        }
        let (_, effects) = session.handle(ClientEvent::LocalAllowControl { request }, Millis(0));
        let is_token = |effect: &ClientEffect| {
            matches!(effect, ClientEffect::OpenClipboard(_) | ClientEffect::EnableInput(_))
        };
        let token = effects.into_iter().find(is_token);
        let Some(ClientEffect::OpenClipboard(grant) | ClientEffect::EnableInput(grant)) = token else {
            unreachable!("a yes gives a token")
        };
        grant
    }

    #[test]
    fn a_grant_opens_its_own_way_and_no_other_and_control_opens_none() {
        for (scope, open) in [
            (Scope::ReadCopied, Some(Way::ToExpert)),
            (Scope::GiveCopied, Some(Way::ToPerson)),
            (Scope::Keyboard, None),
        ] {
            let (passes, grant) = (Passes::default(), grant(scope));
            passes.open(&grant);
            for way in Way::ALL {
                assert_eq!(passes.permits(way, grant.number()), open == Some(way), "{scope:?} {way:?}");
                assert!(!passes.permits(way, grant.number().next().unwrap()));
            }
            passes.close_all();
            assert!(Way::ALL.into_iter().all(|way| !passes.permits(way, grant.number())));
        }
    }
}
