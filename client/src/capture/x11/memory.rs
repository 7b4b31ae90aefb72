//! Memory that the X server writes pixels into. It knows nothing about screens.

use crate::capture::CaptureError;
use deskside_host::shared_memory::SharedMemory;
use x11rb::connection::{Connection as _, RequestConnection as _};
use x11rb::protocol::shm::{self, ConnectionExt as _, Seg};
use x11rb::rust_connection::RustConnection;

/// A piece of memory shared with the X server. The server forgets it when the connection closes.
pub struct Memory {
    segment: Seg,
    shared: SharedMemory,
}

impl Memory {
    /// Shares so much memory with the server; none where the server cannot do it, as over a network.
    ///
    /// # Errors
    /// `Lost` when the server went away, `Unreachable` when the system has no memory.
    pub fn share(connection: &RustConnection, length: usize) -> Result<Option<Self>, CaptureError> {
        if !can_share(connection)? {
            return Ok(None);
        }
        let (shared, file) = SharedMemory::new("deskside-screen", length).map_err(no_memory)?;
        let segment = connection.generate_id().map_err(super::lost)?;
        let attached = connection.shm_attach_fd(segment, file, false).map_err(super::lost)?.check();
        match attached {
            Ok(()) => Ok(Some(Self { segment, shared })),
            Err(x11rb::errors::ReplyError::X11Error(_)) => Ok(None),
            Err(x11rb::errors::ReplyError::ConnectionError(error)) => Err(super::lost(error)),
        }
    }

    /// The server's name for it.
    pub const fn segment(&self) -> Seg {
        self.segment
    }

    /// How many bytes there are.
    pub const fn length(&self) -> usize {
        self.shared.length()
    }

    /// The bytes. Only to be read while no request is under way that lets the server write.
    pub fn bytes(&self) -> &[u8] {
        self.shared.bytes()
    }

    /// The bytes, to be written over before anybody reads them. Only while no request is under way that lets the server
    /// write.
    pub fn bytes_mut(&mut self) -> &mut [u8] {
        self.shared.bytes_mut()
    }

    /// Gives the memory back to the server and to the system.
    pub fn release(self, connection: &RustConnection) {
        // A server that is gone has released it already.
        let _ = connection.shm_detach(self.segment);
    }
}

/// Passing descriptors came with version 1.2.
fn can_share(connection: &RustConnection) -> Result<bool, CaptureError> {
    if connection.extension_information(shm::X11_EXTENSION_NAME).map_err(super::lost)?.is_none() {
        return Ok(false);
    }
    let version = connection.shm_query_version().map_err(super::lost)?.reply().map_err(super::lost)?;
    Ok((version.major_version, version.minor_version) >= (1, 2))
}

fn no_memory(error: std::io::Error) -> CaptureError {
    CaptureError::Unreachable(format!("no memory for its picture ({error})"))
}
