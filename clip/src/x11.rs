//! What both directions need of X11: a connection with a window that nobody sees, names, and sleep that ends in time.
//! Threading: one thread uses a link; others reach it through the descriptor that wakes it.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::Arc;
use std::time::Instant;

use deskside_proto::wire::clipboard::{Format, Formats, Selection};
use rustix::event::{EventfdFlags, PollFd, PollFlags, Timespec, eventfd, poll};
use x11rb::COPY_DEPTH_FROM_PARENT;
use x11rb::connection::Connection as _;
use x11rb::errors::{ConnectError, ConnectionError, ReplyError, ReplyOrIdError};
use x11rb::protocol::xproto::{
    Atom, AtomEnum, ConnectionExt as _, CreateWindowAux, EventMask, Window, WindowClass,
};
use x11rb::rust_connection::RustConnection;

use crate::ClipError;

x11rb::atom_manager! {
    /// Names that selections are spoken of with.
    pub(crate) Names: NamesCookie {
        CLIPBOARD,
        TARGETS,
        TIMESTAMP,
        MULTIPLE,
        ATOM_PAIR,
        INCR,
        UTF8_STRING,
        TEXT_UTF8: b"text/plain;charset=utf-8",
        TEXT_PLAIN: b"text/plain",
        TEXT_HTML: b"text/html",
        IMAGE_PNG: b"image/png",
        URI_LIST: b"text/uri-list",
        GNOME_FILES: b"x-special/gnome-copied-files",
        PASSWORD_HINT: b"x-kde-passwordManagerHint",
        // What came through Deskside carries it, and is not offered again by any Deskside.
        FROM_DESKSIDE: b"application/x-deskside",
        TRANSFER: b"DESKSIDE_TRANSFER",
    }
}

impl Names {
    pub(crate) fn selection(&self, selection: Selection) -> Atom {
        match selection {
            Selection::Clipboard => self.CLIPBOARD,
            Selection::Primary => AtomEnum::PRIMARY.into(),
        }
    }

    pub(crate) fn is_selection(&self, atom: Atom) -> Option<Selection> {
        Selection::ALL.iter().copied().find(|selection| self.selection(*selection) == atom)
    }

    /// The names of a format, the best first.
    pub(crate) fn targets(&self, format: Format) -> Vec<Atom> {
        match format {
            Format::Text => vec![self.UTF8_STRING, self.TEXT_UTF8, self.TEXT_PLAIN, AtomEnum::STRING.into()],
            Format::Html => vec![self.TEXT_HTML],
            Format::Png => vec![self.IMAGE_PNG],
            Format::Files => vec![self.URI_LIST, self.GNOME_FILES],
        }
    }

    /// The format that a name stands for.
    pub(crate) fn format(&self, target: Atom) -> Option<Format> {
        Format::ALL.iter().copied().find(|format| self.targets(*format).contains(&target))
    }

    pub(crate) fn formats(&self, targets: &[Atom]) -> Formats {
        targets.iter().filter_map(|target| self.format(*target)).collect()
    }
}

/// A connection and its window.
pub(crate) struct Link {
    pub(crate) connection: RustConnection,
    pub(crate) root: Window,
    pub(crate) window: Window,
    pub(crate) names: Names,
    wake: Arc<Wake>,
}

/// Wakes the thread of a link.
pub(crate) struct Wake(OwnedFd);

impl Wake {
    pub(crate) fn wake(&self) {
        // A counter that is full is awake already.
        let _ = rustix::io::write(&self.0, &1_u64.to_ne_bytes());
    }
}

impl Link {
    pub(crate) fn open(display: Option<&str>) -> Result<Self, ClipError> {
        let (connection, screen) = RustConnection::connect(display)?;
        let root = connection.setup().roots.get(screen).ok_or(ClipError::Lost)?.root;
        let names = Names::new(&connection)?.reply()?;
        let window = hidden_window(&connection, root)?;
        let wake = Arc::new(Wake(
            eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK).map_err(std::io::Error::from)?,
        ));
        Ok(Self { connection, root, window, names, wake })
    }

    pub(crate) fn waker(&self) -> Arc<Wake> {
        self.wake.clone()
    }

    /// Sends what waits, and sleeps until the server or another thread has something, or the time has come.
    pub(crate) fn sleep(&self, until: Option<Instant>) -> Result<(), ClipError> {
        self.connection.flush()?;
        let left = until.map(|until| until.saturating_duration_since(Instant::now()));
        let timeout = left.and_then(|left| Timespec::try_from(left).ok());
        let server: BorrowedFd<'_> = self.connection.stream().as_fd();
        let mut sources = [PollFd::new(&server, PollFlags::IN), PollFd::new(&self.wake.0, PollFlags::IN)];
        match poll(&mut sources, timeout.as_ref()) {
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(std::io::Error::from(error).into()),
        }
        let mut count = [0; 8];
        // Empty where it was the server.
        let _ = rustix::io::read(&self.wake.0, &mut count);
        Ok(())
    }
}

/// A window that is never shown and hears when its properties change.
pub(crate) fn hidden_window(connection: &RustConnection, root: Window) -> Result<Window, ClipError> {
    let window = connection.generate_id()?;
    let aux = CreateWindowAux::new().event_mask(EventMask::PROPERTY_CHANGE);
    connection.create_window(
        COPY_DEPTH_FROM_PARENT,
        window,
        root,
        -1,
        -1,
        1,
        1,
        0,
        WindowClass::INPUT_OUTPUT,
        x11rb::COPY_FROM_PARENT,
        &aux,
    )?;
    Ok(window)
}

impl From<ConnectError> for ClipError {
    fn from(error: ConnectError) -> Self {
        Self::NoDesktop(error.to_string())
    }
}

impl From<ConnectionError> for ClipError {
    fn from(_: ConnectionError) -> Self {
        Self::Lost
    }
}

impl From<ReplyError> for ClipError {
    fn from(error: ReplyError) -> Self {
        match error {
            ReplyError::ConnectionError(_) => Self::Lost,
            ReplyError::X11Error(error) => Self::NoDesktop(format!("{:?}", error.error_kind)),
        }
    }
}

impl From<ReplyOrIdError> for ClipError {
    fn from(error: ReplyOrIdError) -> Self {
        match error {
            ReplyOrIdError::IdsExhausted => Self::Lost,
            ReplyOrIdError::ConnectionError(error) => error.into(),
            ReplyOrIdError::X11Error(error) => Self::NoDesktop(format!("{:?}", error.error_kind)),
        }
    }
}
