//! Follows what is held and what was changed for it, and turns each of the expert's key events into strokes.
//! Whatever it changes for a moment it also undoes: modifiers with the next event, loans of key codes at the end.

use std::time::Instant;

use deskside_proto::keycode::KeyUsage;
use deskside_proto::wire::input::{KeyEvent, Locks};
use deskside_proto::wire::typed::Typed;

use super::keymap::{Keymap, State};
use super::meaning::{self, Role};
use super::spare::{Lent, Spare};
use super::strokes::{self, Changeable, Shortcut, Stroke};

/// What to do to the desktop.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// A key goes down or up.
    Key {
        /// The key code.
        code: u8,
        /// Down.
        pressed: bool,
    },
    /// A key code bears these symbols, or none any more.
    Bear {
        /// The key code.
        code: u8,
        /// The symbols.
        lent: Option<Lent>,
    },
    /// What follows must not happen before the strokes up to this moment have been read by whoever they were for.
    After(Instant),
    /// These real modifiers are locked or not.
    Lock {
        /// The modifiers that this is about.
        mods: u8,
        /// Those of them that are locked.
        on: u8,
    },
}

impl std::fmt::Debug for Act {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Key { .. } => "Key",
            Self::Bear { .. } => "Bear",
            Self::After(_) => "After",
            Self::Lock { .. } => "Lock",
        })
    }
}

/// Modifiers that differ, for a stroke, from what the expert holds.
#[derive(Debug, Clone, Default)]
struct Change {
    /// Keys that the expert holds and that are up.
    lifted: Vec<u8>,
    /// Keys that are down and that nobody holds, with their modifiers.
    added: Vec<(u8, u8)>,
    /// It lasts at most as long as this key is held.
    until: Option<KeyUsage>,
}

/// The keyboard as the expert plays it.
#[derive(Clone, Default)]
pub struct Typist {
    map: Keymap,
    spare: Spare,
    /// What was pressed for which key. INVARIANT: each code once.
    down: Vec<(KeyUsage, u8)>,
    change: Change,
}

impl Typist {
    /// Takes over the keymap as it is now.
    pub fn follow(&mut self, map: Keymap) {
        self.spare.follow(&map);
        self.map = map;
    }

    /// Whether this keymap has a key for that.
    pub fn has_key(&self, usage: KeyUsage) -> bool {
        self.code_of(usage).is_some()
    }

    /// Codes that bear what was lent to them: a change there is no change of the layout.
    pub fn lent(&self) -> impl Iterator<Item = u8> {
        self.spare.lent()
    }

    /// A real modifier that can be locked for a moment between two strokes without doing anything.
    pub fn signal_modifier(&self) -> u8 {
        self.map.idlest_modifier()
    }

    /// A key of the expert. `state` is what the desktop says at this moment.
    pub fn key(&mut self, key: KeyEvent, state: State, now: Instant) -> Vec<Act> {
        let mut acts = Vec::new();
        if key.pressed {
            self.press(key, state, now, &mut acts);
        } else {
            self.release(key.usage, &mut acts);
        }
        acts
    }

    /// Text without a key.
    pub fn text(&mut self, text: Typed, state: State, now: Instant) -> Vec<Act> {
        let mut acts = Vec::new();
        // A shortcut's modifier would make a shortcut of every character.
        let natural = self.natural(state);
        let held = Role::SHORTCUT.iter().fold(0, |mods, role| mods | self.map.mods(*role)) & natural.mods;
        for character in text.as_str().chars() {
            self.tap(character, None, natural, held, now, &mut acts);
        }
        self.settle(&mut acts);
        acts
    }

    /// The expert's locks are these.
    pub fn locks(&mut self, locks: Locks, locked: u8) -> Vec<Act> {
        let (num, scroll) = (self.map.mods(Role::Num), self.map.mods(Role::Scroll));
        let mods = Keymap::LOCK | num | scroll;
        let mut on = 0;
        for (is_on, bits) in [(locks.caps, Keymap::LOCK), (locks.num, num), (locks.scroll, scroll)] {
            on |= if is_on { bits } else { 0 };
        }
        if locked & mods == on { Vec::new() } else { vec![Act::Lock { mods, on }] }
    }

    /// Modifiers go back to what the expert holds: something else than a key comes.
    pub fn steady(&mut self) -> Vec<Act> {
        let mut acts = Vec::new();
        self.settle(&mut acts);
        acts
    }

