//! One window's own picture: naming it, knowing what of it the window's program has drawn, and asking for the rest.

use super::lost;
use super::sources::{Piece, local};
use crate::capture::CaptureError;
use crate::capture::drawn::Reports;
use crate::capture::stack::Shown;
use deskside_proto::geometry::{Rect, Region};
use std::time::{Duration, Instant};
use x11rb::connection::Connection as _;
use x11rb::protocol::composite::{ConnectionExt as _, Redirect};
use x11rb::protocol::damage::{ConnectionExt as _, Damage, ReportLevel};
use x11rb::protocol::xproto::{ConnectionExt as _, MapState, Pixmap, Window, WindowClass};
use x11rb::rust_connection::RustConnection;

/// So long a program has to draw its window before it is asked to; then twice as long each time, as a rule three times.
const DRAWS_WITHIN: Duration = Duration::from_millis(120);

/// So often it is asked for one picture.
const MOST_ASKED: u32 = 4;

/// So many windows within a window are asked.
const MOST_INNER: usize = 128;

/// A window of which pixels may be shown.
pub struct Source {
    window: Window,
    /// The window's place on the screen, with its border.
    place: Rect,
    picture: Option<Picture>,
    /// What was reported of the server's present picture, which may be a newer one than that which was named.
    reports: Reports,
    drawings: Damage,
    /// Width of the border, at which drawings begin to count.
    border: i32,
    /// The request from which on drawings count: before it the server has reported all of the window, which nobody has
    /// drawn.
    counts_from: Option<u16>,
    /// It was mapped, or became another size: the server keeps another picture of it now.
    is_stale: bool,
    /// When the program has to be asked to draw what is missing, and how often it was.
    due: Option<Instant>,
    asked: u32,
}

/// A picture that the server keeps of a window, of whatever it showed when it had this size.
struct Picture {
    pixmap: Pixmap,
    width: u32,
    height: u32,
    /// Where nothing is known to be drawn since the server made it: there it may hold what was on the screen before.
    undrawn: Region,
}

impl Source {
    /// Lets the server keep a picture of this window. It stays on the screen as it was; another program may do the same.
    ///
    /// # Errors
    /// `Lost` when the server went away.
    pub fn new(
        connection: &RustConnection,
        window: &Shown,
        own: &mut Vec<u16>,
    ) -> Result<Self, CaptureError> {
        let drawings = connection.generate_id().map_err(lost)?;
        // Before the server makes a picture, so that everything that is drawn into it is reported.
        connection.damage_create(drawings, window.number, ReportLevel::RAW_RECTANGLES).map_err(lost)?;
        let redirected =
            connection.composite_redirect_window(window.number, Redirect::AUTOMATIC).map_err(lost)?;
        let counts_from = low(redirected.sequence_number());
        own.push(counts_from);
        // So that what is drawn after it carries another number.
        connection.no_operation().map_err(lost)?;
        Ok(Self {
            window: window.number,
            place: window.place,
            picture: None,
            reports: Reports::default(),
            drawings,
            border: 0,
            counts_from: Some(counts_from),
            is_stale: true,
            due: None,
            asked: 0,
        })
    }

    /// Its number.
    pub const fn window(&self) -> Window {
        self.window
    }

    /// Its place when it was followed last.
    pub const fn place(&self) -> Rect {
        self.place
    }

    /// Its drawings are reported by this.
    pub const fn reports_by(&self, damage: Damage) -> bool {
        self.drawings == damage
    }

    /// The window itself was changed; with `is_new` the server has made another picture of it, or none.
    pub fn changed(&mut self, is_new: bool, was_mapped: bool, was_moved: bool) {
        if is_new {
            self.is_stale = true;
            self.reports = Reports::default();
            self.asked = 0;
            if was_mapped {
                self.reports.uncovered(everything());
            } else {
                // What a window of another size keeps of its picture is copied, and what it copies may be undrawn.
                self.reports.in_doubt(everything());
            }
        } else if self.is_open() {
            self.reports.uncovered(everything());
            if was_moved {
                // The server reports the copying of what moves as well.
                self.reports.uncovered(everything());
            }
        }
    }

    /// Another window was there, in places of the screen, and may be no longer.
    pub fn uncovered(&mut self, own: Rect, other: Rect) {
        if self.is_open() {
            self.reports.uncovered(local(other, own));
        }
    }

