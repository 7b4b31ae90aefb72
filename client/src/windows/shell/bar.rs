//! The banner's window: it has the size that the banner needs, lies on one screen, and goes where it is dragged.
//!
//! What is on the banner is decided elsewhere. egui measures in points from the window's corner, which is on its way while
//! the window is dragged; where pointer and window are on the desktop is asked of the desktop, in pixels.

use std::sync::{Arc, Mutex, PoisonError};

use egui::{PointerButton, Pos2, Rect, Ui, Vec2, ViewportCommand};

use super::super::desktop::{Area, Desktop};
use super::super::{Moment, Scene, Surroundings, banner};

/// What is known of the banner's window from one picture to the next.
#[derive(Clone)]
pub(super) struct BannerWindow {
    desktop: Option<Arc<dyn Desktop>>,
    /// Where on the banner the pointer took hold of it (points).
    grip: Arc<Mutex<Option<Vec2>>>,
}

impl BannerWindow {
    pub(super) fn new(desktop: Option<Arc<dyn Desktop>>) -> Self {
        Self { desktop, grip: Arc::default() }
    }

    pub(super) fn show(&self, ui: &mut Ui, surroundings: &Surroundings) {
        let view = surroundings.publisher.latest();
        let moment = Moment::now(surroundings.local_offset);
        let scene = Scene { view: &view, moment: &moment, commands: &surroundings.commands };
        let taken = banner::show(ui, scene);
        if ui.input(|input| input.viewport().close_requested()) {
            ui.ctx().send_viewport_cmd(ViewportCommand::CancelClose);
        }
        let hold = self.hold(ui, taken);
        let scale = ui.ctx().pixels_per_point();
        if let Some(window) = ui.input(|input| input.viewport().outer_rect) {
            self.fit(ui, scene, window * scale, hold);
        }
    }

    /// The pointer that holds the banner now, and where on the banner (pixels).
    fn hold(&self, ui: &Ui, taken: Option<Pos2>) -> Option<Hold> {
        let mut grip = self.grip.lock().unwrap_or_else(PoisonError::into_inner);
        // Nobody is asked where a pointer is that holds nothing.
        let held = taken.map(Pos2::to_vec2).or(*grip)?;
        let is_down = ui.input(|input| input.pointer.button_down(PointerButton::Primary));
        let pointer = self.desktop.as_ref().and_then(|desktop| desktop.pointer());
        // A release is not told where the pointer has left the window just before.
        let pointer = pointer.filter(|pointer| is_down && pointer.is_pressed);
        *grip = pointer.map(|_| held);
        Some(Hold { pointer: pointer?.place, grip: held * ui.ctx().pixels_per_point() })
    }

    /// Gives the banner, which is at `window` (pixels), the size that it needs, and its place: under the pointer that holds
    /// it, or where it is.
    fn fit(&self, ui: &Ui, scene: Scene<'_>, window: Rect, hold: Option<Hold>) {
        let screens = self.desktop.as_ref().map(|desktop| desktop.screens()).unwrap_or_default();
        let (at, own): ([f32; 2], [f32; 2]) = (window.min.into(), window.size().into());
        let screen = match hold {
            Some(hold) => Area::with_most(&screens, hold.pointer, [1.0; 2]),
            None => Area::with_most(&screens, at, own),
        };
        let scale = ui.ctx().pixels_per_point();
        let widest = screen.map_or(f32::INFINITY, |screen| screen.width as f32 / scale);
        let wanted = banner::wanted_size(ui.ctx(), scene, widest) * scale;
        // A pixel more or less is how systems round.
        let is_right = (wanted - window.size()).abs().max_elem() <= 1.0;
        let wanted = if is_right { own } else { wanted.into() };
        let (place, size) = match (screen, hold) {
            (Some(screen), Some(hold)) => screen.held(hold.pointer, hold.grip.into(), wanted),
            (Some(screen), None) => screen.fit(at, own, wanted),
            (None, _) => (at, wanted),
        };
        let (place, size) = (Pos2::from(place), Vec2::from(size));
        // What was told in points is not quite whole in pixels again.
        let resized = ((size - window.size()).abs().max_elem() >= 0.5)
            .then_some(ViewportCommand::InnerSize(size / scale));
        let moved =
            (place.distance(window.min) >= 1.0).then_some(ViewportCommand::OuterPosition(place / scale));
        // These are two steps for the X server. Nothing is over the screen's right edge between them, where others would push
        // it back in.
        let wider = size.x - window.width();
        let grows = wider >= 0.5 || (wider > -0.5 && size.y > window.height());
        let steps = if grows { [moved, resized] } else { [resized, moved] };
        for step in steps.into_iter().flatten() {
            ui.ctx().send_viewport_cmd(step);
        }
    }
}

/// A pointer that holds the banner: where it is on the desktop, and where on the banner (pixels).
#[derive(Clone, Copy)]
struct Hold {
    pointer: [f32; 2],
    grip: Vec2,
}
