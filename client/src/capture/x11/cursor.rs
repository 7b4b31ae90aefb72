//! The cursor of an X display: its shape when it changes, its place when it moves. It does no work while the
//! pointer rests.

use crate::bucket::Bucket;
use crate::capture::{CaptureError, Noticed};
use deskside_proto::geometry::{DesktopPoint, Size};
use deskside_proto::wire::cursor::{CursorMessage, CursorShape, Hotspot};
use std::time::{Duration, Instant};
use x11rb::connection::RequestConnection as _;
use x11rb::protocol::xfixes::{ConnectionExt as _, CursorNotifyMask, GetCursorImageReply};
use x11rb::protocol::xinput::{self, ConnectionExt as _};
use x11rb::protocol::xproto::{ConnectionExt as _, QueryPointerReply, Window};
use x11rb::rust_connection::RustConnection;

/// A mouse reports up to 1,000 times a second; the viewer needs no more than its own frames.
const SHORTEST_INTERVAL: Duration = Duration::from_millis(8);

/// What an animated cursor may take in the long run: some pictures a second, and less than half of the slowest link.
/// Unit: bytes.
const SHAPES_PER_SECOND: f64 = 16.0 * 1024.0;

/// Shapes up to so many bytes in all go out at once: those of a pointer that is moved over a window's parts.
const SHAPES_AT_ONCE: f64 = 128.0 * 1024.0;

/// What is known of the cursor and what has to be asked.
pub struct CursorWatch {
    root: Window,
    shape_stale: bool,
    place_stale: bool,
    /// The look that was told last.
    look: Option<CursorMessage>,
    place: Option<DesktopPoint>,
    place_told: bool,
    not_before: Instant,
    shapes: Bucket,
    no_shape_before: Option<Instant>,
}

impl CursorWatch {
    /// Asks the server to report changes of the shape, and movements where it can.
    ///
    /// # Errors
    /// `Lost` when the server went away.
    pub fn begin(connection: &RustConnection, root: Window, now: Instant) -> Result<Self, CaptureError> {
        connection.xfixes_select_cursor_input(root, CursorNotifyMask::DISPLAY_CURSOR).map_err(super::lost)?;
        select_motion(connection, root)?;
        Ok(Self {
            root,
            shape_stale: true,
            place_stale: true,
            look: None,
            place: None,
            place_told: true,
            not_before: now,
            shapes: Bucket::new(SHAPES_PER_SECOND, SHAPES_AT_ONCE, now),
            no_shape_before: None,
        })
    }

    /// The shape was reported to have changed.
    pub const fn shape_changed(&mut self) {
        self.shape_stale = true;
    }

    /// The pointer was reported to have moved.
    pub const fn moved(&mut self) {
        self.place_stale = true;
    }

    /// The server's answer to where the pointer is, which was asked on another occasion.
    pub fn place_is(&mut self, pointer: &QueryPointerReply) {
        let place = DesktopPoint::new(pointer.root_x.into(), pointer.root_y.into());
        if pointer.same_screen && self.place.replace(place) != Some(place) {
            self.place_told = false;
        }
    }

    /// When something may be asked for, if something has to be.
    pub fn due(&self) -> Option<Instant> {
        let place = self.place_stale.then_some(self.not_before);
        let shape = self.no_shape_before.filter(|_| self.shape_stale);
        [place, shape].into_iter().flatten().min()
    }

    /// Asks the server for what is stale, and tells what is different.
    ///
    /// # Errors
    /// `Lost` when the server went away.
    pub fn look(
        &mut self,
        connection: &RustConnection,
        now: Instant,
        noticed: &mut Vec<Noticed>,
    ) -> Result<(), CaptureError> {
        if self.shape_stale && self.no_shape_before.is_none_or(|until| until <= now) {
            self.shape_stale = false;
            let cookie = connection.xfixes_get_cursor_image().map_err(super::lost)?;
            let look = message(&cookie.reply().map_err(super::lost)?);
            self.tell_look(look, now, noticed);
        }
        if self.place_stale && now >= self.not_before {
            self.place_stale = false;
            self.not_before = now + SHORTEST_INTERVAL;
            let cookie = connection.query_pointer(self.root).map_err(super::lost)?;
            self.place_is(&cookie.reply().map_err(super::lost)?);
        }
        if let Some(at) = self.place.filter(|_| !std::mem::replace(&mut self.place_told, true)) {
            noticed.push(Noticed::Cursor(CursorMessage::Moved { at }));
        }
        Ok(())
    }

    /// Tells a look that is a new one. An animated cursor is a new one many times a second.
    fn tell_look(&mut self, look: CursorMessage, now: Instant, noticed: &mut Vec<Noticed>) {
        if self.look.as_ref() == Some(&look) {
            return;
        }
        if let CursorMessage::Shape(shape) = &look {
            let bytes = u32::try_from(shape.rgba().len()).unwrap_or(u32::MAX);
            self.shapes.spend(f64::from(bytes), now);
            self.no_shape_before = self.shapes.empty_until(now);
        }
        self.look = Some(look.clone());
        noticed.push(Noticed::Cursor(look));
    }
}

