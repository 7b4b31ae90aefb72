//! Injection on X11 by XTEST, with key codes; which ones, the typist decides by the desktop's own keymap.
//! Threading: one connection, used by one thread at a time; every call ends with the server's confirmation.

mod estate;
mod keymap;
mod reader;

use std::time::{Duration, Instant};

use deskside_proto::geometry::DesktopPoint;
use deskside_proto::keycode::KeyUsage;
use deskside_proto::wire::input::{KeyEvent, Locks, PointerButton};
use deskside_proto::wire::typed::Typed;
use x11rb::connection::{Connection as _, RequestConnection as _};
use x11rb::cookie::VoidCookie;
use x11rb::errors::{ConnectionError, ReplyError};
use x11rb::protocol::xproto::{
    BUTTON_PRESS_EVENT, BUTTON_RELEASE_EVENT, KEY_PRESS_EVENT, KEY_RELEASE_EVENT, MOTION_NOTIFY_EVENT, Window,
};
use x11rb::protocol::xtest::{self, ConnectionExt as _};
use x11rb::rust_connection::RustConnection;

use self::estate::Estate;
use self::keymap::{Layout, Moment};
use self::reader::Reader;
use super::{InjectError, InputInjector, Notches};
use crate::keyboard::{Act, State, Typist};

/// How long the lent key codes stay at most when control is over, for a program that is slow to read.
const LAY_DOWN: Duration = Duration::from_millis(1_500);
/// The wheel's buttons: up, down, left, right.
const WHEEL: [u8; 4] = [4, 5, 6, 7];

struct X11Injector {
    connection: RustConnection,
    root: Window,
    sideways: Notches,
    downwards: Notches,
    layout: Layout,
    typist: Typist,
    reader: Reader,
    estate: Estate,
    /// Key codes that are down because of this connection, whatever the typist believes.
    pressed: Vec<u8>,
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
    let estate = Estate::open(&connection, root)?;
    let layout = Layout::open(&connection)?;
    let reader = Reader::open(display, root)?;
    let mut injector = X11Injector {
        connection,
        root,
        sideways: Notches::default(),
        downwards: Notches::default(),
        layout,
        typist: Typist::default(),
        reader,
        estate,
        pressed: Vec::new(),
    };
    injector.look()?;
    Ok(Box::new(injector))
}

