//! The child window that shows the picture where OpenGL is slow, on a real display: a plain window stands for the program's,
//! and is filled with one colour where OpenGL would swap its frame.

use std::sync::Arc;
use std::time::{Duration, Instant};

use deskside_expert::app::input::Pixels;
use deskside_expert::link::{Cursor, Picture, SharedCursor};
use deskside_expert::present::{ChildPresenter, Pointing, Presenter, Scene, Unsuitable, Watcher};
use deskside_media::surface::{Area, Surface};
use deskside_proto::geometry::{DesktopPoint, Rect, Region, Size, ViewPoint, ViewTransform};
use deskside_proto::wire::cursor::{CursorMessage, CursorShape, Hotspot};
use deskside_testkit::x11::{Screenshot, Xvfb};
use egui::{Context, RawInput};
use proptest::test_runner::{RngAlgorithm, TestRng};
use rand_core::Rng as _;
use x11rb::connection::Connection as _;
use x11rb::protocol::Event;
use x11rb::protocol::xfixes::ConnectionExt as _;
use x11rb::protocol::xproto::{
    ConfigureWindowAux, ConnectionExt as _, CreateGCAux, CreateWindowAux, EventMask, Gcontext, Rectangle,
    Window, WindowClass,
};
use x11rb::rust_connection::RustConnection;

const PATIENCE: Duration = Duration::from_secs(20);
/// What the plain window is filled with.
const FRAME: [u8; 3] = [255, 0, 255];

struct Stage {
    xvfb: Xvfb,
    connection: RustConnection,
    parent: Window,
    gc: Gcontext,
    context: Context,
    presenter: ChildPresenter,
    watcher: Arc<dyn Watcher>,
    picture: Arc<Picture>,
    cursor: SharedCursor,
    surface: Surface,
    random: TestRng,
    /// Where the picture may be, and how large it is.
    room: Pixels,
    scale: f32,
    scroll: (f32, f32),
    overlay: Option<egui::Rect>,
    pointing: Pointing,
}

fn window(xvfb: &Xvfb, size: (u16, u16)) -> (RustConnection, Window, Gcontext) {
    let (connection, screen) = RustConnection::connect(Some(xvfb.display())).unwrap();
    let root = connection.setup().roots[screen].root;
    let (parent, gc) = (connection.generate_id().unwrap(), connection.generate_id().unwrap());
    let events = EventMask::BUTTON_PRESS
        | EventMask::KEY_PRESS
        | EventMask::POINTER_MOTION
        | EventMask::ENTER_WINDOW
        | EventMask::LEAVE_WINDOW;
    let aux = CreateWindowAux::new().event_mask(events);
    let class = WindowClass::INPUT_OUTPUT;
    connection.create_window(24, parent, root, 0, 0, size.0, size.1, 0, class, 0, &aux).unwrap();
    let [red, green, blue] = FRAME.map(u32::from);
    let aux = CreateGCAux::new().foreground(red << 16 | green << 8 | blue);
    connection.create_gc(gc, parent, &aux).unwrap();
    connection.map_window(parent).unwrap().check().unwrap();
    (connection, parent, gc)
}

impl Stage {
    fn new(desktop: Size) -> Self {
        let xvfb = Xvfb::start(640, 480).unwrap();
        let (connection, parent, gc) = window(&xvfb, (600, 450));
        let context = Context::default();
        let presenter = ChildPresenter::open(Some(xvfb.display()), parent, &context).unwrap();
        let mut stage = Self {
            xvfb,
            connection,
            parent,
            gc,
            watcher: presenter.watcher(),
            context,
            presenter,
            picture: Arc::default(),
            cursor: SharedCursor::default(),
            surface: Surface::new(desktop).unwrap(),
            random: TestRng::deterministic_rng(RngAlgorithm::ChaCha),
            room: Pixels { left: 0.0, top: 50.0, right: 600.0, bottom: 450.0 },
            scale: 1.0,
            scroll: (0.0, 0.0),
            overlay: None,
            pointing: Pointing::Elsewhere,
        };
        stage.scribble(desktop.rect());
        stage
    }

    fn below(&mut self, bound: u32) -> u32 {
        self.random.next_u32() % bound.max(1)
    }

