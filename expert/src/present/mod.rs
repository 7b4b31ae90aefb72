//! How pixels reach the window: one trait, a backend in each file beside it. Knows nothing of sessions or the network.

mod choice;
mod covers;
mod delays;
mod port;
mod scaling;
mod sprite;
mod texture;
mod x11;

use std::sync::Arc;

use deskside_proto::geometry::ViewTransform;
use eframe::glow::HasContext as _;
use egui::{Context, Rect};
use winit::raw_window_handle::{HasWindowHandle as _, RawWindowHandle};

use crate::app::input::Pixels;
use crate::link::{Picture, SharedCursor};

pub use choice::Choice;
pub use texture::TexturePresenter;
pub use x11::{ChildPresenter, Unsuitable};

/// What a frame shows of the desktop.
pub struct Scene<'a> {
    /// The picture.
    pub picture: &'a Arc<Picture>,
    /// The other side's pointer.
    pub cursor: &'a SharedCursor,
    /// Where the pointer is seen.
    pub pointing: Pointing,
    /// The part of the window that is there for the picture.
    pub area: Pixels,
    /// How the desktop lies in that part.
    pub transform: ViewTransform,
}

/// How the other side's pointer is seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pointing {
    /// It is painted where the other side says.
    Painted,
    /// The window's own pointer stands for it, and is over the picture.
    Own,
    /// The window's own pointer stands for it, but is elsewhere.
    Elsewhere,
}

/// Brings the picture of the desktop onto the window.
pub trait Presenter {
    /// Shows the picture in this frame. `painter`: of the area that is there for it.
    fn show(&mut self, painter: &egui::Painter, scene: &Scene<'_>);

    /// The frame is complete: everything that lies over the picture has been painted. A frame that showed no picture hides it.
    fn finish(&mut self, context: &Context);

    /// Whom to tell of changes.
    fn watcher(&self) -> Arc<dyn Watcher>;

    /// A presenter of the same kind for one more window of the program; `window` is its number in the window system.
    fn another(&self, window: u32, context: &Context) -> Box<dyn Presenter>;

    /// How long the last changes took from their arrival to the window, since this was asked last.
    fn take_delays(&mut self) -> Vec<std::time::Duration>;
}

/// Is told, by any thread, that the picture or the pointer has changed.
pub trait Watcher: Send + Sync {
    /// Something is different; shows it or asks for a frame, and waits for nobody.
    fn changed(&self);

    /// The window has painted a frame and given its pointer the shape that the frame asked for.
    fn frame_is_over(&self) {}
}

/// The presenter for this window and this machine.
#[must_use]
pub fn open(choice: Choice, creation: &eframe::CreationContext<'_>) -> Box<dyn Presenter> {
    let context = &creation.egui_ctx;
    let renderer = creation.gl.as_deref().map(renderer);
    if choice.wants_software(renderer.as_deref()) {
        match window_of(creation).map(|window| ChildPresenter::open(None, window, context)) {
            Some(Ok(presenter)) => {
                tracing::info!(?renderer, "the picture is put by the processor");
                return Box::new(presenter);
            }
            Some(Err(error)) => tracing::warn!(%error, "the picture has to go through OpenGL"),
            None => tracing::warn!("the picture has to go through OpenGL: this is no X window"),
        }
    }
    tracing::info!(?renderer, "the picture is put by OpenGL");
    Box::new(TexturePresenter::new(context))
}

/// What OpenGL calls itself.
fn renderer(gl: &eframe::glow::Context) -> String {
    // SAFETY: The context is current on this thread while eframe creates the application, and the name of a constant is
    // read only.
    #[expect(unsafe_code, reason = "every call of OpenGL is unsafe")]
    unsafe {
        gl.get_parameter_string(eframe::glow::RENDERER)
    }
}

/// The number of the X window.
#[expect(clippy::wildcard_enum_match_arm, reason = "no other kind of window can have a child of X")]
fn window_of(creation: &eframe::CreationContext<'_>) -> Option<u32> {
    match creation.window_handle().ok()?.as_raw() {
        RawWindowHandle::Xlib(handle) => u32::try_from(handle.window).ok(),
        RawWindowHandle::Xcb(handle) => Some(handle.window.get()),
        _ => None,
    }
}

/// A rectangle of the window in physical pixels, with fractions. `scale`: pixels per point.
fn pixels(rect: Rect, scale: f32) -> Pixels {
    Pixels {
        left: rect.left() * scale,
        top: rect.top() * scale,
        right: rect.right() * scale,
        bottom: rect.bottom() * scale,
    }
}
