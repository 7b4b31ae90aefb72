//! What can be allowed: one enum and sets of it, instead of a switch each.
//! A scope says what, a grant says that it is allowed now.

use std::fmt;

/// One thing that the person can allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scope {
    /// Seeing the desktop. Allowed for the session, needs no grant.
    View,
    /// Moving the pointer, pressing its buttons, turning its wheel.
    Pointer,
    /// Pressing keys.
    Keyboard,
}

impl Scope {
    /// Every scope of this revision.
    pub const ALL: &'static [Self] = &[Self::View, Self::Pointer, Self::Keyboard];

    const fn bit(self) -> u16 {
        match self {
            Self::View => 1 << 0,
            Self::Pointer => 1 << 1,
            Self::Keyboard => 1 << 2,
        }
    }

    /// Allowed only by a grant, which has a number and an end.
    pub fn needs_grant(self) -> bool {
        match self {
            Self::View => false,
            Self::Pointer | Self::Keyboard => true,
        }
    }
}

/// A set of scopes.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Scopes(u16);

impl Scopes {
    /// Nothing.
    pub const NONE: Self = Self(0);
    /// Seeing only.
    pub const VIEW: Self = Self(Scope::View.bit());
    /// Pointer and keyboard: what "control" means.
    pub const CONTROL: Self = Self(Scope::Pointer.bit() | Scope::Keyboard.bit());
    const KNOWN: u16 = Self::VIEW.0 | Self::CONTROL.0;

    /// The set with these bits, unless one of them means nothing in this revision.
    pub fn from_bits(bits: u16) -> Option<Self> {
        (bits & !Self::KNOWN == 0).then_some(Self(bits))
    }

    /// One bit each: View 1, Pointer 2, Keyboard 4.
    pub fn bits(self) -> u16 {
        self.0
    }

    /// `scope` is in the set.
    pub fn contains(self, scope: Scope) -> bool {
        self.0 & scope.bit() != 0
    }

    /// Everything in `other` is in this set.
    pub fn contains_all(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Nothing is in the set.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The scopes of the set, in the order of their bits.
    pub fn iter(self) -> impl Iterator<Item = Scope> {
        Scope::ALL.iter().copied().filter(move |scope| self.contains(*scope))
    }

    /// Not empty, and each of them needs a grant: what may be requested and granted.
    pub fn need_grant(self) -> bool {
        !self.is_empty() && self.iter().all(Scope::needs_grant)
    }
}

impl FromIterator<Scope> for Scopes {
    fn from_iter<I: IntoIterator<Item = Scope>>(scopes: I) -> Self {
        Self(scopes.into_iter().fold(0, |bits, scope| bits | scope.bit()))
    }
}

impl From<Scope> for Scopes {
    fn from(scope: Scope) -> Self {
        Self(scope.bit())
    }
}

impl fmt::Debug for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}
