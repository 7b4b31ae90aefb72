//! Finding windows: by title or class, woken by the X server's own notifications, never by looking again and again.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use x11rb::connection::Connection as _;
use x11rb::protocol::xproto::{
    AtomEnum, ChangeWindowAttributesAux, ConnectionExt as _, EventMask, MapState, Window as WindowId,
};
use x11rb::rust_connection::RustConnection;

use super::connection::{connect, next_event, root_of};
use super::xvfb::Xvfb;

/// Root, window manager's frame, client window, one inner window: deeper lies nothing with a title.
const DEPTH: u32 = 4;

/// Which window is meant.
#[derive(Debug, Clone)]
pub enum Wanted {
    /// The title contains this.
    Title(String),
    /// The class or instance name (`WM_CLASS`) is this.
    Class(String),
    /// The program's process number (`_NET_WM_PID`) is this.
    Process(u32),
}

impl Wanted {
    /// A window whose title contains `text`.
    pub fn title(text: impl Into<String>) -> Self {
        Self::Title(text.into())
    }

    /// A window whose class or instance is `name`.
    pub fn class(name: impl Into<String>) -> Self {
        Self::Class(name.into())
    }
}

/// A window that is on the screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Window {
    /// Its number on the X server.
    pub id: WindowId,
    /// Its title.
    pub title: String,
    /// Its class (the second part of `WM_CLASS`), empty when it has none.
    pub class: String,
    /// Left edge on the screen, pixels.
    pub x: i16,
    /// Upper edge on the screen, pixels.
    pub y: i16,
    /// Pixels.
    pub width: u16,
    /// Pixels.
    pub height: u16,
}

impl Window {
    /// The middle, on the screen.
    pub fn middle(&self) -> (i16, i16) {
        (self.x + self.width.cast_signed() / 2, self.y + self.height.cast_signed() / 2)
    }
}

impl Xvfb {
    /// Waits until such a window is mapped and viewable.
    ///
    /// # Errors
    /// None appeared within `limit`; the message names the windows that there are.
    pub fn wait_for_window(&self, wanted: &Wanted, limit: Duration) -> Result<Window> {
        let finder = Finder::new(self.display())?;
        let found = finder.wait(limit, |finder| {
            Ok(finder.windows()?.into_iter().find(|(window, process)| matches(window, *process, wanted)))
        })?;
        match found {
            Some((window, _)) => Ok(window),
            None => bail!("no window {wanted:?} within {limit:?}; there are {:?}", self.windows()?),
        }
    }

    /// Waits until no such window is viewable any more.
    ///
    /// # Errors
    /// It still is after `limit`.
    pub fn wait_until_gone(&self, wanted: &Wanted, limit: Duration) -> Result<()> {
        let finder = Finder::new(self.display())?;
        let gone = finder.wait(limit, |finder| {
            let there = finder.windows()?.iter().any(|(window, process)| matches(window, *process, wanted));
            Ok((!there).then_some(()))
        })?;
        gone.with_context(|| format!("the window {wanted:?} is still there after {limit:?}"))
    }

    /// Waits until the keyboard's focus is in that window or in one inside it.
    ///
    /// # Errors
    /// It is not after `limit`.
    pub fn wait_for_focus(&self, window: &Window, limit: Duration) -> Result<()> {
        let finder = Finder::new(self.display())?;
        let focused = finder.wait(limit, |finder| Ok(finder.has_focus(window.id)?.then_some(())))?;
        focused.with_context(|| format!("{window:?} has no focus after {limit:?}"))
    }

    /// All viewable windows that have a title or a class.
    ///
    /// # Errors
    /// The X server went away.
    pub fn windows(&self) -> Result<Vec<Window>> {
        Ok(Finder::new(self.display())?.windows()?.into_iter().map(|(window, _)| window).collect())
    }
}

fn matches(window: &Window, process: Option<u32>, wanted: &Wanted) -> bool {
    match wanted {
        Wanted::Title(text) => window.title.contains(text),
        Wanted::Class(name) => window.class.split('\0').any(|part| part == name),
        Wanted::Process(number) => process == Some(*number),
    }
}

/// Waits until a window manager owns the screen.
pub(super) fn wait_for_window_manager(display: &str, limit: Duration) -> Result<()> {
    let finder = Finder::new(display)?;
    let check = finder.atom(b"_NET_SUPPORTING_WM_CHECK")?;
    let there = finder.wait(limit, |finder| {
        let reply =
            finder.connection.get_property(false, finder.root, check, AtomEnum::WINDOW, 0, 1)?.reply()?;
        Ok((reply.value_len > 0).then_some(()))
    })?;
    there.with_context(|| format!("no window manager within {limit:?}"))
}

