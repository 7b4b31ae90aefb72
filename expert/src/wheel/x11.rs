//! X11: a pointer whose device has scroll classes reports how far it was turned; any other has buttons 4 to 7.

use std::rc::Rc;

use x11rb::errors::ReplyError;
use x11rb::protocol::xinput::{ConnectionExt as _, DeviceClassData};
use x11rb::rust_connection::RustConnection;

use super::WheelKind;
use crate::present::Unsuitable;

struct Pointer(RustConnection);

pub(super) fn open() -> Result<Rc<dyn WheelKind>, Unsuitable> {
    let (connection, _) = RustConnection::connect(None)?;
    // Scroll classes came with version 2.1.
    connection.xinput_xi_query_version(2, 1)?.reply()?;
    Ok(Rc::new(Pointer(connection)))
}

impl Pointer {
    /// The master pointer has the classes of the device that moved it last.
    fn scrolls(&self) -> Result<bool, ReplyError> {
        let pointer = self.0.xinput_xi_get_client_pointer(x11rb::NONE)?.reply()?.deviceid;
        let found = self.0.xinput_xi_query_device(pointer)?.reply()?;
        let mut classes = found.infos.iter().flat_map(|info| &info.classes);
        Ok(classes.any(|class| matches!(class.data, DeviceClassData::Scroll(_))))
    }
}

impl WheelKind for Pointer {
    fn is_of_buttons(&self) -> bool {
        self.scrolls().is_ok_and(|scrolls| !scrolls)
    }
}
