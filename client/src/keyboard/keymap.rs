//! A desktop's keymap as the X Keyboard Extension has it: keys with groups and levels, and the kinds that choose a level.
//! Evaluates it the way programs do. Knows nothing of what should be typed.

use xkeysym::Keysym;

use super::meaning::{self, Role};

/// The modifiers that are in effect, and the group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct State {
    /// Real modifiers, one bit each, as X11 numbers them: Shift, Lock, Control, Mod1 to Mod5.
    pub mods: u8,
    /// The group, counted from 0.
    pub group: u8,
}

/// How modifiers choose one of a key's levels.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Kind {
    /// The modifiers that matter.
    pub mods: u8,
    /// How many levels a key of this kind has, those included that no modifier reaches.
    pub count: u8,
    /// Where not the first level is chosen.
    pub levels: Vec<Level>,
}

/// Which level a combination of modifiers chooses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Level {
    /// Exactly these of the kind's modifiers are in effect.
    pub mods: u8,
    /// The level, counted from 0.
    pub level: u8,
    /// What of them acts upon the symbol nevertheless.
    pub preserved: u8,
}

/// What a key bears in one group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// Which of the keymap's kinds it has.
    pub kind: usize,
    /// Key symbols by level; 0 is none.
    pub symbols: Vec<u32>,
}

/// What a group beyond a key's last one means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Wrap {
    /// Counting begins anew.
    #[default]
    Around,
    /// The last one.
    Last,
    /// This one.
    To(u8),
}

/// One key.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Key {
    /// Its groups; none for a key code without a key.
    pub groups: Vec<Group>,
    /// For groups beyond them.
    pub wrap: Wrap,
    /// The real modifiers that are bound to it.
    pub mods: u8,
}

impl Key {
    fn group(&self, group: u8) -> Option<&Group> {
        let count = self.groups.len();
        let wanted = usize::from(group);
        let index = match self.wrap {
            _ if wanted < count => wanted,
            Wrap::Around => wanted.checked_rem(count)?,
            Wrap::Last => count.checked_sub(1)?,
            Wrap::To(to) if usize::from(to) < count => usize::from(to),
            Wrap::To(_) => 0,
        };
        self.groups.get(index)
    }
}

/// The whole keymap.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Keymap {
    kinds: Vec<Kind>,
    /// By key code.
    keys: Vec<Key>,
    first: u8,
    /// Real modifiers by [`Role`].
    roles: [u8; Role::COUNT],
}

impl Keymap {
    /// Caps Lock's modifier has the same number on every server.
    pub const LOCK: u8 = 2;
    /// The extension fixes the number of this kind: Shift or Caps Lock, each by itself, choose the second level.
    const ALPHABETIC: usize = 2;
    const SHIFT: u8 = 1;
    const CONTROL: u8 = 4;

    /// Keys from the key code `first` on.
    pub fn new(kinds: Vec<Kind>, first: u8, keys: Vec<Key>) -> Self {
        // Shift, Lock and Control are what they are, whatever else their keys bear.
        let free = !(Self::SHIFT | Self::LOCK | Self::CONTROL);
        let bound = |role: Role| {
            let bears = |key: &&Key| meaning::role_of(base_symbol(key)) == Some(role);
            keys.iter().filter(bears).fold(0, |mods, key| mods | key.mods) & free
        };
        let roles = Role::ALL.map(|role| match role {
            Role::Shift => Self::SHIFT,
            Role::Control => Self::CONTROL,
            Role::Alt | Role::Super | Role::Level3 | Role::Level5 | Role::Num | Role::Scroll => bound(role),
        });
        Self { kinds, keys, first, roles }
    }

    /// The real modifiers of this role; none where the keymap has it not.
    pub fn mods(&self, role: Role) -> u8 {
        self.roles.get(role as usize).copied().unwrap_or(0)
    }

    /// The real modifier that means least: one that no key has, else Shift.
    pub fn idlest_modifier(&self) -> u8 {
        let taken =
            self.keys.iter().fold(Self::SHIFT | Self::LOCK | Self::CONTROL, |mods, key| mods | key.mods);
        let lowest = !taken & taken.wrapping_add(1);
        if lowest == 0 { Self::SHIFT } else { lowest }
    }

