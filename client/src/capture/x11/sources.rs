//! The pictures of single windows, as the X server keeps them apart from the screen. Where windows are told apart every
//! pixel comes from here: whatever moves, covers or flies on the screen, nothing else can be in it.
//!
//! Reference: the Composite extension, protocol version 0.2, "NameWindowPixmap".

use super::lost;
use super::source::{Source, moved};
use super::wallpaper::Wallpaper;
use crate::capture::CaptureError;
use crate::capture::stack::{Kind, Shown, Stack};
use deskside_proto::geometry::{Rect, Region};
use std::time::Instant;
use x11rb::connection::RequestConnection as _;
use x11rb::protocol::composite::{self, ConnectionExt as _};
use x11rb::protocol::damage::NotifyEvent as DamageNotify;
use x11rb::protocol::xproto::{Pixmap, Window};
use x11rb::rust_connection::RustConnection;

/// All windows of which pixels may be shown, and those that are blocks, bottom first.
pub struct Sources {
    layers: Vec<Layer>,
    /// What is seen where no window is, unless it is nothing.
    wallpaper: Option<Wallpaper>,
    /// What has to be captured.
    changed: Region,
    /// What is shared is another thing since the layers were made: none of them counts.
    veiled: bool,
    /// Our own requests that take windows off the screen and put them back: what is reported for them nobody has drawn.
    /// The lower half of their numbers, which is what events carry.
    own: Vec<u16>,
}

