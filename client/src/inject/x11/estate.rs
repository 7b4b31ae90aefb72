//! What an injector that was killed has left behind: lent key codes, and keys and buttons that are down. While one lives,
//! a property of the root window says which codes it has lent; whoever comes next puts in order what a dead one left.
//! Threading: as the injector, whose connection it uses.

use deskside_proto::keycode::KeyUsage;
use x11rb::connection::Connection as _;
use x11rb::errors::ReplyError;
use x11rb::protocol::xinput::{ConnectionExt as _, InputStateData};
use x11rb::protocol::xkb::ConnectionExt as _;
use x11rb::protocol::xproto::{
    AtomEnum, BUTTON_RELEASE_EVENT, ConnectionExt as _, CreateWindowAux, KEY_RELEASE_EVENT, PropMode, Window,
    WindowClass,
};
use x11rb::protocol::xtest::ConnectionExt as _;
use x11rb::rust_connection::RustConnection;
use x11rb::wrapper::ConnectionExt as _;

use super::super::InjectError;
use super::keymap;

const PROPERTY: &[u8] = b"_DESKSIDE_LENT_KEYS";
/// Key codes are bytes: more are nobody's.
const MOST: u32 = 257;

/// The record of a living injector.
pub(super) struct Estate {
    root: Window,
    property: u32,
    /// A window of this connection: it is gone when the connection is. It bears the property as well, because another
    /// program may get the same number later.
    owner: Window,
}

impl Estate {
    /// Puts in order what a dead injector has left, and begins a record.
    ///
    /// # Errors
    /// The X server went away or refused.
    pub(super) fn open(connection: &RustConnection, root: Window) -> Result<Self, InjectError> {
        let property = settle(connection, root)?;
        let owner = connection.generate_id().map_err(|_| InjectError::Lost)?;
        let (class, values) = (WindowClass::INPUT_ONLY, CreateWindowAux::new());
        connection.create_window(0, owner, root, -1, -1, 1, 1, 0, class, 0, &values)?.check()?;
        let estate = Self { root, property, owner };
        connection.change_property32(PropMode::REPLACE, owner, property, AtomEnum::CARDINAL, &[owner])?;
        estate.note(connection, std::iter::empty())?;
        Ok(estate)
    }

    /// These codes are lent, or will be in a moment.
    ///
    /// # Errors
    /// The X server went away.
    pub(super) fn note(
        &self,
        connection: &RustConnection,
        lent: impl Iterator<Item = u8>,
    ) -> Result<(), InjectError> {
        let all: Vec<u32> = std::iter::once(self.owner).chain(lent.map(u32::from)).collect();
        connection.change_property32(
            PropMode::REPLACE,
            self.root,
            self.property,
            AtomEnum::CARDINAL,
            &all,
        )?;
        Ok(())
    }

    /// Nothing is left behind. The record of an injector that came later stays.
    ///
    /// # Errors
    /// The X server went away.
    pub(super) fn close(&self, connection: &RustConnection) -> Result<(), InjectError> {
        if read(connection, self.root, self.property)?.first() == Some(&self.owner) {
            connection.delete_property(self.root, self.property)?.check()?;
        }
        Ok(())
    }
}

/// Gives back and releases what a dead injector has left, if one has; gives the property's name.
pub(super) fn settle(connection: &RustConnection, root: Window) -> Result<u32, InjectError> {
    let property = connection.intern_atom(false, PROPERTY)?.reply()?.atom;
    let left = read(connection, root, property)?;
    let Some((owner, codes)) = left.split_first() else { return Ok(property) };
    let is_alive = read(connection, *owner, property).is_ok_and(|own| own.first() == Some(owner));
    if is_alive {
        return Ok(property);
    }
    let known: Vec<u8> = KeyUsage::known().filter_map(KeyUsage::x11).collect();
    let setup = connection.setup();
    let usable = |code: &u8| (setup.min_keycode..=setup.max_keycode).contains(code) && !known.contains(code);
    let codes = codes.iter().filter_map(|code| u8::try_from(*code).ok()).filter(usable);
    let loans: Vec<_> = codes.map(|code| (code, None)).collect();
    tracing::info!(codes = loans.len(), "putting in order what an injector has left that was killed");
    release(connection, root)?;
    // The server refuses the next request to whoever has not said this.
    connection.xkb_use_extension(1, 0)?.reply()?;
    keymap::write(connection, &loans)?;
    connection.delete_property(root, property)?.check()?;
    Ok(property)
}

fn read(connection: &RustConnection, window: Window, property: u32) -> Result<Vec<u32>, InjectError> {
    let reply = connection.get_property(false, window, property, AtomEnum::CARDINAL, 0, MOST)?.reply()?;
    Ok(reply.value32().map(Iterator::collect).unwrap_or_default())
}

/// Everything goes up that XTEST holds down.
fn release(connection: &RustConnection, root: Window) -> Result<(), InjectError> {
    let devices = connection.xinput_list_input_devices()?.reply()?;
    for (device, name) in devices.devices.iter().zip(&devices.names) {
        if !String::from_utf8_lossy(&name.name).contains("XTEST") {
            continue;
        }
        // One that is unplugged between the list and the question holds nothing any more.
        let open = connection.xinput_open_device(device.device_id)?;
        let state = connection.xinput_query_device_state(device.device_id)?;
        let state = match open.reply().and_then(|_| state.reply()) {
            Ok(state) => state,
            Err(ReplyError::X11Error(_)) => continue,
            Err(error) => return Err(error.into()),
        };
        for class in state.classes {
            let (kind, bits) = match &class.data {
                InputStateData::Key(key) => (KEY_RELEASE_EVENT, key.keys),
                InputStateData::Button(button) => (BUTTON_RELEASE_EVENT, button.buttons),
                InputStateData::Valuator(_) | InputStateData::InvalidValue(_) => continue,
            };
            let is_down =
                |at: &u8| bits.get(usize::from(at / 8)).is_some_and(|row| row & (1 << (at % 8)) != 0);
            for detail in (1..=u8::MAX).filter(is_down) {
                connection.xtest_fake_input(kind, detail, 0, root, 0, 0, 0)?.check()?;
            }
        }
    }
    Ok(())
}
