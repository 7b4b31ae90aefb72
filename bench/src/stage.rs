//! Draws a scene on the person's display as a program would, with a barcode in two corners, and notes when each frame
//! was there. Knows nothing of products.

use std::collections::HashMap;
use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use x11rb::connection::Connection as _;
use x11rb::protocol::shm::ConnectionExt as _;
use x11rb::protocol::xproto::{
    ConfigureWindowAux, ConnectionExt as _, CreateGCAux, CreateWindowAux, EventMask, ImageFormat, InputFocus,
    Rectangle, StackMode, WindowClass,
};

use crate::barcode;
use crate::clock::{SECOND, now};
use crate::pictures::CLIP_FRAMES;
use crate::scene::{COLUMN, DRAGGED, HEAD, LINE, SCREEN, Scene, TAIL, dragged_to};
use crate::screen::{Rect, Screen};

/// Frames that one run may have. The upper bits of the barcode's number are the run's mark, so that what a slow product
/// still shows of an earlier run is not taken for this one.
pub const MOST_FRAMES: u16 = 2048;

/// A picture that the server reads by itself.
struct Picture {
    segment: u32,
    width: u16,
    height: u16,
}

/// A full-screen window with one scene.
pub struct Stage {
    /// The display.
    pub screen: Screen,
    /// What is played.
    pub scene: Scene,
    /// Added to each frame's number in the barcodes: a multiple of [`MOST_FRAMES`].
    pub mark: u16,
    window: u32,
    dragged: u32,
    pen: u32,
    white: u32,
    pictures: HashMap<&'static str, Picture>,
    /// Typing: cells of the text that are not blank, as column and row.
    typed: Vec<(u16, u16)>,
}

impl Stage {
    /// Opens the window and draws frame 0.
    ///
    /// # Errors
    /// The display is too small or went away, or a picture is missing.
    pub fn open(display: &str, scene: Scene, folder: &Path) -> Result<Self> {
        let screen = Screen::open(display)?;
        ensure!(
            screen.size.width >= SCREEN.width && screen.size.height >= SCREEN.height,
            "{display} is too small"
        );
        let connection = &screen.connection;
        let [window, dragged, pen, white] = [
            connection.generate_id()?,
            connection.generate_id()?,
            connection.generate_id()?,
            connection.generate_id()?,
        ];
        connection.create_gc(pen, screen.root, &CreateGCAux::new().graphics_exposures(0))?;
        connection.create_gc(white, screen.root, &CreateGCAux::new().foreground(0x00FF_FFFF))?;
        let mark = u16::try_from(now() / SECOND % 32)? * MOST_FRAMES;
        let pictures = HashMap::new();
        let mut stage =
            Self { screen, scene, mark, window, dragged, pen, white, pictures, typed: Vec::new() };
        stage.lend(folder, "desktop", SCREEN.width, SCREEN.height)?;
        for (name, width, height) in scene.pictures() {
            stage.lend(folder, name, *width, *height)?;
        }
        if matches!(scene, Scene::Typing | Scene::TypingLate) {
            stage.typed = inked_cells(&folder.join("text"))?;
        }
        stage.make_window()?;
        stage.whole(0)?;
        stage.screen.sync()?;
        Ok(stage)
    }

    fn lend(&mut self, folder: &Path, name: &'static str, width: u16, height: u16) -> Result<()> {
        let segment = self.screen.lend(&folder.join(name))?;
        self.pictures.insert(name, Picture { segment, width, height });
        Ok(())
    }

    fn make_window(&self) -> Result<()> {
        let (connection, root) = (&self.screen.connection, self.screen.root);
        let [ground, dot, clear, pointer] = [
            connection.generate_id()?,
            connection.generate_id()?,
            connection.generate_id()?,
            connection.generate_id()?,
        ];
        connection.create_pixmap(24, ground, root, SCREEN.width, SCREEN.height)?;
        self.put("desktop", 0, SCREEN, (0, 0), ground)?;
        // An invisible pointer, so that it is in nobody's picture.
        connection.create_pixmap(1, dot, root, 1, 1)?;
        connection.create_gc(clear, dot, &CreateGCAux::new().foreground(0))?;
        connection.poly_fill_rectangle(dot, clear, &[Rectangle { x: 0, y: 0, width: 1, height: 1 }])?;
        connection.create_cursor(pointer, dot, dot, 0, 0, 0, 0, 0, 0, 0, 0)?;
        let look = CreateWindowAux::new()
            .background_pixmap(ground)
            .override_redirect(1)
            .event_mask(EventMask::BUTTON_PRESS)
            .cursor(pointer);
        let Rect { width, height, .. } = SCREEN;
        connection.create_window(
            24,
            self.window,
            root,
            0,
            0,
            width,
            height,
            0,
            WindowClass::INPUT_OUTPUT,
            0,
            &look,
        )?;
        if self.scene == Scene::WindowDrag {
            self.make_dragged_window()?;
        }
        connection.map_window(self.window)?;
        let above = ConfigureWindowAux::new().stack_mode(StackMode::ABOVE);
        connection.configure_window(self.window, &above)?;
        self.screen.sync()?;
        connection.set_input_focus(InputFocus::POINTER_ROOT, self.window, x11rb::CURRENT_TIME)?;
        Ok(())
    }