    /// Fills a part of the desktop with new pixels and lets the presenter know, as the decoder does.
    fn scribble(&mut self, rect: Rect) {
        let Some(area) = Area::clipped(rect, self.surface.size()) else { return };
        let mut row_bytes = vec![0; area.width() * 4];
        for row in 0..area.height() {
            self.random.fill_bytes(&mut row_bytes);
            self.surface.rows_mut(area).nth(row).unwrap().copy_from_slice(&row_bytes);
        }
        self.picture.publish(&self.surface, &Region::from(area.to_rect()), Instant::now());
        self.watcher.changed();
    }

    fn scribble_at_random(&mut self) {
        let size = self.surface.size();
        let (x, y) = (self.below(size.width) as i32, self.below(size.height) as i32);
        let (width, height) = (self.below(90) + 1, self.below(60) + 1);
        self.scribble(Rect::new(x, y, width, height));
    }

    fn transform(&self) -> ViewTransform {
        let room =
            Size::new((self.room.right - self.room.left) as u32, (self.room.bottom - self.room.top) as u32);
        let scroll = ViewPoint { x: self.scroll.0, y: self.scroll.1 };
        ViewTransform::placed(self.surface.size(), room, self.scale, scroll)
    }

    /// A frame of egui, then what OpenGL does at its end.
    fn frame(&mut self) {
        self.frame_with(true);
    }

    fn frame_with(&mut self, shows_picture: bool) {
        let transform = self.transform();
        let screen = egui::Rect::from_min_size(egui::Pos2::ZERO, egui::vec2(640.0, 480.0));
        // The first pass of an area only measures it.
        for _ in 0..2 {
            let input = RawInput { screen_rect: Some(screen), ..RawInput::default() };
            let mut output = self.context.clone().run_ui(input, |ui| {
                if shows_picture {
                    let scene = Scene {
                        picture: &self.picture,
                        cursor: &self.cursor,
                        pointing: self.pointing,
                        area: self.room,
                        transform,
                    };
                    self.presenter.show(ui.painter(), &scene);
                }
                if let Some(overlay) = self.overlay {
                    egui::Area::new(egui::Id::unique("overlay")).fixed_pos(overlay.min).show(
                        ui.ctx(),
                        |ui| {
                            ui.painter().rect_filled(overlay, 0.0, egui::Color32::RED);
                            ui.set_min_size(overlay.size());
                        },
                    );
                }
                self.presenter.finish(ui.ctx());
            });
            output.textures_delta.clear();
        }
        self.swap();
    }

    fn swap(&self) {
        let all = Rectangle { x: 0, y: 0, width: 640, height: 480 };
        self.connection.poly_fill_rectangle(self.parent, self.gc, &[all]).unwrap().check().unwrap();
    }

    /// What should be on the screen there: the picture, or none beside it.
    fn expected(&self, x: u16, y: u16) -> Option<[f64; 3]> {
        let (x, y) = (f32::from(x), f32::from(y));
        let place = egui::pos2(x + 0.5, y + 0.5);
        if self.overlay.is_some_and(|overlay| overlay.contains(place)) || y < self.room.top {
            return None;
        }
        let view = ViewPoint { x: x - self.room.left + 0.5, y: y - self.room.top + 0.5 };
        let transform = self.transform();
        transform.desktop_from_view(view)?;
        let axis = |view: f32, origin: f32| {
            let from = f64::from(view - 0.5 - origin) / f64::from(transform.scale());
            from..from + 1.0 / f64::from(transform.scale())
        };
        Some(self.mean(axis(view.x, transform.origin().x), axis(view.y, transform.origin().y)))
    }

    /// The mean colour of a part of the desktop with broken edges, computed in the plainest way.
    fn mean(&self, columns: std::ops::Range<f64>, rows: std::ops::Range<f64>) -> [f64; 3] {
        let size = self.surface.size();
        let share = |range: &std::ops::Range<f64>, at: u32| {
            (range.end.min(f64::from(at) + 1.0) - range.start.max(f64::from(at))).max(0.0)
        };
        let pixels = |range: &std::ops::Range<f64>, end: u32| {
            (range.start.floor() as u32)..(range.end.ceil() as u32).min(end)
        };
        let (mut sum, mut all) = ([0.0; 3], 0.0);
        for y in pixels(&rows, size.height) {
            for x in pixels(&columns, size.width) {
                let weight = share(&columns, x) * share(&rows, y);
                let at = (y as usize * size.width as usize + x as usize) * 4;
                let pixel = &self.surface.bytes()[at..at + 3];
                sum = [2, 1, 0].map(|channel| sum[2 - channel] + weight * f64::from(pixel[channel]));
                all += weight;
            }
        }
        sum.map(|sum| sum / all)
    }

