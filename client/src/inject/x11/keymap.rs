//! The X server's keymap: read when it has changed, asked for its state before each stroke, and lent key codes written.
//! Decides nothing about what is typed. Threading: as the injector, whose connection it uses.

use x11rb::connection::{Connection as _, RequestConnection as _};
use x11rb::protocol::Event;
use x11rb::protocol::xkb::{
    self, ConnectionExt as _, EventType, Group as XkbGroup, KeySymMap, KeyType, MapPart, NKNDetail,
    SelectEventsAux, SelectEventsAuxNewKeyboardNotify, SetMapAux, SetMapFlags, VMod,
};
use x11rb::protocol::xproto::ModMask;
use x11rb::rust_connection::RustConnection;

use super::super::InjectError;
use crate::keyboard::{Group, Key, Keymap, Kind, Lent, Level, State, Wrap};

/// The keyboard of the pointer and keyboard on the screen, whatever devices are behind it.
const CORE: u16 = 0x100;

/// What the server tells between two strokes.
pub(super) struct Moment {
    /// Modifiers and group in effect.
    pub(super) state: State,
    /// Modifiers that are locked.
    pub(super) locked: u8,
}

/// Follows the keymap.
pub(super) struct Layout {
    is_stale: bool,
}

impl Layout {
    /// Asks the server to tell of changes.
    ///
    /// # Errors
    /// It has no X Keyboard Extension, or does not answer.
    pub(super) fn open(connection: &RustConnection) -> Result<Self, InjectError> {
        if connection.extension_information(xkb::X11_EXTENSION_NAME)?.is_none() {
            return Err(InjectError::Unavailable("the X server has no XKEYBOARD".into()));
        }
        if !connection.xkb_use_extension(1, 0)?.reply()?.supported {
            return Err(InjectError::Unavailable("the X server's XKEYBOARD is too old".into()));
        }
        let maps = MapPart::KEY_TYPES | MapPart::KEY_SYMS | MapPart::MODIFIER_MAP;
        let details = NKNDetail::KEYCODES | NKNDetail::GEOMETRY | NKNDetail::DEVICE_ID;
        let new =
            SelectEventsAuxNewKeyboardNotify { affect_new_keyboard: details, new_keyboard_details: details };
        let events = SelectEventsAux { new_keyboard_notify: Some(new), ..SelectEventsAux::default() };
        let none = EventType::from(0_u16);
        let select = connection.xkb_select_events(CORE, none, EventType::MAP_NOTIFY, maps, maps, &events)?;
        select.check()?;
        Ok(Self { is_stale: true })
    }

    /// What holds at this moment, and the keymap if it is another than before. `is_own` says which key codes the injector
    /// has changed itself.
    pub(super) fn look(
        &mut self,
        connection: &RustConnection,
        is_own: impl Fn(u8) -> bool,
    ) -> Result<(Moment, Option<Keymap>), InjectError> {
        let reply = connection.xkb_get_state(CORE)?.reply()?;
        let group = u8::from(reply.group);
        let moment = Moment { state: State { mods: low(reply.mods), group }, locked: low(reply.locked_mods) };
        // Whatever the server sent before its answer has arrived with it.
        while let Some(event) = connection.poll_for_event()? {
            self.note(&event, &is_own);
        }
        let keymap = if std::mem::take(&mut self.is_stale) { Some(read(connection)?) } else { None };
        Ok((moment, keymap))
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "a server may send events that nobody asked for")]
    fn note(&mut self, event: &Event, is_own: impl Fn(u8) -> bool) {
        match event {
            Event::XkbMapNotify(change) => {
                let last = change.first_key_sym.saturating_add(change.n_key_syms.saturating_sub(1));
                let only_symbols = change.changed == MapPart::KEY_SYMS;
                let own = only_symbols && (change.first_key_sym..=last).all(is_own);
                self.is_stale |= !own;
            }
            Event::XkbNewKeyboardNotify(_) => self.is_stale = true,
            _ => {}
        }
    }
}

fn low(mods: ModMask) -> u8 {
    (u16::from(mods) & 0xff) as u8
}

fn read(connection: &RustConnection) -> Result<Keymap, InjectError> {
    let full = MapPart::KEY_TYPES | MapPart::KEY_SYMS | MapPart::MODIFIER_MAP;
    let none = MapPart::from(0_u16);
    let reply = connection
        .xkb_get_map(CORE, full, none, 0, 0, 0, 0, 0, 0, 0, 0, VMod::from(0_u16), 0, 0, 0, 0, 0, 0)?
        .reply()?;
    let kinds = reply.map.types_rtrn.unwrap_or_default().iter().map(kind).collect();
    let mut keys: Vec<Key> = reply.map.syms_rtrn.unwrap_or_default().iter().map(key).collect();
    for bound in reply.map.modmap_rtrn.unwrap_or_default() {
        let at = bound.keycode.checked_sub(reply.first_key_sym).map(usize::from);
        if let Some(key) = at.and_then(|at| keys.get_mut(at)) {
            key.mods = low(bound.mods);
        }
    }
    Ok(Keymap::new(kinds, reply.first_key_sym, keys))
}

