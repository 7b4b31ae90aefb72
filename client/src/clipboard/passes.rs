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
pub struct Passes(Arc<Numbers>);

#[derive(Debug, Default)]
struct Numbers {
    ways: [AtomicU64; 2],
    /// Counts how often everything was closed, so that an opening under way does not survive it.
    stops: AtomicU64,
}

/// An opening under way: it takes a while until a desktop's clipboard is ready.
#[derive(Debug)]
pub struct Opening(u64);

impl Passes {
    fn way(&self, way: Way) -> &AtomicU64 {
        let [to_expert, to_person] = &self.0.ways;
        match way {
            Way::ToExpert => to_expert,
            Way::ToPerson => to_person,
        }
    }

    /// To be called before anything is made ready for an opening.
    #[must_use]
    pub fn begin(&self) -> Opening {
        Opening(self.0.stops.load(Ordering::SeqCst))
    }

    /// Lets pass what is under this grant, the way that it is for. Does nothing when everything was closed since the
    /// opening began: the person was faster.
    pub fn open(&self, grant: &Grant, opening: Opening) {
        let Some(way) = Way::of(grant.scopes()) else { return };
        self.way(way).store(grant.number().as_u64(), Ordering::SeqCst);
        // Behind the number: whoever closes everything counts first, and takes the number away then.
        if self.0.stops.load(Ordering::SeqCst) != opening.0 {
            self.close(way);
        }
    }

    /// Lets nothing pass this way any more.
    pub fn close(&self, way: Way) {
        self.way(way).store(CLOSED, Ordering::SeqCst);
    }

    /// Lets nothing pass at all. Takes nanoseconds and cannot fail.
    pub fn close_all(&self) {
        self.0.stops.fetch_add(1, Ordering::SeqCst);
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
            passes.open(&grant, passes.begin());
            for way in Way::ALL {
                assert_eq!(passes.permits(way, grant.number()), open == Some(way), "{scope:?} {way:?}");
                assert!(!passes.permits(way, grant.number().next().unwrap()));
            }
            passes.close_all();
            assert!(Way::ALL.into_iter().all(|way| !passes.permits(way, grant.number())));
        }
    }

    #[test]
    fn a_stop_while_a_way_is_being_opened_leaves_it_closed() {
        let (passes, grant) = (Passes::default(), grant(Scope::ReadCopied));
        let opening = passes.begin();
        passes.close_all();
        passes.open(&grant, opening);
        assert!(!passes.permits(Way::ToExpert, grant.number()));
        passes.open(&grant, passes.begin());
        assert!(passes.permits(Way::ToExpert, grant.number()), "the next yes opens it");
    }
}
