//! Deskside's windows on X11: those that the X server attributes to this very process or to the terminal that it runs in,
//! and the frames around them.
//! Asks the server itself (X-Resource 1.2), because titles, classes and `_NET_WM_PID` are what any program says it is.
//! Threading: one connection, used by one thread at a time.

use std::collections::{HashMap, HashSet};

use deskside_proto::geometry::DesktopPoint;
use x11rb::connection::{Connection as _, RequestConnection as _};
use x11rb::errors::{ConnectionError, ReplyError};
use x11rb::protocol::res::{self, ClientIdMask, ClientIdSpec, ConnectionExt as _};
use x11rb::protocol::xproto::{
    AtomEnum, ChangeWindowAttributesAux, ConnectionExt as _, EventMask, InputFocus, Window, WindowClass,
};
use x11rb::protocol::xtest::ConnectionExt as _;
use x11rb::rust_connection::RustConnection;

use super::{Host, OwnWindows, Unknown};

/// How deep a program's window lies in the frame that a window manager draws around it; they use one or two.
const FRAME_DEPTH: u32 = 3;

struct X11OwnWindows {
    connection: RustConnection,
    root: Window,
    /// This process as the X server names it; in a container the number differs from our own.
    process: u32,
    /// The terminal's process and window, where there is one.
    host_process: Option<u32>,
    host_window: Option<Window>,
    /// Whether windows directly on the root are ours, until any window changes.
    known: HashMap<Window, bool>,
}

pub(super) fn open(display: Option<&str>, host: &Host) -> Result<Box<dyn OwnWindows>, Unknown> {
    let (connection, screen) =
        RustConnection::connect(display).map_err(|error| Unknown(error.to_string()))?;
    let root = connection.setup().roots.get(screen).ok_or_else(|| Unknown("no screen".into()))?.root;
    if connection.extension_information(res::X11_EXTENSION_NAME)?.is_none() {
        return Err(Unknown("the X server has no X-Resource extension".into()));
    }
    connection.res_query_version(1, 2)?.reply()?;
    // The answer must not wait for a program that has grabbed the server: the hotkey's release waits behind it.
    connection.xtest_grab_control(true)?.check()?;
    let events = ChangeWindowAttributesAux::new().event_mask(EventMask::SUBSTRUCTURE_NOTIFY);
    connection.change_window_attributes(root, &events)?.check()?;
    let ours = connection.setup().resource_id_base;
    let process = process_behind(&connection, ours)?
        .ok_or_else(|| Unknown("the X server is on another machine and cannot tell programs apart".into()))?;
    let mut windows = X11OwnWindows {
        connection,
        root,
        process,
        host_process: None,
        host_window: host.window.filter(|window| *window != root),
        known: HashMap::new(),
    };
    // In a container the server's numbers of processes are not ours.
    if process == std::process::id() {
        windows.host_process = windows.nearest_with_windows(&host.ancestors)?;
    }
    Ok(Box::new(windows))
}

/// The process whose connection made the window (or owns the range of numbers), or `None` when the server does not know.
fn process_behind(connection: &RustConnection, window: Window) -> Result<Option<u32>, ReplyError> {
    // INVARIANT: the low bits of a number count within a client, the others name the client (X11 protocol, section 8).
    let client = window & !connection.setup().resource_id_mask;
    let spec = ClientIdSpec { client, mask: ClientIdMask::LOCAL_CLIENT_PID };
    let ids = connection.res_query_client_ids(&[spec])?.reply()?.ids;
    Ok(ids.first().and_then(|id| id.value.first().copied()))
}

impl X11OwnWindows {
    /// The first of `ancestors` that has a window. Those above it are panels and managers from which a terminal was
    /// started, and they are left to the expert; a window manager is never the terminal, since every frame is its own.
    fn nearest_with_windows(&self, ancestors: &[u32]) -> Result<Option<u32>, ReplyError> {
        if ancestors.is_empty() {
            return Ok(None);
        }
        let manager = self.manager()?;
        let mut owners = HashSet::new();
        self.collect_owners(self.root, FRAME_DEPTH, &mut owners)?;
        let has_windows = |process: &&u32| owners.contains(process) || Some(**process) == manager;
        let nearest = ancestors.iter().find(has_windows).copied();
        Ok(nearest.filter(|process| Some(*process) != manager))
    }

    /// The window manager's process (EWMH: the window that `_NET_SUPPORTING_WM_CHECK` of the root names).
    fn manager(&self) -> Result<Option<u32>, ReplyError> {
        let atom = self.connection.intern_atom(false, b"_NET_SUPPORTING_WM_CHECK")?.reply()?.atom;
        let property =
            self.connection.get_property(false, self.root, atom, AtomEnum::WINDOW, 0, 1)?.reply()?;
        match property.value32().and_then(|mut values| values.next()) {
            Some(window) => process_behind(&self.connection, window),
            None => Ok(None),
        }
    }