    /// The first place where the screen is not as it should be. `tolerance`: of a colour, for broken scales.
    fn wrong(&self, wanted: &[[f64; 3]], tolerance: f64) -> Option<String> {
        let screen: Screenshot = self.xvfb.screenshot().unwrap();
        for y in 0..450 {
            for x in 0..600 {
                let seen = screen.pixel(x, y);
                let wanted = wanted[usize::from(y) * 600 + usize::from(x)];
                let is_right = seen
                    .iter()
                    .zip(wanted)
                    .all(|(seen, wanted)| (f64::from(*seen) - wanted).abs() <= tolerance);
                if !is_right {
                    return Some(format!("at {x}, {y}: {seen:?} instead of {wanted:?}"));
                }
            }
        }
        None
    }

    /// The server works through its clients in turn, so that what was put may be seen a moment later.
    fn expect(&self, what: &str, tolerance: f64) {
        let limit = Instant::now() + PATIENCE;
        let places = (0..450).flat_map(|y| (0..600).map(move |x| (x, y)));
        let wanted: Vec<_> =
            places.map(|(x, y)| self.expected(x, y).unwrap_or(FRAME.map(f64::from))).collect();
        while let Some(wrong) = self.wrong(&wanted, tolerance) {
            if Instant::now() > limit {
                let folder = std::env::temp_dir().join("deskside-child.png");
                self.xvfb.screenshot().unwrap().save(&folder).unwrap();
                panic!("{what}: {wrong} ({})", folder.display());
            }
        }
    }
}

#[test]
fn at_whole_scales_the_screen_equals_the_surface_wherever_it_changes() {
    let mut stage = Stage::new(Size::new(300, 260));
    for (scale, scroll) in [(1.0, (0.0, 0.0)), (2.0, (0.0, 0.0)), (2.0, (0.0, 60.0)), (3.0, (151.0, 77.0))] {
        (stage.scale, stage.scroll) = (scale, scroll);
        stage.frame();
        stage.expect("after placing", 0.01);
        for _ in 0..12 {
            stage.scribble_at_random();
        }
        stage.expect(&format!("at {scale} scrolled by {scroll:?}"), 0.01);
    }
}

#[test]
fn made_smaller_each_pixel_is_the_mean_of_what_it_stands_for() {
    let mut stage = Stage::new(Size::new(900, 700));
    for scale in [0.5, 400.0 / 700.0, 0.31] {
        stage.scale = scale;
        stage.frame();
        for _ in 0..12 {
            stage.scribble_at_random();
        }
        stage.expect(&format!("at {scale}"), 2.5);
    }
}

#[test]
fn only_the_picture_changing_asks_for_no_frame() {
    let mut stage = Stage::new(Size::new(300, 200));
    stage.frame();
    for _ in 0..3 {
        let mut output = stage.context.clone().run_ui(RawInput::default(), |_| {});
        output.textures_delta.clear();
    }
    assert!(!stage.context.has_requested_repaint());
    for _ in 0..50 {
        stage.scribble_at_random();
    }
    stage.cursor.take(CursorMessage::Moved { at: DesktopPoint::new(50, 50) });
    stage.watcher.changed();
    assert!(!stage.context.has_requested_repaint());
    assert!(!stage.presenter.take_delays().is_empty());
}

#[test]
fn an_overlay_lies_over_the_picture_and_its_pixels_come_back() {
    let mut stage = Stage::new(Size::new(500, 300));
    stage.frame();
    stage.expect("before", 0.01);
    for rect in [[200.0, 80.0, 350.0, 180.0], [60.0, 120.0, 90.0, 450.0]] {
        stage.overlay =
            Some(egui::Rect::from_min_max(egui::pos2(rect[0], rect[1]), egui::pos2(rect[2], rect[3])));
        stage.frame();
        stage.scribble(Rect::new(0, 0, 500, 300));
        stage.expect("with the overlay", 0.01);
    }
    stage.overlay = None;
    stage.frame();
    stage.expect("without it again", 0.01);
}

