//! Follows the windows of an X display for the sake of what is hidden and what alone is shared. It exists only where
//! windows have to be told apart, and costs nothing otherwise. Hears of every change by events, in the server's order.

use super::lost;
use super::sources::Sources;
use crate::capture::CaptureError;
use crate::capture::curtain::{Cover, Curtain, Happened, Kind, Shown};
use crate::sharing::{Chosen, Kin, Share, Sharing, effects_owner, is_shaped};
use deskside_proto::geometry::{Rect, Region, Size};
use std::collections::HashMap;
use std::time::Instant;
use x11rb::connection::{Connection as _, RequestConnection as _};
use x11rb::protocol::Event;
use x11rb::protocol::damage::{ConnectionExt as _, Damage, ReportLevel};
use x11rb::protocol::shape::{self, ConnectionExt as _};
use x11rb::protocol::xfixes::{ConnectionExt as _, SelectionEventMask};
use x11rb::protocol::xproto::{
    ChangeWindowAttributesAux, ConnectionExt as _, EventMask, MapState, Place, Window, WindowClass,
};
use x11rb::rust_connection::RustConnection;

/// Windows that come while windows are looked at are looked at too, so many times; the rest stays hidden until later.
const MOST_LOOKS: usize = 8;

/// The windows of a display, as far as sharing is concerned.
pub struct Windows {
    root: Window,
    screen_number: usize,
    size: Size,
    chosen: Chosen,
    curtain: Curtain,
    /// Report every drawing in its order among the other events, where pixels come from the screen: one for each window,
    /// because only that one is clipped to what can be seen of the window, and one for the root.
    drawings: HashMap<Damage, Window>,
    /// Those that are new: a server begins by reporting all of the window, which nobody has drawn.
    young: Vec<Damage>,
    /// Those whose beginning has been reported once the present question is answered.
    fenced: Vec<Damage>,
    /// What the windows themselves show, where only one of them is shared.
    sources: Option<Sources>,
    /// All windows are shared but those that are hidden.
    shows_others: bool,
    /// Something was reported that does not fit: all is hidden until everything is looked at again.
    confused: bool,
    /// It was so in this frame.
    blind: bool,
}

impl Windows {
    /// Begins to follow, before anything is fetched under this sharing.
    ///
    /// # Errors
    /// `Lost` when the server went away.
    pub fn follow(
        connection: &RustConnection,
        root: Window,
        size: Size,
        sharing: &Sharing,
    ) -> Result<Self, CaptureError> {
        let screen_number = connection.setup().roots.iter().position(|screen| screen.root == root);
        let only_a_window = matches!(sharing.share, Share::Window(_));
        let mut windows = Self {
            root,
            screen_number: screen_number.unwrap_or_default(),
            size,
            chosen: Chosen::of(sharing),
            curtain: Curtain::new(size, Vec::new(), false),
            drawings: HashMap::new(),
            young: Vec::new(),
            fenced: Vec::new(),
            // Also where a window is hidden pixels come from the others' own pictures: what it has left on the screen
            // was found there by a test in spite of the curtain. What no window covers is hidden then.
            sources: Some(Sources::new(connection)?),
            shows_others: !only_a_window,
            confused: true,
            blind: true,
        };
        windows.watch(connection)?;
        windows.watch_drawings(connection, root)?;
        windows.look_at_all(connection)?;
        Ok(windows)
    }

    /// Takes over from those who followed under another sharing: what hidden windows have left behind is theirs still, and
    /// what they may leave at this very moment is so too.
    pub fn take_over(&mut self, before: &Self, now: Instant) {
        // Where only a window was shared nobody has heard what was drawn on the screen.
        if before.sources.is_none() && self.sources.is_none() {
            let is_more = self.chosen.hide_all_of(&before.chosen);
            let hidden = if is_more { before.curtain.hidden() } else { before.curtain.left_behind() };
            self.curtain.take_over(&hidden, now);
        }
    }

    /// Stops following; the server goes on reporting if others do.
    ///
    /// # Errors
    /// `Lost` when the server went away.
    pub fn release(mut self, connection: &RustConnection, others_follow: bool) -> Result<(), CaptureError> {
        if let Some(sources) = &mut self.sources {
            sources.release(connection)?;
        }
        for damage in self.drawings.keys() {
            connection.damage_destroy(*damage).map_err(lost)?;
        }
        if others_follow {
            Ok(())
        } else {
            select_on_root(connection, self.root, EventMask::STRUCTURE_NOTIFY)
        }
    }

    /// Only a window is shared: pixels come from it, and from nothing else on the screen.
    pub const fn sources(&self) -> Option<&Sources> {
        self.sources.as_ref()
    }

