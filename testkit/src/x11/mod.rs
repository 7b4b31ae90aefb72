//! Real X servers for tests: a virtual display, its windows, a person at its devices, a program that injects, a recorder.
//! Knows X11 only; nothing of Deskside, so that every crate may test with it.

mod accessible;
mod bus;
mod connection;
mod hands;
mod methods;
mod program;
mod recorder;
mod screenshot;
mod windows;
mod xvfb;

pub use accessible::{Node, Place, Said, ScreenReader};
pub use bus::SessionBus;
pub use connection::wait_readable;
pub use hands::{Hands, Injected, Person, keysym};
pub use methods::{InputMethod, MethodKind};
pub use program::{Program, send_signal};
pub use recorder::{EventRecorder, Held, Recorded, RecordedKind};
pub use screenshot::Screenshot;
pub use windows::{Wanted, Window};
pub use xvfb::Xvfb;