enum Layer {
    Window(Source),
    /// Something that nobody may see, or that nobody has looked at yet.
    Block(Rect),
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
        Ok(Self {
            layers: Vec::new(),
            wallpaper: None,
            changed: Region::new(),
            veiled: true,
            own: Vec::new(),
        })
    }

    /// Something else is shared: nothing is shown until [`Self::refresh`] has looked who may be.
    pub const fn veil(&mut self) {
        self.veiled = true;
    }

    /// What is to be seen where no window is.
    ///
    /// # Errors
    /// `Lost` when the server went away.
    pub fn set_wallpaper(
        &mut self,
        connection: &RustConnection,
        wallpaper: Option<Wallpaper>,
    ) -> Result<(), CaptureError> {
        if let Some(old) = std::mem::replace(&mut self.wallpaper, wallpaper) {
            self.changed.add(old.place());
            old.release(connection)?;
        }
        self.wallpaper.iter().for_each(|new| self.changed.add(new.place()));
        Ok(())
    }

    /// A window was changed in place, order, size or being there. `before` says how it was, and the stack how it is.
    pub fn window_changed(&mut self, before: &Shown, stack: &Stack) {
        let after = stack.find(before.number);
        for source in windows_mut(&mut self.layers) {
            if source.window() == before.number {
                let is_new = after.is_none_or(|after| {
                    after.mapped != before.mapped || after.place.size() != before.place.size()
                });
                let was_mapped = after.is_some_and(|after| after.mapped && !before.mapped);
                source.changed(is_new, was_mapped, after.is_some_and(|after| after.place != before.place));
            } else if before.mapped
                && let Some(own) = stack.find(source.window())
            {
                // One whose border grew before it moved has covered a little more than it had.
                let size = after.map_or(before.place, |after| after.place);
                let was = Rect {
                    width: before.place.width.max(size.width),
                    height: before.place.height.max(size.height),
                    ..before.place
                };
                source.uncovered(own.place, was);
            }
        }
    }

    /// A window changed without notice, or may have: what was reported at its place says nothing.
    pub fn in_doubt(&mut self, window: &Shown, stack: &Stack, of_itself: bool) {
        for source in windows_mut(&mut self.layers) {
            if source.window() == window.number {
                if of_itself {
                    source.in_doubt(None);
                }
            } else if let Some(own) = stack.find(source.window()) {
                source.in_doubt(Some((own.place, window.place)));
            }
        }
    }

    /// Nothing is known of what windows did a moment ago.
    pub fn all_in_doubt(&mut self) {
        windows_mut(&mut self.layers).for_each(|source| source.in_doubt(None));
    }

    /// Something was drawn in one of the windows, or became visible; false when it is none of them.
    pub fn drawn(&mut self, report: &DamageNotify, stack: &Stack) -> bool {
        let Some(source) = windows_mut(&mut self.layers).find(|source| source.reports_by(report.damage))
        else {
            return false;
        };
        let is_own = self.own.contains(&report.sequence);
        // Who is not known may have a hole by now of which nobody has told.
        let unknown = stack.windows().iter().filter(|other| other.mapped && other.kind == Kind::Unknown);
        let own = source.window();
        let unknown = unknown.filter(|other| other.number != own).map(|other| other.place);
        let area = report.area;
        let area = Rect::new(area.x.into(), area.y.into(), area.width.into(), area.height.into());
        let place = stack.find(own).map(|own| own.place);
        self.changed.add(source.drawn(area, report.sequence, is_own, place, unknown));
        true
    }

    /// Follows the windows, bottom first; true when nothing had to be asked. With `blocks` those that may not be seen
    /// hide what is below them.
    ///
    /// # Errors
    /// `Lost` when the server went away.
    pub fn refresh(
        &mut self,
        connection: &RustConnection,
        windows: &[Shown],
        blocks: bool,
    ) -> Result<bool, CaptureError> {
        let old = std::mem::take(&mut self.layers);
        let old_order: Vec<(Option<Window>, Rect)> = old.iter().map(Layer::key).collect();
        let mut old: Vec<Source> = old.into_iter().filter_map(Layer::into_window).collect();
        let (mut is_still, mut acted) = (true, false);
        for window in windows.iter().filter(|window| window.mapped) {
            match window.kind {
                Kind::Shared => {
                    let known = old.iter().position(|source| source.window() == window.number);
                    let mut source = match known.map(|at| old.swap_remove(at)) {
                        Some(source) => source,
                        None => {
                            acted = true;
                            Source::new(connection, window, &mut self.own)?
                        }
                    };
                    is_still &= source.follow(connection, window, &mut self.changed)?;
                    self.layers.push(Layer::Window(source));
                }
                Kind::Unknown | Kind::Hidden if blocks => self.layers.push(Layer::Block(window.place)),
                Kind::Unknown | Kind::Hidden | Kind::Nothing => {}
            }
        }
        for source in old {
            acted = true;
            source.release(connection, &mut self.own)?;
        }
        let order: Vec<_> = self.layers.iter().map(Layer::key).collect();
        if order != old_order || self.veiled {
            old_order.iter().chain(&order).for_each(|(_, place)| self.changed.add(*place));
        }
        self.veiled = false;
        Ok(is_still && !acted)
    }

    /// True when the server has to be asked something, whatever it is, before [`Self::end_question`].
    #[must_use]
    pub fn begin_question(&mut self) -> bool {
        let mut is_open = !self.own.is_empty();
        for source in windows_mut(&mut self.layers) {
            is_open |= source.begin_question();
        }
        is_open
    }

    /// It has answered, and everything that it reported before is taken in.
    pub fn end_question(&mut self) {
        self.own.clear();
        for source in windows_mut(&mut self.layers) {
            source.end_question(&mut self.changed);
        }
    }

    /// When a window has to be asked to draw what nobody has seen it draw.
    pub fn due(&self) -> Option<Instant> {
        self.layers.iter().filter_map(Layer::as_window).filter_map(Source::due).min()
    }

    /// Asks those whose time has come.
    ///
    /// # Errors
    /// `Lost` when the server went away.
    pub fn pass_time(&mut self, connection: &RustConnection, now: Instant) -> Result<(), CaptureError> {
        for source in windows_mut(&mut self.layers) {
            if source.due().is_some_and(|due| due <= now) {
                source.ask_to_draw(connection, now)?;
            }
        }
        Ok(())
    }

    /// Where the pixels of a part of the screen come from: pieces that do not overlap and make it up.
    pub fn pieces(&self, rect: Rect) -> Vec<Piece> {
        let (mut pieces, mut rest) = (Vec::new(), vec![rect]);
        let layers = if self.veiled { &[] } else { self.layers.as_slice() };
        for layer in layers.iter().rev() {
            let mut below = Vec::new();
            let (_, place) = layer.key();
            for part in rest {
                below.extend(part.without(&place));
                if let Some(part) = part.intersection(&place) {
                    match layer {
                        Layer::Window(source) => source.cut(part, &mut pieces),
                        Layer::Block(_) => pieces.push(Piece { rect: part, from: None }),
                    }
                }
            }
            rest = below;
        }
        let wallpaper = self.wallpaper.as_ref().filter(|_| !self.veiled);
        for part in rest {
            match wallpaper {
                Some(wallpaper) => wallpaper.cut(part, &mut pieces),
                None => pieces.push(Piece { rect: part, from: None }),
            }
        }
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
    pub fn release(mut self, connection: &RustConnection) -> Result<(), CaptureError> {
        self.set_wallpaper(connection, None)?;
        for source in self.layers.drain(..).filter_map(Layer::into_window) {
            source.release(connection, &mut self.own)?;
        }
        Ok(())
    }
}

impl Layer {
    const fn key(&self) -> (Option<Window>, Rect) {
        match self {
            Self::Window(source) => (Some(source.window()), source.place()),
            Self::Block(place) => (None, *place),
        }
    }

    fn into_window(self) -> Option<Source> {
        match self {
            Self::Window(source) => Some(source),
            Self::Block(_) => None,
        }
    }

    const fn as_window(&self) -> Option<&Source> {
        match self {
            Self::Window(source) => Some(source),
            Self::Block(_) => None,
        }
    }
}

fn windows_mut(layers: &mut [Layer]) -> impl Iterator<Item = &mut Source> {
    layers.iter_mut().filter_map(|layer| match layer {
        Layer::Window(source) => Some(source),
        Layer::Block(_) => None,
    })
}

/// A part of the screen in the coordinates of a picture whose corner is there.
pub(super) fn local(rect: Rect, place: Rect) -> Rect {
    moved(rect, place.x.saturating_neg(), place.y.saturating_neg())
}
