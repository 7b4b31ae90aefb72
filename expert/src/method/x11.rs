//! Input methods on X11: programs that own a selection of their name and speak XIM, which is winit's affair.
//! Threading: a connection of its own, used by the thread of the windows alone.

use std::collections::BTreeSet;
use std::ffi::CStr;
use std::sync::Arc;

use deskside_proto::keycode::KeyUsage;
use winit::keyboard::PhysicalKey;
use winit::platform::scancode::PhysicalKeyExtScancode as _;
use winit::window::WindowId;
use x11rb::connection::Connection as _;
use x11rb::errors::{ConnectionError, ReplyError};
use x11rb::protocol::xproto::{ClientMessageEvent, ConnectionExt as _, EventMask};
use x11rb::rust_connection::RustConnection;

use super::InputMethods;
use super::ibus::Engine;
use crate::keyboard::usage_of;
use crate::present::Unsuitable;

/// Key codes of X11 begin here; the kernel's, by which winit knows places, begin at 0.
const FIRST_CODE: u32 = 8;

struct Server {
    connection: RustConnection,
    /// The selection that it owns while it runs.
    selection: u32,
    /// Events of this kind mean nothing.
    nothing: u32,
    /// If it is ibus.
    engine: Option<Engine>,
}

/// The input method of this name, running or not; none without an X server, or where the locale's texts are no UTF-8.
pub(super) fn open(name: &str, changed: Arc<dyn Fn() + Send + Sync>) -> Option<Box<dyn InputMethods>> {
    if !is_utf8() {
        // winit takes what a method composes for UTF-8, and ends the program where it is not.
        tracing::info!("no input method: the locale's texts are not UTF-8");
        return None;
    }
    let engine = (name == "ibus").then(|| Engine::new(changed));
    match connect(name, engine) {
        Ok(server) => Some(Box::new(server)),
        Err(error) => {
            tracing::info!(%error, "no input method");
            None
        }
    }
}

fn connect(name: &str, engine: Option<Engine>) -> Result<Server, Unsuitable> {
    let (connection, _) = RustConnection::connect(None)?;
    // Reference: The Input Method Protocol 1.0, "Determining the IM server".
    let selection = connection.intern_atom(false, format!("@server={name}").as_bytes())?;
    let nothing = connection.intern_atom(false, b"_DESKSIDE_NOTHING")?;
    let (selection, nothing) = (selection.reply()?.atom, nothing.reply()?.atom);
    Ok(Server { connection, selection, nothing, engine })
}

impl Server {
    fn has_owner(&self) -> Result<bool, ReplyError> {
        Ok(self.connection.get_selection_owner(self.selection)?.reply()?.owner != x11rb::NONE)
    }

    fn pressed(&self) -> Result<BTreeSet<KeyUsage>, ReplyError> {
        let keys = self.connection.query_keymap()?.reply()?.keys;
        let is_down = |code: &u32| {
            let byte =
                usize::try_from(code / 8).ok().and_then(|at| keys.get(at)).copied().unwrap_or_default();
            byte & (1 << (code % 8)) != 0
        };
        let down = (FIRST_CODE..256).filter(is_down);
        Ok(down.filter_map(|code| usage_of(PhysicalKey::from_scancode(code - FIRST_CODE))).collect())
    }

    fn send_nothing(&self, window: u32) -> Result<(), ConnectionError> {
        let event = ClientMessageEvent::new(32, window, self.nothing, [0; 5]);
        // To nobody who selects events: then it goes to the program whose window it is.
        self.connection.send_event(false, window, EventMask::NO_EVENT, event)?;
        self.connection.flush()
    }
}

impl InputMethods for Server {
    fn is_running(&self) -> bool {
        self.engine.iter().for_each(Engine::follow);
        self.has_owner().unwrap_or_default()
    }

    fn is_needed(&self) -> bool {
        !self.engine.as_ref().is_some_and(Engine::is_layout)
    }

    fn keys_down(&self) -> Option<BTreeSet<KeyUsage>> {
        self.pressed().ok()
    }

    fn nudge(&self, window: WindowId) {
        let Ok(window) = u32::try_from(u64::from(window)) else { return };
        if let Err(error) = self.send_nothing(window) {
            tracing::debug!(%error, "the window library was not nudged");
        }
    }
}

/// Whether the texts of the locale in force are UTF-8.
fn is_utf8() -> bool {
    // SAFETY: The text is the C library's, and stands until the locale is changed: by winit, on this thread, before.
    #[expect(unsafe_code, reason = "the standard library knows no locale")]
    let codeset = unsafe {
        let codeset = libc::nl_langinfo(libc::CODESET);
        (!codeset.is_null()).then(|| CStr::from_ptr(codeset))
    };
    codeset.is_some_and(|codeset| codeset.to_bytes().eq_ignore_ascii_case(b"UTF-8"))
}
