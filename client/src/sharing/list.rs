//! What there is to choose from: the windows and screens of the desktop, as the person knows them. Titles are for the
//! person alone; they go into no log, no receipt and to no expert.

use deskside_proto::geometry::{Rect, Size};
use deskside_proto::name::PersonName;
use deskside_proto::wire::monitors::{Monitor, Monitors};
use deskside_words::t;
use x11rb::connection::{Connection as _, RequestConnection as _};
use x11rb::errors::ReplyError;
use x11rb::protocol::randr::{self, ConnectionExt as _};
use x11rb::protocol::xproto::{Atom, AtomEnum, ConnectionExt as _, MapState, Window};
use x11rb::rust_connection::RustConnection;

use super::x11::answered;
use super::{ScreenName, Title, WindowNumber};

/// Longer titles are cut. Units: characters.
const LONGEST_TITLE: usize = 80;

/// More windows or screens cannot be told apart in a list.
const MOST: usize = 64;

/// What can be shared or hidden at this moment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Choices {
    /// The screens, from left to right.
    pub screens: Vec<Screen>,
    /// The windows of other programs that are open, the most recent first where that is known.
    pub windows: Vec<Titled>,
    /// The whole desktop.
    pub size: Size,
}

/// One screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Screen {
    /// The name that the system gives it.
    pub name: ScreenName,
    /// Where it is on the desktop.
    pub place: Rect,
    /// The one with the panel, as a rule.
    pub primary: bool,
}

/// A window with the title that the person sees.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Titled {
    /// Its number.
    pub number: WindowNumber,
    /// Its title, never empty.
    pub title: Title,
    /// Where it is on the desktop, without its frame.
    pub place: Rect,
}

/// Looks at the desktop of `display`, or the one that the environment names.
///
/// # Errors
/// A sentence: the desktop does not answer.
pub fn choices(display: Option<&str>) -> Result<Choices, String> {
    let (connection, number) = RustConnection::connect(display).map_err(|error| error.to_string())?;
    let screen = connection.setup().roots.get(number).ok_or_else(|| t!("client-no-such-screen"))?;
    let (root, size) =
        (screen.root, Size::new(screen.width_in_pixels.into(), screen.height_in_pixels.into()));
    let look = || -> Result<Choices, ReplyError> {
        let mut screens = screens(&connection, root)?;
        screens.truncate(MOST);
        let windows = titled(&connection, root)?;
        Ok(Choices { screens, windows, size })
    };
    look().map_err(|error| error.to_string())
}

/// The screens of a desktop, from left to right; none where the server knows no more than their sum.
///
/// # Errors
/// The server went away.
pub(crate) fn screens(connection: &RustConnection, root: Window) -> Result<Vec<Screen>, ReplyError> {
    if connection.extension_information(randr::X11_EXTENSION_NAME)?.is_none() {
        return Ok(Vec::new());
    }
    let version = connection.randr_query_version(1, 5)?.reply()?;
    if (version.major_version, version.minor_version) < (1, 5) {
        return Ok(Vec::new());
    }
    let Some(reply) = answered(connection.randr_get_monitors(root, true)?.reply())? else {
        return Ok(Vec::new());
    };
    let mut screens = Vec::with_capacity(reply.monitors.len());
    for monitor in reply.monitors {
        let Some(name) = answered(connection.get_atom_name(monitor.name)?.reply())? else { continue };
        let name = ScreenName(String::from_utf8_lossy(&name.name).into());
        let place =
            Rect::new(monitor.x.into(), monitor.y.into(), monitor.width.into(), monitor.height.into());
        screens.push(Screen { name, place, primary: monitor.primary });
    }
    screens.sort_by_key(|screen| (screen.place.x, screen.place.y));
    Ok(screens)
}

/// Screens as experts are told of them. A name that cannot be shown is replaced by a number.
pub(crate) fn announced(screens: &[Screen], scale_percent: u16) -> Monitors {
    let numbered = |at: usize| PersonName::cleaned(&t!("client-screen-announced", number = at + 1));
    Monitors::new(screens.iter().enumerate().filter_map(|(at, screen)| {
        let name = PersonName::parse(&screen.name.0).ok().or_else(|| numbered(at))?;
        Some(Monitor { place: screen.place, primary: screen.primary, scale_percent, name })
    }))
}

