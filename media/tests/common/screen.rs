//! A desktop with windows on it that scroll, move, play films and are typed into: what happens is decided by dice.

use super::{Desktop, Dice};
use deskside_media::Surface;
use deskside_proto::geometry::{Rect, Size};

/// What a window shows.
enum Content {
    /// A page larger than the window, and how far it is scrolled.
    Page { page: Surface, left: u32, top: u32 },
    /// A film at a frame.
    Film(u64),
    /// A still photograph.
    Photo(u64),
    /// One colour.
    Flat([u8; 3]),
}

struct Window {
    rect: Rect,
    content: Content,
    /// The row of the page that has a cursor, and whether it is lit.
    cursor: Option<(i32, bool)>,
}

/// A desktop and its windows, the front one last.
pub struct Screen {
    pub desktop: Desktop,
    dice: Dice,
    backdrop: Surface,
    windows: Vec<Window>,
}

/// One change of the screen.
pub struct Event {
    /// What it was, for the report of a failure.
    pub name: &'static str,
    /// What a toolkit reports as changed: never less than what did change.
    pub damage: Vec<Rect>,
}

impl Screen {
    pub fn new(seed: u64) -> Self {
        // Spreads neighbouring seeds; zero would stand still.
        let mut dice = Dice(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
        for _ in 0..8 {
            dice.next();
        }
        let size = random_size(&mut dice);
        let mut screen = Self {
            desktop: Desktop::new(size.width, size.height),
            backdrop: backdrop(size, &mut dice),
            dice,
            windows: Vec::new(),
        };
        for _ in 0..screen.dice.below(3) {
            screen.open();
        }
        screen.paint(&[screen.desktop.whole()]);
        screen
    }

    /// Lets something happen.
    pub fn step(&mut self) -> Event {
        let (name, damage) = match self.dice.below(20) {
            0..=4 => ("scroll", self.scroll()),
            5..=8 => ("move", self.drag()),
            9..=11 => ("film", self.play()),
            12..=13 => ("type", self.letter()),
            14 => ("blink", self.blink()),
            15 => ("raise", self.raise()),
            16 => ("open", self.open()),
            17 => ("close", self.close()),
            18 => ("slide", self.slide()),
            _ => ("resize", self.resize()),
        };
        let damage: Vec<Rect> = damage.into_iter().map(|rect| self.over_reported(rect)).collect();
        self.paint(&damage);
        Event { name, damage }
    }

    /// The next frame of all films.
    pub fn play_on(&mut self) -> Vec<Rect> {
        let mut damage = Vec::new();
        for window in &mut self.windows {
            if let Content::Film(frame) = &mut window.content {
                *frame += 1;
                damage.push(window.rect);
            }
        }
        self.paint(&damage);
        damage
    }

    /// Whether something that is likely in one of so many cases comes to pass.
    pub fn one_in(&mut self, cases: u64) -> bool {
        self.dice.below(cases) == 0
    }

    /// A number below the limit.
    pub fn below(&mut self, limit: u64) -> u64 {
        self.dice.below(limit)
    }

    fn signed(&mut self, most: u64) -> i32 {
        self.dice.below(2 * most + 1) as i32 - most as i32
    }

    /// Some toolkits report a little more than they change, some everything.
    fn over_reported(&mut self, rect: Rect) -> Rect {
        match self.dice.below(8) {
            0 => self.desktop.whole(),
            1 => Rect::new(rect.x - 9, rect.y - 5, rect.width + 30, rect.height + 11),
            _ => rect,
        }
    }

    fn window(&mut self, fits: impl Fn(&Window) -> bool) -> Option<usize> {
        let fitting: Vec<usize> =
            (0..self.windows.len()).filter(|index| fits(&self.windows[*index])).collect();
        let chosen = self.dice.below(fitting.len().max(1) as u64) as usize;
        fitting.get(chosen).copied()
    }

    fn scroll(&mut self) -> Vec<Rect> {
        let is_page = |window: &Window| matches!(window.content, Content::Page { .. });
        let Some(index) = self.window(is_page) else { return self.open() };
        let by = match self.dice.below(4) {
            0 => self.signed(2),
            1 => self.signed(20),
            2 => 18 * self.signed(3),
            _ => self.signed(200),
        };
        let sideways = self.one_in(4);
        let window = &mut self.windows[index];
        if let Content::Page { page, left, top } = &mut window.content {
            let (at, room) = if sideways {
                (left, page.size().width - window.rect.width)
            } else {
                (top, page.size().height - window.rect.height)
            };
            *at = at.saturating_add_signed(by).min(room);
        }
        vec![window.rect]
    }

    fn drag(&mut self) -> Vec<Rect> {
        let mut damage = Vec::new();
        // Now and then two at once.
        for _ in 0..1 + self.dice.below(4) / 3 {
            let Some(index) = self.window(|_| true) else { return self.open() };
            let (x, y) = match self.dice.below(3) {
                0 => (self.signed(3), self.signed(3)),
                1 => (self.signed(40), self.signed(40)),
                _ => (self.signed(300), self.signed(200)),
            };
            let rect = &mut self.windows[index].rect;
            damage.push(*rect);
            (rect.x, rect.y) = (rect.x + x, rect.y + y);
            damage.push(*rect);
        }
        damage
    }

    fn play(&mut self) -> Vec<Rect> {
        let is_film = |window: &Window| matches!(window.content, Content::Film(_));
        let Some(index) = self.window(is_film) else { return self.open() };
        if let Content::Film(frame) = &mut self.windows[index].content {
            *frame += 1;
        }
        vec![self.windows[index].rect]
    }

    fn letter(&mut self) -> Vec<Rect> {
        let size = self.desktop.surface.size();
        let (x, y) = (self.dice.below(size.width.into()), self.dice.below(size.height.into()));
        let letter = self.dice.below(60);
        let (x, y) = ((x / 8 * 8) as i32, (y / 18 * 18) as i32);
        // On the backdrop, so that it stays.
        let mut paper = Desktop { surface: self.backdrop.clone() };
        paper.glyph(x as usize, y as usize, letter);
        self.backdrop = paper.surface;
        vec![Rect::new(x, y, 8, 18)]
    }

    fn blink(&mut self) -> Vec<Rect> {
        let Some(index) = self.window(|_| true) else { return self.open() };
        let window = &mut self.windows[index];
        let (row, lit) = window.cursor.unwrap_or((window.rect.height as i32 / 2, false));
        window.cursor = Some((row, !lit));
        vec![window.rect]
    }

    fn raise(&mut self) -> Vec<Rect> {
        let Some(index) = self.window(|_| true) else { return self.open() };
        let window = self.windows.remove(index);
        let rect = window.rect;
        self.windows.push(window);
        vec![rect]
    }

    fn open(&mut self) -> Vec<Rect> {
        if self.windows.len() >= 4 {
            return self.close();
        }
        let size = self.desktop.surface.size();
        let side = |dice: &mut Dice, most: u32| 24 + dice.below(u64::from(most)) as u32;
        let (width, height) = (side(&mut self.dice, size.width), side(&mut self.dice, size.height));
        let place = |dice: &mut Dice, most: u32| dice.below(u64::from(most)) as i32 - 40;
        let rect =
            Rect::new(place(&mut self.dice, size.width), place(&mut self.dice, size.height), width, height);
        let content = match self.dice.below(8) {
            0..=3 => {
                Content::Page { page: self.page(width, height), left: 0, top: self.dice.below(200) as u32 }
            }
            4 | 5 => Content::Film(self.dice.below(100)),
            6 => Content::Photo(self.dice.below(100)),
            _ => Content::Flat([self.dice.below(256) as u8, 90, 140]),
        };
        let cursor = self.one_in(3).then_some((height as i32 / 3, true));
        self.windows.push(Window { rect, content, cursor });
        vec![rect]
    }

    /// Text, with empty parts and photographs here and there.
    fn page(&mut self, width: u32, height: u32) -> Surface {
        let (width, height) = (width + 120, height + 400);
        let mut page = Desktop::new(width, height);
        page.fill(page.whole(), [255; 3]);
        let mut top = 0;
        while top < height as i32 {
            let part = Rect::new(20, top, width - 40, 60 + self.dice.below(140) as u32);
            match self.dice.below(6) {
                0 => {}
                1 => page.photo(part, self.dice.below(50)),
                _ => page.text(part, self.dice.next()),
            }
            top += part.height as i32;
        }
        page.surface
    }

    fn close(&mut self) -> Vec<Rect> {
        let Some(index) = self.window(|_| true) else { return Vec::new() };
        vec![self.windows.remove(index).rect]
    }

    fn slide(&mut self) -> Vec<Rect> {
        self.backdrop = backdrop(self.desktop.surface.size(), &mut self.dice);
        vec![self.desktop.whole()]
    }

    fn resize(&mut self) -> Vec<Rect> {
        let size = random_size(&mut self.dice);
        self.desktop = Desktop::new(size.width, size.height);
        self.slide()
    }

    /// Draws all that lies in the damaged parts anew.
    fn paint(&mut self, damage: &[Rect]) {
        for rect in damage {
            let Some(rect) = rect.clipped(self.desktop.surface.size()) else { continue };
            blit(&mut self.desktop, &self.backdrop, (rect.x, rect.y), rect);
            for window in &self.windows {
                window.paint(&mut self.desktop, rect);
            }
        }
    }
}

impl Window {
    fn paint(&self, desktop: &mut Desktop, damage: Rect) {
        let Some(part) = intersection(self.rect, damage) else { return };
        let (x, y) = (part.x - self.rect.x, part.y - self.rect.y);
        match &self.content {
            Content::Page { page, left, top } => {
                blit(desktop, page, (x + *left as i32, y + *top as i32), part);
            }
            Content::Film(time) | Content::Photo(time) => {
                let mut film = Desktop::new(self.rect.width, self.rect.height);
                film.photo(film.whole(), *time);
                blit(desktop, &film.surface, (x, y), part);
            }
            Content::Flat(colour) => desktop.fill(part, *colour),
        }
        if let Some((row, true)) = self.cursor
            && let Some(cursor) = intersection(Rect::new(self.rect.x + 12, self.rect.y + row, 2, 14), part)
        {
            desktop.fill(cursor, [0; 3]);
        }
    }
}

fn random_size(dice: &mut Dice) -> Size {
    if dice.below(12) == 0 {
        return Size::new(1 + dice.below(90) as u32, 1 + dice.below(90) as u32);
    }
    Size::new(180 + dice.below(420) as u32, 120 + dice.below(330) as u32)
}

fn backdrop(size: Size, dice: &mut Dice) -> Surface {
    let mut desktop = Desktop::new(size.width, size.height);
    let half = Rect::new(0, 0, size.width, size.height / 2);
    match dice.below(4) {
        0 => desktop.photo(desktop.whole(), dice.below(90)),
        1 => desktop.text(desktop.whole(), dice.next()),
        2 => desktop.photo(half, dice.below(90)),
        _ => desktop.text(half, dice.next()),
    }
    desktop.surface
}

fn intersection(a: Rect, b: Rect) -> Option<Rect> {
    let (x, y) = (a.x.max(b.x), a.y.max(b.y));
    let right = (a.x + a.width as i32).min(b.x + b.width as i32);
    let bottom = (a.y + a.height as i32).min(b.y + b.height as i32);
    (x < right && y < bottom).then(|| Rect::new(x, y, (right - x) as u32, (bottom - y) as u32))
}

/// Draws the part of a picture that begins at `from`; where the picture ends, nothing is drawn.
fn blit(desktop: &mut Desktop, picture: &Surface, from: (i32, i32), to: Rect) {
    use deskside_media::Area;
    let size = desktop.surface.size();
    let Some(part) = intersection(to, size.rect()) else { return };
    let (x, y) = (from.0 + part.x - to.x, from.1 + part.y - to.y);
    let Some(source) = intersection(Rect::new(x, y, part.width, part.height), picture.size().rect()) else {
        return;
    };
    let target = Rect::new(part.x + source.x - x, part.y + source.y - y, source.width, source.height);
    let (Some(target), Some(source)) = (Area::within(target, size), Area::within(source, picture.size()))
    else {
        return;
    };
    for (to, from) in desktop.surface.rows_mut(target).zip(picture.rows(source)) {
        to.copy_from_slice(from);
    }
}
