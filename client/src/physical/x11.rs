//! The watch on X11: a thread and connection of its own that hear every raw event with its source device.
//! Threading: the thread alone reads events; other threads only ask it, by a property change that comes back as an event.

mod devices;
mod hotkey;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use x11rb::connection::Connection as _;
use x11rb::errors::{ConnectionError, ReplyError};
use x11rb::protocol::Event;
use x11rb::protocol::xinput::{
    ConnectionExt as _, Device, EventMask as DeviceMask, HierarchyMask, XIEventMask,
};
use x11rb::protocol::xproto::{
    Atom, AtomEnum, ConnectionExt as _, CreateWindowAux, EventMask, PropMode, Window, WindowClass,
};
use x11rb::rust_connection::RustConnection;
use x11rb::wrapper::ConnectionExt as _;

use self::devices::Devices;
use self::hotkey::HotkeyCodes;
use super::{DeviceTime, PhysicalListener, PhysicalWatch, Press, Presses, WatchError};
use crate::config::Hotkey;

/// Longest wait for the thread's answer; a desktop that is silent for longer cannot vouch for anything.
const ANSWER_LIMIT: Duration = Duration::from_secs(2);
/// X11 numbers wheel turns as these buttons.
const WHEEL_BUTTONS: std::ops::RangeInclusive<u32> = 4..=7;

/// A running watch.
pub(super) struct X11Watch {
    link: Arc<Link>,
    thread: Option<thread::JoinHandle<()>>,
}

/// What the thread and those who ask it share.
struct Link {
    connection: RustConnection,
    root: Window,
    /// Never shown; its property is how other threads reach the watching one.
    window: Window,
    property: Atom,
    stopping: AtomicBool,
    answers: Mutex<Answers>,
    answered: Condvar,
}

#[derive(Default)]
struct Answers {
    asked: u64,
    answered: u64,
    latest: Option<Presses>,
    lost: bool,
}

impl X11Watch {
    pub(super) fn open(
        display: Option<&str>,
        hotkey: &Hotkey,
        listener: Arc<dyn PhysicalListener>,
    ) -> Result<Self, WatchError> {
        let (connection, screen) =
            RustConnection::connect(display).map_err(|error| WatchError::NoDesktop(error.to_string()))?;
        let root = connection.setup().roots.get(screen).ok_or(WatchError::Unsupported("no screen"))?.root;
        let link = Arc::new(Link::new(connection, root)?);
        let watcher = Watcher {
            codes: HotkeyCodes::load(&link.connection, hotkey)?,
            hotkey: hotkey.clone(),
            codes_are_stale: false,
            devices: Devices::new(&link.connection)?,
            presses: Seen::default(),
            listener,
            link: Arc::clone(&link),
        };
        let thread = thread::Builder::new().name("physical".into()).spawn(move || watcher.run())?;
        Ok(Self { link, thread: Some(thread) })
    }
}

impl PhysicalWatch for X11Watch {
    fn presses(&self) -> Result<Presses, WatchError> {
        let mut answers = self.link.answers();
        // Asked under the lock, so that the events come back in the order of the numbers.
        answers.asked += 1;
        let number = answers.asked;
        self.link.wake()?;
        let waiting = |answers: &mut Answers| answers.answered < number && !answers.lost;
        let (answers, _) = self
            .link
            .answered
            .wait_timeout_while(answers, ANSWER_LIMIT, waiting)
            .unwrap_or_else(PoisonError::into_inner);
        if answers.lost || answers.answered < number {
            return Err(WatchError::Lost);
        }
        answers.latest.ok_or(WatchError::Lost)
    }
}

impl Drop for X11Watch {
    fn drop(&mut self) {
        self.link.stopping.store(true, Ordering::SeqCst);
        // When the desktop is gone, the thread has ended by itself.
        let _ = self.link.wake();
        // The listener may hold the last reference to this watch: a thread cannot wait for itself.
        if let Some(thread) =
            self.thread.take().filter(|thread| thread.thread().id() != thread::current().id())
        {
            let _ = thread.join();
        }
    }
}

