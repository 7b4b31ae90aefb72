//! Desktops to encode: text, photographs, flat colours; and the patches that a capturer would hand over.
#![allow(dead_code, missing_docs, reason = "each test file uses its own part of this")]

pub mod screen;

use deskside_media::update::Encoded;
use deskside_media::{Area, DesktopFrame, Need, Patch, Surface, UpdateDecoder, UpdateEncoder};
use deskside_proto::geometry::{Rect, Size};
use deskside_proto::time::Millis;

/// A small generator of numbers, so that every run sees the same desktop.
pub struct Dice(pub u64);

impl Dice {
    pub fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    pub fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit
    }
}

/// A desktop that a test draws on.
pub struct Desktop {
    pub surface: Surface,
}

impl Desktop {
    pub fn new(width: u32, height: u32) -> Self {
        let mut surface = Surface::new(Size::new(width, height)).unwrap();
        let whole = Area::whole(surface.size()).unwrap();
        surface.rows_mut(whole).for_each(|row| row.fill(230));
        Self { surface }
    }

    pub fn whole(&self) -> Rect {
        self.surface.size().rect()
    }

    pub fn fill(&mut self, rect: Rect, [b, g, r]: [u8; 3]) {
        self.draw(rect, |_, _| [b, g, r]);
    }

    pub fn draw(&mut self, rect: Rect, pixel: impl Fn(usize, usize) -> [u8; 3]) {
        let Some(area) = Area::clipped(rect, self.surface.size()) else { return };
        for (y, row) in self.surface.rows_mut(area).enumerate() {
            for (x, p) in row.chunks_exact_mut(4).enumerate() {
                p[..3].copy_from_slice(&pixel(x, y));
            }
        }
    }

    /// Glyphs of 8x16 pixels with grey edges, 92 in 100 places filled.
    pub fn text(&mut self, rect: Rect, seed: u64) {
        self.draw(rect, |_, _| [255, 255, 255]);
        let Some(area) = Area::clipped(rect, self.surface.size()) else { return };
        let mut dice = Dice(seed | 1);
        for top in (area.y()..area.bottom().saturating_sub(16)).step_by(18) {
            for left in (area.x()..area.right().saturating_sub(8)).step_by(8) {
                if dice.below(100) < 92 {
                    let letter = dice.below(60);
                    self.glyph(left, top, letter);
                }
            }
        }
    }

    /// One of 60 letters; always the same pixels for the same letter.
    pub fn glyph(&mut self, left: usize, top: usize, letter: u64) {
        let mut dice = Dice(letter * 7_919 + 17);
        let mut cells = [[255_u8; 7]; 12];
        let (mut x, mut y) = (dice.below(7) as usize, dice.below(12) as usize);
        for _ in 0..26 {
            cells[y][x] = 0;
            match dice.below(4) {
                0 => x = (x + 1).min(6),
                1 => x = x.saturating_sub(1),
                2 => y = (y + 1).min(11),
                _ => y = y.saturating_sub(1),
            }
            if cells[y][x] == 255 {
                cells[y][x] = [90, 160, 210][dice.below(3) as usize];
            }
        }
        let rect = Rect::new(left as i32, top as i32 + 2, 7, 12);
        self.draw(rect, |x, y| [cells[y][x]; 3]);
    }

    /// Smooth waves with grain, like a photograph or a film; `time` moves it.
    pub fn photo(&mut self, rect: Rect, time: u64) {
        let wave = |v: f32| (v.sin() * 90.0 + 128.0) as i32;
        let t = time as f32;
        self.draw(rect, |x, y| {
            let (fx, fy) = (x as f32, y as f32);
            let grain = ((x * 7 + y * 13 + x * y) % 5) as i32 - 2;
            let channel = |v: i32| (v + grain).clamp(0, 255) as u8;
            [
                channel(wave(fx * 0.031 + t * 0.2)),
                channel(wave(fy * 0.047 - t * 0.1)),
                channel(wave((fx + fy) * 0.023 + t * 0.15)),
            ]
        });
    }

    /// The pixels of a rectangle as a capturer hands them over: rows without gaps.
    pub fn grab(&self, rect: Rect) -> Vec<u8> {
        let area = Area::clipped(rect, self.surface.size()).unwrap();
        self.surface.rows(area).flatten().copied().collect()
    }

    /// Sends `rects` as changed until nothing waits; gives back the bytes that it took. It may be several updates,
    /// because exact content travels apart from video.
    pub fn send(
        &self,
        encoder: &mut UpdateEncoder,
        decoder: &mut UpdateDecoder,
        rects: &[Rect],
        now: u64,
    ) -> usize {
        let mut bytes = 0;
        let mut next = self.encode(encoder, rects, Need::Change, now);
        while let Some(update) = next {
            bytes += update.len();
            decoder.apply(&update).unwrap();
            next = if encoder.has_changes() { self.encode(encoder, &[], Need::Change, now) } else { None };
        }
        bytes
    }

    /// Encodes with `rects` reported as changed.
    pub fn encode(
        &self,
        encoder: &mut UpdateEncoder,
        rects: &[Rect],
        need: Need,
        now: u64,
    ) -> Option<Vec<u8>> {
        self.encode_update(encoder, rects, need, now).map(|encoded| encoded.bytes)
    }

    /// The same, with what the update is for.
    pub fn encode_update(
        &self,
        encoder: &mut UpdateEncoder,
        rects: &[Rect],
        need: Need,
        now: u64,
    ) -> Option<Encoded> {
        let grabbed: Vec<(Rect, Vec<u8>)> = rects
            .iter()
            .filter_map(|rect| rect.clipped(self.surface.size()))
            .map(|rect| (rect, self.grab(rect)))
            .collect();
        let patches: Vec<Patch<'_>> = grabbed
            .iter()
            .map(|(rect, pixels)| Patch::new(*rect, rect.width as usize * 4, pixels).unwrap())
            .collect();
        let frame = DesktopFrame { size: self.surface.size(), patches: &patches };
        encoder.encode(&frame, need, Millis(now)).unwrap()
    }
}

/// Sends everything that is still owed, refinements included; gives back the time and the bytes that it took.
pub fn settle(
    desktop: &Desktop,
    encoder: &mut UpdateEncoder,
    decoder: &mut UpdateDecoder,
    now: u64,
) -> (u64, usize) {
    let (mut now, mut bytes) = (now, 0);
    loop {
        let update = if encoder.has_changes() {
            desktop.encode(encoder, &[], Need::Change, now)
        } else if let Some(due) = encoder.refine_due() {
            now = now.max(due.0);
            desktop.encode(encoder, &[], Need::Refine, now)
        } else {
            return (now, bytes);
        };
        let update = update.expect("something is owed");
        bytes += update.len();
        decoder.apply(&update).unwrap();
    }
}

/// How alike two surfaces are in a rectangle. Unit: dB of the colours' peak signal to noise ratio.
pub fn psnr(a: &Surface, b: &Surface, rect: Rect) -> f64 {
    let area = Area::clipped(rect, a.size()).unwrap();
    let (mut sum, mut count) = (0_u64, 0_u64);
    for (a, b) in a.rows(area).zip(b.rows(area)) {
        for (a, b) in a.chunks_exact(4).zip(b.chunks_exact(4)) {
            for (a, b) in a.iter().zip(b).take(3) {
                sum += u64::from(a.abs_diff(*b)).pow(2);
                count += 1;
            }
        }
    }
    if sum == 0 { f64::INFINITY } else { 10.0 * (255.0 * 255.0 * count as f64 / sum as f64).log10() }
}
