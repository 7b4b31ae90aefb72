//! Which engine ibus has. Many desktops run ibus for everybody, and most people have nothing but keyboard layouts in it: then
//! keys need not take the way through it.
//! Threading: a thread with a connection of its own to ibus's bus, which ends with ibus.
//!
//! # Reference
//! ibus 1.5: `org.freedesktop.IBus`, property `GlobalEngine` and signal `GlobalEngineChanged`; the bus's address stands in a
//! file of the display, or in `IBUS_ADDRESS`.

use std::future::poll_fn;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use zbus::export::futures_core::Stream as _;
use zbus::message::Type;
use zbus::zvariant::{OwnedValue, Value};
use zbus::{Connection, MatchRule, MessageStream};

const NAME: &str = "org.freedesktop.IBus";
const PLACE: &str = "/org/freedesktop/IBus";

/// Follows the engine.
#[derive(Clone)]
pub(super) struct Engine {
    /// It is a layout, which needs no ibus.
    is_layout: Arc<AtomicBool>,
    is_followed: Arc<AtomicBool>,
    changed: Arc<dyn Fn() + Send + Sync>,
}

impl Engine {
    /// An engine that is not known yet; `changed` is called, by another thread, when it has changed.
    pub fn new(changed: Arc<dyn Fn() + Send + Sync>) -> Self {
        Self { is_layout: Arc::default(), is_followed: Arc::default(), changed }
    }

    /// Whether ibus has nothing but a keyboard layout; false where that is not known.
    pub fn is_layout(&self) -> bool {
        self.is_layout.load(Ordering::Relaxed)
    }

    /// Begins to follow it, unless that is under way: ibus may have been started meanwhile.
    pub fn follow(&self) {
        if self.is_followed.swap(true, Ordering::Relaxed) {
            return;
        }
        let engine = self.clone();
        let thread = std::thread::Builder::new().name("ibus".to_owned()).spawn(move || {
            let end = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .map_err(zbus::Error::from)
                .and_then(|runtime| runtime.block_on(engine.watch()));
            tracing::debug!(?end, "ibus's engine is not followed any more");
            engine.note(None);
            engine.is_followed.store(false, Ordering::Relaxed);
        });
        if thread.is_err() {
            self.is_followed.store(false, Ordering::Relaxed);
        }
    }

    /// The engine has this name, or is not known.
    fn note(&self, name: Option<&str>) {
        // Layouts have names such as `xkb:de::ger`.
        let is_layout = name.is_some_and(|name| name.starts_with("xkb:"));
        if self.is_layout.swap(is_layout, Ordering::Relaxed) != is_layout {
            (self.changed)();
        }
    }

    async fn watch(&self) -> zbus::Result<()> {
        let Some(address) = address() else { return Ok(()) };
        let bus = zbus::connection::Builder::address(address.as_str())?.build().await?;
        let rule = MatchRule::builder()
            .msg_type(Type::Signal)
            .sender(NAME)?
            .interface(NAME)?
            .member("GlobalEngineChanged")?
            .build();
        let mut signals = MessageStream::for_match_rule(rule, &bus, None).await?;
        self.note(now(&bus).await.as_deref());
        while let Some(signal) = poll_fn(|context| Pin::new(&mut signals).poll_next(context)).await {
            let signal = signal?;
            self.note(Some(signal.body().deserialize()?));
        }
        Ok(())
    }
}

/// The name of the engine at the moment.
async fn now(bus: &Connection) -> Option<String> {
    let interface = Some("org.freedesktop.DBus.Properties");
    let asked = bus.call_method(Some(NAME), PLACE, interface, "Get", &(NAME, "GlobalEngine")).await;
    let described: OwnedValue = asked.ok()?.body().deserialize().ok()?;
    name_in(&described)
}

/// The name in an engine's description, which is a structure of its kind, attachments, name and more, in one variant or two.
fn name_in(value: &Value<'_>) -> Option<String> {
    if let Value::Value(inner) = value {
        return name_in(inner);
    }
    let Value::Structure(description) = value else { return None };
    let Some(Value::Str(name)) = description.fields().get(2) else { return None };
    Some(name.to_string())
}

/// Where ibus's bus is for this display.
fn address() -> Option<String> {
    let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    if let Some(address) = variable("IBUS_ADDRESS") {
        return Some(address);
    }
    let settings = variable("XDG_CONFIG_HOME").map(PathBuf::from);
    let folder =
        settings.or_else(|| Some(PathBuf::from(variable("HOME")?).join(".config")))?.join("ibus/bus");
    // Named `MACHINE-unix-DISPLAY`; the Wayland display, where there is one, is whose ibus it is.
    let displays = [variable("WAYLAND_DISPLAY"), variable("DISPLAY").and_then(|display| number_in(&display))];
    let files: Vec<PathBuf> = std::fs::read_dir(folder).ok()?.flatten().map(|entry| entry.path()).collect();
    displays.into_iter().flatten().find_map(|display| {
        let ending = format!("-unix-{display}");
        let is_its = |file: &&PathBuf| file.to_string_lossy().ends_with(&ending);
        address_in(&std::fs::read_to_string(files.iter().find(is_its)?).ok()?)
    })
}

/// The number in a display's name, such as `:7.0`.
fn number_in(display: &str) -> Option<String> {
    let (_, number) = display.rsplit_once(':')?;
    number.split('.').next().map(str::to_owned)
}

fn address_in(file: &str) -> Option<String> {
    file.lines().find_map(|line| line.strip_prefix("IBUS_ADDRESS=")).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_is_read_from_the_file_of_the_display() {
        let file =
            "# This file is created by ibus-daemon\nIBUS_ADDRESS=unix:path=/a,guid=1\nIBUS_DAEMON_PID=7\n";
        assert_eq!(address_in(file).as_deref(), Some("unix:path=/a,guid=1"));
        assert_eq!(address_in("IBUS_DAEMON_PID=7"), None);
        for (display, number) in [(":7", Some("7")), ("host:7.0", Some("7")), ("", None)] {
            assert_eq!(number_in(display).as_deref(), number);
        }
    }

    #[test]
    fn layouts_are_known_by_their_names_and_a_change_is_told_once() {
        let told = Arc::new(std::sync::atomic::AtomicU32::new(0));
        let count = Arc::clone(&told);
        let engine = Engine::new(Arc::new(move || {
            count.fetch_add(1, Ordering::Relaxed);
        }));
        assert!(!engine.is_layout(), "not known");
        for (name, is_layout) in [("xkb:de::ger", true), ("xkb:us::eng", true), ("hangul", false)] {
            engine.note(Some(name));
            assert_eq!(engine.is_layout(), is_layout, "{name}");
        }
        engine.note(None);
        assert_eq!(told.load(Ordering::Relaxed), 2);
    }

    #[test]
    fn the_name_is_the_third_field_of_an_engines_description() {
        use zbus::zvariant::StructureBuilder;
        let fields = StructureBuilder::new().add_field("IBusEngineDesc").add_field(0_u32).add_field("anthy");
        let description = Value::from(fields.build().unwrap());
        assert_eq!(name_in(&Value::Value(Box::new(description))).as_deref(), Some("anthy"));
        assert_eq!(name_in(&Value::from("anthy")), None);
    }
}
