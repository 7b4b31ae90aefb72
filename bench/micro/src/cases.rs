//! What is measured: for each kind of change a desktop that changes so, and both sides of the picture engine.

use anyhow::{Context as _, Result};
use deskside_media::yuv::{self, Picture, Planes};
use deskside_media::{
    Area, DesktopFrame, Encoded, Need, Patch, PictureMode, Surface, UpdateDecoder, UpdateEncoder,
};
use deskside_proto::geometry::Rect;
use deskside_proto::time::Millis;

use crate::desk::{Desk, HEIGHT, SIZE, STRIDE, WIDTH, rect};

/// A place for text, scrolled as a whole.
const PAGE: Rect = rect(360, 90, 1200, 900);
/// A window.
const WINDOW: (usize, usize) = (700, 520);
/// Films are shown 30 a second.
const FRAME_MS: u64 = 33;

/// Which change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// Everything is reported, nothing differs.
    Nothing,
    /// One character.
    Letter,
    /// A window of one colour.
    Solid,
    /// Text by three lines.
    Scroll,
    /// A window of text, moved.
    Move,
    /// New text.
    Text,
    /// A window that was there before.
    Seen,
    /// A photo that appears and becomes exact.
    Photo,
    /// A film of that size.
    Film(usize, usize),
    /// The whole screen as video, with a film in it.
    Screen,
    /// Only the conversion between the screen's colours and the codec's, whole screen.
    Colours,
}

/// A change with its name.
pub struct Case {
    /// Its name.
    pub name: &'static str,
    /// What it is.
    pub change: Change,
}

/// All of them.
pub const ALL: &[Case] = &[
    Case { name: "compare-1080", change: Change::Nothing },
    Case { name: "letter", change: Change::Letter },
    Case { name: "solid-700x520", change: Change::Solid },
    Case { name: "scroll-1200x900", change: Change::Scroll },
    Case { name: "move-700x520", change: Change::Move },
    Case { name: "text-1200x900", change: Change::Text },
    Case { name: "seen-700x520", change: Change::Seen },
    Case { name: "photo-640x360", change: Change::Photo },
    Case { name: "film-320x180", change: Change::Film(320, 180) },
    Case { name: "film-640x360", change: Change::Film(640, 360) },
    Case { name: "film-1280x720", change: Change::Film(1280, 720) },
    Case { name: "film-1920x1080", change: Change::Film(1920, 1080) },
    Case { name: "screen-h264", change: Change::Screen },
    Case { name: "colours-1080", change: Change::Colours },
];

/// A desktop that changes, and both sides.
pub struct Bench {
    change: Change,
    desk: Desk,
    encoder: UpdateEncoder,
    decoder: UpdateDecoder,
    planes: Planes,
    surface: Surface,
    round: usize,
    now: Millis,
    /// Where the moved window was before, and is.
    before: Rect,
    last: Rect,
}

impl Bench {
    /// Both sides with a picture, settled.
    pub fn new(change: Change) -> Result<Self> {
        let mode = if change == Change::Screen { PictureMode::Video } else { PictureMode::Auto };
        let mut bench = Self {
            change,
            desk: Desk::new(),
            encoder: UpdateEncoder::new(mode)?,
            decoder: UpdateDecoder::new()?,
            planes: Planes::default(),
            surface: Surface::new(SIZE).context("no surface")?,
            round: 0,
            now: Millis(1),
            before: PAGE,
            last: PAGE,
        };
        for first in bench.encode(&[rect(0, 0, WIDTH, HEIGHT)])? {
            bench.decoder.apply(&first.bytes)?;
        }
        bench.settle()?;
        // A film is one only after some of it, and a thing seen must have been seen.
        let before = match change {
            Change::Film(..) | Change::Screen => 12,
            Change::Nothing | Change::Colours => 0,
            Change::Letter
            | Change::Solid
            | Change::Scroll
            | Change::Move
            | Change::Text
            | Change::Seen
            | Change::Photo => 4,
        };
        for _ in 0..before {
            bench.change();
            let updates = bench.work()?;
            bench.apply(&updates)?;
        }
        Ok(bench)
    }

    /// Until nothing is owed.
    fn settle(&mut self) -> Result<()> {
        while let Some(due) = self.encoder.refine_due() {
            self.now = Millis(due.0.max(self.now.0));
            let frame = DesktopFrame { size: SIZE, patches: &[] };
            if let Some(update) = self.encoder.encode(&frame, Need::Refine, self.now)? {
                self.decoder.apply(&update.bytes)?;
            }
        }
        Ok(())
    }

