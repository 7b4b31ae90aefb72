//! What is not shared never leaves the machine: windows full of colours that nothing else has, moved, covered, opened and
//! closed at random on a real X server, while every captured pixel and every byte that would be sent is searched for them.
#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test may stop at the first surprise"
)]

mod stage;

use deskside_client::capture::{Extent, Interest, Noticed, ScreenCapturer, open_backend};
use deskside_client::pipeline::{Pipeline, PipelineConfig};
use deskside_client::sharing::{Hidden, ScreenName, Share, Sharing, SharingCell, WindowNumber, list};
use deskside_media::mask::NEUTRAL;
use deskside_media::tile::lossless::LosslessDecoder;
use deskside_media::update::Header;
use deskside_media::update::op::Operation;
use deskside_media::{Area, PictureMode, Surface, UpdateDecoder};
use deskside_proto::geometry::{Rect, Size};
use deskside_proto::wire::codec::Reader;
use deskside_testkit::x11::Xvfb;
use stage::{Painter, Sent, Sink, budget, permit};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};
use x11rb::connection::Connection as _;
use x11rb::protocol::xproto::{
    AtomEnum, ChangeGCAux, ConfigureWindowAux, ConnectionExt as _, CreateGCAux, CreateWindowAux, Gcontext,
    ImageFormat, PropMode, Rectangle, StackMode, Window, WindowClass,
};
use x11rb::rust_connection::RustConnection;
use x11rb::wrapper::ConnectionExt as _;

const SCREEN: (u16, u16) = (800, 600);

/// What may not be seen is at least so red and at most so green, and nothing else is: neither what the harmless program
/// draws nor the light frames of a window manager.
const RED_LIMIT: u8 = 0xA0;
const GREEN_LIMIT: u8 = 0x60;

/// So many menus and tooltips are open at a time.
const MOST_POPUPS: usize = 12;

/// The same numbers for the same seed.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u32) -> u32 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) % u64::from(sides)) as u32
    }

    fn place(&mut self) -> (i16, i16) {
        (self.roll(760) as i16 - 100, self.roll(560) as i16 - 80)
    }

    fn size(&mut self) -> (u16, u16) {
        (60 + self.roll(340) as u16, 40 + self.roll(260) as u16)
    }
}

/// A program with windows of its own.
struct Program {
    connection: RustConnection,
    root: Window,
    gc: Gcontext,
    pattern: u32,
    is_red: bool,
}

impl Program {
    /// A red one paints what must not be seen.
    fn new(display: &str, is_red: bool) -> Self {
        let (connection, screen) = RustConnection::connect(Some(display)).unwrap();
        let (root, depth) =
            (connection.setup().roots[screen].root, connection.setup().roots[screen].root_depth);
        let gc = connection.generate_id().unwrap();
        connection.create_gc(gc, root, &CreateGCAux::new().graphics_exposures(0)).unwrap();
        let pattern = connection.generate_id().unwrap();
        connection.create_pixmap(depth, pattern, root, 32, 32).unwrap();
        let mut dice = Dice(if is_red { 1 } else { 2 });
        let mut pixels = Vec::new();
        for _ in 0..32 * 32 {
            let red = if is_red { 0xE0 + dice.roll(0x20) as u8 } else { dice.roll(0x60) as u8 };
            let green = if is_red { dice.roll(0x30) } else { dice.roll(256) };
            pixels.extend_from_slice(&[dice.roll(256) as u8, green as u8, red, 0]);
        }
        connection.put_image(ImageFormat::Z_PIXMAP, pattern, gc, 32, 32, 0, 0, 0, depth, &pixels).unwrap();
        connection.sync().unwrap();
        Self { connection, root, gc, pattern, is_red }
    }

