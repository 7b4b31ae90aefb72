//! A number as black and white cells of 16x16 pixels that survive every codec: two rows of twelve, the first two
//! cells for orientation, then 16 bits of the number and 6 bits that check it.

const CELL: usize = 16;
const COLUMNS: usize = 12;
const CELLS: usize = 24;
/// Pixels across.
pub const WIDTH: u16 = 192;
/// Pixels down.
pub const HEIGHT: u16 = 32;
/// Bytes of one row.
const ROW: usize = WIDTH as usize * 4;
/// Bytes of a whole one.
pub const BYTES: usize = ROW * HEIGHT as usize;

/// Every bit of the number changes several of these.
const fn check(number: u16) -> u32 {
    (number as u32 ^ 0x3C96).wrapping_mul(0x9E37_79B1) >> 26
}

const fn pattern(number: u16) -> u32 {
    0b10 << 22 | (number as u32) << 6 | check(number)
}

/// Its pixels: blue, green, red, nothing.
pub fn draw(number: u16) -> Vec<u8> {
    let pattern = pattern(number);
    let mut pixels = Vec::with_capacity(BYTES);
    for y in 0..usize::from(HEIGHT) {
        for x in 0..usize::from(WIDTH) {
            let cell = y / CELL * COLUMNS + x / CELL;
            let is_white = pattern >> (CELLS - 1 - cell) & 1 == 1;
            pixels.extend(if is_white { [255, 255, 255, 0] } else { [0; 4] });
        }
    }
    pixels
}

/// Reads the one whose upper left pixel is at (`left`, `top`) of a picture with `stride` bytes a row.
pub fn read(pixels: &[u8], stride: usize, left: usize, top: usize) -> Option<u16> {
    let mut seen = 0;
    for cell in 0..CELLS {
        let (x, y) = (left + cell % COLUMNS * CELL, top + cell / COLUMNS * CELL);
        // Five places around the middle: neither a codec's ringing nor a pointer's tip decides.
        let mut light = 0;
        for (dx, dy) in [(5, 5), (10, 5), (5, 10), (10, 10), (8, 8)] {
            let at = (y + dy) * stride + (x + dx) * 4;
            let pixel = pixels.get(at..at + 3)?;
            light += pixel.iter().map(|part| u32::from(*part)).sum::<u32>();
        }
        seen = seen << 1 | u32::from(light > 5 * 3 * 255 / 2);
    }
    let number = u16::try_from(seen >> 6 & 0xFFFF).ok()?;
    (pattern(number) == seen).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_comes_back() {
        for number in 0..=u16::MAX {
            if number % 7 == 0 {
                assert_eq!(read(&draw(number), ROW, 0, 0), Some(number));
            }
        }
    }

    #[test]
    fn a_cell_of_another_number_is_noticed() {
        for number in (0..=u16::MAX).step_by(1999) {
            for cell in 0..CELLS {
                let mut pixels = draw(number);
                let (x, y) = (cell % COLUMNS * CELL, cell / COLUMNS * CELL);
                for row in y..y + CELL {
                    for byte in &mut pixels[row * ROW + x * 4..row * ROW + (x + CELL) * 4] {
                        *byte = 255 - *byte;
                    }
                }
                assert_ne!(read(&pixels, ROW, 0, 0), Some(number), "cell {cell}");
            }
        }
    }

    #[test]
    fn a_picture_without_one_reads_as_none() {
        assert_eq!(read(&[0; BYTES], ROW, 0, 0), None);
        assert_eq!(read(&[255; BYTES], ROW, 0, 0), None);
        assert_eq!(read(&[], ROW, 0, 0), None);
    }
}