impl Link {
    fn new(connection: RustConnection, root: Window) -> Result<Self, WatchError> {
        // Since 2.1 raw events come whatever another program has grabbed.
        let version = connection
            .xinput_xi_query_version(2, 2)?
            .reply()
            .map_err(|_| WatchError::Unsupported("no XInput 2"))?;
        if (version.major_version, version.minor_version) < (2, 2) {
            return Err(WatchError::Unsupported("XInput is older than 2.2"));
        }
        let window = connection.generate_id().map_err(|_| WatchError::Lost)?;
        let attributes = CreateWindowAux::new().event_mask(EventMask::PROPERTY_CHANGE).override_redirect(1);
        connection
            .create_window(0, window, root, -1, -1, 1, 1, 0, WindowClass::INPUT_ONLY, 0, &attributes)?
            .check()?;
        let property = connection.intern_atom(false, b"DESKSIDE_ASK")?.reply()?.atom;
        let link = Self {
            connection,
            root,
            window,
            property,
            stopping: AtomicBool::new(false),
            answers: Mutex::default(),
            answered: Condvar::new(),
        };
        link.select_events()?;
        Ok(link)
    }

    fn select_events(&self) -> Result<(), WatchError> {
        // Presses of every device, also of one that a program has detached from the pointer and keyboard on the screen.
        let presses = XIEventMask::RAW_KEY_PRESS
            | XIEventMask::RAW_KEY_RELEASE
            | XIEventMask::RAW_BUTTON_PRESS
            | XIEventMask::RAW_BUTTON_RELEASE
            | XIEventMask::RAW_TOUCH_BEGIN
            | XIEventMask::HIERARCHY;
        // Motion comes a thousand times a second: once is enough, not a second time for the device itself.
        let motion = XIEventMask::RAW_MOTION | XIEventMask::RAW_TOUCH_UPDATE;
        let masks = [
            DeviceMask { deviceid: Device::ALL.into(), mask: vec![presses] },
            DeviceMask { deviceid: Device::ALL_MASTER.into(), mask: vec![motion] },
        ];
        self.connection.xinput_xi_select_events(self.root, &masks)?.check()?;
        Ok(())
    }

    fn answers(&self) -> MutexGuard<'_, Answers> {
        self.answers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes the server send a notification, behind everything that it has sent before and with its own time.
    fn wake(&self) -> Result<(), WatchError> {
        self.connection.change_property8(
            PropMode::REPLACE,
            self.window,
            self.property,
            AtomEnum::STRING,
            &[],
        )?;
        self.connection.flush()?;
        Ok(())
    }
}

#[derive(Default)]
struct Seen {
    count: u64,
    real: Option<Press>,
    injected: Option<Press>,
}

/// The thread's own state.
struct Watcher {
    link: Arc<Link>,
    hotkey: Hotkey,
    codes: HotkeyCodes,
    codes_are_stale: bool,
    devices: Devices,
    presses: Seen,
    listener: Arc<dyn PhysicalListener>,
}

/// Says that nobody watches any more, however the thread ends.
struct SaysWhenLost<'a>(&'a Link, &'a dyn PhysicalListener);

impl Drop for SaysWhenLost<'_> {
    fn drop(&mut self) {
        self.0.answers().lost = true;
        self.0.answered.notify_all();
        if !self.0.stopping.load(Ordering::SeqCst) {
            self.1.watch_lost();
        }
    }
}

impl Watcher {
    fn run(mut self) {
        super::priority::prefer_this_thread();
        let (link, listener) = (Arc::clone(&self.link), Arc::clone(&self.listener));
        let _end = SaysWhenLost(&link, listener.as_ref());
        while !link.stopping.load(Ordering::SeqCst) {
            let Ok(event) = link.connection.wait_for_event() else { return };
            if self.handle(&event).is_err() {
                return;
            }
        }
    }