    /// A window that is not on the screen yet; without a background the server leaves there what was there before.
    fn window(&self, place: (i16, i16), size: (u16, u16), background: bool, popup: bool) -> Window {
        let window = self.connection.generate_id().unwrap();
        let mut aux = CreateWindowAux::new().override_redirect(u32::from(popup));
        if background {
            aux = aux.background_pixmap(self.pattern);
        }
        let ((x, y), (width, height)) = (place, size);
        let class = WindowClass::INPUT_OUTPUT;
        self.connection.create_window(0, window, self.root, x, y, width, height, 0, class, 0, &aux).unwrap();
        self.connection
            .change_property8(PropMode::REPLACE, window, AtomEnum::WM_NAME, AtomEnum::STRING, b"a window")
            .unwrap();
        self.connection.sync().unwrap();
        window
    }

    fn draw(&self, window: Window, area: Rect) {
        let colour = if self.is_red { 0x00F0_2080 } else { 0x0030_80C0 };
        self.connection.change_gc(self.gc, &ChangeGCAux::new().foreground(colour)).unwrap();
        let (x, y) = (area.x as i16, area.y as i16);
        let area = Rectangle { x, y, width: area.width as u16, height: area.height as u16 };
        self.connection.poly_fill_rectangle(window, self.gc, &[area]).unwrap();
    }

    fn map(&self, window: Window, mapped: bool) {
        if mapped {
            self.connection.map_window(window).unwrap();
        } else {
            self.connection.unmap_window(window).unwrap();
        }
    }

    fn arrange(&self, window: Window, dice: &mut Dice) {
        let aux = match dice.roll(5) {
            0 => ConfigureWindowAux::new().stack_mode(StackMode::ABOVE),
            1 => ConfigureWindowAux::new().stack_mode(StackMode::BELOW),
            2 => {
                let (width, height) = dice.size();
                ConfigureWindowAux::new().width(u32::from(width)).height(u32::from(height))
            }
            _ => {
                let (x, y) = dice.place();
                ConfigureWindowAux::new().x(i32::from(x)).y(i32::from(y))
            }
        };
        self.connection.configure_window(window, &aux).unwrap();
    }
}

/// A red program and a harmless one, and their windows.
struct Scene {
    red: Program,
    harmless: Program,
    /// The red program's first is the one that is hidden; the harmless program's first is the one that is shared.
    windows: [Vec<Window>; 2],
    popups: Vec<(usize, Window)>,
    /// Red windows do not leave this.
    red_within: Option<Rect>,
    dice: Dice,
}

impl Scene {
    fn new(display: &str, seed: u64, popups: bool) -> Self {
        let (red, harmless) = (Program::new(display, true), Program::new(display, false));
        let mut dice = Dice(seed);
        let mut make = |program: &Program, count: usize| -> Vec<Window> {
            (0..count).map(|n| program.window(dice.place(), dice.size(), n % 2 == 0, popups)).collect()
        };
        let windows = [make(&red, 1), make(&harmless, 5)];
        Self { red, harmless, windows, popups: Vec::new(), red_within: None, dice }
    }

    fn program(&self, which: usize) -> &Program {
        if which == 0 { &self.red } else { &self.harmless }
    }

    fn step(&mut self) {
        let which = self.dice.roll(2) as usize;
        let count = self.windows[which].len() as u32;
        let window = self.windows[which][self.dice.roll(count) as usize];
        let rooted = which == 0 && self.red_within.is_some();
        match self.dice.roll(16) {
            0..=5 | 12..=13 if rooted => {
                let order = [StackMode::ABOVE, StackMode::BELOW][self.dice.roll(2) as usize];
                let aux = ConfigureWindowAux::new().stack_mode(order);
                self.program(which).connection.configure_window(window, &aux).unwrap();
            }
            0..=5 => {
                let mut dice = Dice(u64::from(self.dice.roll(u32::MAX)));
                self.program(which).arrange(window, &mut dice);
            }
            6..=7 => {
                let mapped = self.dice.roll(3) > 0;
                self.program(which).map(window, mapped);
            }
            8..=11 => {
                let (x, y) = (self.dice.roll(100) as i32, self.dice.roll(100) as i32);
                self.program(which).draw(window, Rect::new(x, y, 200, 150));
            }
            12..=13 if self.popups.len() < MOST_POPUPS => {
                let (place, size) = (self.dice.place(), self.dice.size());
                let popup = self.program(which).window(place, size, true, true);
                self.program(which).map(popup, true);
                self.popups.push((which, popup));
            }
            14 if !self.popups.is_empty() => {
                let at = self.dice.roll(self.popups.len() as u32) as usize;
                let (which, popup) = self.popups.remove(at);
                self.program(which).connection.destroy_window(popup).unwrap();
            }
            _ => {
                self.harmless.connection.clear_area(false, self.red.root, 0, 0, 0, 0).unwrap();
            }
        }
        self.red.connection.flush().unwrap();
        self.harmless.connection.flush().unwrap();
        if self.dice.roll(3) == 0 {
            std::thread::sleep(Duration::from_micros(u64::from(self.dice.roll(6_000))));
        }
    }

