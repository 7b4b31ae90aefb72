//! Injection by the `enigo` crate, the portable backend; on X11 the second choice.
//! It writes key codes to the `log` facade at debug level, which Deskside never collects (see ADR 0030).

use deskside_proto::geometry::DesktopPoint;
use deskside_proto::keycode::KeyUsage;
use deskside_proto::wire::input::{KeyEvent, Locks, PointerButton};
use deskside_proto::wire::typed::Typed;
use enigo::{
    Axis, Button, Coordinate, Direction, Enigo, InputError, Keyboard as _, Mouse as _, NewConError, Settings,
};

use super::{InjectError, InputInjector, Notches};

struct EnigoInjector {
    enigo: Enigo,
    sideways: Notches,
    downwards: Notches,
}

/// Opens enigo's own connection to the desktop.
pub(super) fn open(display: Option<&str>) -> Result<Box<dyn InputInjector>, InjectError> {
    let settings = Settings {
        // Its default makes the X server wait 12 ms after every event.
        linux_delay: 0,
        x11_display: display.map(str::to_owned),
        // Whether to ask for permission is the person's business, not a library's.
        open_prompt_to_get_permissions: false,
        ..Settings::default()
    };
    let enigo = Enigo::new(&settings).map_err(|error| match error {
        NewConError::NoPermission => InjectError::Refused(error.to_string()),
        NewConError::EstablishCon(_) | NewConError::Reply | NewConError::NoEmptyKeycodes => {
            InjectError::Unavailable(error.to_string())
        }
    })?;
    Ok(Box::new(EnigoInjector { enigo, sideways: Notches::default(), downwards: Notches::default() }))
}

fn direction(pressed: bool) -> Direction {
    if pressed { Direction::Press } else { Direction::Release }
}

impl InputInjector for EnigoInjector {
    fn move_pointer(&mut self, at: DesktopPoint) -> Result<(), InjectError> {
        Ok(self.enigo.move_mouse(at.x, at.y, Coordinate::Abs)?)
    }

    fn button(&mut self, button: PointerButton, pressed: bool) -> Result<(), InjectError> {
        let button = match button {
            PointerButton::Left => Button::Left,
            PointerButton::Middle => Button::Middle,
            PointerButton::Right => Button::Right,
            PointerButton::Back => Button::Back,
            PointerButton::Forward => Button::Forward,
        };
        Ok(self.enigo.button(button, direction(pressed))?)
    }

    fn turn_wheel(&mut self, dx: i16, dy: i16) -> Result<(), InjectError> {
        let (sideways, downwards) = (self.sideways.turn(dx), self.downwards.turn(dy));
        if downwards != 0 {
            self.enigo.scroll(downwards, Axis::Vertical)?;
        }
        if sideways != 0 {
            self.enigo.scroll(sideways, Axis::Horizontal)?;
        }
        Ok(())
    }

    fn has_key(&self, usage: KeyUsage) -> bool {
        native_code(usage).is_some()
    }

    fn key(&mut self, key: KeyEvent) -> Result<(), InjectError> {
        let Some(code) = native_code(key.usage) else { return Ok(()) };
        Ok(self.enigo.raw(code, direction(key.pressed))?)
    }

    fn text(&mut self, text: Typed) -> Result<(), InjectError> {
        Ok(self.enigo.text(text.as_str())?)
    }

    /// It cannot tell how the locks are, so it leaves them to the person.
    fn lock(&mut self, _: Locks) -> Result<(), InjectError> {
        Ok(())
    }
}

/// What `Enigo::raw` calls a key: on X11 the key code.
fn native_code(usage: KeyUsage) -> Option<u16> {
    usage.x11().map(u16::from)
}

impl From<InputError> for InjectError {
    fn from(error: InputError) -> Self {
        match error {
            // None of these texts contains the event; the others could, so they are not passed on.
            InputError::Simulate(_) | InputError::InvalidInput(_) => Self::Lost,
            InputError::Mapping(_) | InputError::Unmapping(_) => {
                Self::Refused("a key cannot be mapped".into())
            }
            InputError::NoEmptyKeycodes => Self::Refused("no free key code".into()),
        }
    }
}
