//! What is seen where no window is: a copy of the picture that programs which set one leave for others. It is never read
//! from the screen, where windows are.
//!
//! Reference: the property `_XROOTPMAP_ID` of the root window, as Esetroot and its successors set it.

use super::lost;
use super::sources::Piece;
use crate::capture::CaptureError;
use deskside_proto::geometry::{Rect, Size};
use x11rb::connection::Connection as _;
use x11rb::protocol::xproto::{Atom, AtomEnum, ConnectionExt as _, CreateGCAux, Pixmap, Window};
use x11rb::rust_connection::RustConnection;

/// The property's name.
pub const PROPERTY: &[u8] = b"_XROOTPMAP_ID";

/// A copy of the desktop's picture.
pub struct Wallpaper {
    pixmap: Pixmap,
    size: Size,
}

impl Wallpaper {
    /// Copies the picture that the desktop has now; none where there is none that can be read.
    ///
    /// # Errors
    /// `Lost` when the server went away.
    pub fn copy(
        connection: &RustConnection,
        root: Window,
        property: Atom,
        screen: Size,
    ) -> Result<Option<Self>, CaptureError> {
        let value =
            connection.get_property(false, root, property, AtomEnum::PIXMAP, 0, 1).map_err(lost)?.reply();
        let Some(picture) = value.ok().and_then(|value| value.value32()?.next()) else { return Ok(None) };
        // Whoever set it may have taken it away at any time.
        let Ok(geometry) = connection.get_geometry(picture).map_err(lost)?.reply() else { return Ok(None) };
        let depth = connection.get_geometry(root).map_err(lost)?.reply().map_err(lost)?.depth;
        // Every other drawable, also a window, may show something else at any time.
        let is_window = connection.get_window_attributes(picture).map_err(lost)?.reply().is_ok();
        if is_window || geometry.depth != depth {
            return Ok(None);
        }
        let (width, height) =
            (geometry.width.min(wire(screen.width)), geometry.height.min(wire(screen.height)));
        let pixmap = connection.generate_id().map_err(lost)?;
        let gc = connection.generate_id().map_err(lost)?;
        let made = connection.create_pixmap(depth, pixmap, root, width, height).map_err(lost)?;
        connection.create_gc(gc, pixmap, &CreateGCAux::new().graphics_exposures(0)).map_err(lost)?;
        let copied = connection.copy_area(picture, pixmap, gc, 0, 0, 0, 0, width, height).map_err(lost)?;
        connection.free_gc(gc).map_err(lost)?;
        if made.check().is_err() || copied.check().is_err() {
            connection.free_pixmap(pixmap).map_err(lost)?;
            return Ok(None);
        }
        Ok(Some(Self { pixmap, size: Size::new(width.into(), height.into()) }))
    }

    /// Where it is on the screen; a smaller one is not repeated.
    pub fn place(&self) -> Rect {
        self.size.rect()
    }

    /// Where the pixels of a part of the screen that no window covers come from.
    pub fn cut(&self, part: Rect, pieces: &mut Vec<Piece>) {
        let (place, from) = (self.place(), Some((self.pixmap, 0, 0)));
        pieces.extend(part.without(&place).map(|rect| Piece { rect, from: None }));
        pieces.extend(part.intersection(&place).map(|rect| Piece { rect, from }));
    }

    /// Gives it back to the server.
    ///
    /// # Errors
    /// `Lost` when the server went away.
    pub fn release(self, connection: &RustConnection) -> Result<(), CaptureError> {
        connection.free_pixmap(self.pixmap).map_err(lost)?;
        Ok(())
    }
}

fn wire(length: u32) -> u16 {
    u16::try_from(length).unwrap_or(u16::MAX)
}
