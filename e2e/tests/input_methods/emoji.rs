//! Emoji, of one code point and of several, as fcitx5's quick phrases write them.

use anyhow::{Result, ensure};
use deskside_e2e::expert::ExpertSide;
use deskside_testkit::x11::{MethodKind, keysym};

use crate::writing::{SUPER, Session, photograph};

/// Opens the quick phrases.
const QUICK_PHRASE: [u32; 2] = [keysym::SUPER, 0x60];
const L: u8 = 46;
/// The expert's own phrases: beyond the first plane, of two such, one that begins with a digit, joined by U+200D, with a
/// colour of the skin, with a selector of the coloured form.
///
/// Their names need no Shift: of one that fcitx5 brings along, `:grinning:`, it took in the colons otherwise once on a busy
/// machine, and wrote the word.
const PHRASES: [(&str, &str); 6] = [
    ("grinning", "\u{1f600}"),
    ("flag", "\u{1f1e9}\u{1f1ea}"),
    ("keycap", "1\u{20e3}"),
    ("family", "\u{1f468}\u{200d}\u{1f469}\u{200d}\u{1f467}"),
    ("thumb", "\u{1f44d}\u{1f3fd}"),
    ("heart", "\u{2764}\u{fe0f}"),
];

#[test]
fn emoji_by_fcitx_arrive_unchanged_and_super_goes_with_the_key_that_it_is_for() -> Result<()> {
    let expert = ExpertSide::new(800, 600)?;
    let folder = expert.desk.home().join(".local/share/fcitx5/data/quickphrase.d");
    std::fs::create_dir_all(&folder)?;
    std::fs::write(folder.join("own.mb"), PHRASES.map(|(name, emoji)| format!("{name} {emoji}\n")).concat())?;
    let session = Session::by(expert, MethodKind::Fcitx, &["hangul", "keyboard-us"], true)?;
    session.wait_until_it_keeps_letters()?;

    for (name, emoji) in PHRASES {
        session.presses(&QUICK_PHRASE)?;
        session.types(name)?;
        photograph(&session, "emoji")?;
        session.types(" ")?;
        session.has_written(emoji)?;
    }
    // Given up.
    session.presses(&QUICK_PHRASE)?;
    session.types("thumb")?;
    session.presses(&[keysym::ESCAPE])?;
    session.pressed_until_now()?;
    session.has_written("")?;

    // Over there Super alone opens a menu: it is not sent for what the method keeps, and otherwise it is.
    session.presses(&QUICK_PHRASE)?;
    session.presses(&[keysym::ESCAPE])?;
    let pressed = session.pressed_until_now()?;
    ensure!(pressed.is_empty(), "{pressed:?} were sent");
    session.presses(&[keysym::SUPER])?;
    let pressed = session.pressed_until_now()?;
    ensure!(pressed == [SUPER], "{pressed:?} instead of Super");
    session.presses(&[keysym::SUPER, u32::from('l')])?;
    let pressed = session.pressed_until_now()?;
    ensure!(pressed == [SUPER, L], "{pressed:?} instead of Super+L");
    session.holds_nothing()?;
    session.check_logs(&["grinning", "family", "\u{1f600}", "\u{1f44d}", "\u{1f468}"])
}
