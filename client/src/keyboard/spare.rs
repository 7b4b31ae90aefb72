//! Key codes without a key, lent to characters that the layout does not have: the least recently used is lent anew.
//! Says which strokes must have been read before: a slow program looks up late what they meant.

use std::time::{Duration, Instant};

use deskside_proto::keycode::KeyUsage;

use super::keymap::{Group, Key, Keymap, Wrap, lower, symbol_of, upper};

/// Where nobody tells how far a program has read, it has read a stroke after this time.
pub const SETTLED: Duration = Duration::from_millis(300);
/// Codes that are used at most: with two letters each this is more than any alphabet, and others may want some as well.
const MOST_CODES: usize = 32;

/// What a lent key code bears.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lent {
    /// Which of the keymap's kinds the key has.
    pub kind: u8,
    /// Key symbols by level, 0 where there is none.
    pub symbols: [u32; 4],
    /// How many of them count: 2 or 4.
    pub levels: u8,
}

impl Lent {
    /// The symbols that count.
    pub fn symbols(&self) -> &[u32] {
        self.symbols.get(..usize::from(self.levels)).unwrap_or_default()
    }

    /// The key that this makes of a code.
    pub fn key(&self) -> Key {
        let group = Group { kind: self.kind.into(), symbols: self.symbols().to_vec() };
        Key { groups: vec![group], wrap: Wrap::Around, mods: 0 }
    }
}

/// The codes.
#[derive(Debug, Clone, Default)]
pub struct Spare {
    slots: Vec<Slot>,
    kind: u8,
    halves: u8,
}

/// A pair of levels of a code.
#[derive(Debug, Clone, Copy)]
struct Slot {
    code: u8,
    /// 0 for the first two levels, 1 for those with AltGr.
    half: u8,
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
    pub lent: Lent,
    /// The last stroke of what the code bore before: it must have been read.
    pub after: Option<Instant>,
}

impl Spare {
    /// Takes over what is free in a keymap that was read anew; loans that it does not show any more are gone.
    pub fn follow(&mut self, map: &Keymap) {
        let before = std::mem::take(self);
        let (kind, halves) = map.kind_for_letters();
        self.kind = u8::try_from(kind).unwrap_or(0);
        self.halves = halves;
        let known: Vec<u8> = KeyUsage::known().filter_map(KeyUsage::x11).collect();
        for (code, key) in map.keys() {
            let is_kept =
                before.kind == self.kind && before.bears(code).is_some_and(|lent| lent.key() == *key);
            let is_free = is_free(key) && !known.contains(&code);
            if !is_kept && (!is_free || self.slots.len() >= MOST_CODES * usize::from(halves)) {
                continue;
            }
            for half in 0..halves {
                let old = before.slots.iter().find(|slot| (slot.code, slot.half) == (code, half));
                let pair = old.and_then(|slot| slot.pair).filter(|_| is_kept);
                self.slots.push(Slot { code, half, pair, used: old.and_then(|slot| slot.used) });
            }
        }
    }

    /// Lends a code to this character; `is_down` are codes that must stay as they are.
    pub fn lend(&mut self, character: char, now: Instant, is_down: impl Fn(u8) -> bool) -> Option<Loan> {
        let usable = self.slots.iter_mut().filter(|slot| !is_down(slot.code));
        // Free ones first, those without AltGr before the others, and from the top: other programs begin at the bottom.
        let rank = |slot: &&mut Slot| (slot.pair.is_some(), slot.used, slot.half, u8::MAX - slot.code);
        let slot = usable.min_by_key(rank)?;
        let after = slot.used.filter(|_| slot.pair.is_some());
        slot.pair = Some(pair_of(character));
        slot.used = Some(now);
        let code = slot.code;
        Some(Loan { code, lent: self.bears(code)?, after })
    }

    /// There was a stroke that wrote this character.
    pub fn note(&mut self, code: u8, character: char, now: Instant) {
        let written = |slot: &&mut Slot| slot.code == code && slot.pair == Some(pair_of(character));
        if let Some(slot) = self.slots.iter_mut().find(written) {
            slot.used = Some(now);
        }
    }

    /// The codes that are lent.
    pub fn lent(&self) -> impl Iterator<Item = u8> {
        let lent = |slot: &&Slot| slot.pair.is_some();
        let mut codes: Vec<u8> = self.slots.iter().filter(lent).map(|slot| slot.code).collect();
        codes.dedup();
        codes.into_iter()
    }

    /// The last stroke of a lent code, `None` where none is lent.
    pub fn last_stroke(&self) -> Option<Instant> {
        self.slots.iter().filter(|slot| slot.pair.is_some()).filter_map(|slot| slot.used).max()
    }

    /// All codes that can be lent are, or the next few.
    pub fn is_full(&self) -> bool {
        /// Characters of the longest text that one event brings.
        const MOST_CHARACTERS: usize = 32;
        self.slots.iter().filter(|slot| slot.pair.is_none()).count() < MOST_CHARACTERS
    }

    /// Forgets all loans.
    pub fn forget(&mut self) {
        self.slots.iter_mut().for_each(|slot| slot.pair = None);
    }

    /// What a code bears by its loans, if it has any.
    fn bears(&self, code: u8) -> Option<Lent> {
        let mut symbols = [0; 4];
        let halves = self.slots.iter().filter(|slot| slot.code == code);
        let pairs = halves.filter_map(|slot| Some((slot.half, slot.pair?)));
        let mut is_lent = false;
        for (half, (plain, shifted)) in pairs {
            is_lent = true;
            let levels = symbols.iter_mut().skip(usize::from(half) * 2);
            levels.zip([plain, shifted]).for_each(|(level, character)| *level = symbol_of(character));
        }
        is_lent.then_some(Lent { kind: self.kind, symbols, levels: self.halves * 2 })
    }
}

fn is_free(key: &Key) -> bool {
    key.mods == 0 && key.groups.iter().all(|group| group.symbols.iter().all(|symbol| *symbol == 0))
}

/// Small and capital letter share two levels, as on a real key; anything else is the same with and without Shift.
fn pair_of(character: char) -> (char, char) {
    if let Some(capital) = upper(character).filter(|capital| lower(*capital) == Some(character)) {
        return (character, capital);
    }
    if let Some(small) = lower(character).filter(|small| upper(*small) == Some(character)) {
        return (small, character);
    }
    (character, character)
}
