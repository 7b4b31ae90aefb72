//! Follows the windows of an X display for the sake of what is hidden and what alone is shared. It exists only where
//! windows have to be told apart, and costs nothing otherwise. Hears of every change by events, in the server's order.

use super::lost;
use super::sources::Sources;
use super::wallpaper::{self, Wallpaper};
use crate::capture::CaptureError;
use crate::capture::stack::{Happened, Kind, Shown, Stack};
use crate::sharing::{Chosen, Kin, Share, Sharing};
use deskside_proto::geometry::{Rect, Region, Size};
use std::time::Instant;
use x11rb::connection::{Connection as _, RequestConnection as _};
use x11rb::protocol::Event;
use x11rb::protocol::shape::{self, ConnectionExt as _};
use x11rb::protocol::xfixes::{ConnectionExt as _, SelectionEventMask};
use x11rb::protocol::xproto::{
    Atom, ChangeWindowAttributesAux, ConnectionExt as _, EventMask, MapState, Place, Window,
};
use x11rb::rust_connection::RustConnection;

/// Windows that come while windows are looked at are looked at too, so many times; the rest stays a block until later.
const MOST_LOOKS: usize = 12;

/// The windows of a display, as far as sharing is concerned.
pub struct Windows {
    root: Window,
    screen_number: usize,
    size: Size,
    chosen: Chosen,
    stack: Stack,
    /// What the windows themselves show.
    sources: Sources,
    /// All windows are shared but those that are hidden.
    shows_others: bool,
    /// Something was reported that does not fit: the order of windows has to be looked at again.
    confused: bool,
    /// The desktop's picture is another one.
    wallpaper_stale: bool,
    wallpaper_property: Atom,
    /// Counts how often it was not known any more what a window is.
    doubts: u64,
    /// What it was when the frame began.
    doubts_at_first: u64,
}

impl Windows {
    /// Begins to follow, before anything is fetched under this sharing. Pictures of windows that are known already stay
    /// known.
    ///
    /// # Errors
    /// `Lost` when the server went away, `Missing` where it keeps no pictures of windows.
    pub fn follow(
        connection: &RustConnection,
        root: Window,
        size: Size,
        sharing: &Sharing,
        before: Option<Self>,
    ) -> Result<Self, CaptureError> {
        let screen_number = connection.setup().roots.iter().position(|screen| screen.root == root);
        let property = connection.intern_atom(false, wallpaper::PROPERTY).map_err(lost)?;
        let mut sources = match before {
            Some(before) => before.sources,
            None => Sources::new(connection)?,
        };
        sources.veil();
        let windows = Self {
            root,
            screen_number: screen_number.unwrap_or_default(),
            size,
            chosen: Chosen::of(sharing),
            stack: Stack::default(),
            sources,
            shows_others: !matches!(sharing.share, Share::Window(_)),
            confused: true,
            wallpaper_stale: true,
            wallpaper_property: property.reply().map_err(lost)?.atom,
            doubts: 0,
            doubts_at_first: 0,
        };
        windows.watch(connection)?;
        Ok(windows)
    }

    /// Stops following.
    ///
    /// # Errors
    /// `Lost` when the server went away.
    pub fn release(self, connection: &RustConnection) -> Result<(), CaptureError> {
        self.sources.release(connection)?;
        select_on_root(connection, self.root, EventMask::STRUCTURE_NOTIFY)
    }

    /// Where every pixel comes from.
    pub const fn sources(&self) -> &Sources {
        &self.sources
    }

    fn watch(&self, connection: &RustConnection) -> Result<(), CaptureError> {
        let mask = EventMask::STRUCTURE_NOTIFY | EventMask::SUBSTRUCTURE_NOTIFY | EventMask::PROPERTY_CHANGE;
        select_on_root(connection, self.root, mask)?;
        for window in self.chosen.all() {
            // A window that is gone is reported as an error, and as missing when it is looked for.
            let aux = ChangeWindowAttributesAux::new().event_mask(EventMask::STRUCTURE_NOTIFY);
            connection.change_window_attributes(window, &aux).map_err(lost)?;
        }
        let name = format!("_NET_WM_CM_S{}", self.screen_number);
        let atom = connection.intern_atom(false, name.as_bytes()).map_err(lost)?.reply().map_err(lost)?.atom;
        let mask = SelectionEventMask::SET_SELECTION_OWNER
            | SelectionEventMask::SELECTION_WINDOW_DESTROY
            | SelectionEventMask::SELECTION_CLIENT_CLOSE;
        connection.xfixes_select_selection_input(self.root, atom, mask).map_err(lost)?;
        Ok(())
    }

