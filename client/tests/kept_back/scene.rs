//! What happens on the screen: a program whose windows are secret and a harmless one, both at random.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use deskside_proto::geometry::Rect;
use x11rb::connection::Connection as _;
use x11rb::protocol::xproto::{
    AtomEnum, ChangeGCAux, ConfigureWindowAux, ConnectionExt as _, CreateGCAux, CreateWindowAux, Gcontext,
    ImageFormat, PropMode, Rectangle, StackMode, Window, WindowClass,
};
use x11rb::rust_connection::RustConnection;
use x11rb::wrapper::ConnectionExt as _;

/// So many menus and tooltips are open at a time.
const MOST_POPUPS: usize = 12;

/// The same numbers for the same seed.
pub struct Dice(pub u64);

impl Dice {
    fn roll(&mut self, sides: u32) -> u32 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) % u64::from(sides)) as u32
    }

    pub fn place(&mut self) -> (i16, i16) {
        (self.roll(760) as i16 - 100, self.roll(560) as i16 - 80)
    }

    pub fn size(&mut self) -> (u16, u16) {
        (60 + self.roll(340) as u16, 40 + self.roll(260) as u16)
    }
}

/// A program with windows of its own.
pub struct Program {
    pub connection: RustConnection,
    pub root: Window,
    gc: Gcontext,
    pub pattern: u32,
    is_red: bool,
}

impl Program {
    /// A red one paints what must not be seen.
    pub fn new(display: &str, is_red: bool) -> Self {
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
    pub fn window(&self, place: (i16, i16), size: (u16, u16), background: bool, popup: bool) -> Window {
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

    pub fn draw(&self, window: Window, area: Rect) {
        let colour = if self.is_red { 0x00F0_2080 } else { 0x0030_80C0 };
        self.connection.change_gc(self.gc, &ChangeGCAux::new().foreground(colour)).unwrap();
        let (x, y) = (area.x as i16, area.y as i16);
        let area = Rectangle { x, y, width: area.width as u16, height: area.height as u16 };
        self.connection.poly_fill_rectangle(window, self.gc, &[area]).unwrap();
    }

    pub fn map(&self, window: Window, mapped: bool) {
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
pub struct Scene {
    pub red: Program,
    pub harmless: Program,
    /// The red program's first is the one that is hidden; the harmless program's first is the one that is shared.
    pub windows: [Vec<Window>; 2],
    pub popups: Vec<(usize, Window)>,
    /// Red windows do not leave this.
    pub red_within: Option<Rect>,
    pub dice: Dice,
}

impl Scene {
    pub fn new(display: &str, seed: u64, popups: bool) -> Self {
        let (red, harmless) = (Program::new(display, true), Program::new(display, false));
        let mut dice = Dice(seed);
        let mut make = |program: &Program, count: usize| -> Vec<Window> {
            (0..count).map(|n| program.window(dice.place(), dice.size(), n % 2 == 0, popups)).collect()
        };
        let windows = [make(&red, 1), make(&harmless, 5)];
        Self { red, harmless, windows, popups: Vec::new(), red_within: None, dice }
    }

    pub fn program(&self, which: usize) -> &Program {
        if which == 0 { &self.red } else { &self.harmless }
    }

    pub fn step(&mut self) {
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
    pub fn draw_everything(&self) {
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

/// Steps of the scene in a thread of its own, while another looks, and further ones until that has seen enough.
pub fn while_it_moves(scene: &mut Scene, steps: usize, mut has_seen_enough: impl FnMut() -> bool) {
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
