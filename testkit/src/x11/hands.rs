//! Moving, clicking and typing on a display: as the person, through the server's real devices,
//! or as a program that injects, through XTEST. Both are XTEST requests; only the source device differs.

use std::borrow::Cow;
use std::io::IoSlice;
use std::ops::Deref;

use anyhow::{Context as _, Result, ensure};
use x11rb::connection::{Connection as _, RequestConnection as _};
use x11rb::protocol::xinput::{ConnectionExt as _, DeviceType};
use x11rb::protocol::xproto::ConnectionExt as _;
use x11rb::protocol::{xinput, xproto, xtest};
use x11rb::rust_connection::RustConnection;
use x11rb::x11_utils::Serialize as _;

use super::connection::{connect, root_of};
use super::xvfb::Xvfb;

/// Key symbols (X11/keysymdef.h) that tests press by name.
pub mod keysym {
    /// Escape.
    pub const ESCAPE: u32 = 0xff1b;
    /// Enter.
    pub const RETURN: u32 = 0xff0d;
    /// Tab.
    pub const TAB: u32 = 0xff09;
    /// Backspace.
    pub const BACKSPACE: u32 = 0xff08;
    /// Left Control.
    pub const CONTROL: u32 = 0xffe3;
    /// Left Alt.
    pub const ALT: u32 = 0xffe9;
    /// Left Shift.
    pub const SHIFT: u32 = 0xffe1;
    /// Left Super, the Windows key.
    pub const SUPER: u32 = 0xffeb;
    /// Caps Lock.
    pub const CAPS_LOCK: u32 = 0xffe5;
    /// Num Lock.
    pub const NUM_LOCK: u32 = 0xff7f;
    /// F4.
    pub const F4: u32 = 0xffc1;
    /// Right Control.
    pub const CONTROL_RIGHT: u32 = 0xffe4;
    /// The default stop hotkey, Escape last.
    pub const STOP_HOTKEY: [u32; 4] = [CONTROL, ALT, SHIFT, ESCAPE];
}

/// Which device an event seems to come from.
#[derive(Debug, Clone, Copy)]
enum Source {
    /// The server's hardware devices, by their XInput numbers.
    Devices { pointer: u8, keyboard: u8 },
    /// The XTEST devices of the core keyboard and pointer.
    Xtest,
}

/// Two hands on a display; see [`Person`] and [`Injected`].
pub struct Hands {
    connection: RustConnection,
    root: u32,
    source: Source,
    /// First number of the XInput extension's events.
    first_event: u8,
    /// The extension's number of XTEST requests.
    xtest_opcode: u8,
}

/// The person: what they do comes from the server's real mouse and keyboard.
pub struct Person(Hands);

/// A program that injects by plain XTEST, as an expert's input or `xdotool` does.
pub struct Injected(Hands);

impl Deref for Person {
    type Target = Hands;
    fn deref(&self) -> &Hands {
        &self.0
    }
}

impl Deref for Injected {
    type Target = Hands;
    fn deref(&self) -> &Hands {
        &self.0
    }
}

impl Xvfb {
    /// A person at this display's mouse and keyboard.
    ///
    /// # Errors
    /// The server has no such devices.
    pub fn person(&self) -> Result<Person> {
        Person::at(self.display())
    }

    /// A program that injects on this display.
    ///
    /// # Errors
    /// The server has no XTEST.
    pub fn injected(&self) -> Result<Injected> {
        Injected::at(self.display())
    }
}

impl Person {
    /// A person at that display, which must be an Xvfb or a Xephyr.
    ///
    /// # Errors
    /// The server has not their virtual mouse and keyboard.
    pub fn at(display: &str) -> Result<Self> {
        let mut hands = Hands::new(display)?;
        let infos = hands.connection.xinput_xi_query_device(0u16)?.reply()?.infos;
        let find = |kind: DeviceType, names: [&str; 2]| {
            let fits = |name: &[u8]| names.iter().any(|wanted| wanted.as_bytes() == name);
            let info = infos.iter().find(|info| info.type_ == kind && fits(&info.name));
            info.and_then(|info| u8::try_from(info.deviceid).ok())
                .with_context(|| format!("none of {names:?} on {display}"))
        };
        let pointer = find(DeviceType::SLAVE_POINTER, ["Xvfb mouse", "Xephyr virtual mouse"])?;
        let keyboard = find(DeviceType::SLAVE_KEYBOARD, ["Xvfb keyboard", "Xephyr virtual keyboard"])?;
        hands.source = Source::Devices { pointer, keyboard };
        Ok(Self(hands))
    }
}

