//! The filters one after the other and, behind them all, the desktop. Owns the injector, and with it the promise that
//! whatever was pressed is released when the chain ends, in whatever way it ends.

use std::time::Instant;

use deskside_proto::wire::input::{InputEvent, InputFrame};

use super::tracker::Tracker;
use crate::inject::{InjectError, InputInjector};

/// One step of the chain.
pub trait Filter: Send {
    /// The event as it goes on, or why it does not.
    ///
    /// # Errors
    /// The [`Refusal`]; it ends the event's way and nothing else.
    fn pass(&mut self, frame: InputFrame, now: Instant) -> Result<InputFrame, Refusal>;
}

/// Why an event went no further. Says nothing of the event itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// No grant, or another one, is in force.
    Closed,
    /// The grant does not cover it.
    Scope,
    /// The person is using mouse or keyboard.
    LocalPriority,
    /// There is no screen to point at.
    NoScreen,
    /// It would reach one of Deskside's own windows, or that cannot be ruled out.
    OwnWindow,
    /// A question waits for the person's answer.
    QuestionOpen,
    /// The program that is typed into has not read what came before; the event is to come again in a moment.
    NotYet,
    /// Already pressed, or not pressed by us, or no such key: it would change nothing.
    NoChange,
}

/// All filters, what is held, and the desktop.
pub struct Chain {
    filters: Vec<Box<dyn Filter>>,
    tracker: Tracker,
    injector: Box<dyn InputInjector>,
}

impl Chain {
    /// The filters in their order, in front of the desktop.
    pub fn new(filters: Vec<Box<dyn Filter>>, injector: Box<dyn InputInjector>) -> Self {
        Self { filters, tracker: Tracker::default(), injector }
    }

    /// Carries one event out, or says what stopped it.
    ///
    /// # Errors
    /// The desktop failed; the chain is of no use any more.
    pub fn handle(&mut self, frame: InputFrame, now: Instant) -> Result<Result<(), Refusal>, InjectError> {
        let mut frame = frame;
        for filter in &mut self.filters {
            match filter.pass(frame, now) {
                Ok(passed) => frame = passed,
                Err(refusal) => return Ok(Err(refusal)),
            }
        }
        if let InputEvent::Key(key) = frame.event
            && key.text.is_empty()
            && !self.injector.has_key(key.usage)
        {
            return Ok(Err(Refusal::NoChange));
        }
        match self.tracker.pass(frame, now) {
            Ok(frame) => {
                let done = self.inject(frame.event);
                match done {
                    Err(InjectError::NotYet) => {
                        self.tracker.forget(&frame.event);
                        return Ok(Err(Refusal::NotYet));
                    }
                    Err(_) => self.tracker.undo(&frame.event),
                    Ok(()) => {}
                }
                done.map(Ok)
            }
            Err(refusal) => Ok(Err(refusal)),
        }
    }

    /// Releases every key and button that was pressed through this chain.
    ///
    /// # Errors
    /// The desktop failed.
    pub fn release_all(&mut self) -> Result<(), InjectError> {
        let (buttons, keys) = self.tracker.take_held();
        let released = self.injector.release(&buttons, &keys);
        if released.is_err() {
            self.tracker.put_back(buttons, keys);
        }
        released
    }

    fn inject(&mut self, event: InputEvent) -> Result<(), InjectError> {
        match event {
            InputEvent::PointerMoved { at } => self.injector.move_pointer(at),
            InputEvent::PointerButton { button, pressed, at } => {
                self.injector.move_pointer(at)?;
                self.injector.button(button, pressed)
            }
            InputEvent::Wheel { dx, dy, at } => {
                self.injector.move_pointer(at)?;
                self.injector.turn_wheel(dx, dy)
            }
            InputEvent::Key(key) => self.injector.key(key),
            InputEvent::Text(text) => self.injector.text(text),
            InputEvent::Locks(locks) => self.injector.lock(locks),
            InputEvent::ReleaseAll => self.release_all(),
        }
    }
}

impl Drop for Chain {
    /// Also while a panic unwinds: a held key would go on typing for ever.
    fn drop(&mut self) {
        if let Err(error) = self.release_all() {
            tracing::warn!(%error, "held keys could not be released");
        }
    }
}