#[test]
fn below_an_overlay_egui_paints_what_the_picture_shows_there() {
    let mut stage = Stage::new(Size::new(500, 300));
    stage.overlay = Some(egui::Rect::from_min_size(egui::pos2(200.0, 100.0), egui::vec2(60.0, 40.0)));
    stage.frame();
    let screen = egui::Rect::from_min_size(egui::Pos2::ZERO, egui::vec2(640.0, 480.0));
    let transform = stage.transform();
    let context = stage.context.clone();
    let input = RawInput { screen_rect: Some(screen), ..RawInput::default() };
    let mut output = context.run_ui(input, |ui| {
        let scene = Scene {
            picture: &stage.picture,
            cursor: &stage.cursor,
            pointing: Pointing::Elsewhere,
            area: stage.room,
            transform,
        };
        stage.presenter.show(ui.painter(), &scene);
        let overlay = stage.overlay.unwrap();
        egui::Area::new(egui::Id::unique("overlay")).fixed_pos(overlay.min).show(ui.ctx(), |ui| {
            ui.painter().rect_filled(overlay, 9.0, egui::Color32::RED);
            ui.set_min_size(overlay.size());
        });
        stage.presenter.finish(ui.ctx());
    });
    let uploads = output.textures_delta.set.values().flatten();
    let images: Vec<_> = uploads
        .filter_map(|delta| {
            let egui::ImageData::Color(image) = &delta.image;
            (image.size == [60, 40]).then(|| Arc::clone(image))
        })
        .collect();
    assert_eq!(images.len(), 1);
    // The desktop begins at 50, 100 of the window.
    let pixel = &stage.surface.bytes()[(7 * 500 + 150 + 5) * 4..][..3];
    assert_eq!(images[0].pixels[7 * 60 + 5], egui::Color32::from_rgb(pixel[2], pixel[1], pixel[0]));
    output.textures_delta.clear();
}

#[test]
fn the_window_may_change_its_size_and_the_desktop_too() {
    let mut stage = Stage::new(Size::new(500, 300));
    stage.frame();
    for (right, bottom) in [(300.0, 200.0), (600.0, 450.0), (450.0, 449.0)] {
        (stage.room.right, stage.room.bottom) = (right, bottom);
        let size = ConfigureWindowAux::new().width(600).height(450);
        stage.connection.configure_window(stage.parent, &size).unwrap();
        stage.scale = 1.0_f32.min((bottom - 50.0) / 300.0).min(right / 500.0);
        if stage.scale < 1.0 {
            stage.scale = 0.5;
        }
        stage.frame();
        stage.scribble_at_random();
        stage.expect("after a new size", if stage.scale < 1.0 { 2.5 } else { 0.01 });
    }
    stage.scale = 1.0;
    stage.surface = Surface::new(Size::new(320, 280)).unwrap();
    stage.scribble(Rect::new(0, 0, 320, 280));
    stage.frame();
    stage.scribble_at_random();
    stage.expect("after a new desktop", 0.01);
}

#[test]
fn a_frame_without_a_picture_hides_it() {
    let mut stage = Stage::new(Size::new(500, 300));
    stage.frame();
    stage.expect("shown", 0.01);
    stage.frame_with(false);
    stage.scribble_at_random();
    let screen = stage.xvfb.screenshot().unwrap();
    assert_eq!(screen.pixel(300, 200), FRAME);
    stage.frame();
    stage.expect("shown again", 0.01);
}

