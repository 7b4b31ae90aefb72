//! The tokens that open the way to the desktop: made by the client's machine alone, and never twice.
//! What opens a gate takes them by value, so that nothing can be opened without a person's yes.

use crate::ids::{GrantId, SessionId};
use crate::session::Scopes;
use crate::wire::input::InputFrame;

/// Proof that the person allowed control: one number, one set of scopes.
///
/// It can be neither made nor copied outside of the session machine:
/// ```compile_fail
/// fn twice(grant: deskside_proto::session::Grant) -> (deskside_proto::session::Grant, deskside_proto::session::Grant) {
///     (grant.clone(), grant)
/// }
/// ```
/// ```compile_fail
/// use deskside_proto::{ids::GrantId, session::{Grant, Scopes}};
/// let forged = Grant { number: GrantId::FIRST, scopes: Scopes::CONTROL };
/// ```
#[derive(Debug, PartialEq, Eq)]
pub struct Grant {
    number: GrantId,
    scopes: Scopes,
}

impl Grant {
    /// The grant's number.
    pub fn number(&self) -> GrantId {
        self.number
    }

    /// What is allowed.
    pub fn scopes(&self) -> Scopes {
        self.scopes
    }

    /// `frame` was sent under this grant and does nothing beyond its scopes.
    pub fn covers(&self, frame: &InputFrame) -> bool {
        frame.grant == self.number && frame.event.scope().is_none_or(|scope| self.scopes.contains(scope))
    }
}

/// Proof that the person allowed viewing: what captures the desktop is built from it.
///
/// It can be neither made nor copied outside of the session machine:
/// ```compile_fail
/// let forged = deskside_proto::session::ViewGrant(());
/// ```
/// ```compile_fail
/// fn twice(grant: deskside_proto::session::ViewGrant) -> [deskside_proto::session::ViewGrant; 2] {
///     [grant.clone(), grant]
/// }
/// ```
#[derive(Debug, PartialEq, Eq)]
pub struct ViewGrant(());

impl ViewGrant {
    pub(super) fn issue() -> Self {
        Self(())
    }
}

/// Counts the grants of one session; no number comes twice in a client's lifetime.
///
/// Shape: the session's number in the upper half, the count in the lower, so that sessions need not share a counter.
/// INVARIANT: session numbers are not reused while the client runs.
#[derive(Debug)]
#[cfg_attr(test, derive(Clone, PartialEq, Eq, Hash))]
pub(super) struct GrantIssuer {
    /// `None` once all numbers are spent, or when the session's number leaves no room for them.
    next: Option<GrantId>,
    last: u64,
}

impl GrantIssuer {
    pub(super) fn new(session: SessionId) -> Self {
        let upper = session.0.checked_mul(1 << 32);
        let next = upper.and_then(|upper| std::num::NonZeroU64::new(upper | 1)).map(GrantId);
        Self { next, last: upper.unwrap_or_default() | u64::from(u32::MAX) }
    }

    /// A new grant, or `None` when there are no more numbers.
    pub(super) fn issue(&mut self, scopes: Scopes) -> Option<Grant> {
        let number = self.next?;
        self.next = number.next().filter(|next| next.as_u64() <= self.last);
        Some(Grant { number, scopes })
    }

    /// As if all but `left` numbers were spent.
    #[cfg(test)]
    pub(super) fn with_left(self, left: u32) -> Self {
        let first = self.last.checked_sub(u64::from(left)).and_then(|before| before.checked_add(1));
        let next = first.and_then(std::num::NonZeroU64::new).map(GrantId);
        Self { next: next.filter(|_| left > 0), ..self }
    }
}
