//! The last 255 colours that were new, on both sides the same: a pixel of drawn content is one byte that names one
//! of them. Bytes 0 to 254 are a place in the table; 255 is followed by a colour (blue, green, red) that takes the
//! place of the oldest.

use super::lossless::LosslessError;

/// Number of colours.
const PLACES: usize = 255;

/// The byte in front of a new colour.
const NEW: u8 = 255;

/// Most bytes that one pixel takes.
pub const MOST_BYTES: usize = 4;

const HASH_BITS: u32 = 11;

/// The table as the receiver holds it. It begins with black in every place.
#[derive(Clone)]
struct Table {
    colours: [u32; PLACES],
    oldest: u8,
}

impl Table {
    const fn new() -> Self {
        Self { colours: [0; PLACES], oldest: 0 }
    }

    /// Puts a colour in place of the oldest; gives the place.
    fn push(&mut self, colour: u32) -> u8 {
        let place = self.oldest;
        if let Some(slot) = self.colours.get_mut(usize::from(place)) {
            *slot = colour;
        }
        self.oldest = if place == NEW - 1 { 0 } else { place + 1 };
        place
    }

    fn colour(&self, place: u8) -> Option<u32> {
        self.colours.get(usize::from(place)).copied()
    }
}

/// The sender's table, which also finds a colour's place.
#[derive(Clone)]
pub struct PaletteWriter {
    table: Table,
    /// A guess at the place of a colour, by hash; the table says whether it is right.
    guesses: [u8; 1 << HASH_BITS],
}

impl PaletteWriter {
    /// A table of black.
    pub const fn black() -> Self {
        Self { table: Table::new(), guesses: [0; 1 << HASH_BITS] }
    }

    /// Appends a byte for each known colour and four for each new one; gives back how many were new.
    pub fn write(&mut self, colours: &[u32], out: &mut Vec<u8>) -> usize {
        let mut new = 0;
        let mut last = None;
        for colour in colours {
            match last {
                Some((known, place)) if known == *colour => out.push(place),
                Some(_) | None => {
                    let place = self.place(*colour).unwrap_or_else(|| {
                        let [blue, green, red, _] = colour.to_le_bytes();
                        out.extend_from_slice(&[NEW, blue, green, red]);
                        new += 1;
                        NEW
                    });
                    if place == NEW {
                        let place = self.table.push(*colour);
                        self.guess(*colour, place);
                        last = Some((*colour, place));
                    } else {
                        out.push(place);
                        last = Some((*colour, place));
                    }
                }
            }
        }
        new
    }

    fn place(&mut self, colour: u32) -> Option<u8> {
        let guess = self.guesses.get(hash(colour)).copied()?;
        if self.table.colour(guess) == Some(colour) {
            return Some(guess);
        }
        let place = self.table.colours.iter().position(|known| *known == colour)?;
        let place = u8::try_from(place).ok()?;
        self.guess(colour, place);
        Some(place)
    }

    fn guess(&mut self, colour: u32, place: u8) {
        if let Some(guess) = self.guesses.get_mut(hash(colour)) {
            *guess = place;
        }
    }
}

const fn hash(colour: u32) -> usize {
    (colour.wrapping_mul(0x9E37_79B1) >> (32 - HASH_BITS)) as usize
}

/// The receiver's table.
pub struct PaletteReader {
    table: Table,
}

impl PaletteReader {
    /// A table of black.
    pub const fn black() -> Self {
        Self { table: Table::new() }
    }

    /// Reads `count` colours into `out`, which is overwritten; gives back the bytes behind them.
    ///
    /// # Errors
    /// The bytes end before the last colour.
    pub fn read<'a>(
        &mut self,
        bytes: &'a [u8],
        count: usize,
        out: &mut Vec<u32>,
    ) -> Result<&'a [u8], LosslessError> {
        out.clear();
        let mut rest = bytes.iter();
        for _ in 0..count {
            let place = *rest.next().ok_or(LosslessError)?;
            let colour = match self.table.colour(place) {
                Some(colour) => colour,
                None => {
                    let mut next = || rest.next().copied().ok_or(LosslessError);
                    let colour = u32::from_le_bytes([next()?, next()?, next()?, 0]);
                    self.table.push(colour);
                    colour
                }
            };
            out.push(colour);
        }
        Ok(rest.as_slice())
    }
}

/// Whether the bytes are exactly so many pixels, whatever their colours.
///
/// # Errors
/// They are not.
pub fn check(bytes: &[u8], pixels: usize) -> Result<(), LosslessError> {
    let new = count_new(bytes).ok_or(LosslessError)?;
    if bytes.len().checked_sub(new * (MOST_BYTES - 1)) == Some(pixels) { Ok(()) } else { Err(LosslessError) }
}

/// How many new colours there are; none when the last is cut off.
fn count_new(bytes: &[u8]) -> Option<usize> {
    let (mut rest, mut new) = (bytes, 0);
    while let Some(at) = rest.iter().position(|byte| *byte == NEW) {
        rest = rest.get(at + MOST_BYTES..)?;
        new += 1;
    }
    Some(new)
}

impl std::fmt::Debug for PaletteWriter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PaletteWriter")
    }
}

impl std::fmt::Debug for PaletteReader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PaletteReader")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_number_of_colours_comes_back() {
        let (mut writer, mut reader) = (PaletteWriter::black(), PaletteReader::black());
        let mut value = 1_u32;
        for round in 1..200_u32 {
            let colours: Vec<u32> = (0..300)
                .map(|_| {
                    value = value.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                    (((value >> 20) % (round * 2)) * 0x01_03_05) & 0xFF_FFFF
                })
                .collect();
            let mut bytes = Vec::new();
            let new = writer.write(&colours, &mut bytes);
            assert_eq!(bytes.len(), colours.len() + 3 * new);
            check(&bytes, colours.len()).unwrap();
            assert!(check(&bytes, colours.len() + 1).is_err() && check(&bytes, colours.len() - 1).is_err());
            let mut read = Vec::new();
            assert!(reader.read(&bytes, colours.len(), &mut read).unwrap().is_empty());
            assert_eq!(read, colours);
        }
    }

    #[test]
    fn the_oldest_colour_makes_room_and_black_is_known_from_the_beginning() {
        let mut writer = PaletteWriter::black();
        let mut bytes = Vec::new();
        assert_eq!(writer.write(&[0], &mut bytes), 0);
        let many: Vec<u32> = (1..=255).collect();
        assert_eq!(writer.write(&many, &mut bytes), 255);
        assert_eq!(writer.write(&[255, 1, 2], &mut bytes), 0);
        assert_eq!(writer.write(&[1_000], &mut bytes), 1);
        assert_eq!(writer.write(&[2], &mut bytes), 0);
        assert_eq!(writer.write(&[1], &mut bytes), 1);
    }

    #[test]
    fn a_colour_that_is_cut_off_is_refused() {
        for cut in 0..4 {
            let mut colours = Vec::new();
            let bytes = &[NEW, 1, 2, 3][..cut];
            assert_eq!(PaletteReader::black().read(bytes, 1, &mut colours), Err(LosslessError));
            assert_eq!(check(bytes, 1), Err(LosslessError));
        }
    }
}
