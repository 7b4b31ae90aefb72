//! The pictures of single windows, as the X server keeps them apart from the screen. Where only a window is shared every
//! pixel comes from here: whatever moves, covers or flies on the screen, nothing else can be in it.
//!
//! Reference: the Composite extension, protocol version 0.2, "NameWindowPixmap".

use super::lost;
use crate::capture::CaptureError;
use crate::capture::curtain::Shown;
use deskside_proto::geometry::{Rect, Region};
use x11rb::connection::{Connection as _, RequestConnection as _};
use x11rb::protocol::composite::{self, ConnectionExt as _, Redirect};
use x11rb::protocol::damage::{ConnectionExt as _, Damage, NotifyEvent as DamageNotify, ReportLevel};
use x11rb::protocol::xproto::{ConnectionExt as _, Pixmap, Window};
use x11rb::rust_connection::RustConnection;

/// All windows of which pixels may be shown, bottom first.
pub struct Sources {
    sources: Vec<Source>,
    /// What has to be captured.
    changed: Region,
}

struct Source {
    window: Window,
    /// The window's place on the screen, with its border.
    place: Rect,
    picture: Option<Picture>,
    drawings: Damage,
    /// Width of the border, at which drawings begin to count.
    border: i32,
    /// The request from which on drawings count. Before it the server has reported all of the window, which nobody has
    /// drawn.
    counts_from: u16,
    /// It was mapped, or became another size: the server keeps another picture of it now.
    is_stale: bool,
}

/// A picture that the server keeps of a window, of whatever it showed when it had this size.
struct Picture {
    pixmap: Pixmap,
    width: u32,
    height: u32,
    /// Where nothing was drawn since the server made it: there it may hold what was on the screen before.
    undrawn: Region,
}

/// Where the pixels of a piece of the screen come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Piece {
    /// On the screen.
    pub rect: Rect,
    /// The picture, and the screen's place of its corner; none where nothing may be seen.
    pub from: Option<(Pixmap, i32, i32)>,
}

impl Sources {
    /// No windows yet.
    ///
    /// # Errors
    /// `Missing` where the server keeps no pictures of windows.
    pub fn new(connection: &RustConnection) -> Result<Self, CaptureError> {
        if connection.extension_information(composite::X11_EXTENSION_NAME).map_err(lost)?.is_none() {
            return Err(CaptureError::Missing("the Composite extension"));
        }
        connection.composite_query_version(0, 4).map_err(lost)?.reply().map_err(lost)?;
        Ok(Self { sources: Vec::new(), changed: Region::new() })
    }

    /// The window was mapped or unmapped: its picture is another one.
    pub fn stale(&mut self, window: Window) {
        for source in self.sources.iter_mut().filter(|source| source.window == window) {
            source.is_stale = true;
        }
    }

    /// All pictures may be others.
    pub fn all_stale(&mut self) {
        self.sources.iter_mut().for_each(|source| source.is_stale = true);
    }

    /// Something was drawn in one of the windows; false when it is none of them.
    pub fn drawn(&mut self, report: &DamageNotify) -> bool {
        let area = report.area;
        let Some(source) = self.sources.iter_mut().find(|source| source.drawings == report.damage) else {
            return false;
        };
        let area = Rect::new(area.x.into(), area.y.into(), area.width.into(), area.height.into());
        let area = moved(area, source.border, source.border);
        // Numbers of requests have 16 bits and go round.
        let counts = report.sequence.wrapping_sub(source.counts_from) < u16::MAX / 2;
        if let Some(picture) = source.picture.as_mut().filter(|_| counts) {
            picture.undrawn.remove(&area);
        }
        let on_screen = moved(area, source.place.x, source.place.y);
        self.changed.add(on_screen);
        true
    }