    /// The kind of a key that bears letters, whose levels Shift and Caps Lock choose alike so that neither changes a
    /// symbol any further; and how many letters fit. Two where the keymap has such a kind with AltGr, as usual ones do.
    pub fn kind_for_letters(&self) -> (usize, u8) {
        let third = self.mods(Role::Level3);
        let upper = Self::SHIFT | Self::LOCK;
        let level = |kind: &Kind, mods: u8| {
            kind.levels.iter().find(|level| level.mods == mods).map_or(0, |level| level.level)
        };
        let fits = |kind: &Kind| {
            let chosen = [0, Self::SHIFT, Self::LOCK, upper]
                .map(|mods| (level(kind, mods), level(kind, mods | third)));
            kind.mods == upper | third && kind.count == 4 && chosen == [(0, 2), (1, 3), (1, 3), (0, 2)]
        };
        let found = self.kinds.iter().position(fits).filter(|_| third != 0);
        found.map_or((Self::ALPHABETIC, 1), |kind| (kind, 2))
    }

    /// Every key code and its key.
    pub fn keys(&self) -> impl Iterator<Item = (u8, &Key)> {
        (self.first..=u8::MAX).zip(&self.keys)
    }

    /// The key of this code.
    pub fn key(&self, code: u8) -> Option<&Key> {
        self.keys.get(usize::from(code.checked_sub(self.first)?))
    }

    pub(super) fn set_key(&mut self, code: u8, key: Key) {
        let at = code.checked_sub(self.first).map(usize::from);
        if let Some(place) = at.and_then(|at| self.keys.get_mut(at)) {
            *place = key;
        }
    }

    /// The symbol of a key, and the modifiers that were used up in choosing it.
    pub fn symbol(&self, code: u8, state: State) -> Option<(u32, u8)> {
        let group = self.key(code)?.group(state.group)?;
        let kind = self.kinds.get(group.kind)?;
        let chosen = kind.levels.iter().find(|level| level.mods == state.mods & kind.mods);
        let level = chosen.map_or(0, |level| level.level);
        let symbol = *group.symbols.get(usize::from(level))?;
        let preserved = chosen.map_or(0, |level| level.preserved);
        (symbol != 0).then_some((symbol, kind.mods & !preserved))
    }

    /// What programs write for this key: the symbol's character, in capitals where Caps Lock was not used up.
    pub fn character(&self, code: u8, state: State) -> Option<char> {
        let (symbol, consumed) = self.symbol(code, state)?;
        let character = character_of(symbol)?;
        let capitals = state.mods & Self::LOCK & !consumed != 0;
        Some(if capitals { upper(character).unwrap_or(character) } else { character })
    }

    /// The role of the key as things are, if it is a modifier.
    pub fn role(&self, code: u8, group: u8) -> Option<Role> {
        let (symbol, _) = self.symbol(code, State { mods: 0, group })?;
        meaning::role_of(symbol)
    }

    /// A key that puts this modifier into effect. One that is bound to it comes before one that merely bears its name.
    pub fn holder(&self, role: Role, group: u8) -> Option<u8> {
        let bears = |(code, _): &(u8, &Key)| self.role(*code, group) == Some(role);
        let bound = self.keys().filter(bears).find(|(_, key)| key.mods & self.mods(role) != 0);
        bound.or_else(|| self.keys().find(bears)).map(|(code, _)| code)
    }
}

fn base_symbol(key: &Key) -> u32 {
    key.groups.first().and_then(|group| group.symbols.first()).copied().unwrap_or(0)
}

/// The character that a symbol writes; keys like Enter write none.
pub(super) fn character_of(symbol: u32) -> Option<char> {
    Keysym::new(symbol).key_char().filter(|character| !character.is_control())
}

/// The symbol of a character.
pub(super) fn symbol_of(character: char) -> u32 {
    const UNICODE: u32 = 0x0100_0000;
    let code = u32::from(character);
    // Latin-1 has its own numbers, which are those of Unicode.
    if code <= 0xff { code } else { UNICODE | code }
}

/// The one character that this is in capitals, if that is another.
pub(super) fn upper(character: char) -> Option<char> {
    only(character.to_uppercase()).filter(|upper| *upper != character)
}

/// The one small character of this, if that is another.
pub(super) fn lower(character: char) -> Option<char> {
    only(character.to_lowercase()).filter(|lower| *lower != character)
}

fn only(mut characters: impl Iterator<Item = char>) -> Option<char> {
    let first = characters.next()?;
    characters.next().is_none().then_some(first)
}