/// How much larger than usual programs draw, by the resolution that desktops write down for them (`Xft.dpi`; 96 is usual).
///
/// # Errors
/// The server went away.
pub(crate) fn scale_percent(connection: &RustConnection, root: Window) -> Result<u16, ReplyError> {
    let property =
        connection.get_property(false, root, AtomEnum::RESOURCE_MANAGER, AtomEnum::STRING, 0, 16 * 1024)?;
    let text = answered(property.reply())?.map(|reply| reply.value).unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    let dpi = text.lines().find_map(|line| line.strip_prefix("Xft.dpi:")?.trim().parse::<f32>().ok());
    let percent = dpi.map_or(100.0, |dpi| dpi / 96.0 * 100.0).round();
    Ok(if (25.0..=1000.0).contains(&percent) { percent as u16 } else { 100 })
}

/// Programs' windows as the window manager lists them (EWMH), or those that lie directly on the root.
fn titled(connection: &RustConnection, root: Window) -> Result<Vec<Titled>, ReplyError> {
    let atom =
        |name: &[u8]| -> Result<Atom, ReplyError> { Ok(connection.intern_atom(false, name)?.reply()?.atom) };
    let stacked = connection.get_property(
        false,
        root,
        atom(b"_NET_CLIENT_LIST_STACKING")?,
        AtomEnum::WINDOW,
        0,
        4 * MOST as u32,
    )?;
    let mut numbers: Vec<Window> = stacked.reply()?.value32().map(Iterator::collect).unwrap_or_default();
    if numbers.is_empty() {
        numbers = connection.query_tree(root)?.reply()?.children;
    }
    let (name, utf8, process) = (atom(b"_NET_WM_NAME")?, atom(b"UTF8_STRING")?, atom(b"_NET_WM_PID")?);
    let own = std::process::id();
    let mut found = Vec::new();
    for number in numbers.into_iter().rev() {
        if found.len() >= MOST {
            break;
        }
        let pid = connection.get_property(false, number, process, AtomEnum::CARDINAL, 0, 1)?.reply();
        let pid = answered(pid)?.and_then(|reply| reply.value32()?.next());
        if pid == Some(own) {
            continue;
        }
        let mut title = text(connection, number, name, utf8)?;
        if title.is_empty() {
            title = text(connection, number, AtomEnum::WM_NAME.into(), AtomEnum::ANY.into())?;
        }
        let Some(place) = place_of(connection, root, number)? else { continue };
        if !title.is_empty() {
            found.push(Titled { number: WindowNumber(number), title: Title(title.into()), place });
        }
    }
    Ok(found)
}

/// Where a window is; `None` when it is not on the screen at all.
fn place_of(connection: &RustConnection, root: Window, window: Window) -> Result<Option<Rect>, ReplyError> {
    let Some(attributes) = answered(connection.get_window_attributes(window)?.reply())? else {
        return Ok(None);
    };
    let Some(size) = answered(connection.get_geometry(window)?.reply())? else { return Ok(None) };
    let corner = answered(connection.translate_coordinates(window, root, 0, 0)?.reply())?;
    let is_there = attributes.map_state != MapState::UNMAPPED;
    Ok(corner.filter(|_| is_there).map(|corner| {
        Rect::new(corner.dst_x.into(), corner.dst_y.into(), size.width.into(), size.height.into())
    }))
}

/// A title without control characters.
fn text(connection: &RustConnection, window: Window, name: Atom, kind: Atom) -> Result<String, ReplyError> {
    let reply = answered(connection.get_property(false, window, name, kind, 0, 256)?.reply())?;
    let bytes = reply.map(|reply| reply.value).unwrap_or_default();
    let plain = |c: &char| !c.is_control();
    Ok(String::from_utf8_lossy(&bytes)
        .chars()
        .filter(plain)
        .take(LONGEST_TITLE)
        .collect::<String>()
        .trim()
        .to_owned())
}
