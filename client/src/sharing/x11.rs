//! Which windows of an X display belong to a chosen one: itself, its frame, and the menus and dialogs of its program
//! that were opened for it. Asks the server; decides nothing.
//! Threading: a value of the thread whose connection it is given.

use x11rb::connection::RequestConnection as _;
use x11rb::errors::ReplyError;
use x11rb::protocol::shape::{self, ConnectionExt as _};
use x11rb::protocol::xproto::{AtomEnum, ConnectionExt as _, Window, WindowClass};
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

/// What there is to know of a window directly on the root.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Looked {
    /// What it is to the chosen ones.
    pub(crate) membership: Membership,
    /// It has pixels.
    pub(crate) draws: bool,
    /// It has another shape than a rectangle.
    pub(crate) is_shaped: bool,
}

/// A window within one that is looked at.
struct Inner {
    /// The place in the list of that one.
    of: usize,
    window: Window,
    is_popup: bool,
}

impl Kin<'_> {
    /// What a window directly on the root is; `None` when it is gone.
    ///
    /// # Errors
    /// The server went away.
    pub(crate) fn membership(&self, top: Window) -> Result<Option<Membership>, ReplyError> {
        let looked = self.look(&[top])?.pop().flatten();
        Ok(looked.map(|looked| looked.membership))
    }

    /// Looks at windows directly on the root, all in a few round trips; `None` for one that is gone.
    ///
    /// # Errors
    /// The server went away.
    pub(crate) fn look(&self, tops: &[Window]) -> Result<Vec<Option<Looked>>, ReplyError> {
        let has_shapes = self.connection.extension_information(shape::X11_EXTENSION_NAME)?.is_some();
        let mut asked = Vec::with_capacity(tops.len());
        for top in tops {
            let attributes = self.connection.get_window_attributes(*top)?;
            let extents = if has_shapes { Some(self.connection.shape_query_extents(*top)?) } else { None };
            asked.push((*top, attributes, extents));
        }
        let (mut found, mut level) = (Vec::with_capacity(tops.len()), Vec::new());
        for (of, (window, attributes, extents)) in asked.into_iter().enumerate() {
            let extents = extents.map(|extents| answered(extents.reply())).transpose()?.flatten();
            let attributes = answered(attributes.reply())?;
            found.push(attributes.map(|attributes| {
                level.push(Inner { of, window, is_popup: attributes.override_redirect });
                Looked {
                    membership: Membership::default(),
                    draws: attributes.class == WindowClass::INPUT_OUTPUT,
                    is_shaped: extents.is_some_and(|extents| extents.bounding_shaped),
                }
            }));
        }
        for _ in 0..=FRAME_DEPTH {
            level = self.look_deeper(level, &mut found)?;
        }
        for looked in found.iter_mut().flatten() {
            looked.membership.shared &= !looked.membership.hidden;
        }
        Ok(found)
    }

    /// Looks at windows that lie equally deep; those within them.
    fn look_deeper(&self, level: Vec<Inner>, found: &mut [Option<Looked>]) -> Result<Vec<Inner>, ReplyError> {
        let mut asked = Vec::with_capacity(level.len());
        for inner in level {
            let property = self.connection.get_property(
                false,
                inner.window,
                AtomEnum::WM_TRANSIENT_FOR,
                AtomEnum::WINDOW,
                0,
                1,
            )?;
            asked.push((property, self.connection.query_tree(inner.window)?, inner));
        }
        let mut deeper = Vec::new();
        for (property, tree, Inner { of, window, is_popup }) in asked {
            // Opened for another window (ICCCM 4.1.2.6), mostly of the same program.
            let opened_for = answered(property.reply())?.and_then(|reply| reply.value32()?.next());
            let is_transient = opened_for.is_some();
            let tree = answered(tree.reply())?;
            let Some(Some(Looked { membership, .. })) = found.get_mut(of) else { continue };
            let kin =
                |chosen: &[Window]| chosen.iter().any(|other| self.client(*other) == self.client(window));
            membership.hidden |= self.chosen.hidden.contains(&window);
            membership.shared |= self.chosen.shared.contains(&window);
            // A file chooser may be another program's and say for which window it is. Whoever says so is hidden with it, and
            // not shared with it: what is not said by the program itself shows nothing more.
            membership.hidden |= opened_for.is_some_and(|window| self.chosen.hidden.contains(&window));
            if is_popup || is_transient {
                membership.hidden |= kin(&self.chosen.hidden);
                membership.shared |= kin(&self.chosen.shared);
            }
            let children = tree.into_iter().flat_map(|tree| tree.children);
            deeper.extend(children.map(|window| Inner { of, window, is_popup: false }));
        }
        Ok(deeper)
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