fn kind(from: &KeyType) -> Kind {
    let preserved = |at: usize| from.preserve.get(at).map_or(0, |mods| low(mods.mask));
    // A level behind modifiers that no key has is never chosen.
    let levels = from.map.iter().enumerate().filter(|(_, entry)| entry.active);
    let levels = levels.map(|(at, entry)| Level {
        mods: low(entry.mods_mask),
        level: entry.level,
        preserved: preserved(at),
    });
    Kind { mods: low(from.mods_mask), count: from.num_levels, levels: levels.collect() }
}

fn key(from: &KeySymMap) -> Key {
    // The lower half is the number of groups, the upper one what comes beyond them.
    let count = usize::from(from.group_info & 0x0f);
    let wrap = match from.group_info & 0xc0 {
        0x40 => Wrap::Last,
        0x80 => Wrap::To(from.group_info >> 4 & 0x03),
        _ => Wrap::Around,
    };
    let width = usize::from(from.width).max(1);
    let groups = from.syms.chunks(width).zip(from.kt_index).take(count);
    let groups = groups.map(|(symbols, kind)| Group { kind: kind.into(), symbols: symbols.to_vec() });
    Key { groups: groups.collect(), wrap, mods: 0 }
}

/// Lets key codes bear these symbols, in one request for each row of neighbours.
pub(super) fn write(connection: &RustConnection, changes: &[(u8, Option<Lent>)]) -> Result<(), InjectError> {
    let mut changes = changes.to_vec();
    changes.sort_unstable_by_key(|(code, _)| *code);
    for row in changes.chunk_by(|(one, _), (next, _)| one.checked_add(1) == Some(*next)) {
        let Some((first, _)) = row.first() else { continue };
        let symbols: Vec<KeySymMap> = row.iter().map(|(_, lent)| bearing(*lent)).collect();
        let total = symbols.iter().map(|key| key.syms.len()).sum::<usize>();
        let count = u8::try_from(row.len()).unwrap_or(u8::MAX);
        let values = SetMapAux { syms: Some(symbols), ..SetMapAux::default() };
        let total = u16::try_from(total).unwrap_or(u16::MAX);
        let setup = connection.setup();
        connection
            .xkb_set_map(
                CORE,
                SetMapFlags::from(0_u16),
                setup.min_keycode,
                setup.max_keycode,
                0,
                0,
                *first,
                count,
                total,
                0,
                0,
                0,
                0,
                0,
                0,
                0,
                0,
                0,
                0,
                0,
                0,
                0,
                0,
                0,
                VMod::from(0_u16),
                &values,
            )?
            .check()?;
    }
    Ok(())
}

fn bearing(lent: Option<Lent>) -> KeySymMap {
    let nothing = KeySymMap { kt_index: [0; 4], group_info: 0, width: 0, syms: Vec::new() };
    lent.map_or(nothing, |lent| KeySymMap {
        kt_index: [lent.kind, 0, 0, 0],
        group_info: 1,
        width: lent.levels,
        syms: lent.symbols().to_vec(),
    })
}

/// Has the server tell which modifiers are in effect: `modifier` is locked for a moment, or unlocked if it was locked.
///
/// Who reads a changed keymap may take along the modifiers as they are at that time, which may be after the next strokes.
/// Qt does: a capital whose Shift has gone up meanwhile would be a small letter. What it is told after the change and
/// before the stroke puts that right, however late it gets to either.
pub(super) fn say_state(connection: &RustConnection, modifier: u8) -> Result<(), InjectError> {
    let locked = low(connection.xkb_get_state(CORE)?.reply()?.locked_mods) & modifier;
    lock(connection, modifier, modifier & !locked)?;
    lock(connection, modifier, locked)
}

/// Locks and unlocks modifiers.
pub(super) fn lock(connection: &RustConnection, mods: u8, on: u8) -> Result<(), InjectError> {
    let (mods, on) = (ModMask::from(u16::from(mods)), ModMask::from(u16::from(on)));
    let none = ModMask::from(0_u16);
    connection.xkb_latch_lock_state(CORE, mods, on, false, XkbGroup::M1, none, false, 0)?.check()?;
    Ok(())
}
