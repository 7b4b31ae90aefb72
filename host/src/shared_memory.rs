//! Memory that another process reaches by a descriptor: an anonymous file, so that no other user of the machine can open
//! it. It knows neither who the other process is nor what is in it.
//!
//! Reference: memfd_create(2), fcntl(2) "File sealing".

use std::os::fd::OwnedFd;
use std::ptr::NonNull;

use rustix::fs::{MemfdFlags, SealFlags};
use rustix::mm::{MapFlags, ProtFlags};

/// A mapping of such a file.
///
/// INVARIANT: the mapping is readable and writable and exactly `length` bytes long until this is dropped; its file is
/// sealed against another length, so that nobody can make an access fail.
///
/// Threading: it is moved between threads and used by one at a time.
#[derive(Debug)]
pub struct SharedMemory {
    address: NonNull<u8>,
    length: usize,
}

// SAFETY: The mapping belongs to the process and not to a thread, and `SharedMemory` is the only owner of its address.
#[expect(unsafe_code, reason = "a pointer alone does not tell that it may be moved")]
unsafe impl Send for SharedMemory {}

impl SharedMemory {
    /// So many bytes, all 0, and the descriptor to be given to the other process. `name` is for whoever lists this
    /// process's mappings.
    ///
    /// # Errors
    /// The system has no memory, or the length is 0.
    pub fn new(name: &str, length: usize) -> std::io::Result<(Self, OwnedFd)> {
        let file = rustix::fs::memfd_create(name, MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING)?;
        rustix::fs::ftruncate(&file, length as u64)?;
        rustix::fs::fcntl_add_seals(&file, SealFlags::SHRINK | SealFlags::GROW | SealFlags::SEAL)?;
        let access = ProtFlags::READ | ProtFlags::WRITE;
        // SAFETY: A fresh mapping at an address of the kernel's choice touches no memory of ours.
        #[expect(unsafe_code, reason = "there is no safe way to map shared memory")]
        let address =
            unsafe { rustix::mm::mmap(std::ptr::null_mut(), length, access, MapFlags::SHARED, &file, 0)? };
        let address = NonNull::new(address.cast()).ok_or(rustix::io::Errno::NOMEM)?;
        Ok((Self { address, length }, file))
    }

    /// How many bytes there are.
    #[must_use]
    pub const fn length(&self) -> usize {
        self.length
    }

    /// The bytes. Only to be read while the other process has no reason to write, as it was asked for nothing.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        // SAFETY: By the invariant these bytes can be read. The other process writes only while it answers a request,
        // and whoever asks for something waits for the answer before calling this.
        #[expect(unsafe_code, reason = "memory shared with another process is reached by its address")]
        unsafe {
            std::slice::from_raw_parts(self.address.as_ptr(), self.length)
        }
    }

    /// The bytes, to be written. What the other process reads meanwhile may be old or new.
    pub fn bytes_mut(&mut self) -> &mut [u8] {
        // SAFETY: As in `bytes`; the exclusive borrow makes it the only reference in this process.
        #[expect(unsafe_code, reason = "memory shared with another process is reached by its address")]
        unsafe {
            std::slice::from_raw_parts_mut(self.address.as_ptr(), self.length)
        }
    }
}

impl Drop for SharedMemory {
    fn drop(&mut self) {
        // SAFETY: The mapping was made by `new` with this address and length, and nothing borrows it any more.
        #[expect(unsafe_code, reason = "the counterpart of the mapping")]
        unsafe {
            let _ = rustix::mm::munmap(self.address.as_ptr().cast(), self.length);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_has_the_descriptor_sees_what_is_written_and_cannot_shorten_it() {
        let (mut memory, file) = SharedMemory::new("deskside-test", 5000).unwrap();
        assert_eq!((memory.length(), memory.bytes().iter().all(|byte| *byte == 0)), (5000, true));
        memory.bytes_mut()[4999] = 7;
        let mut last = [0];
        assert_eq!(rustix::io::pread(&file, &mut last, 4999).unwrap(), 1);
        assert_eq!(last, [7]);
        assert!(rustix::fs::ftruncate(&file, 4096).is_err());
        rustix::io::pwrite(&file, &[9], 0).unwrap();
        assert_eq!(memory.bytes()[0], 9);
    }

    #[test]
    fn no_bytes_are_refused() {
        assert!(SharedMemory::new("deskside-test", 0).is_err());
    }
}
