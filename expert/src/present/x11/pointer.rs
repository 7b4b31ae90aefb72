//! The window's own pointer in the shape of the other side's, set without a frame: a desktop changes the shape with every
//! link and text field under the pointer.

use std::sync::Arc;

use deskside_proto::wire::cursor::CursorShape;
use x11rb::connection::{Connection as _, RequestConnection as _};
use x11rb::errors::ReplyOrIdError;
use x11rb::protocol::render::{self, ConnectionExt as _, PictType, Pictformat};
use x11rb::protocol::xproto::{
    ChangeWindowAttributesAux, ConnectionExt as _, CreateGCAux, ImageFormat, Window,
};
use x11rb::rust_connection::RustConnection;

use super::Unsuitable;

/// Sets the pointer of one window.
pub struct OwnPointer {
    connection: Arc<RustConnection>,
    window: Window,
    format: Pictformat,
}

impl OwnPointer {
    /// Of this window.
    ///
    /// # Errors
    /// The server has no pointers with colours and transparency.
    pub fn new(connection: Arc<RustConnection>, window: Window) -> Result<Self, Unsuitable> {
        if connection.extension_information(render::X11_EXTENSION_NAME)?.is_none() {
            return Err(Unsuitable::Lacks("RENDER"));
        }
        let version = connection.render_query_version(0, 11)?.reply()?;
        // Coloured pointers came with version 0.5.
        if (version.major_version, version.minor_version) < (0, 5) {
            return Err(Unsuitable::Lacks("RENDER 0.5"));
        }
        let formats = connection.render_query_pict_formats()?.reply()?.formats;
        let format = formats.iter().find(|format| {
            let direct = &format.direct;
            let shifts = (direct.alpha_shift, direct.red_shift, direct.green_shift, direct.blue_shift);
            let masks = [direct.alpha_mask, direct.red_mask, direct.green_mask, direct.blue_mask];
            let is_argb = shifts == (24, 16, 8, 0) && masks == [0xFF; 4];
            format.type_ == PictType::DIRECT && format.depth == 32 && is_argb
        });
        let format = format.ok_or(Unsuitable::Lacks("pixels with transparency"))?.id;
        Ok(Self { connection, window, format })
    }

    /// Gives it this shape, each pixel `times` times as large; none hides it.
    ///
    /// # Errors
    /// The server refused, or has gone.
    pub fn set(&self, shape: Option<&CursorShape>, times: usize) -> Result<(), ReplyOrIdError> {
        let x = &*self.connection;
        let image = shape.map_or_else(Image::nothing, |shape| Image::of(shape, times));
        let (pixmap, gc) = (x.generate_id()?, x.generate_id()?);
        let (picture, cursor) = (x.generate_id()?, x.generate_id()?);
        let (width, height) = (image.width, image.height);
        x.create_pixmap(32, pixmap, self.window, width, height)?;
        x.create_gc(gc, pixmap, &CreateGCAux::new())?;
        x.put_image(ImageFormat::Z_PIXMAP, pixmap, gc, width, height, 0, 0, 0, 32, &image.bgra)?;
        x.render_create_picture(picture, pixmap, self.format, &render::CreatePictureAux::new())?;
        x.render_create_cursor(cursor, picture, image.hotspot.0, image.hotspot.1)?;
        x.change_window_attributes(self.window, &ChangeWindowAttributesAux::new().cursor(cursor))?;
        // The window keeps the pointer for as long as it has it.
        x.free_cursor(cursor)?;
        x.render_free_picture(picture)?;
        x.free_gc(gc)?;
        x.free_pixmap(pixmap)?;
        x.flush()?;
        Ok(())
    }
}

/// A pointer as the server wants it: colours multiplied by alpha.
struct Image {
    width: u16,
    height: u16,
    hotspot: (u16, u16),
    bgra: Vec<u8>,
}

impl Image {
    /// The largest side, so that one request can carry it whatever the server's limit is.
    const MAX_SIDE: usize = 256;

    fn nothing() -> Self {
        Self { width: 1, height: 1, hotspot: (0, 0), bgra: vec![0; 4] }
    }

    fn of(shape: &CursorShape, times: usize) -> Self {
        let (width, height) = (shape.size().width as usize, shape.size().height as usize);
        let times = times.min(Self::MAX_SIDE / width.max(height).max(1)).max(1);
        let (pixels, _) = shape.rgba().as_chunks::<4>();
        let mut bgra = Vec::with_capacity(pixels.len() * 4 * times * times);
        for row in pixels.chunks_exact(width.max(1)) {
            for _ in 0..times {
                for [red, green, blue, alpha] in row {
                    (0..times).for_each(|_| bgra.extend_from_slice(&[*blue, *green, *red, *alpha]));
                }
            }
        }
        // INVARIANT: both sides are at most 256, a cursor's largest.
        let side = |length: usize| u16::try_from(length * times).unwrap_or(u16::MAX);
        // The middle of the pixel that points.
        let middle = |place: u16| side(usize::from(place)) + side(1) / 2;
        let hotspot = shape.hotspot();
        Self {
            width: side(width),
            height: side(height),
            hotspot: (middle(hotspot.x), middle(hotspot.y)),
            bgra,
        }
    }
}

#[cfg(test)]
mod tests {
    use deskside_proto::geometry::Size;
    use deskside_proto::wire::cursor::Hotspot;

    use super::*;

    #[test]
    fn each_pixel_is_enlarged_and_the_hotspot_is_the_middle_of_its_own() {
        let rgba = vec![64, 0, 1, 128, 0, 0, 0, 0];
        let shape = CursorShape::new(Size::new(2, 1), Hotspot { x: 1, y: 0 }, rgba).unwrap();
        let image = Image::of(&shape, 2);
        assert_eq!((image.width, image.height, image.hotspot), (4, 2, (3, 1)));
        let row = [1, 0, 64, 128, 1, 0, 64, 128, 0, 0, 0, 0, 0, 0, 0, 0];
        assert_eq!(image.bgra, [row, row].concat());
    }

    #[test]
    fn a_large_pointer_is_not_enlarged_beyond_what_one_request_carries() {
        let rgba = vec![255; 200 * 100 * 4];
        let shape = CursorShape::new(Size::new(200, 100), Hotspot { x: 199, y: 0 }, rgba).unwrap();
        let image = Image::of(&shape, 4);
        assert_eq!((image.width, image.height, image.hotspot), (200, 100, (199, 0)));
    }
}
