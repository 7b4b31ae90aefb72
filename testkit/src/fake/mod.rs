//! Stand-ins for what a desktop does, with no trait of Deskside's: the crate under test binds them to its own traits.

mod desktop;
mod screen;

pub use desktop::{Action, Failing, FakeDesktop};
pub use screen::FakeScreen;