struct Finder {
    connection: RustConnection,
    root: WindowId,
    title: u32,
    utf8: u32,
    process: u32,
}

impl Finder {
    fn new(display: &str) -> Result<Self> {
        let (connection, screen) = connect(display)?;
        let root = root_of(&connection, screen)?;
        let mut finder = Self { connection, root, title: 0, utf8: 0, process: 0 };
        finder.title = finder.atom(b"_NET_WM_NAME")?;
        finder.utf8 = finder.atom(b"UTF8_STRING")?;
        finder.process = finder.atom(b"_NET_WM_PID")?;
        finder.watch(root)?;
        Ok(finder)
    }

    fn atom(&self, name: &[u8]) -> Result<u32> {
        Ok(self.connection.intern_atom(false, name)?.reply()?.atom)
    }

    /// Notifications first, then the look: a change in between is not lost.
    fn watch(&self, window: WindowId) -> Result<()> {
        let mask = EventMask::SUBSTRUCTURE_NOTIFY | EventMask::PROPERTY_CHANGE | EventMask::FOCUS_CHANGE;
        let change = ChangeWindowAttributesAux::new().event_mask(mask);
        // A window may be gone by now; its error is no concern of the search.
        let _ = self.connection.change_window_attributes(window, &change)?.check();
        Ok(())
    }

    fn wait<T>(
        &self,
        limit: Duration,
        mut look: impl FnMut(&Self) -> Result<Option<T>>,
    ) -> Result<Option<T>> {
        let deadline = Instant::now() + limit;
        loop {
            if let Some(found) = look(self)? {
                return Ok(Some(found));
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() || next_event(&self.connection, left)?.is_none() {
                return look(self);
            }
            // Many notifications come at once; one look serves them all.
            while self.connection.poll_for_event()?.is_some() {}
        }
    }

    fn windows(&self) -> Result<Vec<(Window, Option<u32>)>> {
        let mut found = Vec::new();
        self.collect(self.root, DEPTH, &mut found)?;
        Ok(found)
    }

    fn collect(&self, parent: WindowId, depth: u32, found: &mut Vec<(Window, Option<u32>)>) -> Result<()> {
        if depth == 0 {
            return Ok(());
        }
        let Ok(tree) = self.connection.query_tree(parent)?.reply() else { return Ok(()) };
        for child in tree.children {
            self.watch(child)?;
            if let Some(window) = self.describe(child)? {
                found.push(window);
            }
            self.collect(child, depth - 1, found)?;
        }
        Ok(())
    }

    /// `None` for windows that are not shown, have no name, or are gone.
    fn describe(&self, id: WindowId) -> Result<Option<(Window, Option<u32>)>> {
        let Ok(attributes) = self.connection.get_window_attributes(id)?.reply() else { return Ok(None) };
        if attributes.map_state != MapState::VIEWABLE {
            return Ok(None);
        }
        let Some((title, class)) = self.names(id)? else { return Ok(None) };
        let Ok(size) = self.connection.get_geometry(id)?.reply() else { return Ok(None) };
        let Ok(place) = self.connection.translate_coordinates(id, self.root, 0, 0)?.reply() else {
            return Ok(None);
        };
        let process =
            self.connection.get_property(false, id, self.process, AtomEnum::CARDINAL, 0, 1)?.reply();
        let process = process.ok().and_then(|reply| reply.value32()?.next());
        let (x, y, width, height) = (place.dst_x, place.dst_y, size.width, size.height);
        Ok(Some((Window { id, title, class, x, y, width, height }, process)))
    }

    fn names(&self, id: WindowId) -> Result<Option<(String, String)>> {
        let mut title = self.text(id, self.title, self.utf8)?;
        if title.is_empty() {
            title = self.text(id, AtomEnum::WM_NAME.into(), AtomEnum::ANY.into())?;
        }
        let class = self.text(id, AtomEnum::WM_CLASS.into(), AtomEnum::STRING.into())?;
        Ok((!title.is_empty() || !class.is_empty()).then_some((title, class)))
    }

    fn text(&self, id: WindowId, property: u32, kind: u32) -> Result<String> {
        let reply = self.connection.get_property(false, id, property, kind, 0, 1024)?.reply();
        Ok(reply.map(|reply| String::from_utf8_lossy(&reply.value).into_owned()).unwrap_or_default())
    }

    fn has_focus(&self, wanted: WindowId) -> Result<bool> {
        let mut at = self.connection.get_input_focus()?.reply()?.focus;
        while at > 1 {
            if at == wanted {
                return Ok(true);
            }
            match self.connection.query_tree(at)?.reply() {
                Ok(tree) => at = tree.parent,
                Err(_) => return Ok(false),
            }
        }
        Ok(false)
    }
}
