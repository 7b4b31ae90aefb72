//! A connection to one X display, and memory that its server reads pictures from or writes them to.
//! Knows nothing of scenes.

use std::fs::File;
use std::os::fd::OwnedFd;
use std::path::Path;
use std::ptr::NonNull;

use anyhow::{Context as _, Result, ensure};
use rustix::fs::MemfdFlags;
use rustix::mm::{MapFlags, ProtFlags};
use x11rb::connection::Connection as _;
use x11rb::cookie::Cookie;
use x11rb::protocol::shm::{ConnectionExt as _, GetImageReply};
use x11rb::protocol::xproto::{ConnectionExt as _, ImageFormat};
use x11rb::rust_connection::RustConnection;

/// A rectangle in pixels of a screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rect {
    /// From the left.
    pub x: i16,
    /// From the top.
    pub y: i16,
    /// Pixels.
    pub width: u16,
    /// Pixels.
    pub height: u16,
}

impl Rect {
    /// A rectangle at a place.
    pub const fn new(x: i16, y: i16, width: u16, height: u16) -> Self {
        Self { x, y, width, height }
    }

    /// The bytes of its pixels, four each.
    pub fn bytes(self) -> usize {
        usize::from(self.width) * usize::from(self.height) * 4
    }

    /// The same, moved.
    #[must_use]
    pub const fn moved(self, x: i16, y: i16) -> Self {
        Self { x: self.x + x, y: self.y + y, ..self }
    }
}

/// One display.
pub struct Screen {
    /// The connection.
    pub connection: RustConnection,
    /// The root window.
    pub root: u32,
    /// The size in pixels.
    pub size: Rect,
}

impl Screen {
    /// Connects to a display such as `:41`.
    ///
    /// # Errors
    /// Nobody answers, or its pixels have not 24 bits.
    pub fn open(display: &str) -> Result<Self> {
        let (connection, number) =
            x11rb::connect(Some(display)).with_context(|| format!("no X server answers on {display}"))?;
        let screen = connection.setup().roots.get(number).context("the X server has no screen")?;
        ensure!(screen.root_depth == 24, "{display} has a depth of {}, not 24", screen.root_depth);
        let (root, size) = (screen.root, Rect::new(0, 0, screen.width_in_pixels, screen.height_in_pixels));
        Ok(Self { connection, root, size })
    }

    /// Waits until the server has done everything that was asked.
    ///
    /// # Errors
    /// The server went away.
    pub fn sync(&self) -> Result<()> {
        self.connection.get_input_focus()?.reply()?;
        Ok(())
    }

    /// Asks for a part of the root window into `memory` from `offset` on; the reply says when it is there.
    ///
    /// # Errors
    /// The server went away.
    pub fn ask(
        &self,
        memory: &Shared,
        part: Rect,
        offset: u32,
    ) -> Result<Cookie<'_, RustConnection, GetImageReply>> {
        let format = u8::from(ImageFormat::Z_PIXMAP);
        let Rect { x, y, width, height } = part;
        let id = memory.segment;
        Ok(self.connection.shm_get_image(self.root, x, y, width, height, !0, format, id, offset)?)
    }

    /// A part of the root window at the beginning of `memory`.
    ///
    /// # Errors
    /// The server went away.
    pub fn grab(&self, memory: &Shared, part: Rect) -> Result<()> {
        self.ask(memory, part, 0)?.reply()?;
        Ok(())
    }

    /// A file of pixels that the server may read.
    ///
    /// # Errors
    /// There is no such file, or the server cannot share memory.
    pub fn lend(&self, path: &Path) -> Result<u32> {
        let file = File::open(path).with_context(|| format!("there is no picture {}", path.display()))?;
        self.attach(file.into(), true)
    }

    fn attach(&self, file: OwnedFd, read_only: bool) -> Result<u32> {
        let segment = self.connection.generate_id()?;
        self.connection.shm_attach_fd(segment, file, read_only)?.check().context("MIT-SHM is needed")?;
        Ok(segment)
    }
}

/// Memory that an X server writes pixels into.
pub struct Shared {
    segment: u32,
    address: NonNull<u8>,
    length: usize,
}

// SAFETY: The mapping belongs to the process, not to a thread, and is only read.
#[expect(unsafe_code, reason = "the address of a mapping may be handed to another thread")]
unsafe impl Send for Shared {}

impl Shared {
    /// So many bytes, shared with that server.
    ///
    /// # Errors
    /// The system has no memory, or the server cannot share it.
    pub fn new(screen: &Screen, length: usize) -> Result<Self> {
        let file = rustix::fs::memfd_create("deskside-bench", MemfdFlags::CLOEXEC)?;
        rustix::fs::ftruncate(&file, length as u64)?;
        // SAFETY: A fresh mapping at an address of the kernel's choice touches no memory of ours.
        #[expect(unsafe_code, reason = "there is no safe way to map shared memory")]
        let address = unsafe {
            rustix::mm::mmap(std::ptr::null_mut(), length, ProtFlags::READ, MapFlags::SHARED, &file, 0)?
        };
        let address = NonNull::new(address.cast()).context("no memory")?;
        Ok(Self { segment: screen.attach(file, false)?, address, length })
    }

    /// The bytes; only to be read while no request is under way.
    pub fn bytes(&self) -> &[u8] {
        // SAFETY: The mapping is readable and exactly this long until `self` is dropped; the server writes only
        // while it answers a request, and every reply is awaited before the bytes are read.
        #[expect(unsafe_code, reason = "memory shared with another process is reached by its address")]
        unsafe {
            std::slice::from_raw_parts(self.address.as_ptr(), self.length)
        }
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        // SAFETY: The mapping was made with this address and length, and nothing borrows it any more.
        #[expect(unsafe_code, reason = "the counterpart of the mapping")]
        unsafe {
            let _ = rustix::mm::munmap(self.address.as_ptr().cast(), self.length);
        }
    }
}
