//! Memory that the X server writes pixels into: an anonymous file, shared by descriptor, so that no other user of
//! the machine can open it. It knows nothing about screens.

use crate::capture::CaptureError;
use rustix::fs::{MemfdFlags, SealFlags};
use rustix::mm::{MapFlags, ProtFlags};
use std::os::fd::OwnedFd;
use std::ptr::NonNull;
use x11rb::connection::{Connection as _, RequestConnection as _};
use x11rb::protocol::shm::{self, ConnectionExt as _, Seg};
use x11rb::rust_connection::RustConnection;

/// A piece of memory shared with the X server. The server forgets it when the connection closes.
pub struct Memory {
    segment: Seg,
    address: NonNull<u8>,
    length: usize,
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
        let file = anonymous_file(length).map_err(no_memory)?;
        let address = map(&file, length).map_err(no_memory)?;
        // From here on it is unmapped whatever happens.
        let memory = Self { segment: connection.generate_id().map_err(super::lost)?, address, length };
        let attached = connection.shm_attach_fd(memory.segment, file, false).map_err(super::lost)?.check();
        match attached {
            Ok(()) => Ok(Some(memory)),
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
        self.length
    }

    /// The bytes. Only to be read while no request is under way that lets the server write.
    pub fn bytes(&self) -> &[u8] {
        // SAFETY: The mapping is readable, exactly this long, and stays until `self` is dropped; its file is sealed
        // against shrinking. The server writes only while it answers a request of this thread, and every request
        // is awaited before anyone calls this.
        #[expect(unsafe_code, reason = "memory shared with another process is reached by its address")]
        unsafe {
            std::slice::from_raw_parts(self.address.as_ptr(), self.length)
        }
    }

    /// The bytes, to be written over before anybody reads them. Only while no request is under way that lets the server
    /// write.
    pub fn bytes_mut(&mut self) -> &mut [u8] {
        // SAFETY: As in `bytes`; the mapping is writable, and `self` is borrowed alone.
        #[expect(unsafe_code, reason = "memory shared with another process is reached by its address")]
        unsafe {
            std::slice::from_raw_parts_mut(self.address.as_ptr(), self.length)
        }
    }

    /// Gives the memory back to the server and to the system.
    pub fn release(self, connection: &RustConnection) {
        // A server that is gone has released it already.
        let _ = connection.shm_detach(self.segment);
    }
}

impl Drop for Memory {
    fn drop(&mut self) {
        // SAFETY: The mapping was made by `map` with this address and length, and nothing borrows it any more.
        #[expect(unsafe_code, reason = "the counterpart of the mapping")]
        unsafe {
            let _ = rustix::mm::munmap(self.address.as_ptr().cast(), self.length);
        }
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

fn anonymous_file(length: usize) -> rustix::io::Result<OwnedFd> {
    let flags = MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING;
    let file = rustix::fs::memfd_create("deskside-screen", flags)?;
    rustix::fs::ftruncate(&file, length as u64)?;
    rustix::fs::fcntl_add_seals(&file, SealFlags::SHRINK | SealFlags::GROW | SealFlags::SEAL)?;
    Ok(file)
}

fn map(file: &OwnedFd, length: usize) -> rustix::io::Result<NonNull<u8>> {
    // SAFETY: A fresh mapping at an address of the kernel's choice touches no memory of ours.
    #[expect(unsafe_code, reason = "there is no safe way to map shared memory")]
    let address = unsafe {
        rustix::mm::mmap(
            std::ptr::null_mut(),
            length,
            ProtFlags::READ | ProtFlags::WRITE,
            MapFlags::SHARED,
            file,
            0,
        )?
    };
    NonNull::new(address.cast()).ok_or(rustix::io::Errno::NOMEM)
}

fn no_memory(error: rustix::io::Errno) -> CaptureError {
    CaptureError::Unreachable(format!("no memory for its picture ({error})"))
}