    /// Every window draws all of itself, as after an exposure.
    fn draw_everything(&self) {
        for (which, windows) in self.windows.iter().enumerate() {
            for window in windows {
                self.program(which).draw(*window, Rect::new(0, 0, 4_000, 4_000));
            }
        }
        for (which, popup) in &self.popups {
            self.program(*which).draw(*popup, Rect::new(0, 0, 4_000, 4_000));
        }
        self.harmless.connection.clear_area(false, self.red.root, 0, 0, 0, 0).unwrap();
        self.red.connection.sync().unwrap();
        self.harmless.connection.sync().unwrap();
    }
}

fn is_secret(pixel: &[u8]) -> bool {
    pixel[2] > RED_LIMIT && pixel[1] < GREEN_LIMIT
}

#[track_caller]
fn assert_no_secret(surface: &Surface, what: &str) {
    let width = surface.size().width as usize;
    if let Some(at) = surface.bytes().chunks_exact(4).position(is_secret) {
        panic!("{what}: a pixel that must not be seen at {}, {}", at % width, at / width);
    }
}

/// What a viewer would hold, and a look at every pixel on its way there.
struct Witness {
    capturer: Box<dyn ScreenCapturer>,
    seen: Surface,
    frames: usize,
    pixels: u64,
}

impl Witness {
    fn new(display: &str, sharing: &Sharing) -> Self {
        let mut capturer = open_backend(&permit(), "x11", Some(display)).unwrap();
        capturer.share(sharing).unwrap();
        let seen = Surface::new(capturer.size()).unwrap();
        let mut witness = Self { capturer, seen, frames: 0, pixels: 0 };
        witness.take(Extent::Whole);
        witness
    }

    fn take(&mut self, extent: Extent) {
        let (seen, frames, pixels) = (&mut self.seen, &mut self.frames, &mut self.pixels);
        self.capturer
            .capture(extent, &mut |frame| {
                *frames += 1;
                for patch in frame.patches {
                    let area = Area::within(patch.area(), frame.size).unwrap();
                    for (y, row) in seen.rows_mut(area).enumerate() {
                        let fresh = patch.row(0, y, area.width()).unwrap();
                        *pixels += area.width() as u64;
                        if let Some(x) = fresh.chunks_exact(4).position(is_secret) {
                            let at = (area.x() + x, area.y() + y);
                            let pixel = &fresh[x * 4..][..4];
                            panic!("frame {frames}: a pixel {pixel:?} that must not be seen at {at:?} of {area:?}");
                        }
                        row.copy_from_slice(fresh);
                    }
                }
            })
            .unwrap();
    }

    fn step(&mut self, limit: Duration) -> bool {
        let mut noticed = Vec::new();
        self.capturer.wait(Interest::Pixels, Some(Instant::now() + limit), &mut noticed).unwrap();
        let is_damaged = noticed.contains(&Noticed::Damage);
        if is_damaged {
            self.take(Extent::Damaged);
        }
        is_damaged
    }

    fn settle(&mut self) {
        while self.step(Duration::from_millis(300)) {}
    }
}

/// Steps of the scene in a thread of its own, while another looks, and further ones until that has seen enough.
fn while_it_moves(scene: &mut Scene, steps: usize, mut has_seen_enough: impl FnMut() -> bool) {
    let (done, enough) = (AtomicBool::new(false), AtomicBool::new(false));
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for step in 0.. {
                if step >= steps && (enough.load(Ordering::Acquire) || step > 4 * steps) {
                    break;
                }
                scene.step();
            }
            done.store(true, Ordering::Release);
        });
        while !done.load(Ordering::Acquire) {
            enough.fetch_or(has_seen_enough(), Ordering::AcqRel);
        }
    });
}

