//! The child window itself: made, placed, cut and fed over a connection of its own. It decides nothing.

use std::sync::Arc;

use deskside_media::surface::Area;
use x11rb::connection::{Connection as _, RequestConnection as _};
use x11rb::errors::{ConnectionError, ReplyError};
use x11rb::protocol::shape::{self, ConnectionExt as _, SK, SO};
use x11rb::protocol::shm::{ConnectionExt as _, Seg};
use x11rb::protocol::xproto::{
    ClipOrdering, ConfigureWindowAux, ConnectionExt as _, CreateGCAux, CreateWindowAux, EventMask, Gcontext,
    Gravity, ImageFormat, ImageOrder, Rectangle, Screen, Window, WindowClass,
};
use x11rb::rust_connection::RustConnection;

use super::Unsuitable;
use super::memory::{self, Memory};
use crate::present::port::Port;

/// The only depth in which a pixel lies in memory as a surface's does.
const DEPTH: u8 = 24;

/// A window inside of the program's, through which events fall.
pub struct Child {
    connection: Arc<RustConnection>,
    window: Window,
    gc: Gcontext,
    is_shown: bool,
}

impl Child {
    /// A child of `parent`, not shown yet.
    ///
    /// # Errors
    /// Why the server cannot show a picture this way.
    pub fn new(connection: Arc<RustConnection>, screen: usize, parent: Window) -> Result<Self, Unsuitable> {
        let x = &*connection;
        let screen = x.setup().roots.get(screen).ok_or(Unsuitable::Lacks("a screen"))?;
        check_pixels(x, screen)?;
        check_shapes(x)?;
        memory::check(x)?;
        let (window, gc) = (x.generate_id()?, x.generate_id()?);
        // Without a background nothing is painted before the picture is, and what stays keeps its pixels.
        let attributes = CreateWindowAux::new()
            .event_mask(EventMask::EXPOSURE | EventMask::STRUCTURE_NOTIFY)
            .bit_gravity(Gravity::NORTH_WEST)
            .border_pixel(0)
            .colormap(screen.default_colormap);
        let class = WindowClass::INPUT_OUTPUT;
        x.create_window(DEPTH, window, parent, 0, 0, 1, 1, 0, class, screen.root_visual, &attributes)?
            .check()?;
        x.create_gc(gc, window, &CreateGCAux::new().graphics_exposures(0))?;
        // Without a shape for input, pointer and keys are the parent's, as if this were not there.
        x.shape_rectangles(SO::SET, SK::INPUT, ClipOrdering::UNSORTED, window, 0, 0, &[])?;
        Ok(Self { connection, window, gc, is_shown: false })
    }

    /// Its number.
    pub const fn window(&self) -> Window {
        self.window
    }

    /// Puts it where the port is.
    pub fn place(&self, port: &Port) -> Result<(), ConnectionError> {
        let side = |length: usize| u32::try_from(length).unwrap_or(u32::MAX);
        let place = ConfigureWindowAux::new()
            .x(port.left)
            .y(port.top)
            .width(side(port.columns.length))
            .height(side(port.rows.length));
        self.connection.configure_window(self.window, &place)?;
        Ok(())
    }

    /// Makes it consist of these parts only.
    pub fn cut(&self, parts: &[Rectangle]) -> Result<(), ConnectionError> {
        let order = ClipOrdering::UNSORTED;
        self.connection.shape_rectangles(SO::SET, SK::BOUNDING, order, self.window, 0, 0, parts)?;
        Ok(())
    }

    /// Shows it.
    pub fn show(&mut self) -> Result<(), ConnectionError> {
        if !std::mem::replace(&mut self.is_shown, true) {
            self.connection.map_window(self.window)?;
        }
        Ok(())
    }

    /// Shows it no longer.
    pub fn hide(&mut self) -> Result<(), ConnectionError> {
        if std::mem::replace(&mut self.is_shown, false) {
            self.connection.unmap_window(self.window)?;
            self.connection.flush()?;
        }
        Ok(())
    }

    /// Tells the server to put these areas, of memory laid out as the port is; it reports the last of them.
    pub fn put(&self, segment: Seg, port: &Port, areas: &[Area]) -> Result<(), ConnectionError> {
        // INVARIANT: a port's sides are at most 16384, so none of these saturates.
        let short = |value: usize| u16::try_from(value).unwrap_or(u16::MAX);
        let place = |value: usize| i16::try_from(value).unwrap_or(i16::MAX);
        for (number, area) in areas.iter().enumerate() {
            self.connection.shm_put_image(
                self.window,
                self.gc,
                short(port.columns.length),
                short(port.rows.length),
                short(area.x()),
                short(area.y()),
                short(area.width()),
                short(area.height()),
                place(area.x()),
                place(area.y()),
                DEPTH,
                ImageFormat::Z_PIXMAP.into(),
                number + 1 == areas.len(),
                segment,
                0,
            )?;
        }
        self.connection.flush()
    }

    /// Waits until the server has done all it was told.
    pub fn wait(&self) -> Result<(), ReplyError> {
        self.connection.get_input_focus()?.reply()?;
        Ok(())
    }

    /// Memory that both can reach.
    pub fn share(&self, bytes: usize) -> Result<Memory, Unsuitable> {
        Memory::share(&self.connection, bytes)
    }

    /// Gives memory back.
    pub fn release(&self, memory: Memory) {
        memory.release(&self.connection);
    }

    /// Ends it; the server reports that as the last of its events.
    pub fn destroy(&self) -> Result<(), ConnectionError> {
        self.connection.destroy_window(self.window)?;
        self.connection.flush()
    }
}

/// Pixels must lie in the server's memory as they do in a surface: blue, green, red, unused.
fn check_pixels(connection: &RustConnection, screen: &Screen) -> Result<(), Unsuitable> {
    let setup = connection.setup();
    let is_wide =
        setup.pixmap_formats.iter().any(|format| format.depth == DEPTH && format.bits_per_pixel == 32);
    let depth = screen.allowed_depths.iter().find(|depth| depth.depth == DEPTH);
    let visual =
        depth.and_then(|depth| depth.visuals.iter().find(|visual| visual.visual_id == screen.root_visual));
    let is_bgr = visual.is_some_and(|visual| {
        (visual.red_mask, visual.green_mask, visual.blue_mask) == (0xFF_0000, 0xFF00, 0xFF)
    });
    if is_wide && is_bgr && setup.image_byte_order == ImageOrder::LSB_FIRST {
        Ok(())
    } else {
        Err(Unsuitable::Lacks("pixels of 8 bits a colour"))
    }
}

/// Shapes for input came with version 1.1.
fn check_shapes(connection: &RustConnection) -> Result<(), Unsuitable> {
    if connection.extension_information(shape::X11_EXTENSION_NAME)?.is_none() {
        return Err(Unsuitable::Lacks("SHAPE"));
    }
    let version = connection.shape_query_version()?.reply()?;
    if (version.major_version, version.minor_version) < (1, 1) {
        return Err(Unsuitable::Lacks("SHAPE 1.1"));
    }
    Ok(())
}