    /// What was reported there says nothing, or anywhere. Places of the screen: its own and the other's.
    pub fn in_doubt(&mut self, places: Option<(Rect, Rect)>) {
        if self.is_open() {
            self.reports.in_doubt(places.map_or_else(everything, |(own, other)| local(other, own)));
        }
    }

    /// Some of it is not known to be drawn.
    fn is_open(&self) -> bool {
        self.is_stale || self.picture.as_ref().is_some_and(|picture| !picture.undrawn.is_empty())
    }

    /// Takes in a report in the window's own coordinates; what of the screen it concerns. Where the window is now, and
    /// which places are those of windows that nobody knows.
    pub fn drawn(
        &mut self,
        area: Rect,
        number: u16,
        is_own: bool,
        place: Option<Rect>,
        unknown: impl Iterator<Item = Rect>,
    ) -> Rect {
        let area = moved(area, self.border, self.border);
        // Numbers of requests have 16 bits and go round.
        let is_early = self.counts_from.is_some_and(|from| number.wrapping_sub(from) > u16::MAX / 2);
        if !is_early && !is_own && self.is_open() {
            let mut parts = vec![area];
            if let Some(place) = place {
                for other in unknown {
                    let other = local(other, place);
                    parts = parts.iter().flat_map(|part| part.without(&other)).collect();
                }
            }
            parts.into_iter().for_each(|part| self.reports.drawn(part));
        }
        moved(area, self.place.x, self.place.y)
    }

    /// True when there is something to be believed or not.
    pub fn begin_question(&mut self) -> bool {
        // What was reported of a picture that has no name yet is judged when it has one.
        !self.is_stale && self.picture.is_some() && self.reports.begin_question()
    }

    /// The server has answered: what is known to be drawn now has to be captured.
    pub fn end_question(&mut self, changed: &mut Region) {
        if self.is_stale {
            return;
        }
        self.counts_from = None;
        let Some(picture) = &mut self.picture else { return };
        for rect in self.reports.end_question() {
            if picture.undrawn.intersects(&rect) {
                picture.undrawn.remove(&rect);
                changed.add(moved(rect, self.place.x, self.place.y));
            }
        }
        if picture.undrawn.is_empty() {
            (self.reports, self.due) = (Reports::default(), None);
        }
    }

    /// Follows the window to its place, and names its picture anew where that is another; true when nothing was asked.
    ///
    /// # Errors
    /// `Lost` when the server went away.
    pub fn follow(
        &mut self,
        connection: &RustConnection,
        window: &Shown,
        changed: &mut Region,
    ) -> Result<bool, CaptureError> {
        if self.place != window.place {
            changed.add(self.place);
            changed.add(window.place);
            if self.place.size() != window.place.size() && !self.is_stale {
                // It was looked at before its event came.
                self.changed(true, false, false);
            }
            self.place = window.place;
        }
        if !self.is_stale {
            return Ok(true);
        }
        self.renew(connection)?;
        changed.add(window.place);
        Ok(false)
    }

    /// Names the server's present picture of the window.
    fn renew(&mut self, connection: &RustConnection) -> Result<(), CaptureError> {
        self.forget_picture(connection)?;
        self.is_stale = false;
        let pixmap = connection.generate_id().map_err(lost)?;
        let named = connection.composite_name_window_pixmap(self.window, pixmap).map_err(lost)?;
        let geometry = connection.get_geometry(pixmap).map_err(lost)?;
        let window = connection.get_geometry(self.window).map_err(lost)?;
        let (named, geometry, window) = (named.check(), geometry.reply(), window.reply());
        let (Ok(()), Ok(window)) = (named, window) else {
            // Not on the screen at this moment: a report of that is on its way.
            return Ok(());
        };
        self.border = window.border_width.into();
        let geometry = geometry.map_err(lost)?;
        let (width, height) = (u32::from(geometry.width), u32::from(geometry.height));
        let is_readable = matches!(geometry.depth, 24 | 32);
        // To redirect a window the server takes it off the screen and puts it back, so that even one that was seen begins
        // with what was below it, and its program is asked to draw it again.
        let undrawn = Region::from(Rect::new(0, 0, width, height));
        if is_readable {
            self.picture = Some(Picture { pixmap, width, height, undrawn });
            self.due = Some(Instant::now() + DRAWS_WITHIN);
        } else {
            connection.free_pixmap(pixmap).map_err(lost)?;
        }
        Ok(())
    }

    /// When its program has to be asked to draw.
    pub const fn due(&self) -> Option<Instant> {
        self.due
    }