/// Nothing secret is seen but as a block, and every other window is seen as it is.
#[track_caller]
fn assert_shows_the_rest(seen: &Surface, truth: &Surface) {
    let pairs = seen.bytes().chunks_exact(4).zip(truth.bytes().chunks_exact(4));
    let (mut hidden, mut shown, mut wrong) = (0, 0, 0);
    for (seen, truth) in pairs {
        // The desktop itself is black here, no window, and has no picture that could be shown.
        let is_block = is_secret(truth) || truth[..3] == [0, 0, 0];
        let expected = if is_block { &NEUTRAL[..3] } else { &truth[..3] };
        hidden += u64::from(is_secret(truth));
        shown += u64::from(!is_block);
        wrong += u64::from(seen[..3] != *expected);
    }
    assert_eq!(wrong, 0, "pixels are not as they should be; {hidden} are hidden, {shown} shown");
}

fn hide(window: Window) -> Sharing {
    Sharing { share: Share::Everything, hidden: vec![Hidden::Window(WindowNumber(window))] }
}

fn a_hidden_window_is_never_captured(seed: u64, with_manager: bool) {
    let xvfb = Xvfb::start(SCREEN.0, SCREEN.1).unwrap();
    let _manager = with_manager.then(|| xvfb.start_window_manager().unwrap());
    let painter = Painter::new(xvfb.display());
    let mut scene = Scene::new(xvfb.display(), seed, !with_manager);
    let mut witness = Witness::new(xvfb.display(), &hide(scene.windows[0][0]));
    while_it_moves(&mut scene, 1_500, || {
        witness.step(Duration::from_millis(5));
        witness.frames > 150
    });
    scene.red.map(scene.windows[0][0], true);
    scene.red.connection.sync().unwrap();
    scene.draw_everything();
    witness.settle();
    scene.draw_everything();
    witness.settle();
    println!("seed {seed}: {} frames, {} pixels", witness.frames, witness.pixels);
    assert!(witness.frames > 100, "{}", witness.frames);
    if !with_manager {
        assert_shows_the_rest(&witness.seen, &painter.truth());
    }
}

#[test]
fn no_pixel_of_a_hidden_window_is_captured_whatever_happens_on_the_screen() {
    for seed in 1..=6 {
        a_hidden_window_is_never_captured(seed, false);
    }
}

#[test]
fn no_pixel_of_a_hidden_window_is_captured_under_a_window_manager() {
    for seed in 11..=13 {
        a_hidden_window_is_never_captured(seed, true);
    }
}

