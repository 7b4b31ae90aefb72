//! X11: screens by RandR, and a thread that raises the banner whenever something came to lie above it.
//!
//! The banner is an override-redirect window: no window manager hides, minimises or moves it. What remains is that
//! others are raised above it, unmap it or change the screens; the thread waits for just these events.
//! The thread has a connection of its own and shares nothing.

use std::os::fd::AsFd;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use x11rb::connection::{Connection, RequestConnection as _};
use x11rb::protocol::Event;
use x11rb::protocol::randr::{self, ConnectionExt as _, MonitorInfo};
use x11rb::protocol::xproto::{
    ChangeWindowAttributesAux, ConfigureWindowAux, ConnectionExt as _, EventMask, GetGeometryReply,
    KeyButMask, MapState, StackMode, Window, WindowClass,
};
use x11rb::rust_connection::RustConnection;

use super::{Area, Desktop, Pointer};

/// Two windows that both want to be on top (a screen lock, say) must not keep the machine busy.
const REST: Duration = Duration::from_millis(300);

struct X11 {
    connection: RustConnection,
    root: Window,
}

pub(super) fn open() -> Option<Arc<dyn Desktop>> {
    let (connection, root) = connect()?;
    Some(Arc::new(X11 { connection, root }))
}

fn connect() -> Option<(RustConnection, Window)> {
    let (connection, number) = x11rb::connect(None).ok()?;
    let root = connection.setup().roots.get(number)?.root;
    Some((connection, root))
}

impl Desktop for X11 {
    fn main_screen(&self) -> Option<Area> {
        let screens = screens(&self.connection, self.root);
        screens.iter().find(|screen| screen.primary).or(screens.first()).map(|screen| screen.area)
    }

    fn screens(&self) -> Vec<Area> {
        screens(&self.connection, self.root).iter().map(|screen| screen.area).collect()
    }

    fn pointer(&self) -> Option<Pointer> {
        let pointer = self.connection.query_pointer(self.root).ok()?.reply().ok()?;
        let is_pressed = pointer.mask.contains(KeyButMask::BUTTON1);
        // A pointer on another screen of the display is on none of this desktop's.
        pointer
            .same_screen
            .then(|| Pointer { place: [pointer.root_x.into(), pointer.root_y.into()], is_pressed })
    }

    fn keep_in_sight(&self, title: &'static str, unfit: Box<dyn Fn() + Send>) {
        let Some((connection, root)) = connect() else {
            return;
        };
        let watch = move || {
            if let Err(error) = (Keeper { connection, root, title, unfit, banner: None }).run() {
                tracing::debug!(%error, "the banner is no longer watched");
            }
        };
        if let Err(error) = std::thread::Builder::new().name("banner".to_owned()).spawn(watch) {
            tracing::warn!(%error, "the banner is not kept above other windows");
        }
    }
}

/// One screen of the desktop.
struct Screen {
    area: Area,
    primary: bool,
}

/// The screens that there are now; without monitors, all of the desktop is one.
fn screens(connection: &RustConnection, root: Window) -> Vec<Screen> {
    let asked = connection.randr_get_monitors(root, true).ok();
    let monitors = asked.and_then(|asked| asked.reply().ok()).map(|reply| reply.monitors);
    let shown = monitors.unwrap_or_default().into_iter().filter(|one| one.width > 0 && one.height > 0);
    let of_monitor = |one: MonitorInfo| {
        let (left, top) = (one.x.into(), one.y.into());
        let area = Area { left, top, width: one.width.into(), height: one.height.into() };
        Screen { area, primary: one.primary }
    };
    let screens: Vec<_> = shown.map(of_monitor).collect();
    if screens.is_empty() { whole(connection, root).into_iter().collect() } else { screens }
}

fn whole(connection: &RustConnection, root: Window) -> Option<Screen> {
    let root = connection.get_geometry(root).ok()?.reply().ok()?;
    let area = Area { left: 0, top: 0, width: root.width.into(), height: root.height.into() };
    Some(Screen { area, primary: true })
}

/// Why the watch ended early.
type Lost = Box<dyn std::error::Error>;

struct Keeper {
    connection: RustConnection,
    root: Window,
    title: &'static str,
    unfit: Box<dyn Fn() + Send>,
    banner: Option<Window>,
}

/// What events have come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stir {
    Nothing,
    Something,
    /// The banner is gone for good.
    Gone,
}

impl Keeper {
    fn run(&mut self) -> Result<(), Lost> {
        let mask = EventMask::SUBSTRUCTURE_NOTIFY | EventMask::STRUCTURE_NOTIFY;
        self.connection
            .change_window_attributes(self.root, &ChangeWindowAttributesAux::new().event_mask(mask))?
            .check()?;
        // A monitor may become smaller, or another one, on a desktop whose size stays.
        if self.connection.extension_information(randr::X11_EXTENSION_NAME)?.is_some() {
            let layout = randr::NotifyMask::SCREEN_CHANGE
                | randr::NotifyMask::CRTC_CHANGE
                | randr::NotifyMask::OUTPUT_CHANGE;
            self.connection.randr_select_input(self.root, layout)?;
        }
        let mut due = true;
        let mut rested = Instant::now();
        loop {
            let mut drained = true;
            while let Some(event) = self.connection.poll_for_event()? {
                drained = false;
                match self.stir(&event) {
                    Stir::Nothing => {}
                    Stir::Something => due = true,
                    Stir::Gone => return Ok(()),
                }
            }
            if due && Instant::now() >= rested {
                due = false;
                if self.put_right()? {
                    rested = Instant::now() + REST;
                }
                // Replies may have brought events along: look again before waiting.
                continue;
            }
            if drained {
                self.wait(due.then(|| rested.saturating_duration_since(Instant::now())))?;
            }
        }
    }