    fn handle(&mut self, event: &Event) -> Result<(), WatchError> {
        #[expect(clippy::wildcard_enum_match_arm, reason = "a server may send events that nobody asked for")]
        match event {
            // Events for all devices come for the device and again for its master; the former know the source.
            Event::XinputRawKeyPress(key) if key.deviceid == key.sourceid => {
                self.handle_key_press(key.sourceid, key.detail, DeviceTime(key.time))?;
            }
            Event::XinputRawKeyRelease(key) if key.deviceid == key.sourceid => {
                self.devices.release(key.sourceid, key.detail);
                self.handle_activity(key.sourceid)?;
            }
            Event::XinputRawButtonPress(button) if button.deviceid == button.sourceid => {
                let is_wheel = WHEEL_BUTTONS.contains(&button.detail);
                self.handle_press(button.sourceid, DeviceTime(button.time), is_wheel)?;
            }
            Event::XinputRawTouchBegin(touch) if touch.deviceid == touch.sourceid => {
                self.handle_press(touch.sourceid, DeviceTime(touch.time), false)?;
            }
            Event::XinputRawButtonRelease(button) if button.deviceid == button.sourceid => {
                self.handle_activity(button.sourceid)?;
            }
            Event::XinputRawMotion(motion) => self.handle_activity(motion.sourceid)?,
            Event::XinputRawTouchUpdate(touch) => self.handle_activity(touch.sourceid)?,
            Event::XinputHierarchy(change) => {
                for info in &change.infos {
                    let gone = HierarchyMask::SLAVE_REMOVED | HierarchyMask::DEVICE_DISABLED;
                    self.devices.changed(info.deviceid, info.flags.intersects(gone));
                }
            }
            // The layout changes often in a row; it is read again when the person next presses a key.
            Event::MappingNotify(_) => self.codes_are_stale = true,
            Event::PropertyNotify(notice) if notice.window == self.link.window => {
                self.answer(DeviceTime(notice.time));
            }
            _ => {}
        }
        Ok(())
    }

    fn handle_key_press(&mut self, source: u16, code: u32, at: DeviceTime) -> Result<(), WatchError> {
        let is_real = self.devices.is_real(&self.link.connection, source)?;
        if is_real {
            self.devices.press(source, code);
            if std::mem::take(&mut self.codes_are_stale) {
                self.codes = HotkeyCodes::load(&self.link.connection, &self.hotkey)?;
            }
            if self.codes.completed_by(code, |code| self.devices.is_held(code)) {
                self.listener.hotkey_pressed();
            }
        }
        self.note_press(is_real, at, false);
        Ok(())
    }

    fn handle_press(&mut self, source: u16, at: DeviceTime, is_wheel: bool) -> Result<(), WatchError> {
        let is_real = self.devices.is_real(&self.link.connection, source)?;
        self.note_press(is_real, at, is_wheel);
        Ok(())
    }

    fn handle_activity(&mut self, source: u16) -> Result<(), WatchError> {
        if self.devices.is_real(&self.link.connection, source)? {
            self.listener.person_active();
        }
        Ok(())
    }

    fn note_press(&mut self, is_real: bool, at: DeviceTime, is_wheel: bool) {
        self.presses.count += 1;
        let press = Some(Press { at, number: self.presses.count });
        if !is_real {
            self.presses.injected = press;
            return;
        }
        // Somebody who only scrolls has not pressed anything.
        if !is_wheel {
            self.presses.real = press;
        }
        self.listener.person_active();
    }

    fn answer(&self, now: DeviceTime) {
        let mut answers = self.link.answers();
        answers.answered += 1;
        answers.latest = Some(Presses { now, real: self.presses.real, injected: self.presses.injected });
        self.link.answered.notify_all();
    }
}

impl From<ConnectionError> for WatchError {
    fn from(_: ConnectionError) -> Self {
        Self::Lost
    }
}

impl From<ReplyError> for WatchError {
    fn from(error: ReplyError) -> Self {
        match error {
            ReplyError::ConnectionError(_) => Self::Lost,
            ReplyError::X11Error(error) => Self::NoDesktop(format!("it refused {:?}", error.request_name)),
        }
    }
}
