//! How pixels reach the window: one trait, a backend in each file beside it. Knows nothing of sessions or the network.

mod texture;

use deskside_proto::geometry::ViewTransform;

use crate::link::Picture;

pub use texture::TexturePresenter;

/// Brings the picture of the desktop onto the window.
pub trait Presenter {
    /// Takes over what has changed in the picture; true if anything has.
    fn refresh(&mut self, context: &egui::Context, picture: &Picture, crisp: bool) -> bool;

    /// Paints the picture. `area`: the view in points, whose top left pixel is the transform's origin.
    fn paint(&self, painter: &egui::Painter, area: egui::Rect, transform: &ViewTransform);

    /// How long changes took from their arrival to the window, since this was asked last.
    fn take_delays(&mut self) -> Vec<std::time::Duration>;
}

/// The presenter for this machine.
#[must_use]
pub fn open() -> Box<dyn Presenter> {
    Box::new(TexturePresenter::default())
}
