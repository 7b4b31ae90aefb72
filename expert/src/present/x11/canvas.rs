//! The child window that shows the picture: the thread that decodes puts changed pixels into it at once, without the
//! window's thread and without OpenGL. It knows no widgets; what covers it is cut out of its shape.

use std::sync::Arc;
use std::time::{Duration, Instant};

use deskside_media::surface::{Area, PIXEL_BYTES};
use deskside_proto::wire::cursor::CursorShape;
use egui::{Color32, ColorImage, Context};
use x11rb::errors::{ConnectionError, ReplyOrIdError};
use x11rb::protocol::xproto::Rectangle;

use super::Unsuitable;
use super::memory::Memory;
use super::pointer::OwnPointer;
use super::window::Child;
use crate::link::{Eye, Picture, SharedCursor};
use crate::present::Pointing;
use crate::present::delays::Delays;
use crate::present::port::Port;
use crate::present::scaling::{Scaler, rows};
use crate::present::sprite::Sprite;

/// How soon what egui painted below an overlay follows the picture: it is seen at rounded corners only.
const BACKDROP_INTERVAL: Duration = Duration::from_millis(500);

/// What is shown, and how it lies.
#[derive(Clone)]
pub struct View {
    /// The picture.
    pub picture: Arc<Picture>,
    /// The other side's pointer.
    pub cursor: SharedCursor,
    /// Where the pointer is seen.
    pub pointing: Pointing,
    /// Where it is seen.
    pub port: Port,
}

/// The child window with its pixels.
pub struct Canvas {
    child: Child,
    pointer: OwnPointer,
    eye: Eye,
    context: Context,
    memory: Option<Memory>,
    shown: Option<Shown>,
    covers: Vec<Area>,
    /// Puts that the server was told and has not reported yet.
    under_way: u32,
    /// When the changes arrived that it was told last.
    arrived: Option<Instant>,
    delays: Delays,
}

struct Shown {
    view: View,
    scaler: Scaler,
    sprite: Option<Sprite>,
    /// The shape of the window's own pointer, while it stands for the other side's.
    pointer_shape: Option<Arc<CursorShape>>,
}

impl Canvas {
    /// A canvas in this child window, which is not shown yet.
    pub fn new(child: Child, pointer: OwnPointer, context: Context) -> Self {
        Self {
            child,
            pointer,
            eye: Eye::new(),
            context,
            memory: None,
            shown: None,
            covers: Vec::new(),
            under_way: 0,
            arrived: None,
            delays: Delays::default(),
        }
    }

    /// The picture or the pointer has changed.
    pub fn changed(&mut self) {
        let has_new_shape = self.shown.as_ref().is_some_and(|shown| {
            let shape = shown.view.cursor.look().shape;
            shown.view.pointing == Pointing::Own && !is_same_shape(&shape, &shown.pointer_shape)
        });
        if has_new_shape {
            self.set_own_pointer();
        }
        // While the server reads, changes gather: newest state wins.
        if self.under_way == 0 {
            logged(self.draw());
        }
    }

    /// Gives the window's own pointer the shape of the other side's, where it stands for it.
    pub fn set_own_pointer(&mut self) {
        let Some(shown) = self.shown.as_mut().filter(|shown| shown.view.pointing == Pointing::Own) else {
            return;
        };
        let cursor = shown.view.cursor.look();
        if cursor.known {
            let times = shown.view.port.columns.scale.clamp(1.0, 4.0) as usize;
            logged(self.pointer.set(cursor.shape.as_deref(), times));
            shown.pointer_shape = cursor.shape;
        }
    }

    /// The server has put what it was told last.
    pub fn put_is_done(&mut self) {
        self.under_way = self.under_way.saturating_sub(1);
        if self.under_way > 0 {
            return;
        }
        if let Some(arrived) = self.arrived.take() {
            self.delays.add(arrived.elapsed());
        }
        logged(self.draw());
    }

    /// The server wants a part of the window again.
    pub fn exposed(&mut self, area: Option<Area>) {
        let whole = self.shown.as_ref().and_then(|shown| shown.view.port.whole());
        if let Some(area) = area.zip(whole).and_then(|(area, whole)| area.intersection(whole)) {
            logged(self.put(&[area]));
        }
    }

    /// Shows the picture so, except where it is covered; when this returns, the server has done it.
    ///
    /// # Errors
    /// The server has no memory for it, or has gone.
    pub fn place(&mut self, view: View, covers: Vec<Area>) -> Result<(), Unsuitable> {
        if view.picture.size() != view.port.desktop() {
            return Ok(self.hide()?);
        }
        // What is written now must not be read by a put that is still under way.
        self.child.wait()?;
        let old = self.shown.take();
        let is_moved = old.as_ref().is_none_or(|old| old.view.port != view.port);
        let is_same =
            !is_moved && old.as_ref().is_some_and(|old| Arc::ptr_eq(&old.view.picture, &view.picture));
        let is_recut = is_moved || covers != self.covers;
        self.covers = covers;
        let pointer_shape = old.as_ref().and_then(|old| old.pointer_shape.clone());
        let (scaler, sprite) = match old {
            Some(old) if !is_moved => (old.scaler, old.sprite),
            _ => (Scaler::new(view.port), None),
        };
        self.make_room(scaler.stride() * view.port.rows.length)?;
        if is_moved {
            self.child.place(&view.port)?;
        }
        if is_recut {
            self.child.cut(&uncovered(&view.port, &self.covers))?;
        }
        if !is_same {
            view.picture.expose(self.eye);
        }
        self.shown = Some(Shown { view, scaler, sprite, pointer_shape });
        self.child.show()?;
        self.draw()?;
        if is_recut {
            let whole = self.shown.as_ref().and_then(|shown| shown.view.port.whole());
            self.put(whole.as_slice())?;
            self.child.wait()?;
        }
        Ok(())
    }

