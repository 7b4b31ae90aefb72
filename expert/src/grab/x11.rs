//! The keyboard on X11: an active grab, before which no passive grab of a window manager is looked at.
//! Threading: used by the thread of the windows alone, on the connection that its events come from, because a grab's
//! events go to nobody else.

use std::ptr::NonNull;

use winit::raw_window_handle::RawDisplayHandle;
use winit::window::WindowId;
use x11_dl::xlib::{CurrentTime, Display, GrabModeAsync, GrabSuccess, True, Window, Xlib};

use super::KeyboardGrab;

struct XlibGrab {
    xlib: Xlib,
    display: NonNull<Display>,
}

/// The grab for windows of X11; none for others, or without the library.
pub(super) fn open(display: RawDisplayHandle) -> Option<Box<dyn KeyboardGrab>> {
    let RawDisplayHandle::Xlib(display) = display else { return None };
    let xlib = Xlib::open().inspect_err(|error| tracing::warn!(%error, "no libX11")).ok()?;
    Some(Box::new(XlibGrab { xlib, display: display.display?.cast() }))
}

impl KeyboardGrab for XlibGrab {
    fn take(&mut self, window: WindowId) -> bool {
        let window = u64::from(window) as Window;
        // SAFETY: The display is winit's, which keeps it open until the process ends, and this is the only thread that
        // uses it. A window that is gone is an error of the protocol, which winit's handler notes.
        #[expect(unsafe_code, reason = "winit has no call for this")]
        unsafe {
            let display = self.display.as_ptr();
            // With `True` events go to the window as without the grab.
            let take = self.xlib.XGrabKeyboard;
            take(display, window, True, GrabModeAsync, GrabModeAsync, CurrentTime) == GrabSuccess
        }
    }

    fn give(&mut self) {
        // SAFETY: As above.
        #[expect(unsafe_code, reason = "as above")]
        unsafe {
            (self.xlib.XUngrabKeyboard)(self.display.as_ptr(), CurrentTime);
            // Whoever waits for the keyboard shall not wait for the next thing that this program asks for.
            (self.xlib.XFlush)(self.display.as_ptr());
        }
    }
}