impl Injected {
    /// A program that injects on that display.
    ///
    /// # Errors
    /// No server, or one without XTEST.
    pub fn at(display: &str) -> Result<Self> {
        Hands::new(display).map(Self)
    }
}

impl Hands {
    fn new(display: &str) -> Result<Self> {
        let (connection, screen) = connect(display)?;
        let root = root_of(&connection, screen)?;
        connection.xinput_xi_query_version(2, 2)?.reply()?;
        let xinput = connection.extension_information(xinput::X11_EXTENSION_NAME)?.context("no XInput")?;
        let xtest = connection.extension_information(xtest::X11_EXTENSION_NAME)?.context("no XTEST")?;
        let (first_event, xtest_opcode) = (xinput.first_event, xtest.major_opcode);
        Ok(Self { connection, root, source: Source::Xtest, first_event, xtest_opcode })
    }

    /// Moves the pointer to a place on the screen.
    ///
    /// # Errors
    /// The X server refused or went away; so for every method here.
    pub fn move_to(&self, x: i16, y: i16) -> Result<()> {
        match self.source {
            Source::Xtest => self.core(xproto::MOTION_NOTIFY_EVENT, 0, x, y),
            Source::Devices { pointer, .. } => self.device_motion(pointer, false, x.into(), y.into()),
        }
    }

    /// Moves the pointer by some pixels.
    ///
    /// # Errors
    /// See [`Hands::move_to`].
    pub fn move_by(&self, dx: i16, dy: i16) -> Result<()> {
        match self.source {
            Source::Xtest => self.core(xproto::MOTION_NOTIFY_EVENT, 1, dx, dy),
            Source::Devices { pointer, .. } => self.device_motion(pointer, true, dx.into(), dy.into()),
        }
    }

    /// Presses or releases a button, 1 to 9 as X numbers them.
    ///
    /// # Errors
    /// See [`Hands::move_to`].
    pub fn button(&self, button: u8, pressed: bool) -> Result<()> {
        match self.source {
            Source::Xtest if pressed => self.core(xproto::BUTTON_PRESS_EVENT, button, 0, 0),
            Source::Xtest => self.core(xproto::BUTTON_RELEASE_EVENT, button, 0, 0),
            Source::Devices { pointer, .. } => {
                self.device_event(pointer, if pressed { 3 } else { 4 }, button)
            }
        }
    }

    /// Presses or releases a key by its key code.
    ///
    /// # Errors
    /// See [`Hands::move_to`].
    pub fn key_code(&self, code: u8, pressed: bool) -> Result<()> {
        match self.source {
            Source::Xtest if pressed => self.core(xproto::KEY_PRESS_EVENT, code, 0, 0),
            Source::Xtest => self.core(xproto::KEY_RELEASE_EVENT, code, 0, 0),
            Source::Devices { keyboard, .. } => {
                self.device_event(keyboard, if pressed { 1 } else { 2 }, code)
            }
        }
    }

    /// Presses or releases the key that bears `symbol` in the current layout.
    ///
    /// # Errors
    /// No key bears it, or see [`Hands::move_to`].
    pub fn key(&self, symbol: u32, pressed: bool) -> Result<()> {
        let (code, _) = self.find_key(symbol)?;
        self.key_code(code, pressed)
    }

    /// Presses and releases a key.
    ///
    /// # Errors
    /// See [`Hands::key`].
    pub fn tap(&self, symbol: u32) -> Result<()> {
        self.key(symbol, true)?;
        self.key(symbol, false)
    }

    /// Presses keys in this order and releases them in the opposite one.
    ///
    /// # Errors
    /// See [`Hands::key`].
    pub fn chord(&self, symbols: &[u32]) -> Result<()> {
        for symbol in symbols {
            self.key(*symbol, true)?;
        }
        symbols.iter().rev().try_for_each(|symbol| self.key(*symbol, false))
    }