/// Raw motion reaches the root window whoever has grabbed the pointer. Without the extension the place is asked
/// for whenever pixels are captured.
fn select_motion(connection: &RustConnection, root: Window) -> Result<(), CaptureError> {
    if connection.extension_information(xinput::X11_EXTENSION_NAME).map_err(super::lost)?.is_none() {
        return Ok(());
    }
    let version = connection.xinput_xi_query_version(2, 2).map_err(super::lost)?.reply();
    if version.is_ok_and(|version| version.major_version >= 2) {
        let mask = xinput::EventMask {
            deviceid: xinput::Device::ALL_MASTER.into(),
            mask: vec![xinput::XIEventMask::RAW_MOTION],
        };
        connection.xinput_xi_select_events(root, &[mask]).map_err(super::lost)?;
    }
    Ok(())
}

fn message(image: &GetCursorImageReply) -> CursorMessage {
    let invisible = image.cursor_image.iter().all(|argb| argb >> 24 == 0);
    match shape(image) {
        Some(shape) if !invisible => CursorMessage::Shape(shape),
        _ => CursorMessage::Hidden,
    }
}

/// The image as it travels; the part beyond the largest side is cut off, on the sides away from the hotspot.
fn shape(image: &GetCursorImageReply) -> Option<CursorShape> {
    let (left, width, hot_x) = window(image.width, image.xhot);
    let (top, height, hot_y) = window(image.height, image.yhot);
    let mut rgba = Vec::with_capacity(usize::from(width) * usize::from(height) * 4);
    let rows = image.cursor_image.chunks_exact(usize::from(image.width.max(1)));
    for row in rows.skip(usize::from(top)).take(usize::from(height)) {
        for argb in row.iter().skip(usize::from(left)).take(usize::from(width)) {
            let [alpha, red, green, blue] = argb.to_be_bytes();
            rgba.extend_from_slice(&[red, green, blue, alpha]);
        }
    }
    CursorShape::new(Size::new(width.into(), height.into()), Hotspot { x: hot_x, y: hot_y }, rgba).ok()
}

/// Of one side: the first pixel to keep, how many to keep, and the hotspot counted from there.
fn window(side: u16, hot: u16) -> (u16, u16, u16) {
    let longest = u16::try_from(CursorShape::MAX_SIDE).unwrap_or(u16::MAX);
    let kept = side.min(longest);
    let hot = hot.min(side.saturating_sub(1));
    // At most the hotspot itself, also where there is nothing to keep.
    let first = (hot + 1).saturating_sub(kept).min(hot);
    (first, kept, hot - first)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn image(width: u16, height: u16, hot: (u16, u16), argb: u32) -> GetCursorImageReply {
        GetCursorImageReply {
            sequence: 0,
            length: 0,
            x: 0,
            y: 0,
            width,
            height,
            xhot: hot.0,
            yhot: hot.1,
            cursor_serial: 1,
            cursor_image: vec![argb; usize::from(width) * usize::from(height)],
        }
    }

    #[test]
    fn colours_and_hotspot_are_kept() {
        let CursorMessage::Shape(shape) = message(&image(2, 3, (1, 2), 0x8040_2010)) else { panic!() };
        assert_eq!(shape.size(), Size::new(2, 3));
        assert_eq!(shape.hotspot(), Hotspot { x: 1, y: 2 });
        assert_eq!(&shape.rgba()[..4], &[0x40, 0x20, 0x10, 0x80]);
    }

    #[test]
    fn an_invisible_or_empty_cursor_is_hidden() {
        assert_eq!(message(&image(16, 16, (0, 0), 0x0012_3456)), CursorMessage::Hidden);
        assert_eq!(message(&image(0, 0, (0, 0), 0)), CursorMessage::Hidden);
    }

    #[test]
    fn a_huge_cursor_is_cut_and_still_points_with_the_same_pixel() {
        let mut huge = image(400, 300, (390, 10), 0xFF00_0000);
        huge.cursor_image[10 * 400 + 390] = 0xFFFF_FFFF;
        let CursorMessage::Shape(shape) = message(&huge) else { panic!() };
        assert_eq!(shape.size(), Size::new(256, 256));
        let at = (usize::from(shape.hotspot().y) * 256 + usize::from(shape.hotspot().x)) * 4;
        assert_eq!(&shape.rgba()[at..at + 4], &[255; 4]);
    }

    #[test]
    fn a_hotspot_outside_of_the_image_is_moved_inside() {
        let CursorMessage::Shape(shape) = message(&image(8, 8, (60, 8), u32::MAX)) else { panic!() };
        assert_eq!(shape.hotspot(), Hotspot { x: 7, y: 7 });
    }
}
