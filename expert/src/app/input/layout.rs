//! What the view and the tap tell each other with each frame: how the window lies, and what input calls for.

use deskside_proto::geometry::ViewTransform;
use deskside_proto::wire::input::Locks;

/// An area of the window. Units: physical pixels.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Pixels {
    /// Left edge.
    pub left: f32,
    /// Top edge.
    pub top: f32,
    /// First column to the right.
    pub right: f32,
    /// First row below.
    pub bottom: f32,
}

impl Pixels {
    pub(super) fn contains(&self, x: f32, y: f32) -> bool {
        (self.left..self.right).contains(&x) && (self.top..self.bottom).contains(&y)
    }
}

/// How the window lies at the moment; the view publishes it with each frame.
#[derive(Debug, Clone, Default)]
pub struct Layout {
    /// Input goes to the other machine.
    pub controlling: bool,
    /// Where the picture is shown, and how the desktop lies in it.
    pub picture: Option<(Pixels, ViewTransform)>,
    /// Keys that the desktop would keep for itself go there, too.
    pub system_keys: bool,
    /// What lies over the picture: toolbar, menus.
    pub covers: Vec<Pixels>,
    /// Touching this calls the toolbar; only in full screen.
    pub calling_edge: Option<Pixels>,
    /// The pixels at which the picture is scrolled when the pointer comes near; none where all of it is seen.
    pub scroll_margin_px: f32,
}

/// What the view should know about the pointer and the keyboard.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Wants {
    /// The toolbar was called by pointer or keyboard and has not been left yet.
    pub toolbar: bool,
    /// The keyboard belongs to the toolbar.
    pub keyboard_in_toolbar: bool,
    /// The pointer is over the picture, where the other side's pointer stands for it.
    pub over_picture: bool,
    /// Which way the picture should scroll because the pointer is at its edge, -1 to 1.
    pub scroll: (f32, f32),
    /// Keys that the desktop would keep for itself go to the other machine at the moment.
    pub system_keys: bool,
    /// The expert has taken them back in all windows, until a picture is clicked.
    pub freed: bool,
    /// The window has the keyboard.
    pub focused: bool,
    /// How the locks are here; none where this desktop does not tell.
    pub locks: Option<Locks>,
    /// The window must be painted again.
    pub repaint: bool,
}
