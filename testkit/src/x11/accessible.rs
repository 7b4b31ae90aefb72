//! A screen reader for tests: what programs tell the desktop's accessibility service (AT-SPI), asked for over D-Bus as
//! a real one asks, and the events that it would speak about.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use tokio::runtime::Runtime;
use zbus::export::futures_core::Stream;
use zbus::zvariant::{OwnedObjectPath, OwnedValue, Structure, Value};
use zbus::{Connection, MatchRule, Message, MessageStream, connection};

const ACCESSIBLE: &str = "org.a11y.atspi.Accessible";
/// Of a node in a tree that changes while it is read, at most so many levels are looked at.
const DEEPEST: usize = 40;

/// Numbers of states, as AT-SPI counts them (atspi-constants.h, `AtspiStateType`).
mod state {
    pub const ENABLED: u32 = 8;
    pub const FOCUSABLE: u32 = 11;
    pub const FOCUSED: u32 = 12;
}

/// What AT-SPI calls its roles, as far as Deskside's windows have them (atspi-constants.h, `AtspiRole`).
fn role_name(number: u32) -> String {
    let name = match number {
        0 => "invalid",
        2 => "alert",
        11 => "combo box",
        16 => "dialog",
        23 => "frame",
        27 => "image",
        29 => "label",
        31 => "list",
        32 => "list item",
        35 => "menu item",
        37 => "page tab",
        39 => "panel",
        40 => "password text",
        43 => "push button",
        44 => "radio button",
        48 => "scroll bar",
        51 => "slider",
        61 => "text",
        62 => "toggle button",
        67 => "unknown",
        79 => "entry",
        other => return format!("role {other}"),
    };
    name.to_owned()
}

/// A screen reader that is switched on.
pub struct ScreenReader {
    runtime: Runtime,
    bus: Connection,
    heard: Arc<Heard>,
}

type Heard = (Mutex<Vec<Said>>, Condvar);

/// An event that a screen reader is told.
#[derive(Debug, Clone)]
pub struct Said {
    /// What kind, such as `StateChanged` or `Announcement`.
    pub member: String,
    /// Which state, if that is what changed.
    pub detail: String,
    /// Its new value, or how urgent an announcement is.
    pub value: i32,
    /// What is announced.
    pub text: String,
    /// Which thing it is about.
    pub place: Place,
}

/// The address of a thing on the accessibility bus.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    bus: String,
    path: String,
}

/// A thing in a window and all that is in it, as told at one moment.
#[derive(Debug, Clone)]
pub struct Node {
    /// Where it is asked for.
    pub place: Place,
    /// What it is: `push button`, `label` and so on.
    pub role: String,
    /// What it is called.
    pub name: String,
    /// What more is said about it.
    pub description: String,
    /// What is in it.
    pub children: Vec<Node>,
    states: u64,
    actions: i32,
    /// Left, top, width and height (px, from the window's corner).
    pub extents: (i32, i32, i32, i32),
}

impl ScreenReader {
    /// Switches a screen reader on for all programs on that session bus.
    ///
    /// # Errors
    /// The service is not installed (package `at-spi2-core`).
    pub fn start(session_bus: &str) -> Result<Self> {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
        let heard = Arc::new(Heard::default());
        let bus = runtime.block_on(connect(session_bus)).context("package `at-spi2-core` is needed")?;
        let rule = MatchRule::builder().msg_type(zbus::message::Type::Signal).build();
        let stream = runtime.block_on(MessageStream::for_match_rule(rule, &bus, Some(1024)))?;
        runtime.spawn(listen(stream, Arc::clone(&heard)));
        Ok(Self { runtime, bus, heard })
    }

    /// The windows that all programs tell of now, each with all that is in it.
    ///
    /// # Errors
    /// The service went away.
    pub fn windows(&self) -> Result<Vec<Node>> {
        self.runtime.block_on(async {
            let mut windows = Vec::new();
            for program in children(&self.bus, &registry()).await? {
                // A program may end while it is asked.
                for window in children(&self.bus, &program).await.unwrap_or_default() {
                    windows.extend(read(&self.bus, window, DEEPEST).await.ok());
                }
            }
            Ok(windows)
        })
    }