    /// Presses and releases a button where the pointer is.
    ///
    /// # Errors
    /// See [`Hands::move_to`].
    pub fn click(&self, button: u8) -> Result<()> {
        self.button(button, true)?;
        self.button(button, false)
    }

    /// Moves to a place and clicks the left button there.
    ///
    /// # Errors
    /// See [`Hands::move_to`].
    pub fn click_at(&self, x: i16, y: i16) -> Result<()> {
        self.move_to(x, y)?;
        self.click(1)
    }

    /// Types characters of Latin-1 that the layout has on its first two levels; a line end presses Enter.
    ///
    /// # Errors
    /// See [`Hands::key`].
    pub fn type_text(&self, text: &str) -> Result<()> {
        for character in text.chars() {
            let symbol = if character == '\n' { keysym::RETURN } else { u32::from(character) };
            let (code, shifted) = self.find_key(symbol)?;
            if shifted {
                self.key(keysym::SHIFT, true)?;
            }
            self.key_code(code, true)?;
            self.key_code(code, false)?;
            if shifted {
                self.key(keysym::SHIFT, false)?;
            }
        }
        Ok(())
    }

    /// Where the pointer is.
    ///
    /// # Errors
    /// The X server went away.
    pub fn pointer(&self) -> Result<(i16, i16)> {
        let reply = self.connection.query_pointer(self.root)?.reply()?;
        Ok((reply.root_x, reply.root_y))
    }

    /// The key code that bears `symbol`, and whether with Shift.
    fn find_key(&self, symbol: u32) -> Result<(u8, bool)> {
        let setup = self.connection.setup();
        let count = setup.max_keycode - setup.min_keycode + 1;
        let map = self.connection.get_keyboard_mapping(setup.min_keycode, count)?.reply()?;
        let per_key = usize::from(map.keysyms_per_keycode);
        for level in [0, 1] {
            for (code, symbols) in (setup.min_keycode..=setup.max_keycode).zip(map.keysyms.chunks(per_key)) {
                if symbols.get(level) == Some(&symbol) {
                    return Ok((code, level == 1));
                }
            }
        }
        anyhow::bail!("no key bears the symbol {symbol:#x}")
    }

    fn core(&self, kind: u8, detail: u8, x: i16, y: i16) -> Result<()> {
        xtest::fake_input(&self.connection, kind, detail, 0, self.root, x, y, 0)?.check()?;
        Ok(())
    }

    /// One XInput event of a device that is neither core nor XTEST: `offset` counts from the extension's first event.
    fn device_event(&self, device: u8, offset: u8, detail: u8) -> Result<()> {
        let kind = self.first_event + offset;
        xtest::fake_input(&self.connection, kind, detail, 0, self.root, 0, 0, device)?.check()?;
        Ok(())
    }

    /// Motion needs two events in one request (DeviceMotionNotify, DeviceValuator), which the generated call lacks.
    ///
    /// Reference: XTEST Extension Protocol 2.2, XTestFakeInput with XInput events; xIproto.h for the layouts.
    fn device_motion(&self, device: u8, relative: bool, x: i32, y: i32) -> Result<()> {
        /// Request header and two events, in units of four bytes.
        const LENGTH: u16 = 1 + 8 + 8;
        let mut request = Vec::with_capacity(usize::from(LENGTH) * 4);
        request.extend_from_slice(&[self.xtest_opcode, xtest::FAKE_INPUT_REQUEST]);
        request.extend_from_slice(&LENGTH.serialize());
        let mut motion = [0; 32];
        motion[0] = self.first_event + 5;
        motion[1] = u8::from(relative);
        motion[31] = device;
        request.extend_from_slice(&motion);
        let mut axes = [0; 32];
        axes[0] = self.first_event;
        axes[1] = device;
        axes[6] = 2;
        axes[8..12].copy_from_slice(&x.serialize());
        axes[12..16].copy_from_slice(&y.serialize());
        request.extend_from_slice(&axes);
        ensure!(request.len() == usize::from(LENGTH) * 4);
        let request = Cow::Owned::<[u8]>(request);
        self.connection.send_request_without_reply(&[IoSlice::new(&request)], Vec::new())?.check()?;
        Ok(())
    }
}
