//! Memory that the X server reads pixels from. It knows nothing of pictures.

use deskside_host::shared_memory::SharedMemory;
use x11rb::connection::{Connection as _, RequestConnection as _};
use x11rb::protocol::shm::{self, ConnectionExt as _, Seg};
use x11rb::rust_connection::RustConnection;

use super::Unsuitable;

/// A piece of memory shared with the X server. The server forgets it when the connection closes.
pub struct Memory {
    segment: Seg,
    shared: SharedMemory,
}

impl Memory {
    /// Shares so many bytes with the server, all 0.
    ///
    /// # Errors
    /// The server cannot do it, as over a network, or there is no memory.
    pub fn share(connection: &RustConnection, length: usize) -> Result<Self, Unsuitable> {
        let (shared, file) = SharedMemory::new("deskside-picture", length)?;
        let segment = connection.generate_id()?;
        // The server reads only.
        connection.shm_attach_fd(segment, file, true)?.check()?;
        Ok(Self { segment, shared })
    }

    /// The server's name for it.
    pub const fn segment(&self) -> Seg {
        self.segment
    }

    /// The bytes.
    pub fn bytes(&self) -> &[u8] {
        self.shared.bytes()
    }

    /// The bytes, to be written. What the server reads meanwhile may be old or new.
    pub fn bytes_mut(&mut self) -> &mut [u8] {
        self.shared.bytes_mut()
    }

    /// Gives the memory back to the server and to the system.
    pub fn release(self, connection: &RustConnection) {
        // A server that is gone has released it already.
        let _ = connection.shm_detach(self.segment);
    }
}

/// The server shares memory by descriptor, which came with version 1.2 of the extension.
///
/// # Errors
/// It does not.
pub fn check(connection: &RustConnection) -> Result<(), Unsuitable> {
    if connection.extension_information(shm::X11_EXTENSION_NAME)?.is_none() {
        return Err(Unsuitable::Lacks("MIT-SHM"));
    }
    let version = connection.shm_query_version()?.reply()?;
    if (version.major_version, version.minor_version) < (1, 2) {
        return Err(Unsuitable::Lacks("MIT-SHM 1.2"));
    }
    // Over a network the extension is there and the descriptor is not: only trying tells.
    Memory::share(connection, 4096)?.release(connection);
    Ok(())
}
