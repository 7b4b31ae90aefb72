//! The numbers of the grants under which copied things may pass now. Nothing here can wait or fail.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use deskside_proto::ids::GrantId;
use deskside_proto::session::{Grant, Way};

use crate::consent::LastStop;

/// No grant has this number.
const CLOSED: u64 = 0;

/// One number for each way; clones are the same.
///
/// INVARIANT: a way opens only for a [`Grant`] for exactly that way, which only a person's yes can make; anybody may close
/// it at any time.
#[derive(Debug, Clone, Default)]
pub struct Passes(Arc<Numbers>);

#[derive(Debug, Default)]
struct Numbers {
    ways: [AtomicU64; 2],
    /// When the person last took everything back, so that no yes from before survives it.
    stopped: LastStop,
}

impl Passes {
    /// Both ways closed. `stopped` is what input goes by as well: one moment takes back what was said yes to before.
    #[must_use]
    pub fn new(stopped: LastStop) -> Self {
        Self(Arc::new(Numbers { stopped, ..Numbers::default() }))
    }

    fn way(&self, way: Way) -> &AtomicU64 {
        let [to_expert, to_person] = &self.0.ways;
        match way {
            Way::ToExpert => to_expert,
            Way::ToPerson => to_person,
        }
    }

    /// Lets pass what is under this grant, the way that it is for. Does nothing when everything was closed after the
    /// person said yes to it: it takes a while until a desktop's clipboard is ready, and they were faster.
    pub fn open(&self, grant: &Grant, said_at: Instant) {
        let Some(way) = Way::of(grant.scopes()) else { return };
        let is_too_late = || !self.0.stopped.outlived_by(said_at);
        if is_too_late() {
            return;
        }
        self.way(way).store(grant.number().as_u64(), Ordering::SeqCst);
        // Behind the number once more: whoever closes everything notes it first, and takes the number away then.
        if is_too_late() {
            self.close(way);
        }
    }

    /// Lets nothing pass this way any more.
    pub fn close(&self, way: Way) {
        self.way(way).store(CLOSED, Ordering::SeqCst);
    }

    /// Lets nothing pass at all, at the person's own wish. Takes nanoseconds and cannot fail.
    pub fn close_all(&self) {
        self.0.stopped.note();
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
    use deskside_proto::ids::SessionId;
    use deskside_proto::session::Scope;
    use deskside_testkit::consent::granted;

    use super::*;

    fn grant(scope: Scope) -> Grant {
        granted(SessionId(1), Size::new(8, 8), scope.into())
    }

    #[test]
    fn a_grant_opens_its_own_way_and_no_other_and_control_opens_none() {
        for (scope, open) in [
            (Scope::ReadCopied, Some(Way::ToExpert)),
            (Scope::GiveCopied, Some(Way::ToPerson)),
            (Scope::Keyboard, None),
        ] {
            let (passes, grant) = (Passes::default(), grant(scope));
            passes.open(&grant, Instant::now());
            for way in Way::ALL {
                assert_eq!(passes.permits(way, grant.number()), open == Some(way), "{scope:?} {way:?}");
                assert!(!passes.permits(way, grant.number().next().unwrap()));
            }
            passes.close_all();
            assert!(Way::ALL.into_iter().all(|way| !passes.permits(way, grant.number())));
        }
    }

    #[test]
    fn a_stop_after_the_yes_leaves_a_way_closed_however_late_it_is_opened() {
        let (stopped, grant) = (LastStop::default(), grant(Scope::ReadCopied));
        let passes = Passes::new(stopped.clone());
        let said_at = Instant::now();
        stopped.note();
        passes.open(&grant, said_at);
        assert!(!passes.permits(Way::ToExpert, grant.number()), "what stopped input stopped this too");
        std::thread::sleep(std::time::Duration::from_millis(1));
        passes.open(&grant, Instant::now());
        assert!(passes.permits(Way::ToExpert, grant.number()), "the next yes opens it");
        passes.close_all();
        passes.open(&grant, said_at);
        assert!(!passes.permits(Way::ToExpert, grant.number()));
        std::thread::sleep(std::time::Duration::from_millis(1));
        passes.open(&grant, Instant::now());
        let late = granted(SessionId(2), Size::new(8, 8), Scope::ReadCopied.into());
        passes.open(&late, said_at);
        assert!(passes.permits(Way::ToExpert, grant.number()), "the late one never gets in");
    }
}