/// Puts in order what an injector has left that was killed.
pub(super) fn tidy(display: Option<&str>) -> Result<(), InjectError> {
    let (connection, screen) =
        RustConnection::connect(display).map_err(|error| InjectError::Unavailable(error.to_string()))?;
    let root = connection.setup().roots.get(screen).map(|screen| screen.root);
    estate::settle(&connection, root.ok_or(InjectError::Lost)?)?;
    Ok(())
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

    /// What holds now; the typist follows the keymap.
    fn look(&mut self) -> Result<Moment, InjectError> {
        let lent: Vec<u8> = self.typist.lent().collect();
        let (moment, keymap) = self.layout.look(&self.connection, |code| lent.contains(&code))?;
        if let Some(keymap) = keymap {
            self.typist.follow(keymap);
        }
        Ok(moment)
    }

    /// Plays what the typist makes of an event, unless something must be read first: then nothing has happened at all.
    fn play(&mut self, event: impl FnOnce(&mut Typist, Instant) -> Vec<Act>) -> Result<(), InjectError> {
        let now = Instant::now();
        let before = self.typist.may_have_to_wait().then(|| self.typist.clone());
        let acts = event(&mut self.typist, now);
        let strokes =
            acts.iter().filter_map(|act| if let Act::After(used) = act { Some(*used) } else { None });
        // One event that lacks more than all codes bear cannot wait for itself.
        if let Some(used) = strokes.filter(|used| *used < now).max()
            && !self.reader.has_read(used, now)?
        {
            if let Some(before) = before {
                self.typist = before;
            }
            return Err(InjectError::NotYet);
        }
        self.carry_out(&acts)
    }

    /// Carries the typist's acts out, and waits for the server once at the end.
    fn carry_out(&mut self, acts: &[Act]) -> Result<(), InjectError> {
        let (connection, root, pressed) = (&self.connection, self.root, &mut self.pressed);
        let mut sent = Vec::new();
        let is_loan = |act: &Act| matches!(act, Act::Bear { .. });
        for row in acts.chunk_by(|one, next| is_loan(one) && is_loan(next)) {
            let mut loans = Vec::new();
            for act in row {
                match *act {
                    Act::Bear { code, lent } => loans.push((code, lent)),
                    Act::Key { code, pressed: down } => {
                        if down {
                            pressed.push(code);
                        }
                        let kind = if down { KEY_PRESS_EVENT } else { KEY_RELEASE_EVENT };
                        sent.push(connection.xtest_fake_input(kind, code, 0, root, 0, 0, 0)?);
                    }
                    // Whoever has to wait never comes so far.
                    Act::After(_) => {}
                    Act::Lock { mods, on } => keymap::lock(connection, mods, on)?,
                }
            }
            if !loans.is_empty() {
                // First the record: what is written after it can be found by whoever comes next.
                self.estate.note(connection, self.typist.lent())?;
                keymap::write(connection, &loans)?;
                keymap::say_state(connection, self.typist.signal_modifier())?;
            }
        }
        confirm(sent)?;
        for act in acts {
            if let Act::Key { code, pressed: false } = *act {
                self.pressed.retain(|down| *down != code);
            }
        }
        Ok(())
    }

    /// Modifiers as the expert holds them: what comes is no key.
    fn steady(&mut self) -> Result<(), InjectError> {
        let acts = self.typist.steady();
        if acts.is_empty() { Ok(()) } else { self.carry_out(&acts) }
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
        self.steady()?;
        // Places on an X11 screen fit 16 bits; what does not was clamped before.
        let (x, y) = (i16::try_from(at.x).unwrap_or(i16::MAX), i16::try_from(at.y).unwrap_or(i16::MAX));
        Ok(self.send(MOTION_NOTIFY_EVENT, 0, x, y)?.check()?)
    }

    fn button(&mut self, button: PointerButton, pressed: bool) -> Result<(), InjectError> {
        self.steady()?;
        let kind = if pressed { BUTTON_PRESS_EVENT } else { BUTTON_RELEASE_EVENT };
        Ok(self.send(kind, number_of(button), 0, 0)?.check()?)
    }

    fn turn_wheel(&mut self, dx: i16, dy: i16) -> Result<(), InjectError> {
        self.steady()?;
        let [up, down, left, right] = WHEEL;
        let (sideways, downwards) = (self.sideways.turn(dx), self.downwards.turn(dy));
        self.roll(downwards, up, down)?;
        self.roll(sideways, left, right)
    }

    fn has_key(&self, usage: KeyUsage) -> bool {
        self.typist.has_key(usage)
    }

    fn key(&mut self, key: KeyEvent) -> Result<(), InjectError> {
        // A release needs to know nothing: what goes up was decided by the press.
        let state = if key.pressed { self.look()?.state } else { State::default() };
        self.play(|typist, now| typist.key(key, state, now))
    }

    fn text(&mut self, text: Typed) -> Result<(), InjectError> {
        let state = self.look()?.state;
        self.play(|typist, now| typist.text(text, state, now))
    }

    fn lock(&mut self, locks: Locks) -> Result<(), InjectError> {
        let locked = self.look()?.locked;
        let acts = self.typist.locks(locks, locked);
        self.carry_out(&acts)
    }

    /// All at once and one confirmation: a revocation waits for this.
    fn release(&mut self, buttons: &[PointerButton], _: &[KeyUsage]) -> Result<(), InjectError> {
        // Whatever was pressed for the keys, and for other modifiers along with them.
        self.typist.release_all();
        let mut sent = Vec::with_capacity(buttons.len() + self.pressed.len());
        for button in buttons {
            sent.push(self.send(BUTTON_RELEASE_EVENT, number_of(*button), 0, 0)?);
        }
        for code in self.pressed.iter().rev() {
            sent.push(self.send(KEY_RELEASE_EVENT, *code, 0, 0)?);
        }
        confirm(sent)?;
        self.pressed.clear();
        Ok(())
    }
}

impl Drop for X11Injector {
    /// Gives the lent key codes back, when nobody needs them any more to understand the last strokes.
    fn drop(&mut self) {
        if let Some(used) = self.typist.last_lent_stroke() {
            let start = Instant::now();
            while start.elapsed() < LAY_DOWN
                && matches!(self.reader.has_read(used, Instant::now()), Ok(false))
            {
                std::thread::sleep(Duration::from_millis(5));
            }
        }
        let acts = self.typist.give_back();
        if let Err(error) = self.carry_out(&acts) {
            tracing::debug!(%error, "key codes were not given back");
            return;
        }
        if let Err(error) = self.estate.close(&self.connection) {
            tracing::debug!(%error, "the record of lent key codes stays");
        }
    }
}

/// Waits until the server has taken everything in. Only the first question for an error travels; the others are answered
/// with it.
fn confirm(sent: Vec<VoidCookie<'_, RustConnection>>) -> Result<(), InjectError> {
    let answers: Vec<Result<(), ReplyError>> = sent.into_iter().rev().map(VoidCookie::check).collect();
    Ok(answers.into_iter().collect::<Result<(), ReplyError>>()?)
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
