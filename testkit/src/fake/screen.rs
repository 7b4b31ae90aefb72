//! A screen in memory that a test draws on: 32 bits a pixel (blue, green, red, unused), and what changed since the last look.

/// A screen that remembers which rectangles were drawn.
pub struct FakeScreen {
    width: u32,
    height: u32,
    pixels: Vec<u8>,
    drawn: Vec<(u32, u32, u32, u32)>,
}

impl FakeScreen {
    /// A black screen of that size in pixels, all of it freshly drawn.
    pub fn new(width: u32, height: u32) -> Self {
        let bytes = width as usize * height as usize * 4;
        Self { width, height, pixels: vec![0; bytes], drawn: vec![(0, 0, width, height)] }
    }

    /// Width and height in pixels.
    pub fn size(&self) -> (u32, u32) {
        (self.width, self.height)
    }

    /// Bytes from one row to the next.
    pub fn stride(&self) -> usize {
        self.width as usize * 4
    }

    /// All pixels, rows from the top.
    pub fn pixels(&self) -> &[u8] {
        &self.pixels
    }

    /// Fills a rectangle, cut to the screen, with red, green, blue.
    pub fn fill(&mut self, x: u32, y: u32, width: u32, height: u32, [red, green, blue]: [u8; 3]) {
        let (right, bottom) = ((x + width).min(self.width), (y + height).min(self.height));
        for row in y..bottom {
            for column in x..right {
                let at = row as usize * self.stride() + column as usize * 4;
                self.pixels[at..at + 4].copy_from_slice(&[blue, green, red, 0]);
            }
        }
        if x < right && y < bottom {
            self.drawn.push((x, y, right - x, bottom - y));
        }
    }

    /// The rectangles (left, top, width, height) drawn since the last call.
    pub fn take_drawn(&mut self) -> Vec<(u32, u32, u32, u32)> {
        std::mem::take(&mut self.drawn)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn drawing_over_the_edge_is_cut_and_reported_once() {
        let mut screen = FakeScreen::new(4, 3);
        assert_eq!(screen.take_drawn(), [(0, 0, 4, 3)]);
        screen.fill(3, 2, 9, 9, [1, 2, 3]);
        assert_eq!(screen.take_drawn(), [(3, 2, 1, 1)]);
        assert!(screen.take_drawn().is_empty());
        assert_eq!(&screen.pixels()[44..48], [3, 2, 1, 0]);
        assert!(screen.pixels()[..44].iter().all(|byte| *byte == 0));
    }
}
