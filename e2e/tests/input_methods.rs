//! What an expert writes with a real input method arrives in a real text field: Korean and Japanese with ibus and fcitx5,
//! and characters that no layout has. What the method keeps is not sent, what it lets pass is, and nothing stays pressed.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use deskside_e2e::PATIENCE;
use deskside_e2e::desk::eventually;
use deskside_e2e::expert::ExpertSide;
use deskside_e2e::person::{PersonSide, allow};
use deskside_e2e::talk::Talk;
use deskside_testkit::x11::{EventRecorder, InputMethod, MethodKind, Program, RecordedKind, Wanted, keysym};

/// Key codes of a PC keyboard.
const CONTROL: u8 = 37;
const SHIFT: u8 = 50;
const A: u8 = 38;
const C: u8 = 54;
const F: u8 = 41;
const L: u8 = 46;
const ALT: u8 = 64;
const SUPER: u8 = 133;

/// From Latin letters to those of the engine, on keyboards without a key for that.
const HANGUL: [u32; 2] = [keysym::SHIFT, 0x20];
const KANA: [u32; 2] = [keysym::CONTROL, 0x6a];

/// A session in control, with an input method at the expert's and a text field at the person's.
struct Session {
    viewer: Talk,
    expert: ExpertSide,
    person: PersonSide,
    method: InputMethod,
    eye: EventRecorder,
    written: PathBuf,
    _deskside: Talk,
    _field: Program,
}

impl Session {
    fn new(kind: MethodKind, engines: &[&str], log: &str) -> Result<Self> {
        let (person, mut expert) = (PersonSide::new(800, 600)?, ExpertSide::new(800, 600)?);
        let method = InputMethod::start(kind, &expert.desk.screen, expert.desk.home(), engines)?;
        expert.desk.set("XMODIFIERS", format!("@im={}", kind.name()));
        expert.desk.set("LC_ALL", "C.UTF-8");
        let written = person.desk.home().join("written");
        let field = field(&person, &written)?;
        let mut deskside = person.start_terminal()?;
        let invitation = person.invite("ticket", &[])?;
        let mut command =
            expert.deskside_expert(&["open", "--terminal", "--passphrase-stdin", "--log", log])?;
        command.args(["--full-screen", "--scale", "1:1"]).arg(&invitation.file);
        let mut viewer = Talk::start(command)?;
        viewer.say(&invitation.passphrase.context("a passphrase")?)?;
        allow(&mut deskside, "view")?;
        viewer.wait_for("stage viewing", PATIENCE)?;
        expert.desk.injector()?.move_to(300, 300)?;
        viewer.say("control")?;
        allow(&mut deskside, "control")?;
        viewer.wait_for("stage controlling", PATIENCE)?;
        let eye = person.desk.screen.record_events()?;
        // The picture's frame in which the keys become the method's.
        std::thread::sleep(Duration::from_millis(500));
        Ok(Self { viewer, expert, person, method, eye, written, _deskside: deskside, _field: field })
    }

    /// Types on the expert's keyboard. Each key is held as a finger holds it: what happens within the few milliseconds that the
    /// method takes, Xlib may give in another order (ADR 150).
    fn types(&self, text: &str) -> Result<()> {
        for character in text.chars() {
            let symbol =
                if character == '\n' { keysym::RETURN } else { u32::from(character.to_ascii_lowercase()) };
            match character {
                '!' => self.presses(&[keysym::SHIFT, u32::from('1')])?,
                _ if character.is_uppercase() => self.presses(&[keysym::SHIFT, symbol])?,
                _ => self.presses(&[symbol])?,
            }
        }
        Ok(())
    }

    /// Presses keys in this order and releases them in the opposite one, with the time that a hand takes.
    fn presses(&self, symbols: &[u32]) -> Result<()> {
        let hands = self.expert.desk.injector()?;
        let down = symbols.iter().map(|symbol| (symbol, true));
        for (symbol, pressed) in down.chain(symbols.iter().rev().map(|symbol| (symbol, false))) {
            hands.key(*symbol, pressed)?;
            std::thread::sleep(Duration::from_millis(30));
        }
        Ok(())
    }

