//! An expert who writes with an input method, and the text field at the person's that it goes into.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use deskside_e2e::PATIENCE;
use deskside_e2e::desk::eventually;
use deskside_e2e::expert::ExpertSide;
use deskside_e2e::person::PersonSide;
use deskside_e2e::session::Session as Programs;
use deskside_testkit::x11::{EventRecorder, InputMethod, MethodKind, Program, RecordedKind, Wanted, keysym};

/// Key codes of a PC keyboard.
pub const A: u8 = 38;
pub const C: u8 = 54;
pub const CONTROL: u8 = 37;
pub const SHIFT: u8 = 50;
pub const SUPER: u8 = 133;
/// From Latin letters to those of the engine, on keyboards without a key for that.
pub const HANGUL: [u32; 2] = [keysym::SHIFT, 0x20];
/// A key that every method lets pass while it has nothing unfinished: its symbol and its code.
const F5: (u32, u8) = (0xffc2, 71);

/// A session in control, with an input method at the expert's and a text field at the person's.
pub struct Session {
    programs: Programs,
    pub method: InputMethod,
    pub eye: EventRecorder,
    written: PathBuf,
    _field: Program,
}

impl std::ops::Deref for Session {
    type Target = Programs;

    fn deref(&self) -> &Programs {
        &self.programs
    }
}

impl std::ops::DerefMut for Session {
    fn deref_mut(&mut self) -> &mut Programs {
        &mut self.programs
    }
}

/// Starts an input method at the expert's, for the programs that are started there from now on.
pub fn start(kind: MethodKind, expert: &mut ExpertSide, engines: &[&str]) -> Result<InputMethod> {
    expert.desk.set("XMODIFIERS", format!("@im={}", kind.name()));
    expert.desk.set("LC_ALL", "C.UTF-8");
    InputMethod::start(kind, &expert.desk.screen, expert.desk.home(), engines)
}

impl Session {
    /// The viewer fills the expert's screen.
    pub fn new(kind: MethodKind, engines: &[&str], is_traced: bool) -> Result<Self> {
        Self::by(ExpertSide::new(800, 600)?, kind, engines, is_traced)
    }

    /// As [`Self::new`], with an expert who has prepared something.
    pub fn by(mut expert: ExpertSide, kind: MethodKind, engines: &[&str], is_traced: bool) -> Result<Self> {
        let person = PersonSide::new(800, 600)?;
        let method = start(kind, &mut expert, engines)?;
        let meeting = Programs::between(person, expert).full_screen();
        let mut programs = if is_traced { meeting.traced() } else { meeting }.viewing()?;
        programs.expert.desk.injector()?.move_to(300, 300)?;
        programs.take_control()?;
        let session = Self::of(programs, method)?;
        // The picture's frame in which the keys become the method's.
        std::thread::sleep(Duration::from_millis(500));
        Ok(session)
    }

    /// With these programs, which are in control.
    pub fn of(programs: Programs, method: InputMethod) -> Result<Self> {
        let written = programs.person.desk.home().join("written");
        let field = field(&programs.person, &written)?;
        let eye = programs.person.desk.screen.record_events()?;
        Ok(Self { programs, method, eye, written, _field: field })
    }

    /// Writes until the method keeps what is written, with an engine that keeps letters.
    pub fn wait_until_it_keeps_letters(&self) -> Result<()> {
        eventually("that the method keeps a letter", PATIENCE, || {
            self.pressed()?;
            self.presses(&[u32::from('a')])?;
            self.presses(&[keysym::BACKSPACE])?;
            Ok(self.pressed_until_now()?.is_empty())
        })?;
        Ok(std::fs::write(&self.written, "")?)
    }

    /// The keys that went down over there since this was asked last, once everything typed here has arrived. Nothing may be
    /// unfinished.
    pub fn pressed_until_now(&self) -> Result<Vec<u8>> {
        let mut pressed = Vec::new();
        let mut asked = None::<Instant>;
        eventually("that F5 arrives", PATIENCE, || {
            // A key that is down before the viewer has heard of the focus was not pressed for it.
            if asked.is_none_or(|asked| asked.elapsed() > Duration::from_secs(2)) {
                self.presses(&[F5.0])?;
                asked = Some(Instant::now());
            }
            pressed.extend(self.pressed()?);
            Ok(pressed.contains(&F5.1))
        })?;
        pressed.retain(|code| *code != F5.1);
        Ok(pressed)
    }

    /// Types on the expert's keyboard. Each key is held as a finger holds it: what happens within the few milliseconds that the
    /// method takes, Xlib may give in another order (ADR 150).
    pub fn types(&self, text: &str) -> Result<()> {
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
    pub fn presses(&self, symbols: &[u32]) -> Result<()> {
        let hands = self.expert.desk.injector()?;
        let down = symbols.iter().map(|symbol| (symbol, true));
        for (symbol, pressed) in down.chain(symbols.iter().rev().map(|symbol| (symbol, false))) {
            hands.key(*symbol, pressed)?;
            std::thread::sleep(Duration::from_millis(30));
        }
        Ok(())
    }

    /// Waits until exactly that has been entered in the field since this was asked last.
    pub fn has_written(&self, expected: &str) -> Result<()> {
        let found = eventually(&format!("{expected:?} in the field"), Duration::from_secs(20), || {
            Ok(std::fs::read_to_string(&self.written)?.len() >= expected.len())
        });
        // A little more: whatever comes too much shall be seen as well.
        std::thread::sleep(Duration::from_millis(200));
        let written = std::fs::read_to_string(&self.written)?;
        ensure!(written == expected, "{written:?} was written instead of {expected:?} ({found:?})");
        Ok(std::fs::write(&self.written, "")?)
    }

    /// What has been entered in the field since this was asked last, once there is something and it ends so.
    pub fn written_to(&self, end: &str) -> Result<String> {
        eventually(&format!("something in the field, with {end:?}"), Duration::from_secs(20), || {
            let written = std::fs::read_to_string(&self.written)?;
            Ok(!written.is_empty() && written.ends_with(end))
        })?;
        std::thread::sleep(Duration::from_millis(200));
        let written = std::fs::read_to_string(&self.written)?;
        std::fs::write(&self.written, "")?;
        Ok(written)
    }

    /// The keys that went down over there since this was asked last.
    pub fn pressed(&self) -> Result<Vec<u8>> {
        let code = |kind| if let RecordedKind::KeyPressed(code) = kind { Some(code) } else { None };
        Ok(self.eye.drain()?.into_iter().filter_map(|event| code(event.kind)).collect())
    }

    /// From the press of a key here to its press over there, in order of size.
    pub fn times(&self) -> Result<Vec<Duration>> {
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
    pub fn engine(&self, name: &str) -> Result<()> {
        self.method.switch_to(name)?;
        std::thread::sleep(Duration::from_millis(500));
        Ok(())
    }

    pub fn holds_nothing(&self) -> Result<()> {
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

/// Where a folder is named for them, pictures for whoever wants to see it.
pub fn photograph(session: &Session, name: &str) -> Result<()> {
    let Some(folder) = std::env::var_os("DESKSIDE_TEST_PICTURES") else { return Ok(()) };
    session.expert.desk.photograph(&Path::new(&folder).join(format!("method-{name}.png")))?;
    session.person.desk.photograph(&Path::new(&folder).join(format!("method-{name}-person.png")))
}
