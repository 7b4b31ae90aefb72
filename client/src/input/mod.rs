//! The way from an expert's event to the desktop: a chain of small filters, any of which can stop it, and the reflex of
//! the person's hotkey. Knows no network and no windows; a closed gate stops everything, whatever else is wrong.
//!
//! `gate -> local_priority -> clamp -> own_windows -> gate again -> tracker -> injector`

pub mod chain;
pub mod clamp;
pub mod gate;
pub mod local_priority;
pub mod own_windows;
mod path;
mod queue;
pub mod reflex;
pub mod tracker;

#[cfg(test)]
mod tests;

pub use gate::Gate;
pub use path::{Access, Desktop, InputPath, InputReport, SystemDesktop};
pub use queue::NotTaken;
pub use reflex::{LocalReflex, Reflex};
