//! Key codes without a key, lent to characters that the layout does not have: the least recently used is lent anew.
//! Keeps each loan stable for as long as a slow program may need to look up what a stroke meant.

use std::time::{Duration, Instant};

use super::keymap::{Group, Key, Keymap, Wrap, lower, symbol_of, upper};
use deskside_proto::keycode::KeyUsage;

/// A code is not lent to another character sooner after a stroke: programs read the keymap when they get to the event.
pub const SETTLED: Duration = Duration::from_millis(300);
/// More than any alphabet; the rest is left to other programs that do the same.
const MOST: usize = 64;
/// Shift or Caps Lock, each by itself, choose the second of two levels; the extension fixes this number (ALPHABETIC).
const ALPHABETIC: usize = 2;

/// The codes.
#[derive(Debug, Default)]
pub struct Spare {
    slots: Vec<Slot>,
}

#[derive(Debug, Clone, Copy)]
struct Slot {
    code: u8,
    /// Without and with Shift; none while it is not lent.
    pair: Option<(char, char)>,
    used: Option<Instant>,
}

/// A loan that was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Loan {
    /// The code.
    pub code: u8,
    /// What it bears from now on.
    pub symbols: [u32; 2],
    /// How long to wait before the keymap may be changed.
    pub wait: Duration,
}

impl Spare {
    /// Takes over what is free in a keymap that was read anew; loans that it does not show any more are gone.
    pub fn follow(&mut self, map: &Keymap) {
        let before = std::mem::take(&mut self.slots);
        let known: Vec<u8> = KeyUsage::known().filter_map(KeyUsage::x11).collect();
        for (code, key) in map.keys() {
            let old = before.iter().find(|slot| slot.code == code);
            let kept = old.filter(|slot| slot.pair.is_some_and(|pair| *key == lent(pair)));
            if let Some(slot) = kept {
                self.slots.push(*slot);
            } else if is_free(key) && !known.contains(&code) && self.slots.len() < MOST {
                self.slots.push(Slot { code, pair: None, used: old.and_then(|slot| slot.used) });
            }
        }
    }

    /// Lends a code to this character; `is_down` are codes that must stay as they are.
    pub fn lend(&mut self, character: char, now: Instant, is_down: impl Fn(u8) -> bool) -> Option<Loan> {
        let usable = self.slots.iter_mut().filter(|slot| !is_down(slot.code));
        // Free ones first, from the top: the lower ones are more often found in other tables of keys.
        let slot = usable.min_by_key(|slot| (slot.pair.is_some(), slot.used, u8::MAX - slot.code))?;
        let until = slot.used.filter(|_| slot.pair.is_some()).map(|used| used + SETTLED);
        let pair = pair_of(character);
        slot.pair = Some(pair);
        slot.used = Some(now);
        let wait = until.map_or(Duration::ZERO, |until| until.saturating_duration_since(now));
        Some(Loan { code: slot.code, symbols: symbols(pair), wait })
    }

    /// There was a stroke of this code.
    pub fn note(&mut self, code: u8, now: Instant) {
        if let Some(slot) = self.slots.iter_mut().find(|slot| slot.code == code) {
            slot.used = Some(now);
        }
    }

    /// The codes that are lent.
    pub fn lent(&self) -> impl Iterator<Item = u8> {
        self.slots.iter().filter(|slot| slot.pair.is_some()).map(|slot| slot.code)
    }

    /// When the last of the loans may end, `None` where there is none.
    pub fn settles(&self) -> Option<Instant> {
        self.slots
            .iter()
            .filter(|slot| slot.pair.is_some())
            .filter_map(|slot| slot.used)
            .max()
            .map(|at| at + SETTLED)
    }

    /// Forgets all loans.
    pub fn forget(&mut self) {
        self.slots.iter_mut().for_each(|slot| slot.pair = None);
    }
}

fn is_free(key: &Key) -> bool {
    key.mods == 0 && key.groups.iter().all(|group| group.symbols.iter().all(|symbol| *symbol == 0))
}

/// Small and capital letter share a code, as on a real key; anything else is the same with and without Shift.
fn pair_of(character: char) -> (char, char) {
    if let Some(capital) = upper(character).filter(|capital| lower(*capital) == Some(character)) {
        return (character, capital);
    }
    if let Some(small) = lower(character).filter(|small| upper(*small) == Some(character)) {
        return (small, character);
    }
    (character, character)
}

fn symbols((plain, shifted): (char, char)) -> [u32; 2] {
    [symbol_of(plain), symbol_of(shifted)]
}

/// The key that a loan makes. Its kind uses up Shift and Caps Lock, so that neither changes the symbol any further.
fn lent(pair: (char, char)) -> Key {
    key_bearing(symbols(pair))
}

/// A key with two levels of that kind.
pub fn key_bearing(symbols: [u32; 2]) -> Key {
    Key { groups: vec![Group { kind: ALPHABETIC, symbols: symbols.to_vec() }], wrap: Wrap::Around, mods: 0 }
}
