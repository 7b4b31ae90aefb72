//! Capture from an X server by damage: it sleeps until the server reports a change and then fetches the changed
//! rectangles only. It never grabs anything and never changes anything on the display.

mod cursor;
mod memory;

use super::{CaptureError, Extent, Interest, Noticed, ScreenCapturer, Waker};
use cursor::CursorWatch;
use deskside_media::surface::few_areas;
use deskside_media::{Area, DesktopFrame, Patch};
use deskside_proto::geometry::{Rect, Region, Size};
use memory::Memory;
use rustix::event::{EventfdFlags, PollFd, PollFlags, Timespec, eventfd, poll};
use std::os::fd::{AsFd as _, OwnedFd};
use std::sync::Arc;
use std::time::Instant;
use x11rb::connection::{Connection as _, RequestConnection as _};
use x11rb::errors::ReplyError;
use x11rb::protocol::damage::{self, ConnectionExt as _, Damage, ReportLevel};
use x11rb::protocol::randr::{self, ConnectionExt as _};
use x11rb::protocol::shm::ConnectionExt as _;
use x11rb::protocol::xfixes::{self, ConnectionExt as _, Region as XRegion};
use x11rb::protocol::xproto::{
    ChangeWindowAttributesAux, ConnectionExt as _, EventMask, ImageFormat, ImageOrder, Rectangle, Screen,
    Setup, Window,
};
use x11rb::protocol::{ErrorKind, Event};
use x11rb::rust_connection::RustConnection;

/// All planes of a pixel.
const ALL_PLANES: u32 = u32::MAX;

/// So many rectangles are fetched one by one.
const MOST_RECTS: usize = 32;

/// Bytes of a pixel as the server stores it.
const PIXEL_BYTES: usize = 4;

/// The desktop of an X server.
pub struct X11Capturer {
    connection: RustConnection,
    root: Window,
    size: Size,
    damage: Damage,
    /// Where the server puts the damage that it hands over.
    handed_over: XRegion,
    /// None where the server cannot share memory; pixels come through the connection then.
    memory: Option<Memory>,
    cursor: CursorWatch,
    /// What is known to be damaged but was not fetched from the server yet.
    known: Region,
    /// The server has reported damage that was not handed over yet.
    reported: bool,
    wake: Arc<OwnedFd>,
}

