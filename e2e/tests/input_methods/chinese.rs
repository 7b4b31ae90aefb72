//! Chinese: digits choose among candidates, and what is given up goes nowhere.

use anyhow::{Result, ensure};
use deskside_testkit::x11::{MethodKind, keysym};

use crate::writing::{SHIFT, Session, photograph};

const PAGE_DOWN: u32 = 0xff56;
/// Key codes of all keys that choose, finish or give up: Escape, the digits, Backspace, Enter, Space, Page Down.
const KEPT: [u8; 15] = [9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 22, 36, 65, 117];
const DIGIT_3: u8 = 12;
const HELLO: &str = "\u{4f60}\u{597d}";

impl Session {
    /// What was chosen, which is so many Chinese characters; none of the keys that chose it arrived.
    fn has_chosen(&self, length: usize) -> Result<String> {
        let written = self.written_to("")?;
        let is_chinese = |character: char| ('\u{4e00}'..='\u{9fff}').contains(&character);
        ensure!(written.chars().count() == length && written.chars().all(is_chinese), "{written:?}");
        self.has_kept()?;
        Ok(written)
    }

    fn has_kept(&self) -> Result<()> {
        let pressed = self.pressed()?;
        ensure!(!pressed.iter().any(|code| KEPT.contains(code)), "{pressed:?} were sent");
        Ok(())
    }
}

#[test]
fn chinese_by_ibus_arrives_as_it_was_chosen_and_what_is_given_up_does_not() -> Result<()> {
    let session = Session::new(MethodKind::Ibus, &[], true)?;
    session.method.switch_to("libpinyin")?;
    session.wait_until_it_keeps_letters()?;
    session.types("nihao")?;
    photograph(&session, "chinese")?;
    session.types(" ")?;
    session.has_written(HELLO)?;
    session.has_kept()?;

    // Digits choose, also on a later page.
    session.types("ni1")?;
    let first = session.has_chosen(1)?;
    session.types("ni4")?;
    ensure!(session.written_to("")? != first, "the digit did not choose");
    session.has_kept()?;
    session.types("yi1")?;
    let first = session.has_chosen(1)?;
    session.types("yi")?;
    session.presses(&[PAGE_DOWN])?;
    session.types("1")?;
    ensure!(session.has_chosen(1)? != first, "it was not a later page");

    // Given up: nothing arrives, also none of the keys.
    session.types("nihao")?;
    session.presses(&[keysym::ESCAPE])?;
    session.types("zhongguo")?;
    (0..8).try_for_each(|_| session.presses(&[keysym::BACKSPACE]))?;
    let pressed = session.pressed_until_now()?;
    ensure!(pressed.is_empty(), "{pressed:?} were sent");
    // Enter takes the letters as they are.
    session.types("zhongguo\n")?;
    session.has_written("zhongguo")?;
    session.has_kept()?;

    // While nothing is being made, digits are keys like any other.
    session.types("3")?;
    session.has_written("3")?;
    ensure!(session.pressed()? == [DIGIT_3], "a digit did not come as a key");
    // Shift alone switches to letters and back. It is a key as well, and does not stay down.
    session.presses(&[keysym::SHIFT])?;
    session.types("Ni hao 3\n")?;
    session.has_written("Ni hao 3\n")?;
    session.holds_nothing()?;
    session.presses(&[keysym::SHIFT])?;
    ensure!(session.pressed_until_now()?.contains(&SHIFT), "Shift was not sent");
    session.types("nihao ")?;
    session.has_written(HELLO)?;
    session.holds_nothing()?;
    session.check_logs(&["nihao", "ni hao", "zhong", HELLO, "\u{4e2d}\u{56fd}"])
}
