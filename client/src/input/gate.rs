//! The number of the grant that is in force, and the check of it for every event. Nothing here can wait or fail.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use deskside_proto::ids::GrantId;
use deskside_proto::session::{Grant, Scopes};
use deskside_proto::wire::input::InputFrame;

use super::chain::{Filter, Refusal};

/// No grant has this number.
const CLOSED: u64 = 0;

/// The gate; clones are the same gate.
///
/// INVARIANT: it opens only for a [`Grant`], which only a person's yes can make; anybody may close it at any time.
#[derive(Debug, Clone, Default)]
pub struct Gate(Arc<AtomicU64>);

impl Gate {
    /// Lets the events of this grant through and no others.
    pub fn open(&self, grant: &Grant) {
        self.0.store(grant.number().as_u64(), Ordering::SeqCst);
    }

    /// Lets nothing through any more. Takes nanoseconds and cannot fail.
    pub fn close(&self) {
        self.0.store(CLOSED, Ordering::SeqCst);
    }

    /// Events under this grant may pass now.
    pub fn permits(&self, grant: GrantId) -> bool {
        self.0.load(Ordering::SeqCst) == grant.as_u64()
    }

    /// Some grant is in force.
    pub fn is_open(&self) -> bool {
        self.0.load(Ordering::SeqCst) != CLOSED
    }
}

/// The filter: the gate, and what its grant covers.
pub struct GateKeeper {
    gate: Gate,
    scopes: Scopes,
}

impl GateKeeper {
    /// Keeps the gate for a grant of these scopes.
    pub fn new(gate: Gate, scopes: Scopes) -> Self {
        Self { gate, scopes }
    }
}

impl Filter for GateKeeper {
    fn pass(&mut self, frame: InputFrame, _now: Instant) -> Result<InputFrame, Refusal> {
        if !self.gate.permits(frame.grant) {
            return Err(Refusal::Closed);
        }
        match frame.event.scope() {
            Some(scope) if !self.scopes.contains(scope) => Err(Refusal::Scope),
            Some(_) | None => Ok(frame),
        }
    }
}