    fn make_dragged_window(&self) -> Result<()> {
        const BAR: u16 = 24;
        let connection = &self.screen.connection;
        let (ground, bar) = (connection.generate_id()?, connection.generate_id()?);
        let Rect { width, height, .. } = DRAGGED;
        connection.create_pixmap(24, ground, self.screen.root, width, height)?;
        connection.create_gc(bar, self.screen.root, &CreateGCAux::new().foreground(0x002C_5C8C))?;
        connection.poly_fill_rectangle(ground, bar, &[Rectangle { x: 0, y: 0, width, height: BAR }])?;
        self.put("text", 0, Rect::new(0, 1800, width, height - BAR), (0, 24), ground)?;
        let look = CreateWindowAux::new().background_pixmap(ground).override_redirect(1);
        let kind = WindowClass::INPUT_OUTPUT;
        connection.create_window(24, self.dragged, self.window, 0, 0, width, height, 0, kind, 0, &look)?;
        connection.map_window(self.dragged)?;
        Ok(())
    }

    /// Copies `part` of a picture's frame to a place of a drawable.
    fn put(&self, name: &str, frame: u32, part: Rect, (x, y): (i16, i16), to: u32) -> Result<()> {
        let picture = self.pictures.get(name).with_context(|| format!("no picture {name}"))?;
        let Picture { segment, width, height } = *picture;
        let offset = frame * u32::from(width) * u32::from(height) * 4;
        let (left, top) = (part.x.unsigned_abs(), part.y.unsigned_abs());
        let format = u8::from(ImageFormat::Z_PIXMAP);
        let connection = &self.screen.connection;
        connection.shm_put_image(
            to,
            self.pen,
            width,
            height,
            left,
            top,
            part.width,
            part.height,
            x,
            y,
            24,
            format,
            false,
            segment,
            offset,
        )?;
        Ok(())
    }

    fn fill(&self, part: Rect, with: u32) -> Result<()> {
        let Rect { x, y, width, height } = part;
        self.screen.connection.poly_fill_rectangle(
            self.window,
            with,
            &[Rectangle { x, y, width, height }],
        )?;
        Ok(())
    }

    fn barcodes(&self, n: u32) -> Result<()> {
        let pixels = barcode::draw(self.mark + u16::try_from(n)?);
        for Rect { x, y, width, height } in [HEAD, TAIL] {
            let (connection, format) = (&self.screen.connection, ImageFormat::Z_PIXMAP);
            connection.put_image(format, self.window, self.pen, width, height, x, y, 0, 24, &pixels)?;
        }
        Ok(self.screen.connection.flush()?)
    }

    fn type_one(&self, n: u32) -> Result<()> {
        let place = usize::try_from(n - 1)? % self.typed.len().max(1);
        let (column, row) = self.typed.get(place).copied().context("the text is blank")?;
        let (x, y) = (column as i16 * COLUMN as i16, row as i16 * LINE as i16);
        let part = self.scene.part();
        let cell = Rect::new(x, y, COLUMN as u16, LINE as u16);
        self.put("text", 0, cell, (part.x + x, part.y + y), self.window)
    }

    /// As a terminal scrolls: moves what stays, draws what is new.
    fn scroll(&self, n: u32) -> Result<()> {
        let part = self.scene.part();
        let (before, after) = (self.scene.scrolled(n - 1), self.scene.scrolled(n));
        let rows = after.abs_diff(before);
        let stays = part.height - rows;
        let (lower, new_row) = (part.y + rows.cast_signed(), part.y + stays.cast_signed());
        let is_down = after > before;
        let (from, to) = if is_down { (lower, part.y) } else { (part.y, lower) };
        let (connection, window) = (&self.screen.connection, self.window);
        connection.copy_area(window, window, self.pen, part.x, from, part.x, to, part.width, stays)?;
        let (first, at) = if is_down { (after + stays.cast_signed(), new_row) } else { (after, part.y) };
        self.put("text", 0, Rect::new(0, first, part.width, rows), (part.x, at), window)
    }

