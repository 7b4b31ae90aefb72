//! Locks on X11, by the lights that the X Keyboard Extension keeps for them, whichever modifiers are behind.
//! Threading: a connection and a thread of its own, which ends with the connection.

use anyhow::{Context as _, Result, ensure};
use deskside_proto::wire::input::Locks;
use x11rb::connection::Connection as _;
use x11rb::protocol::Event;
use x11rb::protocol::xkb::{ConnectionExt as _, EventType, MapPart, NameDetail, SelectEventsAux};
use x11rb::protocol::xproto::ConnectionExt as _;
use x11rb::rust_connection::RustConnection;

use super::LockWatch;

/// The keyboard of the pointer and keyboard on the screen, whatever devices are behind it.
const CORE: u16 = 0x100;

/// Begins to follow them.
pub(super) fn follow(
    display: Option<&str>,
    watch: LockWatch,
    changed: impl Fn(Option<Locks>) + Send + 'static,
) -> Result<()> {
    let (connection, _) = RustConnection::connect(display)?;
    ensure!(connection.xkb_use_extension(1, 0)?.reply()?.supported, "the X server's XKEYBOARD is too old");
    let none = EventType::from(0_u16);
    let wanted = EventType::INDICATOR_STATE_NOTIFY | EventType::NEW_KEYBOARD_NOTIFY;
    let (maps, details) = (MapPart::from(0_u16), SelectEventsAux::default());
    connection.xkb_select_events(CORE, none, wanted, maps, maps, &details)?.check()?;
    let first = read(&connection)?;
    watch.note(Some(first));
    changed(Some(first));
    std::thread::Builder::new().name("locks".to_owned()).spawn(move || {
        while let Ok(event) = connection.wait_for_event() {
            if !matches!(event, Event::XkbIndicatorStateNotify(_) | Event::XkbNewKeyboardNotify(_)) {
                continue;
            }
            match read(&connection) {
                Ok(locks) if watch.note(Some(locks)) => changed(Some(locks)),
                Ok(_) => {}
                Err(error) => {
                    tracing::debug!(%error, "the locks are not told any more");
                    break;
                }
            }
        }
        if watch.note(None) {
            changed(None);
        }
    })?;
    Ok(())
}

/// Which of the lights with these names are on.
fn read(connection: &RustConnection) -> Result<Locks> {
    let names = connection.xkb_get_names(CORE, NameDetail::INDICATOR_NAMES)?;
    let state = connection.xkb_get_indicator_state(CORE)?;
    let caps = connection.intern_atom(false, b"Caps Lock")?;
    let num = connection.intern_atom(false, b"Num Lock")?;
    let scroll = connection.intern_atom(false, b"Scroll Lock")?;
    let named = names.reply()?;
    let lit = state.reply()?.state;
    let names = named.value_list.indicator_names.context("no names of lights")?;
    // One name for each bit of `indicators`, in their order.
    let bits = (0..u32::BITS).map(|bit| 1 << bit).filter(|bit| named.indicators & bit != 0);
    let lights: Vec<(u32, bool)> = names.into_iter().zip(bits.map(|bit| lit & bit != 0)).collect();
    let is_on = |name: u32| lights.iter().any(|(light, on)| *light == name && *on);
    Ok(Locks {
        caps: is_on(caps.reply()?.atom),
        num: is_on(num.reply()?.atom),
        scroll: is_on(scroll.reply()?.atom),
    })
}