    /// Follows the windows, bottom first; true when nothing had to be asked.
    ///
    /// # Errors
    /// `Lost` when the server went away.
    pub fn refresh(&mut self, connection: &RustConnection, windows: &[Shown]) -> Result<bool, CaptureError> {
        let mut old = std::mem::take(&mut self.sources);
        let order: Vec<Window> = old.iter().map(|source| source.window).collect();
        let (mut fresh, mut is_still) = (Vec::with_capacity(old.len()), true);
        for window in windows {
            if !(window.mapped && window.shared && window.settled) {
                continue;
            }
            let known = old.iter().position(|source| source.window == window.number);
            let mut source = match known.map(|at| old.swap_remove(at)) {
                Some(source) => source,
                None => Source::new(connection, window)?,
            };
            if source.place != window.place {
                self.changed.add(source.place);
                self.changed.add(window.place);
                source.is_stale |= source.place.size() != window.place.size();
                source.place = window.place;
            }
            if source.is_stale {
                is_still = false;
                source.renew(connection)?;
                self.changed.add(window.place);
            }
            fresh.push(source);
        }
        if fresh.iter().map(|source| source.window).ne(order.iter().copied()) {
            fresh.iter().for_each(|source| self.changed.add(source.place));
        }
        for mut source in old {
            self.changed.add(source.place);
            source.release(connection)?;
        }
        self.sources = fresh;
        Ok(is_still)
    }

    /// Where the pixels of a part of the screen come from: pieces that do not overlap and make it up.
    pub fn pieces(&self, rect: Rect) -> Vec<Piece> {
        let (mut pieces, mut rest) = (Vec::new(), vec![rect]);
        for source in self.sources.iter().rev() {
            let mut below = Vec::new();
            for part in rest {
                below.extend(part.without(&source.place));
                if let Some(part) = part.intersection(&source.place) {
                    source.cut(part, &mut pieces);
                }
            }
            rest = below;
        }
        pieces.extend(rest.into_iter().map(|rect| Piece { rect, from: None }));
        pieces
    }

    /// What has to be captured.
    pub fn take_changed(&mut self) -> Region {
        self.changed.take()
    }

    /// Gives everything back to the server.
    ///
    /// # Errors
    /// `Lost` when the server went away.
    pub fn release(&mut self, connection: &RustConnection) -> Result<(), CaptureError> {
        for mut source in self.sources.drain(..) {
            source.release(connection)?;
        }
        Ok(())
    }
}

impl Source {
    fn new(connection: &RustConnection, window: &Shown) -> Result<Self, CaptureError> {
        let drawings = connection.generate_id().map_err(lost)?;
        // Before the server makes a picture, so that everything that is drawn into it is reported.
        connection.damage_create(drawings, window.number, ReportLevel::RAW_RECTANGLES).map_err(lost)?;
        // It stays on the screen as it was; another program may do the same at the same time.
        let redirected =
            connection.composite_redirect_window(window.number, Redirect::AUTOMATIC).map_err(lost)?;
        // The numbers that events carry are the lower half.
        let counts_from = redirected.sequence_number() as u16;
        Ok(Self {
            window: window.number,
            place: window.place,
            picture: None,
            drawings,
            border: 0,
            counts_from,
            is_stale: true,
        })
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
        } else {
            connection.free_pixmap(pixmap).map_err(lost)?;
        }
        Ok(())
    }

    fn cut(&self, part: Rect, pieces: &mut Vec<Piece>) {
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

    fn release(&mut self, connection: &RustConnection) -> Result<(), CaptureError> {
        self.forget_picture(connection)?;
        // Of a window that is gone the server has forgotten both; its errors are read and ignored.
        connection.damage_destroy(self.drawings).map_err(lost)?;
        connection.composite_unredirect_window(self.window, Redirect::AUTOMATIC).map_err(lost)?;
        Ok(())
    }
}

fn moved(rect: Rect, x: i32, y: i32) -> Rect {
    Rect { x: rect.x.saturating_add(x), y: rect.y.saturating_add(y), ..rect }
}
