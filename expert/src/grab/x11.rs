//! The keyboard on X11: an active grab, before which no passive grab of a window manager is looked at.
//! Threading: used by the thread of the windows alone, on the connection that its events come from, because a grab's
//! events go to nobody else.

use std::ffi::c_int;
use std::ptr::NonNull;

use winit::raw_window_handle::RawDisplayHandle;
use winit::window::WindowId;
use x11_dl::xinput2::{XIButtonState, XIModifierState, XInput2};
use x11_dl::xlib::{CurrentTime, Display, GrabModeAsync, GrabSuccess, True, Window, Xlib};

use super::KeyboardGrab;

struct XlibGrab {
    xlib: Xlib,
    input: XInput2,
    display: NonNull<Display>,
}

/// The grab for windows of X11; none for others, or without the library.
pub(super) fn open(display: RawDisplayHandle) -> Option<Box<dyn KeyboardGrab>> {
    let RawDisplayHandle::Xlib(display) = display else { return None };
    let xlib = Xlib::open().inspect_err(|error| tracing::warn!(%error, "no libX11")).ok()?;
    // winit needs it as well, and has told the server which version of the extension is spoken.
    let input = XInput2::open().inspect_err(|error| tracing::warn!(%error, "no libXi")).ok()?;
    Some(Box::new(XlibGrab { xlib, input, display: display.display?.cast() }))
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
        // Not the core protocol's XQueryPointer: it knows the first five buttons only, and Back and Forward are 8 and 9.
        let (mut windows, mut places, mut pointer) = ([0; 2], [0.0; 4], 0);
        let ([root, child], [root_x, root_y, x, y]) = (windows.each_mut(), places.each_mut());
        let mut buttons = XIButtonState { mask_len: 0, mask: std::ptr::null_mut() };
        let (mut modifiers, mut group) = (XIModifierState::default(), XIModifierState::default());
        // SAFETY: As above; everything that is written to outlives the calls. The mask is Xlib's, as long as it says, and
        // freed once; without an answer there is none.
        #[expect(unsafe_code, reason = "as above")]
        unsafe {
            let display = self.display.as_ptr();
            let screen = (self.xlib.XDefaultRootWindow)(display);
            (self.input.XIGetClientPointer)(display, 0, &raw mut pointer);
            let query = self.input.XIQueryPointer;
            let (buttons_at, modifiers, group) = (&raw mut buttons, &raw mut modifiers, &raw mut group);
            query(display, pointer, screen, root, child, root_x, root_y, x, y, buttons_at, modifiers, group);
            let Some(mask) = NonNull::new(buttons.mask) else { return false };
            let length = usize::try_from(buttons.mask_len).unwrap_or(0);
            let is_down = any_button(std::slice::from_raw_parts(mask.as_ptr(), length));
            (self.xlib.XFree)(mask.as_ptr().cast());
            is_down
        }
    }
}

/// Whether one of the buttons is down in this mask, as the X Input Extension has it: a bit each, and the first of none.
fn any_button(mask: &[u8]) -> bool {
    let (first, others) = mask.split_first().map_or((0, mask), |(first, others)| (*first, others));
    first & !1 != 0 || others.iter().any(|byte| *byte != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buttons_beyond_the_fifth_count_and_bit_0_is_none() {
        for (mask, expected) in [
            (&[][..], false),
            (&[0, 0][..], false),
            (&[1, 0][..], false),
            (&[1 << 1][..], true),
            (&[0, 1][..], true),
            (&[0, 1 << 1, 0, 0][..], true),
        ] {
            assert_eq!(any_button(mask), expected, "{mask:?}");
        }
    }
}
