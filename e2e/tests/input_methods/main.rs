//! What an expert writes with a real input method arrives in a real text field: Korean, Japanese and Chinese with ibus and
//! fcitx5, and characters that no layout has. What the method keeps is not sent, what it lets pass is, and nothing stays
//! pressed.

mod chinese;
mod emoji;
mod monitors;
mod writing;

use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use deskside_e2e::PATIENCE;
use deskside_testkit::x11::{MethodKind, keysym};
use writing::{A, C, CONTROL, HANGUL, SHIFT, SUPER, Session, photograph};

/// Key codes of a PC keyboard.
const F: u8 = 41;
const L: u8 = 46;
const ALT: u8 = 64;

const KANA: [u32; 2] = [keysym::CONTROL, 0x6a];

#[test]
fn hangul_by_ibus_arrives_and_what_it_lets_pass_are_keys() -> Result<()> {
    let mut session = Session::new(MethodKind::Ibus, &[], false)?;
    session.engine("hangul")?;
    // The very first key is the method's: nothing has happened at the window since control began.
    session.presses(&HANGUL)?;
    session.types("gksrmf")?;
    std::thread::sleep(Duration::from_millis(500));
    // The last syllable is not finished, and goes nowhere.
    session.has_written("\u{d55c}")?;
    photograph(&session, "hangul")?;
    session.types(" ")?;
    session.has_written("\u{ae00} ")?;
    session.holds_nothing()?;

    // Ctrl+A and Ctrl+C are keys, also in the middle of a syllable, which is finished first.
    session.pressed()?;
    session.types("gk")?;
    for letter in ['a', 'c'] {
        session.presses(&[keysym::CONTROL, u32::from(letter)])?;
    }
    session.has_written("\u{d558}")?;
    let pressed = session.pressed()?;
    ensure!(pressed.ends_with(&[CONTROL, A, CONTROL, C]), "{pressed:?}");
    session.holds_nothing()?;

    // Shortcuts with Alt and Super are no letters in the text, and a modifier that stays down goes on counting.
    // With Super, GTK writes the letter all the same, if the window manager leaves it the key.
    for (modifier, letter, codes, written) in
        [(keysym::ALT, 'f', [ALT, F], "\u{d558}"), (keysym::SUPER, 'l', [SUPER, L], "\u{d558}l")]
    {
        session.types("gk")?;
        session.pressed()?;
        session.presses(&[modifier, u32::from(letter)])?;
        session.has_written(written)?;
        let pressed = session.pressed()?;
        ensure!(pressed.ends_with(&codes), "{pressed:?} instead of {codes:?}");
        session.holds_nothing()?;
    }
    session.types("gk")?;
    session.presses(&[keysym::CONTROL, u32::from('a'), u32::from('c')])?;
    session.has_written("\u{d558}")?;
    // On a busy machine the modifier may be let go and pressed again in between.
    let pressed = session.pressed()?;
    let is_right =
        [&[CONTROL, A, C][..], &[CONTROL, A, CONTROL, C]].iter().any(|keys| pressed.ends_with(keys));
    ensure!(is_right, "{pressed:?}");
    session.holds_nothing()?;

    // Without the method's help: letters, capitals and signs as they are, and the layout may change meanwhile.
    session.engine("xkb:us::eng")?;
    session.types("Abc, xyz!\n")?;
    session.has_written("Abc, xyz!\n")?;
    layout(&session, "de")?;
    session.types("\u{df}yz\u{f6}")?;
    session.has_written("\u{df}yz\u{f6}")?;
    session.holds_nothing()?;

    // A modifier alone, which a method may use for itself.
    session.pressed()?;
    session.presses(&[keysym::SHIFT])?;
    std::thread::sleep(Duration::from_millis(100));
    ensure!(session.pressed()?.contains(&SHIFT), "Shift was not sent");
    session.holds_nothing()?;

    // When control ends in the middle of a syllable, it is gone; the next session of control begins with nothing.
    layout(&session, "us")?;
    session.engine("hangul")?;
    session.presses(&HANGUL)?;
    session.types("gk")?;
    session.viewer.say("release")?;
    session.viewer.wait_for("stage viewing", PATIENCE)?;
    session.types("gk")?;
    session.has_written("")?;
    session.holds_nothing()
}

