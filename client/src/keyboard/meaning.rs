//! What keys mean whatever their place: modifiers by their symbols, and the keys that people like to move.
//! Numbers are those of X11/keysymdef.h.

use deskside_proto::keycode::KeyUsage;

/// What a modifier is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(usize)]
pub enum Role {
    /// The second level, and capitals.
    Shift,
    /// Shortcuts.
    Control,
    /// Shortcuts and menus.
    Alt,
    /// The desktop's own shortcuts.
    Super,
    /// AltGr.
    Level3,
    /// A second AltGr, of some layouts.
    Level5,
    /// Num Lock.
    Num,
    /// Scroll Lock, where it is a modifier at all.
    Scroll,
}

impl Role {
    /// How many there are.
    pub const COUNT: usize = 8;
    /// All of them.
    pub const ALL: [Self; Self::COUNT] = [
        Self::Shift,
        Self::Control,
        Self::Alt,
        Self::Super,
        Self::Level3,
        Self::Level5,
        Self::Num,
        Self::Scroll,
    ];
    /// With one of these a key is a shortcut, not text.
    pub const SHORTCUT: [Self; 3] = [Self::Control, Self::Alt, Self::Super];
    /// These choose what a key writes.
    pub const LEVELS: [Self; 3] = [Self::Shift, Self::Level3, Self::Level5];
}

/// What a key with this symbol does while it is held, if it is a modifier.
pub fn role_of(symbol: u32) -> Option<Role> {
    match symbol {
        0xffe1 | 0xffe2 => Some(Role::Shift),
        0xffe3 | 0xffe4 => Some(Role::Control),
        0xffe7..=0xffea => Some(Role::Alt),
        0xffeb..=0xffee => Some(Role::Super),
        // ISO_Level3_Shift, and Mode_switch of older keymaps.
        0xfe03 | 0xff7e => Some(Role::Level3),
        0xfe11 => Some(Role::Level5),
        0xff7f => Some(Role::Num),
        0xff14 => Some(Role::Scroll),
        _ => None,
    }
}

/// The symbols by which a key is known that keeps its meaning wherever it lies; none where the place counts.
pub fn symbols_of(usage: KeyUsage) -> &'static [u32] {
    match usage {
        KeyUsage::CONTROL_LEFT => &[0xffe3, 0xffe4],
        KeyUsage::CONTROL_RIGHT => &[0xffe4, 0xffe3],
        KeyUsage::SHIFT_LEFT => &[0xffe1, 0xffe2],
        KeyUsage::SHIFT_RIGHT => &[0xffe2, 0xffe1],
        // With Shift, the Alt key bears Meta on the usual layouts.
        KeyUsage::ALT_LEFT => &[0xffe9, 0xffe7, 0xffea, 0xffe8],
        KeyUsage::ALT_RIGHT => &[0xffea, 0xffe8, 0xffe9, 0xffe7],
        KeyUsage::META_LEFT => &[0xffeb, 0xffec],
        KeyUsage::META_RIGHT => &[0xffec, 0xffeb],
        KeyUsage::CAPS_LOCK => &[0xffe5],
        KeyUsage::ESCAPE => &[0xff1b],
        KeyUsage::BACKSPACE => &[0xff08],
        KeyUsage::TAB => &[0xff09],
        KeyUsage::ENTER => &[0xff0d],
        KeyUsage::DELETE => &[0xffff],
        _ => &[],
    }
}

/// What the key of this place writes on a US keyboard: the meaning of a shortcut whose letter the client does not have.
pub fn latin_of(usage: KeyUsage) -> Option<char> {
    const LETTERS: std::ops::RangeInclusive<u16> = 0x04..=0x1d;
    let number = usage.number();
    if LETTERS.contains(&number) {
        return u8::try_from(number - LETTERS.start()).ok().map(|letter| char::from(b'a' + letter));
    }
    Some(match usage {
        KeyUsage::MINUS => '-',
        KeyUsage::EQUAL => '=',
        KeyUsage::BRACKET_LEFT => '[',
        KeyUsage::BRACKET_RIGHT => ']',
        KeyUsage::BACKSLASH => '\\',
        KeyUsage::SEMICOLON => ';',
        KeyUsage::QUOTE => '\'',
        KeyUsage::BACKQUOTE => '`',
        KeyUsage::COMMA => ',',
        KeyUsage::PERIOD => '.',
        KeyUsage::SLASH => '/',
        _ => return digit_of(usage),
    })
}

/// The digit of a key above the letters.
pub fn digit_of(usage: KeyUsage) -> Option<char> {
    let number = usage.number().checked_sub(KeyUsage::DIGIT_1.number())?;
    // 1 to 9, then 0.
    (number < 10).then(|| char::from_digit((u32::from(number) + 1) % 10, 10)).flatten()
}