    fn collect_owners(
        &self,
        window: Window,
        depth: u32,
        owners: &mut HashSet<u32>,
    ) -> Result<(), ReplyError> {
        let children = match self.connection.query_tree(window)?.reply() {
            Ok(tree) => tree.children,
            Err(ReplyError::X11Error(_)) => return Ok(()),
            Err(error) => return Err(error),
        };
        for child in children {
            // Never shown ones are how programs talk with each other; a terminal is on the screen, or was.
            let is_shown = match self.connection.get_window_attributes(child)?.reply() {
                Ok(attributes) => attributes.class == WindowClass::INPUT_OUTPUT,
                Err(ReplyError::X11Error(_)) => false,
                Err(error) => return Err(error),
            };
            if is_shown {
                owners.extend(process_behind(&self.connection, child)?);
            }
            if depth > 1 {
                self.collect_owners(child, depth - 1, owners)?;
            }
        }
        Ok(())
    }

    fn is_ours(&self, window: Window) -> Result<bool, ReplyError> {
        if self.host_window == Some(window) {
            return Ok(true);
        }
        let process = process_behind(&self.connection, window)?;
        Ok(process.is_some() && (process == Some(self.process) || process == self.host_process))
    }

    /// The window directly on the root, or something inside it, is ours.
    fn own_top(&mut self, window: Window) -> Result<bool, ReplyError> {
        // Changes that came before the last answer are in the queue now, so what is known is never older than it.
        while self.connection.poll_for_event()?.is_some() {
            self.known.clear();
        }
        if let Some(known) = self.known.get(&window) {
            return Ok(*known);
        }
        let own = self.own_within(window, FRAME_DEPTH)?;
        self.known.insert(window, own);
        Ok(own)
    }

    fn own_within(&self, window: Window, depth: u32) -> Result<bool, ReplyError> {
        if self.is_ours(window)? {
            return Ok(true);
        }
        if depth == 0 {
            return Ok(false);
        }
        let children = match self.connection.query_tree(window)?.reply() {
            Ok(tree) => tree.children,
            // Gone since: nothing can land on it.
            Err(ReplyError::X11Error(_)) => return Ok(false),
            Err(error) => return Err(error),
        };
        for child in children {
            if self.own_within(child, depth - 1)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn place(&mut self, x: i16, y: i16) -> Result<bool, ReplyError> {
        let top = self.connection.translate_coordinates(self.root, self.root, x, y)?.reply()?.child;
        if top == x11rb::NONE { Ok(false) } else { self.own_top(top) }
    }

    /// The ancestor of `window` that lies directly on the root.
    fn top_of(&self, window: Window) -> Result<Option<Window>, ReplyError> {
        let mut at = window;
        loop {
            let tree = match self.connection.query_tree(at)?.reply() {
                Ok(tree) => tree,
                Err(ReplyError::X11Error(_)) => return Ok(None),
                Err(error) => return Err(error),
            };
            if tree.parent == self.root || tree.parent == x11rb::NONE {
                return Ok((at != self.root).then_some(at));
            }
            at = tree.parent;
        }
    }

    fn focus(&mut self) -> Result<bool, ReplyError> {
        let focus = self.connection.get_input_focus()?.reply()?.focus;
        if focus == u32::from(InputFocus::NONE) {
            return Ok(false);
        }
        // Focus follows the pointer, or lies on the root: the key goes where the pointer is.
        if focus == u32::from(InputFocus::POINTER_ROOT) || focus == self.root {
            let pointer = self.connection.query_pointer(self.root)?.reply()?;
            return if pointer.child == x11rb::NONE { Ok(false) } else { self.own_top(pointer.child) };
        }
        if self.is_ours(focus)? {
            return Ok(true);
        }
        match self.top_of(focus)? {
            Some(top) => self.own_top(top),
            None => Ok(false),
        }
    }
}

impl OwnWindows for X11OwnWindows {
    fn own_place(&mut self, at: DesktopPoint) -> Result<bool, Unknown> {
        let (x, y) = (i16::try_from(at.x).unwrap_or(i16::MAX), i16::try_from(at.y).unwrap_or(i16::MAX));
        Ok(self.place(x, y)?)
    }

    fn own_focus(&mut self) -> Result<bool, Unknown> {
        Ok(self.focus()?)
    }
}

impl From<ConnectionError> for Unknown {
    fn from(error: ConnectionError) -> Self {
        Self(error.to_string())
    }
}

impl From<ReplyError> for Unknown {
    fn from(error: ReplyError) -> Self {
        Self(error.to_string())
    }
}