    /// Changes the desktop: not measured.
    pub fn change(&mut self) {
        self.round += 1;
        self.now = Millis(self.now.0 + FRAME_MS);
        let (round, area) = (self.round, self.area());
        match self.change {
            Change::Nothing | Change::Colours => {}
            Change::Letter => self.desk.letter(area, round as u64),
            Change::Solid => {
                self.desk.fill(area, if round.is_multiple_of(2) { [40, 90, 160] } else { [230, 230, 220] })
            }
            Change::Scroll => self.desk.text(PAGE, round * 54),
            Change::Text => self.desk.text(PAGE, round * 9000),
            Change::Move => {
                self.before = self.last;
                // What was covered comes back.
                self.desk.film(self.last, 0);
                self.desk.text(area, 0);
                self.last = area;
            }
            Change::Seen => self.desk.text(area, round % 2 * 9000),
            Change::Photo => {
                // Long after the last, so that it is a photo and no film.
                self.now = Millis(self.now.0 + 5_000);
                self.desk.film(area, round * 50);
            }
            Change::Film(..) | Change::Screen => self.desk.film(area, round),
        }
    }

    /// Where the desktop changes.
    fn area(&self) -> Rect {
        let (width, height) = WINDOW;
        match self.change {
            Change::Nothing | Change::Colours => rect(0, 0, WIDTH, HEIGHT),
            Change::Letter => rect(360 + self.round % 150 * 8, 90 + self.round / 150 % 50 * 18, 8, 18),
            Change::Scroll | Change::Text => PAGE,
            Change::Solid | Change::Seen => rect(400, 200, width, height),
            Change::Move => rect(200 + self.round * 9 % 900, 100 + self.round * 5 % 400, width, height),
            Change::Photo => rect(640, 360, 640, 360),
            Change::Film(width, height) => rect((WIDTH - width) / 2, (HEIGHT - height) / 2, width, height),
            Change::Screen => rect(320, 180, 1280, 720),
        }
    }

    /// The person's side: from pixels to bytes.
    pub fn work(&mut self) -> Result<Vec<Encoded>> {
        if self.change == Change::Colours {
            let whole = Area::whole(SIZE).context("no area")?;
            self.planes.load(&self.surface, whole);
            return Ok(Vec::new());
        }
        let mut damage = vec![self.area()];
        if self.change == Change::Move {
            damage.push(self.before);
        }
        let mut updates = self.encode(&damage)?;
        if self.change == Change::Photo {
            while let Some(due) = self.encoder.refine_due() {
                self.now = Millis(due.0.max(self.now.0));
                let frame = DesktopFrame { size: SIZE, patches: &[] };
                updates.extend(self.encoder.encode(&frame, Need::Refine, self.now)?);
            }
        }
        Ok(updates)
    }

    fn encode(&mut self, damage: &[Rect]) -> Result<Vec<Encoded>> {
        let patches: Vec<Patch<'_>> =
            damage.iter().filter_map(|area| Patch::new(*area, STRIDE, self.desk.from(*area))).collect();
        let mut updates = Vec::new();
        updates.extend(self.encoder.encode(
            &DesktopFrame { size: SIZE, patches: &patches },
            Need::Change,
            self.now,
        )?);
        while self.encoder.has_changes() {
            let frame = DesktopFrame { size: SIZE, patches: &[] };
            let more = self.encoder.encode(&frame, Need::Change, self.now)?;
            let is_last = more.is_none();
            updates.extend(more);
            if is_last {
                break;
            }
        }
        Ok(updates)
    }

    /// The expert's side: from bytes to pixels.
    pub fn apply(&mut self, updates: &[Encoded]) -> Result<()> {
        if self.change == Change::Colours {
            return self.paint();
        }
        for update in updates {
            self.decoder.apply(&update.bytes)?;
        }
        Ok(())
    }

    fn paint(&mut self) -> Result<()> {
        let whole = Area::whole(SIZE).context("no area")?;
        let dimensions = self.planes.dimensions();
        let (width, _) = dimensions;
        let strides = (width, width / 2, width / 2);
        let picture = Picture { dimensions, planes: self.planes.planes(), strides };
        yuv::paint(&picture, yuv::Chroma::Repeated, (0, 0), whole, &mut self.surface);
        Ok(())
    }
}
