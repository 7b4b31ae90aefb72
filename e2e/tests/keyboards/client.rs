//! The client's side: the whole input path of the client in front of a real X server, and a text field of GTK or Qt on it.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use deskside_client::input::{InputPath, InputReport, SystemDesktop};
use deskside_e2e::PATIENCE;
use deskside_proto::geometry::Size;
use deskside_proto::ids::SessionId;
use deskside_proto::session::Scopes;
use deskside_proto::wire::FrameReader;
use deskside_proto::wire::input::InputFrame;
use deskside_testkit::consent::granted;
use deskside_testkit::x11::{EventRecorder, Program, Wanted, Xvfb};
use tempfile::TempDir;

const SCREEN: Size = Size::new(480, 320);

/// Whose text field is typed into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Toolkit {
    /// GTK's.
    Gtk,
    /// Qt's.
    Qt,
}

impl Toolkit {
    /// The field's command, which appends what is entered to that file.
    fn field(self, screen: &Xvfb, written: &Path) -> Command {
        let script = match self {
            Self::Gtk => concat!(env!("CARGO_MANIFEST_DIR"), "/tests/keyboards/field.py"),
            Self::Qt => concat!(env!("CARGO_MANIFEST_DIR"), "/tests/keyboards/field_qt.py"),
        };
        let mut field = screen.command("/usr/bin/python3");
        field.arg(script).arg(written).env("LC_ALL", "C.UTF-8").env("NO_AT_BRIDGE", "1");
        match self {
            Self::Gtk => field.env("GTK_IM_MODULE", "gtk-im-context-simple"),
            Self::Qt => field.env("QT_QPA_PLATFORM", "xcb"),
        };
        field
    }
}

/// The person's machine.
pub struct Client {
    /// Its screen.
    pub screen: Xvfb,
    eye: EventRecorder,
    path: Arc<InputPath>,
    written: PathBuf,
    _folder: TempDir,
    _programs: [Program; 2],
}

impl Client {
    /// A machine with a text field that has the keyboard, and control allowed.
    pub fn new(toolkit: Toolkit) -> Result<Self> {
        let screen = Xvfb::start(480, 320)?;
        let manager = screen.start_window_manager()?;
        let folder = tempfile::tempdir()?;
        let written = folder.path().join("written");
        std::fs::write(&written, "")?;
        let field = Program::start(toolkit.field(&screen, &written))?;
        let window = screen.wait_for_window(&Wanted::title("text field"), PATIENCE)?;
        screen.wait_for_focus(&window, PATIENCE)?;
        let desktop =
            SystemDesktop { display: Some(screen.display().to_owned()), ..SystemDesktop::default() };
        let path = InputPath::new(desktop, |report| {
            if let InputReport::Failed(reason) = report {
                println!("input failed: {reason}");
            }
        })?;
        path.set_screen(SCREEN);
        let eye = screen.record_events()?;
        let programs = [manager, field];
        Ok(Self { screen, eye, path: Arc::new(path), written, _folder: folder, _programs: programs })
    }

    /// Lets whatever comes out of `frames` into the path until it ends.
    pub fn listen(&self, mut frames: impl Read + Send + 'static) -> Result<()> {
        let grant = granted(SessionId(1), SCREEN, Scopes::CONTROL);
        let (number, path) = (grant.number(), Arc::clone(&self.path));
        path.enable(grant, Instant::now())?;
        std::thread::spawn(move || {
            let mut reader = FrameReader::<InputFrame>::new();
            let mut buffer = [0; 4096];
            while let Ok(count @ 1..) = frames.read(&mut buffer) {
                let mut bytes = buffer.get(..count).unwrap_or_default();
                while let Ok(Some(frame)) = reader.read(&mut bytes) {
                    let taken = path.submit(number.session(), InputFrame { grant: number, ..frame });
                    if let Err(reason) = taken {
                        println!("an event was not taken: {reason}");
                    }
                }
            }
        });
        Ok(())
    }

    /// Control ends.
    pub fn end_control(&self) -> Result<()> {
        Ok(self.path.disable_and_release()?)
    }

    /// How much has been written.
    pub fn mark(&self) -> Result<usize> {
        Ok(std::fs::read(&self.written)?.len())
    }

    /// What has been written since the mark, once there is as much as expected or nothing more comes.
    pub fn written_since(&self, mark: usize, expected: usize) -> Result<String> {
        let (mut deadline, mut length) = (Instant::now() + Duration::from_secs(5), 0);
        loop {
            let bytes = std::fs::read(&self.written)?;
            let new = bytes.get(mark..).context("the file has become shorter")?;
            if new.len() > length {
                (length, deadline) = (new.len(), Instant::now() + Duration::from_secs(5));
            }
            if new.len() >= expected || Instant::now() > deadline {
                // A little more: whatever comes too much shall be seen as well.
                std::thread::sleep(Duration::from_millis(50));
                let bytes = std::fs::read(&self.written)?;
                return Ok(String::from_utf8_lossy(bytes.get(mark..).unwrap_or_default()).into_owned());
            }
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Nothing is pressed.
    pub fn holds_nothing(&self) -> Result<()> {
        self.eye.drain()?;
        let deadline = Instant::now() + PATIENCE;
        while !(self.eye.held()?.is_empty() && self.eye.held_by_injection()?.is_empty()) {
            ensure!(Instant::now() < deadline, "{:?} remains pressed", self.eye.held()?);
            std::thread::sleep(Duration::from_millis(10));
        }
        Ok(())
    }
}
