//! Sees every event that the X server takes in, with its time and the device that it came from.

use std::collections::HashMap;
use std::time::Duration;

use anyhow::{Context as _, Result};
use x11rb::protocol::Event;
use x11rb::protocol::xinput::{
    ConnectionExt as _, Device, EventMask as DeviceMask, InputStateData, XIEventMask,
};
use x11rb::protocol::xproto::ConnectionExt as _;
use x11rb::rust_connection::RustConnection;
use x11rb::wrapper::ConnectionExt as _;

use super::connection::{connect, next_event, root_of};
use super::xvfb::Xvfb;

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecordedKind {
    /// A key went down; the key code.
    KeyPressed(u8),
    /// A key went up.
    KeyReleased(u8),
    /// A button went down; the button's number.
    ButtonPressed(u8),
    /// A button went up.
    ButtonReleased(u8),
    /// The pointer moved.
    Moved,
}

impl RecordedKind {
    /// A key or button going up, which is allowed when everything else has stopped.
    pub fn is_release(self) -> bool {
        matches!(self, Self::KeyReleased(_) | Self::ButtonReleased(_))
    }
}

/// One event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Recorded {
    /// The X server's clock, milliseconds.
    pub server_ms: u32,
    /// The XInput number of the source device.
    pub source: u16,
    /// Whether the source is one of the XTEST devices.
    pub injected: bool,
    /// What happened.
    pub kind: RecordedKind,
}

/// What is down at the moment.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Held {
    /// Key codes.
    pub keys: Vec<u8>,
    /// Buttons.
    pub buttons: Vec<u8>,
}

impl Held {
    /// Nothing is down.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty() && self.buttons.is_empty()
    }
}

/// Records all raw events of a display from its creation on.
pub struct EventRecorder {
    connection: RustConnection,
    root: u32,
    names: HashMap<u16, String>,
}

impl Xvfb {
    /// Starts recording all input events of this display.
    ///
    /// # Errors
    /// The server has no XInput 2.
    pub fn record_events(&self) -> Result<EventRecorder> {
        EventRecorder::on(self.display())
    }
}

impl EventRecorder {
    /// Starts recording on that display.
    ///
    /// # Errors
    /// No server, or one without XInput 2.2.
    pub fn on(display: &str) -> Result<Self> {
        let (connection, screen) = connect(display)?;
        let root = root_of(&connection, screen)?;
        // Before 2.1 a grab would hide raw events.
        connection.xinput_xi_query_version(2, 2)?.reply()?;
        let infos = connection.xinput_xi_query_device(Device::ALL)?.reply()?.infos;
        let names = infos
            .into_iter()
            .map(|info| (info.deviceid, String::from_utf8_lossy(&info.name).into_owned()))
            .collect();
        let mask = XIEventMask::RAW_KEY_PRESS
            | XIEventMask::RAW_KEY_RELEASE
            | XIEventMask::RAW_BUTTON_PRESS
            | XIEventMask::RAW_BUTTON_RELEASE
            | XIEventMask::RAW_MOTION;
        let select = DeviceMask { deviceid: Device::ALL_MASTER.into(), mask: vec![mask] };
        connection.xinput_xi_select_events(root, &[select])?.check()?;
        Ok(Self { connection, root, names })
    }

    /// The source device's name, like "Xvfb mouse" or "Virtual core XTEST pointer".
    pub fn name_of(&self, source: u16) -> &str {
        self.names.get(&source).map_or("", String::as_str)
    }

    /// The next event, or `None` when none came within `limit`.
    ///
    /// # Errors
    /// The X server went away.
    pub fn next(&self, limit: Duration) -> Result<Option<Recorded>> {
        loop {
            let Some(event) = next_event(&self.connection, limit)? else { return Ok(None) };
            if let Some(recorded) = self.recorded(&event) {
                return Ok(Some(recorded));
            }
        }
    }

