//! Injection on X11 by XTEST, with key codes: the desktop's own layout decides what a key means.
//! Threading: one connection, used by one thread at a time; every call ends with the server's confirmation.

use deskside_proto::geometry::DesktopPoint;
use deskside_proto::keycode::KeyUsage;
use deskside_proto::wire::input::{KeyEvent, PointerButton};
use x11rb::connection::{Connection as _, RequestConnection as _};
use x11rb::cookie::VoidCookie;
use x11rb::errors::{ConnectionError, ReplyError};
use x11rb::protocol::xproto::{
    BUTTON_PRESS_EVENT, BUTTON_RELEASE_EVENT, KEY_PRESS_EVENT, KEY_RELEASE_EVENT, MOTION_NOTIFY_EVENT, Window,
};
use x11rb::protocol::xtest::{self, ConnectionExt as _};
use x11rb::rust_connection::RustConnection;

use super::{InjectError, InputInjector, Notches};

/// The wheel's buttons: up, down, left, right.
const WHEEL: [u8; 4] = [4, 5, 6, 7];

struct X11Injector {
    connection: RustConnection,
    root: Window,
    sideways: Notches,
    downwards: Notches,
}

/// Opens a connection of its own.
pub(super) fn open(display: Option<&str>) -> Result<Box<dyn InputInjector>, InjectError> {
    let (connection, screen) =
        RustConnection::connect(display).map_err(|error| InjectError::Unavailable(error.to_string()))?;
    let setup = connection.setup();
    let root = setup.roots.get(screen).ok_or_else(|| InjectError::Unavailable("no screen".into()))?.root;
    if connection.extension_information(xtest::X11_EXTENSION_NAME)?.is_none() {
        return Err(InjectError::Unavailable("the X server has no XTEST".into()));
    }
    // What is injected gets through while another program has grabbed the server, as the person's own input does.
    connection.xtest_grab_control(true)?.check()?;
    Ok(Box::new(X11Injector {
        connection,
        root,
        sideways: Notches::default(),
        downwards: Notches::default(),
    }))
}

impl X11Injector {
    fn send(
        &self,
        kind: u8,
        detail: u8,
        x: i16,
        y: i16,
    ) -> Result<VoidCookie<'_, RustConnection>, InjectError> {
        Ok(self.connection.xtest_fake_input(kind, detail, 0, self.root, x, y, 0)?)
    }

    fn click(&self, button: u8) -> Result<(), InjectError> {
        let press = self.send(BUTTON_PRESS_EVENT, button, 0, 0)?;
        let release = self.send(BUTTON_RELEASE_EVENT, button, 0, 0)?;
        press.check()?;
        Ok(release.check()?)
    }

    fn roll(&self, notches: i32, back: u8, forward: u8) -> Result<(), InjectError> {
        let button = if notches < 0 { back } else { forward };
        (0..notches.unsigned_abs()).try_for_each(|_| self.click(button))
    }
}

impl InputInjector for X11Injector {
    fn move_pointer(&mut self, at: DesktopPoint) -> Result<(), InjectError> {
        // Places on an X11 screen fit 16 bits; what does not was clamped before.
        let (x, y) = (i16::try_from(at.x).unwrap_or(i16::MAX), i16::try_from(at.y).unwrap_or(i16::MAX));
        Ok(self.send(MOTION_NOTIFY_EVENT, 0, x, y)?.check()?)
    }

    fn button(&mut self, button: PointerButton, pressed: bool) -> Result<(), InjectError> {
        let kind = if pressed { BUTTON_PRESS_EVENT } else { BUTTON_RELEASE_EVENT };
        Ok(self.send(kind, number_of(button), 0, 0)?.check()?)
    }

    fn turn_wheel(&mut self, dx: i16, dy: i16) -> Result<(), InjectError> {
        let [up, down, left, right] = WHEEL;
        let (sideways, downwards) = (self.sideways.turn(dx), self.downwards.turn(dy));
        self.roll(downwards, up, down)?;
        self.roll(sideways, left, right)
    }

    fn has_key(&self, usage: KeyUsage) -> bool {
        let (first, last) = (self.connection.setup().min_keycode, self.connection.setup().max_keycode);
        usage.x11().is_some_and(|code| (first..=last).contains(&code))
    }

    fn key(&mut self, key: KeyEvent) -> Result<(), InjectError> {
        let Some(code) = key.usage.x11().filter(|_| self.has_key(key.usage)) else { return Ok(()) };
        let kind = if key.pressed { KEY_PRESS_EVENT } else { KEY_RELEASE_EVENT };
        Ok(self.send(kind, code, 0, 0)?.check()?)
    }

    /// All at once and one confirmation: a revocation waits for this.
    fn release(&mut self, buttons: &[PointerButton], keys: &[KeyUsage]) -> Result<(), InjectError> {
        let mut sent = Vec::with_capacity(buttons.len() + keys.len());
        for button in buttons {
            sent.push(self.send(BUTTON_RELEASE_EVENT, number_of(*button), 0, 0)?);
        }
        for code in keys.iter().filter(|usage| self.has_key(**usage)).filter_map(|usage| usage.x11()) {
            sent.push(self.send(KEY_RELEASE_EVENT, code, 0, 0)?);
        }
        // Only the first question for an error travels; the others are answered with it.
        let answers: Vec<Result<(), ReplyError>> = sent.into_iter().rev().map(VoidCookie::check).collect();
        Ok(answers.into_iter().collect::<Result<(), ReplyError>>()?)
    }
}

/// X11 counts the side buttons after the wheel's.
fn number_of(button: PointerButton) -> u8 {
    match button {
        PointerButton::Left => 1,
        PointerButton::Middle => 2,
        PointerButton::Right => 3,
        PointerButton::Back => 8,
        PointerButton::Forward => 9,
    }
}

impl From<ConnectionError> for InjectError {
    fn from(_: ConnectionError) -> Self {
        Self::Lost
    }
}

impl From<ReplyError> for InjectError {
    fn from(error: ReplyError) -> Self {
        match error {
            ReplyError::ConnectionError(_) => Self::Lost,
            // The kind only: the whole error contains the event.
            ReplyError::X11Error(error) => Self::Refused(format!("X11 {:?}", error.error_kind)),
        }
    }
}
