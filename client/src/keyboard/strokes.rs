//! Which key, with which modifiers, writes a character in a keymap. One question, no memory.

use deskside_proto::keycode::KeyUsage;

use super::keymap::{Keymap, State, lower};
use super::meaning::{self, Role};

/// A key, and the levels' modifiers as they must be when it goes down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stroke {
    /// The key code.
    pub code: u8,
    /// Real modifiers that must be in effect though they are not.
    pub add: u8,
    /// Real modifiers that must not be in effect though they are.
    pub lift: u8,
}

impl Stroke {
    /// The key as things are.
    pub const fn plain(code: u8) -> Self {
        Self { code, add: 0, lift: 0 }
    }

    fn changes(self) -> u32 {
        self.add.count_ones() + self.lift.count_ones()
    }
}

/// What can be changed about the modifiers at the moment.
#[derive(Debug, Clone, Copy, Default)]
pub struct Changeable {
    /// These can be put into effect.
    pub add: u8,
    /// These can be taken out of effect.
    pub lift: u8,
}

/// A stroke that writes `character`, with as few changes as possible. `here` is taken before any other key, and it alone
/// may be a key of the keypad: programs tell those apart.
pub fn writing(
    map: &Keymap,
    character: char,
    here: Option<u8>,
    state: State,
    can: Changeable,
) -> Option<Stroke> {
    let subsets: Vec<Stroke> = changes(map, state, can);
    let mut best: Option<(u32, bool, Stroke)> = None;
    for (code, _) in map.keys().filter(|(_, key)| !key.groups.is_empty()) {
        let is_here = here == Some(code);
        for change in &subsets {
            let state = State { mods: state.mods & !change.lift | change.add, ..state };
            if map.character(code, state) != Some(character) || (!is_here && is_keypad(map, code, state)) {
                continue;
            }
            let stroke = Stroke { code, ..*change };
            let rank = (stroke.changes(), !is_here, stroke);
            if best.is_none_or(|best| (rank.0, rank.1) < (best.0, best.1)) {
                best = Some(rank);
            }
        }
    }
    best.map(|(_, _, stroke)| stroke)
}

/// Every way to change the modifiers that choose levels, the unchanged one first.
fn changes(map: &Keymap, state: State, can: Changeable) -> Vec<Stroke> {
    let mut all = vec![Stroke::plain(0)];
    for role in Role::LEVELS {
        let mods = map.mods(role);
        let is_on = state.mods & mods != 0;
        let possible = if is_on { can.lift } else { can.add };
        if mods == 0 || possible & mods != mods {
            continue;
        }
        let changed = |stroke: &Stroke| {
            if is_on {
                Stroke { lift: stroke.lift | mods, ..*stroke }
            } else {
                Stroke { add: stroke.add | mods, ..*stroke }
            }
        };
        all.extend(all.iter().map(changed).collect::<Vec<_>>());
    }
    all
}

fn is_keypad(map: &Keymap, code: u8, state: State) -> bool {
    map.symbol(code, state).is_some_and(|(symbol, _)| (0xff80..=0xffbd).contains(&symbol))
}

/// What a shortcut means on this keymap.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shortcut {
    /// Press this.
    Press(Stroke),
    /// No key bears this letter: a spare one must.
    Missing(char),
}

/// The stroke for a key that was pressed with Ctrl, Alt or Super and means `character` on the expert's layout.
///
/// Letters go by what they mean, whatever the case; what this keymap does not have goes by the place, and by what is
/// there on a US keyboard, because that is what programs do with a layout that is not Latin.
pub fn shortcut(map: &Keymap, usage: KeyUsage, character: char, state: State, can: Changeable) -> Shortcut {
    let here = usage.x11();
    let place = || Shortcut::Press(Stroke::plain(here.unwrap_or(0)));
    let mut meant = small(character);
    if let Some(code) = same(map, meant, here, state) {
        return Shortcut::Press(Stroke::plain(code));
    }
    if !meant.is_ascii() {
        let Some(latin) = meaning::latin_of(usage) else { return place() };
        meant = latin;
        if let Some(code) = same(map, meant, here, state) {
            return Shortcut::Press(Stroke::plain(code));
        }
    }
    if meant.is_ascii_alphabetic() {
        return Shortcut::Missing(meant);
    }
    let shift = state.mods & map.mods(Role::Shift) != 0;
    // Where digits need Shift, a shortcut with the key itself means the digit; but + and - are for larger and smaller.
    let digit = meaning::digit_of(usage).filter(|_| !shift && !"+-=".contains(meant));
    if let Some(digit) = digit {
        return same(map, digit, here, state).map_or_else(place, |code| Shortcut::Press(Stroke::plain(code)));
    }
    writing(map, meant, here, state, can).map_or_else(place, Shortcut::Press)
}

/// A key that bears this as things are, whatever the case: in this group, or at the first level of another one.
fn same(map: &Keymap, meant: char, here: Option<u8>, state: State) -> Option<u8> {
    let bears = |code: u8, state| map.character(code, state).map(small) == Some(meant);
    let codes = || here.into_iter().chain(map.keys().map(|(code, _)| code));
    let usable = |code: &u8| bears(*code, state) && (here == Some(*code) || !is_keypad(map, *code, state));
    if let Some(code) = codes().find(usable) {
        return Some(code);
    }
    let elsewhere = |code: &u8| {
        let groups = map.key(*code).map_or(0, |key| key.groups.len());
        (0..u8::try_from(groups).unwrap_or(0)).any(|group| bears(*code, State { mods: 0, group }))
    };
    codes().find(|code| meant.is_ascii_alphabetic() && elsewhere(code))
}

fn small(character: char) -> char {
    lower(character).unwrap_or(character)
}