    /// Everything goes up that went down for the expert.
    pub fn release_all(&mut self) -> Vec<Act> {
        let change = std::mem::take(&mut self.change);
        let mut acts: Vec<Act> = change.added.iter().rev().map(|(code, _)| up(*code)).collect();
        let down = std::mem::take(&mut self.down);
        let held = down.iter().rev().filter(|(_, code)| !change.lifted.contains(code));
        acts.extend(held.map(|(_, code)| up(*code)));
        acts
    }

    /// Whether the next loan takes a key code away from another character.
    pub fn may_have_to_wait(&self) -> bool {
        self.spare.is_full()
    }

    /// The last stroke of a lent key code, `None` where nothing is lent.
    pub fn last_lent_stroke(&self) -> Option<Instant> {
        self.spare.last_stroke()
    }

    /// All loans end.
    pub fn give_back(&mut self) -> Vec<Act> {
        let acts = self.spare.lent().map(|code| Act::Bear { code, lent: None }).collect();
        self.spare.forget();
        acts
    }

    fn press(&mut self, key: KeyEvent, state: State, now: Instant, acts: &mut Vec<Act>) {
        let natural = self.natural(state);
        let mut characters = key.text.as_str().chars();
        let stroke = match (characters.next(), characters.next()) {
            (None, _) => self.code_of(key.usage).map(Stroke::plain),
            (Some(character), None) => self.stroke(key.usage, character, natural, now, acts),
            (Some(_), Some(_)) => {
                for character in key.text.as_str().chars() {
                    self.tap(character, None, natural, 0, now, acts);
                }
                return self.settle(acts);
            }
        };
        let Some(stroke) = stroke else { return };
        self.become_as(stroke, natural, acts);
        self.clear(stroke.code, acts);
        acts.push(Act::Key { code: stroke.code, pressed: true });
        key.text.as_str().chars().for_each(|character| self.spare.note(stroke.code, character, now));
        self.down.push((key.usage, stroke.code));
        self.change.until = Some(key.usage);
    }

    fn release(&mut self, usage: KeyUsage, acts: &mut Vec<Act>) {
        if let Some(at) = self.down.iter().position(|(held, _)| *held == usage) {
            let (_, code) = self.down.remove(at);
            let was_lifted = self.change.lifted.iter().position(|lifted| *lifted == code);
            match was_lifted {
                Some(at) => drop(self.change.lifted.remove(at)),
                None => acts.push(up(code)),
            }
        }
        if self.change.until == Some(usage) {
            self.settle(acts);
        }
    }

    /// How a key with this text is to be pressed.
    fn stroke(
        &mut self,
        usage: KeyUsage,
        character: char,
        natural: State,
        now: Instant,
        acts: &mut Vec<Act>,
    ) -> Option<Stroke> {
        let here = usage.x11();
        if let Some(code) = here.filter(|code| self.map.character(*code, natural) == Some(character)) {
            return Some(Stroke::plain(code));
        }
        let is_shortcut = Role::SHORTCUT.iter().any(|role| natural.mods & self.map.mods(*role) != 0);
        if !is_shortcut {
            return self.find_or_lend(character, here, natural, now, acts);
        }
        match strokes::shortcut(&self.map, usage, character, natural, self.changeable(natural)) {
            Shortcut::Press(stroke) if stroke.code != 0 => Some(stroke),
            Shortcut::Press(_) => None,
            Shortcut::Missing(letter) => {
                self.find_or_lend(letter, here, natural, now, acts).or(here.map(Stroke::plain))
            }
        }
    }

    fn find_or_lend(
        &mut self,
        character: char,
        here: Option<u8>,
        natural: State,
        now: Instant,
        acts: &mut Vec<Act>,
    ) -> Option<Stroke> {
        let can = self.changeable(natural);
        if let Some(stroke) = strokes::writing(&self.map, character, here, natural, can) {
            return Some(stroke);
        }
        let down = &self.down;
        let loan = self.spare.lend(character, now, |code| down.iter().any(|(_, held)| *held == code))?;
        acts.extend(loan.after.map(Act::After));
        acts.push(Act::Bear { code: loan.code, lent: Some(loan.lent) });
        self.map.set_key(loan.code, loan.lent.key());
        strokes::writing(&self.map, character, here, natural, can)
    }

