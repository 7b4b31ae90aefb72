//! Two machines side by side, and one pair of layouts played on them.

use std::fmt;
use std::process::Child;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use deskside_e2e::PATIENCE;
use deskside_testkit::x11::{Injected, InputMethod, MethodKind, Program, Wanted, Window, Xvfb};
use tempfile::TempDir;

use super::client::{Client, Toolkit};
use super::expert;
use super::layouts::{Layout, Typing};

/// 30 characters a second.
const PACE: Duration = Duration::from_nanos(1_000_000_000 / 30);
/// Between what happens to keys, where a method is in front of them: what comes sooner Xlib may give in another order.
const WITH_METHOD: Duration = Duration::from_millis(12);
const SHIFT: u8 = 50;
const ALTGR: u8 = 108;

/// What came of a pair.
pub struct Outcome {
    expert: Layout,
    client: Layout,
    /// How many texts were typed.
    pub texts: usize,
    time: Duration,
    /// The first difference.
    pub wrong: Option<String>,
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { expert, client, texts, time, wrong } = self;
        let rate = *texts as f64 / time.as_secs_f64();
        let verdict = wrong.as_deref().unwrap_or("ok");
        write!(f, "{:>8} to {:<8} {texts:4} texts, {rate:.0} a second: {verdict}", expert.name, client.name)
    }
}

/// Two machines with everything that is between them.
pub struct Table {
    client: Client,
    expert: Xvfb,
    hands: Injected,
    window: Child,
    /// Between two things that happen to keys.
    pause: Duration,
    _manager: Program,
    _method: Option<(InputMethod, TempDir)>,
}

/// What stands on a table besides the layouts.
#[derive(Debug, Clone, Copy)]
pub struct Setting {
    /// Whose text field is typed into.
    pub toolkit: Toolkit,
    /// What is between the expert's keys and the window.
    pub method: Option<MethodKind>,
}

impl Table {
    /// Sets it up.
    pub fn new(setting: Setting) -> Result<Self> {
        let client = Client::new(setting.toolkit)?;
        let expert = Xvfb::start(480, 320)?;
        let manager = expert.start_window_manager()?;
        let method = setting.method.map(|kind| method(kind, &expert)).transpose()?;
        let mut window = expert::start(&expert, setting.method)?;
        let hands = expert.injected()?;
        let found = shown(&expert)?;
        expert.wait_for_focus(&found, PATIENCE)?;
        client.listen(window.stdout.take().context("no pipe")?)?;
        let pause = if setting.method.is_some() { WITH_METHOD } else { Duration::ZERO };
        Ok(Self { client, expert, hands, window, pause, _manager: manager, _method: method })
    }

    /// Types everything that `one` can type while the client has `other`.
    pub fn play(&mut self, one: Layout, other: Layout) -> Result<Outcome> {
        one.apply(&self.expert)?;
        other.apply(&self.client.screen)?;
        let texts = one.texts()?;
        let mark = self.client.mark()?;
        let start = Instant::now();
        let mut due = start;
        for typing in &texts {
            self.type_one(typing)?;
            due += PACE;
            std::thread::sleep(due.saturating_duration_since(Instant::now()));
        }
        let time = start.elapsed();
        let expected: String = texts.iter().map(|typing| typing.text.as_str()).collect();
        let written = self.client.written_since(mark, expected.len())?;
        self.client.holds_nothing().with_context(|| format!("{} to {}", one.name, other.name))?;
        let wrong = difference(&expected, &written);
        Ok(Outcome { expert: one, client: other, texts: texts.len(), time, wrong })
    }

    fn type_one(&self, typing: &Typing) -> Result<()> {
        for (code, shift, altgr) in &typing.strokes {
            let held: Vec<u8> =
                [(SHIFT, shift), (ALTGR, altgr)].iter().filter(|(_, on)| **on).map(|(key, _)| *key).collect();
            let down = held.iter().chain([code]).map(|key| (*key, true));
            let up = [code].into_iter().chain(held.iter().rev()).map(|key| (*key, false));
            for (key, pressed) in down.chain(up) {
                self.hands.key_code(key, pressed)?;
                std::thread::sleep(self.pause);
            }
        }
        Ok(())
    }
}

/// An input method that writes with an engine, which lets pass what is typed for as long as it is not switched on: ibus is not
/// asked at all for a mere layout.
fn method(kind: MethodKind, expert: &Xvfb) -> Result<(InputMethod, TempDir)> {
    let home = tempfile::tempdir()?;
    let method = InputMethod::start(kind, expert, home.path(), &["keyboard-us"])?;
    if kind == MethodKind::Ibus {
        method.switch_to("hangul")?;
    }
    Ok((method, home))
}

/// Waits for the expert's window. A window manager that has just started may overlook the request to show it until it
/// hears of something else.
fn shown(expert: &Xvfb) -> Result<Window> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let told = expert.command("xsetroot").args(["-name", "desk"]).status();
        told.context("xsetroot is needed (Debian package `x11-xserver-utils`)")?;
        let found = expert.wait_for_window(&Wanted::title(expert::TITLE), Duration::from_millis(300));
        if found.is_ok() || Instant::now() > deadline {
            return found;
        }
    }
}

impl Drop for Table {
    fn drop(&mut self) {
        if let Err(error) = self.client.end_control() {
            println!("control did not end well: {error:#}");
        }
        let _ = self.window.kill();
        let _ = self.window.wait();
    }
}

/// The first place where two texts differ, with what is around it.
fn difference(expected: &str, written: &str) -> Option<String> {
    if expected == written {
        return None;
    }
    let (expected, written): (Vec<char>, Vec<char>) = (expected.chars().collect(), written.chars().collect());
    let at = expected.iter().zip(&written).take_while(|(one, other)| one == other).count();
    let around = |text: &[char]| text.iter().skip(at.saturating_sub(3)).take(10).collect::<String>();
    Some(format!(
        "DIFFERS at {at} of {}: expected {:?}, got {:?} ({} characters)",
        expected.len(),
        around(&expected),
        around(&written),
        written.len()
    ))
}