    /// Waits for a window of that name, or whose name contains it.
    ///
    /// # Errors
    /// There was none in time.
    pub fn window(&self, name: &str, patience: Duration) -> Result<Node> {
        let deadline = Instant::now() + patience;
        loop {
            let windows = self.windows()?;
            let filled = || windows.iter().filter(|window| !window.children.is_empty());
            let found = filled().find(|window| window.name == name);
            if let Some(window) = found.or_else(|| filled().find(|window| window.name.contains(name))) {
                return Ok(window.clone());
            }
            if Instant::now() > deadline {
                let names: Vec<&str> = windows.iter().map(|window| window.name.as_str()).collect();
                bail!("a screen reader finds no window {name:?}, only {names:?}");
            }
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Asks for the first action of a thing (a press), as assistive software and any other program can.
    ///
    /// # Errors
    /// It has none, or the program went away.
    pub fn press(&self, node: &Node) -> Result<()> {
        let Place { bus, path } = &node.place;
        let action = Some("org.a11y.atspi.Action");
        self.runtime.block_on(self.bus.call_method(Some(&**bus), &**path, action, "DoAction", &(0_i32,)))?;
        Ok(())
    }

    /// Asks for the keyboard to go to a thing.
    ///
    /// # Errors
    /// It takes none, or the program went away.
    pub fn focus(&self, node: &Node) -> Result<()> {
        let Place { bus, path } = &node.place;
        let component = Some("org.a11y.atspi.Component");
        self.runtime.block_on(self.bus.call_method(Some(&**bus), &**path, component, "GrabFocus", &()))?;
        Ok(())
    }

    /// How many events there were so far; for [`Self::wait_for`].
    pub fn so_far(&self) -> usize {
        self.lock().len()
    }

    /// Waits for an event after the first `after` ones; gives it and how many there were up to it.
    pub fn wait_for(
        &self,
        after: usize,
        patience: Duration,
        wanted: impl Fn(&Said) -> bool,
    ) -> Option<(Said, usize)> {
        let deadline = Instant::now() + patience;
        let mut heard = self.lock();
        loop {
            let place = heard.iter().skip(after).position(&wanted);
            if let Some(place) = place.map(|place| place + after) {
                return heard.get(place).cloned().map(|said| (said, place + 1));
            }
            let left = deadline.checked_duration_since(Instant::now())?;
            heard = self.heard.1.wait_timeout(heard, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Said>> {
        self.heard.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Node {
    /// It and all that is in it, from front to back.
    pub fn all(&self) -> Vec<&Self> {
        let below = self.children.iter().flat_map(Self::all);
        std::iter::once(self).chain(below).collect()
    }

    /// The first thing with that role and name in it.
    ///
    /// # Errors
    /// There is none; with what there is.
    pub fn find(&self, role: &str, name: &str) -> Result<&Self> {
        let found = self.all().into_iter().find(|node| node.role == role && node.name == name);
        found.with_context(|| format!("no {role} {name:?} in\n{}", self.told()))
    }

    /// Whether a person can press it or type into it.
    pub fn is_control(&self) -> bool {
        self.is(state::FOCUSABLE) || self.actions > 0
    }

    /// Whether Tab should come by.
    pub fn takes_focus(&self) -> bool {
        self.is(state::FOCUSABLE) && self.is(state::ENABLED)
    }

    /// Whether it has the keyboard.
    pub fn is_focused(&self) -> bool {
        self.is(state::FOCUSED)
    }

    fn is(&self, state: u32) -> bool {
        self.states & (1 << state) != 0
    }

    /// All of it in lines, for a test that fails.
    pub fn told(&self) -> String {
        let mut text = format!("{} {:?}", self.role, self.name);
        if !self.description.is_empty() {
            text += &format!(" ({})", self.description);
        }
        if self.is_control() {
            text += " *";
        }
        for child in &self.children {
            text += &format!("\n{}", child.told()).replace('\n', "\n  ");
        }
        text
    }
}

fn registry() -> Place {
    let path = "/org/a11y/atspi/accessible/root".to_owned();
    Place { bus: "org.a11y.atspi.Registry".to_owned(), path }
}

async fn connect(session_bus: &str) -> Result<Connection> {
    let (service, path) = ("org.a11y.Bus", "/org/a11y/bus");
    let session = connection::Builder::address(session_bus)?.build().await?;
    for name in ["IsEnabled", "ScreenReaderEnabled"] {
        let properties = Some("org.freedesktop.DBus.Properties");
        let body = ("org.a11y.Status", name, Value::from(true));
        session.call_method(Some(service), path, properties, "Set", &body).await?;
    }
    let reply = session.call_method(Some(service), path, Some(service), "GetAddress", &()).await?;
    let address: String = reply.body().deserialize()?;
    Ok(connection::Builder::address(&*address)?.build().await?)
}

async fn listen(mut stream: MessageStream, heard: Arc<Heard>) {
    loop {
        let next = std::future::poll_fn(|context| std::pin::Pin::new(&mut stream).poll_next(context)).await;
        let Some(message) = next else { return };
        if let Some(said) = message.ok().as_ref().and_then(said) {
            heard.0.lock().unwrap_or_else(PoisonError::into_inner).push(said);
            heard.1.notify_all();
        }
    }
}

fn said(message: &Message) -> Option<Said> {
    let header = message.header();
    let interface = header.interface()?.as_str();
    if !interface.starts_with("org.a11y.atspi.Event.") {
        return None;
    }
    let place = Place { bus: header.sender()?.to_string(), path: header.path()?.to_string() };
    let body = message.body();
    let body: Structure<'_> = body.deserialize().ok()?;
    let mut said = Said {
        member: header.member()?.to_string(),
        detail: String::new(),
        value: 0,
        text: String::new(),
        place,
    };
    if let [Value::Str(detail), Value::I32(value), _, more, ..] = body.fields() {
        said.detail = detail.to_string();
        said.value = *value;
        let more = if let Value::Value(inner) = more { inner } else { more };
        if let Value::Str(text) = more {
            said.text = text.to_string();
        }
    }
    Some(said)
}

async fn children(bus: &Connection, of: &Place) -> Result<Vec<Place>> {
    let reply = bus.call_method(Some(&*of.bus), &*of.path, Some(ACCESSIBLE), "GetChildren", &()).await?;
    let places: Vec<(String, OwnedObjectPath)> = reply.body().deserialize()?;
    Ok(places.into_iter().map(|(bus, path)| Place { bus, path: path.to_string() }).collect())
}

async fn property(bus: &Connection, of: &Place, interface: &str, name: &str) -> Result<OwnedValue> {
    let properties = Some("org.freedesktop.DBus.Properties");
    let reply = bus.call_method(Some(&*of.bus), &*of.path, properties, "Get", &(interface, name)).await?;
    Ok(reply.body().deserialize()?)
}

async fn read(bus: &Connection, place: Place, deepest: usize) -> Result<Node> {
    let ask = async |method: &str| {
        bus.call_method(Some(&*place.bus), &*place.path, Some(ACCESSIBLE), method, &()).await
    };
    let role: u32 = ask("GetRole").await?.body().deserialize()?;
    let role = role_name(role);
    let states: Vec<u32> = ask("GetState").await?.body().deserialize()?;
    let interfaces: Vec<String> = ask("GetInterfaces").await?.body().deserialize()?;
    let has = |wanted: &str| interfaces.iter().any(|name| name == wanted);
    let name = String::try_from(property(bus, &place, ACCESSIBLE, "Name").await?)?;
    let description = String::try_from(property(bus, &place, ACCESSIBLE, "Description").await?)?;
    let actions = if has("org.a11y.atspi.Action") {
        i32::try_from(property(bus, &place, "org.a11y.atspi.Action", "NActions").await?)?
    } else {
        0
    };
    let extents = if has("org.a11y.atspi.Component") {
        let component = Some("org.a11y.atspi.Component");
        let reply =
            bus.call_method(Some(&*place.bus), &*place.path, component, "GetExtents", &(1_u32,)).await?;
        reply.body().deserialize_unchecked()?
    } else {
        (0, 0, 0, 0)
    };
    let mut below = Vec::new();
    if let Some(deepest) = deepest.checked_sub(1) {
        for child in children(bus, &place).await? {
            below.push(Box::pin(read(bus, child, deepest)).await?);
        }
    }
    let states = states.iter().rev().fold(0, |all, part| (all << 32) | u64::from(*part));
    Ok(Node { place, role, name, description, children: below, states, actions, extents })
}