#[test]
fn the_other_sides_pointer_moves_over_the_picture_and_leaves_no_trace() {
    let mut stage = Stage::new(Size::new(500, 300));
    stage.pointing = Pointing::Painted;
    let shape = CursorShape::new(Size::new(4, 4), Hotspot { x: 0, y: 0 }, vec![255; 64]).unwrap();
    stage.cursor = Cursor { shape: Some(Arc::new(shape)), at: DesktopPoint::new(10, 10), known: true }.into();
    stage.frame();
    let at = |x: u16, y: u16| stage.xvfb.screenshot().unwrap().pixel(50 + x, 100 + y);
    let limit = Instant::now() + PATIENCE;
    while at(11, 11) != [255; 3] {
        assert!(Instant::now() < limit, "no pointer");
    }
    stage.cursor.take(CursorMessage::Moved { at: DesktopPoint::new(100, 90) });
    stage.watcher.changed();
    while at(101, 91) != [255; 3] {
        assert!(Instant::now() < limit, "the pointer did not move");
    }
    stage.cursor.take(CursorMessage::Hidden);
    stage.watcher.changed();
    stage.expect("the pointer is hidden", 0.01);
}

#[test]
fn pointer_and_keys_fall_through_to_the_window() {
    let mut stage = Stage::new(Size::new(500, 300));
    stage.frame();
    stage.expect("shown", 0.01);
    let hands = stage.xvfb.injected().unwrap();
    hands.move_to(20, 20).unwrap();
    hands.move_to(300, 200).unwrap();
    hands.click(1).unwrap();
    hands.click(4).unwrap();
    hands.tap(u32::from('a')).unwrap();
    let mut seen = Vec::new();
    let limit = Instant::now() + PATIENCE;
    while !seen.contains(&"key") {
        assert!(Instant::now() < limit, "only {seen:?}");
        match stage.connection.poll_for_event().unwrap() {
            Some(Event::ButtonPress(event)) => {
                assert_eq!((event.event, event.event_x, event.event_y), (stage.parent, 300, 200));
                assert_eq!(event.child, 0, "the child took part");
                seen.push(if event.detail == 1 { "button" } else { "wheel" });
            }
            Some(Event::KeyPress(event)) => {
                assert_eq!(event.event, stage.parent);
                seen.push("key");
            }
            Some(Event::LeaveNotify(_)) => panic!("entering the picture leaves the window"),
            _ => {}
        }
    }
    assert_eq!(seen, ["button", "wheel", "key"]);
}

#[test]
fn without_shared_memory_it_says_that_it_cannot() {
    let xvfb = Xvfb::start_with(640, 480, &["-extension", "MIT-SHM"]).unwrap();
    let (_connection, parent, _) = window(&xvfb, (600, 450));
    let opened = ChildPresenter::open(Some(xvfb.display()), parent, &Context::default());
    assert!(matches!(opened, Err(Unsuitable::Lacks("MIT-SHM"))));
}

#[test]
fn the_own_pointer_takes_the_other_sides_shape_without_a_frame() {
    let mut stage = Stage::new(Size::new(500, 300));
    let shape =
        |value: u8| CursorShape::new(Size::new(2, 2), Hotspot { x: 1, y: 0 }, vec![value; 16]).unwrap();
    stage.cursor.take(CursorMessage::Shape(shape(100)));
    stage.pointing = Pointing::Own;
    stage.xvfb.injected().unwrap().move_to(300, 200).unwrap();
    stage.frame();
    stage.watcher.frame_is_over();
    stage.connection.xfixes_query_version(4, 0).unwrap().reply().unwrap();
    let seen = |stage: &Stage| {
        let image = stage.connection.xfixes_get_cursor_image().unwrap().reply().unwrap();
        (image.width, image.height, image.xhot, image.yhot, image.cursor_image)
    };
    let limit = Instant::now() + PATIENCE;
    while seen(&stage) != (2, 2, 1, 0, vec![0x6464_6464; 4]) {
        assert!(Instant::now() < limit, "{:?}", seen(&stage));
    }
    stage.cursor.take(CursorMessage::Shape(shape(200)));
    stage.watcher.changed();
    while seen(&stage) != (2, 2, 1, 0, vec![0xC8C8_C8C8; 4]) {
        assert!(Instant::now() < limit, "{:?}", seen(&stage));
    }
    stage.pointing = Pointing::Elsewhere;
    stage.frame();
    stage.cursor.take(CursorMessage::Shape(shape(50)));
    stage.watcher.changed();
    stage.watcher.frame_is_over();
    assert_eq!(seen(&stage).4, vec![0xC8C8_C8C8; 4], "over the toolbar the pointer is the window's");
}
