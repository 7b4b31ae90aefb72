//! A pipeline on a real X server with a viewer behind it, shared by the tests that need one.
#![allow(
    dead_code,
    unreachable_pub,
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::wildcard_enum_match_arm,
    reason = "each test file uses its own part of this, and a test may stop at the first surprise"
)]

use deskside_client::pipeline::{
    CpuBudget, CpuLimit, Pipeline, PipelineConfig, PipelineError, Update, UpdateSink,
};
use deskside_client::sharing::SharingCell;
use deskside_media::{Area, PictureMode, Surface, UpdateDecoder};
use deskside_proto::geometry::Size;
use deskside_proto::ids::SessionId;
use deskside_proto::link::LinkEstimate;
use deskside_proto::session::{ClientEffect, ClientEvent, ClientSession, Policy, ViewGrant};
use deskside_proto::time::Millis;
use deskside_proto::wire::cursor::CursorMessage;
use deskside_proto::wire::update::UpdateClass;
use deskside_testkit::x11::Xvfb;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{Duration, Instant};
use x11rb::connection::Connection as _;
use x11rb::protocol::randr::{ConnectionExt as _, ModeInfo, Rotation};
use x11rb::protocol::xproto::{
    ChangeGCAux, ConnectionExt as _, CreateGCAux, CreateWindowAux, Gcontext, ImageFormat, Rectangle,
    SubwindowMode, Window, WindowClass,
};
use x11rb::rust_connection::RustConnection;
use x11rb::wrapper::ConnectionExt as _;

pub enum Sent {
    Update(Update),
    Cursor,
    Failed(PipelineError),
}

pub struct Sink {
    pub ready: Arc<AtomicBool>,
    pub sent: Sender<Sent>,
}

impl UpdateSink for Sink {
    fn ready(&self, _: UpdateClass) -> bool {
        self.ready.load(Ordering::Acquire)
    }

    fn send_update(&mut self, update: Update) {
        let _ = self.sent.send(Sent::Update(update));
    }

    fn send_cursor(&mut self, _: CursorMessage) {
        let _ = self.sent.send(Sent::Cursor);
    }

    /// Not so near that a film and what changes beside it are one update.
    fn link(&self) -> LinkEstimate {
        LinkEstimate { round_trip: Duration::from_millis(30), ..LinkEstimate::LOCAL }
    }

    fn failed(&mut self, error: PipelineError) {
        let _ = self.sent.send(Sent::Failed(error));
    }
}

/// A pipeline with a viewer behind it.
pub struct Stage {
    pub pipeline: Pipeline,
    pub ready: Arc<AtomicBool>,
    pub sent: Receiver<Sent>,
    pub viewer: UpdateDecoder,
    pub updates: Vec<(UpdateClass, usize)>,
    pub painter: Painter,
    pub sharing: SharingCell,
}

pub struct Painter {
    pub connection: RustConnection,
    pub root: Window,
    pub gc: Gcontext,
}

impl Painter {
    pub fn new(display: &str) -> Self {
        let (connection, screen) = RustConnection::connect(Some(display)).unwrap();
        let root = connection.setup().roots[screen].root;
        let gc = connection.generate_id().unwrap();
        let over_windows =
            CreateGCAux::new().graphics_exposures(0).subwindow_mode(SubwindowMode::INCLUDE_INFERIORS);
        connection.create_gc(gc, root, &over_windows).unwrap();
        Self { connection, root, gc }
    }

    pub fn fill(&self, x: i16, y: i16, width: u16, height: u16, colour: u32) {
        self.fill_in(self.root, x, y, width, height, colour);
    }

    pub fn fill_in(&self, window: Window, x: i16, y: i16, width: u16, height: u16, colour: u32) {
        self.connection.change_gc(self.gc, &ChangeGCAux::new().foreground(colour)).unwrap();
        let area = Rectangle { x, y, width, height };
        self.connection.poly_fill_rectangle(window, self.gc, &[area]).unwrap();
        self.connection.sync().unwrap();
    }

    pub fn window(&self, x: i16, y: i16, width: u16, height: u16, colour: u32) -> Window {
        let window = self.connection.generate_id().unwrap();
        let aux = CreateWindowAux::new().override_redirect(1).background_pixel(colour);
        self.connection
            .create_window(0, window, self.root, x, y, width, height, 0, WindowClass::INPUT_OUTPUT, 0, &aux)
            .unwrap();
        self.connection.map_window(window).unwrap();
        self.connection.sync().unwrap();
        window
    }

    /// Gives the screen another, smaller size, as a settings program does.
    pub fn resize(&self, width: u16, height: u16) {
        let resources = self.connection.randr_get_screen_resources(self.root).unwrap().reply().unwrap();
        let (output, crtc) = (resources.outputs[0], resources.crtcs[0]);
        let name = format!("{width}x{height}");
        let info = ModeInfo {
            width,
            height,
            htotal: width + 160,
            vtotal: height + 45,
            dot_clock: 25_180_000,
            name_len: u16::try_from(name.len()).unwrap(),
            ..ModeInfo::default()
        };
        let mode = self
            .connection
            .randr_create_mode(self.root, info, name.as_bytes())
            .unwrap()
            .reply()
            .unwrap()
            .mode;
        self.connection.randr_add_output_mode(output, mode).unwrap();
        let now = x11rb::CURRENT_TIME;
        let config =
            self.connection.randr_set_crtc_config(crtc, now, now, 0, 0, mode, Rotation::ROTATE0, &[output]);
        config.unwrap().reply().unwrap();
        self.connection.randr_set_screen_size(self.root, width, height, 160, 120).unwrap().check().unwrap();
        self.connection.sync().unwrap();
    }