#[test]
fn where_one_window_is_shared_no_pixel_of_anything_else_is_captured() {
    for seed in 21..=26 {
        let xvfb = Xvfb::start(SCREEN.0, SCREEN.1).unwrap();
        let mut scene = Scene::new(xvfb.display(), seed, true);
        // All but one are of the red program, and the desktop is as red.
        let shared = scene.windows[1][0];
        scene.windows[1].truncate(1);
        for n in 0..4 {
            let (place, size) = (scene.dice.place(), scene.dice.size());
            let window = scene.red.window(place, size, n % 2 == 0, true);
            scene.red.map(window, true);
            scene.windows[0].push(window);
        }
        let red =
            x11rb::protocol::xproto::ChangeWindowAttributesAux::new().background_pixmap(scene.red.pattern);
        scene.red.connection.change_window_attributes(scene.red.root, &red).unwrap();
        scene.red.connection.clear_area(false, scene.red.root, 0, 0, 0, 0).unwrap();
        scene.red.connection.sync().unwrap();
        scene.harmless.map(shared, true);
        scene.harmless.connection.sync().unwrap();
        let sharing = Sharing { share: Share::Window(WindowNumber(shared)), hidden: Vec::new() };
        let mut witness = Witness::new(xvfb.display(), &sharing);
        while_it_moves(&mut scene, 1_500, || {
            witness.step(Duration::from_millis(5));
            witness.frames > 150
        });
        // At the end it is seen as it is, also where others cover it.
        let place =
            ConfigureWindowAux::new().x(100).y(100).width(300).height(200).stack_mode(StackMode::BELOW);
        scene.harmless.connection.configure_window(shared, &place).unwrap();
        scene.harmless.map(shared, true);
        scene.popups.retain(|(which, popup)| {
            let is_red = *which == 0;
            if !is_red {
                scene.harmless.connection.destroy_window(*popup).unwrap();
            }
            is_red
        });
        scene.harmless.connection.sync().unwrap();
        witness.settle();
        scene.draw_everything();
        witness.settle();
        println!("seed {seed}: {} frames, {} pixels", witness.frames, witness.pixels);
        let shown = witness.seen.bytes().chunks_exact(4).filter(|pixel| pixel[..3] == [0xC0, 0x80, 0x30]);
        assert_eq!(shown.count(), 300 * 200);
        let grey = witness.seen.bytes().chunks_exact(4).filter(|pixel| pixel[..3] == NEUTRAL[..3]).count();
        assert_eq!(grey, usize::from(SCREEN.0) * usize::from(SCREEN.1) - 300 * 200);
        // Once it is closed nothing is seen, also when its number is another window's.
        scene.harmless.connection.destroy_window(shared).unwrap();
        scene.harmless.connection.sync().unwrap();
        witness.settle();
        assert!(witness.seen.bytes().chunks_exact(4).all(|pixel| pixel[..3] == NEUTRAL[..3]));
    }
}

/// The server draws its background, and its program nothing at all: nobody would ever report it as drawn.
#[test]
fn a_window_whose_program_draws_nothing_is_seen_beside_a_hidden_one() {
    let xvfb = Xvfb::start(SCREEN.0, SCREEN.1).unwrap();
    let (painter, red) = (Painter::new(xvfb.display()), Program::new(xvfb.display(), true));
    let secret = red.window((100, 100), (300, 200), true, true);
    red.map(secret, true);
    red.connection.sync().unwrap();
    let window = painter.window(300, 200, 400, 300, 0x0020_E040);
    let mut witness = Witness::new(xvfb.display(), &hide(secret));
    let shown = |witness: &Witness, colour: [u8; 3]| {
        witness.seen.bytes().chunks_exact(4).filter(|pixel| pixel[..3] == colour).count()
    };
    let until = Instant::now() + Duration::from_secs(2);
    while Instant::now() < until {
        witness.step(Duration::from_millis(100));
    }
    assert_eq!(shown(&witness, [0x40, 0xE0, 0x20]), 400 * 300);
    painter.fill_in(window, 10, 10, 50, 40, 0x0020_40E0);
    witness.settle();
    assert_eq!(shown(&witness, [0xE0, 0x40, 0x20]), 50 * 40);
}

/// Reads every update as a curious expert would: each operation, each decompressed pixel, and the picture after it.
struct Curious {
    lossless: LosslessDecoder,
    scratch: Surface,
    viewer: UpdateDecoder,
    updates: usize,
    bytes: usize,
    exact: usize,
    has_film: bool,
}

impl Curious {
    fn read(&mut self, update: &[u8]) {
        self.updates += 1;
        self.bytes += update.len();
        let mut reader = Reader::new(update);
        let header = Header::read(&mut reader).unwrap();
        if header.keyframe {
            self.lossless.reset().unwrap();
            self.scratch = Surface::new(header.size).unwrap();
        }
        while reader.remaining() > 0 {
            match Operation::read(&mut reader, header.size).unwrap() {
                Operation::Solid { colour, .. } => assert!(!is_secret(&colour), "a colour: {colour:?}"),
                Operation::Lossless { form, areas, compressed } => {
                    self.lossless.decode(form, compressed, &areas, &mut self.scratch).unwrap();
                    self.exact += areas.iter().map(|area| area.pixels()).sum::<usize>();
                    assert_no_secret(&self.scratch, "decompressed");
                }
                Operation::Copy(_) | Operation::Cache(_) | Operation::Store { .. } => {}
                // A coarse film of harmless noise has colours of its own.
                Operation::Video { .. } => self.has_film = true,
            }
        }
        self.viewer.apply(update).unwrap();
        if !self.has_film {
            assert_no_secret(self.viewer.surface(), "decoded");
        }
    }
}