impl X11Capturer {
    /// Connects to a display, by default that of the environment.
    pub fn open(display: Option<&str>) -> Result<Self, CaptureError> {
        let (connection, root) = connect(display)?;
        let damage = connection.generate_id().map_err(unreachable)?;
        let handed_over = connection.generate_id().map_err(unreachable)?;
        require_extensions(&connection)?;
        connection.damage_create(damage, root, ReportLevel::NON_EMPTY).map_err(lost)?;
        connection.xfixes_create_region(handed_over, &[]).map_err(lost)?;
        // Sent as a request of its own, because the root window may have but one such mask for each client.
        let size_changes = ChangeWindowAttributesAux::new().event_mask(EventMask::STRUCTURE_NOTIFY);
        connection.change_window_attributes(root, &size_changes).map_err(lost)?;
        if has_extension(&connection, randr::X11_EXTENSION_NAME)? {
            connection.randr_select_input(root, randr::NotifyMask::SCREEN_CHANGE).map_err(lost)?;
        }
        let cursor = CursorWatch::begin(&connection, root, Instant::now())?;
        let wake = eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)
            .map_err(|error| CaptureError::Unreachable(error.to_string()))?;
        let mut capturer = Self {
            size: Size::default(),
            memory: None,
            known: Region::new(),
            reported: false,
            wake: Arc::new(wake),
            connection,
            root,
            damage,
            handed_over,
            cursor,
        };
        let size = root_size(&capturer.connection, root)?;
        capturer.take_size(size)?;
        Ok(capturer)
    }

    fn take_size(&mut self, size: Size) -> Result<(), CaptureError> {
        if !size.is_desktop() {
            return Err(CaptureError::Size(size));
        }
        if let Some(memory) = self.memory.take() {
            memory.release(&self.connection);
        }
        let bytes = size.width as usize * size.height as usize * PIXEL_BYTES;
        self.memory = Memory::share(&self.connection, bytes)?;
        if self.memory.is_none() {
            tracing::info!("the X server shares no memory; pixels come through the connection");
        }
        self.size = size;
        self.known = Region::from(size.rect());
        Ok(())
    }

    /// Reads what the server has sent, without waiting.
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "a server may send any of a hundred events to any client"
    )]
    fn read_events(&mut self, noticed: &mut Vec<Noticed>) -> Result<(), CaptureError> {
        let mut size_stale = false;
        while let Some(event) = self.connection.poll_for_event().map_err(lost)? {
            match event {
                Event::DamageNotify(_) => self.reported = true,
                Event::XfixesCursorNotify(_) => self.cursor.shape_changed(),
                Event::XinputRawMotion(_) => self.cursor.maybe_moved(),
                Event::ConfigureNotify(event) if event.window == self.root => size_stale = true,
                Event::RandrScreenChangeNotify(_) => size_stale = true,
                Event::Error(error) => {
                    tracing::debug!(kind = ?error.error_kind, "the X server refused a request");
                }
                // Everything else was not asked for: mapping changes are sent to every client.
                _ => {}
            }
        }
        if size_stale {
            self.look_at_size(noticed)?;
        }
        Ok(())
    }

    fn look_at_size(&mut self, noticed: &mut Vec<Noticed>) -> Result<(), CaptureError> {
        let size = root_size(&self.connection, self.root)?;
        if size != self.size {
            self.take_size(size)?;
            noticed.push(Noticed::Resized(size));
        }
        Ok(())
    }

    fn has_damage(&self) -> bool {
        self.reported || !self.known.is_empty()
    }

    /// Sleeps until the server sends something, the waker is used, or the time has come; says whether it was woken.
    fn sleep(&self, until: Option<Instant>) -> Result<bool, CaptureError> {
        self.connection.flush().map_err(lost)?;
        let timeout = until.map(|until| timespec(until, Instant::now()));
        let mut sources = [
            PollFd::new(self.connection.stream(), PollFlags::IN),
            PollFd::from_borrowed_fd(self.wake.as_fd(), PollFlags::IN),
        ];
        match poll(&mut sources, timeout.as_ref()) {
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(CaptureError::Lost(error.to_string())),
        }
        // Reading resets the counter; an empty one says WOULDBLOCK.
        Ok(rustix::io::read(&*self.wake, &mut [0_u8; 8]).is_ok())
    }

    /// Takes over what the server knows to be damaged, and lets it report anew.
    fn hand_over(&mut self, extent: Extent) -> Result<Region, CaptureError> {
        self.reported = false;
        let mut region = std::mem::take(&mut self.known);
        match extent {
            Extent::Whole => {
                self.connection.damage_subtract(self.damage, x11rb::NONE, x11rb::NONE).map_err(lost)?;
                region = Region::from(self.size.rect());
            }
            Extent::Damaged => {
                self.connection.damage_subtract(self.damage, x11rb::NONE, self.handed_over).map_err(lost)?;
                let cookie = self.connection.xfixes_fetch_region(self.handed_over).map_err(lost)?;
                let rects = cookie.reply().map_err(lost)?.rectangles;
                few_rects(&rects, self.size).for_each(|rect| region.add(rect));
            }
        }
        Ok(region)
    }

    /// Fetches rectangles, one after the other in memory; false when they are no longer inside the screen.
    fn fetch(&self, region: &Region, socket_pixels: &mut Vec<u8>) -> Result<bool, CaptureError> {
        let outcome = match &self.memory {
            Some(memory) => self.fetch_shared(region, memory),
            None => self.fetch_through_socket(region, socket_pixels),
        };
        match outcome {
            Ok(()) => Ok(true),
            // The screen became smaller a moment ago; the report of it is on its way.
            Err(ReplyError::X11Error(error)) if error.error_kind == ErrorKind::Match => Ok(false),
            Err(error) => Err(lost(error)),
        }
    }

    fn fetch_shared(&self, region: &Region, memory: &Memory) -> Result<(), ReplyError> {
        let mut cookies = Vec::with_capacity(region.rects().len());
        let mut offset = 0_u32;
        for rect in region.iter() {
            let (x, y, width, height) = wire(*rect);
            cookies.push(self.connection.shm_get_image(
                self.root,
                x,
                y,
                width,
                height,
                ALL_PLANES,
                ImageFormat::Z_PIXMAP.into(),
                memory.segment(),
                offset,
            )?);
            offset += byte_length(*rect);
        }
        // All answers are awaited, also after an error: only then does the server not write any more.
        let replies: Vec<_> = cookies.into_iter().map(|cookie| cookie.reply()).collect();
        replies.into_iter().try_for_each(|reply| reply.map(|_| ()))
    }

    fn fetch_through_socket(&self, region: &Region, pixels: &mut Vec<u8>) -> Result<(), ReplyError> {
        for rect in region.iter() {
            let (x, y, width, height) = wire(*rect);
            let image = self.connection.get_image(
                ImageFormat::Z_PIXMAP,
                self.root,
                x,
                y,
                width,
                height,
                ALL_PLANES,
            )?;
            let mut data = image.reply()?.data;
            data.resize(byte_length(*rect) as usize, 0);
            pixels.append(&mut data);
        }
        Ok(())
    }
}