    fn watch(&self, connection: &RustConnection) -> Result<(), CaptureError> {
        let both = EventMask::STRUCTURE_NOTIFY | EventMask::SUBSTRUCTURE_NOTIFY;
        select_on_root(connection, self.root, both)?;
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

    fn watch_drawings(&mut self, connection: &RustConnection, window: Window) -> Result<(), CaptureError> {
        if self.sources.is_none() && !self.drawings.values().any(|known| *known == window) {
            let damage = connection.generate_id().map_err(lost)?;
            // Of a window that is gone already an error is reported, and read as every other event.
            connection.damage_create(damage, window, ReportLevel::RAW_RECTANGLES).map_err(lost)?;
            self.drawings.insert(damage, window);
            self.young.push(damage);
        }
        Ok(())
    }

    fn forget_drawings(&mut self, connection: &RustConnection, window: Window) -> Result<(), CaptureError> {
        let damage = self.drawings.iter().find(|(_, known)| **known == window).map(|(damage, _)| *damage);
        if let Some(damage) = damage {
            self.drawings.remove(&damage);
            connection.damage_destroy(damage).map_err(lost)?;
        }
        Ok(())
    }

    /// Asks for every window anew. What is reported meanwhile is taken in afterwards, on top of the answers.
    fn look_at_all(&mut self, connection: &RustConnection) -> Result<(), CaptureError> {
        for window in self.chosen.all().collect::<Vec<_>>() {
            if connection.get_geometry(window).map_err(lost)?.reply().is_err() {
                self.chosen.forget_shared(window);
            }
        }
        let effects = effects_owner(connection, self.screen_number).map_err(lost)?;
        let children = connection.query_tree(self.root).map_err(lost)?.reply().map_err(lost)?.children;
        let mut asked = Vec::with_capacity(children.len());
        for child in children {
            self.watch_drawings(connection, child)?;
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
        self.curtain.begin_anew(shown, effects, Instant::now());
        (self.confused, self.blind) = (false, true);
        Ok(())
    }

    /// Takes in an event; false when it is none about windows.
    ///
    /// # Errors
    /// `Lost` when the server went away.
    pub fn take(
        &mut self,
        connection: &RustConnection,
        event: &Event,
        now: Instant,
    ) -> Result<bool, CaptureError> {
        let Some(heard) = self.heard(event) else { return Ok(false) };
        if let Heard::Happened(Happened::Created(window, _)) = heard {
            self.watch_drawings(connection, window)?;
        }
        if let Heard::Happened(Happened::Gone(window)) | Heard::Reparented(Happened::Gone(window), _) = heard
        {
            self.forget_drawings(connection, window)?;
        }
        match heard {
            Heard::Nothing => {}
            Heard::Happened(what) => {
                // The order of windows at the time of a first look may be older than a report.
                self.confused |= !self.curtain.happened(what, now);
                if let (Some(sources), Happened::Mapped(window, _) | Happened::Gone(window)) =
                    (&mut self.sources, what)
                {
                    sources.stale(window);
                }
            }
            Heard::Reparented(what, into) => {
                self.confused |= !self.curtain.happened(what, now);
                self.curtain.doubt(Some(into));
            }
            Heard::Doubt(window) => self.curtain.doubt(window),
            Heard::ChosenGone(window) => {
                self.chosen.forget_shared(window);
                self.curtain.doubt(None);
            }
            Heard::Drawn(window, rect) if window == self.root => self.curtain.drawn_below(rect),
            Heard::Drawn(window, rect) => self.curtain.drawn(window, rect),
            Heard::Confused => self.confused = true,
        }
        Ok(true)
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
            Event::DamageNotify(event)
                if self.young.contains(&event.damage) || self.fenced.contains(&event.damage) =>
            {
                Heard::Nothing
            }
            Event::DamageNotify(event) if self.drawings.contains_key(&event.damage) => {
                let window = self.drawings.get(&event.damage).copied().unwrap_or(root);
                let (area, at) = (event.area, event.geometry);
                let (x, y) = (i32::from(at.x) + i32::from(area.x), i32::from(at.y) + i32::from(area.y));
                Heard::Drawn(window, Rect::new(x, y, area.width.into(), area.height.into()))
            }
            Event::DamageNotify(event) => {
                let sources = self.sources.as_mut()?;
                return sources.drawn(event).then_some(Heard::Nothing);
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
            Event::ShapeNotify(event) => Heard::Doubt(Some(event.affected_window)),
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
    fn settle_once(&mut self, connection: &RustConnection, now: Instant) -> Result<bool, CaptureError> {
        if self.confused {
            self.look_at_all(connection)?;
            if let Some(sources) = &mut self.sources {
                sources.all_stale();
            }
            return Ok(false);
        }
        let unknown = self.curtain.unclassified();
        for window in &unknown {
            // Of one that is gone the report is on its way: until then it stays hidden, and then what it left behind.
            if let Some((kind, is_shared)) = self.kind_of(connection, *window)? {
                self.curtain.classify(*window, kind, is_shared, now);
            }
        }
        let is_still = match &mut self.sources {
            Some(sources) => sources.refresh(connection, self.curtain.windows())?,
            None => true,
        };
        Ok(unknown.is_empty() && is_still)
    }

    /// What a window is, and whether it is shared; `None` when it is gone.
    fn kind_of(
        &self,
        connection: &RustConnection,
        window: Window,
    ) -> Result<Option<(Kind, bool)>, CaptureError> {
        if has_shapes(connection)? {
            connection.shape_select_input(window, true).map_err(lost)?;
        }
        let kin = Kin { connection, chosen: &self.chosen };
        let Some(membership) = kin.membership(window).map_err(lost)? else { return Ok(None) };
        if membership.hidden {
            return Ok(Some((Kind::Hidden, false)));
        }
        let Ok(attributes) = connection.get_window_attributes(window).map_err(lost)?.reply() else {
            return Ok(None);
        };
        let draws = attributes.class == WindowClass::INPUT_OUTPUT;
        let covers = draws && !is_shaped(connection, window).map_err(lost)?;
        Ok(Some((
            if covers { Kind::Cover } else { Kind::Other },
            (membership.shared || self.shows_others) && draws,
        )))
    }

    /// True when the server has to answer something before [`Self::end_fence`].
    fn begin_fence(&mut self) -> bool {
        self.fenced.append(&mut self.young);
        self.curtain.begin_fence() || !self.fenced.is_empty()
    }

    /// It has answered, and everything that it reported before is taken in.
    fn end_fence(&mut self, now: Instant) {
        self.fenced.clear();
        self.curtain.end_fence(now);
    }

    /// To be called before pixels are asked for.
    pub fn begin_frame(&mut self) {
        self.blind = false;
        self.curtain.begin_frame();
    }

    /// What must not be shown of the pixels that were fetched from the screen since then.
    pub fn end_frame(&self) -> Cover {
        let mut hidden = self.curtain.end_frame();
        if self.confused || self.blind {
            hidden.add(self.size.rect());
        }
        hidden
    }

    /// The frame is hidden as a whole, and has to be captured again.
    pub const fn is_blind(&self) -> bool {
        self.blind
    }

    /// What has to be captured although nothing was drawn.
    pub fn take_changed(&mut self) -> Region {
        let changed = self.curtain.take_changed();
        let changed = match &mut self.sources {
            Some(sources) => sources.take_changed(),
            None => changed.as_slice().iter().copied().collect(),
        };
        changed.clipped(self.size)
    }

    /// Lets go of what has been hidden long enough.
    pub fn pass_time(&mut self, now: Instant) {
        self.curtain.pass_time(now);
    }

    /// When [`Self::pass_time`] changes something.
    pub const fn due(&self) -> Option<Instant> {
        self.curtain.due()
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
    ChosenGone(Window),
    Drawn(Window, Rect),
    Confused,
}

/// Looks at everything that is not known, as long as events come; what is still unknown then stays hidden.
///
/// # Errors
/// `Lost` when the server went away.
pub fn settle(capturer: &mut super::X11Capturer) -> Result<(), CaptureError> {
    for _ in 0..MOST_LOOKS {
        let now = Instant::now();
        let Some(windows) = &mut capturer.windows else { return Ok(()) };
        if windows.begin_fence() {
            capturer.connection.get_input_focus().map_err(lost)?.reply().map_err(lost)?;
            capturer.read_events()?;
            capturer.windows.iter_mut().for_each(|windows| windows.end_fence(now));
            continue;
        }
        if windows.settle_once(&capturer.connection, now)? {
            return Ok(());
        }
        capturer.read_events()?;
    }
    Ok(())
}

fn select_on_root(connection: &RustConnection, root: Window, mask: EventMask) -> Result<(), CaptureError> {
    let aux = ChangeWindowAttributesAux::new().event_mask(mask);
    connection.change_window_attributes(root, &aux).map_err(lost)?;
    Ok(())
}

fn has_shapes(connection: &RustConnection) -> Result<bool, CaptureError> {
    Ok(connection.extension_information(shape::X11_EXTENSION_NAME).map_err(lost)?.is_some())
}

/// A window's place with its border.
fn outer(x: i16, y: i16, width: u16, height: u16, border: u16) -> Rect {
    let border = 2 * u32::from(border);
    Rect::new(x.into(), y.into(), u32::from(width) + border, u32::from(height) + border)
}