#[test]
fn japanese_by_ibus_arrives_once_it_is_converted() -> Result<()> {
    let session = Session::new(MethodKind::Ibus, &[], true)?;
    session.engine("anthy")?;
    session.presses(&KANA)?;
    session.types("nihongo")?;
    std::thread::sleep(Duration::from_millis(500));
    session.has_written("")?;
    photograph(&session, "japanese")?;
    session.types(" \n")?;
    session.has_written("\u{65e5}\u{672c}\u{8a9e}")?;
    // Taken back while it is being made: the field hears of none of it.
    session.pressed()?;
    session.types("kaki")?;
    session.presses(&[keysym::BACKSPACE])?;
    session.presses(&[keysym::ESCAPE])?;
    session.has_written("")?;
    ensure!(session.pressed()?.is_empty(), "keys that the method kept were sent");
    session.holds_nothing()?;
    let said = session.viewer.said();
    ensure!(said.contains("TRACE"), "the viewer did not log at TRACE, so this would prove nothing");
    for secret in ["nihon", "\u{306b}\u{307b}", "\u{65e5}\u{672c}"] {
        let line = said.lines().find(|line| line.contains(secret));
        ensure!(line.is_none(), "the viewer logged what was written: {line:?}");
    }
    Ok(())
}

#[test]
fn hangul_by_fcitx_arrives() -> Result<()> {
    let session = Session::new(MethodKind::Fcitx, &["hangul", "keyboard-us"], false)?;
    session.types("gksrmf ")?;
    session.has_written("\u{d55c}\u{ae00} ")?;
    session.engine("keyboard-us")?;
    session.types("Abc, xyz!\n")?;
    session.has_written("Abc, xyz!\n")?;
    session.holds_nothing()
}

#[test]
fn keys_that_write_nothing_arrive_in_the_midst_of_a_syllable() -> Result<()> {
    let ibus = Session::new(MethodKind::Ibus, &[], false)?;
    ibus.engine("hangul")?;
    ibus.presses(&HANGUL)?;
    let fcitx = Session::new(MethodKind::Fcitx, &["hangul", "keyboard-us"], false)?;
    for session in [ibus, fcitx] {
        // Left, Home, End, F5: keysym and key code.
        for (symbol, code) in [(0xff51, 113), (0xff50, 110), (0xff57, 115), (0xffc2, 71)] {
            session.types("gk")?;
            session.pressed()?;
            session.presses(&[symbol])?;
            session.has_written("\u{d558}")?;
            let pressed = session.pressed()?;
            ensure!(pressed.contains(&code), "{code} is not among {pressed:?}");
        }
        session.holds_nothing()?;
    }
    Ok(())
}

#[test]
fn keys_go_through_the_method_only_while_it_has_more_than_a_layout() -> Result<()> {
    let session = Session::new(MethodKind::Ibus, &[], false)?;
    // This engine lets letters pass as long as it is not switched to Hangul.
    for engine in ["hangul", "xkb:us::eng"] {
        session.engine(engine)?;
        let took = session.times()?;
        let part = |percent: usize| took.get(took.len() * percent / 100).copied().context("no figures");
        eprintln!("from key to key with {engine}: median {:?}, p95 {:?}", part(50)?, part(95)?);
        session.has_written(&"acdf".repeat(20))?;
        session.holds_nothing()?;
    }
    // As a password manager types: all at once. Through the method Xlib would mix it up.
    let text = "The quick brown fox, 1234567890.";
    session.expert.desk.injector()?.type_text(text)?;
    session.has_written(text)?;
    session.holds_nothing()
}

/// Changes the expert's layout, as the panel of their desktop does.
fn layout(session: &Session, name: &str) -> Result<()> {
    let status = session.expert.desk.command("setxkbmap").args(["-layout", name]).status();
    ensure!(status.context("setxkbmap is needed (Debian package `x11-xkb-utils`)")?.success());
    std::thread::sleep(Duration::from_millis(300));
    Ok(())
}