    /// Puts pixels that no two neighbours share, like a photograph, in one request.
    pub fn photo(&self, x: i16, y: i16, width: u16, height: u16, time: u32) {
        let wave: Vec<u8> = (0..8_192).map(|v| ((f64::from(v) * 0.03).sin() * 100.0 + 128.0) as u8).collect();
        let wave = |v: u32| wave[v as usize % wave.len()];
        let mut pixels = Vec::with_capacity(usize::from(width) * usize::from(height) * 4);
        for row in 0..u32::from(height) {
            for column in 0..u32::from(width) {
                let (a, b) = (column + time * 3, row + time);
                let grain = (a * b % 5) as u8;
                pixels.extend_from_slice(&[wave(a), wave(b), wave(a + b).wrapping_add(grain), 0]);
            }
        }
        let depth = self.connection.setup().roots[0].root_depth;
        self.connection
            .put_image(ImageFormat::Z_PIXMAP, self.root, self.gc, width, height, x, y, 0, depth, &pixels)
            .unwrap();
        self.connection.sync().unwrap();
    }

    pub fn truth(&self) -> Surface {
        let geometry = self.connection.get_geometry(self.root).unwrap().reply().unwrap();
        let (width, height) = (geometry.width, geometry.height);
        let image = self.connection.get_image(ImageFormat::Z_PIXMAP, self.root, 0, 0, width, height, !0);
        let data = image.unwrap().reply().unwrap().data;
        let mut surface = Surface::new(Size::new(width.into(), height.into())).unwrap();
        let whole = Area::whole(surface.size()).unwrap();
        for (row, fresh) in surface.rows_mut(whole).zip(data.chunks_exact(usize::from(width) * 4)) {
            row.copy_from_slice(fresh);
        }
        surface
    }
}

/// All that a pipeline may use by default.
pub fn budget() -> CpuBudget {
    CpuBudget::new(CpuLimit::default())
}

/// The grant to view, got in the only way there is: the person says yes.
pub fn permit() -> ViewGrant {
    let session = ClientSession::open(SessionId(1), Policy::STANDARD, Millis(0)).0;
    let yes = ClientEvent::LocalAllowView { screen: Size::new(800, 600) };
    let effects = session.handle(yes, Millis(1)).1;
    effects
        .into_iter()
        .find_map(|effect| match effect {
            ClientEffect::StartCapture(grant) => Some(grant),
            _ => None,
        })
        .unwrap()
}

impl Stage {
    pub fn new(xvfb: &Xvfb, mode: PictureMode) -> Self {
        let painter = Painter::new(xvfb.display());
        let (sender, sent) = channel();
        let ready = Arc::new(AtomicBool::new(true));
        let sink = Sink { ready: Arc::clone(&ready), sent: sender };
        let (display, sharing) = (Some(xvfb.display().to_owned()), SharingCell::default());
        let config = PipelineConfig { display, mode, budget: budget(), sharing: sharing.clone() };
        let pipeline = Pipeline::start(permit(), config, sink).unwrap();
        let viewer = UpdateDecoder::new().unwrap();
        Self { pipeline, ready, sent, viewer, updates: Vec::new(), painter, sharing }
    }

    /// Takes one message; false when none came in time.
    pub fn step(&mut self, limit: Duration) -> bool {
        match self.sent.recv_timeout(limit) {
            Ok(Sent::Update(update)) => {
                assert_eq!(update.sequence as usize, self.updates.len());
                self.updates.push((update.class, update.bytes.len()));
                self.viewer.apply(&update.bytes).unwrap();
                true
            }
            Ok(Sent::Cursor) => true,
            Ok(Sent::Failed(error)) => panic!("{error}"),
            Err(_) => false,
        }
    }

    #[track_caller]
    pub fn until_exact(&mut self) {
        let truth = self.painter.truth();
        let end = Instant::now() + Duration::from_secs(20);
        while !self.viewer.surface().same_colours(&truth) {
            assert!(Instant::now() < end, "the viewer never saw it exactly");
            self.step(Duration::from_millis(500));
        }
    }

    /// Moves the whole screen up, as a program does that scrolls.
    pub fn scroll(&self, rows: i16) {
        let (width, height) = (1_920, 1_080_u16 - rows.unsigned_abs());
        let Painter { connection, root, gc } = &self.painter;
        connection.copy_area(*root, *root, *gc, 0, rows, 0, 0, width, height).unwrap();
        connection.sync().unwrap();
    }

    pub fn settle(&mut self) {
        while self.step(Duration::from_millis(400)) {}
    }
}