    /// Shows nothing any more.
    ///
    /// # Errors
    /// The server has gone.
    pub fn hide(&mut self) -> Result<(), ConnectionError> {
        self.look_away();
        self.child.hide()
    }

    /// The pixels that are shown there, for what is painted below an overlay.
    pub fn pixels(&self, area: Area) -> Option<ColorImage> {
        let (memory, shown) = (self.memory.as_ref()?, self.shown.as_ref()?);
        let pixels = rows(memory.bytes(), shown.scaler.stride(), area).flat_map(|row| {
            let (pixels, _) = row.as_chunks::<PIXEL_BYTES>();
            pixels.iter().map(|[blue, green, red, _]| Color32::from_rgb(*red, *green, *blue))
        });
        let pixels: Vec<_> = pixels.collect();
        (pixels.len() == area.pixels()).then(|| ColorImage::new([area.width(), area.height()], pixels))
    }

    /// How long changes took to the screen.
    pub fn take_delays(&mut self) -> Vec<Duration> {
        self.delays.take()
    }

    /// Ends the child window, and with it the thread that listens to it.
    pub fn close(&mut self) {
        self.look_away();
        logged(self.child.destroy());
    }

    fn look_away(&mut self) {
        if let Some(shown) = self.shown.take() {
            shown.view.picture.forget(self.eye);
        }
    }

    /// Brings what has changed into memory and tells the server to put it, all in one go.
    fn draw(&mut self) -> Result<(), ConnectionError> {
        let (Some(shown), Some(memory)) = (&mut self.shown, &mut self.memory) else { return Ok(()) };
        let Shown { view, scaler, sprite, .. } = shown;
        let port = *scaler.port();
        let paints = view.pointing == Pointing::Painted;
        let now = paints.then(|| Sprite::of(&view.cursor.look(), &port)).flatten();
        let moved = if now == *sprite { [None, None] } else { [sprite.take(), now.clone()] };
        let mut areas: Vec<Area> = moved.iter().flatten().filter_map(|sprite| sprite.area(&port)).collect();
        *sprite = now;
        let mut arrived = None;
        let mut is_seen = false;
        view.picture.look(self.eye, port.desktop(), |change| {
            is_seen = true;
            arrived = change.arrived;
            areas.extend(change.dirty.iter().filter_map(|rect| port.area_of(rect)));
            let (out, stride) = (memory.bytes_mut(), scaler.stride());
            for area in &areas {
                scaler.paint(change.surface, *area, out);
                if let Some(sprite) = sprite {
                    sprite.blend(&port, *area, out, stride);
                }
            }
        });
        if !is_seen || areas.is_empty() {
            return Ok(());
        }
        self.arrived = self.arrived.or(arrived);
        if areas.iter().any(|area| self.covers.iter().any(|cover| cover.intersection(*area).is_some())) {
            self.context.request_repaint_after(BACKDROP_INTERVAL);
        }
        self.put(&areas)
    }

    fn put(&mut self, areas: &[Area]) -> Result<(), ConnectionError> {
        let (Some(shown), Some(memory)) = (&self.shown, &self.memory) else { return Ok(()) };
        if areas.is_empty() {
            return Ok(());
        }
        self.under_way += 1;
        self.child.put(memory.segment(), &shown.view.port, areas)
    }

    /// Memory for so many bytes; it grows and never shrinks.
    fn make_room(&mut self, bytes: usize) -> Result<(), Unsuitable> {
        if self.memory.as_ref().is_some_and(|memory| memory.bytes().len() >= bytes) {
            return Ok(());
        }
        let memory = self.child.share(bytes)?;
        if let Some(old) = self.memory.replace(memory) {
            self.child.release(old);
        }
        Ok(())
    }
}

/// The port without what lies over it, as the shape extension wants it.
fn uncovered(port: &Port, covers: &[Area]) -> Vec<Rectangle> {
    let mut parts: Vec<_> = port.whole().map(Area::to_rect).into_iter().collect();
    for cover in covers {
        parts = parts.iter().flat_map(|part| part.without(&cover.to_rect())).collect();
    }
    let short = |value: u32| u16::try_from(value).unwrap_or(u16::MAX);
    let place = |value: i32| i16::try_from(value).unwrap_or(i16::MAX);
    let rectangle = |part: deskside_proto::geometry::Rect| Rectangle {
        x: place(part.x),
        y: place(part.y),
        width: short(part.width),
        height: short(part.height),
    };
    parts.into_iter().map(rectangle).collect()
}

fn is_same_shape(one: &Option<Arc<CursorShape>>, other: &Option<Arc<CursorShape>>) -> bool {
    one.as_ref().map(Arc::as_ptr) == other.as_ref().map(Arc::as_ptr)
}

/// A server that is gone takes the window with it; there is nobody left to tell.
fn logged(result: Result<(), impl Into<ReplyOrIdError>>) {
    if let Err(error) = result {
        tracing::debug!(error = %error.into(), "the picture could not be put");
    }
}