impl ScreenCapturer for X11Capturer {
    fn backend(&self) -> &'static str {
        "x11"
    }

    fn size(&self) -> Size {
        self.size
    }

    fn wait(
        &mut self,
        interest: Interest,
        deadline: Option<Instant>,
        noticed: &mut Vec<Noticed>,
    ) -> Result<(), CaptureError> {
        let already = noticed.len();
        let mut woken = false;
        loop {
            self.read_events(noticed)?;
            let now = Instant::now();
            self.cursor.look(&self.connection, now, noticed)?;
            if interest == Interest::Pixels && self.has_damage() {
                noticed.push(Noticed::Damage);
            }
            if noticed.len() > already || woken || deadline.is_some_and(|deadline| deadline <= now) {
                return Ok(());
            }
            let until = [deadline, self.cursor.due()].into_iter().flatten().min();
            woken = self.sleep(until)?;
        }
    }

    fn capture(
        &mut self,
        extent: Extent,
        show: &mut dyn FnMut(&DesktopFrame<'_>),
    ) -> Result<(), CaptureError> {
        // A pointer that a program moves is not reported, but then something is usually drawn.
        self.cursor.maybe_moved();
        let region = self.hand_over(extent)?;
        let mut socket_pixels = Vec::new();
        if !self.fetch(&region, &mut socket_pixels)? {
            self.known = Region::from(self.size.rect());
            show(&DesktopFrame { size: self.size, patches: &[] });
            return Ok(());
        }
        let mut rest = self.memory.as_ref().map_or(socket_pixels.as_slice(), Memory::bytes);
        let mut patches = Vec::with_capacity(region.rects().len());
        for rect in region.iter() {
            let Some((pixels, after)) = rest.split_at_checked(byte_length(*rect) as usize) else { break };
            rest = after;
            patches.extend(Patch::new(*rect, rect.width as usize * PIXEL_BYTES, pixels));
        }
        show(&DesktopFrame { size: self.size, patches: &patches });
        Ok(())
    }

    fn waker(&self) -> Waker {
        let wake = Arc::clone(&self.wake);
        Waker::new(move || {
            // A counter that is full has woken already.
            let _ = rustix::io::write(&*wake, &1_u64.to_ne_bytes());
        })
    }
}

/// The size of a display's screen; no pixel is looked at.
pub fn desktop_size(display: Option<&str>) -> Result<Size, CaptureError> {
    let (connection, root) = connect(display)?;
    root_size(&connection, root)
}

fn connect(display: Option<&str>) -> Result<(RustConnection, Window), CaptureError> {
    let (connection, number) = RustConnection::connect(display).map_err(unreachable)?;
    let setup = connection.setup();
    let screen = setup.roots.get(number).ok_or(CaptureError::Missing("the screen that was named"))?;
    check_pixels(setup, screen)?;
    let root = screen.root;
    Ok((connection, root))
}