    /// Asks for every window anew. What is reported meanwhile is taken in afterwards, on top of the answers.
    fn look_at_all(&mut self, connection: &RustConnection) -> Result<(), CaptureError> {
        for window in self.chosen.all().collect::<Vec<_>>() {
            if connection.get_geometry(window).map_err(lost)?.reply().is_err() {
                self.chosen.forget_shared(window);
            }
        }
        let children = connection.query_tree(self.root).map_err(lost)?.reply().map_err(lost)?.children;
        let mut asked = Vec::with_capacity(children.len());
        for child in children {
            let geometry = connection.get_geometry(child).map_err(lost)?;
            asked.push((child, geometry, connection.get_window_attributes(child).map_err(lost)?));
        }
        let mut shown = Vec::with_capacity(asked.len());
        for (child, geometry, attributes) in asked {
            // One that is gone already is reported as gone, which does no harm.
            if let (Ok(geometry), Ok(attributes)) = (geometry.reply(), attributes.reply()) {
                let place =
                    outer(geometry.x, geometry.y, geometry.width, geometry.height, geometry.border_width);
                shown.push(Shown::new(child, place, attributes.map_state != MapState::UNMAPPED));
            }
        }
        self.stack = Stack::new(shown);
        // Where windows were before, and what that uncovers, is not known.
        self.sources.all_in_doubt();
        self.confused = false;
        Ok(())
    }

    /// Takes in an event; false when it is none about windows.
    ///
    /// # Errors
    /// `Lost` when the server went away.
    pub fn take(&mut self, connection: &RustConnection, event: &Event) -> Result<bool, CaptureError> {
        let Some(heard) = self.heard(event) else { return Ok(false) };
        match heard {
            Heard::Nothing => {}
            Heard::Happened(what) => {
                if let Happened::Created(window, _) = what {
                    watch_shape(connection, window)?;
                }
                self.happened(what);
            }
            Heard::Reparented(what, into) => {
                self.happened(what);
                // Within which window of the root's that is, is not said.
                self.doubt(self.stack.find(into).map(|_| into));
            }
            Heard::Doubt(window) => self.doubt(window),
            Heard::Shape(window) => {
                if let Some(window) = self.stack.find(window) {
                    self.sources.in_doubt(window, &self.stack, true);
                }
            }
            Heard::ChosenGone(window) => {
                self.chosen.forget_shared(window);
                self.doubt(None);
            }
            Heard::Wallpaper => self.wallpaper_stale = true,
            Heard::Confused => {
                self.doubts += 1;
                self.be_confused();
            }
        }
        Ok(true)
    }

    fn happened(&mut self, what: Happened) {
        let before = self.stack.find(what.window()).cloned();
        // The order of windows at the time of a first look may be older than a report.
        if !self.stack.take(what) {
            self.be_confused();
        }
        if let Some(before) = before {
            self.sources.window_changed(&before, &self.stack);
        }
    }

    fn be_confused(&mut self) {
        self.confused = true;
        // What a change uncovers that nobody could follow is reported right after it.
        self.sources.all_in_doubt();
    }

    fn doubt(&mut self, window: Option<Window>) {
        self.doubts += 1;
        self.stack.doubt(window);
    }