/// Plays the scene before a pipeline that shares as told, and reads all that it sends.
fn read_all_that_is_sent(display: &str, mode: PictureMode, sharing: Sharing, scene: &mut Scene) -> Curious {
    let cell = SharingCell::default();
    cell.set(sharing);
    let (sender, sent) = channel();
    let sink = Sink { ready: Arc::new(AtomicBool::new(true)), sent: sender };
    let config = PipelineConfig { display: Some(display.to_owned()), mode, budget: budget(), sharing: cell };
    let pipeline = Pipeline::start(permit(), config, sink).unwrap();
    let mut curious = Curious {
        lossless: LosslessDecoder::new().unwrap(),
        scratch: Surface::new(Size::new(1, 1)).unwrap(),
        viewer: UpdateDecoder::new().unwrap(),
        updates: 0,
        bytes: 0,
        exact: 0,
        has_film: false,
    };
    let mut take = |limit: Duration| match sent.recv_timeout(limit) {
        Ok(Sent::Update(update)) => {
            curious.read(&update.bytes);
            true
        }
        Ok(Sent::Cursor) => true,
        Ok(Sent::Failed(error)) => panic!("{error}"),
        Err(_) => false,
    };
    let mut taken = 0;
    while_it_moves(scene, 2_000, || {
        taken += u32::from(take(Duration::from_millis(5)));
        taken > 100
    });
    scene.draw_everything();
    while take(Duration::from_millis(700)) {}
    println!("{} updates, {} bytes, {} exact pixels", curious.updates, curious.bytes, curious.exact);
    assert!(curious.updates > 50 && curious.bytes > 100_000);
    drop(pipeline);
    curious
}

#[track_caller]
fn assert_neutral(surface: &Surface, area: Area) {
    let near = |pixel: &[u8]| (0..3).all(|n| pixel[n].abs_diff(NEUTRAL[n]) < 24);
    assert!(surface.rows(area).flat_map(|row| row.chunks_exact(4)).all(near), "the area is a neutral block");
}

#[test]
fn no_byte_that_is_sent_holds_a_pixel_of_what_is_hidden() {
    for (seed, mode) in [(31, PictureMode::Auto), (32, PictureMode::Video), (33, PictureMode::Auto)] {
        let xvfb = Xvfb::start(SCREEN.0, SCREEN.1).unwrap();
        let mut scene = Scene::new(xvfb.display(), seed, true);
        let mut sharing = hide(scene.windows[0][0]);
        sharing.hide(Hidden::Area(Rect::new(0, 0, 100, 600)));
        let curious = read_all_that_is_sent(xvfb.display(), mode, sharing, &mut scene);
        assert_neutral(curious.viewer.surface(), Area::from_edges(0, 0, 100, 600).unwrap());
    }
}

/// Everything red stays within the area, and draws, comes and goes there; harmless windows go through it.
#[test]
fn no_byte_that_is_sent_holds_a_pixel_of_a_hidden_area() {
    for (seed, mode) in [(41, PictureMode::Auto), (42, PictureMode::Video), (43, PictureMode::Auto)] {
        let xvfb = Xvfb::start(SCREEN.0, SCREEN.1).unwrap();
        let mut scene = Scene::new(xvfb.display(), seed, true);
        let hidden = Rect::new(150, 100, 400, 350);
        scene.red_within = Some(hidden);
        scene.windows[0] =
            (0..3).map(|n| scene.red.window((150 + n * 120, 100 + n * 90), (160, 170), true, true)).collect();
        // One without a background would carry along what was on the screen, as it does for whoever sits there.
        scene.windows[1] = (0..5)
            .map(|_| scene.harmless.window(scene.dice.place(), scene.dice.size(), true, true))
            .collect();
        for (which, window) in
            scene.windows.iter().enumerate().flat_map(|(which, all)| all.iter().map(move |one| (which, *one)))
        {
            scene.program(which).map(window, true);
            scene.program(which).connection.sync().unwrap();
        }
        scene.draw_everything();
        assert!(Painter::new(xvfb.display()).truth().bytes().chunks_exact(4).any(is_secret), "it is there");
        let sharing = Sharing { share: Share::Everything, hidden: vec![Hidden::Area(hidden)] };
        let curious = read_all_that_is_sent(xvfb.display(), mode, sharing, &mut scene);
        // A film's colours reach a little across an edge.
        let edge = if mode == PictureMode::Video { 16 } else { 0 };
        let inside = Area::from_edges(150 + edge, 100 + edge, 550 - edge, 450 - edge).unwrap();
        assert_neutral(curious.viewer.surface(), inside);
    }
}

