//! Memory that the X server reads pixels from: an anonymous file, shared by descriptor, so that no other user of the
//! machine can open it. It knows nothing of pictures.

use std::os::fd::OwnedFd;
use std::ptr::NonNull;

use rustix::fs::{MemfdFlags, SealFlags};
use rustix::mm::{MapFlags, ProtFlags};
use x11rb::connection::{Connection as _, RequestConnection as _};
use x11rb::protocol::shm::{self, ConnectionExt as _, Seg};
use x11rb::rust_connection::RustConnection;

use super::Unsuitable;

/// A piece of memory shared with the X server. The server forgets it when the connection closes.
///
/// Threading: it is moved between threads and used by one at a time.
pub struct Memory {
    segment: Seg,
    address: NonNull<u8>,
    length: usize,
}

// SAFETY: The mapping belongs to the process and not to a thread, and `Memory` is the only owner of its address.
#[expect(unsafe_code, reason = "a pointer alone does not tell that it may be moved")]
unsafe impl Send for Memory {}

impl Memory {
    /// Shares so many bytes with the server, all 0.
    ///
    /// # Errors
    /// The server cannot do it, as over a network, or there is no memory.
    pub fn share(connection: &RustConnection, length: usize) -> Result<Self, Unsuitable> {
        let file = anonymous_file(length)?;
        let address = map(&file, length)?;
        // From here on it is unmapped whatever happens.
        let memory = Self { segment: connection.generate_id()?, address, length };
        // The server reads only.
        connection.shm_attach_fd(memory.segment, file, true)?.check()?;
        Ok(memory)
    }

    /// The server's name for it.
    pub const fn segment(&self) -> Seg {
        self.segment
    }

    /// The bytes.
    pub fn bytes(&self) -> &[u8] {
        // SAFETY: The mapping is readable, exactly this long, and stays until `self` is dropped; its file is sealed
        // against shrinking. Nobody else writes: the server has attached it read-only.
        #[expect(unsafe_code, reason = "memory shared with another process is reached by its address")]
        unsafe {
            std::slice::from_raw_parts(self.address.as_ptr(), self.length)
        }
    }

    /// The bytes, to be written. What the server reads meanwhile may be old or new.
    pub fn bytes_mut(&mut self) -> &mut [u8] {
        // SAFETY: As in `bytes`; the exclusive borrow makes it the only reference in this process.
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

fn anonymous_file(length: usize) -> rustix::io::Result<OwnedFd> {
    let flags = MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING;
    let file = rustix::fs::memfd_create("deskside-picture", flags)?;
    rustix::fs::ftruncate(&file, length as u64)?;
    rustix::fs::fcntl_add_seals(&file, SealFlags::SHRINK | SealFlags::GROW | SealFlags::SEAL)?;
    Ok(file)
}

fn map(file: &OwnedFd, length: usize) -> rustix::io::Result<NonNull<u8>> {
    let access = ProtFlags::READ | ProtFlags::WRITE;
    // SAFETY: A fresh mapping at an address of the kernel's choice touches no memory of ours.
    #[expect(unsafe_code, reason = "there is no safe way to map shared memory")]
    let address =
        unsafe { rustix::mm::mmap(std::ptr::null_mut(), length, access, MapFlags::SHARED, file, 0)? };
    NonNull::new(address.cast()).ok_or(rustix::io::Errno::NOMEM)
}
