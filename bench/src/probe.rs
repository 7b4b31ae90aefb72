//! Looks at a display: where the scene is on it, which frame it shows, whether a part is as it should be.

use anyhow::{Result, ensure};

use crate::barcode;
use crate::quality;
use crate::scene::{HEAD, SCREEN, TAIL};
use crate::screen::{Rect, Screen, Shared};
use crate::stage::MOST_FRAMES;

/// Bytes of one row of the scene.
pub const STRIDE: usize = SCREEN.width as usize * 4;
/// Rows that are compared at once.
const STRIPE: u16 = 40;

/// What the two barcodes show.
pub type Codes = (Option<u16>, Option<u16>);

/// Somebody who looks at a display.
pub struct Probe {
    /// The display.
    pub screen: Screen,
    /// Where the scene begins on it, in pixels.
    pub offset: (i16, i16),
    memory: Shared,
    mark: u16,
}

impl Probe {
    /// Looks at that display for frames with that mark.
    ///
    /// # Errors
    /// Nobody answers there, or it is smaller than the scenes.
    pub fn open(display: &str, mark: u16) -> Result<Self> {
        let screen = Screen::open(display)?;
        ensure!(
            screen.size.width >= SCREEN.width && screen.size.height >= SCREEN.height,
            "{display} is too small"
        );
        let memory = Shared::new(&screen, screen.size.bytes())?;
        Ok(Self { screen, offset: (0, 0), memory, mark })
    }

    /// The frame of a barcode's number, if it is of this run.
    pub fn frame(&self, number: u16) -> Option<u16> {
        Some(number.wrapping_sub(self.mark)).filter(|frame| *frame < MOST_FRAMES)
    }

    /// Looks for both barcodes at their distance, unscaled, and remembers where; gives the frame that is shown.
    ///
    /// # Errors
    /// The display went away.
    pub fn locate(&mut self) -> Result<Option<u16>> {
        let whole = self.screen.size;
        self.screen.grab(&self.memory, whole)?;
        let (pixels, stride) = (self.memory.bytes(), usize::from(whole.width) * 4);
        let (right, down) =
            (usize::from(whole.width - SCREEN.width), usize::from(whole.height - SCREEN.height));
        // A barcode is still read some pixels beside its place: the middle of those that read is it.
        let (mut found, mut count) = ((0, 0), 0);
        let mut shown = None;
        for top in 0..=down {
            for left in 0..=right {
                let Some(number) = barcode::read(pixels, stride, left, top) else { continue };
                let (x, y) =
                    (left + usize::from(TAIL.x.unsigned_abs()), top + usize::from(TAIL.y.unsigned_abs()));
                if barcode::read(pixels, stride, x, y) == Some(number) {
                    found = (found.0 + left, found.1 + top);
                    count += 1;
                    shown = Some(number);
                }
            }
        }
        let Some(number) = shown else { return Ok(None) };
        self.offset = (i16::try_from(found.0 / count)?, i16::try_from(found.1 / count)?);
        Ok(self.frame(number))
    }

    /// Both barcodes, in one round trip to the server.
    ///
    /// # Errors
    /// The display went away.
    pub fn codes(&self) -> Result<Codes> {
        let tail_at = u32::try_from(barcode::BYTES)?;
        let head = self.screen.ask(&self.memory, self.here(HEAD), 0)?;
        let tail = self.screen.ask(&self.memory, self.here(TAIL), tail_at)?;
        head.reply()?;
        tail.reply()?;
        let (one, other) = self.memory.bytes().split_at(barcode::BYTES);
        let stride = usize::from(barcode::WIDTH) * 4;
        let read = |pixels| barcode::read(pixels, stride, 0, 0).and_then(|number| self.frame(number));
        Ok((read(one), read(other)))
    }

    /// The scene's picture as it is now.
    ///
    /// # Errors
    /// The display went away.
    pub fn photograph(&self) -> Result<Vec<u8>> {
        self.screen.grab(&self.memory, self.here(SCREEN))?;
        Ok(self.memory.bytes().iter().take(SCREEN.bytes()).copied().collect())
    }

    /// Whether `part` is exactly as in `wanted`. Begins with the stripe that differed last, and says which differs.
    ///
    /// # Errors
    /// The display went away.
    pub fn is_exact(&self, wanted: &[u8], part: Rect, differed: &mut u16) -> Result<bool> {
        let stripes = part.height.div_ceil(STRIPE);
        for number in (0..stripes).map(|number| (*differed + number) % stripes) {
            let (top, height) = (number * STRIPE, STRIPE.min(part.height - number * STRIPE));
            let stripe = Rect { y: part.y + top.cast_signed(), height, ..part };
            self.screen.grab(&self.memory, self.here(stripe))?;
            let row_bytes = usize::from(part.width) * 4;
            let left = usize::from(part.x.unsigned_abs()) * 4;
            let rows = self.memory.bytes().chunks_exact(row_bytes).take(usize::from(height));
            for (row, is) in (usize::from(stripe.y.unsigned_abs())..).zip(rows) {
                let at = row * STRIDE + left;
                if !wanted.get(at..at + row_bytes).is_some_and(|should_be| quality::equal(is, should_be)) {
                    *differed = number;
                    return Ok(false);
                }
            }
        }
        Ok(true)
    }

    fn here(&self, part: Rect) -> Rect {
        part.moved(self.offset.0, self.offset.1)
    }
}
