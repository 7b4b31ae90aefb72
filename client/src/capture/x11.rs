//! Capture from an X server by damage: it sleeps until the server reports a change and then fetches the changed
//! rectangles only. It never grabs anything. It changes nothing on the display, except while a window
//! is hidden or shared alone: then other windows are redirected, and may be asked to draw anew.

mod cursor;
mod memory;
mod pixels;
mod source;
mod sources;
mod wallpaper;
mod windows;

use super::{CaptureError, Extent, Interest, Noticed, ScreenCapturer, Waker};
use crate::sharing::list::{announced, scale_percent, screens};
use crate::sharing::{Share, Sharing};
use cursor::CursorWatch;
use deskside_media::DesktopFrame;
use deskside_proto::geometry::{Rect, Region, Size};
use deskside_proto::wire::monitors::Monitors;
use pixels::{Pixels, requested};
use rustix::event::{EventfdFlags, PollFd, PollFlags, Timespec, eventfd, poll};
use sources::Sources;
use std::os::fd::{AsFd as _, OwnedFd};
use std::sync::Arc;
use std::time::Instant;
use windows::Windows;
use x11rb::connection::{Connection as _, RequestConnection as _};
use x11rb::protocol::Event;
use x11rb::protocol::damage::{self, ConnectionExt as _, Damage, ReportLevel};
use x11rb::protocol::randr::{self, ConnectionExt as _};
use x11rb::protocol::xfixes::{self, ConnectionExt as _, Region as XRegion};
use x11rb::protocol::xproto::{
    ChangeWindowAttributesAux, ConnectionExt as _, EventMask, ImageOrder, Screen, Setup, Window,
};
use x11rb::rust_connection::RustConnection;

/// So often damage that came while pixels were fetched is fetched with them: a program that draws a picture in many
/// requests is as a rule still at it.
const MOST_ROUNDS: usize = 8;

