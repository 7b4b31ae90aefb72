//! Which windows of an X display belong to a chosen one: itself, its frame, and the menus and dialogs of its program
//! that were opened for it. Asks the server; decides nothing.
//! Threading: a value of the thread whose connection it is given.

use x11rb::connection::RequestConnection as _;
use x11rb::errors::ReplyError;
use x11rb::protocol::xproto::{AtomEnum, ConnectionExt as _, Window};
use x11rb::rust_connection::RustConnection;

use super::{Share, Sharing};

/// How deep a program's window lies in the frames that window managers draw around it; they use one or two.
const FRAME_DEPTH: u32 = 3;

/// The windows that were chosen by name: to be hidden or to be shared.
#[derive(Debug, Clone, Default)]
pub(crate) struct Chosen {
    hidden: Vec<Window>,
    shared: Vec<Window>,
}

/// What a window directly on the root is to the chosen ones.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Membership {
    /// It is, contains or belongs to a window that is hidden.
    pub(crate) hidden: bool,
    /// It is, contains or belongs to the window that is shared, and no part of it is hidden.
    pub(crate) shared: bool,
}

impl Chosen {
    pub(crate) fn of(sharing: &Sharing) -> Self {
        let shared = match sharing.share {
            Share::Window(window) => vec![window.0],
            Share::Everything | Share::Screen(_) => Vec::new(),
        };
        Self { hidden: sharing.hidden_windows().map(|window| window.0).collect(), shared }
    }

    /// Whatever the other ones hide these hide too.
    pub(crate) fn hide_all_of(&self, other: &Self) -> bool {
        other.hidden.iter().all(|window| self.hidden.contains(window))
    }

    /// All of them.
    pub(crate) fn all(&self) -> impl Iterator<Item = Window> {
        self.hidden.iter().chain(&self.shared).copied()
    }

    /// The window that is shared is gone: its number may become another's, and that one was never chosen.
    pub(crate) fn forget_shared(&mut self, window: Window) {
        self.shared.retain(|shared| *shared != window);
    }
}

/// Asks a server who belongs to whom.
pub(crate) struct Kin<'a> {
    pub(crate) connection: &'a RustConnection,
    pub(crate) chosen: &'a Chosen,
}

impl Kin<'_> {
    /// What a window directly on the root is; `None` when it is gone.
    ///
    /// # Errors
    /// The server went away.
    pub(crate) fn membership(&self, top: Window) -> Result<Option<Membership>, ReplyError> {
        let Some(attributes) = answered(self.connection.get_window_attributes(top)?.reply())? else {
            return Ok(None);
        };
        let mut found = Membership::default();
        self.look(top, attributes.override_redirect, FRAME_DEPTH, &mut found)?;
        found.shared &= !found.hidden;
        Ok(Some(found))
    }

    fn look(
        &self,
        window: Window,
        is_popup: bool,
        depth: u32,
        found: &mut Membership,
    ) -> Result<(), ReplyError> {
        let kin = |chosen: &[Window]| chosen.iter().any(|other| self.client(*other) == self.client(window));
        let (may_hide, may_share) = (kin(&self.chosen.hidden), kin(&self.chosen.shared));
        found.hidden |= self.chosen.hidden.contains(&window);
        found.shared |= self.chosen.shared.contains(&window);
        if (may_hide || may_share) && (is_popup || self.is_transient(window)?) {
            found.hidden |= may_hide;
            found.shared |= may_share;
        }
        if depth == 0 {
            return Ok(());
        }
        let Some(tree) = answered(self.connection.query_tree(window)?.reply())? else { return Ok(()) };
        for child in tree.children {
            self.look(child, false, depth - 1, found)?;
        }
        Ok(())
    }

    /// Opened for another window of its program (ICCCM 4.1.2.6).
    fn is_transient(&self, window: Window) -> Result<bool, ReplyError> {
        let property = self.connection.get_property(
            false,
            window,
            AtomEnum::WM_TRANSIENT_FOR,
            AtomEnum::WINDOW,
            0,
            1,
        )?;
        Ok(answered(property.reply())?.is_some_and(|reply| reply.value_len > 0))
    }

    /// INVARIANT: the low bits of a number count within a program, the others name its connection (X11, section 8).
    fn client(&self, window: Window) -> u32 {
        use x11rb::connection::Connection as _;
        window & !self.connection.setup().resource_id_mask
    }
}

/// The answer, or nothing when the window that was asked about is gone.
pub(super) fn answered<T>(reply: Result<T, ReplyError>) -> Result<Option<T>, ReplyError> {
    match reply {
        Ok(reply) => Ok(Some(reply)),
        Err(ReplyError::X11Error(_)) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Whether something draws the windows' pictures itself (EWMH, "Compositing Managers").
///
/// # Errors
/// The server went away.
pub(crate) fn effects_owner(connection: &RustConnection, screen: usize) -> Result<bool, ReplyError> {
    let name = format!("_NET_WM_CM_S{screen}");
    let atom = connection.intern_atom(false, name.as_bytes())?.reply()?.atom;
    Ok(connection.get_selection_owner(atom)?.reply()?.owner != x11rb::NONE)
}

/// Whether a window has another shape than a rectangle.
///
/// # Errors
/// The server went away.
pub(crate) fn is_shaped(connection: &RustConnection, window: Window) -> Result<bool, ReplyError> {
    use x11rb::protocol::shape::{self, ConnectionExt as _};
    if connection.extension_information(shape::X11_EXTENSION_NAME)?.is_none() {
        return Ok(false);
    }
    let extents = answered(connection.shape_query_extents(window)?.reply())?;
    Ok(extents.is_none_or(|extents| extents.bounding_shaped))
}