    /// Waits for an event that satisfies `wanted`; those before it are thrown away.
    ///
    /// # Errors
    /// None came within `limit` of the one before it.
    pub fn wait_for(&self, limit: Duration, wanted: impl Fn(&Recorded) -> bool) -> Result<Recorded> {
        loop {
            let recorded = self.next(limit)?.with_context(|| format!("no such event within {limit:?}"))?;
            if wanted(&recorded) {
                return Ok(recorded);
            }
        }
    }

    /// Everything that the server has taken in up to now, in its order.
    ///
    /// # Errors
    /// The X server went away.
    pub fn drain(&self) -> Result<Vec<Recorded>> {
        // After a round trip everything that happened before it lies in the queue.
        self.connection.sync()?;
        let mut all = Vec::new();
        while let Some(event) = self.connection.poll_for_raw()? {
            all.extend(self.recorded(&event));
        }
        Ok(all)
    }

    /// What is down now according to the core keyboard and pointer, which unite all devices.
    ///
    /// # Errors
    /// The X server went away.
    pub fn held(&self) -> Result<Held> {
        let keys = self.connection.query_keymap()?.reply()?.keys;
        let mask = u16::from(self.connection.query_pointer(self.root)?.reply()?.mask);
        let buttons = (1..=5u8).filter(|button| mask & (1 << (7 + button)) != 0).collect();
        Ok(Held { keys: bits(&keys), buttons })
    }

    /// What the XTEST devices hold down now: everything that was injected and not released, buttons above 5 too.
    ///
    /// # Errors
    /// The X server went away.
    pub fn held_by_injection(&self) -> Result<Held> {
        let mut held = Held::default();
        for (id, name) in &self.names {
            let Ok(id) = u8::try_from(*id) else { continue };
            if !name.contains("XTEST") {
                continue;
            }
            self.connection.xinput_open_device(id)?.reply()?;
            for class in self.connection.xinput_query_device_state(id)?.reply()?.classes {
                match class.data {
                    InputStateData::Key(key) => held.keys.extend(bits(&key.keys)),
                    InputStateData::Button(button) => held.buttons.extend(bits(&button.buttons)),
                    InputStateData::Valuator(_) | InputStateData::InvalidValue(_) => {}
                }
            }
        }
        Ok(held)
    }

    fn recorded(&self, event: &Event) -> Option<Recorded> {
        let code = |detail: u32| u8::try_from(detail).unwrap_or(u8::MAX);
        let (server_ms, source, kind) = match event {
            Event::XinputRawKeyPress(e) => (e.time, e.sourceid, RecordedKind::KeyPressed(code(e.detail))),
            Event::XinputRawKeyRelease(e) => (e.time, e.sourceid, RecordedKind::KeyReleased(code(e.detail))),
            Event::XinputRawButtonPress(e) => {
                (e.time, e.sourceid, RecordedKind::ButtonPressed(code(e.detail)))
            }
            Event::XinputRawButtonRelease(e) => {
                (e.time, e.sourceid, RecordedKind::ButtonReleased(code(e.detail)))
            }
            Event::XinputRawMotion(e) => (e.time, e.sourceid, RecordedKind::Moved),
            _ => return None,
        };
        let injected = self.name_of(source).contains("XTEST");
        Some(Recorded { server_ms, source, injected, kind })
    }
}

fn bits(bytes: &[u8]) -> Vec<u8> {
    (0..=u8::MAX)
        .filter(|at| bytes.get(usize::from(at / 8)).is_some_and(|byte| byte & (1 << (at % 8)) != 0))
        .collect()
}

/// Names what [`EventRecorder::drain`] does with the connection's queue.
trait PollForRaw {
    fn poll_for_raw(&self) -> Result<Option<Event>>;
}

impl PollForRaw for RustConnection {
    fn poll_for_raw(&self) -> Result<Option<Event>> {
        use x11rb::connection::Connection as _;
        Ok(self.poll_for_event()?)
    }
}
