//! What capturing costs: the real capturer on an X server of its own, from damage to pixels in our memory.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use deskside_client::capture::{self, Extent, Interest, Noticed, ScreenCapturer};
use deskside_proto::geometry::Size;
use deskside_proto::ids::SessionId;
use deskside_proto::session::{ClientEffect, ClientEvent, ClientSession, Policy, ViewGrant};
use deskside_proto::time::Millis;
use x11rb::connection::Connection as _;
use x11rb::protocol::xproto::{ChangeGCAux, ConnectionExt as _, CreateGCAux, Rectangle};
use x11rb::rust_connection::RustConnection;

use crate::desk::{HEIGHT, WIDTH};

/// Sizes of what changes, in pixels.
pub const SIZES: [(&str, u16, u16); 4] = [
    ("capture-8x18", 8, 18),
    ("capture-640x360", 640, 360),
    ("capture-1280x720", 1280, 720),
    ("capture-1920x1080", 1920, 1080),
];

/// A display with something to draw on it, and a capturer that looks at it.
pub struct Display {
    server: Child,
    connection: RustConnection,
    root: u32,
    pen: u32,
    capturer: Box<dyn ScreenCapturer>,
}

impl Display {
    /// Starts both.
    ///
    /// # Errors
    /// Xvfb is missing or does not come up.
    pub fn open() -> Result<Self> {
        let screen = format!("{WIDTH}x{HEIGHT}x24");
        let mut server = Command::new("Xvfb")
            .args(["-displayfd", "1", "-nolisten", "tcp", "-noreset", "-screen", "0", &screen])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .context("Xvfb is needed")?;
        let mut number = String::new();
        BufReader::new(server.stdout.take().context("no pipe")?).read_line(&mut number)?;
        let name = format!(":{}", number.trim());
        let (connection, screen) = RustConnection::connect(Some(&name))?;
        let root = connection.setup().roots.get(screen).context("no screen")?.root;
        let pen = connection.generate_id()?;
        connection.create_gc(pen, root, &CreateGCAux::new())?;
        let mut capturer = capture::open(&permit()?, Some(&name))?;
        capturer.capture(Extent::Whole, &mut |_| {})?;
        Ok(Self { server, connection, root, pen, capturer })
    }

    /// Draws so much, and gives the time from then until its pixels were here.
    ///
    /// # Errors
    /// The display went away.
    pub fn round(&mut self, width: u16, height: u16, n: u32) -> Result<Duration> {
        self.connection
            .change_gc(self.pen, &ChangeGCAux::new().foreground(n.wrapping_mul(0x9E_3779) & 0xFF_FFFF))?;
        let area = Rectangle { x: 0, y: 0, width, height };
        self.connection.poly_fill_rectangle(self.root, self.pen, &[area])?;
        self.connection.get_input_focus()?.reply()?;
        let begun = Instant::now();
        let mut noticed = Vec::new();
        let deadline = begun + Duration::from_secs(5);
        while !noticed.contains(&Noticed::Damage) {
            anyhow::ensure!(Instant::now() < deadline, "no damage was reported");
            self.capturer.wait(Interest::Pixels, Some(deadline), &mut noticed)?;
        }
        let mut bytes = 0;
        self.capturer.capture(Extent::Damaged, &mut |frame| bytes += frame.patches.len())?;
        std::hint::black_box(bytes);
        Ok(begun.elapsed())
    }
}

impl Drop for Display {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

/// The grant to view, got in the only way there is: somebody says yes.
fn permit() -> Result<ViewGrant> {
    let session = ClientSession::open(SessionId(1), Policy::STANDARD, Millis(0)).0;
    let yes = ClientEvent::LocalAllowView { screen: Size::new(1920, 1080) };
    let effects = session.handle(yes, Millis(1)).1;
    let mut grants = effects
        .into_iter()
        .filter_map(|effect| if let ClientEffect::StartCapture(grant) = effect { Some(grant) } else { None });
    grants.next().context("no grant")
}