#[test]
fn what_is_hidden_during_a_session_goes_at_once_and_comes_back() {
    let xvfb = Xvfb::start(SCREEN.0, SCREEN.1).unwrap();
    let painter = Painter::new(xvfb.display());
    let red = Program::new(xvfb.display(), true);
    let window = red.window((200, 150), (300, 200), true, true);
    red.map(window, true);
    red.connection.sync().unwrap();
    let mut stage = stage::Stage::new(&xvfb, PictureMode::Auto);
    stage.until_exact();
    let shows_red = |stage: &stage::Stage| stage.viewer.surface().bytes().chunks_exact(4).any(is_secret);
    assert!(shows_red(&stage));
    for sharing in [hide(window), Sharing::default()] {
        stage.sharing.set(sharing.clone());
        stage.pipeline.handle().wake();
        stage.settle();
        assert_eq!(shows_red(&stage), sharing.is_everything());
    }
    assert!(stage.viewer.surface().same_colours(&painter.truth()));
}

#[test]
fn one_screen_is_shared_alone_also_when_the_screens_change_places() {
    let xvfb = Xvfb::start(SCREEN.0, SCREEN.1).unwrap();
    let monitors = |arguments: &[&str]| {
        let status = std::process::Command::new("xrandr")
            .args(["-display", xvfb.display()])
            .args(arguments)
            .status()
            .unwrap();
        assert!(status.success());
    };
    monitors(&["--setmonitor", "left", "400/100x600/100+0+0", "screen"]);
    monitors(&["--setmonitor", "right", "400/100x500/100+400+100", "none"]);
    let choices = list::choices(Some(xvfb.display())).unwrap();
    let names: Vec<String> = choices.screens.iter().map(|screen| screen.name.to_string()).collect();
    assert_eq!(names, ["left", "right"]);
    let painter = Painter::new(xvfb.display());
    painter.fill(0, 0, 800, 600, 0x0000_2040);
    let right = Sharing { share: Share::Screen(ScreenName("right".into())), hidden: Vec::new() };
    let mut witness = Witness::new(xvfb.display(), &right);
    let shown = |witness: &Witness, at: Rect| {
        let rows = witness.seen.rows(Area::within(at, witness.seen.size()).unwrap());
        rows.flat_map(|row| row.chunks_exact(4)).all(|pixel| pixel[..3] == [0x40, 0x20, 0])
    };
    assert!(shown(&witness, Rect::new(400, 100, 400, 500)));
    assert!(!shown(&witness, Rect::new(399, 100, 1, 1)) && !shown(&witness, Rect::new(400, 99, 1, 1)));
    // What is red on the other screen stays there when the screens change places.
    painter.fill(0, 0, 390, 600, 0x00F0_0000);
    witness.settle();
    monitors(&["--delmonitor", "right"]);
    witness.settle();
    assert!(witness.seen.bytes().chunks_exact(4).all(|pixel| pixel[..3] == NEUTRAL[..3]));
    monitors(&["--setmonitor", "right", "400/100x300/100+400+0", "none"]);
    witness.settle();
    assert!(shown(&witness, Rect::new(400, 0, 400, 300)) && !shown(&witness, Rect::new(400, 301, 1, 1)));
}
