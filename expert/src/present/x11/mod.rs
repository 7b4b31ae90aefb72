//! The presenter for OpenGL that is computed by the processor: a child window fed by shared memory with what has changed.
//! egui paints everything else and is not asked when only the picture changes.

mod canvas;
mod memory;
mod pointer;
mod window;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use deskside_media::surface::Area;
use egui::{Color32, Context, LayerId, Mesh, Rect, Shape, TextureHandle, TextureOptions, Vec2, pos2};
use x11rb::connection::Connection as _;
use x11rb::errors::{ConnectError, ConnectionError, ReplyError, ReplyOrIdError};
use x11rb::protocol::Event;
use x11rb::protocol::xproto::{ExposeEvent, Window};
use x11rb::rust_connection::RustConnection;

use super::covers::covers;
use super::port::Port;
use super::{Presenter, Scene, Watcher};
use canvas::{Canvas, View};
use pointer::OwnPointer;
use window::Child;

/// Why a picture cannot be shown this way here.
#[derive(Debug, thiserror::Error)]
pub enum Unsuitable {
    /// There is no server to be reached.
    #[error("no connection to the X server: {0}")]
    Unreachable(#[from] ConnectError),
    /// Something that is needed is not there.
    #[error("the X server has no {0}")]
    Lacks(&'static str),
    /// The server refused, or went away.
    #[error("the X server: {0}")]
    Refused(#[from] ReplyOrIdError),
    /// The system has no memory or no thread.
    #[error("the system: {0}")]
    System(#[from] std::io::Error),
}

impl From<ConnectionError> for Unsuitable {
    fn from(error: ConnectionError) -> Self {
        Self::Refused(error.into())
    }
}

impl From<ReplyError> for Unsuitable {
    fn from(error: ReplyError) -> Self {
        Self::Refused(error.into())
    }
}

/// The picture in a child window.
pub struct ChildPresenter {
    canvas: Shared,
    /// What this frame shows.
    view: Option<View>,
    /// What egui paints below its overlays, so that round corners and shadows lie over the picture.
    backdrops: Vec<TextureHandle>,
}

#[derive(Clone)]
struct Shared(Arc<Mutex<Canvas>>);

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Canvas> {
        // A panic leaves at worst wrong pixels.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Watcher for Shared {
    fn changed(&self) {
        self.lock().changed();
    }

    fn frame_is_over(&self) {
        self.lock().set_own_pointer();
    }
}

impl ChildPresenter {
    /// Makes a child of the window `parent` on that display, or on the one that `DISPLAY` names.
    ///
    /// # Errors
    /// Why that is not possible here.
    pub fn open(display: Option<&str>, parent: Window, context: &Context) -> Result<Self, Unsuitable> {
        let (connection, screen) = RustConnection::connect(display)?;
        let connection = Arc::new(connection);
        let child = Child::new(Arc::clone(&connection), screen, parent)?;
        let pointer = OwnPointer::new(Arc::clone(&connection), parent)?;
        let window = child.window();
        let canvas = Shared(Arc::new(Mutex::new(Canvas::new(child, pointer, context.clone()))));
        let listening = canvas.clone();
        thread::Builder::new()
            .name("presenter".to_owned())
            .spawn(move || listen(&connection, window, &listening))?;
        Ok(Self { canvas, view: None, backdrops: Vec::new() })
    }

    /// Paints what the picture shows below each overlay.
    fn paint_backdrops(&mut self, context: &Context, port: &Port, covers: &[Area]) {
        let canvas = self.canvas.lock();
        let points_per_pixel = 1.0 / context.pixels_per_point();
        let painter = context.layer_painter(LayerId::background());
        self.backdrops.truncate(covers.len());
        for (number, area) in covers.iter().enumerate() {
            let Some(image) = canvas.pixels(*area) else { continue };
            let texture = match self.backdrops.get_mut(number) {
                Some(texture) => {
                    texture.set(image, TextureOptions::NEAREST);
                    texture
                }
                None => {
                    let texture = context.load_texture("backdrop", image, TextureOptions::NEAREST);
                    self.backdrops.push_mut(texture)
                }
            };
            let corner = Vec2::new((port.left as f32) + area.x() as f32, port.top as f32 + area.y() as f32);
            let size = Vec2::new(area.width() as f32, area.height() as f32);
            let rect = Rect::from_min_size((corner * points_per_pixel).to_pos2(), size * points_per_pixel);
            let mut mesh = Mesh::with_texture(texture.id());
            mesh.add_rect_with_uv(rect, Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0)), Color32::WHITE);
            painter.add(Shape::mesh(mesh));
        }
    }
}

impl Presenter for ChildPresenter {
    fn show(&mut self, _: &egui::Painter, scene: &Scene<'_>) {
        self.view = Port::of(scene.area, &scene.transform).map(|port| View {
            picture: Arc::clone(scene.picture),
            cursor: scene.cursor.clone(),
            pointing: scene.pointing,
            port,
        });
    }

    fn finish(&mut self, context: &Context) {
        let Some(view) = self.view.take() else {
            self.backdrops.clear();
            if let Err(error) = self.canvas.lock().hide() {
                tracing::debug!(%error, "the picture could not be hidden");
            }
            return;
        };
        let port = view.port;
        let scale = context.pixels_per_point();
        let found = covers(context, context.content_rect());
        let areas = found.iter().filter_map(|rect| port.within(&super::pixels(*rect, scale)));
        let areas: Vec<_> = areas.collect();
        if let Err(error) = self.canvas.lock().place(view, areas.clone()) {
            tracing::warn!(%error, "the picture could not be placed");
        }
        self.paint_backdrops(context, &port, &areas);
    }

    fn watcher(&self) -> Arc<dyn Watcher> {
        Arc::new(self.canvas.clone())
    }

    fn take_delays(&mut self) -> Vec<std::time::Duration> {
        self.canvas.lock().take_delays()
    }

    fn another(&self, window: u32, context: &Context) -> Box<dyn Presenter> {
        match Self::open(None, window, context) {
            Ok(presenter) => Box::new(presenter),
            Err(error) => {
                tracing::warn!(%error, "the picture of one more window has to go through OpenGL");
                Box::new(super::TexturePresenter::new(context))
            }
        }
    }
}

impl Drop for ChildPresenter {
    fn drop(&mut self) {
        self.canvas.lock().close();
    }
}

/// Follows what the server says about the child window, until that is gone.
#[expect(clippy::wildcard_enum_match_arm, reason = "no other event was asked for")]
fn listen(connection: &RustConnection, window: Window, canvas: &Shared) {
    while let Ok(event) = connection.wait_for_event() {
        match event {
            Event::Expose(event) => canvas.lock().exposed(area_of(&event)),
            Event::ShmCompletion(_) => canvas.lock().put_is_done(),
            Event::Error(error) => {
                tracing::debug!(?error, "the X server refused a request about the picture");
                canvas.lock().put_is_done();
            }
            Event::DestroyNotify(event) if event.window == window => return,
            _ => {}
        }
    }
}

fn area_of(event: &ExposeEvent) -> Option<Area> {
    let (x, y) = (usize::from(event.x), usize::from(event.y));
    Area::from_edges(x, y, x + usize::from(event.width), y + usize::from(event.height))
}