/// The desktop of an X server.
pub struct X11Capturer {
    connection: RustConnection,
    root: Window,
    size: Size,
    damage: Damage,
    /// Where the server puts the damage that it hands over.
    handed_over: XRegion,
    pixels: Pixels,
    cursor: CursorWatch,
    /// What is known to be damaged but was not fetched from the server yet.
    known: Region,
    /// The server has reported damage that was not handed over yet.
    reported: bool,
    /// The server has reported that the screen's size may be another one.
    size_stale: bool,
    /// The monitors are still to be told.
    monitors_stale: bool,
    /// Those that were told last.
    monitors: Option<Monitors>,
    sharing: Sharing,
    /// What is hidden wherever windows are.
    fixed: Region,
    /// Exists where windows have to be told apart.
    windows: Option<Windows>,
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
            let layout = randr::NotifyMask::SCREEN_CHANGE
                | randr::NotifyMask::CRTC_CHANGE
                | randr::NotifyMask::OUTPUT_CHANGE;
            connection.randr_select_input(root, layout).map_err(lost)?;
        }
        let cursor = CursorWatch::begin(&connection, root, Instant::now())?;
        let wake = eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)
            .map_err(|error| CaptureError::Unreachable(error.to_string()))?;
        let mut capturer = Self {
            size: Size::default(),
            pixels: Pixels::none(),
            known: Region::new(),
            reported: false,
            size_stale: false,
            monitors_stale: true,
            monitors: None,
            sharing: Sharing::default(),
            fixed: Region::new(),
            windows: None,
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
        self.pixels.resize(&self.connection, size)?;
        self.size = size;
        self.known = Region::from(size.rect());
        Ok(())
    }

    /// Notes what the server has sent, without waiting; says whether that was anything.
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "a server may send any of a hundred events to any client"
    )]
    fn read_events(&mut self) -> Result<bool, CaptureError> {
        let mut has_read = false;
        while let Some(event) = self.connection.poll_for_event().map_err(lost)? {
            has_read = true;
            if let Some(windows) = &mut self.windows
                && windows.take(&self.connection, &event)?
            {
                continue;
            }
            match event {
                Event::DamageNotify(event) if event.damage == self.damage => self.reported = true,
                Event::XfixesCursorNotify(_) => self.cursor.shape_changed(),
                Event::XinputRawMotion(_) => self.cursor.moved(),
                Event::ConfigureNotify(event) if event.window == self.root => self.size_stale = true,
                Event::RandrScreenChangeNotify(_) | Event::RandrNotify(_) => self.size_stale = true,
                Event::Error(error) => {
                    tracing::debug!(kind = ?error.error_kind, "the X server refused a request");
                }
                // Everything else was not asked for: mapping changes are sent to every client.
                _ => {}
            }
        }
        Ok(has_read)
    }

    fn look_at_size(&mut self, noticed: &mut Vec<Noticed>) -> Result<(), CaptureError> {
        if std::mem::take(&mut self.size_stale) {
            let size = root_size(&self.connection, self.root)?;
            if size != self.size {
                self.take_size(size)?;
                noticed.push(Noticed::Resized(size));
            }
            if !self.sharing.is_everything() {
                self.follow_sharing()?;
            }
            self.monitors_stale = true;
        }
        if std::mem::take(&mut self.monitors_stale) {
            self.tell_monitors(noticed)?;
        }
        Ok(())
    }

    fn tell_monitors(&mut self, noticed: &mut Vec<Noticed>) -> Result<(), CaptureError> {
        let mut screens = screens(&self.connection, self.root).map_err(lost)?;
        match &self.sharing.share {
            Share::Everything => {}
            Share::Screen(name) => screens.retain(|screen| screen.name == *name),
            Share::Window(_) => screens.clear(),
        }
        let scale = scale_percent(&self.connection, self.root).map_err(lost)?;
        let monitors = announced(&screens, scale);
        if self.monitors.as_ref() != Some(&monitors) {
            self.monitors = Some(monitors.clone());
            noticed.push(Noticed::Monitors(monitors));
        }
        Ok(())
    }

    fn has_damage(&self) -> bool {
        (self.reported && self.window_sources().is_none()) || !self.known.is_empty()
    }

    /// Where pixels come from when windows are told apart.
    fn window_sources(&self) -> Option<&Sources> {
        self.windows.as_ref().map(Windows::sources)
    }

    /// Begins anew to keep back what is not shared on this screen; everything has to be captured then.
    fn follow_sharing(&mut self) -> Result<(), CaptureError> {
        let before = self.windows.take();
        let whole = Region::from(self.size.rect());
        self.known = whole.clone();
        self.fixed = whole;
        if self.sharing.concerns_windows() {
            let windows = Windows::follow(&self.connection, self.root, self.size, &self.sharing, before)?;
            self.windows = Some(windows);
        } else if let Some(before) = before {
            before.release(&self.connection)?;
        }
        self.fixed = self.hidden_parts()?;
        Ok(())
    }

    /// What is hidden wherever windows are: areas, and all screens but the one that is shared.
    fn hidden_parts(&self) -> Result<Region, CaptureError> {
        let mut hidden = Region::new();
        if let Share::Screen(name) = &self.sharing.share {
            hidden = Region::from(self.size.rect());
            let screens = screens(&self.connection, self.root).map_err(lost)?;
            let shared = screens.iter().filter(|screen| screen.name == *name);
            shared.for_each(|screen| hidden.remove(&screen.place));
        }
        self.sharing
            .hidden_areas()
            .filter_map(|area| area.clipped(self.size))
            .for_each(|area| hidden.add(area));
        Ok(hidden)
    }

    /// Takes in what windows have done, so that nothing of theirs is unknown; what they have uncovered is damage.
    fn settle(&mut self) -> Result<(), CaptureError> {
        windows::settle(self)?;
        if let Some(windows) = &mut self.windows {
            windows.pass_time(&self.connection, Instant::now())?;
            self.known.add_region(&windows.take_changed());
        }
        Ok(())
    }

    /// What of the pixels that were fetched in this frame nobody may see; `None` when it is all of them, and they have to
    /// be fetched again.
    fn hidden_in_frame(&mut self) -> Result<Option<Vec<Rect>>, CaptureError> {
        if self.sharing.is_everything() {
            return Ok(Some(Vec::new()));
        }
        self.read_events()?;
        if self.windows.as_ref().is_some_and(|windows| !windows.end_frame()) {
            return Ok(None);
        }
        let mut hidden: Vec<Rect> = self.fixed.iter().copied().collect();
        if self.size_stale {
            // The screens lie otherwise now, perhaps already when the pixels were fetched.
            hidden.push(self.size.rect());
        }
        Ok(Some(hidden))
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

    /// Takes over what the server knows to be damaged, and lets it report anew. One round trip, or none for everything.
    fn hand_over(&mut self, extent: Extent) -> Result<Region, CaptureError> {
        let mut region = std::mem::take(&mut self.known);
        if self.window_sources().is_some() {
            // The damage of the screen is left as it is, so that the server has nothing to report.
            return Ok(if extent == Extent::Whole { Region::from(self.size.rect()) } else { region });
        }
        self.reported = false;
        match extent {
            Extent::Whole => {
                self.connection.damage_subtract(self.damage, x11rb::NONE, x11rb::NONE).map_err(lost)?;
                region = Region::from(self.size.rect());
            }
            Extent::Damaged => {
                self.connection.damage_subtract(self.damage, x11rb::NONE, self.handed_over).map_err(lost)?;
                let cookie = self.connection.xfixes_fetch_region(self.handed_over).map_err(lost)?;
                // A pointer that a program moves is not reported, but then something is usually drawn.
                let pointer = self.connection.query_pointer(self.root).map_err(lost)?;
                let rects = cookie.reply().map_err(lost)?.rectangles;
                self.cursor.place_is(&pointer.reply().map_err(lost)?);
                requested(&rects, self.size).into_iter().for_each(|rect| region.add(rect));
            }
        }
        Ok(region)
    }

    /// Fetches a region, and with it what is drawn meanwhile; false when it is no longer inside the screen.
    ///
    /// A picture that a program draws in many requests comes in one piece so, as a rule, and no pixel is fetched more
    /// than twice on average for it.
    fn fetch(&mut self, mut region: Region) -> Result<bool, CaptureError> {
        self.pixels.clear();
        if let Some(sources) = self.window_sources() {
            let pieces: Vec<_> = region.iter().flat_map(|rect| sources.pieces(*rect)).collect();
            return self.pixels.fetch_pieces(&self.connection, &pieces);
        }
        let (mut covered, mut fetched_px) = (Region::new(), 0);
        for _ in 0..MOST_ROUNDS {
            covered.add_region(&region);
            fetched_px += region.area();
            if !self.pixels.fetch(&self.connection, self.root, &region)? {
                return Ok(false);
            }
            self.read_events()?;
            if !self.reported || self.size_stale {
                break;
            }
            region = self.hand_over(Extent::Damaged)?;
            let mut both = covered.clone();
            both.add_region(&region);
            if fetched_px + region.area() > 2 * both.area() || !self.pixels.have_room_for(&region) {
                self.known = region;
                break;
            }
        }
        Ok(true)
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
            self.read_events()?;
            self.look_at_size(noticed)?;
            self.settle()?;
            let now = Instant::now();
            self.cursor.look(&self.connection, now, noticed)?;
            // Waiting for those answers has read events too, of which the socket tells no more.
            let has_news = self.read_events()?;
            if interest == Interest::Pixels && self.has_damage() {
                noticed.push(Noticed::Damage);
            }
            if noticed.len() > already || woken || deadline.is_some_and(|deadline| deadline <= now) {
                return Ok(());
            }
            if has_news {
                continue;
            }
            let asks = self.windows.as_ref().and_then(Windows::due);
            let until = [deadline, self.cursor.due(), asks].into_iter().flatten().min();
            woken = self.sleep(until)?;
        }
    }

    fn capture(
        &mut self,
        extent: Extent,
        show: &mut dyn FnMut(&DesktopFrame<'_>),
    ) -> Result<(), CaptureError> {
        if self.windows.is_some() {
            self.read_events()?;
            self.settle()?;
        }
        if let Some(windows) = &mut self.windows {
            windows.begin_frame();
        }
        let mut region = self.hand_over(extent)?;
        let hidden = if self.fetch(region.clone())? {
            self.hidden_in_frame()?
        } else {
            region = Region::from(self.size.rect());
            None
        };
        if let Some(hidden) = hidden {
            if !hidden.is_empty() {
                self.pixels.cover(&hidden);
            }
            show(&DesktopFrame { size: self.size, patches: &self.pixels.patches() });
        } else {
            self.known.add_region(&region);
            show(&DesktopFrame { size: self.size, patches: &[] });
        }
        Ok(())
    }

    fn share(&mut self, sharing: &Sharing) -> Result<(), CaptureError> {
        self.sharing = sharing.clone();
        self.follow_sharing()?;
        // Others may be told now.
        self.monitors_stale = true;
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