    /// Asks the program to draw what nobody has seen it draw, as if it had just become visible.
    ///
    /// # Errors
    /// `Lost` when the server went away.
    pub fn ask_to_draw(&mut self, connection: &RustConnection, now: Instant) -> Result<(), CaptureError> {
        self.asked += 1;
        self.due = (self.asked < MOST_ASKED).then(|| now + DRAWS_WITHIN * (1 << self.asked));
        let Some(picture) = self.picture.as_ref().filter(|_| !self.is_stale) else { return Ok(()) };
        // Of windows within it each has its own drawings.
        let border = self.border;
        let mut inner = vec![(self.window, border, border)];
        let mut seen = 0;
        while let Some((window, x, y)) = inner.pop() {
            seen += 1;
            let tree = connection.query_tree(window).map_err(lost)?;
            let attributes = connection.get_window_attributes(window).map_err(lost)?;
            let (Ok(tree), Ok(attributes)) = (tree.reply(), attributes.reply()) else { continue };
            if attributes.map_state == MapState::UNMAPPED || attributes.class == WindowClass::INPUT_ONLY {
                continue;
            }
            for hole in picture.undrawn.iter() {
                let (x, y) = (clamp(hole.x.saturating_sub(x)), clamp(hole.y.saturating_sub(y)));
                let (width, height) = (clamp_size(hole.width), clamp_size(hole.height));
                connection.clear_area(true, window, x, y, width, height).map_err(lost)?;
            }
            for child in tree.children.into_iter().take(MOST_INNER.saturating_sub(seen + inner.len())) {
                if let Ok(place) = connection.get_geometry(child).map_err(lost)?.reply() {
                    let border = i32::from(place.border_width);
                    inner.push((child, x + i32::from(place.x) + border, y + i32::from(place.y) + border));
                }
            }
        }
        Ok(())
    }

    /// Where the pixels of a part of the screen within its place come from.
    pub fn cut(&self, part: Rect, pieces: &mut Vec<Piece>) {
        let Some(picture) = &self.picture else {
            pieces.push(Piece { rect: part, from: None });
            return;
        };
        let (x, y) = (self.place.x, self.place.y);
        let whole = Rect::new(x, y, picture.width, picture.height);
        let nothing = |rect: Rect| Piece { rect, from: None };
        pieces.extend(part.without(&whole).map(nothing));
        let mut drawn: Vec<Rect> = part.intersection(&whole).into_iter().collect();
        for hole in picture.undrawn.iter() {
            let hole = moved(*hole, x, y);
            pieces.extend(drawn.iter().filter_map(|part| part.intersection(&hole)).map(nothing));
            drawn = drawn.iter().flat_map(|part| part.without(&hole)).collect();
        }
        pieces.extend(drawn.into_iter().map(|rect| Piece { rect, from: Some((picture.pixmap, x, y)) }));
    }

    fn forget_picture(&mut self, connection: &RustConnection) -> Result<(), CaptureError> {
        if let Some(picture) = self.picture.take() {
            connection.free_pixmap(picture.pixmap).map_err(lost)?;
        }
        Ok(())
    }

    /// Gives everything back to the server.
    ///
    /// # Errors
    /// `Lost` when the server went away.
    pub fn release(mut self, connection: &RustConnection, own: &mut Vec<u16>) -> Result<(), CaptureError> {
        self.forget_picture(connection)?;
        // Of a window that is gone the server has forgotten both; its errors are read and ignored.
        connection.damage_destroy(self.drawings).map_err(lost)?;
        let unredirected =
            connection.composite_unredirect_window(self.window, Redirect::AUTOMATIC).map_err(lost)?;
        own.push(low(unredirected.sequence_number()));
        connection.no_operation().map_err(lost)?;
        Ok(())
    }
}

/// Every place that a picture can have: numbers of the protocol have 16 bits.
const fn everything() -> Rect {
    Rect::new(-40_000, -40_000, 80_000, 80_000)
}

/// The half of a request's number that events carry.
const fn low(number: u64) -> u16 {
    number as u16
}

fn clamp(value: i32) -> i16 {
    i16::try_from(value.clamp(i16::MIN.into(), i16::MAX.into())).unwrap_or_default()
}

/// Zero would mean everything to the right and below.
fn clamp_size(value: u32) -> u16 {
    u16::try_from(value).unwrap_or(u16::MAX).max(1)
}

/// A rectangle elsewhere.
pub const fn moved(rect: Rect, x: i32, y: i32) -> Rect {
    Rect { x: rect.x.saturating_add(x), y: rect.y.saturating_add(y), ..rect }
}