    /// Waits until exactly that has been entered in the field since this was asked last.
    fn has_written(&self, expected: &str) -> Result<()> {
        let found = eventually(&format!("{expected:?} in the field"), Duration::from_secs(20), || {
            Ok(std::fs::read_to_string(&self.written)?.len() >= expected.len())
        });
        // A little more: whatever comes too much shall be seen as well.
        std::thread::sleep(Duration::from_millis(200));
        let written = std::fs::read_to_string(&self.written)?;
        ensure!(written == expected, "{written:?} was written instead of {expected:?} ({found:?})");
        Ok(std::fs::write(&self.written, "")?)
    }

    /// The keys that went down over there since this was asked last.
    fn pressed(&self) -> Result<Vec<u8>> {
        let code = |kind| if let RecordedKind::KeyPressed(code) = kind { Some(code) } else { None };
        Ok(self.eye.drain()?.into_iter().filter_map(|event| code(event.kind)).collect())
    }

    /// From the press of a key here to its press over there, in order of size.
    fn times(&self) -> Result<Vec<Duration>> {
        let hands = self.expert.desk.injector()?;
        let mut took = Vec::new();
        for code in [A, C, 40, 41].into_iter().cycle().take(80) {
            self.pressed()?;
            let start = Instant::now();
            hands.key_code(code, true)?;
            while !self.pressed()?.contains(&code) {
                ensure!(start.elapsed() < PATIENCE, "a key did not come");
                std::thread::sleep(Duration::from_micros(200));
            }
            took.push(start.elapsed());
            hands.key_code(code, false)?;
            std::thread::sleep(Duration::from_millis(30));
        }
        took.sort_unstable();
        Ok(took)
    }

    /// Switches the method to an engine, and waits until the viewer has heard of it.
    fn engine(&self, name: &str) -> Result<()> {
        self.method.switch_to(name)?;
        std::thread::sleep(Duration::from_millis(500));
        Ok(())
    }

    fn holds_nothing(&self) -> Result<()> {
        eventually("that nothing is pressed", Duration::from_secs(5), || {
            self.eye.drain()?;
            Ok(self.eye.held()?.is_empty() && self.eye.held_by_injection()?.is_empty())
        })
    }
}

/// A text field on the person's desktop, which has the keyboard.
fn field(person: &PersonSide, written: &Path) -> Result<Program> {
    std::fs::write(written, "")?;
    let mut command = person.desk.command("/usr/bin/python3");
    command.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/keyboards/field.py")).arg(written);
    command.env("LC_ALL", "C.UTF-8").env("GTK_IM_MODULE", "gtk-im-context-simple").env("NO_AT_BRIDGE", "1");
    let field = Program::start(command)?;
    let window = person.desk.screen.wait_for_window(&Wanted::title("text field"), PATIENCE)?;
    person.desk.screen.wait_for_focus(&window, PATIENCE)?;
    Ok(field)
}

#[test]
fn hangul_by_ibus_arrives_and_what_it_lets_pass_are_keys() -> Result<()> {
    let mut session = Session::new(MethodKind::Ibus, &[], "info")?;
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
    let pressed = session.pressed()?;
    ensure!(pressed.ends_with(&[CONTROL, A, C]), "{pressed:?}");
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
    let session = Session::new(MethodKind::Ibus, &[], "trace")?;
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
    let session = Session::new(MethodKind::Fcitx, &["hangul", "keyboard-us"], "info")?;
    session.types("gksrmf ")?;
    session.has_written("\u{d55c}\u{ae00} ")?;
    session.engine("keyboard-us")?;
    session.types("Abc, xyz!\n")?;
    session.has_written("Abc, xyz!\n")?;
    session.holds_nothing()
}

#[test]
fn keys_that_write_nothing_arrive_in_the_midst_of_a_syllable() -> Result<()> {
    let ibus = Session::new(MethodKind::Ibus, &[], "info")?;
    ibus.engine("hangul")?;
    ibus.presses(&HANGUL)?;
    let fcitx = Session::new(MethodKind::Fcitx, &["hangul", "keyboard-us"], "info")?;
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
    let session = Session::new(MethodKind::Ibus, &[], "info")?;
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

/// Where a folder is named for them, pictures for whoever wants to see it.
fn photograph(session: &Session, name: &str) -> Result<()> {
    let Some(folder) = std::env::var_os("DESKSIDE_TEST_PICTURES") else { return Ok(()) };
    session.expert.desk.photograph(&Path::new(&folder).join(format!("method-{name}.png")))?;
    session.person.desk.photograph(&Path::new(&folder).join(format!("method-{name}-person.png")))
}
