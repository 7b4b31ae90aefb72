//! Which X11 devices are real, and what is held on them. Follows devices that come and go; knows nothing of hotkeys.

use std::collections::{BTreeSet, HashMap};

use x11rb::protocol::xinput::ConnectionExt as _;
use x11rb::protocol::xproto::{Atom, AtomEnum, ConnectionExt as _};
use x11rb::rust_connection::RustConnection;

use super::super::WatchError;

/// What is known of the devices.
pub(super) struct Devices {
    /// The server's own mark on the devices through which XTEST injects; no program can set or remove it.
    xtest_mark: Atom,
    /// By device number; forgotten when the device changes, because numbers are used again.
    real: HashMap<u16, bool>,
    /// Key codes that are down, by real device.
    held: HashMap<u16, BTreeSet<u32>>,
}

impl Devices {
    pub(super) fn new(connection: &RustConnection) -> Result<Self, WatchError> {
        let xtest_mark = connection.intern_atom(false, b"XTEST Device")?.reply()?.atom;
        Ok(Self { xtest_mark, real: HashMap::new(), held: HashMap::new() })
    }

    /// Whether a device is one that a person touches. A device that vanished before it could be asked is not.
    pub(super) fn is_real(&mut self, connection: &RustConnection, device: u16) -> Result<bool, WatchError> {
        if let Some(real) = self.real.get(&device) {
            return Ok(*real);
        }
        let mark =
            connection.xinput_xi_get_property(device, false, self.xtest_mark, AtomEnum::ANY.into(), 0, 1)?;
        let real = match mark.reply() {
            Ok(mark) => mark.num_items == 0,
            Err(x11rb::errors::ReplyError::X11Error(_)) => return Ok(false),
            Err(error) => return Err(error.into()),
        };
        self.real.insert(device, real);
        Ok(real)
    }

    /// A device came, went or was moved; `gone` means that nothing is held on it any more.
    pub(super) fn changed(&mut self, device: u16, gone: bool) {
        self.real.remove(&device);
        if gone {
            self.held.remove(&device);
        }
    }

    pub(super) fn press(&mut self, device: u16, code: u32) {
        self.held.entry(device).or_default().insert(code);
    }

    pub(super) fn release(&mut self, device: u16, code: u32) {
        if let Some(held) = self.held.get_mut(&device) {
            held.remove(&code);
        }
    }

    /// The key is down on some real device.
    pub(super) fn is_held(&self, code: u32) -> bool {
        self.held.values().any(|held| held.contains(&code))
    }
}