/// Pixels have to be blue, green, red and an unused byte, in this order in memory.
fn check_pixels(setup: &Setup, screen: &Screen) -> Result<(), CaptureError> {
    let depth = screen.root_depth;
    let bits = setup.pixmap_formats.iter().find(|format| format.depth == depth).map(|f| f.bits_per_pixel);
    let visuals = screen.allowed_depths.iter().flat_map(|depth| &depth.visuals);
    let masks = visuals
        .filter(|visual| visual.visual_id == screen.root_visual)
        .map(|visual| (visual.red_mask, visual.green_mask, visual.blue_mask))
        .next();
    let is_bgrx = matches!(depth, 24 | 32)
        && bits == Some(32)
        && setup.image_byte_order == ImageOrder::LSB_FIRST
        && masks == Some((0x00FF_0000, 0x0000_FF00, 0x0000_00FF));
    if is_bgrx {
        return Ok(());
    }
    let bits = bits.unwrap_or(0);
    Err(CaptureError::PixelFormat(format!("depth {depth} with {bits} bits a pixel; 24 with 32 is needed")))
}

fn require_extensions(connection: &RustConnection) -> Result<(), CaptureError> {
    if !has_extension(connection, damage::X11_EXTENSION_NAME)? {
        return Err(CaptureError::Missing("the DAMAGE extension"));
    }
    if !has_extension(connection, xfixes::X11_EXTENSION_NAME)? {
        return Err(CaptureError::Missing("the XFIXES extension"));
    }
    // A server answers requests of an extension only after its version was asked for.
    connection.xfixes_query_version(2, 0).map_err(lost)?.reply().map_err(lost)?;
    connection.damage_query_version(1, 1).map_err(lost)?.reply().map_err(lost)?;
    Ok(())
}

fn has_extension(connection: &RustConnection, name: &'static str) -> Result<bool, CaptureError> {
    Ok(connection.extension_information(name).map_err(lost)?.is_some())
}

fn root_size(connection: &RustConnection, root: Window) -> Result<Size, CaptureError> {
    let geometry = connection.get_geometry(root).map_err(lost)?.reply().map_err(lost)?;
    Ok(Size::new(geometry.width.into(), geometry.height.into()))
}

/// Damage as rectangles of the screen. Windows may reach over its edge, and their damage does too. A shaped window may
/// be damaged in hundreds of slivers; each would be a request, so then a few that cover them are taken.
fn few_rects(damage: &[Rectangle], size: Size) -> impl Iterator<Item = Rect> {
    let visible = damage.iter().filter_map(|rect| {
        let rect = Rect::new(rect.x.into(), rect.y.into(), rect.width.into(), rect.height.into());
        Area::clipped(rect, size)
    });
    let mut areas: Vec<Area> = visible.collect();
    if areas.len() > MOST_RECTS {
        areas = few_areas(&areas, size, MOST_RECTS);
    }
    areas.into_iter().map(Area::to_rect)
}

/// A rectangle inside the screen in the numbers of the protocol, where no screen passes 32,767.
fn wire(rect: Rect) -> (i16, i16, u16, u16) {
    (
        i16::try_from(rect.x).unwrap_or(i16::MAX),
        i16::try_from(rect.y).unwrap_or(i16::MAX),
        u16::try_from(rect.width).unwrap_or(u16::MAX),
        u16::try_from(rect.height).unwrap_or(u16::MAX),
    )
}

/// Length of a rectangle's pixels; all of them together are at most 128 MiB.
fn byte_length(rect: Rect) -> u32 {
    rect.width.saturating_mul(rect.height).saturating_mul(PIXEL_BYTES as u32)
}

fn timespec(until: Instant, now: Instant) -> Timespec {
    let wait = until.saturating_duration_since(now);
    Timespec {
        tv_sec: i64::try_from(wait.as_secs()).unwrap_or(i64::MAX),
        tv_nsec: wait.subsec_nanos().into(),
    }
}

fn lost(error: impl std::fmt::Display) -> CaptureError {
    CaptureError::Lost(error.to_string())
}

fn unreachable(error: impl std::fmt::Display) -> CaptureError {
    CaptureError::Unreachable(error.to_string())
}
