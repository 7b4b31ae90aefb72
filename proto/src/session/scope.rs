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
    /// Reading what the person copies.
    ReadCopied,
    /// Putting something where the person pastes from.
    GiveCopied,
}

impl Scope {
    /// Every scope of this revision.
    pub const ALL: &'static [Self] =
        &[Self::View, Self::Pointer, Self::Keyboard, Self::ReadCopied, Self::GiveCopied];

    const fn bit(self) -> u16 {
        match self {
            Self::View => 1 << 0,
            Self::Pointer => 1 << 1,
            Self::Keyboard => 1 << 2,
            Self::ReadCopied => 1 << 3,
            Self::GiveCopied => 1 << 4,
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
    const KNOWN: u16 = Self::VIEW.0 | Self::CONTROL.0 | Scope::ReadCopied.bit() | Scope::GiveCopied.bit();

    /// The set with these bits, unless one of them means nothing in this revision.
    pub fn from_bits(bits: u16) -> Option<Self> {
        (bits & !Self::KNOWN == 0).then_some(Self(bits))
    }

    /// One bit each: View 1, Pointer 2, Keyboard 4, ReadCopied 8, GiveCopied 16.
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

    /// What may be requested and granted together: pointer, keyboard or both; or one way of the clipboard, so that the
    /// person answers for each way by itself.
    pub fn can_be_requested(self) -> bool {
        (!self.is_empty() && Self::CONTROL.contains_all(self)) || Way::of(self).is_some()
    }
}

/// One direction in which copied things may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Way {
    /// From the person's machine to the expert's.
    ToExpert,
    /// From the expert's machine to the person's.
    ToPerson,
}

impl Way {
    /// Both.
    pub const ALL: [Self; 2] = [Self::ToExpert, Self::ToPerson];

    /// What must be allowed for it.
    pub fn scope(self) -> Scope {
        match self {
            Self::ToExpert => Scope::ReadCopied,
            Self::ToPerson => Scope::GiveCopied,
        }
    }

    /// The way that is all that these scopes are about.
    pub fn of(scopes: Scopes) -> Option<Self> {
        Self::ALL.into_iter().find(|way| scopes == way.scope().into())
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