    /// What an event says about windows, or `None` when it says nothing about them.
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "a server may send any of a hundred events to any client"
    )]
    fn heard(&mut self, event: &Event) -> Option<Heard> {
        let root = self.root;
        // What another program sent says nothing about the server's windows.
        if event.sent_event() {
            return None;
        }
        Some(match event {
            Event::DamageNotify(event) => {
                return self.sources.drawn(event, &self.stack).then_some(Heard::Nothing);
            }
            Event::PropertyNotify(event) if event.window == root => {
                let is_wallpaper = event.atom == self.wallpaper_property;
                if is_wallpaper { Heard::Wallpaper } else { Heard::Nothing }
            }
            Event::CreateNotify(event) if event.parent == root => {
                let place = outer(event.x, event.y, event.width, event.height, event.border_width);
                Heard::Happened(Happened::Created(event.window, place))
            }
            Event::DestroyNotify(event) if event.event == root => {
                Heard::Happened(Happened::Gone(event.window))
            }
            Event::DestroyNotify(event) => Heard::ChosenGone(event.window),
            Event::MapNotify(event) if event.event == root => {
                Heard::Happened(Happened::Mapped(event.window, true))
            }
            Event::UnmapNotify(event) if event.event == root => {
                Heard::Happened(Happened::Mapped(event.window, false))
            }
            Event::ConfigureNotify(event) if event.event == root && event.window != root => {
                let place = outer(event.x, event.y, event.width, event.height, event.border_width);
                let above = (event.above_sibling != x11rb::NONE).then_some(event.above_sibling);
                Heard::Happened(Happened::Placed(event.window, place, above))
            }
            Event::GravityNotify(event) if event.event == root => {
                Heard::Happened(Happened::Moved(event.window, event.x.into(), event.y.into()))
            }
            Event::CirculateNotify(event) if event.event == root => {
                Heard::Happened(Happened::Circulated(event.window, event.place == Place::ON_TOP))
            }
            // Its size is not told: everything is looked at again.
            Event::ReparentNotify(event) if event.parent == root => Heard::Confused,
            Event::ReparentNotify(event) if event.event == root => {
                Heard::Reparented(Happened::Gone(event.window), event.parent)
            }
            // A chosen window is in another frame now; the old one may hold others.
            Event::ReparentNotify(_) => Heard::Doubt(None),
            Event::ShapeNotify(event) => Heard::Shape(event.affected_window),
            // Whoever draws the windows has come or gone.
            Event::XfixesSelectionNotify(_) => Heard::Confused,
            _ => return None,
        })
    }

    /// Looks at the windows that nobody has looked at yet. False when something was looked at, so that events may have
    /// come meanwhile.
    ///
    /// # Errors
    /// `Lost` when the server went away.
    fn settle_once(&mut self, connection: &RustConnection) -> Result<bool, CaptureError> {
        if self.confused {
            self.look_at_all(connection)?;
            return Ok(false);
        }
        if std::mem::take(&mut self.wallpaper_stale) {
            let wallpaper = match self.shows_others {
                true => Wallpaper::copy(connection, self.root, self.wallpaper_property, self.size)?,
                false => None,
            };
            self.sources.set_wallpaper(connection, wallpaper)?;
        }
        let unknown = self.stack.unknown();
        for window in &unknown {
            watch_shape(connection, *window)?;
        }
        let looked = match unknown.is_empty() {
            true => Vec::new(),
            false => Kin { connection, chosen: &self.chosen }.look(&unknown).map_err(lost)?,
        };
        // Of one that is gone the report is on its way: until then it is a block.
        for (window, looked) in unknown.iter().zip(looked).filter_map(|(window, it)| Some((window, it?))) {
            if let Some(window) = self.stack.find(*window) {
                // Until it was asked to, the server did not tell what becomes of its shape.
                self.sources.in_doubt(window, &self.stack, looked.is_shaped);
            }
            let kind = match looked.draws {
                _ if looked.membership.hidden => Kind::Hidden,
                true if looked.membership.shared || self.shows_others => Kind::Shared,
                _ => Kind::Nothing,
            };
            self.stack.classify(*window, kind);
        }
        let is_still = self.sources.refresh(connection, self.stack.windows(), self.shows_others)?;
        Ok(unknown.is_empty() && is_still)
    }

    /// To be called before pixels are asked for.
    pub const fn begin_frame(&mut self) {
        self.doubts_at_first = self.doubts;
    }

    /// To be called when everything is taken in that the server reported before it handed out the last of them: false
    /// when a window may have been another's for a moment, and none of the pixels may be shown.
    pub const fn end_frame(&self) -> bool {
        self.doubts_at_first == self.doubts
    }

    /// What has to be captured although nothing was drawn on the screen.
    pub fn take_changed(&mut self) -> Region {
        self.sources.take_changed().clipped(self.size)
    }

    /// Asks programs to draw what nobody has seen them draw.
    ///
    /// # Errors
    /// `Lost` when the server went away.
    pub fn pass_time(&mut self, connection: &RustConnection, now: Instant) -> Result<(), CaptureError> {
        self.sources.pass_time(connection, now)
    }

    /// When [`Self::pass_time`] does something.
    pub fn due(&self) -> Option<Instant> {
        self.sources.due()
    }
}

/// What an event says.
#[derive(Clone, Copy)]
enum Heard {
    Nothing,
    Happened(Happened),
    /// It left the root for another window.
    Reparented(Happened, Window),
    /// What kind of window it is, or all are, has to be looked at again.
    Doubt(Option<Window>),
    /// It has another shape; what that uncovers was reported before.
    Shape(Window),
    ChosenGone(Window),
    Wallpaper,
    Confused,
}

/// Looks at everything that is not known, as long as events come; what is still unknown then stays a block.
///
/// # Errors
/// `Lost` when the server went away.
pub fn settle(capturer: &mut super::X11Capturer) -> Result<(), CaptureError> {
    for _ in 0..MOST_LOOKS {
        let Some(windows) = &mut capturer.windows else { return Ok(()) };
        if windows.sources.begin_question() {
            capturer.connection.get_input_focus().map_err(lost)?.reply().map_err(lost)?;
            capturer.read_events()?;
            capturer.windows.iter_mut().for_each(|windows| windows.sources.end_question());
            continue;
        }
        if windows.settle_once(&capturer.connection)? {
            return Ok(());
        }
        capturer.read_events()?;
    }
    Ok(())
}

/// Lets the server tell of this window's shape.
fn watch_shape(connection: &RustConnection, window: Window) -> Result<(), CaptureError> {
    if connection.extension_information(shape::X11_EXTENSION_NAME).map_err(lost)?.is_some() {
        connection.shape_select_input(window, true).map_err(lost)?;
    }
    Ok(())
}

fn select_on_root(connection: &RustConnection, root: Window, mask: EventMask) -> Result<(), CaptureError> {
    let aux = ChangeWindowAttributesAux::new().event_mask(mask);
    connection.change_window_attributes(root, &aux).map_err(lost)?;
    Ok(())
}

/// A window's place with its border.
fn outer(x: i16, y: i16, width: u16, height: u16, border: u16) -> Rect {
    let border = 2 * u32::from(border);
    Rect::new(x.into(), y.into(), u32::from(width) + border, u32::from(height) + border)
}