    /// A character that holds nothing. `lift` are shortcut modifiers that must be up meanwhile.
    fn tap(
        &mut self,
        character: char,
        here: Option<u8>,
        natural: State,
        lift: u8,
        now: Instant,
        acts: &mut Vec<Act>,
    ) {
        let state = State { mods: natural.mods & !lift, ..natural };
        let Some(mut stroke) = self.find_or_lend(character, here, state, now, acts) else { return };
        stroke.lift |= lift;
        self.become_as(stroke, natural, acts);
        self.clear(stroke.code, acts);
        acts.extend([Act::Key { code: stroke.code, pressed: true }, up(stroke.code)]);
        self.spare.note(stroke.code, character, now);
    }

    /// The modifiers as they would be without the change of the moment.
    fn natural(&self, state: State) -> State {
        let added = self.change.added.iter().fold(0, |mods, (_, bits)| mods | bits);
        let lifted = self.change.lifted.iter().fold(0, |mods, code| mods | self.bits(*code, state.group));
        State { mods: state.mods & !added | lifted, ..state }
    }

    fn bits(&self, code: u8, group: u8) -> u8 {
        self.map.role(code, group).map_or(0, |role| self.map.mods(role))
    }

    fn changeable(&self, natural: State) -> Changeable {
        let add = Role::LEVELS.iter().filter(|role| self.map.holder(**role, natural.group).is_some());
        let lift = self.down.iter().fold(0, |mods, (_, code)| mods | self.bits(*code, natural.group));
        Changeable { add: add.fold(0, |mods, role| mods | self.map.mods(*role)), lift }
    }

    /// Brings the modifiers from the change of the moment to that of `stroke`, and touches no other.
    fn become_as(&mut self, stroke: Stroke, natural: State, acts: &mut Vec<Act>) {
        let group = natural.group;
        let held: Vec<u8> = self.down.iter().map(|(_, code)| *code).collect();
        let lift: Vec<u8> =
            held.into_iter().filter(|code| self.bits(*code, group) & stroke.lift != 0).collect();
        let roles = Role::LEVELS.iter().filter(|role| {
            let mods = self.map.mods(**role);
            mods != 0 && stroke.add & mods == mods
        });
        let add: Vec<(u8, u8)> =
            roles.filter_map(|role| Some((self.map.holder(*role, group)?, self.map.mods(*role)))).collect();
        let before = std::mem::take(&mut self.change);
        acts.extend(before.added.iter().filter(|one| !add.contains(one)).rev().map(|(code, _)| up(*code)));
        acts.extend(lift.iter().filter(|code| !before.lifted.contains(code)).map(|code| up(*code)));
        let returned = before.lifted.iter().filter(|code| !lift.contains(code));
        acts.extend(returned.rev().map(|code| Act::Key { code: *code, pressed: true }));
        let pressed = add.iter().filter(|one| !before.added.contains(one));
        acts.extend(pressed.map(|(code, _)| Act::Key { code: *code, pressed: true }));
        self.change = Change { lifted: lift, added: add, until: None };
    }

    fn settle(&mut self, acts: &mut Vec<Act>) {
        let Change { lifted, added, .. } = std::mem::take(&mut self.change);
        acts.extend(added.iter().rev().map(|(code, _)| up(*code)));
        acts.extend(lifted.iter().rev().map(|code| Act::Key { code: *code, pressed: true }));
    }

    /// A key that is down already must go up first: a second press of it would be none.
    fn clear(&mut self, code: u8, acts: &mut Vec<Act>) {
        if let Some(at) = self.down.iter().position(|(_, held)| *held == code) {
            self.down.remove(at);
            acts.push(up(code));
        }
    }

    /// The key of this meaning: at its usual place, or where this keymap has moved it to.
    fn code_of(&self, usage: KeyUsage) -> Option<u8> {
        let here = usage.x11().filter(|code| self.map.key(*code).is_some());
        let symbols = meaning::symbols_of(usage);
        let base = |code| self.map.symbol(code, State::default()).map(|(symbol, _)| symbol);
        if symbols.is_empty() || here.and_then(base).is_some_and(|symbol| symbols.contains(&symbol)) {
            return here;
        }
        let bearing =
            |symbol: &u32| self.map.keys().map(|(code, _)| code).find(|code| base(*code) == Some(*symbol));
        symbols.iter().find_map(bearing).or(here)
    }
}

fn up(code: u8) -> Act {
    Act::Key { code, pressed: false }
}
