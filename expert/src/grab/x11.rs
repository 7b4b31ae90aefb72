//! The keyboard on X11: an active grab, before which no passive grab of a window manager is looked at.
//! Threading: used by the thread of the windows alone, on the connection that its events come from, because a grab's
//! events go to nobody else.

use std::ffi::c_int;
use std::ptr::NonNull;

use winit::raw_window_handle::RawDisplayHandle;
use winit::window::WindowId;
use x11_dl::xlib::{
    Button1Mask, Button2Mask, Button3Mask, Button4Mask, Button5Mask, CurrentTime, Display, GrabModeAsync,
    GrabSuccess, True, Window, Xlib,
};

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
        // A button that is down here may be a drag whose beginning has not been read yet.
        if self.is_button_down() {
            return false;
        }
        let window = u64::from(window) as Window;
        // SAFETY: The display is winit's, which keeps it open until the process ends, and this is the only thread that
        // uses it. A window that is gone is an error of the protocol, which winit's handler notes.
        #[expect(unsafe_code, reason = "winit has no call for this")]
        unsafe {
            let display = self.display.as_ptr();
            // What the window system has told of the focus may be older than what holds.
            let (mut focus, mut revert_to): (Window, c_int) = (0, 0);
            (self.xlib.XGetInputFocus)(display, &raw mut focus, &raw mut revert_to);
            // With `True` events go to the window as without the grab.
            let take = self.xlib.XGrabKeyboard;
            focus == window
                && take(display, window, True, GrabModeAsync, GrabModeAsync, CurrentTime) == GrabSuccess
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

    fn is_button_down(&mut self) -> bool {
        let (mut windows, mut places, mut mask) = ([0; 2], [0; 4], 0);
        let ([root, child], [root_x, root_y, x, y]) = (windows.each_mut(), places.each_mut());
        // SAFETY: As above; everything that is written to outlives the call.
        #[expect(unsafe_code, reason = "as above")]
        unsafe {
            let display = self.display.as_ptr();
            let screen = (self.xlib.XDefaultRootWindow)(display);
            (self.xlib.XQueryPointer)(display, screen, root, child, root_x, root_y, x, y, &raw mut mask);
        }
        let buttons = Button1Mask | Button2Mask | Button3Mask | Button4Mask | Button5Mask;
        mask & buttons != 0
    }
}
