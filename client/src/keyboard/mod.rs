//! Which keystrokes produce what the expert typed, on whatever layout the person's desktop has at the moment.
//! Pure: knows a keymap and a state, gives a list of strokes; reading the one and doing the other is the injector's.

mod keymap;
mod meaning;
mod spare;
mod strokes;
mod typist;

#[cfg(test)]
mod tests;

pub use keymap::{Group, Key, Keymap, Kind, Level, State, Wrap};
pub use spare::{Lent, SETTLED};
pub use typist::{Act, Typist};
