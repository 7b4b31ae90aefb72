//! The way out of a window. What comes may be held back for a moment, so that a text which belongs before it is sent first.

use std::cell::RefCell;

use deskside_proto::wire::input::InputEvent;

/// Where input goes; must not block.
pub type Sink = Box<dyn Fn(InputEvent)>;

/// Gives events to the sink, in their order.
pub(super) struct Outlet {
    sink: Sink,
    /// What waits, while something does.
    waiting: RefCell<Option<Vec<InputEvent>>>,
}

impl Outlet {
    pub fn new(sink: Sink) -> Self {
        Self { sink, waiting: RefCell::default() }
    }

    /// Sends this, or has it wait behind what waits.
    pub fn send(&self, event: InputEvent) {
        match &mut *self.waiting.borrow_mut() {
            Some(waiting) => waiting.push(event),
            None => (self.sink)(event),
        }
    }

    /// From now on what comes waits.
    pub fn hold(&self) {
        self.waiting.borrow_mut().get_or_insert_default();
    }

    /// Whether something waits, or would.
    pub fn is_held(&self) -> bool {
        self.waiting.borrow().is_some()
    }

    /// Sends this before all that waits.
    pub fn send_first(&self, event: InputEvent) {
        (self.sink)(event);
    }

    /// Sends what waits, and nothing waits any more; false where nothing did.
    pub fn release(&self) -> bool {
        let waiting = self.waiting.borrow_mut().take();
        let any = waiting.is_some();
        waiting.into_iter().flatten().for_each(|event| (self.sink)(event));
        any
    }
}