    fn stir(&self, event: &Event) -> Stir {
        #[expect(
            clippy::wildcard_enum_match_arm,
            reason = "the protocol has a hundred events; these say what moved"
        )]
        match event {
            Event::DestroyNotify(gone) if Some(gone.window) == self.banner => Stir::Gone,
            Event::MapNotify(_)
            | Event::UnmapNotify(_)
            | Event::ConfigureNotify(_)
            | Event::CirculateNotify(_)
            | Event::RandrScreenChangeNotify(_)
            | Event::RandrNotify(_) => Stir::Something,
            _ => Stir::Nothing,
        }
    }

    fn wait(&self, at_most: Option<Duration>) -> Result<(), Lost> {
        self.connection.flush()?;
        let timeout = at_most.map(Timespec::try_from).transpose()?;
        let mut stream = [PollFd::from_borrowed_fd(self.connection.stream().as_fd(), PollFlags::IN)];
        match poll(&mut stream, timeout.as_ref()) {
            Ok(_) | Err(rustix::io::Errno::INTR) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Puts the banner on top, back on the desktop and inside its screen; true if that was needed.
    fn put_right(&mut self) -> Result<bool, Lost> {
        let children = self.connection.query_tree(self.root)?.reply()?.children;
        if self.banner.is_none() {
            self.banner = children.iter().rev().copied().find(|window| self.has_title(*window));
        }
        let Some(banner) = self.banner else {
            return Ok(false);
        };
        let (Ok(own), Ok(state)) = (
            self.connection.get_geometry(banner)?.reply(),
            self.connection.get_window_attributes(banner)?.reply(),
        ) else {
            return Ok(false);
        };
        if state.map_state != MapState::VIEWABLE {
            self.connection.map_window(banner)?;
        }
        let above = children.iter().skip_while(|window| **window != banner).skip(1);
        let mut covered = false;
        for window in above {
            covered |= self.covers(*window, &own)?;
        }
        let moved = self.put_on_one_screen(banner, &own)?;
        if covered {
            self.connection
                .configure_window(banner, &ConfigureWindowAux::new().stack_mode(StackMode::ABOVE))?;
        }
        Ok(covered || moved || state.map_state != MapState::VIEWABLE)
    }

    /// True if it was not wholly on the screen that has most of it. Where it is too large, its owner must say what goes.
    fn put_on_one_screen(&self, banner: Window, own: &GetGeometryReply) -> Result<bool, Lost> {
        let screens: Vec<_> = screens(&self.connection, self.root).iter().map(|screen| screen.area).collect();
        let place = [f32::from(own.x), f32::from(own.y)];
        let size = [f32::from(own.width), f32::from(own.height)];
        let Some(screen) = Area::with_most(&screens, place, size) else {
            return Ok(false);
        };
        let inside = screen.inside(place, size);
        let is_unfit =
            inside != place || u32::from(own.width) > screen.width || u32::from(own.height) > screen.height;
        if is_unfit {
            (self.unfit)();
        }
        if inside != place {
            let [x, y] = inside.map(|value| value as i32);
            self.connection.configure_window(banner, &ConfigureWindowAux::new().x(x).y(y))?;
        }
        Ok(inside != place)
    }

    fn has_title(&self, window: Window) -> bool {
        let kind = x11rb::protocol::xproto::AtomEnum::ANY;
        let name = x11rb::protocol::xproto::AtomEnum::WM_NAME;
        let property = self.connection.get_property(false, window, name, kind, 0, 64).ok();
        property
            .and_then(|cookie| cookie.reply().ok())
            .is_some_and(|reply| reply.value == self.title.as_bytes())
    }

    fn covers(&self, window: Window, own: &GetGeometryReply) -> Result<bool, Lost> {
        let (Ok(state), Ok(other)) = (
            self.connection.get_window_attributes(window)?.reply(),
            self.connection.get_geometry(window)?.reply(),
        ) else {
            // It is gone already.
            return Ok(false);
        };
        let shown = state.map_state == MapState::VIEWABLE && state.class == WindowClass::INPUT_OUTPUT;
        Ok(shown && overlap(own, &other))
    }
}

fn overlap(one: &GetGeometryReply, other: &GetGeometryReply) -> bool {
    let meets = |start: i16, length: u16, other_start: i16, other_length: u16| {
        i32::from(start) < i32::from(other_start) + i32::from(other_length)
            && i32::from(other_start) < i32::from(start) + i32::from(length)
    };
    meets(one.x, one.width, other.x, other.width) && meets(one.y, one.height, other.y, other.height)
}
