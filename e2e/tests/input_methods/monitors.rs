//! A method in the windows of several monitors: each has what is being made in it, and it does not go along.

use anyhow::{Context as _, Result, ensure};
use deskside_e2e::PATIENCE;
use deskside_e2e::desk::eventually;
use deskside_e2e::monitors::{Apart, View};
use deskside_testkit::x11::{MethodKind, Wanted};

use crate::writing::{HANGUL, Session, start};

const HELLO: &str = "\u{4f60}\u{597d}";
const HAN: &str = "\u{d55c}";
const GEUL: &str = "\u{ae00}";

struct Scene {
    session: Session,
    left: View,
    right: View,
}

impl Scene {
    fn new(kind: MethodKind, engines: &[&str]) -> Result<Self> {
        let mut method = None;
        let Apart { session, left, right } = Apart::new(|expert| {
            method = Some(start(kind, expert, engines)?);
            Ok(())
        })?;
        Ok(Self { session: Session::of(session, method.context("a method")?)?, left, right })
    }

    /// The expert takes that window; gives the keys that went down over there for what was unfinished in the other.
    fn takes(&self, view: &View) -> Result<Vec<u8>> {
        let expert = &self.session.expert.desk;
        self.session.pressed()?;
        expert.does("xdotool", &["windowactivate", &view.window.id.to_string()])?;
        expert.screen.wait_for_focus(&view.window, PATIENCE)?;
        self.session.pressed_until_now()
    }

    /// Leaves a syllable unfinished, takes that window and writes there. The method may finish the syllable at that, and
    /// does so or not from time to time, in a field of GTK as well; it does not go on in the other window.
    fn writes_on_in(&self, view: &View) -> Result<()> {
        self.session.types("gksrmf")?;
        self.session.has_written(HAN)?;
        let arrived = self.takes(view)?;
        ensure!(arrived.len() <= 1, "{arrived:?} arrived");
        self.session.types("gksrmf ")?;
        let written = self.session.written_to(" ")?;
        let expected = format!("{HAN}{GEUL} ");
        ensure!(written == expected || written == format!("{GEUL}{expected}"), "{written:?}");
        Ok(())
    }

    /// fcitx5's own window is at that window.
    fn shows_at(&self, view: &View) -> Result<()> {
        eventually("fcitx5's window at the one that is written in", PATIENCE, || {
            let its = self.session.expert.desk.screen.wait_for_window(&Wanted::class("fcitx"), PATIENCE)?;
            let (left, width) = (view.window.x, view.window.width as i16);
            Ok((left..left + width).contains(&its.middle().0))
        })
    }
}

#[test]
fn in_each_monitors_window_chinese_and_hangul_by_ibus_are_right() -> Result<()> {
    let scene = Scene::new(MethodKind::Ibus, &[])?;
    let (session, left, right) = (&scene.session, &scene.left, &scene.right);
    scene.takes(left)?;
    session.method.switch_to("libpinyin")?;
    session.wait_until_it_keeps_letters()?;
    session.types("zhongguo")?;
    let arrived = scene.takes(right)?;
    ensure!(arrived.is_empty(), "{arrived:?} arrived, and nothing was chosen");
    session.types("nihao ")?;
    session.has_written(HELLO)?;
    session.method.switch_to("hangul")?;
    session.presses(&HANGUL)?;
    session.wait_until_it_keeps_letters()?;
    scene.writes_on_in(left)?;
    scene.writes_on_in(right)?;
    session.holds_nothing()
}

#[test]
fn the_window_of_fcitx_is_at_the_monitors_window_that_is_written_in() -> Result<()> {
    let scene = Scene::new(MethodKind::Fcitx, &["hangul", "keyboard-us"])?;
    let session = &scene.session;
    scene.takes(&scene.left)?;
    session.wait_until_it_keeps_letters()?;
    for view in [&scene.right, &scene.left] {
        scene.writes_on_in(view)?;
        session.types("gk")?;
        scene.shows_at(view)?;
        session.types(" ")?;
        session.has_written("\u{d558} ")?;
    }
    session.holds_nothing()
}