    /// Draws frame `n` as a change from the one before.
    ///
    /// # Errors
    /// The display went away.
    pub fn step(&self, n: u32) -> Result<()> {
        match self.scene {
            Scene::TypingLate if n == 1 => return self.whole(n),
            Scene::Typing | Scene::TypingLate => self.type_one(n)?,
            Scene::ScrollText => self.scroll(n)?,
            Scene::Idle
            | Scene::Flip
            | Scene::WindowDrag
            | Scene::Video360
            | Scene::Video720
            | Scene::Slides
            | Scene::Browser => return self.whole(n),
        }
        self.barcodes(n)
    }

    /// Draws frame `n` whatever was there; gives the same pixels as all steps up to it.
    ///
    /// # Errors
    /// The display went away.
    pub fn whole(&self, n: u32) -> Result<()> {
        let part = self.scene.part();
        let in_part = |name, frame| {
            let Rect { width, height, .. } = part;
            self.put(name, frame, Rect::new(0, 0, width, height), (part.x, part.y), self.window)
        };
        if n == 0 && self.scene != Scene::WindowDrag {
            self.screen.connection.clear_area(false, self.window, 0, 0, SCREEN.width, SCREEN.height)?;
        }
        match self.scene {
            Scene::Idle => {}
            Scene::Flip => self.fill(part, if n.is_multiple_of(2) { self.pen } else { self.white })?,
            Scene::Typing => {
                self.fill(Rect { height: 800, ..part }, self.white)?;
                (1..=n).try_for_each(|i| self.type_one(i))?;
            }
            Scene::TypingLate if n == 0 => {}
            Scene::TypingLate => {
                self.slide(0)?;
                (1..=n).try_for_each(|i| self.type_one(i))?;
            }
            Scene::ScrollText | Scene::Browser => {
                let name = if self.scene == Scene::Browser { "page" } else { "text" };
                let view = Rect { x: 0, y: self.scene.scrolled(n), ..part };
                self.put(name, 0, view, (part.x, part.y), self.window)?;
            }
            Scene::WindowDrag => {
                let (x, y) = dragged_to(n);
                self.screen
                    .connection
                    .configure_window(self.dragged, &ConfigureWindowAux::new().x(x).y(y))?;
            }
            Scene::Video360 => in_part("video360", n % CLIP_FRAMES)?,
            Scene::Video720 => in_part("video720", n % CLIP_FRAMES)?,
            Scene::Slides => self.slide(n)?,
        }
        self.barcodes(n)
    }

    /// A slide fills the screen except for the barcodes' places.
    fn slide(&self, n: u32) -> Result<()> {
        let names = Scene::Slides.pictures();
        let (name, ..) = names.get(n as usize % names.len()).context("no slides")?;
        let free = SCREEN.width - HEAD.width;
        let between = SCREEN.height - HEAD.height - TAIL.height;
        for part in [
            Rect::new(HEAD.width.cast_signed(), 0, free, HEAD.height),
            Rect::new(0, HEAD.height.cast_signed(), SCREEN.width, between),
            Rect::new(0, TAIL.y, free, TAIL.height),
        ] {
            self.put(name, 0, part, (part.x, part.y), self.window)?;
        }
        Ok(())
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        let _ = self.screen.connection.destroy_window(self.window);
        let _ = self.screen.sync();
    }
}

/// The cells of the first 44 lines, 100 columns, that have ink in them.
fn inked_cells(text: &Path) -> Result<Vec<(u16, u16)>> {
    const WIDTH: usize = 1200;
    let pixels = std::fs::read(text)?;
    let is_dark = |x: usize, y: usize| pixels.get((y * WIDTH + x) * 4).is_some_and(|part| *part < 128);
    let mut cells = Vec::new();
    for row in 0..44_u16 {
        for column in 0..100_u16 {
            let (left, top) = (usize::from(column) * 8, usize::from(row) * 18);
            if (0..18).any(|y| (0..8).any(|x| is_dark(left + x, top + y))) {
                cells.push((column, row));
            }
        }
    }
    Ok(cells)
}
